"""Which layers of a model give the vectors: one button per layer; none pressed is the recommended one.

Signals of `LayerChoice`: `changed` (tuple of the layers that are pressed).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from ..theme import colours

PER_ROW = 9


class LayerChoice(QWidget):
    """Buttons 0 to L; arrow keys move between them, Space presses."""

    changed = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[QToolButton] = []
        self._layers = self._best = -1
        self._pressed: tuple[int, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self.setAccessibleName(self.tr("Layers"))

    def set_model(self, layers: int, recommended: int) -> None:
        """Show the layers of another model."""
        if (layers, recommended) == (self._layers, self._best):
            return
        self._layers, self._best = layers, recommended
        for old in self.buttons:
            self._grid.removeWidget(old)
            old.deleteLater()
        self.buttons = [self._button(layer) for layer in range(layers + 1)]
        for layer, button in enumerate(self.buttons):
            self._grid.addWidget(button, layer // PER_ROW, layer % PER_ROW)
        self._show()

    def set_value(self, layers: tuple[int, ...]) -> None:
        """Press these buttons, without a signal."""
        self._pressed = tuple(layers)
        self._show()

    def _button(self, layer: int) -> QToolButton:
        button = QToolButton()
        button.setText(str(layer))
        button.setCheckable(True)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(22)
        tip = self.tr("Layer {layer}").format(layer=layer)
        if layer == 0:
            tip = self.tr("Layer 0: input of the first Transformer layer")
        elif layer == self._layers:
            tip = self.tr("Layer {layer}: the last, normed").format(layer=layer)
        if layer == self._best:
            tip = self.tr("{layer} (recommended)").format(layer=tip)
            font = button.font()
            font.setUnderline(True)
            button.setFont(font)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda _checked=False: self._on_clicked(layer))
        return button

    def _show(self) -> None:
        shade = colours()
        for layer, button in enumerate(self.buttons):
            button.setChecked(layer in self._pressed)
            # Without a choice the recommended layer is taken: its button has a frame.
            taken = layer == self._best and not self._pressed
            sheet = f"QToolButton {{ border: 2px solid {shade.accent}; }}" if taken else ""
            if button.styleSheet() != sheet:
                button.setStyleSheet(sheet)

    def _on_clicked(self, layer: int) -> None:
        pressed = set(self._pressed) ^ {layer}
        self._pressed = tuple(sorted(pressed))
        self._show()
        self.changed.emit(self._pressed)
