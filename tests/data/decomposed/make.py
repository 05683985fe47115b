#!/usr/bin/env python3
"""Writes decomposed programs (core ATen and prims operators only) in the format of torch.export, with inputs and the
outputs of the modules they come from. PyTorch 1.13 traces the modules down to its kernels; the archive is that of PyTorch
2.14 (schema 8.20). Needs PyTorch 1.13 and onnx."""
import json
import os
import sys
import zipfile

import torch
import torch.nn as nn
from onnx import numpy_helper
from torch.fx import Graph
from torch.fx.experimental.proxy_tensor import make_fx

torch.manual_seed(5)
DTYPES = {torch.uint8: 1, torch.int32: 4, torch.int64: 5, torch.float32: 7, torch.float64: 8, torch.bool: 12}
stack = []


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 8)
        self.norm = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8, bias=False)
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))

    def forward(self, ids):
        x = self.embed(ids)
        b, t, c = x.shape
        q, k, v = self.qkv(self.norm(x)).view(b, t, 3, 2, c // 2).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-2, -1) * 0.5
        mask = torch.ones(t, t, dtype=torch.bool).tril()
        weights = scores.masked_fill(~mask, float('-inf')).softmax(-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(b, t, c))
        return x + self.mlp(self.norm(x))


class Vision(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1, bias=False), nn.BatchNorm2d(6), nn.SiLU())
        self.deep = nn.Conv2d(6, 6, 3, padding=1, groups=3)
        self.up = nn.ConvTranspose2d(6, 4, 2, 2)
        self.norm = nn.GroupNorm(2, 4)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Linear(4, 5)
        with torch.no_grad():
            self.stem[1].running_mean.uniform_(-1, 1)
            self.stem[1].running_var.uniform_(0.5, 2)
            self.stem[1].weight.uniform_(0.5, 2)

    def forward(self, x):
        x = torch.relu(self.deep(self.stem(x)))
        x = self.pool(self.norm(self.up(x)))
        x = nn.functional.interpolate(x, scale_factor=2.0)
        x = nn.functional.adaptive_avg_pool2d(x, 1).flatten(1)
        return torch.log_softmax(self.head(x), 1), x.to(torch.float64)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(4, 6)
        self.scale = nn.Parameter(torch.rand(6))

    def forward(self, x, h):
        for step in range(x.shape[1]):
            h = self.cell(x[:, step], h)
        y = torch.where(h > 0, h, h * 0.1) * self.scale
        return y.clamp(-0.5, 0.5), torch.cat([h, y], 1).std(1), y.cumsum(1).argmax(1), h.var(0)


class Prims(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(4))

    def forward(self, x):
        p = torch.ops.prims
        w = p.broadcast_in_dim(self.weight, [3, 4], [1])
        y = p.mul(p.add(p.sin(x), w), p.exp(p.neg(x)))
        s = p.sum(y, [1])
        m = p.amax(y, [0])
        z = p.where(p.gt(y, p.broadcast_in_dim(m, [3, 4], [1])), x, p.tanh(y))
        t = p.transpose(z, [1, 0])
        return p.reshape(t, [2, 6]), p.convert_element_type(s, torch.float64), p.rsqrt(p.abs(y)), p.squeeze(
            p.slice(x, [0, 1], [3, 2], [1, 1]), [1]), p.maximum(x, y)


RENAMED = {'torch.ops.aten._unsafe_view.default': 'torch.ops.aten.view.default'}


def recording(create):
    def create_node(self, *args, **kwargs):
        node = create(self, *args, **kwargs)
        node.meta['modules'] = list(stack)
        return node
    return create_node


def traced(module, inputs):
    names = {child: name for name, child in module.named_modules()}

    def enter(child, _):
        stack.append((names[child], type(child).__module__ + '.' + type(child).__name__))

    def leave(*_):
        stack.pop()
    hooks = [h for child in module.modules()
             for h in (child.register_forward_pre_hook(enter), child.register_forward_hook(leave))]
    state = {**dict(module.named_parameters()), **dict(module.named_buffers())}

    def call(state, *inputs):
        return torch.nn.utils.stateless.functional_call(module, state, inputs)
    create = Graph.create_node
    Graph.create_node = recording(create)
    try:
        with torch.no_grad():
            graph = make_fx(call)(state, *inputs).graph
    finally:
        Graph.create_node = create
        for hook in hooks:
            hook.remove()
    graph.eliminate_dead_code()
    return graph, state


