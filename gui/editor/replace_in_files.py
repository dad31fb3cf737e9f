"""Replacing over the files of a corpus: first a list of what would change, then only what is ticked.

Messages: `FileReplacing` fills the dialog and ends with one notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QObject

from w2vpraat.corpus.textgrid import TextGrid, edits
from w2vpraat.corpus.textgrid.searching import (
    FileChanges,
    LabelChange,
    Query,
    find_in,
    replace_in,
    replacing_in_files,
    writing_changes,
)
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.events import Skipped

from ..dialogs.find_replace import FindReplaceDialog
from ..state import AppState


class FileReplacing(QObject):
    """Open recordings are edited as acts; the files of the others are written, with a backup.

    Parameters
    ----------
    state : AppState
        With corpus, documents and jobs.
    dialog : FindReplaceDialog
        Shows what would change.
    """

    def __init__(self, state: AppState, dialog: FindReplaceDialog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state, self.dialog = state, dialog
        self._changes: list[FileChanges] = []
        self._skipped: list[Skipped] = []
        self._written: list[FileChanges] = []

    def look(self, query: Query, replacement: str) -> None:
        """Look what replacing would change in all files; nothing is written."""
        corpus, session = self.state.corpus, self.state.session
        if corpus is None or session is None:
            raise InputError(self.tr("no corpus is open"), self.tr("open a folder first"))
        shown = {name: (one.grid_path, one.grid) for name, one in self.state.documents.items()}
        closed = [one for one in corpus.recordings if one.name not in shown]
        fallback = session.settings.read.fallback_encoding
        # An impossible replacement is refused before the job.
        proposals = replacing_in_files(closed, query, replacement, fallback_encoding=fallback)
        self._changes, self._skipped = [], []

        def work() -> Iterator[Any]:
            for name, (path, grid) in shown.items():
                try:
                    changes = _changes_of(grid, replace_in(grid, query, replacement)[0])
                    if changes:
                        yield FileChanges(name, path, changes, len(find_in(grid, query)))
                except W2VPraatError as error:
                    yield Skipped("find", name, error)
            yield from proposals
            yield None

        self.dialog.say(self.tr("Looking through {n} files…").format(n=len(corpus.recordings)), bad=False)
        self.state.jobs.start(
            "replace look",
            self.tr("Look what replacing would change"),
            work,
            on_event=self._on_proposal,
            on_result=self._on_looked,
            on_error=self.state.notices.error,
            lane="quick",
        )

    def write(self, files: Sequence[FileChanges]) -> None:
        """Make the ticked changes: open recordings as acts, the others in their files, with a backup."""
        self._written, self._skipped = [], []
        closed = []
        for file in files:
            document = self.state.documents.get(file.name)
            if document is None:
                closed.append(file)
                continue
            try:
                grid = _with_changes(document.grid, file.changes)
            except W2VPraatError as error:
                self._skipped.append(Skipped("replace", file.name, error))
                continue
            self.state.history.edit(document, self.tr("Replace in all files"), grid)
            self._written.append(file)
        self.dialog.clear_preview()
        session = self.state.session
        fallback = "latin-1" if session is None else session.settings.read.fallback_encoding

        def work() -> Iterator[Any]:
            yield from writing_changes(closed, fallback_encoding=fallback, backup=True)
            yield None

        self.state.jobs.start(
            "replace write",
            self.tr("Replace in all files"),
            work,
            on_event=self._on_written,
            on_result=lambda _: self._on_all_written(len(closed)),
            on_error=self.state.notices.error,
            lane="quick",
        )

    # Slots

    def _on_proposal(self, event: object) -> None:
        if isinstance(event, FileChanges):
            self._changes.append(event)
        elif isinstance(event, Skipped):
            self._skipped.append(event)

    def _on_looked(self, _: object) -> None:
        self.dialog.set_preview(self._changes, self._skipped)

    def _on_written(self, event: object) -> None:
        if isinstance(event, FileChanges):
            self._written.append(event)
        elif isinstance(event, Skipped):
            self._skipped.append(event)

    def _on_all_written(self, n_closed: int) -> None:
        labels = sum(len(file.changes) for file in self._written)
        opened = sum(file.name in self.state.documents for file in self._written)
        title = self.tr("{n} labels changed in {m} files").format(n=labels, m=len(self._written))
        remedy = []
        if opened:
            remedy.append(
                self.tr("{n} open recordings are not saved yet; Undo works there.").format(n=opened)
            )
        if n_closed:
            remedy.append(self.tr("The files as they were end in .bak."))
        if self._skipped:
            failed = "; ".join(f"{one.name}: {one.error.message}" for one in self._skipped)
            self.state.notices.warning(
                f"{title}; " + self.tr("{n} files were left as they are").format(n=len(self._skipped)),
                " ".join([failed, *remedy]),
            )
        else:
            self.state.notices.news(title, " ".join(remedy))
        self.dialog.say(title, bad=False)


def _changes_of(before: TextGrid, after: TextGrid) -> tuple[LabelChange, ...]:
    return tuple(
        LabelChange(tier, number, old[0], old.label, new.label)
        for tier, (was, now) in enumerate(zip(before.tiers, after.tiers, strict=True), 1)
        if was is not now
        for number, (old, new) in enumerate(zip(was.items, now.items, strict=True), 1)
        if old.label != new.label
    )


def _with_changes(grid: TextGrid, changes: Sequence[LabelChange]) -> TextGrid:
    for change in changes:
        items = grid.tier(change.tier).items
        if change.item > len(items) or items[change.item - 1].label != change.old:
            raise InputError(
                f'the label was "{change.old}" and has changed since', "look for it again", time=change.time
            )
        grid = edits.set_label(grid, change.tier, change.item, change.new)
    return grid
