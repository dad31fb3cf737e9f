"""Models named by a hub id, through transformers' own files cache (obeys HF_HUB_OFFLINE and HF_HOME)."""

from __future__ import annotations

import re
from pathlib import Path

from w2vpraat.errors import ModelError
from w2vpraat.models.checkpoint import read_json

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_REMEDY = "copy the model's folder to this computer and give its path instead"


def is_hub_id(name: str) -> bool:
    """Tell whether a name has the form ``owner/model``."""
    return _ID.fullmatch(name) is not None


def fetch_settings(hub_id: str, revision: str | None = None) -> tuple[Path, str]:
    """Get the small files of a model.

    Returns
    -------
    folder : Path
        The snapshot with ``config.json`` and, where there are any, the other settings.
    commit : str
        The exact revision.

    Raises
    ------
    ModelError
        If the hub can't be reached or has no such model.
    """
    config = _get(hub_id, "config.json", revision)
    if config is None:
        raise ModelError(f'the model "{hub_id}" has no config.json', _REMEDY)
    commit = config.parent.name
    for name in ("preprocessor_config.json", "processor_config.json", "w2vpraat.json"):
        _get(hub_id, name, commit, optional=True)
    return config.parent, commit


def fetch_weights(hub_id: str, revision: str, *, allow_pickle: bool = False) -> None:
    """Get the weights into the snapshot: safetensors, else (if allowed) pickled ones.

    Raises
    ------
    ModelError
        If the hub can't be reached.
    """
    for name in ("model.safetensors", *(("pytorch_model.bin",) if allow_pickle else ())):
        if _get(hub_id, name, revision, optional=True) is not None:
            return
        index = _get(hub_id, f"{name}.index.json", revision, optional=True)
        if index is not None:
            for shard in sorted(set(read_json(index).get("weight_map", {}).values())):
                _get(hub_id, shard, revision)
            return


def _get(hub_id: str, name: str, revision: str | None, *, optional: bool = False) -> Path | None:
    import logging

    from transformers.utils.hub import cached_file

    # Its retries would fill the terminal; the error says it all.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        found = cached_file(
            hub_id,
            name,
            revision=revision,
            _raise_exceptions_for_missing_entries=not optional,
            _raise_exceptions_for_connection_errors=not optional,
        )
    except OSError as error:
        reason = " ".join(str(error).split())
        raise ModelError(
            f'can\'t get {name} of the model "{hub_id}" from the hub: {reason}', _REMEDY
        ) from error
    return None if found is None else Path(found)
