"""Vectors of other models, layers and poolings for the tokens of now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.embedding import Embeddings, check_embedding, embedding
from w2vpraat.pipeline.live.live_results import VectorKey

if TYPE_CHECKING:
    from w2vpraat.pipeline.live.live_results import LiveResults
    from w2vpraat.session.settings import Settings


def fetching_vectors(
    snapshot: LiveResults, keys: Iterable[VectorKey]
) -> Iterator[Progress | Skipped | dict[VectorKey, Embeddings]]:
    """Embed the tokens with other models, layers or poolings.

    Layers of one model come from one pass, and frames that are in the cache need none. How frames belong to
    tokens, what the model hears, device and precision are those of the settings.

    Parameters
    ----------
    snapshot : LiveResults
        From `LiveResults.snapshot`.
    keys : iterable of VectorKey
        Those that are there already are passed over.

    Yields
    ------
    Progress, Skipped, then a dict of VectorKey to Embeddings
        For `LiveResults.add_vectors`.

    Raises
    ------
    ModelError
        A model that cannot be used, or a layer that it does not have.
    """
    wanted = [key for key in dict.fromkeys(keys) if not snapshot.has_vectors(key)]
    passes: dict[tuple[str, str], list[VectorKey]] = {}
    for key in sorted(wanted, key=lambda key: (key.model, key.pooling, key.layer)):
        passes.setdefault((key.model, key.pooling), []).append(key)
    found: dict[VectorKey, Embeddings] = {}
    # Models and layers are checked before the first recording is opened.
    ready = {where: check_embedding(_settings(snapshot, where, own)) for where, own in passes.items()}
    told: set[tuple[str, str]] = set()
    for where, own in passes.items():
        opened = replace(snapshot.opened, settings=_settings(snapshot, where, own))
        for event in embedding(opened, ready[where]):
            if isinstance(event, Embeddings):
                found.update(_by_key(own, event))
            elif isinstance(event, Skipped):
                if (event.name, str(event.error)) not in told:
                    told.add((event.name, str(event.error)))
                    yield event
            else:
                yield replace(event, name=f"{where[0]}: {event.name}")
    yield found


def _settings(snapshot: LiveResults, where: tuple[str, str], keys: list[VectorKey]) -> Settings:
    model, pooling = where
    settings = snapshot.settings
    measured = snapshot.vector_keys[0].model if snapshot.vector_keys else ""
    # A folder goes by its last part in tables; the settings know where it is.
    source = settings.embed.model if model == measured else model
    layers = tuple(key.layer for key in keys)
    return replace(settings, embed=replace(settings.embed, model=source, layers=layers, pooling=pooling))


def _by_key(keys: list[VectorKey], made: Embeddings) -> dict[VectorKey, Embeddings]:
    """Give each layer its own embeddings; nothing for layers without any vector."""
    by_layer = {int(item.provenance["layer"]): item for item in made.representations}
    return {
        key: replace(
            made,
            representations=(by_layer[key.layer],),
            columns={**made.columns, "layer": key.layer},
        )
        for key in keys
        if key.layer in by_layer
    }
