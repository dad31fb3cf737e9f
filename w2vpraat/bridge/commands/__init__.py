"""The commands that a job can ask for, each in a module of its own that is loaded when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from w2vpraat.bridge.job import Job
from w2vpraat.bridge.warm import Warm
from w2vpraat.errors import InputError

Command = Callable[[Job, Warm], Iterator[Any]]
"""Yields Progress and Skipped, then one Answer."""

COMMANDS = {
    "segment_table": "segment_table",
    "compare_normalizations": "compare_normalizations",
    "nearest_label_tier": "added_tiers",
    "sensitivity_tier": "added_tiers",
    "values_here": "values_here",
    "nearest_tokens": "nearest_tokens",
    "normalize_table": "user_table",
    "compare_table": "user_table",
    "show_in_window": "show_in_window",
    "check": "check",
}
"""Command -> module; the function has the name of the command."""


def find_command(name: str) -> Command:
    """Return the function of a command.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name not in COMMANDS:
        raise InputError(f'there is no command "{name}"', f"commands: {', '.join(COMMANDS)}")
    module = importlib.import_module(f"{__name__}.{COMMANDS[name]}")
    found: Command = getattr(module, name)
    return found
