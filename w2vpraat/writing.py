"""Writing results: whole files or none, and JSON of plain values; for export and session alike."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from w2vpraat.errors import ExportError, W2VPraatError


def write_whole(raw: bytes, path: str | PathLike[str]) -> Path:
    """Write a file as a whole or not at all; make its folder if there is none.

    Parameters
    ----------
    raw : bytes
        Contents.
    path : path
        Target; an old file of this name is replaced in one step.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    ExportError
        If it can't be written; an old file is untouched then.
    """
    from w2vpraat.corpus.textgrid.atomic import replace_file

    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, raw)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportError(f"can't make the folder: {reason}", "choose another folder", file=target) from error
    except W2VPraatError as error:
        raise ExportError(error.message, error.hint, file=target) from error
    return target


def json_bytes(value: Any) -> bytes:
    """Return a value as indented JSON in UTF-8, keys in their order, a newline at the end."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode("utf-8")


def plain(value: Any) -> Any:
    """Turn a value into what JSON knows: mappings, tuples, dataclasses, numpy values and paths.

    Numbers that are not finite become null, since JSON has no word for them.

    Raises
    ------
    ExportError
        For a value that has no plain form.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, PathLike):
        return Path(value).as_posix()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return [plain(item) for item in sorted(value, key=str)]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # numpy scalars and arrays, pandas series
        return plain(value.tolist())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise ExportError(f"a value of type {type(value).__name__} can't be written as JSON")
