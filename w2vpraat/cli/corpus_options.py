"""CORPUS and --speakers, the same for every command that opens a corpus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from w2vpraat.cli.options import settings_from
from w2vpraat.session.session import SUFFIX
from w2vpraat.session.session_file import read_session
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
    """Build the settings of a command that opens a corpus.

    A session file as CORPUS gives the settings of the window; a settings file and options win over it.
    """
    base = None
    run: dict[str, str] = {}
    if corpus and Path(corpus).suffix.lower() == SUFFIX and not Path(corpus).is_dir():
        base = read_session(corpus).settings
    elif corpus:
        run["corpus"] = corpus
    if speakers:
        run["speakers"] = speakers
    settings = settings_from(values, config=config, base=base)
    return settings.updated({"run": run}) if run else settings
