# SPDX-License-Identifier: BSD-3-Clause
"""What several of the scripts beside this one share: data, sample weights, and how files are written."""

import json
import pathlib

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

here = pathlib.Path(__file__).parent


def dataset(name, target):
    """X and y of a file of examples/data/, which the tests read themselves."""
    table = pd.read_csv(here / "../../examples/data" / name)
    return table.drop(columns=target).to_numpy(), table[target].to_numpy()


def standardised(name, target):
    """The same with standardised columns; y becomes the numbers of its classes, or is standardised too."""
    X, y = dataset(name, target)
    if y.dtype == object:
        y = np.searchsorted(np.unique(y), y)
    else:
        y = (y - y.mean()) / y.std()
    return StandardScaler().fit_transform(X), y


def weights(n):
    """Sample weights by a formula that the tests repeat."""
    return 0.25 * (1 + np.arange(n) % 7)


def plain(value):
    """JSON's types; NaN and infinities as text, sparse matrices filled."""
    if hasattr(value, "toarray"):
        value = value.toarray()
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if np.isnan(value):
            return "NaN"
        if np.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
    return value


def write(name, content, breaks=("}, ",)):
    """As JSON, with a new line in place of the space in each of `breaks`."""
    text = json.dumps(content, allow_nan=False)
    for at in breaks:
        text = text.replace(at, at.replace(" ", "\n"))
    (here / name).write_text(text + "\n")


def write_plain(name, content):
    write(name, plain(content), ('], "', '}, "'))
