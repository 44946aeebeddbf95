# SPDX-License-Identifier: BSD-3-Clause
"""Gradient boosted trees: training with binning included, prediction of a batch and of one row,
memory, and what a second thread brings."""

import dataclasses
import json
import pathlib
import sys
import tempfile
from collections.abc import Iterator

import numpy as np

import dataset
import harness
from harness import Accuracy, Goal, Options, Result, Row
from suites import trees_data, trees_peers

PARAMS = {"max_iter": 100, "learning_rate": 0.1, "max_bins": 255, "min_samples_leaf": 20,
          "l2_regularization": 0.0}
OURS_PARAMS = {"cat_l2": 10.0, "max_cat_threshold": 32}  # LightGBM's defaults
AHEAD = Goal(1.0)
OURS, ONE_THREAD, PIPELINE = "espalier", "espalier, 1 thread", "espalier, pipeline"


@dataclasses.dataclass(frozen=True)
class Case:
    """A data set, a size of trees, and the goals. `train`, `predict`, … of None: no such row."""

    title: str
    data: str
    rows: int
    test_rows: int
    task: str = "binary"
    classes: int = 0
    leaves: int = 31
    train: Goal | None = AHEAD
    predict: Goal | None = Goal(1 / 8)
    one_row: Goal | None = Goal(1 / 8)
    memory: Goal | None = AHEAD
    two_threads: Goal | None = None
    pipeline: Goal | None = None
    train_on: int = 0  # rows of each round, another part of the data every time; 0: all
    repeat: int = 3


SPEEDUP = Goal(1 / 1.8, "ours")
SMALL = Case("small", "dense", 1_000_000, 200_000, predict=None, one_row=None, memory=None)
CASES: dict[str, Case] = {
    "dense": Case("dense", "dense", 1_000_000, 200_000, train=Goal(0.67), memory=Goal(75, "ours"),
                  two_threads=SPEEDUP),
    "dense255": Case("dense, 255 leaves", "dense", 1_000_000, 200_000, leaves=255,
                     predict=Goal(1 / 3), one_row=Goal(1 / 3), memory=None),
    "wide": Case("wide", "wide", 50_000, 20_000, train=Goal(0.67), one_row=Goal(1 / 3),
                 two_threads=SPEEDUP),
    "mixed": Case("mixed", "mixed", 500_000, 100_000, train=Goal(0.75), two_threads=SPEEDUP,
                  pipeline=Goal(3, "ours")),
    "flights": Case("nycflights13", "flights", 262_346, 65_000, train=Goal(0.75)),
    "sparse": Case("sparse", "sparse", 100_000, 20_000, one_row=None),
    "multiclass": Case("7 classes", "multiclass", 200_000, 50_000, task="multiclass", classes=7,
                       one_row=Goal(1 / 3)),
    "regression": Case("regression", "regression", 500_000, 100_000, task="regression"),
    "1e3": dataclasses.replace(SMALL, train_on=1_000, train=Goal(0.5), repeat=11),
    "1e4": dataclasses.replace(SMALL, train_on=10_000, train=Goal(0.5), repeat=7),
    "1e5": dataclasses.replace(SMALL, train_on=100_000, repeat=5),
}


def _score(task: str, y: np.ndarray, path: pathlib.Path) -> float:
    """AUC, or log loss for several classes, or RMSE, of predictions in a file."""
    from sklearn.metrics import log_loss, roc_auc_score

    predicted = np.fromfile(path).reshape((len(y), -1), order="F")
    if task == "binary":
        return float(roc_auc_score(y, predicted[:, -1]))
    if task == "multiclass":
        return float(log_loss(y, predicted / predicted.sum(axis=1, keepdims=True)))
    return float(np.sqrt(np.mean((y - predicted[:, 0]) ** 2)))


def _accuracy(case: Case, scores: dict[str, list[float]]) -> Accuracy:
    """Ours equals the best peer within 0.0005 of AUC or 0.2 % of the loss, or is better. Where each
    round has rows of its own, two standard errors of the difference are added to that."""
    means = {name: float(np.mean(rounds)) for name, rounds in scores.items()}
    ours = means.pop(OURS)
    metric = {"binary": "AUC", "multiclass": "log loss", "regression": "RMSE"}[case.task]
    sign = 1 if metric == "AUC" else -1
    same = [name for name in means if name not in trees_peers.OTHER_TRAINING]
    if not same:
        return Accuracy(metric, ours, None, means, None)
    best = max(same, key=lambda name: sign * means[name])
    margin = 0.0005 if metric == "AUC" else 0.002 * means[best]
    if case.train_on:
        differences = np.subtract(scores[OURS], scores[best])
        if len(differences) > 1:
            margin += 2 * float(np.std(differences, ddof=1)) / len(differences) ** 0.5
    equal = sign * (ours - means[best]) >= -margin
    return Accuracy(metric, ours, means[best], means, equal)


