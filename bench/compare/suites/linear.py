# SPDX-License-Identifier: BSD-3-Clause
"""Linear models: the same objective minimised to the same tolerance."""

import dataclasses
import json
import pathlib
import sys
import tempfile
from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse

import dataset
import harness
from harness import Accuracy, Goal, Options, Result, Row
from suites import linear_data

OURS = "espalier"
SKLEARN, INTEL = "sklearn.linear_model.", "sklearnex.linear_model."


@dataclasses.dataclass(frozen=True)
class Peer:
    """A class or function of another library, its parameters, and the layout it wants X in."""

    estimator: str
    params: dict = dataclasses.field(default_factory=dict)
    order: str = "C"
    slow: bool = False  # not in quick runs
    counts: bool = True  # in the ratio; else it is printed only

    def installed(self) -> bool:
        """Whether its package is there."""
        import importlib.util
        return importlib.util.find_spec(self.estimator.split(".")[0]) is not None


@dataclasses.dataclass(frozen=True)
class Case:
    """Data, our class and its parameters, what it minimises, and who else does."""

    title: str
    data: str
    rows: int
    estimator: str
    params: dict
    loss: str  # of rows: "squared", "logistic", "poisson" (half the deviance), or "share wrong"
    peers: dict[str, Peer]
    l1: float = 0.0  # penalties of the objective, of which the loss is the sum over the rows
    l2: float = 0.0
    margin: float = 1e-6  # of the objective, relative
    goal: Goal = Goal(1.0)
    predict: Goal | None = None
    fits: int = 1
    repeat: int = 3
    alpha: float = 0.0  # share of α_max, where the penalty is one
    path: int = 0  # α on a path, from α_max to a hundredth of it


_LOGISTIC = {"C": 1.0, "tol": 1e-4}
_TEXT = {"C": 1.0, "fit_intercept": True}
_SGD = {"max_iter": 10, "tol": None, "random_state": 0}


def _lasso(share: float) -> Case:
    params = {"tol": 1e-6, "max_iter": 100_000, "fit_intercept": False}
    return Case(
        f"Lasso at α_max/{1 / share:.0f}", "short", 2_000, "Lasso", params, "squared",
        {"scikit-learn": Peer(SKLEARN + "Lasso", params, "F"),
         "skglm": Peer("skglm.Lasso", {"tol": 1e-7, "fit_intercept": False}, "F"),
         "celer": Peer("celer.Lasso", {"tol": 1e-6, "fit_intercept": False}, "F")},
        alpha=share, goal=Goal(0.6))


def _text(data: str, rows: str, l1_ratio: float) -> Case:
    """On sparse rows; `l1_ratio` is 0 or 1."""
    def of(solver: str, tol: float, **more: object) -> dict:
        return _TEXT | {"solver": solver, "tol": tol, "l1_ratio": l1_ratio} | more

    model = SKLEARN + "LogisticRegression"
    peers = {"liblinear": Peer(model, of("liblinear", 0.01)),
             "liblinear, tol 1e-3": Peer(model, of("liblinear", 1e-3)),
             "saga": Peer(model, of("saga", 1e-3), slow=True)}
    if l1_ratio == 0.0:
        peers |= {"lbfgs": Peer(model, of("lbfgs", 1e-4, max_iter=300)),
                  "newton-cg": Peer(model, of("newton-cg", 1e-2)),
                  "newton-cg, tol 1e-3": Peer(model, of("newton-cg", 1e-3))}
    else:
        peers["celer"] = Peer("celer.LogisticRegression", {"C": 1.0, "tol": 1e-4,
                                                           "fit_intercept": False},
                              "F", slow=True, counts=False)
    return Case(f"LogisticRegression L{'1' if l1_ratio else '2'}, sparse rows of {rows}", data,
                200_000, "LogisticRegression", _TEXT | {"tol": 1e-5, "l1_ratio": l1_ratio},
                "logistic", peers, l1=l1_ratio, l2=1.0 - l1_ratio, margin=1e-4, goal=Goal(0.4))


def _small(title: str, estimator: str, loss: str, params: dict, **penalty: float) -> Case:
    return Case(f"{title}, small", "small", 200, estimator, params, loss,
                {"scikit-learn": Peer(SKLEARN + estimator, params)}, margin=1e-4, fits=200,
                goal=Goal(1 / 50), predict=Goal(1 / 50), **penalty)


