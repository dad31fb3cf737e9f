"""All that a map can be made of, in one small form that opens under its title.

Signals of `MapChoice`: `changed` (the new `MapParams`, at once).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QFormLayout, QFrame, QHBoxLayout, QLabel, QWidget

from w2vpraat.params import MapParams

from ..theme import colour
from .choice_box import ChoiceBox
from .map_names import (
    Offer,
    layer_options,
    model_options,
    normalization_options,
    pooling_options,
    projection_options,
    scale_options,
    source_options,
    with_model,
)

ROWS = {
    "formants": ("formants", "scale"),
    "f0": ("scale",),
    "duration": (),
    "embedding": ("model", "layer", "pooling"),
}
"""Source to the rows that only it has."""


class MapChoice(QFrame):
    """A popup: a choice counts at once, Escape or a click elsewhere closes it."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._params = MapParams()
        self._offer = Offer(self._params)
        self.setAccessibleName(self.tr("What this map shows"))
        names = {
            "source": self.tr("Show"),
            "scale": self.tr("Scale"),
            "model": self.tr("Model"),
            "layer": self.tr("Layer"),
            "pooling": self.tr("Frames"),
            "normalization": self.tr("Normalization"),
            "projection": self.tr("Laid flat by"),
        }
        self.boxes = {name: ChoiceBox(text, 30) for name, text in names.items()}
        for name, box in self.boxes.items():
            box.picked.connect(lambda value, name=name: self._on_picked(name, value))
        self.formants: dict[str, QCheckBox] = {}
        self._formant_row = QWidget()
        self._formant_line = QHBoxLayout(self._formant_row)
        self._formant_line.setContentsMargins(0, 0, 0, 0)
        self._formant_line.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.align = QCheckBox(self.tr("Lay it like the first map, where it can be turned"))
        self.align.setToolTip(
            self.tr("Procrustes: turned, mirrored and sized so that tokens lie where they lie there")
        )
        self.align.clicked.connect(lambda on: self._put(align=on))
        self._form = QFormLayout(self)
        self._form.setContentsMargins(10, 10, 10, 10)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        own = ("formants", "scale", "model", "layer", "pooling")
        self._order = ("source", *own, "normalization", "projection")
        for name in self._order:
            field: QWidget = self._formant_row if name == "formants" else self.boxes[name]
            label = QLabel(self.tr("Formants") if name == "formants" else names[name])
            label.setBuddy(field)
            self._form.addRow(label, field)
        self._form.addRow(self.align)

    def show_offer(self, offer: Offer) -> None:
        """Show what is chosen, without a signal."""
        params = self._params = offer.params
        self._offer = offer
        self._fill_formants()
        for name, options, value in (
            ("source", source_options(offer), params.source),
            ("scale", scale_options(offer), params.scale),
            ("model", model_options(offer), self._model()),
            ("layer", layer_options(offer), params.layer if offer.key is None else offer.key.layer),
            ("pooling", pooling_options(offer), params.pooling),
            ("normalization", normalization_options(offer), params.normalization),
            ("projection", projection_options(offer), params.projection),
        ):
            self.boxes[name].set_options(options, value)
        self.align.setChecked(params.align)
        shown = {"source", "normalization", "projection", *ROWS[params.source]}
        for row in range(len(self._order)):
            self._form.setRowVisible(row, self._order[row] in shown)
        if self.isVisible():
            self.adjustSize()

    def popup(self, place: QPoint) -> None:
        """Open at a place of the screen, or beside it where there is no room."""
        self.adjustSize()
        screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        x = min(place.x(), room.right() - self.width())
        y = min(place.y(), room.bottom() - self.height())
        self.move(max(x, room.left()), max(y, room.top()))
        self.show()
        self.boxes["source"].setFocus(Qt.FocusReason.PopupFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw paper and a thin frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("panel"))
        painter.setPen(colour("faint"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _model(self) -> str:
        # The measured model is the entry without a name.
        measured = self._offer.measured
        same = measured is not None and self._params.model == measured.model
        return "" if same else self._params.model

    def _fill_formants(self) -> None:
        choices = self._offer.choices
        measured = self._params.formants if choices is None else choices.formants
        if tuple(self.formants) != tuple(measured):
            for box in self.formants.values():
                self._formant_line.removeWidget(box)
                box.deleteLater()
            self.formants = {}
            for name in measured:
                box = self.formants[name] = QCheckBox(name)
                box.setAccessibleName(self.tr("Formant {name}").format(name=name))
                box.clicked.connect(self._on_formants)
                self._formant_line.addWidget(box)
        for name, box in self.formants.items():
            box.setChecked(name in self._params.formants)

    def _on_formants(self) -> None:
        names = tuple(name for name, box in self.formants.items() if box.isChecked())
        if names:
            self._put(formants=names)
        else:
            self._fill_formants()  # a map of nothing is none

    def _on_picked(self, name: str, value: Any) -> None:
        if name == "source" and value != self._params.source:
            # Normalizations and ways to lay flat belong to a world.
            self._put(source=value, normalization="none", projection="auto")
        elif name == "model":
            self._take(with_model(self._offer, value))
        else:
            self._put(**{name: value})

    def _put(self, **values: Any) -> None:
        self._take(replace(self._params, **values))

    def _take(self, params: MapParams) -> None:
        if params != self._params:
            self.show_offer(replace(self._offer, params=params))
            self.changed.emit(params)
