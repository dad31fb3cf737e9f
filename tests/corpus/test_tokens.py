"""Tokens: exact choice, every drop with its reason, broken files that stop nothing."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import parselmouth
import pytest
import soundfile
import textgrid
from parselmouth.praat import call

from w2vpraat.corpus.discover import Corpus, Recording, discover
from w2vpraat.corpus.speakers import read_speakers
from w2vpraat.corpus.textgrid import Interval, IntervalTier, Point, PointTier, TextGrid
from w2vpraat.corpus.tier_names import match_tiers, split_tier_name
from w2vpraat.corpus.tokens import REASONS, Token, Tokens, grid_offset, iter_tokens, select_tokens, tokens_of
from w2vpraat.errors import AudioError, InputError, SpeakerError, TextGridError, TokenError
from w2vpraat.params import ReadParams, TokenParams

HERE = Recording("s1/a", Path("/c/s1/a.wav"), Path("/c/s1/a.TextGrid"))


def tier(name: str, text: str, step: float = 0.1, start: float = 0.0) -> IntervalTier:
    """Make a tier of equal intervals; ``_`` is an empty label."""
    labels = ["" if label == "_" else label for label in text.split()]
    intervals = [
        Interval(start + round(step * i, 9), start + round(step * (i + 1), 9), label)
        for i, label in enumerate(labels)
    ]
    return IntervalTier(name, start, start + step * len(labels), tuple(intervals))


def grid(*tiers: Any) -> TextGrid:
    return TextGrid(tiers[0].start, max(one.end for one in tiers), tiers)


def chosen(found: Tokens) -> list[str]:
    return [token.label for token in found.kept]


def refused(found: Tokens) -> list[tuple[int, str]]:
    return [(one.token.interval, one.reason) for one in found.rejected]


def write_grid(path: Path, value: TextGrid) -> None:
    """Write Praat's short text form, without help from the code under test."""
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", str(value.start), str(value.end)]
    lines += ["<exists>", str(len(value.tiers))]
    for one in value.tiers:
        kind = "IntervalTier" if isinstance(one, IntervalTier) else "TextTier"
        lines += [f'"{kind}"', f'"{one.name}"', str(one.start), str(one.end), str(len(one.items))]
        for item in one.items:
            lines += [*map(str, item[:-1]), '"' + item.label.replace('"', '""') + '"']
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_pair(folder: Path, name: str, value: TextGrid, seconds: float | None = None) -> None:
    write_grid(folder / f"{name}.TextGrid", value)
    length = value.end - value.start if seconds is None else seconds
    soundfile.write(folder / f"{name}.wav", np.zeros(round(length * 8000)), 8000)


def test_every_field() -> None:
    words = IntervalTier("words", 0, 0.5, (Interval(0, 0.3, "hood "), Interval(0.3, 0.5, "at")))
    found = tokens_of(HERE, grid(words, tier("phones", "h \\hs d _ t")))
    assert found.kept[1] == Token(
        id="s1/a#2.2",
        file_name="s1/a.wav",
        speaker="a",
        tier="phones",
        tier_number=2,
        interval=2,
        label="ʊ",
        raw_label="\\hs",
        start=0.1,
        end=0.2,
        word="hood",
        pre_seg="h",
        fol_seg="d",
    )
    assert [(t.label, t.word, t.pre_seg, t.fol_seg) for t in found.kept] == [
        ("h", "hood", "", "ʊ"),
        ("ʊ", "hood", "h", "d"),
        ("d", "hood", "ʊ", ""),
        ("t", "at", "", ""),
    ]
    assert refused(found) == [(4, "empty")]
    token = found.kept[1]
    assert (token.recording, token.duration, token.middle) == (
        "s1/a", pytest.approx(0.1), pytest.approx(0.15),
    )  # fmt: skip
    assert pickle.loads(pickle.dumps(token)) == token
    with pytest.raises(TypeError):
        token.metadata["x"] = "y"  # type: ignore[index]


