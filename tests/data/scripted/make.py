#!/usr/bin/env python3
"""Writes the scripted models of this folder, with inputs that take other branches and run loops
another number of times, and PyTorch's outputs for them. Needs PyTorch 1.13 and onnx."""
import os
import sys
import zipfile
from enum import Enum
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch
import torch.nn as nn
from onnx import numpy_helper
from torch import Tensor

torch.manual_seed(7)


class NestedLoopEarly(nn.Module):
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4)
    def forward(s, x: Tensor, n: Tensor):
        acc = torch.zeros_like(x)
        for i in range(int(n)):
            y = x
            for j in range(i+1):
                y = torch.tanh(s.fc(y))
                if float(y.sum()) > 3.0:
                    return acc - y
            acc = acc + y
        return acc

class BreakContinue(nn.Module):
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4)
    def forward(s, x: Tensor, k: Tensor):
        t = x
        for i in range(10):
            if i == int(k[0]):
                continue
            if float(t.abs().max()) > float(k[1]):
                break
            t = s.fc(t) + t + i * 0.1
        return t

class GrowList(nn.Module):
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4)
    def forward(s, x: Tensor, n: Tensor):
        xs: List[Tensor] = []
        ys: List[Tensor] = [x]
        for i in range(int(n)):
            x = torch.relu(s.fc(x))
            xs.append(x * i)
            if i % 2 == 0:
                ys.append(x)
        if len(xs) == 0:
            return x, torch.cat(ys)
        return torch.stack(xs).sum(0), torch.cat(ys)

class OptVals(nn.Module):
    bias: Optional[Tensor]
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4); s.bias=None
    def forward(s, x: Tensor, mask: Optional[Tensor] = None):
        cache: Optional[Tensor] = None
        for i in range(x.size(0)):
            if mask is not None:
                if bool(mask[i] > 0):
                    cache = s.fc(x[i])
            else:
                cache = x[i]
        if cache is None:
            return x.sum(0)
        b = s.bias
        if b is not None:
            cache = cache + b
        return cache

class DictModel(nn.Module):
    def __init__(s):
        super().__init__(); s.a=nn.Linear(4,4); s.b=nn.Linear(4,4)
    def forward(s, x: Tensor, mode: Tensor):
        d: Dict[str, Tensor] = {}
        d['x'] = x
        if bool(mode.sum() > 0):
            d['y'] = s.a(x)
        else:
            d['y'] = s.b(x)
        keys: List[str] = []
        for k, v in d.items():
            keys.append(k)
        tot = torch.zeros_like(x)
        for k in keys:
            tot = tot + d[k]
        d['tot'] = tot
        return d

class Mode(Enum):
    SUM = 1
    MAX = 2
class EnumModel(nn.Module):
    def __init__(s, mode: Mode, act: str):
        super().__init__(); s.mode=mode; s.act=act
    def forward(s, x: Tensor):
        if s.mode == Mode.SUM:
            y = x.sum(-1)
        else:
            y = x.amax(-1)
        act = s.act
        if bool(y.sum() < 0):
            act = 'tanh'
        if act == 'relu':
            return torch.relu(y)
        elif act == 'tanh':
            return torch.tanh(y)
        raise RuntimeError("no")

class WhileData(nn.Module):
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4)
    def forward(s, x: Tensor):
        n = 0
        while bool(x.norm() < 20.0) and n < 50:
            x = x * 1.3 + s.fc(x).abs()
            n += 1
        return x, n

class Blk(nn.Module):
    def __init__(s, d):
        super().__init__(); s.fc=nn.Linear(d,d); s.act=nn.ReLU()
    def forward(s, x: Tensor, scale: float = 1.0, res: bool = True):
        y = s.act(s.fc(x)) * scale
        return x + y if res else y
