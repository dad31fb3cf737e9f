"""``w2vpraat tokens``: counts, reasons, and files that can't be used."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_shortest_call_takes_all_labelled_intervals(w2v, corpus: Path) -> None:
    said = w2v("tokens", corpus)
    assert said.code == 0
    assert "24 tokens, 4 speakers, 4 recordings" in said.out
    assert "left out: 28 empty" in said.out


def test_bad_files_are_listed_and_the_rest_goes_on(w2v, corpus: Path) -> None:
    (corpus / "ann.TextGrid").write_text('File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n')
    (corpus / "lonely.wav").write_bytes((corpus / "bea.wav").read_bytes())
    said = w2v("tokens", corpus)
    assert said.code == 1
    assert "18 tokens, 3 speakers, 3 recordings" in said.out
    assert "2 skipped:" in said.err
    assert "ann.TextGrid" in said.err
    assert "lonely.wav" in said.err


def test_no_token_says_why(w2v, corpus: Path) -> None:
    said = w2v("tokens", corpus, "--labels", "œ")
    assert said.code == 2
    assert "24 x label" in said.err
    assert "--labels" in said.err


def test_unknown_tier_lists_the_tiers(w2v, corpus: Path) -> None:
    said = w2v("tokens", corpus, "--tier", "Phoneme")
    assert said.code == 2
    assert "phones" in said.err


def test_output_folder_holds_kept_and_rejected(w2v, corpus: Path, tmp_path: Path) -> None:
    said = w2v(
        "tokens", corpus, "--labels", "iː,ɑ", "--speakers", corpus / "speakers.csv", "-o", tmp_path / "out"
    )
    assert said.code == 0
    rows = (tmp_path / "out" / "tokens.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "id,file_name,speaker,tier,label,word,pre_seg,fol_seg,start,end,dur,sex"
    assert len(rows) == 17
    assert rows[1].startswith("ann#1.2,ann.wav,ann,phones,iː,")
    rejected = (tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8")
    assert rejected.count("is not in the list") == 8


@pytest.mark.shared_data
def test_librispeech_vowels(w2v, shared_data: Path) -> None:
    folder = shared_data / "librispeech"
    options = ("--tier", "phones", "--label-map", "arpabet", "--label-class", "vowel")
    said = w2v("tokens", folder / "test-other", "--speakers", folder / "files.csv", *options)
    assert said.code == 0
    assert "2576 tokens, 10 speakers, 100 recordings" in said.out
