"""Writes golden/timm-*.safetensors: micro-networks of timm with random weights, as timm names them, an input and the logits; and
golden/vit-token-*.txt: what such a network, filled by the rule of Golden.java, gives in float64.

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


class DyT(torch.nn.Module):
    """arXiv 2503.10622, eq. 1, with the parameters in the order of ours."""

    def __init__(self, width, **_):
        super().__init__()
        self.alpha = torch.nn.Parameter(torch.full((1,), 0.5))
        self.weight = torch.nn.Parameter(torch.ones(width))
        self.bias = torch.nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return self.weight * torch.tanh(self.alpha * x) + self.bias


def vit(image=8, patch=4, width=8, depth=2, heads=2, classes=3, pool="avg", norm=None):
    return timm.models.vision_transformer.VisionTransformer(
        img_size=image, patch_size=patch, embed_dim=width, depth=depth, num_heads=heads, num_classes=classes,
        global_pool=pool, norm_layer=norm)


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


def u(k, t):
    h = (k * 2654435761 + t * 40503 + 1) & 0xFFFFFFFF
    h ^= h >> 15
    h = h * 2246822519 & 0xFFFFFFFF
    h ^= h >> 13
    return h / 2**32 - 0.5


def golden(file, title, model, side):
    model.double().train()
    tensors = list(model.named_parameters())
    with torch.no_grad():
        for t, (name, p) in enumerate(tensors):
            base = 0.5 if name.endswith("alpha") else 1 if name.endswith("weight") else 0
            values = [u(k, t) if p.dim() > 1 else 0.2 * u(k, t) + base for k in range(p.numel())]
            p.copy_(torch.tensor(values, dtype=torch.float64).reshape(p.shape))
    x = torch.tensor([4 * u(k, 1000) for k in range(2 * 3 * side * side)], dtype=torch.float64)
    x = x.reshape(2, 3, side, side)
    labels = torch.tensor([1, 2])
    exempt = [p for n, p in tensors if p.dim() == 1 or n in ("cls_token", "pos_embed")]
    decayed = [p for n, p in tensors if not (p.dim() == 1 or n in ("cls_token", "pos_embed"))]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": exempt, "weight_decay": 0}], lr=0.01)
    logits = model(x)
    losses = []
    for _ in range(6):
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if len(losses) == 1:
            gradients = [p.grad.item() if n.endswith("alpha") else p.grad.norm().item() for n, p in tensors]
        optimizer.step()
    with open(file, "w") as out:
        print(f"# {title}: timm {timm.__version__} under PyTorch {torch.__version__}, float64", file=out)
        print("logits", *(f"{v:.10f}" for v in logits.flatten().tolist()), file=out)
        print("# before each of six steps of AdamW, learning rate 0.01, weight decay 0.05", file=out)
        print("losses", *(f"{v:.10f}" for v in losses), file=out)
        print("# name, shape, L2 norm of the gradient; for DyT's alpha the gradient itself", file=out)
        for (name, p), g in zip(tensors, gradients):
            print("parameter", name, "x".join(map(str, p.shape)), f"{g:.6e}", file=out)


def check(file):
    with safetensors.safe_open(file, "pt") as f:
        config = json.loads(f.metadata()["config"])
        tensors = {k: f.get_tensor(k) for k in f.keys() if not k.startswith(("optimizer.", "ema."))}
    if config["norm"] != "LayerNorm":
        sys.exit("timm has no DyT; give a LayerNorm checkpoint")
    if config["architecture"] == "vit":
        model = vit(config["imageSize"], config["patch"], config["width"], config["depth"], config["heads"],
                    config["classes"], "token" if config.get("pool") == "TOKEN" else "avg")
    else:
        model = convnext(config["depths"], config["dims"], config["patch"], config["classes"])
    model.load_state_dict(tensors, strict=True)
    print(f"{len(tensors)} tensors, strictly by name: {file}")


if sys.argv[1].endswith(".safetensors"):
    check(sys.argv[1])
else:
    write(sys.argv[1], "vit", vit(), 8, torch.float32)
    write(sys.argv[1], "convnext", convnext(), 32, torch.bfloat16)
    folder = sys.argv[1]
    golden(f"{folder}/vit-token-layernorm.txt", "micro ViT by class token with LayerNorm", vit(pool="token"), 8)
    golden(f"{folder}/vit-token-dyt.txt", "micro ViT by class token with DyT", vit(pool="token", norm=DyT), 8)
