#!/usr/bin/env python3
"""Writes torch.export archives for benchmarks, without PyTorch.

    make_pt2.py resnet50 OUT.pt2          ResNet-50 as torchvision has it: 25.6 million parameters, random weights
    make_pt2.py json MEGABYTES OUT.json   the program of a deep network, as long as wanted

The layout and the JSON are those of PyTorch 2.14 (schema 8.20).
"""
import json
import math
import random
import struct
import sys
import zlib


def tensor_meta(sizes, dtype=7):
    strides = [1] * len(sizes)
    for i in range(len(sizes) - 2, -1, -1):
        strides[i] = strides[i + 1] * sizes[i + 1]
    return {
        "dtype": dtype,
        "sizes": [{"as_int": size} for size in sizes],
        "requires_grad": False,
        "device": {"type": "cpu", "index": None},
        "strides": [{"as_int": stride} for stride in strides],
        "storage_offset": {"as_int": 0},
        "layout": 7,
    }


class Network:
    """Collects nodes, weights and modules."""

    def __init__(self):
        self.nodes, self.weights, self.values = [], [], {}
        self.parameters, self.buffers = [], []
        self.modules, self.counts = {"": None}, {}

    def value(self, name, sizes, dtype=7):
        self.values[name] = tensor_meta(sizes, dtype)
        return name

    def tensor(self, fqn, sizes, kind="p", dtype=7, values=None):
        name = f"{kind}_{fqn.replace('.', '_')}"
        self.value(name, sizes, dtype)
        (self.parameters if kind == "p" else self.buffers).append((name, fqn))
        self.weights.append((fqn, sizes, dtype, kind == "p", values))
        return name

    def node(self, op, overload, arguments, sizes, stack):
        self.counts[op] = self.counts.get(op, -1) + 1
        name = op + (f"_{self.counts[op]}" if self.counts[op] else "")
        chain = ["L__self__,,torchvision.models.resnet.ResNet"]
        for path, cls in stack:
            chain.append(f"L__self__{path.replace('.', '_')},{path},{cls}")
            self.modules[path] = None
        self.nodes.append(
            {
                "target": f"torch.ops.aten.{op}.{overload}",
                "inputs": [{"name": key, "arg": arg, "kind": 1} for key, arg in arguments],
                "outputs": [{"as_tensor": {"name": name}}],
                "metadata": {
                    "stack_trace": 'File "/usr/lib/python3/dist-packages/torchvision/models/resnet.py", line 285, in '
                    f'forward\n    return self._forward_impl(x)\n  File "/model/{op}.py", line {len(self.nodes)}, in '
                    f"forward\n    return F.{op}(",
                    "nn_module_stack": ";".join(chain),
                    "torch_fn": f"{op}_{self.counts[op] + 1};function.{op}",
                },
                "is_hop_single_tensor_return": None,
                "name": name,
            }
        )
        return self.value(name, sizes)

    def conv(self, x, sizes, fqn, outer, out, kernel, stride, padding):
        weight = self.tensor(f"{fqn}.weight", [out, sizes[1], kernel, kernel])
        side = (sizes[2] + 2 * padding - kernel) // stride + 1
        sizes = [sizes[0], out, side, side]
        arguments = [("input", t(x)), ("weight", t(weight)), ("bias", {"as_none": True})]
        arguments += [("stride", {"as_ints": [stride] * 2}), ("padding", {"as_ints": [padding] * 2})]
        stack = outer + [(fqn, "torch.nn.modules.conv.Conv2d")]
        return self.node("conv2d", "default", arguments, sizes, stack), sizes

    def batch_norm(self, x, sizes, fqn, outer):
        c = sizes[1]
        gamma, beta = self.tensor(f"{fqn}.weight", [c], values=1.0), self.tensor(f"{fqn}.bias", [c])
        mean = self.tensor(f"{fqn}.running_mean", [c], "b")
        var = self.tensor(f"{fqn}.running_var", [c], "b", values=1.0)
        self.tensor(f"{fqn}.num_batches_tracked", [], "b", 5)
        arguments = [("input", t(x)), ("weight", t(gamma)), ("bias", t(beta)), ("running_mean", t(mean))]
        arguments += [("running_var", t(var)), ("training", {"as_bool": False}), ("momentum", {"as_float": 0.1})]
        arguments += [("eps", {"as_float": 1e-05}), ("cudnn_enabled", {"as_bool": False})]
        stack = outer + [(fqn, "torch.nn.modules.batchnorm.BatchNorm2d")]
        return self.node("batch_norm", "default", arguments, sizes, stack)

    def relu(self, x, sizes, fqn, outer, call=0):
        path = fqn + (f"@{call}" if call else "")
        return self.node("relu_", "default", [("self", t(x))], sizes, outer + [(path, "torch.nn.modules.activation.ReLU")])

    def program(self, inputs, output):
        specs = [{"parameter": {"arg": {"name": n}, "parameter_name": f}} for n, f in self.parameters]
        specs += [{"buffer": {"arg": {"name": n}, "buffer_name": f, "persistent": True}} for n, f in self.buffers]
        specs += [{"user_input": {"arg": t(name)}} for name in inputs]
        names = [n for n, _ in self.parameters] + [n for n, _ in self.buffers] + inputs
        modules = [m for m in self.modules if "@" not in m]
        return {
            "graph_module": {
                "graph": {
                    "inputs": [t(name) for name in names],
                    "outputs": [t(output)],
                    "nodes": self.nodes,
                    "tensor_values": self.values,
                    "sym_int_values": {},
                    "sym_bool_values": {},
                    "is_single_tensor_return": False,
                    "custom_obj_values": {},
                    "sym_float_values": {},
                },
                "signature": {"input_specs": specs, "output_specs": [{"user_output": {"arg": t(output)}}]},
                "module_call_graph": [{"fqn": fqn, "signature": None} for fqn in modules],
                "metadata": {},
            },
            "opset_version": {"aten": 10},
            "range_constraints": {},
            "schema_version": {"major": 8, "minor": 20},
            "verifiers": ["TRAINING"],
            "torch_version": "2.14.1",
        }


