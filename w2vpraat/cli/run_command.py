"""``w2vpraat run``."""

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
@parameter_options(
    "read",
    "tokens",
    "formants",
    "pitch",
    "intensity",
    "embed",
    "normalize",
    "compare",
    "pairs",
    "review",
    "sensitivity",
)
def command(corpus: str | None, speakers: str | None, output: str, config: str | None, **values: Any) -> int:
    """Do all steps for CORPUS: tokens, measurements, embeddings, normalization, comparison, figure.

    CORPUS is a folder with sound files and TextGrids of the same name, also in sub-folders; or a session file
    of the window (.w2vpraat), which brings its own options, speakers, and ceilings set by hand. Without
    options all labelled intervals of the phone tier are used, with the bundled phone model.

    \b
    w2vpraat run my_folder -o results
    w2vpraat run my_folder --speakers speakers.csv --label-map arpabet --label-class vowel -o results
    w2vpraat run my_work.w2vpraat -o results
    w2vpraat run --config results/w2vpraat.toml -o again

    The results folder gets report.html (open it first), tokens.csv, vectors.npz, vectors.parquet, scores.csv,
    ranking.csv, pairs.csv, review.csv and other tables, figure.svg/.pdf/.png, rejected.csv, problems.csv,
    skipped.csv, provenance.json, and w2vpraat.toml with every option, to repeat the run. After an
    interruption the same command goes on where it stopped.
    """
    from contextlib import suppress

    from w2vpraat.errors import ExportError
    from w2vpraat.session.last_results import remember_results

    code = run_and_report(corpus_settings(corpus, speakers, values, config), output)
    with suppress(ExportError):  # nothing but a default of Praat's command for nearest tokens depends on it
        remember_results(output)
    return code
