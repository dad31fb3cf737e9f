"""Second step, other world: the model's vectors of every token, recording by recording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import InputError
from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.opening import Opened
from w2vpraat.representation import Representation, vector_columns
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.models.encoder import Encoder
    from w2vpraat.models.jobs import Embedded, EmbedJob


@dataclass(frozen=True, eq=False)
class Embeddings:
    """The vectors of all tokens.

    Parameters
    ----------
    representations : tuple of Representation
        One per layer, shape (n_tokens, dim), NaN where a recording failed. With pooling "frames" one row per
        frame, ids ``token@1``, ``token@2`` ...
    frames : dict
        Token id -> (n_frames, first frame, last frame, note), frames counted from 0.
    facts : dict
        What made them: model, weights, rules, versions.
    columns : dict
        The columns model, layer and pool of the long table.
    """

    representations: tuple[Representation, ...] = ()
    frames: dict[str, tuple[int, int, int, str]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def per_frame(self) -> bool:
        """Whether there is one vector per frame instead of one per token."""
        return self.columns.get("pool") == "frames"

    def join(self, table: pd.DataFrame) -> pd.DataFrame:
        """Add the embedding columns to a long table."""
        if not self.columns:
            return table
        found = [self.frames.get(str(token)) for token in table["id"]]
        out = table.copy()
        for place, name in enumerate(("n_frames", "frame_start", "frame_end")):
            out[name] = np.array([np.nan if one is None else one[place] for one in found], dtype=float)
        # A token without frames has no first and no last one.
        out.loc[out["n_frames"] == 0, ["frame_start", "frame_end"]] = np.nan
        out = out.astype(dict.fromkeys(("n_frames", "frame_start", "frame_end"), "Int64"))
        for name, value in self.columns.items():
            out[name] = value
        out["frame_note"] = ["" if one is None else one[3] for one in found]
        return out


def check_embedding(settings: Settings, *, one_vector: bool = True) -> Encoder:
    """Find the model and check layers and device, before any recording is opened.

    Parameters
    ----------
    settings : Settings
        Section `embed` is used.
    one_vector : bool
        Whether a single vector per token is needed, as for a comparison.

    Raises
    ------
    ModelError
        If the model can't be used.
    InputError
        If the pooling gives no single vector per token.
    """
    from w2vpraat.models.encoder import load_encoder

    check_pooling(settings, one_vector=one_vector)
    encoder = load_encoder(settings.embed.model, settings.embed, lazy=True)
    encoder.layers(settings.embed.layers)
    return encoder


def check_pooling(settings: Settings, *, one_vector: bool) -> None:
    """Refuse a pooling that gives no single vector per token where one is needed.

    Raises
    ------
    InputError
        If it gives one vector per frame.
    """
    if one_vector and settings.embed.pooling == "frames":
        raise InputError(
            'pooling "frames" gives many vectors per token, which can\'t be compared',
            "`w2vpraat embed` writes them; choose another --pooling here",
        )


def embedding(opened: Opened, encoder: Encoder | None = None) -> Iterator[Progress | Skipped | Embeddings]:
    """Embed every token.

    Parameters
    ----------
    opened : Opened
        The tokens; settings `embed` and `read` are used.
    encoder : Encoder, optional
        From `check_embedding`; default: made from the settings.

    Yields
    ------
    Progress, Skipped, then Embeddings
        One event per recording, in order.
    """
    from w2vpraat.models.embed import embed_recordings
    from w2vpraat.models.jobs import Embedded
    from w2vpraat.session.store import DiskFrameStore

    settings = opened.settings
    params = settings.embed
    encoder = encoder or check_embedding(settings, one_vector=False)
    recordings = opened.recordings()
    jobs = (embed_job(opened, recording, tokens) for recording, tokens in recordings)
    made: list[Embedded] = []
    found = embed_recordings(jobs, encoder, params, DiskFrameStore() if params.cache else None)
    for done, ((recording, _), event) in enumerate(zip(recordings, found, strict=True), start=1):
        cached = False
        if isinstance(event, Embedded):
            made.append(event)
            cached = event.from_cache
        else:
            yield Skipped("embed", recording.name, event.error)
        yield Progress("embed", done, len(recordings), recording.name, cached=cached)
    yield _gathered(opened.tokens.kept, made, encoder, settings)


def embed_job(opened: Opened, recording: Recording, tokens: tuple[Token, ...]) -> EmbedJob:
    """Say how a recording is read and which of its tokens are embedded; settings `read` are used."""
    from w2vpraat.models.jobs import EmbedJob

    return EmbedJob(
        name=recording.name,
        audio_path=recording.audio_path,
        start_time=opened.start_time(recording),
        channel=opened.settings.read.channel,
        tokens=tokens,
    )


def _gathered(
    tokens: tuple[Token, ...], made: list[Embedded], encoder: Encoder, settings: Settings
) -> Embeddings:
    params = settings.embed
    layers = encoder.layers(params.layers)
    columns = {
        "model": encoder.record.name,
        "layer": layers[0] if len(layers) == 1 else ",".join(map(str, layers)),
        "pool": params.pooling,
    }
    if not made:
        return Embeddings(columns=columns)
    own = ("audio_sha256", "start_time")
    facts = {name: value for name, value in made[0].provenance.items() if name not in own}
    frames: dict[str, tuple[int, int, int, str]] = {}
    for part in made:
        rows = zip(part.ids, part.n_frames, part.frame_start, part.frame_end, part.flags, strict=True)
        for token, n, first, last, flag in rows:
            frames.setdefault(token.partition("@")[0], (int(n), int(first), int(last), flag))
    per_frame = params.pooling == "frames"
    ids = tuple(i for part in made for i in part.ids) if per_frame else tuple(token.id for token in tokens)
    row = {token: index for index, token in enumerate(ids)}
    representations = []
    for layer in layers:
        dim = made[0].vectors[layer].shape[1]
        values = np.full((len(ids), dim), np.nan, dtype=np.float32)
        for part in made:
            values[[row[token] for token in part.ids]] = part.vectors[layer]
        provenance = {"kind": "embedding", "layer": layer, **facts}
        name = f"{encoder.record.name} layer {layer}"
        representations.append(Representation(name, ids, values, vector_columns(dim), provenance))
    return Embeddings(tuple(representations), frames, facts, columns)
