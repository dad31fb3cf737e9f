"""Tables as files: the long table in its column order, and the lists of what was left out.

UTF-8, comma, point, one header line, empty cell = missing. Numbers are written in the shortest form that
reads back as exactly the same number: rounding is for print, and a table that has lost digits can't be
checked against its source.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from w2vpraat.errors import ExportError
from w2vpraat.writing import json_bytes, write_whole

if TYPE_CHECKING:
    import pandas as pd

IDENTITY = ("id", "file_name", "speaker", "tier", "label", "word", "pre_seg", "fol_seg")
TIME = ("start", "end", "dur", "time", "prop_time")
EMBEDDING = ("n_frames", "frame_start", "frame_end", "model", "layer", "pool")
# Whole numbers that become floats as soon as one of them is missing.
WHOLE = frozenset({"n_frames", "layer", "tier_number", "interval"})
_FORMANT = re.compile(r"F(\d+)")
_BANDWIDTH = re.compile(r"B(\d+)")
_VECTOR = re.compile(r"e\d{4,}")
_NORMALIZED = re.compile(r"(F\d+|B\d+|f0|dur)_.+|z\d_z\d|ln_f\d_\w+")

FORMATS = (".csv", ".tsv", ".parquet", ".xlsx")


class _Left(Protocol):
    """A rejected token, as in ``w2vpraat.corpus.tokens``."""

    @property
    def token(self) -> Any: ...
    @property
    def reason(self) -> str: ...
    @property
    def detail(self) -> str: ...


def order_columns(names: Iterable[str], metadata: Sequence[str] = ()) -> list[str]:
    """Put the columns of a long table in their order.

    Identity, time, acoustics, normalized, embedding (values ``e0001`` ... at its end), then everything
    else, metadata last; within a block that knows no order, the order given.

    Parameters
    ----------
    names : iterable of str
        The columns that are there.
    metadata : sequence of str
        Columns of the speaker table: they go last, whatever they are called.

    Returns
    -------
    list of str
    """
    given = list(names)
    place = {name: index for index, name in enumerate(given)}
    last = set(metadata)

    def rank(name: str) -> tuple[int, int]:
        if name in last:
            return 9, place[name]
        for block, known in ((0, IDENTITY), (1, TIME), (6, EMBEDDING)):
            if name in known:
                return block, known.index(name)
        for block, pattern in ((2, _FORMANT), (3, _BANDWIDTH)):
            if match := pattern.fullmatch(name):
                return block, int(match[1])
        if name in ("f0", "intensity", "max_formant"):
            return 4, ("f0", "intensity", "max_formant").index(name)
        if _NORMALIZED.fullmatch(name):
            return 5, place[name]
        if _VECTOR.fullmatch(name):
            return 7, place[name]
        return 8, place[name]

    return sorted(given, key=rank)


def write_table(
    table: pd.DataFrame,
    path: str | PathLike[str],
    *,
    keep_order: bool = False,
    metadata: Sequence[str] = (),
) -> Path:
    """Write a table as CSV, TSV, Parquet or Excel, by the ending of the path.

    Parameters
    ----------
    table : pandas.DataFrame
        Its index is not written.
    path : path
        ``.csv``, ``.tsv``, ``.parquet`` or ``.xlsx``.
    keep_order : bool
        Keep the columns as they come; default: the order of the long table (see :func:`order_columns`).
    metadata : sequence of str
        Columns that go last.

    Returns
    -------
    Path
        Of the file, which is written as a whole or not at all.

    Raises
    ------
    ExportError
        For another ending, a column name that repeats, or a file that can't be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in FORMATS:
        raise ExportError(
            f'tables can\'t be written as "{suffix}"', f"one of {', '.join(FORMATS)}", file=target
        )
    if table.columns.has_duplicates:
        twice = table.columns[table.columns.duplicated()][0]
        raise ExportError(f'the table has the column "{twice}" more than once', file=target)
    if not keep_order:
        table = table[order_columns(table.columns, metadata)]
    table = _whole_numbers(table)
    if suffix == ".parquet":
        return write_whole(_parquet(table), target)
    if suffix == ".xlsx":
        return write_whole(_workbook(table), target)
    return write_whole(table_text(table, "," if suffix == ".csv" else "\t").encode("utf-8"), target)


def table_text(table: pd.DataFrame, separator: str = ",") -> str:
    """Return a table as text, lines ending with a newline."""
    shown = table.copy(deep=False)
    for name in shown.columns:
        if shown[name].dtype == bool:
            shown[name] = shown[name].map({True: "TRUE", False: "FALSE"})  # what R writes, and pandas reads
    return str(shown.to_csv(index=False, sep=separator, na_rep="", lineterminator="\n"))


def _whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    changes = {
        name: table[name].astype("Int64")
        for name in WHOLE.intersection(table.columns)
        if table[name].dtype.kind == "f" and (table[name].dropna() % 1 == 0).all()
    }
    return table.assign(**changes) if changes else table


def _workbook(table: pd.DataFrame) -> bytes:
    from w2vpraat.export.workbooks import workbook_bytes

    cells = table.astype(object).to_numpy(dtype=object, copy=True)
    cells[table.isna().to_numpy()] = None
    return workbook_bytes("tokens", [str(name) for name in table.columns], cells.tolist())


def _parquet(table: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), buffer, compression="zstd")
    return buffer.getvalue()


def write_rejected(rejected: Iterable[_Left], path: str | PathLike[str]) -> Path:
    """Write the tokens that were left out: ``id, reason, detail`` and where to find them.

    Parameters
    ----------
    rejected : iterable of Rejected
    path : path
    """
    import pandas as pd

    columns = ["id", "reason", "detail", "file_name", "tier", "label", "start", "end"]
    rows = [
        (
            item.token.id,
            item.reason,
            item.detail,
            item.token.file_name,
            item.token.tier,
            item.token.label,
            item.token.start,
            item.token.end,
        )
        for item in rejected
    ]
    return write_table(pd.DataFrame(rows, columns=columns), path, keep_order=True)


def write_problems(problems: Iterable[Any], path: str | PathLike[str]) -> Path:
    """Write what is wrong with annotations: ``kind, message, file, tier, interval, start, end``.

    Parameters
    ----------
    problems : iterable of Problem
    path : path
    """
    import pandas as pd

    columns = ["kind", "message", "file", "tier", "interval", "start", "end"]
    rows = [tuple(getattr(item, column) for column in columns) for item in problems]
    table = pd.DataFrame(rows, columns=columns).astype({"interval": "Int64"})
    return write_table(table, path, keep_order=True)


def write_json(value: Any, path: str | PathLike[str]) -> Path:
    """Write plain values (also dataclasses, numpy values and paths inside) as JSON."""
    return write_whole(json_bytes(value), path)
