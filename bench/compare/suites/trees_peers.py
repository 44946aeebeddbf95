# SPDX-License-Identifier: BSD-3-Clause
"""One peer, one job: python -m suites.trees_peers PEER JOB prints a line of JSON as ours_trees
does.

A job's parameters have scikit-learn's names. Each peer gets X in the layout that suits it best,
before the clock starts."""

import abc
import ctypes
import importlib.metadata
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse

import dataset
from dataset import Column, Dataset

N_ROWS = 5_000  # for the latency of one row


def _memory_mb(line: str) -> float:
    with open("/proc/self/status") as status:
        return next(int(text.split()[1]) * 1024 / 1e6 for text in status if text.startswith(line))


def _forget_peak() -> None:
    """Makes Linux measure the peak of memory anew."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def _median_seconds(times: int, body: Callable[[], Any]) -> float:
    """Of `times` calls after one that warms up; for `times` of 1 that of the first call."""
    seconds = []
    for _ in range(times + (times > 1)):
        begin = time.perf_counter()
        body()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[times > 1:])


class Peer(abc.ABC):
    """A library: how it trains, and how it predicts a batch and one row."""

    package: str
    order = "C"
    dtype: type = np.float64
    sparse = True  # else X is made dense
    columns: list[Column]

    def __init__(self, job: dict, mode: dict) -> None:
        self.job = job
        self.mode = mode
        self.params: dict = job["params"]
        self.threads: int = job["threads"]
        self.task: str = job["task"]
        self.classes = job["classes"]

    def prepare(self, data: Dataset) -> Any:
        """X as `fit` and `predict` take it."""
        return data.X if self.sparse or not scipy.sparse.issparse(data.X) else data.X.toarray()

    @abc.abstractmethod
    def fit(self, X: Any, data: Dataset) -> None:
        """Trains, binning included."""

    @abc.abstractmethod
    def predict(self, X: Any) -> np.ndarray:
        """Probabilities, or values for a regression."""

    def one_row_function(self, rows: np.ndarray) -> tuple[Callable[[int], Any], float]:
        """A function that scores row i on one thread, and the seconds of it that Python takes and
        a program in C would not."""
        return lambda i: self.predict(rows[i:i + 1]), 0.0


def _call_overhead(arguments: tuple) -> float:
    """The seconds that ctypes takes for a call with these arguments: of a function that does
    nothing with them."""
    nothing = ctypes.CDLL(None).abs
    nothing.argtypes = [type(argument) for argument in arguments]
    seconds = []
    for _ in range(N_ROWS):
        begin = time.perf_counter_ns()
        nothing(*arguments)
        seconds.append(time.perf_counter_ns() - begin)
    return statistics.median(seconds) / 1e9


class LightGBM(Peer):
    """LightGBM; its mode adds parameters."""

    package = "lightgbm"

    def _parameters(self) -> dict:
        objective = {"binary": {"objective": "binary"},
                     "multiclass": {"objective": "multiclass", "num_class": self.classes},
                     "regression": {"objective": "regression"}}[self.task]
        return objective | {
            "num_leaves": self.params["max_leaf_nodes"], "max_bin": self.params["max_bins"],
            "learning_rate": self.params["learning_rate"],
            "min_data_in_leaf": self.params["min_samples_leaf"],
            "lambda_l2": self.params["l2_regularization"], "num_threads": self.threads,
            "seed": 0, "verbose": -1} | self.mode

    def fit(self, X: Any, data: Dataset) -> None:
        import lightgbm

        parameters = self._parameters()
        train = lightgbm.Dataset(X, data.y, params=parameters,
                                 categorical_feature=data.categorical() or "auto")
        self.booster = lightgbm.train(parameters, train, self.params["max_iter"])

    def predict(self, X: Any) -> np.ndarray:
        return self.booster.predict(X, num_threads=self.threads)

    def one_row_function(self, rows: np.ndarray) -> tuple[Callable[[int], Any], float]:
        from lightgbm.basic import _LIB as library

        normal, float64 = 0, 1  # C_API_PREDICT_NORMAL, C_API_DTYPE_FLOAT64
        handle, config = self.booster._handle, ctypes.c_void_p()
        failed = library.LGBM_BoosterPredictForMatSingleRowFastInit(
            handle, normal, 0, -1, float64, rows.shape[1], b"num_threads=1", ctypes.byref(config))
        if failed:
            raise RuntimeError("LightGBM has no fast path for this model")
        out = (ctypes.c_double * max(self.classes, 1))()
        length = ctypes.c_int64()
        score = library.LGBM_BoosterPredictForMatSingleRowFast
        pointer = ctypes.c_void_p
        score.argtypes = [pointer, pointer, pointer, pointer]
        fixed = (pointer(ctypes.addressof(length)), pointer(ctypes.addressof(out)))
        data = [pointer(row.ctypes.data) for row in rows]
        self.keeps = [rows, out, length]  # the pointers point into them
        return (lambda i: score(config, data[i], *fixed),
                _call_overhead((config, data[0], *fixed)))


class XGBoost(Peer):
    """XGBoost's hist; its mode says how trees grow."""

    package = "xgboost"
    dtype = np.float32

    def _least_weight(self, y: np.ndarray) -> float:
        """It bounds the second derivatives in a leaf instead of the rows: what so many rows have
        before the first tree."""
        if self.task == "regression":
            return self.params["min_samples_leaf"]
        shares = np.bincount(y.astype(int)) / len(y)
        return self.params["min_samples_leaf"] * float(np.mean(shares * (1 - shares)))

    def _parameters(self, y: np.ndarray) -> dict:
        objective = {"binary": {"objective": "binary:logistic"},
                     "multiclass": {"objective": "multi:softprob", "num_class": self.classes},
                     "regression": {"objective": "reg:squarederror"}}[self.task]
        leaves = self.params["max_leaf_nodes"]
        depth = math.ceil(math.log2(leaves)) if self.mode["grow_policy"] == "depthwise" else 0
        return objective | {
            "tree_method": "hist", "max_leaves": leaves, "max_depth": depth,
            "max_bin": self.params["max_bins"], "eta": self.params["learning_rate"],
            "lambda": self.params["l2_regularization"], "min_child_weight": self._least_weight(y),
            "nthread": self.threads, "seed": 0, "verbosity": 0} | self.mode

    def fit(self, X: Any, data: Dataset) -> None:
        import xgboost

        types = ["c" if column.categories is not None else "q" for column in data.columns]
        train = xgboost.QuantileDMatrix(
            X, data.y, max_bin=self.params["max_bins"], nthread=self.threads, feature_types=types,
            enable_categorical=True)
        self.booster = xgboost.train(self._parameters(data.y), train, self.params["max_iter"])

    def predict(self, X: Any) -> np.ndarray:
        return self.booster.inplace_predict(X)

    def one_row_function(self, rows: np.ndarray) -> tuple[Callable[[int], Any], float]:
        from xgboost.core import _LIB as library

        self.booster.set_param({"nthread": 1})
        description = [json.dumps({"data": [row.ctypes.data, True], "shape": [1, len(row)],
                                   "typestr": "<f4", "version": 3}).encode() for row in rows]
        config = json.dumps({"type": 0, "training": False, "iteration_begin": 0,
                             "iteration_end": 0, "missing": float("nan"), "strict_shape": False,
                             "cache_id": 0}).encode()
        shape, dimension = ctypes.POINTER(ctypes.c_uint64)(), ctypes.c_uint64()
        out = ctypes.POINTER(ctypes.c_float)()
        pointer = ctypes.c_void_p
        score = library.XGBoosterPredictFromDense
        score.argtypes = [pointer, ctypes.c_char_p, ctypes.c_char_p] + [pointer] * 4
        ends = tuple(pointer(ctypes.addressof(end)) for end in (shape, dimension, out))
        handle, proxy = self.booster.handle, pointer()
        library.XGProxyDMatrixCreate(ctypes.byref(proxy))  # without one each call makes its own
        self.keeps = [rows, shape, dimension, out]  # the pointers point into them
        texts = [ctypes.c_char_p(text) for text in description]
        last = ctypes.c_char_p(config)
        if score(handle, texts[0], last, proxy, *ends):
            raise RuntimeError("XGBoost does not predict this row")
        return (lambda i: score(handle, texts[i], last, proxy, *ends),
                _call_overhead((handle, texts[0], last, proxy, *ends)))


