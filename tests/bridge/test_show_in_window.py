"""Which files of a recording the window is shown, copies, refusals, and a real window."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import parselmouth
import pytest
import soundfile
from parselmouth.praat import call
from sample_jobs import answer
from worker_rig import is_running, wait_until

from w2vpraat.bridge.commands.show_in_window import screen_of, show_in_window
from w2vpraat.bridge.desktop.recording_files import recording_files
from w2vpraat.bridge.job import Answer, Job, read_job
from w2vpraat.bridge.service.client import read_state
from w2vpraat.bridge.service.listening import Listener
from w2vpraat.bridge.warm import Warm
from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.errors import InputError

RATE = 16000
LABELS = ("a", "ʃ", "")


@dataclass
class Recording:
    """A recording on disk, and its objects in a Praat."""

    folder: Path

    def __post_init__(self) -> None:
        rng = np.random.default_rng(7)
        noise = rng.integers(-9000, 9000, RATE * 2).astype(np.int16)
        self.folder.mkdir(parents=True)
        soundfile.write(self.audio, noise, RATE, "PCM_16")
        self.sound = parselmouth.Sound(str(self.audio))
        self.grid = call(self.sound, "To TextGrid", "phones words", "")
        for number, label in enumerate(LABELS, 1):
            if number > 1:
                call(self.grid, "Insert boundary", 1, 0.7 * (number - 1) + 1 / 3)
            call(self.grid, "Set interval text", 1, number, label)
        self.save_grid()

    @property
    def audio(self) -> Path:
        """The sound file."""
        return self.folder / "an né.wav"

    @property
    def textgrid(self) -> Path:
        """The TextGrid."""
        return self.folder / "an né.TextGrid"

    def save_grid(self) -> None:
        """Save the TextGrid as Praat does, here in UTF-16."""
        call(self.grid, "Save as text file", str(self.textgrid))

    def job(self, place: Path, /, *, sound: Any = None, grids: int = 1, **values: object) -> Job:
        """Write the job as the scripts do; Praat knows both files if nothing else is said."""
        place.mkdir()
        call(sound or self.sound, "Save as binary file", str(place / "sound_1.Sound"))
        copy = call(self.grid, "Copy", "copy")
        call(copy, "Convert to Unicode")
        call(copy, "Save as text file", str(place / "grid_1.TextGrid"))
        told: dict[str, object] = {
            "protocol": 1,
            "command": "show_in_window",
            "sounds": 1,
            "sound_name_1": "an_né",
            "grids": grids,
            "grid_name_1": "an_né",
            "audio_files": 1,
            "audio_file_1": self.audio,
            "grid_file": self.textgrid,
            **values,
        }
        text = "".join(f"{key} = {value}\n" for key, value in told.items())
        (place / "job.txt").write_text(text, encoding="utf-8")
        return read_job(place)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(tmp_path / "my recordings")


@pytest.fixture
def window() -> Iterator[list[dict[str, Any]]]:
    """A listener in the window's place; the list holds what it was asked to show."""
    asked: list[dict[str, Any]] = []

    def answering(verb: str, argument: str) -> Iterator[tuple[str, str]]:
        if verb == "show":
            asked.append(json.loads(argument))
            if asked[-1]["start"] > 1.9:
                yield "error", "too late"
                return
        yield "ok", ""

    listener = Listener("window", answering)
    listener.start()
    yield asked
    listener.close()


# ---- the files that hold the objects -----------------------------------------------------------------------


def test_own_files(recording: Recording, tmp_path: Path) -> None:
    files = recording_files(recording.job(tmp_path / "job"))
    assert (files.audio, files.grid, files.copied) == (recording.audio, recording.textgrid, False)


def test_trigraphs_in_the_file_are_no_difference(recording: Recording, tmp_path: Path) -> None:
    call(recording.grid, "Set interval text", 1, 2, "\\sh")
    recording.save_grid()
    assert "\\sh" in recording.textgrid.read_text(encoding="utf-8")
    assert recording_files(recording.job(tmp_path / "job")).grid == recording.textgrid


def test_a_saved_textgrid_is_found_beside_its_sound(recording: Recording, tmp_path: Path) -> None:
    # Praat does not remember where it has saved an object.
    assert recording_files(recording.job(tmp_path / "job", grid_file="")).grid == recording.textgrid


