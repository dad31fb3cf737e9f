"""Unlimited undo and redo across everything, one step per act.

Signals of `History`: `edited` (document, change: also for undo and redo), `shown` (document: the act happened
in this one, so the window should show it).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.session.grid_changes import GridChange, grid_change

from .document import Document

Place = tuple[float, float, int]


class GridCommand(QUndoCommand):
    """One act on a TextGrid, kept as its difference.

    Acts of typing (`merge` is not None) grow as long as `merge` stays the same. When they are done they leave
    the window as it is: the user may have gone on to another place, or another recording, already.
    """

    def __init__(
        self,
        history: History,
        document: Document,
        text: str,
        change: GridChange,
        place: Place | None,
        merge: object = None,
    ) -> None:
        super().__init__(text)
        self._history, self._document = history, document
        self._change, self._inverse = change, change.inverted()
        self.merge = merge
        self._was_done = False
        view = document.view
        self._before: Place = (view.selection_start, view.selection_end, view.tier)
        self._after = place or self._before
        if merge is not None:
            self._before = self._after

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing any more."""
        return self._change.is_empty

    def do(self) -> None:
        """Do it for the first time, before it is pushed: where the journal refuses, there is no act."""
        if self.merge is None:
            self._put(self._change, self._after)
        else:
            self._history.put(self._document, self._change, self.text(), show=False)
        self._was_done = True

    def extend(self, change: GridChange) -> None:
        """Do more of the same typing and take it into this act."""
        # Not by mergeWith: PySide 6.11.3 drops a reference to an overridden `id` with every error.
        before = self._inverse.apply(self._document.grid)
        self._history.put(self._document, change, self.text(), show=False)
        self._change = grid_change(before, self._document.grid)
        self._inverse = self._change.inverted()

    def redo(self) -> None:
        """Do it again; pushing it (the first call) does nothing more."""
        if self._was_done:
            self._was_done = False
        else:
            self._put(self._change, self._after)

    def undo(self) -> None:
        """Take it back."""
        self._put(self._inverse, self._before)

    def _put(self, change: GridChange, place: Place) -> None:
        self._history.put(self._document, change, self.text())
        view = self._document.view
        start, end, tier = place
        view.select(start, end, tier=min(tier, max(len(self._document.grid), 1)))
        # What is undone is shown where it happened: the cursor may have been far away before.
        start, end, _ = self._after
        view.reveal(start, end)


class ValueCommand(QUndoCommand):
    """One act on anything else: a value that is set by a function."""

    def __init__(self, text: str, put: Callable[[Any], None], before: Any, after: Any) -> None:
        super().__init__(text)
        self._put, self._old, self._new = put, before, after

    def redo(self) -> None:
        """Do it, at first and again."""
        self._put(self._new)

    def undo(self) -> None:
        """Take it back."""
        self._put(self._old)


class History(QObject):
    """The acts of this window, in order, over all documents."""

    edited = Signal(object, object)
    shown = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.before_edit: Callable[[Document, GridChange, str], None] | None = None
        """Called before an act counts as done: the journal."""

    def edit(
        self,
        document: Document,
        text: str,
        new_grid: TextGrid,
        *,
        place: Place | None = None,
        merge: object = None,
    ) -> GridChange | None:
        """Put an edited grid as one act.

        Parameters
        ----------
        document : Document
            What is edited.
        text : str
            Name of the act, for the menu: "Move boundary".
        new_grid : TextGrid
            What an edit function made of ``document.grid``.
        place : (start, end, tier), optional
            What is selected afterwards; default: as before.
        merge : object, optional
            For typing: the act before takes this one in, if it has an equal value.

        Returns
        -------
        GridChange or None
            None if nothing changed (no act then).
        """
        change = grid_change(document.grid, new_grid)
        if change.is_empty:
            return None
        top = self.stack.index()
        last = self.stack.command(top - 1) if 0 < top == self.stack.count() else None
        if merge is not None and isinstance(last, GridCommand) and last.merge == merge:
            last.extend(change)
            if last.is_empty:
                last.setObsolete(True)
                self.stack.undo()  # takes it off the stack
            return change
        command = GridCommand(self, document, text, change, place, merge)
        command.do()
        self.stack.push(command)
        return change

    def set_value(self, text: str, put: Callable[[Any], None], before: Any, after: Any) -> None:
        """Change anything else as one act; `put` is called with the new value, and on undo with the old."""
        if before != after:
            self.stack.push(ValueCommand(text, put, before, after))

    def put(self, document: Document, change: GridChange, text: str, *, show: bool = True) -> None:
        """Write the act to the journal and show its result."""
        if self.before_edit is not None:
            self.before_edit(document, change, text)
        if show:
            self.shown.emit(document)
        document.put(change.apply(document.grid), change)
        self.edited.emit(document, change)

    def undo(self) -> None:
        """Take the last act back."""
        self.stack.undo()

    def redo(self) -> None:
        """Do the act again that was taken back last."""
        self.stack.redo()

    def clear(self) -> None:
        """Forget all acts: another session is open."""
        self.stack.clear()
