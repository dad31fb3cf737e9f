"""A window that a test kills: it edits a recording through the history and says each act aloud.

Run as a program: ``python editing_session.py FOLDER NAME N``.
"""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QMainWindow
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.storage.files import Files
from w2vpraat_gui.storage.keeping import Keeping

from w2vpraat.corpus.textgrid import edits


def main(folder: str, name: str, count: int) -> None:
    """Open, edit `count` times, then wait to be killed."""
    application = QApplication([])
    window, state = QMainWindow(), AppState()
    files = Files(state, Actions(window), window)
    keeping = Keeping(state, files, window)

    def edit(document: Document) -> None:
        for number in range(1, count + 1):
            changed = edits.set_label(document.grid, 2, number, f"new {number}")
            state.history.edit(document, f"Change label {number}", changed)
        state.history.undo()
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    state.corpus_changed.connect(lambda: state.open_recording(name, edit))
    assert files.open_paths([folder])
    assert keeping.parent() is window
    application.exec()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
