"""Moved boundaries of whole corpora: equal to TextGrids really edited, and no pass of the model twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from scipy.signal import lfilter
from tone_speech import RATE, grid_text, write_corpus, write_recording

from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
from w2vpraat.corpus.textgrid import read_textgrid, write_textgrid
from w2vpraat.corpus.textgrid.edits import move_boundary
from w2vpraat.errors import ComparisonError, InputError
from w2vpraat.events import Progress, Skipped
from w2vpraat.params import SensitivityParams
from w2vpraat.pipeline.embedding import Embeddings, check_embedding, embedding
from w2vpraat.pipeline.measuring import measuring
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.pipeline.running import Results, running
from w2vpraat.pipeline.sensitivity import sensing
from w2vpraat.pipeline.spaces import build_spaces
from w2vpraat.session.settings import Settings

QUICK = {"bootstrap": 50}
VOWELS = {"label_map": "arpabet", "label_class": "vowel"}


def last(events: Any) -> Any:
    *_, result = events
    return result


def run(settings: Settings, *steps: str) -> Results:
    found = last(running(settings, steps=steps or ("measure", "embed"), workers=0))
    assert isinstance(found, Results)
    return found


def sensed(results: Results, **more: Any) -> Sensitivity:
    found = last(sensing(results.opened, results.spaces, **more))
    assert isinstance(found, Sensitivity)
    return found


def of_token(found: Sensitivity, token: str, shift: float) -> pd.DataFrame:
    rows = found.shifts[(found.shifts["id"] == token) & (found.shifts["shift"] == shift)]
    return rows.set_index("representation")


def with_nothing_moved(settings: Settings) -> Settings:
    """Shift by less than may be asked for, and less than what times are rounded to."""
    params = SensitivityParams()
    for name, value in (("shifts", (1e-13,)), ("queue_shift", 1e-13)):
        object.__setattr__(params, name, value)
    return replace(settings, sensitivity=params)


class Spoken(NamedTuple):
    """What was found in real speech."""

    results: Results
    found: Sensitivity
    unmoved: Sensitivity


# Real speech: two women and two men, one short recording each.


@pytest.fixture(scope="module")
def librispeech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with recordings of four speakers, outside the project."""
    shared = Path(__file__).resolve().parents[3] / "shared" / "data" / "librispeech"
    table = pd.read_csv(shared / "files.csv", dtype=str)
    table = table[table["subset"] == "test-other"]
    table["size"] = [(shared / name).stat().st_size for name in table["file_name"]]
    people = table.drop_duplicates("speaker").groupby("sex").head(2)["speaker"]
    chosen = table[table["speaker"].isin(people)].sort_values("size").groupby("speaker").nth(4)
    folder = tmp_path_factory.mktemp("librispeech")
    for name in chosen["file_name"]:
        for path in (shared / name, (shared / name).with_suffix(".TextGrid")):
            shutil.copy(path, folder / path.name)
    chosen = chosen.assign(file_name=[Path(name).name for name in chosen["file_name"]])
    chosen[["file_name", "speaker", "sex"]].to_csv(folder / "speakers.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def spoken(librispeech: Path, tmp_path_factory: pytest.TempPathFactory) -> Spoken:
    """Run of that folder with two points; boundaries moved by the default shifts, and not moved."""
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VPRAAT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        results = run(speech_settings(librispeech, formants={"points": [0.25, 0.5]}))
        opened = replace(results.opened, settings=with_nothing_moved(results.opened.settings))
        return Spoken(results, sensed(results), sensed(replace(results, opened=opened)))


def speech_settings(folder: Path, **more: Any) -> Settings:
    values = {"tokens": VOWELS, "compare": QUICK, "embed": {"device": "cpu"}} | more
    return Settings(str(folder), str(folder / "speakers.csv")).updated(values)


@pytest.mark.shared_data
def test_unmoved_copies_have_exactly_the_values_of_the_run(spoken: Spoken) -> None:
    found = spoken.unmoved
    assert set(found.summary["representation"]) == {
        *("F1", "F2", "F3", "F1-F3 Hz", "Lobanov F1-F3"),
        *("phone layer 6", "phone layer 6, by-speaker z-score"),
    }
    assert (found.summary["n_tokens"] > 50).all()
    assert (found.shifts["n_moves"] == 8).all()
    assert (found.shifts["distance"] == 0.0).all()
    assert (found.shifts["movement"] == 0.0).all()
    assert not found.shifts["flip"].any()
    assert (found.summary["still"] == 1.0).all()


@pytest.mark.shared_data
@pytest.mark.parametrize("mode", ["token", "speaker"])
def test_copies_keep_the_ceiling_that_was_chosen_for_their_token(librispeech: Path, mode: str) -> None:
    settings = speech_settings(librispeech, formants={"ceiling_mode": mode, "points": [0.3, 0.6]})
    results = run(with_nothing_moved(settings), "measure")
    assert results.table["max_formant"].nunique() > 1
    found = sensed(results)
    assert found.shifts["distance"].notna().all()
    assert (
        found.shifts["distance"] < 1e-9
    ).all()  # Hz; the candidates' windows were filtered in other stretches


@pytest.mark.shared_data
def test_moved_tokens_equal_moved_boundaries_of_the_textgrid(
    librispeech: Path, spoken: Spoken, tmp_path: Path
) -> None:
    before, found, _ = spoken
    settings = before.opened.settings
    token = next(one for one in before.opened.tokens.kept if 0.06 < one.duration < 0.12 and one.start > 0.3)
    name = token.recording
    versions = []
    for number, (left, right) in enumerate(
        (left, right)
        for left in (-0.01, 0.0, 0.01)
        for right in (-0.01, 0.0, 0.01)
        if (left, right) != (0, 0)
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(librispeech / f"{name}.flac", folder)
        shutil.copy(librispeech / "speakers.csv", folder)
        grid = read_textgrid(librispeech / f"{name}.TextGrid")
        if left:
            grid = move_boundary(grid, token.tier_number, token.interval - 1, round(token.start + left, 6))
        if right:
            grid = move_boundary(grid, token.tier_number, token.interval, round(token.end + right, 6))
        write_textgrid(grid, folder / f"{name}.TextGrid")
        again = run(replace(settings, corpus=str(folder), speakers=str(folder / "speakers.csv")))
        moved = next(one for one in again.opened.tokens.kept if one.id == token.id)
        assert moved.start == pytest.approx(token.start + left, abs=1e-12)
        formants = again.table[again.table["id"] == token.id][["F1", "F2", "F3"]].mean().to_numpy()
        versions.append((formants, again.spaces.vectors[0].take([token.id]).values[0].astype(float)))
    moved_formants = np.array([one for one, _ in versions])
    moved_vectors = np.array([one for _, one in versions])

    rows = of_token(found, token.id, 0.01)
    assert (rows["n_moves"] == 8).all()
    table = before.table
    own = table[table["id"] == token.id][["F1", "F2", "F3"]].mean().to_numpy()
    steps = moved_formants - own
    for column, formant in enumerate(("F1", "F2", "F3")):
        assert rows.loc[formant, "distance"] == pytest.approx(np.abs(steps[:, column]).max(), rel=1e-9)
    means = table.groupby(["speaker", "id"])[["F1", "F2", "F3"]].mean()
    sds = means.loc[token.speaker].std(ddof=1).to_numpy()
    lobanov = np.linalg.norm(steps / sds, axis=1).max()
    assert rows.loc["Lobanov F1-F3", "distance"] == pytest.approx(lobanov, rel=1e-9)
    wide = found.tokens.set_index("id").loc[token.id]
    assert wide["sens_f2"] == pytest.approx(np.abs(steps[:, 1]).max(), rel=1e-9)
    assert wide["sens_f2_sd"] == pytest.approx(np.abs(steps[:, 1]).max() / sds[1], rel=1e-9)

    plain = before.spaces.vectors[0]
    kept = np.asarray(plain.take(list(found.tokens["id"])).values, dtype=float)
    vector = np.asarray(plain.take([token.id]).values[0], dtype=float)
    row = rows.loc[plain.name]
    assert row["distance"] == pytest.approx(np.linalg.norm(moved_vectors - vector, axis=1).max(), rel=1e-6)
    centre = kept.mean(axis=0)
    a, b = moved_vectors - centre, vector - centre
    cosines = 1.0 - (a @ b) / np.linalg.norm(a, axis=1) / np.linalg.norm(b)
    assert row["cosine"] == pytest.approx(cosines.max(), abs=1e-6)
    assert wide["sens_vec"] == row["cosine"]
    assert row["distance"] > 0.0


@pytest.mark.shared_data
def test_worse_boundaries_move_more_and_flip_more(spoken: Spoken) -> None:
    found = spoken.found
    summary = found.summary.set_index(["representation", "shift"])
    for name in ("Lobanov F1-F3", "phone layer 6"):
        for column in ("movement_median", "movement_p90", "flip_rate"):
            values = [summary.loc[(name, shift), column] for shift in (0.005, 0.01, 0.02)]
            assert values == sorted(values)
            assert values[0] < values[2]
        row = summary.loc[(name, 0.01)]
        assert row["low"] <= row["flip_rate"] <= row["high"]
        assert row["n_speakers"] == 4
    rows = found.shifts[found.shifts["shift"] == 0.01]
    flips = rows[rows["representation"] == "Lobanov F1-F3"].set_index("id")["flip"]
    mine = found.tokens.set_index("id")["sens_flip_formants"]
    assert (mine == flips.reindex(mine.index)).all()
    either = found.tokens["sens_flip_formants"] | found.tokens["sens_flip_vec"]
    assert (found.tokens["sens_flip"] == either).all()
    changed = found.tokens[found.tokens["sens_flip_vec"]]
    assert len(changed) > 0
    for one in changed.itertuples():
        assert one.sens_nearest_vec not in one.sens_moved_vec.split()
        assert one.sens_moved_vec


# Sounds that the tests write themselves, with a tiny model.


def tone_settings(folder: Path, model: Path, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "tokens": {"labels": ["a", "i", "u"]},
        "compare": QUICK,
        "embed": {"model": str(model), "device": "cpu", "layers": [1, 2]} | more.pop("embed", {}),
    } | more
    return Settings(str(folder), str(folder / "speakers.csv")).updated(values)


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("tones") / "corpus", n_speakers=4, turns=2)


def stages(settings: Settings) -> tuple[Opened, Any, Any]:
    """Return the tokens, the spaces and the encoder that made the vectors."""
    opened = last(opening(settings))
    encoder = check_embedding(settings)
    embedded = last(embedding(opened, encoder))
    assert isinstance(embedded, Embeddings)
    measured = last(measuring(opened))
    spaces = build_spaces(embedded.join(measured.table), embedded.representations, settings.normalize)
    return opened, spaces, encoder


def test_the_model_hears_nothing_a_second_time(tones: Path, base: Path) -> None:
    opened, spaces, encoder = stages(tone_settings(tones, base))
    passes = encoder.n_passes
    assert passes == 4
    events = list(sensing(opened, spaces, encoder=encoder))
    assert encoder.n_passes == passes
    steps = [one for one in events if isinstance(one, Progress) and one.step == "moved_vectors"]
    assert [one.done for one in steps] == [1, 2, 3, 4]
    assert all(one.cached for one in steps)
    found = events[-1]
    assert {"tiny layer 1", "tiny layer 2", "tiny layer 1, by-speaker z-score"} <= set(
        found.shifts["representation"]
    )
    assert found.vectors == "tiny layer 1"


def test_without_cache_the_second_hearing_is_told(tones: Path, base: Path) -> None:
    opened, spaces, encoder = stages(tone_settings(tones, base, embed={"cache": False}))
    found = last(sensing(opened, spaces, encoder=encoder))
    assert encoder.n_passes == 8
    assert any("a second time" in note for note in found.notes)


def test_context_token_hears_every_copy_by_itself(tones: Path, base: Path) -> None:
    more = {
        "embed": {"context": "token", "layers": [1]},
        "sensitivity": {"shifts": [0.02], "queue_shift": 0.02},
    }
    opened, spaces, encoder = stages(tone_settings(tones, base, **more))
    passes = encoder.n_passes
    found = last(sensing(opened, spaces, encoder=encoder))
    assert encoder.n_passes == passes + 8 * len(opened.tokens.kept)
    assert any("heard anew" in note for note in found.notes)
    rows = found.shifts[found.shifts["representation"] == "tiny layer 1"]
    assert (rows["movement"] > 0.0).all()


def test_boundaries_stop_at_neighbours_and_at_the_edges_of_the_file(tmp_path: Path, base: Path) -> None:
    folder = tmp_path / "corpus"
    for number in range(4):
        # Steps of 80 ms: a shift of 100 ms meets the far edge of every neighbour.
        write_recording(folder, f"r{number}", ["a", "i", "u", "a", "i"], step=0.08, seed=number)
    rows = "\n".join(f"r{n}.wav,r{n},{'FM'[n % 2]}" for n in range(4))
    (folder / "speakers.csv").write_text(f"file_name,speaker,sex\n{rows}\n")
    wanted = {"shifts": [0.01, 0.1], "queue_shift": 0.1}
    found = sensed(run(tone_settings(folder, base, sensitivity=wanted)))
    tokens = found.tokens.set_index("id")
    assert len(tokens) == 20
    counts = ["sens_moves", "sens_clipped", "sens_unmade"]
    # Inside, every move that does not shrink the token stops at a neighbour.
    assert tokens.loc["r0#1.3", counts].tolist() == [5, 5, 3]
    # At the start of the file the start can't go left, nor the whole token.
    assert tokens.loc["r0#1.1", counts].tolist() == [4, 4, 4]
    assert tokens.loc["r0#1.5", counts].tolist() == [4, 4, 4]
    near = found.shifts[(found.shifts["shift"] == 0.01) & (found.shifts["representation"] == "F1")]
    assert (near["n_moves"] == 8).all()
    small, large = (found.summary[found.summary["shift"] == shift] for shift in (0.01, 0.1))
    assert (small["n_clipped"] == 8).all()  # only at the two edges of the four files
    assert (small["n_unmade"] == 0).all()
    assert (large["n_clipped"] == 20).all()
    assert (large["n_unmade"] == 4 * (3 * 3 + 2 * 4)).all()


def _vowel(formants: np.ndarray, pitch: float) -> np.ndarray:
    """Return a pulse train through resonators whose frequencies change, shape (n, 3) in Hz."""
    n = len(formants)
    sound = np.diff(np.floor(np.arange(n) * pitch / RATE), prepend=-1.0)
    sound = lfilter([1.0], [1.0, -0.98], sound)
    for column, width in enumerate((60.0, 90.0, 150.0)):
        out, radius = np.zeros(n), np.exp(-np.pi * width / RATE)
        for k in range(n):
            weight = 2.0 * radius * np.cos(2.0 * np.pi * formants[k, column] / RATE)
            out[k] = sound[k] + weight * out[k - 1] - radius**2 * out[k - 2]
        sound = out / np.abs(out).max()
    return 0.4 * sound


def test_a_long_steady_vowel_moves_less_than_a_short_one(tmp_path: Path) -> None:
    steady, glide, short = [750.0, 1300.0, 2600.0], [350.0, 2200.0, 2800.0], 0.05
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, pitch in (("f", 200.0), ("m", 115.0)):
        # Long a; i; a glide from i through a short a to i again.
        targets = [
            (0.0, steady),
            (0.3, steady),
            (0.35, glide),
            (0.5, glide),
            (0.6, steady),
            (0.7, glide),
            (0.8, glide),
        ]
        times = np.arange(round(0.8 * RATE)) / RATE
        path = np.column_stack(
            [np.interp(times, [at for at, _ in targets], [one[k] for _, one in targets]) for k in range(3)]
        )
        noise = np.random.default_rng(1).normal(0, 1e-4, len(times))
        soundfile.write(folder / f"{name}.wav", _vowel(path, pitch) + noise, RATE)
        middle = 0.55
        items = [
            (0.0, 0.3, "long"),
            (0.3, 0.4, ""),
            (0.4, 0.5, "i"),
            (0.5, middle - short / 2, ""),
            (middle - short / 2, middle + short / 2, "short"),
            (middle + short / 2, 0.8, ""),
        ]
        text = grid_text({"phones": [(round(a, 6), round(b, 6), label) for a, b, label in items]}, 0.8)
        (folder / f"{name}.TextGrid").write_text(text, encoding="utf-8")
    found = sensed(run(Settings(str(folder)).updated({"compare": QUICK}), "measure"))
    tokens = found.tokens.set_index(["speaker", "label"])
    for speaker in "fm":
        assert tokens.loc[(speaker, "short"), "sens_f2"] > 40.0
        assert tokens.loc[(speaker, "long"), "sens_f2"] < 25.0
        assert tokens.loc[(speaker, "long"), "sens_f1"] < tokens.loc[(speaker, "short"), "sens_f1"]
    assert "sens_vec" not in found.tokens
    assert found.vectors == ""


def test_points_move_as_a_whole(tmp_path: Path, base: Path) -> None:
    folder = tmp_path / "corpus"
    for number, name in enumerate(("p", "q")):
        write_recording(folder, name, ["a", "i", "u", "a"], seed=number)
        points = "\n".join(f'{0.1 + 0.2 * k:.1f} "{label}"' for k, label in enumerate("aiua"))
        (folder / f"{name}.TextGrid").write_text(
            'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0 0.8 <exists> 1\n'
            f'"TextTier" "phones" 0 0.8 4\n{points}\n'
        )
    values = {"embed": {"model": str(base), "device": "cpu"}, "compare": QUICK, "tokens": {"tier": "phones"}}
    found = sensed(run(Settings(str(folder)).updated(values)))
    assert len(found.tokens) == 8
    assert (found.shifts["n_moves"] == 2).all()
    assert (found.tokens["sens_unmade"] == 0).all()
    assert set(found.shifts["worst_move"]) <= {
        f"{sign}{ms}~{sign}{ms}" for sign in "+-" for ms in (5, 10, 20)
    }


def test_a_recording_that_is_lost_meanwhile_is_skipped(tmp_path: Path, tones: Path, base: Path) -> None:
    folder = Path(shutil.copytree(tones, tmp_path / "corpus"))
    results = run(tone_settings(folder, base))
    (folder / "m1.wav").unlink()
    events = list(sensing(results.opened, results.spaces))
    lost = [one for one in events if isinstance(one, Skipped)]
    assert [one.name for one in lost] == ["m1"]
    found = events[-1]
    assert set(found.shifts["id"].str.split("#").str[0]) == {"f0", "f2", "m3"}
    mine = found.tokens[found.tokens["speaker"] == "m1"]
    assert mine["sens_f1"].isna().all()
    assert mine["sens_flip"].isna().all()


def test_bad_requests_are_refused(tones: Path, base: Path) -> None:
    results = run(tone_settings(tones, base, embed={"layers": [1]}))
    frames = replace(
        results.opened, settings=results.opened.settings.updated({"embed": {"pooling": "frames"}})
    )
    with pytest.raises(InputError, match="frames"):
        last(sensing(frames, results.spaces))
    empty = build_spaces(results.opened.tokens.frame(), (), results.opened.settings.normalize)
    with pytest.raises(ComparisonError, match="neither formants nor vectors"):
        last(sensing(results.opened, empty))


def test_methods_that_need_f0_are_passed_over(tones: Path, base: Path) -> None:
    settings = tone_settings(tones, base, normalize={"methods": ["syrdal_gopal", "nearey2"]})
    found = sensed(run(settings, "measure"))
    assert found.formants.startswith("Nearey 2")
    assert any("syrdal_gopal is left out" in note for note in found.notes)


def test_a_measuring_process_changes_nothing(tones: Path, base: Path) -> None:
    results = run(tone_settings(tones, base), "measure")
    one, two = sensed(results), sensed(results, workers=1)
    pd.testing.assert_frame_equal(one.shifts, two.shifts)
    pd.testing.assert_frame_equal(one.summary, two.summary)
