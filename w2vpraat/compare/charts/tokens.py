"""The tokens of a vowel chart: columns found, labels in IPA, one point per token, what was left out."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.errors import ComparisonError
from w2vpraat.params import ChartParams

if TYPE_CHECKING:
    import pandas as pd

TIMES = ("prop_time", "rel_time")
AUTO = "auto"
BLACK = "none"


@dataclass(frozen=True, eq=False)
class ChartTokens:
    """The tokens of a chart.

    Attributes
    ----------
    points : pandas.DataFrame
        One row per token: ``token`` (number), ``label``, ``speaker``, ``panel``, ``group``, ``by``,
        ``colour`` (texts, empty where there is no such column), ``x``, ``y``.
    courses : pandas.DataFrame
        The same with ``time``, a row per token and time, of the tokens that are complete at every time;
        empty unless the table has several rows per token and trajectories are asked for.
    x, y : str
        The columns of the axes, as the table spells them.
    columns : mapping
        ``label``, ``speaker``, ``panel``, ``group``, ``by``, ``colour`` -> column of the table, or empty.
    panels : tuple of str
        Values of the panels in order; one empty text if there are no panels.
    left_out : mapping
        Reason -> number of tokens that the chart lacks.
    no_course : int
        Tokens on the chart that have no complete course.
    """

    points: pd.DataFrame
    courses: pd.DataFrame
    x: str
    y: str
    columns: Mapping[str, str]
    panels: tuple[str, ...]
    left_out: Mapping[str, int]
    no_course: int = 0

    @property
    def n_speakers(self) -> int:
        """Number of speakers; 0 if the table does not tell."""
        return count_names(self.points["speaker"])


def gather_chart(
    table: pd.DataFrame, params: ChartParams | None = None, *, label: str = "label", speaker: str = "speaker"
) -> ChartTokens:
    """Find the tokens of a chart in a long table.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per token, or several per ``id`` with ``prop_time`` (or ``rel_time``).
    params : ChartParams, optional
        Axes, columns and the choice of labels.
    label, speaker : str
        Columns; ``speaker`` may be empty or absent if the speakers are not known.

    Raises
    ------
    ComparisonError
        An unknown column (near names are told), a column that is not numeric, several rows per token that
        nothing tells apart, or no token left.
    """
    params = params or ChartParams()
    columns = _columns(table, params, label, speaker)
    frame, names = _frame(table, params, columns)
    counts: Counter[str] = Counter()
    frame = _known(frame, columns, counts)
    frame = _vowels(frame, params, columns, counts)
    order = _panels(frame["panel"], params)
    frame = frame[frame["panel"].isin(order)]
    points, courses = _in_time(frame, params, columns["id"])
    there = points[["x", "y"]].notna().all(axis=1)
    counts[f"without {names[0]} or {names[1]}"] += int((~there).sum())
    points = points[there].drop(columns="time").reset_index(drop=True)
    courses = courses[courses["token"].isin(points["token"])].reset_index(drop=True)
    left_out = {reason: number for reason, number in counts.items() if number}
    if points.empty:
        told = ", ".join(f"{number} {reason}" for reason, number in left_out.items())
        raise ComparisonError("there is no token left to draw", told or "the table has no rows")
    lacking = len(points) - courses["token"].nunique() if "trajectories" in params.show else 0
    kept = tuple(name for name in order if (points["panel"] == name).any())
    return ChartTokens(points, courses, *names, columns, kept, left_out, lacking)


def find_column(table: pd.DataFrame, name: str) -> str:
    """Return the column of this name; capitals matter only if several columns differ in nothing else.

    Raises
    ------
    ComparisonError
        If there is none, with the nearest names.
    """
    names = [str(column) for column in table.columns]
    if name in names:
        return name
    same = [column for column in names if column.casefold() == name.casefold()]
    if len(same) == 1:
        return same[0]
    folded = {column.casefold(): column for column in names}
    near = [folded[one] for one in difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)]
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    raise ComparisonError(f'the table has no column "{name}"', f"{guess}columns: {', '.join(names[:30])}")


def axis_values(table: pd.DataFrame, name: str) -> tuple[str, pd.Series[float]]:
    """Return the numbers of an axis: a column, or the difference of two (``F2-F1``); NaN = missing.

    Returns
    -------
    name : str
        As the table spells it.
    values : pandas.Series

    Raises
    ------
    ComparisonError
        For an unknown column or one that is not numeric.
    """
    if name not in table.columns and name.count("-") == 1:
        parts = [find_column(table, part.strip()) for part in name.split("-")]
        return "-".join(parts), _numbers(table, parts[0]) - _numbers(table, parts[1])
    column = find_column(table, name)
    return column, _numbers(table, column)


def natural_order(names: Iterable[str]) -> list[str]:
    """Sort names as people do: numbers in them by size (``s2`` before ``s10``)."""

    def key(name: str) -> list[tuple[bool, int, str]]:
        parts = re.split(r"(\d+)", name.casefold())
        return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts if part]

    return sorted(set(names), key=lambda name: (key(name), name))


def count_names(names: pd.Series[str]) -> int:
    """Count different names; empty ones are nobody's."""
    return int(names[names != ""].nunique())


