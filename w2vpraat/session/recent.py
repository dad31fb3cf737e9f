"""The sessions and folders that were open last: a small file in the user's configuration folder."""

from __future__ import annotations

import json
import os
from os import PathLike
from pathlib import Path

from w2vpraat.models.user_models import config_folder
from w2vpraat.writing import json_bytes, write_whole

MOST = 12
"""So many are kept."""

_NAME = "recent.json"


def recent_sessions() -> tuple[Path, ...]:
    """Return what was open last, the latest first; what does not exist any more is left out.

    A file that is missing or damaged is an empty list: nobody's work depends on it.
    """
    try:
        listed = json.loads((config_folder() / _NAME).read_bytes())["recent"]
        paths = [Path(one) for one in listed if isinstance(one, str)]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(path for path in paths if path.exists())[:MOST]


def remember_session(path: str | PathLike[str]) -> tuple[Path, ...]:
    """Put a session file (or folder) first in the list.

    Returns
    -------
    tuple of Path
        The list as it is now.

    Raises
    ------
    ExportError
        If the configuration folder can't be written.
    """
    first = Path(os.path.abspath(path))
    kept = (first, *(one for one in recent_sessions() if one != first))[:MOST]
    write_whole(json_bytes({"recent": [str(one) for one in kept]}), config_folder() / _NAME)
    return tuple(one for one in kept if one.exists())
