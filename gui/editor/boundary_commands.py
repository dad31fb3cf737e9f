"""Commands of the menus Boundary and Interval: adding, removing, moving, splitting, merging, aligning."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog

from w2vpraat.acoustics.alignment import Alignment, align_file, text_to_align, with_alignment
from w2vpraat.corpus.textgrid import IntervalTier, PointTier, TextGrid, praat_edits
from w2vpraat.errors import InputError, TextGridError
from w2vpraat.params import EditorParams
from w2vpraat.params.editing import AlignParams

from ..document import Document
from ..view_settings import setting
from .command_base import Commands, Slot

_MOST_PARTS = 1000
_SAMPLE = "sample"
_STEPS = ("1ms", "5ms", "10ms")
_NEAR = 0.02  # of the visible stretch: a boundary this near to an edge of the selection counts as selected


class BoundaryCommands(Commands):
    """What is done to boundaries, points and intervals; each command is one act."""

    def slots(self) -> Mapping[str, Slot]:
        """Return the handlers."""
        numbered: dict[str, Slot] = {}
        for number in range(1, 9):
            numbered[f"boundary.add_{number}"] = partial(self.add_boundary, number)
            numbered[f"interval.add_{number}"] = partial(self.add_interval, number)
        for way, sign in (("left", -1), ("right", 1)):
            for step in (_SAMPLE, *_STEPS):
                numbered[f"boundary.nudge_{way}_{step}"] = partial(self.nudge, sign, step)
        return {
            **numbered,
            "boundary.add": self.add_on_selected_tier,
            "boundary.add_everywhere": self.add_everywhere,
            "boundary.remove": self.remove,
            "boundary.to_cursor": self.move_to_cursor,
            "boundary.to_zero": self.move_to_zero,
            "interval.align": self.align,
            "interval.split": self.split,
            "interval.merge": self.merge,
        }

    # Add

    def add_on_selected_tier(self) -> None:
        """Add a boundary or point, or both edges of a selection, on the selected tier (Enter)."""
        self.tier  # noqa: B018  a grid without tiers is refused here
        self.add_boundary(self.view.tier)

    def add_boundary(self, number: int) -> None:
        """Add a boundary or point, or both edges of a selection, on a tier (Ctrl-F1 ... Ctrl-F8)."""
        playing = self.view.playing
        if playing is None and self.view.has_selection:
            self.add_interval(number)
            return
        time = self.time
        selection = self._label_selection(time)
        self.editor.commit_label()
        grid = praat_edits.add_boundary(
            self.grid, number, time, selected_tier=self._selected(), label_selection=selection
        )
        point = isinstance(self.grid.tier(number), PointTier)
        self.edit(self.tr("Add point") if point else self.tr("Add boundary"), grid, time, tier=number)

    def add_interval(self, number: int) -> None:
        """Add both edges of the selection on a tier (Ctrl-1 ... Ctrl-8)."""
        playing = self.view.playing
        start = self.time
        end = start if playing is not None else self.view.selection_end
        selection = self._label_selection(start)
        self.editor.commit_label()
        grid = praat_edits.add_interval(
            self.grid, number, start, end, selected_tier=self._selected(), label_selection=selection
        )
        point = isinstance(self.grid.tier(number), PointTier)
        self.edit(self.tr("Add point") if point else self.tr("Add interval"), grid, start, end, number)

    def add_everywhere(self) -> None:
        """Add a boundary or point on all tiers where it is possible (Ctrl-F9)."""
        playing = self.view.playing
        start = self.time
        end = start if playing is not None else self.view.selection_end
        selection = self._label_selection(start)
        self.editor.commit_label()
        grid, refused = praat_edits.add_boundary_everywhere(
            self.grid, start, end, selected_tier=self._selected(), label_selection=selection
        )
        self.edit(self.tr("Add boundary on all tiers"), grid, start, end)
        if refused:
            names = ", ".join(f'"{note.tier}" ({note.message})' for note in refused)
            self.state.notices.warning(
                self.tr("Nothing was added on {n} of {m} tiers: {names}").format(
                    n=len(refused), m=len(self.grid), names=names
                )
            )

    # Remove, move

    def remove(self) -> None:
        """Remove the boundary or point at the cursor (Alt-Backspace)."""
        tier, time = self.tier, self.view.selection_start
        self.editor.commit_label()
        once = setting(self.state.session, EditorParams).keep_equal_once
        grid = praat_edits.remove_at(self.grid, self.view.tier, time, keep_equal_once=once)
        point = isinstance(tier, PointTier)
        self.edit(self.tr("Remove point") if point else self.tr("Remove boundary"), grid, time)

    def nudge(self, sign: int, step: str) -> None:
        """Move the selected boundary or point by a sample or some milliseconds."""
        number = self.selected_boundary()
        old = praat_edits.boundary_time(self.tier, number)
        if step == _SAMPLE:
            info = self.document.info
            rate, start = float(info.rate), self.document.start_time
            new = praat_edits.nearest_sample_edge(old + sign / rate, rate, start)
        else:
            steps = setting(self.state.session, EditorParams).nudge_steps
            index = _STEPS.index(step)
            new = old + sign * (steps[index] if index < len(steps) else (0.001, 0.005, 0.010)[index])
        self._move(number, old, new)

    def move_to_cursor(self) -> None:
        """Move the nearest boundary of the selected tier, or the nearest point, to the cursor (Ctrl-T)."""
        tier, time = self.tier, self.time
        number = self._nearest_movable(time)
        old = praat_edits.boundary_time(tier, number)
        if old == time:
            raise InputError(
                self.tr("the boundary is at the cursor already"),
                self.tr("put the cursor where the boundary should go"),
                time=time,
            )
        self._move(number, old, time)

    def move_to_zero(self) -> None:
        """Move the selected boundary or point to the nearest zero crossing (Alt-0)."""
        number = self.selected_boundary()
        old = praat_edits.boundary_time(self.tier, number)
        self._move(number, old, self.zero(old))

    def selected_boundary(self) -> int:
        """Return the number of the selected boundary or point of the selected tier.

        That is the one at the start of the selection (where Praat looks), else at its end, else the one that
        is nearest to either, if it is near.

        Raises
        ------
        InputError
            If none is near.
        """
        tier, view = self.tier, self.view
        edges = (view.selection_start, view.selection_end)
        for within in (0.0, _NEAR * view.length):
            for time in edges:
                found = praat_edits.boundary_near(tier, time, within)
                if found is not None:
                    return found
        what = self.tr("point") if isinstance(tier, PointTier) else self.tr("boundary")
        raise InputError(
            self.tr("no {what} is selected on this tier").format(what=what),
            self.tr("click on one; the edges of a tier stay"),
            tier=tier.name,
            time=view.selection_start,
        )

    def _move(self, number: int, old: float, new: float) -> None:
        self.editor.commit_label()
        view = self.view
        grid = praat_edits.move_boundary_to(self.grid, view.tier, number, new)
        # Edges of the selection that were at the boundary go with it.
        start = new if view.selection_start == old else view.selection_start
        end = new if view.selection_end == old else view.selection_end
        if old not in (view.selection_start, view.selection_end):
            start = end = new
        point = isinstance(self.tier, PointTier)
        self.edit(
            self.tr("Move point") if point else self.tr("Move boundary"),
            grid,
            min(start, end),
            max(start, end),
        )

    def _nearest_movable(self, time: float) -> int:
        found = praat_edits.boundary_near(self.tier, time, float("inf"))
        if found is None:
            raise TextGridError(
                self.tr("this tier has nothing that can be moved"),
                self.tr("add a boundary first; the edges of a tier stay"),
                tier=self.tier.name,
                time=time,
            )
        return found

    # Intervals

    def merge(self) -> None:
        """Make one interval of those that the selection touches (Ctrl-M)."""
        tier = self._interval_tier()
        self.editor.commit_label()
        tier = self._interval_tier()
        view = self.view
        numbers = tier.numbers_between(view.selection_start, view.selection_end)
        if len(numbers) < 2:
            raise TextGridError(
                self.tr("fewer than two intervals are selected"),
                self.tr("select a stretch over the intervals to be merged"),
                tier=tier.name,
                time=view.selection_start,
            )
        grid = praat_edits.merge_intervals(self.grid, view.tier, numbers[0], numbers[-1])
        merged = grid.interval_tier(view.tier).interval(numbers[0])
        self.edit(self.tr("Merge intervals"), grid, merged.start, merged.end)

    def split(self) -> None:
        """Ask into how many equal parts the selected interval shall be divided."""
        self.selected_interval()
        box = QInputDialog(self.editor)
        box.setObjectName("split_interval")
        box.setWindowTitle(self.tr("Split interval"))
        box.setLabelText(self.tr("Equal parts:"))
        box.setInputMode(QInputDialog.InputMode.IntInput)
        box.setIntRange(2, _MOST_PARTS)
        box.setIntValue(2)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.intValueSelected.connect(lambda parts: self.run(partial(self.split_into, parts)))
        box.open()

    def split_into(self, parts: int) -> None:
        """Divide the selected interval into equal parts."""
        self.editor.commit_label()
        number, start, end = self.selected_interval()
        grid = praat_edits.split_interval(self.grid, self.view.tier, number, parts)
        self.edit(self.tr("Split interval"), grid, start, end)

    def selected_interval(self) -> tuple[int, float, float]:
        """Return number, start and end of the interval at the cursor.

        Raises
        ------
        TextGridError
            If the tier holds points, or there is no interval.
        """
        tier = self._interval_tier()
        number = tier.number_at(self.view.cursor)
        if not number:
            raise TextGridError(
                self.tr("there is no interval at the cursor"),
                self.tr("click inside one; gaps can be filled with Repair gaps and overlaps"),
                tier=tier.name,
                time=self.view.cursor,
            )
        found = tier.interval(number)
        return number, found.start, found.end

    def align(self) -> None:
        """Find the words and phones of the selected interval with the synthesizer inside Praat (Ctrl-D)."""
        self.editor.commit_label()
        number, start, end = self.selected_interval()
        document, tier = self.document, self.view.tier
        interval = text_to_align(document.grid, tier, number)
        params = setting(self.state.session, AlignParams)
        path, start_time = document.recording.audio_path, document.start_time
        before = document.grid

        def work() -> object:
            yield align_file(path, interval.label, start, end, params.language, start_time=start_time)

        self.state.jobs.start(
            "align",
            self.tr("Align interval in {language}").format(language=params.language),
            work,  # type: ignore[arg-type]
            on_result=lambda found: self.run(
                partial(self._on_aligned, document, before, tier, number, found, params)
            ),
            on_error=self._on_not_aligned,
            lane="quick",
        )

    def _on_aligned(
        self,
        document: Document,
        before: TextGrid,
        tier: int,
        number: int,
        found: Alignment,
        params: AlignParams,
    ) -> None:
        grid = document.grid
        same = len(grid) >= tier and grid.tiers[tier - 1] == before.tiers[tier - 1]
        if document.name not in self.state.documents or not same:
            self.state.notices.warning(
                self.tr("The tier was edited or closed while it was aligned; nothing was changed."),
                self.tr("Align the interval again."),
            )
            return
        interval = grid.interval_tier(tier).interval(number)
        new = with_alignment(grid, tier, number, found, params)
        place = (interval.start, interval.end, tier)
        self.state.history.edit(document, self.tr("Align interval"), new, place=place)
        self.state.notices.news(
            self.tr("{words} words and {phones} phones were aligned by Praat's synthesizer.").format(
                words=len(found.words), phones=len(found.phones)
            ),
            self.tr("It is a draft: correct it by ear and eye. For a corpus use a trained aligner (MFA)."),
        )

    def _on_not_aligned(self, error: BaseException) -> None:
        self.state.notices.error(error, doing=self.tr("Not aligned"))

    def _interval_tier(self) -> IntervalTier:
        tier = self.tier
        if not isinstance(tier, IntervalTier):
            raise TextGridError(
                self.tr("this is a point tier"), self.tr("choose an interval tier"), tier=tier.name
            )
        return tier

    def _selected(self) -> int | None:
        number = self.view.tier
        return number if 1 <= number <= len(self.grid) else None

    def _label_selection(self, time: float) -> tuple[int, int] | None:
        """Return the text selection of the label field, if the field shows the label at this time."""
        tier = self.document.tier
        if not isinstance(tier, IntervalTier):
            return None
        shown = tier.number_at(self.view.cursor)
        if not shown or tier.number_at(time) != shown:
            return None
        found: tuple[int, int] | None = self.editor.label_field.label_selection
        return found
