# SPDX-License-Identifier: BSD-3-Clause
"""Writes neural_network_mlp.json: what scikit-learn's MLPClassifier and MLPRegressor learn from given weights.

The data are those of examples/data/, which the tests read themselves, with scaled columns (of the digits the first
200 rows, divided by 16). Weights and sample weights follow formulae that the tests repeat: in layer l the weight from
unit i to unit j begins at ((31i + 17j + 7l) mod 101 − 50) / 50 times the bound of scikit-learn's own draw, and the
intercept of unit j as if i were the number of inputs; the sample weight of row i is 0.25 · (1 + i mod 7). Rows are
taken in their order.

Over many iterations L-BFGS multiplies rounding errors where the loss is not convex, so scikit-learn's own answers say
how closely another program can give them: "moves" has how far loss, score and predictions go, at most, when all weights
begin a few rounding errors larger or smaller. With several outputs it gives L-BFGS the mean of the outputs' losses with
the gradient of their sum, on which steps that lower the loss are refused; here it gives the sum.
"""

import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor, _multilayer_perceptron
from sklearn.neural_network._multilayer_perceptron import BaseMultilayerPerceptron
from sklearn.preprocessing import StandardScaler

assert sklearn.__version__ == "1.9.1"
here = pathlib.Path(__file__).parent


def dataset(name, target):
    table = pd.read_csv(here / "../../examples/data" / name)
    X, y = table.drop(columns=target).to_numpy(), table[target].to_numpy()
    if y.dtype == object:
        y = np.searchsorted(np.unique(y), y)
    elif name == "digits.csv":
        return X[:200] / 16, y[:200]
    else:
        y = (y - y.mean()) / y.std()
    return StandardScaler().fit_transform(X), y


data = {
    "cancer": dataset("breast_cancer.csv", "diagnosis"),
    "iris": dataset("iris.csv", "species"),
    "diabetes": dataset("diabetes.csv", "progression"),
    "digits": dataset("digits.csv", "digit"),
}
X, y = data["diabetes"]
data["two"] = X, np.column_stack([y, X[:, 0] - 0.5 * X[:, 1]])
data["counts"] = X, np.round(np.exp(y))
data["labels"] = X, np.column_stack([y > 0, X[:, 0] > X[:, 1], X[:, 2] > 0.5]).astype(int)


def initial(self, fan_in, fan_out, dtype):
    layer = self.layer_of_start = getattr(self, "layer_of_start", -1) + 1
    bound = np.sqrt((2.0 if self.activation == "logistic" else 6.0) / (fan_in + fan_out))
    i, j = np.arange(fan_in + 1)[:, None], np.arange(fan_out)[None, :]
    values = scale_of_start * bound * (((31 * i + 17 * j + 7 * layer) % 101 - 50) / 50)
    return values[:-1].astype(dtype), values[-1].astype(dtype)


def sum_of_squares(y_true, y_pred, sample_weight=None):
    return 0.5 * np.average(((y_true - y_pred) ** 2).reshape(len(y_true), -1), weights=sample_weight, axis=0).sum()


BaseMultilayerPerceptron._init_coef = initial
LOSS_FUNCTIONS = _multilayer_perceptron.LOSS_FUNCTIONS
mean_of_squares = LOSS_FUNCTIONS["squared_error"]
scale_of_start = 1.0


def case(kind, name, weighted=False, pieces=0, fits=1, single=False, coefs=True, **params):
    X, y = data[name]
    w = 0.25 * (1 + np.arange(len(y)) % 7) if weighted else None
    model = kind(shuffle=False, warm_start=fits > 1, **params)
    is_lbfgs = params.get("solver") == "lbfgs"
    LOSS_FUNCTIONS["squared_error"] = sum_of_squares if is_lbfgs else mean_of_squares
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # max_iter epochs are what most cases want
        for _ in range(0 if pieces else fits):
            model.fit(X.astype(np.float32) if single else X, y, sample_weight=w)
        for part in np.array_split(np.arange(len(y)), pieces) if pieces else []:
            more = {"classes": np.unique(y)} if kind is MLPClassifier else {}
            model.partial_fit(X[part], y[part], sample_weight=None if w is None else w[part], **more)
    predicted = model.predict_proba(X) if kind is MLPClassifier else model.predict(X)
    loss = float(model.loss_)
    if is_lbfgs and kind is MLPRegressor and y.ndim == 2:
        loss += float(mean_of_squares(y, predicted, w) - sum_of_squares(y, predicted, w))
    result = {
        "kind": kind.__name__,
        "data": name,
        "weighted": weighted,
        "pieces": pieces,
        "fits": fits,
        "single": single,
        "params": params,
        "loss": loss,
        "n_iter": model.n_iter_,
        "t": model.t_,
        "predicted": np.asarray(predicted, float).reshape(len(y), -1)[: 4 if is_lbfgs else 10].tolist(),
        "score": model.score(X, y, w),
    }
    if not is_lbfgs:
        result["loss_curve"] = np.asarray(model.loss_curve_, float).tolist()
        result["best_loss"] = float(model.best_loss_)
    if name == "labels":  # ours is a regressor of probabilities
        result |= {"kind": "MLPRegressor", "params": params | {"loss": "log_loss"}}
    if coefs:
        result["coefs"] = [np.asarray(c, float).tolist() for c in model.coefs_]
        result["intercepts"] = [np.asarray(c, float).tolist() for c in model.intercepts_]
    return result


