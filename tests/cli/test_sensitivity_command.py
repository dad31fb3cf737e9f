"""``w2vpraat sensitivity``: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import torch
from tone_speech import write_base, write_corpus

TABLES = ("", "_shifts", "_summary", "_differences", "_left_out")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("speech") / "corpus", n_speakers=4, turns=2)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("models") / "tiny", 1)


def test_prints_a_line_per_representation_and_a_sentence_and_writes_the_folder(
    w2v, corpus, model, tmp_path
) -> None:
    said = w2v(
        *("sensitivity", corpus, "--speakers", corpus / "speakers.csv", "--labels", "a,i,u"),
        *("--model", model, "--shifts", "0.01,0.03", "--queue-shift", "0.02", "--bootstrap", 20),
        *("-o", tmp_path / "out"),
    )
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    header = next(number for number, line in enumerate(lines) if line.startswith("representation"))
    rows = [line.split() for line in lines[header + 1 : lines.index("", header)]]
    assert len(rows) == 7 * 3  # F1 to F3, their set, Lobanov, vectors, vectors normalized
    assert sum("change their nearest label" in line for line in lines) == 1
    assert "by 20 ms" in said.out
    folder = tmp_path / "out"
    summary = pd.read_csv(folder / "sensitivity_summary.csv")
    assert sorted(summary["shift"].unique()) == [0.01, 0.02, 0.03]
    row = summary[(summary["representation"] == "Lobanov F1-F3") & (summary["shift"] == 0.02)].iloc[0]
    printed = next(line for line in lines if line.startswith("Lobanov F1-F3") and " 20 " in line)
    assert f"{row['movement_median']:.2f}" in printed
    assert f"{100 * row['flip_rate']:.1f} [" in printed
    tokens = pd.read_csv(folder / "sensitivity.csv")
    assert list(tokens.columns[:7]) == [
        *("id", "speaker", "label", "sens_shift", "sens_moves", "sens_clipped", "sens_unmade"),
    ]
    assert {"sens_f1", "sens_f2", "sens_vec", "sens_flip"} <= set(tokens.columns)
    assert (tokens["sens_shift"] == 0.02).all()
    assert len(tokens) == row["n_tokens"]
    text = (folder / "sensitivity.csv").read_text(encoding="utf-8").splitlines()
    assert {"TRUE", "FALSE"} & set(text[1].split(","))
    assert tokens["sens_flip_formants"].mean() == pytest.approx(row["flip_rate"])
    for name in ("sensitivity.svg", "sensitivity.png", "sensitivity_labels.pdf"):
        assert (folder / name).stat().st_size > 1000
    told = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert told["settings"]["sensitivity"]["shifts"] == [0.01, 0.03]
    assert told["measurements"]["praat_version"]
    assert "sensitivity.csv" in {one["path"] for one in told["outputs"]}


def test_settings_file_repeats_the_run(w2v, corpus, model, tmp_path) -> None:
    first = w2v(
        *("sensitivity", corpus, "--speakers", corpus / "speakers.csv", "--labels", "a,i,u"),
        *("--model", model, "--shifts", "0.02", "--queue-shift", "0.02", "--shortest", "0.05"),
        *("--bootstrap", 20, "-o", tmp_path / "one"),
    )
    assert first.code == 0, first.err
    again = w2v("sensitivity", "--config", tmp_path / "one" / "w2vpraat.toml", "-o", tmp_path / "two")
    assert again.code == 0, again.err
    for name in TABLES:
        path = f"sensitivity{name}.csv"
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


def test_bad_requests_are_refused_in_one_line(w2v, corpus, model, tmp_path) -> None:
    out = ("-o", tmp_path / "out")
    for words, reason in (
        ((tmp_path / "nowhere",), "nowhere"),
        ((corpus, "--shifts", "0"), "shifts = 0.0 s is out of range"),
        ((corpus, "--shifts", "ten"), "'ten' is not a list of X"),
        ((corpus, "--model", model, "--pooling", "frames"), "frames"),
    ):
        said = w2v("sensitivity", *words, *out)
        assert said.code == 2
        assert reason in said.err
        assert len(said.err.strip().splitlines()) == 1
