"""The whole window: what is closed is gone, the keyboard reaches all, nothing is cut, nothing blocks."""

from __future__ import annotations

import gc
import shutil
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import press
from PySide6.QtCore import QAbstractAnimation, QCoreApplication, QEvent, QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot
from w2vpraat_gui.app import make_application, make_window
from w2vpraat_gui.dialogs.question_dialog import QuestionDialog
from w2vpraat_gui.dialogs.unsaved_dialog import UnsavedDialog
from w2vpraat_gui.main_window import MainWindow
from w2vpraat_gui.watchdog import LIMIT, Watchdog

from w2vpraat.resources import sample_corpus

LIAM, ALICE = "us_m_liam", "gb_f_alice"
PADDING = 2
"""Pixels of the room around a text that small buttons may do without."""
Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture(autouse=True)
def _as_the_program(qtbot: QtBot) -> Iterator[None]:
    """Run with what `make_application` sets."""
    interval = sys.getswitchinterval()
    make_application()
    yield
    sys.setswitchinterval(interval)


@pytest.fixture
def window(qtbot: QtBot, corpus_folder: Path) -> Iterator[MainWindow]:
    """The window with the small corpus, a recording in the editor."""
    made = make_window([corpus_folder])
    made.show()
    made.activateWindow()
    _open(qtbot, made, LIAM)
    yield made
    _end(qtbot, made)


def _idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.state.jobs.running(quiet=True), timeout=20_000)


def _open(qtbot: QtBot, window: MainWindow, name: str) -> None:
    qtbot.waitUntil(lambda: window.state.corpus is not None, timeout=10_000)
    window.state.open_recording(name)
    qtbot.waitUntil(lambda: window.state.current is not None and window.state.current.name == name)
    _idle(qtbot, window)


def _end(qtbot: QtBot, window: MainWindow) -> None:
    for document in window.state.modified_documents():
        window.state.close_document(document)
    window.close()
    assert not window.isVisible()
    window.deleteLater()