class ScikitLearn(Peer):
    """scikit-learn, whose number of threads is OMP_NUM_THREADS."""

    package = "scikit-learn"
    order = "F"
    sparse = False

    def fit(self, X: Any, data: Dataset) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        model = (HistGradientBoostingRegressor if self.task == "regression"
                 else HistGradientBoostingClassifier)
        self.model = model(**self.params, early_stopping=False, random_state=0,
                           categorical_features=data.categorical() or None).fit(X, data.y)

    def predict(self, X: Any) -> np.ndarray:
        return self.model.predict(X) if self.task == "regression" else self.model.predict_proba(X)


class CatBoost(Peer):
    """CatBoost, growing best leaf first as the others do; its own encoding of categories."""

    package = "catboost"
    dtype = np.float32

    def prepare(self, data: Dataset) -> Any:
        self.categorical = data.categorical()
        if not self.categorical:
            return data.X
        import pandas as pd

        table = pd.DataFrame(data.X)
        for j in self.categorical:  # a missing one becomes a category of its own
            table[j] = table[j].fillna(-1).astype(np.int32)
        return table

    def fit(self, X: Any, data: Dataset) -> None:
        import catboost

        loss = {"binary": "Logloss", "multiclass": "MultiClass", "regression": "RMSE"}[self.task]
        model = (catboost.CatBoostRegressor if self.task == "regression"
                 else catboost.CatBoostClassifier)
        self.model = model(
            loss_function=loss, iterations=self.params["max_iter"], grow_policy="Lossguide",
            max_leaves=self.params["max_leaf_nodes"], border_count=self.params["max_bins"] - 1,
            learning_rate=self.params["learning_rate"],
            min_data_in_leaf=self.params["min_samples_leaf"],
            l2_leaf_reg=self.params["l2_regularization"], boosting_type="Plain",
            bootstrap_type="No", depth=16, cat_features=self.categorical or None,
            thread_count=self.threads, random_seed=0, verbose=False, allow_writing_files=False)
        self.model.fit(X, data.y)

    def predict(self, X: Any) -> np.ndarray:
        if self.task == "regression":
            return self.model.predict(X, thread_count=self.threads)
        return self.model.predict_proba(X, thread_count=self.threads)

    def one_row_function(self, rows: np.ndarray) -> tuple[Callable[[int], Any], float]:
        tables = [self.prepare(Dataset(rows[i:i + 1], np.zeros(1), self.columns))
                  for i in range(len(rows))] if self.categorical else None
        return (lambda i: self.predict(tables[i] if tables else rows[i:i + 1])), 0.0


