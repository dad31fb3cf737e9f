"""The columns of each export preset, filled from the long table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.corpus.tables.presets import VISVOW_GROUP, Preset
from w2vpraat.corpus.tables.work import written

if TYPE_CHECKING:
    import pandas as pd

AUDIO_ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".aif", ".aiff", ".aifc", ".au", ".m4a", ".opus", ".nist")
Column = Sequence[Any]


class Source:
    """The columns of a table as lists, None for empty cells; knows which have found a place."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self.names = [str(name) for name in table.columns]
        self.used: set[str] = set()
        self._cells: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return len(self.table)

    def cells(self, name: str) -> list[Any]:
        """Return a column (empty if there is none), and mark it as held."""
        self.used.add(name)
        return self.look(name)

    def look(self, name: str) -> list[Any]:
        """Return a column without marking it."""
        if name not in self._cells:
            known = self.table[name].tolist() if name in self.names else [None] * len(self)
            self._cells[name] = [None if _is_missing(cell) else cell for cell in known]
        return self._cells[name]

    def has(self, name: str) -> bool:
        """Whether the table has this column and a value in it."""
        return any(cell is not None for cell in self.look(name))

    def first_of(self, *names: str) -> list[Any]:
        """Return the first of these columns that has values, or an empty one."""
        return self.cells(next((name for name in names if self.has(name)), names[0]))

    def is_text(self, name: str) -> bool:
        """Whether a column holds text."""
        return all(isinstance(cell, (str, bool, type(None))) for cell in self.table[name].tolist())

    def tokens(self) -> list[list[int]]:
        """Return the rows of each token, in the order of time."""
        if "id" not in self.names:
            return [[row] for row in range(len(self))]
        groups: dict[Hashable, list[int]] = {}
        for row, token in enumerate(self.table["id"].tolist()):
            groups.setdefault(token, []).append(row)
        time = next((name for name in ("prop_time", "rel_time", "time") if self.has(name)), "")
        if not time:
            return list(groups.values())
        values = [float("inf") if cell is None else float(cell) for cell in self.look(time)]
        return [sorted(rows, key=lambda row: values[row]) for rows in groups.values()]

    def since_start(self) -> list[Any]:
        """Return the time since the start of the token, in seconds: as measured, or share times duration."""
        if self.has("rel_time"):
            return self.look("rel_time")
        measured = self.has("time") and self.has("start")
        one, other = ("time", "start") if measured else ("prop_time", "dur")
        times: list[Any] = []
        for first, second in zip(self.look(one), self.look(other), strict=True):
            if first is None or second is None:
                times.append(None)
            elif measured:
                times.append(float(_decimal(first) - _decimal(second)))
            else:
                times.append(float(_decimal(first) * _decimal(second)))
        return times


def _is_missing(cell: Any) -> bool:
    return cell is None or cell == "" or cell != cell or str(cell) == "<NA>"


def _decimal(cell: Any) -> Decimal:
    return Decimal(repr(float(cell)))


def _milliseconds(cells: Column) -> list[str | None]:
    return [None if cell is None else written(_decimal(cell).scaleb(3)) for cell in cells]


Built = tuple[list[tuple[str, Column]], list[str]]


def _new_fave(preset: Preset, source: Source) -> Built:
    notes: list[str] = []
    special: dict[str, Callable[[], Column]] = {
        "rel_time": source.since_start,
        "file_name": lambda: _stems(source, notes),
    }
    # w2vpraat's neighbours are those on the tier, whatever the word: new-fave calls them absolute.
    if not source.has("abs_pre_seg") and not source.has("abs_fol_seg"):
        special |= {
            "pre_seg": lambda: [None] * len(source),
            "fol_seg": lambda: [None] * len(source),
            "abs_pre_seg": lambda: source.cells("pre_seg"),
            "abs_fol_seg": lambda: source.cells("fol_seg"),
        }
        if source.has("pre_seg") or source.has("fol_seg"):
            notes.append("pre_seg, fol_seg are written as abs_pre_seg, abs_fol_seg: they don't stop at words")
    for name in ("B1", "B2", "B3"):
        if not source.has(name) and source.has(f"new_fave_{name}"):
            special[name] = lambda name=name: source.cells(f"new_fave_{name}")  # type: ignore[misc]
    columns = _declared(preset, source, special)
    if source.has("B1"):
        notes.append("B1, B2, B3 are in Hz, as in new-fave's tracks; its own points files have another unit")
    if any(len(rows) > 1 for rows in source.tokens()):
        notes.append("a points file of new-fave has one row per vowel; this one has several with the same id")
    return columns + _others(preset, source, columns), notes


def _emur(preset: Preset, source: Source) -> Built:
    notes: list[str] = []
    formants: list[str] = []
    while source.has(f"F{len(formants) + 1}"):
        formants.append(f"F{len(formants) + 1}")
    number = {row: index for index, rows in enumerate(source.tokens(), start=1) for row in rows}
    kinds = [
        None if None in pair else "EVENT" if pair[0] == pair[1] else "SEGMENT"
        for pair in zip(source.cells("start"), source.cells("end"), strict=True)
    ]
    special: dict[str, Callable[[], Column]] = {
        "sl_rowIdx": lambda: [number[row] for row in range(len(source))],
        "start": lambda: _milliseconds(source.cells("start")),
        "end": lambda: _milliseconds(source.cells("end")),
        "bundle": lambda: _stems(source, notes),
        "attribute": lambda: source.first_of("attribute", "tier"),
        "type": lambda: source.cells("type") if source.has("type") else kinds,
        "times_orig": lambda: _milliseconds(source.cells("time")),
        "times_rel": lambda: _milliseconds(source.since_start()),
    }
    columns = _declared(preset, source, special)
    # A query has no values, get_trackdata puts sl_rowIdx before and the times and T1, T2 ... after it.
    if not formants:
        columns = [item for item in columns if item[0] != "sl_rowIdx" and not item[0].startswith("times_")]
    tracks = [(f"T{index}", source.cells(name)) for index, name in enumerate(formants, start=1)]
    if formants:
        notes.append(f"T1 to T{len(formants)} are {', '.join(formants)}")
    return columns + tracks + _others(preset, source, columns), notes


