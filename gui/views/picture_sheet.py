"""A figure for print on the screen: all of it if it can be read, at most its natural size, else scrolled.

Signals: none.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

DOTS = 1.5
"""Dots of the picture for a pixel at its natural size: figures are made for paper, read from nearer."""
LEAST = 560
"""Pixels of width below which it is scrolled rather than made smaller."""


class PictureSheet(QScrollArea):
    """Shows a picture that was drawn elsewhere; crisp on screens of double density."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(self.tr("Figure"))
        self._page = _Page()
        self.setWidget(self._page)

    @property
    def has_picture(self) -> bool:
        """Whether a picture is shown."""
        return not self._page.picture.isNull()

    def show_picture(self, data: bytes, told: str = "") -> None:
        """Show a picture file.

        Parameters
        ----------
        data : bytes
            PNG; empty: nothing.
        told : str
            What it shows, for those who don't see it.
        """
        self._page.picture = QImage.fromData(data) if data else QImage()
        self._page.setAccessibleName(told)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the width anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        picture = self._page.picture
        if picture.isNull():
            self._page.resize(QSize(1, 1))
            return
        room, shape = self.viewport().size(), picture.width() / picture.height()
        # All of it if that can be read, else as much as the width allows.
        width = min(max(room.height() * shape, LEAST), picture.width() / DOTS, room.width())
        self._page.resize(int(width), int(width / shape))
        self._page.update()


class _Page(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.picture = QImage()
        self._scaled = QImage()
        self._key: tuple[int, QSize] | None = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture; scaling it is done once for a size."""
        if self.picture.isNull():
            return
        ratio = self.devicePixelRatioF()
        size = (self.size().toSizeF() * ratio).toSize()
        key = self.picture.cacheKey(), size
        if key != self._key:
            smooth = Qt.TransformationMode.SmoothTransformation
            self._scaled = self.picture.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._scaled.setDevicePixelRatio(ratio)
            self._key = key
        painter = QPainter(self)
        painter.drawImage(0, 0, self._scaled)
