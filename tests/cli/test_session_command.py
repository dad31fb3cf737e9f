"""A session file on the command line does the job of the window."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from w2vpraat.acoustics import measure_recording
from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.textgrid import edits, read_textgrid, write_textgrid
from w2vpraat.corpus.token_values import Token
from w2vpraat.params import FormantParams
from w2vpraat.pipeline.measuring import Measurements, ceilings_by_hand, measuring
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.session.measured import MeasuredStore
from w2vpraat.session.session import Session, new_session
from w2vpraat.session.session_file import write_session


def opened(session: Session) -> Opened:
    found = list(opening(session.settings))[-1]
    assert isinstance(found, Opened)
    return found


@pytest.fixture
def session(corpus: Path) -> Session:
    return (
        new_session(corpus)
        .with_speakers(corpus / "speakers.csv")
        .with_options("tokens", labels=("iː", "ɑ"))
        .with_options("formants", ceiling_mode="sex", points=(0.3, 0.5))
    )


def table(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "tokens.csv", keep_default_na=False, na_values=[""])


def expected(corpus: Path, token: Token, ceiling: float) -> list[float]:
    params = FormantParams(ceiling_mode="fixed", ceiling=ceiling, points=(0.3, 0.5))
    audio = read_audio(corpus / token.file_name)
    return measure_recording(audio, [token], formants=params, pitch=None, intensity=None)["F2"].tolist()


def test_ceilings_set_by_hand_are_those_that_are_measured_with(w2v, corpus: Path, session: Session) -> None:
    tokens = opened(session).tokens.kept
    ann, carl = tokens[1], next(token for token in tokens if token.speaker == "carl")
    path = corpus / "work.w2vpraat"
    write_session(session.with_ceiling(ann, 4321).with_ceiling("carl", 6100).with_ceiling(carl, 4600), path)
    plain = corpus.parent / "plain"
    assert w2v("measure", write_session(session, corpus / "plain.w2vpraat"), "-o", plain).code == 0
    said = w2v("measure", path, "-o", corpus.parent / "out")
    assert said.code == 0
    before, after = table(plain), table(corpus.parent / "out")
    by_hand = {ann.id: 4321.0, carl.id: 4600.0}
    for token, ceiling in ((ann, 4321.0), (carl, 4600.0), (tokens[-1], 5000.0)):
        rows = after[after["id"] == token.id]
        assert rows["max_formant"].tolist() == [ceiling] * 2
        assert rows["F2"].tolist() == pytest.approx(expected(corpus, token, ceiling), rel=1e-9)
    of_carl = after[(after["speaker"] == "carl") & ~after["id"].isin(by_hand)]
    assert set(of_carl["max_formant"]) == {6100.0}
    noted = after["measure_note"].fillna("").str.contains("ceiling set by hand")
    assert noted.tolist() == (after["id"].isin(by_hand) | (after["speaker"] == "carl")).tolist()
    same = ~noted
    pd.testing.assert_frame_equal(after.loc[same, ["id", "F1", "F2"]], before.loc[same, ["id", "F1", "F2"]])
    record = json.loads((corpus.parent / "out" / "provenance.json").read_bytes())
    assert record["measurements"]["ceilings_by_hand"] == {**by_hand, "carl": 6100.0}
    assert record["settings"]["ceilings"][ann.id]["ceiling"] == 4321.0
    assert "ceilings_by_hand" not in json.loads((plain / "provenance.json").read_bytes())["measurements"]


@pytest.mark.parametrize("mode", ["fixed", "speaker", "token"])
def test_a_ceiling_set_by_hand_goes_before_every_mode(corpus: Path, session: Session, mode: str) -> None:
    token = opened(session).tokens.kept[0]
    chosen = session.with_options("formants", ceiling_mode=mode).with_ceiling(token, 4567)
    measured = list(measuring(opened(chosen)))[-1]
    assert isinstance(measured, Measurements)
    found = measured.table
    own = found[found["id"] == token.id]
    assert set(own["max_formant"]) == {4567.0}
    assert own["F2"].tolist() == pytest.approx(expected(corpus, token, 4567.0), rel=1e-9)
    assert 4567.0 not in set(found.loc[found["id"] != token.id, "max_formant"])
    assert found["F2"].notna().all()


def test_the_cache_tells_ceilings_apart(session: Session, tmp_path: Path) -> None:
    token = opened(session).tokens.kept[0]
    store = MeasuredStore(tmp_path / "measured")

    def ceilings(hertz: float | None) -> set[float]:
        chosen = session if hertz is None else session.with_ceiling(token, hertz)
        events = list(measuring(opened(chosen), store))
        table = events[-1].table  # type: ignore[union-attr]
        return set(table.loc[table["id"] == token.id, "max_formant"])

    assert [ceilings(one) for one in (None, 4567, 4800, None, 4567)] == [
        {5500.0},
        {4567.0},
        {4800.0},
        {5500.0},
        {4567.0},
    ]
    # Only the recording of the token is measured again.
    events = list(measuring(opened(session.with_ceiling(token, 4900)), store))
    assert [event.name for event in events[:-1] if not event.cached] == ["ann"]


def test_the_run_is_repeated_by_its_settings_file(w2v, corpus: Path, session: Session) -> None:
    token = opened(session).tokens.kept[0]
    path = write_session(
        session.with_ceiling(token, 4567).with_metadata("ann", "dialect", "north"), corpus / "a.w2vpraat"
    )
    one, two = corpus.parent / "one", corpus.parent / "two"
    w2v("measure", path, "-o", one)
    assert w2v("measure", "--config", one / "w2vpraat.toml", "-o", two).code == 0
    assert (one / "tokens.csv").read_bytes() == (two / "tokens.csv").read_bytes()


def test_a_ceiling_follows_its_token_and_is_told_when_the_token_is_gone(
    corpus: Path, session: Session
) -> None:
    token = opened(session).tokens.kept[0]
    chosen = session.with_ceiling(token, 4567)
    assert ceilings_by_hand(opened(chosen)) == ({token.id: 4567.0}, ())
    grid = read_textgrid(corpus / "ann.TextGrid")
    # A boundary in the silence before the token: all numbers move by one.
    write_textgrid(edits.insert_boundary(grid, 1, 0.05), corpus / "ann.TextGrid")
    assert token.id == "ann#1.2"
    assert ceilings_by_hand(opened(chosen)) == ({"ann#1.3": 4567.0}, ())
    left_out = opened(chosen.with_options("tokens", labels=("ɑ",)))
    assert ceilings_by_hand(left_out) == ({}, ())
    gone = opened(chosen.with_options("tokens", tier="1").with_ceiling("nobody", 5000))
    assert ceilings_by_hand(gone) == ({"ann#1.3": 4567.0}, ("nobody",))


def test_a_ceiling_of_nobody_is_told(w2v, corpus: Path, session: Session) -> None:
    path = write_session(session.with_ceiling("nobody", 4567), corpus / "a.w2vpraat")
    said = w2v("measure", path, "-o", corpus.parent / "out")
    assert (
        "Note: formant ceilings set by hand that fit no token or speaker of this run were not used: nobody."
        in (said.out)
    )


def test_options_win_over_the_session(w2v, corpus: Path, session: Session) -> None:
    path = write_session(session, corpus / "a.w2vpraat")
    assert "16 tokens, 4 speakers" in w2v("tokens", path).out
    assert "8 tokens, 4 speakers" in w2v("tokens", path, "--labels", "uː").out
    (corpus / "w2vpraat.toml").write_text('[tokens]\nlabels = ["ɑ"]\n')
    assert "8 tokens, 4 speakers" in w2v("tokens", path, "--config", corpus / "w2vpraat.toml").out
    (corpus / "two.csv").write_text("file_name,speaker\nann.wav,x\nbea.wav,x\ncarl.wav,y\ndan.wav,y\n")
    assert "16 tokens, 2 speakers" in w2v("tokens", path, "--speakers", corpus / "two.csv").out


def test_metadata_and_further_files_of_the_session_are_used(w2v, corpus: Path, session: Session) -> None:
    other = corpus.parent / "other"
    other.mkdir()
    for suffix in (".wav", ".TextGrid"):
        (corpus / f"dan{suffix}").rename(other / f"dan{suffix}")
    chosen = session.with_sources([corpus, other / "dan.wav"])
    chosen = chosen.with_metadata("ann", "sex", "M").with_metadata("ann", "dialect", "north")
    said = w2v("measure", write_session(chosen, corpus / "a.w2vpraat"), "-o", corpus.parent / "out")
    assert said.code == 0
    found = table(corpus.parent / "out").drop_duplicates("id")
    assert set(found["file_name"]) == {"ann.wav", "bea.wav", "carl.wav", "other/dan.wav"}
    ann = found[found["speaker"] == "ann"]
    assert set(ann["sex"]) == {"M"}
    assert set(ann["max_formant"]) == {5000.0}
    assert set(ann["dialect"]) == {"north"}
    assert (corpus / "speakers.csv").read_text().startswith("file_name,speaker,sex\nann.wav,ann,F\n")


def test_a_newer_or_missing_session_is_one_line(w2v, corpus: Path) -> None:
    path = corpus / "new.w2vpraat"
    path.write_text('{"w2vpraat": 99}')
    said = w2v("run", path, "-o", corpus.parent / "out")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "update w2vpraat" in said.err
    assert not (corpus.parent / "out").exists()
    assert "no such session" in w2v("tokens", corpus / "gone.w2vpraat").err
