#!/usr/bin/env python3
"""Makes the bundled sample: a small ResNet with random weights, traced, with an input and PyTorch's output.

Needs PyTorch only (Debian: python3-torch). Run it in this folder, so that the recorded source lines name this file
without a folder:

    /usr/bin/python3 -c "exec(compile(open('make_sample.py').read(), 'make_sample.py', 'exec'))"
"""

import struct

import torch
from torch import nn


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut around them."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        return self.relu(x + shortcut)


class TinyResNet(nn.Module):
    def __init__(self, classes: int = 10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2)
        )
        self.layer1 = nn.Sequential(BasicBlock(8, 8), BasicBlock(8, 8))
        self.layer2 = nn.Sequential(BasicBlock(8, 16, 2), BasicBlock(16, 16))
        self.layer3 = nn.Sequential(BasicBlock(16, 32, 2), BasicBlock(32, 32))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(32, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.stem(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def write_tensor(path: str, name: str, tensor: torch.Tensor) -> None:
    """Writes an ONNX TensorProto: dims (1), data_type (2, 1 is float), name (8), raw_data (9)."""
    data = struct.pack(f"<{tensor.numel()}f", *tensor.detach().flatten().tolist())
    out = b"".join(b"\x08" + varint(size) for size in tensor.shape)
    out += b"\x10\x01" + b"\x42" + varint(len(name)) + name.encode() + b"\x4a" + varint(len(data)) + data
    with open(path, "wb") as file:
        file.write(out)


def main() -> None:
    torch.manual_seed(20260)
    model = TinyResNet()
    # Untouched BatchNorm statistics and weights (0 and 1) would hide a lost or swapped one.
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    model.eval()
    image = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        torch.jit.trace(model, image, check_trace=False).save("tiny_resnet.ts.pt")
        write_tensor("input_0.pb", "x", image)
        write_tensor("output_0.pb", "logits", model(image))


if __name__ == "__main__":
    main()
