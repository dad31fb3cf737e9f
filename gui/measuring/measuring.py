"""Measure all tokens, save their table, look at formant candidates: what the Measure menu does.

Signals of `Measuring`: `running_changed` (bool), `play_wanted` (start, end in seconds: asked for in the
dialog of candidates). Messages: skipped files as one notice, and what went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.corpus.tables.presets import WRITTEN
from w2vpraat.events import Skipped
from w2vpraat.pipeline.running import Results, running
from w2vpraat.pipeline.table_file import write_table_file

from ..actions import Actions
from ..dialogs.candidates_dialog import CandidatesDialog
from ..jobs import Job
from ..state import AppState
from .result_places import ResultPlaces
from .time_estimate import TimeEstimate
from .token_count import TokenCount

STEPS = ("measure", "embed")
TOLD = 6
"""So many skipped files are named in the notice; all are in the table's list."""
OWN_FORMATS = {".csv": "CSV", ".tsv": "TSV", ".xlsx": "Excel", ".parquet": "Parquet"}


class Measuring(QObject):
    """Starts the jobs and keeps what the panels show of them.

    Parameters
    ----------
    state : AppState
    actions : Actions
    window : QWidget
        Parent of dialogs.
    workers : int, optional
        Measuring processes; default: as `running` decides.

    Attributes
    ----------
    count : TokenCount
    estimate : TimeEstimate
    places : ResultPlaces
    candidates : CandidatesDialog or None
        The dialog, once it was opened.
    """

    running_changed = Signal(bool)
    play_wanted = Signal(float, float)

    def __init__(
        self, state: AppState, actions: Actions, window: QWidget, *, workers: int | None = None
    ) -> None:
        super().__init__(window)
        self._state, self._actions, self._window = state, actions, window
        self._workers = workers
        self._job: Job | None = None
        self.count = TokenCount(state, self)
        self.estimate = TimeEstimate(state, self.count, self)
        self.places = ResultPlaces(state, self)
        self.candidates: CandidatesDialog | None = None
        actions.on("measure.run", self.run)
        actions.on("measure.export", self.export)
        actions.on("measure.candidates", self.show_candidates)
        for signal in (state.session_opened, state.corpus_changed, state.results_changed):
            signal.connect(self._enable)
        state.current_changed.connect(self._enable)
        self._enable()

    @property
    def job(self) -> Job | None:
        """The run that goes on now; None if there is none."""
        return self._job

    # Measure

    def run(self) -> None:
        """Measure and embed all tokens, as they are on the screen; a run that goes on is replaced."""
        session, corpus = self._state.session, self._state.corpus_on_screen
        if session is None or corpus is None:
            self._state.notices.warning(
                self.tr("There is nothing to measure"), self.tr("Open a folder with recordings first.")
            )
            return
        unsaved = tuple(one.name for one in self._state.modified_documents() if one.name in corpus.grids)
        job = self._state.jobs.start(
            "measure",
            self.tr("Measure all tokens"),
            partial(running, session.settings, corpus=corpus, steps=STEPS, workers=self._workers),
            on_result=partial(self._on_results, unsaved),
            on_error=partial(self._state.notices.error, doing=self.tr("Not measured")),
        )
        self._job = job
        job.ended.connect(partial(self._on_ended, job))
        self.running_changed.emit(True)

    def cancel(self) -> None:
        """Stop the run after the recording that is being done; what was finished is in the cache."""
        if self._job is not None:
            self._job.cancel()

    def _on_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.running_changed.emit(False)

    def _on_results(self, unsaved: tuple[str, ...], results: Results) -> None:
        if unsaved:
            note = f"measured as on the screen, with edits that were not saved then: {', '.join(unsaved)}"
            results = replace(results, notes=(*results.notes, note))
        self._state.results = results
        self._state.results_changed.emit()
        self._tell_skipped(results.skipped)

    def _tell_skipped(self, skipped: tuple[Skipped, ...]) -> None:
        if not skipped:
            return
        lines = [f"{one.name}: {one.error}" for one in skipped[:TOLD]]
        if len(skipped) > TOLD:
            lines.append(self.tr("and {count} more").format(count=len(skipped) - TOLD))
        lines.append(
            self.tr('All are listed under the table of tokens ("skipped") and in the log of the job.')
        )
        title = (
            self.tr("1 file was skipped, all others were measured")
            if len(skipped) == 1
            else self.tr("{count} files were skipped, all others were measured").format(count=len(skipped))
        )
        self._state.notices.warning(title, "\n".join(lines))

    # Export

    def export(self) -> None:
        """Ask for a file, and save the table there."""
        results: Results | None = self._state.results
        if results is None:
            self._state.notices.warning(
                self.tr("There is no table yet"), self.tr("Measure all tokens first (Measure menu).")
            )
            return
        formats = self.formats()
        start = str(Path(results.opened.corpus.root) / "tokens.csv")
        found, kind = QFileDialog.getSaveFileName(
            self._window, self.tr("Save table"), start, ";;".join(formats)
        )
        if found:
            ending, preset = formats.get(kind, (Path(found).suffix.lower() or ".csv", ""))
            path = Path(found)
            known = OWN_FORMATS if not preset else WRITTEN[preset].endings
            if path.suffix.lower() not in known:
                path = path.with_name(path.name + ending)
            self.save_table(path, preset)

    def formats(self) -> dict[str, tuple[str, str]]:
        """Return filter of the file dialog -> (ending, key of the preset or empty)."""
        made = {f"{name} (*{ending})": (ending, "") for ending, name in OWN_FORMATS.items()}
        for key, preset in WRITTEN.items():
            endings = " ".join(f"*{ending}" for ending in preset.endings)
            made[f"{preset.title} ({endings})"] = (preset.endings[0], key)
        return made

    def save_table(self, path: Path, preset: str = "") -> None:
        """Save the table of the last run, with its provenance beside it.

        Parameters
        ----------
        path : Path
            Its ending decides the format.
        preset : str
            Whose columns; empty: our own.
        """
        results: Results | None = self._state.results
        if results is None:
            return
        self._state.jobs.start(
            "export-table",
            self.tr("Save {name}").format(name=path.name),
            lambda: _one(lambda: write_table_file(results, path, preset=preset)),
            on_result=self._on_saved,
            on_error=partial(self._state.notices.error, doing=self.tr("The table was not saved")),
            lane="quick",
        )

    def _on_saved(self, written: tuple[Path, Path, tuple[str, ...]]) -> None:
        table, record, notes = written
        lines = [self.tr("How it was made: {path}").format(path=record), *notes]
        stale = len(self.places.stale)
        if stale:
            lines.append(self.tr("{count} tokens were edited since they were measured.").format(count=stale))
        self._state.notices.news(self.tr("Saved {path}").format(path=table), "\n".join(lines))

    # Candidates

    def show_candidates(self) -> None:
        """Show the formant candidates of the selected token."""
        if self.candidates is None:
            self.candidates = CandidatesDialog(self._state, self._window)
            self.candidates.play_wanted.connect(self.play_wanted)
        self.candidates.show_selected()

    # State

    def _enable(self, _document: object = None) -> None:
        ready = self._state.session is not None and self._state.corpus is not None
        self._actions["measure.run"].setEnabled(ready)
        self._actions["measure.export"].setEnabled(self._state.results is not None)
        self._actions["measure.candidates"].setEnabled(self._state.current is not None)


def _one(make: Callable[[], Any]) -> Iterator[Any]:
    yield make()
