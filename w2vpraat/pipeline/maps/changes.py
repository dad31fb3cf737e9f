"""Several edits as one, for what was computed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from w2vpraat.pipeline.live.live_results import LiveChange, Rows


def merged(changes: Sequence[LiveChange]) -> LiveChange:
    """Return changes that follow each other as one.

    Parameters
    ----------
    changes : sequence of LiveChange
        At least one, in order, none left out.

    Returns
    -------
    LiveChange
        From before the first to after the last, with the recording of the last.
    """
    if len(changes) == 1:
        return changes[0]
    rows: Rows = np.empty(0, dtype=np.intp)
    order: Rows | None = None
    renamed: dict[str, str | None] = {}
    for change in changes:
        if change.order is not None:
            rows = np.flatnonzero(np.isin(change.order, rows))
            order = change.order if order is None else _composed(order, change.order)
        rows = np.union1d(rows, change.rows).astype(np.intp)
        renamed = _renamed(renamed, change.renamed)
    last = changes[-1]
    return LiveChange(
        recording=last.recording,
        version=last.version,
        rows=rows,
        order=order,
        renamed=renamed,
        speakers=frozenset().union(*(change.speakers for change in changes)),
        kinds=frozenset().union(*(change.kinds for change in changes)),
        notes=tuple(dict.fromkeys(note for change in changes for note in change.notes)),
    )


def _composed(first: Rows, second: Rows) -> Rows:
    return np.where(second >= 0, first[second], -1).astype(np.intp)


def _renamed(first: dict[str, str | None], second: dict[str, str | None]) -> dict[str, str | None]:
    now = {old: second.get(name, name) if name is not None else None for old, name in first.items()}
    between = set(first.values())
    # What the first change made of a token is no name of before.
    return {**{old: name for old, name in second.items() if old not in between and old not in now}, **now}
