"""Commands of the menus View and Select: zooming, scrolling, cursor, selection, intervals and tiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from w2vpraat.corpus.textgrid import IntervalTier, PointTier, praat_edits
from w2vpraat.errors import InputError
from w2vpraat.params.editing import SelectParams

from ..dialogs.go_to_time import GoToTimeDialog
from ..view_settings import setting
from .command_base import Commands, Slot

_ZOOM = 0.5  # as Praat

_Mover = Callable[[tuple[float, float], float, tuple[float, float]], tuple[float, float]]


class SelectionCommands(Commands):
    """What moves the visible stretch, the cursor and the selection; nothing here is an edit."""

    def slots(self) -> Mapping[str, Slot]:
        """Return the handlers."""
        earlier_or_later = praat_edits.up_down_time
        start, end = praat_edits.move_selection_start, praat_edits.move_selection_end
        return {
            "view.all": lambda: self.view.show_all(),
            "view.zoom_in": lambda: self.view.zoom(_ZOOM),
            "view.zoom_out": lambda: self.view.zoom(1.0 / _ZOOM),
            "view.to_selection": lambda: self.view.zoom_to_selection(),
            "view.back": lambda: self.view.zoom_back(),
            "view.page_back": lambda: self.view.page(-1),
            "view.page_forward": lambda: self.view.page(1),
            "select.earlier": partial(self.move, earlier_or_later, -1),
            "select.later": partial(self.move, earlier_or_later, 1),
            "select.start_left": partial(self.move, start, -1),
            "select.start_right": partial(self.move, start, 1),
            "select.end_left": partial(self.move, end, -1),
            "select.end_right": partial(self.move, end, 1),
            "select.zero": self.cursor_to_zero,
            "select.start_zero": self.start_to_zero,
            "select.end_zero": self.end_to_zero,
            "select.next_interval": partial(self.neighbour, True),
            "select.previous_interval": partial(self.neighbour, False),
            "select.next_tier": partial(self.change_tier, 1),
            "select.previous_tier": partial(self.change_tier, -1),
            "select.extend_next": partial(self.extend, True),
            "select.extend_previous": partial(self.extend, False),
            "select.time": self.ask_time,
        }

    def move(self, mover: _Mover, sign: int) -> None:
        """Move the selection or one of its edges by a step (Up, Down with Shift or Ctrl)."""
        step = setting(self.state.session, SelectParams).arrow_step
        view = self.view
        domain = (view.lowest, view.highest)
        self.select(*mover((view.selection_start, view.selection_end), sign * step, domain))

    def cursor_to_zero(self) -> None:
        """Put the cursor at the zero crossing nearest to it, or to the middle of the selection (Ctrl-0)."""
        view = self.view
        self.select(self.zero(0.5 * (view.selection_start + view.selection_end)))

    def start_to_zero(self) -> None:
        """Move the start of the selection to the nearest zero crossing (Ctrl-comma)."""
        self.select(self.zero(self.view.selection_start), self.view.selection_end)

    def end_to_zero(self) -> None:
        """Move the end of the selection to the nearest zero crossing (Ctrl-full stop)."""
        self.select(self.view.selection_start, self.zero(self.view.selection_end))

    def neighbour(self, forward: bool) -> None:
        """Select the next or previous interval or point of the selected tier; at the end it goes round."""
        find = praat_edits.next_interval if forward else praat_edits.previous_interval
        tier = self.tier
        number = find(tier, self.view.selection_start)
        if not number:
            raise InputError(self.tr("this tier is empty"), self.tr("add a point first"), tier=tier.name)
        item = tier.items[number - 1]
        self.select(item[0], item[-2])

    def change_tier(self, step: int) -> None:
        """Select the next or previous tier, and in it the interval at the cursor or the nearest point."""
        self.tier  # noqa: B018  a grid without tiers is refused here
        number = (self.view.tier - 1 + step) % len(self.grid) + 1
        self.select(*self._item_at(number, self.view.selection_start), tier=number)

    def extend(self, forward: bool) -> None:
        """Extend the selection by an interval or to the next point (Shift-Alt-Right, Shift-Alt-Left)."""
        tier, view = self.tier, self.view
        start, end = view.selection_start, view.selection_end
        if isinstance(tier, IntervalTier):
            self.select(*praat_edits.extend_selection(tier, start, end, forward=forward))
            return
        times = [point.time for point in tier.points]
        if forward:
            end = min((time for time in times if time > end), default=end)
        else:
            start = max((time for time in times if time < start), default=start)
        self.select(start, end)

    def ask_time(self) -> None:
        """Ask for a time or a stretch to go to (Ctrl-J)."""
        view = self.view
        dialog = GoToTimeDialog(
            view.selection_start, view.selection_end, (view.lowest, view.highest), self.editor
        )
        dialog.chosen.connect(lambda start, end: self.run(partial(self.go_to, start, end)))
        dialog.open()

    def go_to(self, start: float, end: float) -> None:
        """Put the cursor at a time, or select a stretch, and show it."""
        self.select(start, end)

    def _item_at(self, number: int, time: float) -> tuple[float, float]:
        tier = self.grid.tiers[number - 1]
        if isinstance(tier, PointTier):
            nearest = min(tier.points, key=lambda point: abs(point.time - time), default=None)
            return (time, time) if nearest is None else (nearest.time, nearest.time)
        found = tier.interval_at(time)
        return (time, time) if found is None else (found.start, found.end)
