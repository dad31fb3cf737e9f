"""Commands for tests of the worker: slow, failing, chatty ones that need no model."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from w2vpraat.bridge.commands import COMMANDS
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.warm import Warm
from w2vpraat.errors import InputError, TextGridError
from w2vpraat.events import Progress, Skipped


def register() -> None:
    """Let the worker find these commands."""
    sys.modules["w2vpraat.bridge.commands.testing"] = sys.modules[__name__]
    for name in ("say", "slow", "stuck", "fail", "fail_at_object", "crash", "die", "chat", "children", "hog"):
        COMMANDS[name] = "testing"


def say(job: Job, warm: Warm) -> Iterator[Any]:
    """Answer with what the job says, in every way there is."""
    yield Progress("testing", 1, 2, "one")
    yield Skipped("testing", "two", InputError("is empty", "fill it", file=job.folder / "sound_2.Sound"))
    table = PraatTable("said", ("text",), ((job.text("say"),),))
    yield Answer((table,), f"{job.text('say')}\nsecond line", ("a\nnote",), b"\x89PNG", (6.0, 4.5))


def slow(job: Job, warm: Warm) -> Iterator[Any]:
    """Take `seconds`, with an event every 20 ms; leave a file when it ends."""
    steps = int(job.number("seconds") / 0.02)
    for step in range(steps):
        time.sleep(0.02)
        yield Progress("sleeping", step + 1, steps)
    (job.folder.parent / f"{job.folder.name}.ended").touch()
    yield Answer(message=f"slept {job.folder.name}")


def stuck(job: Job, warm: Warm) -> Iterator[Any]:
    """Take `seconds` without an event."""
    yield Progress("sleeping", 0, 1)
    time.sleep(job.number("seconds"))
    yield Answer(message="awake")


def fail(job: Job, warm: Warm) -> Iterator[Any]:
    """Fail as the library does."""
    raise TextGridError("no tier “wörd” here – only łódź", "choose “phones”", tier="wörd", interval=3)
    yield


def fail_at_object(job: Job, warm: Warm) -> Iterator[Any]:
    """Fail with the path of an object."""
    raise InputError("is all silence", "record it again", file=job.folder / "sound_1.Sound")
    yield


def crash(job: Job, warm: Warm) -> Iterator[Any]:
    """Fail as nobody meant to."""
    raise KeyError(f"lost in {job.folder}{os.sep}thing")
    yield


def die(job: Job, warm: Warm) -> Iterator[Any]:
    """Take the process away, as the system does when memory runs out."""
    yield Progress("dying", 0, 1)
    time.sleep(0.2)
    os.kill(os.getpid(), 9)
    yield


def chat(job: Job, warm: Warm) -> Iterator[Any]:
    """Write 200 kB to each stream, also from a child."""
    for stream in (sys.stdout, sys.stderr):
        stream.write(f"{'x' * 99}\n" * 2000)
    subprocess.run([sys.executable, "-c", "import os; os.write(2, b'y' * 200000)"], check=True)
    yield Answer(message="said much")


def children(job: Job, warm: Warm) -> Iterator[Any]:
    """Start a process and wait for it."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (job.folder / "child.txt").write_text(str(child.pid))
    yield Progress("waiting", 0, 1)
    child.wait()
    yield Answer()


def hog(job: Job, warm: Warm) -> Iterator[Any]:
    """Use 60 MB in small pieces, with a cycle that only the collector finds."""
    pieces: list[Any] = [bytearray(1000) for _ in range(60_000)]
    pieces.append(pieces)
    yield Progress("eating", 1, 1)
    yield Answer(message=str(len(pieces)))