def meta(value):
    return {'dtype': DTYPES[value.dtype], 'sizes': [{'as_int': s} for s in value.shape], 'requires_grad': False,
            'device': {'type': 'cpu', 'index': None}, 'strides': [{'as_int': s} for s in value.stride()],
            'storage_offset': {'as_int': 0}, 'layout': 7}


def argument(value):
    if isinstance(value, torch.fx.Node):
        return {'as_tensor': {'name': value.name}}
    if value is None:
        return {'as_none': True}
    if isinstance(value, bool):
        return {'as_bool': value}
    if isinstance(value, int):
        return {'as_int': value}
    if isinstance(value, float):
        return {'as_float': value if abs(value) != float('inf') else ('Infinity' if value > 0 else '-Infinity')}
    if isinstance(value, torch.dtype):
        return {'as_scalar_type': DTYPES[value]}
    if isinstance(value, torch.device):
        return {'as_device': {'type': 'cpu', 'index': None}}
    if isinstance(value, torch.layout):
        return {'as_layout': 7}
    if isinstance(value, torch.memory_format):
        return {'as_memory_format': 1}
    if isinstance(value, (list, tuple)):
        if any(item is None for item in value):
            return {'as_optional_tensors': [argument(item) for item in value]}
        kind = 'tensors' if value and isinstance(value[0], torch.fx.Node) else \
            'bools' if value and isinstance(value[0], bool) else \
            'floats' if value and isinstance(value[0], float) else 'ints'
        return {'as_' + kind: [{'name': i.name} if kind == 'tensors' else i for i in value]}
    raise TypeError(value)


def batch_norm(node):
    """As PyTorch 2 states it in evaluation."""
    x, weight, bias, mean, var, _, momentum, eps = node.args[:8]
    return 'torch.ops.aten._native_batch_norm_legit_no_training.default', (x, weight, bias, mean, var, momentum, eps)


