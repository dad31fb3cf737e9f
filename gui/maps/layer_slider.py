"""Glides through the layers of a model, by hand or by itself.

Signals of `LayerSlider`: `prepare_wanted` (somebody is about to glide), `moved` (position between layers,
while it is dragged or plays), `chosen` (the layer where it came to rest).
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QPointF, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)

from ..icons import icon
from ..theme import colour

STEPS = 100
"""Positions from layer to layer."""
FRAME = 16
"""Milliseconds between two pictures."""
PER_LAYER = 700
"""Milliseconds from layer to layer when it plays."""


class LayerSlider(QWidget):
    """A slider from layer 0 to the last one, and a button that plays it."""

    prepare_wanted = Signal()
    moved = Signal(float)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer = 0
        self._ready: frozenset[int] = frozenset()
        self._from = 0.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_frame)
        self.play = QToolButton()
        self.play.setAutoRaise(True)
        self.play.setIconSize(QSize(14, 14))
        self.play.setCheckable(True)
        self.play.toggled.connect(self._on_play)
        self.slider = _Slider()
        self.slider.setAccessibleName(self.tr("Layer"))
        self.slider.setToolTip(
            self.tr("Layer of the vectors; drag to see how the tokens move from layer to layer")
        )
        self.slider.sliderPressed.connect(self.prepare_wanted)
        self.slider.valueChanged.connect(self._on_value)
        self.slider.sliderReleased.connect(self._on_released)
        self.number = QLabel()
        self.number.setMinimumWidth(self.number.fontMetrics().horizontalAdvance("24.9") + 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_layers(0, 0)
        self.draw_icons()

    # What is shown

    @property
    def is_gliding(self) -> bool:
        """Whether it plays or is being dragged."""
        return self._timer.isActive() or self.slider.isSliderDown()

    @property
    def position(self) -> float:
        """Where it is, in layers."""
        return self.slider.value() / STEPS

    def set_layers(self, last: int, layer: int) -> None:
        """Show the layers of a model, and one of them; without a signal."""
        self._layer = layer
        if self.is_gliding:
            return
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, last * STEPS)
            self.slider.setValue(layer * STEPS)
        self.slider.update()
        self._tell()

    def set_ready(self, layers: frozenset[int]) -> None:
        """Say which layers are prepared; playing waits for the others."""
        self._ready = layers
        self.slider.set_ready(layers)

    def stop(self) -> None:
        """Stop gliding where it is, without a choice."""
        self._timer.stop()
        with QSignalBlocker(self.play):
            self.play.setChecked(False)
        self.slider.setSliderDown(False)
        self.set_layers(self.slider.maximum() // STEPS, self._layer)
        self.draw_icons()

    def draw_icons(self) -> None:
        """Draw in the colours of the theme."""
        on = self.play.isChecked()
        self.play.setIcon(icon("stop" if on else "play"))
        text = self.tr("Stop gliding") if on else self.tr("Glide through all layers")
        self.play.setToolTip(text)
        self.play.setAccessibleName(text)

    # Slots

    def _on_value(self, value: int) -> None:
        self._tell()
        if self.slider.isSliderDown():
            self.moved.emit(value / STEPS)
        elif not self._timer.isActive():
            # Keys and clicks beside the handle: from layer to layer.
            self._rest(round(value / STEPS))

    def _on_released(self) -> None:
        self._rest(round(self.position))

    def _on_play(self, on: bool) -> None:
        self.draw_icons()
        if not on:
            self._timer.stop()
            self._rest(round(self.position))
            return
        self.prepare_wanted.emit()
        if self.slider.value() >= self.slider.maximum():
            self._put(0.0)
        self._from = self.position
        self._clock.start()
        self._timer.start()

    def _on_frame(self) -> None:
        position = self._from + self._clock.elapsed() / PER_LAYER
        reached = self._reachable(position)
        if reached < position:  # the next layer is not prepared yet: go on from here when it is
            self._from = reached
            self._clock.start()
        self._put(reached)
        self.moved.emit(reached)
        if self.slider.value() >= self.slider.maximum():
            self._timer.stop()
            self.play.setChecked(False)

    def _reachable(self, position: float) -> float:
        last = self.slider.maximum() / STEPS
        here = int(self.position)
        while here + 1 <= last and here in self._ready and here + 1 in self._ready:
            here += 1
            if here >= position:
                break
        return min(position, max(float(here), self.position), last)

    def _put(self, position: float) -> None:
        self.slider.setValue(round(position * STEPS))

    def _rest(self, layer: int) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(layer * STEPS)
        self._tell()
        self.moved.emit(float(layer))
        if layer != self._layer:
            self._layer = layer
            self.chosen.emit(layer)

    def _tell(self) -> None:
        whole = self.slider.value() % STEPS == 0
        text = str(self.slider.value() // STEPS) if whole else f"{self.position:.1f}"
        self.number.setText(text)
        self.number.setAccessibleName(self.tr("Layer {layer}").format(layer=text))


class _Slider(QSlider):
    """A slider with a dot for each layer: filled if the layer is prepared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._ready: frozenset[int] = frozenset()
        self.setSingleStep(STEPS)
        self.setPageStep(STEPS)
        self.setMinimumWidth(60)
        self.setMinimumHeight(22)

    def set_ready(self, layers: frozenset[int]) -> None:
        """Fill the dots of these layers."""
        if layers != self._ready:
            self._ready = layers
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle to where the mouse is: on so short a slider nobody wants to page."""
        if event.button() == Qt.MouseButton.LeftButton:
            first, last = self._place(0.0), self._place(float(self.maximum()))
            share = (event.position().x() - first) / max(last - first, 1.0)
            self.setSliderDown(True)
            self.setSliderPosition(round(min(max(share, 0.0), 1.0) * self.maximum()))
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if self.isSliderDown():
            first, last = self._place(0.0), self._place(float(self.maximum()))
            share = (event.position().x() - first) / max(last - first, 1.0)
            self.setSliderPosition(round(min(max(share, 0.0), 1.0) * self.maximum()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Come to rest."""
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dots, then the slider over them."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = self.height() - 2.5
        for layer in range(self.maximum() // STEPS + 1):
            x = self._place(float(layer * STEPS))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent" if layer in self._ready else "faint"))
            size = 1.8 if layer in self._ready else 1.1
            painter.drawEllipse(QPointF(x, y), size, size)

    def _place(self, value: float) -> float:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        style = self.style()
        parts = QStyle.SubControl
        groove = style.subControlRect(QStyle.ComplexControl.CC_Slider, option, parts.SC_SliderGroove, self)
        handle = style.subControlRect(QStyle.ComplexControl.CC_Slider, option, parts.SC_SliderHandle, self)
        room = groove.width() - handle.width()
        share = value / self.maximum() if self.maximum() else 0.0
        return groove.x() + handle.width() / 2 + share * room
