"""Dialog: what is wrong with the tiers, and what each repair would do; nothing is done unless asked.

Signals: `chosen` (the repairs that are wanted, as (tier, kind) pairs), `place_chosen` (tier, start, end: show
this problem), `ready` (problems are listed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.corpus.problems import Problem, apply_policies, find_problems
from w2vpraat.corpus.textgrid import IntervalTier, TextGrid, repairs
from w2vpraat.params import ReadParams

from ..document import Document
from ..fonts import label_font
from ..state import AppState

Repaired = tuple[tuple[int, str], ...]
"""(tier number, kind of problem) of what shall be repaired."""

_ORDER = ("reversed", "overlap", "beyond_audio", "unsnapped", "gap", "tier_edge")
_PLACE = Qt.ItemDataRole.UserRole
_MOST_SHOWN = 200  # lines of one kind on one tier

Found = tuple[Problem, str]


def repaired_grid(grid: TextGrid, wanted: Repaired, audio_end: float | None = None) -> TextGrid:
    """Return a grid with these repairs made; what they don't concern stays as it is.

    Parameters
    ----------
    grid : TextGrid
        To repair.
    wanted : tuple of (int, str)
        Tier number and kind of problem.
    audio_end : float, optional
        Where ``beyond_audio`` cuts.
    """
    for number, kind in sorted(wanted, key=lambda one: _ORDER.index(one[1])):
        tier = grid.tier(number)
        if kind in ("gap", "tier_edge", "unsnapped") and isinstance(tier, IntervalTier):
            tier = repairs.snap_edges(tier)
            tier = tier if kind == "unsnapped" else repairs.fill_gaps(tier)
        elif kind in ("reversed", "overlap", "beyond_audio"):
            here = [one for one in find_problems(grid, audio_end=audio_end) if one.tier_number == number]
            policies = {name: "repair" if name == kind else "keep" for name in ("reversed", "overlap", "gap")}
            read = ReadParams(**policies, beyond_audio="repair" if kind == "beyond_audio" else "keep")
            changed, _ = apply_policies(grid, here, read, audio_end=audio_end)
            tier = changed.tier(number)
        # Items count anew: this is an edit, not a way of reading.
        grid = grid.with_tier(number, replace(tier, file_numbers=None))
    return grid


def problems_with_repairs(grid: TextGrid, audio_end: float | None) -> tuple[Found, ...]:
    """List the problems of tiers, each with what its repair would do; empty text: by hand."""
    problems = [one for one in find_problems(grid, audio_end=audio_end) if one.tier_number is not None]
    read = ReadParams(reversed="repair", overlap="repair", beyond_audio="repair", gap="repair")
    done = {one.problem: one.action for one in apply_policies(grid, problems, read, audio_end=audio_end)[1]}
    return tuple((one, done.get(one, _other_repair(one))) for one in problems)


def _other_repair(problem: Problem) -> str:
    if problem.kind == "unsnapped":
        return "the edges are joined"
    if problem.kind == "tier_edge":
        return "filled with an empty interval"
    return ""


class RepairDialog(QDialog):
    """Problems by tier and kind, with a tick for each repair.

    Parameters
    ----------
    state : AppState
        For its jobs.
    document : Document
        What is looked through.
    """

    chosen = Signal(object)
    place_chosen = Signal(int, float, float)
    ready = Signal()

    def __init__(self, state: AppState, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Repair gaps and overlaps"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._document = document
        self.headline = QLabel(self.tr("Looking through the tiers…"))
        self.headline.setWordWrap(True)
        self.headline.setTextFormat(Qt.TextFormat.PlainText)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Problems by tier"))
        self.tree.setHeaderLabels([self.tr("Problem"), self.tr("Time (s)"), self.tr("Repair")])
        self.tree.setUniformRowHeights(True)
        self.tree.setStyleSheet("QTreeView::item { padding: 2px 0; }")
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemActivated.connect(self._on_item_activated)
        self.tree.itemChanged.connect(self._on_item_changed)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.repair = self.buttons.addButton(
            self.tr("&Repair what is ticked"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.repair.setEnabled(False)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (self.headline, self.tree, self.buttons):
            box.addWidget(widget)
        self.resize(940, 460)
        grid = document.grid
        audio_end = document.start_time + document.info.duration
        self._audio_end = audio_end

        def look() -> Iterator[object]:
            yield problems_with_repairs(grid, audio_end)

        self._job = state.jobs.start(
            "repair",
            self.tr("Look for gaps and overlaps"),
            look,
            on_result=self._on_found,
            on_error=self._on_failed,
            quiet=True,
            lane="quick",
        )
        self.destroyed.connect(lambda *_, job=self._job: job.cancel(mute=True))

    @property
    def wanted(self) -> Repaired:
        """What is ticked."""
        tops = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return tuple(
            top.data(0, _PLACE)
            for top in tops
            if top is not None and top.checkState(0) == Qt.CheckState.Checked and top.data(2, _PLACE)
        )

    def _on_found(self, found: tuple[Found, ...]) -> None:
        groups: dict[tuple[int, str], list[Found]] = {}
        for problem, repair in found:
            groups.setdefault((problem.tier_number or 0, problem.kind), []).append((problem, repair))
        self.tree.blockSignals(True)
        for (number, kind), members in groups.items():
            self.tree.addTopLevelItem(self._group(number, kind, members))
        self.tree.blockSignals(False)
        if self.tree.topLevelItemCount():
            self.tree.setCurrentItem(self.tree.topLevelItem(0))
            self.tree.topLevelItem(0).setExpanded(True)
        can = any(repair for _, repair in found)
        if not found:
            text = self.tr("Nothing is wrong with the tiers.")
        elif can:
            text = self.tr(
                "{n} problems. Nothing is changed until you press Repair; it is one act, which Undo takes"
                " back. Enter on a line shows it."
            ).format(n=len(found))
        else:
            text = self.tr(
                "{n} problems, which can only be corrected by hand. Enter on a line shows it."
            ).format(n=len(found))
        self.headline.setText(text)
        self._on_item_changed()
        self.ready.emit()

    def _group(self, number: int, kind: str, members: list[Found]) -> QTreeWidgetItem:
        name = self._document.grid.tiers[number - 1].name
        can = any(repair for _, repair in members) and kind in _ORDER
        title = self.tr('Tier {n} "{name}": {kind} ({count})').format(
            n=number, name=name, kind=self._kind(kind), count=len(members)
        )
        top = QTreeWidgetItem([title, "", self._repair(kind) if can else self.tr("by hand")])
        top.setData(0, _PLACE, (number, kind))
        top.setData(2, _PLACE, can)
        if can:
            # Cutting what is beyond the sound loses time stamps, so it has to be asked for.
            ticked = kind != "beyond_audio"
            top.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        for problem, repair in members[:_MOST_SHOWN]:
            place = "" if problem.start is None else f"{problem.start:.6f}"
            item = "" if problem.interval is None else f"{problem.interval}: "
            line = QTreeWidgetItem([f"{item}{problem.message}", place, repair])
            line.setData(0, _PLACE, (number, problem.start, problem.end))
            line.setFont(0, label_font(11.0))
            line.setToolTip(0, problem.message)
            top.addChild(line)
        if len(members) > _MOST_SHOWN:
            top.addChild(QTreeWidgetItem([self.tr("… and {n} more").format(n=len(members) - _MOST_SHOWN)]))
        return top

    def _kind(self, kind: str) -> str:
        return {
            "reversed": self.tr("no positive duration"),
            "overlap": self.tr("overlaps"),
            "beyond_audio": self.tr("beyond the sound"),
            "unsnapped": self.tr("edges that nearly meet"),
            "gap": self.tr("gaps"),
            "tier_edge": self.tr("not up to the edge of the tier"),
            "unordered": self.tr("out of order"),
            "same_time": self.tr("points at one time"),
            "outside_tier": self.tr("outside the tier"),
            "tier_domain": self.tr("other times than the TextGrid"),
            "duplicate_tier": self.tr("name used twice"),
            "empty_tier_name": self.tr("no name"),
        }.get(kind, kind)

    def _repair(self, kind: str) -> str:
        return {
            "reversed": self.tr("swap start and end; leave out what has no duration"),
            "overlap": self.tr("trim at the end of the earlier one"),
            "beyond_audio": self.tr("cut at {time:.6g} s").format(time=self._audio_end),
            "unsnapped": self.tr("join them"),
            "gap": self.tr("fill with empty intervals"),
            "tier_edge": self.tr("fill with empty intervals"),
        }.get(kind, "")

    def _on_failed(self, error: BaseException) -> None:
        self.headline.setText(str(error))

    def _on_item_changed(self, *_: object) -> None:
        self.repair.setEnabled(bool(self.wanted))
        self.repair.setDefault(bool(self.wanted))

    def _on_item_activated(self, item: QTreeWidgetItem, _column: int) -> None:
        place = item.data(0, _PLACE)
        if item.parent() is not None and place is not None and place[1] is not None:
            tier, start, end = place
            low, high = min(start, end), max(start, end)
            self.place_chosen.emit(tier, low, high)

    def _on_accepted(self) -> None:
        self.chosen.emit(self.wanted)
        self.accept()
