# SPDX-License-Identifier: BSD-3-Clause
"""Writes linear_model_robust.json: optima of scikit-learn's objectives of HuberRegressor and QuantileRegressor.

The data are those of examples/data/, which the tests read themselves. Sample weights follow a formula that the tests
repeat: 0.25 · (1 + i mod 7) for row i. HuberRegressor stops too early for a comparison, so its own objective is
minimised further, in scaled columns. QuantileRegressor is scikit-learn's answer as it is (HiGHS).
"""

import numpy as np
import sklearn
from scipy import optimize
from sklearn.linear_model import HuberRegressor, QuantileRegressor
from sklearn.linear_model._huber import _huber_loss_and_gradient

from shared import dataset, weights, write

assert sklearn.__version__ == "1.9.1"
X, y = dataset("diabetes.csv", "progression")
y = y + 500.0 * (np.arange(len(y)) % 20 == 3)  # outliers
row_weights = weights(len(y))


def huber(weighted=False, fit_intercept=True, **params):
    model = HuberRegressor(fit_intercept=fit_intercept, **params)
    w = row_weights if weighted else np.ones(len(y))
    scale = X.std(axis=0)
    p = X.shape[1]
    units = np.concatenate([1.0 / scale, np.ones(2 if fit_intercept else 1)])

    def objective(z):
        value, gradient = _huber_loss_and_gradient(z * units, X, y, model.epsilon, model.alpha, w)
        return value / w.sum(), gradient * units / w.sum()

    start = np.concatenate([np.zeros(p), [y.mean()] if fit_intercept else [], [y.std()]])
    bounds = [(None, None)] * (len(start) - 1) + [(1e-10, None)]
    for _ in range(20):  # the memory of L-BFGS begins anew
        found = optimize.minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds,
                                  options={"maxiter": 20_000, "maxfun": 40_000, "ftol": 0.0, "gtol": 1e-13})
        start = found.x
    gradient = np.abs(objective(found.x)[1]).max()
    assert gradient < 2e-7, gradient
    z = found.x * units
    intercept = z[p] if fit_intercept else 0.0
    outliers = np.abs(y - X @ z[:p] - intercept) > model.epsilon * z[-1]
    return {
        "weighted": weighted,
        "params": {**params, "fit_intercept": fit_intercept},
        "coef": z[:p].tolist(),
        "intercept": intercept,
        "scale": z[-1],
        "outliers": int(outliers.sum()),
        "objective": found.fun,
    }


def quantile(weighted=False, **params):
    model = QuantileRegressor(**params).fit(X, y, sample_weight=row_weights if weighted else None)
    w = row_weights if weighted else np.ones(len(y))
    r = y - model.predict(X)
    loss = (w * r * np.where(r >= 0, model.quantile, model.quantile - 1)).sum() / w.sum()
    return {
        "weighted": weighted,
        "params": params,
        "coef": model.coef_.tolist(),
        "intercept": float(model.intercept_),
        "objective": loss + model.alpha * np.abs(model.coef_).sum(),
    }


cases = {
    "huber_default": huber(),
    "huber_weighted": huber(weighted=True, epsilon=1.1, alpha=1.0),
    "huber_no_intercept": huber(fit_intercept=False, epsilon=2.0),
    "huber_strong": huber(alpha=1000.0, epsilon=1.5),
    "quantile_default": quantile(),
    "quantile_median": quantile(alpha=0.0),
    "quantile_upper": quantile(quantile=0.9, alpha=0.001),
    "quantile_weighted": quantile(weighted=True, quantile=0.25, alpha=0.005),
    "quantile_no_intercept": quantile(quantile=0.6, alpha=0.01, fit_intercept=False),
    "quantile_extreme": quantile(quantile=0.999, alpha=0.0),
}
write("linear_model_robust.json", cases)
