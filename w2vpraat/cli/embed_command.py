"""``w2vpraat embed``."""

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
@parameter_options("read", "tokens", "embed", "normalize")
def command(corpus: str | None, speakers: str | None, output: str, config: str | None, **values: Any) -> int:
    """Extract the embedding of each token of CORPUS.

    vectors.npz and vectors.parquet are keyed by the ids of tokens.csv.

    Frames are kept in the cache: a second run with other pooling, labels or moved boundaries needs no model.

    \b
    w2vpraat embed my_folder -o vectors
    w2vpraat embed my_folder --model facebook/wav2vec2-base --layers 6,9 --pooling mean -o vectors
    w2vpraat embed long_files --context windows --context-seconds 2 -o vectors
    """
    return run_and_report(corpus_settings(corpus, speakers, values, config), output, steps=("embed",))