class Bench:
    """Everybody's runs of one case."""

    def __init__(self, case: Case, options: Options, program: pathlib.Path,
                 folder: pathlib.Path) -> None:
        self.case = case
        self.options = options
        self.program = program
        self.predictions = folder / "predictions"
        rows, test_rows = (self._scaled(n) for n in (case.rows, case.test_rows))
        self.train_on = min(case.train_on, rows)
        self.train, self.test = trees_data.files(case.data, rows, test_rows, options.cache)
        self.y_test = dataset.read_target(self.test)
        header = dataset.read_header(self.train)
        self.data_rows = header["rows"]
        self.rows = self.train_on or self.data_rows
        self.title = f"{case.title} {self.rows:,}×{len(header['columns'])}"

    def _scaled(self, rows: int) -> int:
        return max(2_000, round(rows * self.options.scale))

    def _job(self, k: int, **changes: object) -> str:
        """What everybody is asked to do in round k."""
        begin = k * self.train_on % max(1, self.data_rows - self.train_on)
        return json.dumps({
            "train": str(self.train), "test": str(self.test), "task": self.case.task,
            "classes": self.case.classes, "begin": begin, "rows": self.train_on,
            "threads": self.options.threads, "predict": True, "pipeline": False,
            "fits": 5 if 0 < self.train_on <= 10_000 else 1, "predictions": str(self.predictions),
            "params": PARAMS | {"max_leaf_nodes": self.case.leaves}} | changes)

    def _scored(self, result: Result | None) -> Result | None:
        if result is not None:
            result["score"] = _score(self.case.task, self.y_test, self.predictions)
        return result

    def _our_job(self, k: int, **changes: object) -> str:
        job = json.loads(self._job(k, **changes))
        return json.dumps(job | {"params": job["params"] | OURS_PARAMS})

    def _ours(self, k: int) -> Result | None:
        command = [str(self.program), self._our_job(k)]
        return self._scored(harness.run(command, self.options.threads))

    def _ours_trains(self, k: int) -> Result | None:
        return harness.run([str(self.program), self._our_job(k, threads=1, predict=False)], 1)

    def _ours_in_pipeline(self, k: int) -> Result | None:
        rows = min(50_000, self.data_rows)
        command = [str(self.program), self._our_job(k, pipeline=True, rows=rows)]
        return harness.run(command, self.options.threads)

    def _peer(self, name: str, k: int) -> Result | None:
        command = [sys.executable, "-m", "suites.trees_peers", name, self._job(k)]
        return self._scored(harness.run(command, self.options.threads))

    def runners(self, peers: list[str]) -> dict[str, harness.Runner]:
        """Who runs in a round, in this order."""
        runners: dict[str, harness.Runner] = {OURS: self._ours}
        if self.case.two_threads is not None and self.options.threads == 2:
            runners[ONE_THREAD] = self._ours_trains
        if self.case.pipeline is not None:
            runners[PIPELINE] = self._ours_in_pipeline
        for name in peers:
            runners[name] = lambda k, name=name: self._peer(name, k)
        return runners


def _rows(bench: Bench, results: dict[str, list[Result]]) -> list[Row]:
    """The comparisons of a case."""
    case = bench.case
    ours, one_thread, pipeline = (results.pop(key, []) for key in (OURS, ONE_THREAD, PIPELINE))
    if not ours:
        return []
    scores = {key: [run["score"] for run in runs] for key, runs in {OURS: ours, **results}.items()}
    accuracy, test_rows = _accuracy(case, scores), len(bench.y_test)
    rows = []

    def add(work: str, unit: str, key: str, scale: float, goal: Goal | None,
            note: str = "") -> None:
        figure = harness.median(ours, key)
        if goal is not None and figure is not None:
            rows.append(harness.compare(
                f"{bench.title}: {work}", unit, figure * scale,
                harness.medians(results, key, scale), goal, len(ours), accuracy, note))

    def add_ours(work: str, unit: str, figure: float, goal: Goal) -> None:
        rows.append(harness.compare(f"{bench.title}: {work}", unit, figure, {}, goal, len(ours)))

    add("train", "s", "train_seconds", 1, case.train,
        "ours made dense" if ours[0]["densified"] else "")
    add("predict", "µs/row", "predict_seconds", 1e6 / test_rows, case.predict)
    add("one row", "µs", "row_seconds", 1e6, case.one_row)
    if case.one_row is not None:
        spread = harness.median(ours, "row_p99_seconds") / harness.median(ours, "row_seconds")
        add_ours("one row, p99 by median", "", spread, Goal(1.5, "ours"))
    memory = case.memory
    if memory is not None and memory.of == "ours":
        memory = dataclasses.replace(memory, limit=memory.limit * bench.rows / case.rows)
    add("memory beyond the data", "MB", "added_mb", 1, memory)
    if one_thread:
        two = harness.median(ours, "train_seconds") / harness.median(one_thread, "train_seconds")
        add_ours("train, 2 threads by 1", "", two, case.two_threads)
    if pipeline:
        add_ours("one row through a ColumnTransformer", "µs",
                 harness.median(pipeline, "row_seconds") * 1e6, case.pipeline)
    return rows


def _peers(quick: bool) -> list[str]:
    """The peers there are; says who is left out."""
    peers = []
    for name in trees_peers.PEERS:
        if quick and name in trees_peers.SLOW:
            harness.say(f"{name} is slow: left out of the quick run")
        elif trees_peers.installed(name):
            peers.append(name)
        else:
            harness.say(f"{name} is not installed: left out")
    return peers


def run(options: Options) -> Iterator[list[Row]]:
    """The rows, case by case. A quick run ends in time by fewer rounds, and then by fewer cases."""
    names, peers = options.chosen(CASES), _peers(options.quick)
    program = harness.program("ours_trees", options)
    clock = harness.Clock(8 * 60 if options.quick else None, len(names))
    with tempfile.TemporaryDirectory() as folder:
        for part, name in enumerate(names):
            if not clock.has_time(len(names) - 1):
                harness.say(f"{name}: left out, the time is over")
                continue
            bench = Bench(CASES[name], options, program, pathlib.Path(folder))
            harness.say(f"{bench.title} …")
            repeat = options.repeat or bench.case.repeat
            results = harness.in_turn(bench.runners(peers), repeat,
                                      lambda seconds: clock.has_time(part, seconds))
            yield _rows(bench, results)
