# SPDX-License-Identifier: BSD-3-Clause
"""Writes linear_model_least_squares.json: scikit-learn's LinearRegression, Ridge with several
penalties, RidgeCV, RidgeClassifier and RidgeClassifierCV.

The data are those of examples/data/, which the tests read themselves. Sample weights follow a formula
that the tests repeat: 0.25 · (1 + i mod 7) for row i.
"""

import warnings

import numpy as np
import sklearn
from sklearn.linear_model import (
    LinearRegression,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
)
from sklearn.preprocessing import StandardScaler

from shared import dataset, weights, write

assert sklearn.__version__ == "1.9.1"
warnings.simplefilter("error")


def linear_part(model):
    coef = np.atleast_2d(model.coef_)
    intercept = np.broadcast_to(np.atleast_1d(model.intercept_), len(coef))
    return {"coef": coef.tolist(), "intercept": intercept.tolist()}


def ols(X, y, sample_weight=None, **params):
    model = LinearRegression(**params).fit(X, y, sample_weight=sample_weight)
    result = linear_part(model)
    if not params.get("positive"):
        result |= {"rank": int(model.rank_), "singular": model.singular_.tolist()}
    return result


def ridge(X, y, sample_weight=None, **params):
    return linear_part(Ridge(**params).fit(X, y, sample_weight=sample_weight))


