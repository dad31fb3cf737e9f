"""The comparison in Praat has the numbers of the command line, and says what one speaker can't tell."""

from __future__ import annotations

import shutil
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sample_jobs import answer, write_job

from w2vpraat.bridge.commands.compare_normalizations import (
    ONE_SPEAKER,
    SCORES,
    SEPARATION,
    compare_normalizations,
)
from w2vpraat.bridge.job import Answer
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.tables import frame_of
from w2vpraat.bridge.warm import Warm
from w2vpraat.cli.main import main
from w2vpraat.errors import ComparisonError
from w2vpraat.resources import sample_corpus

ONE = ["us_m_liam"]
THREE = ["us_m_liam", "gb_f_alice", "us_f_sky"]
KEYS = ["goal", "representation"]
QUICK = {"compare.probes": "lda,knn", "compare.bootstrap": 200, "pairs.shuffles": 0}


@pytest.fixture(scope="module")
def warm() -> Warm:
    return Warm()


def tables(found: Answer) -> dict[str, pd.DataFrame]:
    assert all(isinstance(one, PraatTable) for one in found.objects)
    return {one.name: frame_of(one) for one in found.objects if isinstance(one, PraatTable)}


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """Return numbers of a column, which is one of texts if none is known."""
    return pd.to_numeric(column).to_numpy(float)


def on_the_command_line(folder: Path, names: list[str]) -> dict[str, pd.DataFrame]:
    """Run the same on a folder with the files; return its tables."""
    corpus, out = folder / "corpus", folder / "out"
    corpus.mkdir()
    for name in names:
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{suffix}", corpus)
    words = ["--tier", "phones", "--label-map", "ipa", "--label-class", "vowel", "--layers", "4"]
    words += ["--probes", "lda,knn", "--bootstrap", "200", "--shuffles", "0", "--no-sensitivity"]
    with pytest.MonkeyPatch.context() as patch:  # a run is remembered, and not in the user's own folder
        patch.setenv("W2VPRAAT_CONFIG_DIR", str(folder / "config"))
        assert main(["run", str(corpus), "-o", str(out), *words]) == 0
    names = ["ranking", "scores", "silhouette", "variance"]
    return {name: pd.read_csv(out / f"{name}.csv", keep_default_na=False, na_values=[""]) for name in names}


def check_equal(found: dict[str, pd.DataFrame], wanted: dict[str, pd.DataFrame]) -> None:
    scores, ranking = found["scores"], wanted["ranking"]
    assert scores[KEYS].to_numpy().tolist() == ranking[KEYS].to_numpy().tolist()  # best first, as there
    for column in ("rank", "value", "low", "high", "chance", "behind", "p_holm", "gain", "gain_low"):
        values = numbers(scores[column]), numbers(ranking[column])
        np.testing.assert_allclose(*values, atol=1e-6, err_msg=column)
    beside = scores[[*KEYS, "probe", "unit"]].merge(wanted["scores"], how="left")
    for column in ("n_tokens", "n_speakers", "n_labels", "dim", "shuffled"):
        np.testing.assert_allclose(scores[column], beside[column], atol=1e-6, err_msg=column)
    assert scores["note"].tolist() == beside["note"].tolist()
    separation = found["separation"].set_index("representation")
    silhouette = wanted["silhouette"].set_index("representation")
    np.testing.assert_allclose(separation["silhouette"], silhouette["value"][separation.index], atol=1e-6)
    shares = wanted["variance"].query("dimension == 'all' and part == 'label'").set_index("representation")
    np.testing.assert_allclose(separation["label_share"], shares["share"][separation.index], atol=1e-6)
    near = wanted["scores"].query("goal == 'label' and probe == 'knn' and unit == 'accuracy'")
    near = near.set_index("representation").loc[separation.index]
    np.testing.assert_allclose(separation["neighbours"], near["value"], atol=1e-6)
    np.testing.assert_allclose(separation["neighbours_chance"], near["chance"], atol=1e-6)


def check_picture(found: Answer, folder: Path) -> None:
    file = folder / "picture.png"
    file.write_bytes(found.picture)
    pixels = matplotlib.image.imread(file)
    wide, high = found.picture_size
    assert wide == 6.5
    assert 4.0 < high < 5.5
    assert pixels.shape[1] == 1950
    assert abs(pixels.shape[0] - 300 * high) <= 1
    # Something is drawn in either half.
    assert all((half[..., :3] < 0.5).any() for half in np.array_split(pixels, 2, axis=1))


def test_several_speakers_have_the_numbers_of_the_command_line(tmp_path: Path, warm: Warm) -> None:
    found = answer(compare_normalizations, write_job(tmp_path / "job", "compare", THREE, QUICK), warm)
    made = tables(found)
    assert tuple(made["scores"].columns) == SCORES
    assert tuple(made["separation"].columns) == SEPARATION
    assert set(made["scores"]["goal"]) == {"label", "speaker_given_label"}
    check_equal(made, on_the_command_line(tmp_path, THREE))
    check_picture(found, tmp_path)
    assert "3 speakers, each unknown to the probe" in found.message
    assert "speaker, given the label: " in found.message
    assert ONE_SPEAKER not in found.notes
    assert not [note for note in found.notes if "--" in note]  # words of the command line


def test_one_speaker_is_compared_within_the_speaker(tmp_path: Path, warm: Warm) -> None:
    found = answer(compare_normalizations, write_job(tmp_path / "job", "compare", ONE, QUICK), warm)
    made = tables(found)
    check_equal(made, on_the_command_line(tmp_path, ONE))
    check_picture(found, tmp_path)
    scores = made["scores"]
    assert set(scores["goal"]) == {"label"}
    assert set(scores["n_speakers"]) == {1}
    assert np.isnan(numbers(scores["low"])).all()
    assert scores["value"].between(0.5, 1.0).all()
    assert made["separation"]["silhouette"].is_monotonic_decreasing
    assert np.isnan(numbers(made["separation"]["speaker_share"])).all()
    assert found.notes[0] == ONE_SPEAKER
    assert sum("one speaker" in note.lower() for note in found.notes) == 1
    assert "tokens held out within the speaker" in found.message
    assert "speakers held out" not in found.message


def test_labels_said_once_are_still_drawn(tmp_path: Path, warm: Warm) -> None:
    values = {**QUICK, "tokens.stop_words": "say,again"}
    found = answer(compare_normalizations, write_job(tmp_path / "job", "compare", ONE, values), warm)
    assert [len(table) for table in tables(found).values()] == [0, 0]
    assert [tuple(table.columns) for table in tables(found).values()] == [SCORES, SEPARATION]
    check_picture(found, tmp_path)
    assert "allow no comparison" in found.message
    assert any(note.startswith("no comparison: nothing to compare") for note in found.notes)


def test_nothing_at_all_is_an_error(tmp_path: Path, warm: Warm) -> None:
    values = {**QUICK, "tokens.labels": "iː"}
    with pytest.raises(ComparisonError, match=r"nothing can be compared: .*two tokens each"):
        answer(compare_normalizations, write_job(tmp_path / "job", "compare", ONE, values), warm)
