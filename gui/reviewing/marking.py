"""What the reviewer says of tokens: done, star, tags, note. Every mark is an act that can be undone.

Signals of `Marking`: `marked` (ids that were marked, name of what was said).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from w2vpraat.corpus.token_values import Token
from w2vpraat.session.choices import ReviewMark
from w2vpraat.session.queue_places import QueuePlaces
from w2vpraat.session.renumbering import bare_token, place_of

from ..selected_token import selected_token
from ..state import AppState
from ..tables.review_model import tags_of


class Marking(QObject):
    """Marks tokens of a queue, or any other.

    Parameters
    ----------
    state : AppState
    """

    marked = Signal(list, str)

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.places: QueuePlaces | None = None
        self.chosen: Callable[[], Sequence[str]] = tuple
        """Ids that a list with the keyboard has chosen; empty if it has not the keyboard."""
        self.here = -1
        """Row of the queue where the reviewer is; -1: none."""

    # Which tokens

    def subjects(self) -> tuple[str, ...]:
        """Return the ids that a mark is for: those chosen in the list, else the token in the editor."""
        chosen = tuple(self.chosen())
        if chosen:
            return chosen
        now = self.looked_at()
        return (now,) if now else ()

    def looked_at(self) -> str:
        """Return the token in the editor, else the one that maps and tables look at; empty if there is none.

        Who reviews a vowel and has clicked into its word, on another tier, still means the vowel.
        """
        shown, document = selected_token(self._state.current), self._state.current
        if not shown or document is None:
            return self._state.linked.current
        if self.places is None or self.here < 0 or self.places.row_of(shown) >= 0:
            return shown
        row, view = self.places.places[self.here], document.view
        place = place_of(row.id)
        if place is None or place[0] != document.name or place[1] == view.tier:
            return shown
        touches = row.start < max(view.selection_end, view.selection_start + 1e-6)
        return row.id if touches and view.selection_start < row.end else shown

    def token(self, name: str) -> Token | None:
        """Return a token of now; None if it is not there."""
        place = place_of(name)
        if place is None:
            return None
        recording, tier, item = place
        document = self._state.documents.get(recording)
        if document is not None:
            return bare_token(document.recording, document.grid, tier, item)
        if self.places is not None and (row := self.places.row_of(name)) >= 0:
            return self.places.token(row)
        results = self._state.results
        known = () if results is None else results.opened.tokens.kept
        return next((token for token in known if token.id == name), None)

    def mark(self, name: str) -> ReviewMark:
        """Return what was said of a token."""
        session = self._state.session
        return ReviewMark() if session is None else session.mark(name)

    def tags(self) -> tuple[str, ...]:
        """Return the tags in use, sorted."""
        session = self._state.session
        marks = () if session is None else session.review.values()
        return tuple(sorted({tag for mark in marks for tag in mark.tags}, key=str.casefold))

    # Acts

    def turn(self, name: str, tokens: Sequence[str] | None = None) -> bool:
        """Say "done" or "star" of tokens, or take it back if all of them have it.

        Parameters
        ----------
        name : {"done", "star"}
        tokens : sequence of str, optional
            Default: `subjects`.

        Returns
        -------
        bool
            Whether they have it now.
        """
        ids = self.subjects() if tokens is None else tuple(tokens)
        on = not all(getattr(self.mark(one), name) for one in ids)
        texts = {
            ("done", True): self.tr("Done"),
            ("done", False): self.tr("Not done"),
            ("star", True): self.tr("Star"),
            ("star", False): self.tr("No star"),
        }
        return self._put(ids, texts[name, on], name, **{name: on}) and on

    def set_tags(self, text: str, tokens: Sequence[str]) -> bool:
        """Give tokens the tags that were typed, divided by commas; return whether that was possible."""
        return self._put(tokens, self.tr("Tags"), "tags", tags=tags_of(text))

    def set_note(self, text: str, tokens: Sequence[str]) -> bool:
        """Give tokens a note; return whether that was possible."""
        return self._put(tokens, self.tr("Note"), "note", note=text.strip())

    def _put(self, ids: Sequence[str], act: str, what: str, **changes: Any) -> bool:
        session = self._state.session
        found = [token for one in ids if (token := self.token(one)) is not None]
        if session is None or not found:
            self._state.notices.warning(
                self.tr("No token is chosen"),
                self.tr("Select an interval in the editor, or a row of the review queue."),
            )
            return False
        for token in found:
            session = session.with_mark(token, **changes)
        self._state.update_session(act, review=session.review)
        self.marked.emit([token.id for token in found], what)
        return True