def ridge_cv(X, y, sample_weight=None, **params):
    model = RidgeCV(**params).fit(X, y, sample_weight=sample_weight)
    result = linear_part(model)
    result |= {
        "alpha": np.atleast_1d(model.alpha_).tolist(),
        "best_score": np.atleast_1d(model.best_score_).tolist(),
    }
    if params.get("store_cv_results"):
        rows = model.cv_results_.reshape(len(y), -1)  # row i, then output, then alpha
        result["cv_results"] = rows[:: max(1, len(y) // 10)].tolist()
    return result


def ridge_classifier(X, y, sample_weight=None, **params):
    model = RidgeClassifier(**params).fit(X, y, sample_weight=sample_weight)
    return linear_part(model) | {"errors": int(np.sum(model.predict(X) != y))}


def ridge_classifier_cv(X, y, sample_weight=None, **params):
    model = RidgeClassifierCV(**params).fit(X, y, sample_weight=sample_weight)
    return linear_part(model) | {"alpha": [model.alpha_], "best_score": [model.best_score_]}


def balanced(y, sample_weight):
    """As espalier counts: by sample weights, where scikit-learn's RidgeClassifier counts rows."""
    of_class = np.bincount(y, sample_weight)
    return dict(enumerate(of_class.sum() / (len(of_class) * of_class)))


X, y = dataset("diabetes.csv", "progression")
Y = np.column_stack([y, np.sqrt(y), np.log(y)])
w = weights(len(y))
dependent = np.column_stack([X, X[:, 2], X[:, 0] + X[:, 1]])
nearly = np.column_stack([X, X[:, 2] + 1e-9 * X[:, 3] * X[:, 4]])
cancer, diagnosis = dataset("breast_cancer.csv", "diagnosis")
diagnosis = np.searchsorted(np.unique(diagnosis), diagnosis)
scaled = StandardScaler().fit_transform(cancer)
iris, species = dataset("iris.csv", "species")
species = np.searchsorted(np.unique(species), species)
alphas = np.logspace(-3, 3, 13)

content = {
    "ols": ols(X, y),
    "ols_no_intercept": ols(X, y, fit_intercept=False),
    "ols_weighted": ols(X, y, w),
    "ols_several": ols(X, Y, w),
    "ols_dependent": ols(dependent, y),
    "ols_nearly": ols(nearly, y),
    "ols_wide": ols(X[:7], Y[:7]),
    "ols_wide_weighted": ols(X[:7], y[:7], w[:7]),
    "ols_wide_no_intercept": ols(X[:7], y[:7], fit_intercept=False),
    "ols_square": ols(X[:10], y[:10]),
    "ols_cancer_raw": ols(cancer, diagnosis),
    "ols_cancer_tol": ols(cancer, diagnosis, tol=1e-4),
    "ols_positive": ols(X, y, positive=True),
    "ols_positive_several": ols(X, Y, w, positive=True),
    "ols_positive_no_intercept": ols(X, y, positive=True, fit_intercept=False),
    "ols_positive_cancer": ols(scaled, diagnosis, positive=True),
    "ridge_per_target": ridge(X, Y, w, alpha=[0.01, 1.0, 100.0]),
    "ridge_per_target_wide": ridge(X[:7], Y[:7], alpha=[0.01, 1.0, 0.01]),
    "ridge_svd": ridge(X, Y, w, alpha=[0.0, 1.0, 100.0], solver="svd"),
    "ridge_svd_wide": ridge(X[:7], y[:7], alpha=0.5, solver="svd"),
    "ridge_positive": ridge(X, y, alpha=0.1, positive=True, tol=1e-12),
    "cv_loo": ridge_cv(X, y),
    "cv_loo_many": ridge_cv(X, y, w, alphas=alphas, store_cv_results=True),
    "cv_loo_no_intercept": ridge_cv(X, y, alphas=alphas, fit_intercept=False),
    "cv_loo_several": ridge_cv(X, Y, w, alphas=alphas, store_cv_results=True),
    "cv_loo_per_target": ridge_cv(X, Y, alphas=alphas, alpha_per_target=True),
    "cv_loo_r2": ridge_cv(X, y, alphas=alphas, scoring="r2", store_cv_results=True),
    "cv_loo_mae": ridge_cv(X, Y, w, alphas=alphas, scoring="neg_mean_absolute_error"),
    "cv_loo_mae_per_target": ridge_cv(
        X, Y, alphas=alphas, scoring="neg_mean_absolute_error", alpha_per_target=True
    ),
    "cv_loo_wide": ridge_cv(X[:8], Y[:8], alphas=alphas, store_cv_results=True),
    "cv_loo_wide_weighted": ridge_cv(X[:8], y[:8], w[:8], alphas=alphas),
    "cv_loo_wide_no_intercept": ridge_cv(X[:8], y[:8], w[:8], alphas=alphas, fit_intercept=False),
    "cv_folds": ridge_cv(X, y, alphas=alphas, cv=5),
    "cv_folds_weighted": ridge_cv(X, Y, w, alphas=alphas, cv=3),
    "cv_folds_mse": ridge_cv(X, y, alphas=alphas, cv=4, scoring="neg_mean_squared_error"),
    "cv_folds_wide": ridge_cv(X[:9], y[:9], alphas=alphas, cv=3),
    "classifier_binary": ridge_classifier(scaled, diagnosis),
    "classifier_binary_weighted": ridge_classifier(
        scaled,
        diagnosis,
        weights(len(cancer)),
        class_weight=balanced(diagnosis, weights(len(cancer))),
        alpha=10.0,
    ),
    "classifier_class_weight": ridge_classifier(scaled, diagnosis, class_weight={0: 1.0, 1: 5.0}),
    "classifier_iris": ridge_classifier(iris, species),
    "classifier_cancer_balanced": ridge_classifier(scaled, diagnosis, class_weight="balanced"),
    "classifier_iris_balanced": ridge_classifier(
        iris,
        species,
        weights(len(iris)),
        class_weight=balanced(species, weights(len(iris))),
        fit_intercept=False,
    ),
    "classifier_positive": ridge_classifier(iris, species, positive=True, tol=1e-12),
    "classifier_cv": ridge_classifier_cv(scaled, diagnosis, alphas=alphas),
    "classifier_cv_balanced": ridge_classifier_cv(
        iris,
        species,
        weights(len(iris)),
        alphas=alphas,
        class_weight=balanced(species, weights(len(iris))),
    ),
    "classifier_cv_accuracy": ridge_classifier_cv(
        iris, species, alphas=alphas, scoring="accuracy"
    ),
    "classifier_cv_folds": ridge_classifier_cv(scaled, diagnosis, alphas=alphas, cv=5),
    "classifier_cv_folds_iris": ridge_classifier_cv(iris, species, alphas=alphas, cv=4),
}
write("linear_model_least_squares.json", content)