@pytest.mark.parametrize(
    ("params", "kept"),
    [
        ({}, "AA1 T sil AH0 K a? spn"),
        ({"labels": ("AA1", "T")}, "AA1 T"),
        ({"labels": ("ɑ", "t"), "label_map": "arpabet"}, "ɑ t"),
        ({"label_map": "arpabet"}, "ɑ t ə k a? spn"),
        ({"labels": ("sil",), "label_map": "arpabet"}, "sil"),
        ({"label_class": "vowel", "label_map": "arpabet"}, "ɑ ə"),
        ({"label_class": "consonant", "label_map": "arpabet"}, "t k"),
        ({"label_regex": "A.[01]"}, "AA1 AH0"),
        ({"label_regex": "A"}, ""),
        ({"label_regex": "[ɑə]", "label_map": "arpabet"}, "ɑ ə"),
        ({"labels": ("AA1", "T"), "label_regex": "T|K"}, "T"),
    ],
)
def test_labels(params: dict[str, Any], kept: str) -> None:
    found = tokens_of(HERE, grid(tier("phones", "AA1 T sil AH0 _ K a? spn")), TokenParams(**params))
    assert chosen(found) == kept.split()
    assert len(found.kept) + len(found.rejected) == 8
    assert all(one.reason in REASONS for one in found.rejected)


def test_reasons_of_labels() -> None:
    value = grid(tier("phones", "AA1 T sil a? _ spn"))
    found = tokens_of(HERE, value, TokenParams(label_map="arpabet", label_class="vowel"))
    assert refused(found) == [(2, "label"), (3, "silence"), (4, "unknown_symbol"), (5, "empty"), (6, "label")]
    assert found.rejected[0].detail == '"t" is of the class consonant'
    assert found.reasons() == {"label": 2, "silence": 1, "unknown_symbol": 1, "empty": 1}
    assert [problem.kind for problem in found.problems] == ["unknown_symbol"]
    dropped = tokens_of(HERE, value, TokenParams(label_map="arpabet"), ReadParams(unknown_symbol="drop"))
    assert refused(dropped) == [(3, "silence"), (4, "unknown_symbol"), (5, "empty")]
    with pytest.raises(TextGridError, match="interval 4"):
        tokens_of(HERE, value, TokenParams(label_map="arpabet"), ReadParams(unknown_symbol="error"))


def test_composed_and_decomposed_labels_are_the_same() -> None:
    value = grid(IntervalTier("phones", 0, 0.2, (Interval(0, 0.1, "a\u0303"), Interval(0.1, 0.2, "\u00e3"))))
    found = tokens_of(HERE, value, TokenParams(labels=("\u00e3",)))
    assert chosen(found) == ["\u00e3", "\u00e3"]
    assert [token.raw_label for token in found.kept] == ["a\u0303", "\u00e3"]
    assert len(tokens_of(HERE, value, TokenParams(labels=("\\a~",))).kept) == 2


def test_durations_and_context_and_stop_words() -> None:
    phones = IntervalTier(
        "phones", 0, 1.0, (
            Interval(0, 0.05, "h"), Interval(0.05, 0.1, "a"), Interval(0.1, 0.4, "t"),
            Interval(0.4, 0.5, "a"), Interval(0.5, 0.7, ""), Interval(0.7, 1.0, "a"),
        ),
    )  # fmt: skip
    words = IntervalTier(
        "word", 0, 1.0, (Interval(0, 0.4, "Hat"), Interval(0.4, 0.5, "A"), Interval(0.5, 1, "ah"))
    )
    value = grid(phones, words)

    def intervals(**params: Any) -> list[int]:
        return [token.interval for token in tokens_of(HERE, value, TokenParams(**params)).kept]

    assert intervals(min_duration=0.05) == [1, 2, 3, 4, 6]  # 0.1 - 0.05 is not exactly 0.05
    assert intervals(min_duration=0.0501) == [3, 4, 6]
    assert intervals(max_duration=0.1) == [1, 2, 4]
    assert intervals(min_duration=0.06, max_duration=0.2) == [4]
    assert intervals(previous=("h", "t")) == [2, 4]
    assert intervals(previous=("",)) == [1, 6]
    assert intervals(following=("t",)) == [2]
    assert intervals(previous=("h",), following=("",)) == []
    assert intervals(stop_words=("hAT", "A")) == [6]
    found = tokens_of(HERE, value, TokenParams(labels=("a",), min_duration=0.06, stop_words=("a",)))
    assert refused(found) == [(1, "label"), (2, "duration"), (3, "label"), (4, "stop_word"), (5, "empty")]
    assert "0.05 s is shorter than 0.06 s" in found.rejected[1].detail
    assert found.rejected[3].token.word == "A"


