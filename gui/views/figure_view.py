"""Shows a picture file at the largest size that fits."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget


class FigureView(QWidget):
    """A picture that keeps its proportions; a hint where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QPixmap()
        self._hint = self.tr("No figure in this folder.")
        self.setMinimumSize(240, 140)
        self.setAccessibleName(self.tr("Side-by-side figure"))

    @property
    def has_picture(self) -> bool:
        """Whether a picture is shown."""
        return not self._picture.isNull()

    def show_file(self, path: Path | None) -> None:
        """Show a picture file, or the hint."""
        self._picture = QPixmap(str(path)) if path is not None else QPixmap()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, or the hint."""
        painter = QPainter(self)
        if self._picture.isNull():
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._hint)
            return
        ratio = self.devicePixelRatioF()
        scaled = self._picture.scaled(
            self.size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        scaled.setDevicePixelRatio(ratio)
        size = scaled.deviceIndependentSize()
        painter.drawPixmap(
            int((self.width() - size.width()) / 2), int((self.height() - size.height()) / 2), scaled
        )