def write(folder, module, inputs):
    module.eval()
    graph, state = traced(module, inputs)
    values, nodes, outputs, input_specs, getitem = {}, [], [], [], {}
    results = {}
    placeholders = [node for node in graph.nodes if node.op == 'placeholder']
    parameters = dict(module.named_parameters())
    graph_inputs = []
    for node, (name, value) in zip(placeholders, list(state.items()) + [(f'x{i}', v) for i, v in enumerate(inputs)]):
        node.name = ('p_' if name in parameters else 'b_' if name in state else '') + name.replace('.', '_')
        results[node] = value
        values[node.name] = meta(value)
        graph_inputs.append({'as_tensor': {'name': node.name}})
        arg = {'name': node.name}
        if name in parameters:
            input_specs.append({'parameter': {'arg': arg, 'parameter_name': name}})
        elif name in state:
            input_specs.append({'buffer': {'arg': arg, 'buffer_name': name, 'persistent': True}})
        else:
            input_specs.append({'user_input': {'arg': {'as_tensor': arg}}})
    order = [node for node in graph.nodes if node.op == 'call_function']

    def evaluate(value):
        return torch.fx.node.map_arg(value, lambda n: results[n])
    for node in graph.nodes:
        if node.op == 'get_attr':
            raise TypeError(node.target)
        if node.op != 'call_function':
            continue
        args = [evaluate(a) for a in node.args]
        results[node] = node.target(*args, **{k: evaluate(v) for k, v in node.kwargs.items()})
        if 'getitem' in str(node.target):
            getitem[node.args[0], node.args[1]] = node
    for node in order:
        if 'getitem' in str(node.target):
            continue
        target, args = 'torch.ops.' + str(node.target).replace('::', '.'), node.args
        if target.count('.') == 3:
            target += '.default'
        if '.native_batch_norm.' in target or '.cudnn_batch_norm.' in target:
            target, args = batch_norm(node)
        target = RENAMED.get(target, target)
        schema = node.target._schema if hasattr(node.target, '_schema') else None
        names = [a.name for a in schema.arguments] if schema else []
        arguments = [{'name': names[i] if i < len(names) else f'a{i}', 'arg': argument(a), 'kind': 1}
                     for i, a in enumerate(args)]
        arguments += [{'name': k, 'arg': argument(v), 'kind': 2} for k, v in node.kwargs.items()]
        result = results[node]
        made = []
        if isinstance(result, torch.Tensor):
            values[node.name] = meta(result)
            made.append({'as_tensor': {'name': node.name}})
        else:
            many = []
            for i, item in enumerate(result):
                name = getitem[node, i].name if (node, i) in getitem else f'{node.name}_unused_{i}'
                values[name] = meta(item)
                many.append({'name': name})
            made = [{'as_tensors': many}] if isinstance(result, list) else [{'as_tensor': m} for m in many]
        calls = [('L__self__', '', type(module).__module__ + '.' + type(module).__name__)]
        calls += [('L__self__' + path.replace('.', '_'), path, cls) for path, cls in node.meta.get('modules', []) if path]
        nodes.append({'target': target, 'inputs': arguments, 'outputs': made,
                      'metadata': {'nn_module_stack': ';'.join(','.join(call) for call in calls)},
                      'name': node.name, 'is_hop_single_tensor_return': None})
    returned = next(node for node in graph.nodes if node.op == 'output').args[0]
    single = isinstance(returned, torch.fx.Node)
    for node in ([returned] if single else returned):
        outputs.append({'as_tensor': {'name': node.name}})
    tree = [{'fqn': name, 'signature': None} for name, _ in module.named_modules()]
    program = {
        'graph_module': {
            'graph': {'inputs': graph_inputs, 'outputs': outputs, 'nodes': nodes, 'tensor_values': values,
                      'sym_int_values': {}, 'sym_bool_values': {}, 'is_single_tensor_return': False,
                      'custom_obj_values': {}, 'sym_float_values': {}},
            'signature': {'input_specs': input_specs,
                          'output_specs': [{'user_output': {'arg': o}} for o in outputs]},
            'module_call_graph': tree, 'metadata': {}, 'treespec_namedtuple_fields': {}},
        'opset_version': {'aten': 10}, 'range_constraints': {}, 'schema_version': {'major': 8, 'minor': 20},
        'verifiers': ['TRAINING'], 'torch_version': '2.14.1', 'guards_code': []}
    config = {}
    os.makedirs(folder, exist_ok=True)
    with zipfile.ZipFile(folder + '/model.pt2', 'w') as archive:
        def put(name, data):
            archive.writestr(zipfile.ZipInfo('model/' + name), data)
        put('archive_format', 'pt2')
        put('archive_version', '0')
        put('models/model.json', json.dumps(program))
        for i, (name, value) in enumerate(state.items()):
            put(f'data/weights/weight_{i}', value.detach().contiguous().numpy().tobytes())
            config[name] = {'path_name': f'weight_{i}', 'is_param': name in parameters, 'use_pickle': False,
                            'tensor_meta': meta(value.contiguous())}
        put('data/weights/model_weights_config.json', json.dumps({'config': config}))
        put('data/constants/model_constants_config.json', json.dumps({'config': {}}))
    with torch.no_grad():
        expected = module(*inputs)
    expected = [expected] if isinstance(expected, torch.Tensor) else list(expected)
    for kind, tensors in (('input', inputs), ('output', expected)):
        for i, tensor in enumerate(tensors):
            with open(f'{folder}/{kind}_{i}.pb', 'wb') as file:
                file.write(numpy_helper.from_array(tensor.numpy()).SerializeToString())


if __name__ == '__main__':
    here = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    write(here + '/encoder', Encoder(), [torch.randint(0, 11, (2, 5))])
    write(here + '/vision', Vision(), [torch.randn(2, 3, 16, 12)])
    write(here + '/recurrent', Recurrent(), [torch.randn(3, 4, 4), torch.randn(3, 6)])
    write(here + '/prims', Prims(), [torch.randn(3, 4)])
