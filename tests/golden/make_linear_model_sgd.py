# SPDX-License-Identifier: BSD-3-Clause
"""Writes linear_model_sgd.json: scikit-learn's coefficients after stochastic gradient descent on rows in their order.

The data are those of examples/data/, which the tests read themselves, with scaled columns; the target of the
regressions has been scaled, too. (With alpha = 1e-4 the log loss is chaotic on these data: a last bit of X
changes all digits of the coefficients after a few epochs.) Sample weights follow a formula that the tests repeat: 0.25 · (1 + i mod 7) for row i.
"""

import warnings

import numpy as np
import scipy.sparse
import sklearn
from sklearn.linear_model import SGDClassifier, SGDRegressor

from shared import standardised, weights, write

assert sklearn.__version__ == "1.9.1"

data = {
    "cancer": standardised("breast_cancer.csv", "diagnosis"),
    "iris": standardised("iris.csv", "species"),
    "diabetes": standardised("diabetes.csv", "progression"),
}


def case(kind, name, weighted=False, sparse=False, float32=False, pieces=0, **params):
    X, y = data[name]
    if float32:
        X = X.astype(np.float32)
    if sparse:
        X = scipy.sparse.csr_matrix(np.maximum(X, 0.0))
    w = weights(len(y)) if weighted else None
    model = kind(shuffle=False, **params)
    if pieces:
        for part in np.array_split(np.arange(len(y)), pieces):
            more = {"classes": np.unique(y)} if kind is SGDClassifier else {}
            model.partial_fit(X[part], y[part], sample_weight=None if w is None else w[part], **more)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # max_iter epochs are what some cases want
            model.fit(X, y, sample_weight=w)
    return {
        "data": name,
        "weighted": weighted,
        "sparse": sparse,
        "float32": float32,
        "pieces": pieces,
        "params": {key: "none" if key == "penalty" and value is None else value for key, value in params.items()},
        "coef": np.atleast_2d(model.coef_).tolist(),
        "intercept": np.atleast_1d(model.intercept_).tolist(),
        "n_iter": model.n_iter_,
        "t": model.t_,
    }


def classifiers():
    losses = ["hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron", "squared_error", "huber"]
    losses += ["epsilon_insensitive", "squared_epsilon_insensitive"]
    C = SGDClassifier
    for loss in losses:
        yield f"classifier_{loss}", case(C, "cancer", loss=loss, learning_rate="invscaling", tol=None, max_iter=7)
    yield "classifier_default", case(C, "cancer")
    yield "classifier_three_classes", case(C, "iris", alpha=0.01)
    yield "classifier_no_intercept", case(C, "cancer", loss="log_loss", alpha=0.01, fit_intercept=False)
    yield "classifier_l1", case(C, "cancer", loss="log_loss", penalty="l1", alpha=0.01, tol=None, max_iter=20)
    yield "classifier_elasticnet", case(C, "iris", penalty="elasticnet", alpha=0.01, tol=None, max_iter=20)
    yield "classifier_no_penalty", case(C, "cancer", penalty=None, learning_rate="constant", tol=None, max_iter=5)
    yield "classifier_adaptive", case(C, "cancer", loss="log_loss", learning_rate="adaptive", eta0=0.1)
    yield "classifier_strong", case(C, "cancer", alpha=100.0, learning_rate="constant", eta0=0.02, tol=None, max_iter=3)
    yield "classifier_average", case(C, "cancer", loss="log_loss", alpha=0.01, average=True, tol=None, max_iter=9)
    yield "classifier_average_late", case(C, "iris", average=400, tol=None, max_iter=5)
    yield "classifier_average_strong", case(
        C, "cancer", alpha=1.0, learning_rate="constant", average=20, tol=None, max_iter=4)
    yield "classifier_pa1", case(C, "cancer", learning_rate="pa1", eta0=0.05, penalty=None)
    yield "classifier_pa2", case(C, "iris", learning_rate="pa2", eta0=0.5, tol=None, max_iter=4)
    yield "classifier_weighted", case(C, "cancer", weighted=True, loss="log_loss", alpha=0.01)
    yield "classifier_sparse", case(C, "iris", sparse=True, alpha=0.001, tol=None, max_iter=8)
    yield "classifier_pieces", case(C, "iris", pieces=5)
    few = {"float32": True, "alpha": 0.01, "tol": None}
    yield "classifier_float32", case(C, "iris", max_iter=8, **few)
    yield "classifier_float32_average", case(C, "cancer", loss="log_loss", average=True, max_iter=9, **few)
    yield "classifier_float32_elasticnet", case(
        C, "cancer", weighted=True, loss="modified_huber", penalty="elasticnet", max_iter=8, **few)
    yield "classifier_float32_pieces", case(C, "cancer", loss="log_loss", pieces=4, **few)


def regressors():
    R = SGDRegressor
    for loss in ["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"]:
        yield f"regressor_{loss}", case(R, "diabetes", loss=loss, epsilon=0.3)
    yield "regressor_optimal", case(R, "diabetes", learning_rate="optimal", alpha=0.1, tol=None, max_iter=6)
    yield "regressor_other_power", case(R, "diabetes", power_t=0.4, eta0=0.02)
    yield "regressor_l1", case(R, "diabetes", penalty="l1", alpha=0.02, tol=None, max_iter=30)
    yield "regressor_sparse_l1", case(R, "diabetes", sparse=True, penalty="l1", alpha=0.02, tol=None, max_iter=9)
    yield "regressor_average", case(R, "diabetes", average=100, weighted=True, tol=None, max_iter=4)
    yield "regressor_pa1", case(R, "diabetes", loss="epsilon_insensitive", learning_rate="pa1", penalty=None)
    yield "regressor_pa2", case(R, "diabetes", loss="epsilon_insensitive", learning_rate="pa2", tol=None, max_iter=3)
    yield "regressor_pieces", case(R, "diabetes", pieces=4, average=30)
    yield "regressor_float32", case(R, "diabetes", float32=True)
    yield "regressor_float32_pa2", case(
        R, "diabetes", float32=True, loss="epsilon_insensitive", learning_rate="pa2", tol=None, max_iter=3)


cases = dict(list(classifiers()) + list(regressors()))
write("linear_model_sgd.json", cases)
