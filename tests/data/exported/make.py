#!/usr/bin/env python3
"""Writes exported programs of PyTorch 2.14 with inputs and PyTorch's own outputs, one folder each:

    make.py [FOLDER [NAME...]]

NAME-FORM/model.pt2 for the forms exported, strict, decomposed (run_decompositions(), that is the core
operators) and dynamic as far as PyTorch can make them, with input_N.pb and output_N.pb beside. The
archives are packed again, compressed. Outputs are the model's own, then the inputs and buffers that
it changes. Models are in models.py; the forms that it marks are kept in this folder.
"""
import copy
import io
import pathlib
import shutil
import sys
import warnings
import zipfile

import torch
from torch.utils import _pytree as pytree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent.parent / 'conformance'))
warnings.filterwarnings('ignore')

from make_samples import tensor_proto  # noqa: E402
from models import MODELS  # noqa: E402


def tensors_of(value):
    return [leaf for leaf in pytree.tree_leaves(value) if isinstance(leaf, torch.Tensor)]


def written_in_place(program):
    return any(str(node.target).split('.')[1:2][0].endswith('_') for node in program.graph.nodes
               if str(node.target).startswith('aten.'))


def expected_outputs(model, args, kwargs, program):
    """What the module gives, and afterwards the state and inputs that the program says it changes."""
    model = copy.deepcopy(model)
    original = args, kwargs
    args, kwargs = copy.deepcopy(original)
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    names = [spec.arg.name for spec in program.graph_signature.input_specs if spec.kind.name == 'USER_INPUT']
    inputs = dict(zip(names, pytree.tree_leaves((args, kwargs))))
    with torch.no_grad():
        outputs = tensors_of(model(*args, **kwargs))
    state = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    named = set()
    for spec in program.graph_signature.output_specs:
        named.add(spec.target)
        if spec.kind.name in ('BUFFER_MUTATION', 'PARAMETER_MUTATION'):
            outputs.append(state[spec.target])
        elif spec.kind.name == 'USER_INPUT_MUTATION':
            outputs.append(inputs[spec.target])
    # Programs that are not functional write into inputs and buffers without saying so in the signature.
    given = dict(zip(names, pytree.tree_leaves(original)))
    order = [spec.target for spec in program.graph_signature.input_specs if spec.kind.name == 'BUFFER']
    before = {name: before[name] for name in order}
    return outputs + [now[name] for now, then in ((inputs, given), (state, before)) for name, old in then.items()
                      if written_in_place(program) and isinstance(old, torch.Tensor) and name not in named and
                      not now[name].equal(old)]


def agrees(program, model, args, kwargs):
    """PyTorch's own program can be wrong, or fail: such are no samples."""
    args, kwargs = copy.deepcopy((args, kwargs))
    with torch.no_grad():
        expected = tensors_of(copy.deepcopy(model)(*copy.deepcopy(args), **copy.deepcopy(kwargs)))
        own = tensors_of(copy.deepcopy(program).module()(*args, **kwargs))
    return len(own) == len(expected) and all(torch.allclose(a, b, atol=1e-5, equal_nan=True) for a, b in zip(own, expected))


def save(program, path):
    data = io.BytesIO()
    torch.export.save(program, data)
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in source.namelist():
            if '/sample_inputs/' not in name:
                content = source.read(name).replace(f'{HERE}/'.encode(), b'')  # in stack traces
                target.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)


def programs(entry, model, args, kwargs):
    """Names of the forms, and functions that make them."""
    def export(**options):
        return torch.export.export(model, args, kwargs, **options)
    yield 'exported', export
    if entry.get('dynamic'):
        yield 'dynamic', lambda: export(dynamic_shapes=entry['dynamic'])
    yield 'strict', lambda: export(strict=True)
    yield 'decomposed', lambda: export().run_decompositions()


def write(folder, name, entry, forms):
    torch.manual_seed(5)
    model = entry['make']()
    if not entry.get('training'):
        model.eval()
    args, kwargs = entry['inputs'](), entry.get('kwargs', dict)()
    for form, make in programs(entry, model, args, kwargs):
        if forms and form not in forms:
            continue
        place = folder / f'{name}-{form}'
        shutil.rmtree(place, ignore_errors=True)
        try:
            program = make()
            if not entry.get('training') and not agrees(program, model, args, kwargs):
                raise ValueError('the program gives other numbers than the model')
            place.mkdir(parents=True)
            save(program, place / 'model.pt2')
        except Exception as error:
            print(f'{name}: no {form}: {(str(error).splitlines() or [type(error).__name__])[0][:160]}')
            shutil.rmtree(place, ignore_errors=True)
            continue
        if entry.get('training'):  # read as in evaluation
            outputs = expected_outputs(model.eval(), args, kwargs, program)[:entry['outputs']]
            model.train()
        else:
            outputs = expected_outputs(model, args, kwargs, program)
        for kind, values in (('input', tensors_of((args, kwargs))), ('output', outputs)):
            for i, tensor in enumerate(values):
                (place / f'{kind}_{i}.pb').write_bytes(tensor_proto(tensor, ''))


if __name__ == '__main__':
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    wanted = sys.argv[2:]
    for name, entry in MODELS.items():
        if wanted and name not in wanted or not wanted and target == HERE and not entry.get('keep'):
            continue
        write(target, name, entry, entry.get('keep') if target == HERE else None)
