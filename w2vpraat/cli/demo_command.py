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
    from w2vpraat.session.settings import Settings

    corpus = sample_corpus()
    settings = Settings(corpus=str(corpus), speakers=str(corpus / "speakers.csv")).updated(
        {
            "tokens": {
                "tier": "phones",
                "label_map": "ipa",
                "label_class": "vowel",
                # The carrier phrase "say ... again" is the same everywhere; the words in it are the data.
                "stop_words": ["say", "again"],
            }
        }
    )
    click.echo(f"Sample corpus: {corpus} (synthetic voices, see its README)\n")
    return run_and_report(settings, output)
