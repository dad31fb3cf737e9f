"""Show in Praat: the recording in the editor, or that of a token, in a TextGridEditor of the Praat that runs.

Signals of `ShowInPraat`: `shown` (a `ShownInPraat`). Messages: what Praat shows that is not what is here, and
what went wrong, with a button where something can be done about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.bridge.desktop.running_praat import NoProgramError
from w2vpraat.bridge.desktop.show_in_praat import ShownInPraat, showing_in_praat
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.params.editing import PraatParams
from w2vpraat.session.grid_changes import GridChange, grid_change

from ..actions import Actions
from ..document import Document
from ..state import AppState
from ..view_settings import change_settings, setting

MP3_SUFFIX = ".mp3"


@dataclass(frozen=True)
class Place:
    """A stretch of a recording.

    Parameters
    ----------
    recording : Recording
    tier : str
        Name of the tier.
    start, end : float
        In seconds, on the clock of the TextGrid.
    """

    recording: Recording
    tier: str
    start: float
    end: float


class ShowInPraat(QObject):
    """Binds ``file.show_in_praat``.

    Parameters
    ----------
    state : AppState
    actions : Actions
    save : callable
        Saves the document in the editor; returns whether it is saved.
    window : QWidget
        Parent of the dialog that asks for the program.
    """

    shown = Signal(object)

    def __init__(self, state: AppState, actions: Actions, save: Callable[[], bool], window: QWidget) -> None:
        super().__init__(window)
        self._state, self._actions, self._save, self._window = state, actions, save, window
        actions.on("file.show_in_praat", self.show_current)
        state.current_changed.connect(self._enable)
        self._enable()

    def show_current(self) -> None:
        """Show the recording in the editor with its selection."""
        document = self._state.current
        if document is None:
            return
        tier, view = document.tier, document.view
        name = "" if tier is None else tier.name
        place = Place(document.recording, name, view.selection_start, view.selection_end)
        self._start(lambda: iter([place]))

    def show_token(self, token: str) -> None:
        """Show a token (``recording#tier.interval``), whatever is in the editor."""
        corpus = self._state.corpus_on_screen
        name, _, place = token.rpartition("#")
        numbers = place.split(".")
        if corpus is None or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
            self._state.notices.warning(
                self.tr("This token is not there any more"), self.tr("Measure again.")
            )
            return
        tier, item = (int(number) for number in numbers)
        self._start(lambda: _place_of(corpus, name, tier, item))

    def _start(self, find: Callable[[], Iterator[Place]]) -> None:
        program = setting(self._state.session, PraatParams).program
        found: list[Place] = []
        self._state.jobs.start(
            "praat",
            self.tr("Show in Praat"),
            lambda: _showing(find, found, program),
            on_result=lambda told: self._on_shown(found[0], told),
            on_error=self._on_error,
            lane="quick",
            quiet=True,
        )

    def _on_shown(self, place: Place, told: ShownInPraat) -> None:
        notices, name = self._state.notices, place.recording.name
        document = self._state.documents.get(name)
        if document is not None and document.is_modified:
            count = changed_items(grid_change(document.on_disk, document.grid))
            notices.warning(
                self.tr("Praat shows {name} as it was saved").format(name=name),
                self.tr("1 edit here is not saved.")
                if count == 1
                else self.tr("{count} edits here are not saved.").format(count=count),
                choice=self.tr("Save, and show again"),
                act=lambda: self._save_and_show(document, place),
            )
        elif told.differing:
            notices.warning(
                self.tr("Praat holds another version of {name}").format(name=name),
                self.tr(
                    "It may have edits, so it was left alone; the file is open beside it as a second"
                    " TextGrid. What is edited in Praat comes here when it is saved there."
                ),
            )
        elif place.recording.audio_path.suffix.lower() == MP3_SUFFIX and told.opened:
            notices.news(
                self.tr("Times in MP3 files can differ between Praat and here"),
                self.tr("By up to some tens of milliseconds: WAV or FLAC has no such doubt."),
            )
        if document is not None and document.start_time and told.opened:
            notices.warning(
                self.tr("In Praat the sound of {name} starts at 0 s").format(name=name),
                self.tr("Its TextGrid starts at {time} s: they don't lie over each other there.").format(
                    time=f"{document.start_time:.6g}"
                ),
            )
        self.shown.emit(told)

    def _save_and_show(self, document: Document, place: Place) -> None:
        if document.name not in self._state.documents:
            return
        self._state.show_document(document)
        if self._save():
            self._start(lambda: iter([place]))

    def _on_error(self, error: BaseException) -> None:
        asks: dict[str, Any] = {}
        if isinstance(error, NoProgramError):
            asks = {"choice": self.tr("Choose the program…"), "act": self.choose_program}
        self._state.notices.error(error, doing=self.tr("Not shown in Praat"), **asks)

    def choose_program(self) -> None:
        """Ask for the Praat to start, keep it, and show what is in the editor."""
        found, _ = QFileDialog.getOpenFileName(self._window, self.tr("The program Praat"), str(Path.home()))
        if found:
            change_settings(self._state, self.tr("Choose Praat"), PraatParams(program=found))
            self.show_current()

    def _enable(self, _document: object = None) -> None:
        self._actions["file.show_in_praat"].setEnabled(self._state.current is not None)


def changed_items(change: GridChange) -> int:
    """Return how many intervals, points and tiers differ; at least 1 for a change."""
    inside = sum(
        max(len(removed), len(inserted)) for edit in change.edited for _, removed, inserted in edit.splices
    )
    heads = sum(edit.heads is not None for edit in change.edited)
    return max(1, inside + heads + len(change.added) + len(change.removed))


def _showing(find: Callable[[], Iterator[Place]], found: list[Place], program: str) -> Iterator[Any]:
    place = next(find())
    found.append(place)
    recording = place.recording
    yield from showing_in_praat(
        recording.audio_path, recording.grid_path, place.tier, place.start, place.end, program=program
    )


def _place_of(corpus: Corpus, name: str, tier: int, item: int) -> Iterator[Place]:
    recording = corpus.recording(name)
    try:
        found = corpus.grid(recording).tier(tier)
        times = found.items[item - 1]
    except (W2VPraatError, IndexError):
        raise InputError("this token is not there any more", "measure again") from None
    yield Place(recording, found.name, times[0], times[1] if len(times) == 3 else times[0])
