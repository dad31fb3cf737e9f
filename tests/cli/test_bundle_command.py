"""Bundles and further tiers from the command line."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.session.session import new_session
from w2vpraat.session.session_file import read_session, write_session

W2v = Callable[..., Any]


@pytest.fixture
def work(corpus: Path, tmp_path: Path) -> Path:
    """Return a session file beside the corpus."""
    session = (
        new_session(corpus).with_speakers(corpus / "speakers.csv").with_options("tokens", labels=("iː", "ɑ"))
    )
    return write_session(session, tmp_path / "work.w2vpraat")


def test_bundle_and_unbundle(w2v: W2v, work: Path, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "work.zip"
    said = w2v("bundle", work, target, "--no-values")
    assert said.code == 0, said.err
    assert "only their hashes" in said.out
    assert f"written: {target}" in said.err
    assert w2v("bundle", work, target, "--no-values").code == 2
    assert "exists already" in w2v("bundle", work, target, "--no-values").err
    before = target.read_bytes()
    assert w2v("bundle", work, target, "--no-values", "--force").code == 0
    assert target.read_bytes() == before
    said = w2v("unbundle", target, tmp_path / "again")
    assert said.code == 1  # the sound lies elsewhere
    assert "are missing" in said.out
    assert "put them into" in said.err
    said = w2v("unbundle", target, tmp_path / "found", "--audio", corpus)
    assert said.code == 0, said.err
    session = read_session(tmp_path / "found" / "session.w2vpraat")
    assert session.settings.tokens.labels == ("iː", "ɑ")
    said = w2v("tokens", tmp_path / "found" / "session.w2vpraat")
    assert said.code == 0
    assert said.out == w2v("tokens", work).out


def test_bundle_with_sound_needs_nothing_else(w2v: W2v, work: Path, tmp_path: Path) -> None:
    assert w2v("bundle", work, tmp_path / "all.zip", "--no-values", "--audio").code == 0
    assert w2v("unbundle", tmp_path / "all.zip", tmp_path / "again").code == 0


def test_wrong_paths(w2v: W2v, work: Path, tmp_path: Path) -> None:
    assert "ends in .zip" in w2v("bundle", work, tmp_path / "work.tar").err
    assert "no such session" in w2v("bundle", tmp_path / "nope.w2vpraat", tmp_path / "x.zip").err
    assert "is no session bundle" in w2v("unbundle", work, tmp_path / "x").err
    assert "can't be unpacked" in w2v("unbundle", tmp_path / "nope.zip", tmp_path / "x").err
    assert "is no folder" in w2v("unbundle", work, tmp_path / "x", "--audio", work).err
    assert not (tmp_path / "x").exists()


def test_values_and_tiers(w2v: W2v, work: Path, corpus: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in corpus.rglob("*.TextGrid")}
    said = w2v("bundle", work, tmp_path / "work.zip", "--no-vectors")
    assert said.code == 0, said.err
    with zipfile.ZipFile(tmp_path / "work.zip") as archive:
        names = archive.namelist()
    assert "tables/tokens.csv" in names
    assert not [name for name in names if name.startswith("vectors/")]
    said = w2v("textgrid", "add-tiers", work, "--tiers", "nearest,posterior,frames", "-o", tmp_path / "tiers")
    assert said.code == 0, said.err
    record = json.loads((tmp_path / "tiers" / "tiers.provenance.json").read_text(encoding="utf-8"))
    wanted = {"tiers": ["nearest", "posterior", "frames"], "decimals": 3, "notation": "label"}
    assert record["added_tiers"] == wanted
    made = sorted((tmp_path / "tiers").rglob("*.TextGrid"))
    assert len(made) == len(before)
    for path in made:
        old, new = corpus / path.relative_to(tmp_path / "tiers"), read_textgrid(path)
        own = read_textgrid(old)
        assert new.tiers[: len(own)] == own.tiers
        assert new.tier_names[-1] == "phones frames"
        nearest = next(tier for tier in new if "nearest (Lobanov" in tier.name)
        assert {item.label for item in nearest.items} <= {"", "iː", "ɑ"}
    assert {path: path.read_bytes() for path in corpus.rglob("*.TextGrid")} == before
    said = w2v("textgrid", "add-tiers", work, "--tiers", "frames", "-o", corpus)
    assert said.code == 2
    assert "your own TextGrids" in said.err
    assert "one of nearest" in w2v("textgrid", "add-tiers", work, "--tiers", "best", "-o", tmp_path / "t").err
    shutil.rmtree(tmp_path / "tiers")
