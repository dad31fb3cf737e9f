"""A TextGrid for a sound that has none: asked for in the corpus panel, written beside the sound, opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from w2vpraat.corpus.audio import audio_info
from w2vpraat.corpus.textgrid import write_textgrid
from w2vpraat.corpus.textgrid.new_grid import new_textgrid
from w2vpraat.errors import TextGridError, W2VPraatError

from ..dialogs.new_grid_dialog import NewGridDialog
from ..state import AppState


class NewGrids(QObject):
    """Makes TextGrids.

    Parameters
    ----------
    state : AppState
    window : QWidget
        Parent of the dialog.
    """

    def __init__(self, state: AppState, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window

    def ask(self, sound: Path) -> NewGridDialog:
        """Ask for the tiers, then make the TextGrid of a sound."""
        dialog = NewGridDialog(sound.name, self._window)
        dialog.chosen.connect(lambda intervals, points: self.make(sound, intervals, points))
        dialog.open()
        return dialog

    def make(self, sound: Path, intervals: tuple[str, ...], points: tuple[str, ...]) -> bool:
        """Write a new TextGrid beside a sound and look for recordings again; never over a file.

        Returns
        -------
        bool
            Whether it was written; if not, a notice says why.
        """
        path = sound.with_suffix(".TextGrid")
        try:
            if path.exists():
                raise TextGridError("there is a TextGrid of this name already", "open it", file=path)
            write_textgrid(new_textgrid(0.0, audio_info(sound).duration, intervals, points), path)
        except W2VPraatError as error:
            self._state.notices.error(error, doing=self.tr("No TextGrid was made"))
            return False
        self._state.find_recordings(then=sound)
        return True
