"""Sessions as values: what they start from, and how they are changed."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import InputError, SpeakerError, W2VPraatError
from w2vpraat.session.choices import CeilingChoice, ReviewMark, ceilings_for
from w2vpraat.session.session import Session, new_session


def token(number: int, start: float, *, tier: int = 1, name: str = "phones", recording: str = "ann") -> Token:
    """Return a token of 0.1 s."""
    return Token(
        f"{recording}#{tier}.{number}",
        f"{recording}.wav",
        recording,
        name,
        tier,
        number,
        "ɑ",
        "ɑ",
        start,
        start + 0.1,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "corpus"
    place.mkdir()
    for name in ("ann.wav", "ann.TextGrid", "bea.wav", "notes.txt"):
        (place / name).write_bytes(b"")
    return place


def test_a_folder_a_pair_or_one_file_is_a_session(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert new_session("corpus").sources == (folder,)
    assert new_session(["corpus/ann.wav", "corpus/ann.TextGrid"]).sources == (
        folder / "ann.wav",
        folder / "ann.TextGrid",
    )
    assert new_session(folder / "ann.TextGrid").settings.corpus == str(folder / "ann.TextGrid")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["gone"], "does not exist"),
        (["notes.txt"], "neither a folder, a sound file, a TextGrid nor a session"),
        (["bea.wav", "ann.TextGrid"], "different names .*call it bea.TextGrid"),
        ([], "nothing was named"),
        (["ann.wav", "x.w2vpraat"], "must be opened alone"),
    ],
)
def test_what_is_no_corpus_is_refused(folder: Path, names: list[str], message: str) -> None:
    (folder / "x.w2vpraat").write_text("{}")
    with pytest.raises(InputError, match=message):
        new_session([folder / name for name in names])


def test_changes_make_copies() -> None:
    session = Session()
    changed = (
        session.with_options("formants", ceiling_mode="token").with_filter("ann").with_ceiling("ann", 5000)
    )
    assert session == Session()
    assert changed.settings.formants.ceiling_mode == "token"
    assert changed.settings.ceilings == (CeilingChoice("ann", 5000.0),)
    assert changed.with_ceiling("ann", 5100).with_ceiling("ann", None).settings.ceilings == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.with_options("tokens", min_duration=-1.0),
        lambda session: session.with_options("tokens", min_duratoin=1.0),
        lambda session: session.with_filter('"open'),
        lambda session: session.with_ceiling("ann", 0.0),
        lambda session: session.with_ceiling("ann", float("nan")),
        lambda session: session.with_ceiling(" ", 5000.0),
        lambda session: session.with_metadata("ann", " ", "F"),
        lambda session: session.with_layout({"widget": object()}),
        lambda session: Session(review={"ann": ReviewMark(done=True)}),
    ],
)
def test_a_wrong_value_is_refused_when_it_is_made(change) -> None:
    with pytest.raises(W2VPraatError):
        change(Session())


def test_what_the_caller_does_later_changes_nothing() -> None:
    layout, review = {"panels": ["left"]}, {"ann#1.2": ReviewMark(done=True)}
    session = Session(layout=layout, review=review)
    layout["panels"].append("right")
    review.clear()
    assert session.layout == {"panels": ["left"]}
    assert session.mark("ann#1.2").done
    with pytest.raises(TypeError):
        session.review["ann#1.3"] = ReviewMark(done=True)  # type: ignore[index]


def test_a_session_can_be_pickled() -> None:
    session = Session(layout={"a": 1}).with_mark(token(2, 0.1), done=True).with_ceiling("ann", 5000)
    assert pickle.loads(pickle.dumps(session)) == session


def test_marks_say_something_or_are_forgotten() -> None:
    session = Session().with_mark(token(2, 0.1), done=True, tags=(" nasal", "nasal", ""))
    assert session.mark("ann#1.2").tags == ("nasal",)
    assert session.mark("ann#1.2").time == pytest.approx(0.15)
    assert session.tags_by_recording() == {"ann": ("done", "nasal")}
    assert session.with_mark(token(2, 0.1), done=False, tags=()).review == {}


def test_the_later_change_of_a_cell_counts() -> None:
    session = Session().with_metadata("ann", "sex", "M").with_metadata("ann", "sex", "F")
    assert [edit.value for edit in session.settings.metadata] == ["F"]


def test_marks_and_ceilings_follow_their_tokens() -> None:
    before = [token(n, n / 10) for n in range(1, 6)]
    session = (
        Session().with_mark(before[2], star=True).with_ceiling(before[3], 4800).with_ceiling("ann", 5000)
    )
    # An interval was added at the beginning.
    after = [token(1, 0.05), *(token(n + 1, n / 10) for n in range(1, 6))]
    moved, lost = session.found_again(after)
    assert lost == ()
    assert dict(moved.review) == {"ann#1.4": ReviewMark(star=True, tier="phones", time=before[2].middle)}
    assert [one.who for one in moved.settings.ceilings] == ["ann", "ann#1.5"]
    assert moved.ceiling_of(after[4]) == 4800
    assert moved.ceiling_of(after[3]) == 5000


def test_a_lost_mark_is_no_mark_of_the_token_with_its_number_and_comes_back_after_undo() -> None:
    before = [token(n, n / 10) for n in range(1, 4)]
    session = Session().with_mark(before[1], note="mine").with_ceiling(before[1], 4800)
    without = [before[0], token(2, before[2].start)]
    changed, lost = session.found_again(without)
    assert lost == ("ann#1.2",)
    assert changed.mark("ann#1.2") == ReviewMark()
    assert changed.ceiling_of(without[1]) is None
    assert changed.found_again(without) == (changed, ())
    assert changed.found_again(before) == (session, ())


def test_what_is_said_of_other_recordings_stays() -> None:
    session = Session().with_mark(token(2, 0.2, recording="bea"), done=True)
    assert session.found_again([token(2, 0.2)]) == (session, ())


def test_a_tier_that_was_moved_is_found_by_its_name() -> None:
    session = Session().with_mark(token(2, 0.2), done=True)
    words = [token(n, n / 10, name="words") for n in range(1, 4)]
    phones = [token(n, n / 10, tier=2) for n in range(1, 4)]
    moved, lost = session.found_again([*words, *phones])
    assert (list(moved.review), lost) == (["ann#2.2"], ())


def test_of_overlapping_tokens_none_is_guessed() -> None:
    said = [CeilingChoice("ann#1.9", 4800.0, "phones", 0.25)]
    assert ceilings_for(said, [token(1, 0.18), token(2, 0.22)]) == ({}, ("ann#1.9",))
    # A long token that holds the time is found behind shorter ones that do not.
    long = token(1, 0.0)
    object.__setattr__(long, "end", 1.0)
    assert ceilings_for(said, [long, token(2, 0.02), token(3, 0.1)]) == ({"ann#1.1": 4800.0}, ())


def test_metadata_that_name_nobody_are_an_error_of_the_speakers() -> None:
    with pytest.raises(SpeakerError, match="names neither"):
        Session().with_metadata("", "sex", "F")
