"""Praat's long calls in a process beside this one.

Praat holds the interpreter while it works: f0 of ten minutes of speech would stop a window for two seconds.
The process is started when it is first needed and waits for the next recording; the answers are the same
numbers. It ends with this one, however that ends. Where no process can be started, all is done here.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.batch import start_worker
from w2vpraat.acoustics.pitch import as_pitch, track_pitch
from w2vpraat.acoustics.praat import call
from w2vpraat.acoustics.sources import whole_intensity

Floats = NDArray[np.float64]
Sampled = tuple[Floats, float, float, float, float]

LONG_SECONDS = 15.0
"""f0 of a longer recording would take more than some 50 ms here."""


class Apart:
    """Analyses long recordings in another process; `track_pitch` and `whole_intensity` answer as usual.

    Parameters
    ----------
    longer_than : float
        Shorter recordings are analysed here, in seconds.
    """

    def __init__(self, longer_than: float = LONG_SECONDS) -> None:
        self.longer_than = longer_than
        self._executor: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None
        self._lock = threading.Lock()
        self._end: Callable[[], Any] | None = None
        self._died = False

    def track_pitch(
        self, samples: Floats, rate: float, start: float, floor: float, ceiling: float, time_step: float
    ) -> Any:
        """As `w2vpraat.acoustics.pitch.track_pitch`."""
        if samples.size / rate <= self.longer_than:
            return track_pitch(samples, rate, start, floor, ceiling, time_step)
        found = self._run(_pitch, samples, rate, start, floor, ceiling, time_step)
        if found is None:
            return track_pitch(samples, rate, start, floor, ceiling, time_step)
        values, low, high, step, first = found
        return as_pitch(values, low, high, step, first)

    def whole_intensity(
        self, samples: Floats, rate: float, start: float, minimum_pitch: float, subtract_mean: bool
    ) -> Any:
        """As `w2vpraat.acoustics.sources.whole_intensity`."""
        if samples.size / rate <= self.longer_than:
            return whole_intensity(samples, rate, start, minimum_pitch, subtract_mean)
        found = self._run(_intensity, samples, rate, start, minimum_pitch, subtract_mean)
        if found is None:
            return whole_intensity(samples, rate, start, minimum_pitch, subtract_mean)
        values, low, high, step, first = found
        matrix = call(
            "Create Matrix", "intensity", low, high, values.size, step, first, 1.0, 1.0, 1, 1.0, 1.0, "0"
        )
        matrix.values[0, :] = values
        return call(matrix, "To Intensity")

    def close(self) -> None:
        """End the process; the next call starts another."""
        if self._end is not None:
            self._end()
        self._executor = self._lifeline = self._end = None

    def _run(self, function: Callable[..., Sampled], *arguments: Any) -> Sampled | None:
        """Return the answer, or None if there is no other process: then it must be done here."""
        with self._lock:
            if self._died:
                return None
            try:
                return self._started().submit(function, *arguments).result()
            except (BrokenProcessPool, OSError, RuntimeError):
                # No memory for it, or started by a script without a main guard: not tried again.
                self.close()
                self._died = True
                return None

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = get_context("spawn")
            reader, self._lifeline = context.Pipe(duplex=False)
            self._executor = ProcessPoolExecutor(
                1, mp_context=context, initializer=start_worker, initargs=(reader,)
            )
            self._end = weakref.finalize(self, _end, self._executor, self._lifeline)
        return self._executor


def _end(executor: ProcessPoolExecutor, lifeline: Connection) -> None:
    executor.shutdown(wait=False, cancel_futures=True)
    lifeline.close()


def _pitch(*arguments: Any) -> Sampled:
    return _sampled(track_pitch(*arguments), lambda made: made.selected_array["frequency"])


def _intensity(*arguments: Any) -> Sampled:
    return _sampled(whole_intensity(*arguments), lambda made: made.values[0])


def _sampled(made: Any, values: Callable[[Any], Any]) -> Sampled:
    return np.array(values(made)), made.xmin, made.xmax, made.dx, made.x1
