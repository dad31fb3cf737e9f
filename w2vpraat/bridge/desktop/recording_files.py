"""The files on disk that hold the same as objects in Praat's list; or copies of the objects."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from w2vpraat.bridge.job import Job
from w2vpraat.bridge.objects import PraatSound
from w2vpraat.bridge.praat_files import object_name, read_sound, write_wav
from w2vpraat.corpus.decode import AudioInfo, open_sound, sound_info
from w2vpraat.corpus.discover import AUDIO_SUFFIXES
from w2vpraat.corpus.textgrid import TextGrid, read_textgrid, textgrid_bytes, to_unicode
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.writing import write_whole

SAME_TIME = 1e-9
"""Seconds: Praat writes times with 17 digits."""
SAME_SAMPLE = 2.0**-17
"""Full scale is 1: a quarter of a step of 16 bits, less than any edit makes."""
_LOSSY = frozenset({"MP3", "OGG"})  # Decoders differ in samples and in the silence at both ends.
_LOSSY_SECONDS = 0.1
_WAV_SCALE = 2.0**15

_FOLDER = 'or choose "Open in w2vpraat..." in the Objects window and name a folder for copies'


@dataclass(frozen=True)
class RecordingFiles:
    """A recording on disk.

    Parameters
    ----------
    audio, grid : Path
        Sound file and TextGrid.
    copied : bool
        Whether they were written just now.
    """

    audio: Path
    grid: Path
    copied: bool = False


@dataclass(frozen=True, eq=False)
class _Asked:
    """The objects of a job; `sound` may be a stretch of the whole Sound of `n_samples`."""

    sound: PraatSound
    n_samples: int
    sound_name: str
    grid: TextGrid | None
    grid_name: str
    audio_files: tuple[Path, ...]
    grid_file: Path | None

    @property
    def is_whole(self) -> bool:
        return self.sound.samples.shape[1] == self.n_samples


def recording_files(job: Job) -> RecordingFiles:
    """Return the files of a Sound and a TextGrid, and copy the objects first where that is wanted.

    Parameters
    ----------
    job : Job
        With ``sound_1.Sound`` (the Sound, or a stretch of it; then ``samples`` says how many it has),
        ``grid_1.TextGrid`` (if there is one), and where Praat read them from: ``audio_files = N`` with
        ``audio_file_1`` ..., ``grid_file``. ``folder``: write copies there.

    Returns
    -------
    RecordingFiles

    Raises
    ------
    InputError
        If no file holds what the object holds, if a copy would replace other content, or if the Sound does
        not start at 0 s, where a sound file starts.
    """
    asked = _asked(job)
    if abs(asked.sound.start) > SAME_TIME and asked.is_whole:
        raise InputError(
            f'the Sound "{asked.sound_name}" starts at {asked.sound.start:.6g} s; a sound file starts at 0 s',
            "use the whole recording that this is a part of, or shift both: Modify > Shift times to...",
        )
    folder = job.text("folder")
    if folder:
        return _copies(asked, Path(folder).expanduser())
    # First what Praat read the objects from, then what lies beside these files under their names: Praat
    # forgets where it has saved an object.
    grids = [] if asked.grid_file is None else [asked.grid_file]
    audio = _first_same_sound(asked, chain(asked.audio_files, _sounds_beside(grids, asked)))
    if audio is None:
        raise _no_sound(asked)
    grid = _first_same_grid(asked, [*grids, *_grids_beside(audio, asked)])
    if grid is None:
        raise _no_grid(asked, audio)
    return RecordingFiles(audio, grid)


def _asked(job: Job) -> _Asked:
    sound = read_sound(job.folder / "sound_1.Sound")
    has_grid = job.number("grids", 0.0) >= 1
    grid = read_textgrid(job.folder / "grid_1.TextGrid") if has_grid else None
    known = [job.text(f"audio_file_{number + 1}") for number in range(int(job.number("audio_files", 0.0)))]
    return _Asked(
        sound,
        int(job.number("samples", float(sound.samples.shape[1]))),
        job.text("sound_name_1", "untitled"),
        grid,
        job.text("grid_name_1"),
        tuple(Path(path) for path in known if path),
        Path(job.text("grid_file")) if job.text("grid_file") else None,
    )


# Files that may be meant


def _sounds_beside(grids: Iterable[Path], asked: _Asked) -> list[Path]:
    stems = [(grid.parent, grid.stem) for grid in grids]
    stems += [(folder, asked.sound_name) for folder, _ in stems]
    return [folder / f"{stem}{suffix}" for folder, stem in stems for suffix in sorted(AUDIO_SUFFIXES) if stem]


def _grids_beside(audio: Path, asked: _Asked) -> list[Path]:
    names = dict.fromkeys((audio.stem, asked.grid_name, asked.sound_name))
    return [audio.parent / f"{name}.TextGrid" for name in names if name]


def _first_same_sound(asked: _Asked, paths: Iterable[Path]) -> Path | None:
    return next((path for path in dict.fromkeys(paths) if path.is_file() and holds_sound(path, asked)), None)


def _first_same_grid(asked: _Asked, paths: Iterable[Path]) -> Path | None:
    # A SoundEditor knows no TextGrid: then any that lies beside the sound belongs to it.
    for path in dict.fromkeys(paths):
        if path.is_file() and (asked.grid is None or holds_grid(path, asked.grid)):
            return path
    return None


# Same content


def holds_sound(path: Path, asked: _Asked) -> bool:
    """Whether a file holds these samples; of MP3 and Ogg, whether it is as long.

    An editor whose TextGrid is longer than its sound gives zeros before and after it.
    """
    n_channels, n_samples = asked.sound.samples.shape
    try:
        with open_sound(path) as file:
            info = sound_info(file, path, 0.0)
            if info.n_channels != n_channels or not _is_rate(info, asked.sound):
                return False
            if info.container in _LOSSY:
                return abs(info.n_samples - asked.n_samples) <= _LOSSY_SECONDS * info.rate
            begin = round((asked.sound.first - 0.5 * asked.sound.step) * info.rate)
            first, last = max(begin, 0), min(begin + n_samples, info.n_samples)
            fits = (
                (first, last) == (0, info.n_samples)
                if asked.is_whole
                else info.n_samples <= asked.n_samples + 1
            )
            if not fits or last <= first:
                return False
            file.seek(first)
            found: NDArray[np.float64] = file.read(last - first, dtype="float64", always_2d=True).T
    except (W2VPraatError, soundfile.SoundFileError, RuntimeError):
        return False
    expected = np.zeros_like(asked.sound.samples)
    if found.shape != (n_channels, last - first):
        return False
    expected[:, first - begin : last - begin] = found
    return bool(np.abs(expected - asked.sound.samples).max() <= SAME_SAMPLE)


def _is_rate(info: AudioInfo, sound: PraatSound) -> bool:
    return abs(info.rate * sound.step - 1.0) < SAME_TIME


def holds_grid(path: Path, grid: TextGrid) -> bool:
    """Whether a file holds the same tiers, times and labels, however they are written there."""
    try:
        return _same_grid(read_textgrid(path), grid)
    except W2VPraatError:
        return False


def _same_grid(first: TextGrid, second: TextGrid) -> bool:
    if len(first.tiers) != len(second.tiers) or not _near(
        (first.start, first.end), (second.start, second.end)
    ):
        return False
    for one, other in zip(first.tiers, second.tiers, strict=True):
        if type(one) is not type(other) or to_unicode(one.name) != to_unicode(other.name):
            return False
        if len(one.items) != len(other.items):
            return False
        for item, now in zip(one.items, other.items, strict=True):
            if not _near(item[:-1], now[:-1]) or to_unicode(str(item[-1])) != to_unicode(str(now[-1])):
                return False
    return True


def _near(first: Iterable[float | str], second: Iterable[float | str]) -> bool:
    return all(abs(float(a) - float(b)) <= SAME_TIME for a, b in zip(first, second, strict=True))


# Copies


def _copies(asked: _Asked, folder: Path) -> RecordingFiles:
    if asked.grid is None:
        raise InputError("there is no TextGrid to copy", "select the Sound and its TextGrid")
    if not asked.is_whole:
        raise InputError(
            f'the Sound "{asked.sound_name}" is too long to be copied',
            "save it yourself (Save > Save as WAV file...), and the TextGrid beside it under the same name",
        )
    if not folder.is_absolute():
        raise InputError(f'"{folder}" is not the whole path of a folder', "begin it with / (or C:\\)")
    if not folder.is_dir():
        raise InputError("this folder does not exist", "make it first, or correct the path", file=folder)
    name = object_name(asked.sound_name)
    audio, grid = folder / f"{name}.wav", folder / f"{name}.TextGrid"
    has_audio, has_grid = audio.exists(), grid.exists()
    for path, there, same in (
        (audio, has_audio, has_audio and holds_sound(audio, asked)),
        (grid, has_grid, has_grid and holds_grid(grid, asked.grid)),
    ):
        if there and not same:
            raise InputError(
                "is there already and holds something else; it was not changed",
                "name another folder, or rename the objects",
                file=path,
            )
    if not has_audio:
        _write_sound(asked.sound, audio)
    if not has_grid:
        write_whole(textgrid_bytes(asked.grid, form="long", encoding="utf-8"), grid)
    return RecordingFiles(audio, grid, copied=not (has_audio and has_grid))


def _write_sound(sound: PraatSound, path: Path) -> None:
    """Write 16 bits if they hold every sample, else floats."""
    scaled = sound.samples * _WAV_SCALE
    whole = np.rint(scaled)
    if not np.array_equal(scaled, whole) or whole.min() < -_WAV_SCALE or whole.max() >= _WAV_SCALE:
        write_wav(sound, path)
        return
    try:
        soundfile.write(str(path), whole.T.astype(np.int16), round(1.0 / sound.step), "PCM_16", format="WAV")
    except (OSError, soundfile.SoundFileError) as error:
        raise InputError(f"can't be written: {error}", "check the folder and the disk", file=path) from error


# What to say


def _no_sound(asked: _Asked) -> InputError:
    name = asked.sound_name
    existing = [path for path in asked.audio_files if path.is_file()]
    if existing:
        return InputError(
            f'the Sound "{name}" is not what its file holds (any more)',
            f"save it under another name (Save > Save as WAV file...) and open that file, {_FOLDER}",
            file=existing[0],
        )
    gone = f": {os.fspath(asked.audio_files[0])} is not there" if asked.audio_files else ""
    return InputError(
        f'Praat does not know from which file the Sound "{name}" comes{gone}',
        f"open its file in Praat (Open > Read from file...) and leave that Sound in the list, {_FOLDER}",
    )


def _no_grid(asked: _Asked, audio: Path) -> InputError:
    if asked.grid is None:
        return InputError(
            "there is no TextGrid beside this sound, and the window shows a recording with its TextGrid",
            f"make one (Annotate > To TextGrid...) and save it beside the sound as {audio.stem}.TextGrid",
            file=audio,
        )
    name = asked.grid_name
    if asked.grid_file is not None and asked.grid_file.is_file():
        return InputError(
            f'the TextGrid "{name}" in Praat is not what its file holds (any more)',
            f"save it first (Save > Save as text file...), {_FOLDER}",
            file=asked.grid_file,
        )
    there = next((one for one in _grids_beside(audio, asked) if one.is_file()), None)
    if there is not None:
        return InputError(
            f'the TextGrid "{name}" in Praat is not what the TextGrid beside its sound holds',
            f"if they are the same annotation, save it there first (Save > Save as text file...), {_FOLDER}",
            file=there,
        )
    return InputError(
        f'the TextGrid "{name}" has no file that w2vpraat could find',
        f"save it first (Save > Save as text file...) beside its sound, as {audio.with_suffix('.TextGrid')}, "
        f"{_FOLDER}",
    )