CASES: dict[str, Case] = {
    "logistic": Case(
        "LogisticRegression L2", "tall", 1_000_000, "LogisticRegression", _LOGISTIC, "logistic",
        {"lbfgs": Peer(SKLEARN + "LogisticRegression", _LOGISTIC | {"max_iter": 3000}, slow=True),
         "newton-cholesky": Peer(SKLEARN + "LogisticRegression",
                                 _LOGISTIC | {"solver": "newton-cholesky"}),
         "intelex lbfgs": Peer(INTEL + "LogisticRegression", _LOGISTIC | {"max_iter": 3000},
                               slow=True)},
        l2=1.0, goal=Goal(0.25)),
    "text_l2": _text("text", "norm 1", 0.0),
    "text_l1": _text("text", "norm 1", 1.0),
    "long_text_l2": _text("long_text", "norm 9", 0.0),
    "long_text_l1": _text("long_text", "norm 9", 1.0),
    "lasso10": _lasso(1 / 10),
    "lasso100": _lasso(1 / 100),
    "lasso_path": Case(
        "lasso_path of 100 α", "short", 2_000, "lasso_path", {"tol": 1e-6, "max_iter": 100_000},
        "squared",
        {"scikit-learn": Peer(SKLEARN + "lasso_path", {"tol": 1e-6, "max_iter": 100_000}, "F",
                              slow=True),
         "celer": Peer("suites.linear_path_peers.celer_path", {"tol": 1e-6}, "F"),
         "skglm": Peer("suites.linear_path_peers.skglm_path", {"tol": 1e-7}, "F", slow=True)},
        path=100, goal=Goal(0.6), repeat=2),
    "ridge": Case(
        "Ridge", "tall", 1_000_000, "Ridge", {"alpha": 1.0}, "squared",
        {"scikit-learn": Peer(SKLEARN + "Ridge", {"alpha": 1.0, "solver": "cholesky"}, "F"),
         "numpy by hand": Peer("suites.linear_peers.NormalEquations", {"alpha": 1.0}, "F",
                               counts=False),
         "intelex": Peer(INTEL + "Ridge", {"alpha": 1.0}, "F", counts=False)},
        l2=1.0, goal=Goal(0.25), fits=3),
    "ols": Case(
        "LinearRegression", "tall", 1_000_000, "LinearRegression", {}, "squared",
        {"scikit-learn": Peer(SKLEARN + "LinearRegression", {}, "F"),
         "numpy by hand": Peer("suites.linear_peers.NormalEquations", {}, "F", counts=False),
         "intelex": Peer(INTEL + "LinearRegression", {}, "F", counts=False)},
        goal=Goal(0.25), fits=3),
    "sgd": Case(
        "SGDClassifier, 10 epochs", "scaled", 1_000_000, "SGDClassifier", _SGD, "share wrong",
        {"scikit-learn": Peer(SKLEARN + "SGDClassifier", _SGD)}, margin=0.02, goal=Goal(0.3)),
    "sgd_log_loss": Case(
        "SGDClassifier of log_loss, 10 epochs", "scaled", 1_000_000, "SGDClassifier",
        _SGD | {"loss": "log_loss"}, "share wrong",
        {"scikit-learn": Peer(SKLEARN + "SGDClassifier", _SGD | {"loss": "log_loss"})},
        margin=0.02, goal=Goal(0.3)),
    "poisson": Case(
        "PoissonRegressor", "counts", 500_000, "PoissonRegressor", {"alpha": 0.0, "tol": 1e-5},
        "poisson",
        {"lbfgs": Peer(SKLEARN + "PoissonRegressor", {"alpha": 0.0, "tol": 1e-5}),
         "newton-cholesky": Peer(SKLEARN + "PoissonRegressor",
                                 {"alpha": 0.0, "tol": 1e-5, "solver": "newton-cholesky"}),
         "statsmodels": Peer("suites.linear_peers.StatsmodelsPoisson")}),
    "small_ridge": _small("Ridge", "Ridge", "squared", {"alpha": 1.0}, l2=1.0),
    "small_ols": _small("LinearRegression", "LinearRegression", "squared", {}),
    "small_lasso": _small("Lasso", "Lasso", "squared", {"alpha": 0.1}, l1=0.1 * 200),
    "small_logistic": _small("LogisticRegression", "LogisticRegression", "logistic", {"C": 1.0},
                             l2=1.0),
}


def objective(case: Case, data: dataset.Dataset, coef: np.ndarray, intercept: np.ndarray,
              l1: float) -> float:
    """What the case minimises, of one row of coefficients."""
    raw = np.asarray(data.X @ coef).ravel() + intercept
    if case.loss == "share wrong":
        return float(np.mean((raw > 0) != (data.y > 0)))
    if case.loss == "poisson":
        y = data.y
        return float((y * np.log(np.where(y > 0, y, 1.0)) - y * raw - y + np.exp(raw)).sum())
    if case.loss == "logistic":
        loss = np.logaddexp(0.0, -np.where(data.y > 0, 1, -1) * raw).sum()
    else:
        loss = 0.5 * np.square(data.y - raw).sum()
        if case.l2:
            loss *= 2.0  # Ridge's sum is not halved, and neither is its penalty
            return float(loss + case.l2 * np.square(coef).sum())
    return float(loss + l1 * np.abs(coef).sum() + 0.5 * case.l2 * np.square(coef).sum())


