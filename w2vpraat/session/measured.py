"""Measurements of one recording, kept on disk so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.session.store import cache_folder
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

MAX_FILES = 20_000
"""Oldest files go beyond this; one holds some tens of kilobytes."""


def measurement_key(audio_hash: str, tokens: Sequence[Any], facts: dict[str, Any]) -> str:
    """Name a recording's measurements by all that decides them.

    Parameters
    ----------
    audio_hash : str
        Hash of the sound file.
    tokens : sequence of Token
        Ids, times, speakers and sexes count, labels do not.
    facts : dict
        Parameters, versions, start time, channel: plain values.
    """
    stretches = [(token.id, token.start, token.end, dict(token.metadata)) for token in tokens]
    text = json.dumps([audio_hash, stretches, facts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def measured_store() -> MeasuredStore:
    """Return the store in the user's cache folder."""
    return MeasuredStore(cache_folder() / "measured")


@dataclass(frozen=True)
class MeasuredStore:
    """A folder of Parquet files, one per recording and setting; a damaged file counts as absent."""

    folder: Path

    def get(self, key: str) -> pd.DataFrame | None:
        """Return kept measurements, or None."""
        import pandas as pd

        path = self._path(key)
        if not path.is_file():
            return None
        try:
            table = pd.read_parquet(path)
            os.utime(path)
        except (OSError, ValueError):
            return None
        return table

    def put(self, key: str, table: pd.DataFrame) -> None:
        """Keep measurements; the file appears whole or not at all."""
        import io

        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(buffer.getvalue(), path)

    def trim(self) -> None:
        """Delete the files that were used longest ago, beyond the limit."""
        files = sorted(self.folder.glob("*/*.parquet"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[MAX_FILES:]:
            path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.parquet"
