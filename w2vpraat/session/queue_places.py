"""Where the tokens of a review queue are now, and which were edited since it was made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import PointTier, TextGrid, to_unicode
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import InputError
from w2vpraat.session.choices import find_again, is_token_id, is_unplaced, unplaced_id
from w2vpraat.session.grid_changes import GridChange
from w2vpraat.session.renumbering import bare_token, place_of, tokens_said
from w2vpraat.session.review_queue import ReviewQueue
from w2vpraat.session.trail import Trail

EDITED, REMOVED = "edited", "removed"
MOVED = 2e-5
"""Seconds by which a boundary must have moved to count as edited; reading snaps smaller gaps."""


@dataclass(frozen=True)
class QueuePlace:
    """One token of a queue, as it is now.

    Parameters
    ----------
    id : str
        As it is now; of tier 0 if the token is gone (see `unplaced_id`).
    tier : str
        Name of its tier.
    label : str
        As shown.
    start, end : float
        Seconds.
    change : {"", "edited", "removed"}
        Since the queue was made.
    """

    id: str
    tier: str
    label: str
    start: float
    end: float
    change: str = ""

    @property
    def time(self) -> float | None:
        """A time inside the token, in seconds."""
        return None if math.isnan(self.start) or math.isnan(self.end) else (self.start + self.end) / 2


class QueuePlaces:
    """The tokens of a queue, row by row, followed through edits of the annotations.

    Parameters
    ----------
    queue : ReviewQueue
    """

    def __init__(self, queue: ReviewQueue) -> None:
        rows = queue.rows
        columns = [list(rows[name]) for name in ("id", "tier", "label", "start", "end")]
        self._made = [QueuePlace(*row) for row in zip(*columns, strict=True)]
        self._raw = list(rows["raw_label"])
        self._files = list(rows["file_name"])
        self.places: list[QueuePlace] = list(self._made)
        self._row = {place.id: row for row, place in enumerate(self.places)}
        self._of: dict[str, list[int]] = {}
        for row, place in enumerate(self.places):
            self._of.setdefault(_recording(place.id), []).append(row)

    def __len__(self) -> int:
        return len(self.places)

    @property
    def ids(self) -> list[str]:
        """Ids of now, row by row."""
        return [place.id for place in self.places]

    def row_of(self, token: str) -> int:
        """Return the row of a token of now; -1 if the queue does not have it."""
        return self._row.get(token, -1)

    def recording(self, row: int) -> str:
        """Return the recording of a row."""
        return _recording(self.places[row].id)

    def token(self, row: int) -> Token | None:
        """Return a row as a token, for a mark; None if it is gone."""
        place, found = place_of(self.places[row].id), self.places[row]
        if place is None or found.change == REMOVED:
            return None
        _, tier, item = place
        made = (found.id, self._files[row], "", found.tier, tier, item, found.label, self._raw[row])
        return Token(*made, found.start, found.end)

    def follow(self, change: GridChange, recording: Recording, grid: TextGrid, trail: Trail) -> list[int]:
        """Follow an edit, undo and redo too.

        Parameters
        ----------
        change : GridChange
        recording : Recording
            Where it was made.
        grid : TextGrid
            After it.
        trail : Trail
            Of this recording, and of this queue alone: it is told every edit.

        Returns
        -------
        list of int
            Rows that are other than before.
        """
        rows = self._of.get(recording.name, [])
        now = trail.follow({self.places[row].id: self.places[row] for row in rows}, change, grid)
        return self._take(recording, grid, {row: now[self.places[row].id] for row in rows})

    def find_again(self, recording: Recording, grid: TextGrid) -> list[int]:
        """Find the tokens of a recording by their time: its file may be another one than it was.

        Returns
        -------
        list of int
            Rows that are other than before.
        """
        rows = self._of.get(recording.name, [])
        said = {self.places[row].id: self.places[row] for row in rows}
        found, _ = find_again(said, tokens_said(recording, grid, said)) if rows else ({}, ())
        now: dict[int, str] = {}
        taken: set[str] = set()
        for row in rows:
            after = found.get(self.places[row].id, "")
            if after and after not in taken:
                now[row] = after
                taken.add(after)
        for row in rows:
            if row not in now:
                old = self.places[row].id
                now[row] = old if is_unplaced(old) else unplaced_id(old, {*taken, *said})
                taken.add(now[row])
        return self._take(recording, grid, now)

    def _take(self, recording: Recording, grid: TextGrid, now: Mapping[int, str]) -> list[int]:
        changed = []
        for row, token in now.items():
            place = self._seen(row, token, recording, grid)
            if place != self.places[row]:
                changed.append(row)
            self.places[row] = place
        if changed:
            self._row = {place.id: row for row, place in enumerate(self.places)}
        return changed

    def _seen(self, row: int, token: str, recording: Recording, grid: TextGrid) -> QueuePlace:
        place = place_of(token)
        found = None if place is None else bare_token(recording, grid, place[1], place[2])
        if found is None:
            return replace(self.places[row], id=token, change=REMOVED)
        made, raw = self._made[row], self._raw[row]
        same, still = not raw or found.raw_label == raw, _still(made, found, grid)
        label = made.label if same else to_unicode(found.raw_label).strip()
        start, end = (made.start, made.end) if still else (found.start, found.end)
        return QueuePlace(token, found.tier, label, start, end, "" if still and same else EDITED)

    # As plain values

    def as_plain(self) -> list[list[Any]]:
        """Return what is other than when the queue was made: row, id, tier, label, start, end, change."""
        return [
            [row, now.id, now.tier, now.label, now.start, now.end, now.change]
            for row, (now, made) in enumerate(zip(self.places, self._made, strict=True))
            if now != made and not (math.isnan(now.start) and now.id == made.id and not now.change)
        ]

    def restore(self, values: Iterable[Sequence[Any]]) -> None:
        """Take what `as_plain` gave.

        Raises
        ------
        InputError
            If it can't be read.
        """
        for value in values:
            try:
                row, token, tier, label, start, end, change = value
                first, last = (float("nan") if one is None else float(one) for one in (start, end))
                if not (isinstance(row, int) and is_token_id(token) and change in ("", EDITED, REMOVED)):
                    raise ValueError(token)
                if not 0 <= row < len(self.places):
                    raise ValueError(row)
            except (TypeError, ValueError) as error:
                raise InputError(f"a place in the review queue can't be read: {value!r}") from error
            self.places[row] = QueuePlace(token, str(tier), str(label), first, last, change)
        self._row = {place.id: row for row, place in enumerate(self.places)}


def _still(made: QueuePlace, found: Token, grid: TextGrid) -> bool:
    """Whether boundaries (of a point: its time) are where they were; always, if that is not known."""
    if made.time is None:
        return True
    if isinstance(grid.tiers[found.tier_number - 1], PointTier):
        return abs(made.time - found.middle) <= MOVED
    return abs(made.start - found.start) <= MOVED and abs(made.end - found.end) <= MOVED


def _recording(token: str) -> str:
    return token.rpartition("#")[0]
