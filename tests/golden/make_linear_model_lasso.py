# SPDX-License-Identifier: BSD-3-Clause
"""Writes linear_model_lasso.json: what scikit-learn's Lasso, ElasticNet, their paths and LassoCV,
ElasticNetCV answer on examples/data/diabetes.csv, whose columns are taken as they are; and
linear_model_logistic_l1.json: LogisticRegression with an L1 or elastic-net penalty on
breast_cancer.csv and iris.csv, whose columns are scaled.

Sample weights follow a formula that the tests repeat: 0.25 · (1 + i mod 7) for row i.
"""

import warnings

import numpy as np
import scipy.sparse
import sklearn
from sklearn.linear_model import (ElasticNet, ElasticNetCV, Lasso, LassoCV, LogisticRegression,
                                  enet_path, lasso_path)

from shared import dataset, standardised, weights, write

assert sklearn.__version__ == "1.9.1"
exact = {"tol": 1e-14, "max_iter": 1_000_000}
warnings.simplefilter("ignore")  # tolerances near what doubles can reach; checked here instead

X, y = dataset("diabetes.csv", "progression")
y = y.astype(float)
Y = np.column_stack([y, np.sqrt(y)])
w = weights(len(y))
sparse = scipy.sparse.csc_array(np.maximum(X, 0.0))


def check_optimal(model, X, y, weights, alpha, l1_ratio):
    """The subgradient of the objective vanishes."""
    X = X.toarray() if scipy.sparse.issparse(X) else X
    s = np.ones(len(y)) if weights is None else weights
    coef = np.atleast_2d(model.coef_)
    residual = np.atleast_2d((y - model.predict(X)).T) * s / s.sum()
    mean = (s @ X / s.sum()) if model.fit_intercept else 0.0
    gradient = residual @ (X - mean) - alpha * (1 - l1_ratio) * coef
    excess = np.where(coef == 0, np.maximum(np.abs(gradient) - alpha * l1_ratio, 0),
                      np.abs(gradient - alpha * l1_ratio * np.sign(coef)))
    if model.positive:
        excess = np.where((coef == 0) & (gradient < 0), 0, excess)
    scale = np.sqrt(((X - mean) ** 2).mean(axis=0)) * y.std()
    assert (excess / scale).max() < 1e-7, (excess / scale).max()


def fitted(model, X=X, y=y, sample_weight=None):
    model.fit(X, y, sample_weight=sample_weight)
    check_optimal(model, X, y, sample_weight, model.alpha, model.l1_ratio)
    coef = np.atleast_2d(model.coef_)
    intercept = np.broadcast_to(np.atleast_1d(model.intercept_), len(coef))
    return {"coef": coef.tolist(), "intercept": intercept.tolist()}


def path(result):
    alphas, coefs, _ = result
    return {"alphas": alphas.tolist(), "coefs": coefs.T.tolist()}


def cross_validated(model, X=X, y=y, sample_weight=None):
    model.fit(X, y, sample_weight=sample_weight)
    return {
        "alpha": model.alpha_,
        "l1_ratio": getattr(model, "l1_ratio_", 1.0),
        "alphas": np.atleast_2d(model.alphas_).tolist(),
        "mse_path": np.reshape(model.mse_path_, (-1, *model.mse_path_.shape[-2:])).tolist(),
        "coef": model.coef_.tolist(),
        "intercept": model.intercept_,
    }


