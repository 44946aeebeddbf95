# SPDX-License-Identifier: BSD-3-Clause
"""The data file that our programs and the peers read.

One line of JSON, then numbers of this machine's byte order without gaps:

    {"rows": n, "columns": [{"name": "x0"}, {"name": "town", "categories": ["Lyon", "Oslo"]}, …]}
    n float64: y
    n float64 for each column: its numbers, or its positions in "categories"; NaN is missing

With "nonzeros": m in the header X is sparse, row by row (CSR), and after y come m float64 (values),
n + 1 int32 (where rows start) and m int32 (columns).
"""

import dataclasses
import json
import pathlib
from typing import Any, BinaryIO

import numpy as np
import scipy.sparse


@dataclasses.dataclass
class Column:
    """Name of a feature, and the texts of its categories if it has them."""

    name: str
    categories: list[str] | None = None


@dataclasses.dataclass
class Dataset:
    """X (n × p, column-major or CSR), y (n) and what the columns are."""

    X: Any
    y: np.ndarray
    columns: list[Column]

    def categorical(self) -> list[int]:
        """The positions of the categorical columns."""
        return [j for j, column in enumerate(self.columns) if column.categories is not None]

    def take(self, rows: slice) -> "Dataset":
        """Those rows."""
        return Dataset(self.X[rows], self.y[rows], self.columns)


def numeric(X: Any, y: np.ndarray) -> Dataset:
    """A dataset of numeric columns x0, x1, …"""
    return Dataset(X, y, [Column(f"x{j}") for j in range(X.shape[1])])


def write(path: pathlib.Path, data: Dataset) -> None:
    """Writes a data file; a file of that name is whole, or not there."""
    columns = [{k: v for k, v in dataclasses.asdict(c).items() if v is not None}
               for c in data.columns]
    header: dict[str, Any] = {"rows": len(data.y), "columns": columns}
    X = data.X
    parts = [np.asarray(data.y, np.float64)]
    if scipy.sparse.issparse(X):
        header["nonzeros"] = X.nnz
        parts += [X.data.astype(np.float64), X.indptr.astype(np.int32), X.indices.astype(np.int32)]
    else:
        parts += [np.ascontiguousarray(X[:, j], np.float64) for j in range(X.shape[1])]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with open(unfinished, "wb") as file:
        file.write(json.dumps(header).encode() + b"\n")
        for part in parts:
            part.tofile(file)
    unfinished.rename(path)


def _read_columns(file: BinaryIO, header: dict, begin: int, count: int, order: str,
                  dtype: type) -> np.ndarray:
    X = np.empty((count, len(header["columns"])), dtype, order=order)
    body = file.tell() + 8 * header["rows"]
    for j in range(X.shape[1]):
        file.seek(body + 8 * (header["rows"] * j + begin))
        X[:, j] = np.fromfile(file, np.float64, count)
    return X


def _read_sparse(file: BinaryIO, header: dict) -> scipy.sparse.csr_matrix:
    file.seek(8 * header["rows"], 1)
    values = np.fromfile(file, np.float64, header["nonzeros"])
    starts = np.fromfile(file, np.int32, header["rows"] + 1)
    places = np.fromfile(file, np.int32, header["nonzeros"])
    return scipy.sparse.csr_matrix((values, places, starts),
                                   (header["rows"], len(header["columns"])))


def read_header(path: pathlib.Path) -> dict:
    """The first line of a data file."""
    with open(path, "rb") as file:
        return json.loads(file.readline())


def read_target(path: pathlib.Path) -> np.ndarray:
    """y alone."""
    with open(path, "rb") as file:
        header = json.loads(file.readline())
        return np.fromfile(file, np.float64, header["rows"])


def read(path: pathlib.Path, begin: int = 0, count: int = 0, order: str = "F",
         dtype: type = np.float64) -> Dataset:
    """Rows [begin, begin + count), or all from `begin` on when `count` is 0; X in the layout asked
    for, without a second copy of it in memory."""
    with open(path, "rb") as file:
        header = json.loads(file.readline())
        count = count or header["rows"] - begin
        body = file.tell()
        file.seek(body + 8 * begin)
        y = np.fromfile(file, np.float64, count)
        file.seek(body)
        if "nonzeros" in header:
            X = _read_sparse(file, header)[begin:begin + count].astype(dtype)
        else:
            X = _read_columns(file, header, begin, count, order, dtype)
    return Dataset(X, y, [Column(**column) for column in header["columns"]])
