# SPDX-License-Identifier: BSD-3-Clause
"""Writes import/: small models of XGBoost and LightGBM, and predictions.json with what they predict.

predictions.json has two tables (rows of the credit data, in which values and categories are missing:
once with the categories as texts, once as codes and with some codes that training has not seen) and a
list of cases: the model's file, the table, and predictions (of a classifier, probabilities) for its rows.
Boundaries: a model that splits everywhere between neighbouring floats, predicted for doubles around them.
"""

import json
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb

assert lgb.__version__ == "4.7.0" and xgb.__version__ == "3.2.0"
GOLDEN = Path(__file__).parent
FOLDER = GOLDEN / "import"
FOLDER.mkdir(exist_ok=True)

data = pd.read_csv(GOLDEN / "../../examples/data/credit_data.csv")
y_binary = (data.pop("Status") == "good").astype(int).to_numpy()
y_amount = data.pop("Amount").to_numpy(float)
y_classes = pd.qcut(data.pop("Price"), 3, labels=False).to_numpy()
TEXTS = [c for c in data if not pd.api.types.is_numeric_dtype(data[c])]
table = data.copy()
for c in TEXTS:
    # LightGBM and XGBoost number the categories in this order, which is not the alphabet's.
    known = sorted(data[c].dropna().unique(), reverse=True)
    table[c] = pd.Categorical(data[c], categories=known)
NUMBERS = [c for c in data if c not in TEXTS]
for k, c in enumerate(NUMBERS):
    table[c] = table[c].astype(float)
    table.loc[np.arange(len(table)) % 11 == k, c] = np.nan
codes = table.copy()
for c in TEXTS:
    codes[c] = table[c].cat.codes.astype(float).where(table[c].notna(), np.nan)
# A column with many categories, made of a number.
codes["Many"] = (np.arange(len(codes)) * 37 % 401).astype(float)
many_effect = np.sin(codes["Many"].to_numpy())
CODED = TEXTS + ["Many"]
cat_index = [list(codes).index(c) for c in CODED]
feature_types = ["c" if c in CODED else "float" for c in codes]

rows = np.arange(0, len(data), 97)
table_new = table.iloc[rows]
codes_new = codes.iloc[rows].copy()
codes_new.iloc[0:4, cat_index[0]] = [9, 31, 32, 5000]
codes_new.iloc[4:8, cat_index[1]] = [17, 64, 70000, 2.0**31]
codes_new.iloc[8:10, cat_index[-1]] = [401, 1e6]
codes_new.iloc[10:16, cat_index[-1]] = np.nan
codes_new.iloc[3:40:3, 1] = 0.0
codes_new.iloc[5:40:5, 4] = 1e-36
Xc, Xn = codes.to_numpy(), codes_new.to_numpy()

cases = []


def numbers(a):
    return [[None if np.isnan(v) else float(v) for v in row] for row in np.atleast_2d(a)]


def record(name, file, on, predictions, **more):
    p = np.asarray(predictions, float)
    p = p.reshape(len(p), -1)
    cases.append({"name": name, "file": file, "table": on, "predictions": numbers(p)} | more)


def lightgbm(name, y, params, X=None, on="codes", X_new=None, rounds=4, weight=None, trained=slice(None)):
    pandas = on == "table"
    X = (table if pandas else Xc) if X is None else X
    X_new = (table_new if pandas else Xn) if X_new is None else X_new
    base = {"num_leaves": 7, "learning_rate": 0.3, "verbose": -1, "num_threads": 1, "seed": 1,
            "deterministic": True, "min_data_in_leaf": 10, "min_data_per_group": 10}
    cats = {} if pandas else {"categorical_feature": cat_index if X is Xc else "auto"}
    extra = {} if X is not Xc else {"feature_name": list(codes)}
    booster = lgb.train(base | params, lgb.Dataset(X, y, **cats, **extra), rounds)
    booster.save_model(FOLDER / f"{name}.txt")
    record(name, f"{name}.txt", on, booster.predict(X_new))


