"""Joins the label field, the selected item and the history: what is typed becomes one act per item.

Typing becomes an act when the selection moves, when `commit` is called (every command of the window does), or
after a pause; acts of one typing merge, so that undo takes it back whole. Signals of `Labelling`:
`item_changed` (another item, or None, is in the field).
"""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.textgrid.edits import set_label

from ..document import Document
from ..state import AppState
from ..views.tier_layout import selected_number
from ..views.tier_view import TierView
from .label_field import LabelField

PAUSE = 700
"""Milliseconds without typing after which it becomes an act."""

Item = tuple[int, int]
_typings = count(1)


class Labelling(QObject):
    """Keeps the field and the selected interval or point together."""

    item_changed = Signal(object)

    def __init__(self, state: AppState, field: LabelField, tiers: TierView) -> None:
        super().__init__(field)
        self._state, self._field, self._tiers = state, field, tiers
        self.document: Document | None = None
        self.item: Item | None = None
        """Tier and item number of what the field shows."""
        self._typing = next(_typings)
        self._own = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.commit)
        field.typed.connect(self._on_typed)

    def set_document(self, document: Document | None) -> None:
        """Follow another document; what was typed in the old one becomes an act, unless that was closed."""
        if self.document is not None:
            if self._state.documents.get(self.document.name) is self.document:
                self.commit()
            self._pause.stop()
            self.document.view.selection_changed.disconnect(self._on_selection_changed)
            self.document.grid_changed.disconnect(self._on_grid_changed)
        self.document = document
        if document is not None:
            document.view.selection_changed.connect(self._on_selection_changed)
            document.grid_changed.connect(self._on_grid_changed)
        self._show_selected()

    def commit(self) -> None:
        """Make an act of what was typed."""
        self._pause.stop()
        self._field.finish_composing()
        if self.document is None or self.item is None or not self._field.was_edited:
            return
        document, (tier, number), label = self.document, self.item, self._field.label
        found = document.grid.tier(tier).items[number - 1]
        self._own = True
        try:
            self._state.history.edit(
                document,
                self.tr("Edit label"),
                set_label(document.grid, tier, number, label),
                place=(found[0], found[-2], tier),
                merge=(document.name, self._typing),
            )
        finally:
            self._own = False
        self._field.show_label(label, keep_cursor=True)
        self._tiers.set_typed(None)

    # Slots

    def _on_typed(self, label: str) -> None:
        if self.item is not None:
            self._tiers.set_typed((*self.item, label))
            self._pause.start()

    def _on_selection_changed(self) -> None:
        if self._selected() != self.item:
            self.commit()
            self._show_selected()

    def _on_grid_changed(self, change: object) -> None:
        if self._own or self.document is None:
            return
        typed = self._field.label if self._field.was_edited else None
        old = self._field.stored_label
        self._show_selected()
        # An edit came between that nobody committed before: typing goes on if the item is still there.
        if typed is not None and self._field.stored_label == old:
            self._field.take_typed(typed)

    def _show_selected(self) -> None:
        self._pause.stop()
        self._tiers.set_typed(None)
        self._typing = next(_typings)
        before, self.item = self.item, self._selected()
        label = None
        if self.document is not None and self.item is not None:
            tier, number = self.item
            label = self.document.grid.tiers[tier - 1].items[number - 1].label
        self._field.show_label(label, keep_cursor=self.item == before)
        self.item_changed.emit(self.item)

    def _selected(self) -> Item | None:
        if self.document is None:
            return None
        grid: TextGrid = self.document.grid
        view = self.document.view
        if not 1 <= view.tier <= len(grid):
            return None
        number = selected_number(grid.tiers[view.tier - 1], view.selection_start, view.selection_end)
        return (view.tier, number) if number else None