def test_neighbours_across_gaps_and_overlaps() -> None:
    value = grid(
        IntervalTier(
            "phones", 0, 1.0,
            (Interval(0, 0.2, "a"), Interval(0.3, 0.5, "b"), Interval(0.4, 0.6, "c"),
             Interval(0.600001, 1, "d")),
        )
    )  # fmt: skip
    found = tokens_of(HERE, value)
    assert [(t.pre_seg, t.label, t.fol_seg) for t in found.kept] == [
        ("", "a", ""), ("", "b", "c"), ("b", "c", "d"), ("c", "d", ""),
    ]  # fmt: skip
    dropped = tokens_of(HERE, value, read=ReadParams(overlap="drop"))
    assert chosen(dropped) == ["a", "b", "d"]
    assert refused(dropped) == [(3, "overlap")]
    assert dropped.rejected[0].token.id == "s1/a#1.3"
    repaired = tokens_of(HERE, value, read=ReadParams(overlap="repair"))
    assert [(t.label, t.start, t.end) for t in repaired.kept][1:3] == [("b", 0.3, 0.5), ("c", 0.5, 0.6)]
    assert repaired.kept[3].interval == 4
    assert "overlap" in {problem.kind for problem in repaired.problems}
    filled = tokens_of(HERE, value, read=ReadParams(gap="repair"))
    assert [token.interval for token in filled.kept] == [1, 2, 3, 4]  # numbers of the file
    with pytest.raises(TextGridError, match='tier "phones", interval 3'):
        tokens_of(HERE, value, read=ReadParams(overlap="error"))


def test_reversed_and_beyond_audio() -> None:
    value = grid(
        IntervalTier(
            "phones", 0, 1.0,
            (Interval(0, 0.5, "a"), Interval(0.5, 0.5, "b"), Interval(0.5, 0.8, "c"), Interval(0.8, 1, ""),
             Interval(0.8, 1, "d")),
        )
    )  # fmt: skip
    found = tokens_of(HERE, value, audio_duration=0.7)
    assert chosen(found) == ["a"]
    assert refused(found) == [(2, "reversed"), (3, "beyond_audio"), (4, "empty"), (5, "beyond_audio")]
    assert "0.1 s beyond the audio" in found.rejected[1].detail
    kept = tokens_of(HERE, value, read=ReadParams(reversed="keep", beyond_audio="keep"), audio_duration=0.7)
    assert chosen(kept) == ["a", "b", "c", "d"]
    clipped = tokens_of(HERE, value, read=ReadParams(beyond_audio="repair"), audio_duration=0.7)
    assert [(t.label, t.end) for t in clipped.kept][:2] == [("a", 0.5), ("c", 0.7)]
    # Problems of tiers that are not in use cost nothing.
    other = tokens_of(
        HERE, grid(tier("phones", "x y"), *value.tiers), TokenParams(tier="1"), ReadParams(overlap="error"),
        audio_duration=0.7,
    )  # fmt: skip
    assert chosen(other) == ["x", "y"]


def test_point_tier() -> None:
    points = PointTier("events", 0, 1.0, (Point(0.01, "x"), Point(0.5, "y"), Point(0.7, ""), Point(1.0, "z")))
    words = IntervalTier("words", 0, 1.0, (Interval(0, 0.5, "one"), Interval(0.5, 1.0, "two")))
    found = tokens_of(
        HERE, grid(points, words), TokenParams(tier="events", min_duration=0.2), audio_duration=1.0
    )
    assert [(t.id, t.label, t.word, t.pre_seg, t.fol_seg) for t in found.kept] == [
        ("s1/a#1.1", "x", "one", "", "y"), ("s1/a#1.2", "y", "two", "x", ""),
    ]  # fmt: skip
    # Near an edge the stretch is shortened on both sides, so that the point stays its middle.
    assert [(t.start, t.end) for t in found.kept] == [
        (pytest.approx(0.0), pytest.approx(0.02)), (pytest.approx(0.475), pytest.approx(0.525)),
    ]  # fmt: skip
    assert refused(found) == [(3, "empty"), (4, "beyond_audio")]


