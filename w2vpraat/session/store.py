"""Frames on disk, so that other poolings, tiers or boundaries need no forward pass.

One file per recording (or tile), model and layer: a line of JSON (key, shape, checksum), then float32 values.
Files appear whole (written aside, then renamed), so that several runs can share the folder; one that is
damaged, or vanishes between two looks, is simply not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.audio import file_hash

if TYPE_CHECKING:
    from w2vpraat.models.jobs import FrameKey

States = NDArray[np.float32]

DEFAULT_BYTES = 4_000_000_000
_FORMAT = "w2vpraat frames 1"
_SUFFIX, _PART = ".frames", ".part"
_FOLDERS = ("frames", "measured")
_STALE_SECONDS = 3600.0


def cache_folder() -> Path:
    """Folder of kept frames: ``W2VPRAAT_CACHE_DIR``, else the system's place for caches."""
    chosen = os.environ.get("W2VPRAAT_CACHE_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("w2vpraat"))


@dataclass(frozen=True)
class CacheInfo:
    """What the cache holds.

    Parameters
    ----------
    folder : Path
        Where it is.
    n_files : int
        Files of frames and of measurements.
    size : int
        Their bytes.
    limit : int
        Most bytes of frames that are kept.
    """

    folder: Path
    n_files: int
    size: int
    limit: int = DEFAULT_BYTES


class DiskFrameStore:
    """Frames in a folder of bounded size; the least recently used go first.

    Implements `w2vpraat.models.FrameStore`. Safe with several threads and several runs at once.

    Parameters
    ----------
    folder : path, optional
        Default: `cache_folder`.
    max_bytes : int
        Beyond it, old files are removed until nine tenths are left.
    """

    def __init__(self, folder: str | PathLike[str] | None = None, max_bytes: int = DEFAULT_BYTES) -> None:
        self.folder = Path(folder) if folder is not None else cache_folder()
        self.max_bytes = max_bytes
        self._frames = self.folder / _FOLDERS[0]
        self._size: int | None = None
        self._hashes: dict[tuple[str, int, int], str] = {}
        self._lock = threading.Lock()

    def audio_hash(self, path: str | PathLike[str]) -> str:
        """Return the SHA-256 of a sound file, remembered as long as its size and time stay.

        Raises
        ------
        AudioError
            If it can't be read.
        """
        try:
            stat = os.stat(path)
        except OSError:
            return file_hash(path)  # says what is wrong
        known = (os.path.abspath(path), stat.st_size, stat.st_mtime_ns)
        if known not in self._hashes:
            self._hashes[known] = file_hash(path)
        return self._hashes[known]

    def load(self, key: FrameKey) -> States | None:
        """Return the frames of a key, shape (n_frames, dim), or None if they are not here (or damaged)."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        states = _unpack(content, key)
        if states is None:
            path.unlink(missing_ok=True)
            return None
        with suppress(OSError):
            os.utime(path)  # used now
        return states

    def save(self, key: FrameKey, states: States) -> None:
        """Keep the frames of a key.

        A full or read-only disk is no error: the frames are computed again next time.
        """
        content = _pack(key, states)
        if sum(map(len, content)) > self.max_bytes:
            return
        path = self._path(key)
        part = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=_PART, delete=False) as stream:
                part = Path(stream.name)
                stream.writelines(content)
            part.replace(path)
        except OSError:
            if part is not None:
                part.unlink(missing_ok=True)
            return
        with self._lock:
            if self._size is None:
                self._size = sum(size for _, size, _ in _files(self._frames))
            else:
                self._size += sum(map(len, content))
            if self._size > self.max_bytes:
                self._size = _shrink(self._frames, int(self.max_bytes * 0.9))

    def _path(self, key: FrameKey) -> Path:
        name = hashlib.sha256(json.dumps(list(key)).encode()).hexdigest()
        return self._frames / name[:2] / f"{name}{_SUFFIX}"


def cache_info(folder: str | PathLike[str] | None = None) -> CacheInfo:
    """Count what the cache holds: frames and measurements."""
    root = Path(folder) if folder is not None else cache_folder()
    sizes = [size for name in _FOLDERS for _, size, _ in _files(root / name)]
    return CacheInfo(root, len(sizes), sum(sizes))


def clear_cache(folder: str | PathLike[str] | None = None) -> CacheInfo:
    """Remove kept frames and measurements; the result says what was removed. Other files stay."""
    root = Path(folder) if folder is not None else cache_folder()
    removed = [size for name in _FOLDERS for path, size, _ in list(_files(root / name)) if _remove(path)]
    return CacheInfo(root, len(removed), sum(removed))


def _pack(key: FrameKey, states: States) -> tuple[bytes, bytes]:
    values = np.ascontiguousarray(states, dtype="<f4")
    body = values.tobytes()
    head = {
        "format": _FORMAT,
        "key": list(key),
        "shape": list(values.shape),
        "crc32": zlib.crc32(body),
    }
    return json.dumps(head).encode() + b"\n", body


def _unpack(content: bytes, key: FrameKey) -> States | None:
    """Read a file's content; None if it is damaged or belongs to another key."""
    line, _, body = content.partition(b"\n")
    try:
        head: dict[str, Any] = json.loads(line)
        n_frames, dim = head["shape"]
        sound = head["format"] == _FORMAT and head["key"] == list(key) and len(body) == 4 * n_frames * dim
        checksum = head["crc32"]
    except (ValueError, KeyError, TypeError):
        return None
    if not sound or zlib.crc32(body) != checksum:
        return None
    return np.frombuffer(body, dtype="<f4").reshape(n_frames, dim).astype(np.float32, copy=False)


def _files(folder: Path) -> Iterator[tuple[Path, int, float]]:
    """Yield path, size and time of last use of all files in the folder's sub-folders."""
    for path in folder.glob("*/*"):
        try:
            stat = path.stat()
        except OSError:
            continue  # another run removed it
        yield path, stat.st_size, stat.st_mtime


def _shrink(folder: Path, target: int) -> int:
    """Remove the least recently used files until `target` bytes are left; return what is left."""
    files = sorted(_files(folder), key=lambda item: item[2])
    left = sum(size for _, size, _ in files)
    for path, size, used in files:
        # What another run is writing now is left alone; what a killed run left half written goes.
        if left <= target or (path.suffix == _PART and time.time() - used < _STALE_SECONDS):
            continue
        _remove(path)
        left -= size
    return left


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
