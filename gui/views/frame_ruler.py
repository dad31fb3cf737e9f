"""One tick per frame of the model: which frames belong to the selected interval and make its vector.

Signals: none. The mouse shows what the frame under it hears.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from w2vpraat.models.frames import NEAREST, OUTSIDE, WIDENED, FrameClock

from ..theme import colour
from .frame_choice import OwnedFrames, frames_in, owned_frames
from .sound_source import SoundSource
from .sound_strip import small_font
from .time_axis import LEFT, TimeAxisView

CLOSEST = 3.0
"""Least pixels between two ticks."""


class FrameRuler(TimeAxisView):
    """Ticks at the centres of the frames of the model in the settings.

    Parameters
    ----------
    source : SoundSource
        Knows the model.
    """

    def __init__(self, source: SoundSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self._owned: OwnedFrames | None = None
        self._owned_of: Any = None
        self.setAccessibleName(self.tr("Frames of the model"))
        self.setFixedHeight(round(2 * QFontMetricsF(small_font()).height()) + 8)
        source.model_changed.connect(self.update)

    # What is there

    def interval(self) -> tuple[float, float] | None:
        """Return the selected interval in seconds, or the stretch around the selected point."""
        if self.document is None or self.view is None or (tier := self.document.tier) is None:
            return None
        items, time = tier.items, self.view.cursor
        if items and len(items[0]) == 2:
            room = self.source.settings.tokens.point_window
            near = [point for point in items if abs(point[0] - time) < 1e-9]
            return (near[0][0] - room, near[0][0] + room) if near else None
        number = getattr(tier, "number_at", lambda _: 0)(time)
        return (items[number - 1][0], items[number - 1][1]) if number else None

    @property
    def n_frames(self) -> int:
        """Frames of the whole recording; 0 while there is no model."""
        clock = self.source.clock
        return 0 if clock is None or self.document is None else frames_in(clock, self.document.info.duration)

    def owned(self) -> OwnedFrames | None:
        """Return the frames of the selected interval; None without interval or model."""
        clock, interval = self.source.clock, self.interval()
        if clock is None or interval is None or self.document is None or interval[1] < interval[0]:
            return None
        params = self.source.settings.embed
        key = (clock, *interval, self.document.info.duration, params, self.document.start_time)
        if key != self._owned_of:
            self._owned = owned_frames(*key)
            self._owned_of = key
        return self._owned

    def grid_frames(self) -> tuple[int, int, float]:
        """Return the frames that there are as first, stop, and the time at which frame 0 begins to hear."""
        if self.document is None:
            return 0, 0, 0.0
        if self.source.settings.embed.context == "token":
            # The model hears nothing but the interval: there are no other frames.
            owned = self.owned()
            return (0, 0, 0.0) if owned is None else (owned.first, owned.stop, owned.origin)
        return 0, self.n_frames, self.document.start_time

    def frame_at(self, time: float) -> int | None:
        """Return the frame whose centre is nearest to a time; None where no frame hears anything."""
        clock = self.source.clock
        first, stop, origin = self.grid_frames()
        if clock is None or stop == first:
            return None
        frame = round(((time - origin) * clock.rate - 0.5 * clock.receptive_field) / clock.hop)
        frame = min(max(frame, first), stop - 1)
        begin, end = clock.span(frame, origin)
        return frame if begin <= time <= end else None

    def summary(self) -> tuple[str, str, bool]:
        """Return two lines about the selected interval, and whether to be warned."""
        owned = self.owned()
        if owned is None:
            return "", "", False
        count = self.tr("1 frame") if owned.n_own == 1 else self.tr("{n} frames").format(n=owned.n_own)
        if owned.flag == OUTSIDE:
            return self.tr("no frame"), self.tr("beyond the sound"), True
        if owned.n_own == 0:
            rule = {NEAREST: self.tr("nearest taken"), WIDENED: self.tr("widened to one")}
            return self.tr("0 frames"), rule.get(owned.flag, self.tr("no vector")), True
        counts = [int((part > 0.0).sum()) for part in owned.weights]
        n = int(owned.pooled.sum())
        rule = {
            "mean": self.tr("mean of {n}").format(n=n),
            "middle": self.tr("middle third: {n}").format(n=n),
            "centre": self.tr("centre frame: {n}").format(n=n),
            "overlap": self.tr("by overlap: {n}").format(n=n),
            "thirds": self.tr("thirds: {counts}").format(counts=" + ".join(map(str, counts[:3]))),
            "frames": self.tr("each by itself"),
        }[self.source.settings.embed.pooling]
        return count, rule, owned.n_own == 1

    # Drawing

    def paint(self, painter: QPainter) -> None:
        """Draw ticks, the frames of the interval, and what is heard under the mouse."""
        painter.setFont(small_font())
        clock = self.source.clock
        if clock is None:
            error = self.source.messages.get("model")
            text = f"{error.message} ({error.hint})" if error else self.tr("Looking for the model…")
            painter.setPen(colour("error" if error else "faint"))
            painter.drawText(self.axis_rect, int(Qt.AlignmentFlag.AlignCenter), text)
            return
        self._paint_beside(painter, clock)
        painter.save()
        painter.setClipRect(self.axis_rect)
        self._paint_owned(painter, clock)
        self._paint_ticks(painter, clock)
        self._paint_bracket(painter, clock)
        painter.restore()

    def _paint_ticks(self, painter: QPainter, clock: FrameClock) -> None:
        view = self.view
        assert view is not None
        if clock.hop_seconds / self.seconds_per_pixel < CLOSEST:
            if view.hover is None:
                painter.setPen(colour("faint"))
                text = self.tr("one frame every {ms:g} ms: zoom in to see them").format(
                    ms=1000.0 * clock.hop_seconds
                )
                painter.drawText(self.axis_rect, int(Qt.AlignmentFlag.AlignCenter), text)
            return
        least, most, origin = self.grid_frames()
        offset = origin + 0.5 * clock.receptive_field / clock.rate
        first = max(least, int((view.start - offset) / clock.hop_seconds) - 1)
        stop = min(most, int((view.end - offset) / clock.hop_seconds) + 2)
        top, bottom = 2.0, 0.42 * self.height()
        places = offset + np.arange(first, max(stop, first)) * clock.hop_seconds
        lines = [QLineF(x, top, x, bottom) for x in map(self.x_of, places.tolist())]
        painter.setPen(QPen(colour("frame"), 1))
        painter.drawLines(lines)
        owned = self.owned()
        if owned is not None and owned.stop > owned.first:
            painter.setPen(QPen(colour(self._shade(owned)), 2))
            painter.drawLines(lines[max(owned.first - first, 0) : max(owned.stop - first, 0)])

    def _paint_owned(self, painter: QPainter, clock: FrameClock) -> None:
        owned = self.owned()
        if owned is None or owned.stop == owned.first:
            return
        shade = self._shade(owned)
        half = 0.5 * clock.hop_seconds
        centre = owned.origin + 0.5 * clock.receptive_field / clock.rate
        height = 0.42 * self.height()

        def cells(first: int, stop: int, alpha: int) -> None:
            left = self.x_of(centre + first * clock.hop_seconds - half)
            right = self.x_of(centre + (stop - 1) * clock.hop_seconds + half)
            painter.fillRect(QRectF(left, 1.0, max(right - left, 1.0), height), colour(shade, alpha))

        cells(owned.first, owned.stop, 45)
        # Runs of equal weight as one cell each; the darkest counts most.
        weights = owned.weights.max(axis=0)
        share = weights / max(float(weights.max()), 1e-12)
        edges = np.flatnonzero(np.diff(share)) + 1
        for first, stop in zip([0, *edges.tolist()], [*edges.tolist(), share.size], strict=True):
            if share[first] > 0.0:
                cells(owned.first + first, owned.first + stop, round(40 + 90 * float(share[first])))

    def _paint_bracket(self, painter: QPainter, clock: FrameClock) -> None:
        view = self.view
        assert view is not None
        frame = None if view.hover is None else self.frame_at(view.hover)
        if frame is None:
            return
        start, end = clock.span(frame, self.grid_frames()[2])
        left, right = self.x_of(start), self.x_of(end)
        row = 0.5 * self.height()
        middle = row + 4.0
        painter.setPen(QPen(colour("frame_owned"), 1.5))
        painter.drawLines(
            [
                QLineF(left, row, left, middle),
                QLineF(left, middle, right, middle),
                QLineF(right, middle, right, row),
            ]
        )
        text = self.tr("frame {n} hears {ms:g} ms: {start:.4f} to {end:.4f} s").format(
            n=frame, ms=round(1000.0 * (end - start), 3), start=start, end=end
        )
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(text)
        x = right + 6.0 if right + 6.0 + width < LEFT + self.axis_width else left - 6.0 - width
        x = min(max(x, LEFT + 2.0), LEFT + self.axis_width - width)
        painter.setPen(colour("ink"))
        painter.drawText(QPointF(x, self.height() - metrics.descent() - 1.0), text)

    def _paint_beside(self, painter: QPainter, clock: FrameClock) -> None:
        record = self.source.record
        assert record is not None
        metrics = painter.fontMetrics()
        half = 0.5 * self.height()
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        name = metrics.elidedText(record.name, Qt.TextElideMode.ElideLeft, LEFT - 8)
        painter.setPen(colour("ink"))
        painter.drawText(QRectF(0.0, 0.0, LEFT - 5.0, half), right, name)
        painter.setPen(colour("faint"))
        every = self.tr("{ms:g} ms").format(ms=1000.0 * clock.hop_seconds)
        painter.drawText(QRectF(0.0, half, LEFT - 5.0, half), right, every)
        count, rule, warned = self.summary()
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        x = LEFT + self.axis_width + 5.0
        painter.setPen(colour("warning" if warned else "ink"))
        painter.drawText(QRectF(x, 0.0, self.width() - x, half), left, ("⚠ " if warned else "") + count)
        painter.setPen(colour("warning" if warned else "faint"))
        painter.drawText(QRectF(x, half, self.width() - x, half), left, rule)

    def _shade(self, owned: OwnedFrames) -> str:
        return "warning" if owned.n_own <= 1 else "frame_owned"
