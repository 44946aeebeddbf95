# SPDX-License-Identifier: BSD-3-Clause
"""Writes neural_network_training.json: whole trainings of PyTorch in double, from given first numbers, on batches in
the order of the rows, the last of which is short.

Each case has its rows, the first and the last numbers of all parameters and statistics, the mean loss of each epoch
over its rows and what the network gives for the rows in the end. Weights of Dense are transposed. The optimisers
differ from PyTorch's in two ways, which are documented where they stand and made up for here: Adam's ε, and weight
decay, which is for the weights of Dense alone. A Dense before batch normalisation has no bias: its gradient would be
nothing but rounding, which Adam makes as large as any other.
"""

import json
import math
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

assert torch.__version__.split("+")[0] == "2.15.0"
here = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

n, n_features, batch_size, epochs = 26, 4, 8, 6


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.inner = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.inner(x)


def listed(tensor):
    return tensor.detach().tolist()


def numbers(net):
    """Parameters, then statistics, in the order of the layers."""
    dense = {id(m.weight) for m in net.modules() if isinstance(m, nn.Linear)}
    all_of_them = [listed(p.T if id(p) in dense else torch.atleast_2d(p)) for p in net.parameters()]
    return all_of_them + [listed(b[None]) for name, b in net.named_buffers() if "running" in name]


def groups(net, weight_decay=0.0):
    dense = [m.weight for m in net.modules() if isinstance(m, nn.Linear)]
    others = [p for p in net.parameters() if all(p is not w for w in dense)]
    return [{"params": dense, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def scale_epsilon(optimizer, step, beta_2=0.999, epsilon=1e-8):
    for group in optimizer.param_groups:
        group["eps"] = epsilon / math.sqrt(1 - beta_2**step)


def clip(net, max_norm):
    gradients = [p.grad for p in net.parameters()]
    norm = torch.sqrt(sum((g**2).sum() for g in gradients))
    for g in gradients:
        g *= min(1.0, max_norm / norm)


def train(net, X, y, loss, optimizer, weights=None, adam=False, max_norm=None, schedule=None):
    """loss(z, y) is that of each row."""
    w = torch.ones(n) if weights is None else weights
    case = {"X": listed(X), "y": listed(y), "first": numbers(net), "losses": []}
    if weights is not None:
        case["weights"] = listed(weights)
    step = 0
    for _ in range(epochs):
        total = 0.0
        for begin in range(0, n, batch_size):
            rows = slice(begin, begin + batch_size)
            optimizer.zero_grad()
            mean = (w[rows] * loss(net(X[rows]), y[rows])).sum() / w[rows].sum()
            mean.backward()
            total += mean.item() * w[rows].sum().item()
            step += 1
            if adam:
                scale_epsilon(optimizer, step)
            if max_norm is not None:
                clip(net, max_norm)
            optimizer.step()
        case["losses"].append(total / w.sum().item())
        if schedule is not None:
            schedule.step()
    net.eval()
    return case | {"last": numbers(net), "z": listed(net(X))}


def rows(scale=1.0):
    return scale * torch.randn(n, n_features)


def adam_batch_norm():
    X = rows()
    y = (X[:, :1] + X[:, 1:2] ** 2 > 0.5).double() + (X[:, 2:3] > 0.3)
    net = nn.Sequential(nn.Linear(4, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    return train(
        net,
        X,
        y,
        lambda z, t: F.cross_entropy(z, t[:, 0].long(), label_smoothing=0.1, reduction="none"),
        torch.optim.Adam(net.parameters(), lr=0.02),
        adam=True,
    )


def sgd_layer_norm():
    X = rows(2.0)
    y = torch.stack([X[:, 0] * X[:, 1], X[:, 2].sin()], 1)
    net = nn.Sequential(nn.Linear(4, 7), nn.LayerNorm(7), nn.Tanh(), nn.Linear(7, 2))
    return train(
        net,
        X,
        y,
        lambda z, t: ((z - t) ** 2).mean(1),
        torch.optim.SGD(groups(net, 0.01), lr=0.05, momentum=0.9, nesterov=True),
    )


def rmsprop_residual():
    X = rows()
    y = (X.sum(1, keepdim=True) > 0).double()
    net = nn.Sequential(
        nn.Linear(4, 6),
        Residual(nn.Linear(6, 6, bias=False), nn.BatchNorm1d(6, momentum=0.3), nn.SiLU()),
        nn.Linear(6, 1),
    )
    return train(
        net,
        X,
        y,
        lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction="none")[:, 0],
        torch.optim.RMSprop(net.parameters(), lr=0.01, alpha=0.9, momentum=0.5),
        weights=0.25 * (1.0 + torch.arange(n) % 4),
    )


def adamw_layer_norm():
    X = rows()
    y = 3 * X[:, :1] - X[:, 1:2] ** 2
    net = nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.LayerNorm(6), nn.Linear(6, 1))
    optimizer = torch.optim.AdamW(groups(net, 0.1), lr=0.03)
    return train(
        net,
        X,
        y,
        lambda z, t: F.huber_loss(z, t, reduction="none")[:, 0],
        optimizer,
        adam=True,
        max_norm=0.5,
        schedule=torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.8),
    )


cases = [adam_batch_norm, sgd_layer_norm, rmsprop_residual, adamw_layer_norm]
content = {case.__name__: case() for case in cases}
text = json.dumps(content, allow_nan=False).replace('], "', '],\n"').replace("}, ", "},\n")
(here / "neural_network_training.json").write_text(text + "\n")