C, R = MLPClassifier, MLPRegressor
four = ["identity", "logistic", "tanh", "relu"]


def steps():
    small = {"hidden_layer_sizes": [5], "max_iter": 12, "batch_size": 40}
    for activation in four:
        yield f"adam_{activation}", case(C, "iris", activation=activation, learning_rate_init=0.01, **small)
    yield "adam_options", case(C, "iris", beta_1=0.8, beta_2=0.95, epsilon=1e-4, alpha=0.1, **small)
    yield "adam_weighted", case(C, "iris", True, **small)
    yield "adam_deep", case(C, "iris", hidden_layer_sizes=[6, 4, 3], activation="tanh", max_iter=12)
    yield "adam_no_hidden", case(C, "iris", hidden_layer_sizes=[], max_iter=12, batch_size=40)
    yield "adam_two_classes", case(C, "cancer", hidden_layer_sizes=[3], max_iter=10)
    yield "adam_two_classes_weighted", case(C, "cancer", True, hidden_layer_sizes=[3], max_iter=10, alpha=1.0)
    yield "adam_float32", case(C, "iris", single=True, learning_rate_init=0.01, **small)
    yield "adam_stops", case(C, "iris", hidden_layer_sizes=[5], tol=0.01, n_iter_no_change=2, learning_rate_init=0.05)
    yield "adam_pieces", case(C, "cancer", pieces=5, hidden_layer_sizes=[3], batch_size=30)
    yield "adam_warm", case(C, "iris", fits=2, **small)
    sgd = {"solver": "sgd", "learning_rate_init": 0.02, **small}
    for activation in four:
        yield f"sgd_{activation}", case(C, "iris", activation=activation, **sgd)
    yield "sgd_no_nesterov", case(C, "iris", nesterovs_momentum=False, **sgd)
    yield "sgd_no_momentum", case(C, "iris", momentum=0.0, alpha=0.5, **sgd)
    yield "sgd_invscaling", case(C, "iris", learning_rate="invscaling", power_t=0.25, **sgd)
    yield "sgd_adaptive", case(C, "iris", learning_rate="adaptive", tol=0.1, n_iter_no_change=1, **sgd)
    yield "sgd_weighted", case(C, "iris", True, alpha=0.1, **sgd)
    yield "sgd_pieces", case(C, "cancer", True, pieces=5, **{**sgd, "learning_rate": "invscaling"})
    for activation in four:
        yield f"regressor_{activation}", case(R, "diabetes", activation=activation, learning_rate_init=0.01, **small)
    yield "regressor_sgd", case(R, "diabetes", True, **{**sgd, "learning_rate_init": 0.002})
    yield "regressor_two_outputs", case(R, "two", alpha=0.1, **{**sgd, "learning_rate_init": 0.002})
    yield "regressor_poisson", case(R, "counts", loss="poisson", learning_rate_init=0.01, **small)
    yield "regressor_poisson_weighted", case(R, "counts", True, loss="poisson", activation="tanh", **small)
    yield "multilabel", case(C, "labels", learning_rate_init=0.01, **small)
    yield "multilabel_weighted", case(C, "labels", True, alpha=0.1, **sgd)


def minima(**limit):
    for alpha in (1e-4, 1.0):
        for activation in four:
            more = {"solver": "lbfgs", "alpha": alpha, "activation": activation, "coefs": False, **limit}
            yield f"iris_{activation}_{alpha}", C, "iris", dict(hidden_layer_sizes=[8], **more)
            yield f"digits_{activation}_{alpha}", C, "digits", dict(hidden_layer_sizes=[16], **more)
            yield f"diabetes_{activation}_{alpha}", R, "diabetes", dict(hidden_layer_sizes=[8], **more)
    plain = {"solver": "lbfgs", "activation": "identity", "coefs": False, **limit}
    yield "two_outputs", R, "two", dict(alpha=0.1, **plain)
    yield "poisson", R, "counts", dict(alpha=0.1, loss="poisson", hidden_layer_sizes=[5], **plain)
    yield "weighted", C, "iris", dict(weighted=True, hidden_layer_sizes=[3], **plain)
    yield "few_evaluations", C, "iris", dict(hidden_layer_sizes=[8], max_fun=12, **plain)


def with_moves(cases):
    global scale_of_start
    for name, kind, data_name, params in cases:
        result = case(kind, data_name, **params)
        moves = {"loss": 0.0, "score": 0.0, "predicted": 0.0}
        for change in (4e-16, 2e-15, 1e-14):
            for sign in (-1, 1):
                scale_of_start = 1 + sign * change
                other = case(kind, data_name, **params)
                for key, move in moves.items():
                    moved = np.abs(np.subtract(other[key], result[key])).max()
                    moves[key] = max(move, float(f"{moved:.1e}"))
        scale_of_start = 1.0
        yield name, result | {"moves": moves}


golden = {
    "steps": dict(steps()),
    "lbfgs": dict(with_moves(minima())),
    "lbfgs_early": dict(with_moves(minima(max_iter=30))),
}
(here / "neural_network_mlp.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
