"""Fine-tunes a model on what is on the screen, as `w2vpraat finetune` does.

Signals of `ModelTraining`: `changed` (anything that the panel shows), `points_changed` (the curve has grown),
`finished` (name of the new model). Messages: the new model with its folder, and what went wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from w2vpraat.corpus.discover import Corpus
from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Skipped
from w2vpraat.session.settings import Settings

from ..jobs import Job
from ..state import AppState

KEY = "finetune"


@dataclass(frozen=True)
class NewModel:
    """A model that was made, and how well it does on the speakers that were kept apart.

    Parameters
    ----------
    name : str
    folder : Path
    results : FinetuneResults
    """

    name: str
    folder: Path
    results: Any


class ModelTraining(QObject):
    """What is learned, how it goes, and what came out.

    Parameters
    ----------
    state : AppState

    Attributes
    ----------
    balance : Balance or None
        What would be learned from what, from the last look at it.
    points : list of CurvePoint
        The curve of this run.
    step, steps : int
        Updates made, and at most.
    loss, seconds_left : float
        Of the last step; NaN before it.
    resumed : bool
        Whether an interrupted run goes on.
    made : NewModel or None
        The result.
    error : W2VPraatError or None
        Why the last run, or look, came to nothing.
    """

    changed = Signal()
    points_changed = Signal()
    finished = Signal(str)

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._job: Job | None = None
        self.made: NewModel | None = None
        self.error: BaseException | None = None
        self.cancelled = False
        self.folder = Path()
        self._forget()
        state.session_opened.connect(self._on_session)

    def _forget(self) -> None:
        self.balance: Any = None
        self.points: list[Any] = []
        self.best_step = 0
        self.step = self.steps = 0
        self.loss = self.seconds_left = float("nan")
        self.resumed = False
        self.skipped: list[Skipped] = []

    # What the panel asks for

    @property
    def is_running(self) -> bool:
        """Whether a model is being trained now."""
        return self._job is not None

    def look(self) -> None:
        """Find out what would be learned from what; nothing is trained or written."""
        found = self._material()
        if found is None or self.is_running:
            return
        settings, corpus = found
        self._state.jobs.start(
            "finetune-look",
            self.tr("Look at what can be learned"),
            partial(_looking, settings, corpus),
            on_event=self._on_event,
            on_error=self._on_error,
            quiet=True,
            lane="maps",
        )

    def start(self, folder: Path, name: str, *, restart: bool = False) -> None:
        """Train; a run with the same settings that was interrupted in this folder goes on.

        Parameters
        ----------
        folder : Path
            Of the new model.
        name : str
            In the lists of models.
        restart : bool
            Begin anew where an unfinished run lies in the folder.
        """
        found = self._material()
        if found is None or self.is_running:
            return
        settings, corpus = found
        self._forget()
        self.made, self.error, self.cancelled, self.folder = None, None, False, folder
        job = self._state.jobs.start(
            KEY,
            self.tr("Fine-tune {name}").format(name=name),
            partial(_training, settings, corpus, folder, name, restart),
            on_event=self._on_event,
            on_result=self._on_result,
            on_error=self._on_error,
        )
        self._job = job
        job.ended.connect(partial(self._on_ended, job))
        self.changed.emit()

    def cancel(self) -> None:
        """Stop after this step; the next start with the same settings and folder goes on."""
        if self._job is not None:
            self._job.cancel()
            self.cancelled = True
            self.changed.emit()

    def default_folder(self, name: str) -> Path:
        """Where a new model is put unless the user says otherwise: beside the corpus."""
        session = self._state.session
        root = Path(session.sources[0]) if session is not None and session.sources else Path.home()
        return (root if root.is_dir() else root.parent).parent / "models" / name

    # Slots

    def _material(self) -> tuple[Settings, Corpus] | None:
        session, corpus = self._state.session, self._state.corpus_on_screen
        if session is None or corpus is None:
            self._state.notices.warning(
                self.tr("There is nothing to learn from"), self.tr("Open a folder with recordings first.")
            )
            return None
        return session.settings, corpus

    def _on_session(self) -> None:
        self._forget()
        self.made = self.error = None
        self.changed.emit()

    def _on_event(self, event: Any) -> None:
        from w2vpraat.models.finetuning.results import Training
        from w2vpraat.pipeline.finetuning import Balance

        if isinstance(event, Training):
            self.step, self.steps = event.step, event.steps
            self.loss, self.seconds_left = event.loss, event.seconds_left
            self.resumed = self.resumed or event.resumed
            if event.points:
                self.points += event.points
                self.best_step = event.step if event.best else self.best_step
                self.points_changed.emit()
        elif isinstance(event, Balance):
            self.balance, self.error = event, None
        elif isinstance(event, Skipped):
            self.skipped.append(event)
        else:
            return
        self.changed.emit()

    def _on_result(self, made: Any) -> None:
        if not isinstance(made, NewModel):
            return
        self.made = made
        self._state.notices.news(
            self.tr("The model {name} is ready").format(name=made.name),
            self.tr("It is in the lists of models now. Its folder: {path}").format(path=made.folder),
        )
        self._state.models_changed.emit()
        self.finished.emit(made.name)
        self.changed.emit()

    def _on_error(self, error: BaseException) -> None:
        self.error = error
        if not isinstance(error, W2VPraatError):
            self._state.notices.error(error, doing=self.tr("Not fine-tuned"))
        self.changed.emit()

    def _on_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.changed.emit()


def _looking(settings: Settings, corpus: Corpus) -> Iterator[Any]:
    from w2vpraat.pipeline.finetuning import finetuning

    yield from finetuning(settings, "", corpus=corpus, dry_run=True)


def _training(settings: Settings, corpus: Corpus, folder: Path, name: str, restart: bool) -> Iterator[Any]:
    from w2vpraat.models.catalogue import check_name
    from w2vpraat.pipeline.finetuning import FinetuneResults, finetuning
    from w2vpraat.pipeline.model_folder import register, write_model_folder

    check_name(name, folder)  # not after hours of training
    for event in finetuning(settings, folder, corpus=corpus, restart=restart):
        if isinstance(event, FinetuneResults):
            write_model_folder(event, name, command_line=sys.argv)
            register(folder, name)
            yield NewModel(name, folder, event)
        else:
            yield event