def test_tiers_by_name() -> None:
    names = ["Anna - words", "Anna - phones", "Bert - words", "Bert - phones", "points", "Notes", "2", "a.b"]
    for pattern, expected in [
        ("Anna - phones", [1]), ("phones", [1, 3]), ("Phones", [1, 3]), ("* - phones", [1, 3]),
        ("Anna*", [0, 1]), ("/.* - (words|phones)/", [0, 1, 2, 3]), ("/phones/", []), ("2", [6]), ("3", [2]),
        ("9", []), ("0", []),
        ("notes", [5]), ("a.b", [7]), ("a?b", [7]), ("*", list(range(8))), ("sounds", []),
    ]:  # fmt: skip
        assert match_tiers(names, pattern) == expected, pattern
    with pytest.raises(TokenError, match="not a regular expression"):
        match_tiers(names, "/(/")
    assert split_tier_name("A - b - phones") == ("A - b", "phones")
    assert split_tier_name("vowels - old") == ("", "vowels - old")
    assert split_tier_name("Anna - old", {"Anna"}) == ("Anna", "old")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["words", "phones"], [2]), (["Word", "Phone"], [2]), (["ORT", "MAU"], [2]), (["x"], [1]),
        (["segments", "phones"], [2]), (["S - phones", "T - phones"], [1, 2]), (["phones", "phones"], [1, 2]),
        (["vowels", "notes"], None), (["words", "syllables"], None),
    ],
)  # fmt: skip
def test_phone_tier_by_default(names: list[str], expected: list[int] | None) -> None:
    value = grid(*(tier(name, "a b") for name in names))
    if expected is None:
        with pytest.raises(TokenError, match=rf'choose from: 1 "{names[0]}", 2') as caught:
            tokens_of(HERE, value)
        assert caught.value.file == str(HERE.grid_path)
    else:
        assert sorted({token.tier_number for token in tokens_of(HERE, value).kept}) == expected
        assert len({token.id for token in tokens_of(HERE, value).kept}) == 2 * len(expected)


def test_word_tiers() -> None:
    two = grid(
        tier("A - words", "wa"), tier("A - phones", "a"), tier("B - words", "wb"), tier("B - phones", "b")
    )
    assert [(t.speaker, t.word) for t in tokens_of(HERE, two).kept] == [("A", "wa"), ("B", "wb")]
    shared = grid(tier("A - phones", "a"), tier("B - phones", "b"), tier("words", "w"))
    assert [t.word for t in tokens_of(HERE, shared).kept] == ["w", "w"]
    named = grid(tier("phones", "a"), tier("lexemes", "l"), tier("words", "w"))
    assert tokens_of(HERE, named, TokenParams(word_tier="lexemes")).kept[0].word == "l"
    with pytest.raises(TokenError, match=r'word tier "x" does not exist .*2 "lexemes"'):
        tokens_of(HERE, named, TokenParams(word_tier="x"))
    unclear = grid(tier("phones", "a"), tier("words", "w"), tier("words", "v"))
    assert tokens_of(HERE, unclear).kept[0].word == ""
    with pytest.raises(TokenError, match="stop words need a word tier"):
        tokens_of(HERE, unclear, TokenParams(stop_words=("w",)))
    with pytest.raises(TokenError, match='word tier "words" is ambiguous'):
        tokens_of(HERE, unclear, TokenParams(word_tier="words"))
    points = grid(tier("phones", "a"), PointTier("words", 0, 0.1, (Point(0.05, "w"),)))
    with pytest.raises(TokenError, match="is not an interval tier"):
        tokens_of(HERE, points, TokenParams(word_tier="words"))


