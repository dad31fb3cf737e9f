"""Keys that add, remove, move, split, merge and align do what they do in Praat; refusals say why."""

from __future__ import annotations

import math

import pytest
from command_desk import END, GRID, CommandDesk, tier
from pytestqt.qtbot import QtBot
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState

from w2vpraat.corpus.textgrid import Point, PointTier, TextGrid

NOTHING = TextGrid(0.0, END, ())


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document) -> CommandDesk:
    return CommandDesk(qtbot, state, document)


def _labels(desk: CommandDesk, number: int) -> list[str]:
    return [item.label for item in desk.grid.tiers[number - 1].items]


def _times(desk: CommandDesk, number: int) -> list[float]:
    return [round(item[0], 6) for item in desk.grid.tiers[number - 1].items]


# Add


@pytest.mark.parametrize(
    ("keys", "select", "number", "times", "labels", "act"),
    [
        # The label of another tier stays with the left interval.
        ("Ctrl+F2", (1.3, 1.3, 1), 2, [0.0, 1.0, 1.3, 2.0], ["say", "heed", "", ""], "Add boundary"),
        ("Ctrl+F3", (1.0, 1.0, 1), 3, [0.5, 1.0, 1.2], ["H", "", "L"], "Add point"),
        ("Return", (1.0, 1.0, 3), 3, [0.5, 1.0, 1.2], ["H", "", "L"], "Add point"),
        ("Enter", (1.0, 1.0, 3), 3, [0.5, 1.0, 1.2], ["H", "", "L"], "Add point"),
        # A time selection inside an interval: both edges; one edge on a boundary: the other.
        ("Ctrl+2", (1.2, 1.4, 1), 2, [0.0, 1.0, 1.2, 1.4, 2.0], ["say", "heed", "", "", ""], "Add interval"),
        ("Ctrl+2", (1.0, 1.4, 1), 2, [0.0, 1.0, 1.4, 2.0], ["say", "heed", "", ""], "Add interval"),
        # With a cursor only: also at the latest boundary of any other tier before it, inside the interval.
        ("Ctrl+2", (1.7, 1.7, 1), 2, [0.0, 1.0, 1.5, 1.7, 2.0], ["say", "heed", "", "", ""], "Add interval"),
    ],
)
def test_keys_that_add(
    desk: CommandDesk,
    keys: str,
    select: tuple[float, float, int],
    number: int,
    times: list[float],
    labels: list[str],
    act: str,
) -> None:
    start, end, selected = select
    desk.view.select(start, end, tier=selected)
    desk.press(keys)
    assert _times(desk, number) == times
    assert _labels(desk, number) == labels
    assert desk.acts == [act]
    assert desk.view.tier == number
    desk.press("Ctrl+Z")
    assert desk.grid == GRID


@pytest.mark.parametrize(
    ("selected", "labels"),
    [
        ((0, 3), ["hid", ""]),  # the whole label stays left
        ((1, 1), ["h", "id"]),  # it divides at the text cursor
        ((0, 1), ["h", "id"]),  # of a part that is selected, nothing is lost
        ((3, 3), ["hid", ""]),
    ],
)
def test_a_label_divides_at_the_text_cursor(
    desk: CommandDesk, selected: tuple[int, int], labels: list[str]
) -> None:
    desk.view.select(1.2, tier=1)
    anchor, cursor = selected
    desk.editor.label_field.setSelection(anchor, cursor - anchor)
    desk.press("Return")
    assert _labels(desk, 1)[2:4] == labels


def test_with_a_time_selection_three_parts_of_the_label_go_to_three_intervals(desk: CommandDesk) -> None:
    desk.view.select(1.2, 1.3, tier=1)
    desk.editor.label_field.setSelection(1, 1)
    desk.press("Return")
    assert _labels(desk, 1) == ["s", "ei", "h", "i", "d", "d", ""]
    assert desk.selection == (1.2, 1.3, 1)


def test_what_was_typed_is_an_act_of_its_own_before_a_boundary(desk: CommandDesk) -> None:
    desk.view.select(1.0, 1.5, tier=1)
    desk.editor.edit_label()
    desk.qtbot.keyClicks(desk.editor.label_field, "abc")
    desk.view.select(1.2, tier=1)
    desk.press("Return")
    assert _labels(desk, 1)[2:4] == ["abc", ""]
    assert desk.acts == ["Edit label", "Add boundary"]
    desk.press("Ctrl+Z")
    assert _labels(desk, 1)[2] == "abc"
    desk.press("Ctrl+Z")
    assert desk.grid == GRID


def test_add_on_all_tiers_names_those_that_refuse(desk: CommandDesk) -> None:
    desk.view.select(1.2, tier=1)
    desk.press("Ctrl+F9")
    assert 1.2 in _times(desk, 1)
    assert 1.2 in _times(desk, 2)
    assert desk.acts == ["Add boundary on all tiers"]
    assert len(desk.notices) == 1
    assert '"tones"' in desk.notices[0]