def _numbers(table: pd.DataFrame, column: str) -> pd.Series[float]:
    import pandas as pd

    try:
        cells = table[column]
        values = pd.to_numeric(cells.mask(cells == "") if cells.dtype == object else cells).astype(float)
    except (ValueError, TypeError):
        text = next((cell for cell in table[column] if not _is_number(cell)), "")
        raise ComparisonError(
            f'column "{column}" is not numeric ("{text}")', "choose a column of numbers for the axis"
        ) from None
    return values.where(np.isfinite(values))


def _is_number(cell: Any) -> bool:
    try:
        float(cell or 0)
    except (TypeError, ValueError):
        return False
    return True


def _columns(table: pd.DataFrame, params: ChartParams, label: str, speaker: str) -> dict[str, str]:
    named = {"label": find_column(table, label), "speaker": ""}
    if speaker:
        try:
            named["speaker"] = find_column(table, speaker)
        except ComparisonError:
            if speaker != "speaker":  # the usual name need not be there
                raise

    def column(name: str) -> str:
        # "label" and "speaker" mean those columns, whatever the table calls them.
        if name in named and name not in table.columns and named[name]:
            return named[name]
        return find_column(table, name) if name else ""

    if params.unit == "speakers" and not named["speaker"]:
        raise ComparisonError("means over speakers need a column of speakers", 'name it, or unit = "tokens"')
    found = dict(named, panel=column(params.panels), group=column(params.group), by=column(params.means_by))
    found["colour"] = {AUTO: found["group"] or named["label"], BLACK: ""}.get(params.colour, "")
    if params.colour not in (AUTO, BLACK):
        found["colour"] = column(params.colour)
    found["id"] = "id" if "id" in table.columns else ""
    return found


def _frame(
    table: pd.DataFrame, params: ChartParams, columns: Mapping[str, str]
) -> tuple[pd.DataFrame, tuple[str, str]]:
    import pandas as pd

    x_name, x = axis_values(table, params.x)
    y_name, y = axis_values(table, params.y)
    made: dict[str, Any] = {
        name: texts(table[columns[name]]) if columns[name] else [""] * len(table)
        for name in ("label", "speaker", "panel", "group", "by", "colour")
    }
    frame = pd.DataFrame(made, dtype=object)
    frame["x"], frame["y"] = x.to_numpy(), y.to_numpy()
    keys = [name for name in (columns["id"], "file_name", columns["speaker"]) if name in table.columns]
    if columns["id"]:
        frame["token"] = table.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    else:
        frame["token"] = np.arange(len(table))
    time = next((name for name in TIMES if name in table.columns), None)
    frame["time"] = np.nan if time is None else _numbers(table, time).round(6).to_numpy()
    return frame, (x_name, y_name)


