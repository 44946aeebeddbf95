# SPDX-License-Identifier: BSD-3-Clause
"""Writes preprocessing_*.json: what scikit-learn's scaler, imputer, encoders and dummies make of real data.

The mixed table is every 20th row of examples/data/credit_data.csv, in which some categories are made
missing.
"""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from scipy import sparse
from sklearn.datasets import load_diabetes, load_linnerud, load_wine
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, OrdinalEncoder, StandardScaler

from shared import write_plain

assert sklearn.__version__ == "1.9.1"
warnings.simplefilter("ignore")
FOLDER = Path(__file__).parent
CREDIT = FOLDER.parents[1] / "examples" / "data" / "credit_data.csv"
NUMERIC = ["Seniority", "Age", "Expenses", "Income", "Assets", "Debt"]
CATEGORICAL = ["Home", "Marital", "Records", "Job"]


def texts(X):
    """An array of objects: text, or null where missing."""
    return [[None if v is None or v != v else v for v in row] for row in np.asarray(X, dtype=object)]


def credit():
    table = pd.read_csv(CREDIT).iloc[::20].reset_index(drop=True)
    table[CATEGORICAL] = table[CATEGORICAL].astype(object)
    table.loc[[3, 17], "Home"] = np.nan
    table.loc[4::17, "Job"] = np.nan
    return table


def weights_for(n, rng):
    weight = np.round(rng.gamma(1.5, 1.0, n), 2)
    weight[rng.random(n) < 0.1] = 0.0
    return weight


# StandardScaler

def scaled(scaler, X, rows=8):
    return {
        "mean": scaler.mean_, "var": scaler.var_, "scale": scaler.scale_,
        "n_samples_seen": np.broadcast_to(scaler.n_samples_seen_, scaler.scale_.shape).astype(float),
        "transformed": scaler.transform(X[:rows]),
    }


def make_scaler():
    wine = load_wine().data[::2]
    rng = np.random.default_rng(0)
    weight = weights_for(len(wine), rng)
    holes = wine.copy()
    holes[rng.random(wine.shape) < 0.1] = np.nan
    holes[:, 3] = np.nan
    count = np.where(wine[:, :6] > np.median(wine[:, :6], axis=0), wine[:, :6], 0.0)
    hard = np.column_stack([
        np.full(50, 0.1), np.full(50, 1e8), 1e8 + np.arange(50) % 2, 1e12 + np.arange(50) * 1e-4,
        np.arange(50) * 1e-160, np.r_[np.zeros(49), 1e-8], np.full(50, -3.3e-5), 1e15 + np.arange(50),
    ])
    write_plain("preprocessing_scaler.json", {
        "weight": weight, "holes": holes,
        "wine_holes": scaled(StandardScaler().fit(holes), holes),
        "wine_holes_weighted": scaled(StandardScaler().fit(holes, sample_weight=weight), holes),
        "sparse": {"X": count, **scaled(StandardScaler(with_mean=False).fit(sparse.csr_array(count)),
                                        sparse.csr_array(count))},
        "sparse_weighted": scaled(
            StandardScaler(with_mean=False).fit(sparse.csr_array(count), sample_weight=weight),
            sparse.csr_array(count)),
        "hard": {"X": hard, **scaled(StandardScaler().fit(hard), hard, 50)},
    })


# SimpleImputer

def imputed(params, X, rows=15):
    model = SimpleImputer(**params).fit(X)
    return {"statistics": np.asarray(model.statistics_, dtype=float), "transformed": model.transform(X[:rows]),
            "names": list(model.get_feature_names_out())}


