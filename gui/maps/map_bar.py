"""The row above a map: what it shows, the choices that are changed most, and its menu.

Signals of `MapBar`: `changed` (the new `MapParams`), `choice_wanted` (the title was pressed: all choices).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from w2vpraat.params import MapParams

from ..theme import colour
from .choice_box import ChoiceBox
from .map_names import (
    Offer,
    column_options,
    normalization_options,
    projection_options,
)

ROOMY, MIDDLE = 560, 350
"""Pixels from which on there is room for all four lists, and for two; the rest is in popup and menu."""


class MapBar(QWidget):
    """One compact row."""

    changed = Signal(object)
    choice_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._params = MapParams()
        self.title = TitleButton()
        self.title.clicked.connect(self.choice_wanted)
        self.normalization = self._box(self.tr("Normalization"), "normalization", 7)
        self.projection = self._box(self.tr("Laid flat by"), "projection", 4)
        self.colour = self._box(self.tr("Colour by"), "colour", 5)
        self.shape = self._box(self.tr("Shape by"), "shape", 5)
        self.notes = QToolButton()
        self.notes.setText("i")
        self.notes.setAutoRaise(True)
        self.notes.setAccessibleName(self.tr("What one must know of this map"))
        font = self.notes.font()
        font.setItalic(True)
        font.setBold(True)
        font.setFamily("serif")
        self.notes.setFont(font)
        self.menu_button = QToolButton()
        self.menu_button.setText("≡")
        self.menu_button.setAutoRaise(True)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setAccessibleName(self.tr("More about this map"))
        self.menu_button.setToolTip(self.menu_button.accessibleName())
        self.menu_button.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 1, 2, 1)
        row.setSpacing(3)
        row.addWidget(self.title, 1)
        for box in self.boxes:
            row.addWidget(box)
        row.addWidget(self.notes)
        row.addWidget(self.menu_button)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_notes(())

    @property
    def boxes(self) -> tuple[ChoiceBox, ...]:
        """The quick lists; the last ones go first where there is no room."""
        return self.normalization, self.projection, self.colour, self.shape

    def set_menu(self, menu: QMenu) -> None:
        """Take the menu of the map."""
        self.menu_button.setMenu(menu)

    def show_offer(self, offer: Offer) -> None:
        """Show what is chosen, without a signal."""
        params = self._params = offer.params
        self.title.set_text(offer.title)
        self.normalization.set_options(normalization_options(offer), params.normalization)
        self.projection.set_options(projection_options(offer), params.projection)
        self.colour.set_options(column_options(offer, self.tr("one colour")), params.colour)
        self.shape.set_options(column_options(offer, self.tr("one shape")), params.shape)

    def set_notes(self, notes: tuple[str, ...]) -> None:
        """Say what a reader must know of the map; the button is hidden where there is nothing."""
        self.notes.setToolTip("\n\n".join(self.tr(note) for note in notes))
        if self.notes.parentWidget() is not None:
            self.notes.setVisible(bool(notes))

    def set_active(self, active: bool) -> None:
        """Show that keys and menus mean this map."""
        self.title.set_active(active)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many lists as there is room for."""
        super().resizeEvent(event)
        shown = 4 if self.width() >= ROOMY else 2 if self.width() >= MIDDLE else 0
        for place, box in enumerate(self.boxes):
            box.setVisible(place < shown)

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(120, super().minimumSizeHint().height())

    def _box(self, name: str, parameter: str, narrow: int) -> ChoiceBox:
        box = ChoiceBox(name, narrow, self)
        box.picked.connect(lambda value: self._put(parameter, value))
        return box

    def _put(self, parameter: str, value: Any) -> None:
        params = replace(self._params, **{parameter: value})
        if params != self._params:
            self.changed.emit(params)


class TitleButton(QToolButton):
    """A flat button with a title that is cut with dots where it is too long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._active = False
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        font = self.font()
        font.setBold(True)
        self.setFont(font)

    @property
    def whole_text(self) -> str:
        """The title, not cut."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another title."""
        self._text = text
        self.setAccessibleName(self.tr("What this map shows: {what}").format(what=text))
        self.setToolTip(self.tr("{what}\nPress to choose something else").format(what=text))
        self.update()

    def set_active(self, active: bool) -> None:
        """Underline it, or no longer."""
        if active != self._active:
            self._active = active
            self.update()

    def sizeHint(self) -> QSize:
        """Of the whole title."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 28, metrics.height() + 8)

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(60, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Take the colours of another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the title at the left, with a small arrow after it."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        metrics = self.fontMetrics()
        room = self.width() - 26
        text = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, max(room, 10))
        wide = metrics.horizontalAdvance(text)
        place = self.rect().adjusted(6, 0, 0, 0)
        plain = QPainter(self)
        plain.setFont(self.font())
        plain.setPen(colour("ink"))
        plain.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        plain.setPen(colour("faint"))
        plain.drawText(
            place.adjusted(wide + 4, 0, 0, 0),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            "▾",
        )
        if self._active:
            y = self.height() - 2
            plain.fillRect(6, y, wide, 2, colour("accent"))
