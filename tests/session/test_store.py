"""The cache of frames: exact, bounded, and unmoved by damage or by other runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.errors import AudioError
from w2vpraat.models import FrameKey
from w2vpraat.session.store import DiskFrameStore, cache_folder, cache_info, clear_cache


def _key(n=0, **changes):
    return FrameKey(f"audio{n}", "mean", "model", 4, "float32", "cpu", "whole", 0)._replace(**changes)


def _states(n=0, frames=50, dim=8):
    return np.random.default_rng(n).normal(size=(frames, dim)).astype(np.float32)


def test_frames_come_back_exactly(tmp_path):
    store = DiskFrameStore(tmp_path)
    assert store.load(_key()) is None
    odd = _states()
    odd[0, :3] = [np.nan, -0.0, 1e-42]
    store.save(_key(), odd[:, ::2])
    got = store.load(_key())
    assert got.dtype == np.float32
    assert got.tobytes() == np.ascontiguousarray(odd[:, ::2]).tobytes()
    assert DiskFrameStore(tmp_path).load(_key()).shape == (50, 4)


@pytest.mark.parametrize("field", FrameKey._fields)
def test_every_part_of_the_key_counts(tmp_path, field):
    store = DiskFrameStore(tmp_path)
    store.save(_key(), _states())
    other = 7 if isinstance(getattr(_key(), field), int) else "other"
    assert store.load(_key(**{field: other})) is None
    assert store.load(_key()) is not None


@settings(deadline=None, max_examples=60)
@given(position=st.integers(0, 2000), cut=st.booleans(), value=st.integers(1, 255))
def test_a_damaged_file_is_a_miss_and_goes(tmp_path_factory, position, cut, value):
    folder = tmp_path_factory.mktemp("cache")
    store = DiskFrameStore(folder)
    store.save(_key(), _states())
    (path,) = folder.rglob("*.frames")
    content = bytearray(path.read_bytes())
    position %= len(content)
    if cut:
        del content[position:]
    else:
        content[position] ^= value
    path.write_bytes(content)
    got = store.load(_key())
    if got is None:
        assert not path.exists()
    else:  # a blank in the JSON may change without harm
        np.testing.assert_array_equal(got, _states())


def test_a_file_under_anothers_name_is_a_miss(tmp_path):
    store = DiskFrameStore(tmp_path)
    store.save(_key(1), _states())
    (path,) = tmp_path.rglob("*.frames")
    store.save(_key(2), _states())
    (other,) = set(tmp_path.rglob("*.frames")) - {path}
    path.replace(other)
    assert store.load(_key(2)) is None


def test_the_least_recently_used_go_first(tmp_path):
    one = 50 * 8 * 4 + 200
    store = DiskFrameStore(tmp_path, max_bytes=10 * one)
    for n in range(10):
        store.save(_key(n), _states(n))
        os.utime(store._path(_key(n)), (1000 + n, 1000 + n))
    assert store.load(_key(0)) is not None  # used now, so no longer the oldest
    for n in range(10, 14):
        store.save(_key(n), _states(n))
    assert cache_info(tmp_path).size <= 10 * one
    assert store.load(_key(0)) is not None
    assert store.load(_key(1)) is None
    assert store.load(_key(13)) is not None


def test_blocks_larger_than_the_cache_are_not_kept(tmp_path):
    store = DiskFrameStore(tmp_path, max_bytes=1000)
    store.save(_key(), _states())
    assert cache_info(tmp_path).n_files == 0


def test_an_unwritable_folder_is_no_error(tmp_path):
    (tmp_path / "frames").write_text("a file where the folder should be")
    store = DiskFrameStore(tmp_path)
    store.save(_key(), _states())
    assert store.load(_key()) is None


def test_vanished_files_are_a_miss(tmp_path):
    store = DiskFrameStore(tmp_path)
    store.save(_key(), _states())
    clear_cache(tmp_path)
    assert store.load(_key()) is None
    store.save(_key(), _states())
    assert store.load(_key()) is not None


def test_leftovers_of_killed_runs_go_when_the_cache_is_full(tmp_path):
    store = DiskFrameStore(tmp_path, max_bytes=4000)
    store.save(_key(0), _states(0))
    folder = store._path(_key(0)).parent
    for name, age in (("old.part", 10_000_000), ("new.part", None)):
        (folder / name).write_bytes(b"x" * 100)
        if age:
            os.utime(folder / name, (age, age))
    for n in range(1, 4):
        store.save(_key(n), _states(n))
    assert not (folder / "old.part").exists()
    assert (folder / "new.part").exists()


def test_several_threads_and_stores_at_once(tmp_path):
    stores = [DiskFrameStore(tmp_path, max_bytes=40_000) for _ in range(3)]
    wrong = []

    def work(store, seed):
        order = np.random.default_rng(seed).integers(0, 30, 150)
        for n in order.tolist():
            got = store.load(_key(n))
            if got is None:
                store.save(_key(n), _states(n))
            elif not np.array_equal(got, _states(n)):
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(stores[k % 3], k)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert 0 < cache_info(tmp_path).n_files <= 30
    assert not list(tmp_path.rglob("*.part"))


def test_info_and_clear_cover_measurements_and_nothing_else(tmp_path):
    store = DiskFrameStore(tmp_path)
    store.save(_key(), _states())
    (tmp_path / "measured" / "ab").mkdir(parents=True)
    (tmp_path / "measured" / "ab" / "x.parquet").write_bytes(b"12345")
    (tmp_path / "mine.txt").write_text("keep")
    info = cache_info(tmp_path)
    assert (info.folder, info.n_files) == (tmp_path, 2)
    assert info.size == 5 + store._path(_key()).stat().st_size
    assert clear_cache(tmp_path).size == info.size
    assert cache_info(tmp_path).n_files == 0
    assert (tmp_path / "mine.txt").exists()


def test_the_folder_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("W2VPRAAT_CACHE_DIR", str(tmp_path / "here"))
    assert cache_folder() == DiskFrameStore().folder == tmp_path / "here"
    monkeypatch.delenv("W2VPRAAT_CACHE_DIR")
    assert cache_folder().name == "w2vpraat"


def test_hashes_are_remembered_until_the_file_changes(tmp_path, monkeypatch):
    import hashlib

    from w2vpraat.session import store as module

    path = tmp_path / "a.wav"
    path.write_bytes(b"one")
    reads = []
    real = module.file_hash
    monkeypatch.setattr(module, "file_hash", lambda p: reads.append(p) or real(p))
    store = DiskFrameStore(tmp_path)
    assert store.audio_hash(path) == store.audio_hash(str(path)) == hashlib.sha256(b"one").hexdigest()
    assert len(reads) == 1
    path.write_bytes(b"two!")
    assert store.audio_hash(path) == hashlib.sha256(b"two!").hexdigest()
    with pytest.raises(AudioError):
        store.audio_hash(tmp_path / "nowhere.wav")


def test_the_cache_needs_no_torch():
    code = "import sys, w2vpraat.session.store as s; s.cache_info(); print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