def make_imputer():
    table = credit()
    X = table[NUMERIC].to_numpy(float)
    X[:, 1] = np.round(X[:, 1] / 5)
    empty = np.column_stack([X, np.full(len(X), np.nan)])
    content = {"X": X, "C": texts(table[CATEGORICAL]),
               "numeric": {}, "empty": {}, "sparse": {}, "categorical": {}}
    for strategy in ["mean", "median", "most_frequent", "constant"]:
        for indicator in [False, True]:
            key = strategy + ("_indicator" if indicator else "")
            params = {"strategy": strategy, "add_indicator": indicator}
            content["numeric"][key] = imputed(params, X)
            content["empty"][key] = imputed(params, empty, 10)
            content["empty"][key + "_kept"] = imputed({**params, "keep_empty_features": True}, empty, 10)
    content["numeric"]["fill_-1"] = imputed({"strategy": "constant", "fill_value": -1.0}, X)
    zero_is_missing = np.nan_to_num(X)
    content["zero_is_missing"] = imputed({"missing_values": 0.0, "add_indicator": True}, zero_is_missing)

    rng = np.random.default_rng(1)
    S = np.where(rng.random((60, 5)) < 0.5, rng.integers(-2, 3, (60, 5)), 0).astype(float)
    S[rng.random(S.shape) < 0.1] = np.nan
    S[:, 4] = np.where(np.isnan(S[:, 4]), np.nan, 0)
    content["sparse"]["X"] = S
    for strategy in ["mean", "median", "most_frequent", "constant"]:
        used = S[:, :4] if strategy == "constant" else S  # the last column has no stored value: see SimpleImputer
        content["sparse"][strategy] = imputed({"strategy": strategy, "add_indicator": True}, sparse.csr_array(used), 60)

    C = table[CATEGORICAL]
    for key, params in {
        "most_frequent": {"strategy": "most_frequent", "add_indicator": True},
        "constant": {"strategy": "constant"},
        "fill": {"strategy": "constant", "fill_value": "unknown"},
    }.items():
        model = SimpleImputer(**params).fit(C)
        content["categorical"][key] = {
            "statistics": list(model.statistics_), "names": list(model.get_feature_names_out()),
            "transformed": [[float(v) if isinstance(v, (bool, float)) else v for v in row]
                            for row in model.transform(C[:25])],
        }
    back = SimpleImputer(strategy="median", add_indicator=True).fit(X)
    content["inverse"] = back.inverse_transform(back.transform(X[:15]))
    write_plain("preprocessing_imputer.json", content)


# OneHotEncoder, OrdinalEncoder

def one_hot(params, X, Z):
    model = OneHotEncoder(**params).fit(X)
    out = model.transform(Z)
    result = {
        "names": list(model.get_feature_names_out()),
        "places": [np.flatnonzero(row) for row in np.asarray(out.toarray())],
        "categories": [[None if v != v else v for v in c] for c in model.categories_],
        "drop_idx": None if model.drop_idx_ is None else [-1 if d is None else d for d in model.drop_idx_],
    }
    try:
        result["inverse"] = texts(model.inverse_transform(out))
    except ValueError:
        result["inverse"] = "error"
    return result


def ordinal(params, X, Z):
    model = OrdinalEncoder(**params).fit(X)
    return {"transformed": model.transform(Z), "names": list(model.get_feature_names_out())}


ONE_HOT = {
    "plain": {},
    "drop_first": {"drop": "first"},
    "drop_if_binary": {"drop": "if_binary"},
    "drop_chosen": {"drop": ["rent", "single", "yes", np.nan]},
    "min_10": {"min_frequency": 10},
    "min_5_percent": {"min_frequency": 0.05},
    "max_3": {"max_categories": 3},
    "max_1": {"max_categories": 1},
    "min_10_max_3_drop_first": {"min_frequency": 10, "max_categories": 3, "drop": "first"},
    "max_2_drop_if_binary": {"max_categories": 2, "drop": "if_binary"},
    "max_1_drop_first": {"max_categories": 1, "drop": "first"},
    "ignore": {"handle_unknown": "ignore"},
    "ignore_drop_first": {"handle_unknown": "ignore", "drop": "first"},
    "ignore_max_3": {"handle_unknown": "ignore", "max_categories": 3},
    "infrequent_max_3": {"handle_unknown": "infrequent_if_exist", "max_categories": 3},
    "infrequent_min_10": {"handle_unknown": "infrequent_if_exist", "min_frequency": 10},
    "infrequent_min_10_drop_first": {
        "handle_unknown": "infrequent_if_exist", "min_frequency": 10, "drop": "first"},
    "warn_min_10": {"handle_unknown": "warn", "min_frequency": 10},
    "given": {"categories": [
        ["rent", "owner", "priv", "parents", "other", "ignore", "castle"],
        ["single", "married", "separated", "widow", "divorced"],
        ["yes", "no"],
        ["partime", "freelance", "fixed", "others"],
    ], "handle_unknown": "ignore"},
}
ORDINAL = {
    "plain": {},
    "missing_-1": {"encoded_missing_value": -1},
    "unknown_-2": {"handle_unknown": "use_encoded_value", "unknown_value": -2},
    "unknown_nan_min_10": {
        "handle_unknown": "use_encoded_value", "unknown_value": np.nan, "min_frequency": 10},
    "max_3": {"max_categories": 3, "encoded_missing_value": 99},
    "max_1": {"max_categories": 1},
    "min_5_percent": {"min_frequency": 0.05},
}
NUMBERS = {
    "plain": {},
    "drop_first": {"drop": "first"},
    "max_3": {"max_categories": 3},
    "infrequent_min_20": {"handle_unknown": "infrequent_if_exist", "min_frequency": 20},
    "ignore": {"handle_unknown": "ignore"},
}