def test_grid_that_starts_late(tmp_path: Path) -> None:
    value = grid(tier("phones", "a b c", start=10.0))
    write_pair(tmp_path, "x", value)
    found = select_tokens(discover(tmp_path))
    assert chosen(found) == []
    assert found.reasons() == {"beyond_audio": 3}
    assert any("set grid_start to grid" in problem.message for problem in found.problems)
    read = ReadParams(grid_start="grid")
    found = select_tokens(discover(tmp_path), read=read)
    assert [(t.label, t.start) for t in found.kept] == [("a", 10.0), ("b", 10.1), ("c", 10.2)]
    assert found.problems == ()
    assert (grid_offset(value, read), grid_offset(value, ReadParams())) == (10.0, 0.0)


def test_a_bad_file_stops_nothing(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d", "e"):
        write_pair(tmp_path, name, grid(tier("phones", "x y z")))
    (tmp_path / "b.wav").write_bytes(b"")
    (tmp_path / "c.TextGrid").write_text("nonsense", encoding="utf-8")
    write_pair(tmp_path, "d", grid(tier("this", "x"), tier("that", "y")))
    found = select_tokens(discover(tmp_path))
    assert Counter(token.recording for token in found.kept) == {"a": 3, "e": 3}
    assert [type(failure) for failure in found.failures] == [AudioError, TextGridError, TokenError]
    assert [Path(str(failure.file)).name for failure in found.failures] == [
        "b.wav",
        "c.TextGrid",
        "d.TextGrid",
    ]
    assert all(failure.hint for failure in found.failures)
    assert list(found.by_recording()) == ["a", "e"]
    parts = list(iter_tokens(discover(tmp_path)))
    assert [len(part.kept) for part in parts] == [3, 0, 0, 0, 3]


def test_impossible_wishes_stop_at_once(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, ())
    with pytest.raises(TokenError, match="label_regex"):
        select_tokens(corpus, TokenParams(label_regex="("))
    with pytest.raises(TokenError, match="without a label map"):
        select_tokens(corpus, TokenParams(label_class="vowel"))
    with pytest.raises(InputError, match="no label map"):
        select_tokens(corpus, TokenParams(label_map="klingon"))
    assert select_tokens(corpus) == Tokens()


def test_table_join_and_frame(tmp_path: Path) -> None:
    for name in ("s1/a", "s2/b", "s2/c"):
        write_pair(tmp_path, name, grid(tier("phones", "AA1 T")))
    path = tmp_path / "speakers.csv"
    path.write_text("file,speaker,gender,label,F1,age\na,03,female,x,9,41\nb,04,m,y,8,\nq,05,m,y,8,\n")
    found = select_tokens(discover(tmp_path), speakers=read_speakers(path))
    table = found.frame()
    assert list(table.columns) == [
        "id", "file_name", "speaker", "tier", "label", "word", "pre_seg", "fol_seg", "start", "end", "dur",
        "gender", "label_meta", "F1_meta", "age",
    ]  # fmt: skip
    assert table["speaker"].tolist() == ["03", "03", "04", "04", "s2", "s2"]
    assert table["gender"].tolist() == ["female", "female", "m", "m", "", ""]
    assert table["label"].tolist() == ["AA1", "T"] * 3
    assert table["file_name"].tolist()[::2] == ["s1/a.wav", "s2/b.wav", "s2/c.wav"]
    assert table["dur"].tolist() == pytest.approx([0.1] * 6)
    assert table["start"].dtype == np.float64
    assert found.speaker_rules == {"table": 2, "folder, not in table": 1}
    assert found.join is not None
    assert found.join.rows_without_recording == ("row 4 (q)",)
    assert found.join.recordings_without_row == ("s2/c",)
    assert "arpabet" in found.suggestion
    assert select_tokens(discover(tmp_path), TokenParams(label_map="arpabet")).suggestion == ""
    empty = Tokens().frame()
    assert list(empty.columns)[:2] == ["id", "file_name"]
    assert len(empty) == 0


def test_row_that_fits_two_recordings_is_refused(tmp_path: Path) -> None:
    for name in ("s1/a", "s2/a", "s2/b"):
        write_pair(tmp_path, name, grid(tier("phones", "x")))
    path = tmp_path / "speakers.csv"
    path.write_text("file,speaker\na,Anna\nb,Bert\n")
    found = select_tokens(discover(tmp_path), speakers=read_speakers(path))
    assert [token.speaker for token in found.kept] == ["Bert"]
    assert [type(failure) for failure in found.failures] == [SpeakerError, SpeakerError]
    assert "row 2 (a) fits several recordings: s1/a, s2/a" in str(found.failures[0])


@pytest.mark.shared_data
def test_librispeech_against_textgrid_package(shared_data: Path) -> None:
    folder = shared_data / "librispeech" / "test-other"
    table = read_speakers(shared_data / "librispeech" / "files.csv")
    found = select_tokens(discover(folder), TokenParams(tier="phones"), speakers=table)
    expected = []
    for path in sorted(folder.rglob("*.TextGrid")):
        other = textgrid.TextGrid.fromFile(str(path))
        words, phones = other.getFirst("words"), other.getFirst("phones")
        for number, item in enumerate(phones, 1):
            if item.mark:
                word = words.intervalContaining((item.minTime + item.maxTime) / 2)
                name = path.relative_to(folder).with_suffix("").as_posix()
                expected.append(
                    (f"{name}#2.{number}", item.mark, item.minTime, item.maxTime, word.mark if word else "")
                )
    assert len(expected) == 6620
    assert [(t.id, t.label, t.start, t.end, t.word) for t in found.kept] == expected
    assert found.reasons() == {"empty": 420}
    assert found.failures == ()
    assert found.frame()["speaker"].nunique() == 10
    vowels = TokenParams(label_map="arpabet", label_class="vowel", min_duration=0.05)
    kept = select_tokens(discover(folder), vowels, speakers=table).kept
    plain = {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}
    long = [one for one in expected if one[1] in plain and one[3] - one[2] >= 0.05 - 1e-9]
    assert [token.id for token in kept] == [one[0] for one in long]


@pytest.mark.shared_data
def test_emodb_against_praat(shared_data: Path) -> None:
    table = read_speakers(shared_data / "emodb" / "files.csv")
    corpus = discover(shared_data / "emodb")
    some = Corpus(corpus.root, corpus.recordings[::20])
    found = select_tokens(some, TokenParams(label_map="sampa_de", label_class="vowel"), speakers=table)
    assert found.failures == ()
    by_recording = found.by_recording()
    vowels = set("ieEaoOuU@6I9yY8A")
    vowels |= {"aI", "aU", "OY", "i6", "E6", "@6", "a6", "I6", "aO", "AU", "AO", "I@", "i@", "ia", "@E", "ao"}
    for recording in some.recordings:
        praat = parselmouth.read(str(recording.grid_path))
        expected = []
        for number in range(1, int(call(praat, "Get number of intervals", 1)) + 1):
            label = call(praat, "Get label of interval", 1, number)
            if label in vowels:
                times = [call(praat, f"Get {edge} time of interval", 1, number) for edge in ("start", "end")]
                expected.append((label, *times))
        tokens = by_recording.get(recording.name, ())
        assert [(t.raw_label, t.start, t.end) for t in tokens] == expected
        assert {t.speaker for t in tokens} <= {recording.name[:2]}


@pytest.mark.shared_data
def test_odd_real_grids(shared_data: Path) -> None:
    found = select_tokens(discover(shared_data / "textgrids"))
    assert found.failures == ()
    two = [token for token in found.kept if token.recording == "polyglotdb/fave_stereo"]
    assert {(t.tier_number, t.speaker) for t in two} == {
        (3, "Speaker 1"), (5, "Speaker's+2?&!#$%()*:;<=>@/\\"),
    }  # fmt: skip
    expected = {(0.231172, "aa", "aa")}
    assert expected <= {(round(t.start, 6), t.label, t.word) for t in two}
    points = select_tokens(
        discover(shared_data / "textgrids" / "phonlab" / "im_twelve.wav"), TokenParams(tier="pointph")
    )
    assert len(points.kept) == 14
    assert {round(t.duration, 9) for t in points.kept} <= {0.05}
    nuclei = TokenParams(tier="/syllable.*/")
    wind = shared_data / "textgrids" / "parselmouth_northwind" / "the_north_wind_and_the_sun.TextGrid"
    assert len(select_tokens(discover(wind), nuclei).kept) == 6
