# SPDX-License-Identifier: BSD-3-Clause
"""What every suite stands on: building our programs, running everybody in turn in fresh processes,
and the rows of the result."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent

Result = dict[str, Any]  # the line of JSON that a run prints


@dataclasses.dataclass
class Options:
    """What the command line asks for, as run.py explains it."""

    quick: bool
    threads: int
    repeat: int | None
    scale: float
    only: list[str]
    cache: pathlib.Path
    programs: pathlib.Path | None

    def chosen(self, names: Iterable[str]) -> list[str]:
        """The names of `names` that were asked for. Ends the program when one does not exist."""
        names = list(names)
        unknown = set(self.only) - set(names)
        if unknown:
            sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
        return [name for name in names if not self.only or name in self.only]


@dataclasses.dataclass(frozen=True)
class Goal:
    """Met when the ratio of ours to the best peer's, or ours itself, is at most `limit`."""

    limit: float
    of: str = "ratio"

    def met_by(self, ours: float, ratio: float | None) -> bool | None:
        """None where there is nobody to compare with."""
        figure = ours if self.of == "ours" else ratio
        return None if figure is None else figure <= self.limit


@dataclasses.dataclass
class Row:
    """One comparison. All figures are better when lower; a ratio below 1 is ahead."""

    work: str
    unit: str
    ours: float
    peers: dict[str, float]
    peer: str | None
    ratio: float | None
    goal: float
    goal_of: str
    met: bool | None
    metric: str | None
    accuracy_ours: float | None
    accuracy_peer: float | None
    accuracies: dict[str, float]
    accurate: bool | None
    repeats: int
    note: str


@dataclasses.dataclass
class Accuracy:
    """Ours beside that of the best peer that counts; `equal` is the suite's verdict."""

    metric: str
    ours: float
    peer: float | None
    peers: dict[str, float]  # also of those that do not count
    equal: bool | None


def compare(work: str, unit: str, ours: float, peers: dict[str, float], goal: Goal, repeats: int,
            accuracy: Accuracy | None = None, note: str = "") -> Row:
    """Works out a row: the best peer, the ratio, and whether the goal is met at equal accuracy."""
    peer = min(peers, key=peers.__getitem__, default=None)
    ratio = None if peer is None else ours / peers[peer]
    met = goal.met_by(ours, ratio)
    if met and accuracy is not None and accuracy.equal is False:
        met = False
    return Row(work=work, unit=unit, ours=ours, peers=peers, peer=peer, ratio=ratio,
               goal=goal.limit, goal_of=goal.of, met=met,
               metric=accuracy and accuracy.metric,
               accuracy_ours=accuracy and accuracy.ours,
               accuracy_peer=accuracy and accuracy.peer,
               accuracies=accuracy.peers if accuracy else {},
               accurate=accuracy and accuracy.equal,
               repeats=repeats, note=note)


class Clock:
    """Ends a quick run in time: work shares `seconds` equally, and what one part leaves over goes
    to the next ones."""

    def __init__(self, seconds: float | None, parts: int) -> None:
        self._begin = time.monotonic()
        self._seconds = seconds
        self._parts = parts

    def has_time(self, part: int, seconds: float = 0.0) -> bool:
        """Whether `seconds` more still belong to the time of part number `part`."""
        if self._seconds is None:
            return True
        spent = time.monotonic() - self._begin
        return spent + seconds <= self._seconds * (part + 1) / self._parts


def run(command: list[str], threads: int) -> Result | None:
    """The JSON that a fresh process prints last. None, and a printed line, when it fails."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE, env=environment)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    reason = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    say(f"failed: {' '.join(command)[:100]}…: {reason[-1]}")
    return None


Runner = Callable[[int], Result | None]  # of the number of the round


def in_turn(runners: dict[str, Runner], repeat: int,
            go_on: Callable[[float], bool] = lambda seconds: True) -> dict[str, list[Result]]:
    """Runs everybody once a round, so that a slow minute of the machine hits all; whoever fails is
    left out. After the first round each further one waits for `go_on(seconds of the last)`."""
    results: dict[str, list[Result]] = {name: [] for name in runners}
    seconds = 0.0
    for k in range(repeat):
        if k > 0 and not go_on(seconds):
            break
        begin = time.monotonic()
        for name in list(results):
            result = runners[name](k)
            if result is None:
                del results[name]
            else:
                results[name].append(result)
        seconds = time.monotonic() - begin
    return results


def median(results: list[Result], key: str) -> float | None:
    """The median of a figure over the runs; None where they do not have it."""
    if not results or key not in results[0]:
        return None
    return statistics.median(result[key] for result in results)


def medians(results: dict[str, list[Result]], key: str, scale: float = 1.0) -> dict[str, float]:
    """The medians of all who have the figure, times `scale`."""
    found = {name: median(runs, key) for name, runs in results.items()}
    return {name: value * scale for name, value in found.items() if value is not None}


def program(target: str, options: Options) -> pathlib.Path:
    """One of our programs, built if it is not up to date."""
    if options.programs is not None:
        return options.programs / target
    if not (ROOT / "build/release/CMakeCache.txt").exists():
        subprocess.run(["cmake", "--preset", "release"], check=True, cwd=ROOT, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", f"compare_{target}"],
                   check=True, cwd=ROOT, stdout=sys.stderr)
    return ROOT / "build/release/bench" / target


def say(text: str) -> None:
    """A line about the progress, beside the table."""
    print(text, file=sys.stderr, flush=True)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _cells(row: Row) -> list[str]:
    met = {True: "yes", False: "NO", None: "–"}[row.met]
    if row.accurate is False:
        met += " (accuracy)"
    goal = f"{'' if row.goal_of == 'ratio' else 'ours '}≤ {row.goal:.3g}"
    accuracy = ["–", "–"]
    if row.metric is not None:
        accuracy = [f"{row.metric} {row.accuracy_ours:.5f}",
                    "–" if row.accuracy_peer is None else f"{row.accuracy_peer:.5f}"]
    return [row.work, row.unit, _number(row.ours),
            _number(row.peers[row.peer] if row.peer else None), row.peer or "–",
            _number(row.ratio), goal, met, *accuracy, str(row.repeats), row.note]


def _print_aligned(lines: list[list[str]], left: set[int]) -> None:
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        cells = [cell.ljust(width) if j in left else cell.rjust(width)
                 for j, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip(), flush=True)


def print_rows(rows: list[Row]) -> None:
    """The table of the comparisons: ours beside the best peer."""
    head = ["work", "unit", "ours", "best", "peer", "ratio", "goal", "met", "accuracy", "peer's",
            "runs", ""]
    _print_aligned([head, *map(_cells, rows)], left={0, 1, 4, 11})


def print_peers(rows: list[Row]) -> None:
    """Every peer's figures, a line each work."""
    names = list(dict.fromkeys(name for row in rows for name in row.peers))
    if not names:
        return
    head = ["work", "unit", "ours", *names]
    body = [[row.work, row.unit, _number(row.ours), *(_number(row.peers.get(n)) for n in names)]
            for row in rows if row.peers]
    _print_aligned([head, *body], left={0, 1})