class ListEnum(nn.Module):
    def __init__(s):
        super().__init__(); s.blocks=nn.ModuleList([Blk(4) for _ in range(3)]); s.d = nn.ModuleDict({'a': Blk(4), 'b': Blk(4)})
    def forward(s, x: Tensor, stop: Tensor):
        outs: List[Tensor] = []
        for i, b in enumerate(s.blocks):
            if i % 2 == 0:
                x = b(x, scale=0.5)
            else:
                x = b(x, res=False)
            if bool(stop[i] > 0):
                x = x * 2
            outs.append(x)
        for k, b in s.d.items():
            x = b(x)
        return outs, x

class Out(NamedTuple):
    logits: Tensor
    aux: Optional[Tensor]
    n: int
class NT(nn.Module):
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,3)
    def forward(s, x: Tensor, want: Tensor) -> Tuple[Tensor, Tensor, int]:
        assert x.dim() == 2, "rank"
        y = s.fc(x)
        assert bool((y == y).all()), "nan"
        o = Out(logits=y, aux=None if bool(want < 0) else y.sum(0), n=x.size(0))
        a = o.aux
        return o.logits, a if a is not None else torch.zeros(3), o.n
class NTOut(nn.Module):
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,3)
    def forward(s, x: Tensor):
        y = s.fc(x)
        return Out(y, y.sum(0), 2)

class AttrLoop(nn.Module):
    steps: int
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4); s.steps=0; s.last=torch.zeros(2,4)
    def forward(s, x: Tensor, n: Tensor):
        s.steps = 0
        s.last = x
        for i in range(int(n)):
            s.last = torch.tanh(s.fc(s.last))
            s.steps = s.steps + 1
        return s.last * float(s.steps)
class AttrIf(nn.Module):
    def __init__(s):
        super().__init__(); s.h=torch.zeros(2,4); s.sub=AttrSub()
    def forward(s, x: Tensor):
        if bool(x.sum() > 0):
            s.h = x * 2
            y = s.sub(x)
        else:
            s.h = x - 1
        return s.h + s.sub.state
class AttrSub(nn.Module):
    def __init__(s):
        super().__init__(); s.state=torch.ones(2,4)
    def forward(s, x: Tensor):
        s.state = s.state + x
        return s.state
class AttrList(nn.Module):
    hist: List[Tensor]
    def __init__(s):
        super().__init__(); s.hist=[]
    def forward(s, x: Tensor, n: Tensor):
        s.hist = [x]
        for i in range(int(n)):
            s.hist.append(s.hist[-1]*0.5)
        return torch.stack(s.hist).sum(0)

class ListWrite(nn.Module):
    def forward(s, x: Tensor):
        xs = [x.clone(), x*2]
        xs[0].add_(1)
        ys = [t for t in xs]
        ys[1].mul_(3)
        d = {'a': x+1}
        d['a'].sub_(5)
        t = (x*1, x*2)
        t[0].add_(100)
        return xs[0] + xs[1] + d['a'] + t[0]
class ListWriteLoop(nn.Module):
    def forward(s, x: Tensor, n: Tensor):
        xs = [x.clone(), x*2, x*3]
        for i in range(int(n)):
            xs[i % 3].add_(1)
        xs[1] = xs[1] * 10
        for t in xs:
            t.mul_(2)
        a, b, c = x.chunk(3, 1) if False else (xs[0], xs[1], xs[2])
        return a, b, c
class DynOps(nn.Module):
    def forward(s, x: Tensor):
        u = x.unfold(1, 3, 2)
        d = x.diagonal()
        l = torch.linspace(0., 1., x.size(0))
        p = torch.nn.functional.pad(x, [0, x.size(0), 1, x.size(1) % 3])
        z = torch.zeros(x.size(1), x.size(1)).scatter_add(0, (x[:, :].abs()*0).long(), x) if x.size(0) <= x.size(1) else x
        return u, d, l, p
class ScatAdd(nn.Module):
    def forward(s, x: Tensor, idx: Tensor):
        z = torch.zeros(x.size(0), 7)
        return z.scatter_add(1, idx, x)
class Unfold4(nn.Module):
    def forward(s, x: Tensor):
        return torch.nn.functional.unfold(x, [3,3], padding=[1,1])
