"""CORPUS and --speakers, the same for every command that opens a corpus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from w2vpraat.cli.options import settings_from
from w2vpraat.session.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def corpus_arguments(command: Command) -> Command:
    """Add the argument CORPUS and the option ``--speakers``."""
    command = click.option(
        "--speakers",
        type=click.Path(),
        help="Speaker metadata (csv, tsv, xlsx, yaml) with a column file_name or speaker, and sex if known.",
    )(command)
    return click.argument("corpus", type=click.Path(), required=False)(command)


def corpus_settings(
    corpus: str | None, speakers: str | None, values: Mapping[str, Any], config: str | None
) -> Settings:
    """Build the settings of a command that opens a corpus."""
    settings = settings_from(values, config=config)
    run = {name: value for name, value in (("corpus", corpus), ("speakers", speakers)) if value}
    return settings.updated({"run": run}) if run else settings
