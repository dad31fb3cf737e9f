"""Keys that zoom, scroll, move the cursor and select do what they do in Praat."""

from __future__ import annotations

import pytest
from command_desk import END, CommandDesk
from pytestqt.qtbot import QtBot
from w2vpraat_gui.dialogs.go_to_time import GoToTimeDialog
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.zero_crossings import nearest_zero_crossing
from w2vpraat.params.editing import SelectParams

STEP = SelectParams().arrow_step


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document) -> CommandDesk:
    return CommandDesk(qtbot, state, document)


# The visible stretch


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("Ctrl+A", (0.0, END)),
        ("Ctrl+I", (0.75, 2.25)),
        ("Ctrl+O", (0.0, 6.0)),
        ("Ctrl+N", (1.0, 1.5)),
        ("PgDown", (2.4, 5.4)),
    ],
)
def test_keys_that_change_what_is_seen(desk: CommandDesk, keys: str, seen: tuple[float, float]) -> None:
    desk.view.select(1.0, 1.5)
    desk.press(keys)
    assert (desk.view.start, desk.view.end) == pytest.approx(seen)
    assert desk.acts == []


def test_zoom_back_and_page_back(desk: CommandDesk) -> None:
    desk.view.select(1.0, 1.5)
    desk.press("Ctrl+N")
    desk.press("Ctrl+B")
    assert (desk.view.start, desk.view.end) == pytest.approx((0.0, 3.0))
    desk.press("PgDown")
    desk.press("PgUp")
    assert (desk.view.start, desk.view.end) == pytest.approx((0.0, 3.0))


# Cursor and selection: keys, selection and tier before, after


@pytest.mark.parametrize(
    ("keys", "before", "after"),
    [
        ("Up", (1.0, 1.5, 1), (1.0 - STEP, 1.5 - STEP, 1)),
        ("Down", (1.0, 1.5, 1), (1.0 + STEP, 1.5 + STEP, 1)),
        ("Up", (0.02, 0.5, 1), (0.0, 0.5 - STEP, 1)),
        ("Shift+Up", (1.0, 1.5, 1), (1.0 - STEP, 1.5, 1)),
        ("Shift+Down", (1.0, 1.5, 1), (1.0 + STEP, 1.5, 1)),
        ("Shift+Down", (1.0, 1.02, 1), (1.02, 1.0 + STEP, 1)),
        ("Ctrl+Up", (1.0, 1.5, 1), (1.0, 1.5 - STEP, 1)),
        ("Ctrl+Down", (1.0, 1.5, 1), (1.0, 1.5 + STEP, 1)),
        ("Alt+Right", (0.5, 1.0, 1), (1.0, 1.5, 1)),
        ("Alt+Left", (0.5, 1.0, 1), (0.0, 0.5, 1)),
        ("Alt+Left", (0.0, 0.5, 1), (2.0, END, 1)),
        ("Alt+Right", (2.0, END, 1), (0.0, 0.5, 1)),
        ("Alt+Right", (0.5, 0.5, 3), (1.2, 1.2, 3)),
        ("Alt+Down", (0.5, 1.0, 1), (0.0, 1.0, 2)),
        ("Alt+Down", (1.0, 1.5, 2), (1.2, 1.2, 3)),
        ("Alt+Down", (1.2, 1.2, 3), (1.0, 1.5, 1)),
        ("Alt+Up", (1.2, 1.2, 1), (1.2, 1.2, 3)),
        ("Shift+Alt+Right", (0.5, 1.0, 1), (0.5, 1.5, 1)),
        ("Shift+Alt+Left", (0.5, 1.0, 1), (0.0, 1.0, 1)),
        ("Shift+Alt+Right", (0.5, 0.5, 3), (0.5, 1.2, 3)),
    ],
)
def test_keys_that_select(
    desk: CommandDesk,
    keys: str,
    before: tuple[float, float, int],
    after: tuple[float, float, int],
) -> None:
    start, end, number = before
    desk.view.select(start, end, tier=number)
    desk.press(keys)
    assert desk.selection == tuple(round(one, 6) for one in after)
    assert desk.acts == []
    assert desk.notices == []


def test_what_is_selected_by_keys_is_seen(desk: CommandDesk) -> None:
    desk.view.select(2.0, 2.0, tier=1)
    desk.view.show_range(0.0, 2.0)
    for _ in range(10):
        desk.press("Down")
    assert desk.view.start <= desk.view.selection_start <= desk.view.end


@pytest.mark.parametrize(("keys", "edges"), [("Ctrl+0", "middle"), ("Ctrl+,", "start"), ("Ctrl+.", "end")])
def test_zero_crossings_are_those_of_the_sound(desk: CommandDesk, keys: str, edges: str) -> None:
    sound = read_audio(desk.document.recording.audio_path)
    desk.view.select(0.4, 0.6)
    desk.press(keys)

    def zero(time: float) -> float:
        found = nearest_zero_crossing(sound.samples, float(sound.rate), time)
        assert found is not None
        return round(found, 6)

    expected = {
        "middle": (zero(0.5), zero(0.5)),
        "start": (zero(0.4), 0.6),
        "end": (0.4, zero(0.6)),
    }[edges]
    assert desk.selection[:2] == pytest.approx(expected, abs=1e-6)
    assert desk.selection[:2] != (0.4, 0.6)


# Go to time


@pytest.mark.parametrize(
    ("typed", "selection"),
    [
        ("1.25", (1.25, 1.25)),
        ("1,25 s", (1.25, 1.25)),
        ("1.5 - 1.25", (1.25, 1.5)),
        ("0:02", (2.0, 2.0)),
        ("1 1.5", (1.0, 1.5)),
    ],
)
def test_go_to_time(desk: CommandDesk, typed: str, selection: tuple[float, float]) -> None:
    desk.press("Ctrl+J")
    dialog = desk.editor.findChild(GoToTimeDialog)
    dialog.line.setText(typed)
    dialog._on_accepted()
    assert desk.selection[:2] == selection


@pytest.mark.parametrize("typed", ["", "soon", "1 2 3", "99", "-1"])
def test_go_to_a_time_that_is_none(desk: CommandDesk, typed: str) -> None:
    desk.view.select(1.0)
    desk.press("Ctrl+J")
    dialog = desk.editor.findChild(GoToTimeDialog)
    dialog.line.setText(typed)
    dialog._on_accepted()
    assert dialog.isVisible()
    assert "From 0 to 22.95 s" in dialog.problem.text()
    assert desk.selection[:2] == (1.0, 1.0)
    dialog.reject()