class NoiseModel(nn.Module):
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4)
    def forward(s, x: Tensor):
        return s.fc(x) + 0*torch.randn_like(x) + 0*torch.rand(x.size(0), 4) + 0*torch.randint(0,5,[4]).float() + 0*torch.randperm(4).float()
class UnusedOuts(nn.Module):
    def __init__(s):
        super().__init__(); s.a=nn.Linear(4,4); s.b=nn.Linear(4,4)
    def forward(s, x: Tensor):
        y = x; z = x; w = x
        if bool(x.sum() > 0):
            y = s.a(x); z = s.b(x); w = y * z
        n = 0
        while bool(y.abs().sum() < 50.0):
            y = y * 1.5; z = torch.sin(z); n += 1
        return y
class StrLoop(nn.Module):
    def forward(s, x: Tensor, ops: Tensor):
        names: List[str] = ['relu','tanh','sin']
        for i in range(ops.size(0)):
            nm = names[int(ops[i])]
            if nm == 'relu':
                x = torch.relu(x)
            elif nm == 'tanh':
                x = torch.tanh(x)
            else:
                x = torch.sin(x)
        return x
class Recur(nn.Module):
    def __init__(s):
        super().__init__(); s.inner=nn.ModuleList([nn.Sequential(nn.Linear(4,4), nn.Tanh()), nn.Sequential(nn.Linear(4,4), nn.ReLU())]); s.head=nn.Linear(4,2)
    def forward(s, x: Tensor, n: Tensor):
        for t in range(int(n)):
            for i, m in enumerate(s.inner):
                x = m(x) + float(i)
                if bool(x.mean() > 5.):
                    return s.head(x)
        return s.head(x)
class BeamLike(nn.Module):
    def __init__(s):
        super().__init__(); s.emb=nn.Embedding(11,8); s.rnn=nn.GRUCell(8,8); s.out=nn.Linear(8,11)
    def forward(s, h: Tensor, max_len: int = 6):
        tok = torch.zeros(h.size(0), dtype=torch.long)
        toks: List[Tensor] = []
        done = torch.zeros(h.size(0), dtype=torch.bool)
        for i in range(max_len):
            h = s.rnn(s.emb(tok), h)
            tok = s.out(h).argmax(-1)
            tok = torch.where(done, torch.zeros_like(tok), tok)
            done = done | (tok == 3)
            toks.append(tok)
            if bool(done.all()):
                break
        return torch.stack(toks, 1), h
class TryDefault(nn.Module):
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4)
    def forward(s, x: Tensor, scale: float = 2.0, flag: bool = False, name: str = 'sum', extra: Optional[List[Tensor]] = None):
        y = s.fc(x) * scale
        if flag:
            y = -y
        if extra is not None:
            for e in extra:
                y = y + e
        if name == 'sum':
            return y.sum()
        return y.mean()

class AttrListNo(nn.Module):
    hist: List[Tensor]
    def __init__(s):
        super().__init__(); s.hist=[]; s.n: int = 3
    def forward(s, x: Tensor, n: Tensor):
        for i in range(int(n)):
            s.hist.append(x*i)
            s.n += 1
        h = s.hist
        h.append(x)
        return torch.stack(s.hist).sum(0), s.n, len(s.hist)
class AttrDict(nn.Module):
    cache: Dict[str, Tensor]
    def __init__(s):
        super().__init__(); s.cache={'a': torch.ones(2,4)}
    def forward(s, x: Tensor):
        if bool(x.sum() > 0):
            s.cache['a'] = x
        s.cache['b'] = s.cache['a'] * 2
        return s.cache['b'] + s.cache['a'], len(s.cache)
class Cell(nn.Module):
    h: Tensor
    def __init__(s):
        super().__init__(); s.fc=nn.Linear(4,4); s.h=torch.zeros(1,4); s.count: int = 0
    def forward(s, x: Tensor):
        s.h = torch.tanh(s.fc(x) + s.h)
        s.count += 1
        if s.count > 2:
            s.h = s.h * 0.5
        return s.h