class Bench:
    """Everybody's runs of one case."""

    def __init__(self, case: Case, options: Options, program: pathlib.Path,
                 folder: pathlib.Path) -> None:
        self.case = case
        self.options = options
        self.program = program
        self.coefs = folder / "coefs"
        rows = case.rows if case.data in ("small", "short") else round(case.rows * options.scale)
        self.train = linear_data.file(case.data, rows, options.cache)
        self.data = dataset.read(self.train)
        if scipy.sparse.issparse(self.data.X):
            self.data.X = self.data.X.tocsr()
        n, p = self.data.X.shape
        self.title = f"{case.title} {n:,}×{p:,}"
        self.alphas: list[float] = []
        if case.alpha or case.path:
            largest = float(np.abs(self.data.X.T @ self.data.y).max()) / n
            self.alphas = ([case.alpha * largest] if case.alpha else
                           list(np.geomspace(largest, largest / 100, case.path)))

    def _job(self, estimator: str, params: dict, order: str = "F") -> str:
        task = "regression" if self.case.loss in ("squared", "poisson") else "binary"
        if self.case.alpha:
            params = params | {"alpha": self.alphas[0]}
        return json.dumps({
            "train": str(self.train), "estimator": estimator, "params": params, "task": task,
            "order": order, "threads": self.options.threads, "fits": self.case.fits,
            "coefs": str(self.coefs), "predict": self.case.predict is not None,
            "alphas": self.alphas if self.case.path else []})

    def _scored(self, result: Result | None) -> Result | None:
        if result is None:
            return None
        p = self.data.X.shape[1]
        numbers = np.fromfile(self.coefs)
        k = len(numbers) // (p + 1)
        coefs, intercepts = numbers[:k * p].reshape(k, p), numbers[k * p:]
        alphas = self.alphas or [self.case.l1 / len(self.data.y)]
        result["objective"] = float(np.mean([
            objective(self.case, self.data, coef, intercept, alpha * len(self.data.y))
            for coef, intercept, alpha in zip(coefs, intercepts, alphas)]))
        return result

    def ours(self, _: int) -> Result | None:
        """A run of ours."""
        command = [str(self.program), self._job(self.case.estimator, self.case.params)]
        return self._scored(harness.run(command, self.options.threads))

    def peer(self, peer: Peer) -> Callable[[int], Result | None]:
        """A function that runs the peer."""
        command = [sys.executable, "-m", "suites.linear_peers",
                   self._job(peer.estimator, peer.params, peer.order)]
        return lambda _: self._scored(harness.run(command, self.options.threads))


def _accuracy(case: Case, objectives: dict[str, float]) -> Accuracy:
    ours = objectives.pop(OURS)
    best = min((objectives[name] for name in objectives if case.peers[name].counts), default=None)
    equal = None if best is None else ours <= best * (1 + case.margin)
    metric = "objective" if case.loss != "share wrong" else case.loss
    return Accuracy(metric, ours, best, objectives, equal)


def _note(case: Case, name: str, seconds: float, reached: float, best: float) -> str:
    """What is said of a peer that does not count, or has not come as far as the best."""
    far = f", {reached / best - 1:.1g} above" if reached > best * (1 + case.margin) else ""
    return f"{name} {seconds:.4g}{far}"


def _rows(bench: Bench, results: dict[str, list[Result]]) -> list[Row]:
    case = bench.case
    if not results.get(OURS):
        return []
    objectives = harness.medians(results, "objective")
    accuracy = _accuracy(case, objectives)
    ours = results.pop(OURS)
    rows = []
    for work, key, goal in [("fit", "seconds", case.goal),
                            ("predict", "predict_seconds", case.predict)]:
        figure = harness.median(ours, key)
        if goal is None or figure is None:
            continue
        peers = harness.medians(results, key)
        best = min([accuracy.ours, *accuracy.peers.values()])
        others = {name: peers.pop(name) for name in list(peers) if not case.peers[name].counts or
                  accuracy.peers[name] > best * (1 + case.margin)}
        note = ", ".join(_note(case, name, value, accuracy.peers[name], best)
                         for name, value in others.items())
        rows.append(harness.compare(f"{bench.title}: {work}", "s", figure, peers, goal, len(ours),
                                    accuracy, note and f"beside the goal: {note}"))
    return rows


def run(options: Options) -> Iterator[list[Row]]:
    """The rows, case by case. A quick run ends in time by fewer rounds, and then by fewer cases."""
    names = options.chosen(CASES)
    program = harness.program("ours_linear", options)
    clock = harness.Clock(8 * 60 if options.quick else None, len(names))
    with tempfile.TemporaryDirectory() as folder:
        for part, name in enumerate(names):
            if not clock.has_time(len(names) - 1):
                harness.say(f"{name}: left out, the time is over")
                continue
            case = CASES[name]
            bench = Bench(case, options, program, pathlib.Path(folder))
            harness.say(f"{bench.title} …")
            runners: dict[str, harness.Runner] = {OURS: bench.ours}
            for peer_name, peer in case.peers.items():
                if (options.quick and peer.slow) or not peer.installed():
                    harness.say(f"{peer_name}: left out")
                else:
                    runners[peer_name] = bench.peer(peer)
            results = harness.in_turn(runners, options.repeat or case.repeat,
                                      lambda seconds: clock.has_time(part, seconds))
            yield _rows(bench, results)
