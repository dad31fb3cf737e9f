"""``w2vpraat run``: every file of the results, skipped files, repetition, interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from w2vpraat.events import Progress
from w2vpraat.pipeline import running as running_module
from w2vpraat.pipeline.running import Results, running
from w2vpraat.session.settings import Settings, read_settings

FILES = {
    "tokens.csv",
    "vectors.npz",
    "vectors.parquet",
    "scores.csv",
    "left_out.csv",
    "ranking.csv",
    "differences.csv",
    "pairs.csv",
    "pairs_by_speaker.csv",
    "variance.csv",
    "silhouette.csv",
    "sensitivity.csv",
    "sensitivity_shifts.csv",
    "sensitivity_summary.csv",
    "sensitivity_differences.csv",
    "sensitivity_left_out.csv",
    "report.html",
    "review.csv",
    "rejected.csv",
    "problems.csv",
    "skipped.csv",
    "figure.svg",
    "figure.pdf",
    "figure.png",
    "w2vpraat.toml",
    "provenance.json",
}


def _options(corpus: Path, model: Path) -> tuple[object, ...]:
    return (corpus, "--speakers", corpus / "speakers.csv", "--model", model, "--bootstrap", "50")


@pytest.fixture
def settings(corpus: Path, tiny_model: Path) -> Settings:
    base = Settings(corpus=str(corpus), speakers=str(corpus / "speakers.csv"))
    return base.updated({"embed": {"model": str(tiny_model)}, "compare": {"bootstrap": 20}})


def test_run_writes_one_consistent_folder(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = w2v("run", *_options(corpus, tiny_model), "-o", out)
    assert said.code == 0, said.err
    assert {path.name for path in out.iterdir()} == FILES
    table = pd.read_csv(out / "tokens.csv")
    assert len(table) == 24
    with np.load(out / "vectors.npz") as stored:
        assert stored["id"].tolist() == table["id"].tolist()
        assert stored["tiny_layer1"].shape == (24, 16)
        assert np.isfinite(stored["tiny_layer1"]).all()
    frame = pd.read_parquet(out / "vectors.parquet")
    assert frame["id"].tolist() == table["id"].tolist()
    # The recording was made with resonators at 0.97 x 750 and 1300 Hz on a pulse train of 110 Hz.
    hod = table[(table["label"] == "ɑ") & (table["speaker"] == "carl")].iloc[0]
    assert hod["F1"] == pytest.approx(727, rel=0.05)
    assert hod["F2"] == pytest.approx(1261, rel=0.05)
    assert hod["f0"] == pytest.approx(110, rel=0.02)
    z = table.groupby("speaker")["F1_z"]
    assert z.mean().abs().max() < 1e-9
    assert z.std(ddof=1).to_numpy() == pytest.approx(1.0)
    scores = pd.read_csv(out / "scores.csv")
    label = scores[(scores["goal"] == "label") & (scores["unit"] == "accuracy")]
    assert set(label["representation"]) >= {"F1-F3 Hz", "Lobanov F1-F3", "tiny layer 1"}
    assert label["n_tokens"].unique().tolist() == [24]
    assert "On the same 24 tokens of 4 speakers" in said.out


def test_provenance_names_inputs_outputs_model_and_praat(
    w2v, corpus: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert w2v("run", *_options(corpus, tiny_model), "-o", out).code == 0
    record = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    assert [item["path"] for item in record["inputs"]["audio"]] == [
        "ann.wav",
        "bea.wav",
        "carl.wav",
        "dan.wav",
    ]
    assert len(record["inputs"]["textgrids"]) == 4
    assert {item["path"] for item in record["outputs"]} == FILES - {"provenance.json"}
    assert len(record["embeddings"]["weights_sha256"]) == 64
    assert record["measurements"]["praat_version"] == "6.1.38"
    assert "To Formant (burg)" in record["measurements"]["commands"]["formants"]
    assert record["settings"]["formants"]["ceiling_male"] == 5000.0
    assert [one["method"] for one in record["normalizations"]][:1] == ["lobanov"]
    vectors = [
        one for one in record["normalizations"] if one.get("representation", "").startswith("tiny layer 1")
    ]
    assert [one["method"] for one in vectors] == ["z"]
    assert any("6 tokens" in note for note in vectors[0]["warnings"])
    assert set(vectors[0]["warnings"]) <= set(record["notes"])


def test_settings_file_repeats_the_run(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert w2v("run", *_options(corpus, tiny_model), "--labels", "iː,uː", "-o", one).code == 0
    assert read_settings(one / "w2vpraat.toml").tokens.labels == ("iː", "uː")
    assert w2v("run", "--config", one / "w2vpraat.toml", "-o", two).code == 0
    for name in ("tokens.csv", "scores.csv", "figure.svg", "vectors.npz", "w2vpraat.toml"):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_bad_sound_is_skipped_and_named(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    (corpus / "dan.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    (corpus / "carl.TextGrid").write_text("no grid", encoding="utf-8")
    out = tmp_path / "out"
    said = w2v("run", *_options(corpus, tiny_model), "-o", out)
    assert said.code == 1
    skipped = pd.read_csv(out / "skipped.csv")
    assert sorted(skipped["name"]) == ["carl", "dan"]
    assert skipped["hint"].notna().all()
    assert "dan.wav" in said.err
    assert "carl.TextGrid" in said.err
    assert pd.read_csv(out / "tokens.csv")["speaker"].unique().tolist() == ["ann", "bea"]


def test_second_run_with_other_pooling_and_moved_boundaries_needs_no_model(
    settings: Settings, corpus: Path
) -> None:
    from w2vpraat.models.encoder import Encoder

    first = _finished(settings)
    passes: list[object] = []
    original = Encoder.stretch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Encoder, "stretch", lambda self, *rest: (passes.append(rest), original(self, *rest))[1])
        grid = corpus / "ann.TextGrid"
        grid.write_text(grid.read_text(encoding="utf-8").replace("0.3 ", "0.28 "), encoding="utf-8")
        second = _finished(settings.updated({"embed": {"pooling": "mean"}, "tokens": {"labels": ["iː"]}}))
    assert passes == []
    assert len(second.table) == 8
    moved = second.table.set_index("id").loc["ann#1.2"]
    assert moved["end"] == 0.28
    assert moved["n_frames"] < first.table.set_index("id").loc["ann#1.2", "n_frames"]


def test_interrupted_run_goes_on_where_it_stopped(settings: Settings) -> None:
    events = running(settings, workers=0)
    steps = (one for one in events if isinstance(one, Progress) and one.step in ("measure", "embed"))
    seen = [next(steps) for _ in range(4)]
    events.close()
    again = [event for event in running(settings, workers=0) if isinstance(event, Progress)]
    cached = {
        (event.step, event.name) for event in again if event.cached and event.step in ("measure", "embed")
    }
    assert cached == {(event.step, event.name) for event in seen}
    assert sum(event.step == "measure" for event in again) == 4


def test_ctrl_c_leaves_whole_files_only(corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    out, cache = tmp_path / "out", tmp_path / "cache"
    words = [str(word) for word in ("run", *_options(corpus, tiny_model), "-o", out)]
    environment = {**os.environ, "W2VPRAAT_CACHE_DIR": str(cache)}
    # A shell that starts tests in the background has them ignore Ctrl-C; a user's terminal has not.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        f"from w2vpraat.cli.main import main; sys.exit(main({words!r}))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        pause = threading.Event()
        while process.poll() is None and not list(cache.glob("measured/*/*")):
            pause.wait(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 130, said
    assert "the same command goes on where it stopped" in said
    assert list(out.iterdir()) == []
    assert [path for path in cache.rglob("*") if path.is_file() and "part" in path.suffix] == []


def test_unknown_model_is_refused_before_any_work(w2v, corpus: Path, tmp_path: Path) -> None:
    said = w2v("run", corpus, "--model", "fone", "-o", tmp_path / "out")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "fone" in said.err
    assert "phone" in said.err


def test_one_speaker_still_gives_results_and_says_what_is_missing(
    w2v, corpus: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said = w2v("run", corpus / "ann.wav", "--model", tiny_model, "-o", out)
    assert said.code == 0, said.err
    assert len(pd.read_csv(out / "tokens.csv")) == 6
    assert "one speaker" in said.out


def test_measure_gives_one_row_per_point(w2v, corpus: Path, tmp_path: Path) -> None:
    said = w2v("measure", corpus, "--formant-points", "0.2,0.5,0.8", "-o", tmp_path / "out")
    assert said.code == 0, said.err
    table = pd.read_csv(tmp_path / "out" / "tokens.csv")
    assert len(table) == 72
    assert table.groupby("id")["prop_time"].apply(list).map(tuple).unique().tolist() == [(0.2, 0.5, 0.8)]
    assert not (tmp_path / "out" / "vectors.npz").exists()


def test_measure_with_a_ceiling_per_speaker_records_the_choice(w2v, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert w2v("measure", corpus, "--formant-ceiling-mode", "speaker", "-o", out).code == 0
    table = pd.read_csv(out / "tokens.csv")
    assert table.groupby("speaker")["max_formant"].nunique().tolist() == [1, 1, 1, 1]
    record = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    chosen = {speaker: one["ceiling"] for speaker, one in record["measurements"]["ceilings"].items()}
    assert chosen == table.groupby("speaker")["max_formant"].first().to_dict()


def test_embed_writes_frames_unpooled(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = w2v("embed", corpus, "--model", tiny_model, "--pooling", "frames", "--layers", "0,2", "-o", out)
    assert said.code == 0, said.err
    table = pd.read_csv(out / "tokens.csv")
    with np.load(out / "vectors.npz") as stored:
        assert len(stored["id"]) == table["n_frames"].sum()
        assert stored["id"][0] == "ann#1.2@1"
        assert stored["tiny_layer2"].shape == stored["tiny_layer0"].shape


def test_run_refuses_unpooled_frames(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    said = w2v("run", *_options(corpus, tiny_model), "--pooling", "frames", "-o", tmp_path / "out")
    assert said.code == 2
    assert "w2vpraat embed" in said.err


def _finished(settings: Settings) -> Results:
    found = [event for event in running_module.running(settings, workers=0) if isinstance(event, Results)]
    assert len(found) == 1
    return found[0]