class Stateful(nn.Module):
    def __init__(s):
        super().__init__(); s.c1=Cell(); s.c2=Cell()
    def forward(s, x: Tensor):
        outs: List[Tensor] = []
        for t in range(x.size(0)):
            outs.append(s.c2(s.c1(x[t:t+1])))
        return torch.cat(outs), s.c1.h, s.c1.count
class NestedAttr(nn.Module):
    def __init__(s):
        super().__init__(); s.a: int = 0; s.best=torch.zeros(4)
    def forward(s, x: Tensor, n: Tensor):
        s.a = 0
        for i in range(int(n)):
            for j in range(int(n) - i):
                s.a += j
                if bool(x[i % 2].sum() > s.best.sum()):
                    s.best = x[i % 2] + s.best
        return s.best, s.a
class AliasLoop(nn.Module):
    def forward(s, x: Tensor, n: Tensor):
        y = x.clone()
        z = y
        for i in range(2):
            y += 1
        w = z[0]
        for i in range(int(n)):
            w.mul_(2)
        return z, y, w
class ChunkWrite(nn.Module):
    def forward(s, x: Tensor):
        y = x.clone()
        parts = y.chunk(2, 1)
        parts[0].add_(1)
        a = parts[1]
        a.mul_(3)
        return y, parts[0], a
class ChunkWrite2(nn.Module):
    def forward(s, x: Tensor):
        y = x.clone()
        parts = y.chunk(2, 1)
        parts[0].add_(1)
        a = parts[1]
        a.mul_(3)
        return parts[0] + parts[1], a
class ListWriteBranch(nn.Module):
    def forward(s, x: Tensor):
        a = x.clone(); b = x * 2
        xs = [a, b]
        if bool(x.sum() > 0):
            xs[0].add_(1)
            xs.append(b)
        else:
            xs[1].mul_(3)
            xs = [b, a]
        xs[0].sub_(0.5)
        return xs[0], xs[1], a, b, len(xs)
class ListWriteConstLoop(nn.Module):
    def forward(s, x: Tensor, n: Tensor):
        xs = [x.clone(), x*2]
        y = xs[1]
        for i in range(int(n)):
            xs[0].add_(1)
            xs[1] += xs[0]
        return xs[0], y
class ForIn(nn.Module):
    def forward(s, x: Tensor):
        xs = [x.clone(), x*2]
        d = {'k': xs[0]}
        for t in xs:
            t.mul_(2)
        d['k'] += 1
        tup = (xs[0], (xs[1], x+1))
        tup[1][0].zero_()
        return d['k'], xs[0], xs[1], tup[1][1]
