# SPDX-License-Identifier: BSD-3-Clause
"""k-means beside scikit-learn, faiss and scikit-learn-intelex, everybody from the same centres: the
first k rows. Accuracy is the inertia of the centres found, by the same code for all."""

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


@dataclasses.dataclass(frozen=True)
class Case:
    """One comparison. `tolerance`: by how much inertia may exceed the best peer's."""

    work: str
    data: str  # blobs or noise
    rows: int
    cols: int
    k: int
    goal: float
    peers: tuple[str, ...]
    # fit, default (fit from a start of its own), predict, seed (k-means++) or batches (MiniBatchKMeans)
    task: str = "fit"
    float32: bool = True
    max_iter: int = 300
    tol: float = 1e-4
    repeats: int = 1
    tolerance: float = 1e-3
    note: str = ""


LLOYD, ELKAN, FAISS, INTELEX = (
    "scikit-learn", "scikit-learn, elkan", "faiss", "scikit-learn-intelex")
CASES = {
    "blobs": Case("1M × 32 blobs, k 64, 20 iterations", "blobs", 1_000_000, 32, 64, 0.5,
                  (LLOYD, ELKAN, FAISS, INTELEX), max_iter=20, tol=0.0),
    "noise": Case("1M × 32 noise, k 64, 20 iterations", "noise", 1_000_000, 32, 64, 0.5,
                  (LLOYD, ELKAN, FAISS, INTELEX), max_iter=20, tol=0.0),
    "many": Case("100k × 10 noise, k 1000, to the end", "noise", 100_000, 10, 1000, 0.3,
                 (LLOYD, ELKAN, INTELEX), note="tol 1e-4"),
    "many_double": Case("100k × 10 noise, k 1000, double", "noise", 100_000, 10, 1000, 0.3,
                        (LLOYD, ELKAN, INTELEX), float32=False, note="tol 1e-4"),
    "seeding": Case("k-means++, 200k × 32, k 64", "blobs", 200_000, 32, 64, 0.5, (LLOYD,),
                    task="seed", tolerance=0.1, note="other draws"),
    "batches": Case("MiniBatchKMeans, 200k × 32, k 64", "blobs", 200_000, 32, 64, 0.5, (LLOYD,),
                    task="batches", max_iter=2, tolerance=0.1, note="other draws"),
    "small_fit": Case("200 × 10, k 8: fit", "noise", 200, 10, 8, 0.02, (LLOYD,), float32=False,
                      repeats=201),
    "small_default": Case("200 × 10, k 8: fit from k-means++", "noise", 200, 10, 8, 0.02, (LLOYD,),
                          task="default", float32=False, repeats=201, tolerance=0.1,
                          note="other draws"),
    "small_predict": Case("200 × 10, k 8: predict", "noise", 200, 10, 8, 0.02, (LLOYD,),
                          task="predict", float32=False, repeats=201),
}


def _make(path: pathlib.Path, case: Case, rows: int) -> None:
    """The data file, if it is not there."""
    if path.exists():
        return
    rng = np.random.default_rng(0)
    X = rng.random((rows, case.cols), np.float32)
    if case.data == "blobs":
        centers = rng.uniform(-10, 10, (case.k, case.cols))
        X = centers[rng.integers(0, case.k, rows)] + 2.0 * rng.standard_normal(X.shape)
    X = X.astype(np.float32).astype(np.float64)  # the same numbers in both precisions
    dataset.write(path, dataset.numeric(X, np.zeros(rows)))


def _inertia(X: np.ndarray, centers: np.ndarray) -> float:
    """Σ of the squared distances to the nearest centre."""
    total = 0.0
    for begin in range(0, len(X), 10_000):
        part = X[begin:begin + 10_000]
        nearest = (np.square(centers).sum(axis=1) - 2.0 * part @ centers.T).argmin(axis=1)
        total += np.square(part - centers[nearest]).sum()
    return float(total)


def _accuracy(X: np.ndarray, case: Case, results: dict[str, list[Result]]) -> Accuracy:
    inertias = {}
    for name, runs in results.items():
        if runs:
            centers = np.fromfile(runs[-1]["centers"]).reshape(case.k, case.cols)
            inertias[name] = _inertia(X, centers)
    ours = inertias.pop("espalier")
    best = min(inertias.values(), default=None)
    equal = None if best is None else ours <= best * (1.0 + case.tolerance)
    return Accuracy("inertia", ours, best, inertias, equal)


def _installed(peer: str) -> bool:
    module = {FAISS: "faiss", INTELEX: "sklearnex"}.get(peer, "sklearn")
    return importlib.util.find_spec(module) is not None


def run(options: Options) -> Iterator[list[Row]]:
    """A row a case."""
    program = harness.program("ours_kmeans", options)
    peers_script = str(pathlib.Path(__file__).with_name("kmeans_peers.py"))
    for name in options.chosen(CASES):
        case = CASES[name]
        rows = case.rows if case.rows < 1000 else max(int(case.rows * options.scale), 2 * case.k)
        path = options.cache / f"kmeans-{case.data}-{rows}x{case.cols}.bin"
        _make(path, case, rows)
        job = {"data": str(path), "task": case.task, "float32": case.float32, "k": case.k,
               "max_iter": case.max_iter, "tol": case.tol, "repeats": case.repeats,
               "threads": options.threads}

        def runner(command: list[str], centers: pathlib.Path, job: dict = job) -> harness.Runner:
            def call(_: int) -> Result | None:
                whole = json.dumps(job | {"centers": str(centers)})
                result = harness.run([*command, whole], options.threads)
                return result and result | {"centers": str(centers)}
            return call

        commands = {"espalier": [str(program)]} | {
            peer: [sys.executable, peers_script, peer] for peer in case.peers if _installed(peer)}
        runners = {who: runner(command, options.cache / f"kmeans-centers-{i}.bin")
                   for i, (who, command) in enumerate(commands.items())}
        results = harness.in_turn(runners, options.repeat or (1 if options.quick else 5))
        if not results.get("espalier"):
            continue
        accuracy = _accuracy(dataset.read(path).X, case, results)
        ours = results.pop("espalier")
        iterations = "/".join(str(runs[-1]["n_iter"]) for runs in [ours, *results.values()] if runs)
        note = ", ".join(filter(None, [case.note, case.task == "fit" and f"iterations {iterations}"]))
        yield [harness.compare(case.work, "s", harness.median(ours, "seconds"),
                               harness.medians(results, "seconds"), Goal(case.goal), len(ours),
                               accuracy, note)]