def test_during_playback_boundaries_go_to_the_play_cursor(desk: CommandDesk) -> None:
    desk.view.select(0.5, 1.0, tier=1)
    desk.view.set_playing(1.25)
    desk.press("Ctrl+F1")
    assert 1.25 in _times(desk, 1)
    # The field showed another label: this one stays left whole.
    assert _labels(desk, 1)[2:4] == ["hid", ""]
    desk.view.set_playing(1.6)
    desk.press("Ctrl+2")
    assert 1.6 in _times(desk, 2)
    desk.view.set_playing(0.7)
    desk.press("Return")
    assert 0.7 in _times(desk, desk.view.tier)


# Remove and move


def test_remove_joins_the_labels(desk: CommandDesk) -> None:
    desk.view.select(1.0, tier=1)
    desk.press("Alt+Backspace")
    assert _labels(desk, 1) == ["s", "eihid", "d", ""]
    assert desk.acts == ["Remove boundary"]
    desk.view.select(1.2, tier=3)
    desk.press("Alt+Backspace")
    assert _labels(desk, 3) == ["H"]
    assert desk.acts[-1] == "Remove point"


@pytest.mark.parametrize(
    ("keys", "moved"),
    [
        ("Ctrl+[", -1 / 16000),
        ("Ctrl+]", 1 / 16000),
        ("Alt+[", -0.001),
        ("Alt+]", 0.001),
        ("Ctrl+Alt+[", -0.005),
        ("Ctrl+Alt+]", 0.005),
        ("Alt+Shift+[", -0.010),
        ("Alt+Shift+]", 0.010),
    ],
)
def test_nudges_move_the_selected_boundary(desk: CommandDesk, keys: str, moved: float) -> None:
    assert desk.document.info.rate == 16000
    desk.view.select(0.5, 1.0, tier=1)
    desk.press(keys)
    assert desk.grid.tiers[0].items[1][0] == pytest.approx(0.5 + moved, abs=1e-9)
    assert desk.acts == ["Move boundary"]
    # The edge of the selection goes with the boundary, so the next press moves it again.
    assert desk.view.selection_start == desk.grid.tiers[0].items[1][0]
    desk.press(keys)
    assert desk.grid.tiers[0].items[1][0] == pytest.approx(0.5 + 2 * moved, abs=1e-9)
    desk.press("Ctrl+Z")
    desk.press("Ctrl+Z")
    assert desk.grid == GRID


def test_a_nudge_by_a_sample_lands_between_two_samples(desk: CommandDesk) -> None:
    grid = TextGrid(0.0, END, (tier("phones", (0.50001, "a"), (END, "b")),))
    desk.document.grid = grid
    desk.view.select(0.50001, tier=1)
    desk.press("Ctrl+]")
    time = desk.grid.tiers[0].items[0].end
    assert math.isclose(time * 16000, round(time * 16000), abs_tol=1e-6)
    assert 0.50001 < time < 0.5002


def test_the_end_of_a_selection_is_nudged_where_its_start_is_no_boundary(desk: CommandDesk) -> None:
    desk.view.select(0.7, 1.0, tier=1)
    desk.press("Alt+]")
    assert desk.grid.tiers[0].items[2][0] == pytest.approx(1.001)
    assert desk.selection == (0.7, 1.001, 1)


def test_boundary_to_cursor_and_to_zero(desk: CommandDesk) -> None:
    desk.view.select(1.1, tier=1)
    desk.press("Ctrl+T")
    assert _times(desk, 1)[2] == 1.1
    desk.press("Alt+0")
    zero = desk.grid.tiers[0].items[2][0]
    assert zero != 1.1
    assert abs(zero - 1.1) < 0.02
    assert desk.view.selection_start == zero


def test_merge_and_split(desk: CommandDesk) -> None:
    desk.view.select(0.6, 1.7, tier=1)
    desk.press("Ctrl+M")
    assert _labels(desk, 1) == ["s", "eihidd", ""]
    assert desk.selection == (0.5, 2.0, 1)
    desk.commands.boundaries.split_into(3)
    assert _times(desk, 1) == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert _labels(desk, 1) == ["s", "eihidd", "", "", ""]
    assert desk.acts == ["Merge intervals", "Split interval"]


def test_split_asks_for_the_number_of_parts(desk: CommandDesk) -> None:
    from PySide6.QtWidgets import QInputDialog

    desk.view.select(0.5, 1.0, tier=1)
    desk.actions_["interval.split"].trigger()
    box = desk.editor.findChild(QInputDialog, "split_interval")
    assert box is not None
    box.setIntValue(5)
    box.accept()
    assert _times(desk, 1)[1:6] == [0.5, 0.6, 0.7, 0.8, 0.9]


# Align