def t(name):
    return {"as_tensor": {"name": name}}


def resnet(blocks):
    net = Network()
    sizes = [1, 3, 224, 224]
    x = net.value("x", sizes)
    x, sizes = net.conv(x, sizes, "conv1", [], 64, 7, 2, 3)
    x = net.relu(net.batch_norm(x, sizes, "bn1", []), sizes, "relu", [])
    side = (sizes[2] + 1) // 2
    sizes = [1, 64, side, side]
    pool = [("self", t(x)), ("kernel_size", {"as_ints": [3, 3]}), ("stride", {"as_ints": [2, 2]})]
    pool += [("padding", {"as_ints": [1, 1]})]
    x = net.node("max_pool2d", "default", pool, sizes, [("maxpool", "torch.nn.modules.pooling.MaxPool2d")])
    for stage, count in enumerate(blocks):
        layer = f"layer{stage + 1}"
        width = 64 * 2 ** min(stage, 3)
        for block in range(count):
            fqn = f"{layer}.{block}"
            outer = [(layer, "torch.nn.modules.container.Sequential"), (fqn, "torchvision.models.resnet.Bottleneck")]
            stride = 2 if block == 0 and stage > 0 else 1
            y, s = net.conv(x, sizes, f"{fqn}.conv1", outer, width, 1, 1, 0)
            y = net.relu(net.batch_norm(y, s, f"{fqn}.bn1", outer), s, f"{fqn}.relu", outer)
            y, s = net.conv(y, s, f"{fqn}.conv2", outer, width, 3, stride, 1)
            y = net.relu(net.batch_norm(y, s, f"{fqn}.bn2", outer), s, f"{fqn}.relu", outer, 1)
            y, s = net.conv(y, s, f"{fqn}.conv3", outer, 4 * width, 1, 1, 0)
            y = net.batch_norm(y, s, f"{fqn}.bn3", outer)
            if block == 0:
                down = outer + [(f"{fqn}.downsample", "torch.nn.modules.container.Sequential")]
                x, _ = net.conv(x, sizes, f"{fqn}.downsample.0", down, 4 * width, 1, stride, 0)
                x = net.batch_norm(x, s, f"{fqn}.downsample.1", down)
            x = net.node("add_", "Tensor", [("self", t(y)), ("other", t(x))], s, outer)
            x, sizes = net.relu(x, s, f"{fqn}.relu", outer, 2), s
    pooled = [1, sizes[1], 1, 1]
    stack = [("avgpool", "torch.nn.modules.pooling.AdaptiveAvgPool2d")]
    x = net.node("adaptive_avg_pool2d", "default", [("self", t(x)), ("output_size", {"as_ints": [1, 1]})], pooled, stack)
    x = net.node("flatten", "using_ints", [("self", t(x)), ("start_dim", {"as_int": 1})], pooled[:2], [])
    weight, bias = net.tensor("fc.weight", [1000, pooled[1]]), net.tensor("fc.bias", [1000])
    linear = [("input", t(x)), ("weight", t(weight)), ("bias", t(bias))]
    x = net.node("linear", "default", linear, [1, 1000], [("fc", "torch.nn.modules.linear.Linear")])
    return net, net.program(["x"], x)


