"""``w2vpraat finetune``: the folder, the catalogue, refusals, kill -9, two processes."""

from __future__ import annotations

import hashlib
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
import torch
from safetensors.torch import load_file

FILES = {
    "README.md",
    "classes.csv",
    "config.json",
    "confusion_phone.csv",
    "confusion_phone.svg",
    "confusion_sex.csv",
    "confusion_sex.svg",
    "figures.csv",
    "heads.safetensors",
    "model.safetensors",
    "preprocessor_config.json",
    "provenance.json",
    "training.csv",
    "training.svg",
    "w2vpraat.json",
}


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def words(corpus: Path, model: Path, out: Path, *more: object, steps: int = 4) -> list[str]:
    """Return the words of a short run."""
    options = {
        "--speakers": corpus / "speakers.csv",
        "--base": model,
        "--steps": steps,
        "--evaluate-every": 2,
        "--checkpoint-every": 2,
        "--batch-seconds": 2,
        "--crop-seconds": 1,
        "--min-class-frames": 5,
        "--device": "cpu",
        "-o": out,
    }
    flat = [str(word) for pair in options.items() for word in pair]
    return ["finetune", str(corpus), *flat, "--task", "phone", "--task", "sex", *map(str, more)]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return {**load_file(folder / "model.safetensors"), **load_file(folder / "heads.safetensors")}


def test_dry_run_shows_classes_and_writes_nothing(
    w2v, corpus: Path, tiny_model: Path, tmp_path: Path
) -> None:
    said = w2v(*words(corpus, tiny_model, tmp_path / "out", "--dry-run"))
    assert said.code == 0, said.err
    assert "Speakers: 2 for training, 1 decide when to stop, 1 for the figures." in said.out
    lines = [line.split() for line in said.out.splitlines()]
    assert ["phone", "sil"] in [line[:2] for line in lines]
    assert ["sex", "F"] in [line[:2] for line in lines]
    assert not (tmp_path / "out").exists()
    assert "out" not in w2v("models", "list").out


def test_the_folder_holds_all_and_the_model_is_listed(
    w2v, corpus: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "phone_sex"
    said = w2v(*words(corpus, tiny_model, out))
    assert said.code == 0, said.err
    assert {path.name for path in out.iterdir()} == FILES
    assert "Weights of step" in said.out
    assert "step     2: phone" in said.out
    assert said.out.index("Speakers: 2 for training") < said.out.index("step     2: phone")

    curve = pd.read_csv(out / "training.csv")
    assert curve["step"].unique().tolist() == [2, 4]
    assert set(curve["split"]) == {"train", "held_out"}
    figures = pd.read_csv(out / "figures.csv", keep_default_na=False)
    assert set(figures["speakers"]) == {"test"}
    matrix = pd.read_csv(out / "confusion_sex.csv")
    assert matrix.columns.tolist() == ["class", "F", "M"]
    row = figures[(figures["task"] == "sex") & (figures["class"] == "")].iloc[0]
    counts = matrix[["F", "M"]].to_numpy()
    assert float(row["accuracy"]) == pytest.approx(np.trace(counts) / counts.sum())
    assert int(row["n_frames"]) == counts.sum()

    record = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    splits = record["training"]["splits"]
    assert sorted(name for names in splits.values() for name in names) == ["ann", "bea", "carl", "dan"]
    assert [len(splits[use]) for use in ("train", "held_out", "test")] == [2, 1, 1]
    hashes = {item["path"]: item["sha256"] for item in record["inputs"]["audio"]}
    assert hashes["ann.wav"] == hashlib.sha256((corpus / "ann.wav").read_bytes()).hexdigest()
    assert len(record["inputs"]["textgrids"]) == 4
    assert {item["path"] for item in record["outputs"]} == FILES - {"provenance.json", "README.md"}
    card = (out / "README.md").read_text(encoding="utf-8")
    for text in ("# phone_sex", "| phone |", "| sex |", "95 % bootstrap", "provenance.json", "| seed | 0 |"):
        assert text in card, text

    assert "phone_sex" in w2v("models", "list").out
    embedded = w2v("embed", corpus, "--model", "phone_sex", "-o", tmp_path / "vectors")
    assert embedded.code == 0, embedded.err
    with np.load(tmp_path / "vectors" / "vectors.npz") as stored:
        # The layer that the heads were learned on is the recommended one.
        assert stored["phone_sex_layer2"].shape == (24, 16)

    again = w2v(*words(corpus, tiny_model, out))
    assert again.code == 2
    assert "holds a finished model" in again.err
    taken = w2v(*words(corpus, tiny_model, tmp_path / "other", "--name", "phone_sex"))
    assert taken.code == 2
    assert 'there is a model "phone_sex" already' in taken.err
    assert not (tmp_path / "other").exists()
    bundled = w2v(*words(corpus, tiny_model, tmp_path / "base"))
    assert bundled.code == 2
    assert 'there is a model "base" already' in bundled.err


def test_a_model_need_not_be_listed(
    w2v, corpus: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    said = w2v(*words(corpus, tiny_model, Path(), "--no-register", steps=1))
    assert said.code == 0, said.err
    assert "mine" not in w2v("models", "list").out
    assert json.loads(Path("w2vpraat.json").read_text(encoding="utf-8"))["id"] == "mine"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--task", "a b"), "is no task"),
        (("--task", "age=column:age"), 'there is no column "age"'),
        (("--task", "tones"), 'tier "tones" gives no labels'),
        (("--task", "x=map:nowhere"), 'there is no map "nowhere"'),
        (("--task", "phones"), "two tasks have the same name"),
        (("--task-weights", "tone=2"), "names no task"),
        (("--min-class-frames", "9999"), "needs two classes"),
        (("--test-speakers", "zoe"), "there is no speaker zoe"),
        (("--freeze-below", "3"), "the model has 2 layers"),
        (("--base", "nowhere"), 'no model "nowhere"'),
        (("--steps", "0"), "out of range"),
    ],
)
def test_refusals_are_one_line(
    w2v, corpus: Path, tiny_model: Path, tmp_path: Path, more: tuple[str, ...], message: str
) -> None:
    said = w2v(*words(corpus, tiny_model, tmp_path / "out", *more))
    assert said.code == 2
    assert message in said.err
    assert said.err.count("\n") == 1


