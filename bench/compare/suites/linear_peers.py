# SPDX-License-Identifier: BSD-3-Clause
"""One peer, one job: python -m suites.linear_peers JOB prints a line of JSON as ours_linear does.

A job names a class or a path function, its parameters, and how often it is fitted. X comes in the
layout that suits the library before the clock starts."""

import importlib
import json
import pathlib
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse

import dataset


def _median_seconds(times: int, body: Callable[[], Any]) -> float:
    """Of `times` calls after one that warms up; for `times` of 1 that of the first call."""
    seconds = []
    for _ in range(times + (times > 1)):
        begin = time.perf_counter()
        body()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[times > 1:])


def _named(path: str) -> Any:
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


class NormalEquations:
    """Least squares with an intercept by numpy's products, as one writes it by hand."""

    def __init__(self, alpha: float = 0.0) -> None:
        self.alpha = alpha

    def fit(self, X: np.ndarray, y: np.ndarray) -> None:
        """Gram matrix, less what the means give."""
        n, mean = len(y), X.mean(axis=0)
        gram = X.T @ X - n * np.outer(mean, mean)
        gram[np.diag_indices_from(gram)] += self.alpha
        self.coef_ = np.linalg.solve(gram, X.T @ y - n * mean * y.mean())
        self.intercept_ = y.mean() - mean @ self.coef_

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Xw + b."""
        return X @ self.coef_ + self.intercept_


class StatsmodelsPoisson:
    """A generalised linear model by statsmodels, with its default, iteratively reweighted least
    squares."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> None:
        """Without standard errors and the like, which are computed when asked for."""
        import statsmodels.api
        result = statsmodels.api.GLM(y, statsmodels.api.add_constant(X, has_constant="add"),
                                     family=statsmodels.api.families.Poisson()).fit()
        self.intercept_, self.coef_ = result.params[0], result.params[1:]


def _fit_path(job: dict, X: Any, y: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    function = _named(job["estimator"])
    arguments = job["params"] | {"alphas": np.array(job["alphas"])}
    function(X[:200], y[:200], **arguments)  # compiles where that is needed
    result: list = []
    seconds = _median_seconds(job["fits"], lambda: result.append(function(X, y, **arguments)))
    coefs = result[-1][1]
    return seconds, coefs.T, np.zeros(coefs.shape[1])


def main() -> None:
    """Runs the job of the command line."""
    job = json.loads(sys.argv[1])
    data = dataset.read(pathlib.Path(job["train"]), order=job["order"])
    X, y = data.X, data.y
    if scipy.sparse.issparse(X) and job["order"] == "F":
        X = X.tocsc()
    if job["task"] == "binary":
        y = np.where(y > 0, 1, 0)
    output: Result = {}
    if job.get("alphas"):
        seconds, coef, intercept = _fit_path(job, X, y)
    else:
        model = _named(job["estimator"])(**job["params"])
        model.fit(X[:200], y[:200])
        seconds = _median_seconds(job["fits"], lambda: model.fit(X, y))
        coef, intercept = np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)
        if scipy.sparse.issparse(coef):
            coef = coef.toarray()
        if job["predict"]:
            output["predict_seconds"] = _median_seconds(job["fits"], lambda: model.predict(X))
    with open(job["coefs"], "wb") as file:
        np.asarray(coef, np.float64).tofile(file)  # k × p, row by row
        np.asarray(intercept, np.float64).tofile(file)
    print(json.dumps({"seconds": seconds} | output))


Result = dict[str, Any]

if __name__ == "__main__":
    main()
