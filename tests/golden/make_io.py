# SPDX-License-Identifier: BSD-3-Clause
"""What pandas reads from the files of examples/data: io_csv.json."""

import json
import math
import pathlib

import pandas as pd

here = pathlib.Path(__file__).parent
golden = {}
for path in sorted((here / "../../examples/data").glob("*.csv")):
    table = pd.read_csv(path, engine="c")
    columns = []
    for name in table:
        cells = table[name].dropna()
        column = {"name": name, "missing": len(table) - len(cells), "unique": cells.nunique()}
        if pd.api.types.is_numeric_dtype(cells):
            values = [float(v) for v in cells]
            column |= {"sum": math.fsum(values), "first": values[0], "last": values[-1]}
        else:
            column |= {"top": cells.mode()[0], "freq": int(cells.value_counts().max())}
        columns.append(column)
    golden[path.name] = {"rows": len(table), "columns": columns}
(here / "io_csv.json").write_text(json.dumps(golden, indent=1) + "\n")