def _settled() -> None:
    """Let Qt delete what was left for later, and Python what only circles hold."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        gc.collect()


def _running_timers(root: QObject, *, repeating: bool = False) -> list[str]:
    return [
        f"{type(one.parent()).__name__} {one.interval()} ms"
        for one in root.findChildren(QTimer)
        if one.isActive() and not (repeating and one.isSingleShot())
    ]


# Nothing leaks


def test_what_is_closed_is_gone(
    qtbot: QtBot, window: MainWindow, corpus_folder: Path, tmp_path: Path
) -> None:
    state = window.state
    other = tmp_path / "other"
    other.mkdir()
    for suffix in (".flac", ".TextGrid"):
        shutil.copy(sample_corpus() / f"us_f_sky{suffix}", other)
    _open(qtbot, window, ALICE)
    _edit_a_label(window)
    assert state.current is not None
    state.save(state.current)
    closed = [weakref.ref(document) for document in state.documents.values()]
    views = [weakref.ref(document.view) for document in state.documents.values()]
    assert len(closed) == 2
    before = None
    for _ in range(2):  # there and back again
        window.files.open_paths([other])
        _open(qtbot, window, "us_f_sky")
        window.files.open_paths([corpus_folder])
        _open(qtbot, window, LIAM)
        _settled()
        # Docks that move are animated for a moment.
        count = sum(not isinstance(one, QAbstractAnimation) for one in window.findChildren(QObject))
        assert before is None or count <= before, "objects pile up with every session"
        before = count
    assert [ref() for ref in closed] == [None, None]
    assert [ref() for ref in views] == [None, None]
    assert list(state.documents) == [LIAM]
    _idle(qtbot, window)
    assert state.jobs.wait(5_000)
    # What pauses after the last key or mouse has its end; nothing ticks in a window at rest.
    qtbot.waitUntil(
        lambda: not _running_timers(window) and not [job for job in state.jobs.jobs if job.quiet],
        timeout=10_000,
    )


def test_a_window_that_was_closed_leaves_nothing(qtbot: QtBot, corpus_folder: Path) -> None:
    _settled()
    threads, widgets = set(threading.enumerate()), set(QApplication.allWidgets())
    window = make_window([corpus_folder])
    window.show()
    _open(qtbot, window, LIAM)
    window.state.current.view.show_range(1.0, 3.0)  # type: ignore[union-attr]  # work for the views
    window.close()
    _idle(qtbot, window)  # the last words of the threads
    assert not _running_timers(window, repeating=True)
    window.deleteLater()
    del window
    _settled()
    assert set(QApplication.allWidgets()) <= widgets
    assert set(threading.enumerate()) <= threads


def _edit_a_label(window: MainWindow) -> None:
    field = window.editor.label_field
    QTest.keyClick(field, Key.Key_Right, Mod.AltModifier)
    QTest.keyClicks(field, "new")
    QTest.keyClick(field, Key.Key_Left, Mod.AltModifier)
    assert window.state.modified_documents()


def test_closing_ends_a_job_that_runs(qtbot: QtBot, window: MainWindow) -> None:
    """The window asks, and waits for the step that is being done, and for nothing more."""
    begun, left = threading.Event(), threading.Event()

    def work() -> Iterator[int]:
        try:
            for number in range(1_000_000):
                begun.set()
                yield number
        finally:
            left.set()

    window.state.jobs.start("long", "Long work", work)
    qtbot.waitUntil(begun.is_set)
    answer = press("stay", QuestionDialog)
    window.close()
    assert answer.seen
    assert window.isVisible()
    assert not left.is_set()
    answer = press("stop", QuestionDialog)
    window.close()
    assert answer.seen
    assert left.is_set()
    assert not window.isVisible()
    assert window.state.jobs.wait(0)
    _idle(qtbot, window)


def test_closing_asks_about_edits_and_can_be_called_off(qtbot: QtBot, window: MainWindow) -> None:
    _edit_a_label(window)
    answer = press("", UnsavedDialog)
    window.close()
    assert answer.seen
    assert window.isVisible()
    assert window.state.modified_documents()


# The keyboard reaches everything


def test_ctrl_tab_goes_round_all_panes(qtbot: QtBot, window: MainWindow) -> None:
    for dock in window.arrangement.docks.values():
        dock.show()
        dock.raise_()
        QCoreApplication.processEvents()
        panes = [window.centralWidget(), dock.widget()]
        seen = []
        for _ in range(len(window.arrangement.docks) + 1):
            QTest.keyClick(QApplication.focusWidget() or window, Key.Key_Tab, Mod.ControlModifier)
            focus = QApplication.focusWidget()
            assert focus is not None
            seen += [pane for pane in panes if pane.isAncestorOf(focus)]
        assert set(seen) == set(panes), f"Ctrl-Tab does not reach {dock.objectName()} and the editor"


def test_every_control_has_a_name(qtbot: QtBot, window: MainWindow) -> None:
    nameless = [
        _path_of(widget)
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.isHidden()  # has nothing to say yet
        and not _is_part(widget)
        and not _name_of(widget)
    ]
    assert not nameless, "\n".join(nameless)


def _name_of(widget: QWidget) -> str:
    """What a screen reader says of a control."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton) and any(letter.isalpha() for letter in widget.text()):
        return widget.text()
    buddies = [label for label in widget.window().findChildren(QLabel) if label.buddy() is widget]
    return buddies[0].text() if buddies else ""


def _is_part(widget: QWidget) -> bool:
    """Whether it belongs to a control of Qt, which speaks for it."""
    parent = widget.parent()
    popup = isinstance(parent, QWidget) and isinstance(parent.parent(), QComboBox)
    told = (QComboBox, QHeaderView, QAbstractSpinBox)  # they speak for their parts
    inner = popup or widget.objectName().startswith("qt_") or isinstance(widget, (QScrollBar, QHeaderView))
    silent = (QScrollArea, QTabBar, QTabWidget)  # what is in them speaks
    return inner or isinstance(parent, told) or isinstance(widget, silent)


def _path_of(widget: QWidget) -> str:
    names, at = [], widget
    while isinstance(at, QWidget):
        names.append(type(at).__name__)
        at = at.parentWidget()  # type: ignore[assignment]
    return " < ".join(names)


