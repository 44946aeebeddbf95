# SPDX-License-Identifier: BSD-3-Clause
"""Writes what PyTorch and scikit-learn make of the parts of a training, all in double:

neural_network_losses.json      losses with their gradients, weighted and not, at ordinary and at huge results;
neural_network_optimizers.json  20 steps of every optimiser along given gradients;
neural_network_schedules.json   the learning rate over 60 epochs, as a factor.
"""

import json
import pathlib

import numpy as np
import sklearn
import torch
from sklearn.neural_network._base import binary_log_loss, log_loss, poisson_loss, squared_loss
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer
from torch.nn import functional as F
from torch.optim import lr_scheduler

assert sklearn.__version__ == "1.9.1" and torch.__version__.startswith("2.15.0")
torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__).parent


def write(name, cases):
    text = json.dumps(cases, allow_nan=False)
    (here / name).write_text(text.replace("}, ", "},\n") + "\n")


# --- losses

rng = np.random.default_rng(5)
n = 7
one, three = 2 * rng.normal(size=(n, 1)), 2 * rng.normal(size=(n, 3))
huge = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 9999.0, 1e4], [0.5, 1e4, 3.0]])
numbers = rng.integers(0, 3, size=(n, 1)).astype(float)
shares = rng.dirichlet(np.ones(3), size=n)
bits_one, bits = rng.integers(0, 2, size=(n, 1)).astype(float), rng.integers(0, 2, size=(n, 3)).astype(float)
counts = rng.poisson(2.0, size=(n, 3)).astype(float)
reals_one, reals = 2 * rng.normal(size=(n, 1)), 2 * rng.normal(size=(n, 3))
weights = 0.25 * (1 + np.arange(n) % 4)
class_weight = [0.5, 2.0, 1.25]


def labels(y):
    return y[:, 0].long()


def smoothed(y, share, classes):
    return (1 - share) * y + share / classes


def cross_entropy(smoothing=0.0, c=None):
    c = torch.ones(3) if c is None else torch.tensor(c)

    def rows(z, y):
        if y.shape[1] == 1:
            loss = F.cross_entropy(z, labels(y), weight=c, label_smoothing=smoothing, reduction="none")
            return loss, c[labels(y)]
        loss = F.cross_entropy(z, y, weight=c, label_smoothing=smoothing, reduction="none")
        return loss, (y * c).sum(1)

    return rows


def binary(smoothing=0.0, positive=None, over="mean"):
    positive = None if positive is None else torch.tensor(positive)

    def rows(z, y):
        y = smoothed(y, smoothing, 2)
        loss = F.binary_cross_entropy_with_logits(z, y, pos_weight=positive, reduction="none")
        return getattr(loss, over)(1), 1.0

    return rows


def focal(gamma, alpha, over="mean"):
    def rows(z, y):
        log_p = F.logsigmoid((2 * y - 1) * z)
        a = 1.0 if alpha is None else alpha * y + (1 - alpha) * (1 - y)
        return getattr(-a * (1 - log_p.exp()) ** gamma * log_p, over)(1), 1.0

    return rows


def categorical_focal(gamma, c=None):
    c = torch.ones(3) if c is None else torch.tensor(c)

    def rows(z, y):
        log_p = F.log_softmax(z, 1).gather(1, y.long())[:, 0]
        return -c[labels(y)] * (1 - log_p.exp()) ** gamma * log_p, c[labels(y)]

    return rows


def outputs(function, over="mean", **options):
    return lambda z, y: (getattr(function(z, y, reduction="none", **options), over)(1), 1.0)


def pinball(q):
    return lambda z, y: (torch.maximum(q * (y - z), (1 - q) * (z - y)).mean(1), 1.0)


def poisson(over="mean"):
    return lambda z, y: (getattr(z.exp() - y * z - y + torch.xlogy(y, y), over)(1), 1.0)