def test_a_sound_is_found_beside_its_textgrid(recording: Recording, tmp_path: Path) -> None:
    job = recording.job(tmp_path / "job", audio_files=0, audio_file_1="")
    assert recording_files(job).audio == recording.audio


def test_of_several_sounds_the_one_with_these_samples(recording: Recording, tmp_path: Path) -> None:
    other = tmp_path / "other.wav"
    soundfile.write(other, np.zeros(2 * RATE), RATE)
    job = recording.job(tmp_path / "job", audio_files=2, audio_file_1=other, audio_file_2=recording.audio)
    assert recording_files(job).audio == recording.audio


def test_a_stretch_of_a_long_sound_is_compared(recording: Recording, tmp_path: Path) -> None:
    part = call(recording.sound, "Extract part", 0.5, 1.5, "rectangular", 1.0, "yes")
    job = recording.job(tmp_path / "job", sound=part, samples=2 * RATE)
    assert recording_files(job).audio == recording.audio
    call(part, "Formula", "if col = 100 then self + 0.001 else self fi")
    with pytest.raises(InputError, match="is not what its file holds"):
        recording_files(recording.job(tmp_path / "other", sound=part, samples=2 * RATE))


def test_silence_that_an_editor_adds_is_no_difference(recording: Recording, tmp_path: Path) -> None:
    longer = call(recording.sound, "Extract part", 0, 2.1, "rectangular", 1.0, "yes")
    assert call(longer, "Get number of samples") > 2 * RATE
    assert recording_files(recording.job(tmp_path / "job", sound=longer)).audio == recording.audio


@pytest.mark.parametrize("formula", ["self * 0.999", "if col = 31000 then self + 0.0001 else self fi"])
def test_a_sound_that_was_changed(recording: Recording, tmp_path: Path, formula: str) -> None:
    call(recording.sound, "Formula", formula)
    with pytest.raises(InputError, match="is not what its file holds") as caught:
        recording_files(recording.job(tmp_path / "job"))
    assert caught.value.file == str(recording.audio)
    assert "Save as WAV file" in caught.value.hint


def test_a_shorter_sound_is_not_the_file(recording: Recording, tmp_path: Path) -> None:
    part = call(recording.sound, "Extract part", 0, 1.5, "rectangular", 1.0, "no")
    with pytest.raises(InputError, match="is not what its file holds"):
        recording_files(recording.job(tmp_path / "job", sound=part))


@pytest.mark.parametrize("what", ["label", "time", "tier"])
def test_a_textgrid_that_was_changed(recording: Recording, tmp_path: Path, what: str) -> None:
    grid = recording.grid
    if what == "label":
        call(grid, "Set interval text", 1, 3, "b")
    elif what == "time":
        call(grid, "Remove left boundary", 1, 2)
        call(grid, "Insert boundary", 1, 0.7 + 1 / 3 + 1e-6)
        call(grid, "Set interval text", 1, 1, LABELS[0])
        call(grid, "Set interval text", 1, 2, LABELS[1])
    else:
        call(grid, "Set tier name", 2, "Words")
    with pytest.raises(InputError, match='"an_né" in Praat is not what its file holds') as caught:
        recording_files(recording.job(tmp_path / "job"))
    assert caught.value.file == str(recording.textgrid)
    assert "save it first" in caught.value.hint


def test_a_textgrid_that_was_never_saved(recording: Recording, tmp_path: Path) -> None:
    recording.textgrid.unlink()
    with pytest.raises(InputError, match="has no file") as caught:
        recording_files(recording.job(tmp_path / "job", grid_file=""))
    assert str(recording.textgrid) in caught.value.hint


