"""What an export left on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from w2vpraat.events import Skipped


@dataclass(frozen=True)
class Written:
    """Files, and what to know of them.

    Attributes
    ----------
    files : tuple of Path
        The one to open first, then those beside it.
    notes : tuple of str
        What could not be held, and what to look out for.
    skipped : tuple of Skipped
        Recordings that are not in it.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
