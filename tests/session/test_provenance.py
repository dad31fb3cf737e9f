"""Provenance: complete, frozen, the same twice, readable back."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from w2vpraat import __version__
from w2vpraat.errors import ExportError, InputError
from w2vpraat.session.provenance import (
    build_provenance,
    environment,
    file_records,
    read_provenance,
    write_provenance,
)
from w2vpraat.session.settings import Settings

START = datetime(2025, 3, 4, 12, 0, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus" / "ä"
    folder.mkdir(parents=True)
    (folder / "b.wav").write_bytes(b"sound")
    (folder / "b.TextGrid").write_bytes(b"grid")
    return tmp_path / "corpus"


def build(corpus: Path, **options):
    given = {
        "settings": Settings(corpus="corpus").as_dict(),
        "command": ["w2vpraat", "run", "corpus", "-o", "out dir"],
        "inputs": {"audio": corpus.glob("**/*.wav"), "textgrids": corpus.glob("**/*.TextGrid")},
        "input_root": corpus,
        "embeddings": {"model": "phone", "weights_sha256": "00", "window": {"max_seconds": 60.0}},
        "normalizations": [{"method": "lobanov", "constants": {"s1": np.float64(1.5)}}],
        "started": START,
        "finished": START + timedelta(seconds=2.5),
    }
    return build_provenance(**{**given, **options})


def test_the_record_is_complete(corpus):
    made = build(corpus).as_dict()
    assert made["tool"] == {"name": "w2vpraat", "version": __version__}
    assert made["inputs"]["audio"] == [
        {"path": "ä/b.wav", "sha256": hashlib.sha256(b"sound").hexdigest(), "size": 5}
    ]
    assert made["settings"]["embed"]["pooling"] == "middle"
    assert made["command"][-1] == "out dir"
    assert made["normalizations"][0]["constants"] == {"s1": 1.5}
    assert made["times"] == {"started": "2025-03-04T11:00:00Z", "duration": 2.5}
    assert made["environment"]["packages"]["numpy"] == np.__version__
    assert made["environment"]["python"].startswith("3.")


def test_only_times_differ_between_two_runs(corpus):
    one, two = build(corpus), build(corpus, started=START + timedelta(days=1), finished=None)
    assert one.reproducible() == two.reproducible()
    assert one.as_dict() != two.as_dict()
    (corpus / "ä" / "b.wav").write_bytes(b"other sound")
    assert build(corpus).reproducible() != one.reproducible()


def test_the_record_does_not_follow_its_sources(corpus):
    settings = Settings().as_dict()
    made = build(corpus, settings=settings)
    settings["compare"]["seed"] = 99
    assert made.as_dict()["settings"]["compare"]["seed"] == 0
    with pytest.raises(TypeError):
        made.settings["compare"] = {}  # type: ignore[index]
    with pytest.raises(AttributeError):
        made.command = ()  # type: ignore[misc]


def test_it_reads_back_from_file_and_folder(corpus, tmp_path):
    made = build(corpus)
    path = write_provenance(made, tmp_path / "out")
    assert path.name == "provenance.json"
    assert read_provenance(path) == read_provenance(tmp_path / "out") == made.as_dict()
    assert "ä/b.wav" in path.read_text("utf-8")
    assert write_provenance(build(corpus), tmp_path / "out2").read_bytes() == path.read_bytes()


def test_outputs_are_told_relative_sorted_and_once(tmp_path):
    for name in ("tokens.csv", "figure.svg"):
        (tmp_path / name).write_text(name)
    records = file_records(
        [tmp_path / "tokens.csv", tmp_path / "figure.svg", tmp_path / "tokens.csv"], tmp_path
    )
    assert [record.path for record in records] == ["figure.svg", "tokens.csv"]
    elsewhere = file_records([tmp_path / "tokens.csv"], tmp_path / "other")
    assert elsewhere[0].path == (tmp_path / "tokens.csv").as_posix()


def test_errors_name_the_file(corpus, tmp_path):
    with pytest.raises(InputError, match=r"none\.wav"):
        file_records([corpus / "none.wav"])
    with pytest.raises(InputError, match="time zone"):
        build(corpus, started=datetime(2025, 1, 1))
    with pytest.raises(ExportError):
        build(corpus, comparison={"what": object()})
    with pytest.raises(InputError, match="can't read"):
        read_provenance(tmp_path / "missing.json")
    (tmp_path / "p.json").write_text("[]")
    with pytest.raises(InputError, match="no provenance"):
        read_provenance(tmp_path / "p.json")
    (tmp_path / "p.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(InputError, match="newer"):
        read_provenance(tmp_path / "p.json")


def test_versions_are_found_without_importing_the_packages():
    code = (
        "import sys; from w2vpraat.session.provenance import environment; environment();"
        "heavy = {'torch', 'transformers', 'parselmouth', 'sklearn', 'matplotlib', 'pandas'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
    assert "praat-parselmouth" in environment()["packages"]
