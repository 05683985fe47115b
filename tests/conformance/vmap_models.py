#!/usr/bin/env python3
"""Exports models that call torch.vmap, as samples beside those of the operator database.

    python3 vmap_models.py tests/data/conformance/vmap

Needs PyTorch 2.14 or newer, whose torch.export keeps the calls of vmap, and the onnx module.
"""
import pathlib
import sys
import tempfile
import zipfile

import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F


class PerExample(nn.Module):
    """A module of the model in each example."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x, y):
        return torch.vmap(lambda a, b: (self.linear(a) * b.sum()).softmax(0))(x, y)


class PairwiseProducts(nn.Module):
    """Two levels, of one argument each."""

    def forward(self, x, y):
        return torch.vmap(torch.vmap(torch.dot, in_dims=(None, 0)), in_dims=(0, None))(x, y)


class AttentionMask(nn.Module):
    """Four levels of numbers, and tables looked up with them: how transformers makes masks."""

    def forward(self, x, padding):
        length = x.shape[1]
        mask = lambda batch, head, query, key: (query >= key) & padding[batch, key]
        for dims in [(None, None, None, 0), (None, None, 0, None), (None, 0, None, None), (0, None, None, None)]:
            mask = torch.vmap(mask, in_dims=dims, out_dims=0)
        allowed = mask(torch.arange(x.shape[0]), torch.arange(2), torch.arange(length), torch.arange(length))
        scores = x[:, None] @ x[:, None].transpose(-1, -2)
        return torch.where(allowed, scores, -1e9).softmax(-1)


class Ensemble(nn.Module):
    """Weights that have a level, with an input that has none."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, 5, 4))
        self.bias = nn.Parameter(torch.randn(3, 5))

    def forward(self, x):
        member = lambda w, b, x: F.layer_norm(F.linear(x, w, b).relu(), (5,))
        return torch.vmap(member, in_dims=(0, 0, None))(self.weight, self.bias, x)


class Images(nn.Module):
    """Convolution, pooling, views and reductions of one image each."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x):
        def one(image):
            y = F.max_pool2d(self.conv(image).relu(), 2)
            return y.reshape(y.shape[0], -1).transpose(0, 1).flatten(), y.max(), y.argmax(0), y.argmin()

        return torch.vmap(one)(x)


class Lookups(nn.Module):
    """Indices that differ between the examples, at the front and behind."""

    def forward(self, x, i):
        def one(a, j):
            return (a[j], a[:, j], torch.cat([a[:2], a[j]]), torch.stack([a.max(0).values, a.min(0)[0]]), a.var(), a.std(1),
                    a.gather(1, j.unsqueeze(0).expand(a.shape[0], -1)), a.permute(1, 0).cumsum(0), a.norm(dim=1))

        return torch.vmap(one)(x, i)


class Matrices(nn.Module):
    """Products of matrices and vectors; levels from and to other places."""

    def forward(self, x, y):
        def one(a, b):
            return (a @ b, a @ a.T, torch.mv(a @ a.T, a[:, 0]), b.T.expand(2, *b.T.shape), b.topk(2).values,
                    torch.split(b, 1, 0)[1].squeeze(0))

        return torch.vmap(one, in_dims=(0, 2), out_dims=(0, 1, 0, -1, 0, 1))(x, y)


class Attention(nn.Module):
    def forward(self, x):
        return torch.vmap(lambda a: F.scaled_dot_product_attention(a, a, a))(x)


class Numbers(nn.Module):
    """Numbers with a level beside vectors; results that one level does not touch."""

    def forward(self, x, y):
        mixed = torch.vmap(lambda a, b: a * b + torch.maximum(a, b) - a.unsqueeze(-1).sum(-1))(x, y)
        return mixed, *torch.vmap(lambda a, b: (a, b, a + b.abs()), in_dims=(None, 0), out_dims=(0, 0, -1))(x, y)


def compressed(source, target):
    """The archive as it is, deflated."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            after.writestr(zipfile.ZipInfo(entry.filename), before.read(entry), zipfile.ZIP_DEFLATED)


def save(folder, program, inputs, outputs):
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        whole = pathlib.Path(temporary) / "model.pt2"
        torch.export.save(program, str(whole))
        compressed(whole, folder / "model.pt2")
    for kind, tensors in (("input", inputs), ("output", outputs)):
        for number, tensor in enumerate(tensors):
            name = f"{kind}_{number}"
            array = tensor.detach().contiguous().numpy()
            (folder / f"{name}.pb").write_bytes(numpy_helper.from_array(array, name).SerializeToString())


def main():
    torch.manual_seed(0)
    folder = pathlib.Path(sys.argv[1])
    batch, length = torch.export.Dim("batch", min=2, max=64), torch.export.Dim("length", min=2, max=64)
    mask_inputs = lambda b, n: (torch.randn(b, n, 4), torch.rand(b, n) > 0.3)
    # Model, inputs, its dynamic sizes, other inputs, strict.
    cases = {
        "per_example": (PerExample(), (torch.randn(5, 4), torch.randn(5, 2)), ({0: batch}, {0: batch}),
                        (torch.randn(7, 4), torch.randn(7, 2)), False),
        "pairwise": (PairwiseProducts(), (torch.randn(3, 4), torch.randn(2, 4)), None, None, True),
        "mask": (AttentionMask(), mask_inputs(3, 5), ({0: batch, 1: length},) * 2, mask_inputs(4, 6), False),
        "ensemble": (Ensemble(), (torch.randn(2, 4),), None, None, False),
        "images": (Images(), (torch.randn(2, 3, 8, 8),), None, None, False),
        "lookups": (Lookups(), (torch.randn(4, 5, 6), torch.randint(0, 5, (4, 3))), None, None, False),
        "matrices": (Matrices(), (torch.randn(3, 4, 4), torch.randn(4, 5, 3)), None, None, True),
        "attention": (Attention(), (torch.randn(3, 2, 5, 4),), None, None, False),
        "numbers": (Numbers(), (torch.randn(4, 3), torch.randn(4)), None, None, True),
    }
    for name, (model, inputs, dynamic, others, strict) in cases.items():
        program = torch.export.export(model.eval(), inputs, dynamic_shapes=dynamic, strict=strict)
        for number, tensors in enumerate([inputs] + ([others] if others else [])):
            outputs = model(*tensors)
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            save(folder / f"{name}_{number}", program, tensors, outputs)


if __name__ == "__main__":
    main()
