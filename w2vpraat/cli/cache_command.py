"""``w2vpraat cache``."""

import click


@click.group()
def command() -> None:
    """x"""
