"""Lets the window go first: threads begin no step while it paints.

Praat and numpy share the interpreter with the window. A thread that begins to work in the middle of a paint
holds it up not once but at every call that gives the interpreter away, which would make scrolling jerky.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

QUIET = 0.003
"""Seconds without a paint after which the window is at rest: panes are painted closer to each other."""
LONGEST = 0.06
"""Most seconds that a step waits, so that work also goes on while somebody scrolls."""


class Courtesy:
    """Who paints, and when it was last done. Written by the window's thread, read by the others."""

    def __init__(self) -> None:
        self._depth = 0
        self._last = 0.0

    @contextmanager
    def painting(self) -> Iterator[None]:
        """Say that the window paints."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._last = time.monotonic()

    def wait(self) -> None:
        """Wait until the window is at rest; called by the other threads before a step."""
        end = time.monotonic() + LONGEST
        while (now := time.monotonic()) < end and (self._depth or now - self._last < QUIET):
            time.sleep(0.001)


courtesy = Courtesy()


def politely(steps: Iterator[Any]) -> Iterator[Any]:
    """Yield the same, but begin each step when the window is at rest."""
    while True:
        courtesy.wait()
        try:
            step = next(steps)
        except StopIteration:
            return
        yield step
