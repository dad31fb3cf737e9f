"""Labelled stretches: pauses, classes of labels, and metadata on labelled, voiced or all frames."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.task_spans import SILENCE, Spans, column_spans, tier_spans, value_of
from w2vpraat.corpus.tasks import ClassMap
from w2vpraat.corpus.token_values import Rejected, Token


def token(
    start: float,
    end: float,
    label: str,
    *,
    speaker: str = "ann",
    tier: int = 1,
    metadata: Mapping[str, str] | None = None,
) -> Token:
    return Token(
        f"r#{tier}.1",
        "r.wav",
        speaker,
        f"t{tier}",
        tier,
        1,
        label,
        label,
        start,
        end,
        metadata=metadata or {},
    )


def rows(spans: Spans) -> list[tuple[float, float, str]]:
    return list(zip(spans.starts, spans.ends, spans.labels, strict=True))


KEPT = [token(0.2, 0.3, "a"), token(0.3, 0.5, "s"), token(0.5, 0.6, "SIL"), token(0.6, 0.7, "sp")]
REJECTED = [
    Rejected(token(0.0, 0.2, ""), "empty"),
    Rejected(token(0.7, 0.8, "pau"), "silence"),
    Rejected(token(0.8, 0.9, "??"), "unknown_symbol"),
    Rejected(token(0.9, 1.0, "x"), "label"),
    Rejected(token(1.0, 1.0, ""), "empty"),
]


def test_pauses_are_a_class_of_their_own() -> None:
    assert rows(tier_spans(KEPT, REJECTED)) == [
        (0.0, 0.2, SILENCE),
        (0.2, 0.3, "a"),
        (0.3, 0.5, "s"),
        (0.5, 0.6, SILENCE),
        (0.6, 0.7, SILENCE),
        (0.7, 0.8, SILENCE),
    ]


def test_pauses_are_not_asked() -> None:
    assert rows(tier_spans(KEPT, REJECTED, silence="ignore")) == [(0.2, 0.3, "a"), (0.3, 0.5, "s")]


def test_labels_that_a_map_does_not_know_are_not_asked() -> None:
    found = tier_spans(KEPT, REJECTED, silence="ignore", classes=ClassMap("m", {"a": "vowel"}))
    assert rows(found) == [(0.2, 0.3, "vowel")]
    found = tier_spans(KEPT, REJECTED, classes=ClassMap("m", {"a": "vowel"}))
    assert set(found.labels) == {"vowel", SILENCE}


def test_no_intervals_no_spans() -> None:
    assert len(tier_spans([], [])) == 0
    assert rows(tier_spans([], REJECTED[:1])) == [(0.0, 0.2, SILENCE)]


def test_with_a_tier_per_speaker_it_is_silent_only_where_nobody_speaks() -> None:
    kept = [token(0.0, 1.0, "a", speaker="ann"), token(1.5, 2.0, "o", speaker="bob", tier=2)]
    rejected = [
        Rejected(token(1.0, 3.0, ""), "empty"),
        Rejected(token(0.0, 1.5, "", speaker="bob", tier=2), "empty"),
        Rejected(token(2.0, 2.5, "noise", speaker="bob", tier=2), "unknown_symbol"),
        Rejected(token(2.5, 3.0, "", speaker="bob", tier=2), "empty"),
    ]
    found = rows(tier_spans(kept, rejected))
    assert [row for row in found if row[2] != SILENCE] == [(0.0, 1.0, "a"), (1.5, 2.0, "o")]
    silent = [(start, end) for start, end, label in found if label == SILENCE]
    assert set(silent) == {(1.0, 1.5), (2.5, 3.0)}


cuts = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8), st.booleans()), max_size=8)


@settings(deadline=None)
@given(cuts, cuts)
def test_silence_of_two_tiers_by_brute_force(
    ann: list[tuple[int, int, bool]], bob: list[tuple[int, int, bool]]
) -> None:
    kept, rejected = [], []
    for tier, intervals in ((1, ann), (2, bob)):
        for start, length, spoken in intervals:
            one = token(float(start), float(start + length), "a" if spoken else "", tier=tier)
            if spoken:
                kept.append(one)
            else:
                rejected.append(Rejected(one, "empty"))
    spans = [row for row in rows(tier_spans(kept, rejected)) if row[2] == SILENCE]
    both = bool({one.tier_number for one in kept} | {one.token.tier_number for one in rejected}) and (
        len({one.tier_number for one in kept} | {one.token.tier_number for one in rejected}) == 2
    )
    for moment in (place + 0.5 for place in range(40)):
        silent = any(one.token.start <= moment < one.token.end for one in rejected)
        said = any(one.start <= moment < one.end for one in kept)
        covered = any(start <= moment < end for start, end, _ in spans)
        assert covered == (silent and not (both and said))


F, M = {"sex": "female", "dialect": " north "}, {"sex": "m", "dialect": ""}


def test_values() -> None:
    one = token(0, 1, "a", metadata=F)
    assert [value_of(one, name) for name in ("speaker", "sex", "dialect", "age")] == ["ann", "F", "north", ""]
    assert value_of(token(0, 1, "a", metadata={"Gender": "Mann"}), "sex") == "M"


TOKENS = [
    token(0.1, 0.2, "a", metadata=F),
    token(0.2, 0.3, "sil", metadata=F),
    token(0.4, 0.6, "s", metadata=F),
]


def test_labelled_frames() -> None:
    assert rows(column_spans(TOKENS, "sex")) == [(0.1, 0.2, "F"), (0.4, 0.6, "F")]
    assert rows(column_spans(TOKENS, "speaker")) == [(0.1, 0.2, "ann"), (0.4, 0.6, "ann")]
    assert len(column_spans(TOKENS, "age")) == 0


def test_voiced_frames_are_the_voiced_part_of_labelled_ones() -> None:
    found = column_spans(
        TOKENS, "sex", frames="voiced", voiced=lambda: [(0.0, 0.12), (0.15, 0.5), (0.7, 0.9)]
    )
    assert rows(found) == [(0.1, 0.12, "F"), (0.15, 0.2, "F"), (0.4, 0.5, "F")]


def test_f0_is_looked_for_only_if_it_is_asked_for() -> None:
    def voiced() -> list[tuple[float, float]]:
        raise AssertionError

    column_spans(TOKENS, "sex", frames="labelled", voiced=voiced)
    column_spans(TOKENS, "sex", frames="all", voiced=voiced, whole=(0.0, 1.0))


def test_all_frames() -> None:
    assert rows(column_spans(TOKENS, "sex", frames="all", whole=(0.0, 1.0))) == [(0.0, 1.0, "F")]
    assert len(column_spans(TOKENS, "age", frames="all", whole=(0.0, 1.0))) == 0


@pytest.mark.parametrize("other", [M, {}])
def test_with_two_speakers_each_keeps_to_their_own_intervals(other: Mapping[str, str]) -> None:
    both = [*TOKENS, token(0.7, 0.8, "a", speaker="bob", tier=2, metadata=other)]
    expected = [(0.1, 0.2, "F"), (0.4, 0.6, "F")] + ([(0.7, 0.8, "M")] if other else [])
    assert rows(column_spans(both, "sex", frames="all", whole=(0.0, 1.0))) == expected


def test_two_speakers_with_the_same_value_share_the_recording() -> None:
    both = [*TOKENS, token(0.7, 0.8, "a", speaker="eve", tier=2, metadata=F)]
    assert rows(column_spans(both, "sex", frames="all", whole=(0.0, 1.0))) == [(0.0, 1.0, "F")]
    assert len(column_spans(both, "speaker", frames="all", whole=(0.0, 1.0))) == 3
