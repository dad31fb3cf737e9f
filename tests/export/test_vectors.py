"""Vectors: same ids in both formats, readable without us."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from w2vpraat.errors import ExportError, InputError
from w2vpraat.export.vectors import read_vectors, vector_key, write_vectors
from w2vpraat.representation import Representation, vector_columns

IDS = ("a#1.1", "ö#1.2", "b#2.1")


def make(name: str, dim: int = 3, ids=IDS, **options) -> Representation:
    values = np.arange(len(ids) * dim, dtype=np.float32).reshape(len(ids), dim) / 7
    values[1, 0] = np.nan
    return Representation(name, ids, values, options.pop("columns", vector_columns(dim)), **options)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("phone layer 4", "phone_layer4"),
        ("phone layer 12 z per speaker", "phone_layer12_z_per_speaker"),
        ("Lobanov F1-F3", "Lobanov_F1_F3"),
        ("id", "r_id"),
        ("3 bands", "r_3_bands"),
        ("--", "r_"),
    ],
)
def test_keys(name, key):
    assert vector_key(name) == key


@pytest.mark.parametrize("suffix", [".npz", ".parquet"])
def test_vectors_read_back_with_names_and_fairness(tmp_path, suffix):
    items = [
        make("phone layer 4"),
        make("phone layer 4 z", 5, sees_speaker=True),
        make("Lobanov", 2, columns=("F1_z", "F2_z"), sees_speaker=True),
    ]
    path = write_vectors(items, tmp_path / f"vectors{suffix}")
    back = read_vectors(path)
    for ours, theirs in zip(items, back, strict=True):
        assert (ours.name, ours.ids, ours.columns, ours.sees_speaker) == (
            theirs.name,
            theirs.ids,
            theirs.columns,
            theirs.sees_speaker,
        )
        np.testing.assert_array_equal(ours.values, theirs.values)
        assert theirs.values.dtype == np.float32
    assert write_vectors(items, tmp_path / f"again{suffix}").read_bytes() == path.read_bytes()


def test_plain_numpy_and_pandas_read_them(tmp_path):
    items = [make("phone layer 4"), make("phone layer 5", 4)]
    with np.load(write_vectors(items, tmp_path / "v.npz")) as stored:
        assert set(stored.files) == {"id", "phone_layer4", "phone_layer5"}
        assert stored["id"].tolist() == list(IDS)
        assert stored["phone_layer5"].shape == (3, 4)
        assert stored["phone_layer5"].dtype == np.float32
        values = stored["phone_layer4"]
    table = pd.read_parquet(write_vectors(items, tmp_path / "v.parquet"))
    assert list(table.columns) == ["id", "phone_layer4", "phone_layer5"]
    assert table["id"].tolist() == list(IDS)
    np.testing.assert_array_equal(np.stack(table["phone_layer4"]), values)


def test_tokens_without_a_vector_get_nan(tmp_path):
    some = make("b").take([IDS[2], IDS[0]])
    back = read_vectors(write_vectors([make("a"), some], tmp_path / "v.npz"))
    assert back[1].ids == IDS
    assert np.isnan(back[1].values[1]).all()
    np.testing.assert_array_equal(back[1].values[[2, 0]], some.values)


def test_files_of_others_are_read(tmp_path):
    np.savez(tmp_path / "v.npz", id=np.array(["x", "y"]), mine=np.ones((2, 3)))
    (item,) = read_vectors(tmp_path / "v.npz")
    assert (item.name, item.ids, item.dim, item.sees_speaker) == ("mine", ("x", "y"), 3, False)


@pytest.mark.parametrize(
    ("items", "ids", "message"),
    [
        ([], None, "no vectors"),
        ([make("a b"), make("a_b")], None, "would both be called"),
        ([make("a")], IDS[:2], "that the others lack"),
    ],
)
def test_what_cannot_be_written(tmp_path, items, ids, message):
    with pytest.raises(ExportError, match=message):
        write_vectors(items, tmp_path / "v.npz", ids=ids)


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ExportError, match="can't be written"):
        write_vectors([make("a")], tmp_path / "v.npy")
    with pytest.raises(InputError, match="can't be read"):
        read_vectors(tmp_path / "v.npy")


def test_broken_files_are_errors_with_the_path(tmp_path):
    for name, raw in (("none.npz", None), ("bad.npz", b"nothing"), ("bad.parquet", b"nothing")):
        path = tmp_path / name
        if raw is not None:
            path.write_bytes(raw)
        with pytest.raises(InputError, match=name):
            read_vectors(path)
    np.savez(tmp_path / "v.npz", mine=np.ones((2, 3)))
    with pytest.raises(InputError, match="no array id"):
        read_vectors(tmp_path / "v.npz")
    np.savez(tmp_path / "v.npz", id=np.array(["x"]), mine=np.ones((2, 3)))
    with pytest.raises(InputError, match="one row per id"):
        read_vectors(tmp_path / "v.npz")
    np.savez(tmp_path / "v.npz", id=np.array([object()], dtype=object), mine=np.ones((1, 3)))
    with pytest.raises(InputError):
        read_vectors(tmp_path / "v.npz")


@pytest.mark.parametrize("ending", [".npz", ".parquet"])
def test_what_made_the_vectors_comes_back(tmp_path, ending):
    made = {
        "kind": "embedding",
        "layer": 3,
        "normalizations": [{"method": "z", "n_tokens_by_speaker": {"a": 2}}],
    }
    item = Representation("phone layer 3", ("a", "b"), np.ones((2, 4)), vector_columns(4), made)
    (back,) = read_vectors(write_vectors([item], tmp_path / f"vectors{ending}"))
    assert back.provenance["kind"] == "embedding"
    assert back.provenance["layer"] == 3
    assert back.provenance["file"] == f"vectors{ending}"
    assert back.provenance["normalizations"] == [{"method": "z"}]  # lists that grow with the corpus stay out


@pytest.mark.parametrize("ending", [".npz", ".parquet"])
def test_vectors_from_the_cache_make_the_same_file(tmp_path, ending):
    made = {"kind": "embedding", "layer": 3}
    files = []
    for name, more in (("loaded", {"missing_weights": [], "unused_weights": ["head"]}), ("cached", {})):
        item = Representation("phone layer 3", ("a",), np.ones((1, 4)), vector_columns(4), {**made, **more})
        files.append(write_vectors([item], tmp_path / f"{name}{ending}").read_bytes())
    assert files[0] == files[1]


def test_names_stay_if_the_provenance_is_too_long_for_the_file(tmp_path):
    long = {"kind": "embedding", "remark": "x" * 70_000}
    item = Representation(
        "phone layer 3", ("a",), np.ones((1, 4)), vector_columns(4), long, sees_speaker=True
    )
    (back,) = read_vectors(write_vectors([item], tmp_path / "vectors.npz"))
    assert (back.name, back.sees_speaker) == ("phone layer 3", True)
    assert back.provenance["kind"] == "vectors from a file"