def hinge(margin=1.0, power=1, over="mean"):
    def rows(z, y):
        sign = torch.where(y > 0, 1.0, -1.0)
        return getattr(torch.clamp(margin - sign * z, min=0) ** power, over)(1), 1.0

    return rows


def multi_hinge(margin=1.0, power=1):
    return lambda z, y: (F.multi_margin_loss(z, labels(y), p=power, margin=margin, reduction="none"), 1.0)


def loss_case(loss, rows, z, y, w=None, **options):
    z_t = torch.tensor(z, requires_grad=True)
    per_row, unit = rows(z_t, torch.tensor(y))
    w_t = torch.ones(len(z)) if w is None else torch.tensor(w)
    value = (w_t * per_row).sum() / (w_t * unit).sum()
    value.backward()
    return {
        "loss": loss,
        "options": options,
        "z": z.tolist(),
        "y": y.tolist(),
        "weights": [] if w is None else w.tolist(),
        "value": value.item(),
        "gradient": z_t.grad.tolist(),
    }


losses = [
    loss_case("CrossEntropy", cross_entropy(), three, numbers),
    loss_case("CrossEntropy", cross_entropy(), three, numbers, weights),
    loss_case("CrossEntropy", cross_entropy(), three, shares, weights),
    loss_case("CrossEntropy", cross_entropy(), huge, numbers[:4]),
    loss_case("CrossEntropy", cross_entropy(0.1), three, numbers, label_smoothing=0.1),
    loss_case("CrossEntropy", cross_entropy(0.1), huge, numbers[:4], label_smoothing=0.1),
    loss_case("CrossEntropy", cross_entropy(0.1), three, shares, label_smoothing=0.1),
    loss_case("CrossEntropy", cross_entropy(0, class_weight), three, numbers, weights, class_weight=class_weight),
    loss_case("CrossEntropy", cross_entropy(0.2, class_weight), three, numbers, label_smoothing=0.2,
              class_weight=class_weight),
    loss_case("CrossEntropy", cross_entropy(0, class_weight), three, shares, weights, class_weight=class_weight),
    loss_case("BinaryCrossEntropy", binary(), one, bits_one, weights),
    loss_case("BinaryCrossEntropy", binary(), three, bits),
    loss_case("BinaryCrossEntropy", binary(), three, shares, weights),
    loss_case("BinaryCrossEntropy", binary(over="sum"), three, bits, weights, reduction="sum"),
    loss_case("BinaryCrossEntropy", binary(), huge, bits[:4]),
    loss_case("BinaryCrossEntropy", binary(0.1), three, bits, label_smoothing=0.1),
    loss_case("BinaryCrossEntropy", binary(0, class_weight), three, bits, weights, positive_weight=class_weight),
    loss_case("Focal", focal(2.0, 0.25), one, bits_one, weights),
    loss_case("Focal", focal(2.0, 0.25), three, bits),
    loss_case("Focal", focal(1.5, None), three, bits, weights, gamma=1.5, alpha=None),
    loss_case("Focal", focal(0.0, 0.5, "sum"), three, bits, gamma=0.0, alpha=0.5, reduction="sum"),
    loss_case("Focal", focal(2.0, 0.25), huge, bits[:4]),
    loss_case("CategoricalFocal", categorical_focal(2.0), three, numbers, weights),
    loss_case("CategoricalFocal", categorical_focal(0.5, class_weight), three, numbers, weights, gamma=0.5,
              class_weight=class_weight),
    loss_case("CategoricalFocal", categorical_focal(2.0), huge, numbers[:4]),
    loss_case("MSE", outputs(F.mse_loss), one, reals_one),
    loss_case("MSE", outputs(F.mse_loss), three, reals, weights),
    loss_case("MSE", outputs(lambda z, y, reduction: 0.5 * (z - y) ** 2, "sum"), three, reals, weights, scale=0.5,
              reduction="sum"),
    loss_case("MAE", outputs(F.l1_loss), three, reals, weights),
    loss_case("MAE", outputs(F.l1_loss), np.vstack([three, reals]), np.vstack([reals, reals])),
    loss_case("HuberLoss", outputs(F.huber_loss), three, reals, weights),
    loss_case("HuberLoss", outputs(F.huber_loss, delta=2.5), one, reals_one, delta=2.5),
    loss_case("Pinball", pinball(0.5), three, reals, weights),
    loss_case("Pinball", pinball(0.9), one, reals_one, quantile=0.9),
    loss_case("PoissonLoss", poisson(), three, counts, weights),
    loss_case("PoissonLoss", poisson("sum"), three, counts, reduction="sum"),
    loss_case("Hinge", hinge(), one, bits_one, weights),
    loss_case("Hinge", hinge(), three, 2 * bits - 1),
    loss_case("Hinge", hinge(0.5, 2, "sum"), three, bits, weights, margin=0.5, squared=True, reduction="sum"),
    loss_case("Hinge", multi_hinge(), three, numbers, weights),
    loss_case("Hinge", multi_hinge(2.0, 2), three, numbers, margin=2.0, squared=True),
    loss_case("Hinge", multi_hinge(), huge, numbers[:4]),
]