class YDF(Peer):
    """Yggdrasil Decision Forests, growing best leaf first, on discretised numbers."""

    package = "ydf"
    order = "F"
    dtype = np.float32
    sparse = False

    def prepare(self, data: Dataset) -> Any:
        X = super().prepare(data)
        table: dict[str, np.ndarray] = {}
        for j, column in enumerate(data.columns):
            table[column.name] = X[:, j]
            if column.categories is not None:
                texts = np.array([*column.categories, ""], dtype=object)
                table[column.name] = texts[np.where(np.isnan(X[:, j]), -1, X[:, j]).astype(int)]
        return table

    def fit(self, X: Any, data: Dataset) -> None:
        import ydf

        ydf.verbose(0)
        target = data.y if self.task == "regression" else data.y.astype(np.int64)
        learner = ydf.GradientBoostedTreesLearner(
            label="y", task=ydf.Task.REGRESSION if self.task == "regression"
            else ydf.Task.CLASSIFICATION, num_trees=self.params["max_iter"],
            growing_strategy="BEST_FIRST_GLOBAL", max_depth=-1,
            max_num_nodes=self.params["max_leaf_nodes"], shrinkage=self.params["learning_rate"],
            min_examples=self.params["min_samples_leaf"],
            l2_regularization=self.params["l2_regularization"],
            discretize_numerical_columns=True,
            num_discretized_numerical_bins=self.params["max_bins"], validation_ratio=0.0,
            early_stopping="NONE", num_threads=self.threads, random_seed=1)
        self.model = learner.train(X | {"y": target})

    def predict(self, X: Any) -> np.ndarray:
        result = self.model.predict(X, num_threads=self.threads)
        if self.task != "multiclass":
            return result
        return result[:, np.argsort([int(label) for label in self.model.label_classes()])]

    def one_row_function(self, rows: np.ndarray) -> tuple[Callable[[int], Any], float]:
        table = self.prepare(Dataset(rows, np.zeros(len(rows)), self.columns))
        single = [{name: values[i:i + 1] for name, values in table.items()}
                  for i in range(len(rows))]
        return lambda i: self.model.predict(single[i], num_threads=1), 0.0