def test_a_sound_of_which_no_file_is_known(recording: Recording, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not know from which file"):
        recording_files(recording.job(tmp_path / "job", audio_files=0, audio_file_1="", grid_file=""))


def test_a_sound_that_does_not_start_at_zero(recording: Recording, tmp_path: Path) -> None:
    for one in (recording.sound, recording.grid):
        call(one, "Shift times by", 2)
    with pytest.raises(InputError, match="starts at 2 s"):
        recording_files(recording.job(tmp_path / "job"))


def test_a_sound_editor_takes_the_textgrid_beside_the_sound(recording: Recording, tmp_path: Path) -> None:
    assert recording_files(recording.job(tmp_path / "job", grids=0)).grid == recording.textgrid
    recording.textgrid.unlink()
    with pytest.raises(InputError, match="no TextGrid beside this sound"):
        recording_files(recording.job(tmp_path / "other", grids=0))


# ---- copies ------------------------------------------------------------------------------------------------


def test_copies_are_lossless_and_not_written_twice(recording: Recording, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    files = recording_files(recording.job(tmp_path / "job", folder=folder))
    assert (files.audio.name, files.grid.name, files.copied) == ("an_né.wav", "an_né.TextGrid", True)
    assert soundfile.info(files.audio).subtype == "PCM_16"
    read, rate = soundfile.read(files.audio, dtype="int16")
    original, _ = soundfile.read(recording.audio, dtype="int16")
    assert rate == RATE
    np.testing.assert_array_equal(read, original)
    assert "ʃ" in files.grid.read_text(encoding="utf-8")
    assert read_textgrid(files.grid).tiers == read_textgrid(recording.textgrid).tiers
    before = [one.stat().st_mtime_ns for one in (files.audio, files.grid)]
    again = recording_files(recording.job(tmp_path / "again", folder=folder))
    assert not again.copied
    assert [one.stat().st_mtime_ns for one in (again.audio, again.grid)] == before


def test_a_sound_that_16_bits_can_not_hold(recording: Recording, tmp_path: Path) -> None:
    call(recording.sound, "Formula", "self * 3.3")
    files = recording_files(recording.job(tmp_path / "job", folder=tmp_path))
    assert soundfile.info(files.audio).subtype == "FLOAT"
    read, _ = soundfile.read(files.audio)
    assert np.abs(read).max() > 0.9
    np.testing.assert_allclose(read, recording.sound.values[0], atol=1e-7)


def test_other_content_is_never_replaced(recording: Recording, tmp_path: Path) -> None:
    taken = tmp_path / "an_né.TextGrid"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds something else; it was not changed"):
        recording_files(recording.job(tmp_path / "job", folder=tmp_path))
    assert taken.read_text(encoding="utf-8") == "mine"
    assert not taken.with_suffix(".wav").exists()


@pytest.mark.parametrize(
    ("folder", "told"), [("nowhere", "whole path"), ("/no/such/folder", "does not exist")]
)
def test_a_folder_that_is_none(recording: Recording, tmp_path: Path, folder: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        recording_files(recording.job(tmp_path / "job", folder=folder))


# ---- the window --------------------------------------------------------------------------------------------


def test_the_window_is_told(recording: Recording, tmp_path: Path, window: list[dict[str, Any]]) -> None:
    job = recording.job(tmp_path / "job", **{"from": 0.5, "to": 0.7, "tier": 2})
    found = answer(show_in_window, job, Warm())
    assert window == [
        {
            "audio": str(recording.audio),
            "textgrid": str(recording.textgrid),
            "tier": "words",
            "start": 0.5,
            "end": 0.7,
        }
    ]
    assert "an né.wav" in found.message


def test_the_window_refuses(recording: Recording, tmp_path: Path, window: list[dict[str, Any]]) -> None:
    with pytest.raises(InputError, match="too late"):
        answer(show_in_window, recording.job(tmp_path / "job", **{"from": 1.95}), Warm())


def test_without_a_screen(recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The worker may have a screen that the user's Praat has not.
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    job = recording.job(tmp_path / "job", display="", wayland_display="")
    with pytest.raises(InputError, match="needs a screen"):
        answer(show_in_window, job, Warm())
    there = recording.job(tmp_path / "there", display=":7", xauthority="/x")
    assert screen_of(there)["DISPLAY"] == ":7"
    assert screen_of(there)["XAUTHORITY"] == "/x"


def test_a_real_window(recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("HOME", str(tmp_path))
    job = recording.job(tmp_path / "job", **{"from": 0.5, "to": 0.7, "tier": 1})
    try:
        found: Answer = answer(show_in_window, job, Warm())
        assert "is shown" in found.message
        first = read_state("window")
        # The second call finds it.
        answer(show_in_window, job, Warm())
        assert read_state("window") == first
    finally:
        state = read_state("window")
        if state is not None:
            os.kill(int(state["pid"]), signal.SIGKILL)
            wait_until(lambda: not is_running(int(state["pid"])))
