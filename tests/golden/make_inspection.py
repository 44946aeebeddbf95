# SPDX-License-Identifier: BSD-3-Clause
"""Writes inspection_permutation.json: sklearn.inspection.permutation_importance, and the orders it draws.

numpy's random numbers are not ours, so the file holds the orders. scikit-learn draws the same ones for each column, and
shuffles a column that is shuffled already: the orders here are what comes out, from the column as it was.
"""

import numpy as np
import sklearn
from sklearn.datasets import load_diabetes
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

from make_ensemble import weights_for, write

assert sklearn.__version__ == "1.9.1"
REPEATS = 4


def orders_of(seed, n):
    """As sklearn.inspection._permutation_importance._calculate_permutation_scores."""
    generator = np.random.RandomState(np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1))
    shuffling = np.arange(n)
    order = np.arange(n)
    orders = []
    for _ in range(REPEATS):
        generator.shuffle(shuffling)
        order = order[shuffling]
        orders.append(order)
    return orders


def main():
    X, y = load_diabetes(return_X_y=True)
    X, y = np.round(X[:90, [2, 3, 6, 8]], 4), y[:90]
    model = Ridge(alpha=0.05).fit(X, y)
    cases = []
    for weight in [None, weights_for(len(y))]:
        got = permutation_importance(model, X, y, scoring="r2", n_repeats=REPEATS, random_state=3, sample_weight=weight)
        for r, order in enumerate(orders_of(3, len(y))):
            shuffled = X.copy()
            shuffled[:, 1] = X[order, 1]
            score = r2_score(y, model.predict(X), sample_weight=weight)
            assert np.isclose(got.importances[1, r], score - r2_score(y, model.predict(shuffled), sample_weight=weight))
        cases.append({"weighted": weight is not None, "importances": got.importances,
                      "mean": got.importances_mean, "std": got.importances_std})
    write("inspection_permutation.json", {"X": X, "y": y, "orders": orders_of(3, len(y)), "cases": cases})


if __name__ == "__main__":
    main()
