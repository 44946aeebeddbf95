# SPDX-License-Identifier: BSD-3-Clause
"""Writes decomposition.json: what scikit-learn's PCA, IncrementalPCA and TruncatedSVD find.

The data are those of examples/data/, which the tests read themselves, and 300 of the handwritten digits,
which are in the file. Sparse data are max(X, 0) of the scaled breast cancer data.
"""

import numpy as np
import scipy.sparse
import sklearn
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.preprocessing import StandardScaler

from shared import dataset, write

assert sklearn.__version__ == "1.9.1"
ROWS = [0, 7, 20, 39]


def learned(model, X, extra=()):
    """The first three components are enough where there are many features."""
    names = ["explained_variance_", "explained_variance_ratio_", "singular_values_", *extra]
    result = {name.rstrip("_"): np.asarray(getattr(model, name)).tolist() for name in names}
    result["n_components"] = len(model.components_)
    result["components"] = model.components_[:3].tolist()
    result["transformed"] = model.transform(X[ROWS])[:, :3].tolist()
    result["back"] = model.inverse_transform(model.transform(X[ROWS[:1]])).tolist()
    return result


def pca(X, **params):
    model = PCA(**params).fit(X)
    result = learned(model, X, ["mean_", "noise_variance_"])
    if not model.whiten and not scipy.sparse.issparse(X) and model.noise_variance_ > 0:
        result["score"] = model.score(X)
        result["score_samples"] = model.score_samples(X[ROWS]).tolist()
        result["covariance_row"] = model.get_covariance()[0].tolist()
        result["precision_row"] = model.get_precision()[0].tolist()
    return result


def incremental(X, **params):
    model = IncrementalPCA(**params).fit(X)
    return learned(model, X, ["mean_", "var_", "noise_variance_"])


def in_pieces(pieces, X, **params):
    model = IncrementalPCA(**params)
    for piece in pieces:
        model.partial_fit(piece)
    return learned(model, X, ["mean_", "var_", "noise_variance_"])


def truncated(X, **params):
    return learned(TruncatedSVD(**params).fit(X), X)


iris = dataset("iris.csv", "species")[0]
cancer = dataset("breast_cancer.csv", "diagnosis")[0]
scaled = StandardScaler().fit_transform(cancer)
digits = load_digits().data[:300]
sparse = scipy.sparse.csr_array(np.maximum(scaled, 0.0))
content = {
    "digits": digits.astype(int).tolist(),
    "iris": pca(iris),
    "iris_2": pca(iris, n_components=2),
    "iris_whiten": pca(iris, n_components=2, whiten=True),
    "iris_covariance": pca(iris, n_components=3, svd_solver="covariance_eigh"),
    "iris_0.95": pca(iris, n_components=0.95),
    "iris_0.999": pca(iris, n_components=0.999),
    "iris_mle": pca(iris, n_components="mle"),
    "cancer_5": pca(cancer, n_components=5, svd_solver="full"),
    "cancer_scaled_mle": pca(scaled, n_components="mle", svd_solver="full"),
    "cancer_scaled_0.9": pca(scaled, n_components=0.9),
    "cancer_scaled_10": pca(scaled, n_components=10, svd_solver="full"),
    "digits_10": pca(digits, n_components=10, svd_solver="full"),
    "digits_wide": pca(digits[:40], n_components=10, svd_solver="full"),
    "sparse_5": pca(sparse, n_components=5, svd_solver="arpack"),
    "incremental": incremental(scaled, n_components=6, batch_size=100),
    "incremental_default": incremental(iris),
    "incremental_whiten": incremental(iris, n_components=2, whiten=True, batch_size=60),
    "incremental_sparse": incremental(sparse, n_components=4, batch_size=150),
    "partial_fit": in_pieces([scaled[:50], scaled[50:300], scaled[300:302], scaled[302:]], scaled,
                             n_components=6),
    "truncated": truncated(scaled, n_components=5, algorithm="arpack"),
    "truncated_sparse": truncated(sparse, n_components=5, algorithm="arpack"),
    "truncated_digits": truncated(digits, n_components=4, algorithm="arpack"),
}
write("decomposition.json", content)
