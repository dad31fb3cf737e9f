"""``w2vpraat tokens``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from w2vpraat.cli.corpus_options import corpus_arguments, corpus_settings
from w2vpraat.cli.options import SectionedCommand, parameter_options


@click.command(cls=SectionedCommand)
@corpus_arguments
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False),
    help="Folder for tokens.csv, rejected.csv, problems.csv.",
)
@parameter_options("read", "tokens")
def command(
    corpus: str | None, speakers: str | None, output: str | None, config: str | None, **values: Any
) -> int:
    """Show which intervals of CORPUS become tokens, and why others do not.

    CORPUS is a folder with sound files and TextGrids of the same name (also in sub-folders), or one file.

    \b
    w2vpraat tokens my_folder
    w2vpraat tokens my_folder --tier phones --label-map arpabet --label-class vowel --min-duration 0.04
    """
    from w2vpraat.cli.progress import follow, list_skipped, print_table
    from w2vpraat.pipeline.opening import Opened, opening

    settings = corpus_settings(corpus, speakers, values, config)
    opened, skipped = follow(opening(settings), Opened)
    tokens = opened.tokens
    labels: dict[str, list[str]] = {}
    for token in tokens.kept:
        labels.setdefault(token.label, []).append(token.speaker)
    rows = sorted(labels.items(), key=lambda item: -len(item[1]))
    print_table(
        [(label, str(len(who)), str(len(set(who)))) for label, who in rows], ("label", "tokens", "speakers")
    )
    n_speakers = len({token.speaker for token in tokens.kept})
    click.echo(f"\n{len(tokens.kept)} tokens, {n_speakers} speakers, {len(opened.recordings())} recordings")
    for reason, count in tokens.reasons().items():
        click.echo(f"left out: {count} {reason}")
    if tokens.problems:
        click.echo(
            f"{len(tokens.problems)} problems in the annotations (`w2vpraat textgrid check` lists them)"
        )
    if tokens.suggestion:
        click.echo(f"hint: {tokens.suggestion}")
    if output is not None:
        from w2vpraat.export.tables import write_problems, write_rejected, write_table

        folder = Path(output)
        write_table(tokens.frame(), folder / "tokens.csv")
        write_rejected(tokens.rejected, folder / "rejected.csv")
        write_problems(tokens.problems, folder / "problems.csv")
        click.echo(f"written: {folder / 'tokens.csv'}", err=True)
    list_skipped(skipped)
    return int(bool(skipped))
