"""``w2vpraat textgrid``, ``models``, ``cache``."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_info_shows_tiers_and_form(w2v, corpus: Path) -> None:
    said = w2v("textgrid", "info", corpus / "ann.TextGrid")
    assert said.code == 0
    assert "long, utf-8, LF, 0 to 1.9 s" in said.out
    assert "phones" in said.out
    assert "iː ɑ uː" in said.out


def test_info_goes_on_after_a_broken_file(w2v, corpus: Path) -> None:
    (corpus / "ann.TextGrid").write_text("nothing", encoding="utf-8")
    said = w2v("textgrid", "info", corpus)
    assert said.code == 1
    assert "ann.TextGrid" in said.err
    assert said.out.count("phones") == 3


def test_check_finds_what_is_wrong_and_where(w2v, corpus: Path) -> None:
    assert w2v("textgrid", "check", corpus).code == 0
    grid = corpus / "bea.TextGrid"
    text = grid.read_text(encoding="utf-8")
    grid.write_text(text.replace("xmax = 0.3 ", "xmax = 0.35 "), encoding="utf-8")
    said = w2v("textgrid", "check", corpus)
    assert said.code == 1
    assert "overlap" in said.out
    assert "bea.TextGrid" in said.out
    assert 'tier "phones", interval' in said.out


def test_check_compares_with_the_sound(w2v, corpus: Path) -> None:
    import soundfile

    samples, rate = soundfile.read(corpus / "carl.wav")
    soundfile.write(corpus / "carl.wav", samples[:rate], rate)
    said = w2v("textgrid", "check", corpus / "carl.TextGrid")
    assert said.code == 1
    assert "beyond_audio" in said.out


@pytest.mark.parametrize("form", ["long", "short", "chronological", "binary"])
def test_convert_there_and_back_gives_the_same_bytes(w2v, corpus: Path, tmp_path: Path, form: str) -> None:
    source, middle, back = corpus / "ann.TextGrid", tmp_path / "middle.TextGrid", tmp_path / "back.TextGrid"
    assert w2v("textgrid", "convert", source, middle, "--form", form).code == 0
    assert (
        w2v(
            "textgrid", "convert", middle, back, "--form", "long", "--encoding", "utf-8", "--newline", "lf"
        ).code
        == 0
    )
    from w2vpraat.corpus.textgrid import read_textgrid

    one, two = read_textgrid(source), read_textgrid(back)
    assert [tier.items for tier in one.tiers] == [tier.items for tier in two.tiers]


def test_convert_without_options_copies_bytes(w2v, corpus: Path, tmp_path: Path) -> None:
    assert w2v("textgrid", "convert", corpus / "ann.TextGrid", tmp_path / "copy.TextGrid").code == 0
    assert (tmp_path / "copy.TextGrid").read_bytes() == (corpus / "ann.TextGrid").read_bytes()


def test_convert_never_replaces_a_file_unasked(w2v, corpus: Path) -> None:
    before = (corpus / "bea.TextGrid").read_bytes()
    said = w2v("textgrid", "convert", corpus / "ann.TextGrid", corpus / "bea.TextGrid")
    assert said.code == 2
    assert "--force" in said.err
    assert (corpus / "bea.TextGrid").read_bytes() == before
    assert w2v("textgrid", "convert", corpus / "ann.TextGrid", corpus / "bea.TextGrid", "--force").code == 0
    assert (corpus / "bea.TextGrid").read_bytes() == (corpus / "ann.TextGrid").read_bytes()


def test_label_that_the_encoding_cannot_hold_is_named(w2v, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "latin.TextGrid"
    said = w2v("textgrid", "convert", corpus / "ann.TextGrid", target, "--encoding", "latin-1")
    assert said.code == 2
    assert "ː" in said.err
    assert not target.exists()


def test_models_can_be_added_shown_and_removed(w2v, tiny_model: Path) -> None:
    assert "phone" in w2v("models", "list").out
    assert w2v("models", "add", tiny_model, "--name", "mine").code == 0
    assert "mine" in w2v("models", "list").out
    shown = w2v("models", "show", "mine").out
    assert "wav2vec2" in shown
    assert str(tiny_model) in shown
    assert w2v("models", "remove", "mine").code == 0
    assert "mine" not in w2v("models", "list").out
    assert (tiny_model / "config.json").is_file()
    said = w2v("models", "show", "mine")
    assert said.code == 2
    assert "phone" in said.err


def test_cache_is_counted_and_cleared(w2v, corpus: Path, tiny_model: Path, tmp_path: Path) -> None:
    options = ("--model", tiny_model, "--bootstrap", "0")
    assert w2v("run", corpus, *options, "-o", tmp_path / "out").code == 0
    assert "files   8" in w2v("cache", "info").out
    assert "deleted 8 files" in w2v("cache", "clear").out
    assert "files   0" in w2v("cache", "info").out