def xgboost(name, y, params, X=None, on="codes", X_new=None, rounds=4, kinds=("json",), types=None):
    pandas = on == "table"
    base = {"max_depth": 3, "eta": 0.3, "nthread": 1, "seed": 1, "max_cat_to_onehot": 2}
    if pandas:
        make = lambda X, y=None: xgb.DMatrix(X, y, enable_categorical=True)
        X, X_new = table, table_new
    elif X is None:
        make = lambda X, y=None: xgb.DMatrix(X, y, enable_categorical=True, feature_types=feature_types,
                                             feature_names=list(codes))
        X, X_new = Xc, Xn
    else:
        make = lambda X, y=None: xgb.DMatrix(X, y)
    booster = xgb.train(base | params, make(X, y), rounds)
    for kind in kinds:
        booster.save_model(FOLDER / f"{name}.{kind}")
        record(name, f"{name}.{kind}", on, booster.predict(make(X_new)))


share = (y_amount - y_amount.min()) / np.ptp(y_amount) * 0.98 + 0.01
positive = y_amount / 1000 + 0.001
counts = np.round(y_amount / 300)

lightgbm("lgb_binary", y_binary, {"objective": "binary"})
lightgbm("lgb_binary_table", y_binary, {"objective": "binary"}, on="table")
lightgbm("lgb_sigmoid", y_binary, {"objective": "binary", "sigmoid": 2.5})
lightgbm("lgb_multiclass", y_classes, {"objective": "multiclass", "num_class": 3})
lightgbm("lgb_two_classes", y_binary, {"objective": "multiclass", "num_class": 2})
lightgbm("lgb_many_categories", many_effect, {"objective": "regression", "max_cat_threshold": 200})
lightgbm("lgb_onehot", many_effect, {"objective": "regression", "max_cat_to_onehot": 1000})
for objective in ["regression", "regression_l1", "huber", "fair", "quantile", "mape"]:
    lightgbm(f"lgb_{objective}", positive, {"objective": objective}, rounds=3)
for objective in ["gamma", "tweedie"]:
    lightgbm(f"lgb_{objective}", positive, {"objective": objective}, rounds=3)
lightgbm("lgb_poisson", counts, {"objective": "poisson"}, rounds=3)
lightgbm("lgb_cross_entropy", share, {"objective": "cross_entropy"}, rounds=3)
lightgbm("lgb_zero_as_missing", y_binary, {"objective": "binary", "zero_as_missing": True}, rounds=8)
lightgbm("lgb_no_missing", y_binary, {"objective": "binary", "use_missing": False}, rounds=8)
lightgbm("lgb_forest", y_binary, {"objective": "binary", "boosting": "rf", "bagging_freq": 1,
                                  "bagging_fraction": 0.5})
lightgbm("lgb_forest_regression", positive, {"objective": "regression", "boosting": "rf", "bagging_freq": 1,
                                             "bagging_fraction": 0.5})
lightgbm("lgb_dart", positive, {"objective": "regression", "boosting": "dart", "drop_rate": 0.6}, rounds=6)
lightgbm("lgb_constant", np.full(len(codes), 3.5), {"objective": "regression"}, rounds=2)

xgboost("xgb_binary", y_binary, {"objective": "binary:logistic"}, kinds=("json", "ubj"))
xgboost("xgb_binary_table", y_binary, {"objective": "binary:logistic"}, on="table", kinds=("json", "ubj"))
xgboost("xgb_multiclass", y_classes, {"objective": "multi:softprob", "num_class": 3}, rounds=2, kinds=("json", "ubj"))
xgboost("xgb_two_classes", y_binary, {"objective": "multi:softprob", "num_class": 2}, rounds=2)
xgboost("xgb_parallel", y_classes, {"objective": "multi:softprob", "num_class": 3, "num_parallel_tree": 3,
                                    "subsample": 0.5, "max_depth": 2}, rounds=2)
