# SPDX-License-Identifier: BSD-3-Clause
"""Writes neural_network_layers.json: PyTorch's layers in double, forward and back.

Each case has the input x, the result y, the gradient by y that is handed back, and the gradients by x and by the
parameters. The parameters themselves are drawn, so that none is 0 or 1.
"""

import json
import pathlib

import torch
from torch import nn

assert torch.__version__.split("+")[0] == "2.15.0"
here = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)


def listed(tensor):
    return tensor.detach().tolist()


def draw(layer):
    for p in layer.parameters():
        nn.init.normal_(p)
    return layer


def case(layer, x=None):
    x = 2.0 * torch.randn(6, 5) if x is None else x
    x.requires_grad_()
    y = layer(x)
    dy = torch.randn_like(y)
    y.backward(dy)
    return {
        "x": listed(x),
        "y": listed(y),
        "dy": listed(dy),
        "dx": listed(x.grad),
        "parameters": {name.split(".")[0]: listed(torch.atleast_2d(p)) for name, p in layer.named_parameters()},
        "gradients": {name.split(".")[0]: listed(torch.atleast_2d(p.grad)) for name, p in layer.named_parameters()},
    }


activations = {
    "ReLU": nn.ReLU(),
    "LeakyReLU": nn.LeakyReLU(),
    "LeakyReLU_0.2": nn.LeakyReLU(0.2),
    "ELU": nn.ELU(),
    "ELU_0.7": nn.ELU(0.7),
    "SELU": nn.SELU(),
    "Sigmoid": nn.Sigmoid(),
    "Tanh": nn.Tanh(),
    "Softplus": nn.Softplus(),
    "SiLU": nn.SiLU(),
    "GELU": nn.GELU(),
    "GELU_approximate": nn.GELU(approximate="tanh"),
    "Softmax": nn.Softmax(dim=1),
}


def batch_norm(**options):
    """Two passes in training, on batches of different means, then one after it."""
    layer = draw(nn.BatchNorm1d(5, **options))
    passes = []
    for shift in (1.0, -3.0):
        layer.zero_grad()
        passes.append(case(layer, shift + 2.0 * torch.randn(6, 5)))
    layer.eval()
    x = torch.randn(3, 5)
    return {
        "passes": passes,
        "running_mean": listed(layer.running_mean[None]),
        "running_variance": listed(layer.running_var[None]),
        "eval": {"x": listed(x), "y": listed(layer(x))},
    }


class Embedded(nn.Module):
    """Columns 1 and 3 of codes; the last row of each table takes what is no code."""

    def __init__(self):
        super().__init__()
        self.embedding_3 = nn.Embedding(5, 3)
        self.embedding_1 = nn.Embedding(4, 2)

    def forward(self, x):
        known = lambda column, n: torch.where((column >= 0) & (column < n), column, n).long()
        return torch.cat(
            [x[:, [0, 2]], self.embedding_3(known(x[:, 3], 4)), self.embedding_1(known(x[:, 1], 3))], dim=1
        )


codes = torch.randn(7, 4)
codes[:, 1] = torch.tensor([0.0, 2, 2, -1, 1, 0, 9])
codes[:, 3] = torch.tensor([3.0, 3, 0, 1, 4, -1, 3])

cases = {
    "activations": {name: case(layer) for name, layer in activations.items()},
    "batch_norm": batch_norm(),
    "batch_norm_options": batch_norm(momentum=0.3, eps=0.1),
    "layer_norm": case(draw(nn.LayerNorm(5))),
    "layer_norm_epsilon": case(draw(nn.LayerNorm(5, eps=0.1))),
    "layer_norm_plain": case(nn.LayerNorm(5, elementwise_affine=False)),
    "embedding": case(draw(Embedded()), codes),
}
text = json.dumps(cases, allow_nan=False)
(here / "neural_network_layers.json").write_text(text.replace("}, ", "},\n") + "\n")
