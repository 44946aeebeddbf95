# SPDX-License-Identifier: BSD-3-Clause
"""A job of neural networks for one peer: prints a figure as a line of JSON; the probabilities of the
rows held out go to a file. `python mlp_peers.py PEER JOB`; suites/mlp.py says what a job is."""

import json
import pathlib
import statistics
import sys
import time
import warnings

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import dataset  # noqa: E402

warnings.simplefilter("ignore")
WARM_UP, CALLS = 200, 2000


def seconds_of(work):
    """Of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def microseconds_a_row(predict, rows):
    """The median call, over rows that stand ready."""
    for i in range(WARM_UP):
        predict(rows[i % len(rows)])
    return 1e6 * statistics.median(
        seconds_of(lambda i=i: predict(rows[i % len(rows)])) for i in range(CALLS))


def scikit_learn(job, X, y, held_out):
    """The figure and the probabilities, by MLPClassifier."""
    from sklearn.neural_network import MLPClassifier

    def model(epochs):
        return MLPClassifier(
            tuple(job["layers"][1:-1]), batch_size=job["batch"], alpha=0.0, max_iter=epochs,
            learning_rate_init=job["learning_rate"], n_iter_no_change=epochs,
            random_state=job["seed"])
    if job["task"] in ("fit", "estimator"):
        model(job["epochs"]).fit(X[:500], y[:500])
        fitted = []
        figure = statistics.median(
            seconds_of(lambda: fitted.append(model(job["epochs"]).fit(X, y)))
            for _ in range(job["repeats"]))
        net = fitted[-1]
    else:
        net, classes = model(1), np.unique(y)
        figure = statistics.median(
            seconds_of(lambda: net.partial_fit(X, y, classes=classes)) for _ in range(job["epochs"]))
    if job["task"] == "row":
        return microseconds_a_row(net.predict_proba, [X[i:i + 1] for i in range(500)]), None
    return figure, net.predict_proba(held_out)


def torch_network(layers):
    """Dense layers with ReLU between."""
    import torch
    steps = []
    for inputs, outputs in zip(layers, layers[1:]):
        steps += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*steps[:-1])


def torch_epochs(job, X, y, forward, net):
    """Seconds of every epoch; the loop that PyTorch's tutorials have, with the quickest Adam."""
    import torch
    one = job["layers"][-1] == 1
    loss = torch.nn.BCEWithLogitsLoss() if one else torch.nn.CrossEntropyLoss()
    y = y.float()[:, None] if one else y
    optimizer = torch.optim.Adam(net.parameters(), lr=job["learning_rate"], fused=True)

    def epoch():
        order = torch.randperm(len(X))
        for begin in range(0, len(X), job["batch"]):
            rows = order[begin:begin + job["batch"]]
            optimizer.zero_grad()
            loss(forward(X[rows]), y[rows]).backward()
            optimizer.step()
    return [seconds_of(epoch) for _ in range(job["epochs"])]


def torch(peer, job, X, y, held_out):
    """The figure and the probabilities, by PyTorch."""
    import torch as library

    library.set_num_threads(job["threads"])
    library.manual_seed(job["seed"])
    X, held_out = library.from_numpy(X), library.from_numpy(held_out)
    y = library.from_numpy(y.astype(np.int64))
    net = torch_network(job["layers"])
    forward = library.compile(net) if "compiled" in peer else net
    if job["task"] == "fit":
        torch_epochs(job | {"epochs": 2}, X, y, forward, net)
        seconds = []
        for _ in range(job["repeats"]):
            for layer in net:
                if hasattr(layer, "reset_parameters"):
                    layer.reset_parameters()
            seconds.append(sum(torch_epochs(job, X, y, forward, net)))
        figure = statistics.median(seconds)
    else:
        figure = statistics.median(torch_epochs(job, X, y, forward, net))
    with library.inference_mode():
        if job["task"] == "row":
            if "frozen" in peer:
                forward = library.jit.freeze(library.jit.trace(net.eval(), X[:1]))
            return microseconds_a_row(forward, [X[i:i + 1] for i in range(500)]), None
        raw = net(held_out)
        proba = raw.sigmoid() if raw.shape[1] == 1 else raw.softmax(1)
    return figure, proba.numpy()


def peak(peer, job):
    """Time of the products of a dense layer, forward and back, beside the machine's peak."""
    rows, width = 512, 1024
    x, w, d = (np.random.default_rng(0).random(shape, np.float32)
               for shape in ((rows, width), (width, width), (rows, width)))
    multiply = np.matmul
    if peer != "numpy":
        import torch as library
        library.set_num_threads(job["threads"])
        x, w, d = map(library.from_numpy, (x, w, d))
        multiply = library.matmul

    def work():
        multiply(x, w)
        multiply(x.T, d)
        multiply(d, w.T)
    work()
    seconds = statistics.median(seconds_of(work) for _ in range(50))
    return seconds * job["peak"] / (3 * 2 * rows * width * width)


def main(peer, job):
    """Runs the job with that peer."""
    if job["task"] == "peak":
        print(json.dumps({"figure": peak(peer, job)}))
        return
    data = dataset.read(pathlib.Path(job["data"]), order="C", dtype=np.float32)
    X, y, held_out = data.X[:job["rows"]], data.y[:job["rows"]], data.X[job["rows"]:]
    if peer == "scikit-learn":
        figure, proba = scikit_learn(job, X, y, held_out)
    else:
        figure, proba = torch(peer, job, X, y, held_out)
    if proba is not None:
        np.ascontiguousarray(proba, np.float64).tofile(job["proba"])
    print(json.dumps({"figure": figure}))


main(sys.argv[1], json.loads(sys.argv[2]))