centred = X - X.mean(axis=0)
content = {
    "lasso_0.1": fitted(Lasso(alpha=0.1, **exact)),
    "lasso_1": fitted(Lasso(**exact)),
    "lasso_10": fitted(Lasso(alpha=10.0, **exact)),
    "lasso_too_strong": fitted(Lasso(alpha=1e4, **exact)),
    "lasso_no_intercept": fitted(Lasso(fit_intercept=False, **exact)),
    "lasso_positive": fitted(Lasso(positive=True, **exact)),
    "lasso_weighted": fitted(Lasso(**exact), sample_weight=w),
    "lasso_outputs": fitted(Lasso(alpha=0.1, **exact), y=Y),
    "lasso_sparse": fitted(Lasso(**exact), X=sparse, sample_weight=w),
    "lasso_sparse_no_intercept": fitted(Lasso(fit_intercept=False, **exact), X=sparse),
    "enet": fitted(ElasticNet(**exact)),
    "enet_0.1": fitted(ElasticNet(alpha=0.1, l1_ratio=0.2, **exact)),
    "enet_ridge": fitted(ElasticNet(alpha=0.1, l1_ratio=0.0, tol=1e-12, max_iter=1_000_000)),
    "enet_positive": fitted(ElasticNet(positive=True, **exact)),
    "enet_weighted": fitted(ElasticNet(**exact), sample_weight=w),
    "enet_sparse": fitted(ElasticNet(**exact), X=sparse, sample_weight=w),
    "lasso_path": path(lasso_path(centred, y - y.mean(), alphas=12, eps=1e-3, **exact)),
    "lasso_path_positive": path(lasso_path(centred, y - y.mean(), alphas=5, positive=True, **exact)),
    "enet_path": path(enet_path(centred, y - y.mean(), l1_ratio=0.5, alphas=[3.0, 0.3, 1.0], **exact)),
    "lasso_cv": cross_validated(LassoCV(alphas=20, **exact)),
    "lasso_cv_3_folds": cross_validated(LassoCV(alphas=20, cv=3, fit_intercept=False, **exact)),
    "lasso_cv_weighted": cross_validated(LassoCV(alphas=10, **exact), sample_weight=w),
    "lasso_cv_sparse": cross_validated(LassoCV(alphas=10, **exact), X=sparse),
    "enet_cv": cross_validated(ElasticNetCV(l1_ratio=[0.2, 0.9], alphas=10, **exact)),
    "enet_cv_alphas": cross_validated(ElasticNetCV(l1_ratio=[0.2, 0.9], alphas=[0.1, 1.0, 0.01], **exact)),
}


def logistic(X, y, sample_weight=None, C=1.0, l1_ratio=1.0, fit_intercept=True):
    single = X.dtype == np.float32
    model = LogisticRegression(solver="saga", C=C, l1_ratio=l1_ratio, fit_intercept=fit_intercept,
                               tol=1e-6 if single else 1e-12, max_iter=200_000, random_state=0)
    model.fit(X, y, sample_weight=sample_weight)
    s = np.ones(len(y)) if sample_weight is None else sample_weight
    error = model.predict_proba(X) - np.eye(len(model.classes_))[y]
    error = (error[:, 1:] if error.shape[1] == 2 else error) * s[:, None]
    coef = model.coef_
    gradient = C * error.T @ X + (1 - l1_ratio) * coef
    excess = np.where(coef == 0, np.maximum(np.abs(gradient) - l1_ratio, 0),
                      np.abs(gradient + l1_ratio * np.sign(coef)))
    assert excess.max() < (1e-5 if single else 1e-7) * len(y), excess.max()
    intercept = np.broadcast_to(model.intercept_, len(coef))
    return {"coef": coef.tolist(), "intercept": (intercept - (len(coef) > 1) * intercept.mean()).tolist()}


cancer, diagnosis = standardised("breast_cancer.csv", "diagnosis")
iris, species = standardised("iris.csv", "species")
cancer_weights = 0.25 * (1 + np.arange(len(diagnosis)) % 7)
logistic_content = {
    "l1": logistic(cancer, diagnosis, C=0.1),
    "l1_float32": logistic(cancer.astype(np.float32), diagnosis, C=0.1),
    "l1_no_intercept": logistic(cancer, diagnosis, C=0.1, fit_intercept=False),
    "l1_weighted": logistic(cancer, diagnosis, cancer_weights, C=0.1),
    "elastic_net": logistic(cancer, diagnosis, C=0.1, l1_ratio=0.4),
    "multinomial": logistic(iris, species, C=0.5),
    "multinomial_elastic_net": logistic(iris, species, C=0.5, l1_ratio=0.4),
}
for name, values in (("lasso", content), ("logistic_l1", logistic_content)):
    write(f"linear_model_{name}.json", values)
