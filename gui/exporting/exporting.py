"""What leaves the window: the dialog, the questions before, the jobs, and what is said afterwards.

Signals of `Exporting`: `written` (the `Written` of an export that is done), `session_wanted` (Path of the
session of a bundle that was unpacked). Messages: where something was
written and what to know of it, which recordings are missing in it, and why something was not written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.errors import W2VPraatError
from w2vpraat.export.added_tiers import add_score_tiers
from w2vpraat.params.exporting import AddedTierParams, BoardParams
from w2vpraat.pipeline.bundle_opening import OpenedBundle, opening_bundle
from w2vpraat.pipeline.exporting import edited_since
from w2vpraat.pipeline.found_tiers import FoundTiers
from w2vpraat.pipeline.running import Results
from w2vpraat.pipeline.written import Written

from ..actions import Actions
from ..dialogs.export_dialog import ExportDialog
from ..dialogs.question_dialog import QuestionDialog
from ..document import Document
from ..state import AppState
from ..work.export_requests import BUNDLE, FIGURE, KINDS, REPORT, TABLE, TIERS, VECTORS, ExportRequest
from ..work.exports import Make, Material, caption, exporting, finding, fresh, same

TOLD = 6
"""So many notes stand in a notice; all are in the record beside the file."""


class Live(Protocol):
    """The part of `LiveFeed` that is needed: values that follow the edits."""

    live: Any
    is_live: bool


class Exporting(QObject):
    """Binds File > Export and Maps > Save as a figure.

    Parameters
    ----------
    state : AppState
    actions : Actions
    pictures : callable
        Returns the maps as they are shown now.
    window : QWidget
        Parent of dialogs.
    feed : LiveFeed, optional
        Values that follow the edits; without it, or when it does not refresh, those of the last run leave.
    report : callable, optional
        Writes the HTML report to a path, computing what is missing (`Judging.report`); without it only a
        comparison that is there can be reported.

    Attributes
    ----------
    dialog : ExportDialog or None
        Once it was opened.
    """

    written = Signal(object)
    session_wanted = Signal(object)

    def __init__(
        self,
        state: AppState,
        actions: Actions,
        pictures: Callable[[], Sequence[MapPicture]],
        window: QWidget,
        *,
        feed: Live | None = None,
        report: Callable[[Path], Any] | None = None,
    ) -> None:
        super().__init__(window)
        self._state, self._actions, self._window = state, actions, window
        self._pictures, self._feed, self._report = pictures, feed, report
        self._only: tuple[MapPicture, ...] = ()
        self.dialog: ExportDialog | None = None
        actions.on("file.export", self.show_dialog)
        actions.on("file.open_bundle", self.open_bundle)
        actions.on("maps.export", partial(self.show_dialog, FIGURE))
        for signal in (state.session_opened, state.corpus_changed, state.results_changed):
            signal.connect(self._on_state)
        state.current_changed.connect(self._on_state)
        state.document_edited.connect(self._on_state)
        self._on_state()

    # What others ask for

    def show_dialog(self, kind: str = "") -> None:
        """Open the dialog, perhaps at a page."""
        self._only = ()
        self._show(kind)

    def export_map(self, picture: MapPicture) -> None:
        """Open the dialog for the figure of one map."""
        self._only = (picture,)
        self._show(FIGURE)

    def start(self, request: ExportRequest) -> bool:
        """Ask about existing files, and start the job.

        Returns
        -------
        bool
            Whether it was started.
        """
        problem = self.problems().get(request.kind, "")
        if problem:
            self._state.notices.warning(self.tr("Not exported"), problem)
            return False
        if not self._may_replace(request):
            return False
        if request.kind == REPORT and self._report is not None:
            self._report(request.path)
            return True
        # A bundle holds the whole board; a figure may be of one map.
        pictures = self._pictures() if request.kind == BUNDLE else self._shown()
        board = request.params if isinstance(request.params, BoardParams) else None
        material = self._material(pictures, board)
        self._state.jobs.start(
            f"export-{request.kind}",
            self.tr("Export {name}").format(name=request.path.name),
            partial(exporting, request, material),
            on_result=self._on_written,
            on_error=partial(self._state.notices.error, doing=self.tr("Not exported")),
        )
        return True

    def add_tiers(self, params: AddedTierParams) -> None:
        """Put further tiers into the open recording, as one act."""
        document, make = self._state.current, self._results()
        if document is None or make is None:
            return
        self._state.jobs.start(
            "export-open-tiers",
            self.tr("Tiers for {name}").format(name=document.name),
            partial(finding, make, params),
            on_result=partial(self._on_found, document),
            on_error=partial(self._state.notices.error, doing=self.tr("No tiers were added")),
        )

    def open_bundle(self) -> None:
        """Ask for a bundle and a new folder, and make a folder of it; `session_wanted` follows."""
        kinds = self.tr("Session bundles") + " (*.zip)"
        start = str(self._folder())
        bundle, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open session bundle"), start, kinds)
        if not bundle:
            return
        folder = QFileDialog.getExistingDirectory(
            self._window, self.tr("Folder in which a folder of the bundle is made"), start
        )
        if folder:
            self.unpack(Path(bundle), Path(folder) / Path(bundle).stem)

    def unpack(self, bundle: Path, folder: Path) -> None:
        """Make a folder of a bundle; `session_wanted` (Path) follows."""
        sources = () if self._state.session is None else self._state.session.sources
        audio = [one for one in sources if one.is_dir()]
        self._state.jobs.start(
            "unbundle",
            self.tr("Open {name}").format(name=bundle.name),
            partial(opening_bundle, bundle, folder, audio=audio),
            on_result=self._on_unpacked,
            on_error=partial(self._state.notices.error, doing=self.tr("The bundle was not opened")),
        )

    def problems(self) -> dict[str, str]:
        """Return what can't leave now: kind to what has to be done first."""
        if self._state.session is None or self._state.corpus is None:
            return dict.fromkeys(KINDS, self.tr("Open a folder with recordings first."))
        results: Results | None = self._state.results
        found: dict[str, str] = {}
        if results is None:
            first = self.tr("Measure all tokens first (Measure menu).")
            found = dict.fromkeys((TABLE, VECTORS, TIERS), first)
        elif not results.spaces.vectors:
            found[VECTORS] = self.tr("The tokens have no vectors: choose a model, and measure again.")
        if not self._shown():
            found[FIGURE] = self.tr("Show a map first (Maps menu).")
        if self._report is None and (results is None or results.yardsticks is None):
            found[REPORT] = self.tr("Rank the representations first (Compare menu).")
        return found

    # Work

    def _material(self, pictures: Sequence[MapPicture], board: BoardParams | None) -> Material:
        session, corpus = self._state.session, self._state.corpus_on_screen
        assert session is not None
        assert corpus is not None
        board = board or (BoardParams() if self.dialog is None else self.dialog.board)
        return Material(session, corpus, self._results(), tuple(pictures), board)

    def _results(self) -> Make | None:
        """Return what makes the results of now on a worker's thread; None if nothing was measured."""
        results: Results | None = self._state.results
        if results is None:
            return None
        live = None if self._feed is None or not self._feed.is_live else self._feed.live
        return partial(same, results) if live is None else partial(fresh, live.snapshot(), results)

    def _shown(self) -> Sequence[MapPicture]:
        return self._only or tuple(self._pictures())

    def _may_replace(self, request: ExportRequest) -> bool:
        corpus = self._state.corpus
        old = request.replaced(() if corpus is None else [one.name for one in corpus.recordings])
        if not old:
            return True
        if request.kind == TIERS:
            text = self.tr("%n TextGrid(s) of these names are in {folder}.", "", len(old))
            text = text.format(folder=request.path)
            detail = self.tr("Those of the same names are replaced. Your own TextGrids never are.")
        else:
            text = self.tr("{name} exists already.").format(name=request.path.name)
            detail = str(request.path)
        answers = (("replace", self.tr("Replace")), ("keep", self.tr("Do not export")))
        return QuestionDialog(self.tr("Export"), text, detail, answers, self._window).ask() == "replace"

    # Slots

    def _on_written(self, written: Written) -> None:
        first = written.files[0]
        lines = list(written.notes[:TOLD])
        if len(written.notes) > TOLD:
            lines.append(self.tr("and {count} more").format(count=len(written.notes) - TOLD))
        if written.skipped:
            names = ", ".join(one.name for one in written.skipped[:TOLD])
            lines.append(
                self.tr("%n recording(s) are not in it: {names}", "", len(written.skipped)).format(
                    names=names
                )
            )
        more = len(written.files) - 1
        title = self.tr("Written: {path}").format(path=first)
        if more:
            title = self.tr("Written: {path}, and %n more file(s) beside it", "", more).format(path=first)
        self._state.notices.news(title, "\n".join(lines), place=str(first))
        self.written.emit(written)
        if self.dialog is not None:
            self.dialog.set_problems(self.problems(), self._remark())

    def _on_found(self, document: Document, found: tuple[FoundTiers, Results]) -> None:
        tiers, results = found
        tokens = results.opened.tokens.by_recording().get(document.name, ())
        before = document.grid
        try:
            grid: TextGrid = add_score_tiers(before, tokens, tiers.tiers)
        except W2VPraatError as error:
            self._state.notices.error(error, doing=self.tr("No tiers were added"))
            return
        self._state.history.edit(document, self.tr("Add tiers with what was found"), grid)
        known = {id(tier) for tier in before.tiers}
        new = ", ".join(tier.name for tier in grid.tiers if id(tier) not in known)
        title = self.tr("Tiers of {name}: {tiers}").format(name=document.name, tiers=new)
        self._state.notices.news(title, "\n".join(tiers.notes))

    def _on_unpacked(self, opened: OpenedBundle) -> None:
        lines = []
        where = opened.session.parent / "corpus"
        if opened.missing:
            names = ", ".join(opened.missing[:TOLD])
            lines.append(
                self.tr(
                    "%n sound file(s) are missing; put them into {folder}: {names}", "", len(opened.missing)
                ).format(folder=where, names=names)
            )
        if opened.changed:
            names = ", ".join(opened.changed[:TOLD])
            lines.append(self.tr("Other files than those that were used: {names}").format(names=names))
        title = self.tr("Opened: {path}").format(path=opened.session)
        if lines:
            self._state.notices.warning(title, "\n".join(lines))
        else:
            self._state.notices.news(title, place=str(opened.session))
        self.session_wanted.emit(opened.session)

    def _on_state(self, *_: object) -> None:
        self._actions["file.export"].setEnabled(self._state.session is not None)
        if self.dialog is not None and self.dialog.isVisible():
            self._update()

    # Dialog

    def _show(self, kind: str) -> None:
        if self.dialog is None:
            self.dialog = ExportDialog(self._state, self._window)
            self.dialog.export_wanted.connect(self.start)
            self.dialog.open_tiers_wanted.connect(self.add_tiers)
        if kind:
            self.dialog.show_page(kind)
        self._update()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def _update(self) -> None:
        assert self.dialog is not None
        self.dialog.set_folder(self._folder())
        self.dialog.set_problems(self.problems(), self._remark())
        current, results = self._state.current, self._state.results
        self.dialog.set_can_open_tiers(
            current is not None
            and results is not None
            and any(token.recording == current.name for token in results.opened.tokens.kept)
        )
        pictures, make = self._shown(), self._results()
        if pictures:
            told = str if make is None else partial(caption, pictures, make)
            self.dialog.set_pictures(pictures, told)

    def _folder(self) -> Path:
        if self._state.session_path is not None:
            return self._state.session_path.parent
        session = self._state.session
        if session is None or not session.sources:
            return Path.home()
        # Beside the corpus, not in it: what is written there would be found as part of it.
        first = session.sources[0]
        return first.parent

    def _remark(self) -> str:
        """Say what differs between the screen and the files, or the measures."""
        lines = []
        unsaved = [one.name for one in self._state.modified_documents()]
        if unsaved:
            lines.append(
                self.tr("As on the screen, with edits that are not saved: {names}").format(
                    names=", ".join(unsaved[:TOLD])
                )
            )
        results, corpus = self._state.results, self._state.corpus_on_screen
        refreshed = self._feed is not None and self._feed.is_live
        if results is not None and corpus is not None and not refreshed:
            edited = edited_since(results, corpus)
            if edited:
                lines.append(
                    self.tr("Edited since they were measured, so values are those before: {names}").format(
                        names=", ".join(edited[:TOLD])
                    )
                )
        return "\n".join(lines)
