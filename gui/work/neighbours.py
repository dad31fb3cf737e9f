"""Which tokens are nearest to one, as rows to show. Nothing here knows Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from w2vpraat.compare.tokens.neighbours import NearestTokens, find_neighbours
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress
from w2vpraat.params import ReviewParams
from w2vpraat.pipeline.live.live_results import LiveResults, VectorKey
from w2vpraat.pipeline.reviewing import choose_two, find_representation
from w2vpraat.pipeline.running import Results
from w2vpraat.representation import Representation, vector_columns


@dataclass(frozen=True)
class Neighbour:
    """A token near another one.

    Parameters
    ----------
    token : Token
        Its id is that of the results.
    rank : int
        1 is the nearest; 0 is the token asked itself.
    distance : float
        Between standardized columns, or 1 - cosine of them.
    same_label : bool
        Whether it has the label of the token asked.
    """

    token: Token
    rank: int
    distance: float
    same_label: bool

    @property
    def context(self) -> str:
        """The neighbours on the tier, around a line for the token; empty if there are none."""
        before, after = self.token.pre_seg, self.token.fol_seg
        return f"{before} _ {after}".strip() if before or after else ""


@dataclass(frozen=True)
class Neighbourhood:
    """A token and those nearest to it, nearest first.

    Parameters
    ----------
    asked : Neighbour
        The token itself.
    found : tuple of Neighbour
    name : str
        Of the representation.
    apart, metric : str
        As the search had them: ``speaker`` becomes ``token`` if there is one speaker only.
    notes : tuple of str
        What the reader should know.
    """

    asked: Neighbour
    found: tuple[Neighbour, ...]
    name: str
    apart: str
    metric: str
    notes: tuple[str, ...] = ()

    @property
    def n_same(self) -> int:
        """How many have the label of the token asked."""
        return sum(one.same_label for one in self.found)


def representation_names(results: Results | None, live: LiveResults | None = None) -> tuple[str, ...]:
    """Return in what tokens can be near each other: all representations, and vectors that came later."""
    if results is None:
        return ()
    return (*(item.name for item in results.spaces.representations), *_added(results, live))


def usual_name(results: Results | None, params: ReviewParams) -> str:
    """Return the representation that ``w2vpraat neighbours`` asks first; empty if there is none."""
    if results is None or not results.spaces.representations:
        return ""
    try:
        return choose_two(results.spaces.representations, params)[0][-1].name
    except ComparisonError:  # names of another run
        return choose_two(results.spaces.representations, ReviewParams())[0][-1].name


def finding(
    results: Results, token: str, name: str, params: ReviewParams, live: LiveResults | None = None
) -> Iterator[Progress | Neighbourhood]:
    """Find the tokens nearest to one.

    Parameters
    ----------
    results : Results
    token : str
        Its id in the results.
    name : str
        Of a representation (see `find_representation`); empty: the usual one.
    params : ReviewParams
        How many, apart from what, in which metric.
    live : LiveResults, optional
        A snapshot that may have more vectors.

    Yields
    ------
    Progress, then Neighbourhood

    Raises
    ------
    ComparisonError
        The token is not there, or has no values in this representation; or there is no such representation.
    """
    wanted = name or usual_name(results, params)
    added = _added(results, live)
    if wanted in added and live is not None:
        chosen = _of_live(live, added[wanted], wanted)
    else:
        chosen = find_representation(results.spaces.representations, wanted)
    yield Progress("neighbours", 0, 1, chosen.name)
    table = results.table
    if not table["id"].is_unique:  # several points per token
        table = table.drop_duplicates("id")
    for event in find_neighbours(chosen, table, [token], params):
        yield event if isinstance(event, Progress) else _rows(event, results.opened.tokens.kept)


def _rows(found: NearestTokens, tokens: Sequence[Token]) -> Neighbourhood:
    near = [
        (name, distance)
        for name, distance in zip(found.neighbours[0].tolist(), found.distances[0].tolist(), strict=True)
        if isfinite(distance)
    ]
    wanted = {found.ids[0], *(name for name, _ in near)}
    known = {token.id: token for token in tokens if token.id in wanted}
    asked = known[found.ids[0]]
    rows = tuple(
        Neighbour(known[name], rank, distance, known[name].label == asked.label)
        for rank, (name, distance) in enumerate(near, start=1)
    )
    own = Neighbour(asked, 0, 0.0, same_label=True)
    return Neighbourhood(own, rows, found.name, found.apart, found.metric, found.notes)


def _added(results: Results, live: LiveResults | None) -> dict[str, VectorKey]:
    """Return vectors that a map has fetched since, by name."""
    if live is None or len(live.ids) != len(results.opened.tokens.kept):
        return {}
    known = {item.name for item in results.spaces.representations}
    measured = {_name(key, results) for key in live.vector_keys} & known
    return {name: key for key in live.vector_keys if (name := _name(key, results)) not in measured}


def _name(key: VectorKey, results: Results) -> str:
    name = f"{key.model} layer {key.layer}"
    return name if key.pooling == results.opened.settings.embed.pooling else f"{name}, {key.pooling}"


def _of_live(live: LiveResults, key: VectorKey, name: str) -> Representation:
    values = live.vectors(key)
    return Representation(name, tuple(live.ids.tolist()), values, vector_columns(values.shape[1]))
