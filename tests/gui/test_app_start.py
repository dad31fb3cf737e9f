"""The program starts with what is named, tells what is wrong before a window opens, and has a start page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui import theme
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.app import OK, WRONG, UsageError, main, make_application, make_window, parse
from w2vpraat_gui.main_window import MainWindow
from w2vpraat_gui.panels.start_page import StartPage

from w2vpraat.session.recent import remember_session
from w2vpraat.session.session import new_session
from w2vpraat.session.session_file import write_session
from w2vpraat.writing import json_bytes, write_whole

ALICE = "gb_f_alice"


def _ended(qtbot: QtBot, window: MainWindow) -> None:
    window.state.jobs.cancel_all()
    assert window.state.jobs.wait(20_000)
    qtbot.waitUntil(lambda: not window.state.jobs.running(quiet=True))
    window.removeEventFilter(window.files)


def test_a_folder_a_session_and_a_pair_are_opened(qtbot: QtBot, corpus_folder: Path, tmp_path: Path) -> None:
    session = write_session(new_session(corpus_folder).with_filter("liam"), tmp_path / "study.w2vpraat")
    pair = [corpus_folder / f"{ALICE}.flac", corpus_folder / f"{ALICE}.TextGrid"]
    for given, count, path, text in (
        ([corpus_folder], 2, None, ""),
        ([session], 2, session, "liam"),
        (pair, 1, None, ""),
    ):
        window = make_window(parse([str(one) for one in given]))
        qtbot.addWidget(window)
        qtbot.waitUntil(lambda window=window: window.state.corpus is not None, timeout=10_000)
        assert window.state.corpus is not None
        assert window.state.session is not None
        assert len(window.state.corpus.recordings) == count
        assert window.state.session_path == path
        assert window.state.session.filter == text
        _ended(qtbot, window)


def test_without_arguments_nothing_is_open(qtbot: QtBot) -> None:
    window = make_window(parse([]))
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.keeping.offered):
        pass
    assert window.state.session is None
    assert window.acceptDrops()
    _ended(qtbot, window)


def test_wrong_arguments_are_told_and_no_window_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(QApplication.topLevelWidgets()) if QApplication.instance() else 0
    assert main([str(tmp_path / "nowhere")]) == WRONG
    said = capsys.readouterr().err
    assert said.startswith("w2vpraat-gui: ")
    assert "nowhere" in said
    assert "check the path" in said
    odd = tmp_path / "a.docx"
    odd.write_text("x", encoding="utf-8")
    assert main([str(odd)]) == WRONG
    assert "w2vpraat" in capsys.readouterr().err
    assert main(["--colour"]) == WRONG
    assert "--help" in capsys.readouterr().err
    if QApplication.instance():
        assert len(QApplication.topLevelWidgets()) == before


def test_sound_and_textgrid_of_different_names_are_refused(corpus_folder: Path) -> None:
    with pytest.raises(UsageError, match="different names"):
        parse([str(corpus_folder / f"{ALICE}.flac"), str(corpus_folder / "us_m_liam.TextGrid")])


def test_help_and_version_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == OK
    assert "FOLDER" in capsys.readouterr().out
    assert main(["--version"]) == OK
    assert capsys.readouterr().out.startswith("w2vpraat-gui ")


def test_the_program_ends_with_2_for_a_wrong_path(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "w2vpraat_gui.app", str(tmp_path / "nowhere")],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == WRONG
    assert "nowhere" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_application_has_its_names_and_the_chosen_colours(qtbot: QtBot) -> None:
    config = Path(os.environ["W2VPRAAT_CONFIG_DIR"])
    interval = sys.getswitchinterval()
    try:
        write_whole(json_bytes({"window": {"theme": "dark"}}), config / "editor.json")
        application = make_application()
        assert application.applicationName() == "w2vpraat"
        assert sys.getswitchinterval() < 0.001  # or a thread that computes stops the drawing
        assert theme.colours() is theme.DARK
        write_whole(json_bytes({"window": {"theme": "no such"}}), config / "editor.json")
        assert make_application() is application  # a wrong word does not keep it from starting
    finally:
        theme.apply_theme(make_application(), "light")
        sys.setswitchinterval(interval)


@pytest.fixture
def actions(qtbot: QtBot) -> Actions:
    window = QMainWindow()
    qtbot.addWidget(window)
    return Actions(window)


def test_the_start_page_works_by_keyboard_alone(qtbot: QtBot, actions: Actions) -> None:
    done: list[str] = []
    for name in ("file.open_sample", "file.open_folder", "file.open_files", "file.open_session"):
        actions.on(name, lambda name=name: done.append(name))
    page = StartPage(actions)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitActive(page):
        page.activateWindow()
    assert page.focusWidget() is page.sample_button
    for _ in range(4):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Return)
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    assert done == ["file.open_sample", "file.open_folder", "file.open_files", "file.open_session"]
    assert page.focusWidget() is page.recent


def test_recent_sessions_are_listed_and_opened(qtbot: QtBot, actions: Actions, corpus_folder: Path) -> None:
    page = StartPage(actions)
    qtbot.addWidget(page)
    page.show()
    assert not page.recent.item(0).flags() & Qt.ItemFlag.ItemIsEnabled
    session = write_session(new_session(corpus_folder), corpus_folder / "study.w2vpraat")
    remember_session(corpus_folder)
    remember_session(session)
    page.hide()
    page.show()
    assert [page.recent.item(row).toolTip() for row in range(2)] == [str(session), str(corpus_folder)]
    page.recent.setFocus()
    qtbot.keyClick(page.recent, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.open_wanted) as wanted:
        qtbot.keyClick(page.recent, Qt.Key.Key_Return)
    assert wanted.args == [[corpus_folder]]
    place = page.recent.visualItemRect(page.recent.item(0)).center()
    with qtbot.waitSignal(page.open_wanted) as wanted:
        qtbot.mouseClick(page.recent.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wanted.args == [[session]]


def test_nothing_of_the_start_page_is_cut(qtbot: QtBot, actions: Actions) -> None:
    page = StartPage(actions)
    qtbot.addWidget(page)
    page.resize(1000, 620)
    page.show()
    for widget in (page.sample_button, page.folder_button, page.files_button, page.session_button):
        assert widget.width() >= widget.sizeHint().width()
        assert widget.height() >= widget.sizeHint().height()
