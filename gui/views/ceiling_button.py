"""The formant ceiling in use and how it was chosen, with a menu to take another one.

Signals: `ceiling_wanted` (Hz).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QMenu, QToolButton, QWidget, QWidgetAction

from w2vpraat.acoustics.ceilings import candidate_ceilings
from w2vpraat.errors import InputError
from w2vpraat.params import FormantParams
from w2vpraat.session.choices import LOWEST_CEILING

from ..theme import colour, colours
from .sound_settings import Ceiling

HIGHEST_CEILING = 12000.0


class CeilingButton(QToolButton):
    """A small control in a corner of the spectrogram."""

    ceiling_wanted = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ceiling = Ceiling(0.0)
        self._params = FormantParams()
        self._shown: object = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys belong to the editor
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(self.tr("Formant ceiling"))
        self.setToolTip(self.tr("Formant ceiling in use, and how it was chosen. Click for another one."))
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._on_menu)
        self.setMenu(self._menu)

    def show_ceiling(self, ceiling: Ceiling, params: FormantParams, waiting: bool = False) -> None:
        """Write a ceiling on the control."""
        self._ceiling, self._params = ceiling, params
        text = self.tr("ceiling {hertz:.0f} Hz ({how})").format(
            hertz=ceiling.hertz, how=self._how(ceiling.how)
        )
        text += " …" if waiting else ""
        if (text, colours()) == self._shown:
            return
        self._shown = (text, colours())
        self.setText(text)
        font = self.font()
        font.setPointSizeF(8.5)
        self.setFont(font)
        self.setStyleSheet(
            f"QToolButton {{ background: {colour('paper').name()}; color: {colour('formant').name()};"
            f" border: 1px solid {colour('grid').name()}; border-radius: 3px; padding: 1px 14px 1px 4px; }}"
        )

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._ceiling.hertz and self._shown is not None:
            self.show_ceiling(self._ceiling, self._params)

    def _how(self, how: str) -> str:
        return {
            "fixed": self.tr("fixed"),
            "sex": self.tr("by sex"),
            "no sex": self.tr("fixed: sex unknown"),
            "speaker": self.tr("by speaker"),
            "token": self.tr("by token"),
            "hand, token": self.tr("set for this token"),
            "hand, speaker": self.tr("set for this speaker"),
            "not measured": self.tr("not measured yet"),
        }[how]

    # Slots

    def _on_menu(self) -> None:
        self._menu.clear()
        try:
            values = candidate_ceilings(self._params).tolist()
        except InputError:
            values = []
        fixed = (self._params.ceiling_male, self._params.ceiling_female, self._params.ceiling)
        for hertz in sorted({*map(float, values), *fixed}):
            action = self._menu.addAction(self.tr("{hertz:g} Hz").format(hertz=hertz))
            action.setCheckable(True)
            action.setChecked(abs(hertz - self._ceiling.hertz) < 0.5)
            action.triggered.connect(lambda _checked=False, hertz=hertz: self.ceiling_wanted.emit(hertz))
        self._menu.addSeparator()
        box = QDoubleSpinBox()
        box.setRange(LOWEST_CEILING, HIGHEST_CEILING)
        box.setDecimals(0)
        box.setSingleStep(50.0)
        box.setSuffix(self.tr(" Hz"))
        box.setValue(self._ceiling.hertz)
        box.setAccessibleName(self.tr("Another formant ceiling"))
        box.lineEdit().returnPressed.connect(lambda: self._on_typed(box))
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(box)
        self._menu.addAction(action)

    def _on_typed(self, box: QDoubleSpinBox) -> None:
        if box.isEnabled():  # the key is told twice, by the line and by the box around it
            box.interpretText()
            box.setEnabled(False)
            self._menu.close()
            self.ceiling_wanted.emit(box.value())
