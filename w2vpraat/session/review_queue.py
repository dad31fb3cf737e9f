"""A list of tokens to be looked at one by one, as a value, and as it stands in a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from w2vpraat.errors import InputError
from w2vpraat.params.queueing import QUEUE_KINDS
from w2vpraat.writing import plain

if TYPE_CHECKING:
    import pandas as pd

VERSION = 1
"""Of the plain values."""
TEXTS = ("id", "file_name", "speaker", "tier", "label", "raw_label", "word", "pre_seg", "fol_seg")
NUMBERS = ("start", "end", "score")
SAID = ("reason", "objection")
COLUMNS = (*TEXTS, *NUMBERS, *SAID)
"""Columns that every queue has, in this order; metadata of the speakers come behind them."""


@dataclass(frozen=True, eq=False)
class ReviewQueue:
    """Tokens to be looked at one by one.

    Parameters
    ----------
    kind : str
        One of `w2vpraat.params.queueing.QUEUE_KINDS`.
    title : str
        What is listed, in plain words.
    rows : pandas.DataFrame
        One row per token, the most suspicious first. :data:`COLUMNS`, then metadata (texts): ids are those of
        the annotations when the queue was made; ``raw_label`` is empty where only a table was known;
        ``start`` and ``end`` in seconds; ``score`` in the unit of `score_name`, NaN where there is none;
        ``reason`` in a sentence; ``objection`` is the kind of disagreement.
    score_name : str
        What the score is: "suspicion", "duration (ms)" ...; empty if there is none.
    params : mapping
        Section ``queue`` of the settings, and what else decided the list, as plain values.
    made : datetime
        With time zone.
    n_tokens : int
        How many tokens there were to choose from.
    notes : tuple of str
        What holds for the whole list.
    """

    kind: str
    title: str
    rows: pd.DataFrame
    score_name: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    made: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    n_tokens: int = 0
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def plain_queue(queue: ReviewQueue) -> dict[str, Any]:
    """Return a queue as plain values, as they stand in a session; rows are lists in the order of columns."""
    rows = [
        [None if value != value else value for value in row]
        for row in queue.rows.itertuples(index=False, name=None)
    ]
    values = {
        "version": VERSION,
        "kind": queue.kind,
        "title": queue.title,
        "score_name": queue.score_name,
        "params": plain(queue.params),
        "made": queue.made.isoformat(),
        "n_tokens": queue.n_tokens,
        "notes": list(queue.notes),
        "columns": [str(name) for name in queue.rows.columns],
    }
    return {**values, "rows": plain(rows)}


def read_queue(values: Any, *, source: str = "") -> ReviewQueue:
    """Make a queue from plain values, as `plain_queue` gives them.

    Raises
    ------
    InputError
        If they are none, or of a newer version.
    """
    import pandas as pd

    def wrong(what: str) -> InputError:
        return InputError(f"the review queue of the session {what}", "make the queue again", file=source)

    if not isinstance(values, Mapping) or values.get("version") != VERSION:
        raise wrong("is of another version")
    try:
        columns, rows = [str(name) for name in values["columns"]], list(values["rows"])
        made = datetime.fromisoformat(values["made"])
        words = {name: str(values[name]) for name in ("kind", "title", "score_name")}
        notes = tuple(map(str, values["notes"]))
        params, n_tokens = dict(values["params"]), int(values["n_tokens"])
        table = pd.DataFrame(rows, columns=columns)
        if words["kind"] not in QUEUE_KINDS or tuple(columns[: len(COLUMNS)]) != COLUMNS:
            raise ValueError(words["kind"])
        for name in NUMBERS:
            table[name] = table[name].astype("float64")
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        raise wrong(f"can't be read: {error}") from error
    for name in columns:
        if name not in NUMBERS:
            table[name] = pd.Series(["" if one is None else str(one) for one in table[name]], dtype=object)
    if made.tzinfo is None:
        made = made.replace(tzinfo=timezone.utc)
    return ReviewQueue(rows=table, made=made, params=params, n_tokens=n_tokens, notes=notes, **words)


def queue_rows(found: pd.DataFrame, tokens: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Join what was found to what the token table says.

    Parameters
    ----------
    found : pandas.DataFrame
        ``id, score, reason`` and perhaps ``objection``, in the order of the queue.
    tokens : pandas.DataFrame
        One row per token, with a column ``id``.
    names : mapping
        Column of the queue to column of the table, also for metadata; what is not in the table is empty.

    Returns
    -------
    pandas.DataFrame
        Columns as in :data:`COLUMNS`, then the metadata named.
    """
    import pandas as pd

    known = tokens.set_axis(tokens["id"].astype(str)).loc[list(found["id"])]
    made: dict[str, Any] = {}
    for name in (*COLUMNS, *(one for one in names if one not in COLUMNS)):
        column = names.get(name, name)
        given = found if name in ("id", "score", *SAID) else known
        column = name if given is found else column
        missing: Any = float("nan") if name in NUMBERS else ""
        values = list(given[column]) if column in given.columns else [missing] * len(found)
        if name in NUMBERS:
            made[name] = pd.Series(values, dtype="float64")
        else:
            texts = ["" if one is None or one != one else str(one) for one in values]
            made[name] = pd.Series(texts, dtype=object)
    table: pd.DataFrame = pd.DataFrame(made)
    return table
