"""A second annotator's TextGrid beside ours: loaded, remembered, its tiers paired, compared after every edit.

Signals of `SecondSource`: `changed` (another recording, second TextGrid or tier), `compared_changed` (the
comparison is new, or what counts of it). Messages: notices. The second TextGrid is never written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from w2vpraat.compare.agreement.values import AnnotationPair
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.tier_names import PHONE_NAMES, tiers_of_kind
from w2vpraat.errors import InputError
from w2vpraat.params import ReadParams

from ..document import Document
from ..state import AppState
from ..tier_pairs import NO_PARTNERS
from ..work.comparing import Compared, comparing, looking_in_folder, reading_second, sample_numbers
from ..work.second_notes import KEY, Mark, Place, Sample, SecondNotes, read_notes

WAIT = 150
"""Milliseconds after an edit until both are compared again."""


class SecondSource(QObject):
    """The second annotator of the recording in the editor.

    Attributes
    ----------
    notes : SecondNotes
        What the session remembers.
    document : Document or None
        The recording in the editor.
    compared : Compared or None
        The last comparison of the chosen tiers; None if there is nothing to compare.
    """

    changed = Signal()
    compared_changed = Signal()

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.notes = SecondNotes()
        self.document: Document | None = None
        self.compared: Compared | None = None
        self._paths: dict[str, Path] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.compare)
        state.session_opened.connect(self._on_session_opened)
        state.session_changed.connect(self._on_session_changed)
        state.current_changed.connect(self._on_current)
        self._on_session_opened()
        self._on_current(state.current)

    # What there is

    @property
    def path(self) -> Path | None:
        """The second TextGrid of the recording, whether it could be read or not."""
        return None if self.document is None else self._paths.get(self.document.name)

    @property
    def paths(self) -> dict[str, Path]:
        """Recording to second TextGrid."""
        return dict(self._paths)

    @property
    def place(self) -> Place:
        """Name of the recording and of the second's file; what the notes go by."""
        path = self.path
        return ("", "") if self.document is None or path is None else (self.document.name, path.name)

    @property
    def is_open(self) -> bool:
        """Whether the second TextGrid of the recording is shown."""
        return self.document is not None and self.document.second is not None

    @property
    def tiers(self) -> tuple[int, int]:
        """Numbers of the tiers that are compared, from 1; the second is 0 if none belongs to the first."""
        if self.document is None or not len(self.document.grid):
            return 0, 0
        names, pairs = self.document.grid.tier_names, self.document.second_pairs
        wanted = [number for number, name in enumerate(names, 1) if name == self.notes.tier]
        phones = [index + 1 for index in tiers_of_kind(names, PHONE_NAMES)]
        paired = [number for number in (*phones, *pairs) if number in pairs]
        number = (*wanted, *paired, *phones, 1)[0]
        return number, pairs.get(number, 0)

    @property
    def tier_name(self) -> str:
        """Name of our tier that is compared."""
        number = self.tiers[0]
        return "" if self.document is None or not number else self.document.grid.tiers[number - 1].name

    @property
    def sample(self) -> Sample | None:
        """What the second TextGrid hides of the chosen tier, if it is a blind copy that was made here."""
        found = self.notes.samples.get(self.place)
        return found if found is not None and found.tier == self.tier_name else None

    @property
    def kept(self) -> frozenset[Mark]:
        """What was kept of this recording against this file."""
        return self.notes.kept.get(self.place, frozenset())

    @property
    def pair(self) -> AnnotationPair | None:
        """What is compared, as it is on the screen."""
        document, (tier, second_tier) = self.document, self.tiers
        if document is None or document.second is None or not second_tier:
            return None
        sample = None if self.notes.whole else self.sample
        only = None if sample is None else sample_numbers(document.grid.tiers[tier - 1], sample.times) or None
        return AnnotationPair(document.name, document.grid, document.second, tier, second_tier, only)

    @property
    def encoding(self) -> str:
        """Fallback encoding of the session."""
        session = self._state.session
        return ReadParams().fallback_encoding if session is None else session.settings.read.fallback_encoding

    # Load

    def open(self, path: str | os.PathLike[str]) -> None:
        """Load a second TextGrid for the recording in the editor, or a folder of them for all recordings.

        Parameters
        ----------
        path : path
            A TextGrid, or a folder with files named like the recordings.
        """
        path = Path(os.path.abspath(path))
        if path.is_dir():
            recordings = () if self._state.corpus is None else self._state.corpus.recordings
            self.start("folder", lambda: looking_in_folder(path, recordings), partial(self._on_folder, path))
        elif self.document is None:
            error = InputError(
                self.tr("no recording is open"), self.tr("open one from the list of recordings")
            )
            self._state.notices.error(error)
        else:
            self._read(self.document, path)

    def show_grid(self, grid: TextGrid) -> None:
        """Compare the recording in the editor with a grid that no file is remembered for."""
        if self.document is not None:
            self.document.set_second(grid)
            self._show()

    def read_again(self) -> None:
        """Read the second TextGrid again from the disk."""
        if self.document is not None and self.path is not None:
            self._read(self.document, self.path)

    def close(self) -> None:
        """Take the second TextGrid away; what was decided stays in the session."""
        if self.document is not None:
            self._paths.pop(self.document.name, None)
            self._remember()
            self.document.set_second(None)
            self._show()

    # Choose

    def choose_tier(self, number: int) -> None:
        """Compare another of our tiers."""
        if self.document is not None and 1 <= number <= len(self.document.grid):
            self.note(replace(self.notes, tier=self.document.grid.tiers[number - 1].name))
            self._show()

    def choose_partner(self, number: int) -> None:
        """Say which tier of the second belongs to ours; 0: none."""
        document, name = self.document, self.tier_name
        if document is None or document.second is None or not self.tiers[0]:
            return
        partner = document.second.tiers[number - 1].name if number else ""
        self.note(replace(self.notes, tier=name).with_partner(document.name, name, partner))
        document.set_second(document.second, self.notes.partners[document.name])
        self._show()

    def set_smallest(self, milliseconds: float) -> None:
        """List boundaries that differ by so much."""
        self.note(replace(self.notes, smallest=float(milliseconds)))
        self.compared_changed.emit()

    def set_whole(self, whole: bool) -> None:
        """Compare everything with a blind copy too, or only its sample."""
        self.note(replace(self.notes, whole=whole))
        self.compare()

    def set_kept(self, place: Place, kept: frozenset[Mark]) -> None:
        """Say what is kept as it is."""
        self.note(self.notes.with_kept(place, kept))
        self.compared_changed.emit()

    def note(self, notes: SecondNotes) -> None:
        """Let the session remember."""
        self.notes = notes
        self._remember()

    # Compare

    def compare(self) -> None:
        """Compare the chosen tiers as they are on the screen."""
        self._timer.stop()
        pair, document = self.pair, self.document
        if pair is None:
            self._take(None)
        else:
            self.start("compare", lambda: comparing(pair), partial(self._on_compared, document))

    def start(self, what: str, make: Callable[[], Iterator[Any]], then: Callable[[Any], Any]) -> None:
        """Start quick work; what goes wrong becomes a notice."""
        self._state.jobs.start(
            f"second:{what}",
            self.tr("Two annotators"),
            make,
            on_result=then,
            on_error=self._state.notices.error,
            quiet=True,
            lane="quick",
        )

    def _read(self, document: Document, path: Path) -> None:
        grid, own, encoding = document.grid, document.grid_path, self.encoding
        self._state.jobs.start(
            f"second:read:{document.name}",
            self.tr("Read the second annotator's TextGrid"),
            lambda: reading_second(path, grid, own, encoding),
            on_result=partial(self._on_read, document, path),
            on_error=partial(self._state.notices.error, doing=self.tr("The second TextGrid is not shown")),
            quiet=True,
            lane="quick",
        )

    def _show(self) -> None:
        self.changed.emit()
        self.compare()

    def _take(self, compared: Compared | None) -> None:
        self.compared = compared
        self.compared_changed.emit()

    # What the session remembers

    def _remember(self) -> None:
        """Put into the session what is known here; undo of other acts must not take it away."""
        session = self._state.session
        if session is None:
            return
        layout = {key: value for key, value in session.layout.items() if key != KEY}
        if self.notes != SecondNotes():
            layout[KEY] = self.notes.as_layout()
        self._state.set_session(replace(session, second_grids=self._paths, layout=layout))

    # Slots

    def _on_session_opened(self) -> None:
        session = self._state.session
        self._paths = {} if session is None else dict(session.second_grids)
        self.notes = SecondNotes() if session is None else read_notes(session.layout)

    def _on_session_changed(self) -> None:
        session = self._state.session
        known = None if session is None else (dict(session.second_grids), read_notes(session.layout))
        if known not in (None, (self._paths, self.notes)):
            self._remember()

    def _on_current(self, document: Document | None) -> None:
        if self.document is not None:
            self.document.grid_changed.disconnect(self._on_grid_changed)
        self.document = document
        self.compared = None
        if document is not None:
            document.grid_changed.connect(self._on_grid_changed)
            path = self._paths.get(document.name)
            if document.second is None and path is not None:
                self._read(document, path)
        self._show()

    def _on_grid_changed(self, _change: object) -> None:
        if self.is_open:
            self._timer.start()

    def _on_read(self, document: Document, path: Path, second: TextGrid) -> None:
        self._paths[document.name] = path
        self._remember()
        document.set_second(second, self.notes.partners.get(document.name, NO_PARTNERS))
        if document is self.document:
            self._show()

    def _on_folder(self, folder: Path, found: dict[str, Path]) -> None:
        self._paths.update(found)
        self._remember()
        n_all = 0 if self._state.corpus is None else len(self._state.corpus.recordings)
        self._state.notices.news(
            self.tr("{count} of {all} recordings have a TextGrid in {folder}").format(
                count=len(found), all=n_all, folder=folder.name
            ),
            self.tr("Each is shown when its recording is opened."),
        )
        document = self.document
        if document is not None and document.name in found:
            self._read(document, found[document.name])
        self.changed.emit()

    def _on_compared(self, document: Document | None, compared: Compared) -> None:
        if document is self.document and self.is_open:
            self._take(compared)
