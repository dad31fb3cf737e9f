"""What the threads of the model section do: list and find models, time them, look into the cache.

Nothing here knows Qt. Speeds that were measured are remembered in a file, by model, device and precision.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.token_values import Tokens
from w2vpraat.models.catalogue import ModelRecord, catalogue, find_model
from w2vpraat.models.encoder import Encoder, load_encoder
from w2vpraat.models.speed import Speed, available_devices, kept_recordings, measure_speed
from w2vpraat.params import EmbedParams
from w2vpraat.pipeline.embedding import embed_job
from w2vpraat.pipeline.opening import Opened
from w2vpraat.session.settings import Settings
from w2vpraat.session.store import DiskFrameStore, cache_folder
from w2vpraat.writing import json_bytes, write_whole

MOST_FILES, MOST_BYTES = 60, 300_000_000
"""Of a large corpus so many sound files are looked up in the cache: each must be read for its hash."""


@dataclass(frozen=True)
class Estimate:
    """How long embedding will take.

    Parameters
    ----------
    seconds : float
        Of the model's work.
    device : str
        Where it runs.
    kept, looked_up, recordings : int
        Recordings whose frames are in the cache, of those that were looked up; and all of them.
    at_most : bool
        It may take less: only windows around tokens are encoded.
    """

    seconds: float
    device: str
    kept: int
    looked_up: int
    recordings: int
    at_most: bool = False


@dataclass(frozen=True)
class Sounds:
    """The recordings that have tokens.

    Parameters
    ----------
    recordings : tuple of Recording
    durations : tuple of float
        Seconds of each.
    token_seconds : float
        Of all tokens together.
    """

    recordings: tuple[Recording, ...] = ()
    durations: tuple[float, ...] = ()
    token_seconds: float = 0.0


def listing() -> Iterator[tuple[ModelRecord, ...]]:
    """Yield the bundled models and the user's own."""
    yield catalogue()


def looking_up(name: str) -> Iterator[ModelRecord]:
    """Yield the record of a model; the hub may have to be asked."""
    yield find_model(name)


def looking_for_devices() -> Iterator[tuple[str, ...]]:
    """Yield what models can run on here."""
    yield available_devices()


def estimating(settings: Settings, corpus: Corpus, sounds: Sounds) -> Iterator[Estimate]:
    """Time the model, if it has not been timed before, and yield the estimate.

    Raises
    ------
    ModelError
        If the model can't be used.
    """
    params = settings.embed
    encoder = load_encoder(params.model, params, lazy=True)
    layer = max(encoder.layers(params.layers))
    speed = remembered(encoder)
    if speed is None:
        speed = measure_speed(encoder)
        remember(encoder, speed)
    total = sum(sounds.durations)
    if params.context == "token":
        yield Estimate(
            speed.seconds(sounds.token_seconds, layer), encoder.device, 0, 0, len(sounds.recordings)
        )
        return
    sample = _sample(sounds.recordings)
    kept = kept_seconds = sampled_seconds = 0.0
    opened = Opened(settings, corpus, Tokens())
    jobs = (embed_job(opened, sounds.recordings[place], ()) for place in sample)
    found = kept_recordings(jobs, encoder, params, DiskFrameStore())
    for place, is_kept in zip(sample, found, strict=True):
        sampled_seconds += sounds.durations[place]
        if is_kept:
            kept += 1
            kept_seconds += sounds.durations[place]
    share = 1.0 - kept_seconds / sampled_seconds if sampled_seconds else 1.0
    yield Estimate(
        speed.seconds(total * share, layer),
        encoder.device,
        int(kept),
        len(sample),
        len(sounds.recordings),
        params.context == "windows",
    )


def _sample(recordings: Sequence[Recording]) -> list[int]:
    """Places of the recordings to look up, evenly over the corpus."""
    step = max(len(recordings) / MOST_FILES, 1.0)
    places = sorted({int(number * step) for number in range(min(MOST_FILES, len(recordings)))})
    taken: list[int] = []
    size = 0
    for place in places:
        try:
            size += recordings[place].audio_path.stat().st_size
        except OSError:
            continue
        if size > MOST_BYTES and taken:
            break
        taken.append(place)
    return taken


# Speeds


def speeds_file() -> Path:
    """Where measured speeds are kept."""
    return cache_folder() / "speeds.json"


def remembered(encoder: Encoder) -> Speed | None:
    """Return the speed of a model as it was measured before."""
    try:
        found = _read()[_key(encoder)]
        return Speed(found["lowest"], found["highest"], int(found["layers"]))
    except (KeyError, TypeError, ValueError):
        return None


def remember(encoder: Encoder, speed: Speed) -> None:
    """Keep a speed for the next time."""
    write_whole(json_bytes({**_read(), _key(encoder): asdict(speed)}), speeds_file())


def _read() -> dict[str, dict[str, float]]:
    try:
        found = json.loads(speeds_file().read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _key(encoder: Encoder) -> str:
    record = encoder.record
    return " ".join((record.source, record.revision, str(record.size), encoder.device, encoder.precision))


def device_limits(devices: Sequence[str]) -> frozenset[str]:
    """Return the choices of `EmbedParams.device` that are not there."""
    known = next(meta["choices"] for name, _, _, meta in EmbedParams.describe() if name == "device")
    return frozenset(set(known) - {"auto", *devices})
