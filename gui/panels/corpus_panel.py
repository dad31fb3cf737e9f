"""The recordings of the corpus: look, filter, sort, open, edit what is known of speakers.

Signals: `grid_wanted` (path of a sound that has no TextGrid). The panel asks the state to open recordings and
keeps `state.visible_recordings` in the order of the table. The filter is a choice of the session. Messages:
notices.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWhatsThis,
    QWidget,
)

from w2vpraat.corpus.corpus_row import CorpusRow
from w2vpraat.corpus.filtering import Filter, FilterError, parse_filter
from w2vpraat.errors import InputError

from ..icons import icon
from ..state import AppState
from ..tables.corpus_model import FIXED, NAME, SERIOUS, STATUS, CorpusFilter, CorpusModel, told_duration
from ..tables.corpus_view import CorpusTable
from ..theme import colours
from .corpus_feed import CorpusFeed
from .metadata import Metadata

FILTER_WAIT = 300
"""Milliseconds after the last key until the filter is a choice of the session."""


class CorpusPanel(QWidget):
    """Table of recordings with filter, what is wrong, and what is not saved."""

    grid_wanted = Signal(Path)

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.metadata = Metadata(state, self)
        self.model = CorpusModel(self)
        self.proxy = CorpusFilter(self.model, self)
        self.feed = CorpusFeed(state, self.model, self.metadata, self)
        self._seen = ""
        self._make()
        self._filter_timer = QTimer(self)
        self._filter_timer.setSingleShot(True)
        self._filter_timer.setInterval(FILTER_WAIT)
        self._filter_timer.timeout.connect(self._on_filter_settled)
        self._order_timer = QTimer(self)  # many changes of the table make one new order
        self._order_timer.setSingleShot(True)
        self._order_timer.timeout.connect(self._on_order)
        self._sized = False
        for signal in (self.proxy.layoutChanged, self.proxy.modelReset, self.proxy.rowsInserted):
            signal.connect(self._order_timer.start)
        self.proxy.rowsRemoved.connect(self._order_timer.start)
        self.feed.rows_changed.connect(self._order_timer.start)
        self.feed.finished.connect(self._on_finished)
        self.feed.columns_changed.connect(self._on_filter_typed)
        self.filter_line.textEdited.connect(self._on_filter_typed)
        self.filter_line.textEdited.connect(self._filter_timer.start)
        self.filter_line.returnPressed.connect(self._on_filter_entered)
        self.table.opened.connect(self._on_open)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.proxy.modelReset.connect(self._tell_row)
        state.session_opened.connect(self._on_session)
        state.session_changed.connect(self._on_session_changed)
        state.current_changed.connect(self._on_current)
        self._on_order()
        self._tell_row()

    # Parts

    def _make(self) -> None:
        self.filter_line = QLineEdit()
        self.filter_line.setPlaceholderText(self.tr("Filter: part of a name, speaker:ann, label:iː,ɪ …"))
        self.filter_line.setAccessibleName(self.tr("Filter of the recordings"))
        self.filter_line.setClearButtonEnabled(True)
        self.filter_line.setAcceptDrops(False)  # files that are dropped are opened
        self.help_button = QToolButton()
        self.help_button.setText("?")
        self.help_button.setAccessibleName(self.tr("How to write a filter"))
        self.help_button.setToolTip(self.tr("How to write a filter"))
        self.help_button.clicked.connect(self._on_help)
        self.again_button = QToolButton()
        self.again_button.setIcon(icon("reload"))
        self.again_button.setAccessibleName(self.tr("Look for recordings again"))
        self.again_button.setToolTip(self.tr("Look for recordings again"))
        self.again_button.clicked.connect(lambda: self._state.find_recordings())
        self.speakers_button = QToolButton()
        self.speakers_button.setText(self.tr("Speakers"))
        self.speakers_button.setAccessibleName(self.tr("Table of speakers"))
        self.speakers_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.speakers_button)
        menu.addAction(self.tr("Choose table of speakers…"), self._on_choose_table)
        menu.addAction(self.tr("Add column…"), self._on_add_column)
        self.save_action = menu.addAction(self.tr("Save changes"), self._on_save_metadata)
        self.speakers_button.setMenu(menu)
        self.error_label = QLabel()
        self.error_label.setWordWrap(True)
        self.error_label.hide()
        self.table = CorpusTable()
        self.table.setAccessibleName(self.tr("Recordings"))
        self.table.setModel(self.proxy)
        self.table.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMargin(16)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.detail = QLabel()
        self.detail.setWordWrap(True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setAccessibleName(self.tr("What is wrong with the recording, and what to do"))
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.unsaved = QPushButton()
        self.unsaved.hide()
        self.unsaved.clicked.connect(self._on_save_metadata)
        top = QHBoxLayout()
        top.setSpacing(4)
        for widget in (self.filter_line, self.help_button, self.again_button, self.speakers_button):
            top.addWidget(widget)
        bottom = QHBoxLayout()
        bottom.addWidget(self.summary, 1)
        bottom.addWidget(self.unsaved)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.error_label)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.detail)
        layout.addLayout(bottom)

    # Filter

    def _on_filter_typed(self, _text: str = "") -> None:
        try:
            accepted = parse_filter(self.filter_line.text(), self.feed.columns)
        except FilterError as error:
            # Half a filter is being typed: all are shown meanwhile.
            accepted = Filter()
            self._tell_filter(accepted, error)
        else:
            self._tell_filter(accepted, None)
        name = self._current_name()
        self.proxy.set_filter(accepted)
        self._select(name)
        self._order_timer.start()

    def _tell_filter(self, accepted: Filter, error: FilterError | None) -> None:
        self.error_label.setVisible(error is not None)
        if error is not None:
            self.error_label.setText(f"{error.message}: {error.hint}" if error.hint else error.message)
            self.error_label.setStyleSheet(f"color: {colours().error};")
            self.filter_line.setToolTip(error.message)
        elif accepted:
            self.filter_line.setToolTip(self.tr("Shown: {what}").format(what=accepted.explain()))
        else:
            self.filter_line.setToolTip(self.tr("Type to show fewer recordings"))
        self.filter_line.setAccessibleDescription(self.filter_line.toolTip())

    def _on_filter_settled(self) -> None:
        session, text = self._state.session, self.filter_line.text()
        if session is None or text == session.filter:
            return
        try:
            self._state.set_session(session.with_filter(text))
        except InputError:
            return  # it is told below the line already

    def _on_filter_entered(self) -> None:
        if self.proxy.rowCount():
            chosen = self.table.currentIndex()
            self._on_open(chosen if chosen.isValid() else self.proxy.index(0, NAME))

    def _on_help(self) -> None:
        place = self.help_button.mapToGlobal(QPoint(0, self.help_button.height()))
        QWhatsThis.showText(place, self.filter_help(), self.help_button)

    def filter_help(self) -> str:
        """Return how filters are written, with the columns that there are."""
        lines = (
            ("ann", self.tr("names that contain “ann”")),
            ("speaker:ann,bea", self.tr("the speaker is ann or bea")),
            ("label:iː  -label:ɪ", self.tr("has the label iː, and not ɪ")),
            ("duration:&gt;3", self.tr("longer than 3 s; also &gt;= &lt; &lt;=")),
            ("problem:yes", self.tr("something is wrong; or problem:partner")),
            ("tag:done  tag:star", self.tr("what reviewers said of its tokens")),
            ("name:s0?_*", self.tr("* any letters, ? one letter; /…/ a regular expression")),
            ('sex:""', self.tr("the cell is empty; quotes also hold blanks together")),
        )
        rows = "".join(
            f"<tr><td><code>{key}</code>&nbsp;&nbsp;</td><td>{told}</td></tr>" for key, told in lines
        )
        columns = ", ".join(self.feed.columns)
        return (
            f"<p>{self.tr('Words are separated by blanks, and all must hold.')}</p><table>{rows}</table>"
            f"<p>{self.tr('Columns:')} {columns}</p>"
        )

    # Table

    def _on_open(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is None:
            return
        if row.grid_path is None and row.audio_path is not None and row.rate is not None:
            self.grid_wanted.emit(row.audio_path)
            return
        if row.partner:
            self._state.notices.warning(
                self.tr("{name} can't be opened: {why}").format(name=row.name, why=row.problem), row.remedy
            )
            return
        self._state.open_recording(row.name)

    def _on_menu(self, place: QPoint) -> None:
        index = self.table.indexAt(place)
        row = self._row(index)
        if row is not None:
            self.row_menu(index, row).popup(self.table.viewport().mapToGlobal(place))

    def row_menu(self, index: QModelIndex, row: CorpusRow) -> QMenu:
        """Return what can be done with a row."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.grid_path is None and row.audio_path is not None:
            menu.addAction(self.tr("Make a TextGrid…"), lambda: self._on_open(index))
        else:
            menu.addAction(self.tr("Open"), lambda: self._on_open(index)).setEnabled(not row.partner)
        menu.addAction(self.tr("Show in file manager"), lambda: _show_folder(row))
        menu.addAction(self.tr("Copy name"), lambda: QGuiApplication.clipboard().setText(row.name))
        if index.column() >= FIXED:
            edit = menu.addAction(self.tr("Edit"), lambda: self.table.edit(index))
            edit.setEnabled(bool(index.flags() & Qt.ItemFlag.ItemIsEditable))
        return menu

    def _row(self, index: QModelIndex) -> CorpusRow | None:
        return self.model.rows[self.proxy.place(index)] if index.isValid() else None

    def _current_name(self) -> str:
        row = self._row(self.table.currentIndex())
        return "" if row is None else row.name

    def _select(self, name: str) -> None:
        line = self.model.line_of(name) if name else -1
        index = self.proxy.mapFromSource(self.model.index(line, NAME)) if line >= 0 else QModelIndex()
        if index.isValid() and index.row() != self.table.currentIndex().row():
            self.table.setCurrentIndex(index)

    def _on_row(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._tell_row()

    def _tell_row(self) -> None:
        row = self._row(self.table.currentIndex())
        self.detail.setVisible(row is not None and bool(row.problem))
        if row is None or not row.problem:
            self.detail.setText("")
            return
        more = row.problems - 1
        told = (
            row.problem
            if more < 1
            else self.tr("{what} (and {count} more)").format(what=row.problem, count=more)
        )
        shade = colours().error if row.kinds and row.kinds[0] in SERIOUS else colours().warning
        self.detail.setTextFormat(Qt.TextFormat.PlainText)
        self.detail.setStyleSheet(f"color: {shade};")
        self.detail.setText(f"{told}\n→ {row.remedy}" if row.remedy else told)

    def _on_order(self) -> None:
        self._state.visible_recordings = self.proxy.names()
        if not self._sized and self.model.known:
            self._fit_columns()
        self._tell_row()
        self._tell_all()

    def _fit_columns(self) -> None:
        self._sized = True
        header = self.table.horizontalHeader()
        self.table.resizeColumnsToContents()
        header.resizeSection(STATUS, 30)
        for section in range(NAME, header.count()):
            widest = 260 if section == NAME else 160
            header.resizeSection(section, min(max(header.sectionSize(section) + 6, 48), widest))

    def _tell_all(self) -> None:
        rows, shown = self.model.rows, self.proxy.rowCount()
        looked = [rows[place] for place in sorted(self.model.known)]
        pairs, shown_pairs = sum(not row.partner for row in rows), len(self._state.visible_recordings)
        parts = [
            self.tr("{count} recordings").format(count=pairs)
            if shown == len(rows)
            else self.tr("{shown} of {count} recordings").format(shown=shown_pairs, count=pairs)
        ]
        if pairs < len(rows):
            parts.append(self.tr("{count} without partner").format(count=len(rows) - pairs))
        if self.feed.busy and looked and len(looked) < len(rows):
            parts.append(self.tr("{done} looked at").format(done=len(looked)))
        speakers = {name for row in looked for name in row.speakers}
        wrong = sum(bool(row.problems) for row in looked)
        if speakers:
            parts.append(self.tr("{count} speakers").format(count=len(speakers)))
        if looked:
            parts.append(told_duration(sum(row.duration or 0.0 for row in looked)))
        if wrong:
            parts.append(self.tr("{count} with problems").format(count=wrong))
        self.summary.setText(" · ".join(parts) if rows else "")
        count = self.metadata.n_unsaved
        self.unsaved.setVisible(count > 0)
        self.save_action.setEnabled(count > 0)
        self.unsaved.setText(
            self.tr("Save 1 change of metadata")
            if count == 1
            else self.tr("Save {count} changes of metadata").format(count=count)
        )
        self.stack.setCurrentWidget(self.table if shown else self.empty)
        self.empty.setText(self._why_empty())

    def _why_empty(self) -> str:
        if self._state.session is None:
            return self.tr("No corpus is open.\n\nOpen a folder, or drop one on the window.")
        if self._state.corpus is None:
            return self.tr("Looking for recordings…")
        if self.model.rows:
            return self.tr("No recording fits the filter.\n\nEscape in the filter shows all.")
        return self.tr("There are no sounds and TextGrids here.")

    # State

    def _on_session(self) -> None:
        self._sized = False
        session = self._state.session
        self.filter_line.setText("" if session is None else session.filter)
        self._on_filter_typed()
        self._on_order()

    def _on_session_changed(self) -> None:
        session = self._state.session
        if session is not None and not self._filter_timer.isActive() and session.filter != self._seen:
            self._seen = session.filter
            if self.filter_line.text() != session.filter and not self.filter_line.hasFocus():
                self.filter_line.setText(session.filter)
                self._on_filter_typed()
        self._tell_all()

    def _on_current(self, _document: object) -> None:
        if self._state.current is not None:
            self._select(self._state.current.name)

    def _on_finished(self) -> None:
        if not self._current_name() and self._state.current is not None:
            self._select(self._state.current.name)
        self._order_timer.start()

    # Speakers

    def _on_choose_table(self) -> None:
        session = self._state.session
        if session is None:
            return
        corpus = self._state.corpus
        start = session.settings.speakers or ("" if corpus is None else str(corpus.root))
        kinds = self.tr("Tables") + " (*.csv *.tsv *.txt *.xlsx *.yaml *.yml)"
        found, _ = QFileDialog.getOpenFileName(self, self.tr("Choose table of speakers"), start, kinds)
        if found:
            settings = session.with_speakers(Path(found)).settings
            self._state.update_session(self.tr("Choose table of speakers"), settings=settings)

    def _on_add_column(self) -> None:
        name, agreed = QInputDialog.getText(
            self, self.tr("Add column"), self.tr("Name of the column, such as sex or dialect:")
        )
        if agreed and name.strip():
            self.feed.add_column(name.strip())

    def _on_save_metadata(self) -> None:
        self.metadata.save(self)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "again_button"):
            self.again_button.setIcon(icon("reload"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show all again on Escape in the filter."""
        if event.key() == Qt.Key.Key_Escape and self.filter_line.hasFocus() and self.filter_line.text():
            self.filter_line.clear()
            self._on_filter_typed()
            self._filter_timer.start()
            return
        super().keyPressEvent(event)


def _show_folder(row: CorpusRow) -> None:
    path = row.audio_path or row.grid_path
    if path is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
