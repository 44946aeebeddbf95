# SPDX-License-Identifier: BSD-3-Clause
"""Writes linear_model_glm.json: scikit-learn's generalised linear models and LogisticRegressionCV.

The data are those of examples/data/, which the tests read themselves: diabetes, whose progression
is the target, and breast cancer and iris. Sample weights follow a formula that the tests repeat:
0.25 · (1 + i mod 7) for row i.
"""

import warnings

import numpy as np
import sklearn
from sklearn.linear_model import GammaRegressor, LogisticRegressionCV, PoissonRegressor, TweedieRegressor
from sklearn.metrics import d2_tweedie_score, mean_tweedie_deviance
from sklearn.preprocessing import StandardScaler

from shared import dataset, weights, write

assert sklearn.__version__ == "1.9.1"


def generalised(model, X, y, sample_weight=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a tolerance below what doubles can reach
        model.fit(X, y, sample_weight=sample_weight)
    return {
        "coef": [model.coef_.tolist()],
        "intercept": float(model.intercept_),
        "predicted": model.predict(X[:5]).tolist(),
        "score": model.score(X, y, sample_weight),
    }


def generalised_cases():
    X, y = dataset("diabetes.csv", "progression")
    X = StandardScaler().fit_transform(X)
    some = np.maximum(y - 100.0, 0.0)  # a third of it zeros
    w = weights(len(y))
    exact = {"solver": "newton-cholesky", "tol": 1e-13, "max_iter": 1000}
    close = {"solver": "lbfgs", "tol": 1e-12, "max_iter": 100_000}  # where it is not convex
    return {
        "poisson": generalised(PoissonRegressor(**exact), X, some),
        "poisson_alpha_0": generalised(PoissonRegressor(alpha=0.0, **exact), X, some),
        "poisson_weighted": generalised(PoissonRegressor(alpha=0.1, **exact), X, some, w),
        "poisson_no_intercept": generalised(PoissonRegressor(fit_intercept=False, **exact), X, some),
        "poisson_sparse": generalised(PoissonRegressor(**exact), np.maximum(X, 0.0), some),
        "gamma": generalised(GammaRegressor(**exact), X, y),
        "gamma_alpha_0": generalised(GammaRegressor(alpha=0.0, **exact), X, y),
        "gamma_weighted": generalised(GammaRegressor(alpha=0.1, **exact), X, y, w),
        "tweedie_0": generalised(TweedieRegressor(**exact), X, y),
        "tweedie_1.5": generalised(TweedieRegressor(power=1.5, **exact), X, some),
        "tweedie_1.5_weighted": generalised(TweedieRegressor(power=1.5, alpha=0.1, **exact), X, some, w),
        "tweedie_0_log": generalised(TweedieRegressor(link="log", **close), X, y / 100.0),
        "tweedie_3": generalised(TweedieRegressor(power=3.0, **close), X, y / 100.0),
        "tweedie_1_identity": generalised(
            TweedieRegressor(power=1.0, link="identity", alpha=10.0, **close), X, y / 100.0
        ),
    }


def deviances():
    y, predicted = np.array([1.0, 2.5, 0.5, 4.0]), np.array([1.5, 2.0, 0.25, 5.0])
    w = weights(4)
    return [
        {
            "power": power,
            "deviance": mean_tweedie_deviance(y, predicted, power=power),
            "weighted": mean_tweedie_deviance(y, predicted, sample_weight=w, power=power),
            "d2": d2_tweedie_score(y, predicted, sample_weight=w, power=power),
        }
        for power in (-1.5, 0.0, 1.0, 1.5, 2.0, 3.0)
    ]


def cross_validated(X, y, sample_weight=None, **params):
    model = LogisticRegressionCV(
        solver="newton-cholesky", tol=1e-12, max_iter=1000, l1_ratios=(0.0,), use_legacy_attributes=False, **params
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y, sample_weight=sample_weight)
    coef, intercept = model.coef_, model.intercept_
    if len(model.classes_) > 2:  # with sums of 0, as ours
        intercept = intercept - intercept.mean()
    return {
        "C": float(model.C_),
        "coef": coef.tolist(),
        "intercept": intercept.tolist(),
        "scores": model.scores_[:, 0, :].tolist(),
    }


def cross_validated_cases():
    cancer, diagnosis = dataset("breast_cancer.csv", "diagnosis")
    iris, species = dataset("iris.csv", "species")
    diagnosis = np.searchsorted(np.unique(diagnosis), diagnosis)
    species = np.searchsorted(np.unique(species), species)
    cancer = StandardScaler().fit_transform(cancer)
    w = weights(len(cancer))
    Cs = [0.01, 0.1, 1.0, 10.0]
    return {
        "cancer": cross_validated(cancer, diagnosis, scoring="accuracy"),
        "cancer_log_loss": cross_validated(cancer, diagnosis, Cs=Cs, scoring="neg_log_loss", cv=3),
        "cancer_weighted": cross_validated(
            cancer, diagnosis, w, Cs=Cs, scoring="neg_log_loss", class_weight="balanced"
        ),
        "cancer_no_refit": cross_validated(cancer, diagnosis, Cs=Cs, scoring="neg_log_loss", refit=False),
        "iris": cross_validated(iris, species, Cs=Cs, scoring="neg_log_loss"),
        "iris_no_intercept": cross_validated(iris, species, Cs=Cs, scoring="accuracy", fit_intercept=False),
    }


content = {"generalised": generalised_cases(), "deviances": deviances(), "cross_validated": cross_validated_cases()}
write("linear_model_glm.json", content)