# Nothing is cut


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_at_1280x800(qtbot: QtBot, window: MainWindow, theme: str) -> None:
    window.actions_[f"view.theme_{theme}"].trigger()
    window.resize(1280, 800)
    cut = []
    for name in ("", *window.arrangement.docks, *window.arrangement.docks):
        if name:
            window.arrangement.bring(name)
        QCoreApplication.processEvents()
        least = window.minimumSizeHint()
        assert least.width() <= 1280, "the window can't be as narrow as 1280"
        assert least.height() <= 800, "the window can't be as low as 800"
        assert window.size() == QSize(1280, 800)
        cut += [
            f"{widget.size().toTuple()} of {widget.minimumSizeHint().toTuple()}: {_path_of(widget)}"
            for widget in window.findChildren(QWidget)
            if widget.isVisible() and _shows_text(widget) and not _is_part(widget) and _is_cut(widget)
        ]
    window.actions_["view.theme_light"].trigger()
    assert not cut, "\n".join(cut)


def _shows_text(widget: QWidget) -> bool:
    return isinstance(widget, (QLabel, QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox))


def _is_cut(widget: QWidget) -> bool:
    least = widget.minimumSizeHint()
    if widget.width() < least.width() - PADDING or widget.height() < least.height() - PADDING:
        return True
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() < widget.heightForWidth(widget.width())
    return False


# Nothing blocks


def test_an_editing_session_never_blocks(qtbot: QtBot, window: MainWindow) -> None:
    """Work by mouse and keys, as fast as events come; no step takes 0.1 s.

    Not in it: another theme, for which Qt paints every widget anew once.
    """
    dog = Watchdog(window)
    steps = _session(window)
    done: list[int] = []
    timer = QTimer()
    timer.setInterval(0)

    def step() -> None:
        try:
            next(steps)
        except StopIteration:
            timer.stop()
            done.append(1)

    timer.timeout.connect(step)
    gc.collect()
    dog.start()
    timer.start()
    qtbot.waitUntil(lambda: bool(done), timeout=30_000)
    _idle(qtbot, window)
    dog.stop()
    assert window.state.history.stack.count() > 10
    assert dog.longest < LIMIT, f"{dog.longest:.3f} s in one go"


def _session(window: MainWindow) -> Iterator[None]:
    """Zoom, scroll, select, split, type, move, undo, redo, save, change what is shown."""
    state, editor = window.state, window.editor
    assert state.current is not None
    view = state.current.view

    def key(name: Qt.Key, held: Qt.KeyboardModifier = Mod.NoModifier) -> None:
        QTest.keyClick(editor.label_field, name, held)

    def click(widget: QWidget, x: float, y: float) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))

    for _ in range(3):
        key(Key.Key_I, Mod.ControlModifier)
        yield
    for _ in range(20):
        _wheel(editor.sound.spectrogram)
        yield
    for name in (Key.Key_PageUp, Key.Key_PageDown):
        key(name)
        yield
    row = editor.tiers.rows[1]
    for share in (0.3, 0.4, 0.5, 0.6):
        time = view.start + share * view.length
        click(editor.tiers, editor.tiers.x_of(time), row.top + 0.7 * (row.bottom - row.top))
        yield
        click(editor.sound.waveform, editor.sound.waveform.x_of(time + 0.01), 20)
        yield
        key(Key.Key_Return)
        yield
        for letter in "\\sw\\:f":
            QTest.keyClick(editor.label_field, letter)
            yield
        key(Key.Key_Right, Mod.AltModifier)
        yield
    for name in (Key.Key_BracketLeft, Key.Key_BracketRight):
        key(name, Mod.AltModifier)
        yield
    for _ in range(4):
        key(Key.Key_Z, Mod.ControlModifier)
        yield
    for _ in range(4):
        key(Key.Key_Y, Mod.ControlModifier)
        yield
    key(Key.Key_Tab)
    for _ in range(20):
        yield
    key(Key.Key_Escape)
    for name in ("view.formants", "view.f0", "view.intensity", "view.formants", "view.all"):
        window.actions_[name].trigger()
        yield
    state.open_recording(ALICE)
    while state.current.name != ALICE:
        yield
    key(Key.Key_I, Mod.ControlModifier)
    yield
    window.corpus.filter_line.setFocus()
    for letter in "name:liam":
        QTest.keyClick(window.corpus.filter_line, letter)
        yield
    key(Key.Key_S, Mod.ControlModifier)
    yield


def _wheel(widget: QWidget) -> None:
    """Turn the mouse wheel over the middle of a widget."""
    middle = widget.rect().center().toPointF()
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Mod.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QCoreApplication.sendEvent(widget, event)
