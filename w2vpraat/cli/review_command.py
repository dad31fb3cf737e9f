"""``w2vpraat review``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.represented_table import open_represented_table, represented_table_options
from w2vpraat.params import CompareParams

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.tokens.disagreement import Review
    from w2vpraat.pipeline.represented_table import RepresentedTable
    from w2vpraat.session.review_queue import ReviewQueue
    from w2vpraat.session.settings import Settings

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
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False),
    help="Folder for review.csv; lists of other kinds are called review_KIND.csv.",
)
@represented_table_options
@parameter_options("queue", "review", "normalize", "compare", without=WITHOUT)
def command(table: str, output: str | None, config: str | None, **values: Any) -> int:
    """List tokens worth a second look: wrong labels, wrong boundaries, wrong formant tracks.

    TABLE is a results folder of `w2vpraat run`, or a CSV, TSV or XLSX with formants in Hz. Two classifiers
    that have never met the token's speaker say what it is, one by formants, one by vectors. Tokens that lie
    far from their label are outliers. --kind makes other lists: outliers of one representation, doubtful
    labels, tokens sensitive to boundaries, short ones, suspicious measurements, a random sample.

    \b
    w2vpraat review results/ -o results/
    w2vpraat review results/ --second "phone layer 4"
    w2vpraat review results/ --kind short --short-duration 0.05 -o results/
    w2vpraat review results/ --kind random --sample-size 50 -o results/
    w2vpraat review mine.csv --label vowel --formants F1,F2
    """
    from w2vpraat.cli.progress import follow
    from w2vpraat.compare.tokens.disagreement import Review, reviewing_tokens
    from w2vpraat.export.tables import write_table
    from w2vpraat.pipeline.reviewing import choose_two

    settings = settings_from(values, config=config)
    given = {name: value for name, value in values.items() if "__" not in name}
    opened = open_represented_table(table, settings.normalize, **given)
    if settings.queue.kind != "disagreement" or settings.queue.most_tokens:
        _list(opened, settings, table, output)
        return 0
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


def _list(opened: RepresentedTable, settings: Settings, path: str, output: str | None) -> None:
    """Make a list of another kind, print its head, and write it."""
    from w2vpraat.cli.progress import follow
    from w2vpraat.pipeline.queues.making import making_queue
    from w2vpraat.pipeline.queues.material import QueueMaterial
    from w2vpraat.pipeline.queues.queue_file import queue_list, write_queue_list
    from w2vpraat.pipeline.yardsticks import Roles
    from w2vpraat.session.review_queue import ReviewQueue

    roles = Roles(label=opened.columns.label, speaker=opened.columns.speaker)
    sensed = Path(path) / "sensitivity.csv"
    material = QueueMaterial(
        opened.rows,
        tuple(opened.representations),
        roles,
        sensitivity=_read(sensed) if sensed.is_file() else None,
    )
    queue, _ = follow(making_queue(settings.queue.kind, material, settings), ReviewQueue)
    _show_queue(queue)
    if output is not None:
        file = Path(output) / f"review_{queue.kind}.csv"
        written, record = write_queue_list(queue_list(queue), queue, file, settings, command=sys.argv)
        click.echo(f"\nwritten: {written}, {record.name}", err=True)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    # Labels such as "NA" and "nan" are labels.
    return pd.read_csv(path, dtype={"id": str, "label": str}, keep_default_na=False, na_values=[""])


def _show_queue(queue: ReviewQueue) -> None:
    """Print the title and the head of a list."""
    click.echo(f"{queue.title[:1].upper()}{queue.title[1:]}: {len(queue)} of {queue.n_tokens} tokens.")
    head = queue.rows.head(SHOWN)
    if len(head):
        click.echo(f"\n{queue.score_name[:1].upper()}{queue.score_name[1:] or 'Drawn'}:\n")
    for row in head.to_dict("records"):
        where = [row[name] for name in ("id", "word") if row[name]]
        if not _absent(row["start"]) and not _absent(row["end"]):
            where.append(f"{row['start']:.3f}-{row['end']:.3f} s")
        score = "" if _absent(row["score"]) else f"{row['score']:.3g}  "
        kind = f"  [{row['objection']}]" if row["objection"] else ""
        click.echo(f"{score}{row['label']}  {'  '.join(where)}{kind}")
        if row["reason"]:
            click.echo(f"       {row['reason']}")
    if len(queue) > len(head):
        click.echo(f"\n... and {len(queue) - len(head)} more; -o DIR writes all of them.")
    click.echo("")
    for note in queue.notes:
        click.echo(f"Note: {note}.")


def _absent(value: Any) -> bool:
    return value is None or value != value or value == ""
