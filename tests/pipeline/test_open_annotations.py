"""What is open in an editor is what is measured, and the results say that it was not saved."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from w2vpraat.corpus.discover import Corpus, discover
from w2vpraat.corpus.textgrid import edits, read_textgrid
from w2vpraat.pipeline.running import Results, running
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings

NAME = "gb_f_alice"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    for suffix in (".flac", ".TextGrid"):
        shutil.copy(sample_corpus() / f"{NAME}{suffix}", tmp_path)
    return discover(tmp_path)


def _run(corpus: Corpus) -> Results:
    settings = Settings().updated({"tokens": {"tier": "phones", "labels": ["iː"]}})
    *_, results = running(settings, corpus=corpus, steps=("measure",), workers=0)
    assert isinstance(results, Results)
    return results


def test_an_edit_that_is_not_saved_is_measured_and_told(corpus: Corpus) -> None:
    grid = read_textgrid(corpus.recordings[0].grid_path)
    number = next(n for n, item in grid.tiers[1].numbered() if item.label == "iː")
    end = grid.interval_tier(2).interval(number).end
    edited = edits.move_boundary(grid, 2, number, end - 0.03)
    before, after = _run(corpus), _run(corpus.with_grids({NAME: edited}))
    assert list(after.table["dur"]) == pytest.approx([before.table["dur"].iloc[0] - 0.03])
    assert not any("not saved" in note for note in before.notes)
    assert [note for note in after.notes if "not saved" in note and NAME in note]


def test_an_open_annotation_without_edits_is_that_of_the_file(corpus: Corpus) -> None:
    grid = read_textgrid(corpus.recordings[0].grid_path)
    assert corpus.with_grids({NAME: grid}).unsaved == ()
    assert corpus.with_grids({NAME: edits.set_label(grid, 1, 1, "x")}).unsaved == (NAME,)