xgboost("xgb_many_categories", many_effect, {"objective": "reg:squarederror"}, kinds=("ubj",))
xgboost("xgb_onehot", many_effect, {"objective": "reg:squarederror", "max_cat_to_onehot": 1000})
for name, y in [("squarederror", positive), ("squaredlogerror", positive), ("absoluteerror", positive),
                ("pseudohubererror", positive), ("gamma", positive), ("tweedie", positive), ("logistic", share)]:
    xgboost(f"xgb_{name}", y, {"objective": f"reg:{name}", "max_depth": 2}, rounds=3)
xgboost("xgb_quantileerror", positive, {"objective": "reg:quantileerror", "quantile_alpha": 0.7, "max_depth": 2})
xgboost("xgb_poisson", counts, {"objective": "count:poisson", "max_depth": 2}, rounds=3)
xgboost("xgb_dart", y_binary, {"objective": "binary:logistic", "booster": "dart", "rate_drop": 0.5}, rounds=6,
        kinds=("json", "ubj"))
xgboost("xgb_base_score", y_binary, {"objective": "binary:logistic", "base_score": 0.2, "max_depth": 2}, rounds=2)

# Thresholds between neighbouring floats. XGBoost's exact method puts them at midpoints, rounded to float.
steps = np.array([-1e30, -3.0, -1.0, -1e-40, 0.0, 1e-40, 0.1, 1.0, 16777216.0, 1e30], np.float32)
pairs = np.concatenate([[v, np.nextafter(v, np.float32(np.inf))] for v in steps]).astype(np.float32)
X = np.repeat(pairs, 6)[:, None]
y = np.tile(np.repeat([0.0, 1.0], 6), len(steps)) + np.repeat(np.arange(len(steps)) * 2.0, 12)
around = []
for v in pairs.astype(float):
    f = np.float32(v)
    for other in (np.nextafter(f, np.float32(np.inf)), np.nextafter(f, np.float32(-np.inf))):
        middle = 0.5 * (float(f) + float(other))
        around += [middle, np.nextafter(middle, np.inf), np.nextafter(middle, -np.inf)]
    around += [v, np.nextafter(v, np.inf), np.nextafter(v, -np.inf)]
around = np.array(around)[:, None]
xgboost("xgb_boundaries", y, {"objective": "reg:squarederror", "tree_method": "exact", "max_depth": 8,
                              "min_child_weight": 0, "lambda": 0, "eta": 1.0}, X=X, X_new=around, rounds=1,
        on="boundaries")

# What docs/import.md loads: models of the credit table as it is.
plain = pd.read_csv(GOLDEN / "../../examples/data/credit_data.csv")
plain_y = (plain.pop("Status") == "good").astype(int)
for c in TEXTS:
    plain[c] = plain[c].astype(pd.CategoricalDtype(sorted(plain[c].dropna().unique())))
lgb.train({"objective": "binary", "num_leaves": 7, "verbose": -1, "num_threads": 1, "seed": 1},
          lgb.Dataset(plain, plain_y), 20).save_model(GOLDEN / "../../examples/data/credit_lightgbm.txt")
xgb.train({"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "seed": 1},
          xgb.DMatrix(plain, plain_y, enable_categorical=True), 20).save_model(
              GOLDEN / "../../examples/data/credit_xgboost.json")

content = {
    "table": {c: {"texts": [None if pd.isna(v) else v for v in table_new[c]]} if c in TEXTS
              else {"numbers": numbers(table_new[c].to_numpy())[0]} for c in table_new},
    "codes": {"names": list(codes), "rows": numbers(Xn)},
    "boundaries": {"names": [], "rows": numbers(around)},
    "cases": cases,
}
text = json.dumps(content, allow_nan=False, separators=(",", ":"))
(FOLDER / "predictions.json").write_text(text.replace('],[', '],\n[').replace(',{"', ',\n{"') + "\n")