class Zip:
    """Stored entries that begin at multiples of 64 bytes."""

    def __init__(self, path):
        self.file, self.directory, self.count = open(path, "wb"), b"", 0

    def add(self, name, content):
        name = name.encode()
        offset = self.file.tell()
        padding = -(offset + 30 + len(name)) % 64
        padding += 64 if 0 < padding < 4 else 0
        head = struct.pack("<HHHHIII", 0, 0, 0, 0, zlib.crc32(content), len(content), len(content))
        extra = b"FB" + struct.pack("<H", padding - 4) + b"Z" * (padding - 4) if padding else b""
        self.file.write(b"PK\x03\x04\x14\x00" + head + struct.pack("<HH", len(name), len(extra)) + name + extra)
        self.file.write(content)
        self.directory += b"PK\x01\x02\x14\x00\x14\x00" + head
        self.directory += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, offset) + name
        self.count += 1

    def close(self):
        end = struct.pack("<HHHHIIH", 0, 0, self.count, self.count, len(self.directory), self.file.tell(), 0)
        self.file.write(self.directory + b"PK\x05\x06" + end)
        self.file.close()


def write_archive(net, program, path):
    zip_file = Zip(path)
    random.seed(0)
    noise = [random.gauss(0.0, 1.0) for _ in range(1 << 16)]
    config = {}
    for i, (fqn, sizes, dtype, is_param, value) in enumerate(net.weights):
        count = math.prod(sizes)
        if dtype == 5:
            content = struct.pack("<q", 1000)
        elif value is not None or len(sizes) < 2:
            content = struct.pack("<f", value or 0.0) * count
        else:
            scale = math.sqrt(2.0 / math.prod(sizes[1:]))
            part = struct.pack(f"<{len(noise)}f", *[scale * n for n in noise])
            content = (part * (count // len(noise) + 1))[: 4 * count]
        zip_file.add(f"resnet50/data/weights/weight_{i}", content)
        meta = {"path_name": f"weight_{i}", "is_param": is_param, "use_pickle": False}
        config[fqn] = meta | {"tensor_meta": tensor_meta(sizes, dtype)}
    zip_file.add("resnet50/data/weights/model_weights_config.json", json.dumps({"config": config}).encode())
    zip_file.add("resnet50/data/constants/model_constants_config.json", b'{"config": {}}')
    zip_file.add("resnet50/models/model.json", json.dumps(program).encode())
    zip_file.add("resnet50/archive_format", b"pt2")
    zip_file.add("resnet50/archive_version", b"0")
    zip_file.add("resnet50/byteorder", b"little")
    zip_file.close()


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "resnet50":
        write_archive(*resnet([3, 4, 6, 3]), arguments[1])
    elif len(arguments) == 3 and arguments[0] == "json":
        wanted = int(arguments[1]) * 1000 * 1000
        size = len(json.dumps(resnet([3, 4, 100, 3])[1]))
        text = json.dumps(resnet([3, 4, 100 * wanted // size, 3])[1])
        with open(arguments[2], "w", encoding="utf-8") as out:
            out.write(text)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
