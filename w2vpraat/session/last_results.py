"""The results folder that was made or asked last: a small file in the user's configuration folder."""

from __future__ import annotations

import json
import os
from os import PathLike
from pathlib import Path

from w2vpraat.models.user_models import config_folder
from w2vpraat.writing import json_bytes, write_whole

_NAME = "last_results.json"


def last_results() -> Path | None:
    """Return the results folder used last; None if there is none, or it is not there any more.

    A file that is missing or damaged means none: nobody's work depends on it.
    """
    try:
        stored = json.loads((config_folder() / _NAME).read_bytes())["results"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Path(stored) if isinstance(stored, str) and Path(stored).is_dir() else None


def remember_results(folder: str | PathLike[str]) -> None:
    """Keep a results folder as the one used last.

    Raises
    ------
    ExportError
        If the configuration folder can't be written.
    """
    write_whole(json_bytes({"results": os.path.abspath(folder)}), config_folder() / _NAME)