class DynPad(nn.Module):
    def forward(s, x: Tensor):
        h, w = x.size(-2), x.size(-1)
        ph = (4 - h % 4) % 4; pw = (4 - w % 4) % 4
        y = nn.functional.pad(x, [0, pw, 0, ph])
        z = nn.functional.pad(x, [1, h//2, -1, w//2], value=2.5)
        return y, z, torch.linspace(-1., float(w), h), nn.functional.pad(x, [1, w//2, 1, h//2], mode='reflect')
class DynDiag(nn.Module):
    def forward(s, x: Tensor):
        return x.diagonal(), x.diagonal(1), x.diagonal(-2), x.unfold(0, 2, 1), torch.diag(x), torch.trace(x), torch.triu(x), torch.tril(x, -1)
class DynScat(nn.Module):
    def forward(s, src: Tensor, idx: Tensor):
        z = torch.zeros(int(idx.max()) + 1, src.size(1))
        i2 = idx.unsqueeze(1).expand(idx.size(0), src.size(1))
        return z.scatter_add(0, i2, src), z.scatter_reduce(0, i2, src, 'amax', include_self=False), z.index_add(0, idx, src), torch.bincount(idx), torch.unique(idx), torch.nonzero(src > 0), src[src > 0]
class DynMisc(nn.Module):
    def forward(s, x: Tensor):
        n = x.size(0)
        return torch.eye(n), torch.arange(n), torch.full([n, 2], 3.), torch.arange(0, n, 2), torch.zeros(n, n).fill_diagonal_(1.) if False else torch.ones(n), torch.randperm(n).sort()[0], torch.meshgrid([torch.arange(n), torch.arange(3)])[0]
class EnumData(nn.Module):
    def forward(s, x: Tensor):
        act = 'tanh'
        if bool(x.sum() > 0):
            act = 'relu'
        y = x * 2
        if act == 'relu':
            y = torch.relu(y)
        return y

@torch.jit.script
class Total:
    def __init__(self, value: Tensor, count: int):
        self.value = value
        self.count = count
        self.parts: List[Tensor] = []

    def take(self, part: Tensor):
        self.value = self.value + part
        self.count += 1
        self.parts.append(part)


@torch.jit.script
class Scale:
    def __init__(self, by: float):
        self.by = by

    def __enter__(self) -> float:
        self.by = self.by + 1
        return self.by

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        self.by = 0.5


class MadeObjects(nn.Module):
    """Objects of the code's own classes, and `with`."""
    def forward(s, x: Tensor, n: Tensor):
        with torch.no_grad():
            total = Total(x * 2, 1)
        i = 0
        while i < int(n):
            step = Total(x, i)
            step.take(x.abs())
            total.take(step.value * step.count)
            i += 1
        if bool(x.sum() > 0):
            other = Total(x, 5)
            other.take(total.value)
            total.value = other.value
        else:
            total.count = 7
        scale = Scale(2.0)
        with scale as by:
            y = total.value * by
        return y + scale.by, total.count, torch.stack(total.parts).sum(0) if len(total.parts) > 0 else x

class DictKeys(nn.Module):
    """Keys of dicts that data choose."""
    def forward(s, x: Tensor, q: int):
        squares: Dict[int, Tensor] = {}
        for i in range(4):
            squares[i * i] = x * i
        if q in squares:
            return squares[q] + 1
        return x - squares[int(x.sum() > 0)]

class TextMethods(nn.Module):
    """Methods of strings, also of one that data choose."""
    def __init__(s):
        super().__init__(); s.names = ['relu', 'tanh_', 'none']
    def act(s, name: str, x: Tensor) -> Tensor:
        if name.startswith('re'):
            return torch.relu(x)
        elif name.upper().rstrip('_').endswith('NH', 0, -1):
            return torch.tanh(x)
        return x * (len(name) + name.find('e', -1))
    def forward(s, x: Tensor, i: Tensor):
        for name in s.names:
            if 'on' in name:
                x = x + 1
            x = s.act(name.replace('l', 'L'), x - 0.1)
        return s.act(s.names[int(i)], x)

class ListsOfLists(nn.Module):
    """Which list of a list something goes into is up to the data."""
    def __init__(s):
        super().__init__(); s.fc = nn.Linear(4, 4)
    def forward(s, x: Tensor):
        rows: List[List[Tensor]] = [[x, x + 1], [x * 2]]
        rows[int(x.sum() > 0)].append(s.fc(x))
        y = torch.zeros_like(x)
        for row in rows:
            y = y * 0.5
            for item in row:
                y = y + item
        return y

class ListInList(nn.Module):
    """A list that goes into another one is still the same list."""
    def __init__(s):
        super().__init__(); s.fc = nn.Linear(4, 4)
    def forward(s, x: Tensor):
        last = [x * 2]
        rows: List[List[Tensor]] = [[x, x + 1], last]
        rows[1].append(s.fc(x))
        last.append(x - 3)
        y = torch.zeros_like(x)
        for row in rows:
            y = y * 0.5
            for item in row:
                y = y + item
        return y

class DictItemWrite(nn.Module):
    """An item of a dict that data choose is changed in place."""
    def forward(s, x: Tensor, q: int):
        squares: Dict[int, Tensor] = {}
        for i in range(4):
            squares[i * i] = x * i
        squares[q].add_(1)
        return squares[4], squares[1]

t = torch.tensor
R = lambda *sizes: torch.randn(*sizes)
# name: (module, inputs): the first inputs are those of the export
MODELS = {
 'nested_loop_early': (NestedLoopEarly(), [(R(2,4), t(3)), (R(2,4), t(0)), (R(2,4)*5, t(5)), (torch.ones(2,4)*3, t(4))]),
 'break_continue': (BreakContinue(), [(R(2,4), t([2.,4.])), (R(2,4), t([0.,1.])), (R(2,4)*.1, t([11.,100.]))]),
 'grow_list': (GrowList(), [(R(2,4), t(3)), (R(2,4), t(0)), (R(2,4), t(6))]),
 'opt_vals': (OptVals(), [(R(3,4), t([1.,0.,1.])), (R(3,4), t([0.,0.,0.])), (R(3,4), t([1.,0.,0.]))]),
 'dict_model': (DictModel(), [(R(2,4), t([1.])), (R(2,4), t([-1.]))]),
 'enum_model': (EnumModel(Mode.SUM,'relu'), [(R(2,4)+1,), (R(2,4)-1,)]),
 'while_data': (WhileData(), [(R(2,4),), (R(2,4)*100,), (torch.zeros(2,4),)]),
 'list_enum': (ListEnum(), [(R(2,4), t([1.,0.,1.])), (R(2,4), t([0.,1.,0.]))]),
 'nt': (NT(), [(R(2,4), t(1.)), (R(2,4), t(-1.))]),
 'nt_out': (NTOut(), [(R(2,4),)]),
 'attr_loop': (AttrLoop(), [(R(2,4), t(3)), (R(2,4), t(0)), (R(2,4), t(7))]),
 'attr_if': (AttrIf(), [(R(2,4)+1,), (R(2,4)-2,)]),
 'attr_list': (AttrList(), [(R(2,4), t(3)), (R(2,4), t(0))]),
 'list_write': (ListWrite(), [(R(2,4),)]),
 'list_write_loop': (ListWriteLoop(), [(R(2,4), t(3)), (R(2,4), t(0)), (R(2,4), t(5))]),
 'scat_add': (ScatAdd(), [(R(2,5), torch.randint(0,7,(2,5))), (R(3,4), torch.randint(0,7,(3,4)))]),
 'unfold4': (Unfold4(), [(R(2,3,6,7),), (R(1,3,5,9),)]),
 'unused_outs': (UnusedOuts(), [(R(2,4)+1,), (R(2,4)-1,)]),
 'str_loop': (StrLoop(), [(R(2,4), t([0,1,2])), (R(2,4), t([2,2,1])), (R(2,4), t([1,0,0]))]),
 'recur': (Recur(), [(R(2,4), t(2)), (R(2,4), t(0)), (R(2,4)*30, t(3))]),
 'beam': (BeamLike(), [(R(3,8),), (R(1,8),), (R(2,8)*3,)]),
 'try_default': (TryDefault(), [(R(2,4),), (R(3,4),)]),
 'attr_list_no': (AttrListNo(), [(R(2,4), t(3)), (R(2,4), t(0)), (R(2,4), t(5))]),
 'attr_dict': (AttrDict(), [(R(2,4)+1,), (R(2,4)-1,)]),
 'stateful': (Stateful(), [(R(4,4),), (R(2,4),), (R(1,4),), (R(6,4),)]),
 'nested_attr': (NestedAttr(), [(R(2,4), t(4)), (R(2,4), t(1)), (R(2,4), t(0)), (R(2,4), t(3))]),
 'alias_loop': (AliasLoop(), [(R(2,4), t(3)), (R(2,4), t(0))]),
 'chunk_write2': (ChunkWrite2(), [(R(2,4),)]),
 'list_write_branch': (ListWriteBranch(), [(R(2,4)+1,), (R(2,4)-1,)]),
 'list_write_const_loop': (ListWriteConstLoop(), [(R(2,4), t(3)), (R(2,4), t(0))]),
 'for_in': (ForIn(), [(R(2,4),)]),
 'dyn_pad': (DynPad(), [(R(2,3,6,7),), (R(1,3,5,9),), (R(1,3,8,8),)]),
 'dyn_diag': (DynDiag(), [(R(4,9),), (R(6,11),), (R(5,5),), (R(7,3),)]),
 'dyn_scat': (DynScat(), [(R(5,3), t([0,2,2,1,4])), (R(7,2), t([3,3,1,0,0,2,2]))]),
 'dyn_misc': (DynMisc(), [(R(4,2),), (R(7,2),), (R(1,2),)]),
 'enum_data': (EnumData(), [(R(2,4)+1,), (R(2,4)-1,)]),
 'made_objects': (MadeObjects(), [(R(2,4)+1, t(3)), (R(2,4)-1, t(2)), (R(2,4)+1, t(0)), (R(2,4)-2, t(0))]),
 'dict_keys': (DictKeys(), [(R(2,4), 4), (R(2,4), 9), (R(2,4)+1, 5), (R(2,4)-1, 5)]),
 'text_methods': (TextMethods(), [(R(2,4), t(0)), (R(2,4), t(1)), (R(2,4), t(2)), (R(2,4), t(-1))]),
 'lists_of_lists': (ListsOfLists(), [(R(2,4)+1,)]),
 'dict_item_write': (DictItemWrite(), [(R(2,4), 4)]),
 'list_in_list': (ListInList(), [(R(2,4),)]),
}
DYNAMIC = {'stateful': ['x:0=T'], 'dyn_pad': ['x:0=N', 'x:2=H', 'x:3=W'], 'dyn_diag': ['x:0=H', 'x:1=W'], 'dyn_scat': ['src:0=N', 'idx:0=N', 'src:1=F'], 'dyn_misc': ['x:0=N'], 'beam': ['h:0=N'], 'scat_add': ['x:0=H', 'x:1=W', 'idx:0=H', 'idx:1=W'], 'unfold4': ['x:0=N', 'x:2=H', 'x:3=W'], 'try_default': ['x:0=N']}
# What these do to items of lists that data choose cannot be stated without a run.
BY_RUN = {'list_write_loop', 'list_write_branch', 'lists_of_lists', 'dict_item_write'}


def flat(value):
    if value is None:
        return []
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, float):
        return [torch.tensor(value, dtype=torch.float64)]
    if isinstance(value, (bool, int)):
        return [torch.tensor(value)]
    if isinstance(value, dict):
        value = list(value.values())
    return [item for part in value for item in flat(part)]


def without_debug_information(path):
    """Three quarters of such a small file."""
    with zipfile.ZipFile(path) as archive:
        entries = [(item.filename, archive.read(item)) for item in archive.infolist()]
    with zipfile.ZipFile(path, 'w') as archive:
        for name, data in entries:
            if not name.endswith('.debug_pkl'):
                archive.writestr(zipfile.ZipInfo(name), data)


def save(folder, module, sets):
    os.makedirs(folder, exist_ok=True)
    path = folder + '/model.pt'
    torch.jit.script(module.eval()).save(path)
    without_debug_information(path)
    for number, inputs in enumerate(sets):
        path = f'{folder}/set{number}'
        os.makedirs(path, exist_ok=True)
        fresh = torch.jit.load(folder + '/model.pt').eval()
        with torch.no_grad():
            outputs = flat(fresh(*[value.clone() if isinstance(value, Tensor) else value for value in inputs]))
        for kind, values in (('input', flat(list(inputs))), ('output', outputs)):
            for i, value in enumerate(values):
                with open(f'{path}/{kind}_{i}.pb', 'wb') as file:
                    file.write(numpy_helper.from_array(value.detach().numpy()).SerializeToString())


if __name__ == '__main__':
    here = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    with open(here + '/models.txt', 'w') as index:
        for name, (module, sets) in sorted(MODELS.items()):
            save(f'{here}/{name}', module, sets)
            strategy = 'run' if name in BY_RUN else 'fx'
            index.write(' '.join([name, strategy] + DYNAMIC.get(name, [])) + '\n')
