"""``w2vpraat cache``: info, clear."""

from __future__ import annotations

import click


@click.group()
def command() -> None:
    """Size of the cache of frames and measurements; clear it.

    The cache makes a second run fast: with other pooling, tiers, labels or moved boundaries no model runs.
    It can be cleared at any time.
    """


@command.command()
def info() -> None:
    """Show where the cache is, how large it is, and its limit."""
    from w2vpraat.session.store import cache_info

    report = cache_info()
    click.echo(f"folder  {report.folder}")
    click.echo(f"files   {report.n_files}")
    click.echo(f"size    {report.size / 1e6:.1f} MB of at most {report.limit / 1e6:.0f} MB")


@command.command()
def clear() -> None:
    """Delete everything in the cache."""
    from w2vpraat.session.store import clear_cache

    report = clear_cache()
    click.echo(f"deleted {report.n_files} files, {report.size / 1e6:.1f} MB")
