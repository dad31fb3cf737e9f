"""Dialog: find and replace in labels of the selected tier, the file, or all files of the corpus.

It stays open beside the editor. Signals: `query_changed` (Query or None, for the count), `find_asked` (Query,
backwards), `replace_asked` and `replace_all_asked` (Query, replacement), `files_asked` (Query, replacement:
look what would change), `write_asked` (the ticked `FileChanges`).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.corpus.textgrid.searching import FileChanges, Query
from w2vpraat.errors import InputError
from w2vpraat.events import Skipped

from ..fonts import label_font
from ..theme import colours
from .changes_model import NEW, OLD, ChangesModel

THIS_TIER, ALL_TIERS, FILES_TIER, FILES = "tier", "grid", "files, tier", "files"


class ChangesTable(QTableView):
    """The proposed changes; the space bar ticks the selected rows."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick or untick what is selected."""
        model = self.model()
        if event.key() == Qt.Key.Key_Space and isinstance(model, ChangesModel):
            model.tick(sorted({index.row() for index in self.selectedIndexes()}))
        else:
            super().keyPressEvent(event)


class FindReplaceDialog(QDialog):
    """What to look for, where, and what to put there."""

    query_changed = Signal(object)
    find_asked = Signal(object, bool)
    replace_asked = Signal(object, str)
    replace_all_asked = Signal(object, str)
    files_asked = Signal(object, str)
    write_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Find and replace"))
        self.setModal(False)
        self.normalize = True
        """Whether Praat's backslash codes are read; off for X-SAMPA."""
        self._tier: tuple[int, str] = (1, "")
        self.find = QLineEdit()
        self.replacement = QLineEdit()
        for line, name in ((self.find, self.tr("Find")), (self.replacement, self.tr("Replace by"))):
            line.setFont(label_font())
            line.setAccessibleName(name)
            line.setClearButtonEnabled(True)
        self.find.textChanged.connect(self._on_changed)
        self.replacement.textChanged.connect(self._on_replacement_changed)
        self.scope = QComboBox()
        self.scope.setAccessibleName(self.tr("Where"))
        self.scope.currentIndexChanged.connect(self._on_changed)
        self.regex = QCheckBox(self.tr("Regular e&xpression"))
        self.regex.setToolTip(self.tr("As in Python: groups in brackets are \\1, \\2 in the replacement."))
        self.case = QCheckBox(self.tr("Match &case"))
        self.case.setChecked(True)
        self.whole = QCheckBox(self.tr("&Whole label"))
        self.whole.setToolTip(self.tr("With nothing to find: empty labels."))
        for box in (self.regex, self.case, self.whole):
            box.toggled.connect(self._on_changed)
        self.count = QLabel()
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.count.setWordWrap(True)
        self.count.setAccessibleName(self.tr("Number of places"))
        self.model = ChangesModel()
        self.model.dataChanged.connect(self._on_ticked)
        self.model.modelReset.connect(self._on_ticked)
        self.table = self._make_table()
        self.skipped = QLabel()
        self.skipped.setWordWrap(True)
        self.skipped.setTextFormat(Qt.TextFormat.PlainText)
        self._make_buttons()
        self._lay_out()
        self.set_tier(1, "")
        self._on_changed()
        self.resize(640, 10)

    def _make_table(self) -> ChangesTable:
        table = ChangesTable()
        table.setModel(self.model)
        table.setAccessibleName(self.tr("What would change; the space bar ticks"))
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.verticalHeader().setVisible(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((170, 44, 52, 76)):
            table.setColumnWidth(column, width)
        for column in (OLD, NEW):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(220)
        return table

    def _make_buttons(self) -> None:
        self.previous = QPushButton(self.tr("Find &previous"))
        self.next = QPushButton(self.tr("&Find next"))
        self.one = QPushButton(self.tr("&Replace"))
        self.all = QPushButton(self.tr("Replace &all"))
        self.look = QPushButton(self.tr("&Look what would change"))
        self.write = QPushButton(self.tr("&Make the ticked changes"))
        self.tick_all = QPushButton(self.tr("Tick all"))
        self.tick_none = QPushButton(self.tr("Tick none"))
        self.close_button = QPushButton(self.tr("Close"))
        self.next.setDefault(True)
        for button in self._all_buttons():
            button.setAutoDefault(False)
        self.previous.clicked.connect(lambda: self._find(True))
        self.next.clicked.connect(lambda: self._find(False))
        self.one.clicked.connect(lambda: self._ask(self.replace_asked))
        self.all.clicked.connect(lambda: self._ask(self.replace_all_asked))
        self.look.clicked.connect(self._on_look)
        self.write.clicked.connect(lambda: self.write_asked.emit(self.model.wanted()))
        self.tick_all.clicked.connect(lambda: self.model.tick(range(self.model.rowCount()), True))
        self.tick_none.clicked.connect(lambda: self.model.tick(range(self.model.rowCount()), False))
        self.close_button.clicked.connect(self.close)

    def _all_buttons(self) -> tuple[QPushButton, ...]:
        return (
            self.previous,
            self.next,
            self.one,
            self.all,
            self.look,
            self.write,
            self.tick_all,
            self.tick_none,
            self.close_button,
        )

    def _lay_out(self) -> None:
        grid = QGridLayout()
        for row, (text, widget) in enumerate(
            (
                (self.tr("Fi&nd:"), self.find),
                (self.tr("Replace &by:"), self.replacement),
                (self.tr("&In:"), self.scope),
            )
        ):
            label = QLabel(text)
            label.setBuddy(widget)
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1)
        ways = QHBoxLayout()
        for box in (self.regex, self.case, self.whole):
            ways.addWidget(box)
        ways.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.previous, self.next, self.one, self.all, self.look):
            buttons.addWidget(button)
        self.bottom = QWidget()
        bottom = QHBoxLayout(self.bottom)
        bottom.setContentsMargins(0, 0, 0, 0)
        for button in (self.tick_all, self.tick_none):
            bottom.addWidget(button)
        bottom.addStretch(1)
        bottom.addWidget(self.write)
        last = QHBoxLayout()
        last.addWidget(self.skipped, 1)
        last.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignBottom)
        box = QVBoxLayout(self)
        box.addLayout(grid)
        box.addLayout(ways)
        box.addWidget(self.count)
        box.addLayout(buttons)
        box.addWidget(self.table, 1)
        box.addWidget(self.bottom)
        box.addLayout(last)

    # What is wanted

    def set_tier(self, number: int, name: str) -> None:
        """Say which tier is selected in the editor."""
        self._tier = (number, name)
        shown = name or self.tr("(no name)")
        kept = self.scope.currentData() or THIS_TIER
        self.scope.blockSignals(True)
        self.scope.clear()
        self.scope.addItem(self.tr('the selected tier, {n} "{name}"').format(n=number, name=shown), THIS_TIER)
        self.scope.addItem(self.tr("all tiers of this file"), ALL_TIERS)
        if name:
            self.scope.addItem(self.tr('tiers called "{name}" of all files').format(name=name), FILES_TIER)
        self.scope.addItem(self.tr("all tiers of all files"), FILES)
        self.scope.setCurrentIndex(max(self.scope.findData(kept), 0))
        self.scope.blockSignals(False)
        self._on_changed()

    def set_scope(self, scope: str) -> None:
        """Choose where to look."""
        self.scope.setCurrentIndex(max(self.scope.findData(scope), 0))

    @property
    def over_files(self) -> bool:
        """Whether all files are meant."""
        return self.scope.currentData() in (FILES, FILES_TIER)

    def query(self) -> Query:
        """Return what is looked for.

        Raises
        ------
        InputError
            If there is nothing to look for, or the expression is not valid.
        """
        number, name = self._tier
        scope = self.scope.currentData()
        tiers: tuple[int | str, ...] = {THIS_TIER: (number,), FILES_TIER: (name,)}.get(scope, ())
        return Query(
            self.find.text(),
            regex=self.regex.isChecked(),
            case=self.case.isChecked(),
            whole_label=self.whole.isChecked(),
            tiers=tiers,
            normalize=self.normalize,
        )

    # What was found

    def set_count(self, n: int | None) -> None:
        """Say how many places there are; None: not known."""
        if n is None:
            text = ""
        elif n == 0:
            text = self.tr("not found")
        else:
            text = self.tr("1 place") if n == 1 else self.tr("{n} places").format(n=n)
        self._say(text)

    def say(self, error: InputError | str, *, bad: bool = True) -> None:
        """Say what is wrong, or what was done."""
        self._say(str(error), bad=bad)

    def set_preview(self, files: Sequence[FileChanges], skipped: Sequence[Skipped]) -> None:
        """Show what would change in files."""
        self.model.set_files(files)
        places = sum(file.n_matches for file in files)
        self._say(
            self.tr("{n} labels in {m} files would change ({places} places)").format(
                n=self.model.rowCount(), m=len(files), places=places
            )
            if files
            else self.tr("nothing would change")
        )
        lines = [f"{one.name}: {one.error.message}" for one in skipped]
        shown = lines[:3] + ([self.tr("… and {n} more").format(n=len(lines) - 3)] if len(lines) > 3 else [])
        self.skipped.setText(self.tr("Left out: {list}").format(list="; ".join(shown)) if lines else "")
        self.skipped.setToolTip("\n".join(lines))
        self._show_preview(bool(files))

    def clear_preview(self) -> None:
        """Take the proposals away: they are made, or not true any more."""
        self.model.set_files([])
        self.skipped.clear()
        self._show_preview(False)

    # Slots and parts

    def _find(self, backwards: bool) -> None:
        if self.over_files:
            self._on_look()
            return
        query = self._valid_query()
        if query is not None:
            self.find_asked.emit(query, backwards)

    def _ask(self, signal: object) -> None:
        query = self._valid_query()
        if query is not None:
            signal.emit(query, self.replacement.text())  # type: ignore[attr-defined]

    def _on_look(self) -> None:
        self.clear_preview()
        self._ask(self.files_asked)

    def _valid_query(self) -> Query | None:
        try:
            return self.query()
        except InputError as error:
            self.say(error)
            return None

    def _on_changed(self, *_: object) -> None:
        files = self.over_files
        for button in (self.previous, self.next, self.one, self.all):
            button.setVisible(not files)
        self.look.setVisible(files)
        self.next.setDefault(not files)
        self.look.setDefault(files)
        self.clear_preview()
        if not self.find.text() and not self.whole.isChecked():
            self.set_count(None)
            self.query_changed.emit(None)
            return
        query = self._valid_query()
        if query is not None:
            self.set_count(None)
        self.query_changed.emit(None if files else query)

    def _on_replacement_changed(self, _text: str) -> None:
        self.clear_preview()

    def _on_ticked(self, *_: object) -> None:
        n = self.model.n_ticked
        self.write.setEnabled(n > 0)
        self.write.setText(self.tr("&Make {n} changes").format(n=n) if n else self.tr("&Make changes"))

    def _show_preview(self, shown: bool) -> None:
        self.table.setVisible(shown)
        self.bottom.setVisible(shown)
        if shown:
            self.resize(max(self.width(), 720), max(self.height(), 520))
            self.table.selectRow(0)
        else:
            self.resize(self.width(), self.minimumSizeHint().height())

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.count.setText(text)
        self.count.setStyleSheet(f"color: {colours().error if bad else colours().ink}")
