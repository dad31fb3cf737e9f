"""Results folders of recordings of the sample corpus, as `w2vpraat run` writes them but without comparing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from w2vpraat.pipeline.results import write_results
from w2vpraat.pipeline.running import Results, running
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings


def write_sample_results(
    folder: Path, names: Sequence[str], options: Mapping[str, Mapping[str, Any]]
) -> Path:
    """Copy recordings into ``folder/speech``, measure and embed them, write ``folder/results``.

    Caches go below the folder: fixtures of a whole module run before each test has folders of its own.
    """
    speech = folder / "speech"
    speech.mkdir(parents=True)
    for name in names:
        for ending in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{ending}", speech)
    shutil.copy(sample_corpus() / "speakers.csv", speech)
    tokens = {"tier": "phones", "label_map": "ipa", "label_class": "vowel", **options.get("tokens", {})}
    settings = Settings(corpus=str(speech)).updated({**options, "tokens": tokens})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VPRAAT_CACHE_DIR", str(folder / "cache"))
        patch.setenv("W2VPRAAT_CONFIG_DIR", str(folder / "config"))
        *_, results = running(settings, steps=("measure", "embed"), workers=0)
    assert isinstance(results, Results)
    write_results(results, folder / "results")
    return folder / "results"
