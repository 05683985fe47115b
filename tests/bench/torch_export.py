#!/usr/bin/env python3
"""Exports a traced file with torch.onnx.export and prints the seconds that the call alone took.

    torch_export.py MODEL.ts.pt OUT.onnx
"""

import sys
import time
import warnings

import torch

warnings.simplefilter("ignore")
model = torch.jit.load(sys.argv[1])
image = torch.randn(1, 3, 224, 224)
start = time.perf_counter()
torch.onnx.export(model, image, sys.argv[2], opset_version=17)
print(f"{time.perf_counter() - start:.4f}")
