"""A picture of the figure as it will be printed, made anew when an option changes.

Messages: what keeps the figure from being drawn, in place of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.errors import W2VPraatError
from w2vpraat.params.exporting import BoardParams

from ..state import AppState
from ..theme import colour

PAUSE = 150
"""Milliseconds that several changes have to become one picture."""
MARGIN = 6


class FigurePreview(QWidget):
    """Draws what the library draws, on a white sheet.

    Parameters
    ----------
    state : AppState
        Its jobs draw.
    """

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._pictures: Sequence[MapPicture] = ()
        self._params = BoardParams()
        self._caption: Callable[[], str] = str
        self.image: QPixmap | None = None
        self.message = ""
        self.setMinimumSize(260, 260)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Preview of the figure"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._draw)

    def sizeHint(self) -> QSize:
        """As large as a half page."""
        return QSize(420, 420)

    def show_figure(
        self, pictures: Sequence[MapPicture], params: BoardParams, caption: Callable[[], str]
    ) -> None:
        """Draw these maps.

        Parameters
        ----------
        pictures : sequence of MapPicture
        params : BoardParams
        caption : callable
            Makes the caption, on the worker's thread.
        """
        self._pictures, self._params, self._caption = pictures, params, caption
        self._timer.start()

    def _draw(self) -> None:
        inches = self._params.width / 2.54
        room = max(self.width() - 2 * MARGIN, 200) * self.devicePixelRatioF()
        dpi = min(max(room / inches, 40.0), 220.0)
        self._state.jobs.start(
            "figure-preview",
            self.tr("Preview of the figure"),
            partial(_drawing, tuple(self._pictures), self._params, self._caption, dpi),
            on_result=self._on_drawn,
            on_error=self._on_error,
            quiet=True,
            lane="quick",
        )

    def _on_drawn(self, raw: bytes) -> None:
        self.message = ""
        self.image = QPixmap.fromImage(QImage.fromData(raw))
        self.setAccessibleDescription(self.tr("%n map(s)", "", len(self._pictures)))
        self.update()

    def _on_error(self, error: BaseException) -> None:
        self.image = None
        known = isinstance(error, W2VPraatError)
        self.message = f"{error.message}\n{error.hint}" if known else str(error)  # type: ignore[attr-defined]
        self.setAccessibleDescription(self.message)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet, or what is wrong."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        inside = self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if self.image is None:
            painter.setPen(colour("faint"))
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.message)
            return
        size = self.image.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left = inside.left() + (inside.width() - size.width()) // 2
        place = QRect(QPoint(left, inside.top()), size)
        painter.fillRect(place, Qt.GlobalColor.white)
        painter.drawPixmap(place, self.image)
        painter.setPen(colour("grid"))
        painter.drawRect(place.adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw as sharp as the screen allows."""
        super().resizeEvent(event)
        if self._pictures:
            self._timer.start()


def _drawing(
    pictures: Sequence[MapPicture], params: BoardParams, caption: Callable[[], str], dpi: float
) -> Iterator[bytes]:
    from w2vpraat.export.board_figures import board_bytes

    yield board_bytes(pictures, params, caption=caption(), dpi=dpi)
