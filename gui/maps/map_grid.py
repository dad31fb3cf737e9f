"""Maps side by side, each resizable: in one row, or two by two where there is the height for it.

Signals: none.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

LEAST_WIDTH, LEAST_HEIGHT = 250, 230
"""Pixels that a map should have; maps are arranged so that they do, if they can."""

PREFERRED = 1.3
"""Three maps stand in one row unless they would be so many times larger in two."""


class MapGrid(QSplitter):
    """Rows of maps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._maps: tuple[QWidget, ...] = ()
        self._columns = 0
        self.setChildrenCollapsible(False)

    def set_maps(self, maps: Sequence[QWidget]) -> None:
        """Show these, all as large as each other."""
        self._maps = tuple(maps)
        self._arrange()

    @property
    def columns(self) -> int:
        """Maps in a row."""
        return self._columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange three and four maps as there is room."""
        super().resizeEvent(event)
        if self._best_columns() != self._columns:
            self._arrange()

    def _arrange(self) -> None:
        self._columns = self._best_columns()
        before = [self.widget(place) for place in range(self.count())]
        for start in range(0, len(self._maps), self._columns):
            row = QSplitter(Qt.Orientation.Horizontal, self)
            row.setChildrenCollapsible(False)
            for one in self._maps[start : start + self._columns]:
                row.addWidget(one)
                one.show()
            row.setSizes([1000] * row.count())
            self.addWidget(row)
            row.show()
        for old in before:  # empty now
            if old is not None:
                old.hide()
                old.setParent(None)
                old.deleteLater()
        self.setSizes([1000] * self.count())

    def _best_columns(self) -> int:
        count = max(len(self._maps), 1)
        if count < 3:
            return count
        one_row, two_rows = self._room(count), self._room(2)
        return 2 if two_rows > one_row * (1.0 if count == 4 else PREFERRED) else count

    def _room(self, columns: int) -> float:
        """How large maps would be, as a share of what they should be."""
        rows = -(-len(self._maps) // columns)
        return min(self.width() / columns / LEAST_WIDTH, self.height() / rows / LEAST_HEIGHT)
