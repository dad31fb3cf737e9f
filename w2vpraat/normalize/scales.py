"""Frequency scales, forward and back, each under its author and year.

Input is a frequency in Hz. NaN (a missing value) passes; zero, negative and infinite values are errors,
since they are mistakes of measurement or bookkeeping (an unvoiced frame written as 0), not missing data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2vpraat.errors import NormalizationError

Array = NDArray[np.float64]
Curve = Callable[[Array], Array]

SEMITONE_REFERENCE = 100.0
"""Hz; reference of the scale ``semitone``, as in Praat's ``hertzToSemitones``."""

_SLANEY_STEP = np.log(6.4) / 27.0


@dataclass(frozen=True)
class Scale:
    """One frequency scale.

    Parameters
    ----------
    key : str
        Name in :data:`SCALES`, in parameters and in column names.
    title : str
        ``Bark``, ``ERB-rate``, ``mel``, ``semitones`` or ``ln``.
    author, year : str, int
        Who defined it; never print the title without them.
    reference : str
        Published source.
    formula : str
        The forward formula, f in Hz.
    used_by : str
        Other software with the same formula.
    forward, inverse : callable
        Hz to scale and back, without checks; use :func:`to_scale` and :func:`from_scale`.
    limit : tuple of float
        Open interval of scale values that belong to a positive finite frequency.
    """

    key: str
    title: str
    author: str
    year: int
    reference: str
    formula: str
    used_by: str
    forward: Curve
    inverse: Curve
    limit: tuple[float, float] = (-np.inf, np.inf)

    @property
    def name(self) -> str:
        """Title with its author and year, for example ``Bark (Traunmüller 1990)``."""
        return f"{self.title} ({self.author} {self.year})" if self.year else f"{self.title} ({self.author})"


def _traunmuller(f: Array) -> Array:
    return 26.81 * f / (1960.0 + f) - 0.53


def _traunmuller_corrected(f: Array) -> Array:
    z = _traunmuller(f)
    return np.where(z < 2.0, z + 0.15 * (2.0 - z), np.where(z > 20.1, z + 0.22 * (z - 20.1), z))


def _traunmuller_inverse(z: Array) -> Array:
    return 1960.0 * (z + 0.53) / (26.28 - z)


def _traunmuller_corrected_inverse(z: Array) -> Array:
    # The corrections leave 2 and 20.1 where they are, so the same limits hold on the way back.
    plain = np.where(z < 2.0, (z - 0.3) / 0.85, np.where(z > 20.1, (z + 4.422) / 1.22, z))
    return _traunmuller_inverse(plain)


def _zwicker(f: Array) -> Array:
    z: Array = 13.0 * np.arctan(0.00076 * f) + 3.5 * np.arctan((f / 7500.0) ** 2)
    return z


def _zwicker_inverse(z: Array) -> Array:
    # No closed form. The curve is monotone, so halve an interval of log frequency, then polish.
    low, high = np.full(z.shape, np.log(1e-9)), np.full(z.shape, np.log(1e12))
    for _ in range(60):
        middle = (low + high) / 2.0
        below = _zwicker(np.exp(middle)) < z
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    f: Array = np.exp((low + high) / 2.0)
    for _ in range(2):
        slope = 13.0 * 0.00076 / (1.0 + (0.00076 * f) ** 2) + 3.5 * 2.0 * f / 7500.0**2 / (
            1.0 + (f / 7500.0) ** 4
        )
        f = f - (_zwicker(f) - z) / slope
    return f


def _erb_pair(constant: float) -> tuple[Curve, Curve]:
    def forward(f: Array) -> Array:
        z: Array = 11.17 * np.log((f + 312.0) / (f + constant)) + 43.0
        return z

    def inverse(z: Array) -> Array:
        ratio = np.exp((z - 43.0) / 11.17)
        f: Array = (constant * ratio - 312.0) / (1.0 - ratio)
        return f

    return forward, inverse


def _log_pair(factor: float, corner: float) -> tuple[Curve, Curve]:
    """Return the pair ``factor * ln(1 + f / corner)`` and its inverse."""

    def forward(f: Array) -> Array:
        z: Array = factor * np.log1p(f / corner)
        return z

    def inverse(z: Array) -> Array:
        f: Array = corner * np.expm1(z / factor)
        return f

    return forward, inverse


def _slaney(f: Array) -> Array:
    safe = np.maximum(f, 1000.0)
    return np.where(f < 1000.0, f / (200.0 / 3.0), 15.0 + np.log(safe / 1000.0) / _SLANEY_STEP)


def _slaney_inverse(z: Array) -> Array:
    return np.where(z < 15.0, z * (200.0 / 3.0), 1000.0 * np.exp((np.maximum(z, 15.0) - 15.0) * _SLANEY_STEP))


