#!/usr/bin/env python3
"""Writes traced TorchScript modules of samples of PyTorch's operator database, with test vectors.

One folder per sample: DIR/OPERATOR/DTYPE_N with model.pt, input_0.pb, ... and output_0.pb, ...
(ONNX TensorProto). Tensor arguments are the inputs, in order; everything else is baked in.
Where PyTorch's own rounding makes an output something else than in float64, the folder float64
has the same vectors with that: a sample that agrees with either is right.
DIR/samples.json tells what each folder holds, and what was left out and why.
"""
import argparse
import fnmatch
import json
import pathlib
import random
import re
import sys
import types
import warnings
import zlib


def supply_expecttest():
    """op_db's module imports expecttest for test cases that are not run here."""
    if "expecttest" not in sys.modules:
        stub = types.ModuleType("expecttest")
        stub.ACCEPT = False
        stub.TestCase = type("TestCase", (), {})
        sys.modules["expecttest"] = stub


supply_expecttest()
warnings.filterwarnings("ignore")

import torch  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent

# ONNX's TensorProto.DataType.
ONNX_DTYPES = {
    torch.float32: 1, torch.uint8: 2, torch.int8: 3, torch.int16: 5, torch.int32: 6,
    torch.int64: 7, torch.bool: 9, torch.float16: 10, torch.float64: 11, torch.bfloat16: 16,
}
DTYPES_BY_NAME = {str(dtype).replace("torch.", ""): dtype for dtype in ONNX_DTYPES}


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def length_delimited(field, payload):
    return varint(field << 3 | 2) + varint(len(payload)) + payload


def tensor_proto(tensor, name):
    """The wire format of TensorProto: dims 1, data_type 2, name 8, raw_data 9."""
    tensor = tensor.detach().contiguous()
    out = b"".join(varint(1 << 3) + varint(size) for size in tensor.shape)
    out += varint(2 << 3) + varint(ONNX_DTYPES[tensor.dtype])
    out += length_delimited(8, name.encode())
    if tensor.dtype == torch.bfloat16:  # numpy has no such type; its bits are what counts
        tensor = tensor.view(torch.int16)
    return out + length_delimited(9, tensor.numpy().tobytes())


