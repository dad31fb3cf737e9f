"""Which tokens are pointed at and selected, wherever that was done: maps, tables, editor, queues.

Signals of `Linked`: `hovered_changed` (id, empty: none), `selection_changed`, `current_changed` (id of the
one token among them that is looked at, empty: none), `shown_changed` (what the filter shows).

Ids are those of the annotations as they are now (``recording#tier.interval``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal


class Linked(QObject):
    """The one brush of the window. Whoever changes it is told too, and sees that nothing is new."""

    hovered_changed = Signal(str)
    selection_changed = Signal()
    current_changed = Signal(str)
    shown_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hovered = ""
        self.selection: tuple[str, ...] = ()
        """In the order of the corpus, or as a list had them."""
        self.selected: frozenset[str] = frozenset()
        self.current = ""
        self.shown: frozenset[str] | None = None
        """Tokens that the filter shows; None: all."""

    def hover(self, token: str) -> None:
        """Point at a token; empty: at none."""
        if token != self.hovered:
            self.hovered = token
            self.hovered_changed.emit(token)

    def select(self, tokens: Iterable[str], current: str = "") -> None:
        """Select these tokens, and look at one of them (default: the one before, if it is among them)."""
        selection = tuple(dict.fromkeys(tokens))
        if selection != self.selection:
            self.selection, self.selected = selection, frozenset(selection)
            self.selection_changed.emit()
        self.look_at(current or (self.current if self.current in self.selected else ""))

    def look_at(self, token: str) -> None:
        """Look at a token, which need not be selected; empty: at none."""
        if token != self.current:
            self.current = token
            self.current_changed.emit(token)

    def step(self, by: int) -> str:
        """Go through the selection, round and round, and return the token that is looked at now."""
        if not self.selection:
            return self.current
        if self.current in self.selected:
            place = (self.selection.index(self.current) + by) % len(self.selection)
        else:
            place = 0 if by > 0 else len(self.selection) - 1
        self.look_at(self.selection[place])
        return self.current

    def show_only(self, tokens: frozenset[str] | None) -> None:
        """Show only these tokens; None: all."""
        if tokens != self.shown:
            self.shown = tokens
            self.shown_changed.emit()

    def rename(self, names: Mapping[str, str | None]) -> None:
        """Follow tokens whose ids were changed by an edit; None: the token is gone."""

        def now(token: str) -> str:
            return names.get(token, token) or ""

        if not names:
            return
        self.hover(now(self.hovered))
        if self.shown is not None and not self.shown.isdisjoint(names):
            self.show_only(frozenset(filter(None, map(now, self.shown))))
        if not self.selected.isdisjoint(names) or self.current in names:
            current = now(self.current)
            selection = tuple(filter(None, map(now, self.selection)))
            self.select(selection, current)
            self.look_at(current)

    def clear(self) -> None:
        """Forget all: another session, or other tokens."""
        self.hover("")
        self.show_only(None)
        self.select(())
        self.look_at("")