_LN10 = np.log(10.0)
_MG_LOW = 43.0 + 11.17 * np.log(312.0 / 14675.0)
_PRAAT_LOW = 43.0 + 11.17 * np.log(312.0 / 14680.0)


def _scales() -> dict[str, Scale]:
    greenwood = _log_pair(16.7 / _LN10, 165.4)
    glasberg = _log_pair(21.4 / _LN10, 1.0 / 0.00437)
    oshaughnessy = _log_pair(2595.0 / _LN10, 700.0)
    mel_1127 = _log_pair(1127.0, 700.0)
    fant = _log_pair(1000.0 / np.log(2.0), 1000.0)
    mel_praat = _log_pair(550.0, 550.0)
    moore, erb_praat = _erb_pair(14675.0), _erb_pair(14680.0)
    made = (
        Scale(
            "bark_traunmuller",
            "Bark",
            "Traunmüller",
            1990,
            "Traunmüller 1990, JASA 88:97-100",
            "z = 26.81 f / (1960 + f) - 0.53; z < 2: + 0.15 (2 - z); z > 20.1: + 0.22 (z - 20.1)",
            "tidynorm, phonR, visvow (bark III), emuR",
            _traunmuller_corrected,
            _traunmuller_corrected_inverse,
            (0.85 * -0.53 + 0.3, 1.22 * 26.28 - 4.422),
        ),
        Scale(
            "bark_traunmuller_plain",
            "Bark without end corrections",
            "Traunmüller",
            1990,
            "Traunmüller 1990, JASA 88:97-100",
            "z = 26.81 f / (1960 + f) - 0.53",
            "vowels (rounded to 3 digits there)",
            _traunmuller,
            _traunmuller_inverse,
            (-0.53, 26.28),
        ),
        Scale(
            "bark_schroeder",
            "Bark",
            "Schroeder et al.",
            1979,
            "Schroeder, Atal & Hall 1979, JASA 66",
            "7 asinh(f / 650)",
            "Praat hertzToBark, visvow (bark I)",
            lambda f: 7.0 * np.arcsinh(f / 650.0),
            lambda z: 650.0 * np.sinh(z / 7.0),
            (0.0, np.inf),
        ),
        Scale(
            "bark_zwicker",
            "Bark",
            "Zwicker & Terhardt",
            1980,
            "Zwicker & Terhardt 1980, JASA 68",
            "13 atan(0.00076 f) + 3.5 atan((f / 7500)²)",
            "visvow (bark II)",
            _zwicker,
            _zwicker_inverse,
            (0.0, 16.5 * np.pi / 2.0),
        ),
        Scale(
            "erb_glasberg_moore",
            "ERB-rate",
            "Glasberg & Moore",
            1990,
            "Glasberg & Moore 1990, Hear. Res. 47:103-138",
            "21.4 lg(1 + 0.00437 f)",
            "phonR, visvow (ERB III)",
            *glasberg,
            (0.0, np.inf),
        ),
        Scale(
            "erb_moore_glasberg",
            "ERB-rate",
            "Moore & Glasberg",
            1983,
            "Moore & Glasberg 1983, JASA 74:750",
            "11.17 ln((f + 312) / (f + 14675)) + 43",
            "vowels, visvow (ERB II)",
            *moore,
            (_MG_LOW, 43.0),
        ),
        Scale(
            "erb_praat",
            "ERB-rate with Praat's constant",
            "Moore & Glasberg",
            1983,
            "Moore & Glasberg 1983, JASA 74:750, as in Praat",
            "11.17 ln((f + 312) / (f + 14680)) + 43",
            "Praat hertzToErb",
            *erb_praat,
            (_PRAAT_LOW, 43.0),
        ),
        Scale(
            "erb_greenwood",
            "ERB",
            "Greenwood",
            1961,
            "Greenwood 1961",
            "16.7 lg(1 + f / 165.4)",
            "visvow (ERB I)",
            *greenwood,
            (0.0, np.inf),
        ),
        Scale(
            "mel_oshaughnessy",
            "mel",
            "O'Shaughnessy",
            1987,
            "O'Shaughnessy 1987, Speech Communication, p. 150",
            "2595 lg(1 + f / 700)",
            "phonR, tidynorm (htk=TRUE)",
            *oshaughnessy,
            (0.0, np.inf),
        ),
        Scale(
            "mel_1127",
            "mel, 1127 form",
            "O'Shaughnessy",
            1987,
            "O'Shaughnessy 1987, Speech Communication, p. 150",
            "1127 ln(1 + f / 700)",
            "visvow (mel II)",
            *mel_1127,
            (0.0, np.inf),
        ),
        Scale(
            "mel_fant",
            "mel",
            "Fant",
            1968,
            "Fant 1968",
            "(1000 / lg 2) lg(1 + f / 1000)",
            "visvow (mel I), emuR",
            *fant,
            (0.0, np.inf),
        ),
        Scale(
            "mel_praat",
            "mel",
            "Praat",
            0,
            "Praat, hertzToMel",
            "550 ln(1 + f / 550)",
            "Praat hertzToMel",
            *mel_praat,
            (0.0, np.inf),
        ),
        Scale(
            "mel_slaney",
            "mel",
            "Slaney",
            1998,
            "Slaney 1998, Auditory Toolbox",
            "f / (200/3) below 1 kHz, else 15 + ln(f / 1000) / (ln 6.4 / 27)",
            "tidynorm (default), librosa",
            _slaney,
            _slaney_inverse,
            (0.0, np.inf),
        ),
        Scale(
            "semitone",
            "semitones",
            "re 100 Hz",
            0,
            "12 semitones per octave",
            "12 log2(f / 100)",
            "Praat hertzToSemitones",
            lambda f: 12.0 * np.log2(f / SEMITONE_REFERENCE),
            lambda z: SEMITONE_REFERENCE * np.exp2(z / 12.0),
        ),
        Scale(
            "ln",
            "ln Hz",
            "natural logarithm",
            0,
            "natural logarithm",
            "ln f",
            "visvow (ln)",
            np.log,
            np.exp,
        ),
    )
    return {scale.key: scale for scale in made}


