"""Ten normalizations on two public tables: writes docs/ten-normalizations.md and the scores behind it.

Usage: python -m tools.yardstick_pages.formants ../shared/data/formants
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from tools.yardstick_pages.markdown import ranking_table, words
from w2vpraat.compare import compare
from w2vpraat.compare.ranking import Ranking, rank
from w2vpraat.compare.scores import Scores
from w2vpraat.export.tables import write_table
from w2vpraat.params import CompareParams, NormalizeParams
from w2vpraat.pipeline.user_tables import table_representations

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, SCORES = DOCS / "ten-normalizations.md", DOCS / "reports" / "formants"
TABLES = {
    "pb52": "Peterson & Barney 1952: 76 speakers (33 men, 28 women, 15 children), 10 vowels, 1,520 tokens",
    "h95": "Hillenbrand et al. 1995: 139 speakers (45 men, 48 women, 46 children), 12 vowels, 1,668 tokens",
}
METHODS = (
    "lobanov",
    "nearey1",
    "nearey2",
    "deltaf",
    "watt_fabricius_mod",
    "gerstman",
    "c_cure",
    "nordstrom_lindblom",
    "syrdal_gopal",
    "miller",
)
GOALS = ("label", "label_across_sex", "label_within_sex", "sex_given_label", "sex_of_speaker")
PARAMS = CompareParams(folds=10, probes=("lda", "logistic", "knn", "rbf"), dimensions=-1)


def read(folder: Path, name: str) -> pd.DataFrame:
    """Read a table; sexes are those of the adults."""
    table = pd.read_csv(folder / f"{name}_phonTools.csv", dtype={"speaker": str})
    table["sex"] = table["type"].map({"m": "m", "w": "f"}).fillna("")
    table["id"] = [f"{name}-{row}" for row in range(len(table))]
    return table


def scored(table: pd.DataFrame) -> tuple[Scores, Ranking]:
    """Compare the raw formants and ten normalizations."""
    params = NormalizeParams(methods=METHODS, formants=("f1", "f2", "f3"))
    items, left_out = table_representations(
        table, params, ("raw", *METHODS), speaker="speaker", label="vowel"
    )
    if left_out:
        raise SystemExit("\n".join(left_out))
    scores = compare(items, table, PARAMS, label="vowel")
    return scores, rank(scores)


def page(rankings: dict[str, Ranking]) -> str:
    """Return the text of the page."""
    head, tail = words("formants")
    parts = [head]
    for name, about in TABLES.items():
        parts += [f"## {about}\n", *ranking_table(rankings[name].table, GOALS), ""]
        parts += [f"- {text}" for text in rankings[name].sentences.values()]
        parts.append("")
    return "\n".join([*parts, tail])


def main() -> None:
    """Write the page and the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    rankings = {}
    for name in TABLES:
        scores, rankings[name] = scored(read(folder, name))
        write_table(scores.table, SCORES / f"{name}.csv", keep_order=True)
        write_table(rankings[name].table, SCORES / f"{name}_ranking.csv", keep_order=True)
        print(f"{name}: {len(scores.table)} scores")
    PAGE.write_text(page(rankings), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
