"""``w2vpraat review --kind``: lists of other kinds, from a table of formants."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

CENTRES = {"i": (280, 2300), "a": (750, 1300), "u": (320, 800), "e": (450, 1900)}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Four vowels of five speakers, six of each; one F2 is lost, some tokens are short."""
    random = np.random.default_rng(2)
    rows = []
    for speaker in range(5):
        for label, (f1, f2) in CENTRES.items():
            for _ in range(6):
                number = len(rows) + 1
                near = random.normal(1.0, 0.04, 2) * (0.9 + 0.05 * speaker)
                row = (
                    f"s{speaker}#1.{number}",
                    f"s{speaker}",
                    label,
                    number / 2,
                    number / 2 + 0.02 + number / 1000,
                )
                rows.append((*row, f1 * near[0], f2 * near[1]))
    made = pd.DataFrame(rows, columns=["id", "speaker", "label", "start", "end", "F1", "F2"])
    made.loc[made["id"] == "s2#1.50", "F2"] = 2900.0
    path = tmp_path / "vowels.csv"
    made.to_csv(path, index=False)
    return path


def test_short_tokens_with_their_provenance(w2v, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = w2v(
        "review", table, "--formants", "F1,F2", "--kind", "short", "--short-duration", "0.03", "-o", out
    )
    assert said.code == 0, said.err
    tokens = pd.read_csv(table)
    wanted = tokens[(tokens["end"] - tokens["start"]).round(12) < 0.03]
    listed = pd.read_csv(out / "review_short.csv")
    assert list(listed["id"]) == list(wanted["id"])
    assert f"{len(wanted)} of {len(tokens)} tokens" in said.out
    assert "21 ms long, below 30 ms" in said.out
    facts = json.loads((out / "review_short.provenance.json").read_text(encoding="utf-8"))
    assert facts["comparison"]["queue"]["queue"]["short_duration"] == 0.03
    assert facts["command"]


def test_outliers_of_a_representation(w2v, table: Path) -> None:
    said = w2v("review", table, "--formants", "F1,F2", "--kind", "outlier", "--representation", "nearey")
    assert said.code == 0, said.err
    assert "s2#1.50" in said.out.split("Distance (sd):")[1].splitlines()[2]
    assert "Nearey" in said.out


def test_a_sample_is_the_same_each_time(w2v, table: Path) -> None:
    asked = ("review", table, "--formants", "F1,F2", "--kind", "random", "--sample-size", "8")
    first, again, other = w2v(*asked), w2v(*asked), w2v(*asked, "--sample-seed", "2")
    assert first.out == again.out
    assert first.out != other.out
    assert "8 of 120 tokens" in first.out


def test_the_first_of_the_disagreements(w2v, table: Path) -> None:
    said = w2v("review", table, "--formants", "F1,F2", "--most-tokens", "2")
    assert said.code == 0, said.err
    assert "the first 2" in said.out


def test_what_is_not_possible_says_what_to_do(w2v, table: Path) -> None:
    said = w2v("review", table, "--formants", "F1,F2", "--kind", "sensitive")
    assert said.code == 2
    assert "w2vpraat sensitivity" in said.err
    said = w2v("review", table, "--formants", "F1,F2", "--kind", "outlier", "--representation", "layer 4")
    assert said.code == 2
    assert "layer 4" in said.err
    said = w2v("review", table, "--formants", "F1,F2", "--kind", "odd")
    assert said.code == 2
    said = w2v("review", table, "--formants", "F1,F2", "--kind", "random", "--sample-by", "dialect")
    assert said.code == 2
    assert "dialect" in said.err