SCALES: Mapping[str, Scale] = MappingProxyType(_scales())
"""Every scale by key; ``hz`` (no change) is understood by :func:`to_scale` but isn't listed."""

PRAAT_SCALES: Mapping[str, str] = MappingProxyType(
    {"bark": "bark_schroeder", "erb": "erb_praat", "mel": "mel_praat"}
)
"""The three scales that Praat means by Bark, ERB and mel."""

DEFAULT_SCALES: Mapping[str, str] = MappingProxyType(
    {"bark": "bark_traunmuller", "erb": "erb_glasberg_moore", "mel": "mel_oshaughnessy"}
)
"""The three scales that this project means by Bark, ERB and mel unless told otherwise."""


def find_scale(key: str) -> Scale:
    """Return the scale of this key.

    Raises
    ------
    NormalizationError
        If there is none, with the keys that exist.
    """
    if key not in SCALES:
        raise NormalizationError(f'unknown frequency scale "{key}"', f"one of hz, {', '.join(SCALES)}")
    return SCALES[key]


def scale_name(key: str) -> str:
    """Name of a scale with author and year; ``Hz`` for ``hz``."""
    return "Hz" if key == "hz" else find_scale(key).name


def check_hertz(values: ArrayLike, what: str = "frequency") -> Array:
    """Return frequencies as float64, NaN kept.

    Raises
    ------
    NormalizationError
        For zero, negative or infinite values.
    """
    f: Array = np.asarray(values, dtype=np.float64)
    bad = (f <= 0.0) | np.isinf(f)
    if bad.any():
        first = float(f[bad].flat[0])
        raise NormalizationError(
            f"{what}: {int(bad.sum())} of {f.size} values are zero, negative or infinite, first: {first:g}",
            "leave the cell empty where nothing was measured",
        )
    return f


def to_scale(hertz: ArrayLike, key: str = "bark_traunmuller") -> Any:
    """Convert frequencies in Hz to a scale.

    Parameters
    ----------
    hertz : array_like
        Frequencies in Hz, any shape; NaN passes.
    key : str
        A key of :data:`SCALES`, or ``hz``.

    Returns
    -------
    float or ndarray
        Values on the scale, of the same shape.

    Raises
    ------
    NormalizationError
        For zero, negative or infinite frequencies and for an unknown scale.
    """
    f = check_hertz(hertz)
    out = f.copy() if key == "hz" else find_scale(key).forward(f)
    return float(out) if out.ndim == 0 else out


def from_scale(values: ArrayLike, key: str = "bark_traunmuller") -> Any:
    """Convert values on a scale back to Hz; the inverse of :func:`to_scale`.

    Raises
    ------
    NormalizationError
        For values that no positive, finite frequency has, and for an unknown scale.
    """
    z: Array = np.asarray(values, dtype=np.float64)
    if key == "hz":
        f = check_hertz(z).copy()
    else:
        scale = find_scale(key)
        low, high = scale.limit
        bad = (z <= low) | (z >= high)
        if bad.any():
            raise NormalizationError(
                f"{float(z[bad].flat[0]):g} is not a value of {scale.name}",
                f"between {low:.6g} and {high:.6g}",
            )
        f = scale.inverse(z)
    return float(f) if f.ndim == 0 else f


def semitones(hertz: ArrayLike, reference: float = SEMITONE_REFERENCE) -> Any:
    """Semitones above a reference: 12 log2(f / reference).

    Parameters
    ----------
    hertz : array_like
        Frequencies in Hz; NaN passes.
    reference : float
        Hz.
    """
    check_hertz(reference, "reference")
    out = 12.0 * np.log2(check_hertz(hertz) / reference)
    return float(out) if out.ndim == 0 else out
