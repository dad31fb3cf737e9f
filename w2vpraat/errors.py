"""One exception tree: what happened, where (file, tier, interval, time), and what to do."""

from __future__ import annotations

from os import PathLike


class W2VPraatError(Exception):
    """Base of every error that w2vpraat raises on purpose.

    Parameters
    ----------
    message : str
        What happened, for a phonetician.
    hint : str
        What to do about it; may be empty.
    file : path, optional
        The file concerned.
    tier : str, optional
        The tier concerned.
    interval : int, optional
        The interval (or point) concerned, counted from 1 as Praat does.
    time : float, optional
        The time concerned, in seconds.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        file: str | PathLike[str] | None = None,
        tier: str | None = None,
        interval: int | None = None,
        time: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.file = None if file is None else str(file)
        self.tier = tier
        self.interval = interval
        self.time = time

    @property
    def where(self) -> str:
        """The place, as one phrase: ``file, tier "phones", interval 3, 1.25 s``."""
        return place(self.file, self.tier, self.interval, self.time)

    def __str__(self) -> str:
        where = self.where
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} ({self.hint})" if self.hint else text

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders (the measuring workers); keyword arguments would be lost.
        return (
            _rebuild,
            (type(self), self.message, self.hint, self.file, self.tier, self.interval, self.time),
        )


def _rebuild(
    kind: type[W2VPraatError],
    message: str,
    hint: str,
    file: str | None,
    tier: str | None,
    interval: int | None,
    time: float | None,
) -> W2VPraatError:
    return kind(message, hint, file=file, tier=tier, interval=interval, time=time)


def place(
    file: str | None = None, tier: str | None = None, interval: int | None = None, time: float | None = None
) -> str:
    """Name a place in a corpus the way every message does.

    Returns
    -------
    str
        For example ``a.TextGrid, tier "phones", interval 3, 1.25 s``; empty if nothing is known.
    """
    parts = []
    if file is not None:
        parts.append(file)
    if tier is not None:
        parts.append(f'tier "{tier}"')
    if interval is not None:
        parts.append(f"interval {interval}")
    if time is not None:
        parts.append(f"{time:.6g} s")
    return ", ".join(parts)


class InputError(W2VPraatError):
    """A path, option or table given by the user can't be used."""


class AudioError(W2VPraatError):
    """A sound file can't be read or doesn't fit."""


class TextGridError(W2VPraatError):
    """A TextGrid can't be read, written, or holds what the policy refuses."""


class SpeakerError(W2VPraatError):
    """Speaker metadata can't be read or joined."""


class TokenError(W2VPraatError):
    """No or wrong tokens: unknown tier, bad label pattern."""


class MeasurementError(W2VPraatError):
    """An acoustic measurement failed."""


class ModelError(W2VPraatError):
    """A model can't be found, loaded or used."""


class NormalizationError(W2VPraatError):
    """A normalization is refused: too few tokens, missing formant, missing corner vowel."""


class ComparisonError(W2VPraatError):
    """A comparison can't be made: one speaker, one label, unequal tokens."""


class ExportError(W2VPraatError):
    """A result can't be written."""


class PraatError(W2VPraatError):
    """Praat can't be found, started, or reached."""
