"""The yardsticks of the window: ranking, pairs, layers, claims, sensitivity, and the report.

Signals of `Judging`: `changed` (kind: another result, error or state of its job, or it is outdated now),
`progressed` (kind), `page_wanted` (kind: the command of the menu was chosen, show its page), `reported`
(path of the report that was written). Messages: what was saved, what could not be, and errors that nobody
foresaw; what these data do not allow is `error` of its kind, for the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.errors import W2VPraatError
from w2vpraat.params import ParamGroup

from ..actions import Actions
from ..jobs import Job
from ..state import AppState
from ..work.yardsticks import (
    CLAIMS,
    KINDS,
    LAYERS,
    PAIRS,
    RANKING,
    SENSITIVITY,
    Found,
    finding,
    reporting,
    saving,
    with_pairs,
)
from .freshness import Freshness, Snapshot

ACTIONS = {
    "compare.run": RANKING,
    "compare.pairs": PAIRS,
    "compare.layers": LAYERS,
    "compare.claims": CLAIMS,
    "compare.sensitivity": SENSITIVITY,
}


class Judging(QObject):
    """Starts the jobs, and keeps the last result of each kind.

    Parameters
    ----------
    state : AppState
    actions : Actions
    window : QWidget
        Parent of dialogs.
    workers : int, optional
        Measuring processes, if values are missing; default: as `running` decides.
    """

    changed = Signal(str)
    progressed = Signal(str)
    page_wanted = Signal(str)
    reported = Signal(object)

    def __init__(
        self, state: AppState, actions: Actions, window: QWidget, *, workers: int | None = None
    ) -> None:
        super().__init__(window)
        self._state, self._actions, self._window, self._workers = state, actions, window, workers
        self._found: dict[str, tuple[Found, Snapshot]] = {}
        self._jobs: dict[str, Job] = {}
        self._errors: dict[str, BaseException] = {}
        self._fresh = Freshness(state, self)
        for name, kind in ACTIONS.items():
            actions.on(name, partial(self._on_action, kind))
        actions.on("compare.report", self.ask_report)
        self._fresh.changed.connect(self._tell_all)
        state.session_opened.connect(self._on_session)
        state.session_changed.connect(self._tell_all)
        state.corpus_changed.connect(self._tell_all)
        self._tell_all()

    # What pages ask

    @property
    def is_ready(self) -> bool:
        """Whether there is a corpus to ask about."""
        return self._state.session is not None and self._state.corpus is not None

    def found(self, kind: str) -> Found | None:
        """Return the last result of a kind."""
        kept = self._found.get(kind)
        return None if kept is None else kept[0]

    def job(self, kind: str) -> Job | None:
        """Return the job of a kind that is waiting or at work."""
        return self._jobs.get(kind)

    def error(self, kind: str) -> BaseException | None:
        """Return why the last try gave no result; None if it did, or none was made."""
        return self._errors.get(kind)

    def is_outdated(self, kind: str) -> bool:
        """Whether annotations or settings are others than those of the result."""
        kept, session = self._found.get(kind), self._state.session
        if kept is None or session is None:
            return False
        found, snapshot = kept
        return found.is_outdated(session.settings) or not self._fresh.is_current(snapshot)

    def ids_now(self, kind: str, tokens: Iterable[str]) -> list[str]:
        """Return the ids that tokens of a result have now; what was edited away is left out."""
        kept = self._found.get(kind)
        if kept is None:
            return []
        return [now for now in (self._fresh.now(kept[1], token) for token in tokens) if now is not None]

    def id_then(self, kind: str, token: str) -> str | None:
        """Return the id that a token of now has in a result."""
        kept = self._found.get(kind)
        return None if kept is None or not token else self._fresh.then(kept[1], token)

    # What pages want

    def run(self, kind: str) -> None:
        """Ask a yardstick of what is on the screen; the same question that is still being answered ends."""
        session, corpus = self._state.session, self._state.corpus_on_screen
        if session is None or corpus is None:
            self._state.notices.warning(
                self.tr("There is nothing to compare"), self.tr("Open a folder with recordings first.")
            )
            return
        snapshot, known = self._fresh.take(), self._state.results
        job = self._state.jobs.start(
            f"yardstick-{kind}",
            self.title(kind),
            partial(finding, kind, session.settings, corpus, known, self._workers),
            on_result=partial(self._on_found, kind, snapshot, known),
            on_error=partial(self._on_error, kind),
        )
        self._jobs[kind] = job
        self._errors.pop(kind, None)
        job.progressed.connect(partial(self.progressed.emit, kind))
        job.ended.connect(partial(self._on_ended, kind, job, snapshot))
        self.changed.emit(kind)

    def cancel(self, kind: str) -> None:
        """Stop after the step that is being done; the result before it stays."""
        job = self._jobs.get(kind)
        if job is not None:
            job.cancel()

    def change(self, section: str, group: ParamGroup) -> None:
        """Change a section of the settings as one act that can be undone."""
        session = self._state.session
        if session is not None:
            settings = session.settings.updated({section: group.as_dict()})
            if settings != session.settings:
                self._state.update_session(self.tr("Change yardstick"), settings=settings)

    def ask_save(self, kind: str) -> None:
        """Ask for a folder, and write there what the command line writes."""
        found = self.found(kind)
        if found is None:
            return
        start = str(Path(found.settings.corpus).resolve().parent)
        folder = QFileDialog.getExistingDirectory(
            self._window, self.tr("Folder for {what}").format(what=self.title(kind)), start
        )
        if folder:
            self.save(kind, Path(folder))

    def save(self, kind: str, folder: Path) -> None:
        """Write a result into a folder, with its settings and provenance."""
        found = self.found(kind)
        if found is not None:
            self._state.jobs.start(
                f"save-yardstick-{kind}",
                self.tr("Save {what}").format(what=self.title(kind)),
                partial(saving, found, folder),
                on_result=partial(self._on_saved, kind, folder),
                on_error=partial(self._state.notices.error, doing=self.tr("Not saved")),
            )

    def ask_report(self) -> None:
        """Ask for a file, and write the report there."""
        if not self.is_ready:
            return
        session = self._state.session
        assert session is not None
        start = str(Path(session.settings.corpus).resolve().parent / "report.html")
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save HTML report"), start, self.tr("Web page (*.html)")
        )
        if name:
            path = Path(name)
            self.report(path if path.suffix else path.with_suffix(".html"))

    def report(self, path: Path) -> None:
        """Write the page of `w2vpraat run`, with what is known and what is missing."""
        session, corpus = self._state.session, self._state.corpus_on_screen
        if session is None or corpus is None:
            return
        ranking, moved = (
            None if self.is_outdated(kind) else self.found(kind) for kind in (RANKING, SENSITIVITY)
        )
        self._state.jobs.start(
            "report",
            self.tr("HTML report"),
            partial(
                reporting,
                path,
                session.settings,
                corpus,
                self._state.results,
                ranking=ranking,
                moved=moved,
                workers=self._workers,
            ),
            on_result=self._on_reported,
            on_error=partial(self._state.notices.error, doing=self.tr("No report was written")),
        )

    def title(self, kind: str) -> str:
        """Return what a yardstick is called."""
        return {
            RANKING: self.tr("Ranking"),
            PAIRS: self.tr("Pairs of labels"),
            LAYERS: self.tr("Layers"),
            CLAIMS: self.tr("Claims"),
            SENSITIVITY: self.tr("Boundaries"),
        }[kind]

    # Slots

    def _on_action(self, kind: str) -> None:
        self.page_wanted.emit(kind)
        if self.job(kind) is None and (self.found(kind) is None or self.is_outdated(kind)):
            self.run(kind)

    def _on_session(self) -> None:
        self._found.clear()
        self._errors.clear()
        self._jobs.clear()
        self._tell_all()

    def _on_found(self, kind: str, snapshot: Snapshot, known: Any, found: Found) -> None:
        if found.run is not None:
            snapshot.tokens = found.run.opened.tokens.by_recording()
            if found.run.spaces is not getattr(known, "spaces", None) and self._state.results is known:
                # Values that had to be made are those of the window from now on.
                self._state.results = found.run
                self._state.results_changed.emit()
        for one in with_pairs(found):
            old = self._found.get(one.kind)
            self._found[one.kind] = one, snapshot
            if old is not None and all(old[1] is not kept for _, kept in self._found.values()):
                self._fresh.drop(old[1])
            self._errors.pop(one.kind, None)
            if one.kind != kind:
                self.changed.emit(one.kind)

    def _on_error(self, kind: str, error: BaseException) -> None:
        self._errors[kind] = error
        if not isinstance(error, W2VPraatError):
            self._state.notices.error(error, doing=self.title(kind))

    def _on_ended(self, kind: str, job: Job, snapshot: Snapshot) -> None:
        if all(snapshot is not kept for _, kept in self._found.values()):
            self._fresh.drop(snapshot)
        if self._jobs.get(kind) is job:
            del self._jobs[kind]
            self.changed.emit(kind)

    def _on_saved(self, kind: str, folder: Path, written: tuple[Path, ...]) -> None:
        self._state.notices.news(
            self.tr("{what}: saved in {folder}").format(what=self.title(kind), folder=folder),
            ", ".join(path.name for path in written),
        )

    def _on_reported(self, path: Path) -> None:
        self._state.notices.news(self.tr("Saved {path}").format(path=path))
        self.reported.emit(path)

    def _tell_all(self) -> None:
        for name in (*ACTIONS, "compare.report"):
            self._actions[name].setEnabled(self.is_ready)
        for kind in KINDS:
            self.changed.emit(kind)
