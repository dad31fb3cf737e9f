"""The page on the bundled family says what the reports beside it say."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
CORPORA = ("librispeech", "emodb")
TARGETS = (
    "label",
    "label_across_sex",
    "speaker_given_label",
    "sex_given_label",
    "sex_of_speaker",
    "emotion_given_label",
)


def rows_of(text: str, first: str) -> list[list[list[str]]]:
    """Return the cells of every table whose rows begin with this cell, table by table."""
    tables: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            tables[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif tables[-1]:
            tables.append([])
    return [table for table in tables if any(row[0] == first for row in table)]


@pytest.mark.parametrize(("place", "corpus"), list(enumerate(CORPORA)))
def test_linear_probes_are_those_of_the_report(place: int, corpus: str) -> None:
    table = rows_of((DOCS / "family.md").read_text(encoding="utf-8"), "`phone+sex`")[place]
    found = pd.read_csv(DOCS / "reports" / corpus / "layers.csv")
    found = found[(found["probe"] == "lda") & (found["space"] == "raw")]
    checked = 0
    for row in table:
        if not row[0].startswith("`"):
            continue
        own = found[found["representation"] == f"{row[0].strip('`')} layer 6"]
        for target, cell in zip(TARGETS, row[1:], strict=False):
            one = own[own["target"] == target]
            plain = one[one["unit"] == "accuracy"]
            values = (plain if len(plain) else one).iloc[0]
            low, high = 100 * values["low"], 100 * values["high"]
            assert cell == f"{100 * values['value']:.1f} [{low:.0f}, {high:.0f}]"
            checked += 1
    assert checked == 5 * (5 + place)


def test_verdicts_are_those_of_the_reports() -> None:
    (table,) = rows_of((DOCS / "family.md").read_text(encoding="utf-8"), "claim")
    verdicts = [
        pd.read_csv(DOCS / "reports" / corpus / "verdicts.csv").set_index("claim")["verdict"]
        for corpus in CORPORA
    ]
    told = {row[0][:1]: row[1:] for row in table if row[0][:2] in ("A:", "B:", "C:")}
    assert set(told) == set("ABC")
    for claim, cells in told.items():
        for cell, verdict in zip(cells, verdicts, strict=True):
            assert cell.startswith(f"{verdict[claim]} (")


@pytest.mark.parametrize("corpus", CORPORA)
@pytest.mark.parametrize("name", ["layers", "claims"])
def test_pages_are_whole_and_name_no_folder_of_the_maker(corpus: str, name: str) -> None:
    text = (DOCS / "reports" / corpus / f"{name}.html").read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>")
    assert "/root/" not in text
    assert "/work/" not in text
    assert "/home/" not in text
