"""The vectors of several models for the same tokens: what layers and claims start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.compare.probes.given_label import thinned
from w2vpraat.compare.probes.linear import encode
from w2vpraat.errors import InputError, ModelError
from w2vpraat.events import Skipped
from w2vpraat.pipeline.embedding import Embeddings, embedding
from w2vpraat.pipeline.opening import Opened
from w2vpraat.representation import Representation
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    from w2vpraat.models.catalogue import ModelRecord
    from w2vpraat.models.encoder import Encoder

RANDOM = "random"


@dataclass(frozen=True, eq=False)
class ModelVectors:
    """One model's vectors.

    Parameters
    ----------
    name : str
        As the user calls it.
    record : ModelRecord
        What is known of it.
    layers : dict of int to Representation
        Hidden state -> vectors of all tokens, shape (n_tokens, dim), NaN where a recording failed.
    facts : dict
        Weights, rules, versions.
    """

    name: str
    record: ModelRecord
    layers: dict[int, Representation]
    facts: dict[str, Any]


def find_models(settings: Settings) -> dict[str, Encoder]:
    """Find all models and check layers, pooling and device, before any recording is opened.

    Parameters
    ----------
    settings : Settings
        ``layers.models`` and section `embed` are used. ``random`` stands for the architecture of the first
        model with random weights, which are kept in the cache folder.

    Raises
    ------
    ModelError
        A model that can't be used, or one that is named twice.
    InputError
        No model, or a pooling without one vector per token.
    """
    from w2vpraat.models.encoder import load_encoder
    from w2vpraat.models.random_checkpoint import write_random_checkpoint
    from w2vpraat.session.store import cache_folder

    names = settings.layers.models
    if not names:
        raise InputError("no model was named", "give --models, for example base,phone")
    if settings.embed.pooling == "frames":
        raise InputError(
            'pooling "frames" gives many vectors per token, which can\'t be compared',
            "choose another --pooling",
        )
    found: dict[str, Encoder] = {}
    for number, name in enumerate(names):
        if name in names[:number]:
            raise ModelError(f'the model "{name}" is named twice', "name each model once")
        source = name
        if name == RANDOM:
            if not found:
                raise ModelError("random can't be the first model", "it takes its shape from the first one")
            shape = next(iter(found.values()))
            if not (shape.folder / "config.json").is_file():
                raise ModelError(f'"{shape.record.name}" has no configuration to make a random model from')
            folder = cache_folder() / RANDOM / shape.weight_hash[:16] / RANDOM
            source = str(write_random_checkpoint(shape.folder, folder, settings.compare.seed))
        encoder = load_encoder(source, settings.embed, lazy=True)
        encoder.layers(settings.embed.layers)
        # Folders go by their last part, unless two are called the same.
        short = encoder.record.name
        found[name if short in found else short] = encoder
    return found


def thin_tokens(opened: Opened, most: int, seed: int) -> tuple[Opened, str]:
    """Draw at most so many tokens, about the same number from each speaker.

    Returns
    -------
    Opened
        With the tokens drawn, in their order.
    str
        A note; empty if nothing was left out.
    """
    kept = opened.tokens.kept
    if not most or len(kept) <= most:
        return opened, ""
    _, speakers = encode([token.speaker for token in kept])
    chosen = thinned(np.arange(len(kept)), speakers, most, (seed, 0))
    tokens = replace(opened.tokens, kept=tuple(kept[row] for row in chosen))
    note = f"{len(chosen)} of {len(kept)} tokens were drawn, evenly over speakers (--most-tokens)"
    return replace(opened, tokens=tokens), note


def model_vectors(opened: Opened, encoders: dict[str, Encoder], wanted: Sequence[int] = ()) -> Iterator[Any]:
    """Embed the tokens with one model after another.

    Parameters
    ----------
    opened : Opened
        The tokens.
    encoders : dict of str to Encoder
        From `find_models`.
    wanted : sequence of int
        Hidden states; empty: all, from 0 to the last.

    Yields
    ------
    Progress, Skipped, and a ModelVectors per model
    """
    seen: set[tuple[str, str]] = set()
    for name, encoder in encoders.items():
        layers = tuple(wanted) or tuple(range(encoder.record.layers + 1))
        embed = replace(opened.settings.embed, model=name, layers=layers)
        mine = replace(opened, settings=replace(opened.settings, embed=embed))
        for event in embedding(mine, encoder):
            if isinstance(event, Embeddings):
                yield _named(name, encoder, event)
            elif isinstance(event, Skipped):
                # A recording that can't be read is told once, not once per model.
                key = (event.name, str(event.error))
                if key not in seen:
                    seen.add(key)
                    yield event
            else:
                yield replace(event, name=f"{name}: {event.name}")


def _named(name: str, encoder: Encoder, found: Embeddings) -> ModelVectors:
    layers = {}
    for item in found.representations:
        layer = int(item.provenance["layer"])
        provenance = {**item.provenance, "model": name}
        layers[layer] = replace(item, name=f"{name} layer {layer}", provenance=provenance)
    if not layers:
        raise ModelError(f'"{name}" gave no vectors: no recording could be used')
    return ModelVectors(name, encoder.record, layers, found.facts)
