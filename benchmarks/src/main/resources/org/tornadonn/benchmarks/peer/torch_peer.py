"""PyTorch's side of a comparison: python3 torch_peer.py cpu|cuda THREADS

Takes requests from stdin, a line of JSON each, and answers with one. Tensors follow their line as little-endian float32.
All is float32 without TF32. What is timed is whatever a work's run() does; nothing is read back meanwhile.
"""

import ctypes
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

requests = sys.stdin.buffer
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)  # Whatever else is printed is no answer.

device = sys.argv[1]
torch.set_num_threads(int(sys.argv[2]))
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.set_float32_matmul_precision("highest")


def answer(**values):
    answers.write(json.dumps(values).encode() + b"\n")


def read(shape):
    raw = bytearray(4 * math.prod(shape))
    if requests.readinto(raw) != len(raw):
        sys.exit("a tensor ends early")
    return torch.frombuffer(raw, dtype=torch.float32).view(shape).clone()


def write(tensor):
    tensor = tensor.detach().to("cpu", torch.float32).contiguous()
    answer(values=tensor.numel())
    answers.write((ctypes.c_char * (4 * tensor.numel())).from_address(tensor.data_ptr()))


def synchronize():
    if device == "cuda":
        torch.cuda.synchronize()


def timed(run, repeats):
    """Nanoseconds per execution: wall, and on a GPU between two events, with the gaps between launches (else 0)."""
    events = [torch.cuda.Event(enable_timing=True) for _ in range(2)] if device == "cuda" else []
    synchronize()
    start = time.perf_counter_ns()
    for event in events[:1]:
        event.record()
    for _ in range(repeats):
        run()
    for event in events[1:]:
        event.record()
    synchronize()
    wall = (time.perf_counter_ns() - start) / repeats
    return {"wall": wall, "device": events[0].elapsed_time(events[1]) * 1e6 / repeats if events else 0}


def trial(run):
    """The time of a few executions, to choose a memory format by."""
    timed(run, 2)
    return timed(run, 5)["wall"]


