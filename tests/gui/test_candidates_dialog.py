"""The picture shows what is measured; what is taken there is what the next measurement gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from measuring_material import ALICE, LIAM, Desk, make_desk
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from w2vpraat_gui.dialogs.candidates_dialog import CandidatesDialog
from w2vpraat_gui.state import AppState

from w2vpraat.acoustics import candidate_ceilings
from w2vpraat.corpus.textgrid.edits import move_boundary, set_label
from w2vpraat.params import FormantParams
from w2vpraat.session.session import new_session


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


def shown(desk: Desk, token: str) -> CandidatesDialog:
    """Select a token in the editor and open the dialog."""
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=10_000):
        desk.state.show_token(token)
    desk.actions["measure.candidates"].trigger()
    dialog = desk.measuring.candidates
    assert dialog is not None
    wait_for(desk, dialog, token)
    return dialog


def wait_for(desk: Desk, dialog: CandidatesDialog, token: str) -> None:
    desk.qtbot.waitUntil(
        lambda: (
            dialog.picture is not None and dialog.picture.token.id == token and not desk.busy("candidates")
        ),
        timeout=20_000,
    )


@pytest.fixture
def dialog(desk: Desk, corpus_folder: Path) -> CandidatesDialog:
    desk.open(corpus_folder, tokens={"only_speakers": [LIAM]})
    return shown(desk, f"{LIAM}#2.5")


def test_all_candidates_are_pictured(dialog: CandidatesDialog, desk: Desk) -> None:
    assert [track.ceiling for track in dialog.pictures.tracks] == list(candidate_ceilings(FormantParams()))
    found = dialog.picture
    assert found is not None
    assert dialog.title.text() == "iː"
    # Liam is a man, and the table of speakers says so.
    assert found.candidates.ceiling == 5000.0
    assert dialog.pictures.index == found.candidates.chosen
    assert "5000 Hz, by sex" in dialog.how.text()
    assert found.start < found.token.start < found.token.end < found.end
    cells = [dialog.pictures.cell(n) for n in range(len(dialog.pictures.tracks))]
    assert not any(a.intersects(b) for n, a in enumerate(cells) for b in cells[n + 1 :])
    # The frame of the picture in use is there, and spectrogram and tracks are drawn.
    image = dialog.pictures.grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(colours) > 50


def test_keys_choose_a_candidate_and_take_it(dialog: CandidatesDialog, desk: Desk) -> None:
    pictures, state = dialog.pictures, desk.state
    start = pictures.index
    desk.qtbot.keyClick(pictures, Qt.Key.Key_Right)
    desk.qtbot.keyClick(pictures, Qt.Key.Key_Right)
    assert pictures.index == start + 2
    assert pictures.accessibleDescription().startswith("5500 Hz")
    before = state.session
    with desk.qtbot.waitSignal(state.session_changed, timeout=5000):
        desk.qtbot.keyClick(pictures, Qt.Key.Key_Return)
    assert [(one.who, one.ceiling) for one in state.session.settings.ceilings] == [(f"{LIAM}#2.5", 5500.0)]
    desk.qtbot.waitUntil(lambda: dialog.picture.candidates.chosen_by == "hand", timeout=10_000)
    assert dialog.picture.candidates.chosen == start + 2
    assert "set for this token" in dialog.how.text()
    # One act takes it back.
    state.history.undo()
    assert state.session.settings == before.settings
    desk.qtbot.waitUntil(lambda: dialog.picture.candidates.chosen_by == "sex", timeout=10_000)


def test_for_the_speaker_and_back_to_automatic(dialog: CandidatesDialog, desk: Desk) -> None:
    state = desk.state
    assert not dialog.automatic.isEnabled()
    dialog.pictures.select(8)
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert [(one.who, one.ceiling) for one in state.session.settings.ceilings] == [(LIAM, 6500.0)]
    desk.qtbot.waitUntil(lambda: "set for this speaker" in dialog.how.text(), timeout=10_000)
    assert dialog.automatic.isEnabled()
    desk.qtbot.mouseClick(dialog.automatic, Qt.MouseButton.LeftButton)
    assert state.session.settings.ceilings == ()


def test_mouse_selects_and_double_click_takes(dialog: CandidatesDialog, desk: Desk) -> None:
    pictures = dialog.pictures
    place = pictures.cell(7).center().toPoint()
    desk.qtbot.mouseClick(pictures, Qt.MouseButton.LeftButton, pos=place)
    assert pictures.index == 7
    desk.qtbot.mouseDClick(pictures, Qt.MouseButton.LeftButton, pos=place)
    assert desk.state.session.settings.ceilings[0].ceiling == 6250.0


def test_next_and_previous_move_the_editor_too(dialog: CandidatesDialog, desk: Desk) -> None:
    assert dialog.picture is not None
    ids = dialog.picture.ids
    assert ids[0] == f"{LIAM}#2.5"
    assert not dialog.previous.isEnabled()
    prepared = dialog._prepared
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    wait_for(desk, dialog, ids[1])
    view = desk.state.current.view
    token = dialog.picture.token
    assert (view.selection_start, view.selection_end) == (token.start, token.end)
    assert dialog._prepared is prepared  # the sound is prepared once
    desk.qtbot.mouseClick(dialog.previous, Qt.MouseButton.LeftButton)
    wait_for(desk, dialog, ids[0])
    with desk.qtbot.waitSignal(desk.measuring.play_wanted, timeout=1000) as played:
        desk.qtbot.keyClick(dialog.pictures, Qt.Key.Key_Space)
    assert played.args == [dialog.picture.token.start, dialog.picture.token.end]


def test_it_follows_edits_and_the_selection(dialog: CandidatesDialog, desk: Desk) -> None:
    document = desk.state.current
    assert document is not None
    start, end = dialog.picture.token.start, dialog.picture.token.end
    moved = move_boundary(document.grid, 2, 4, start + 0.02)
    desk.state.history.edit(document, "Move", moved, place=(start + 0.02, end, 2))
    desk.qtbot.waitUntil(lambda: dialog.picture.token.start == start + 0.02, timeout=10_000)
    item = document.grid.tiers[1].items[14]
    document.view.select(item.start, item.end, tier=2)
    wait_for(desk, dialog, f"{LIAM}#2.15")
    # An interval that is no token leaves the picture; asked for, it is told.
    document.view.select(0.0, tier=2)
    desk.qtbot.waitUntil(lambda: not dialog._timer.isActive() and not desk.busy("candidates"), timeout=10_000)
    assert dialog.picture.token.id == f"{LIAM}#2.15"
    desk.actions["measure.candidates"].trigger()
    desk.qtbot.waitUntil(lambda: dialog.picture is None, timeout=10_000)
    assert "no token" in dialog.readout.text()
    assert not dialog.for_token.isEnabled()


def test_a_picture_of_what_is_not_there_any_more_goes(dialog: CandidatesDialog, desk: Desk) -> None:
    document = desk.state.current
    assert document is not None
    desk.state.history.edit(document, "Label", set_label(document.grid, 2, 5, ""))
    desk.qtbot.waitUntil(lambda: dialog.picture is None, timeout=10_000)
    assert "no token" in dialog.readout.text()


def test_another_recording_is_prepared_anew(dialog: CandidatesDialog, desk: Desk) -> None:
    desk.set_options("tokens", only_speakers=[])
    desk.state.show_token(f"{ALICE}#2.5")
    wait_for(desk, dialog, f"{ALICE}#2.5")
    assert dialog.picture.candidates.ceiling == 5500.0


@pytest.mark.parametrize("who", ["token", "speaker"])
def test_the_ceiling_taken_changes_the_next_measurement(desk: Desk, corpus_folder: Path, who: str) -> None:
    desk.open(corpus_folder, tokens={"only_speakers": [LIAM]})
    check_override(desk, f"{LIAM}#2.15", who)


@pytest.mark.shared_data
def test_on_real_speech(desk: Desk, shared_data: Path, tmp_path: Path) -> None:
    grid = sorted((shared_data / "librispeech" / "test-other").rglob("*.TextGrid"))[3]
    for path in (grid, grid.with_suffix(".flac")):
        shutil.copy(path, tmp_path)
    session = new_session(tmp_path).with_options("tokens", label_map="arpabet", label_class="vowel")
    with desk.qtbot.waitSignal(desk.state.corpus_changed, timeout=10_000):
        desk.state.open_session(session)
    desk.counted()
    results = desk.measure()
    token = max(results.opened.tokens.kept, key=lambda one: one.duration)
    check_override(desk, token.id, "token")


def check_override(desk: Desk, token: str, who: str) -> None:
    """Take the candidate that differs most from the one in use, and measure again."""
    before = desk.measure().table.set_index("id")
    dialog = shown(desk, token)
    found = dialog.picture.candidates
    row = before.loc[token]
    in_use = found.tracks[found.chosen]
    np.testing.assert_allclose([row["F1"], row["F2"]], in_use.at_points[0, :2], rtol=1e-9)
    index = max(
        range(len(found.tracks)),
        key=lambda n: abs(float(found.tracks[n].at_points[0, 1] - in_use.at_points[0, 1])),
    )
    dialog.pictures.select(index)
    button = dialog.for_token if who == "token" else dialog.for_speaker
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    taken = found.tracks[index]
    assert abs(taken.at_points[0, 1] - in_use.at_points[0, 1]) > 1.0
    assert token in desk.measuring.places.stale
    after = desk.measure().table.set_index("id")
    assert after.loc[token, "max_formant"] == taken.ceiling
    np.testing.assert_allclose(
        after.loc[token, ["F1", "F2", "F3"]].to_numpy(dtype=float), taken.at_points[0, :3], rtol=1e-9
    )
    others = [one for one in after.index if one != token]
    same = np.isclose(
        after.loc[others, "F1"].astype(float), before.loc[others, "F1"].astype(float), rtol=1e-12
    )
    assert same.all() == (who == "token")
    assert desk.measuring.places.stale == frozenset()
