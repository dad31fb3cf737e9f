"""Going through the disagreements: adopt theirs, keep ours, the next one; every act can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from second_desk import ADDED, EMPTIED, NAME, PHONES, SecondDesk, second_file
from w2vpraat_gui.state import AppState
from w2vpraat_gui.work.comparing import adopting, comparing
from w2vpraat_gui.work.second_notes import SecondNotes, read_notes

from w2vpraat.compare.agreement.values import AnnotationPair
from w2vpraat.corpus.textgrid import TextGrid, edits, read_textgrid


@pytest.fixture
def theirs(corpus_folder: Path) -> Path:
    return second_file(corpus_folder)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, corpus_folder: Path) -> SecondDesk:
    return SecondDesk(qtbot, state, corpus_folder)


def _ends(grid: TextGrid) -> list[float]:
    return [item.end for item in grid.interval_tier(PHONES)]


# Adopt


@pytest.mark.parametrize("kind", ["boundary", "label", "missing in first", "missing in second"])
def test_adopting_makes_ours_theirs_and_undo_takes_it_back(desk: SecondDesk, theirs: Path, kind: str) -> None:
    desk.ready(theirs)
    before, one = desk.document.grid, desk.one(kind)
    desk.review.chosen = (one,)
    desk.actions_["second.adopt"].trigger()
    desk.ended()
    assert len(desk.acts) == 1
    assert one.kind not in [other.kind for other in desk.review.order if abs(other.time - one.time) < 1e-9]
    second = read_textgrid(theirs).interval_tier(PHONES)
    view, ours = desk.document.view, desk.phones
    if kind == "boundary":
        assert one.second_time in {edge for item in ours for edge in item[:2]}
        assert view.selection_start == view.selection_end == one.second_time
    elif kind == "label":
        assert ours.interval(6).label == "ɾ"
        assert (view.selection_start, view.selection_end) == ours.interval(6)[:2]
    elif kind == "missing in first":
        assert (second.interval(ADDED).end, "ʔ") in {(item.end, item.label) for item in ours}
    else:
        assert ours.interval(EMPTIED).label == ""
    assert view.tier == PHONES
    desk.undo()
    assert desk.document.grid == before
    assert one in desk.review.order


def test_all_boundaries_are_adopted_as_one_act(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    before = desk.document.grid
    wanted = [one for one in desk.review.order if one.kind == "boundary"]
    assert len(wanted) == 4
    assert wanted[1].first + 1 == wanted[2].first  # neighbours: the one moves an edge of the other's item
    desk.review.adopt_all(wanted)
    desk.ended()
    assert desk.acts == ["Adopt 4 of the second annotator's"]
    marks = {desk.review.mark(one) for one in wanted}
    assert marks.isdisjoint(desk.review.mark(one) for one in desk.review.order)
    edges = set(_ends(desk.document.grid))
    assert all(one.second_time in edges for one in wanted)
    small = desk.phones.interval(40).end  # 12 ms: it was not listed
    assert small == before.interval_tier(PHONES).interval(40).end
    desk.undo()
    assert desk.document.grid == before


def test_everything_adopted_is_what_the_second_has() -> None:
    # Every boundary and every third label differ; in one act the first becomes as the second.
    from w2vpraat.resources import sample_corpus

    grid = read_textgrid(sample_corpus() / f"{NAME}.TextGrid")
    second = grid
    for number in range(1, len(grid.interval_tier(PHONES))):
        item = second.interval_tier(PHONES).interval(number)
        later = second.interval_tier(PHONES).interval(number + 1)
        second = edits.move_boundary(second, PHONES, number, item.end + 0.3 * later.duration)
    for number in range(4, len(grid.interval_tier(PHONES)), 3):
        if grid.interval_tier(PHONES).interval(number).label:
            second = edits.set_label(second, PHONES, number, "ɥ")
    pair = AnnotationPair(NAME, grid, second, PHONES, PHONES)
    (compared,) = comparing(pair)
    assert len(compared.differing) > 100
    (adopted,) = adopting(pair, set(compared.marks))
    assert adopted.refused == ()
    assert len(adopted.done) == len(compared.differing)
    assert adopted.grid.interval_tier(PHONES).intervals == second.interval_tier(PHONES).intervals


def test_adopting_finds_its_place_in_a_grid_that_was_edited(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    one = desk.one("label")
    desk.review.chosen = (one,)
    # An interval before it is cut; the list doesn't know yet, and its numbers are old.
    item = desk.phones.interval(2)
    cut = edits.insert_boundary(desk.document.grid, PHONES, item.midpoint)
    desk.state.history.edit(desk.document, "Add boundary", cut)
    desk.review.adopt()
    desk.ended()
    assert desk.phones.interval(7).label == "ɾ"
    assert desk.phones.interval(6).label == cut.interval_tier(PHONES).interval(6).label


def test_an_edit_made_while_adopting_is_not_lost(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    desk.review.adopt_all((desk.one("label"),))
    desk.state.history.edit(
        desk.document, "Edit label", edits.set_label(desk.document.grid, PHONES, 2, "z")
    )  # the work has begun with the grid before
    desk.ended()
    assert desk.acts == ["Edit label", "Adopt label"]
    assert (desk.phones.interval(2).label, desk.phones.interval(6).label) == ("z", "ɾ")


@pytest.mark.parametrize("kind", ["missing in first", "missing in second"])
def test_many_intervals_take_few_comparisons(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    from w2vpraat_gui.work import comparing as second_work

    from w2vpraat.resources import sample_corpus

    grid = read_textgrid(sample_corpus() / f"{NAME}.TextGrid")
    second = grid
    for number in range(len(grid.interval_tier(PHONES)), 0, -1):
        item = grid.interval_tier(PHONES).interval(number)
        if item.label:
            second = edits.insert_boundary(second, PHONES, item.start + 0.6 * item.duration)
            second = edits.set_label(second, PHONES, number + 1, "ʔ")
    rounds: list[AnnotationPair] = []
    compare = second_work._agreement
    monkeypatch.setattr(second_work, "_agreement", lambda pair: (rounds.append(pair), compare(pair))[1])
    grids = (grid, second) if kind == "missing in first" else (second, grid)
    pair = AnnotationPair(NAME, *grids, PHONES, PHONES)
    (compared,) = comparing(pair)
    wanted = {mark for mark, one in zip(compared.marks, compared.differing, strict=True) if one.kind == kind}
    assert len(wanted) > 100
    rounds.clear()
    (adopted,) = adopting(pair, wanted)
    assert len(adopted.done) == len(wanted)
    assert len(rounds) <= 2
    n_new = [item.label for item in adopted.grid.interval_tier(PHONES)].count("ʔ")
    assert n_new == (len(wanted) if kind == "missing in first" else 0)


def test_what_is_gone_is_not_adopted(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    one = desk.one("label")
    desk.state.history.edit(
        desk.document, "Edit label", edits.set_label(desk.document.grid, PHONES, one.first, "ɾ")
    )
    desk.review.adopt_all((one,))
    desk.ended()
    assert desk.acts == ["Edit label"]
    assert "not there any more" in desk.notices[-1]


def test_two_adoptions_at_once_both_arrive(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    label, boundary = desk.one("label"), desk.one("boundary")
    desk.review.adopt_all((label,))
    desk.review.adopt_all((boundary,))
    desk.ended()
    assert desk.acts == ["Adopt label", "Adopt boundary"]
    assert len(desk.listed) == 5


# Keep


def test_kept_is_remembered_until_undone(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    before, one = desk.listed, desk.one("missing in second")
    desk.review.chosen = (one,)
    desk.review.keep()
    assert desk.acts == ["Keep mine"]
    assert len(desk.listed) == len(before) - 1
    # Another act on the session, whose undo brings back the whole session as it was.
    session = desk.state.session
    assert session is not None
    desk.state.update_session("Filter", filter="alice")
    desk.state.history.undo()
    assert desk.state.session is not None
    assert len(read_notes(desk.state.session.layout).kept[NAME, theirs.name]) == 1
    desk.state.history.undo()
    assert desk.listed == before
    assert read_notes(desk.state.session.layout) == SecondNotes()
    desk.state.history.redo()
    assert len(desk.listed) == len(before) - 1
    # A decision on the label holds while our boundaries move; one on a boundary doesn't when that moves.
    desk.review.chosen = (desk.one("label"), desk.one("boundary"))
    desk.review.keep()
    item = desk.phones.interval(3)
    desk.edit(edits.move_boundary(desk.document.grid, PHONES, 3, item.end - 0.002))
    assert ("boundary", 32.0) in desk.listed
    item = desk.phones.interval(5)
    desk.edit(edits.move_boundary(desk.document.grid, PHONES, 5, item.end - 0.002))
    assert "label" not in [kind for kind, _ in desk.listed]


def test_undo_of_older_acts_does_not_lose_the_second_file(desk: SecondDesk, theirs: Path) -> None:
    desk.open_session()
    desk.open_recording()
    desk.state.update_session("Filter", filter="alice")
    desk.load(theirs)
    desk.state.history.undo()
    session = desk.state.session
    assert session is not None
    assert session.filter == ""
    assert dict(session.second_grids) == {NAME: theirs}


def test_notes_that_make_no_sense_are_none() -> None:
    assert read_notes({"second": {"kept": [["a", "b", [1]]]}}) == SecondNotes()
    assert read_notes({"second": {"partners": 3}}) == SecondNotes()
    assert read_notes({"second": "yes"}) == SecondNotes()
    notes = SecondNotes(tier="ə", whole=True).with_partner("a", "p", "q")
    assert read_notes({"second": notes.as_layout()}) == notes


# Go


def test_next_goes_through_the_list_and_shows_each_place(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    view = desk.document.view
    assert view.length > 20
    shown = []
    for one in desk.review.order:
        desk.actions_["second.next"].trigger()
        assert desk.review.current == one
        assert view.tier == PHONES
        assert view.length <= 3.0 + 1e-9
        assert view.start <= view.selection_start <= view.selection_end <= view.end
        shown.append(view.selection_start)
    assert shown == sorted(shown)
    first = desk.review.order[0]
    desk.actions_["second.next"].trigger()  # around
    assert desk.review.current == first
    assert view.selection_start == view.selection_end == first.first_time


def test_after_a_decision_next_goes_to_what_took_its_place(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    desk.actions_["second.next"].trigger()
    first, second, third = desk.review.order[:3]
    assert desk.review.current == first
    desk.actions_["second.keep"].trigger()
    desk.actions_["second.next"].trigger()
    assert desk.review.current == second
    desk.actions_["second.adopt"].trigger()
    desk.ended()
    desk.actions_["second.next"].trigger()
    assert desk.review.mark(desk.review.current) == desk.review.mark(third)


def test_commands_without_a_second_grid_say_what_to_do(desk: SecondDesk) -> None:
    desk.open_session()
    desk.open_recording()
    assert not desk.actions_["second.next"].isEnabled()
    desk.review.next()
    desk.review.adopt()
    assert all("Load one" in one for one in desk.notices)
    assert desk.acts == []
