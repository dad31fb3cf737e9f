"""``w2vpraat demo``."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False),
    default="demo-out",
    show_default=True,
    help="Folder for the results.",
)
def command(output: str) -> int:
    """Do the main job on the bundled sample corpus (synthetic voices) with the bundled phone model."""
    from w2vpraat.cli.run_report import run_and_report
    from w2vpraat.resources import sample_corpus
    from w2vpraat.session.sample import sample_settings

    corpus = sample_corpus()
    click.echo(f"Sample corpus: {corpus} (synthetic voices, see its README)\n")
    return run_and_report(sample_settings(corpus), output)
