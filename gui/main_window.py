"""The window: joins state, actions, editor, panels and tables; nothing else.

Messages: notices above the editor; the status bar names what is open and what is being done.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.errors import W2VPraatError

from .actions import Actions
from .annotators.second import Second
from .arrangement import WORKSPACES, Arrangement, fit_screen
from .document import Document
from .editor.ceiling_commands import CeilingCommands
from .editor.commands import EditorCommands
from .editor.editor import Editor
from .measuring.measuring import Measuring
from .panels.corpus_panel import CorpusPanel
from .panels.jobs_panel import JobsPanel
from .panels.measure_panel import MeasurePanel
from .panels.notice_bar import NoticeBar
from .panels.results_panel import ResultsPanel
from .panels.second_panel import SecondPanel
from .panels.start_page import StartPage
from .panels.tokens_panel import TokensPanel
from .playback.player import Player
from .praat.show_in_praat import ShowInPraat
from .state import AppState
from .storage.files import Files
from .storage.keeping import Keeping
from .storage.new_grids import NewGrids
from .view_commands import ViewCommands
from .worlds import Worlds

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


class MainWindow(QMainWindow):
    """Everything in one window; every part but the editor is a dock that can be moved, closed and opened."""

    def __init__(self, state: AppState | None = None) -> None:
        super().__init__()
        self.state = state or AppState()
        self.state.setParent(self)
        self.actions_ = Actions(self)
        self.editor = Editor(
            self.state, self.actions_
        )  # before any handler: what was typed becomes an act first
        self.files = Files(self.state, self.actions_, self)
        self.keeping = Keeping(self.state, self.files, self)
        self.commands = EditorCommands(self.state, self.actions_, self.editor, self)
        self.player = Player(self.state, self.actions_, self)
        self.views = ViewCommands(self.state, self.actions_, self)
        self.ceilings = CeilingCommands(self.state, self)
        self.measuring = Measuring(self.state, self.actions_, self)
        self.worlds = Worlds(self.state, self.actions_, self.measuring.places, self)
        self.second = Second(self.state, self.actions_, self)
        self.new_grids = NewGrids(self.state, self)
        self.praat = ShowInPraat(self.state, self.actions_, self.files.save, self)
        self._make_pages()
        self._make_docks()
        self._make_menus()
        self._connect()
        fit_screen(self, 1280, 800)
        self._show_open()

    # Parts

    def _make_pages(self) -> None:
        self.notices = NoticeBar(self.state)
        self.start = StartPage(self.actions_)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(self.editor)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        self.doing = QLabel()
        self.reading = QLabel()
        for label in (self.doing, self.reading):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.reading.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reading.setAccessibleName(self.tr("Last reading"))
        self.doing.setAccessibleName(self.tr("What is being done"))
        self.statusBar().addWidget(self.reading, 1)
        self.statusBar().addPermanentWidget(self.doing)

    def _make_docks(self) -> None:
        self.arrangement = Arrangement(self, self.state, self.actions_, self.pages)
        self.setDockNestingEnabled(True)
        self.corpus = CorpusPanel(self.state)
        self.jobs = JobsPanel(self.state)
        self.measure = MeasurePanel(self.state, self.actions_, self.measuring)
        self.tokens = TokensPanel(self.state, self.actions_, self.measuring.places, feed=self.worlds.feed)
        self.annotators = SecondPanel(self.second, self.actions_)
        self.results = ResultsPanel()
        add = self.arrangement.add
        add("corpus", self.tr("Recordings"), self.corpus, LEFT)
        add("measure", self.tr("Measure"), self.measure, RIGHT)
        add("tokens", self.tr("Tokens"), self.tokens, BOTTOM)
        self.worlds.add_docks(self.arrangement)
        add("jobs", self.tr("Jobs"), self.jobs, BOTTOM)
        add("annotators", self.tr("Two annotators"), self.annotators, BOTTOM, scrolls=True)
        add("results", self.tr("Results of a run"), self.results, BOTTOM, scrolls=True)
        self.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        self.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        self.arrangement.set_shown(())  # nothing to show before something is open

    def _make_menus(self) -> None:
        self.actions_.fill(self.menuBar())
        panels = QMenu(self.tr("Panels"), self)
        self.menuBar().insertMenu(self.menuBar().actions()[-1], panels)  # before Help
        for dock in self.arrangement.docks.values():
            panels.addAction(dock.toggleViewAction())
        panels.addAction(self.arrangement.tools.toggleViewAction())

    def _connect(self) -> None:
        state = self.state
        self.start.open_wanted.connect(self.files.open_paths)
        self.files.results_wanted.connect(self.open_results)
        self.worlds.exporting.session_wanted.connect(lambda path: self.files.open_paths([path]))
        self.files.sessions.collect = self._collect
        self.files.closing.connect(self._on_closing)
        self.editor.links.set_places(self.measuring.places)
        self.editor.play_wanted.connect(self.player.play)
        self.player.started.connect(self.worlds.audition.stop)
        self.worlds.audition.started.connect(lambda _tokens: self.player.stop())
        self.editor.ceiling_wanted.connect(self.ceilings.take)
        self.measuring.play_wanted.connect(self.player.play)
        self.measuring.running_changed.connect(self._on_measuring)
        self.tokens.play_wanted.connect(self.worlds.audition.play)
        self.tokens.praat_wanted.connect(self.praat.show_token)
        self.worlds.board.links.praat_wanted.connect(self.praat.show_token)
        self.worlds.front_wanted.connect(self.arrangement.bring)
        for name in WORKSPACES:
            self.actions_.on(f"view.{name}", partial(self.arrangement.arrange, name))
        self.commands.reading.connect(self._on_reading)
        self.second.source.changed.connect(self._on_second_changed)
        self.files.disk.compare_wanted.connect(self._on_compare_wanted)
        self.results.token_wanted.connect(state.show_token)
        self.corpus.grid_wanted.connect(self.new_grids.ask)
        state.session_opened.connect(self._on_session_opened)
        state.session_opened.connect(self._show_open)
        state.corpus_changed.connect(self.arrangement.reopen)
        state.current_changed.connect(self._on_current_changed)
        state.document_opened.connect(self._on_document_opened)
        state.token_shown.connect(lambda _token: self.arrangement.bring_editor())
        state.jobs.added.connect(self._show_doing)
        state.jobs.changed.connect(self._show_doing)

    # What others ask for

    def open_results(self, folder: Path) -> bool:
        """Show a results folder; a wrong one becomes a notice.

        Returns
        -------
        bool
            Whether the folder is now shown.
        """
        try:
            self.results.open_folder(folder)
        except W2VPraatError as error:
            self.state.notices.error(error)
            return False
        self.arrangement.bring("results")
        return True

    # Slots

    def _collect(self) -> None:
        self.worlds.reviewing.collect()
        self.arrangement.collect()

    def _on_session_opened(self) -> None:
        self.arrangement.arrange("annotate")
        self.arrangement.restore()

    def _on_document_opened(self, document: Document) -> None:
        document.modified_changed.connect(self._show_open)

    def _on_current_changed(self, document: Document | None) -> None:
        self._show_open()
        if document is not None and self.arrangement.is_editor_shown:
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_measuring(self, on: bool) -> None:
        if on:
            self.arrangement.bring("jobs")
        elif self.state.results is None:
            self.arrangement.bring("tokens")
        else:
            self.arrangement.docks["jobs"].hide()
            self.arrangement.bring("maps")

    def _on_second_changed(self) -> None:
        document = self.state.current
        if document is not None and document.second is not None:
            self.arrangement.bring("annotators")

    def _on_compare_wanted(self, document: Document, theirs: TextGrid) -> None:
        self.state.show_document(document)
        self.second.source.show_grid(theirs)

    def _on_reading(self, text: str, tip: str) -> None:
        self.reading.setText(text)
        self.reading.setToolTip(tip)

    def _on_closing(self) -> None:
        self.player.stop()
        self.worlds.audition.stop()

    def _show_open(self, *_: object) -> None:
        state = self.state
        self.pages.setCurrentIndex(0 if state.session is None else 1)
        parts = [] if state.current is None else [state.current.name]
        if state.session_path is not None:
            parts.append(state.session_path.stem)
        elif state.session is not None and state.session.sources:
            parts.append(state.session.sources[0].name)
        self.setWindowTitle("[*]" + " - ".join([*parts, "w2vpraat"]))
        self.setWindowModified(bool(state.modified_documents()))

    def _show_doing(self, *_: object) -> None:
        running = self.state.jobs.running()
        self.doing.setText(
            running[0].title + (f"  (+{len(running) - 1})" if len(running) > 1 else "") if running else ""
        )

    # Qt

    def closeEvent(self, event: QCloseEvent) -> None:
        """End all jobs; `Files` has asked about what is not saved before."""
        self._on_closing()
        self.state.jobs.close()
        self.keeping.end()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "arrangement"):
            self.arrangement.draw_icons()
