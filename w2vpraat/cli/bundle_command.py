"""``w2vpraat bundle``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from w2vpraat.errors import InputError

if TYPE_CHECKING:
    from w2vpraat.events import Skipped


@click.command()
@click.argument("session", type=click.Path())
@click.argument("output", metavar="OUT.zip", type=click.Path(dir_okay=False))
@click.option("--audio", is_flag=True, help="Put the sound files in too; else only their hashes are there.")
@click.option("--no-values", is_flag=True, help="Do not measure: choices and TextGrids only.")
@click.option("--no-vectors", is_flag=True, help="Leave the vectors out.")
@click.option("--force", is_flag=True, help="Replace OUT.zip if it exists.")
def command(session: str, output: str, audio: bool, no_values: bool, no_vectors: bool, force: bool) -> int:
    """Put a session and all that belongs to it into one zip, to be kept or handed on.

    SESSION is a session file of the window (.w2vpraat) or a folder. The bundle holds the choices, the
    TextGrids, the tables with their vectors, how they were made, and hashes of the sound files. The same
    state gives the same bytes; no folder of this computer is named in it.

    \b
    w2vpraat bundle my_work.w2vpraat my_work.zip
    w2vpraat bundle my_work.w2vpraat all_of_it.zip --audio
    w2vpraat unbundle my_work.zip again --audio /data/recordings
    """
    from w2vpraat.cli.progress import follow, list_skipped
    from w2vpraat.corpus.gathering import gather
    from w2vpraat.params.exporting import BundleParams
    from w2vpraat.pipeline.bundle import bundling
    from w2vpraat.pipeline.running import Results, running
    from w2vpraat.pipeline.written import Written
    from w2vpraat.session.session import new_session

    target = Path(output)
    if target.suffix.lower() != ".zip":
        raise InputError("a bundle ends in .zip", f"call it {target.stem}.zip", file=target)
    if target.exists() and not force:
        raise InputError("the file exists already", "choose another name, or --force", file=target)
    opened = new_session(session)
    corpus = gather(opened.sources)
    results = None
    left_out: tuple[Skipped, ...] = ()
    if not no_values:
        events = running(opened.settings, corpus=corpus, steps=("measure", "embed"))
        results, left_out = follow(events, Results)
    params = BundleParams(audio=audio, vectors=not no_vectors)
    written, skipped = follow(bundling(opened, corpus, target, params, results=results), Written)
    for note in (*(() if results is None else results.notes), *written.notes):
        click.echo(f"Note: {note}.")
    size = target.stat().st_size / 1e6
    click.echo(f"written: {target} ({len(corpus.recordings)} recordings, {size:.1f} MB)", err=True)
    list_skipped((*left_out, *skipped))
    return int(bool(left_out or skipped))
