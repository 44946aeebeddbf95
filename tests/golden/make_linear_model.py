# SPDX-License-Identifier: BSD-3-Clause
"""Writes linear_model_logistic.json and linear_model_ridge.json: scikit-learn's coefficients.

The data are those of examples/data/, which the tests read themselves, and wine, which is in the file.
Sample weights follow a formula that the tests repeat: 0.25 · (1 + i mod 7) for row i.
"""

import warnings

import numpy as np
import scipy.sparse
import sklearn
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from shared import dataset, weights, write

assert sklearn.__version__ == "1.9.1"
warnings.simplefilter("error")


# Logistic regression.


def largest_gradient(model, X, y, sample_weight):
    """Of scikit-learn's objective, by coefficients of columns scaled to deviation 1."""
    w = np.ones(len(y)) if sample_weight is None else sample_weight
    codes = np.searchsorted(model.classes_, y)
    if model.class_weight == "balanced":
        per_class = np.array([w[codes == k].sum() for k in range(len(model.classes_))])
        w = w * (w.sum() / (len(per_class) * per_class))[codes]
    elif model.class_weight is not None:
        w = w * np.array([model.class_weight[c] for c in model.classes_])[codes]
    proba = model.predict_proba(X)
    error = proba - np.eye(len(model.classes_))[codes]
    if len(model.classes_) == 2:
        error = error[:, 1:]
    by_intercept = (w[:, None] * error).sum(axis=0) / w.sum() if model.fit_intercept else 0.0
    by_coef = (w[:, None] * error).T @ X / w.sum() + model.coef_ / (model.C * w.sum())
    mean = X.mean(axis=0) if model.fit_intercept else np.zeros(X.shape[1])
    centred = by_coef - np.outer(by_intercept, mean)
    return max(np.abs(centred / X.std(axis=0)).max(), np.abs(by_intercept).max())


def logistic(X, y, sample_weight=None, rows=(0, 50, 100, 149), solver="newton-cholesky", **params):
    model = LogisticRegression(solver=solver, tol=1e-14, max_iter=100_000, **params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a tolerance below what doubles can reach; checked here instead
        model.fit(X, y, sample_weight=sample_weight)
    gradient = largest_gradient(model, X, y, sample_weight)
    assert gradient < 1e-11, (params, gradient)
    if len(model.classes_) > 2 and model.C == np.inf:  # any row may be added to all rows: choose mean 0
        model.coef_ -= model.coef_.mean(axis=0)
        model.intercept_ -= model.intercept_.mean()
    return {
        "coef": model.coef_.tolist(),
        "intercept": np.broadcast_to(model.intercept_, len(model.coef_)).tolist(),
        "rows": list(rows),
        "proba": model.predict_proba(X[list(rows)]).tolist(),
    }


def logistic_cases():
    cancer, diagnosis = dataset("breast_cancer.csv", "diagnosis")
    iris, species = dataset("iris.csv", "species")
    wine, cultivar = load_wine(return_X_y=True)
    diagnosis = np.searchsorted(np.unique(diagnosis), diagnosis)
    species = np.searchsorted(np.unique(species), species)
    scaled = StandardScaler().fit_transform(cancer)
    wine_scaled = StandardScaler().fit_transform(wine)
    some = cancer[:, [1, 4, 8, 9]]  # columns that do not separate the classes
    w = weights(len(cancer))
    return {
        "wine": {"X": wine.tolist(), "y": cultivar.tolist()},
        "cancer_raw": logistic(cancer, diagnosis),
        "cancer_scaled": logistic(scaled, diagnosis),
        "cancer_scaled_C_0.01": logistic(scaled, diagnosis, C=0.01),
        "cancer_scaled_C_100": logistic(scaled, diagnosis, C=100.0),
        "cancer_no_intercept": logistic(scaled, diagnosis, fit_intercept=False),
        "cancer_weighted": logistic(scaled, diagnosis, w),
        "cancer_balanced": logistic(scaled, diagnosis, class_weight="balanced"),
        "cancer_balanced_weighted": logistic(scaled, diagnosis, w, class_weight="balanced"),
        "cancer_class_weight": logistic(scaled, diagnosis, class_weight={0: 1.0, 1: 5.0}),
        "cancer_no_penalty": logistic(some, diagnosis, C=np.inf),
        "iris": logistic(iris, species),
        "iris_C_10": logistic(iris, species, C=10.0),
        "iris_no_intercept": logistic(iris, species, fit_intercept=False),
        "iris_weighted": logistic(iris, species, weights(len(iris)), class_weight="balanced"),
        "wine_raw": logistic(wine, cultivar),
        "wine_scaled": logistic(wine_scaled, cultivar),
        "wine_no_penalty": logistic(wine[:, [1, 2]], cultivar, C=np.inf),
    }


# Ridge.


def ridge(X, y, sample_weight=None, **params):
    model = Ridge(**params).fit(X, y, sample_weight=sample_weight)
    coef = np.atleast_2d(model.coef_)
    intercept = np.broadcast_to(np.atleast_1d(model.intercept_), len(coef))
    return {"coef": coef.tolist(), "intercept": intercept.tolist()}


def least_norm(X, y):
    """What Ridge with alpha = 0 means where it is not unique; scikit-learn's Ridge does not find it."""
    coef = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=1e-11)[0]
    return {"coef": [coef.tolist()], "intercept": [y.mean() - X.mean(axis=0) @ coef]}


def ridge_cases():
    X, y = dataset("diabetes.csv", "progression")
    Y = np.column_stack([y, np.sqrt(y), np.log(y)])
    w = weights(len(y))
    sparse = scipy.sparse.csr_array(np.maximum(X, 0.0))
    dependent = np.column_stack([X, X[:, 2], X[:, 0] + X[:, 1]])
    return {
        "alpha_0": ridge(X, y, alpha=0.0),
        "alpha_0.1": ridge(X, y, alpha=0.1),
        "alpha_1": ridge(X, y),
        "alpha_100": ridge(X, y, alpha=100.0),
        "no_intercept": ridge(X, y, fit_intercept=False),
        "weighted": ridge(X, y, w),
        "several_outputs": ridge(X, Y),
        "several_outputs_weighted": ridge(X, Y, w, alpha=0.5),
        "wide": ridge(X[:7], Y[:7], alpha=0.01),
        "wide_weighted": ridge(X[:7], y[:7], w[:7], alpha=0.01),
        "wide_no_intercept": ridge(X[:7], y[:7], alpha=0.01, fit_intercept=False),
        "sparse": ridge(sparse.toarray(), y, w),
        "sparse_wide": ridge(sparse[:7].toarray(), y[:7]),
        "least_norm_wide": least_norm(X[:7], y[:7]),
        "least_norm_dependent": least_norm(dependent, y),
    }


write("linear_model_logistic.json", logistic_cases())
write("linear_model_ridge.json", ridge_cases())