def test_skipped_files_are_listed_and_the_rest_is_used(
    w2v, corpus: Path, tiny_model: Path, tmp_path: Path
) -> None:
    (corpus / "dan.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    everybody = ("--held-out", 0, "--test", 0)  # of the three speakers left, training needs both sexes
    said = w2v(*words(corpus, tiny_model, tmp_path / "out", *everybody, steps=1))
    assert said.code == 1, said.err
    assert "1 skipped" in said.err
    assert "dan.wav" in said.err


def test_settings_file(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    config = tmp_path / "w2vpraat.toml"
    config.write_text(
        f'[run]\ncorpus = "{corpus.as_posix()}"\n[finetune]\nbase = "{tiny_model.as_posix()}"\n'
        'tasks = ["phone"]\nsteps = 3\nmin_class_frames = 5\nbatch_seconds = 2\ntest = 0\nheld_out = 0\n',
        encoding="utf-8",
    )
    out = tmp_path / "from_file"
    said = w2v("finetune", "--config", config, "--steps", "1", "-o", out)
    assert said.code == 0, said.err
    record = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    assert record["settings"]["finetune"]["tasks"] == ["phone"]
    assert record["training"]["steps"] == 1


def run_apart(*arguments: str, module: tuple[str, ...] = ("w2vpraat",)) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *module, *arguments],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_kill_9_and_go_on_with_the_same_curve(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    more = ("--evaluate-every", 10, "--checkpoint-every", 10, "--freeze-convolutions")
    with run_apart(*words(corpus, tiny_model, killed, *more, steps=120)) as process:
        pause = threading.Event()
        while process.poll() is None and not list(killed.glob("checkpoints/step-*0")):
            pause.wait(0.01)
        process.send_signal(signal.SIGKILL)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == -signal.SIGKILL, said
    assert not (killed / "config.json").exists()

    other = w2v(*words(corpus, tiny_model, killed, *more, "--seed", 1, steps=120))
    assert other.code == 2
    assert "unfinished run that differs in: seed" in other.err
    assert "--restart" in other.err

    resumed = w2v(*words(corpus, tiny_model, killed, *more, steps=120))
    assert resumed.code == 0, resumed.err
    assert "of an interrupted run" in resumed.out
    assert w2v(*words(corpus, tiny_model, whole, *more, steps=120)).code == 0
    assert (killed / "training.csv").read_bytes() == (whole / "training.csv").read_bytes()
    assert (killed / "figures.csv").read_bytes() == (whole / "figures.csv").read_bytes()
    one, two = weights(killed), weights(whole)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not (killed / "checkpoints").exists()


def test_an_unfinished_run_can_begin_anew(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    from w2vpraat.models.finetuning import training

    out = tmp_path / "out"

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "write_model", stop)
        said = w2v(*words(corpus, tiny_model, out, steps=2))
    assert said.code == 130
    assert "goes on where it stopped" in said.err
    said = w2v(*words(corpus, tiny_model, out, "--seed", 1, "--restart", steps=2))
    assert said.code == 0, said.err
    assert "interrupted" not in said.out
    assert {path.name for path in out.iterdir()} == FILES


def test_two_processes_write_one_model(corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "two"
    run = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "w2vpraat")
    with run_apart(*words(corpus, tiny_model, out, "--voices", 1), module=run) as process:
        said, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "Warning" not in err, err
    assert {path.name for path in out.iterdir()} == FILES
    assert said.count("Speakers: 2 for training") == 1
    assert said.count("Written to") == 1
    curve = pd.read_csv(out / "training.csv")
    assert len(curve) == 8
    assert np.isfinite(curve["loss"]).all()
    record = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    assert record["training"]["processes"] == 2
    figures = pd.read_csv(out / "figures.csv", keep_default_na=False)
    assert figures[figures["class"] == ""]["n_speakers"].astype(float).tolist() == [1, 1]
