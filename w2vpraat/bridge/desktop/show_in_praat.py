"""Show a recording in Praat: in a TextGridEditor of the Praat that runs, else of one that is started."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from w2vpraat.bridge.desktop.detached import has_ended, start_detached
from w2vpraat.bridge.desktop.running_praat import (
    LOOK,
    RunningPraat,
    find_program,
    running_praat,
    send_script,
    starting_praat,
)
from w2vpraat.errors import PraatError
from w2vpraat.events import Progress, relayed

ANSWER_SECONDS = 20.0
"""A Praat that waits behind a box of its own answers late or never."""
NOT_PRAATS = frozenset({".caf", ".w64", ".rf64"})
"""Sound files that no Praat reads; Ogg files are tried, since newer ones read Opus."""
CONVERT = (
    "Praat reads WAV, AIFF, FLAC, MP3, AU and NIST: save it as WAV under the same name in another folder"
)
FIRST_TRUSTED = 7000
"""From here on Praat asks the user before a sent script may write its answer: none is asked for."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class ShownInPraat:
    """What became of it.

    Parameters
    ----------
    started : bool
        Praat did not run and was started.
    answered : bool
        Praat said that it is shown; Praat 7 and the Praats of macOS and Windows are not asked.
    opened : bool
        A new editor was opened; else the one that was open is used.
    differing : int
        TextGrids in Praat's list that were read from the same file and are not as it is now: they were left
        as they are, and the file was opened as another object.
    number : int
        That of the TextGrid in Praat's list; 0 if Praat was not asked.
    """

    started: bool = False
    answered: bool = False
    opened: bool = False
    differing: int = 0
    number: int = field(default=0, compare=False)


def show_script() -> Path:
    """Return the script that is sent."""
    return Path(str(resources.files("w2vpraat_plugin"))) / "scripts" / "show_recording.praat"


def check_readable(audio: Path) -> None:
    """Refuse a sound file that no Praat reads.

    Raises
    ------
    PraatError
        With the kinds that it does read.
    """
    if audio.suffix.lower() in NOT_PRAATS:
        raise PraatError(f"Praat can't read sound files of the kind {audio.suffix}", CONVERT, file=audio)


def showing_in_praat(
    audio: Path, textgrid: Path, tier: str, start: float, end: float, *, program: str = ""
) -> Iterator[Progress | ShownInPraat]:
    """Show a recording in Praat, as it is saved, with a stretch of it selected.

    Parameters
    ----------
    audio, textgrid : Path
        Its files.
    tier : str
        Tier that is selected; none of this name: the tier that was.
    start, end : float
        In seconds; equal for a cursor.
    program : str
        The Praat to start if none runs; empty: the usual places.

    Yields
    ------
    Progress
        ``"start Praat"`` if none runs, then ``"show"``.
    ShownInPraat
        Last.

    Raises
    ------
    PraatError
        If Praat can't be found, started or reached, or can't read a file; with the remedy.
    """
    check_readable(audio)
    for path in (audio, textgrid):
        if not path.is_file():
            raise PraatError("is not on the disk", "save it first, or connect its drive again", file=path)
    told = (os.path.abspath(audio), os.path.abspath(textgrid), tier, repr(float(start)), repr(float(end)))
    # Two requests at once would start two Praats.
    with _one_at_a_time:
        if sys.platform != "linux":
            # Praat finds its running self, or becomes it; it may wait behind a box, and is not waited for.
            chosen = find_program(program)
            yield Progress("show", 0, 1, audio.name)
            start_detached([str(chosen), "--send", str(show_script()), *told, ""], Path(os.devnull))
            yield ShownInPraat()
            return
        praat = running_praat()
        started = praat is None
        if praat is None:
            chosen = find_program(program)
            praat = yield from relayed(starting_praat(chosen), RunningPraat)
        yield Progress("show", 0, 1, audio.name)
        yield from _showing(praat, told, started)


def _showing(praat: RunningPraat, told: tuple[str, ...], started: bool) -> Iterator[Progress | ShownInPraat]:
    if praat.version >= FIRST_TRUSTED:
        send_script(praat, show_script(), (*told, ""))
        yield ShownInPraat(started)
        return
    with tempfile.TemporaryDirectory(prefix="w2vpraat-") as folder:
        answer = Path(folder, "answer.txt")
        answer.touch()  # the script writes only into a file that is there: a late answer is not in its way
        send_script(praat, show_script(), (*told, str(answer)))
        values = yield from _waiting_for(answer, praat)
    word = values.get("answer", "")
    if word == "no sound":
        raise PraatError("Praat can't read this sound file", CONVERT, file=told[0])
    if word == "no TextGrid":
        raise PraatError("Praat can't read this TextGrid", "save it here as a text file", file=told[1])
    if word != "shown":
        raise PraatError(
            "Praat opened no editor",
            "close some of its windows, and look whether it shows a box; then try again",
        )
    yield ShownInPraat(
        started, True, values["opened"] == "1", int(values["differing"]), int(values["object"])
    )


def _waiting_for(answer: Path, praat: RunningPraat) -> Generator[Progress, None, dict[str, str]]:
    end = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < end:
        lines = answer.read_text(encoding="latin-1").splitlines()
        if lines[-1:] == ["end"]:
            return dict(line.partition("=")[::2] for line in lines[:-1])
        if has_ended(praat.pid):
            raise PraatError("Praat ended before it showed anything", "try again")
        yield Progress("show", 0, 1)
        time.sleep(LOOK)
    raise PraatError(
        f"Praat did not say within {ANSWER_SECONDS:g} s that it is shown",
        "look at Praat: it may be busy, or wait behind a box",
    )
