"""Tables of scores in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from w2vpraat.compare.goals.titles import PROBES, goal_title


def words(name: str) -> tuple[str, str]:
    """Return what stands before and after the results of a page."""
    text = (Path(__file__).parent / "words" / f"{name}.md").read_text(encoding="utf-8")
    head, _, tail = text.partition("<!-- results -->")
    return head.strip() + "\n", tail.strip() + "\n"


def cell(row: Any) -> str:
    """Write a score in per cent with its interval: ``85.7 [83.8, 87.6]``."""
    span = f" [{100 * row['low']:.1f}, {100 * row['high']:.1f}]" if row["low"] == row["low"] else ""
    return f"{100 * row['value']:.1f}{span}"


def ranking_table(table: pd.DataFrame, goals: Sequence[str]) -> list[str]:
    """Write a ranking, one line per representation in the order of the first goal.

    The number before a score is its rank; the first rank is bold.
    """
    kept = [goal for goal in goals if goal in set(table["goal"])]
    names = list(table.loc[table["goal"] == kept[0], "representation"])
    lines = [
        "| | " + " | ".join(goal_title(goal) for goal in kept) + " |",
        "|---|" + "---|" * len(kept),
    ]
    cells = table.set_index(["representation", "goal"])
    for name in names:
        row = [cells.loc[(name, goal)] for goal in kept]
        shown = [
            f"**{one['rank']}: {cell(one)}**" if one["rank"] == 1 else f"{one['rank']}: {cell(one)}"
            for one in row
        ]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    firsts = [table[table["goal"] == goal].iloc[0] for goal in kept]
    lines.append("| chance | " + " | ".join(f"{100 * one['chance']:.1f}" for one in firsts) + " |")
    lines.append("| probe | " + " | ".join(PROBES[one["probe"]] for one in firsts) + " |")
    return lines


def plain_table(frame: pd.DataFrame, heads: Sequence[str], digits: int = 3) -> list[str]:
    """Write a table of texts and numbers."""

    def text(value: Any) -> str:
        if isinstance(value, float):
            return "–" if value != value else f"{value:.{digits}f}".replace("-", "\u2212")
        return str(value)

    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(text(one) for one in row) + " |" for row in frame.itertuples(index=False)]
    return lines
