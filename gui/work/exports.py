"""The work of an export: from what was on the screen when it was asked for to files, as one iterator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.corpus.discover import Corpus
from w2vpraat.errors import ExportError
from w2vpraat.params.exporting import AddedTierParams, BoardParams, BundleParams
from w2vpraat.pipeline.bundle import bundling
from w2vpraat.pipeline.exporting import (
    board_caption,
    exporting_figure,
    exporting_report,
    exporting_table,
    exporting_vectors,
    with_remarks,
)
from w2vpraat.pipeline.found_tiers import FoundTiers, finding_tiers, writing_tiers
from w2vpraat.pipeline.running import Results
from w2vpraat.session.session import Session

from .export_requests import BUNDLE, FIGURE, REPORT, TABLE, VECTORS, ExportRequest

Make = Callable[[], Results]


@dataclass(frozen=True, eq=False)
class Material:
    """What was on the screen.

    Attributes
    ----------
    session : Session
    corpus : Corpus
        With the annotations, saved or not.
    make : callable or None
        Makes the results, on the worker's thread; None: nothing was measured.
    pictures : tuple of MapPicture
    board : BoardParams
        How a figure of them looks.
    """

    session: Session
    corpus: Corpus
    make: Make | None
    pictures: tuple[MapPicture, ...] = ()
    board: BoardParams = field(default_factory=BoardParams)

    def results(self) -> Results | None:
        """Return the results, with what to know of them among their notes."""
        return None if self.make is None else with_remarks(self.make(), self.corpus)


def exporting(request: ExportRequest, material: Material) -> Iterator[Any]:
    """Write what was asked for.

    Yields
    ------
    Progress, Skipped, then Written
    """
    results, path, params = material.results(), request.path, request.params
    if request.kind == FIGURE:
        yield from exporting_figure(material.pictures, path, material.board, results=results)
        return
    if request.kind == BUNDLE:
        assert isinstance(params, BundleParams)
        yield from bundling(
            material.session,
            material.corpus,
            path,
            params,
            results=results,
            pictures=material.pictures,
            board=material.board,
        )
        return
    if results is None:
        raise ExportError("nothing was measured yet", "measure all tokens first (Measure menu)", file=path)
    if request.kind == TABLE:
        yield from exporting_table(results, path, preset=request.preset)
    elif request.kind == VECTORS:
        yield from exporting_vectors(results, path)
    elif request.kind == REPORT:
        yield from exporting_report(results, path)
    else:
        assert isinstance(params, AddedTierParams)
        yield from writing_tiers(results, path, params, corpus=material.corpus)


def finding(make: Make, params: AddedTierParams) -> Iterator[Any]:
    """Find what further tiers say; the last event is a pair of `FoundTiers` and the results."""
    results = make()
    for event in finding_tiers(results, params):
        yield (event, results) if isinstance(event, FoundTiers) else event


def caption(pictures: Sequence[MapPicture], make: Make) -> str:
    """Say how the values of maps were made."""
    return board_caption(pictures, make())


def fresh(snapshot: Any, known: Results) -> Results:
    """Return the results of a snapshot of live values.

    A comparison and moved boundaries are kept if they are of the same values.
    """
    results: Results = snapshot.results()
    if results is known or not results.table.equals(known.table):
        return results
    return replace(
        results,
        yardsticks=results.yardsticks or known.yardsticks,
        sensitivity=results.sensitivity or known.sensitivity,
    )


def same(results: Results) -> Results:
    """Return the results of the last run."""
    return results