# scikit-learn's own functions of predictions.
p = 1 / (1 + np.exp(-three))
softmax = np.exp(three) / np.exp(three).sum(1, keepdims=True)
scikit_learn = {
    "log_loss": log_loss(np.eye(3)[numbers[:, 0].astype(int)], softmax, weights),
    "binary_log_loss": binary_log_loss(bits, p, weights),
    "squared_loss": squared_loss(reals, three, weights),
    "poisson_loss": poisson_loss(counts, np.exp(three), weights),
}
write("neural_network_losses.json", {
    "cases": losses, "scikit_learn": scikit_learn, "z": three.tolist(), "numbers": numbers.tolist(),
    "bits": bits.tolist(), "reals": reals.tolist(), "counts": counts.tolist(), "weights": weights.tolist()})

# --- optimisers: a weight, which decays, and a bias, which does not

start = [rng.normal(size=(3, 4)), rng.normal(size=(1, 4))]
gradients = [[rng.normal(size=w.shape) for w in start] for _ in range(20)]
shown = (1, 10, 20)


def torch_steps(kind, weight_decay=0.0, **options):
    parameters = [torch.tensor(w, requires_grad=True) for w in start]
    optimizer = kind([{"params": parameters[:1], "weight_decay": weight_decay},
                      {"params": parameters[1:], "weight_decay": 0.0}], **options)
    states = {}
    for t, step in enumerate(gradients, 1):
        for w, g in zip(parameters, step):
            w.grad = torch.tensor(g)
        optimizer.step()
        if t in shown:
            states[t] = [w.tolist() for w in parameters]
    return states


def sklearn_steps(kind, decay=1.0, **options):
    parameters = [w.copy() for w in start]
    optimizer = kind(parameters, **options)
    states = {}
    for t, step in enumerate(gradients, 1):
        optimizer.update_params(parameters, step)
        optimizer.learning_rate *= decay  # Adam has a rate of its own
        if t in shown:
            states[t] = [w.tolist() for w in parameters]
    return states


def optimizer_case(optimizer, states, rate_decay=1.0, **options):
    return {"optimizer": optimizer, "options": options, "rate_decay": rate_decay, "states": states}


