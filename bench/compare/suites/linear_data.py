# SPDX-License-Identifier: BSD-3-Clause
"""The data of the suite linear, made with fixed seeds. y is a real number; a classifier asks whether
it is above 0."""

import pathlib

import numpy as np
import scipy.sparse

import dataset

FORMAT = 1  # in the names of files: a change of what is made makes them anew


def _tall(rng: np.random.Generator, n: int) -> dataset.Dataset:
    """Correlated columns of different scales, and a linear function of them with logistic noise."""
    p = 28
    mix = np.eye(p) + 0.3 * rng.normal(size=(p, p)) / np.sqrt(p)
    X = np.asfortranarray(rng.normal(size=(n, p)) @ mix)
    coef = rng.normal(size=p) / np.sqrt(p)
    y = X @ coef + 0.3 + rng.logistic(size=n)
    scale = 10.0 ** rng.uniform(-1, 1, p)
    X *= scale
    X += rng.uniform(-2, 2, p) * scale
    return dataset.numeric(X, y)


def _text(rng: np.random.Generator, n: int, normalised: bool = True) -> dataset.Dataset:
    """Rows of some 80 words of 50,000, rare ones mostly, weighted and of norm 1 as TfidfVectorizer
    gives them, or of norm √80; 2,000 words matter."""
    p, words = 50_000, 80
    frequency = 1.0 / (10.0 + np.arange(p)) ** 0.9
    columns = rng.choice(p, size=(n, words), p=frequency / frequency.sum())
    idf = np.log(1.0 / (frequency / frequency.sum() * words).clip(1e-6, 0.9)) + 1.0
    values = rng.integers(1, 4, size=(n, words)) * idf[columns]
    rows = np.repeat(np.arange(n), words)
    X = scipy.sparse.coo_matrix((values.ravel(), (rows, columns.ravel())), (n, p)).tocsr()
    X.sum_duplicates()
    norm = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel())
    X = scipy.sparse.diags((1.0 if normalised else np.sqrt(words)) / norm).dot(X).tocsr()
    coef = np.zeros(p)
    size = 15.0 if normalised else 15.0 / np.sqrt(words)
    coef[rng.choice(p // 4, 2_000, replace=False)] = size * rng.normal(size=2_000)
    return dataset.numeric(X, X @ coef + rng.logistic(size=n))


def _short(rng: np.random.Generator, n: int) -> dataset.Dataset:
    """Ten times as many columns as rows, of which 100 matter."""
    p = 10 * n
    X = np.asfortranarray(rng.normal(size=(n, p)))
    coef = np.zeros(p)
    coef[rng.choice(p, max(10, n // 20), replace=False)] = 1.0
    signal = X @ coef
    return dataset.numeric(X, signal + rng.normal(size=n) * signal.std() / 3)


def _small(rng: np.random.Generator, n: int) -> dataset.Dataset:
    X = np.asfortranarray(rng.normal(size=(n, 10)))
    return dataset.numeric(X, X @ rng.normal(size=10) + rng.normal(size=n))


def _scaled(rng: np.random.Generator, n: int) -> dataset.Dataset:
    """The tall data with columns of mean 0 and deviation 1, as stochastic gradients want them."""
    data = _tall(rng, n)
    data.X -= data.X.mean(axis=0)
    data.X /= data.X.std(axis=0)
    return data


def _long_text(rng: np.random.Generator, n: int) -> dataset.Dataset:
    """The same with rows nine times as long, so that a penalty of the same C says less."""
    return _text(rng, n, normalised=False)


def _counts(rng: np.random.Generator, n: int) -> dataset.Dataset:
    """The columns of the scaled data, and counts of about 2."""
    data = _scaled(rng, n)
    raw = data.X @ rng.normal(size=data.X.shape[1]) / 10.0 + 0.5
    data.y = rng.poisson(np.exp(raw)).astype(np.float64)
    return data


MAKERS = {"tall": _tall, "scaled": _scaled, "text": _text, "long_text": _long_text, "short": _short, "small": _small,
          "counts": _counts}


def file(kind: str, rows: int, cache: pathlib.Path) -> pathlib.Path:
    """A data file, made if it is not there."""
    path = cache / f"linear-{kind}-{rows}.{FORMAT}"
    if not path.exists():
        dataset.write(path, MAKERS[kind](np.random.default_rng(0), rows))
    return path