def accepts_unknown(params):
    return params.get("handle_unknown", "error") != "error"


def make_encoders():
    C = credit()[CATEGORICAL]
    strange = C.iloc[:30].copy()
    strange.iloc[0] = ["castle", "married", "no", "fixed"]
    strange.iloc[1] = ["rent", "engaged", "maybe", "captain"]
    strange.iloc[2] = ["owner", np.nan, np.nan, np.nan]
    strange.iloc[3] = ["castle", "engaged", "maybe", "captain"]
    content = {"C": texts(C), "strange": texts(strange),
               "one_hot": {}, "ordinal": {}, "one_hot_numbers": {}, "ordinal_numbers": {}}
    for name, params in ONE_HOT.items():
        content["one_hot"][name] = one_hot(params, C, strange if accepts_unknown(params) else C.iloc[:30])
    for name, params in ORDINAL.items():
        content["ordinal"][name] = ordinal(params, C, strange if accepts_unknown(params) else C.iloc[:30])

    table = credit()
    N = np.column_stack([table["Time"] / 12, np.round(table["Income"] / 50) / 2, table["Age"] // 20 * 1e-5])
    foreign = N[:20].copy()
    foreign[0] = [0.25, 1e16, 7]
    content["numbers"] = N
    content["foreign"] = foreign
    for name, params in NUMBERS.items():
        content["one_hot_numbers"][name] = one_hot(params, N, foreign if accepts_unknown(params) else N[:20])
    for name, params in {
        "plain": {},
        "unknown_-1": {"handle_unknown": "use_encoded_value", "unknown_value": -1},
        "max_3": {"max_categories": 3},
    }.items():
        content["ordinal_numbers"][name] = ordinal(params, N, foreign if accepts_unknown(params) else N[:20])

    job = credit()["Job"]
    content["labels"] = {"classes": texts([LabelEncoder().fit(job).classes_])[0],
                         "codes": LabelEncoder().fit_transform(job)}
    write_plain("preprocessing_encoders.json", content)


# Dummies

def make_dummies():
    rng = np.random.default_rng(2)
    X, y = load_wine(return_X_y=True)
    names = np.array([3, 7, 20])[y]
    weight = weights_for(len(y), rng)
    content = {"classifier": {"weight": weight}, "regressor": {}}
    for key, w in {"unweighted": None, "weighted": weight}.items():
        content["classifier"][key] = {}
        for strategy in ["prior", "most_frequent", "uniform", "constant"]:
            model = DummyClassifier(strategy=strategy, constant=20, random_state=0).fit(X, names, sample_weight=w)
            content["classifier"][key][strategy] = {"proba": model.predict_proba(X[:2]),
                                                    "prior": model.class_prior_}
            if strategy != "uniform":
                content["classifier"][key][strategy]["predicted"] = model.predict(X[:2])
    for name, (X, y) in {"diabetes": load_diabetes(return_X_y=True),
                         "linnerud": load_linnerud(return_X_y=True)}.items():
        weight = weights_for(len(y), rng)
        results = {"y": y, "weight": weight}
        for key, w in {"unweighted": None, "weighted": weight}.items():
            results[key] = {}
            for strategy, quantile in [("mean", None), ("median", None)] + [
                    ("quantile", q) for q in [0.0, 0.1, 0.37, 0.9, 1.0]]:
                model = DummyRegressor(strategy=strategy, quantile=quantile).fit(X, y, sample_weight=w)
                label = strategy if quantile is None else f"quantile_{quantile}"
                results[key][label] = np.ravel(model.constant_)
        content["regressor"][name] = results
    write_plain("preprocessing_dummies.json", content)


if __name__ == "__main__":
    make_scaler()
    make_imputer()
    make_encoders()
    make_dummies()
