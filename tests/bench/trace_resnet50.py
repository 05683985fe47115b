#!/usr/bin/env python3
"""Traces torchvision's full-size resnet50 with random weights and writes its input and output as test vectors.

    trace_resnet50.py FOLDER        writes resnet50.ts.pt, input_0.pb, output_0.pb
"""

import pathlib
import sys

import onnx
import torch
import torchvision
from onnx import numpy_helper


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(0)
    model = torchvision.models.resnet50(weights=None)
    # Untouched BatchNorm values (0 and 1) are equal between layers, and exporters merge equal tensors.
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.8, 1.2)
            torch.nn.init.uniform_(module.bias, -0.1, 0.1)
            torch.nn.init.uniform_(module.running_mean, -0.1, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.8, 1.2)
    model.eval()
    image = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        torch.jit.trace(model, image, check_trace=False).save(str(folder / "resnet50.ts.pt"))
        result = model(image)
    for name, tensor in (("input_0", image), ("output_0", result)):
        (folder / f"{name}.pb").write_bytes(numpy_helper.from_array(tensor.numpy(), name).SerializeToString())


if __name__ == "__main__":
    main()