def texts(cells: pd.Series[Any]) -> list[str]:
    """Return cells as texts: missing ones empty, whole numbers without a point."""
    made = []
    for cell in cells:
        if cell is None or cell != cell:
            made.append("")
        elif isinstance(cell, float) and cell.is_integer():
            made.append(str(int(cell)))
        else:
            made.append(str(cell).strip())
    return made


def _known(frame: pd.DataFrame, columns: Mapping[str, str], counts: Counter[str]) -> pd.DataFrame:
    for name in ("label", "panel", "group"):
        if not columns[name]:
            continue
        unknown = frame[name] == ""
        counts[f"without {columns[name]}"] += int(frame.loc[unknown, "token"].nunique())
        frame = frame[~unknown]
    return frame


def _vowels(
    frame: pd.DataFrame, params: ChartParams, columns: Mapping[str, str], counts: Counter[str]
) -> pd.DataFrame:
    from w2vpraat.corpus.labels import load_label_map, plain_label

    if params.label_map != "none":
        label_map = load_label_map(params.label_map)
        plain = {label: plain_label(label, label_map) for label in frame["label"].unique()}
        kinds = frame["label"].map({label: label_map.label_class(plain[label]) or "" for label in plain})
        others = kinds.isin(["consonant", "silence"])
        counts[f"that are no vowels ({Path(params.label_map).name})"] += int(
            frame.loc[others, "token"].nunique()
        )
        in_ipa = {label: label_map.to_ipa(plain[label]) or label for label in plain}
        frame = frame.assign(label=frame["label"].map(in_ipa))[~others]
        for name in ("panel", "group", "by", "colour"):
            if columns[name] == columns["label"]:
                frame = frame.assign(**{name: frame["label"]})
    if not params.only:
        return frame
    missing = [label for label in params.only if label not in set(frame["label"])]
    if missing:
        there = ", ".join(natural_order(frame["label"])[:40])
        raise ComparisonError(f'no token has the label "{missing[0]}"', f"labels: {there}")
    return frame[frame["label"].isin(params.only)]


def _panels(values: pd.Series[str], params: ChartParams) -> tuple[str, ...]:
    there = natural_order(values)
    if not params.panel_values or not params.panels:
        return tuple(there)
    missing = [name for name in params.panel_values if name not in there]
    if missing:
        raise ComparisonError(
            f'column "{params.panels}" has no value "{missing[0]}"', f"values: {', '.join(there[:30])}"
        )
    return tuple(dict.fromkeys(params.panel_values))


def _in_time(frame: pd.DataFrame, params: ChartParams, id_column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row per token, and the rows of the tokens that are complete at every time."""
    asked = "trajectories" in params.show
    if not frame["token"].duplicated().any():
        if asked and not frame.empty:
            raise ComparisonError(
                "trajectories need several rows per token (the same id) with their prop_time",
                "measure at several points, for example --formant-points 0.2,0.5,0.8",
            )
        return frame, frame.iloc[:0]
    if frame["time"].isna().any():
        raise ComparisonError(
            f'column "{id_column}" names several rows alike, but no column tells them apart in time',
            f"add {' or '.join(TIMES)}, or give every row an id of its own",
        )
    away = (frame["time"] - params.point).abs().round(12)
    nearest = frame.assign(away=away).sort_values(["token", "away", "time"], kind="stable")
    points = nearest.drop_duplicates("token").drop(columns="away")
    if not asked:
        return points, frame.iloc[:0]
    times = np.sort(frame["time"].unique())
    whole = frame[frame[["x", "y"]].notna().all(axis=1)].drop_duplicates(["token", "time"])
    counts = whole["token"].map(whole["token"].value_counts())
    courses = whole[counts == len(times)]
    if courses.empty:
        raise ComparisonError(
            f"no token was measured at all of the {len(times)} proportional times in the table",
            "measure every token at the same points, for example --formant-points 0.2,0.5,0.8",
        )
    return points, courses.sort_values(["token", "time"], kind="stable")
