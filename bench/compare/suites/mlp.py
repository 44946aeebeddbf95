# SPDX-License-Identifier: BSD-3-Clause
"""Neural networks beside PyTorch and scikit-learn: the same layers, batches, optimiser, precision and
number of epochs, rows in an order of everybody's own. Accuracy is the log loss on rows held out, by
the same code for all."""

import dataclasses
import importlib.util
import json
import pathlib
import sys
from collections.abc import Iterator

import numpy as np

import dataset
import harness
from harness import Accuracy, Goal, Options, Result, Row

SCIKIT_LEARN, EAGER, COMPILED, JIT, OPENBLAS = (
    "scikit-learn", "PyTorch, eager", "PyTorch, compiled", "PyTorch, frozen", "numpy")


@dataclasses.dataclass(frozen=True)
class Case:
    """One comparison."""

    work: str
    data: str  # images, tabular or iris
    rows: int  # to learn from; a sixth of them more is held out
    layers: tuple[int, ...]  # inputs, hidden units, outputs; 1 output: two classes
    batch: int
    goal: float
    peers: tuple[str, ...]
    # epoch (seconds of one), fit (seconds of all), estimator (MLPClassifier), row (µs), peak (share)
    task: str = "epoch"
    epochs: int = 4
    learning_rate: float = 1e-3
    unit: str = "s"
    repeats: int = 1
    tolerance: float = 0.02
    note: str = ""


IMAGES, TABULAR = (784, 128, 10), (28, 64, 64, 1)
TORCH = (EAGER, COMPILED)
CASES = {
    "images": Case("60k × 784–128–10, batch 128, Adam: epoch", "images", 60_000, IMAGES, 128, 0.55,
                   (SCIKIT_LEARN, *TORCH)),
    "images_estimator": Case("the same with MLPClassifier, fit of 2 epochs", "images", 60_000, IMAGES,
                             128, 0.55, (SCIKIT_LEARN,), task="estimator", epochs=2),
    "tabular": Case("100k × 28–64–64–1, batch 256, Adam: epoch", "tabular", 100_000, TABULAR, 256,
                    0.5, (SCIKIT_LEARN, *TORCH)),
    "tabular_estimator": Case("the same with MLPClassifier, fit of 2 epochs", "tabular", 100_000,
                              TABULAR, 256, 0.5, (SCIKIT_LEARN,), task="estimator", epochs=2),
    "iris": Case("iris 4–16–3, full batch, 100 epochs", "iris", 120, (4, 16, 3), 120, 0.05,
                 (SCIKIT_LEARN, *TORCH), task="fit", epochs=100, learning_rate=0.01, repeats=21,
                 tolerance=0.3, note="other initial weights"),
    "row": Case("one row through 784–128–10", "images", 2_000, IMAGES, 128, 0.2,
                (SCIKIT_LEARN, *TORCH, JIT), task="row", unit="µs"),
    "peak": Case("512 rows, 1024–1024: time as a multiple of the peak's", "images", 2_000, IMAGES, 128,
                 1 / 0.7, (EAGER, OPENBLAS), task="peak", unit="× peak"),
}


def _make(path: pathlib.Path, case: Case, rows: int) -> None:
    """The data file, if it is not there; the last sixth of `rows` · 7 / 6 is held out."""
    if path.exists():
        return
    rng = np.random.default_rng(0)
    n, p, k = rows + rows // 6, case.layers[0], max(case.layers[-1], 2)
    if case.data == "iris":
        from sklearn.datasets import load_iris
        iris = load_iris()
        order = rng.permutation(len(iris.target))
        X, y = iris.data[order], iris.target[order]
    elif case.data == "images":  # noisy mixtures of two pictures of a class, most of it dark
        pictures = np.clip(rng.standard_normal((k, 2, p)), 0.0, None)
        y = rng.integers(0, k, n)
        share = rng.random((n, 1))
        X = share * pictures[y, 0] + (1 - share) * pictures[y, 1]
        X = np.clip(X + 1.5 * rng.standard_normal(X.shape), 0.0, None) / 4.0
    else:
        X = rng.standard_normal((n, p))
        raw = X[:, :6].sum(axis=1) + 2.0 * X[:, 6] * X[:, 7] + 2.0 * np.sin(2.0 * X[:, 8])
        y = (raw + rng.logistic(size=n) > 0).astype(int)
    X = X.astype(np.float32).astype(np.float64)  # the same numbers in both precisions
    dataset.write(path, dataset.numeric(X, y.astype(np.float64)))


def _log_loss(path: str, y: np.ndarray) -> float:
    """Of probabilities a row and class, in a file of doubles."""
    probabilities = np.fromfile(path).reshape(len(y), -1)
    if probabilities.shape[1] == 1:
        probabilities = np.hstack([1.0 - probabilities, probabilities])
    chosen = probabilities[np.arange(len(y)), y.astype(int)]
    return float(-np.log(np.clip(chosen, 1e-15, None)).mean())


def _accuracy(case: Case, y: np.ndarray, results: dict[str, list[Result]]) -> Accuracy:
    losses = {name: float(np.median([_log_loss(run["proba"], y) for run in runs]))
              for name, runs in results.items() if runs}
    ours = losses.pop("espalier")
    best = min(losses.values(), default=None)
    equal = None if best is None else ours <= best + case.tolerance * max(best, 0.1)
    return Accuracy("log loss", ours, best, losses, equal)


def _installed(peer: str) -> bool:
    module = {SCIKIT_LEARN: "sklearn", OPENBLAS: "numpy"}.get(peer, "torch")
    return importlib.util.find_spec(module) is not None


def run(options: Options) -> Iterator[list[Row]]:
    """A row a case."""
    program = harness.program("ours_mlp", options)
    script = str(pathlib.Path(__file__).with_name("mlp_peers.py"))
    for name in options.chosen(CASES):
        case = CASES[name]
        rows = case.rows if case.rows <= 2_000 else int(case.rows * options.scale)
        path = options.cache / f"mlp-{case.data}-{rows}.bin"
        _make(path, case, rows)
        job = {"data": str(path), "rows": rows, "task": case.task, "layers": list(case.layers),
               "batch": case.batch, "epochs": case.epochs, "learning_rate": case.learning_rate,
               "repeats": case.repeats, "threads": options.threads}
        peak: dict[str, float] = {}  # as our program, which runs first, has measured it

        def runner(command: list[str], i: int, job: dict = job, peak: dict = peak
                   ) -> harness.Runner:
            def call(k: int) -> Result | None:
                proba = str(options.cache / f"mlp-proba-{i}-{k}.bin")
                whole = json.dumps(job | peak | {"proba": proba, "seed": k})
                result = harness.run([*command, whole], options.threads)
                if result and "peak" in result:
                    peak["peak"] = result["peak"]
                return result and result | {"proba": proba}
            return call

        commands = {"espalier": [str(program)]} | {
            peer: [sys.executable, script, peer] for peer in case.peers if _installed(peer)}
        runners = {who: runner(command, i) for i, (who, command) in enumerate(commands.items())}
        results = harness.in_turn(runners, options.repeat or (1 if options.quick else 5))
        if not results.get("espalier"):
            continue
        accuracy = None
        if case.task not in ("row", "peak"):
            accuracy = _accuracy(case, dataset.read_target(path)[rows:], results)
        ours = results.pop("espalier")
        goal = Goal(case.goal, "ours") if case.task == "peak" else Goal(case.goal)
        yield [harness.compare(case.work, case.unit, harness.median(ours, "figure"),
                               harness.medians(results, "figure"), goal, len(ours), accuracy,
                               case.note)]
