"""The menu of a map: what is drawn, and what can be done with it.

Signals of `MapMenu`: `changed` (the new `MapParams`), `copy_wanted`, `fit_wanted`, `explain_wanted`,
`again_wanted` (lay it again), `close_wanted`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from w2vpraat.params import MapParams

from .choice_box import Option
from .map_names import Offer, column_options, normalization_options, projection_options

LEVELS = (0.5, 0.68, 0.86, 0.95)
"""Shares of tokens that ellipses hold; in two dimensions 0.39 is one standard deviation, 0.86 two."""


class MapMenu(QMenu):
    """Filled anew each time it opens."""

    changed = Signal(object)
    copy_wanted = Signal()
    fit_wanted = Signal()
    explain_wanted = Signal()
    again_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = Offer(MapParams())
        self._closable = False
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    def show_offer(self, offer: Offer) -> None:
        """Take what is chosen and what could be."""
        self._offer = offer

    def set_closable(self, closable: bool) -> None:
        """Whether there are other maps, so that this one may be closed."""
        self._closable = closable

    def fill(self) -> None:
        """Make the entries."""
        for menu in self.findChildren(QMenu):
            menu.deleteLater()
        self.clear()
        params, choices = self._offer.params, self._offer.choices
        self._list(self.tr("Colour by"), "colour", column_options(self._offer, self.tr("one colour")))
        self._list(self.tr("Shape by"), "shape", column_options(self._offer, self.tr("one shape")))
        self._list(self.tr("Normalization"), "normalization", normalization_options(self._offer))
        self._list(self.tr("Laid flat by"), "projection", projection_options(self._offer))
        self.addSeparator()
        marks = (
            Option("dots", self.tr("Dots")),
            Option("labels", self.tr("Labels in small letters")),
            Option("none", self.tr("Not at all")),
        )
        self._list(self.tr("Tokens as"), "marks", marks)
        self._switch(self.tr("Labels at their means"), "means")
        self._switch(self.tr("Ellipses"), "ellipses")
        levels = [
            Option(level, self.tr("{percent} % of the tokens").format(percent=round(100 * level)))
            for level in LEVELS
        ]
        ellipses = self._list(self.tr("Ellipses hold"), "ellipse_level", levels)
        ellipses.setEnabled(params.ellipses)
        courses = self._switch(self.tr("Mean courses over time"), "trajectories")
        if choices is not None and not choices.has_courses:
            courses.setEnabled(False)
            courses.setToolTip(self.tr("The tokens were measured at one point only: see Measure, Points"))
        self._switch(self.tr("Laid like the first map"), "align")
        self._list(self.tr("Numbers tell of"), "judged", column_options(self._offer))
        self.addSeparator()
        self._act(self.tr("Show all of it"), self.fit_wanted)
        self._act(self.tr("Lay it again"), self.again_wanted)
        self._act(self.tr("Copy picture"), self.copy_wanted)
        self._act(self.tr("Explain this map…"), self.explain_wanted)
        self._act(self.tr("Close this map"), self.close_wanted).setEnabled(self._closable)

    def _list(self, title: str, name: str, options: Sequence[Option]) -> QMenu:
        menu = QMenu(title, self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        now = getattr(self._offer.params, name)
        for one in options:
            action = QAction(one.text.replace("&", "&&"), menu)
            action.setCheckable(True)
            action.setChecked(one.value == now)
            action.setEnabled(not one.reason)
            action.setToolTip(one.reason or one.tip)
            action.triggered.connect(lambda _checked=False, value=one.value: self._put(name, value))
            group.addAction(action)
            menu.addAction(action)
        self.addMenu(menu)
        return menu

    def _switch(self, title: str, name: str) -> QAction:
        action = QAction(title, self)
        action.setCheckable(True)
        action.setChecked(getattr(self._offer.params, name))
        action.triggered.connect(lambda checked: self._put(name, checked))
        self.addAction(action)
        return action

    def _act(self, title: str, signal: Any) -> QAction:
        action = QAction(title, self)
        action.triggered.connect(lambda _checked=False: signal.emit())
        self.addAction(action)
        return action

    def _put(self, name: str, value: Any) -> None:
        params = replace(self._offer.params, **{name: value})
        if params != self._offer.params:
            self.changed.emit(params)
