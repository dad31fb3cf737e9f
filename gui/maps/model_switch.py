"""Buttons that change the model of a map and nothing else: what fine-tuning did, before one's eyes.

Signals of `ModelSwitch`: `chosen` (name of a model).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from w2vpraat.pipeline.maps.choices import ModelChoice

PAPER = ("base", "phone", "sex", "phone+sex")
"""Models that have a button of their own, in this order: those that the paper compares."""


class ModelSwitch(QWidget):
    """Small buttons; other models are in a menu."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QToolButton] = {}
        self.model = ""
        self._compact = False
        self._models: tuple[ModelChoice, ...] = ()
        self.others = QToolButton()
        self.others.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.others.setAccessibleName(self.tr("Other models"))
        self.others.setToolTip(self.tr("Other models: your own, and those of the catalogue"))
        self.others.setCheckable(True)
        self.menu = QMenu(self.others)
        self.menu.aboutToHide.connect(self._show)
        self.others.setMenu(self.menu)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(1)
        self._row.addWidget(self.others)
        self.setAccessibleName(self.tr("Models"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._show()

    def set_models(self, models: Sequence[ModelChoice]) -> None:
        """Take the models that there are."""
        if tuple(models) == self._models:
            return
        self._models = tuple(models)
        for button in self.buttons.values():
            self._row.removeWidget(button)
            button.deleteLater()
        known = {one.key: one for one in models}
        self.buttons = {name: self._button(known[name]) for name in PAPER if name in known}
        for place, button in enumerate(self.buttons.values()):
            self._row.insertWidget(place, button)
        self._show()

    def set_compact(self, compact: bool) -> None:
        """Put all models into the menu, where there is no room for buttons."""
        if compact != self._compact:
            self._compact = compact
            self._show()

    def set_model(self, model: str) -> None:
        """Press the button of a model, without a signal."""
        self.model = model
        self._show()

    def _button(self, one: ModelChoice) -> QToolButton:
        button = QToolButton(self)
        button.setText(one.key)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setToolTip(self._tip(one))
        button.setAccessibleName(self.tr("Model {name}").format(name=one.key))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(partial(self._on_clicked, one.key))
        return button

    def _tip(self, one: ModelChoice) -> str:
        return one.why_not or self.tr("{title}: the same tokens, laid like the map before").format(
            title=one.title
        )

    def _show(self) -> None:
        for name, button in self.buttons.items():
            button.setChecked(name == self.model)
            button.setVisible(not self._compact)
        shown = () if self._compact else tuple(self.buttons)
        elsewhere = bool(self.model) and self.model not in shown
        self.others.setChecked(elsewhere)
        self.others.setText(_end_of(self.model) if elsewhere else "…")
        self.menu.clear()
        names = [one for one in self._models if one.key not in shown]
        for one in names:
            action = QAction(one.title, self.menu)
            action.setText(one.key)
            action.setToolTip(self._tip(one))
            action.setCheckable(True)
            action.setChecked(one.key == self.model)
            action.setEnabled(not one.why_not)
            action.triggered.connect(partial(self._on_clicked, one.key))
            self.menu.addAction(action)
        if elsewhere and self.model not in [one.key for one in names]:
            action = QAction(_end_of(self.model), self.menu)
            action.setCheckable(True)
            action.setChecked(True)
            self.menu.addAction(action)
        self.menu.setToolTipsVisible(True)
        self.others.setEnabled(bool(self.menu.actions()))

    def _on_clicked(self, name: str, _checked: bool = False) -> None:
        other = name != self.model
        self.set_model(name)
        if other:
            self.chosen.emit(name)


def _end_of(model: str) -> str:
    # A folder or a hub id is long: its last part tells it.
    return model.replace("\\", "/").rstrip("/").rpartition("/")[2] or model