def test_align_makes_words_and_phones_as_one_act(desk: CommandDesk) -> None:
    marks = ((0.25, ""), (1.85, "say heed again"), (END, ""))
    grid = TextGrid(0.0, END, (tier("text", *marks), PointTier("tones", 0.0, END, (Point(0.5, "H"),))))
    desk.document.grid = grid
    desk.view.select(0.3, tier=1)
    desk.press("Ctrl+D")
    assert [job.title for job in desk.state.jobs.running()] == ["Align interval in English (Great Britain)"]
    desk.ended()
    assert desk.grid.tier_names == ("text", "text/word", "text/phon", "tones")
    assert _labels(desk, 2) == ["", "say", "heed", "again", ""]
    assert desk.acts == ["Align interval"]
    assert desk.selection == (0.25, 1.85, 1)
    assert "draft" in desk.notices[0]
    desk.press("Ctrl+Z")
    assert desk.grid == grid


def test_an_edit_while_aligning_is_not_overwritten(desk: CommandDesk) -> None:
    marks = ((0.25, ""), (1.85, "say heed again"), (END, ""))
    desk.document.grid = TextGrid(0.0, END, (tier("text", *marks),))
    desk.view.select(0.3, tier=1)
    desk.press("Ctrl+D")
    desk.press("Return")
    edited = desk.grid
    desk.ended()
    assert desk.grid == edited
    assert "Align the interval again" in desk.notices[-1]


# Refusals: a notice with time or tier and what to do, and nothing changes


@pytest.mark.parametrize(
    ("keys", "select", "said"),
    [
        ("Ctrl+F1", (1.0, 1.0, 1), ("1 s", "boundary at this time already")),
        ("Ctrl+1", (0.7, 1.2, 1), ("1 s", "crosses a boundary")),
        ("Ctrl+1", (0.5, 1.0, 1), ("0.5", "both edges")),
        ("Ctrl+F3", (0.5, 0.5, 1), ("0.5 s", "point at this time already")),
        ("Ctrl+F8", (0.7, 0.7, 1), ("tier 8", "numbered 1 to 3")),
        ("Ctrl+8", (0.7, 0.7, 1), ("tier 8", "numbered 1 to 3")),
        ("Alt+Backspace", (0.7, 0.7, 1), ("0.7 s", "click on one")),
        ("Alt+]", (0.7, 0.7, 1), ("0.7 s", "no boundary is selected")),
        ("Ctrl+T", (1.0, 1.0, 1), ("1 s", "at the cursor already")),
        ("Ctrl+M", (0.6, 0.7, 1), ("fewer than two", "select a stretch")),
        ("Ctrl+D", (1.2, 1.2, 3), ("point tier", "interval tier")),
        ("Ctrl+D", (3.0, 3.0, 1), ("no text", "type what is said")),
        ("Shift+F5", (1.0, 1.0, 1), ("needs a selection", "select a stretch")),
        ("F7", (1.0, 1.0, 1), ("no cross", "click in the spectrogram")),
        ("F1", (0.0, 20.0, 1), ("20 s are selected", "select less")),
        ("Ctrl+Y", (1.0, 1.0, 1), ("nothing to do again", "")),
        ("Ctrl+Z", (1.0, 1.0, 1), ("nothing to undo", "")),
        ("Ctrl+Shift+Up", (1.0, 1.0, 1), ("first", "phones")),
    ],
)
def test_refusals_say_why_and_change_nothing(
    desk: CommandDesk, keys: str, select: tuple[float, float, int], said: tuple[str, str]
) -> None:
    start, end, number = select
    desk.view.select(start, end, tier=number)
    desk.press(keys)
    assert desk.grid == GRID
    assert desk.acts == []
    assert len(desk.notices) == 1
    assert all(word in desk.notices[0] for word in said)


def test_a_boundary_can_not_pass_its_neighbour(desk: CommandDesk) -> None:
    desk.document.grid = TextGrid(0.0, END, (tier("t", (0.5, "a"), (0.505, "b"), (END, "c")),))
    desk.view.select(0.5, tier=1)
    desk.press("Alt+Shift+]")
    assert desk.acts == []
    assert "must stay between" in desk.notices[0]


@pytest.mark.parametrize("keys", ["Return", "Alt+Right", "Alt+Down", "Alt+Backspace", "Ctrl+M", "F1"])
def test_without_a_tier_keys_say_so(qtbot: QtBot, state: AppState, document: Document, keys: str) -> None:
    desk = CommandDesk(qtbot, state, document, NOTHING)
    desk.view.select(1.0)
    desk.press(keys)
    if keys == "F1":
        desk.ended()
        assert desk.readings
    else:
        assert "no tier" in desk.notices[0]


def test_without_a_recording_keys_say_so(desk: CommandDesk) -> None:
    desk.state.close_document(desk.document)
    desk.commands.boundaries.run(desk.commands.boundaries.add_on_selected_tier)
    assert "no recording is open" in desk.notices[0]


def test_points_can_be_moved_past_others_but_not_onto_them(
    qtbot: QtBot, state: AppState, document: Document
) -> None:
    grid = TextGrid(0.0, END, (PointTier("t", 0.0, END, (Point(1.0, "a"), Point(1.004, "b"))),))
    desk = CommandDesk(qtbot, state, document, grid)
    desk.view.select(1.0, tier=1)
    desk.press("Ctrl+Alt+]")
    assert [point.label for point in desk.grid.tiers[0].items] == ["b", "a"]
    assert desk.acts == ["Move point"]
