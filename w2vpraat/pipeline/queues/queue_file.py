"""A review queue as a table with what was said of its tokens, and as a file with its provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.corpus.discover import Corpus
from w2vpraat.pipeline.table_file import provenance_beside
from w2vpraat.session.choices import ReviewMark
from w2vpraat.session.queue_places import QueuePlaces
from w2vpraat.session.review_queue import COLUMNS, ReviewQueue
from w2vpraat.session.settings import Settings
from w2vpraat.writing import json_bytes, write_whole

if TYPE_CHECKING:
    import pandas as pd

MARKS = ("done", "star", "tags", "note", "change")
LEFT_OUT = ("raw_label",)


def queue_list(
    queue: ReviewQueue,
    marks: Mapping[str, ReviewMark] | None = None,
    places: QueuePlaces | None = None,
    rows: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Return a queue as a table.

    Parameters
    ----------
    queue : ReviewQueue
    marks : mapping, optional
        Id of a token, as it is now, to what was said of it: ``Session.review``.
    places : QueuePlaces, optional
        Where the tokens are now; default: where they were when the queue was made.
    rows : sequence of int
        Rows of the queue, in the order of the table; default: all.

    Returns
    -------
    pandas.DataFrame
        ``rank`` (from 1, in the queue), then the columns of the queue with id, tier, label, start and end as
        they are now; ``done, star`` (bool), ``tags`` (joined by "; "), ``note``, ``change`` ("edited" or
        "removed" since the queue was made); metadata last.
    """
    import pandas as pd

    places = QueuePlaces(queue) if places is None else places
    marks = {} if marks is None else marks
    chosen = list(range(len(queue))) if rows is None else list(rows)
    table = queue.rows.iloc[chosen].reset_index(drop=True)
    now = [places.places[row] for row in chosen]
    for name in ("id", "tier", "label"):
        table[name] = pd.Series([getattr(place, name) for place in now], dtype=object)
    for name in ("start", "end"):
        table[name] = pd.Series([getattr(place, name) for place in now], dtype="float64")
    said = [marks.get(place.id, ReviewMark()) for place in now]
    made: dict[str, Any] = {"rank": [row + 1 for row in chosen]}
    made |= {name: table[name] for name in COLUMNS if name not in LEFT_OUT}
    made["done"], made["star"] = [mark.done for mark in said], [mark.star for mark in said]
    made["tags"] = ["; ".join(mark.tags) for mark in said]
    made["note"] = [mark.note for mark in said]
    made["change"] = [place.change for place in now]
    # Metadata may be called like one of ours.
    others = [name for name in table.columns if name not in COLUMNS]
    made |= {f"{name}_meta" if name in made else name: table[name] for name in others}
    return pd.DataFrame(made)


def write_queue_list(
    table: pd.DataFrame,
    queue: ReviewQueue,
    path: str | PathLike[str],
    settings: Settings,
    *,
    corpus: Corpus | None = None,
    notes: Sequence[str] = (),
    command: Sequence[str] = (),
) -> tuple[Path, Path]:
    """Write the list of a queue, and beside it how it was made.

    Parameters
    ----------
    table : pandas.DataFrame
        From `queue_list`.
    queue : ReviewQueue
    path : path
        ``.csv``, ``.tsv``, ``.parquet`` or ``.xlsx``.
    settings : Settings
        Of the session or the command.
    corpus : Corpus, optional
        Its TextGrids that the list is about are named with their hashes.
    notes : sequence of str
        What the reader should know: a filter, for example.
    command : sequence of str
        What was typed, if anything was.

    Returns
    -------
    table, provenance : Path

    Raises
    ------
    ExportError
        If a file can't be written.
    """
    from w2vpraat.export.tables import write_table
    from w2vpraat.session.provenance import build_provenance

    written = write_table(table, path, keep_order=True)
    facts = {
        "kind": queue.kind,
        "title": queue.title,
        "score": queue.score_name,
        "made": queue.made.isoformat(),
        "tokens": queue.n_tokens,
        "listed": len(queue),
        **queue.params,
    }
    listed = {str(one).rpartition("#")[0] for one in table["id"]}
    grids = [] if corpus is None else [one.grid_path for one in corpus.recordings if one.name in listed]
    record = build_provenance(
        settings=settings.as_dict(),
        command=command,
        inputs={"textgrids": [one for one in grids if one.is_file()]},
        input_root=corpus.root if corpus is not None else "",
        outputs=[written],
        output_root=written.parent,
        comparison={"queue": facts},
        notes=(*queue.notes, *notes),
    )
    return written, write_whole(json_bytes(record.as_dict()), provenance_beside(written))
