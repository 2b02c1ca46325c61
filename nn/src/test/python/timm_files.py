"""Writes golden/timm-*.safetensors: micro-networks of timm with random weights, as timm names them, an input and the logits.

    pip install torch==2.13.0 timm==1.0.29 safetensors==0.8.0
    python timm_files.py ../resources/golden

With a LayerNorm checkpoint of tornado-nn instead of a folder, loads it into timm's model, strictly by name:

    python timm_files.py FILE.safetensors
"""
import json
import sys

import safetensors
import timm
import torch
from safetensors.torch import save_file

torch.manual_seed(7)


def vit(image=8, patch=4, width=8, depth=2, heads=2, classes=3):
    return timm.models.vision_transformer.VisionTransformer(
        img_size=image, patch_size=patch, embed_dim=width, depth=depth, num_heads=heads, num_classes=classes,
        global_pool="avg")


def convnext(depths=(1, 1, 1, 1), dims=(4, 6, 8, 10), patch=4, classes=3):
    return timm.models.convnext.ConvNeXt(
        depths=depths, dims=dims, patch_size=patch, num_classes=classes, ls_init_value=1.0)


def write(folder, name, model, side, dtype):
    model.eval()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn_like(p).mul(0.3).to(dtype).float())
        x = torch.randn(2, 3, side, side).to(dtype).float()
        logits = model(x)
    tensors = {k: v.to(dtype).contiguous() for k, v in model.state_dict().items()}
    tensors["input"] = x.to(dtype)
    metadata = {"format": "pt", "logits": " ".join(f"{v:.8g}" for v in logits.flatten().tolist()),
                "versions": f"torch {torch.__version__}, timm {timm.__version__}, safetensors {safetensors.__version__}"}
    save_file(tensors, f"{folder}/timm-{name}.safetensors", metadata)


def check(file):
    with safetensors.safe_open(file, "pt") as f:
        config = json.loads(f.metadata()["config"])
        tensors = {k: f.get_tensor(k) for k in f.keys() if not k.startswith(("optimizer.", "ema."))}
    if config["norm"] != "LayerNorm":
        sys.exit("timm has no DyT; give a LayerNorm checkpoint")
    if config["architecture"] == "vit":
        model = vit(config["imageSize"], config["patch"], config["width"], config["depth"], config["heads"],
                    config["classes"])
    else:
        model = convnext(config["depths"], config["dims"], config["patch"], config["classes"])
    model.load_state_dict(tensors, strict=True)
    print(f"{len(tensors)} tensors, strictly by name: {file}")


if sys.argv[1].endswith(".safetensors"):
    check(sys.argv[1])
else:
    write(sys.argv[1], "vit", vit(), 8, torch.float32)
    write(sys.argv[1], "convnext", convnext(), 32, torch.bfloat16)
