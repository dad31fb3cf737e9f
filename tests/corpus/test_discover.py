"""Discovery: pairs that are certain, reports for the rest."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from w2vpraat.corpus.discover import Corpus, discover
from w2vpraat.errors import InputError


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


def pairs(corpus: Corpus) -> list[tuple[str, str, str]]:
    root = Path(os.path.abspath(corpus.root))
    return [
        (r.name, r.file_name, Path(os.path.abspath(r.grid_path)).relative_to(root).as_posix())
        for r in corpus.recordings
    ]


def unpaired(corpus: Corpus) -> dict[str, str]:
    return {
        Path(u.path).relative_to(corpus.root).as_posix(): f"{u.reason} ({u.hint})" for u in corpus.unpaired
    }


def test_same_folder_nested_sorted_any_case(tmp_path: Path) -> None:
    make(
        tmp_path,
        "s2/b.flac",
        "s2/b.TextGrid",
        "s1/b.WAV",
        "s1/b.textgrid",
        "a.Mp3",
        "a.TEXTGRID",
        "notes.txt",
    )
    corpus = discover(tmp_path)
    assert pairs(corpus) == [
        ("a", "a.Mp3", "a.TEXTGRID"),
        ("s1/b", "s1/b.WAV", "s1/b.textgrid"),
        ("s2/b", "s2/b.flac", "s2/b.TextGrid"),
    ]
    assert corpus.unpaired == ()
    assert corpus.recording("s1/b") is corpus.recordings[1]
    with pytest.raises(InputError, match="no recording"):
        corpus.recording("b")


@pytest.mark.parametrize(
    ("sound", "grid"),
    [
        ("wav/a.wav", "TextGrid/a.TextGrid"),
        ("wav/anna/a.wav", "grids/anna/a.TextGrid"),
        ("anna/wav/a.wav", "anna/grids/a.TextGrid"),
        ("a.wav", "grids/a.TextGrid"),
        ("wav/a.wav", "a.TextGrid"),
        ("wav/2020/anna/a.wav", "grids/a.TextGrid"),
    ],
)
def test_parallel_folders(tmp_path: Path, sound: str, grid: str) -> None:
    corpus = discover(make(tmp_path, sound, grid))
    assert pairs(corpus) == [(sound.removesuffix(".wav"), sound, grid)]
    assert corpus.unpaired == ()


def test_parallel_folders_with_equal_names(tmp_path: Path) -> None:
    make(tmp_path, "anna/wav/1.wav", "bert/wav/1.wav", "anna/TextGrid/1.TextGrid", "bert/TextGrid/1.TextGrid")
    assert pairs(discover(tmp_path)) == [
        ("anna/wav/1", "anna/wav/1.wav", "anna/TextGrid/1.TextGrid"),
        ("bert/wav/1", "bert/wav/1.wav", "bert/TextGrid/1.TextGrid"),
    ]


def test_strangers_are_not_paired(tmp_path: Path) -> None:
    # anna's grid and bert's sound are both missing: the leftovers share a name by chance.
    make(tmp_path, "anna/wav/1.wav", "bert/TextGrid/1.TextGrid")
    corpus = discover(tmp_path)
    assert corpus.recordings == ()
    assert "bert/TextGrid/1.TextGrid has the same name" in unpaired(corpus)["anna/wav/1.wav"]
    mixed = make(tmp_path / "mixed", "a/1.wav", "a/2.wav", "a/2.TextGrid", "b/1.TextGrid", "b/3.wav")
    make(mixed, "b/3.TextGrid")
    assert [name for name, _, _ in pairs(discover(mixed))] == ["a/2", "b/3"]


def test_same_folder_wins_over_parallel(tmp_path: Path) -> None:
    make(tmp_path, "wav/a.wav", "wav/a.TextGrid", "old/a.TextGrid")
    corpus = discover(tmp_path)
    assert pairs(corpus) == [("wav/a", "wav/a.wav", "wav/a.TextGrid")]
    assert list(unpaired(corpus)) == ["old/a.TextGrid"]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("a.wav", "a.flac", "a.TextGrid"), "several sound files fit: a.flac, a.wav"),
        (("a.wav", "a.TextGrid", "a.textgrid"), "several TextGrids fit: a.TextGrid, a.textgrid"),
        (
            ("wav/a.wav", "g1/a.TextGrid", "g2/a.TextGrid"),
            "several TextGrids fit: g1/a.TextGrid, g2/a.TextGrid",
        ),
        (("w1/a.wav", "w2/a.wav", "g/a.TextGrid"), "several sound files fit: w1/a.wav, w2/a.wav"),
        (("wav/a.wav", "wav/a.mp3", "g/a.TextGrid"), "several sound files fit: a.mp3, a.wav"),
    ],
)
def test_ambiguous_is_reported(tmp_path: Path, names: tuple[str, ...], reason: str) -> None:
    corpus = discover(make(tmp_path, *names))
    assert corpus.recordings == ()
    found = unpaired(corpus)
    assert sorted(found) == sorted(names)
    assert any(reason in text for text in found.values())
    assert all("(" in str(report) and report.hint for report in corpus.unpaired)


def test_no_partner_hidden_unreadable(tmp_path: Path) -> None:
    make(tmp_path, "a.wav", "b.TextGrid", "c d.wav", "C_d.TextGrid", "e.m4a", ".x.wav", ".git/y.wav")
    make(tmp_path, "__MACOSX/a.TextGrid")
    found = unpaired(discover(tmp_path))
    assert sorted(found) == ["C_d.TextGrid", "a.wav", "b.TextGrid", "c d.wav", "e.m4a"]
    assert found["a.wav"] == "no TextGrid of this name (a TextGrid of the same name must lie beside it)"
    assert "no sound file" in found["b.TextGrid"]
    assert "C_d.TextGrid is nearly the same name" in found["c d.wav"]
    assert "convert" in found["e.m4a"]


def test_decomposed_names_pair(tmp_path: Path) -> None:
    sound = unicodedata.normalize("NFD", "schön.wav")
    make(tmp_path, sound, "schön.TextGrid")
    assert [r.name for r in discover(tmp_path).recordings] == ["schön"]


def test_single_files_and_lists(tmp_path: Path) -> None:
    make(tmp_path, "s/a.wav", "s/a.TextGrid", "s/b.wav", "s/b.TextGrid", "t/c.wav", "t/c.TextGrid")
    for one in ("s/a.wav", "s/a.TextGrid"):
        corpus = discover(tmp_path / one)
        assert pairs(corpus) == [("a", "a.wav", "a.TextGrid")]
    corpus = discover([tmp_path / "t/c.wav", tmp_path / "s/b.TextGrid", tmp_path / "s/b.wav"])
    assert [name for name, _, _ in pairs(corpus)] == ["s/b", "t/c"]
    both = discover([str(tmp_path / "s"), str(tmp_path / "t")])
    assert both == discover([tmp_path / "t", tmp_path / "s", tmp_path / "s"])
    assert len(both.recordings) == 3


def test_linked_folders_do_not_loop(tmp_path: Path) -> None:
    make(tmp_path, "a/x.wav", "a/x.TextGrid")
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a", target_is_directory=True)
    assert [name for name, _, _ in pairs(discover(tmp_path))] == ["a/x"]


def test_refusals(tmp_path: Path) -> None:
    make(tmp_path, "notes.txt")
    for source, message in [
        (tmp_path / "none", "does not exist"),
        (tmp_path / "notes.txt", "neither a sound file nor a TextGrid"),
        (tmp_path, "neither sound files nor TextGrids"),
        ([], "no folder"),
    ]:
        with pytest.raises(InputError, match=message):
            discover(source)


@pytest.mark.shared_data
def test_real_folders(shared_data: Path) -> None:
    assert len(discover(shared_data / "librispeech").recordings) == 351
    held_out = discover(shared_data / "librispeech" / "test-other")
    assert len(held_out.recordings) == 100
    assert held_out.recordings[0].name == "1688/1688-142285-0000"
    assert held_out.unpaired == ()
    odd = discover(shared_data / "textgrids")
    assert len(odd.recordings) == 8
    lonely = [report.path.name for report in odd.unpaired]
    assert lonely == ["overlapped.TextGrid", "bobby.wav", "bobby_phones.TextGrid", "bobby_words.TextGrid"]
