"""Lines of a log, filled as Praat's log commands (F12) fill them: ``'time:6' seconds, f0 'f0:2' Hz``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from w2vpraat.errors import InputError

NUMBERS = (
    "time",
    "t1",
    "t2",
    "dur",
    "freq",
    "f0",
    "f1",
    "f2",
    "f3",
    "f4",
    "b1",
    "b2",
    "b3",
    "b4",
    "intensity",
    "power",
)
"""Names of numbers; seconds, Hz, dB, and Pa^2/Hz for the power at the cross."""
TEXTS = ("recording$", "tier$", "label$", "tab$")
"""Names of texts."""

_PLACE = re.compile(r"'([a-z][a-z0-9]*\$?)(?::([0-9]+))?'")


def log_names(template: str) -> tuple[str, ...]:
    """Return the names that a line asks for, each once.

    Raises
    ------
    InputError
        For a name that isn't known, or decimals of a text.
    """
    found: dict[str, None] = {}
    for match in _PLACE.finditer(template):
        name, digits = match.groups()
        if name not in (*NUMBERS, *TEXTS) or (name.endswith("$") and digits):
            raise InputError(
                f"the log line asks for {match[0]}, which is not known",
                f"numbers: {', '.join(NUMBERS)} (with :decimals), texts: {', '.join(TEXTS)}",
            )
        found[name] = None
    return tuple(found)


def log_line(template: str, values: Mapping[str, float | str]) -> str:
    """Fill a line.

    Parameters
    ----------
    template : str
        ``'name:decimals'`` is a number with so many decimals, ``'name'`` with all its digits, ``'name$'`` a
        text; the rest stays.
    values : mapping
        By name. NaN, and numbers that aren't there, are written as Praat does: ``--undefined--``.

    Returns
    -------
    str
        Without a line end.

    Raises
    ------
    InputError
        As `log_names`.
    """
    log_names(template)

    def filled(match: re.Match[str]) -> str:
        name, digits = match.groups()
        if name == "tab$":
            return "\t"
        value = values.get(name, "" if name.endswith("$") else math.nan)
        if isinstance(value, str):
            return value
        if math.isnan(value):
            return "--undefined--"
        return f"{value:.{digits}f}" if digits is not None else f"{value:.15g}"

    return _PLACE.sub(filled, template)
