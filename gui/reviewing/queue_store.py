"""The review queue in the session: what is listed, where its tokens are, how far the reviewer has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from w2vpraat.session.queue_places import QueuePlaces
from w2vpraat.session.review_queue import ReviewQueue, plain_queue, read_queue
from w2vpraat.session.session import Session

LAYOUT = "review"
"""Where it is in the layout of a session."""


@dataclass(frozen=True)
class QueueView:
    """How a queue is looked at.

    Parameters
    ----------
    filter : str
        Which rows are shown.
    column : int
        By which they are sorted; -1: in the order of the queue.
    descending : bool
    row : int
        Where the reviewer is; -1: at the beginning.
    among : {"all", "shown", "selected"}
        Which tokens the next queue is made from.
    go_on : bool
        Go to the next token when one is done.
    play : bool
        Play the token that is gone to.
    """

    filter: str = ""
    column: int = -1
    descending: bool = False
    row: int = -1
    among: str = "all"
    go_on: bool = True
    play: bool = False


class QueueStore:
    """Reads and writes the queue of a session; a queue is turned into plain values once."""

    def __init__(self) -> None:
        self._written: tuple[ReviewQueue, dict[str, Any]] | None = None

    def put(
        self, session: Session, queue: ReviewQueue | None, places: QueuePlaces | None, view: QueueView
    ) -> Session:
        """Return the session with this queue in its layout."""
        values: dict[str, Any] = {"view": asdict(view)}
        if queue is not None and places is not None:
            if self._written is None or self._written[0] is not queue:
                self._written = (queue, plain_queue(queue))
            values |= {"queue": self._written[1], "places": places.as_plain()}
        if session.layout.get(LAYOUT) == values:
            return session
        # A proxy is not looked through again: queues may be long, and these are plain values already.
        return replace(session, layout=MappingProxyType({**session.layout, LAYOUT: values}))

    def get(self, session: Session) -> tuple[ReviewQueue | None, QueuePlaces | None, QueueView]:
        """Return the queue of a session.

        Raises
        ------
        InputError
            If it can't be read.
        """
        values = session.layout.get(LAYOUT)
        if not isinstance(values, Mapping):
            return None, None, QueueView()
        view = _view(values.get("view"))
        if "queue" not in values:
            return None, None, view
        queue = read_queue(values["queue"])
        self._written = (queue, dict(values["queue"]))
        places = QueuePlaces(queue)
        found = values.get("places", [])
        places.restore(found if isinstance(found, list) else [])
        return queue, places, view


def _view(values: Any) -> QueueView:
    """Take what fits; the rest stays as it is at first."""
    standard = QueueView()
    if not isinstance(values, Mapping):
        return standard
    known = {
        name: values[name]
        for name, value in asdict(standard).items()
        if type(values.get(name)) is type(value)
    }
    return replace(standard, **known)
