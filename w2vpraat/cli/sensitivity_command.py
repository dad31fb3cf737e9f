"""``w2vpraat sensitivity``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.corpus_options import corpus_arguments, corpus_settings
from w2vpraat.cli.options import SectionedCommand, parameter_options

if TYPE_CHECKING:
    import pandas as pd

# Nothing is probed here but the nearest label, and nothing is mapped.
WITHOUT = (
    "sensitivity.sensitivity",
    "compare.probes",
    "compare.columns",
    "compare.across",
    "compare.within",
    "compare.dimensions",
    "compare.projection",
    "compare.map_distance",
    "normalize.f0_methods",
)


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
    "sensitivity",
    without=WITHOUT,
)
def command(corpus: str | None, speakers: str | None, output: str, config: str | None, **values: Any) -> int:
    """Move every boundary of CORPUS a little and show how far formants and vectors go.

    Start and end of each token move by each of --shifts, either way or not at all (eight combinations), never
    past a neighbour. Formants are measured again, vectors are pooled again from the same frames.

    \b
    w2vpraat sensitivity my_folder --speakers speakers.csv --label-map arpabet --label-class vowel -o moved
    w2vpraat sensitivity my_folder --shifts 0.01,0.025 --queue-shift 0.025 -o moved

    The folder gets sensitivity.csv (one row per token), sensitivity_shifts.csv (one per token, shift and
    representation), sensitivity_summary.csv, sensitivity_differences.csv, figures, w2vpraat.toml and
    provenance.json.
    """
    from w2vpraat.cli.progress import follow, list_skipped
    from w2vpraat.compare.tokens.sensitivity_summary import explain_sensitivity
    from w2vpraat.pipeline.running import results_folder
    from w2vpraat.pipeline.sensitivity_folder import SensitivityResults, moving_boundaries, write_sensitivity

    settings = corpus_settings(corpus, speakers, values, config)
    folder = results_folder(output)
    results, skipped = follow(moving_boundaries(settings), SensitivityResults)
    written = write_sensitivity(results, folder, command_line=sys.argv)
    found = results.sensitivity
    show_sensitivity(found.summary, found.level)
    text = explain_sensitivity(found)
    if text:
        click.echo(f"{text}\n")
    for note in (*results.run.notes, *found.notes):
        click.echo(f"Note: {note}.")
    click.echo(f"\nWritten to {folder}:\n  {', '.join(path.name for path in written)}")
    list_skipped(skipped)
    return int(bool(skipped))


def show_sensitivity(summary: pd.DataFrame, level: float) -> None:
    """Print one line per representation and shift."""
    from w2vpraat.cli.progress import print_table

    click.echo(
        "\nHow far a token moves at most (median and 90th percentile, in sd between tokens), and how many get"
        f"\nanother nearest label (% [{100 * level:g} % interval over speakers]; right: of those nearest to"
        " their own):\n"
    )
    header = ("representation", "ms", "median", "90 %", "other label", "right", "tokens")
    print_table([_line(row) for row in summary.to_dict("records")], header)
    click.echo("")


def _line(row: Mapping[Any, Any]) -> tuple[str, ...]:
    return (
        str(row["representation"]),
        f"{1000 * row['shift']:g}",
        _number(row["movement_median"], 1, 2),
        _number(row["movement_p90"], 1, 2),
        _number(row["flip_rate"], 100, 1)
        + (f" [{100 * row['low']:.0f}, {100 * row['high']:.0f}]" if row["low"] == row["low"] else ""),
        _number(row["right_flip_rate"], 100, 1),
        str(row["n_tokens"]),
    )


def _number(value: float, factor: float, digits: int) -> str:
    return f"{factor * value:.{digits}f}" if value == value else "–"
