"""The table of the tokens that were measured: look, filter, sort, hear, open, copy.

Signals of `TokensPanel`: `play_wanted` (id of a token, as it is now; Space), `praat_wanted` (likewise). Enter
or a double click opens the token in the editor; the token that the editor shows is marked here. What is
pointed at, selected and looked at here is so everywhere, and the filter decides what maps show
(`state.linked`). Values follow edits (`LiveFeed`). Messages: none; what was skipped and what is stale is said
below the table.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from w2vpraat.corpus.filtering import Filter, FilterError, parse_filter
from w2vpraat.corpus.token_values import metadata_columns
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults
from w2vpraat.pipeline.running import Results

from ..actions import Actions
from ..dialogs.list_dialog import ListDialog
from ..document import Document
from ..fonts import label_font
from ..live.feed import LiveFeed
from ..measuring.result_places import ResultPlaces
from ..selected_token import selected_token
from ..state import AppState
from ..tables.check_model import CheckModel, Tick
from ..tables.rows_view import RowsView
from ..tables.sheet_model import SheetModel
from ..tables.token_filter import filter_columns, filtering
from ..tables.token_model import MARKS, TokenModel
from ..theme import colours
from ..work.results_folder import Sheet
from .check_list import CheckList
from .live_columns import LiveColumns
from .table_links import TableLinks

FILTER_WAIT = 200
"""Milliseconds after the last key until rows are filtered."""
AT_ONCE = 5000
"""Up to so many rows are filtered without a job."""
FIRST_HIDDEN = ("file_name", "tier", "start", "end", "prop_time")
"""Columns that are not shown at first, so that formants are in view."""
LAYOUT = "token_columns"
"""Where the session keeps which columns are hidden."""


class TokensPanel(QWidget):
    """The long table of the last run.

    Parameters
    ----------
    state : AppState
    actions : Actions
        For the buttons.
    places : ResultPlaces
        What is stale, and where tokens are now.
    feed : LiveFeed, optional
        Values that follow the edits.
    """

    play_wanted = Signal(str)
    praat_wanted = Signal(str)

    def __init__(
        self,
        state: AppState,
        actions: Actions,
        places: ResultPlaces,
        parent: QWidget | None = None,
        *,
        feed: LiveFeed | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._actions, self._places = state, actions, places
        self._document: Document | None = None
        self._filter = Filter()
        self._filters = False
        self._feed = feed
        self._live: LiveColumns | None = None
        self._metadata: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self.model = TokenModel(self)
        self.column_model = CheckModel(self)
        self.list_dialog: ListDialog | None = None
        self._make()
        self.links = TableLinks(state, self.table, self.model, places, self)
        self._filter_timer = QTimer(self)
        self._filter_timer.setSingleShot(True)
        self._filter_timer.setInterval(FILTER_WAIT)
        self._filter_timer.timeout.connect(self._on_filter)
        self.filter_line.textEdited.connect(self._filter_timer.start)
        self.table.opened.connect(self._on_open)
        self.table.play_wanted.connect(self._on_play)
        self.column_model.ticked.connect(self._on_columns)
        self.again.clicked.connect(actions["measure.run"].trigger)
        self.save.clicked.connect(actions["measure.export"].trigger)
        self.lists.linkActivated.connect(self._on_list)
        places.changed.connect(self._on_places)
        state.session_opened.connect(self._on_results)
        state.results_changed.connect(self._on_results)
        state.current_changed.connect(self._on_document)
        if feed is not None:
            feed.opened.connect(self._on_live)
            feed.changed.connect(self._on_live_change)
            self._on_live(feed.live)
        self._on_document(state.current)
        self._on_results()

    def _make(self) -> None:
        self.filter_line = QLineEdit()
        self.filter_line.setPlaceholderText(
            self.tr("Filter: label:iː,ɪ  speaker:ann  F1:>500  -word:again …")
        )
        self.filter_line.setAccessibleName(self.tr("Filter of the tokens"))
        self.filter_line.setClearButtonEnabled(True)
        self.filter_line.setFont(label_font(11))
        self.error_label = QLabel()
        self.error_label.setWordWrap(True)
        self.error_label.setTextFormat(Qt.TextFormat.PlainText)
        self.error_label.hide()
        self.columns_button = QToolButton()
        self.columns_button.setText(self.tr("Columns"))
        self.columns_button.setAccessibleName(self.tr("Choose columns"))
        self.columns_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns_list = CheckList(self.column_model, self.tr("Columns"), rows=16, counts=False)
        menu = QMenu(self.columns_button)
        action = QWidgetAction(menu)
        action.setDefaultWidget(self.columns_list)
        menu.addAction(action)
        menu.addAction(self.tr("Show all columns"), lambda: self.column_model.tick(self.model.columns))
        self.columns_button.setMenu(menu)
        self.save = QPushButton(self.tr("Save table…"))
        self.table = RowsView(self.tr("Tokens"), Qt.ItemDataRole.EditRole)
        self.table.setModel(self.model)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMargin(16)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.summary = QLabel()
        self.lists = QLabel()
        self.stale_label = QLabel()
        self.again = QPushButton(self.tr("Measure again"))
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.filter_line, 1)
        top.addWidget(self.columns_button)
        top.addWidget(self.save)
        bottom = QHBoxLayout()
        bottom.addWidget(self.summary)
        bottom.addWidget(self.lists)
        bottom.addStretch(1)
        bottom.addWidget(self.stale_label)
        bottom.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.error_label)
        column.addWidget(self.stack, 1)
        column.addLayout(bottom)

    # Results

    def _on_results(self) -> None:
        results: Results | None = self._state.results
        before = self.model.columns
        with self.links.keeping_place():
            if results is None:
                self.model.set_table(None)
            else:
                self.model.set_table(results.table, self._metadata_of(results))
            if self.model.columns != before:
                self.column_model.set_lines([Tick(name) for name in self.model.columns])
                self._show_columns()
        self._apply_filter()
        if self.model.columns and not before:
            self.table.fit_columns()
            self.table.horizontalHeader().resizeSection(MARKS, 30)
        live = None if self._feed is None else self._feed.live
        if self._live is None and live is not None:
            self._on_live(live)
        self._on_places()
        self._on_selection()

    def _metadata_of(self, results: Results) -> tuple[str, ...]:
        # Asked of each token only if there are other columns.
        columns = tuple(map(str, results.table.columns))
        if columns != self._metadata[0]:
            self._metadata = (columns, metadata_columns(results.opened.tokens.kept))
        return self._metadata[1]

    def _on_live(self, live: LiveResults | None) -> None:
        self._live = None if live is None else LiveColumns(live, self.model)

    def _on_live_change(self, change: LiveChange) -> None:
        if not self.isVisible():
            self._live = None  # nobody looks: the whole table follows when the edits have come to rest
        if self._live is None:
            return
        values, order = self._live.after(change)
        if order is not None:
            with self.links.keeping_place(change.renamed):
                self.model.rearrange(values, order)
            self._show_only(self.model.mask)
        elif values:
            self.model.patch(values)
            if change.renamed:
                self.links.show_all()
        self._on_places()
        self._on_selection()

    def _on_places(self) -> None:
        self.model.set_stale(self._places.stale)
        self._tell()

    def _tell(self) -> None:
        results: Results | None = self._state.results
        total, seen = self.model.n_rows, self.model.rowCount()
        self.stack.setCurrentWidget(self.table if seen else self.empty)
        self.empty.setText(
            self.tr("Nothing has been measured yet.\n\nMeasure all tokens: {keys}").format(
                keys=self._actions["measure.run"].shortcut().toString()
            )
            if results is None
            else self.tr("No token fits the filter.")
        )
        rows = self.tr("{count} rows").format(count=total)
        some = self.tr("{shown} of {count} rows").format(shown=seen, count=total)
        self.summary.setText("" if results is None else rows if seen == total else some)
        self.save.setEnabled(results is not None)
        self.columns_button.setEnabled(results is not None)
        parts = []
        if results is not None and results.skipped:
            count = len(results.skipped)
            told = self.tr("1 file skipped") if count == 1 else self.tr("{count} files skipped")
            parts.append(_link("skipped", told.format(count=count)))
        if results is not None and results.notes:
            count = len(results.notes)
            told = self.tr("1 note") if count == 1 else self.tr("{count} notes")
            parts.append(_link("notes", told.format(count=count)))
        self.lists.setText(" · ".join(parts))
        count, outdated = len(self.model.stale), self._places.is_outdated
        since = []
        if count:
            since.append(
                self.tr("● 1 token was edited")
                if count == 1
                else self.tr("● {count} tokens were edited").format(count=count)
            )
        if outdated:
            since.append(self.tr("the settings were changed"))
        self.stale_label.setText(self.tr("{what} since").format(what=", ".join(since)) if since else "")
        self.stale_label.setStyleSheet(f"color: {colours().warning};")
        self.again.setVisible(bool(since))

    def _on_list(self, what: str) -> None:
        results: Results | None = self._state.results
        if results is None:
            return
        if what == "skipped":
            title = self.tr("Skipped files")
            header: tuple[str, ...] = (
                self.tr("name"),
                self.tr("step"),
                self.tr("what is wrong"),
                self.tr("what to do"),
            )
            rows: list[tuple[str, ...]] = [
                (one.name, one.step, " ".join([one.error.where, one.error.message]).strip(), one.error.hint)
                for one in results.skipped
            ]
        else:
            title, header = self.tr("Notes on the results"), (self.tr("note"),)
            rows = [(note,) for note in results.notes]
        if self.list_dialog is not None:
            self.list_dialog.close()
            self.list_dialog.deleteLater()
        self.list_dialog = ListDialog(title, "", self)
        self.list_dialog.set_model(SheetModel(Sheet(header, tuple(rows))), title)
        self.list_dialog.show()

    # Filter

    def _on_filter(self) -> None:
        try:
            self._filter = parse_filter(self.filter_line.text(), filter_columns(self.model.columns))
            problem = ""
        except FilterError as error:
            # Half a filter is being typed: all are shown meanwhile.
            self._filter = Filter()
            problem = f"{error.message}: {error.hint}" if error.hint else error.message
        self.error_label.setText(problem)
        self.error_label.setVisible(bool(problem))
        self.error_label.setStyleSheet(f"color: {colours().error};")
        self.filter_line.setToolTip(self.tr("Shown: {what}").format(what=self._filter.explain()))
        self._apply_filter()

    def _apply_filter(self) -> None:
        if not self._filter or not self.model.columns:
            self._on_mask(None)
            return
        work = partial(filtering, self._filter, self.model.columns, self.model.values)
        if self.model.n_rows <= AT_ONCE:
            self._on_mask(list(work())[-1])
            return
        self._state.jobs.start(
            "filter-tokens",
            self.tr("Filter tokens"),
            work,
            on_result=self._on_mask,
            on_error=self._state.notices.error,
            quiet=True,
            lane="quick",
        )

    def _on_mask(self, mask: Any) -> None:
        if mask is not None and len(mask) != self.model.n_rows:
            return  # of another table
        with self.links.keeping_place():
            self.model.set_mask(mask)
        self._show_only(mask)
        self._tell()

    def _show_only(self, mask: Any) -> None:
        if mask is not None:
            tokens = self._places.names_now(self.model.ids[mask].tolist())
            self._state.linked.show_only(frozenset(tokens))
        elif self._filters:
            self._state.linked.show_only(None)
        self._filters = mask is not None

    # Columns

    def _show_columns(self) -> None:
        session = self._state.session
        kept = {} if session is None else session.layout.get(LAYOUT)
        hidden = set(kept) if isinstance(kept, list) else set(FIRST_HIDDEN)
        for section, name in enumerate(self.model.columns, start=1):
            self.table.setColumnHidden(section, name in hidden)
        self.column_model.set_ticked([name for name in self.model.columns if name not in hidden])

    def _on_columns(self, names: tuple[str, ...]) -> None:
        session = self._state.session
        hidden = [name for name in self.model.columns if name not in names]
        for section, name in enumerate(self.model.columns, start=1):
            self.table.setColumnHidden(section, name in hidden)
        if session is not None:
            self._state.set_session(session.with_layout({**session.layout, LAYOUT: hidden}))

    # Rows

    def _on_open(self, index: QModelIndex) -> None:
        self._state.show_token(self.links.id_now(index))

    def _on_play(self, index: QModelIndex) -> None:
        self.play_wanted.emit(self.links.id_now(index))

    def _on_praat(self, index: QModelIndex) -> None:
        self.praat_wanted.emit(self.links.id_now(index))

    def _on_menu(self, place: QPoint) -> None:
        index = self.table.indexAt(place)
        if not index.isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Open in the editor"), lambda: self._on_open(index))
        menu.addAction(self.tr("Play"), lambda: self._on_play(index))
        menu.addAction(self.tr("Show in Praat"), lambda: self._on_praat(index))
        menu.addAction(self.tr("Copy rows"), lambda: self._copy())
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.table.selected_text())

    # Editor

    def _on_document(self, document: Document | None) -> None:
        if self._document is not None:
            self._document.view.selection_changed.disconnect(self._on_selection)
        self._document = document
        if document is not None:
            document.view.selection_changed.connect(self._on_selection)
        self._on_selection()

    def _on_selection(self) -> None:
        now = selected_token(self._document)
        then = self._places.then(now) if now else None
        self.model.set_current(then or "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show all again on Escape in the filter."""
        if event.key() == Qt.Key.Key_Escape and self.filter_line.hasFocus() and self.filter_line.text():
            self.filter_line.clear()
            self._on_filter()
            return
        super().keyPressEvent(event)


def _link(key: str, text: str) -> str:
    return f'<a href="{key}" style="color: {colours().accent}">{text}</a>'
