"""Objects of a job become a corpus: which belong together, whose times, whose speakers, and what is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import parselmouth
import pytest
from parselmouth.praat import call

from w2vpraat.bridge.job import Job, read_job
from w2vpraat.bridge.pairs import open_pairs, told, without_options
from w2vpraat.corpus.audio import audio_info, read_audio
from w2vpraat.corpus.tokens import select_tokens
from w2vpraat.errors import InputError, SpeakerError, TextGridError, TokenError
from w2vpraat.pipeline.opening import Opened, opening

Objects = tuple[str, object]


def sound(
    start: float = 0.0, end: float = 1.0, *, rate: float = 16000, channels: int = 1
) -> parselmouth.Sound:
    return call(
        "Create Sound from formula", "s", channels, start, end, rate, "row * 0.1 * sin (2 * pi * 200 * x)"
    )


def grid(
    start: float = 0.0,
    end: float = 1.0,
    *,
    tiers: str = "phones",
    labels: Sequence[str] = ("a", "b", "c", "d"),
) -> parselmouth.TextGrid:
    """Return a grid with equal intervals on all tiers."""
    made = call("Create TextGrid", start, end, tiers, "")
    for tier in range(1, len(tiers.split()) + 1):
        for place in range(1, len(labels)):
            call(made, "Insert boundary", tier, start + (end - start) * place / len(labels))
        for number, label in enumerate(labels, 1):
            call(made, "Set interval text", tier, number, label)
    return made


def job_of(
    folder: Path, sounds: Sequence[Objects], grids: Sequence[Objects], values: Mapping[str, str] | None = None
) -> Job:
    folder.mkdir(exist_ok=True)
    lines = {"protocol": 1, "command": "segment_table", "sounds": len(sounds), "grids": len(grids)}
    for key, kind, how, objects in (
        ("sound", "Sound", "Save as binary file", sounds),
        ("grid", "TextGrid", "Save as text file", grids),
    ):
        for number, (name, thing) in enumerate(objects, 1):
            lines[f"{key}_name_{number}"] = name
            call(thing, how, str(folder / f"{key}_{number}.{kind}"))
    lines.update(values or {})
    (folder / "job.txt").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()), "utf-16")
    return read_job(folder)


def opened(job: Job) -> Opened:
    pairs = open_pairs(job)
    return list(opening(pairs.settings, pairs.corpus))[-1]


def test_one_sound_and_one_grid_whatever_their_names(tmp_path: Path) -> None:
    pairs = open_pairs(job_of(tmp_path, [("anna", sound())], [("other", grid())]))
    assert pairs.name == "anna"
    assert pairs.recordings == ("anna",)
    assert pairs.grids[0].name == "other"
    assert pairs.tier_name == "phones"
    tokens = select_tokens(pairs.corpus, pairs.settings.tokens, pairs.settings.read).kept
    assert [token.id for token in tokens] == ["anna#1.1", "anna#1.2", "anna#1.3", "anna#1.4"]
    assert {token.file_name for token in tokens} == {"anna"}
    assert pairs.notes == ()


def test_several_by_name_in_the_order_of_the_grids(tmp_path: Path) -> None:
    job = job_of(
        tmp_path,
        [("b", sound(end=2.0)), ("a", sound()), ("c", sound(end=3.0))],
        [("c", grid(end=3.0)), ("b", grid(end=2.0)), ("a", grid())],
    )
    pairs = open_pairs(job)
    assert pairs.recordings == ("c", "b", "a")
    assert [one.name for one in pairs.grids] == ["c", "b", "a"]
    assert [one.end for one in pairs.grids] == [3.0, 2.0, 1.0]
    durations = {one.name: audio_info(one.audio_path).duration for one in pairs.corpus.recordings}
    assert durations == {"a": 1.0, "b": 2.0, "c": 3.0}
    assert pairs.name == ""


@pytest.mark.parametrize(
    ("sounds", "grids", "message"),
    [
        ("ab", "ac", r'Sound "b" has no TextGrid of the same name \(TextGrids: a, c; rename them\)'),
        ("ab", "abc", 'TextGrid "c" has no Sound'),
        ("aab", "ab", '2 Sounds have the name "a"'),
        ("ab", "abb", '2 TextGrids have the name "b"'),
        ("a", "", "there is no TextGrid"),
        ("", "a", "there is no Sound"),
        ("abcd", "a", 'Sounds "b", "c", "d" have no TextGrid'),
    ],
)
def test_objects_without_a_partner(tmp_path: Path, sounds: str, grids: str, message: str) -> None:
    job = job_of(tmp_path, [(name, sound()) for name in sounds], [(name, grid()) for name in grids])
    with pytest.raises(InputError, match=message):
        open_pairs(job)


def test_times_are_praats(tmp_path: Path) -> None:
    made = opened(job_of(tmp_path, [("s", sound(2, 3))], [("s", grid(2, 3))]))
    (recording,) = made.corpus.recordings
    assert made.start_time(recording) == 2.0
    assert [(one.start, one.end) for one in made.tokens.kept] == [
        (2.0, 2.25),
        (2.25, 2.5),
        (2.5, 2.75),
        (2.75, 3.0),
    ]
    assert not made.tokens.problems


def test_samples_that_do_not_start_at_the_start(tmp_path: Path) -> None:
    # Praat cuts between samples and keeps their own times, up to one period after the start of the part.
    part = call(sound(0, 3, rate=1000), "Extract part", 2.0004, 2.9994, "rectangular", 1, "yes")
    assert part.x1 - part.xmin != pytest.approx(0.0005)
    pairs = open_pairs(job_of(tmp_path, [("s", part)], [("s", grid(2.0004, 2.9994))]))
    assert pairs.offsets["s"] == pytest.approx(part.x1 - 0.0005, abs=1e-12)
    audio = read_audio(pairs.corpus.recordings[0].audio_path, start_time=pairs.offsets["s"])
    assert audio.times() == pytest.approx(part.xs(), abs=1e-9)
    made = list(opening(pairs.settings, pairs.corpus))[-1]
    assert made.start_time(pairs.corpus.recordings[0]) == pairs.offsets["s"]
    assert [token.start for token in made.tokens.kept] == [one.start for one in pairs.grids[0].tiers[0].items]


def test_a_part_of_a_sound_with_the_whole_grid(tmp_path: Path) -> None:
    labels = [f"l{number}" for number in range(10)]
    job = job_of(tmp_path, [("part", sound(2, 3.5))], [("whole", grid(0, 5, labels=labels))])
    made = opened(job)
    # 2 to 2.5, 2.5 to 3, 3 to 3.5, each with the number that it has in the user's grid.
    assert [(one.label, one.interval) for one in made.tokens.kept] == [("l4", 5), ("l5", 6), ("l6", 7)]
    assert open_pairs(job).notes == ('4 intervals of "whole" start before the Sound "part": left out',)
    assert {one.reason for one in made.tokens.rejected} == {"beyond_audio"}
    assert len(open_pairs(job).grids[0].tiers[0]) == 10


def test_sound_and_grid_without_common_time(tmp_path: Path) -> None:
    job = job_of(tmp_path, [("s", sound(0, 1))], [("s", grid(2, 3))])
    with pytest.raises(InputError, match=r"from 2 to 3 s, its Sound \"s\" from 0 to 1 s"):
        open_pairs(job)


def test_annotations_count_as_saved(tmp_path: Path) -> None:
    pairs = open_pairs(job_of(tmp_path, [("s", sound(2, 3))], [("s", grid(2, 3))]))
    assert pairs.corpus.unsaved == ()


def test_channels_are_told(tmp_path: Path) -> None:
    stereo = sound(rate=44100, channels=2)
    job = job_of(tmp_path / "mean", [("s", stereo)], [("s", grid())])
    pairs = open_pairs(job)
    assert pairs.notes == ('Sound "s" has 2 channels: their mean is used',)
    audio = read_audio(pairs.corpus.recordings[0].audio_path)
    assert audio.rate == 44100
    assert audio.samples == pytest.approx(stereo.values.mean(axis=0), abs=1e-7)
    job = job_of(tmp_path / "two", [("s", stereo)], [("s", grid())], {"read.channel": "2"})
    assert open_pairs(job).notes == ('Sound "s" has 2 channels: channel 2 is used',)


@pytest.mark.parametrize(
    ("tiers", "tier", "numbers"),
    [
        ("words phones", "1", {1}),
        ("words phones", "words", {1}),
        ("words phones", "", {2}),
        ("x x x", "2", {2}),  # a number finds a tier whose name does not
        ("2 1", "2", {2}),
        ("2 1", "1", {1}),
    ],
)
def test_tiers_by_number_and_name(tmp_path: Path, tiers: str, tier: str, numbers: set[int]) -> None:
    job = job_of(tmp_path, [("s", sound())], [("s", grid(tiers=tiers))], {"tier": tier})
    assert {token.tier_number for token in opened(job).tokens.kept} == numbers
    assert open_pairs(job).tier_name == tiers.split()[numbers.pop() - 1]


def test_tier_number_in_grids_with_other_names(tmp_path: Path) -> None:
    things = [("a", grid(tiers="words phones")), ("b", grid(tiers="ORT MAU"))]
    job = job_of(tmp_path, [("a", sound()), ("b", sound())], things, {"tier": "2"})
    assert {(token.recording, token.tier) for token in opened(job).tokens.kept} == {
        ("a", "phones"),
        ("b", "MAU"),
    }


def test_tiers_that_are_not_there(tmp_path: Path) -> None:
    job = job_of(tmp_path / "a", [("s", sound())], [("g", grid(tiers="words phones"))], {"tier": "3"})
    with pytest.raises(
        TextGridError, match=r'TextGrid "g" has no tier 3 \(choose from: 1 "words", 2 "phones"\)'
    ):
        open_pairs(job)
    # Number 3 has the name of number 2, and another tier is called 3.
    same = [("s", grid(tiers="3 x x"))]
    with pytest.raises(TextGridError, match="can't be told from another"):
        open_pairs(job_of(tmp_path / "b", [("s", sound())], same, {"tier": "3"}))
    job = job_of(tmp_path / "c", [("s", sound())], [("g", grid())], {"tier": "vowels"})
    with pytest.raises(TokenError) as caught:
        opened(job)
    assert told(caught.value, job).startswith('TextGrid "g": no recording could be used')


def test_labels_arrive_unchanged(tmp_path: Path) -> None:
    labels = ("two\nlines", "tab\there", 'say "no" ""', "ʃɔː" * 160)
    pairs = open_pairs(job_of(tmp_path, [("s", sound())], [("s", grid(labels=labels))]))
    assert tuple(item.label for item in pairs.grids[0].tiers[0].items) == labels
    tokens = select_tokens(pairs.corpus, pairs.settings.tokens, pairs.settings.read).kept
    assert tuple(token.raw_label for token in tokens) == labels


def _speakers(job: Job) -> dict[str, tuple[str, dict[str, str]]]:
    return {one.recording: (one.speaker, dict(one.metadata)) for one in opened(job).tokens.kept}


@pytest.mark.parametrize(
    ("choice", "speakers"),
    [
        ("", ("anna_1", "anna_2", "bo")),
        ("object", ("anna_1", "anna_2", "bo")),
        ("prefix", ("anna", "anna", "bo")),
        ("one", ("speaker", "speaker", "speaker")),
    ],
)
def test_speakers_from_names(tmp_path: Path, choice: str, speakers: tuple[str, ...]) -> None:
    names = ("anna_1", "anna_2", "bo")
    things = [(name, sound()) for name in names], [(name, grid()) for name in names]
    job = job_of(tmp_path, *things, {"speakers": choice})
    assert _speakers(job) == {name: (one, {}) for name, one in zip(names, speakers, strict=True)}


@pytest.mark.parametrize("column", ["file_name", "name", "Sound", "recording"])
def test_speakers_from_a_table(tmp_path: Path, column: str) -> None:
    table = call("Create Table with column names", "t", 2, f"speaker {column} sex age")
    # Files as the user knows them: Praat makes my_file of "my file.wav".
    for row, cells in enumerate((("03", "data/my file.wav", "F", "30"), ("04", "bo", "m", "?")), 1):
        for name, cell in zip(("speaker", column, "sex", "age"), cells, strict=True):
            call(table, "Set string value", row, name, cell)
    names = ("my_file", "bo")
    things = [(name, sound()) for name in names], [(name, grid()) for name in names]
    job = job_of(tmp_path, *things, {"speakers": "table"})
    call(table, "Save as text file", str(tmp_path / "speakers.Table"))
    assert _speakers(job) == {
        "my_file": ("03", {"sex": "F", "age": "30"}),
        "bo": ("04", {"sex": "m", "age": ""}),
    }


def test_speakers_that_can_not_be_told(tmp_path: Path) -> None:
    job = job_of(tmp_path, [("s", sound())], [("s", grid())], {"speakers": "table"})
    table = call("Create Table with column names", "t", 1, "who age")
    call(table, "Set string value", 1, "who", "anna")
    call(table, "Save as text file", str(tmp_path / "speakers.Table"))
    with pytest.raises(SpeakerError) as caught:
        opened(job)
    assert told(caught.value, job).startswith("speaker Table: has no column for files or speakers")
    job = job_of(tmp_path, [("s", sound())], [("s", grid())], {"speakers": "guess"})
    with pytest.raises(InputError, match="object, prefix, one, table"):
        open_pairs(job)


def test_errors_name_objects_and_no_paths(tmp_path: Path) -> None:
    job = job_of(tmp_path, [("anna", sound())], [("anna_grid", grid())], {"table_name": "mine"})
    for file, words in (
        ("sound_1.Sound", 'Sound "anna"'),
        ("sound_1.wav", 'Sound "anna"'),
        ("grid_1.TextGrid", 'TextGrid "anna_grid"'),
        ("table.Table", 'Table "mine"'),
        ("speakers.csv", "speaker Table"),
        ("job.txt", "the request"),
        ("other.bin", "other.bin"),
    ):
        error = InputError(
            "is bad", "see --label-map", file=tmp_path / file, tier="phones", interval=3, time=1.25
        )
        assert told(error, job) == f'{words}, tier "phones", interval 3, 1.25 s: is bad (see label map)'
    inside = InputError(f"{tmp_path}/grid_1.TextGrid: cut; {tmp_path} holds {tmp_path}/sound_1.wav")
    assert told(inside, job) == 'TextGrid "anna_grid": cut; the selected objects holds Sound "anna"'


def test_broken_objects_are_told_by_name(tmp_path: Path) -> None:
    job = job_of(tmp_path, [("anna", sound())], [("anna", grid())])
    (tmp_path / "sound_1.Sound").write_bytes(b"ooBinaryFile\x07Sound 2")
    with pytest.raises(InputError) as caught:
        open_pairs(job)
    assert told(caught.value, job).startswith('Sound "anna": is cut off')


def test_sentences_name_options_as_forms_do() -> None:
    assert without_options("(--label-map and --tier) a -- b") == "(label map and tier) a -- b"
    assert without_options("set label_map to ipa") == "set label map to ipa"
