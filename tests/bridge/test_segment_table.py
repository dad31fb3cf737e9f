"""The segment table: the values of the command line, and Tables that scripts can rely on."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import parselmouth
import pytest
from parselmouth.praat import call
from sample_jobs import answer

from w2vpraat.bridge.commands.segment_table import segment_table
from w2vpraat.bridge.job import Answer, Job, read_job
from w2vpraat.bridge.pairs import told
from w2vpraat.bridge.praat_files import write_collection
from w2vpraat.bridge.tables import frame_of
from w2vpraat.bridge.warm import Warm
from w2vpraat.cli.main import main
from w2vpraat.errors import InputError, TokenError
from w2vpraat.export.tables import order_columns
from w2vpraat.export.vectors import read_vectors
from w2vpraat.resources import sample_corpus

NAME = "us_m_liam"
VOWELS = {"tokens.label_map": "ipa", "tokens.label_class": "vowel"}
OPTIONS = ("--tier", "phones", "--label-map", "ipa", "--label-class", "vowel")
TIMES = ["start", "end", "time"]


@pytest.fixture(scope="module")
def warm() -> Warm:
    return Warm()


def recording(start: float = 0.0, end: float = 3.0, *, keep: str = "no") -> tuple[parselmouth.Sound, object]:
    """Return a stretch of a recording of the sample corpus."""
    sound = parselmouth.Sound(str(sample_corpus() / f"{NAME}.flac"))
    (grid,) = [parselmouth.read(str(sample_corpus() / f"{NAME}.TextGrid"))]
    return (
        call(sound, "Extract part", start, end, "rectangular", 1, keep),
        call(grid, "Extract part", start, end, keep),
    )


def whole(folder: Path, name: str) -> tuple[str, parselmouth.Sound, object]:
    """Return a recording and its name."""
    grid = parselmouth.read(str(folder / f"{name}.TextGrid"))
    return name, parselmouth.Sound(str(folder / f"{name}.flac")), grid


def job_of(folder: Path, *pairs: object, values: Mapping[str, object] | None = None) -> Job:
    """Write the job of Sounds and TextGrids, each with its name before it or called ``s``."""
    triples = list(pairs) if isinstance(pairs[0], tuple) else [("s", *pairs)]
    folder.mkdir(parents=True)
    lines = {"protocol": 1, "command": "segment_table", "sounds": len(triples), "grids": len(triples)}
    for number, (name, sound, grid) in enumerate(triples, 1):
        call(sound, "Save as binary file", str(folder / f"sound_{number}.Sound"))
        call(grid, "Save as text file", str(folder / f"grid_{number}.TextGrid"))
        lines |= {f"sound_name_{number}": name, f"grid_name_{number}": name}
    lines |= {"tier": "phones", **(values or {})}
    (folder / "job.txt").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()), "utf-8")
    return read_job(folder)


def frame(made: Answer) -> pd.DataFrame:
    """Return the Table as a script gets it: written to a file and read by Praat."""
    (table,) = made.objects
    return frame_of(table)


def same_values(ours: pd.DataFrame, theirs: pd.DataFrame, *, but: tuple[str, ...] = ()) -> None:
    """Compare all columns: numbers to 1e-6, texts exactly."""
    assert list(ours.columns) == list(theirs.columns)
    assert len(ours) == len(theirs) > 0
    for name in ours.columns.drop(list(but)):
        if ours[name].dtype == object:
            assert ours[name].tolist() == theirs[name].fillna("").astype(str).tolist(), name
        else:
            assert np.allclose(ours[name], theirs[name], rtol=0, atol=1e-6, equal_nan=True), name


def command_line(corpus: Path, out: Path, *options: str, embed: tuple[str, ...] = ()) -> pd.DataFrame:
    """Run ``w2vpraat measure`` and ``embed``; return the columns of both and the raw vectors."""
    tables = []
    for command, more in (("measure", ()), ("embed", embed)):
        assert main([command, str(corpus), "-o", str(out / command), *options, *more]) == 0
        tables.append(
            pd.read_csv(
                out / command / "tokens.csv", keep_default_na=False, na_values=[""], dtype={"label": str}
            )
        )
    (vectors,) = (one for one in read_vectors(out / "embed" / "vectors.npz") if "z-score" in one.name)
    values = pd.DataFrame(vectors.take(list(tables[1]["id"])).values, columns=list(vectors.columns))
    measured, embedded = tables
    new = [name for name in embedded.columns if name not in measured.columns]
    assert measured["id"].tolist() == embedded["id"].tolist()
    joined = pd.concat([measured, embedded[new], values], axis=1)
    return joined[order_columns(joined.columns)]


def test_values_are_those_of_the_command_line(tmp_path: Path, warm: Warm) -> None:
    for suffix in ("flac", "TextGrid"):
        shutil.copy(sample_corpus() / f"{NAME}.{suffix}", tmp_path)
    theirs = command_line(tmp_path, tmp_path / "out", *OPTIONS)
    job = job_of(tmp_path / "job", whole(sample_corpus(), NAME), values={**VOWELS, "dimensions": "all"})
    made = answer(segment_table, job, warm)
    ours = frame(made)
    same_values(ours, theirs, but=("file_name",))
    assert "e0001 to e0192 are the dimensions of phone layer 6, by-speaker z-score" in made.notes
    assert set(ours["file_name"]) == {NAME}  # the object has no ending
    assert ours["id"][0] == f"{NAME}#2.3"
    assert list(ours.columns[-1:]) == ["frame_note"]


@pytest.mark.shared_data
def test_values_of_several_recordings(shared_data: Path, tmp_path: Path, warm: Warm) -> None:
    corpus = shared_data / "librispeech" / "test-other" / "1688"
    names = ["1688-142285-0002", "1688-142285-0009"]
    (tmp_path / "corpus").mkdir()
    for name in names:
        for suffix in ("flac", "TextGrid"):
            shutil.copy(corpus / f"{name}.{suffix}", tmp_path / "corpus")
    theirs = command_line(
        tmp_path / "corpus", tmp_path / "out", "--label-map", "arpabet", embed=("--pooling", "mean")
    )
    keys = {"tokens.label_map": "arpabet", "embed.pooling": "mean", "dimensions": "all"}
    made = answer(
        segment_table, job_of(tmp_path / "job", *(whole(corpus, name) for name in names), values=keys), warm
    )
    assert made.objects[0].name == "segments"
    ours = frame(made)
    same_values(ours, theirs, but=("file_name",))
    assert ours["speaker"].nunique() == 2


def test_praat_reads_the_table(tmp_path: Path, warm: Warm) -> None:
    made = answer(segment_table, job_of(tmp_path / "job", *recording()), warm)
    ours = frame(made)
    (table,) = call("Read from file", str(write_collection(tmp_path / "r.Collection", made.objects)))
    assert table.name == "s_segments"
    assert call(table, "Get number of rows") == len(ours)
    assert call(table, "Get value", 2, "label") == ours["label"][1]
    mean = call(table, "Get mean", "F1")
    assert mean == pytest.approx(ours["F1"].mean(), abs=1e-9)
    assert (
        made.message == f"{len(ours)} segments of 1 speaker in 1 Sound; model phone, layer 6, pooling middle."
    )


def test_loud_sounds_are_not_clipped(tmp_path: Path, warm: Warm) -> None:
    sound, grid = recording()
    quiet = frame(answer(segment_table, job_of(tmp_path / "quiet", sound, grid), warm))
    factor = 1.5 / np.abs(sound.values).max()
    call(sound, "Scale peak", 1.5)
    loud = frame(answer(segment_table, job_of(tmp_path / "loud", sound, grid), warm))
    louder = loud["intensity"] - quiet["intensity"]
    assert louder.dropna().to_numpy() == pytest.approx(20 * math.log10(factor), abs=1e-4)
    assert np.allclose(loud["F1"], quiet["F1"], rtol=1e-4, equal_nan=True)


def test_times_are_the_sounds_own(tmp_path: Path, warm: Warm) -> None:
    later = frame(answer(segment_table, job_of(tmp_path / "later", *recording(2, 3, keep="yes")), warm))
    assert later[TIMES].min().min() >= 2.0
    assert later[TIMES].max().max() <= 3.0
    assert later["end"].max() > 2.5
    later = frame(answer(segment_table, job_of(tmp_path / "a", *recording(2, 3.05, keep="yes")), warm))
    from_zero = frame(answer(segment_table, job_of(tmp_path / "b", *recording(2, 3.05)), warm))
    from_zero = from_zero.assign(**{name: from_zero[name] + 2.0 for name in TIMES})
    same_values(later, from_zero, but=("intensity", "intensity_mean"))
    # Where a window's middle lies between two samples, Praat's intensity depends on the clock: ours is that
    # of the user's own Sound.
    praat = call(recording(2, 3.05, keep="yes")[0], "To Intensity", 100, 0, "yes")
    theirs = [call(praat, "Get value at time", time, "cubic") for time in later["time"]]
    assert np.allclose(later["intensity"], theirs, rtol=0, atol=1e-6, equal_nan=True)


def test_channels_and_sampling_frequency(tmp_path: Path, warm: Warm) -> None:
    sound, grid = recording()
    values = call(sound, "Resample", 44100, 50).values[0]
    stereo = parselmouth.Sound(np.stack([0.5 * values, values[::-1]]), 44100)
    call(stereo, "Save as WAV file", str(tmp_path / "s.wav"))
    call(grid, "Save as text file", str(tmp_path / "s.TextGrid"))
    assert main(["measure", str(tmp_path), "-o", str(tmp_path / "out"), "--tier", "phones"]) == 0
    theirs = pd.read_csv(tmp_path / "out" / "tokens.csv", keep_default_na=False, na_values=[""])
    # 16 bits, as in the file
    made = answer(
        segment_table, job_of(tmp_path / "job", parselmouth.Sound(str(tmp_path / "s.wav")), grid), warm
    )
    assert made.notes[0] == 'Sound "s" has 2 channels: their mean is used'
    same_values(frame(made)[theirs.columns], theirs, but=("file_name",))


def test_a_tier_without_a_usable_interval(tmp_path: Path, warm: Warm) -> None:
    pair = recording()
    for keys in ({"components": 3}, {"dimensions": "all"}):
        full = answer(segment_table, job_of(tmp_path / f"full{len(str(keys))}", *pair, values=keys), warm)
        none = {**keys, "tokens.labels": "no such label"}
        made = answer(segment_table, job_of(tmp_path / f"none{len(str(keys))}", *pair, values=none), warm)
        (table,) = made.objects
        assert table.columns == full.objects[0].columns
        assert table.name == "s_segments"
        assert table.rows == ()
        (read,) = call("Read from file", str(write_collection(tmp_path / "r.Collection", [table])))
        assert call(read, "Get number of rows") == 0
        assert call(read, "Get number of columns") == len(table.columns)
        assert "no row" in made.message
        assert "not one of the wanted labels" in " ".join(made.notes)


def test_nobody_of_the_wanted_speakers(tmp_path: Path, warm: Warm) -> None:
    # By its name the Sound would be of the speaker "s".
    keys = {"speakers": "one", "tokens.only_speakers": "s"}
    made = answer(segment_table, job_of(tmp_path / "job", *recording(0, 1), values=keys), warm)
    assert made.objects[0].rows == ()
    assert "not one of the wanted speakers" in " ".join(made.notes)


def test_labels_come_back_unchanged(tmp_path: Path, warm: Warm) -> None:
    labels = ("two\nlines", "tab\there", 'say "no" ""twice""', "ʃɔː t͡s", "q" * 500)
    sound, _ = recording(0, 2)
    grid = call("Create TextGrid", 0.0, 2.0, "phones", "")
    for place in range(1, len(labels)):
        call(grid, "Insert boundary", 1, 2 * place / len(labels))
    for number, label in enumerate(labels, 1):
        call(grid, "Set interval text", 1, number, label)
    made = answer(segment_table, job_of(tmp_path / "job", sound, grid), warm)
    (table,) = call("Read from file", str(write_collection(tmp_path / "r.Collection", made.objects)))
    assert tuple(call(table, "Get value", row, "label") for row in range(1, 6)) == labels
    assert [call(table, "Get value", row, "id") for row in (1, 5)] == ["s#1.1", "s#1.5"]


def test_components_are_principal(tmp_path: Path, warm: Warm) -> None:
    pair = recording(0, 6)
    vectors = frame(
        answer(segment_table, job_of(tmp_path / "all", *pair, values={"dimensions": "all"}), warm)
    )
    made = answer(segment_table, job_of(tmp_path / "three", *pair, values={"components": 3}), warm)
    ours = frame(made)
    values = vectors.filter(regex=r"^e\d{4}$").to_numpy()
    values = values - values.mean(axis=0)
    _, spread, axes = np.linalg.svd(values, full_matrices=False)
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    assert ours[["pc1", "pc2", "pc3"]].to_numpy() == pytest.approx(values @ axes[:3].T, abs=1e-3)
    share = 100 * (spread[:3] ** 2).sum() / (spread**2).sum()
    assert f"hold {share:.0f} % of the variance" in " ".join(made.notes)
    assert "by-speaker z-score" in " ".join(made.notes)
    assert not [name for name in ours.columns if name == "e0001"]


def test_raw_vectors_on_request(tmp_path: Path, warm: Warm) -> None:
    pair, keys = recording(), {"dimensions": "all"}
    raw = frame(
        answer(
            segment_table,
            job_of(tmp_path / "raw", *pair, values={**keys, "normalize.embedding_methods": "none"}),
            warm,
        )
    )["e0001"]
    scaled = frame(answer(segment_table, job_of(tmp_path / "z", *pair, values=keys), warm))["e0001"]
    assert abs(raw.mean()) > 1e-3
    assert scaled.to_numpy() == pytest.approx(((raw - raw.mean()) / raw.std()).to_numpy(), abs=1e-4)


def test_more_components_than_segments(tmp_path: Path, warm: Warm) -> None:
    job = job_of(tmp_path / "job", *recording(0, 0.55), values={"components": 5})
    made = answer(segment_table, job, warm)
    ours = frame(made)
    assert 1 < len(ours) < 5
    known = len(ours) - 1
    assert ours[f"pc{known}"].notna().all()
    assert made.objects[0].rows[0][made.objects[0].columns.index("pc5")] == "--undefined--"
    assert "5 components need 6 segments" in " ".join(made.notes)


def test_several_points_within_a_segment(tmp_path: Path, warm: Warm) -> None:
    keys = {"formants.points": "0.25,0.5,0.75", "components": 2}
    ours = frame(answer(segment_table, job_of(tmp_path / "job", *recording(), values=keys), warm))
    assert set(ours.groupby("id").size()) == {3}
    assert (ours.groupby("id")["pc1"].nunique() == 1).all()
    assert ours["pc1"].nunique() > 5


def test_speakers_of_a_table_decide_the_ceiling(tmp_path: Path, warm: Warm) -> None:
    job = job_of(tmp_path / "job", *recording(), values={"speakers": "table"})
    table = call("Create Table with column names", "t", 1, "speaker sound sex age")
    for column, cell in {"speaker": "liam", "sound": "s", "sex": "m", "age": "30"}.items():
        call(table, "Set string value", 1, column, cell)
    call(table, "Save as text file", str(tmp_path / "job" / "speakers.Table"))
    made = answer(segment_table, job, warm)
    ours = frame(made)
    assert set(ours["speaker"]) == {"liam"}
    assert set(ours["max_formant"]) == {5000.0}
    assert list(ours.columns[-2:]) == ["sex", "age"]


def test_a_pair_that_can_not_be_used_is_told_by_name(tmp_path: Path, warm: Warm) -> None:
    job = job_of(
        tmp_path / "job", *(whole(sample_corpus(), name) for name in (NAME, "us_f_sky")), values=VOWELS
    )
    other = call("Create TextGrid", 0, 5, "words notes", "")
    call(other, "Save as text file", str(job.folder / "grid_2.TextGrid"))
    made = answer(segment_table, job, warm)
    assert set(frame(made)["file_name"]) == {NAME}
    (note,) = [note for note in made.notes if "skipped" in note]
    assert note.startswith('us_f_sky was skipped: TextGrid "us_f_sky": has no tier "phones"')
    assert str(tmp_path) not in " ".join(made.notes)
    assert "--" not in " ".join(made.notes)


def test_impossible_wishes_are_refused_before_any_work(tmp_path: Path, warm: Warm) -> None:
    pair = recording(0, 1)
    for number, (keys, message) in enumerate(
        (
            ({"embed.layers": "3,4"}, "one layer"),
            ({"embed.pooling": "frames"}, "many vectors per segment"),
            ({"components": "-1"}, "-1 components"),
            ({"components": "1.5"}, "1.5 components"),
            ({"dimensions": "some"}, "no choice of dimensions"),
            ({"embed.layer": "3"}, "no option"),
        )
    ):
        with pytest.raises(InputError, match=message):
            list(segment_table(job_of(tmp_path / f"job{number}", *pair, values=keys), warm))


def test_a_tier_that_is_not_there(tmp_path: Path, warm: Warm) -> None:
    job = job_of(tmp_path / "job", *recording(0, 1), values={"tier": "vowels"})
    with pytest.raises(TokenError) as caught:
        list(segment_table(job, warm))
    assert 'has no tier "vowels" (choose from: 1 "words", 2 "phones")' in told(caught.value, job)
    assert str(tmp_path) not in told(caught.value, job)