class Op:
    """One op: its forward, or with the gradients of all its inputs."""

    def __init__(self, request, tensors, compiled, memory_format):
        self.both = request["pass"] == "forward+backward"
        self.channels_first = request["op"] == "depthwise"
        if self.channels_first:
            first = {name: self.image(tensors[name], memory_format) for name in ("x", "upstream") if name in tensors}
            tensors = tensors | first
        self.upstream = tensors.get("upstream")
        names, self.forward = self.forward_of(request, tensors)
        self.inputs = [tensors[name].detach().requires_grad_(self.both) for name in names]
        if compiled:
            self.forward = torch.compile(self.forward, dynamic=False)

    @staticmethod
    def image(x, memory_format):
        return x.permute(0, 3, 1, 2).contiguous(memory_format=memory_format)

    @staticmethod
    def forward_of(request, tensors):
        """The names of its inputs, and what it does with them."""
        c = request["size"][-1]
        eps = request["eps"]
        match request["op"], request["pass"]:
            case "matmul", "forward":
                return ["x", "w"], lambda x, w: F.linear(x, w)
            case "matmul", "input":
                return ["upstream", "w"], lambda up, w: up @ w
            case "matmul", "weight":
                return ["upstream", "x"], lambda up, x: up.t() @ x
            case "gelu", _:
                return ["x"], lambda x: F.gelu(x)
            case "softmax", _:
                return ["x"], lambda x: F.softmax(x, -1)
            case "layernorm", _:
                return ["x", "gamma", "beta"], lambda x, gamma, beta: F.layer_norm(x, (c,), gamma, beta, eps)
            case "rmsnorm", _:
                return ["x", "gamma"], lambda x, gamma: F.rms_norm(x, (c,), gamma, eps)
            case "dyt", _:
                return ["x", "alpha", "gamma", "beta"], lambda x, alpha, gamma, beta: torch.tanh(alpha * x) * gamma + beta
            case "attention", _:
                return ["x"], attention
            case "depthwise", _:
                k = tensors["w"].shape[-1]
                return ["x", "w", "beta"], lambda x, w, beta: F.conv2d(x, w, beta, padding=k // 2, groups=c)
        raise ValueError("no op " + request["op"] + " " + request["pass"])

    def run(self):
        y = self.forward(*self.inputs)
        self.last = torch.autograd.grad(y, self.inputs, self.upstream)[0] if self.both else y

    def result(self):
        return self.last.permute(0, 2, 3, 1) if self.channels_first else self.last


def attention(qkv):
    """[batch, tokens, heads x d] from q, k and v packed as [batch, tokens, 3, heads, d]."""
    q, k, v = qkv.permute(2, 0, 3, 1, 4)
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


class DyT(nn.Module):
    def __init__(self, channels, alpha0):
        super().__init__()
        self.alpha = nn.Parameter(torch.full((1,), alpha0))
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return torch.tanh(self.alpha * x) * self.gamma + self.beta


def norm_of(config, channels):
    if config["norm"] == "DYT":
        return DyT(channels, config["alpha0"])
    return nn.LayerNorm(channels, eps=1e-6)


class VitBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, self.heads = config["width"], config["heads"]
        self.norm1 = norm_of(config, width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.norm2 = norm_of(config, width)
        self.mlp = nn.Sequential(nn.Linear(width, config["mlp"]), nn.GELU(), nn.Linear(config["mlp"], width))

    def forward(self, x):
        x = x + self.proj(attention(self.qkv(self.norm1(x)).unflatten(2, (3, self.heads, -1))))
        return x + self.mlp(self.norm2(x))


class Vit(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, patch = config["width"], config["patch"]
        tokens = (config["imageSize"] // patch) ** 2 + 1
        self.patch = nn.Conv2d(config["channels"], width, patch, patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, width))
        self.pos = nn.Parameter(0.02 * torch.randn(1, tokens, width))
        self.blocks = nn.Sequential(*[VitBlock(config) for _ in range(config["depth"])])
        self.norm = norm_of(config, width)
        self.head = nn.Linear(width, config["classes"])

    def forward(self, images):
        x = self.patch(images).flatten(2).transpose(1, 2)
        x = self.blocks(torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.pos)
        return self.head(self.norm(x[:, 1:].mean(1)))


class ChannelsFirst(nn.Module):
    """A norm over the channels of images [batch, channels, side, side]."""

    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNextBlock(nn.Module):
    def __init__(self, config, c):
        super().__init__()
        self.dw = nn.Conv2d(c, c, 7, padding=3, groups=c)
        self.norm = norm_of(config, c)
        self.mlp = nn.Sequential(nn.Linear(c, 4 * c), nn.GELU(), nn.Linear(4 * c, c))
        self.scale = nn.Parameter(torch.full((c,), config["layerScale"]))

    def forward(self, x):
        y = self.mlp(self.norm(self.dw(x).permute(0, 2, 3, 1)))
        return x + (self.scale * y).permute(0, 3, 1, 2)


class ConvNext(nn.Module):
    def __init__(self, config):
        super().__init__()
        dims, patch = config["dims"], config["patch"]
        layers = [nn.Conv2d(config["channels"], dims[0], patch, patch), ChannelsFirst(norm_of(config, dims[0]))]
        for stage, (depth, c) in enumerate(zip(config["depths"], dims)):
            if stage > 0:
                layers += [ChannelsFirst(norm_of(config, dims[stage - 1])), nn.Conv2d(dims[stage - 1], c, 2, 2)]
            layers += [ConvNextBlock(config, c) for _ in range(depth)]
        self.layers = nn.Sequential(*layers)
        self.norm = norm_of(config, dims[-1])
        self.head = nn.Linear(dims[-1], config["classes"])

    def forward(self, images):
        return self.head(self.norm(self.layers(images).mean((2, 3))))


class Training:
    """Steps of training a model on one batch: forward, cross-entropy, backward, AdamW."""

    def __init__(self, request, tensors, compiled, memory_format):
        config = request["config"]
        torch.manual_seed(1)
        model = Vit(config) if config["architecture"] == "vit" else ConvNext(config)
        for part in model.modules():
            if isinstance(part, (nn.Linear, nn.Conv2d)):
                nn.init.normal_(part.weight, std=0.02)
                nn.init.zeros_(part.bias)
        model.to(device, memory_format=memory_format)
        self.images = tensors["images"].contiguous(memory_format=memory_format)
        self.labels = tensors["labels"].long()
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=request["rate"], weight_decay=request["decay"])
        self.loss_of = lambda images, labels: F.cross_entropy(model(images), labels)
        if compiled:
            self.loss_of = torch.compile(self.loss_of, mode="reduce-overhead", dynamic=False)

    def run(self):
        self.optimizer.zero_grad()
        self.last = self.loss_of(self.images, self.labels)
        self.last.backward()
        self.optimizer.step()

    def result(self):
        return self.last


def prepared(request, tensors):
    make = Training if request["op"] == "train" else Op
    memory_format = torch.contiguous_format
    if request["op"] == "depthwise" or request.get("config", {}).get("architecture") == "convnext":
        trials = {f: make(request, tensors, False, f) for f in (torch.contiguous_format, torch.channels_last)}
        memory_format = min(trials, key=lambda f: trial(trials[f].run))
    return make(request, tensors, request["compiled"], memory_format)


works = {}
answer(version=torch.__version__.split("+")[0], cuda=torch.cuda.is_available())
answers.flush()
for line in requests:
    request = json.loads(line)
    tensors = {name: read(shape) for name, shape in request.get("tensors", {}).items()}
    try:
        match request["do"]:
            case "prepare":
                torch._dynamo.reset()  # So that no size is compiled as one of many.
                key = request["work"]
                works[key] = prepared(request, {name: tensor.to(device) for name, tensor in tensors.items()})
                answer()
            case "time":
                answer(**timed(works[request["work"]].run, request["repeats"]))
            case "result":
                write(works[request["work"]].result())
            case "close":
                works.pop(request["work"], None)
                answer()
    except Exception as e:
        text = str(e).strip().splitlines() or [""]
        answer(failure=type(e).__name__ + ": " + text[0])
    answers.flush()
