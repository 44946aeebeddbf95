# SPDX-License-Identifier: BSD-3-Clause
"""pandas' `describe` of a part of the credit data: data_frame_describe.json."""

import json
import pathlib

import pandas as pd

here = pathlib.Path(__file__).parent
credit = pd.read_csv(here / "../../examples/data/credit_data.csv")
incomplete = credit[credit.isna().any(axis=1)].head(20)
table = pd.concat([incomplete, credit.iloc[::100]])[
    ["Status", "Seniority", "Home", "Job", "Income", "Assets", "Price"]
]
described = table.describe(include="all")


def plain(values):
    """Values as JSON: NaN is null, numpy's numbers are Python's."""
    return [None if pd.isna(v) else v.item() if hasattr(v, "item") else v for v in values]


golden = {
    "columns": {name: plain(table[name]) for name in table},
    "describe": {statistic: plain(described.loc[statistic]) for statistic in described.index},
}
(here / "data_frame_describe.json").write_text(json.dumps(golden, indent=None) + "\n")
