"""Further tiers in Praat are those of the command line, on the user's clock and in the user's notation."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import parselmouth
import pytest
from parselmouth.praat import call
from sample_jobs import PHONES, answer, relabelled, write_job

from w2vpraat.bridge.commands.added_tiers import nearest_label_tier, sensitivity_tier
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.objects import PraatGrid
from w2vpraat.bridge.praat_files import write_collection
from w2vpraat.bridge.warm import Warm
from w2vpraat.cli.main import main
from w2vpraat.corpus.textgrid import IntervalTier, TextGrid, read_textgrid
from w2vpraat.errors import ComparisonError, InputError
from w2vpraat.resources import sample_corpus

ONE = ["gb_f_alice"]
THREE = ["us_m_liam", "gb_f_alice", "us_f_sky"]
FORMANTS, VECTORS = "phones nearest (Lobanov F1-F3)", "phones nearest (phone layer 4)"
OPTIONS = ["--tier", "phones", "--label-map", "ipa", "--label-class", "vowel", "--layers", "4"]


@pytest.fixture(scope="module")
def warm() -> Warm:
    return Warm()


def grids(found: Answer) -> list[TextGrid]:
    made = [one.grid for one in found.objects if isinstance(one, PraatGrid)]
    assert len(made) == len(found.objects)
    return made


def texts(grid: TextGrid, name: str) -> dict[int, str]:
    return {number: one.label for number, one in grid.interval_tier(name).numbered() if one.label}


def user_grid(job: Job, number: int = 1) -> TextGrid:
    return read_textgrid(job.folder / f"grid_{number}.TextGrid")


def on_the_command_line(folder: Path, names: list[str], *words: str) -> list[TextGrid]:
    corpus = folder / "corpus"
    corpus.mkdir()
    for name in names:
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{suffix}", corpus)
    command = ["textgrid", "add-tiers", str(corpus), "-o", str(folder / "tiers"), *OPTIONS, *words]
    assert main(command) == 0
    return [read_textgrid(folder / "tiers" / f"{name}.TextGrid") for name in names]


def test_several_speakers_get_the_tiers_of_the_command_line(tmp_path: Path, warm: Warm) -> None:
    job = write_job(tmp_path / "job", "nearest_label_tier", THREE)
    found = answer(nearest_label_tier, job, warm)
    assert [one.name for one in found.objects] == THREE
    wanted = on_the_command_line(tmp_path, THREE, "--tiers", "nearest", "--notation", "file")
    for place, (grid, theirs) in enumerate(zip(grids(found), wanted, strict=True), 1):
        assert grid.tier_names == (FORMANTS, VECTORS)
        assert (grid.start, grid.end) == (user_grid(job, place).start, user_grid(job, place).end)
        source = user_grid(job, place).interval_tier("phones")
        for name in grid.tier_names:
            assert [one[:2] for one in grid.interval_tier(name)] == [one[:2] for one in source]
            assert texts(grid, name) == texts(theirs, name)
            assert len(texts(grid, name)) > 40
    assert "phone layer 4" in found.message
    assert not [note for note in found.notes if "one speaker" in note]


def test_one_speaker_on_a_clock_of_its_own_is_answered_and_read_by_praat(tmp_path: Path, warm: Warm) -> None:
    found = answer(nearest_label_tier, write_job(tmp_path / "plain", "nearest_label_tier", ONE), warm)
    job = write_job(tmp_path / "job", "nearest_label_tier", ONE, {"tier": PHONES}, shift=2.125)
    moved = answer(nearest_label_tier, job, warm)
    (grid,) = grids(moved)
    assert grid.start == 2.125
    assert texts(grid, VECTORS) == texts(grids(found)[0], VECTORS)
    assert len(texts(grid, VECTORS)) == 41  # the other 11 vowels are said once each
    own = texts(user_grid(job), "phones")
    agree = sum(own[number] == label for number, label in texts(grid, VECTORS).items())
    assert f"nearest (phone layer 4): {agree} of 41 tokens" in moved.message
    assert "11 have no answer" in moved.message
    assert agree >= 39
    assert any("learnt from the same voice: 5 folds, tokens held out" in note for note in moved.notes)

    file = write_collection(tmp_path / "result.Collection", moved.objects)
    (theirs,) = call("Read from file", str(file))
    mine: Any = parselmouth.read(str(job.folder / "grid_1.TextGrid"))
    assert theirs.class_name == "TextGrid"
    assert (theirs.xmin, theirs.xmax) == (mine.xmin, mine.xmax)
    assert call(theirs, "Get tier name", 2) == VECTORS
    for number in range(1, call(mine, "Get number of intervals", PHONES) + 1):
        for edge in ("Get start time of interval", "Get end time of interval"):
            assert call(theirs, edge, 2, number) == call(mine, edge, PHONES, number)
        told = call(theirs, "Get label of interval", 2, number)
        assert told == texts(grid, VECTORS).get(number, "")


ARPABET = {"eɪ": "EY1", "ə": "AH0", "iː": "IY1", "uː": "UW1", "æ": "AE1", "ʊ": "UH1"}


def test_labels_are_written_as_the_user_writes_them(tmp_path: Path, warm: Warm) -> None:
    def written(number: int, label: str) -> str:
        if label == "ɛ":
            return "EH2" if number % 7 == 0 else "EH1"
        return ARPABET.get(label, "")

    values = {"tokens.label_map": "arpabet", "which": "embedding"}
    job = write_job(tmp_path / "job", "nearest_label_tier", ONE, values, edit=relabelled(written))
    found = answer(nearest_label_tier, job, warm)
    (grid,) = grids(found)
    assert grid.tier_names == (VECTORS,)
    own, nearest = texts(user_grid(job), "phones"), texts(grid, VECTORS)
    assert set(nearest.values()) <= {"EY1", "AH0", "EH1", "EH2"}
    assert Counter(own.values())["EH2"] > 0
    # A token that is nearest to its own label keeps its own form; another's label comes in the usual form.
    for number, label in nearest.items():
        assert label == own[number] or label in ("EY1", "AH0", "EH1")
    assert [number for number in own if own[number] == "EH2" and nearest.get(number) == "EH2"]
    assert not [note for note in found.notes if "only" in note and "reviewed" in note]


def test_trigraphs_stay_trigraphs(tmp_path: Path, warm: Warm) -> None:
    codes = {"ə": r"\sw", "ɛ": r"\ef", "eɪ": "eɪ"}
    edit = relabelled(lambda _, label: codes.get(label, ""))
    job = write_job(tmp_path / "job", "nearest_label_tier", ONE, {"which": "embedding"}, edit=edit)
    assert set(texts(grids(answer(nearest_label_tier, job, warm))[0], VECTORS).values()) == set(
        codes.values()
    )


def test_a_grid_without_tokens_has_no_tier_and_unheard_labels_stay_empty(tmp_path: Path, warm: Warm) -> None:
    def edit(name: str, grid: Any) -> None:
        def kept(_: int, label: str) -> str:
            if name == "us_m_liam":
                return "" if label == "ɛ" else label
            return "" if name == "us_f_sky" else label

        relabelled(kept)(name, grid)

    values = {"which": "embedding", "speakers": "one", "tokens.labels": "ɛ,ə,eɪ"}
    job = write_job(tmp_path / "job", "nearest_label_tier", THREE, values, edit=edit)
    found = answer(nearest_label_tier, job, warm)
    assert [one.tier_names for one in grids(found)] == [(VECTORS,), (VECTORS,), ()]
    assert "(phone layer 4)" in found.message
    alice = user_grid(job, 2)
    assert {texts(alice, "phones")[number] for number in texts(grids(found)[1], VECTORS)} == {"ə", "eɪ"}
    assert any("stay empty, since their label is only in the recording" in note for note in found.notes)


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ({"tokens.labels": "ɛ"}, ComparisonError, "no token has a nearest label"),
        ({"which": "vectors"}, InputError, "one of formants, embedding, both"),
    ],
)
def test_what_can_not_be_answered_is_said(
    tmp_path: Path, warm: Warm, values: dict[str, str], error: type[Exception], said: str
) -> None:
    job = write_job(tmp_path / "job", "nearest_label_tier", ONE, {"which": "formants", **values})
    with pytest.raises(error, match=said):
        answer(nearest_label_tier, job, warm)


def test_boundaries_of_one_speaker(tmp_path: Path, warm: Warm) -> None:
    values = {"tokens.labels": "eɪ,ə,ɛ,iː"}
    job = write_job(tmp_path / "job", "sensitivity_tier", ONE, values)
    found = answer(sensitivity_tier, job, warm)
    (grid,) = grids(found)
    titles = ["F1 (Hz)", "F2 (Hz)", "vectors (cosine distance)", "flip"]
    assert grid.tier_names == tuple(f"phones sensitivity {title}" for title in titles)
    assert all(isinstance(tier, IntervalTier) for tier in grid)
    words = ["--tiers", "sensitivity", "--notation", "file", "--labels", "eɪ,ə,ɛ,iː"]
    (theirs,) = on_the_command_line(tmp_path, ONE, *words)
    for name in grid.tier_names:
        assert texts(grid, name) == texts(theirs, name)
    f1 = texts(grid, "phones sensitivity F1 (Hz)")
    assert len(f1) == 42
    assert all(float(label) > 0.0 and len(label.partition(".")[2]) == 1 for label in f1.values())
    flips = texts(grid, "phones sensitivity flip")
    assert all(label.startswith(("formants: ", "vectors: ")) for label in flips.values())
    assert 0 < len(flips) < len(f1)
    assert "by 10 ms" in found.message


def test_boundaries_by_formants_alone_need_no_model(tmp_path: Path) -> None:
    values = {"which": "formants", "embed.model": "no such model", "decimals": 4, "tokens.labels": "ɛ"}
    job = write_job(tmp_path / "job", "sensitivity_tier", ONE, values)
    found = answer(sensitivity_tier, job, Warm())
    (grid,) = grids(found)
    # One label has nothing to flip to; its formants move all the same.
    assert grid.tier_names[-1] == "phones sensitivity flip"
    assert [name for name in grid.tier_names if texts(grid, name)] == [
        "phones sensitivity F1 (Hz)",
        "phones sensitivity F2 (Hz)",
    ]
    assert {len(one.partition(".")[2]) for one in texts(grid, grid.tier_names[0]).values()} == {2}
    assert any("no nearest labels" in note for note in found.notes)
    with pytest.raises(InputError, match="no whole number"):
        answer(
            sensitivity_tier, write_job(tmp_path / "b", "sensitivity_tier", ONE, {"decimals": 2.5}), Warm()
        )
