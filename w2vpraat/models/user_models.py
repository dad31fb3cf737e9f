"""The user's own list of models: one JSON file in the configuration folder."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from w2vpraat.errors import ModelError
from w2vpraat.models.checkpoint import read_json

_VERSION = 1


def config_folder() -> Path:
    """Folder of the user's settings: ``W2VPRAAT_CONFIG_DIR``, else the system's place for them."""
    chosen = os.environ.get("W2VPRAAT_CONFIG_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_config_dir("w2vpraat"))


def read_user_models() -> list[dict[str, Any]]:
    """Read the list, as plain records.

    Raises
    ------
    ModelError
        If the file is damaged or of a newer version.
    """
    path = config_folder() / "models.json"
    if not path.is_file():
        return []
    found = read_json(path)
    items = found.get("models")
    if found.get("version") != _VERSION or not isinstance(items, list):
        raise ModelError(
            "is not a list of models of this version",
            "move the file away and add the models again",
            file=path,
        )
    return items


def write_user_models(items: Sequence[dict[str, Any]]) -> None:
    """Write the list; the old file stays whole until the new one is.

    Raises
    ------
    ModelError
        If the folder can't be written.
    """
    path = config_folder() / "models.json"
    text = json.dumps({"version": _VERSION, "models": list(items)}, indent=1, ensure_ascii=False)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ModelError(f"can't be written ({error.strerror})", file=path) from error
