"""How a map of the board looks: choices above, tokens, legend, numbers; what has no room is hidden.

Signals: none of its own; see `MapPanel`, which adds what it does.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.pipeline.maps.live_map import LiveMap

from ..theme import colour
from ..views.points.point_map import PointMap
from .layer_slider import LayerSlider
from .legend import Legend
from .map_bar import MapBar
from .map_choice import MapChoice
from .map_menu import MapMenu
from .map_names import Offer
from .map_says import MapSays, Veil
from .model_switch import ModelSwitch
from .numbers_line import NumbersLine

LEGEND_FROM = 320
"""Pixels of width from which on there is room for a legend beside the map."""
SWITCH_FROM = 390
"""Pixels of width from which on there is room for a button for each model."""
LOW = 150
"""Pixels of height from which on there is room for models and layers."""
COPY_RATIO = 2.0
"""A picture is copied at twice its size, for sharp letters."""


class MapFace(QWidget):
    """The widgets of a map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._has_layers = False
        self.bar = MapBar()
        self.menu = MapMenu(self)
        self.bar.set_menu(self.menu)
        self.choice = MapChoice(self)
        self.switch = ModelSwitch()
        self.slider = LayerSlider()
        self.model_row = QWidget(self)
        models = QHBoxLayout(self.model_row)
        models.setContentsMargins(4, 0, 4, 1)
        models.setSpacing(6)
        models.addWidget(self.switch)
        models.addWidget(self.slider, 1)
        self.points = PointMap()
        self.points.setMinimumSize(90, 60)
        self.points.installEventFilter(self)
        self.legend = Legend(self)
        self.middle = QWidget()
        self.veil = Veil(self.points, self.middle)
        self.says = MapSays(self.points, self.middle)
        both = QHBoxLayout(self.middle)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(1)
        both.addWidget(self.points, 1)
        both.addWidget(self.legend)
        self.numbers = NumbersLine()
        self.again = QToolButton(self)
        self.again.setText(self.tr("Lay again"))
        self.again.setAccessibleName(self.again.text())
        self.again.setAutoRaise(True)
        self.again.hide()
        bottom = QHBoxLayout()
        bottom.setContentsMargins(0, 0, 2, 0)
        bottom.setSpacing(2)
        bottom.addWidget(self.numbers, 1)
        bottom.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.model_row)
        column.addWidget(self.middle, 1)
        column.addLayout(bottom)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(150, 130)

    @property
    def picture(self) -> MapPicture | None:
        """What is drawn."""
        return self.points.picture

    def show_offer(self, offer: Offer) -> None:
        """Show what is chosen and what could be."""
        self.bar.show_offer(offer)
        self.choice.show_offer(offer)
        self.menu.show_offer(offer)
        self._has_layers = offer.params.source == "embedding"
        self._fit()
        if self._has_layers and offer.choices is not None:
            self.switch.set_models(offer.choices.models)
        if self._has_layers and offer.key is not None:
            self.switch.set_model(offer.key.model)
            self.slider.set_layers(offer.last_layer, offer.key.layer)
        self.setAccessibleName(self.tr("Map: {title}").format(title=offer.title))

    def show_picture(self, picture: MapPicture | None) -> None:
        """Draw a map, with its legend and notes."""
        self.points.set_picture(picture)
        self.legend.set_picture(picture)
        self.bar.set_notes(() if picture is None else picture.notes)
        self._fit()

    def show_numbers(self, made: LiveMap | None) -> None:
        """Show the numbers of a map, and whether its axes are behind."""
        behind = 0 if made is None else made.is_behind
        if made is None:
            self.numbers.set_numbers(())
        else:
            waiting = "" if made.numbers else self.tr("Computing the numbers…")
            self.numbers.set_numbers(made.numbers, len(made.placed.columns), waiting)
        tip = self.tr("{n} tokens have other values than when the axes of this map were found")
        self.again.setToolTip(tip.format(n=behind))
        self.again.setVisible(bool(behind))

    def copy_picture(self) -> QImage:
        """Put map and legend on the clipboard."""
        map_size = self.points.size()
        legend = self.legend.room(map_size.height())
        size = QSize(map_size.width() + legend.width(), map_size.height())
        image = QImage(size * COPY_RATIO, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(COPY_RATIO)
        image.fill(colour("paper"))
        painter = QPainter(image)
        try:
            painter.setFont(self.font())
            self.points.paint_on(painter, QRect(QPoint(), map_size))
            self.legend.paint_on(painter, QRect(QPoint(map_size.width(), 0), legend))
        finally:
            painter.end()
        QGuiApplication.clipboard().setImage(image)
        return image

    def _fit(self) -> None:
        self.legend.setVisible(self.width() >= LEGEND_FROM and bool(self.legend.entries))
        self.model_row.setVisible(self._has_layers and self.height() >= LOW)
        self.switch.set_compact(self.width() < SWITCH_FROM)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Keep what is said over the map in its place."""
        if watched is self.points and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.veil.place()
            self.says.place()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "again"):
            self.slider.draw_icons()
