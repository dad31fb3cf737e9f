"""Tables: order, exact numbers, odd texts, whole files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vpraat.errors import ExportError
from w2vpraat.export.tables import (
    order_columns,
    table_text,
    write_json,
    write_problems,
    write_rejected,
    write_table,
)


def read(path: Path, **options) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""], float_precision="round_trip", **options)


def test_columns_stand_in_the_order_of_the_long_table():
    mixed = [
        "age",
        "F2_z",
        "e0002",
        "dialect",
        "layer",
        "F1_z",
        "start",
        "id",
        "F2",
        "B1",
        "F10",
        "F1",
        "dur",
        "label",
        "f0_lz",
        "e0001",
        "z3_z1",
        "max_formant",
        "f0",
        "speaker",
        "n_frames",
        "intensity",
        "ln_f1_sr",
        "time",
        "prop_time",
        "end",
        "file_name",
    ]
    assert order_columns(mixed) == [
        "id",
        "file_name",
        "speaker",
        "label",
        "start",
        "end",
        "dur",
        "time",
        "prop_time",
        "F1",
        "F2",
        "F10",
        "B1",
        "f0",
        "intensity",
        "max_formant",
        "F2_z",
        "F1_z",
        "f0_lz",
        "z3_z1",
        "ln_f1_sr",
        "n_frames",
        "layer",
        "e0002",
        "e0001",
        "age",
        "dialect",
    ]


def test_metadata_go_last_whatever_they_are_called():
    assert order_columns(["F1_school", "id", "F1_z"], metadata=["F1_school"]) == ["id", "F1_z", "F1_school"]


def test_a_table_reads_back_as_it_was(tmp_path):
    table = pd.DataFrame(
        {
            "id": ["a#1.1", "a#1.2", "b#1.1"],
            "label": ['i, "long"', "NA", "ɔ̃ː\nx"],
            "speaker": ["007", "nan", "Ö"],
            "start": [0.1, 1 / 3, 0.30000000000000004],
            "F1": [300.123456789, np.nan, 5e-324],
            "n_frames": [3.0, np.nan, 1.0],
            "sees_speaker": [True, False, True],
        }
    )
    path = write_table(table, tmp_path / "new folder" / "tokens.csv")
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.splitlines()[0] == b"id,speaker,label,start,F1,n_frames,sees_speaker"
    back = read(path, dtype={"speaker": str, "n_frames": "Int64"})
    assert back["label"].tolist() == table["label"].tolist()
    assert back["speaker"].tolist() == table["speaker"].tolist()
    assert back["start"].tolist() == table["start"].tolist()
    assert back["F1"].tolist()[::2] == table["F1"].tolist()[::2]
    assert back["F1"].isna().tolist() == [False, True, False]
    assert back["sees_speaker"].tolist() == [True, False, True]
    assert b",3," in raw  # frames stay whole numbers
    assert write_table(table, tmp_path / "again.csv").read_bytes() == raw


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=20))
def test_every_digit_is_kept(numbers):
    text = table_text(pd.DataFrame({"start": numbers}))
    assert [float(line) for line in text.splitlines()[1:]] == numbers


def test_single_precision_is_written_short():
    text = table_text(pd.DataFrame({"e0001": np.array([0.1, 1e-9], dtype=np.float32)}))
    assert text.splitlines()[1:] == ["0.1", "1e-09"]


@pytest.mark.parametrize("suffix", [".tsv", ".parquet"])
def test_other_formats_hold_the_same(tmp_path, suffix):
    table = pd.DataFrame({"F1": [1.5, np.nan], "id": ["a", "b"], "n_frames": [1.0, 2.0]})
    path = write_table(table, tmp_path / f"t{suffix}")
    back = pd.read_parquet(path) if suffix == ".parquet" else read(path, sep="\t")
    assert list(back.columns) == ["id", "F1", "n_frames"]
    pd.testing.assert_frame_equal(back, table[["id", "F1", "n_frames"]], check_dtype=False)
    assert back["n_frames"].dtype.kind == "i"
    assert write_table(table, tmp_path / f"u{suffix}").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["t.xls", "t"])
def test_unknown_formats_are_refused(tmp_path, name):
    with pytest.raises(ExportError, match="can't be written"):
        write_table(pd.DataFrame({"id": []}), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_repeated_column_is_refused(tmp_path):
    with pytest.raises(ExportError, match="more than once"):
        write_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "t.csv")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = write_table(pd.DataFrame({"id": ["old"]}), tmp_path / "t.csv")
    monkeypatch.setattr("os.replace", lambda *names: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(ExportError, match="No space left"):
        write_table(pd.DataFrame({"id": ["new"]}), path)
    assert path.read_text() == "id\nold\n"
    assert [item.name for item in tmp_path.iterdir()] == ["t.csv"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="folder"):
        write_table(pd.DataFrame({"id": []}), tmp_path / "file" / "t.csv")


@dataclass(frozen=True)
class Token:
    id: str = "a#1.2"
    file_name: str = "a.wav"
    tier: str = "phones"
    label: str = "ə"
    start: float = 0.1
    end: float = 0.2


@dataclass(frozen=True)
class Rejected:
    token: Token
    reason: str
    detail: str


@dataclass(frozen=True)
class Problem:
    kind: str
    message: str
    file: str | None = None
    tier: str | None = None
    interval: int | None = None
    start: float | None = None
    end: float | None = None


def test_what_was_left_out_is_listed(tmp_path):
    path = write_rejected(
        [Rejected(Token(), "duration", "0.01 s, shorter than 0.03")], tmp_path / "rejected.csv"
    )
    assert path.read_text("utf-8").splitlines() == [
        "id,reason,detail,file_name,tier,label,start,end",
        'a#1.2,duration,"0.01 s, shorter than 0.03",a.wav,phones,ə,0.1,0.2',
    ]
    assert write_rejected([], tmp_path / "none.csv").read_text().startswith("id,reason,detail")


def test_problems_are_listed(tmp_path):
    problems = [
        Problem("gap", "a gap of 3 ms", "a.TextGrid", "phones", 3, 0.1, 0.103),
        Problem("encoding", "?"),
    ]
    assert write_problems(problems, tmp_path / "problems.csv").read_text().splitlines() == [
        "kind,message,file,tier,interval,start,end",
        "gap,a gap of 3 ms,a.TextGrid,phones,3,0.1,0.103",
        "encoding,?,,,,,",
    ]


def test_json_takes_the_values_of_this_program(tmp_path):
    value = {
        "mapping": MappingProxyType({"a": (1, 2)}),
        "numpy": np.float32(0.5),
        "array": np.arange(3),
        "nan": float("nan"),
        "path": Path("a") / "b",
        "token": Token(),
        "set": {"b", "a"},
        "ipa": "ɔ̃",
    }
    path = write_json(value, tmp_path / "v.json")
    back = json.loads(path.read_text("utf-8"))
    assert back["mapping"] == {"a": [1, 2]}
    assert back["array"] == [0, 1, 2]
    assert back["nan"] is None
    assert back["path"] == "a/b"
    assert back["token"]["label"] == "ə"
    assert back["set"] == ["a", "b"]
    assert "ɔ̃" in path.read_text("utf-8")
    with pytest.raises(ExportError):
        write_json({"what": object()}, tmp_path / "w.json")
