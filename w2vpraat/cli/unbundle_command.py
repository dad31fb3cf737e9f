"""``w2vpraat unbundle``."""

from __future__ import annotations

import click

LISTED = 10


@click.command()
@click.argument("bundle", metavar="BUNDLE.zip", type=click.Path())
@click.argument("folder", type=click.Path())
@click.option(
    "--audio", multiple=True, type=click.Path(), help="Folder with the sound files; may be repeated."
)
def command(bundle: str, folder: str, audio: tuple[str, ...]) -> int:
    """Make a folder of a session bundle again.

    FOLDER must be new or empty. Sound files that are not in the bundle are looked for by their name, in the
    folders of --audio and beside the bundle, and recognized by their hash; they are linked into
    FOLDER/corpus. Exit code 1 if some are missing: copy them there under the names that are listed.

    \b
    w2vpraat unbundle my_work.zip again --audio /data/recordings
    w2vpraat gui again/session.w2vpraat
    """
    from w2vpraat.cli.progress import follow
    from w2vpraat.pipeline.bundle_opening import OpenedBundle, opening_bundle

    opened, _ = follow(opening_bundle(bundle, folder, audio=audio), OpenedBundle)
    click.echo(f"session: {opened.session}")
    click.echo(f"{len(opened.found)} sound files are there, {len(opened.missing)} are missing")
    where = opened.session.parent / "corpus"
    _list(opened.missing, f"missing, put them into {where}:")
    _list(opened.changed, "found, but not the file that was used (another hash), so not taken:")
    return int(bool(opened.missing or opened.changed))


def _list(names: tuple[str, ...], title: str) -> None:
    if names:
        click.echo(title, err=True)
        for name in names[:LISTED]:
            click.echo(f"  {name}", err=True)
        if len(names) > LISTED:
            click.echo(f"  ... and {len(names) - LISTED} more, all in manifest.json", err=True)
