"""Writes the small TorchScript files of this folder (any PyTorch from 1.13 on).

Each model is about one thing that the TorchScript front end must get right.
"""
import pathlib
import sys
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn


@torch.jit.interface
class Step(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class Double(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2


class Triple(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 3


class Interfaces(nn.Module):
    """Modules behind an interface type, chosen by a constant index."""
    first: Step

    def __init__(self):
        super().__init__()
        self.first = Triple()
        self.steps = nn.ModuleList([Double(), Triple()])

    def forward(self, x: Tensor) -> Tensor:
        step: Step = self.steps[1]
        return step.forward(self.first.forward(x))


class Pair(nn.Module):
    """Returns a tuple; has a method of its own and calls a free function."""

    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(4)

    def scaled(self, x: Tensor, by: float) -> Tensor:
        return torch.sigmoid(x) * by

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.scaled(x, 0.5), nn.functional.relu(self.norm(x))

    @torch.jit.export
    def decode(self, x: Tensor) -> Tensor:
        return torch.tanh(x)


class Methods(nn.Module):
    def __init__(self):
        super().__init__()
        self.pair = Pair()

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.pair(x)
        return self.pair.decode(a) + b


class Lists(nn.Module):
    """A list that grows, one that is a literal, one that a branch chooses, a dict."""

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        grown = [x]
        for _ in range(2):
            grown.append(x + 1)
        sizes = [1, -1]
        if bool(x.sum() > 0):
            sizes = [-1, 1]
        return {"cat": torch.cat(grown), "pair": torch.stack([x, x], dim=1), "view": x.view(sizes)}


class State(nn.Module):
    """Assigns to an attribute and reads it again."""
    scale: float

    def __init__(self):
        super().__init__()
        self.scale = 2.0

    def forward(self, x: Tensor, mask: Optional[Tensor] = None) -> Tensor:
        y = x * self.scale
        self.scale = 3.0
        if mask is not None:
            y = y + mask
        return y * self.scale


class Tied(nn.Module):
    """One weight with two owners of different kinds."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("bias", torch.arange(10.0)[::2])

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.embed(x)) + self.bias


class Twins(nn.Module):
    """Instances that share their class in TorchScript."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3), nn.ReLU())
        self.idle = nn.ModuleList([nn.Linear(3, 3)])

    def forward(self, x: Tensor) -> Tensor:
        return self.body(self.body(x))


class Scaled(nn.Module):
    """Two tensors and a number; made on another's tensors when that is given."""

    def __init__(self, scale: float, other=None):
        super().__init__()
        self.inner = other.inner if other is not None else nn.Linear(3, 3)
        self.scale: float = scale

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.inner(x)) * self.scale


class SharedInstances(nn.Module):
    """Instances with two names, which scripting makes two objects of, and such as only look so."""

    def __init__(self):
        super().__init__()
        self.first = Scaled(2.0)
        self.again = self.first
        self.other = Scaled(3.0, self.first)  # its inner one is the same instance
        self.plain = nn.Linear(3, 3, bias=False)
        self.tied = nn.Linear(3, 3, bias=False)
        self.tied.weight = self.plain.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.tied(self.plain(self.other(self.again(self.first(x)))))


class Encoder(nn.Module):
    """Asks for devices, gradients and nested tensors to choose between a fused kernel and its
    children."""

    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)


class Dropping(nn.Module):
    """Saved in training mode; another one in evaluation."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(3)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.norm(x))


if __name__ == "__main__":
    torch.manual_seed(0)
    # Into the current folder, or in the folder that is given (the files record the script's own path).
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    for model in (Interfaces(), Methods(), Lists(), State(), Tied(), Twins(), Encoder()):
        name = type(model).__name__.lower()
        torch.jit.script(model.eval()).save(str(folder / f"{name}.script.pt"))
    torch.jit.script(Dropping().train()).save(str(folder / "dropping.script.pt"))
    torch.jit.script(SharedInstances().eval()).save(str(folder / "shared_instances.script.pt"))
    # In training mode, too, but without anything that minds.
    torch.jit.script(Tied().train()).save(str(folder / "tied_training.script.pt"))
    torch.jit.trace(Twins().eval(), torch.ones(2, 3)).save(str(folder / "twins.ts.pt"))
    torch.jit.trace(Tied().eval(), torch.tensor([0, 1])).save(str(folder / "tied.ts.pt"))
