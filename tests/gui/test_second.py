"""A second annotator's TextGrid: loaded, compared after every edit; nothing of it is lost or written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from second_desk import ADDED, EMPTIED, MOVED, NAME, OTHER, PHONES, SecondDesk, second_file
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tier_pairs import namesakes
from w2vpraat_gui.views.tier_view import TierView
from w2vpraat_gui.work.second_notes import read_notes

from w2vpraat.corpus.textgrid import PointTier, TextGrid, edits, read_textgrid, write_textgrid
from w2vpraat.session.session_file import read_session, write_session


@pytest.fixture
def theirs(corpus_folder: Path) -> Path:
    return second_file(corpus_folder)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, corpus_folder: Path) -> SecondDesk:
    return SecondDesk(qtbot, state, corpus_folder)


# Load


def test_known_differences_make_a_known_list(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    ours, added = desk.phones, read_textgrid(theirs).interval_tier(PHONES).interval(ADDED)
    emptied = ours.interval(EMPTIED)
    expected = [
        ("boundary", 30.0),
        ("label", 1000.0 * ours.interval(6).duration),
        ("boundary", 25.0),
        ("boundary", 24.0),
        ("missing in second", 1000.0 * emptied.duration),
        ("missing in first", 1000.0 * added.duration),
    ]
    # The split moves the start of the vowel that follows, too.
    moved = ("boundary", round(1000.0 * (added.end - ours.interval(ADDED).start), 3))
    assert sorted(desk.listed) == sorted([(kind, round(size, 3)) for kind, size in expected] + [moved])
    assert desk.source.compared is not None
    numbers = desk.source.compared.numbers
    labelled = [item for item in ours if item.label.strip()]
    assert numbers["n_first"] == len(labelled) == numbers["n_second"]  # one less, one more
    assert (numbers["only_first"], numbers["only_second"]) == (1, 1)
    assert numbers["label_agreement"] == pytest.approx(1 - 1 / (len(labelled) - 1))
    assert sum(abs(one) > 1e-6 for one in desk.source.compared.differences) == len(MOVED) + 1


def test_second_grid_is_remembered_with_the_session(
    qtbot: QtBot, desk: SecondDesk, theirs: Path, tmp_path: Path
) -> None:
    desk.ready(theirs)
    session = desk.state.session
    assert session is not None
    assert dict(session.second_grids) == {NAME: theirs}
    desk.review.chosen = (desk.one("label"),)
    desk.actions_["second.keep"].trigger()
    kept = desk.listed
    assert ("label", pytest.approx(52.5)) not in kept
    write_session(desk.state.session, tmp_path / "mine.w2vpraat")  # type: ignore[arg-type]
    desk.open_recording(OTHER)
    assert not desk.source.is_open
    assert desk.document.second is None
    desk.open_session(read_session(tmp_path / "mine.w2vpraat"))
    assert not desk.review.order
    desk.open_recording()
    assert desk.document.second == read_textgrid(theirs)
    assert desk.listed == kept
    assert desk.notices == []


def test_second_file_is_never_written(desk: SecondDesk, theirs: Path, corpus_folder: Path) -> None:
    raw, stamp = theirs.read_bytes(), theirs.stat().st_mtime_ns
    desk.ready(theirs)
    desk.review.adopt_all(desk.review.order)
    desk.ended()
    assert desk.state.save(desk.document)
    desk.second.source.close()
    assert theirs.read_bytes() == raw
    assert theirs.stat().st_mtime_ns == stamp
    assert sorted(one.name for one in theirs.parent.iterdir()) == [theirs.name]
    saved = read_textgrid(corpus_folder / f"{NAME}.TextGrid")
    assert [item.label for item in saved.interval_tier(PHONES)].count("ʔ") == 1


def test_closing_forgets_the_file_and_keeps_decisions(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    desk.review.keep()
    n_listed = len(desk.listed)
    desk.actions_["second.close"].trigger()
    assert desk.document.second is None
    assert not desk.state.session.second_grids  # type: ignore[union-attr]
    assert not desk.actions_["second.next"].isEnabled()
    assert desk.listed == []
    desk.load(theirs)
    assert len(desk.listed) == n_listed


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("other recording", "it covers 0 to"),
        ("own", "this is the recording's own TextGrid"),
        ("no grid", "not a Praat file"),
        ("missing", "there is no such file"),
        ("empty", "the TextGrid has no tier"),
    ],
)
def test_wrong_file_is_refused_with_a_remedy(
    desk: SecondDesk, corpus_folder: Path, tmp_path: Path, case: str, words: str
) -> None:
    own = corpus_folder / f"{NAME}.TextGrid"
    wrong = tmp_path / "wrong.TextGrid"
    if case == "other recording":
        shutil.copy(corpus_folder / f"{OTHER}.TextGrid", wrong)
    elif case == "own":
        wrong.symlink_to(own)
    elif case == "no grid":
        wrong.write_text("Ceci n'est pas une grille", encoding="utf-8")
    elif case == "empty":
        write_textgrid(read_textgrid(own).with_tiers(()), wrong)
    desk.open_session()
    desk.open_recording()
    desk.load(wrong)
    assert not desk.source.is_open
    assert desk.source.path is None
    assert not desk.state.session.second_grids  # type: ignore[union-attr]
    (notice,) = desk.state.notices.shown
    assert notice.level == "error"
    assert words in notice.title
    assert notice.title.startswith("The second TextGrid is not shown")
    assert notice.remedy


def test_wrong_file_leaves_the_right_one(desk: SecondDesk, theirs: Path, corpus_folder: Path) -> None:
    desk.ready(theirs)
    before = desk.listed
    desk.load(corpus_folder / f"{OTHER}.TextGrid")
    assert len(desk.notices) == 1
    assert desk.source.path == theirs
    assert desk.listed == before


def test_file_that_is_gone_is_told_and_not_forgotten(desk: SecondDesk, theirs: Path, tmp_path: Path) -> None:
    desk.ready(theirs)
    write_session(desk.state.session, tmp_path / "mine.w2vpraat")  # type: ignore[arg-type]
    away = theirs.rename(tmp_path / "away")
    desk.open_session(read_session(tmp_path / "mine.w2vpraat"))
    desk.open_recording()
    assert len(desk.notices) == 1
    assert "there is no such file" in desk.notices[0]
    assert desk.source.path == theirs
    assert theirs.name in desk.panel.empty.text()
    away.rename(theirs)
    desk.source.read_again()
    desk.ended()
    assert desk.source.is_open


def test_folder_gives_every_recording_its_partner(
    desk: SecondDesk, theirs: Path, corpus_folder: Path
) -> None:
    nested = theirs.parent / "week 2"
    nested.mkdir()
    shutil.copy(corpus_folder / f"{OTHER}.TextGrid", nested / f"{OTHER.upper()}.textgrid")
    desk.open_session()
    desk.open_recording()
    desk.load(theirs.parent)
    assert desk.source.paths == {NAME: theirs, OTHER: nested / f"{OTHER.upper()}.textgrid"}
    assert desk.source.is_open
    desk.open_recording(OTHER)
    assert desk.source.is_open
    assert desk.listed == []
    assert desk.source.compared is not None
    assert desk.source.compared.numbers["label_agreement"] == 1.0
    desk.load(corpus_folder)  # nothing but the recordings' own files
    assert "no TextGrid here has the name of a recording" in desk.notices[-1]


# Tiers


def test_tiers_of_other_names_are_paired_by_choice(
    qtbot: QtBot, desk: SecondDesk, theirs: Path, tmp_path: Path
) -> None:
    grid = edits.rename_tier(read_textgrid(theirs), PHONES, "segments")
    desk.ready(write_textgrid(grid, tmp_path / "ben.TextGrid").source.path)  # type: ignore[union-attr]
    tiers = TierView()
    qtbot.addWidget(tiers)
    tiers.resize(800, 300)
    tiers.set_document(desk.document)
    assert [(row.tier, row.second) for row in tiers.rows] == [(1, False), (1, True), (2, False)]
    assert desk.source.tiers == (1, 1)  # the words: only they have a partner
    desk.source.choose_tier(PHONES)
    desk.ended()
    assert desk.source.tiers == (PHONES, 0)
    assert desk.source.compared is None
    desk.source.choose_partner(2)
    desk.ended()
    assert [row.tier for row in tiers.rows if row.second] == [1, 2]
    assert ("boundary", 30.0) in desk.listed
    session = desk.state.session
    assert session is not None
    assert read_notes(session.layout).partners == {NAME: {"phones": "segments"}}
    desk.source.choose_partner(0)
    desk.ended()
    assert desk.listed == []
    assert [row.tier for row in tiers.rows if row.second] == [1]


def test_tiers_are_drawn_again_when_the_second_comes_and_goes(
    qtbot: QtBot, desk: SecondDesk, theirs: Path
) -> None:
    desk.open_session()
    desk.open_recording()
    tiers = TierView()
    qtbot.addWidget(tiers)
    tiers.resize(800, 300)
    tiers.set_document(desk.document)
    tiers.show()
    qtbot.waitUntil(lambda: tiers.painted > 0)
    alone = tiers.painted
    desk.load(theirs)
    qtbot.waitUntil(lambda: tiers.painted > alone)
    desk.source.close()
    qtbot.waitUntil(lambda: tiers.painted == alone)


def test_chosen_partner_goes_before_a_namesake() -> None:
    names = ("a", "b", "a")
    grid = TextGrid(0.0, 1.0, tuple(PointTier(name, 0.0, 1.0) for name in names))
    assert namesakes(grid, grid) == {1: 1, 2: 2, 3: 3}
    assert namesakes(grid, grid, {"b": "a"}) == {1: 3, 2: 1}
    assert namesakes(grid, grid, {"a": ""}) == {2: 2}
    assert namesakes(grid, grid, {"a": "none of this name"}) == {2: 2}


def test_renamed_tier_is_noticed(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    desk.edit(edits.rename_tier(desk.document.grid, PHONES, "phonemes"))
    assert desk.source.tiers == (1, 1)
    assert desk.panel.summary.mine.itemText(1) == "2  phonemes"
    desk.undo()
    assert desk.source.tiers == (PHONES, PHONES)
    assert ("boundary", 30.0) in desk.listed


def test_tiers_without_anything_to_compare_say_so(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    before = desk.document.grid
    empty = [item._replace(label="") for item in before.interval_tier(PHONES)]
    desk.document.set_second(
        read_textgrid(theirs).with_tier(
            PHONES, before.interval_tier(PHONES).__class__("phones", 0.0, before.end)
        )
    )
    tier = before.interval_tier(PHONES)
    desk.edit(before.with_tier(PHONES, type(tier)(tier.name, tier.start, tier.end, tuple(empty))))
    assert "neither annotator has a labelled interval" in desk.panel.nothing.text()
    assert desk.notices == []  # it would come again after every edit


# After edits


def test_list_follows_edits_and_undo(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    before = desk.listed
    item = desk.phones.interval(3)
    desk.edit(edits.move_boundary(desk.document.grid, PHONES, 3, item.end + MOVED[3]))
    assert ("boundary", 30.0) not in desk.listed
    assert len(desk.listed) == len(before) - 1
    desk.undo()
    assert desk.listed == before
    desk.edit(edits.move_boundary(desk.document.grid, PHONES, 3, item.end - 0.010))
    assert ("boundary", 40.0) in desk.listed


def test_many_edits_are_compared_once(desk: SecondDesk, theirs: Path) -> None:
    desk.ready(theirs)
    compared: list[object] = []
    desk.state.jobs.added.connect(lambda job: compared.append(job) if job.key == "second:compare" else None)
    item = desk.phones.interval(3)
    for step in range(1, 11):
        grid = edits.move_boundary(desk.document.grid, PHONES, 3, item.end + 0.001 * step)
        desk.state.history.edit(desk.document, "Move boundary", grid)
    desk.ended()
    assert len(compared) == 1
    assert ("boundary", 20.0) in desk.listed
