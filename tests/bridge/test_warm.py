"""Models stay in memory from job to job, until their files change or others were used later."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from w2vpraat.bridge.warm import Warm
from w2vpraat.corpus.discover import discover
from w2vpraat.errors import InputError, ModelError
from w2vpraat.models.catalogue import find_model
from w2vpraat.pipeline.running import Results, running
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings


def settings(model: str | Path, **embed: object) -> Settings:
    return Settings().updated({"embed": {"model": str(model), **embed}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a bundled model."""
    return Path(shutil.copytree(find_model("base").source, tmp_path / "mine"))


def test_the_same_model_is_loaded_once(folder: Path) -> None:
    warm = Warm()
    first = warm.encoder(settings(folder))
    assert warm.encoder(settings(folder, layers=[2], pooling="mean")) is first
    assert warm.encoder(settings(folder, max_seconds=30.0)) is not first
    assert warm.encoder(settings(folder)) is first


def test_a_model_whose_files_changed_is_loaded_again(folder: Path) -> None:
    warm = Warm()
    first = warm.encoder(settings(folder))
    weights = folder / "model.safetensors"
    os.utime(weights, ns=(1, 1))
    second = warm.encoder(settings(folder))
    assert second is not first
    assert warm.encoder(settings(folder)) is second
    weights.unlink()
    with pytest.raises(ModelError):
        warm.encoder(settings(folder))


def test_the_model_not_used_for_longest_goes(folder: Path) -> None:
    warm = Warm(models=2)
    base, phone = warm.encoder(settings("base")), warm.encoder(settings("phone"))
    assert warm.encoder(settings("base")) is base
    warm.encoder(settings(folder))
    assert warm.encoder(settings("base")) is base
    assert warm.encoder(settings("phone")) is not phone
    assert warm.names == ()  # none was needed yet


def test_a_run_with_a_model_in_memory_is_the_same_run(tmp_path: Path) -> None:
    corpus = discover(sample_corpus() / "us_m_liam.flac")
    warm, wanted = Warm(), settings("phone", layers=[3], cache=False)
    found = []
    for events in (
        warm.running(wanted, corpus=corpus, steps=("embed",)),
        warm.running(wanted, corpus=corpus, steps=("embed",)),
        running(wanted, corpus=corpus, steps=("embed",), workers=0),
    ):
        *_, results = events
        assert isinstance(results, Results)
        found.append(results.spaces.representations[0].values)
    assert warm.names == ("phone",)
    assert (found[0] == found[1]).all()
    assert (found[0] == found[2]).all()
    with pytest.raises(InputError, match="frames"):
        list(warm.running(settings("phone", pooling="frames"), corpus=corpus, steps=("embed", "compare")))
    with pytest.raises(ModelError, match="no layer 40"):
        list(warm.running(settings("phone", layers=[40]), corpus=corpus, steps=("embed",)))
