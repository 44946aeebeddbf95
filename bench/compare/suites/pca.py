# SPDX-License-Identifier: BSD-3-Clause
"""PCA to 50 components beside scikit-learn's solvers and beside what a user of numpy or scipy would
write: the Gram matrix and its eigenvectors. StandardScaler beside scikit-learn's.

Tables are random directions with variances that fall as 1/i; the error is the largest relative one
of the 50 variances, against the eigenvalues of the centred covariance in double precision.
"""

import dataclasses
import json
import pathlib
import sys
from collections.abc import Iterator

import numpy as np

import dataset
import harness
from harness import Accuracy, Goal, Options, Result, Row

COMPONENTS = 50

# The program of a peer: who, the file, float64 or float32, the number of components.
PEER = """
import json, sys, time
import numpy as np
import scipy.linalg
import dataset
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

who, path, dtype, k = sys.argv[1], sys.argv[2], np.dtype(sys.argv[3]), int(sys.argv[4])

def covariance(X):
    mean = X.mean(axis=0)
    C = X.T @ X
    C -= len(X) * np.outer(mean, mean)
    C /= len(X) - 1
    return C

def gram_numpy(X):
    return np.linalg.eigh(covariance(X))[0][::-1][:k]

def gram_scipy(X):
    p = X.shape[1]
    return scipy.linalg.eigh(covariance(X), subset_by_index=[p - k, p - 1])[0][::-1]

def sklearn(X):
    return PCA(k, svd_solver=who, random_state=0).fit(X).explained_variance_

def seconds(call):
    begin = time.perf_counter()
    result = call()
    return time.perf_counter() - begin, result

X = dataset.read(path, order="C", dtype=dtype).X
some = X[:1000]
if who == "scaler":
    StandardScaler().fit(some).transform(some)
    fit, scaler = seconds(lambda: StandardScaler().fit(X))
    print(json.dumps(dict(fit=fit, transform=seconds(lambda: scaler.transform(X))[0])))
else:
    run = {"numpy": gram_numpy, "scipy": gram_scipy}.get(who, sklearn)
    run(some)
    fit, variances = seconds(lambda: run(X))
    print(json.dumps(dict(fit=fit, variances=np.asarray(variances, float).tolist())))
"""

PEERS = {
    "numpy Gram + eigh": "numpy", "scipy Gram + top-50 eigh": "scipy",
    "sklearn covariance_eigh": "covariance_eigh", "sklearn randomized": "randomized",
    "sklearn arpack": "arpack", "sklearn full": "full"}


@dataclasses.dataclass(frozen=True)
class Case:
    """A table of rows × cols for one of the two estimators."""

    estimator: str
    rows: int
    cols: int
    dtype: str


CASES = {
    "e1": Case("pca", 100_000, 512, "float64"),
    "e1_float32": Case("pca", 100_000, 512, "float32"),
    "e2": Case("pca", 20_000, 2_000, "float64"),
    "e2_float32": Case("pca", 20_000, 2_000, "float32"),
    "scaler": Case("scaler", 1_000_000, 28, "float64"),
    "scaler_float32": Case("scaler", 1_000_000, 28, "float32"),
}
# The largest error at which variances count as found.
ACCURATE = {"float64": 1e-9, "float32": 2e-5}


def _file(case: Case, rows: int, cache: pathlib.Path) -> pathlib.Path:
    """The table, made if it is not there; that of float32 is the same."""
    path = cache / f"directions-{rows}-{case.cols}.data"
    if path.exists():
        return path
    rng = np.random.default_rng(0)
    directions = np.linalg.qr(rng.normal(size=(case.cols, case.cols)))[0]
    X = rng.normal(size=(rows, case.cols)) / np.sqrt(1 + np.arange(case.cols))
    X = np.asfortranarray(X @ directions + rng.normal(size=case.cols))
    dataset.write(path, dataset.numeric(X, np.zeros(rows)))
    return path


def _true_variances(path: pathlib.Path, dtype: str) -> np.ndarray:
    """Of the numbers as `dtype` holds them, computed in double."""
    kept = path.with_suffix(f".{dtype}.npy")
    if not kept.exists():
        X = dataset.read(path, dtype=np.dtype(dtype)).X.astype(np.float64)
        X -= X.mean(axis=0)
        np.save(kept, np.linalg.eigvalsh(X.T @ X / (len(X) - 1))[::-1][:COMPONENTS])
    return np.load(kept)


def _accuracy(case: Case, path: pathlib.Path, results: dict[str, list[Result]]) -> Accuracy:
    """The largest relative error of a variance, in any run."""
    true = _true_variances(path, case.dtype)
    errors = {name: max(float(np.abs(np.array(run["variances"]) / true - 1).max()) for run in runs)
              for name, runs in results.items() if runs}
    ours = errors.pop("espalier")
    return Accuracy("log10 error", *(float(np.log10(max(e, 1e-16))) for e in
                                     (ours, min(errors.values(), default=ours))),
                    {name: float(np.log10(max(e, 1e-16))) for name, e in errors.items()},
                    ours <= ACCURATE[case.dtype])


def _results(case: Case, path: pathlib.Path, options: Options) -> dict[str, list[Result]]:
    program = harness.program("ours_pca", options)
    arguments = [str(path), case.dtype, str(COMPONENTS)]
    commands = {"espalier": [str(program), case.estimator, *arguments, str(options.threads)]}
    peers = {"sklearn": "scaler"} if case.estimator == "scaler" else PEERS
    commands |= {name: [sys.executable, "-c", PEER, who, *arguments]
                 for name, who in peers.items()}

    def runner(command: list[str]) -> harness.Runner:
        return lambda _: harness.run(command, options.threads)

    return harness.in_turn({name: runner(command) for name, command in commands.items()},
                           options.repeat or (3 if options.quick else 5))


def run(options: Options) -> Iterator[list[Row]]:
    """Seconds of fitting PCA, and of fitting and transforming with StandardScaler."""
    for name in options.chosen(CASES):
        case = CASES[name]
        rows = max(round(case.rows * options.scale), 2 * COMPONENTS)
        path = _file(case, rows, options.cache)
        results = _results(case, path, options)
        if not results.get("espalier"):
            continue
        work = f"{case.estimator} {rows} × {case.cols} {case.dtype}"
        repeats = len(results["espalier"])
        accuracy = _accuracy(case, path, results) if case.estimator == "pca" else None
        ours = results.pop("espalier")
        goals = {"fit": Goal(1.0)} if accuracy else {"fit": Goal(0.12), "transform": Goal(0.5)}
        yield [harness.compare(f"{work}: {key}", "s", harness.median(ours, key),
                               harness.medians(results, key), goal, repeats, accuracy)
               for key, goal in goals.items()]
