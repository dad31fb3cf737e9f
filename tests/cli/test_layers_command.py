"""``w2vpraat layers`` and ``w2vpraat claims``: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import torch
from tone_speech import write_base, write_corpus


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("speech") / "corpus", turns=3)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    made = {}
    for seed, (name, tasks) in enumerate({"start": [], "phone": ["phone"], "sex": ["sex"]}.items(), start=1):
        made[name] = write_base(folder / name, seed)
        entry = {"tasks": [{"name": task} for task in tasks]}
        (made[name] / "w2vpraat.json").write_text(json.dumps(entry), encoding="utf-8")
    return made


def test_layers_prints_the_last_layers_and_writes_the_folder(w2v, corpus, models, tmp_path) -> None:
    said = w2v(
        *("layers", corpus, "--speakers", corpus / "speakers.csv", "--models", f"{models['start']},random"),
        *("--probes", "lda", "--maps", "none", "--bootstrap", 20, "-o", tmp_path / "out"),
    )
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    header = next(line for line in lines if line.startswith("representation"))
    assert header.split() == [
        "representation",
        "label",
        "label_across_sex",
        "speaker_given_label",
        "sex_given_label",
        "sex_of_speaker",
    ]
    rows = lines[lines.index(header) + 1 :][:2]
    assert [row.split("  ")[0] for row in rows] == ["start layer 2", "random layer 2"]
    table = pd.read_csv(tmp_path / "out" / "layers.csv")
    wanted = table[(table["representation"] == "start layer 2") & (table["space"] == "raw")]
    label = wanted[(wanted["target"] == "label") & (wanted["unit"] == "accuracy")].iloc[0]
    assert f"{100 * label['value']:.1f} [" in rows[0]
    assert "formants are left out" in said.out
    assert (tmp_path / "out" / "layers.html").is_file()


def test_settings_file_repeats_the_run(w2v, corpus, models, tmp_path) -> None:
    words = ("--models", models["start"], "--probes", "lda", "--maps", "none", "--no-collapse", "--layers", 2)
    first = w2v(
        *("layers", corpus, "--speakers", corpus / "speakers.csv", *words, "--bootstrap", 10),
        *("-o", tmp_path / "one"),
    )
    assert first.code == 0, first.err
    again = w2v("layers", "--config", tmp_path / "one" / "w2vpraat.toml", "-o", tmp_path / "two")
    assert again.code == 0, again.err
    for name in ("layers.csv", "similarity.csv", "subspaces.csv", "layers.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_claims_prints_a_verdict_and_a_sentence_each(w2v, corpus, models, tmp_path) -> None:
    said = w2v(
        *("claims", corpus, "--speakers", corpus / "speakers.csv"),
        *("--models", ",".join(str(path) for path in models.values())),
        *("--probes", "lda", "--bootstrap", 20, "-o", tmp_path / "out"),
    )
    assert said.code == 0, said.err
    verdicts = pd.read_csv(tmp_path / "out" / "verdicts.csv")
    for row in verdicts.to_dict("records"):
        assert f"{row['claim']}  {row['title']}: {row['verdict'].upper()}" in said.out
    assert "NOT ENOUGH DATA" in said.out  # no model of several tasks
    assert (tmp_path / "out" / "claims.html").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("layers", "nowhere", "--models", "base"), "nowhere"),
        (("layers", "CORPUS", "--models", "base,nothing"), 'no model "nothing"'),
        (("layers", "CORPUS", "--models", "base", "--layers", 9), "has no layer 9"),
        (("layers", "CORPUS", "--models", "base", "--pooling", "frames"), "many vectors per token"),
        (("layers", "CORPUS", "--models", "base", "--columns", "age"), 'no column "age"'),
        (("claims", "CORPUS", "--models", "base"), "one pre-trained model and fine-tuned ones"),
    ],
)
def test_refusals_are_one_line(w2v, corpus, tmp_path, words, message) -> None:
    said = w2v(*(corpus if word == "CORPUS" else word for word in words), "-o", tmp_path / "out")
    assert said.code == 2
    assert message in said.err
    assert said.err.count("\n") == 1
