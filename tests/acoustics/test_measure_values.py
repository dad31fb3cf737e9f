"""Known sounds, missing values, notes, ceilings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.fft
from acoustic_material import TALK, PlainToken, speechlike, vowel
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.acoustics import (
    Candidates,
    candidate_ceilings,
    ceiling_by_sex,
    choose_ceilings,
    measure,
    measure_recording,
    praat_commands,
    praat_version,
    track_error,
    tracks,
)
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.errors import InputError, MeasurementError
from w2vpraat.params import FormantParams, PitchParams

FIXED = FormantParams(ceiling_mode="fixed")
MIDDLE = PlainToken("m", 0.15, 0.35)


@pytest.mark.parametrize("f0", [100.0, 180.0])
@pytest.mark.parametrize(
    "formants",
    [(300.0, 2300.0, 3000.0), (700.0, 1200.0, 2500.0), (350.0, 800.0, 2300.0)],
)
def test_source_filter_vowels_with_known_formants(f0: float, formants: tuple[float, ...]) -> None:
    audio = Audio(vowel((*formants, 3700.0, 4500.0), f0=f0), 16000)
    row = measure_recording(audio, [MIDDLE], formants=FIXED).iloc[0]
    # LPC is drawn to the nearest harmonic: half an f0 at most (Praat's own limit, not ours).
    for name, known in zip(("F1", "F2", "F3"), formants, strict=True):
        assert row[name] == pytest.approx(known, abs=0.35 * f0)
    assert row["f0"] == pytest.approx(f0, rel=0.005)
    assert row["f0_mean"] == pytest.approx(f0, rel=0.005)
    assert row["f0_jumps"] == 0
    assert row["f0_floor"] == np.floor(0.75 * row["f0"]) or abs(row["f0_floor"] - 0.75 * f0) < 2
    assert row["measure_note"] == ""


def test_columns_in_the_order_of_the_long_table() -> None:
    params = FormantParams(ceiling_mode="fixed", points=(0.25, 0.75), n_reported=3)
    table = measure_recording(TALK, [MIDDLE, PlainToken("n", 1.0, 1.1)], formants=params)
    names = "id time prop_time F1 F2 F3 B1 B2 B3 f0 intensity max_formant f0_mean intensity_mean f0_jumps"
    assert list(table.columns) == [*names.split(), "f0_floor", "f0_ceiling", "measure_note"]
    assert list(table["id"]) == ["m", "m", "n", "n"]
    assert table["time"].to_numpy() == pytest.approx([0.2, 0.3, 1.025, 1.075])
    bare = measure_recording(TALK, [MIDDLE], formants=params, pitch=None, intensity=None)
    assert list(bare.columns) == [
        *["id", "time", "prop_time", "F1", "F2", "F3", "B1", "B2", "B3", "max_formant", "measure_note"]
    ]


def test_one_row_per_token_with_the_median_or_mean_of_the_points() -> None:
    points = (0.3, 0.4, 0.9)
    every = measure_recording(TALK, [MIDDLE], formants=FormantParams(ceiling_mode="fixed", points=points))
    for kind in ("median", "mean"):
        params = FormantParams(ceiling_mode="fixed", points=points, summary=kind)
        one = measure_recording(TALK, [MIDDLE], formants=params)
        assert len(one) == 1
        for name in ("F1", "B2", "f0", "intensity"):
            assert one[name][0] == pytest.approx(getattr(every[name], kind)())
        assert one["prop_time"][0] == pytest.approx(np.mean(points))
        assert one["time"][0] == pytest.approx(every["time"].mean())


def test_no_tokens_make_an_empty_table_with_all_columns() -> None:
    for mode in ("fixed", "speaker", "token"):
        table = measure_recording(TALK, [], formants=FormantParams(ceiling_mode=mode))
        assert len(table) == 0
        assert {"id", "F4", "f0", "measure_note"} <= set(table.columns)


def test_silence_is_missing_and_never_zero() -> None:
    table = measure_recording(Audio(np.zeros(16000), 16000), [MIDDLE], formants=FIXED)
    row = table.iloc[0]
    for name in ("F1", "F2", "B1", "f0", "f0_mean", "intensity", "intensity_mean"):
        assert np.isnan(row[name])
    assert "no formants (silence" in row["measure_note"]
    assert "f0 range not adapted" in row["measure_note"]


def test_very_short_tokens_have_a_value_and_a_note() -> None:
    row = measure_recording(TALK, [PlainToken("x", 0.1, 0.105)], formants=FIXED).iloc[0]
    assert np.isfinite(row["F1"])
    assert row["measure_note"] == "shorter than the window"
    token = FormantParams(ceiling_mode="token")
    row = measure_recording(TALK, [PlainToken("x", 0.1, 0.105)], formants=token).iloc[0]
    assert row["max_formant"] == 5500.0
    assert "too short for the candidate search; sex unknown: fixed ceiling" in row["measure_note"]


def test_tokens_at_and_beyond_the_edges() -> None:
    tokens = [
        PlainToken("first", 0.0, 0.02),
        PlainToken("last", 2.98, 3.0),
        PlainToken("outside", 2.9, 3.4),
        PlainToken("far", 7.0, 7.2),
    ]
    for mode in ("fixed", "token", "speaker"):
        table = measure_recording(TALK, tokens, formants=FormantParams(ceiling_mode=mode)).set_index("id")
        assert np.isnan(table["F1"]["first"])
        assert "edge of the recording" in table["measure_note"]["first"]
        assert "outside the recording" in table["measure_note"]["outside"]
        assert "outside the recording" in table["measure_note"]["far"]
        assert table.loc[["outside", "far"], ["F1", "f0", "intensity"]].isna().all(axis=None)


@pytest.mark.parametrize("mode", ["fixed", "token", "speaker"])
@pytest.mark.parametrize("n", [1, 40, 500])
def test_recordings_shorter_than_a_window(n: int, mode: str) -> None:
    audio = Audio(speechlike(0.1, 16000)[:n], 16000)
    params = FormantParams(ceiling_mode=mode)
    row = measure_recording(audio, [PlainToken("x", 0.0, n / 16000)], formants=params).iloc[0]
    assert row[["F1", "B1", "f0", "f0_mean", "intensity", "intensity_mean"]].isna().all()
    for note in ("recording shorter than a window", "too short for f0", "too short for intensity"):
        assert note in row["measure_note"]


def test_refused_input_names_the_token() -> None:
    with pytest.raises(MeasurementError, match=r"t lasts from 0\.3 to 0\.2 s"):
        measure_recording(TALK, [PlainToken("t", 0.3, 0.2)])
    with pytest.raises(MeasurementError, match="no samples"):
        measure_recording(Audio(np.zeros(0), 16000), [])
    with pytest.raises(MeasurementError, match="no numbers"):
        measure_recording(Audio(np.array([0.0, np.nan]), 16000), [])
    with pytest.raises(InputError):
        candidate_ceilings(FormantParams(candidate_low=6000.0, candidate_high=5000.0))


def test_more_formants_reported_than_there_are() -> None:
    params = FormantParams(ceiling_mode="fixed", n_formants=3.0, n_reported=5, ceiling=3500.0)
    row = measure_recording(TALK, [MIDDLE], formants=params).iloc[0]
    assert np.isfinite(row["F1"])
    assert np.isnan(row["F4"])
    assert np.isnan(row["F5"])


@pytest.mark.parametrize(
    ("sex", "ceiling", "note"),
    [
        ("F", 5600.0, ""),
        ("female", 5600.0, ""),
        ("m", 4900.0, ""),
        ("", 5300.0, "sex unknown: fixed ceiling"),
        ("other", 5300.0, "sex unknown: fixed ceiling"),
    ],
)
def test_ceiling_by_sex(sex: str, ceiling: float, note: str) -> None:
    params = FormantParams(ceiling=5300.0, ceiling_male=4900.0, ceiling_female=5600.0)
    token = PlainToken("x", 0.15, 0.35, metadata={"Sex": sex})
    assert ceiling_by_sex(token, params) == (ceiling, note)
    row = measure_recording(TALK, [token], formants=params).iloc[0]
    assert (row["max_formant"], row["measure_note"]) == (ceiling, note)
    assert ceiling_by_sex(token, params, {"s": "M"}) == (4900.0, "")


def test_given_ceilings_go_before_the_mode() -> None:
    tokens = [MIDDLE, PlainToken("n", 1.0, 1.1), PlainToken("o", 2.0, 2.1, speaker="b")]
    table = measure_recording(TALK, tokens, formants=FIXED, ceilings={"s": 5000.0, "n": 4800.0})
    assert list(table["max_formant"]) == [5000.0, 4800.0, 5500.0]


def candidates_of(values: np.ndarray, labels: tuple[str, ...], speaker: str = "s") -> Candidates:
    n_candidates, n_tokens = values.shape[:2]
    shaped = values.reshape(n_candidates, n_tokens, 1, 3)
    return Candidates(
        tuple(f"t{i}" for i in range(n_tokens)),
        (speaker,) * n_tokens,
        labels,
        np.linspace(4500.0, 5500.0, n_candidates),
        np.array([0.5]),
        np.zeros((n_tokens, 1)),
        shaped,
        np.full_like(shaped, 100.0),
        np.full((n_candidates, n_tokens), np.nan),
    )


def test_speaker_ceiling_minimizes_the_pooled_within_label_variance() -> None:
    rng = np.random.default_rng(5)
    labels = ("a", "a", "a", "i", "i", "u")
    values = rng.uniform(300.0, 3000.0, (3, 6, 3))
    chosen = choose_ceilings([candidates_of(values, labels)])["s"]
    logs = np.log(values)
    by_hand = [
        (2 * logs[c, :3].var(axis=0, ddof=1).sum() + logs[c, 3:5].var(axis=0, ddof=1).sum()) / 3
        for c in range(3)
    ]
    assert chosen.variability == pytest.approx(by_hand)
    assert chosen.ceiling == (4500.0, 5000.0, 5500.0)[int(np.argmin(by_hand))]
    assert (chosen.n_tokens, chosen.n_labels) == (5, 2)
    # A token that one candidate loses counts for none.
    values[1, 0, 2] = np.nan
    assert choose_ceilings([candidates_of(values, labels)])["s"].n_tokens == 4
    # Only vowels, spread over two recordings.
    two = [candidates_of(values[:, :3], labels[:3]), candidates_of(values[:, 3:], labels[3:])]
    assert choose_ceilings(two, use=lambda label: label == "i")["s"].n_tokens == 2


def test_speakers_with_too_little_material_fall_back() -> None:
    values = np.random.default_rng(6).uniform(300.0, 3000.0, (3, 2, 3))
    one = candidates_of(values, ("a", "i"))
    assert choose_ceilings([one]) == {}
    chosen = choose_ceilings([one], fallback={"s": 5100.0})["s"]
    assert (chosen.ceiling, chosen.note) == (5000.0, "too few tokens to choose a ceiling: by sex")
    tokens = [PlainToken("x", 0.15, 0.35, label="a"), PlainToken("y", 1.0, 1.1, label="i")]
    table = measure_recording(TALK, tokens, formants=FormantParams(ceiling_mode="speaker"))
    assert set(table["max_formant"]) == {5500.0}
    assert set(table["measure_note"]) == {"too few tokens to choose a ceiling: by sex"}
    assert table["F1"].notna().all()


def test_different_candidates_do_not_mix() -> None:
    values = np.random.default_rng(6).uniform(300.0, 3000.0, (3, 2, 3))
    with pytest.raises(MeasurementError, match="different candidate"):
        choose_ceilings([candidates_of(values, ("a", "a")), candidates_of(values[:2], ("a", "a"))])
    measured = measure(TALK, [MIDDLE], formants=FormantParams(ceiling_mode="speaker"))
    with pytest.raises(MeasurementError, match="none of the candidate"):
        measured.with_ceilings({"s": 5123.0})
    with pytest.raises(MeasurementError, match="no candidate"):
        measure(TALK, [MIDDLE], formants=FIXED).with_ceilings({"s": 5000.0})


def test_track_error_equals_fast_tracks_regression() -> None:
    rng = np.random.default_rng(7)
    n = 23
    time = np.linspace(0.0, 1.0, n)
    curves = np.stack([500 + 200 * time, 1500 - 300 * time**2, 2500 + 50 * time], axis=1)
    rough = curves + rng.normal(0.0, 20.0, curves.shape)
    # As fasttrackpy does it: regression on the rows of scipy's orthogonal DCT.
    basis = scipy.fft.dct(np.eye(n), orthogonalize=True, norm="backward")[:, :5]
    fitted = basis @ np.linalg.solve(basis.T @ basis, basis.T @ rough)
    by_hand = ((np.log(rough) - np.log(fitted)) ** 2).mean(axis=0).sum()
    assert track_error(rough) == pytest.approx(by_hand, rel=1e-9)
    assert track_error(curves) < 0.1 * track_error(rough)
    rough[:3, 2] = np.nan
    assert np.isfinite(track_error(rough))
    rough[:12, 2] = np.nan
    assert np.isnan(track_error(rough))
    assert np.isnan(track_error(curves[:5]))


@given(st.floats(0.2, 5.0))
def test_track_error_does_not_know_the_scale(factor: float) -> None:
    values = 1000.0 + np.random.default_rng(8).normal(0.0, 30.0, (20, 3))
    assert track_error(factor * values) == pytest.approx(track_error(values), rel=1e-6)


def test_token_search_takes_the_candidate_with_the_least_error_and_keeps_all() -> None:
    params = FormantParams(ceiling_mode="token", n_candidates=5)
    tokens = [MIDDLE, PlainToken("n", 1.0, 1.1)]
    measured = measure(TALK, tokens, formants=params)
    table, kept = measured.table(), measured.candidates
    assert kept is not None
    frame = kept.frame()
    assert len(frame) == 5 * 2
    assert list(kept.ceilings) == [4500.0, 5000.0, 5500.0, 6000.0, 6500.0]
    for row, token in enumerate(tokens):
        mine = frame[frame["id"] == token.id]
        best = mine.loc[mine["error"].idxmin()]
        assert table["max_formant"][row] == best["max_formant"]
        assert table["F2"][row] == best["F2"]
        pictured = tracks(TALK, token, formants=params)
        for ceiling, track in pictured.groupby("max_formant"):
            error = mine.loc[mine["max_formant"] == ceiling, "error"].item()
            assert track_error(track[["F1", "F2", "F3"]].to_numpy()) == pytest.approx(error, rel=1e-9)
    # Less padding: frames that would hear more than the token and the padding are not judged.
    cut = FormantParams(ceiling_mode="token", n_candidates=5, padding=0.0)
    narrow = measure(TALK, tokens, formants=cut).candidates
    assert narrow is not None
    track = tracks(TALK, MIDDLE, formants=cut, ceiling=5000.0).query("0.174999 <= time <= 0.325001")
    assert track_error(track[["F1", "F2", "F3"]].to_numpy()) == pytest.approx(narrow.errors[1, 0], rel=1e-9)
    # A user overrules the choice for one token.
    other = measured.with_ceilings({"m": 6500.0}).table()
    assert list(other["max_formant"]) == [6500.0, table["max_formant"][1]]
    assert other["F1"][0] == frame.query("id == 'm' and max_formant == 6500")["F1"].item()


def test_two_speakers_in_one_recording_get_their_own_f0_range() -> None:
    low, high = vowel((500.0, 1500.0, 2500.0), f0=90.0), vowel((500.0, 1500.0, 2500.0), f0=280.0)
    audio = Audio(np.concatenate([low, high]), 16000)
    tokens = [PlainToken("low", 0.05, 0.45, speaker="a"), PlainToken("high", 0.55, 0.95, speaker="b")]
    table = measure_recording(audio, tokens, formants=FIXED).set_index("id")
    assert table["f0_ceiling"]["low"] < 250.0 < 700.0 == table["f0_ceiling"]["high"]
    assert table["f0_floor"]["low"] == pytest.approx(67.0, abs=1.0)
    assert table["f0_floor"]["high"] == pytest.approx(210.0, abs=1.0)
    wide = measure_recording(audio, tokens, formants=FIXED, pitch=PitchParams(two_pass=False))
    assert set(wide["f0_floor"]) == {60.0}


def test_octave_jumps_are_counted() -> None:
    audio = Audio(np.concatenate([vowel((500.0,), f0=100.0), vowel((500.0,), f0=200.0)]), 16000)
    table = measure_recording(audio, [PlainToken("x", 0.1, 0.9), PlainToken("y", 0.1, 0.4)], formants=FIXED)
    assert list(table["f0_jumps"]) == [1, 0]


def test_the_commands_are_those_that_give_the_numbers() -> None:
    lines = praat_commands(FormantParams(), ceiling=5000.0, pitch_range=(75.0, 300.0))
    assert lines["praat"] == praat_version() == "6.1.38"
    assert lines["formants"].splitlines()[0] == "To Formant (burg): 0, 5, 5000, 0.025, 50"
    assert lines["f0"].splitlines()[0] == (
        'To Pitch (ac): 0, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 300'
    )
    assert lines["intensity"].splitlines()[0] == 'To Intensity: 100, 0, "yes"'


def test_the_commands_run_in_praat() -> None:
    import parselmouth

    row = measure_recording(TALK, [PlainToken("v", 0.05, 0.2)], formants=FIXED).iloc[0]
    lines = praat_commands(FIXED, ceiling=5500.0, pitch_range=(row["f0_floor"], row["f0_ceiling"]))
    sound = parselmouth.Sound(TALK.samples.astype(np.float64), 16000)
    times = "time = 0.125\nstart = 0.05\nend = 0.2\n"
    for kind, name in (("formants", "F1"), ("f0", "f0"), ("intensity", "intensity")):
        make, ask = lines[kind].splitlines()[:2]
        script = f"{times}{make}\nx = {ask}\nwriteInfoLine: x"
        said = parselmouth.praat.run(sound, script, capture_output=True)[-1]
        assert float(said) == pytest.approx(row[name], abs=1e-3)


def test_importing_loads_neither_praat_nor_pandas() -> None:
    code = "import sys, w2vpraat.acoustics; print({'parselmouth', 'pandas', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_stereo_file_with_a_later_start(tmp_path: Path) -> None:
    import parselmouth
    import soundfile

    sound = np.stack([speechlike(1.0, 44100, seed=1), speechlike(1.0, 44100, seed=2)], axis=1)
    path = tmp_path / "stereo.wav"
    soundfile.write(path, sound, 44100, subtype="PCM_16")
    token = PlainToken("x", 2.4, 2.6)
    row = measure_recording(read_audio(path, start_time=2.0), [token], formants=FIXED).iloc[0]
    praat = parselmouth.Sound(str(path))
    praat.shift_times_by(2.0)
    formant = parselmouth.praat.call(praat, "To Formant (burg)", 0.0, 5.0, 5500.0, 0.025, 50.0)
    assert row["F2"] == pytest.approx(formant.get_value_at_time(2, 2.5), abs=1e-3)
