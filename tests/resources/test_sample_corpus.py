"""The bundled sample corpus: complete, well formed, within its size, labels known to the phone maps."""

from __future__ import annotations

import csv
import itertools
import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
CORPUS = RESOURCES / "corpus"
LARGEST = 8_000_000
US = {
    "heed": "iː", "hid": "ɪ", "hayed": "eɪ", "head": "ɛ", "had": "æ", "hod": "ɑ", "hawed": "ɔ", "hoed": "oʊ",
    "hood": "ʊ", "who'd": "uː", "hud": "ʌ", "heard": "ɝ",
}  # fmt: skip
GB = US | {"hard": "ɑː", "hod": "ɒ", "hawed": "ɔː", "hoed": "əʊ", "heard": "ɜː"}

Interval = tuple[str, str, str]


def speakers() -> list[dict[str, str]]:
    with (CORPUS / "speakers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tiers(name: str) -> dict[str, list[Interval]]:
    """Read a long text TextGrid; times stay text."""
    text = (CORPUS / name).with_suffix(".TextGrid").read_text(encoding="utf-8")
    parts = re.split(r'name = "(.*)" \n', text)
    interval = re.compile(r'xmin = (\S+) \n +xmax = (\S+) \n +text = "(.*)" \n')
    return {part: interval.findall(body) for part, body in zip(parts[1::2], parts[2::2], strict=True)}


FILES = [row["file_name"] for row in speakers()]


def test_speakers_table() -> None:
    rows = speakers()
    assert list(rows[0]) == ["file_name", "speaker", "sex", "accent", "voice"]
    assert {row["sex"] for row in rows} == {"F", "M"}
    assert {row["accent"] for row in rows} == {"en-US", "en-GB"}
    for sex in "FM":
        assert sum(row["sex"] == sex for row in rows) >= 8
    for column in ("file_name", "speaker", "voice"):
        assert len({row[column] for row in rows}) == len(rows)
    assert not {"af_nicole", "am_santa"} & {row["voice"] for row in rows}


def test_folder_holds_what_the_table_says() -> None:
    names = {path.name for path in CORPUS.iterdir()}
    grids = {Path(name).with_suffix(".TextGrid").name for name in FILES}
    assert names == {*FILES, *grids, "speakers.csv", "README.md", "LICENSE"}
    assert sum(path.stat().st_size for path in CORPUS.iterdir()) <= LARGEST


def test_readme_says_synthetic_and_credits() -> None:
    text = (CORPUS / "README.md").read_text(encoding="utf-8")
    for part in ("voices are synthetic", "Kokoro-82M", "Apache License 2.0"):
        assert part in text
    assert "Apache License" in (CORPUS / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_audio(name: str) -> None:
    info = soundfile.info(CORPUS / name)
    assert (info.samplerate, info.channels, info.format, info.subtype) == (16000, 1, "FLAC", "PCM_16")
    samples, _ = soundfile.read(CORPUS / name, dtype="int16")
    assert 5000 < np.abs(samples.astype(int)).max() < 32767


@pytest.mark.parametrize("name", FILES)
def test_tiers_tile_the_audio(name: str) -> None:
    duration = soundfile.info(CORPUS / name).frames / 16000
    raw = (CORPUS / name).with_suffix(".TextGrid").read_bytes()
    assert raw.startswith(b'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0 \n')
    read = tiers(name)
    assert list(read) == ["words", "phones"]
    for intervals in read.values():
        assert intervals[0][0] == "0"
        assert float(intervals[-1][1]) == duration
        assert all(before[1] == after[0] for before, after in itertools.pairwise(intervals))
        for start, end, _label in intervals:
            assert float(end) - float(start) >= 0.014
            assert float(start) == round(float(start) * 16000) / 16000  # no digit was lost


@pytest.mark.parametrize("row", speakers(), ids=FILES)
def test_words_and_vowels(row: dict[str, str]) -> None:
    expected = US if row["accent"] == "en-US" else GB
    read = tiers(row["file_name"])
    phones = [(float(start), float(end), label) for start, end, label in read["phones"]]
    found = {}
    for start, end, word in read["words"]:
        inside = [label for begin, stop, label in phones if begin >= float(start) and stop <= float(end)]
        if word == "say":
            assert inside == ["s", "eɪ"]
        elif word == "again":
            assert inside == ["ə", "ɡ", "ɛ", "n"]
        elif word:
            assert inside[::2] == ["h", "d"]
            assert word not in found
            found[word] = inside[1]
        else:
            assert inside in ([""], [])
    assert found == expected


def test_labels_are_ipa() -> None:
    with (RESOURCES / "phones" / "ipa.csv").open(encoding="utf-8", newline="") as file:
        known = {row["symbol"] for row in csv.DictReader(file)}
    for name in FILES:
        for _start, _end, label in tiers(name)["phones"]:
            assert unicodedata.is_normalized("NFC", label)
            assert set(label) <= known


@pytest.mark.parametrize("name", FILES)
def test_vowels_are_louder_than_pauses(name: str) -> None:
    samples, rate = soundfile.read(CORPUS / name)
    levels: dict[str, list[float]] = {"": [], "vowel": []}
    for start, end, label in tiers(name)["phones"]:
        kind = "" if not label else "vowel" if label in {*US.values(), *GB.values()} else None
        if kind is not None:
            middle = (float(start) + float(end)) / 2
            piece = samples[int((middle - 0.02) * rate) : int((middle + 0.02) * rate)]
            levels[kind].append(float(np.sqrt(np.mean(piece**2))))
    assert min(levels["vowel"]) > 3 * float(np.median(levels[""]))
