"""Further tiers stand on the intervals of their tokens, and the file's own bytes stay."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.textgrid import PointTier, TextGrid, read_textgrid, write_textgrid
from w2vpraat.corpus.textgrid.edits import (
    add_point_tier,
    insert_boundary,
    insert_point,
    move_boundary,
    set_label,
)
from w2vpraat.corpus.token_values import Token
from w2vpraat.corpus.tokens import select_tokens
from w2vpraat.errors import TextGridError
from w2vpraat.export.added_tiers import TokenTier, add_score_tiers, tokens_there
from w2vpraat.params import TokenParams
from w2vpraat.resources import sample_corpus

NAME = "us_m_liam"
VOWELS = TokenParams(tier="phones", label_map="ipa", label_class="vowel")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiers")
    for suffix in (".flac", ".TextGrid"):
        shutil.copy(sample_corpus() / f"{NAME}{suffix}", made)
    return made


@pytest.fixture(scope="module")
def tokens(folder: Path) -> tuple[Token, ...]:
    return select_tokens(discover(folder), VOWELS).kept


@pytest.fixture
def grid(folder: Path) -> TextGrid:
    return read_textgrid(folder / f"{NAME}.TextGrid")


def test_tiers_have_the_intervals_of_the_tokens_tier(grid: TextGrid, tokens: tuple[Token, ...]) -> None:
    first, second, *rest = tokens
    labels = TokenTier("nearest (phone layer 4)", {one.id: one.label for one in tokens} | {second.id: ""})
    scores = TokenTier(
        "posterior", {first.id: 0.98765, second.id: -0.0001, rest[0].id: float("nan"), rest[1].id: None}
    )
    frames = TokenTier("frames", {one.id: 7 for one in tokens})
    made = add_score_tiers(grid, tokens, [labels, scores, frames])
    names = ("phones nearest (phone layer 4)", "phones posterior", "phones frames")
    assert made.tier_names == (*grid.tier_names, *names)
    source = grid.interval_tier("phones")
    for name in names:
        assert [one[:2] for one in made.interval_tier(name)] == [one[:2] for one in source]
    written = made.interval_tier(names[0])
    known = {one.interval: one.label for one in tokens if one is not second}
    assert {n: one.label for n, one in written.numbered() if one.label} == known
    filled = {n: one.label for n, one in made.interval_tier(names[1]).numbered() if one.label}
    assert filled == {first.interval: "0.988", second.interval: "0.000"}
    assert {one.label for one in made.interval_tier(names[2])} == {"", "7"}


def test_a_second_call_replaces_its_tier(grid: TextGrid, tokens: tuple[Token, ...]) -> None:
    one = add_score_tiers(grid, tokens, [TokenTier("frames", {tokens[0].id: 3})])
    two = add_score_tiers(one, tokens, [TokenTier("frames", {tokens[0].id: 5})])
    assert two.tier_names == one.tier_names
    assert two.interval_tier("phones frames").interval(tokens[0].interval).label == "5"


def test_edits_since_the_measurement_move_tokens_and_lose_those_that_changed(
    grid: TextGrid, tokens: tuple[Token, ...]
) -> None:
    first, second, third, *_ = tokens
    tier = grid.tier_number("phones")
    # A boundary in the pause before everything: all numbers are one higher.
    silence = grid.interval_tier(tier).interval(1)
    edited = insert_boundary(grid, tier, silence.midpoint)
    edited = move_boundary(edited, tier, second.interval + 1, second.end + 0.004)
    edited = set_label(edited, tier, third.interval + 1, "x")
    there, gone = tokens_there(edited, tokens)
    assert set(gone) == {second, third}
    assert dict(there)[first] == first.interval + 1
    relabelled = set_label(grid, tier, first.interval, "x")
    assert tokens_there(relabelled, tokens)[1] == (first,)
    made = add_score_tiers(edited, tokens, [TokenTier("n", {one.id: 1 for one in tokens})])
    assert made.interval_tier("phones n").interval(first.interval + 1).label == "1"
    assert made.interval_tier("phones n").interval(second.interval + 1).label == ""
    with pytest.raises(TextGridError, match="no token of this recording"):
        add_score_tiers(edited, [second], [TokenTier("n", {second.id: 1})])


@pytest.mark.parametrize(
    ("form", "encoding"),
    [("long", "utf-8"), ("long", "utf-16"), ("short", "utf-8"), ("short", "utf-16"), ("binary", None)],
)
def test_the_bytes_of_the_files_own_tiers_stay(
    grid: TextGrid, tokens: tuple[Token, ...], tmp_path: Path, form: str, encoding: str | None
) -> None:
    old = write_textgrid(grid, tmp_path / "old.TextGrid", form=form, encoding=encoding)
    before = (tmp_path / "old.TextGrid").read_bytes()
    made = add_score_tiers(old, tokens, [TokenTier("answer", {one.id: "ɜː" for one in tokens})])
    new = write_textgrid(made, tmp_path / "new.TextGrid")
    assert new == made
    assert (new.form, new.encoding) == (form, old.encoding)
    after = (tmp_path / "new.TextGrid").read_bytes()
    # Only the number of tiers differs, and the new tier comes last.
    first = next(n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
    assert before[:first] == after[:first]
    tail = before[first + 1 :]
    assert after[first + 1 : first + 1 + len(tail)] == tail
    assert len(after) > len(before)
    assert (tmp_path / "old.TextGrid").read_bytes() == before


def test_points(folder: Path, grid: TextGrid) -> None:
    pointed = add_point_tier(grid, "tones")
    tier = pointed.tier_number("tones")
    for time, label in ((0.4, "H"), (0.7, "L"), (0.9, "H")):
        pointed = insert_point(pointed, tier, time, label)
    corpus = discover(folder).with_grids({NAME: pointed})
    tokens = select_tokens(corpus, TokenParams(tier="tones", point_window=0.02)).kept
    assert [one.middle for one in tokens] == pytest.approx([0.4, 0.7, 0.9])
    edited = insert_point(pointed, tier, 0.2, "L")
    made = add_score_tiers(edited, tokens, [TokenTier("score", {tokens[0].id: 0.5, tokens[2].id: 0.25})])
    found = made.tier("tones score")
    assert isinstance(found, PointTier)
    assert [(one.time, one.label) for one in found] == [(0.4, "0.500"), (0.9, "0.250")]


@pytest.mark.shared_data
def test_broken_tiers_of_real_files(shared_data: Path) -> None:
    corpus = discover(shared_data / "textgrids")
    chosen = select_tokens(corpus, TokenParams())
    assert chosen.kept
    n = 0
    for name, tokens in chosen.by_recording().items():
        grid = corpus.grid(corpus.recording(name))
        there, gone = tokens_there(grid, tokens)
        assert not gone, name
        assert all(token.interval == number for token, number in there)
        made = add_score_tiers(grid, tokens, [TokenTier("n", {one.id: 1 for one in tokens})])
        assert len(made) > len(grid)
        n += len(there)
    assert n > 100
