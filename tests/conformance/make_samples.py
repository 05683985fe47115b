#!/usr/bin/env python3
"""Writes samples of PyTorch's operator database as models in files, with test vectors.

One folder per sample: DIR/OPERATOR/DTYPE_N with input_0.pb, ... and output_0.pb, ... (ONNX
TensorProto) and the model in the forms that are asked for and that PyTorch itself can make:
model.pt (traced TorchScript), model.pt2 (torch.export.export), model.decomposed.pt2 (the same after
run_decompositions()) and model.strict.pt2 (strict=True).
Tensor arguments are the inputs, in order; everything else is baked in.
Where PyTorch's own rounding makes an output something else than in float64, the folder float64
has the same vectors with that: a sample that agrees with either is right.
DIR/samples.json tells what each folder holds, and what was left out and why.
"""
import argparse
import fnmatch
import json
import os
import pathlib
import random
import re
import shutil
import signal
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


def run_with_seed(module, tensors, seed):
    """Some of the database's functions set a seed themselves, which hides that they are random."""
    torch.manual_seed(seed)
    set_seed = torch.manual_seed
    torch.manual_seed = lambda _: torch.default_generator
    try:
        return run(module, tensors)
    finally:
        torch.manual_seed = set_seed


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


def save_traced(module, tensors, path):
    traced = torch.jit.trace(module, tuple(t.clone() for t in tensors), check_trace=False)
    traced.save(str(path))


def save_exported(module, tensors, path, strict=False, decomposed=False):
    program = torch.export.export(module, tuple(t.clone() for t in tensors), strict=strict)
    if decomposed:
        program = program.run_decompositions()
    if not same(run(program.module(), tensors), run(module, tensors)):
        raise ValueError("PyTorch's own program has other outputs than the operator")
    torch.export.save(program, str(path))


FORMS = {
    "ts": ("model.pt", save_traced),
    "pt2": ("model.pt2", save_exported),
    "decomposed": ("model.decomposed.pt2", lambda *args: save_exported(*args, decomposed=True)),
    "strict": ("model.strict.pt2", lambda *args: save_exported(*args, strict=True)),
}


def write_models(module, tensors, folder, forms):
    """Each form that PyTorch can make; what it says where it cannot, by form."""
    failures = {}
    for form in forms:
        name, save = FORMS[form]
        try:
            save(module, tensors, folder / name)
        except Exception as error:
            (folder / name).unlink(missing_ok=True)
            lines = str(error).splitlines() or [type(error).__name__]
            failures[form] = lines[0][:200]
    return failures


def write_sample(op, sample, folder, seed, options):
    tensors = []
    split = split_tensors(((sample.input, *sample.args), dict(sample.kwargs)), tensors)
    tensors = [tensor.detach() for tensor in tensors]
    if options.special_values:
        generator = torch.Generator().manual_seed(seed)
        tensors = [with_special_values(tensor, generator) for tensor in tensors]
    if any(t.layout != torch.strided for t in tensors):
        raise LeftOut("sparse")
    if any(t.is_complex() for t in tensors):
        raise LeftOut("complex-valued")
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
    if not same(run_with_seed(module, tensors, seed), run_with_seed(module, tensors, seed + 1)):
        raise LeftOut("random")
    folder.mkdir(parents=True)
    failures = write_models(module, tensors, folder, options.forms)
    if len(failures) == len(options.forms):
        shutil.rmtree(folder)
        return failures
    write_vectors(folder, tensors, outputs)
    exact = exact_outputs(module, tensors, outputs, seed)
    if exact is not None:
        (folder / "float64").mkdir()
        write_vectors(folder / "float64", tensors, exact)
    return failures


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


