"""Praat in a process beside this one gives the same numbers, and its end does no harm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from acoustic_material import PlainToken

from w2vpraat.acoustics.analyses import Analyses
from w2vpraat.acoustics.apart import Apart
from w2vpraat.acoustics.measure import measure, measure_tokens
from w2vpraat.corpus.audio import read_audio
from w2vpraat.params import FormantParams, IntensityParams, PitchParams
from w2vpraat.resources import sample_corpus

SPEECH = read_audio(sample_corpus() / "gb_f_alice.flac", end=8.0)
TOKENS = tuple(PlainToken(f"a#1.{k}", 0.9 * k, 0.9 * k + 0.2, speaker="ab"[k % 2]) for k in range(1, 8))
GROUPS = (FormantParams(points=(0.2, 0.5)), PitchParams(), IntensityParams())


def test_the_same_numbers_and_no_harm_if_it_dies() -> None:
    here = measure(SPEECH, TOKENS, formants=GROUPS[0], pitch=GROUPS[1], intensity=GROUPS[2]).table()
    apart = Apart(longer_than=0.0)
    paths = {"track": apart.track_pitch, "make_intensity": apart.whole_intensity}
    analyses = Analyses(SPEECH, *GROUPS, keep_bytes=10_000_000, **paths)
    assert measure_tokens(analyses, TOKENS).table().equals(here)
    # Kept analyses, some of the tokens: the same again.
    some = measure_tokens(analyses, TOKENS[2:4], among=TOKENS).table()
    same = here[here["id"].isin([token.id for token in TOKENS[2:4]])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, same, rtol=1e-12, atol=1e-9)
    executor = apart._executor
    assert executor is not None
    for process in executor._processes.values():
        process.kill()
    again = Analyses(SPEECH, *GROUPS, **paths)
    assert measure_tokens(again, TOKENS).table().equals(here)
    apart.close()


def test_short_recordings_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = Apart()
    monkeypatch.setattr(Apart, "_run", None)
    samples = np.asarray(SPEECH.samples, dtype=np.float64)
    assert samples.size / SPEECH.rate < apart.longer_than
    assert apart.track_pitch(samples, SPEECH.rate, 0.0, 75.0, 600.0, 0.0).n_frames > 10
    assert apart.whole_intensity(samples, SPEECH.rate, 0.0, 100.0, True).n_frames > 10