optim = torch.optim
tiny = 1e-30  # PyTorch adds Adam's epsilon elsewhere
optimizers = [
    optimizer_case("SGD", torch_steps(optim.SGD, lr=0.05), learning_rate=0.05),
    optimizer_case("SGD", torch_steps(optim.SGD, lr=0.05, momentum=0.8, weight_decay=0.1), learning_rate=0.05,
                   momentum=0.8, weight_decay=0.1),
    optimizer_case("SGD", torch_steps(optim.SGD, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.1),
                   learning_rate=0.05, momentum=0.8, nesterov=True, weight_decay=0.1),
    optimizer_case("SGD", sklearn_steps(SGDOptimizer, decay=0.9), rate_decay=0.9, learning_rate=0.1, momentum=0.9,
                   nesterov=True),
    optimizer_case("SGD", sklearn_steps(SGDOptimizer, decay=0.9, nesterov=False, momentum=0.5), rate_decay=0.9,
                   learning_rate=0.1, momentum=0.5),
    optimizer_case("RMSprop", torch_steps(optim.RMSprop)),
    optimizer_case("RMSprop", torch_steps(optim.RMSprop, lr=0.02, alpha=0.9, momentum=0.7, weight_decay=0.1),
                   learning_rate=0.02, alpha=0.9, momentum=0.7, weight_decay=0.1),
    optimizer_case("Adagrad", torch_steps(optim.Adagrad)),
    optimizer_case("Adagrad", torch_steps(optim.Adagrad, lr=0.3, weight_decay=0.1), learning_rate=0.3,
                   weight_decay=0.1),
    optimizer_case("Adam", sklearn_steps(AdamOptimizer)),
    optimizer_case("Adam", sklearn_steps(AdamOptimizer, learning_rate_init=0.1, beta_1=0.5, beta_2=0.9, epsilon=0.1),
                   learning_rate=0.1, beta_1=0.5, beta_2=0.9, epsilon=0.1),
    optimizer_case("Adam", torch_steps(optim.Adam, lr=0.1, eps=tiny), learning_rate=0.1, epsilon=tiny),
    optimizer_case("AdamW", torch_steps(optim.AdamW, lr=0.1, eps=tiny, weight_decay=0.01), learning_rate=0.1,
                   epsilon=tiny),
    optimizer_case("AdamW", torch_steps(optim.AdamW, lr=0.1, eps=tiny, weight_decay=0.3, betas=(0.8, 0.95)),
                   learning_rate=0.1, epsilon=tiny, weight_decay=0.3, beta_1=0.8, beta_2=0.95),
]
write("neural_network_optimizers.json", {
    "start": [w.tolist() for w in start], "gradients": [[g.tolist() for g in step] for step in gradients],
    "cases": optimizers})

# --- schedules

plateau_losses = (np.abs(np.sin(np.arange(60) / 3.0)) + np.repeat([3.0, 2.0, 2.0, 1.9, 1.9, 1.9], 10)).tolist()


def curve(make, steps=60, loss=None):
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    schedule = make(optimizer)
    factors = []
    for i in range(steps):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step(*([] if loss is None else [loss[i]]))
    return factors


def plateau(**options):
    return curve(lambda o: lr_scheduler.ReduceLROnPlateau(o, **options), loss=plateau_losses)


write("neural_network_schedules.json", {
    "plateau_losses": plateau_losses,
    "step": curve(lambda o: lr_scheduler.StepLR(o, 7, 0.5)),
    "exponential": curve(lambda o: lr_scheduler.ExponentialLR(o, 0.93)),
    "cosine": curve(lambda o: lr_scheduler.CosineAnnealingLR(o, 60, 0.05)),
    "restarts": curve(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 10, 2, 0.1)),
    "restarts_even": curve(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7)),
    "one_cycle": curve(lambda o: lr_scheduler.OneCycleLR(o, 1.0, 180, cycle_momentum=False), 180),
    "one_cycle_options": curve(lambda o: lr_scheduler.OneCycleLR(
        o, 1.0, 60, pct_start=0.4, div_factor=10.0, final_div_factor=50.0, cycle_momentum=False)),
    "warm_up": curve(lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.LinearLR(o, 0.2, 1.0, 4), lr_scheduler.CosineAnnealingLR(o, 60)])),
    "plateau": plateau(),
    "plateau_options": plateau(factor=0.5, patience=2, threshold=0.05, threshold_mode="abs", cooldown=3, min_lr=0.1),
})
