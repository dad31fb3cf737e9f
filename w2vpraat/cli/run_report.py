"""Run the steps, write the results folder, and say what came out: run, measure, embed and demo alike."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from w2vpraat.session.settings import Settings

ALL_STEPS = ("measure", "embed", "compare")


def run_and_report(settings: Settings, output: str, steps: Sequence[str] = ALL_STEPS) -> int:
    """Run steps and print scores, notes and skipped files.

    Returns
    -------
    int
        Exit code: 1 if a file was skipped.
    """
    from w2vpraat.cli.progress import follow, list_skipped
    from w2vpraat.cli.score_table import print_yardsticks
    from w2vpraat.pipeline.results import write_results
    from w2vpraat.pipeline.running import Results, results_folder, running

    folder = results_folder(output)
    results, skipped = follow(running(settings, steps=steps), Results)
    written = write_results(results, folder, command_line=sys.argv)
    if results.yardsticks is not None:
        print_yardsticks(results.yardsticks, results.notes)
    else:
        for note in results.notes:
            click.echo(f"Note: {note}.")
    n_speakers = results.table["speaker"].nunique()
    click.echo(f"\n{len(results.opened.tokens.kept)} tokens, {n_speakers} speakers. Written to {folder}:")
    click.echo("  " + ", ".join(path.name for path in written))
    list_skipped(skipped)
    return int(bool(skipped))
