"""What part of the time is seen, and what is selected in it: shared by all views of one recording.

Signals: `range_changed` (visible stretch), `selection_changed` (cursor or selection, selected tier and item),
`hover_changed` (time under the mouse, or None), `play_moved` (time being heard, or None).
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

PAGE = 0.8
"""Share of the visible stretch by which a page scrolls, as in Praat."""
SHORTEST = 0.0005
"""Shortest visible stretch in seconds."""
NEAR, TIMES, FAR = 1.5, 10.0, 4.0
"""What is looked at closely is shown in so many seconds, or in so many times its length if that is more; a
view that is less than `FAR` times as long stays as it is."""


class TimeView(QObject):
    """Visible stretch, cursor, selection and selected tier, in seconds, with Praat's meanings.

    A cursor is a selection whose start and end are equal.
    """

    range_changed = Signal(float, float)
    selection_changed = Signal()
    hover_changed = Signal(object)
    play_moved = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lowest = 0.0
        self.highest = 1.0
        self.start = 0.0
        self.end = 1.0
        self.selection_start = 0.0
        self.selection_end = 0.0
        self.cross_frequency: float | None = None
        self.hover: float | None = None
        self.playing: float | None = None
        self._tier = 1
        self._history: list[tuple[float, float]] = []

    # What is there

    def set_limits(self, lowest: float, highest: float) -> None:
        """Show another recording: forget selection and zoom."""
        self.lowest, self.highest = float(lowest), float(max(highest, lowest + SHORTEST))
        self.selection_start = self.selection_end = self.lowest
        self.cross_frequency = None
        self._history.clear()
        self.show_range(self.lowest, self.highest)
        self.selection_changed.emit()

    @property
    def length(self) -> float:
        """Length of the visible stretch in seconds."""
        return self.end - self.start

    @property
    def has_selection(self) -> bool:
        """Whether a stretch is selected, not just a time."""
        return self.selection_end > self.selection_start

    @property
    def cursor(self) -> float:
        """Start of the selection: where Praat looks for the selected interval."""
        return self.selection_start

    @property
    def tier(self) -> int:
        """Selected tier, counted from 1."""
        return self._tier

    @tier.setter
    def tier(self, number: int) -> None:
        if number != self._tier:
            self._tier = number
            self.selection_changed.emit()

    # Select

    def select(self, start: float, end: float | None = None, *, tier: int | None = None) -> None:
        """Select a stretch, or put the cursor at a time."""
        end = start if end is None else end
        start, end = self._inside(min(start, end)), self._inside(max(start, end))
        tier = self._tier if tier is None else tier
        if (start, end, tier) == (self.selection_start, self.selection_end, self._tier):
            return
        self.selection_start, self.selection_end, self._tier = start, end, tier
        self.selection_changed.emit()

    def set_cross(self, time: float, frequency: float) -> None:
        """Put the cursor and the frequency line where the spectrogram was clicked."""
        self.cross_frequency = frequency
        self.select(time)
        self.selection_changed.emit()

    def set_hover(self, time: float | None) -> None:
        """Tell all views where the mouse is."""
        if time != self.hover:
            self.hover = time
            self.hover_changed.emit(time)

    def set_playing(self, time: float | None) -> None:
        """Tell all views what is being heard."""
        self.playing = time
        self.play_moved.emit(time)

    # Look

    def show_range(self, start: float, end: float) -> None:
        """Show a stretch, shifted inside the recording if it reaches beyond."""
        length = min(max(end - start, SHORTEST), self.highest - self.lowest)
        start = min(max(start, self.lowest), self.highest - length)
        if (start, start + length) != (self.start, self.end):
            self.start, self.end = start, start + length
            self.range_changed.emit(self.start, self.end)

    def show_all(self) -> None:
        """Show the whole recording."""
        self.show_range(self.lowest, self.highest)

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Make the visible stretch `factor` times as long; `around` (default: the middle) stays in place."""
        around = 0.5 * (self.start + self.end) if around is None else around
        share = (around - self.start) / self.length
        length = min(max(self.length * factor, SHORTEST), self.highest - self.lowest)
        self.show_range(around - share * length, around - share * length + length)

    def zoom_to_selection(self) -> None:
        """Show the selection alone; `zoom_back` returns."""
        if self.has_selection:
            self._history.append((self.start, self.end))
            self.show_range(self.selection_start, self.selection_end)

    def zoom_back(self) -> None:
        """Show what was shown before the last zoom to a selection."""
        if self._history:
            self.show_range(*self._history.pop())

    def page(self, direction: int) -> None:
        """Scroll one page back (-1) or forward (1)."""
        self.scroll(direction * PAGE * self.length)

    def scroll(self, seconds: float) -> None:
        """Shift the visible stretch."""
        self.show_range(self.start + seconds, self.end + seconds)

    def reveal(self, start: float, end: float | None = None) -> None:
        """Scroll as little as needed so that a stretch is seen, with some room around it."""
        end = start if end is None else end
        if self.start <= start and end <= self.end:
            return
        room = 0.1 * self.length
        if end - start + 2 * room > self.length:
            middle = 0.5 * (start + end)
            half = 0.5 * max(self.length, 1.25 * (end - start))
            self.show_range(middle - half, middle + half)
        elif start < self.start:
            self.show_range(start - room, start - room + self.length)
        else:
            self.show_range(end + room - self.length, end + room)

    def approach(self, start: float, end: float) -> None:
        """Show a stretch so that one can work at it: zoom in if it would be tiny; `zoom_back` returns."""
        wanted = max(NEAR, TIMES * (end - start))
        if self.length > FAR * wanted:
            self._history.append((self.start, self.end))
            middle = 0.5 * (start + end)
            self.show_range(middle - 0.5 * wanted, middle + 0.5 * wanted)
        else:
            self.reveal(start, end)

    def _inside(self, time: float) -> float:
        return min(max(float(time), self.lowest), self.highest)
