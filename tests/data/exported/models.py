"""Models of make.py: each a function that makes one, its inputs, which forms are kept here, and what is special."""
import dataclasses

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch._higher_order_ops.associative_scan import associative_scan
from torch._higher_order_ops.map import map as hop_map
from torch._higher_order_ops.scan import scan
from torch._higher_order_ops.while_loop import while_loop


@dataclasses.dataclass
class Answer:
    logits: torch.Tensor
    hidden: object = None


torch.export.register_dataclass(Answer, serialized_type_name='Answer')


class Attention(nn.Module):
    """A cache as buffers, grouped heads, rotated positions, and a mask made by vmap as large models have it."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(16, 16), nn.Linear(16, 8), nn.Linear(16, 8)
        self.o = nn.Linear(16, 16, bias=False)
        self.register_buffer('frequencies', 1.0 / (100.0 ** (torch.arange(0, 4, 2) / 4)), persistent=False)
        self.register_buffer('keys', torch.zeros(1, 2, 8, 4))
        self.register_buffer('values', torch.zeros(1, 2, 8, 4))

    def rotate(self, x, places):
        angles = torch.cat([places[:, None] * self.frequencies] * 2, -1)
        a, b = x.chunk(2, -1)
        return x * angles.cos() + torch.cat([-b, a], -1) * angles.sin()

    def forward(self, x, places, padding):
        b, t, _ = x.shape
        q = self.rotate(self.q(x).view(b, t, 4, 4).transpose(1, 2), places)
        k = self.rotate(self.k(x).view(b, t, 2, 4).transpose(1, 2), places)
        v = self.v(x).view(b, t, 2, 4).transpose(1, 2)
        self.keys.index_copy_(2, places, k)
        self.values.index_copy_(2, places, v)

        def allowed(batch, head, query, key):
            return (key <= query) & padding[batch, key] & query.new_ones((), dtype=torch.bool)
        mask = allowed
        for level in ((None, None, None, 0), (None, None, 0, None), (None, 0, None, None), (0, None, None, None)):
            mask = torch.vmap(mask, in_dims=level)
        mask = mask(torch.arange(b), torch.arange(1), places, torch.arange(8))
        k, v = (c.repeat_interleave(2, 1) for c in (self.keys, self.values))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.o(y.transpose(1, 2).reshape(b, t, 16))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(12, 16)
        self.layers = nn.ModuleList(Attention() for _ in range(2))
        self.norm = nn.RMSNorm(16)
        self.head = nn.Linear(16, 12, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, ids, places, padding):
        x = self.embed(ids)
        for layer in self.layers:
            x = x + layer(self.norm(x), places, padding)
        return Answer(self.head(self.norm(x)))


class VmapOfModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))
        self.register_buffer('shift', torch.arange(3.0))

    def forward(self, x, y):
        def one(a, b):
            shift = self.shift.cumsum(0)
            return self.inner(a).softmax(-1) * shift + b.sort().values[:3], b.mean()
        return torch.vmap(one, in_dims=(1, 0))(x, y)


class VmapElementwise(nn.Module):
    def forward(self, x, y):
        """[2, 3, 4] and [5, 4]: samples in different places, of different ranks, of one operand only."""
        f = torch.vmap(lambda a, b: torch.where(a > b, a * 2 - b, b.abs()), in_dims=(None, 0))
        g = torch.vmap(f, in_dims=(0, None))
        h = torch.vmap(lambda a: a.new_full((), 3.0))
        k = torch.vmap(lambda a, b: (a + b[None]).unsqueeze(-1).expand(3, 4, 2), in_dims=(0, 1))
        return g(x, y), h(x), k(x, y.t()[:, :2].contiguous()), torch.vmap(lambda a: a * 2, in_dims=-1)(x)


class VmapNested(nn.Module):
    """Not element by element on the outside, so on the inside."""

    def forward(self, x, y):
        def outer(a):
            return torch.vmap(lambda b: (a.sum() + b) * 2)(y.flip(0)) + a.amax()
        return torch.vmap(outer)(x), torch.vmap(torch.vmap(torch.dot), in_dims=(0, None))(x.unsqueeze(1).expand(3, 5, 4), y)


class VmapMixedTypes(nn.Module):
    """Numbers of rank 0 give way to other types, batches of them must do so too."""

    def forward(self, x, n):
        return torch.vmap(lambda a, b: a * b + 1.5)(x, n), torch.vmap(lambda a, b: a.to(torch.float64) + b)(n, x)


class Control(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
        self.register_buffer('step', torch.tensor(0.5))

    def forward(self, x, n):
        def inside(v):
            return torch.cond(v.mean() > 0, lambda w: self.a(w).relu(), lambda w: self.b(w) - 1, (v,))

        def outside(v):
            return torch.cond(v.sum() > 100, lambda w: w * 3, inside, (v,))
        y = torch.cond(x.sum() > 0, outside, lambda v: self.a(v).tanh(), (x,))
        i, z = while_loop(lambda i, z: i < n, lambda i, z: (i + 1, self.b(z) * self.step), (torch.zeros_like(n), y))
        return y, z, i


class Loops(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(3, 5)

    def forward(self, x, h):
        def step(h, x):
            h = self.cell(x, h)
            return h, h.clone() * 2
        last, all_steps = scan(step, h, x)
        sums = associative_scan(lambda a, b: a + b, x, dim=0, combine_mode='generic')

        def row(r):
            return torch.cond(r.sum() > 0, lambda v: v.exp(), lambda v: v.neg(), (r,))
        return last, all_steps, sums, hop_map(row, x)


class Autocast(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.norm = nn.Linear(8, 8), nn.Linear(8, 8), nn.LayerNorm(8)

    def forward(self, x):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            y = self.a(x).relu()
            with torch.autocast('cpu', enabled=False):
                z = self.b(y.float())
            w = torch.matmul(y, y.transpose(-1, -2))
        with torch.no_grad():
            z = self.norm(z) * 2
        return y.float(), z, w


class Shared(nn.Module):
    """One module many times, containers that are never called, two names of one module."""

    def __init__(self):
        super().__init__()
        self.act = nn.GELU(approximate='tanh')
        self.blocks = nn.ModuleDict({'x': nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)]), 'y': nn.Linear(4, 4)})
        self.again = self.blocks['y']
        self.scales = nn.ParameterList([nn.Parameter(torch.rand(4)) for _ in range(2)])

    def forward(self, x, *, scale=None, mask=None):
        for i in range(2):
            for block, weight in zip(self.blocks['x'], self.scales):
                x = self.act(block(x)) * weight
            x = x + self.again(x) if i else self.blocks['y'](x)
        if mask is not None:
            x = x.masked_fill(mask, -1.0)
        return {'x': x, 'nothing': None, 'pair': (x * scale, (x.sum(),))}


class Mutating(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer('count', torch.tensor(3))
        self.register_buffer('history', torch.zeros(3, 4))
        self.constant = torch.tensor([1.0, 2.0, 3.0, 4.0])

    def forward(self, x, y):
        self.history[1:] = self.history[:-1].clone()
        self.history[0] = x.sum(0)
        self.count += 1
        y.mul_(2)
        y[:, 0].add_(self.constant[0])
        x = x + self.constant
        x[x > 0.5] = self.count.float()
        return x, self.history.mean(0) + torch.tensor(0.25)


class Sizes(nn.Module):
    def forward(self, x, y):
        b, t, c = x.shape
        z = x.reshape(b * t, c)[: b * t // 2]
        w = torch.zeros(b, t + 1) + torch.arange(t + 1) * (t / 2)
        return z, torch.cat([x, y], 1).mean(1), w, x.new_ones(max(b, t), min(b, 2)), F.pad(x, (0, t - 1))


class BatchNorms(nn.Module):
    """In training mode: batch statistics where the running ones are inputs or missing."""

    def forward(self, x, mean, var, weight):
        a = F.batch_norm(x, mean, var, weight, None, True, 0.3, 1e-3)
        b = F.batch_norm(x, None, None, None, weight, True)
        c = F.instance_norm(x, weight=weight)
        return a, b, c


class InstanceNorms(nn.Module):
    def forward(self, x, mean, var):
        return F.instance_norm(x, mean, var, use_input_stats=True, momentum=0.2)


class TrainingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.drop = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.4)
        with torch.no_grad():
            self.norm.running_mean.uniform_(-1, 1)
            self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x):
        return self.drop(self.norm(self.conv(x)).relu())


class Vision(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.deep = nn.Conv2d(8, 8, 5, padding=2, groups=8)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 2, 1), nn.SiLU(), nn.Conv2d(2, 8, 1), nn.Sigmoid())
        self.up = nn.ConvTranspose2d(8, 4, 2, 2)
        self.norm = nn.GroupNorm(2, 4)
        with torch.no_grad():
            self.stem[1].running_mean.uniform_(-1, 1)
            self.stem[1].running_var.uniform_(0.5, 2)

    def forward(self, x):
        y = self.deep(self.stem(x))
        y = y * self.gate(y)
        z = self.norm(self.up(F.max_pool2d(y, 2, ceil_mode=True)))
        z = F.interpolate(z, size=y.shape[-2:], mode='bilinear', align_corners=False)
        return z, F.grid_sample(z, z[:, :2].permute(0, 2, 3, 1).clamp(-1, 1), align_corners=False)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(8, 5)

    def forward(self, x):
        y, (h, c) = self.lstm(x)
        return *self.gru(y), h, c


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.cross = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x, memory):
        y = self.encoder(x, mask=nn.Transformer.generate_square_subsequent_mask(x.shape[1]), is_causal=True)
        return self.cross(y, memory, memory)


class Indexing(nn.Module):
    def forward(self, x, i):
        y = x.clone()
        y[i] = 0
        y[:, 1:] += x[:, :-1]
        y[..., -1, None] = x[..., :1]
        z = torch.zeros(5, 4).scatter_reduce(0, i[:, None].expand(-1, 4), x[:, :4], 'amax', include_self=False)
        values, places = x.topk(2)
        a, *rest = x.split([1, 2, 2], 1)
        return y, z, values, places, x[i, i], torch.einsum('ij,kj->ik', a, rest[0][:, :1]), x.unfold(1, 2, 2)


@torch.library.custom_op('strata_test::twice', mutates_args=())
def twice(x: torch.Tensor) -> torch.Tensor:
    return x * 2


@twice.register_fake
def _(x):
    return torch.empty_like(x)


class CustomOperator(nn.Module):
    def forward(self, x):
        return twice(x.relu()) + 1


def rand(*shape):
    return torch.randn(*shape)


def tokens():
    return torch.tensor([[1, 5, 7], [3, 3, 0]]), torch.arange(3), torch.tensor([[1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 0, 1, 0, 1, 1, 0]]) > 0


ALL = ['exported', 'strict', 'decomposed', 'dynamic']
DIM = torch.export.Dim
BATCH = DIM('batch', min=2, max=64)

MODELS = {
    'decoder': dict(make=Decoder, inputs=lambda: (tokens()[0][:1], tokens()[1], tokens()[2][1:]), keep=['exported', 'decomposed']),
    'vmap_module': dict(make=VmapOfModule, inputs=lambda: (rand(4, 5), rand(5, 7)), keep=['exported']),
    'vmap_elementwise': dict(make=VmapElementwise, inputs=lambda: (rand(2, 3, 4), rand(5, 4)), keep=['exported']),
    'vmap_nested': dict(make=VmapNested, inputs=lambda: (rand(3, 4), rand(5, 4)), keep=['exported']),
    'vmap_mixed_types': dict(make=VmapMixedTypes, inputs=lambda: (rand(4), torch.arange(4)), keep=['exported']),
    'control': dict(make=Control, inputs=lambda: (rand(3, 4), torch.tensor(3)), keep=['exported', 'decomposed']),
    'loops': dict(make=Loops, inputs=lambda: (rand(6, 2, 3), rand(2, 5)), keep=['exported']),
    'autocast': dict(make=Autocast, inputs=lambda: (rand(2, 3, 8),), keep=['exported', 'decomposed']),
    'shared': dict(make=Shared, inputs=lambda: (rand(3, 4),), kwargs=lambda: {'scale': torch.tensor(2.0), 'mask': torch.rand(3, 4) > 0.5},
                   keep=['exported', 'strict']),
    'mutating': dict(make=Mutating, inputs=lambda: (rand(2, 4), rand(3, 2)), keep=['exported', 'decomposed']),
    'sizes': dict(make=Sizes, inputs=lambda: (rand(3, 4, 5), rand(3, 2, 5)), keep=['dynamic'],
                  dynamic={'x': {0: BATCH, 1: DIM('time', min=2, max=64)}, 'y': {0: BATCH}}),
    'batch_norms': dict(make=BatchNorms, inputs=lambda: (rand(4, 3, 5), rand(3), torch.rand(3) + 0.5, rand(3)), keep=['exported', 'decomposed']),
    'instance_norms': dict(make=InstanceNorms, inputs=lambda: (rand(4, 3, 5), rand(3), torch.rand(3) + 0.5), keep=['exported', 'decomposed']),
    'training_net': dict(make=TrainingNet, inputs=lambda: (rand(2, 3, 8, 8),), training='as evaluation', outputs=1,
                         keep=['exported', 'decomposed']),
    'vision': dict(make=Vision, inputs=lambda: (rand(2, 3, 18, 14),), keep=['decomposed']),
    'recurrent': dict(make=Recurrent, inputs=lambda: (rand(2, 5, 3),), keep=['decomposed']),
    'transformer': dict(make=Transformer, inputs=lambda: (rand(2, 5, 8), rand(2, 4, 8)), keep=['decomposed'],
                        dynamic={'x': {0: BATCH, 1: DIM('time', min=2, max=64)}, 'memory': {0: BATCH}}),
    'indexing': dict(make=Indexing, inputs=lambda: (rand(4, 5), torch.tensor([2, 0, 3, 1])), keep=['decomposed']),
    'custom_operator': dict(make=CustomOperator, inputs=lambda: (rand(2, 3),)),
}
