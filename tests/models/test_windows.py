"""Window plans: no gap, no frame twice, enough context, one grid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.errors import InputError
from w2vpraat.models.frames import FrameClock
from w2vpraat.models.windows import Overlapping, Tiles

CLOCK = FrameClock(16000, (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))


@given(st.integers(1, 5000), st.integers(2, 600), st.floats(0, 0.5))
def test_overlapping_windows_cover_every_frame_once(n_frames, longest, share):
    overlap = int(longest * share)
    windows = Overlapping(longest, overlap).plan(n_frames)
    assert [f for w in windows for f in range(w.keep_first, w.keep_stop)] == list(range(n_frames))
    for w in windows:
        assert w.stop - w.first == min(longest, n_frames)
        assert w.first == 0 or w.keep_first - w.first >= overlap // 2
        assert w.stop == n_frames or w.stop - w.keep_stop >= overlap // 2


def test_the_rule_in_seconds():
    rule = Overlapping.of(CLOCK, 60.0, 4.0)
    assert (rule.max_frames, rule.overlap_frames) == (2999, 200)
    assert len(rule.plan(2999)) == 1
    assert [w.keep_first for w in rule.plan(3000)] == [0, 1500]
    assert "overlap by 4 s" in rule.describe(CLOCK)
    with pytest.raises(InputError, match="more than half"):
        Overlapping.of(CLOCK, 6.0, 4.0)


@given(st.lists(st.floats(0, 80), min_size=1, max_size=20), st.integers(1, 4500))
def test_tiles_hold_every_frame_of_every_token_with_its_context(starts, n_frames):
    rule = Tiles.of(CLOCK, 1.0, 60.0)
    assert (rule.tile_frames, rule.context_frames) == (200, 50)
    chosen = CLOCK.select(starts, [s + 0.3 for s in starts], n_frames)
    windows = rule.plan(rule.needed(chosen), n_frames)
    kept = {f for w in windows for f in range(w.keep_first, w.keep_stop)}
    assert set(chosen.rows.tolist()) <= kept
    for w in windows:
        assert w.first == max(0, w.keep_first - 50)
        assert w.stop == min(n_frames, w.keep_stop + 50)


def test_a_tile_is_the_same_whatever_else_is_asked_for():
    rule = Tiles.of(CLOCK, 0.5, 60.0)
    assert rule.plan([7], 3000)[0] in rule.plan([1, 7, 8], 3000)
    with pytest.raises(InputError, match="longer than max_seconds"):
        Tiles.of(CLOCK, 10.0, 12.0)
