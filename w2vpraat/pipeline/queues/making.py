"""Make a review queue from what is known of the tokens."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from w2vpraat.errors import ComparisonError, InputError
from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.opening import Opened
from w2vpraat.pipeline.queues.kinds import FINDERS, UNMEASURED
from w2vpraat.pipeline.queues.material import QueueMaterial, Refreshable, queue_material
from w2vpraat.pipeline.running import Results
from w2vpraat.session.review_queue import ReviewQueue, queue_rows
from w2vpraat.session.settings import Settings


def making_queue(
    kind: str,
    source: QueueMaterial | Results | Opened | Refreshable,
    settings: Settings,
    *,
    only: Collection[str] | None = None,
) -> Iterator[Progress | Skipped | ReviewQueue]:
    """List the tokens of one kind that should be looked at.

    Parameters
    ----------
    kind : str
        One of `w2vpraat.params.queueing.QUEUE_KINDS`.
    source : QueueMaterial, Results, Opened, or LiveResults
        The tokens and their values. `Opened` has no values: short tokens, a random sample and all tokens can
        be listed.
    settings : Settings
        Sections ``queue``, ``review``, ``compare``, ``normalize`` and ``sensitivity``.
    only : collection of str, optional
        Only these tokens are listed, and drawn from. What is normal is found from all tokens all the same.

    Yields
    ------
    Progress, Skipped, then ReviewQueue
        Perhaps without rows, if nothing is suspicious.

    Raises
    ------
    InputError
        If there is no such kind.
    ComparisonError
        If these data don't allow it: nothing measured, one label only, no such representation.
    """
    if kind not in FINDERS:
        raise InputError(f'there is no review queue "{kind}"', f"one of {', '.join(FINDERS)}")
    material = queue_material(source)
    if kind not in UNMEASURED and kind != "measurement" and not material.representations:
        raise ComparisonError(f'a queue of kind "{kind}" needs measurements', "measure the tokens first")
    if only is not None and kind in ("random", "all"):
        wanted = set(only)
        material = replace(material, table=material.table[material.table["id"].isin(wanted)])
    found = yield from FINDERS[kind](material, settings)
    rows = found.rows
    if only is not None:
        rows = rows[rows["id"].isin(set(only))]
    title = found.title
    if settings.queue.most_tokens and len(rows) > settings.queue.most_tokens:
        rows = rows.head(settings.queue.most_tokens)
        title = f"{title}, the first {len(rows)}"
    roles = material.roles
    names = {"file_name": roles.file, "speaker": roles.speaker, "label": roles.label}
    tokens = material.tokens
    yield ReviewQueue(
        kind=kind,
        title=title,
        rows=queue_rows(rows, tokens, {**names, **{name: name for name in material.metadata}}),
        score_name=found.score_name,
        params={"queue": settings.queue.as_dict(), "review": settings.review.as_dict()},
        n_tokens=len(tokens),
        notes=found.notes,
    )


def make_queue(
    kind: str,
    source: QueueMaterial | Results | Opened | Refreshable,
    settings: Settings,
    *,
    only: Collection[str] | None = None,
) -> ReviewQueue:
    """Do the same as `making_queue` in one go."""
    events = making_queue(kind, source, settings, only=only)
    return next(event for event in events if isinstance(event, ReviewQueue))
