#!/usr/bin/env python3
"""Traces a full-size torchvision model with random weights.

    trace_model.py MODEL FOLDER        writes FOLDER/MODEL.ts.pt
"""

import pathlib
import sys

import torch
import torchvision


def main() -> None:
    name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    torch.manual_seed(0)
    model = torchvision.models.get_model(name, weights=None) if hasattr(torchvision.models, "get_model") else getattr(
        torchvision.models, name)(weights=None)
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
        torch.jit.trace(model, image, check_trace=False).save(str(folder / f"{name}.ts.pt"))


if __name__ == "__main__":
    main()
