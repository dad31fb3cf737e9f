"""What goes into embedding and what comes out: jobs, events, and the keys of kept frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, NamedTuple, Protocol

from w2vpraat.errors import W2VPraatError
from w2vpraat.models.encoder import States
from w2vpraat.models.frames import Ints
from w2vpraat.models.pooling import Vectors


class HasSpan(Protocol):
    """Anything with an id and times in seconds, such as `w2vpraat.corpus.tokens.Token`."""

    @property
    def id(self) -> str:
        """Unique name of the token."""

    @property
    def start(self) -> float:
        """Start, in seconds."""

    @property
    def end(self) -> float:
        """End, in seconds."""


class TokenSpan(NamedTuple):
    """The smallest thing that can be embedded."""

    id: str
    start: float
    end: float


@dataclass(frozen=True)
class EmbedJob:
    """One recording and its tokens.

    Parameters
    ----------
    name : str
        Name of the recording in events.
    audio_path : path
        Its sound file.
    tokens : sequence of HasSpan
        Ids and times in seconds, on the clock of `start_time`.
    start_time : float
        Time of the first sample's left edge, in seconds.
    channel : str or int
        ``"mean"``, or a channel counted from 1.
    """

    name: str
    audio_path: str | PathLike[str]
    tokens: Sequence[HasSpan]
    start_time: float = 0.0
    channel: str | int = "mean"


@dataclass(frozen=True, eq=False)
class Embedded:
    """Vectors of one recording's tokens.

    Parameters
    ----------
    name : str
        Of the job.
    ids : tuple of str
        One per row: the token ids; with pooling ``frames``, ``token-id@k`` for its k-th frame, counted
        from 1.
    vectors : mapping of int to ndarray of float32, shape (n_rows, dim)
        Layer -> vectors; NaN for tokens without a frame.
    n_frames : ndarray of int, shape (n_rows,)
        Frames that belong to the token (before pooling drops any); 0 if none.
    frame_start, frame_end : ndarray of int, shape (n_rows,)
        First and last of them, counted from 0 at the recording's start (with context ``token``: at the
        cut-out's start); -1 if none.
    flags : tuple of str
        As in `FrameSelection.flags`.
    from_cache : bool
        No forward pass was needed.
    seconds : float
        Time that it took.
    provenance : mapping
        Model, device, precision, context, pooling, hash of the sound file.
    """

    name: str
    ids: tuple[str, ...]
    vectors: Mapping[int, Vectors]
    n_frames: Ints
    frame_start: Ints
    frame_end: Ints
    flags: tuple[str, ...]
    from_cache: bool
    seconds: float
    provenance: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Failure:
    """A recording that could not be embedded, and why."""

    name: str
    error: W2VPraatError


class FrameKey(NamedTuple):
    """What a stored block of frames depends on.

    Parameters
    ----------
    audio : str
        SHA-256 of the sound file.
    channel : str
        Channel that was read.
    model : str
        The encoder's fingerprint: weights and settings.
    layer : int
        Hidden state.
    precision, device : str
        Arithmetic.
    context : str
        Rule of windows or tiles.
    part : int
        Number of the tile; 0 for whole recordings.
    """

    audio: str
    channel: str
    model: str
    layer: int
    precision: str
    device: str
    context: str
    part: int = 0


class FrameStore(Protocol):
    """Keeps frames between runs. Implemented by `w2vpraat.session.store`."""

    def audio_hash(self, path: str | PathLike[str]) -> str:
        """Return the hash of a sound file."""

    def load(self, key: FrameKey) -> States | None:
        """Return stored frames, or None."""

    def save(self, key: FrameKey, states: States) -> None:
        """Keep frames; failing to is no error."""
