"""The numbers of two annotators' agreement, which tiers are compared, and what can be made of them.

Signals: none; it calls `Second`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.corpus.textgrid import TextGrid

from ..actions import Actions
from ..annotators.second import Second
from ..theme import colours
from ..views.difference_histogram import DifferenceHistogram

TOLERANCES = (10, 20, 50)


class SecondSummary(QWidget):
    """Which file and tiers, the numbers, the histogram."""

    def __init__(self, second: Second, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._second, self._source = second, second.source
        self.file = QLabel()
        self.file.setTextFormat(Qt.TextFormat.PlainText)
        self.file.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.file.setAccessibleName(self.tr("File of the second annotator"))
        self.more = QToolButton()
        self.more.setText(self.tr("More"))
        self.more.setAccessibleName(self.tr("Other files, tables, methods paragraph"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._make_menu(actions))
        self.mine, self.theirs = QComboBox(), QComboBox()
        self.mine.setAccessibleName(self.tr("My tier"))
        self.theirs.setAccessibleName(self.tr("Tier of the second annotator"))
        for box in (self.mine, self.theirs):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self.sample = QCheckBox()
        self.sample.setToolTip(self.tr("The rest of a blind copy is a copy: it would agree with itself."))
        self.values: dict[str, QLabel] = {}
        self.histogram = DifferenceHistogram()
        self.caution = QLabel()
        self.caution.setWordWrap(True)
        self._arrange()
        self.mine.activated.connect(self._on_mine)
        self.theirs.activated.connect(self._on_theirs)
        self.sample.clicked.connect(lambda ticked: self._source.set_whole(not ticked))
        self._source.changed.connect(self.show_all)
        self.show_all()

    # Parts

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.file, 1)
        top.addWidget(self.more)
        tiers = QFormLayout()
        tiers.setContentsMargins(0, 0, 0, 0)
        tiers.setVerticalSpacing(3)
        tiers.addRow(self.tr("Mine:"), self.mine)
        tiers.addRow(self.tr("Theirs:"), self.theirs)
        numbers = QGridLayout()
        numbers.setContentsMargins(0, 0, 0, 0)
        numbers.setHorizontalSpacing(10)
        numbers.setVerticalSpacing(1)
        titles = {
            "items": self.tr("Intervals"),
            "paired": self.tr("Paired"),
            "boundaries": self.tr("Boundaries"),
            "within": self.tr("Within"),
            "labels": self.tr("Labels"),
        }
        for row, (name, title) in enumerate(titles.items()):
            label, value = QLabel(title), QLabel()
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setWordWrap(True)
            value.setAccessibleName(title)
            numbers.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            numbers.addWidget(value, row, 1)
            self.values[name] = value
        numbers.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(top)
        column.addLayout(tiers)
        column.addWidget(self.sample)
        column.addLayout(numbers)
        column.addWidget(self.caution)
        column.addWidget(self.histogram)
        column.addStretch(1)

    def _make_menu(self, actions: Actions) -> QMenu:
        second, menu = self._second, QMenu(self)
        menu.addAction(actions["second.open"])
        menu.addAction(self.tr("Load a folder of TextGrids…"), second.open_folder_dialog)
        menu.addAction(self.tr("Read it again from disk"), self._source.read_again)
        menu.addAction(actions["second.close"])
        menu.addSeparator()
        menu.addAction(actions["second.blind"])
        menu.addSeparator()
        menu.addAction(self.tr("Save tables…"), lambda: second.export_dialog())
        self.save_all = menu.addAction("", lambda: second.export_dialog(everything=True))
        menu.addAction(self.tr("Copy methods paragraph"), lambda: second.export(None))
        self.copy_all = menu.addAction("", lambda: second.export(None, everything=True))
        menu.aboutToShow.connect(self._count)
        return menu

    def _count(self) -> None:
        count = self._second.n_recordings
        self.save_all.setText(self.tr("Save tables of {count} recordings…").format(count=count))
        self.copy_all.setText(self.tr("Copy methods paragraph of {count} recordings").format(count=count))
        for action in (self.save_all, self.copy_all):
            action.setVisible(count > 1)

    # What is shown

    def show_all(self) -> None:
        """Show files, tiers and numbers."""
        source, document = self._source, self._source.document
        path = source.path
        self.file.setText("" if path is None else path.name)
        self.file.setToolTip("" if path is None else str(path))
        with QSignalBlocker(self.mine), QSignalBlocker(self.theirs):
            self.mine.clear()
            self.theirs.clear()
            if document is not None and document.second is not None:
                self.theirs.addItem(self.tr("(none)"), 0)
                self._add_tiers(self.mine, document.grid)
                self._add_tiers(self.theirs, document.second)
                mine, theirs = source.tiers
                self.mine.setCurrentIndex(self.mine.findData(mine))
                self.theirs.setCurrentIndex(self.theirs.findData(theirs))
        self.show_compared()

    def show_compared(self) -> None:
        """Show the numbers of the last comparison."""
        source = self._source
        if self._tiers_differ():
            self.show_all()
            return
        compared, sample = source.compared, source.sample
        self.sample.setVisible(sample is not None)
        if sample is not None:
            self.sample.setText(self.tr("Only the blind sample ({count})").format(count=len(sample.times)))
            self.sample.setChecked(not source.notes.whole)
        numbers = {} if compared is None else compared.numbers
        texts = self._texts(numbers) if numbers else {}
        for name, value in self.values.items():
            value.setText(texts.get(name, "–"))
        self.histogram.set_differences(() if compared is None else compared.differences)
        doubtful = compared is not None and compared.is_doubtful
        self.caution.setVisible(doubtful)
        self.caution.setText(
            self.tr("Hardly anything could be paired: is this the same recording, and the right tier?")
        )
        self.caution.setStyleSheet(f"color: {colours().warning};")

    def _tiers_differ(self) -> bool:
        """Whether a tier was added, renamed or moved since the tiers were listed."""
        document = self._source.document
        if document is None or document.second is None:
            return False
        listed = [self.mine.itemText(row) for row in range(self.mine.count())]
        chosen = (self.mine.currentData(), self.theirs.currentData())
        return listed != _titles(document.grid) or chosen != self._source.tiers

    def _texts(self, numbers: Mapping[str, Any]) -> dict[str, str]:
        def percent(name: str) -> str:
            return _percent(numbers[name])

        shares = ", ".join(f"{ms} ms: {percent(f'within_{ms}ms')}" for ms in TOLERANCES)
        known = numbers["n_boundaries"] > 0
        return {
            "items": self.tr("{mine} mine, {theirs} theirs").format(
                mine=numbers["n_first"], theirs=numbers["n_second"]
            ),
            "paired": self.tr("{paired}; only mine {mine}, only theirs {theirs}").format(
                paired=numbers["n_matched"], mine=numbers["only_first"], theirs=numbers["only_second"]
            ),
            "boundaries": self.tr("{count}: median {median} ms, 90 % up to {p90} ms").format(
                count=numbers["n_boundaries"],
                median=f"{numbers['median_ms']:.1f}",
                p90=f"{numbers['p90_ms']:.1f}",
            )
            if known
            else "–",
            "within": shares if known else "–",
            "labels": self.tr("{same} the same, Cohen's κ {kappa}").format(
                same=percent("label_agreement"), kappa=_number(numbers["kappa"])
            ),
        }

    @staticmethod
    def _add_tiers(box: QComboBox, grid: TextGrid) -> None:
        for number, title in enumerate(_titles(grid), 1):
            box.addItem(title, number)

    # Slots

    def _on_mine(self, _index: int) -> None:
        self._source.choose_tier(int(self.mine.currentData()))

    def _on_theirs(self, _index: int) -> None:
        self._source.choose_partner(int(self.theirs.currentData()))


def _titles(grid: TextGrid) -> list[str]:
    return [f"{number}  {tier.name}" for number, tier in enumerate(grid.tiers, 1)]


def _percent(share: float) -> str:
    return "–" if share != share else f"{100.0 * share:.1f}\u00a0%"


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.3f}"