# Every mode of every library, in the order they run.
PEERS: dict[str, tuple[type[Peer], dict]] = {
    "lightgbm": (LightGBM, {}),
    "lightgbm row-wise": (LightGBM, {"force_row_wise": True}),
    "lightgbm quantised": (LightGBM, {"use_quantized_grad": True}),
    "xgboost": (XGBoost, {"grow_policy": "lossguide"}),
    "xgboost depth-wise": (XGBoost, {"grow_policy": "depthwise"}),
    "scikit-learn": (ScikitLearn, {}),
    "catboost": (CatBoost, {}),
    "ydf": (YDF, {}),
}
OTHER_TRAINING = {"lightgbm quantised", "xgboost depth-wise"}  # fast, but no measure of accuracy
SLOW = {"catboost", "ydf"}


def installed(peer: str) -> bool:
    """Whether the peer's library is there."""
    try:
        importlib.metadata.version(PEERS[peer][0].package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _latency(peer: Peer, rows: np.ndarray, seconds: float = 2.0) -> dict:
    """Median and 99th percentile over the rows, after a round that warms up; as many rows as
    `seconds` allow."""
    score, overhead = peer.one_row_function(rows)
    taken: list[int] = []
    for _ in range(2):
        taken.clear()
        stop = time.perf_counter() + seconds / 2
        for i in range(len(rows)):
            begin = time.perf_counter_ns()
            score(i)
            taken.append(time.perf_counter_ns() - begin)
            if begin / 1e9 > stop:
                break
    median, p99 = np.quantile(taken, [0.5, 0.99]) / 1e9 - overhead
    return {"row_seconds": median, "row_p99_seconds": p99}


def _warm_up(kind: type[Peer], mode: dict, job: dict) -> None:
    """Trains on 200 rows of noise, so that neither imports nor their memory are counted."""
    rng = np.random.default_rng(0)
    task = "regression" if job["task"] == "regression" else "binary"
    X = np.asarray(rng.random((200, 3)), kind.dtype, order=kind.order)
    noise = dataset.numeric(X, np.tile([0.0, 1.0], 100))
    peer = kind(job | {"task": task}, mode)
    peer.columns = noise.columns
    peer.fit(peer.prepare(noise), noise)


def measure(name: str, job: dict) -> dict:
    """Does the job, and returns what it took."""
    kind, mode = PEERS[name]
    peer = kind(job, mode)
    train = dataset.read(job["train"], job["begin"], job["rows"], peer.order, peer.dtype)
    peer.columns = train.columns
    X = peer.prepare(train)
    train.X = None
    _warm_up(kind, mode, job)
    _forget_peak()
    before = _memory_mb("VmRSS")
    result = {"version": importlib.metadata.version(peer.package),
              "train_seconds": _median_seconds(job["fits"], lambda: peer.fit(X, train)),
              "added_mb": _memory_mb("VmHWM") - before}
    if not job["predict"]:
        return result
    test = dataset.read(job["test"], order=peer.order, dtype=peer.dtype)
    X = peer.prepare(test)
    result["predict_seconds"] = _median_seconds(3, lambda: peer.predict(X))
    np.asarray(peer.predict(X), np.float64).ravel(order="F").tofile(job["predictions"])
    if not scipy.sparse.issparse(test.X):
        rows = np.ascontiguousarray(test.X[:N_ROWS])
        result |= _latency(peer, rows)
    return result


def main() -> None:
    """See the head of the file."""
    print(json.dumps(measure(sys.argv[1], json.loads(sys.argv[2]))))


if __name__ == "__main__":
    main()