def read_left_out():
    rules = []
    for line in (HERE / "left_out.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern, reason = line.split("\t")
            rules.append((pattern, reason))
    return rules


def split_tensors(value, tensors):
    """Replaces tensors in nested arguments by their place among the inputs."""
    if isinstance(value, torch.Tensor):
        tensors.append(value)
        return ("tensor", len(tensors) - 1)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return (type(value), [split_tensors(item, tensors) for item in value])
    if isinstance(value, dict):
        return (dict, {key: split_tensors(item, tensors) for key, item in value.items()})
    return ("value", value)


def join_tensors(split, tensors):
    kind, content = split
    if kind == "tensor":
        return tensors[content]
    if kind == "value":
        return content
    if kind is dict:
        return {key: join_tensors(item, tensors) for key, item in content.items()}
    return kind(join_tensors(item, tensors) for item in content)


class LeftOut(Exception):
    pass


def flatten_outputs(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in flatten_outputs(item)]
    raise LeftOut(f"an output is no tensor but {type(value).__name__}")


class SampleModule(torch.nn.Module):
    """Calls one operator with the baked arguments around the tensors."""

    def __init__(self, op, split):
        super().__init__()
        self.op, self.split = op, split

    def forward(self, *tensors):
        args, kwargs = join_tensors(self.split, tensors)
        outputs = flatten_outputs(self.op(*args, **kwargs))
        return outputs[0] if len(outputs) == 1 else tuple(outputs)


def run(module, tensors):
    return flatten_outputs(module(*[tensor.clone() for tensor in tensors]))


def same(a, b):
    return len(a) == len(b) and all(
        x.shape == y.shape and x.dtype == y.dtype and torch.allclose(
            x.double(), y.double(), rtol=1e-5, atol=1e-6, equal_nan=True) for x, y in zip(a, b))


# How much two results in a type may differ: strata's own tolerances.
TOLERANCES = {torch.float16: (1e-2, 2e-3), torch.bfloat16: (5e-2, 2e-2)}


def exact_outputs(module, tensors, outputs, seed):
    """What PyTorch computes in float64, where its own rounding makes the outputs something else
    than that; None where they agree, or where there is no such computation."""
    if not any(tensor.is_floating_point() for tensor in tensors):
        return None
    wide = [t.double() if t.is_floating_point() else t for t in tensors]
    torch.manual_seed(seed)
    try:
        exact = run(module, wide)
    except Exception:
        return None
    if [t.shape for t in exact] != [t.shape for t in outputs]:
        return None
    exact = [x.to(y.dtype) for x, y in zip(exact, outputs)]
    for x, y in zip(exact, outputs):
        rtol, atol = TOLERANCES.get(y.dtype, (1e-3, 1e-4))
        if not torch.allclose(y.double(), x.double(), rtol=rtol, atol=atol, equal_nan=True):
            return exact
    return None


def with_special_values(tensor, generator):
    """Every fifth number becomes NaN, an infinity, a zero of either sign or a very large one."""
    if not tensor.is_floating_point() or tensor.numel() == 0:
        return tensor
    special = torch.tensor([float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1e4])
    chosen = torch.rand(tensor.shape, generator=generator) < 0.2
    values = special[torch.randint(len(special), tensor.shape, generator=generator)]
    return torch.where(chosen, values.to(tensor.dtype), tensor)


def write_vectors(folder, inputs, outputs):
    for kind, values in (("input", inputs), ("output", outputs)):
        for i, tensor in enumerate(values):
            (folder / f"{kind}_{i}.pb").write_bytes(tensor_proto(tensor, ""))


def write_sample(op, sample, folder, seed, special_values):
    tensors = []
    split = split_tensors(((sample.input, *sample.args), dict(sample.kwargs)), tensors)
    tensors = [tensor.detach() for tensor in tensors]
    if special_values:
        generator = torch.Generator().manual_seed(seed)
        tensors = [with_special_values(tensor, generator) for tensor in tensors]
    if any(t.layout != torch.strided for t in tensors):
        raise LeftOut("sparse")
    if any(t.dtype not in ONNX_DTYPES for t in tensors):
        raise LeftOut("an input's dtype")
    module = SampleModule(op.op, split).eval()
    torch.manual_seed(seed)
    outputs = run(module, tensors)
    if not outputs:
        raise LeftOut("no output")
    if any(t.layout != torch.strided for t in outputs):
        raise LeftOut("sparse")
    if any(t.is_complex() for t in outputs):
        raise LeftOut("complex-valued")
    if any(t.dtype not in ONNX_DTYPES for t in outputs):
        raise LeftOut("an output's dtype")
    torch.manual_seed(seed + 1)
    if not same(outputs, run(module, tensors)):
        raise LeftOut("random")
    traced = torch.jit.trace(module, tuple(t.clone() for t in tensors), check_trace=False)
    folder.mkdir(parents=True)
    traced.save(str(folder / "model.pt"))
    write_vectors(folder, tensors, outputs)
    exact = exact_outputs(module, tensors, outputs, seed)
    if exact is not None:
        (folder / "float64").mkdir()
        write_vectors(folder / "float64", tensors, exact)


def spread(items, count):
    """The first, the last and evenly between."""
    if len(items) <= count:
        return list(enumerate(items))
    places = sorted({round(i * (len(items) - 1) / max(count - 1, 1)) for i in range(count)})
    return [(place, items[place]) for place in places]


def dtypes_of(op, wanted):
    """Those wanted; else the main dtype, and integers or bool in addition where the operator takes
    them."""
    supported = op.supported_dtypes("cpu")
    if wanted:
        return [t for t in wanted if t in supported]
    dtypes = [t for t in (torch.float32, torch.int64, torch.bool) if t in supported]
    return dtypes or [t for t in supported if t in ONNX_DTYPES][:1]


def left_out_reason(rules, name):
    return next((why for pattern, why in rules if fnmatch.fnmatchcase(name, pattern)), None)


def write_operator(op, name, options, rules, left_out, written):
    for place, dtype in enumerate(dtypes_of(op, options.dtypes)):
        text = str(dtype).replace("torch.", "")
        reason = left_out_reason(rules, f"{op.name}/{text}")
        if reason:
            left_out.append({"operator": f"{op.name} ({text})", "reason": reason})
            continue
        seed = zlib.crc32(f"{name} {text}".encode()) + options.seed
        torch.manual_seed(seed)
        random.seed(seed)
        try:
            import numpy
            numpy.random.seed(seed)
            samples = list(op.sample_inputs("cpu", dtype, requires_grad=False))
        except Exception as error:
            left_out.append({"operator": name, "reason": f"no samples of {text}: {error}"[:200]})
            continue
        for index, sample in spread(samples, options.sample if place == 0 or options.dtypes else 1):
            path = f"{name}/{text}_{index}"
            try:
                write_sample(op, sample, options.out / path, seed, options.special_values)
                written.append({"sample": path})
            except LeftOut as reason:
                left_out.append({"operator": path, "reason": str(reason)})
            except Exception as error:
                left_out.append({"operator": path, "reason": f"PyTorch: {error}".splitlines()[0][:200]})


def dtype_list(text):
    if text == "all":
        return list(ONNX_DTYPES)
    return [DTYPES_BY_NAME[name] for name in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--sample", type=int, default=3, help="samples per operator (3)")
    parser.add_argument("--ops", default="", help="regular expression for the operators' names")
    parser.add_argument("--dtypes", type=dtype_list, default=[],
                        help="as many samples of each of these: all, or float16,int32,...")
    parser.add_argument("--seed", type=int, default=0, help="other random numbers (0)")
    parser.add_argument("--special-values", action="store_true",
                        help="with NaN, infinities, signed zeros and large numbers in the inputs")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    rules = read_left_out()
    left_out, written = [], []
    for op in op_db:
        name = op.formatted_name.replace("/", "_")
        if options.ops and not re.search(options.ops, op.name):
            continue
        reason = left_out_reason(rules, op.name)
        if options.special_values:
            reason = reason or left_out_reason(rules, f"{op.name}/special")
        if reason:
            left_out.append({"operator": op.name, "reason": reason})
            continue
        write_operator(op, name, options, rules, left_out, written)
    index = {"torch": torch.__version__, "samples": written, "left_out": left_out}
    (options.out / "samples.json").write_text(json.dumps(index, indent=1) + "\n")
    print(f"{len(written)} samples of {len({s['sample'].split('/')[0] for s in written})} operators")


if __name__ == "__main__":
    main()
