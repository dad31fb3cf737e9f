"""What long work yields: progress, and files that were skipped."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.errors import W2VPraatError


@dataclass(frozen=True)
class Progress:
    """One recording is done.

    Parameters
    ----------
    step : str
        ``"tokens"``, ``"measure"``, ``"embed"``, ``"normalize"``, ``"compare"`` or ``"export"``.
    done, total : int
        Recordings done and in all.
    name : str
        The recording.
    cached : bool
        True if the result was already there from an earlier run.
    """

    step: str
    done: int
    total: int
    name: str = ""
    cached: bool = False


@dataclass(frozen=True)
class Skipped:
    """One file could not be used; the work goes on.

    Parameters
    ----------
    step : str
        The step that refused it.
    name : str
        The recording or file.
    error : W2VPraatError
        Why, and what to do.
    """

    step: str
    name: str
    error: W2VPraatError
