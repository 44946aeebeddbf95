# SPDX-License-Identifier: BSD-3-Clause
"""Writes cluster_kmeans.json: what scikit-learn's KMeans finds from given centres.

Iris and breast cancer are those of examples/data/, which the tests read themselves; 500 rows of digits
are in the file. Centres to begin with are rows of X, by their numbers, plus `shift`. Sample weights
follow a formula that the tests repeat: 0.25 · (1 + i mod 7) for row i.
"""

import warnings

import numpy as np
import scipy.sparse
import sklearn
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from shared import dataset, weights, write

assert sklearn.__version__ == "1.9.1"
warnings.simplefilter("error")


def kmeans(data, X, rows, weighted=False, shift=0.0, form="dense", **params):
    """Cluster `rows` of X[rows] + shift onwards; `shift` moves the last centre only."""
    init = np.array(X[rows], dtype=float)
    init[-1] += shift
    given = {"dense": np.asarray, "sparse": scipy.sparse.csr_matrix,
             "float32": lambda x: np.asarray(x, np.float32)}[form](X)
    model = KMeans(len(rows), init=init, n_init=1, **params)
    w = weights(len(X)) if weighted else None
    model.fit(given, sample_weight=w)
    return {
        "data": data, "rows": list(map(int, rows)), "weighted": weighted, "shift": shift, "form": form,
        "params": params, "centers": model.cluster_centers_.astype(float).tolist(),
        "labels": model.labels_.tolist(), "inertia": float(model.inertia_), "n_iter": model.n_iter_,
        "distances": model.transform(given[:3]).astype(float).tolist(),
        "score": float(model.score(given[:50])),
    }


def cases():
    iris = dataset("iris.csv", "species")[0]
    cancer = StandardScaler().fit_transform(dataset("breast_cancer.csv", "diagnosis")[0])
    digits = load_digits().data[:500]
    ten = range(10)
    return {
        "digits": {"X": digits.astype(int).tolist()},
        "iris": kmeans("iris", iris, [0, 50, 100]),
        "iris_one_cluster": kmeans("iris", iris, [7]),
        "iris_eight": kmeans("iris", iris, [0, 20, 40, 60, 80, 100, 120, 140]),
        "iris_weighted": kmeans("iris", iris, [0, 50, 100], weighted=True, tol=0.0),
        "iris_empty": kmeans("iris", iris, [0, 50, 100, 149], shift=1000.0),
        "iris_empty_weighted": kmeans("iris", iris, [0, 50, 100, 149], True, shift=1000.0, tol=0.0),
        "cancer": kmeans("cancer", cancer, [0, 100, 200, 300, 400]),
        "cancer_loose": kmeans("cancer", cancer, [0, 100, 200, 300, 400], tol=0.1),
        "cancer_three_iterations": kmeans("cancer", cancer, [0, 100, 200, 300, 400], max_iter=3),
        "cancer_float32": kmeans("cancer", cancer, [0, 100, 200, 300, 400], form="float32"),
        "digits_dense": kmeans("digits", digits, ten),
        "digits_float32": kmeans("digits", digits, ten, form="float32"),
        "digits_sparse": kmeans("digits", digits, ten, form="sparse"),
        "digits_sparse_weighted": kmeans("digits", digits, ten, True, form="sparse", tol=0.0),
        "digits_sparse_empty": kmeans("digits", digits, ten, shift=500.0, form="sparse"),
    }


write("cluster_kmeans.json", cases())
