"""Do one job and write its answer into its folder, ``status.txt`` last."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from w2vpraat.bridge.commands import find_command
from w2vpraat.bridge.job import PICTURE, RESULT, Answer, Job, read_job
from w2vpraat.bridge.service.client import Line, log_path, write_status
from w2vpraat.bridge.warm import Warm
from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Progress, Skipped

CANCELLED: Line = ("error", "cancelled")


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


def answered(folder: Path, warm: Warm, tell: Callable[[str], None], is_cancelled: Callable[[], bool]) -> Line:
    """Do the job in a folder and write the answer there.

    Parameters
    ----------
    folder : Path
        Holds ``job.txt``.
    warm : Warm
    tell : callable
        Takes a line on how far it is.
    is_cancelled : callable
        Asked between events; then the job ends and writes nothing.

    Returns
    -------
    tuple of str
        ``("ok", first line of the message)`` or ``("error", what went wrong)``.
    """
    job = Job(folder)
    try:
        job = read_job(folder)
        answer = _followed(find_command(job.command)(job, warm), tell, is_cancelled, job)
        if is_cancelled():
            return CANCELLED
        write_answer(folder, answer)
        return "ok", next(iter(answer.message.splitlines()), "")
    except Cancelled:
        return CANCELLED
    except W2VPraatError as error:
        text = _told(error, job)
    except MemoryError:
        traceback.print_exc()
        text = "there is not enough memory for this (take less sound, or a smaller model)"
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a library raises must reach the user
        if is_cancelled() or not folder.is_dir():
            return CANCELLED  # the folder was taken away in the middle
        traceback.print_exc()
        said = " ".join(str(error).replace(f"{folder}{os.sep}", "").split())
        what = f"{type(error).__name__}: {said}"
        text = f"something went wrong in w2vpraat ({what}); the log has more: {log_path()}"
    if is_cancelled() or not folder.is_dir():
        return CANCELLED
    sys.stderr.write(f"{job.command or 'job'}: {text}\n")
    write_status(str(folder), "ERROR", text)
    return "error", text


def _told(error: W2VPraatError, job: Job) -> str:
    from w2vpraat.bridge.pairs import told

    return told(error, job)


def _followed(
    events: Iterator[Any], tell: Callable[[str], None], is_cancelled: Callable[[], bool], job: Job
) -> Answer:
    """Return the answer; what was skipped on the way becomes a note, unless the command says so itself."""
    found: Answer | None = None
    skipped: list[str] = []
    for event in events:
        if is_cancelled():
            if close := getattr(events, "close", None):
                close()
            raise Cancelled
        if isinstance(event, Answer):
            found = event
        elif isinstance(event, Progress):
            name = f" {event.name}" if event.name else ""
            tell(f"{event.step} {event.done} of {event.total}{name}")
        elif isinstance(event, Skipped):
            skipped.append(f"left out: {_told(event.error, job)}")
    if found is None:
        raise RuntimeError(f"the command {job.command} ended without an answer")
    # What a note says already, in whatever words around it, is not said twice.
    told = "\n".join(found.notes)
    more = tuple(one for one in dict.fromkeys(skipped) if one.removeprefix("left out: ") not in told)
    return Answer(found.objects, found.message, (*found.notes, *more), found.picture, found.picture_size)


def write_answer(folder: Path, answer: Answer) -> None:
    """Write what a job gives back: ``result.Collection``, ``picture.png``, and last ``status.txt``."""
    if answer.objects:
        from w2vpraat.bridge.praat_files import write_collection

        write_collection(folder / RESULT, answer.objects)
    more = "".join(f"note={' '.join(note.split())}\n" for note in answer.notes)
    more += f"objects={len(answer.objects)}\n"
    if answer.picture:
        (folder / PICTURE).write_bytes(answer.picture)
        width, height = answer.picture_size
        more += f"picture={width:g}x{height:g}\n"
    write_status(str(folder), "OK", answer.message, more)
