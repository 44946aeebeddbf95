# SPDX-License-Identifier: BSD-3-Clause
"""read_csv beside pandas' C engine on the same file, in turn.

    python bench/compare/read_csv.py --program build/release/bench/csv_reader

Writes the file first (200 MB; 21 columns: whole numbers, prices, measurements, full doubles, and
categories of 2 to 2000 levels, a tenth of the cells missing in some), then runs each reader in a
process of its own, several times in turn. Prints medians, ratios, and the peak of memory that
reading added. Needs numpy and pandas.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

PANDAS = """
import json, resource, sys, time
import pandas as pd

def peak_mb():
    with open("/proc/self/status") as status:
        return next(int(l.split()[1]) * 1024 / 1e6 for l in status if l.startswith("VmHWM"))

before, cpu, begin = peak_mb(), time.process_time(), time.perf_counter()
table = pd.read_csv(sys.argv[1], engine="c", **json.loads(sys.argv[2]))
seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
print(json.dumps(dict(seconds=seconds, cpu_seconds=cpu, rows=len(table), columns=table.shape[1],
                      table_mb=table.memory_usage(deep=True).sum() / 1e6, before_mb=before,
                      peak_mb=peak_mb(), version=pd.__version__)))
"""


def write_file(path: pathlib.Path, megabytes: float) -> None:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    towns = np.array([f"town {i:04d}, north" for i in range(2000)])  # quoted: they hold a comma
    colours = np.array(["red", "green", "blue", "black", "white"])
    codes = np.array([f"C{i:03d}" for i in range(300)])

    def part(n: int) -> pd.DataFrame:
        def with_missing(values):
            column = pd.Series(values)
            column[rng.random(n) < 0.1] = None
            return column

        columns = {}
        for i in range(4):
            columns[f"count_{i}"] = rng.integers(0, 10 ** (i + 2), n)
        for i in range(4):
            columns[f"price_{i}"] = with_missing(np.round(rng.lognormal(3, 1, n), 2))
        for i in range(4):
            columns[f"measurement_{i}"] = np.round(rng.normal(0, 10.0**i, n), 5)
        for i in range(2):
            columns[f"exact_{i}"] = rng.normal(0, 1, n)
        columns["yes_no"] = rng.choice(np.array(["yes", "no"]), n)
        columns["colour"] = with_missing(rng.choice(colours, n))
        columns["town"] = rng.choice(towns, n)
        for i in range(3):
            columns[f"code_{i}"] = rng.choice(codes[: 30 * 3**i], n)
        columns["segment"] = with_missing(rng.choice(np.array(["A", "B", "C"]), n))
        return pd.DataFrame(columns)

    with open(path, "w") as file:
        while file.tell() < megabytes * 1e6:
            part(50_000).to_csv(file, index=False, header=file.tell() == 0)


def run(command: list[str]) -> dict:
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built bench/csv_reader")
    parser.add_argument("--file", type=pathlib.Path, help="an existing file instead of a new one")
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()

    path = arguments.file or pathlib.Path(tempfile.gettempdir()) / "espalier_bench.csv"
    if arguments.file is None:
        write_file(path, arguments.megabytes)
    categories = [c for c in ["yes_no", "colour", "town", "code_0", "code_1", "code_2", "segment"]]
    pandas = [sys.executable, "-c", PANDAS, str(path)]
    as_category = {} if arguments.file else {"dtype": {c: "category" for c in categories}}
    commands = {
        "espalier": [arguments.program, str(path)],
        "espalier, 1 thread": [arguments.program, str(path), "1"],
        "pandas": [*pandas, "{}"],
        "pandas, dtype=category": [*pandas, json.dumps(as_category)],
    }
    if not as_category:
        del commands["pandas, dtype=category"]
    results = {name: [] for name in commands}
    for command in commands.values():  # warms the page cache
        run(command)
    for _ in range(arguments.repeat):
        for name, command in commands.items():
            results[name].append(run(command))

    def median(name: str, what: str) -> float:
        return statistics.median(result[what] for result in results[name])

    ours = median("espalier", "seconds")
    size = path.stat().st_size / 1e6
    shape = results["espalier"][0]
    print(f"{size:.0f} MB, {shape['rows']} rows × {shape['columns']} columns, "
          f"{arguments.repeat} runs each, medians")
    print(f"{'':36}{'wall s':>8}{'cpu s':>8}{'ratio':>8}{'table MB':>10}{'added MB':>10}")
    for name in results:
        added = median(name, "peak_mb") - median(name, "before_mb")
        seconds = median(name, "seconds")
        print(f"{name:36}{seconds:8.2f}{median(name, 'cpu_seconds'):8.2f}{seconds / ours:8.2f}"
              f"{median(name, 'table_mb'):10.0f}{added:10.0f}")


if __name__ == "__main__":
    main()
