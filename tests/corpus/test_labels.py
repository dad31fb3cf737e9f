"""Label maps: what a label means, by table, by composition, and what is not known."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import textgrid
from hypothesis import given, settings
from hypothesis import strategies as st

from w2vpraat.corpus.labels import (
    BUNDLED_MAPS,
    CLASSES,
    guess_label_map,
    load_label_map,
)
from w2vpraat.errors import InputError
from w2vpraat.resources import phone_map_path


@pytest.mark.parametrize(
    ("name", "label", "ipa", "kind", "stress"),
    [
        ("arpabet", "AA1", "ɑ", "vowel", "1"),
        ("arpabet", "AA", "ɑ", "vowel", ""),
        ("arpabet", "AH0", "ə", "vowel", "0"),
        ("arpabet", "AH1", "ʌ", "vowel", "1"),
        ("arpabet", "AH2", "ʌ", "vowel", "2"),
        ("arpabet", "AH", "ʌ", "vowel", ""),
        ("arpabet", "ER0", "ɚ", "vowel", "0"),
        ("arpabet", "ER", "ɝ", "vowel", ""),
        ("arpabet", "ow", "oʊ", "vowel", ""),
        ("arpabet", "ch", "tʃ", "consonant", ""),
        ("arpabet", "sil", None, "silence", ""),
        ("arpabet", "SPN", None, "other", ""),
        ("arpabet", "TSH", None, None, ""),  # never composed: T + SH would be a guess
        ("arpabet", "AA3", None, None, ""),
        ("xsampa", "r\\", "ɹ", "consonant", ""),
        ("xsampa", "r\\=", "ɹ̩", "consonant", ""),
        ("xsampa", "@U", "əʊ", "vowel", ""),
        ("xsampa", '"i:', "iː", "vowel", "1"),
        ("xsampa", "%a", "a", "vowel", "2"),
        ("xsampa", "O~", "ɔ̃", "vowel", ""),
        ("xsampa", "t_h", "tʰ", "consonant", ""),
        ("xsampa", "<p:>", None, "silence", ""),
        ("xsampa", "an", "an", "other", ""),
        ("xsampa", "hello", None, None, ""),
        ("sampa_de", "_t", "t̚", "consonant", ""),
        ("sampa_de", "!t", "t", "consonant", ""),
        ("sampa_de", "a6", "aɐ", "vowel", ""),
        ("sampa_de", "OY", "ɔʏ", "vowel", ""),
        ("sampa_de", "+eng", None, "other", ""),
        ("sampa_de", "-sth", None, "other", ""),
        ("sampa_de", "(b", None, "other", ""),
        ("sampa_de", "k+sth", "k", "consonant", ""),
        ("sampa_de", "!", None, "other", ""),
        ("ipa", "ˈaɪ", "aɪ", "vowel", "1"),
        ("ipa", "iː", "iː", "vowel", ""),
        ("ipa", "i:", "iː", "vowel", ""),
        ("ipa", "ɛ̃ː", "ɛ̃ː", "vowel", ""),
        ("ipa", "ɔʏ̯", "ɔʏ̯", "vowel", ""),
        ("ipa", "ɑ˥˩", "ɑ˥˩", "vowel", ""),
        ("ipa", "t͡ʃʰ", "t͡ʃʰ", "consonant", ""),
        ("ipa", "n̩", "n̩", "consonant", ""),
        ("ipa", "ç", "ç", "consonant", ""),
        ("ipa", "g", "ɡ", "consonant", ""),
        ("ipa", "ən", "ən", "other", ""),
        ("ipa", "spn", None, "other", ""),
        ("ipa", "noises", None, None, ""),
        ("ipa", "Z", None, None, ""),
        ("ipa", "  ", None, "silence", ""),
    ],
)
def test_known_labels(name: str, label: str, ipa: str | None, kind: str | None, stress: str) -> None:
    known = load_label_map(name)
    expected = None if ipa is None else unicodedata.normalize("NFC", ipa)
    assert (known.to_ipa(label), known.label_class(label), known.stress(label)) == (expected, kind, stress)
    assert known.knows(label) == (kind is not None)


@pytest.mark.parametrize("name", BUNDLED_MAPS)
def test_every_symbol_reads_as_its_row(name: str) -> None:
    known = load_label_map(name)
    with phone_map_path(name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(known.symbols) > 100
    for row in rows:
        marks = row["class"] in ("diacritic", "tone", "suprasegmental")
        assert known.label_class(row["symbol"]) == ("other" if marks else row["class"]), row
        if name != "ipa" and row["ipa"] and not marks:
            assert known.to_ipa(row["symbol"]) == row["ipa"], row


@settings(max_examples=60, deadline=None)
@given(label=st.text(max_size=6))
def test_any_text_is_read_or_unknown(label: str) -> None:
    for name in BUNDLED_MAPS:
        known = load_label_map(name)
        kind = known.label_class(label)
        assert kind is None or kind in CLASSES
        ipa = known.to_ipa(label)
        assert ipa is None or (ipa and kind is not None and ipa == unicodedata.normalize("NFC", ipa))
        # Composed and decomposed writing are the same label.
        assert known.label_class(unicodedata.normalize("NFD", label)) == known.label_class(
            unicodedata.normalize("NFC", label)
        )


def test_own_map(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("symbol,ipa,class\nA:,ɑː,vowel\n#,,silence\nkh,kʰ,\nai,aɪ,\n", encoding="utf-8")
    known = load_label_map(path)
    assert [known.to_ipa(one) for one in ("A:", "#", "kh", "ai", "a")] == ["ɑː", None, "kʰ", "aɪ", None]
    assert [known.label_class(one) for one in ("A:", "#", "kh", "ai", "a", "akh")] == [
        "vowel", "silence", "consonant", "vowel", None, None,
    ]  # fmt: skip
    without = tmp_path / "two.tsv"
    without.write_text("symbol\tipa\nE\tɛ\n", encoding="utf-8")
    assert load_label_map(without).label_class("E") == "vowel"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("symbol,sound\na,a\n", "lacks the column ipa"),
        ("symbol,ipa,class\na,a,vocoid\n", 'row 2: the class "vocoid" is unknown'),
        ("symbol,ipa\na,a\nb,b\na,ɑ\n", 'row 4: "a" is listed twice'),
        ("symbol,ipa\n", "holds no rows"),
        ("symbol,ipa\na,b,c\n", "row 2 has 3 cells"),
    ],
)
def test_bad_maps(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_label_map(path)
    assert caught.value.file == str(path)


def test_missing_map() -> None:
    with pytest.raises(InputError, match=r'no label map "disc" \(arpabet, xsampa'):
        load_label_map("disc")


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ("AA1 T AH0 N S IY0 sil", "arpabet"),
        ("iy dcl d aa r ux s", "arpabet"),
        ("ə n ɛ tʃ aɪ ʃ oʊ sil", "ipa"),
        ("{ @ I r\\ T D @U tS dZ V", "xsampa"),
        ("_t !t a6 I C aI tasp", "sampa_de"),
    ],
)
def test_guess(labels: str, name: str) -> None:
    guess = guess_label_map(labels.split())
    assert guess is not None
    assert guess.name == name
    assert guess.coverage == 1.0
    assert name in str(guess)


def test_guess_knows_when_not() -> None:
    assert guess_label_map(["one", "two", "three", "window"]) is None
    assert guess_label_map(["", " "]) is None
    some = guess_label_map(["AA1"] * 19 + ["qqq"])
    assert some is not None
    assert (some.coverage, some.unknown) == (0.95, ("qqq",))
    assert guess_label_map(["AA1"] * 19 + ["qqq"], least=0.96) is None


@pytest.mark.shared_data
def test_real_label_sets(shared_data: Path) -> None:
    for folder, name, vowels in (("librispeech/test-other", "arpabet", 2576), ("emodb", "sampa_de", 4800)):
        counts: Counter[str] = Counter()
        for path in (shared_data / folder).rglob("*.TextGrid"):
            for tier in textgrid.TextGrid.fromFile(str(path)):
                if tier.name == "phones":
                    counts.update(interval.mark for interval in tier)
        guess = guess_label_map(counts.elements())
        assert guess is not None
        assert (guess.name, guess.coverage) == (name, 1.0)
        known = load_label_map(name)
        assert sum(n for label, n in counts.items() if known.label_class(label) == "vowel") == vowels
