"""Two annotators in the window: the commands of the menu, blind copies, tables, the methods paragraph.

Signals of `Second`: `blind_wanted` (the user wants a blind copy; the panel asks how). Messages: notices.
"""

from __future__ import annotations

from functools import partial
from os import PathLike
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.compare.agreement.blind import blind_copy

from ..actions import Actions
from ..state import AppState
from ..work.comparing import BlindFile, making_blind
from .export import Exported, Source, exporting
from .review import SecondReview
from .source import SecondSource


class Second(QObject):
    """What the menu Annotators does.

    Parameters
    ----------
    state : AppState
    actions : Actions
        Whose second.* handlers are bound.
    window : QWidget
        Parent of dialogs.

    Attributes
    ----------
    source : SecondSource
        The second TextGrid and its comparison with ours.
    review : SecondReview
        The list of disagreements.
    """

    blind_wanted = Signal()

    def __init__(self, state: AppState, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._actions, self._window = state, actions, window
        self.source = SecondSource(state, self)
        self.review = SecondReview(state, self.source, self)
        actions.on("second.open", self.open_dialog)
        actions.on("second.next", self.review.next)
        actions.on("second.keep", self.review.keep)
        actions.on("second.adopt", self.review.adopt)
        actions.on("second.blind", self.blind_wanted.emit)
        actions.on("second.close", self.source.close)
        self.source.changed.connect(self._enable)
        self._enable()

    # Load

    def open_second(self, path: str | PathLike[str]) -> None:
        """Load a second TextGrid for the recording in the editor, or a folder of them for all recordings."""
        self.source.open(path)

    def open_dialog(self) -> None:
        """Let the user choose the file."""
        document = self.source.document
        if document is None:
            return
        kinds = self.tr("TextGrids") + " (*.TextGrid *.textgrid *.TEXTGRID)"
        title = self.tr("The second annotator's TextGrid of {name}").format(name=document.name)
        found, _ = QFileDialog.getOpenFileName(self._window, title, self._folder(), kinds)
        if found:
            self.open_second(found)

    def open_folder_dialog(self) -> None:
        """Let the user choose a folder with the TextGrids of the second annotator."""
        title = self.tr("Folder of the second annotator")
        found = QFileDialog.getExistingDirectory(self._window, title, self._folder())
        if found:
            self.open_second(found)

    # Blind copy

    def make_blind(self, tier: int, share: float, seed: int) -> None:
        """Write a blind copy of our TextGrid beside it; a file that is there is never touched.

        Parameters
        ----------
        tier : int
            Number of the tier, from 1.
        share : float
            Of each label's items, above 0 to 1.
        seed : int
            The same seed draws the same sample.
        """
        document = self.source.document
        if document is not None:
            grid, own = document.grid, document.grid_path
            self.source.start(
                "blind",
                lambda: making_blind(grid, own, tier, share, seed),
                partial(self._on_blind, document.name),
            )

    def count_blind(self, tier: int, share: float, seed: int) -> tuple[int, int]:
        """Return how many labels a blind copy would hide, and how many there are.

        Raises
        ------
        W2VPraatError
            If it can't be made.
        """
        document = self.source.document
        if document is None:
            return 0, 0
        return tuple(  # type: ignore[return-value]
            len(blind_copy(document.grid, tier, one, seed).numbers) for one in (share, 1.0)
        )

    # Tables

    @property
    def n_recordings(self) -> int:
        """How many recordings have a second TextGrid."""
        return len(self._sources(everything=True))

    def export(self, folder: Path | None, *, everything: bool = False) -> None:
        """Write tables into a folder, or (None) copy the methods paragraph to the clipboard.

        Parameters
        ----------
        folder : Path or None
            A new folder is made in it.
        everything : bool
            Of all recordings that have a second TextGrid; else of that in the editor.
        """
        source = self.source
        sources, tier = self._sources(everything=everything), source.tier_name
        if not sources:
            return
        smallest, encoding = source.notes.smallest, source.encoding
        self._state.jobs.start(
            "second:export",
            self.tr("Compare two annotators"),
            lambda: exporting(sources, tier, smallest=smallest, encoding=encoding, folder=folder),
            on_result=self._on_exported,
            on_error=self._state.notices.error,
        )

    def export_dialog(self, *, everything: bool = False) -> None:
        """Let the user choose a folder for the tables."""
        document = self.source.document
        start = "" if document is None else str(document.grid_path.parent)
        found = QFileDialog.getExistingDirectory(self._window, self.tr("Save tables in"), start)
        if found:
            self.export(Path(found), everything=everything)

    def _sources(self, *, everything: bool) -> tuple[Source, ...]:
        source, state = self.source, self._state
        recordings = {} if state.corpus is None else {one.name: one for one in state.corpus.recordings}
        recordings |= {name: one.recording for name, one in state.documents.items()}
        current = "" if source.document is None else source.document.name
        made = []
        for name, path in sorted(source.paths.items()):
            if name not in recordings or not (everything or name == current):
                continue
            opened, place = state.documents.get(name), (name, path.name)
            made.append(
                Source(
                    recordings[name],
                    path,
                    None if opened is None else opened.grid,
                    None if opened is None else opened.second,
                    source.notes.partners.get(name, {}),
                    None if source.notes.whole else source.notes.samples.get(place),
                    source.notes.kept.get(place, frozenset()),
                )
            )
        return tuple(made)

    def _folder(self) -> str:
        """Where the user looks for files of the second annotator."""
        source = self.source
        known = source.path or next(iter(source.paths.values()), None)
        if known is None and source.document is not None:
            known = source.document.grid_path
        return "" if known is None else str(known.parent)

    def _enable(self) -> None:
        for name in ("second.open", "second.blind"):
            self._actions[name].setEnabled(self.source.document is not None)
        for name in ("second.next", "second.keep", "second.adopt"):
            self._actions[name].setEnabled(self.source.is_open)
        self._actions["second.close"].setEnabled(self.source.path is not None)

    # Slots

    def _on_blind(self, recording: str, made: BlindFile) -> None:
        source = self.source
        source.note(source.notes.with_sample((recording, made.path.name), made.sample))
        self._state.notices.news(
            self.tr("Blind copy: {path}").format(path=made.path),
            self.tr(
                "{count} labels of “{tier}” are empty in it. When it is labelled, load it as the second "
                "TextGrid: only these are compared then."
            ).format(count=len(made.sample.times), tier=made.sample.tier),
        )

    def _on_exported(self, made: Exported) -> None:
        notices = self._state.notices
        if made.folder is None:
            QGuiApplication.clipboard().setText(made.text)
            notices.news(
                self.tr("The methods paragraph is in the clipboard ({count} recordings)").format(
                    count=made.n_recordings
                )
            )
        else:
            notices.news(
                self.tr("Tables of {count} recordings are in {folder}").format(
                    count=made.n_recordings, folder=made.folder
                )
            )
        if made.skipped:
            first = made.skipped[0]
            notices.warning(
                self.tr("{count} recordings could not be compared").format(count=len(made.skipped)),
                self.tr("The first: {name}: {why}").format(name=first.name, why=first.error),
            )
