#!/usr/bin/env python3
"""Traces what Python numbers do to the types of tensors, as samples beside those of the operator database.

    python_numbers.py tests/data/conformance/python_numbers

Tracing writes a number down as a tensor without dimensions, float64 or int64, and only eager PyTorch knows that it was
a number: the recorded outputs are what counts.
"""
import pathlib
import sys
import tempfile

import torch
from onnx import numpy_helper

from small_set import strip_source_ranges


class PythonNumbers(torch.nn.Module):
    """`i` has dimensions, `s` has none, `b` is narrow."""

    def forward(self, i, s, b):
        twice = torch.tensor(2.0, dtype=torch.float64)  # no number: its type counts
        return (i * 0.5, (i * i) * 1.25 + 3, 1 - i * 0.5, s * 0.5, s + 1, b + 3, i > 0.5, i / 4, 2 ** i.float(),
                i * twice, torch.where(i > 1, i * 1.5, i * 2.5), torch.stack([s, s * 2.0]))


def save(folder, inputs):
    folder.mkdir(parents=True, exist_ok=True)
    model = PythonNumbers()
    outputs = model(*inputs)
    with tempfile.TemporaryDirectory() as temporary:
        traced = pathlib.Path(temporary) / "model.pt"
        torch.jit.trace(model, inputs).save(str(traced))
        strip_source_ranges(traced, folder / "model.pt")
    for kind, tensors in (("input", inputs), ("output", outputs)):
        for number, tensor in enumerate(tensors):
            name = f"{kind}_{number}"
            (folder / f"{name}.pb").write_bytes(numpy_helper.from_array(tensor.numpy(), name).SerializeToString())


def main():
    folder = pathlib.Path(sys.argv[1])
    grid = torch.arange(6).reshape(2, 3)
    save(folder / "int64_0", (grid, torch.tensor(1.5), torch.tensor([3, -4], dtype=torch.int8)))
    save(folder / "int32_0", (grid.int(), torch.tensor(2.5, dtype=torch.float16), torch.tensor(7, dtype=torch.int8)))


if __name__ == "__main__":
    main()
