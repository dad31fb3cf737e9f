"""Two annotators: how well they agree, and where they don't, one by one.

Signals: none; the panel fills the list of `Second.review` and presses the commands of the menu Annotators.
TextGrids and folders can be dropped on it. Messages: notices.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelectionModel, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.compare.agreement.disagreements import KINDS

from ..actions import Actions
from ..annotators.second import Second
from ..dialogs.blind_dialog import BlindDialog
from ..tables.disagreement_model import DisagreementModel, Row
from ..tables.disagreement_view import DisagreementTable
from .second_summary import SecondSummary

WIDE = 760
"""From this width on the numbers are beside the list, not above it."""
BESIDE = 356
"""Their width then."""
LOW, HIGH, ROOM = 190, 340, 40
"""Least heights of the wide and the other shape without the histogram, and what that needs more."""
NARROW = 480
"""Below this width the buttons need two rows."""


class SecondPanel(QWidget):
    """Numbers of agreement and the list of disagreements of the recording in the editor.

    Parameters
    ----------
    second : Second
    actions : Actions
    """

    def __init__(self, second: Second, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._second, self._actions = second, actions
        self._source, self._review = second.source, second.review
        self._filling = False
        self.setAccessibleName(self.tr("Two annotators"))
        self.setAcceptDrops(True)
        self.model = DisagreementModel(self)
        self.table = DisagreementTable(self.model)
        self.summary = SecondSummary(second, actions)
        self._make()
        self.kind.currentIndexChanged.connect(self._fill)
        self.smallest.valueChanged.connect(self._source.set_smallest)
        self.show_kept.toggled.connect(self._fill)
        self.table.opened.connect(self._on_opened)
        self.table.keep_wanted.connect(actions["second.keep"].trigger)
        self.table.adopt_wanted.connect(actions["second.adopt"].trigger)
        self.table.chosen_changed.connect(self._on_chosen)
        self.model.layoutChanged.connect(self._tell_order)
        self.next_button.clicked.connect(actions["second.next"].trigger)
        self.keep_button.clicked.connect(actions["second.keep"].trigger)
        self.adopt_button.clicked.connect(actions["second.adopt"].trigger)
        self.adopt_all_button.clicked.connect(self._on_adopt_all)
        second.blind_wanted.connect(self._on_blind)
        self._source.changed.connect(self._on_changed)
        self._source.compared_changed.connect(self._fill)
        self._review.current_changed.connect(self._select_current)
        self._on_changed()

    # Parts

    def _make(self) -> None:
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Kinds that are listed"))
        self.kind.addItem("", "")
        for one in KINDS:
            self.kind.addItem("", one)
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.smallest = QDoubleSpinBox()
        self.smallest.setRange(0.1, 500.0)
        self.smallest.setDecimals(1)
        self.smallest.setSingleStep(5.0)
        self.smallest.setPrefix(self.tr("boundaries ≥ "))
        self.smallest.setSuffix(" ms")
        self.smallest.setKeyboardTracking(False)
        self.smallest.setAccessibleName(self.tr("Boundaries that differ by less are not listed"))
        self.smallest.setToolTip(self.smallest.accessibleName())
        self.show_kept = QCheckBox()
        self.show_kept.setToolTip(self.tr("List also those where you decided to keep yours"))
        self.next_button = QPushButton(self.tr("Next"))
        self.next_button.setMaximumWidth(72)
        self.next_button.setAccessibleName(self.tr("Next disagreement"))
        self.keep_button = QPushButton()
        self.adopt_button = QPushButton()
        self.adopt_all_button = QPushButton()
        filters = QHBoxLayout()
        filters.setSpacing(6)
        for widget in (self.kind, self.smallest, self.show_kept):
            filters.addWidget(widget)
        filters.addStretch(1)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(4)
        rows = ((self.next_button, self.keep_button, self.adopt_button), (self.adopt_all_button,))
        for row in rows:
            buttons = QHBoxLayout()
            buttons.setSpacing(6)
            for button in row:
                buttons.addWidget(button)
            if row is rows[-1]:
                buttons.addStretch(1)
            self._buttons.addLayout(buttons)
        self.nothing = _message()
        self.lists = QStackedWidget()
        self.lists.addWidget(self.table)
        self.lists.addWidget(self.nothing)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(filters)
        column.addWidget(self.lists, 1)
        column.addLayout(self._buttons)
        both = QWidget()
        self._both = QBoxLayout(QBoxLayout.Direction.TopToBottom, both)
        self._both.setContentsMargins(6, 6, 6, 6)
        self._both.setSpacing(8)
        self._both.addWidget(self.summary)
        self._both.addWidget(right, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._make_empty())
        self.pages.addWidget(both)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)  # see `minimumSizeHint`
        layout.addWidget(self.pages)

    def _make_empty(self) -> QWidget:
        self.empty = _message()
        self.load_button = QPushButton(self.tr("Load a TextGrid…"))
        self.load_button.clicked.connect(self._actions["second.open"].trigger)
        self.folder_button = QPushButton(self.tr("Load a folder of them…"))
        self.folder_button.setToolTip(self.tr("Files that are called like the recordings of the corpus"))
        self.folder_button.clicked.connect(self._second.open_folder_dialog)
        self.blind_button = QPushButton(self.tr("Make a blind copy…"))
        self.blind_button.setToolTip(self.tr("For a second pass: the labels of a random sample are emptied"))
        self.blind_button.clicked.connect(self._actions["second.blind"].trigger)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.load_button, self.folder_button, self.blind_button):
            row.addWidget(button)
        row.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(10, 10, 10, 10)
        column.addStretch(1)
        column.addWidget(self.empty)
        column.addSpacing(6)
        column.addLayout(row)
        column.addStretch(2)
        return page

    # What is shown

    def _on_changed(self) -> None:
        source = self._source
        self.pages.setCurrentIndex(1 if source.is_open else 0)
        for button in (self.load_button, self.folder_button, self.blind_button):
            button.setEnabled(source.document is not None)
        self.empty.setText(self._why_empty())
        with QSignalBlocker(self.smallest):
            self.smallest.setValue(source.notes.smallest)
        self._fill()

    def _why_empty(self) -> str:
        if self._source.document is None:
            return self.tr("Open a recording to compare it with a second annotator's TextGrid.")
        if self._source.path is not None:
            return self.tr(
                "{file} is the second annotator's TextGrid of this recording. "
                "It is being read, or could not be."
            ).format(file=self._source.path.name)
        return self.tr(
            "Another annotator's TextGrid of this recording is shown under yours and compared with it: "
            "boundaries in milliseconds, labels with Cohen's kappa, and a list of what differs.\n\n"
            "Load it, or drop it here."
        )

    def _fill(self, _value: object = None) -> None:
        """List what the filters let through."""
        source, review = self._source, self._review
        compared = source.compared
        found = () if compared is None else compared.differing
        rows = [Row(one, review.is_kept(one)) for one in found]
        large = [
            row
            for row in rows
            if row.what.kind != "boundary" or row.what.size_ms >= source.notes.smallest - 1e-6
        ]
        n_kept = sum(row.kept for row in large)
        self.show_kept.setText(self.tr("kept ({count})").format(count=n_kept))
        self.show_kept.setEnabled(n_kept > 0)
        open_ = [row for row in large if self.show_kept.isChecked() or not row.kept]
        wanted = self.kind.currentData()
        shown = [row for row in open_ if wanted in ("", row.what.kind)]
        self._tell_kinds(open_)
        self._put(shown)
        self.lists.setCurrentWidget(self.table if shown else self.nothing)
        self.nothing.setText(self._why_nothing(len(open_), n_kept))
        self.summary.show_compared()
        self._tell_buttons()

    def _put(self, rows: list[Row]) -> None:
        # The row that was chosen stays so; if it is gone, the one that took its place.
        review = self._review
        lines = self.table.lines()
        line = lines[0] if lines else 0
        chosen = {review.mark(one) for one in review.chosen}
        self._filling = True
        try:
            self.model.set_rows(rows)
            self._tell_order()
            marks = [review.mark(row.what) for row in self.model.rows]
            again = [number for number, mark in enumerate(marks) if mark in chosen]
            again = again or ([min(line, len(marks) - 1)] if marks else [])
            for number in again:
                flags = self.table.selectionModel().SelectionFlag
                index = self.model.index(number, 0)
                self.table.selectionModel().select(index, flags.Select | flags.Rows)
            if again:
                index = self.model.index(again[0], 0)
                flags = self.table.selectionModel().SelectionFlag
                self.table.selectionModel().setCurrentIndex(index, flags.NoUpdate)
                self.table.scrollTo(index)
        finally:
            self._filling = False
        self._on_chosen()

    def _tell_order(self, *_: object) -> None:
        self._review.order = tuple(row.what for row in self.model.rows)

    def _tell_kinds(self, rows: list[Row]) -> None:
        counts = {kind: sum(row.what.kind == kind for row in rows) for kind in KINDS}
        self.kind.setItemText(0, self.tr("All kinds ({count})").format(count=len(rows)))
        for number, kind in enumerate(KINDS, 1):
            self.kind.setItemText(number, f"{self.model.kind_text(kind)} ({counts[kind]})")

    def _why_nothing(self, n_listed: int, n_kept: int) -> str:
        compared = self._source.compared
        if not self._source.tiers[1]:
            return self.tr("Choose the tier of the second annotator that belongs to yours.")
        if compared is None:
            return self.tr("Comparing…")
        if compared.problem is not None:
            return f"{compared.problem.message}\n{compared.problem.hint}"
        if n_listed:
            return self.tr("None of this kind.")
        text = self.tr("No disagreements: labels are the same, boundaries within {ms} ms.").format(
            ms=f"{self._source.notes.smallest:g}"
        )
        return text if not n_kept else self.tr("All are decided; {count} are kept.").format(count=n_kept)

    def _tell_buttons(self) -> None:
        chosen = self._review.chosen
        n = len(chosen)
        kept = bool(chosen) and all(self._review.is_kept(one) for one in chosen)
        self.keep_button.setText(
            (self.tr("Decide again") if kept else self.tr("Keep mine")) + (f" ({n})" if n > 1 else "")
        )
        self.keep_button.setToolTip(self.tr("Yours stays; it leaves the list and is remembered (K)"))
        self.adopt_button.setText(self.tr("Adopt theirs") + (f" ({n})" if n > 1 else ""))
        self.adopt_button.setToolTip(self.tr("Yours becomes as theirs, as one act that can be undone (A)"))
        same = self._same_kind()
        texts = {
            "boundary": self.tr("Adopt all boundaries ({count})"),
            "label": self.tr("Adopt all labels ({count})"),
            "missing in first": self.tr("Add all of theirs ({count})"),
            "missing in second": self.tr("Remove all of mine ({count})"),
            "": self.tr("Adopt all of a kind"),
        }
        kind = chosen[0].kind if chosen else ""
        self.adopt_all_button.setText(texts[kind].format(count=len(same)))
        self.adopt_all_button.setToolTip(self.tr("All of this kind that are listed and not kept, as one act"))
        for button in (self.keep_button, self.adopt_button):
            button.setEnabled(n > 0)
        self.adopt_all_button.setEnabled(len(same) > 1)
        self.next_button.setEnabled(bool(self.model.rows))
        keys = self._actions["second.next"].shortcut().toString()
        self.next_button.setToolTip(self.tr("Go to the next disagreement") + (f" ({keys})" if keys else ""))

    def _same_kind(self) -> list[Row]:
        chosen = self._review.chosen
        return [row for row in self.model.rows if chosen and row.what.kind == chosen[0].kind and not row.kept]

    # Slots

    def _on_chosen(self) -> None:
        if not self._filling:
            self._review.chosen = tuple(self.model.rows[line].what for line in self.table.lines())
            index = self.table.currentIndex()
            if index.isValid():
                self._review.current = self.model.rows[index.row()].what
            self._tell_buttons()

    def _on_opened(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self._review.show(self.model.rows[index.row()].what)

    def _select_current(self) -> None:
        current = self._review.current
        if current is None:
            return
        marks = [self._review.mark(row.what) for row in self.model.rows]
        mark = self._review.mark(current)
        if mark in marks:
            # Not `selectRow`: it takes the Ctrl of Ctrl-Alt-D for that of a click, and deselects.
            index = self.model.index(marks.index(mark), 0)
            flags = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _on_adopt_all(self) -> None:
        self._review.adopt_all([row.what for row in self._same_kind()])

    def _on_blind(self) -> None:
        document = self._source.document
        if document is None:
            return
        names, tier = document.grid.tier_names, self._source.tiers[0]
        dialog = BlindDialog(names, tier, self._second.count_blind, self.window())
        dialog.chosen.connect(self._second.make_blind)
        dialog.open()

    # Events

    def minimumSizeHint(self) -> QSize:
        """Ask for what the narrow shape needs, or the wide one could never be left."""
        digit = self.fontMetrics().horizontalAdvance("0")
        return QSize(max(380, 50 * digit), LOW if self.width() >= WIDE else HIGH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the numbers beside the list where there is room, else above it."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        directions = QBoxLayout.Direction
        self._both.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self.summary.histogram.setVisible(self.height() >= ROOM + (LOW if wide else HIGH))
        narrow = self.width() < NARROW
        self._buttons.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        self.summary.setMinimumWidth(BESIDE if wide else 0)
        self.summary.setMaximumWidth(BESIDE if wide else 16_777_215)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.summary.show_compared()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept one TextGrid or folder."""
        if self._source.document is not None and _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Load what was dropped as the second annotator's."""
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self._second.open_second(path)


def _message() -> QLabel:
    label = QLabel()
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    label.setMargin(10)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    good = path is not None and (path.is_dir() or path.suffix.lower() == ".textgrid")
    return path if good else None
