"""``w2vpraat review``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.represented_table import open_represented_table, represented_table_options
from w2vpraat.params import CompareParams

if TYPE_CHECKING:
    from w2vpraat.compare.tokens.disagreement import Review

# What a review has no use for.
USED = ("folds", "seed", "min_label_tokens")
WITHOUT = (
    *(f"compare.{name}" for name, *_ in CompareParams.describe() if name not in USED),
    "review.neighbours",
    "review.apart",
    "review.metric",
    "review.exact_up_to",
    "normalize.f0_methods",
    "normalize.embedding_methods",
)
SHOWN = 20


@click.command(cls=SectionedCommand)
@click.argument("table", type=click.Path())
@click.option("-o", "--output", type=click.Path(file_okay=False), help="Folder for review.csv.")
@represented_table_options
@parameter_options("review", "normalize", "compare", without=WITHOUT)
def command(table: str, output: str | None, config: str | None, **values: Any) -> int:
    """List tokens worth a second look: wrong labels, wrong boundaries, wrong formant tracks.

    TABLE is a results folder of `w2vpraat run`, or a CSV, TSV or XLSX with formants in Hz. Two classifiers
    that have never met the token's speaker say what it is, one by formants, one by vectors. Tokens that lie
    far from their label are outliers.

    \b
    w2vpraat review results/ -o results/
    w2vpraat review results/ --second "phone layer 4"
    w2vpraat review mine.csv --label vowel --formants F1,F2
    """
    from w2vpraat.cli.progress import follow
    from w2vpraat.compare.tokens.disagreement import Review, reviewing_tokens
    from w2vpraat.export.tables import write_table
    from w2vpraat.pipeline.reviewing import choose_two

    settings = settings_from(values, config=config)
    given = {name: value for name, value in values.items() if "__" not in name}
    opened = open_represented_table(table, settings.normalize, **given)
    chosen, notes = choose_two(opened.representations, settings.review)
    label, speaker = opened.columns.label, opened.columns.speaker
    events = reviewing_tokens(
        chosen, opened.tokens, settings.review, settings.compare, label=label, speaker=speaker
    )
    review, _ = follow(events, Review)
    _show(review)
    for note in (*notes, *review.notes):
        click.echo(f"Note: {note}.")
    if output is not None:
        written = write_table(review.table, Path(output) / "review.csv", keep_order=True)
        click.echo(f"\nwritten: {written}", err=True)
    return 0


def _show(review: Review) -> None:
    """Print the sentence, the counts by kind, and the head of the queue."""
    from w2vpraat.cli.progress import print_table
    from w2vpraat.compare.tokens.disagreement import explain_review

    click.echo(f"{explain_review(review)}\n")
    print_table([(str(number), kind) for kind, number in review.counts.items()], ("tokens", ""))
    queue = review.queue.head(SHOWN)
    if len(queue):
        click.echo("\nMost suspicious first (0 to 1):\n")
    for row in queue.to_dict("records"):
        where = [str(row[name]) for name in ("id", "word") if not _absent(row.get(name))]
        if not _absent(row.get("start")) and not _absent(row.get("end")):
            where.append(f"{row['start']:.3f}-{row['end']:.3f} s")
        click.echo(f"{row['suspicion']:.3f}  {row['label']}  {'  '.join(where)}  [{row['kind']}]")
        click.echo(f"       {row['why']}")
    more = len(review.queue) - len(queue)
    if more > 0:
        click.echo(f"\n... and {more} more; -o DIR writes all of them.")
    click.echo("")


def _absent(value: Any) -> bool:
    return value is None or value != value or value == ""
