"""Windows that are killed while somebody edits in them, one after another.

Run as a program: ``python killed_session.py FOLDER...``. Each folder holds ``corpus`` (a recording) and gets
``config``; it is a round: a process with the real window opens the recording and is edited by keys and mouse,
until it is killed with SIGKILL at a moment drawn by chance. What it had begun and ended then is printed as a
line of JSON. The modules are imported once: the window's process is a fork of this one, made before Qt runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch  # what every window loads on a thread: once is enough
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from w2vpraat_gui.app import make_application, make_window
from w2vpraat_gui.document import Document
from w2vpraat_gui.main_window import MainWindow

from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.textgrid.writer import textgrid_bytes
from w2vpraat.session.grid_changes import GridChange

Key, Mod = Qt.Key, Qt.KeyboardModifier
PATIENCE = 30.0
LONGEST_DELAY = 0.004
"""Seconds between a line of the window and its death."""
LAST_LINE = 70
torch.set_num_threads(1)  # threads do not survive a fork


def fingerprint(grid: TextGrid) -> str:
    """Return a number for the content of a grid, however it is written in a file."""
    content = [(tier.name, [tuple(item) for item in tier.items]) for tier in grid.tiers]
    return hashlib.sha256(repr((grid.start, grid.end, content)).encode()).hexdigest()


class Hands:
    """Edits the recording in the window without an end, and says aloud what begins and what has ended.

    The lines are ``begin STATE`` before an act is in the journal, ``done STATE`` when it is on the screen,
    ``saving BYTES`` and ``saved BYTES`` (fingerprints).
    """

    def __init__(self, window: MainWindow, say: Callable[[str], None], chance: random.Random) -> None:
        self._window, self._say, self._chance = window, say, chance
        state = window.state
        journal = state.history.before_edit
        assert journal is not None

        def begin(document: Document, change: GridChange, text: str) -> None:
            say(f"begin {fingerprint(change.apply(document.grid))}")
            journal(document, change, text)

        state.history.before_edit = begin
        state.document_edited.connect(lambda document, _: say(f"done {fingerprint(document.grid)}"))
        self._acts = (
            self._split,
            self._split,
            self._label,
            self._label,
            self._nudge,
            self._remove,
            self._undo,
            self._save,
        )

    def step(self) -> None:
        """Do one thing, then leave the word to Qt, then the next."""
        self._chance.choice(self._acts)()
        QTimer.singleShot(0, self.step)

    def _split(self) -> None:
        tiers = self._window.editor.tiers
        strip = self._window.editor.sound.waveform
        self._window.state.current.view.tier = self._chance.choice((1, 2))
        self._click(strip, round(self._chance.uniform(tiers.x_of(0.3), tiers.x_of(19.5))), 10)
        self._key(Key.Key_Return)

    def _label(self) -> None:
        for _ in range(self._chance.randint(1, 3)):
            self._key(Key.Key_Right, Mod.AltModifier)
        for letter in self._chance.choice(("a", "ng", "say")):
            QTest.keyClick(self._window.editor.label_field, letter)
        self._key(Key.Key_Left, Mod.AltModifier)

    def _nudge(self) -> None:
        self._take_boundary()
        self._key(self._chance.choice((Key.Key_BracketLeft, Key.Key_BracketRight)), Mod.AltModifier)

    def _remove(self) -> None:
        self._take_boundary()
        self._key(Key.Key_Backspace, Mod.AltModifier)

    def _undo(self) -> None:
        if self._window.state.history.stack.canUndo():
            self._key(Key.Key_Z, Mod.ControlModifier)

    def _save(self) -> None:
        document = self._window.state.current
        self._say(f"saving {hashlib.sha256(textgrid_bytes(document.grid)).hexdigest()}")
        self._key(Key.Key_S, Mod.ControlModifier)
        self._say(f"saved {hashlib.sha256(document.grid_path.read_bytes()).hexdigest()}")

    def _take_boundary(self) -> None:
        tiers = self._window.editor.tiers
        row = self._chance.choice(tiers.rows)
        tier = tiers.tier_of(row)
        time = self._chance.choice(tier.items[1:])[0]
        self._click(tiers, round(tiers.x_of(time)), round(row.top + 0.7 * (row.bottom - row.top)))

    def _click(self, widget: QWidget, x: int, y: int) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(x, y))

    def _key(self, key: Qt.Key, held: Qt.KeyboardModifier = Mod.NoModifier) -> None:
        QTest.keyClick(self._window.editor.label_field, key, held)


def _edit(folder: Path, seed: int, pipe: int) -> None:
    """Be the window of one round; killed from outside."""
    os.environ["W2VPRAAT_CONFIG_DIR"] = str(folder / "config")
    application = make_application()
    window = make_window([folder / "corpus"])
    hands = Hands(window, lambda line: os.write(pipe, line.encode() + b"\n"), random.Random(seed))

    def begin(document: Document | None) -> None:
        if document is not None:
            QTimer.singleShot(0, hands.step)

    window.state.current_changed.connect(begin)
    window.show()
    window.activateWindow()
    application.exec()


def _round(folder: Path, seed: int) -> list[str]:
    """Let a window begin and kill it; return the lines that it said."""
    chance = random.Random(seed)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            _edit(folder, seed, writing)
        finally:
            os._exit(1)  # it is never to end by itself
    os.close(writing)
    held, dying, end = b"", None, time.monotonic() + PATIENCE
    # One in three dies while it saves; the others wherever they are.
    last, word = chance.randint(1, LAST_LINE), b"saving" if chance.random() < 1 / 3 else b""
    delay = chance.uniform(0.0, LONGEST_DELAY)
    while time.monotonic() < (end if dying is None else dying):
        rest = (end if dying is None else dying) - time.monotonic()
        if select.select([reading], [], [], max(rest, 0.0))[0]:
            found = os.read(reading, 65536)
            if not found:
                break
            held += found
            lines = held.split(b"\n")[:-1]
            if dying is None and len(lines) >= last and lines[-1].startswith(word):
                dying = time.monotonic() + delay
    os.kill(pid, signal.SIGKILL)
    while found := os.read(reading, 65536):  # what it said in its last moment
        held += found
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the window ended by itself"
    assert dying is not None, "the window did not begin to work"
    return held.decode().split("\n")[:-1]


def main(folders: list[str]) -> None:
    """Do all rounds; the number in a folder's name is its seed."""
    for folder in map(Path, folders):
        sys.stdout.write(json.dumps([folder.name, _round(folder, int(folder.name))]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
