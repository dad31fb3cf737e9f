"""All tiers of the document below each other, over the common time axis.

It reads document, time view and `EditorParams`; it emits nothing and edits nothing. What the mouse does is in
`editor/tier_mouse.py`, which sets `ghost` (the preview of a drag) and `grabbed`; `typed` is a label that is
being typed and not yet an act. `painted` counts the items of the last drawing.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QToolTip, QWidget

from w2vpraat.corpus.textgrid import TextGrid, Tier
from w2vpraat.params import EditorParams

from ..document import Document
from ..fonts import label_font
from ..theme import colour, colours
from .tier_layout import LEAST_ROW, Row, TierIndex, make_rows, shown_label
from .tier_painting import TierPainter
from .time_axis import LEFT, RIGHT, TimeAxisView

ROOM = 6.0
"""Pixels above and below the tallest sign of a label, together."""


@dataclass(frozen=True)
class Ghost:
    """Where a drag would drop what it holds.

    Parameters
    ----------
    time : float
        Of the grabbed boundary, in seconds, after snapping.
    from_time : float
        Where it was.
    marks : tuple of (int, float)
        Tier number and time of everything that would move.
    snapped : bool
        Whether it snaps to something.
    refused : str
        Why it can't be dropped here; empty if it can.
    """

    time: float
    from_time: float
    marks: tuple[tuple[int, float], ...] = ()
    snapped: bool = False
    refused: str = ""


class TierView(TimeAxisView):
    """Draws the tiers; finds rows and items for the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.params = EditorParams()
        self.ghost: Ghost | None = None
        self.grabbed: tuple[int, float] | None = None
        self.typed: tuple[int, int, str] | None = None
        self.painted = 0
        self._indexes: dict[int, TierIndex] = {}
        self._widths: dict[str, float] = {}
        self._laid_out: object = None
        self._picture = QPixmap()
        self._picture_of: object = None
        self._pictured: object = None  # grids of the picture: while they live, their ids are theirs
        self._take_font()
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bar.setAccessibleName(self.tr("Scroll through the tiers"))
        self._bar.valueChanged.connect(self.update)
        self._bar.hide()
        self.setAccessibleName(self.tr("Tiers"))
        self.setMinimumHeight(int(LEAST_ROW))

    # What is shown

    def set_document(self, document: Document | None) -> None:
        """Show another document, or nothing."""
        if self.document is not None:
            self.document.view.selection_changed.disconnect(self._on_selection_changed)
            self.document.second_changed.disconnect(self.lay_out)
        self.ghost = self.grabbed = self.typed = None
        self._indexes.clear()
        self._picture_of = self._pictured = None
        super().set_document(document)
        if document is not None:
            document.view.selection_changed.connect(self._on_selection_changed)
            document.second_changed.connect(self.lay_out)
        self._bar.setValue(0)
        self.lay_out()

    def set_params(self, params: EditorParams) -> None:
        """Take other settings of the editor: size of labels, reach of the mouse."""
        self.params = params
        self._take_font()
        self.lay_out()

    def set_ghost(self, ghost: Ghost | None) -> None:
        """Show what a drag would do, or no longer."""
        self.ghost = ghost
        self.update()

    def set_grabbed(self, grabbed: tuple[int, float] | None) -> None:
        """Show which boundary (tier, time) the mouse holds."""
        self.grabbed = grabbed
        self.update()

    def set_typed(self, typed: tuple[int, int, str] | None) -> None:
        """Show a label (tier, item, text) while it is typed."""
        if typed != self.typed:
            self.typed = typed
            self.update()

    @property
    def second(self) -> TextGrid | None:
        """The grid of a second annotator."""
        return None if self.document is None else self.document.second

    # Geometry

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, where they are now; those that are scrolled away are above or below the widget."""
        if self.grid is None:
            return ()
        up = float(self._bar.value())
        found = self._made_rows(float(self.height()), self._least)
        return tuple(row._replace(top=row.top - up) for row in found)

    def row_at(self, y: float) -> Row | None:
        """Return the row at a height."""
        return next((row for row in self.rows if row.top <= y < row.bottom), None)

    def tier_of(self, row: Row) -> Tier:
        """Return the tier of a row."""
        grid = self.second if row.second else self.grid
        assert grid is not None
        return grid.tiers[row.tier - 1]

    @property
    def circle_radius(self) -> float:
        """Radius of the circles at the cursor, in pixels (1.5 mm as in Praat)."""
        return self.pixels(1.5)

    @property
    def names_right(self) -> float:
        """Where the names of the tiers end."""
        return self.width() - (self._bar.width() if self._bar.isVisibleTo(self) else 0) - 6.0

    def sizeHint(self) -> QSize:
        """Ask for a comfortable height for every tier."""
        if self.grid is None:
            return QSize(640, int(4 * self._least))
        rows = self._made_rows(0.0, round(1.4 * self._least))
        return QSize(640, int(rows[-1].bottom) + 2 if rows else int(self._least))

    def lay_out(self) -> None:
        """Share the height among the tiers again; needed when `document.second` was set."""
        self._laid_out = self._layout_key()
        height, total = float(self.height()), 0.0
        if self.grid is not None:
            rows = self._made_rows(height, self._least)
            total = rows[-1].bottom if rows else 0.0
        beyond = max(round(total - height), 0)
        self._bar.setRange(0, beyond)
        self._bar.setPageStep(max(int(height), 1))
        self._bar.setSingleStep(int(self._least))
        self._bar.setVisible(beyond > 0)
        wide = self._bar.sizeHint().width()
        self._bar.setGeometry(self.width() - wide, 0, wide, self.height())
        self._show_selected_tier()
        self.update()

    # What the painter needs

    def index_of(self, tier: Tier) -> TierIndex:
        """Return the index of a tier, made once."""
        known = self._indexes.get(id(tier))
        if known is None or known.tier is not tier:
            known = self._indexes[id(tier)] = TierIndex(tier)
        return known

    def text_width(self, text: str) -> float:
        """Return the width of a label as it is drawn, in pixels."""
        known = self._widths.get(text)
        if known is None:
            if len(self._widths) > 20_000:
                self._widths.clear()
            known = self._widths[text] = self.label_metrics.horizontalAdvance(text)
        return known

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tiers."""
        if self._laid_out != self._layout_key():  # somebody set `document.second`
            QTimer.singleShot(0, self, self.lay_out)
        super().paintEvent(event)

    def paint(self, painter: QPainter) -> None:
        """Draw the rows: as a picture, so that the mouse and playback don't make them again."""
        key = self._picture_key()
        if key != self._picture_of:
            self._picture = QPixmap(self.size() * self.devicePixelRatioF())
            self._picture.setDevicePixelRatio(self.devicePixelRatioF())
            self._picture.fill(colour("panel"))
            inner = QPainter(self._picture)
            try:
                inner.fillRect(self.axis_rect, colour("paper"))
                self.painted = TierPainter(inner, self).paint_rows()
            finally:
                inner.end()
            self._picture_of, self._pictured = key, (self.grid, self.second)
        painter.drawPixmap(0, 0, self._picture)

    def paint_cursor(self, painter: QPainter) -> None:
        """Draw the cursor, and over it what a drag would do."""
        super().paint_cursor(painter)
        TierPainter(painter, self).paint_over()

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new height among the tiers."""
        super().resizeEvent(event)
        self.lay_out()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Beside the axis scroll through the tiers, over it through the time."""
        beside = not LEFT <= event.position().x() <= self.width() - RIGHT
        if beside and self._bar.isVisibleTo(self):
            self._bar.setValue(self._bar.value() - event.angleDelta().y() // 3)
            event.accept()
        else:
            super().wheelEvent(event)

    def event(self, event: QEvent) -> bool:
        """Explain what the mouse rests on."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.explanation(event.pos()), self)
            return True
        return super().event(event)

    def explanation(self, place: QPoint) -> str:
        """Return what the tool tip says at a place: a name or label that was cut, and what is wrong there."""
        row = self.row_at(place.y())
        if row is None:
            return ""
        tier = self.tier_of(row)
        if place.x() > self.width() - RIGHT or place.x() < LEFT:
            lines = [f'{row.tier} "{tier.name}"']
            if row.second:
                lines.append(self.tr("Second annotator"))
            if self.index_of(tier).is_broken:
                lines.append(self.tr("Gaps, overlaps or other faults are hatched."))
            return "\n".join(lines)
        time, reach = self.time_of(place.x()), self.seconds_per_pixel
        lines = []
        for piece in self.index_of(tier).pieces(time - 3 * reach, time + 3 * reach, 0.0):
            start, end = piece.item[0], piece.item[-2]
            inside = start <= time < end if len(piece.item) == 3 else abs(start - time) <= 3 * reach
            text = shown_label(piece.item.label)
            if (
                inside
                and text
                and (len(piece.item) == 2 or self.text_width(text) > (end - start) / reach - 4)
            ):
                lines.append(text)
        lines += [problem.message for problem in self.index_of(tier).problems_near(time, 3 * reach)]
        return "\n".join(lines[:6])

    # Slots

    def _on_grid_changed(self, change: object) -> None:
        kept = [one for grid in (self.grid, self.second) if grid is not None for one in grid.tiers]
        alive = {id(tier) for tier in kept}
        self._indexes = {key: index for key, index in self._indexes.items() if key in alive}
        self.lay_out()

    def _on_selection_changed(self) -> None:
        self._show_selected_tier()

    def _show_selected_tier(self) -> None:
        if self.view is None or not self._bar.maximum():
            return
        for row in self.rows:
            if row.tier == self.view.tier and not row.second:
                over = min(row.top, 0.0) or max(row.bottom - self.height(), 0.0)
                self._bar.setValue(self._bar.value() + round(over))

    def _made_rows(self, height: float, least: float) -> tuple[Row, ...]:
        if self.document is None:
            return ()
        partners = self.document.second_partners
        return make_rows(self.document.grid, self.second, height, least=least, partners=partners)

    def _picture_key(self) -> object:
        assert self.view is not None
        view = self.view
        seen = (view.start, view.end, view.selection_start, view.selection_end, view.tier)
        looks = (self._layout_key(), self.devicePixelRatioF(), self._bar.value(), self._bar.isVisible())
        return id(self.grid), seen, looks, self.params, self.typed, self.grabbed, colours()

    def _layout_key(self) -> object:
        tiers = 0 if self.grid is None else len(self.grid)
        return tiers, id(self.second), self.size(), self._least

    def _take_font(self) -> None:
        self.label_font = label_font(self.params.label_size)
        self.label_metrics = QFontMetricsF(self.label_font)
        self._widths.clear()
        self._least = max(LEAST_ROW, self.label_metrics.height() + ROOM)