def write_operator(op, name, options, rules):
    """What became of the operator's samples: lists by the names in samples.json."""
    found = {"samples": [], "left_out": [], "not_made": []}
    for place, dtype in enumerate(dtypes_of(op, options.dtypes)):
        text = str(dtype).replace("torch.", "")
        reason = left_out_reason(rules, f"{op.name}/{text}")
        if reason:
            found["left_out"].append({"operator": f"{op.name} ({text})", "reason": reason})
            continue
        seed = zlib.crc32(f"{name} {text}".encode()) + options.seed
        torch.manual_seed(seed)
        random.seed(seed)
        try:
            import numpy
            numpy.random.seed(seed)
            samples = list(op.sample_inputs("cpu", dtype, requires_grad=False))
        except Exception as error:
            found["left_out"].append(
                {"operator": name, "reason": f"no samples of {text}: {error}"[:200]})
            continue
        for index, sample in spread(samples, options.sample if place == 0 or options.dtypes else 1):
            path = f"{name}/{text}_{index}"
            try:
                failures = write_sample(op, sample, options.out / path, seed, options)
                if len(failures) < len(options.forms):
                    found["samples"].append({"sample": path})
                found["not_made"] += [{"sample": path, "form": form, "reason": why}
                                      for form, why in failures.items()]
            except LeftOut as reason:
                found["left_out"].append({"operator": path, "reason": str(reason)})
            except Exception as error:
                why = f"PyTorch: {error}".splitlines()[0][:200]
                found["left_out"].append({"operator": path, "reason": why})
    return found


def start_operator(op, name, options, rules):
    """Operators have processes of their own: one that crashes or hangs costs no other."""
    ends = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(ends[0])
        signal.alarm(options.time_limit)
        status = 1
        try:
            found = write_operator(op, name, options, rules)
            with os.fdopen(ends[1], "w") as pipe:
                json.dump(found, pipe)
            status = 0
        finally:
            os._exit(status)
    os.close(ends[1])
    return process, ends[0]


def end_operator(process, pipe, name):
    with os.fdopen(pipe) as file:
        text = file.read()
    os.waitpid(process, 0)
    if text:
        return json.loads(text)
    return {"left_out": [{"operator": name, "reason": "PyTorch crashes or takes too long"}]}


def write_operators(ops, options, rules, index):
    running = []
    while ops or running:
        while ops and len(running) < options.jobs:
            op, name = ops.pop(0)
            running.append((*start_operator(op, name, options, rules), name))
        for key, found in end_operator(*running.pop(0)).items():
            index[key] += found


def dtype_list(text):
    if text == "all":
        return list(ONNX_DTYPES)
    return [DTYPES_BY_NAME[name] for name in text.split(",")]


def form_list(text):
    forms = text.split(",")
    if unknown := [form for form in forms if form not in FORMS]:
        raise argparse.ArgumentTypeError(f"no form {unknown[0]}; there are {', '.join(FORMS)}")
    return forms


def warm_up(forms):
    """What PyTorch imports when it exports for the first time, for all processes at once."""
    class Twice(torch.nn.Module):
        def forward(self, x):
            return x * 2

    if "pt2" in forms or "decomposed" in forms:
        torch.export.export(Twice(), (torch.ones(2),), strict=False).run_decompositions()
    if "strict" in forms:
        torch.export.export(Twice(), (torch.ones(2),), strict=True)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--sample", type=int, default=3, help="samples per operator (3)")
    parser.add_argument("--ops", default="", help="regular expression for the operators' names")
    parser.add_argument("--dtypes", type=dtype_list, default=[],
                        help="as many samples of each of these: all, or float16,int32,...")
    parser.add_argument("--forms", type=form_list, default=["ts"],
                        help="which files: ts,pt2,decomposed,strict (ts); .pt2 needs PyTorch 2.5")
    parser.add_argument("--seed", type=int, default=0, help="other random numbers (0)")
    parser.add_argument("--special-values", action="store_true",
                        help="with NaN, infinities, signed zeros and large numbers in the inputs")
    parser.add_argument("--jobs", type=int, default=1, help="operators at a time (1)")
    parser.add_argument("--time-limit", type=int, default=600, help="seconds per operator (600)")
    return parser.parse_args()


def main():
    options = parse_options()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    rules = read_left_out()
    index = {"torch": torch.__version__, "samples": [], "left_out": [], "not_made": []}
    ops = []
    for op in op_db:
        if options.ops and not re.search(options.ops, op.name):
            continue
        reason = left_out_reason(rules, op.name)
        if options.special_values:
            reason = reason or left_out_reason(rules, f"{op.name}/special")
        if reason:
            index["left_out"].append({"operator": op.name, "reason": reason})
        else:
            ops.append((op, op.formatted_name.replace("/", "_")))
    warm_up(options.forms)
    write_operators(ops, options, rules, index)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "samples.json").write_text(json.dumps(index, indent=1) + "\n")
    count = len({s["sample"].split("/")[0] for s in index["samples"]})
    print(f"{len(index['samples'])} samples of {count} operators")


if __name__ == "__main__":
    main()
