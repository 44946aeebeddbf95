# SPDX-License-Identifier: BSD-3-Clause
"""read_csv beside pandas' C engine on the same file of 200 MB: 21 columns of whole numbers, prices,
measurements, full doubles, and categories of 2 to 2000 levels, a tenth of the cells missing in
some."""

import json
import pathlib
import sys
from collections.abc import Iterator

import numpy as np

import harness
from harness import Goal, Options, Result, Row

CATEGORIES = ["yes_no", "colour", "town", "code_0", "code_1", "code_2", "segment"]
PEERS: dict[str, dict] = {  # with the arguments of pandas.read_csv
    "pandas": {}, "pandas, dtype=category": {"dtype": dict.fromkeys(CATEGORIES, "category")}}

# The program of a peer: the file, and the options of pandas.read_csv as JSON.
PANDAS = """
import json, sys, time
import pandas as pd

def memory_mb(line):
    with open("/proc/self/status") as status:
        return next(int(l.split()[1]) * 1024 / 1e6 for l in status if l.startswith(line))

before, begin = memory_mb("VmRSS"), time.perf_counter()
table = pd.read_csv(sys.argv[1], engine="c", **json.loads(sys.argv[2]))
seconds = time.perf_counter() - begin
print(json.dumps(dict(seconds=seconds, added_mb=memory_mb("VmHWM") - before, rows=len(table),
                      columns=table.shape[1])))
"""


def _part(rng: np.random.Generator, n: int) -> "pandas.DataFrame":
    """n rows of the table."""
    import pandas as pd

    towns = np.array([f"town {i:04d}, north" for i in range(2000)])  # quoted: they hold a comma
    codes = np.array([f"C{i:03d}" for i in range(300)])

    def with_missing(values: np.ndarray) -> "pandas.Series":
        return pd.Series(values).where(rng.random(n) >= 0.1)

    columns = {f"count_{i}": rng.integers(0, 10 ** (i + 2), n) for i in range(4)}
    columns |= {f"price_{i}": with_missing(np.round(rng.lognormal(3, 1, n), 2)) for i in range(4)}
    columns |= {f"measurement_{i}": np.round(rng.normal(0, 10.0**i, n), 5) for i in range(4)}
    columns |= {f"exact_{i}": rng.normal(0, 1, n) for i in range(2)}
    columns["yes_no"] = rng.choice(np.array(["yes", "no"]), n)
    columns["colour"] = with_missing(rng.choice(["red", "green", "blue", "black", "white"], n))
    columns["town"] = rng.choice(towns, n)
    columns |= {f"code_{i}": rng.choice(codes[: 30 * 3**i], n) for i in range(3)}
    columns["segment"] = with_missing(rng.choice(["A", "B", "C"], n))
    return pd.DataFrame(columns)


def _file(cache: pathlib.Path, megabytes: float) -> pathlib.Path:
    """The file, made if it is not there."""
    path = cache / f"table-{megabytes:g}.csv"
    if path.exists():
        return path
    cache.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    unfinished = path.with_suffix(".part")
    with open(unfinished, "w") as file:
        while file.tell() < megabytes * 1e6:
            _part(rng, 50_000).to_csv(file, index=False, header=file.tell() == 0)
    unfinished.rename(path)
    return path


def run(options: Options) -> Iterator[list[Row]]:
    """Seconds and memory of reading."""
    program = harness.program("ours_csv", options)
    path = _file(options.cache, 200 * options.scale)

    def runner(command: list[str]) -> harness.Runner:
        def call(_: int) -> Result | None:
            return harness.run(command, options.threads)

        call(0)  # brings the file into memory
        return call

    commands = {"espalier": [str(program), str(path), str(options.threads)]} | {
        name: [sys.executable, "-c", PANDAS, str(path), json.dumps(arguments)]
        for name, arguments in PEERS.items()}
    results = harness.in_turn({name: runner(command) for name, command in commands.items()},
                              options.repeat or 5)
    ours = results.pop("espalier", [])
    if not ours:
        return
    work = f"read {path.stat().st_size / 1e6:.0f} MB of CSV"
    yield [harness.compare(f"{work}: {what}", unit, harness.median(ours, key),
                           harness.medians(results, key), goal, len(ours), note=note)
           for what, unit, key, goal, note in [
               ("time", "s", "seconds", Goal(1.0), ""),
               ("memory", "MB", "added_mb", Goal(2.0 * ours[0]["table_mb"], "ours"),
                "goal: twice the table")]]
