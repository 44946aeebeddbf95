# SPDX-License-Identifier: BSD-3-Clause
"""Runs espalier and other libraries on the same data, in turn, and prints how they compare.

    python bench/compare/run.py SUITE [--quick] [--json FILE]

Builds our program if it is not up to date, makes the data once, and runs each library several times
in processes of its own. All figures are better when lower: a ratio (ours by the best peer's) below
1 is ahead. bench/compare/README.md says what is measured.
"""

import argparse
import dataclasses
import importlib
import json
import pathlib

import harness

SUITES = sorted(path.stem for path in (harness.HERE / "suites").glob("[a-z]*.py")
                if not path.stem.endswith(("_data", "_peers")))


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--quick", action="store_true",
                        help="less data and fewer runs: within 10 minutes on two cores, once built")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE",
                        help="write the rows there as well")
    parser.add_argument("--only", nargs="+", default=[], metavar="CASE",
                        help="some cases of the suite")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, help="runs of everybody; default: the suite's")
    parser.add_argument("--scale", type=float, metavar="SHARE",
                        help="this share of the rows; default: 1, with --quick 0.25")
    parser.add_argument("--cache", type=pathlib.Path, default=harness.ROOT / "build/compare-data",
                        help="where the data are kept (default: %(default)s)")
    parser.add_argument("--programs", type=lambda folder: pathlib.Path(folder).resolve(),
                        metavar="FOLDER", help="our programs, built already")
    return parser.parse_args()


def main() -> None:
    """Runs one suite; rows are printed case by case, and all of them at the end."""
    arguments = parse_arguments()
    scale = arguments.scale or (0.25 if arguments.quick else 1.0)
    options = harness.Options(
        quick=arguments.quick, threads=arguments.threads, repeat=arguments.repeat, scale=scale,
        only=arguments.only, cache=arguments.cache, programs=arguments.programs)
    suite = importlib.import_module(f"suites.{arguments.suite}")
    rows: list[harness.Row] = []
    for more in suite.run(options):
        rows += more
        if arguments.json is not None:
            arguments.json.write_text(
                json.dumps([dataclasses.asdict(row) for row in rows], indent=1) + "\n")
    quick = f", quick: {scale:.0%} of the rows and fewer runs" if arguments.quick else (
        f", {scale:.3g} of the rows" if scale != 1 else "")
    print(f"{arguments.suite}: medians, {arguments.threads} threads{quick}; lower is better, "
          "ratio below 1 is ahead\n")
    harness.print_rows(rows)
    print()
    harness.print_peers(rows)


if __name__ == "__main__":
    main()
