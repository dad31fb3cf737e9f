"""The scores as a table on the terminal: one line per representation, one column per goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.progress import print_table

if TYPE_CHECKING:
    from w2vpraat.compare import Scores
    from w2vpraat.compare.ranking import Ranking
    from w2vpraat.pipeline.yardsticks import Yardsticks

# (goal, probe, unit) -> short heading; the rest stands in scores.csv.
SHOWN = {
    ("label", "lda", "accuracy"): "label",
    ("label_across_sex", "lda", "accuracy"): "label across sex",
    ("speaker_given_label", "lda", "accuracy"): "speaker",
    ("sex_given_label", "lda", "balanced accuracy"): "sex",
    ("sex_given_label", "rbf", "balanced accuracy"): "sex, non-linear",
    ("sex_of_speaker", "lda", "balanced accuracy"): "sex per speaker",
}


def print_yardsticks(found: Yardsticks, notes: Sequence[str] = ()) -> None:
    """Print scores, ranking, notes (further ones first) and warnings."""
    print_scores(found.scores, found.ranking)
    print_ranking(found.ranking)
    for note in (*notes, *found.notes):
        click.echo(f"Note: {note}.")
    for one in found.cautions:
        click.echo(f"Warning: {one.title}. {one.sentence}")


def print_scores(scores: Scores, ranking: Ranking) -> None:
    """Print the scores, best label accuracy first, then the reading and the notes."""
    from w2vpraat.compare import explain

    table = scores.table
    cells: dict[str, dict[str, str]] = {}
    order: dict[str, float] = {}
    chance: dict[str, str] = {}
    for row in table.to_dict("records"):
        heading = SHOWN.get((row["goal"], row["probe"], row["unit"]))
        if heading is None:
            continue
        cells.setdefault(row["representation"], {})[heading] = _cell(row)
        chance[heading] = f"{100 * row['chance']:.1f}"
        if heading == "label":
            order[row["representation"]] = -row["value"]
    names = sorted(cells, key=lambda name: order.get(name, 0.0))
    headings = [heading for heading in SHOWN.values() if heading in chance]
    rows = [[name, *(cells[name].get(heading, "") for heading in headings)] for name in names]
    rows.append(["chance", *(chance[heading] for heading in headings)])
    level = f"{100 * scores.level:g} %"
    click.echo(
        f"Per cent correct [{level} interval over speakers]; probes with speakers held out."
        " High is good for label; high for speaker and sex means: still there.\n"
    )
    print_table(rows, ("", *headings))
    click.echo(f"\n{explain(scores, ranking)}")
    for note in scores.notes:
        click.echo(f"Note: {note}.")


def print_ranking(ranking: Ranking) -> None:
    """Print who comes first for every goal, and what each representation gains and loses."""
    from w2vpraat.compare.goals.titles import goal_title

    click.echo("\nBest first; in brackets: none is clearly worse than the first of them:")
    for goal, own in ranking.table.groupby("goal", sort=False):
        groups = [list(part["representation"]) for _, part in own.groupby("rank", sort=True)]
        shown = " > ".join(f"[{', '.join(names)}]" if len(names) > 1 else names[0] for names in groups)
        click.echo(f"  {goal_title(str(goal))}: {shown}")
    click.echo("")
    for sentence in ranking.sentences.values():
        click.echo(f"- {sentence}")
    click.echo("")


def _cell(row: Mapping[Any, Any]) -> str:
    text = f"{100 * row['value']:.1f}"
    if row["low"] == row["low"]:
        text += f" [{100 * row['low']:.0f}, {100 * row['high']:.0f}]"
    return text
