"""The claims from corpus to verdict, with models whose tasks are told in their folders."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tone_speech import write_base, write_corpus

from w2vpraat.errors import ComparisonError
from w2vpraat.pipeline.claims import ClaimsResults, examining_claims, upper_layers, write_claims
from w2vpraat.session.settings import Settings

TASKS: dict[str, list[str]] = {
    "start": [],
    "phone": ["phone"],
    "sex": ["sex"],
    "both": ["phone", "sex"],
}


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Tiny random models that say of themselves what they were fine-tuned for."""
    folder = tmp_path_factory.mktemp("family")
    made = {}
    for seed, (name, tasks) in enumerate(TASKS.items()):
        made[name] = write_base(folder / name, seed)
        entry = {"task": "+".join(tasks), "tasks": [{"name": task} for task in tasks]}
        (made[name] / "w2vpraat.json").write_text(json.dumps(entry), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("claims") / "corpus", turns=3)


def settings_of(corpus: Path, models: list[Path], **claims: Any) -> Settings:
    settings = Settings(str(corpus), str(corpus / "speakers.csv"))
    layers = {"models": [*map(str, models), "random"], "probes": ["lda", "knn"]}
    return settings.updated(
        {"layers": layers, "claims": claims, "compare": {"bootstrap": 50}, "embed": {"device": "cpu"}}
    )


def result(settings: Settings) -> ClaimsResults:
    *_, last = examining_claims(settings)
    assert isinstance(last, ClaimsResults)
    return last


def test_roles_come_from_the_folders_and_every_claim_is_answered(
    speech: Path, family: dict[str, Path], tmp_path: Path
) -> None:
    found = result(settings_of(speech, list(family.values())))
    assert [one.claim for one in found.verdicts] == ["A", "B", "C"]
    assert set(found.scores.table["representation"]) == {f"{name} layer 2" for name in TASKS}  # not random
    pairs = {(one.claim, one.model, one.against, one.target) for one in found.contrasts}
    assert ("A", "phone", "start", "sex_given_label") in pairs
    assert ("A", "sex", "start", "label") in pairs
    assert ("B", "both", "phone", "label") in pairs
    assert ("C", "both", "sex", "label") in pairs
    written = {path.name for path in write_claims(found, tmp_path)}
    assert {
        "claims.html",
        "claims.csv",
        "verdicts.csv",
        "scores.csv",
        "claims.svg",
        "provenance.json",
    } <= written
    table = pd.read_csv(tmp_path / "claims.csv")
    assert len(table) == len(found.contrasts)
    assert list(table["sentence"]) == [one.sentence for one in found.contrasts]
    page = (tmp_path / "claims.html").read_text(encoding="utf-8")
    for one in found.verdicts:
        assert one.verdict in page


def test_further_tasks_are_columns_or_are_told(speech: Path, family: dict[str, Path], tmp_path: Path) -> None:
    more = []
    for name, task in (("north", "dialect"), ("tones", "tone")):
        folder = Path(shutil.copytree(family["phone"], tmp_path / name))
        (folder / "w2vpraat.json").write_text(json.dumps({"tasks": [{"name": task}]}), encoding="utf-8")
        more.append(folder)
    found = result(settings_of(speech, [family["start"], family["phone"], *more]))
    targets = {(one.model, one.target) for one in found.contrasts if one.claim == "A"}
    assert ("phone", "dialect_given_label") in targets
    assert ("north", "label") in targets
    assert not any("tone_given" in target for _, target in targets)
    assert any('the task "tone" is not asked' in note for note in found.notes)
    assert found.verdicts[1].verdict == "not enough data"


def test_models_of_unequal_depth_are_refused(speech: Path, family: dict[str, Path], tmp_path: Path) -> None:
    deeper = write_base(tmp_path / "deeper", num_hidden_layers=3)
    (deeper / "w2vpraat.json").write_text(json.dumps({"tasks": [{"name": "sex"}]}), encoding="utf-8")
    with pytest.raises(ComparisonError, match="unequal numbers of layers: start 2, deeper 3"):
        result(settings_of(speech, [family["start"], deeper]))


def test_without_a_pre_trained_model_there_is_an_error(speech: Path, family: dict[str, Path]) -> None:
    with pytest.raises(ComparisonError, match="one pre-trained model"):
        result(settings_of(speech, [family["phone"], family["sex"]]))


def test_upper_third() -> None:
    assert upper_layers(12, 0) == (9, 10, 11, 12)
    assert upper_layers(6, 0) == (5, 6)
    assert upper_layers(2, 0) == (2,)
    assert upper_layers(6, 1) == (6,)
    assert upper_layers(6, 99) == (1, 2, 3, 4, 5, 6)
