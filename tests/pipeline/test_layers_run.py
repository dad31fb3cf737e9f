"""Several models on one corpus: what goes into the tables, and that it equals the steps done one by one."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tone_speech import write_base, write_corpus

from w2vpraat.compare import compare
from w2vpraat.errors import InputError, ModelError
from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.layer_folder import TABLES, write_layers
from w2vpraat.pipeline.layers import LayersResults, looking_into_layers
from w2vpraat.pipeline.several_models import find_models
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings

QUICK = {"bootstrap": 20, "min_label_tokens": 2}


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six speakers with enough tokens for five folds."""
    return write_corpus(tmp_path_factory.mktemp("layers") / "corpus", turns=5)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two tiny models of the same shape."""
    folder = tmp_path_factory.mktemp("models")
    return {name: write_base(folder / name, seed) for seed, name in enumerate(("one", "two"), start=1)}


def settings_of(corpus: Path, models: dict[str, Path], *more: str, **layers: Any) -> Settings:
    values: dict[str, Any] = {
        "models": [*map(str, models.values()), *more],
        "probes": ["lda", "knn"],
        "maps": ["pca"],
        **layers,
    }
    settings = Settings(str(corpus), str(corpus / "speakers.csv"))
    return settings.updated({"layers": values, "compare": QUICK, "embed": {"device": "cpu"}})


def result(settings: Settings) -> LayersResults:
    *_, last = looking_into_layers(settings)
    assert isinstance(last, LayersResults)
    return last


@pytest.fixture(scope="module")
def found(speech: Path, models: dict[str, Path]) -> LayersResults:
    settings = settings_of(speech, models, "random")
    return result(settings.updated({"compare": {"columns": ["dialect"]}}))


def test_every_model_and_layer_is_probed_for_every_target(found: LayersResults) -> None:
    table = found.tables["layers"]
    raw = table[table["space"] == "raw"]
    assert set(raw["model"]) == {"one", "two", "random"}
    assert set(raw["layer"]) == {0, 1, 2}
    targets = {
        "label",
        "label_across_sex",
        "speaker_given_label",
        "sex_given_label",
        "sex_of_speaker",
        "dialect_given_label",
        "dialect_of_speaker",
    }
    assert set(raw["target"]) == targets
    assert set(raw["probe"]) == {"lda", "knn"}
    per_layer = raw.groupby(["model", "layer"]).size()
    assert per_layer.nunique() == 1
    assert len(per_layer) == 9
    one = raw[(raw["target"] == "speaker_given_label") & (raw["probe"] == "lda")].iloc[0]
    assert one["n_classes"] == 6
    assert one["n_speakers"] == 6
    assert one["low"] <= one["value"] <= one["high"]
    assert not raw["value"].isna().any()


def test_values_are_those_of_the_comparison(found: LayersResults) -> None:
    prepared = found.prepared
    item = prepared.models[1].layers[2]
    params = replace(prepared.opened.settings.compare, within=False, dimensions=-1)
    alone = compare(prepared.items, prepared.table, params).table
    alone = alone[(alone["representation"] == item.name) & (alone["probe"] == "lda")]
    table = found.tables["layers"]
    mine = table[(table["model"] == "two") & (table["layer"] == 2) & (table["space"] == "raw")]
    mine = mine[mine["probe"] == "lda"]
    for row in alone.to_dict("records"):
        same = mine[(mine["target"] == row["goal"]) & (mine["unit"] == row["unit"])]
        assert same["value"].tolist() == [pytest.approx(row["value"])]


def test_random_weights_are_the_shape_of_the_first_model_and_kept(
    speech: Path, models: dict[str, Path], found: LayersResults
) -> None:
    record = found.prepared.models[2].record
    first = found.prepared.models[0].record
    assert (record.layers, record.dim) == (first.layers, first.dim)
    settings = settings_of(speech, models, "random")
    hashes = {find_models(settings)["random"].weight_hash for _ in range(2)}
    assert len(hashes) == 1
    assert hashes != {find_models(settings)["one"].weight_hash}


def test_removing_speakers_lowers_the_linear_speaker_probe(found: LayersResults) -> None:
    table = found.tables["layers"]
    wanted = (table["target"] == "speaker_given_label") & (table["probe"] == "lda") & (table["layer"] == 2)
    by_space = table[wanted & (table["model"] == "one")].set_index("space")["value"]
    assert by_space["collapsed"] < by_space["raw"]
    notes = table[wanted & (table["space"] == "collapsed")]["note"]
    assert notes.str.contains("sees the other tokens").all()


def test_similarity_is_measured_against_the_reference_and_the_classes(found: LayersResults) -> None:
    table = found.tables["similarity"]
    models = table[table["kind"] == "models"]
    assert set(models["other"]) == {"one"}
    assert set(models["model"]) == {"two", "random"}
    assert set(models["measure"]) == {"svcca", "pwcca"}
    assert len(models) == 2 * 2 * 3
    classes = table[table["kind"] == "labels"]
    assert set(classes["other"]) >= {"label", "speaker"}
    assert set(classes["model"]) == {"one", "two", "random"}
    assert (models["kept_variance"] >= 0.99 - 1e-9).all()
    assert (table["value"] <= 1.0 + 1e-9).all()
    # Vowels, hiss and speakers of different pitch: random convolutions tell them apart, too.
    assert (classes[classes["other"] == "label"]["value"] > 0.3).all()


def test_subspaces_and_maps_of_every_model(found: LayersResults) -> None:
    rows = found.tables["subspaces"]
    assert set(zip(rows["model"], rows["layer"], strict=True)) == {
        (model, layer) for model in ("one", "two", "random") for layer in (0, 1, 2)
    }
    assert {(one.model, one.layer, one.method) for one in found.maps} == {
        (model, 2, "pca") for model in ("one", "two", "random")
    }
    factors = {"label", "speaker", "sex", "dialect"}
    assert all(set(one.quality) == factors for one in found.maps)
    points = found.tables["map_points"]
    assert len(points) == 3 * len(found.maps[0].ids)
    assert found.maps[1].aligned_to == "one layer 2"


def test_the_folder_holds_tables_figures_page_and_provenance(found: LayersResults, tmp_path: Path) -> None:
    written = {path.name for path in write_layers(found, tmp_path, command_line=["w2vpraat", "layers"])}
    assert {f"{name}.csv" for name in TABLES} <= written
    assert {"layers.html", "layers_lda.svg", "layers_knn.svg", "similarity.svg", "subspaces.svg"} <= written
    assert {"maps_label.png", "maps_speaker.png", "maps_sex.png", "maps_dialect.png"} <= written
    back = pd.read_csv(tmp_path / "layers.csv")
    expected = found.tables["layers"]
    np.testing.assert_allclose(back["value"], expected["value"].astype(float), atol=1e-6)
    assert back["layer"].tolist() == expected["layer"].astype(float).tolist()
    record = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))
    assert len(record["inputs"]["audio"]) == 6
    assert set(record["embeddings"]) == {"one", "two", "random"}
    page = (tmp_path / "layers.html").read_text(encoding="utf-8")
    for words in ("one", "two", "random", "SVCCA", "arXiv:2503.04814"):
        assert words in page


def test_fewer_tokens_are_drawn_evenly_and_the_note_says_so(speech: Path, models: dict[str, Path]) -> None:
    settings = settings_of(speech, {"one": models["one"]}, most_tokens=60, maps=["none"], collapse=False)
    found = result(settings)
    counts = found.prepared.table["speaker"].value_counts()
    assert counts.sum() == 60
    assert counts.max() - counts.min() <= 1
    assert any("60 of" in note for note in found.notes)
    assert found.maps == ()
    assert set(found.tables["layers"]["space"]) == {"raw"}


def test_formants_stand_beside_the_layers_where_all_tokens_are_vowels(
    models: dict[str, Path], tmp_path: Path
) -> None:
    corpus = tmp_path / "voices"
    corpus.mkdir()
    names = ("gb_f_alice", "gb_f_emma", "gb_m_daniel", "gb_m_george")
    for name in names:
        for ending in ("flac", "TextGrid"):
            shutil.copyfile(sample_corpus() / f"{name}.{ending}", corpus / f"{name}.{ending}")
    shutil.copyfile(sample_corpus() / "speakers.csv", corpus / "speakers.csv")
    plan = {"label_map": "ipa", "label_class": "vowel"}
    settings = settings_of(corpus, {"one": models["one"]}, maps=["none"], collapse=False, probes=["lda"])
    found = result(settings.updated({"tokens": plan, "embed": {"layers": [2]}}))
    table = found.tables["layers"]
    formants = table[table["model"] == "formants"]
    assert {"F1-F3 Hz", "Lobanov F1-F3"} <= set(formants["representation"])
    assert formants["layer"].isna().all()
    assert set(formants["n"]) >= set(table[table["model"] == "one"]["n"])  # the same tokens
    everything = result(settings.updated({"embed": {"layers": [2]}}))
    assert "formants" not in set(everything.tables["layers"]["model"])
    assert any("no vowels" in note for note in everything.notes)


def test_a_broken_recording_is_told_once(speech: Path, models: dict[str, Path], tmp_path: Path) -> None:
    corpus = Path(shutil.copytree(speech, tmp_path / "damaged"))
    (corpus / "m1.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    settings = settings_of(corpus, models, maps=["none"], collapse=False, probes=["lda"])
    events = list(looking_into_layers(settings.updated({"embed": {"layers": [1]}})))
    skipped = [event for event in events if isinstance(event, Skipped)]
    assert [event.name for event in skipped] == ["m1"]
    found = events[-1]
    assert isinstance(found, LayersResults)
    assert set(found.tables["layers"]["n_speakers"]) == {5}
    steps = {event.step for event in events if isinstance(event, Progress)}
    assert {"tokens", "embed", "probe raw", "similarity", "subspaces"} <= steps


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"models": []}, InputError, "no model was named"),
        ({"models": ["nowhere"]}, ModelError, "nowhere"),
        ({"models": ["random"]}, ModelError, "can't be the first"),
        ({"models": ["base", "base"]}, ModelError, "named twice"),
        ({"models": ["base"], "reference": "phone"}, InputError, "none of the models"),
    ],
)
def test_impossible_choices_are_told_before_anything_is_read(
    speech: Path, change: dict[str, Any], error: type[Exception], words: str
) -> None:
    settings = settings_of(speech, {}).updated({"layers": change})
    with pytest.raises(error, match=words):
        next(iter(looking_into_layers(settings)))
