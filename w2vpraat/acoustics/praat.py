"""The door to Praat: its Sounds, commands and version, through parselmouth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import MeasurementError
from w2vpraat.params import FormantParams, IntensityParams, PitchParams

PITCH_OPTIONS = '15, "no", 0.03, 0.45, 0.01, 0.35, 0.14'
"""Praat's standard settings of To Pitch (ac) between floor and ceiling."""


def praat_version() -> str:
    """Return the version of the Praat that measures (the one inside parselmouth)."""
    import parselmouth

    return str(parselmouth.PRAAT_VERSION)


def make_sound(samples: NDArray[np.floating[Any]], rate: float, start: float) -> Any:
    """Make a Praat Sound.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        Pressure.
    rate : float
        Sampling frequency in Hz.
    start : float
        Start of the time domain in seconds.
    """
    import parselmouth

    return parselmouth.Sound(np.ascontiguousarray(samples, dtype=np.float64), rate, start)


def call(*arguments: Any) -> Any:
    """Run a Praat command; what Praat says about a failure becomes a MeasurementError.

    Raises
    ------
    MeasurementError
        With Praat's own message.
    """
    from parselmouth.praat import call as praat_call

    with praat_errors():
        return praat_call(*arguments)


@contextmanager
def praat_errors() -> Iterator[None]:
    """Turn Praat's errors into MeasurementError."""
    import parselmouth

    try:
        yield
    except parselmouth.PraatError as error:
        text = " ".join(str(error).split())
        raise MeasurementError(f"Praat says: {text}") from error


def praat_commands(
    formants: FormantParams | None = None,
    pitch: PitchParams | None = None,
    intensity: IntensityParams | None = None,
    *,
    ceiling: float | None = None,
    pitch_range: tuple[float, float] | None = None,
) -> dict[str, str]:
    """Return the Praat commands that give the numbers of the table, to be run on the whole Sound.

    Parameters
    ----------
    formants, pitch, intensity : parameter groups
        The settings; default: the defaults.
    ceiling : float, optional
        Formant ceiling of the row in Hz (its ``max_formant``); default: the word ``max_formant``.
    pitch_range : tuple of float, optional
        Pitch floor and ceiling of the row in Hz (its ``f0_floor`` and ``f0_ceiling``); default: these words.

    Returns
    -------
    dict of str
        ``praat`` (the version), and per kind of number the lines of a Praat script.
    """
    burg = formants or FormantParams()
    ac = pitch or PitchParams()
    energy = intensity or IntensityParams()
    top = "max_formant" if ceiling is None else f"{ceiling:.15g}"
    if pitch_range is not None:
        floor, high = (f"{value:.15g}" for value in pitch_range)
    elif ac.two_pass:
        floor, high = "f0_floor", "f0_ceiling"
    else:
        floor, high = f"{ac.floor:.15g}", f"{ac.ceiling:.15g}"
    mean = "yes" if energy.subtract_mean else "no"
    return {
        "praat": praat_version(),
        "formants": (
            f"To Formant (burg): {burg.time_step:.15g}, {burg.n_formants:.15g}, {top}, {burg.window:.15g},"
            f' {burg.preemphasis:.15g}\nGet value at time: 1, time, "hertz", "Linear"\n'
            'Get bandwidth at time: 1, time, "hertz", "Linear"'
        ),
        "f0": (
            f"To Pitch (ac): {ac.time_step:.15g}, {floor}, {PITCH_OPTIONS}, {high}\n"
            'Get value at time: time, "Hertz", "Linear"\nGet mean: start, end, "Hertz"'
        ),
        "intensity": (
            f'To Intensity: {energy.minimum_pitch:.15g}, 0, "{mean}"\n'
            'Get value at time: time, "Cubic"\nGet mean: start, end, "energy"'
        ),
    }
