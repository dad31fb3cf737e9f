"""Maps of layer after layer, laid alike, so that tokens can be followed from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress, Skipped, relayed
from w2vpraat.params import MapParams
from w2vpraat.pipeline.maps.fitting import fitting_map
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.maps.placed import Floats
from w2vpraat.pipeline.maps.values import vector_key
from w2vpraat.pipeline.maps.vectors import fetching_vectors

if TYPE_CHECKING:
    from w2vpraat.pipeline.embedding import Embeddings
    from w2vpraat.pipeline.live.live_results import LiveResults, VectorKey


def gliding(
    snapshot: LiveResults,
    params: MapParams,
    layers: Sequence[int] = (),
    *,
    reference: LiveMap | None = None,
) -> Iterator[Progress | Skipped | LiveMap | tuple[LiveMap, ...]]:
    """Make a map of every layer, for the same tokens.

    The layer of ``params`` comes first, laid like the reference (freely turned, since axes of layers that
    pass into each other have no meaning of their own on the way). From there the work goes outwards, each
    layer laid like its neighbour, so that tokens take short ways.

    Parameters
    ----------
    snapshot : LiveResults
        From `LiveResults.snapshot`; vectors that it lacks are computed in one pass, and not kept.
    params : MapParams
        Of a map of vectors; its layer is where one stands.
    layers : sequence of int
        Hidden states; empty: all of the model, 0 to the last.
    reference : LiveMap, optional
        The map that one stands at, or another that the series is laid like.

    Yields
    ------
    Progress, Skipped, each LiveMap when it is ready, then a tuple of all, by layer
        They keep no values: `LiveMap.update` only follows the rows. Where one stays,
        `w2vpraat.pipeline.maps.fitting.fitting_map` with it as reference makes a whole map of it, in the
        same places.

    Raises
    ------
    W2VPraatError
        It is no map of vectors, or a layer cannot be used.
    """
    here = vector_key(snapshot, params)
    if here is None:
        raise ComparisonError("only vectors of a model have layers", "show the vectors of a model first")
    wanted = tuple(sorted(set(layers))) or all_layers(here.model, snapshot)
    keys = {layer: replace(here, layer=layer) for layer in wanted}
    missing = [key for key in keys.values() if not snapshot.has_vectors(key)]
    found: dict[VectorKey, Embeddings] = {}
    if missing:
        found = yield from relayed(fetching_vectors(snapshot, missing), dict)
    made: dict[int, LiveMap] = {}
    for layer in outwards(wanted, here.layer):
        yield Progress("layers", len(made), len(wanted), f"{here.model} layer {layer}")
        beside = _nearest(made, layer)
        mine = replace(params, model=here.model, layer=layer, pooling=here.pooling, align=True)
        state = snapshot.with_vectors({key: found.pop(key) for key in [keys[layer]] if key in found})
        laid_like = reference if beside is None else beside
        for event in fitting_map(state, mine, reference=laid_like, turn="free"):
            if isinstance(event, LiveMap):
                made[layer] = _light(event)
            else:  # a sign of life
                yield Progress("layers", len(made), len(wanted), event.name)
        yield made[layer]
    yield Progress("layers", len(made), len(wanted), here.model)
    yield tuple(made[layer] for layer in wanted)


def all_layers(model: str, live: LiveResults) -> tuple[int, ...]:
    """Hidden states of a model, 0 to the last; of an unknown one, those that there are vectors of."""
    from w2vpraat.errors import ModelError
    from w2vpraat.models.catalogue import find_model

    measured = live.vector_keys[0].model if live.vector_keys else ""
    try:
        record = find_model(live.settings.embed.model if model == measured else model)
    except ModelError:
        own = {key.layer for key in live.vector_keys if key.model == model}
        if not own:
            raise
        return tuple(sorted(own))
    return tuple(range(record.layers + 1))


def outwards(layers: Sequence[int], here: int) -> tuple[int, ...]:
    """Sort layers by their way from one: its neighbours first, the upper one before the lower one."""
    return tuple(sorted(layers, key=lambda layer: (abs(layer - here), -layer)))


def between(first: LiveMap, second: LiveMap, share: float) -> Floats:
    """Return where tokens are on the straight way from one map to the next.

    Parameters
    ----------
    first, second : LiveMap
        With the same rows.
    share : float
        0: as on the first; 1: as on the second.

    Returns
    -------
    ndarray, shape (n_tokens, 2)
        NaN on the way for tokens that one of the maps has no place for.

    Raises
    ------
    ComparisonError
        If the maps have other numbers of tokens.
    """
    one, two = first.placed.points, second.placed.points
    if one.shape != two.shape:
        raise ComparisonError(f"maps of {len(one)} and {len(two)} tokens have nothing between them")
    if share <= 0.0:
        return one
    if share >= 1.0:
        return two
    return np.asarray(one + share * (two - one))


def _nearest(made: dict[int, LiveMap], layer: int) -> LiveMap | None:
    """Return the map that is nearest to a layer among those that there are."""
    return made[min(made, key=lambda other: abs(other - layer))] if made else None


def _light(one: LiveMap) -> LiveMap:
    """Drop the values, which would be as large as the vectors of all layers together."""
    placed = replace(one.placed, normalized=None)
    return LiveMap(one.params, one.title, placed, one.fitted, None, one.notes)
