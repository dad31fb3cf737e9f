"""What long work yields: progress, and files that were skipped."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from w2vpraat.errors import W2VPraatError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """One recording is done.

    Parameters
    ----------
    step : str
        What is being done, such as ``"tokens"``, ``"measure"`` or ``"embed"``.
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

    def as_dict(self) -> dict[str, str]:
        """Return plain values, for the provenance."""
        return {"step": self.step, "name": self.name, "reason": str(self.error)}


def relayed(
    events: Iterable[Any], kind: type[Result], skipped: list[Skipped] | None = None
) -> Generator[Any, None, Result]:
    """Pass on the events of a step but its result, which is returned: ``result = yield from relayed(...)``.

    Parameters
    ----------
    events : iterable
        Events, and one result.
    kind : type
        Of the result.
    skipped : list, optional
        Skipped files are also added to this.

    Returns
    -------
    object
        The result.
    """
    found: list[Result] = []
    for event in events:
        if isinstance(event, kind):
            found.append(event)
            continue
        if skipped is not None and isinstance(event, Skipped):
            skipped.append(event)
        yield event
    if not found:
        raise RuntimeError(f"the step ended without its {kind.__name__}")
    return found[-1]
