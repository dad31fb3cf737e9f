"""One open recording: sound, TextGrid, place in time, and whether it is saved.

Signals: `grid_changed` (the `GridChange`; None after saving or reading again), `modified_changed` (bool),
`disk_changed` (another program has written the file), `second_changed` (another annotator's grid, or which
tiers belong together).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from w2vpraat.corpus.audio import AudioInfo
from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.textgrid import TextGrid, Tier, write_textgrid
from w2vpraat.session.grid_changes import GridChange, grid_change

from .tier_pairs import NO_PARTNERS, namesakes
from .time_view import TimeView


class Document(QObject):
    """A recording that is open in the editor.

    Parameters
    ----------
    recording : Recording
        Its files.
    grid : TextGrid
        As read.
    info : AudioInfo
        Header of the sound.
    start_time : float
        Time of the first sample, in seconds, on the clock of the TextGrid.
    """

    grid_changed = Signal(object)
    modified_changed = Signal(bool)
    disk_changed = Signal()
    second_changed = Signal()

    def __init__(
        self,
        recording: Recording,
        grid: TextGrid,
        info: AudioInfo,
        *,
        start_time: float = 0.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.recording = recording
        self.info = info
        self.start_time = start_time
        self.grid = grid
        self.second: TextGrid | None = None  # another annotator's
        self.second_partners: Mapping[str, str] = NO_PARTNERS
        self._saved = grid
        self._modified = False
        self.view = TimeView(self)
        self.view.set_limits(min(grid.start, start_time), max(grid.end, info.end_time))

    @property
    def name(self) -> str:
        """Name of the recording in its corpus."""
        return self.recording.name

    @property
    def grid_path(self) -> Path:
        """The TextGrid on disk."""
        return self.recording.grid_path

    @property
    def is_modified(self) -> bool:
        """Whether the grid differs from the file as it was last read or saved."""
        return self._modified

    @property
    def on_disk(self) -> TextGrid:
        """The grid as it was last read or saved."""
        return self._saved

    @property
    def tier(self) -> Tier | None:
        """The selected tier."""
        number = self.view.tier
        return self.grid.tiers[number - 1] if 1 <= number <= len(self.grid) else None

    @property
    def second_pairs(self) -> dict[int, int]:
        """Number of a tier to that of the second annotator's tier."""
        return {} if self.second is None else namesakes(self.grid, self.second, self.second_partners)

    def set_second(self, grid: TextGrid | None, partners: Mapping[str, str] = NO_PARTNERS) -> None:
        """Show another annotator's grid under ours, or none.

        Parameters
        ----------
        grid : TextGrid or None
            Never edited, never written.
        partners : mapping
            Tiers that belong together though their names differ, as for `namesakes`.
        """
        self.second, self.second_partners = grid, partners
        self.second_changed.emit()

    def put(self, grid: TextGrid, change: GridChange) -> None:
        """Show an edited grid. Only the history calls this: edits go through `History.edit`."""
        self.grid = grid
        if self.view.tier > len(grid):
            self.view.tier = max(len(grid), 1)
        self._set_modified(grid != self._saved)
        self.grid_changed.emit(change)

    def save(self, path: Path | None = None, *, overwrite_changed: bool = False) -> None:
        """Write the TextGrid: only what was edited changes in the file; the old file stays as ``.bak``.

        Parameters
        ----------
        path : Path, optional
            Another file; the document then belongs to it.
        overwrite_changed : bool
            Also if another program has written the file meanwhile: only after the user said so.

        Raises
        ------
        TextGridError
            If it can't be written, or was changed by another program. Nothing is lost then.
        """
        saved = write_textgrid(self.grid, path, backup=True, overwrite_changed=overwrite_changed)
        if path is not None and path != self.grid_path:
            old = self.recording
            self.recording = Recording(old.name, old.audio_path, path, old.file_name)
        self._take(saved)

    def read_again(self, grid: TextGrid) -> None:
        """Take the file as it is now on the disk, instead of what was there when it was opened.

        What is shown stays as it is, but belongs to the new file: saving changes only what differs from that.
        """
        self.grid = grid_change(grid, self.grid).apply(grid)
        self._saved = grid
        self._set_modified(self.grid != grid)
        self.grid_changed.emit(None)

    def _take(self, grid: TextGrid) -> None:
        self.grid = self._saved = grid
        self._set_modified(False)
        self.grid_changed.emit(None)

    def _set_modified(self, modified: bool) -> None:
        if modified != self._modified:
            self._modified = modified
            self.modified_changed.emit(modified)
