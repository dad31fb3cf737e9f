"""Saves the list of a review queue with marks, tags and notes, as it is shown.

Messages: where it was saved, or why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from w2vpraat.pipeline.queues.queue_file import queue_list, write_queue_list

from ..state import AppState

if TYPE_CHECKING:
    from .reviewing import Reviewing

FORMATS = {".csv": "CSV", ".tsv": "TSV", ".xlsx": "Excel"}


class QueueExport(QObject):
    """Asks for a file and writes the list there.

    Parameters
    ----------
    reviewing : Reviewing
        Whose queue.
    state : AppState
    window : QWidget
        Parent of the dialog.
    """

    def __init__(self, reviewing: Reviewing, state: AppState, window: QWidget) -> None:
        super().__init__(reviewing)
        self._reviewing, self._state, self._window = reviewing, state, window

    def ask(self) -> None:
        """Ask for a file, and save the list there."""
        queue, corpus = self._reviewing.queue, self._state.corpus
        if queue is None:
            return
        formats = {f"{name} (*{ending})": ending for ending, name in FORMATS.items()}
        folder = "" if corpus is None else str(corpus.root)
        start = str(Path(folder) / f"review_{queue.kind}.csv")
        found, chosen = QFileDialog.getSaveFileName(
            self._window, self.tr("Save the list"), start, ";;".join(formats)
        )
        if found:
            path = Path(found)
            if path.suffix.lower() not in FORMATS:
                path = path.with_name(path.name + formats.get(chosen, ".csv"))
            self.save(path)

    def save(self, path: Path) -> None:
        """Save the rows that are shown, in their order, with their provenance beside them.

        Parameters
        ----------
        path : Path
            Its ending decides the format.
        """
        reviewing, session = self._reviewing, self._state.session
        queue, places = reviewing.queue, reviewing.places
        if queue is None or places is None or session is None:
            return
        rows = reviewing.model.shown_rows()
        table = queue_list(queue, session.review, places, rows)
        notes = []
        if len(rows) < len(queue):
            notes.append(f"filter: {reviewing.view.filter}; {len(rows)} of {len(queue)} rows")
        settings, corpus = session.settings, self._state.corpus
        self._state.jobs.start(
            "export-review",
            self.tr("Save {name}").format(name=path.name),
            lambda: _one(
                lambda: write_queue_list(table, queue, path, settings, corpus=corpus, notes=tuple(notes))
            ),
            on_result=partial(self._on_saved, len(rows), len(queue)),
            on_error=partial(self._state.notices.error, doing=self.tr("The list was not saved")),
            lane="quick",
        )

    def _on_saved(self, n_rows: int, total: int, written: tuple[Path, Path]) -> None:
        lines = [self.tr("How it was made: {path}").format(path=written[1])]
        if n_rows < total:
            lines.append(
                self.tr("{count} of {total} rows: those that the filter shows").format(
                    count=n_rows, total=total
                )
            )
        self._state.notices.news(self.tr("Saved {path}").format(path=written[0]), "\n".join(lines))


def _one(make: Callable[[], Any]) -> Iterator[Any]:
    yield make()
