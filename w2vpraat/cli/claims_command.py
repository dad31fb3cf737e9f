"""``w2vpraat claims``."""

from __future__ import annotations

import sys
import textwrap
from typing import Any

import click

from w2vpraat.cli.corpus_options import corpus_arguments, corpus_settings
from w2vpraat.cli.options import SectionedCommand, parameter_options

# The claims are about upper layers and two or more models; maps and similarity belong to `layers`.
WITHOUT = (
    "embed.model",
    "embed.layers",
    "compare.probes",
    "compare.projection",
    *(
        f"layers.{name}"
        for name in (
            "reference",
            "variance",
            "subspace_variance",
            "rivals",
            "collapse",
            "maps",
            "map_layers",
        )
    ),
)


@click.command(cls=SectionedCommand)
@corpus_arguments
@click.option(
    "-o", "--output", type=click.Path(file_okay=False), required=True, help="Folder for the results."
)
@parameter_options("read", "tokens", "embed", "compare", "layers", "claims", without=WITHOUT)
def command(corpus: str | None, speakers: str | None, output: str, config: str | None, **values: Any) -> int:
    """Test the claims of Wang, Yang & Yuan (2025) on CORPUS: suppression of what was not the task.

    \b
    A  Fine-tuning for one task lowers the decodability of the other.
    B  A model of several tasks keeps them all without losing accuracy.
    C  Suppression is not necessary for good classification.

    \b
    w2vpraat claims my_folder --speakers speakers.csv --label-map arpabet --label-class vowel -o claims
    w2vpraat claims my_folder --models base,tone,speaker,tone+speaker --tier tones --label-task tone -o claims

    Each claim is answered "supported", "not supported" or "not enough data", with effects, intervals over
    speakers and counts. The folder gets claims.html, claims.csv, verdicts.csv, scores.csv and a figure.
    """
    from w2vpraat.cli.progress import follow, list_skipped
    from w2vpraat.pipeline.claims import ClaimsResults, examining_claims, write_claims
    from w2vpraat.pipeline.running import results_folder

    settings = corpus_settings(corpus, speakers, values, config)
    folder = results_folder(output)
    results, skipped = follow(examining_claims(settings), ClaimsResults)
    written = write_claims(results, folder, command_line=sys.argv)
    for one in results.verdicts:
        click.echo(f"\n{one.claim}  {one.title}: {one.verdict.upper()}")
        click.echo(textwrap.fill(one.sentence, 100, initial_indent="   ", subsequent_indent="   "))
    click.echo("")
    for note in results.notes:
        click.echo(f"Note: {note}.")
    click.echo(f"\nWritten to {folder}:\n  {', '.join(path.name for path in written)}")
    list_skipped(skipped)
    return int(bool(skipped))
