"""What is pictured is what is measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from acoustic_material import TALK, PlainToken, vowel

from w2vpraat.acoustics import candidate_ceilings, choose_ceilings, fallback_ceilings, measure, tracks
from w2vpraat.acoustics.display_tracks import FormantSource, whole_sound
from w2vpraat.acoustics.token_candidates import TokenCandidates, candidate_sources, token_candidates
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.errors import MeasurementError
from w2vpraat.params import FormantParams

TOKEN = FormantParams(ceiling_mode="token", points=(0.2, 0.5), padding=0.01)
TOKENS = [
    PlainToken("early", 0.05, 0.21),
    PlainToken("middle", 0.35, 0.6, speaker="t"),
    PlainToken("short", 1.0, 1.02),
    PlainToken("long", 1.4, 2.3),
    PlainToken("edge", 2.9, 3.0),
    PlainToken("nothing", 1.5, 1.5),
]


@pytest.fixture(scope="module")
def sources() -> list[FormantSource]:
    return list(candidate_sources(whole_sound(TALK), TOKEN))


def check(found: list[TokenCandidates], measured: object, audio: Audio, params: FormantParams) -> None:
    formants = measured.formants  # type: ignore[attr-defined]
    for row, one in enumerate(found):
        assert np.array_equal(one.ceiling, formants.ceilings[row], equal_nan=True), one.token.id
        if one.chosen is None:
            continue
        track = one.tracks[one.chosen]
        np.testing.assert_allclose(track.at_points, formants.frequencies[row][:, :4], rtol=1e-9)
        frame = tracks(audio, one.token, formants=params, ceiling=track.ceiling)
        inside = np.isin(track.times, frame["time"])
        for letter, shown in (("F", track.frequencies), ("B", track.bandwidths)):
            # A frame's own time may lie 1e-16 s beside it, where `tracks` interpolates.
            values = frame[[f"{letter}{k}" for k in range(1, 5)]].to_numpy()
            np.testing.assert_allclose(shown[inside], values, rtol=1e-9)
        assert inside.sum() == len(frame)


def test_token_mode_shows_what_measuring_takes(sources: list[FormantSource]) -> None:
    measured = measure(TALK, TOKENS, formants=TOKEN)
    found = [token_candidates(sources, token, TOKEN) for token in TOKENS]
    check(found, measured, TALK, TOKEN)
    assert measured.candidates is not None
    for row, one in enumerate(found):
        assert [track.ceiling for track in one.tracks] == list(candidate_ceilings(TOKEN))
        errors = [track.error for track in one.tracks]
        np.testing.assert_allclose(errors, measured.candidates.errors[:, row], rtol=1e-6)
    assert [one.chosen_by for one in found] == ["token", "token", "sex", "token", "token", "sex"]
    assert found[2].note == "too short for the candidate search"
    assert found[2].smoothest is None
    assert found[0].smoothest == found[0].chosen
    assert len({one.ceiling for one in found}) > 1


@pytest.mark.parametrize("mode", ["fixed", "sex"])
def test_modes_without_a_search(sources: list[FormantSource], mode: str) -> None:
    params = replace(TOKEN, ceiling_mode=mode)
    sex = {"t": "M", "s": "F"}
    found = [token_candidates(sources, token, params, speaker_sex=sex) for token in TOKENS]
    check(found, measure(TALK, TOKENS, formants=params, speaker_sex=sex), TALK, params)
    assert {one.chosen_by for one in found} == {mode}
    assert found[1].ceiling == (5000.0 if mode == "sex" else 5500.0)


def test_speaker_mode(sources: list[FormantSource]) -> None:
    params = replace(TOKEN, ceiling_mode="speaker")
    assert [token_candidates(sources, TOKENS[0], params).chosen_by] == ["none"]
    assert token_candidates(sources, TOKENS[0], params).chosen is None
    measured = measure(TALK, TOKENS, formants=params)
    assert measured.candidates is not None
    chosen = choose_ceilings([measured.candidates], fallback=fallback_ceilings(TOKENS, params))
    given = {name: one.ceiling for name, one in chosen.items()}
    found = [token_candidates(sources, token, params, ceilings=given) for token in TOKENS]
    check(found, measured.with_ceilings(chosen), TALK, params)
    assert {one.chosen_by for one in found} == {"speaker"}


def test_a_choice_by_hand_goes_to_measuring(sources: list[FormantSource]) -> None:
    automatic = token_candidates(sources, TOKENS[0], TOKEN)
    other = next(track.ceiling for track in automatic.tracks if track.ceiling != automatic.ceiling)
    hand = {"early": other}
    shown = token_candidates(sources, TOKENS[0], TOKEN, ceilings=hand)
    assert (shown.ceiling, shown.chosen_by) == (other, "hand")
    found = [token_candidates(sources, token, TOKEN, ceilings=hand) for token in TOKENS]
    check(found, measure(TALK, TOKENS, formants=TOKEN, ceilings=hand), TALK, TOKEN)
    # A typed ceiling that is no candidate can be pictured too, and doesn't take part in the search.
    more = list(candidate_sources(whole_sound(TALK), TOKEN, also=[5123.0]))
    assert len(more) == 10
    typed = token_candidates(more, TOKENS[0], TOKEN, ceilings={"early": 5123.0})
    assert typed.chosen is not None
    assert typed.tracks[typed.chosen].ceiling == 5123.0
    dense = list(candidate_sources(whole_sound(TALK), TOKEN, also=np.arange(4550.0, 6500.0, 100.0)))
    won = 0
    for token in TOKENS:
        wide = token_candidates(dense, token, TOKEN)
        assert wide.ceiling == token_candidates(sources, token, TOKEN).ceiling
        won += wide.smoothest is not None and wide.smoothest != wide.chosen
    assert won
    assert token_candidates(sources, TOKENS[0], TOKEN, ceilings={"s": 5123.0}).chosen is None
    assert token_candidates(sources, TOKENS[0], TOKEN, ceilings={"s": 5123.0}).chosen_by == "given"


def test_rules_of_fasttrack() -> None:
    sound = Audio(vowel((1350.0, 1900.0, 2300.0, 2700.0), bandwidth=60.0, f0=120.0), 16000)
    params = FormantParams(ceiling_mode="fixed", candidate_low=4000.0, candidate_high=5000.0, n_candidates=2)
    found = token_candidates(
        list(candidate_sources(whole_sound(sound), params)), PlainToken("m", 0.15, 0.35), params
    )
    flags = {flag.limit.name: flag for flag in found.tracks[1].flags}
    assert "F1" in flags
    assert "F4" in flags
    assert flags["F1"].mean == pytest.approx(1350.0, abs=60.0)
    assert flags["F1"].text == f"F1 is {flags['F1'].mean:.0f} Hz, over 1200"
    assert flags["F4"].text.endswith("under 2900")
    inside = (found.tracks[1].times >= 0.15) & (found.tracks[1].times <= 0.35)
    logs = np.log(found.tracks[1].frequencies[inside, 0])
    assert flags["F1"].mean == pytest.approx(np.exp(logs.mean()))
    plain = Audio(vowel((500.0, 1500.0, 2500.0, 3500.0, 4400.0)), 16000)
    calm = token_candidates(
        list(candidate_sources(whole_sound(plain), params)), PlainToken("m", 0.15, 0.35), params
    )
    assert calm.tracks[1].flags == ()


def test_sources_of_other_settings_are_refused(sources: list[FormantSource]) -> None:
    with pytest.raises(MeasurementError, match="no source for the candidate ceiling 4600 Hz"):
        token_candidates(sources, TOKENS[0], FormantParams(candidate_low=4600.0))


@pytest.mark.shared_data
def test_on_real_speech(shared_data: Path) -> None:
    path = sorted((shared_data / "librispeech" / "test-other").rglob("*.flac"))[25]
    audio = read_audio(path)
    params = FormantParams(ceiling_mode="token")
    rng = np.random.default_rng(3)
    starts = rng.uniform(0.0, audio.end_time - 0.3, 12)
    tokens = [PlainToken(f"t{i}", start, start + rng.uniform(0.03, 0.25)) for i, start in enumerate(starts)]
    found_sources = list(candidate_sources(whole_sound(audio), params))
    found = [token_candidates(found_sources, token, params) for token in tokens]
    check(found, measure(audio, tokens, formants=params), audio, params)
