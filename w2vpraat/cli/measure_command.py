"""``w2vpraat measure``."""

from __future__ import annotations

from typing import Any

import click

from w2vpraat.cli.corpus_options import corpus_arguments, corpus_settings
from w2vpraat.cli.options import SectionedCommand, parameter_options
from w2vpraat.cli.run_report import run_and_report


@click.command(cls=SectionedCommand)
@corpus_arguments
@click.option(
    "-o", "--output", type=click.Path(file_okay=False), required=True, help="Folder for the results."
)
@parameter_options("read", "tokens", "formants", "pitch", "intensity", "normalize")
def command(corpus: str | None, speakers: str | None, output: str, config: str | None, **values: Any) -> int:
    """Measure formants, f0, intensity and duration of the tokens of CORPUS, and normalize them.

    The numbers are those of Praat's own commands on the whole sound; provenance.json names the commands.

    \b
    w2vpraat measure my_folder -o measured
    w2vpraat measure my_folder --formant-ceiling-mode speaker --formant-points 0.2,0.5,0.8 -o measured
    """
    return run_and_report(corpus_settings(corpus, speakers, values, config), output, steps=("measure",))
