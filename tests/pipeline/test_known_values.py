"""Values that are there already are used where they are those of the question, and only there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tone_speech import write_base, write_corpus

from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
from w2vpraat.corpus.discover import Corpus
from w2vpraat.corpus.gathering import gather
from w2vpraat.corpus.textgrid import edits, read_textgrid
from w2vpraat.errors import ComparisonError, ExportError
from w2vpraat.events import Progress
from w2vpraat.pipeline.claims import ClaimsResults, examining_claims
from w2vpraat.pipeline.comparison_folder import write_comparison, write_separation
from w2vpraat.pipeline.layers import LayersResults, looking_into_layers
from w2vpraat.pipeline.results import write_run_report
from w2vpraat.pipeline.running import Results, judging_spaces, running
from w2vpraat.pipeline.sensitivity_folder import SensitivityResults, moving_boundaries
from w2vpraat.pipeline.spaces import Spaces
from w2vpraat.pipeline.yardsticks import LabelSeparation, Yardsticks, separating_labels
from w2vpraat.session.choices import CeilingChoice
from w2vpraat.session.provenance import read_provenance
from w2vpraat.session.settings import Settings

STEPS = ("measure", "embed")
QUICK = {"bootstrap": 20, "probes": ["lda"], "across": [], "dimensions": -1}


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("known") / "corpus", turns=3)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("known-model") / "tiny")


@pytest.fixture
def settings(speech: Path, tiny: Path) -> Settings:
    return Settings(str(speech), str(speech / "speakers.csv")).updated(
        {
            "tokens": {"labels": ["a", "i", "u"]},
            "embed": {"model": str(tiny), "device": "cpu"},
            "normalize": {"methods": ["lobanov"], "formants": ["F1", "F2"]},
            "compare": QUICK,
            "pairs": {"pairs": ["a:i"], "shuffles": 19},
            "sensitivity": {"shifts": [0.01]},
        }
    )


@pytest.fixture
def corpus(settings: Settings) -> Corpus:
    return gather(settings.sources)


def last(events: Iterator[Any]) -> tuple[Any, set[str]]:
    """Return the result, and the steps that were taken."""
    steps, found = set(), None
    for event in events:
        steps |= {event.step} if isinstance(event, Progress) else set()
        found = event
    return found, steps


def run(settings: Settings, corpus: Corpus, known: Results | None = None) -> tuple[Results, set[str]]:
    found, steps = last(running(settings, corpus=corpus, steps=STEPS, workers=0, known=known))
    assert isinstance(found, Results)
    return found, steps


def with_edit(corpus: Corpus, label: str = "u") -> Corpus:
    """Open the first recording, and give its first "a" another label."""
    recording = corpus.recordings[0]
    grid = read_textgrid(recording.grid_path)
    number = next(n for n, item in grid.tiers[0].numbered() if item.label == "a")
    return corpus.with_grids({recording.name: edits.set_label(grid, 1, number, label)})


def test_the_same_question_takes_the_values_that_are_there(settings: Settings, corpus: Corpus) -> None:
    first, steps = run(settings, corpus)
    assert steps == {"tokens", "measure", "embed", "normalize"}
    other = settings.updated({"compare": {"bootstrap": 5}})
    again, steps = run(other, corpus, first)
    assert steps == {"tokens"}
    assert again.spaces is first.spaces
    assert again.opened.settings == other  # what is asked of the values may be another question


def test_other_settings_tokens_and_weights_are_other_values(settings: Settings, corpus: Corpus) -> None:
    first, _ = run(settings, corpus)
    opened, weights = first.opened, first.facts["embeddings"]["weights_sha256"]
    assert first.holds(opened, STEPS, weights)
    for changes in (
        {"tokens": {"labels": ["a", "i"]}},
        {"formants": {"ceiling": 5200.0}},
        {"normalize": {"methods": ["nearey2"]}},
        {"embed": {"layers": [1]}},
    ):
        assert not first.holds(replace(opened, settings=settings.updated(changes)), STEPS, weights)
    ceilings = (CeilingChoice(opened.tokens.kept[0].id, 5200.0),)
    assert not first.holds(replace(opened, settings=replace(settings, ceilings=ceilings)), STEPS, weights)
    fewer = replace(opened, tokens=replace(opened.tokens, kept=opened.tokens.kept[1:]))
    assert not first.holds(fewer, STEPS, weights)
    assert not first.holds(opened, STEPS, "other weights")
    assert not first.holds(opened, ("measure",), weights)


def test_an_edit_makes_other_values_and_taking_it_back_does_not(settings: Settings, corpus: Corpus) -> None:
    first, _ = run(settings, corpus)
    edited = with_edit(corpus)
    again, steps = run(settings, edited, first)
    assert "normalize" in steps
    assert (again.table["label"] != first.table["label"]).sum() == 1
    opened = corpus.with_grids({corpus.recordings[0].name: read_textgrid(corpus.recordings[0].grid_path)})
    assert run(settings, opened, first)[1] == {"tokens"}


def test_other_weights_under_the_same_name_make_other_values(
    settings: Settings, corpus: Corpus, tmp_path: Path
) -> None:
    model = write_base(tmp_path / "tuned", seed=1)
    settings = settings.updated({"embed": {"model": str(model)}})
    first, _ = run(settings, corpus)
    write_base(model, seed=2)
    again, steps = run(settings, corpus, first)
    assert "embed" in steps
    assert not np.allclose(first.spaces.vectors[0].values, again.spaces.vectors[0].values)


def test_moved_boundaries_start_from_known_values(settings: Settings, corpus: Corpus) -> None:
    first, _ = run(settings, corpus)
    found, steps = last(moving_boundaries(settings, corpus=corpus, workers=0, known=first))
    assert isinstance(found, SensitivityResults)
    assert steps == {"tokens", "moved_formants", "moved_vectors"}
    assert found.run.spaces is first.spaces
    alone, _ = last(moving_boundaries(settings, workers=0))
    assert isinstance(alone.sensitivity, Sensitivity)
    pd.testing.assert_frame_equal(found.sensitivity.tokens, alone.sensitivity.tokens)


def test_layers_and_claims_see_what_is_open(settings: Settings, corpus: Corpus, tmp_path: Path) -> None:
    base, tuned = write_base(tmp_path / "base"), write_base(tmp_path / "tuned", seed=3)
    facts = {"format": 1, "tasks": {"phone": ["a", "i", "u"]}}
    (tuned / "w2vpraat.json").write_text(json.dumps(facts), encoding="utf-8")
    settings = settings.updated(
        {
            "layers": {
                "models": [str(base), str(tuned)],
                "probes": ["lda"],
                "collapse": False,
                "rivals": False,
                "maps": ["none"],
            },
        }
    )
    edited = with_edit(corpus)
    for events, kind in (
        (looking_into_layers(settings, corpus=edited), LayersResults),
        (examining_claims(settings, corpus=edited), ClaimsResults),
    ):
        found, _ = last(events)
        assert isinstance(found, kind)
        fresh, _ = run(settings, edited)
        assert list(found.prepared.table["label"]) == list(fresh.table.drop_duplicates("id")["label"])
        assert [note for note in found.notes if "not saved" in note]


def test_yardsticks_of_known_values_are_those_of_a_run(settings: Settings, corpus: Corpus) -> None:
    first, _ = run(settings, corpus)
    judged, _ = last(judging_spaces(first.opened, first.spaces))
    assert isinstance(judged, Yardsticks)
    off = settings.updated({"sensitivity": {"sensitivity": False}})
    whole, _ = last(running(off, corpus=corpus, workers=0))
    pd.testing.assert_frame_equal(judged.scores.table, whole.scores.table)
    nothing = Spaces(first.table, (), (), [], ())
    with pytest.raises(ComparisonError, match="nothing was measured"):
        last(judging_spaces(first.opened, nothing))


def test_folders_of_a_comparison_and_of_pairs(settings: Settings, corpus: Corpus, tmp_path: Path) -> None:
    first, _ = run(settings, corpus)
    with pytest.raises(ExportError, match="nothing was compared"):
        write_run_report(first, tmp_path)
    judged, _ = last(judging_spaces(first.opened, first.spaces))
    written = write_comparison(replace(first, yardsticks=judged), tmp_path / "ranking")
    names = [path.name for path in written]
    assert names[0] == "report.html"
    assert names[-2:] == ["w2vpraat.toml", "provenance.json"]
    assert {"scores.csv", "ranking.csv", "differences.csv", "pairs.csv"} < set(names)
    stored = pd.read_csv(tmp_path / "ranking" / "scores.csv", float_precision="round_trip")
    assert stored["value"].tolist() == judged.scores.table["value"].tolist()
    table = first.table.drop_duplicates("id")
    found, _ = last(separating_labels(first.spaces.representations, table, settings))
    assert isinstance(found, LabelSeparation)
    assert found.pairs.pairs == (("a", "i"),)
    written = write_separation(first, found, tmp_path / "pairs")
    assert [path.stem for path in written[:5]] == [
        "pairs",
        "pairs_by_speaker",
        "variance",
        "silhouette",
        "left_out",
    ]
    record = read_provenance(tmp_path / "pairs")
    assert record["settings"]["pairs"]["pairs"] == ["a:i"]
    assert {Path(one["path"]).name for one in record["outputs"]} >= {"pairs.csv", "w2vpraat.toml"}
