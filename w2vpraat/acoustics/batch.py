"""Measure many recordings, one after the other or in worker processes.

Praat holds the interpreter while it works, so only processes run it in parallel. Workers are spawned (safe
beside threads, and the same on every system), started when the first result is asked for, and end with
whoever reads the results: when the iterator is closed, on Ctrl-C, and also when this process is killed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from w2vpraat.acoustics.measure import Measured, measure
from w2vpraat.acoustics.values import TokenLike
from w2vpraat.errors import InputError, MeasurementError, W2VPraatError
from w2vpraat.params import FormantParams, IntensityParams, PitchParams

if TYPE_CHECKING:
    from w2vpraat.corpus.audio import Audio

JOBS_AHEAD = 2
"""Jobs handed out per worker beyond the one whose result is awaited; keeps memory flat."""


@dataclass(frozen=True, eq=False)
class MeasureJob:
    """One recording to measure.

    Parameters
    ----------
    name : str
        Name of the recording, for messages.
    audio : Audio or callable
        The recording, or a callable without arguments that reads it, such as
        ``functools.partial(read_audio, path)``; it is called in the worker, so it must be picklable.
    tokens : tuple of tokens
        What to measure.
    ceilings : mapping, optional
        Formant ceiling in Hz by token id (or speaker) for this recording, instead of those of the call.
    """

    name: str
    audio: Audio | Callable[[], Audio]
    tokens: tuple[TokenLike, ...]
    ceilings: Mapping[str, float] | None = None


@dataclass(frozen=True, eq=False)
class FailedRecording:
    """A recording that could not be measured.

    Parameters
    ----------
    name : str
        Name of the recording.
    error : W2VPraatError
        Why.
    """

    name: str
    error: W2VPraatError


@dataclass(frozen=True)
class _Settings:
    formants: FormantParams
    pitch: PitchParams | None
    intensity: IntensityParams | None
    ceilings: dict[str, float] | None
    speaker_sex: dict[str, str] | None


def measure_recordings(
    jobs: Iterable[MeasureJob],
    *,
    formants: FormantParams | None = None,
    pitch: PitchParams | None = PitchParams(),  # noqa: B008 - frozen
    intensity: IntensityParams | None = IntensityParams(),  # noqa: B008 - frozen
    ceilings: Mapping[str, float] | None = None,
    speaker_sex: Mapping[str, str] | None = None,
    workers: int = 0,
) -> Iterator[Measured | FailedRecording]:
    """Measure recordings and yield the results in the order of the jobs.

    With ceiling mode ``speaker`` the results hold all candidates. Ceilings for speakers with several
    recordings are then chosen from all of them, without measuring again::

        results = list(measure_recordings(jobs, formants=params))
        chosen = choose_ceilings(one.candidates for one in results)
        tables = [one.with_ceilings(chosen).table() for one in results]

    Parameters
    ----------
    jobs : iterable of MeasureJob
        May be a generator; it is read only as far as needed.
    formants, pitch, intensity, ceilings, speaker_sex
        As for `measure_recording`.
    workers : int
        Worker processes; 0: measure in this process.

    Yields
    ------
    Measured or FailedRecording
        One per job. A recording that fails stops nothing.

    Raises
    ------
    InputError
        If `workers` is negative.
    """
    if workers < 0:
        raise InputError(f"{workers} worker processes are not possible", "0 measures in this process")
    settings = _Settings(
        formants or FormantParams(),
        pitch,
        intensity,
        None if ceilings is None else dict(ceilings),
        None if speaker_sex is None else dict(speaker_sex),
    )
    if workers == 0:
        return (_finish(job, _run(job, settings)) for job in jobs)
    return _in_processes(iter(jobs), settings, workers)


def _run(job: MeasureJob, settings: _Settings) -> Measured | FailedRecording:
    """Measure one recording; what goes wrong becomes a result."""
    try:
        audio = job.audio() if callable(job.audio) else job.audio
        measured = measure(
            audio,
            job.tokens,
            formants=settings.formants,
            pitch=settings.pitch,
            intensity=settings.intensity,
            ceilings=settings.ceilings if job.ceilings is None else job.ceilings,
            speaker_sex=settings.speaker_sex,
            name=job.name,
        )
    except W2VPraatError as error:
        return FailedRecording(job.name, error)
    except (OSError, ValueError, ArithmeticError, RuntimeError, MemoryError) as error:
        reason = f"{type(error).__name__}: {error}"
        return FailedRecording(job.name, MeasurementError(f"measuring failed ({reason})", file=job.name))
    # The tokens are known to whoever asked; they need not travel back.
    return replace(measured, tokens=())


def _finish(job: MeasureJob, result: Measured | FailedRecording) -> Measured | FailedRecording:
    return replace(result, tokens=job.tokens) if isinstance(result, Measured) else result


def _in_processes(
    jobs: Iterator[MeasureJob], settings: _Settings, workers: int
) -> Iterator[Measured | FailedRecording]:
    pending: deque[tuple[MeasureJob, Future[Measured | FailedRecording]]] = deque()
    pool = _Pool(workers)
    try:
        for job in jobs:
            pending.append((job, pool.submit(job, settings)))
            if len(pending) > workers * (1 + JOBS_AHEAD):
                yield from _next_results(pending, pool, settings)
        while pending:
            yield from _next_results(pending, pool, settings)
    except BaseException:
        pool.abandon()
        raise
    pool.close()


def _next_results(
    pending: deque[tuple[MeasureJob, Future[Measured | FailedRecording]]], pool: _Pool, settings: _Settings
) -> Iterator[Measured | FailedRecording]:
    job, future = pending.popleft()
    try:
        yield _finish(job, future.result())
        return
    except BrokenProcessPool:
        suspects = [job, *(one for one, _ in pending)]
        pending.clear()
    # A worker died, and any job under way may have killed it: one at a time shows which.
    for suspect in suspects:
        pool.restart()
        try:
            yield _finish(suspect, pool.submit(suspect, settings).result())
        except BrokenProcessPool:
            yield FailedRecording(
                suspect.name,
                MeasurementError(
                    "the measuring process died", "too little memory, or a damaged file", file=suspect.name
                ),
            )
            pool.restart()


class _Pool:
    """Spawned workers that end as soon as this end of a pipe is closed, however that happens."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._executor: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None

    def submit(self, job: MeasureJob, settings: _Settings) -> Future[Measured | FailedRecording]:
        if self._executor is None:
            context = get_context("spawn")
            reader, self._lifeline = context.Pipe(duplex=False)
            self._executor = ProcessPoolExecutor(
                self._workers, mp_context=context, initializer=start_worker, initargs=(reader,)
            )
        try:
            return self._executor.submit(_run, job, settings)
        except BrokenProcessPool as error:
            failed: Future[Any] = Future()
            failed.set_exception(error)
            return failed

    def restart(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        """End the workers at once; the next job starts new ones."""
        if self._lifeline is not None:
            self._lifeline.close()
        if self._executor is not None and sys.version_info < (3, 11):
            # CPython 3.10 (gh-94777) waits for ever for a thread that writes a job to workers that are gone;
            # with the last reader closed, its writing fails. Later versions do this themselves.
            queue = getattr(self._executor, "_call_queue", None)
            if queue is not None:
                queue._reader.close()
        self.close()

    def close(self) -> None:
        """Wait for the workers to end."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        if self._lifeline is not None:
            self._lifeline.close()
        self._executor = self._lifeline = None


def start_worker(lifeline: Connection) -> None:
    """Prepare a worker process: it ends when the other end of the pipe is closed, and not on Ctrl-C."""
    # Ctrl-C reaches the whole process group; the parent decides what becomes of the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    lifeline.poll(None)
    os._exit(1)
