# SPDX-License-Identifier: BSD-3-Clause
"""Writes svm_linear.json: scikit-learn's optima of linear support vector machines.

The data are those of examples/data/, which the tests read themselves, with scaled columns; the target of the
regressions is scaled, too. Sample weights follow a formula that the tests repeat: 0.25 · (1 + i mod 7) for row i.
"""

import numpy as np
import sklearn
from sklearn.svm import LinearSVC, LinearSVR

from shared import standardised, weights, write

assert sklearn.__version__ == "1.9.1"

data = {
    "cancer": standardised("breast_cancer.csv", "diagnosis"),
    "iris": standardised("iris.csv", "species"),
    "diabetes": standardised("diabetes.csv", "progression"),
}


def case(kind, name, weighted=False, **params):
    X, y = data[name]
    w = weights(len(y)) if weighted else None
    model = kind(tol=1e-10, max_iter=10_000_000, random_state=0, **params).fit(X, y, sample_weight=w)
    return {
        "data": name,
        "weighted": weighted,
        "params": {k: list(v.items()) if isinstance(v, dict) else v for k, v in params.items()},
        "coef": np.atleast_2d(model.coef_).tolist(),
        "intercept": np.broadcast_to(model.intercept_, len(np.atleast_2d(model.coef_))).tolist(),
    }


cases = {
    "svc_default": case(LinearSVC, "cancer"),
    "svc_three_classes": case(LinearSVC, "iris", C=0.1),
    "svc_weighted": case(LinearSVC, "cancer", weighted=True, class_weight={1: 3.0}),
    "svc_hinge": case(LinearSVC, "cancer", loss="hinge", C=0.1),
    "svc_hinge_weighted": case(LinearSVC, "iris", weighted=True, loss="hinge", C=0.2),
    "svc_dual": case(LinearSVC, "cancer", dual=True, C=0.05),
    "svc_scaling": case(LinearSVC, "cancer", intercept_scaling=10.0, C=0.5),
    "svc_no_intercept": case(LinearSVC, "iris", fit_intercept=False),
    "svc_l1": case(LinearSVC, "cancer", penalty="l1", dual=False, C=0.1),
    "svc_l1_three_classes": case(LinearSVC, "iris", penalty="l1", dual=False, C=0.3),
    "svr_default": case(LinearSVR, "diabetes"),
    "svr_epsilon": case(LinearSVR, "diabetes", epsilon=0.3, C=0.5),
    "svr_weighted": case(LinearSVR, "diabetes", weighted=True, epsilon=0.1, C=0.2, intercept_scaling=2.0),
    "svr_squared": case(LinearSVR, "diabetes", loss="squared_epsilon_insensitive", epsilon=0.2, dual=False),
    "svr_squared_dual": case(LinearSVR, "diabetes", loss="squared_epsilon_insensitive", epsilon=0.2, C=0.01),
    "svr_no_intercept": case(LinearSVR, "diabetes", fit_intercept=False, epsilon=0.5),
}
write("svm_linear.json", cases)