def _norm(preset: Preset, source: Source) -> Built:
    tokens = source.tokens()
    first = [rows[0] for rows in tokens]
    several = max(map(len, tokens), default=0)
    notes: list[str] = []
    columns: list[tuple[str, Column]] = []
    for column in preset.columns:
        name = column.ours or column.theirs[:2]  # "F1 gl" is F1 of the last point
        cells = source.cells(name)
        if column.ours:
            columns.append((column.theirs, [cells[row] for row in first]))
        else:
            columns.append((column.theirs, [cells[rows[-1]] if len(rows) > 1 else None for rows in tokens]))
    if not any(cell is not None for name, cells in columns if name == "F3" for cell in cells):
        columns = [item for item in columns if "F3" not in item[0]]
    if several > 1:
        notes.append("the first time point of a token is the nucleus, the last one the glide")
    if several > 2:
        notes.append(f"up to {several - 2} time points between them are left out")
    empty = sum(
        any(cells[row] is None for name, cells in columns if name in ("F1", "F2"))
        for row in range(len(first))
    )
    if empty:
        notes.append(f"{empty} tokens have no F1 or F2: NORM wants both in every row")
    return columns, notes


def _visvow(preset: Preset, source: Source) -> Built:
    tokens = source.tokens()
    first = [rows[0] for rows in tokens]
    width = max(map(len, tokens), default=0)
    notes: list[str] = []
    taken = {
        "id",
        "speaker",
        "label",
        "tier",
        "model",
        "pool",
        *(n.lower() for n in (*VISVOW_GROUP, "duration")),
    }
    factors = [
        name
        for name in source.names
        if name.lower() not in taken and source.is_text(name) and source.has(name) and name.lower() != "vowel"
    ]
    columns: list[tuple[str, Column]] = [
        (theirs, [source.cells(ours)[row] for row in first])
        for theirs, ours in (
            ("speaker", "speaker"),
            ("vowel", "label"),
            *((n, n) for n in factors),
            ("duration", "dur"),
        )
    ]
    values = {name: source.cells(name) for name in VISVOW_GROUP[1:]} | {"time": source.since_start()}
    source.used |= {"prop_time", "rel_time"}
    for point in range(width):
        for name in VISVOW_GROUP:
            cells = [values[name][rows[point]] if point < len(rows) else None for rows in tokens]
            columns.append((name, cells))
    partly = [
        (name, cells)
        for name, cells in columns
        if any(c is None for c in cells) and any(c is not None for c in cells)
    ]
    lost = sum(any(cells[token] is None for _, cells in partly) for token in range(len(tokens)))
    if lost:
        where = Counter(name for name, cells in partly for cell in cells if cell is None)
        listed = ", ".join(f"{name} {count}" for name, count in where.items())
        notes.append(
            f"Visible Vowels leaves out {lost} of {len(tokens)} tokens with an empty cell ({listed})"
        )
    return columns, notes


def _declared(
    preset: Preset, source: Source, special: Mapping[str, Callable[[], Column]]
) -> list[tuple[str, Column]]:
    """Fill the preset's columns: by rule, from our column, from one that has their name, or empty."""
    columns: list[tuple[str, Column]] = []
    for column in preset.columns:
        if column.theirs in special:
            cells = special[column.theirs]()
        else:
            cells = source.first_of(column.ours or column.theirs, column.theirs)
        source.used |= {column.ours, column.theirs}
        columns.append((column.theirs, cells))
    return columns


def _others(
    preset: Preset, source: Source, columns: Sequence[tuple[str, Column]]
) -> list[tuple[str, Column]]:
    taken = {name for name, _ in columns}
    rest = [name for name in source.names if name not in source.used and name not in taken]
    return [(name, source.cells(name)) for name in rest]


def _stems(source: Source, notes: list[str]) -> Column:
    """Return file names without the ending of the sound file, unless two files would then be the same."""
    names = source.cells("file_name")
    stems = {
        name: name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in AUDIO_ENDINGS else name
        for name in map(str, (name for name in names if name is not None))
    }
    if len(set(stems.values())) < len(stems):
        notes.append("file names keep their endings: without them two would be the same")
        return names
    if any(stem != name for name, stem in stems.items()):
        notes.append("file names are written without their endings")
    return [None if name is None else stems[str(name)] for name in names]


NEEDED: Mapping[str, tuple[str, ...]] = {
    "new-fave": ("label",),
    "norm": ("speaker", "label", "F1", "F2"),
    "visvow": ("speaker", "label", "F1", "F2"),
    "emur": ("label",),
}
BUILDERS: Mapping[str, Callable[[Preset, Source], Built]] = {
    "new-fave": _new_fave,
    "norm": _norm,
    "visvow": _visvow,
    "emur": _emur,
}
