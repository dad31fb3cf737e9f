"""What Praat's F1 to F8 answer: one value at the cursor, or one over the selection, with its command.

Praat's conventions: at a cursor the interpolated value; over a selection the mean, minimum or maximum. The
numbers are those of the whole recording, as in the measured table, where Praat's editor analyses the
visible part only; the command that stands with each of them gives it in Praat on the whole Sound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.display_tracks import (
    FormantSource,
    PitchRange,
    PitchTrack,
    WholeSound,
    formant_tracks,
    intensity_track,
    pitch_track,
)
from w2vpraat.acoustics.praat import call, praat_commands, praat_version
from w2vpraat.acoustics.sampled_mean import sampled_mean
from w2vpraat.acoustics.slices import SpectralSlice, selection, spectral_slice
from w2vpraat.acoustics.spectrogram import (
    REFERENCE,
    shortest_step,
    spectrogram_command,
    spectrogram_tile,
    tile_margin,
)
from w2vpraat.errors import InputError
from w2vpraat.params import (
    IntensityParams,
    IntensityViewParams,
    PitchParams,
    SpectrogramParams,
)

__all__ = [
    "Reading",
    "SpectralSlice",
    "read_bandwidth",
    "read_formant",
    "read_intensity",
    "read_pitch",
    "read_power",
    "spectral_slice",
    "time_of_pitch",
]

Floats = NDArray[np.float64]

_DECIMALS = {"Hz": 1, "dB": 2, "s": 6}


@dataclass(frozen=True)
class Reading:
    """One answer.

    Parameters
    ----------
    quantity : str
        ``F1``, ``B1``, ``f0``, ``intensity``, ``power``, ``time of minimum f0`` and so on.
    value : float
        NaN where Praat says undefined.
    unit : str
        ``Hz``, ``dB``, ``s`` or ``Pa^2/Hz``.
    start, end : float
        The selection in seconds; equal at a cursor.
    statistic : str
        ``value`` (at the cursor), ``mean``, ``median``, ``minimum``, ``maximum`` or ``centre``.
    command : str
        The lines of a Praat script that give the value on the whole Sound.
    praat : str
        Version of the Praat that gave it.
    settings : mapping
        The settings of the analysis.
    """

    quantity: str
    value: float
    unit: str
    start: float
    end: float
    statistic: str
    command: str
    praat: str
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def defined(self) -> bool:
        """Whether Praat knows a value here."""
        return not math.isnan(self.value)

    @property
    def text(self) -> str:
        """One line, for example ``mean F1 = 512.3 Hz (1.200000 to 1.310000 s)``."""
        name = self.quantity if self.statistic == "value" else f"{self.statistic} {self.quantity}"
        number = f"{self.value:.{_DECIMALS[self.unit]}f}" if self.unit in _DECIMALS else f"{self.value:.4g}"
        value = f"{number} {self.unit}" if self.defined else "undefined"
        place = f"{self.start:.6f}" if self.start == self.end else f"{self.start:.6f} to {self.end:.6f}"
        return f"{name} = {value} ({place} s)"


def read_formant(source: FormantSource, number: int, start: float, end: float | None = None) -> Reading:
    """Read F1, F2 ... (F1 to F4 in Praat): at the cursor, or the mean over the selection.

    Parameters
    ----------
    source : FormantSource
        The recording with its ceiling.
    number : int
        1 for F1.
    start, end : float
        Seconds; no `end`, or the same: a cursor.

    Raises
    ------
    InputError
        If there is no such formant, or the selection is reversed.
    """
    low, high, cursor = selection(start, end)
    _check_number(source, number)
    tracks = formant_tracks(source, low, high)
    if cursor:
        value = float(tracks.at(np.array([low]))[0, number - 1])
        query = f'Get value at time: {number}, {low:.15g}, "hertz", "Linear"'
    else:
        values = tracks.frequencies[:, number - 1]
        value = _mean_between(values, tracks.times, source.grid.step, low, high)
        query = f'Get mean: {number}, {low:.15g}, {high:.15g}, "hertz"'
    return _formant_reading(f"F{number}", value, source, low, high, "value" if cursor else "mean", query)


def read_bandwidth(source: FormantSource, number: int, start: float, end: float | None = None) -> Reading:
    """Read B1, B2 ...: at the cursor, or (as Praat) in the centre of the selection."""
    low, high, cursor = selection(start, end)
    _check_number(source, number)
    middle = np.array([0.5 * (low + high)])
    wanted = source.grid.around(middle)
    value = float(source.frames(wanted).at(middle)[1][0, number - 1])
    query = f'Get bandwidth at time: {number}, {middle[0]:.15g}, "hertz", "Linear"'
    return _formant_reading(f"B{number}", value, source, low, high, "value" if cursor else "centre", query)


def read_pitch(
    sound: WholeSound,
    start: float,
    end: float | None = None,
    *,
    limits: PitchRange | None = None,
    params: PitchParams | None = None,
    statistic: str = "mean",
) -> Reading:
    """Read f0 (F5 in Praat): at the cursor, or the mean, minimum or maximum over the selection.

    Parameters
    ----------
    sound : WholeSound
        The recording.
    start, end : float
        Seconds; no `end`, or the same: a cursor.
    limits : PitchRange, optional
        Floor and ceiling; default: those of the settings.
    params : PitchParams, optional
        Settings.
    statistic : str
        ``mean``, ``minimum`` (Alt-F5) or ``maximum`` (Shift-F5); at a cursor there is only the value.

    Raises
    ------
    InputError
        If a minimum or maximum is asked for at a cursor, or the selection is reversed.
    MeasurementError
        If the recording is shorter than three periods of the floor.
    """
    low, high, cursor = selection(start, end, statistic)
    params = params or PitchParams()
    track = pitch_track(sound, low, high, limits, params)
    if cursor:
        value, statistic = float(track.at(np.array([low]))[0]), "value"
        query = f'Get value at time: {low:.15g}, "Hertz", "Linear"'
    else:
        value, query = _pitch_query(track, f"Get {statistic}", low, high, statistic != "mean")
    return _pitch_reading("f0", value, "Hz", track, params, low, high, statistic, query)


def time_of_pitch(
    sound: WholeSound,
    start: float,
    end: float,
    *,
    limits: PitchRange | None = None,
    params: PitchParams | None = None,
    statistic: str = "minimum",
) -> Reading:
    """Find where f0 is lowest (Shift-Ctrl-L in Praat) or highest (Shift-Ctrl-H) in a selection.

    Returns
    -------
    Reading
        In seconds; NaN if the selection is voiceless.
    """
    low, high, _ = selection(start, end, statistic)
    params = params or PitchParams()
    track = pitch_track(sound, low, high, limits, params)
    # Praat answers with a time, 0 for example, even where nothing is voiced.
    lowest, _ = _pitch_query(track, f"Get {statistic}", low, high, True)
    value, query = _pitch_query(track, f"Get time of {statistic}", low, high, True)
    if math.isnan(lowest):
        value = float("nan")
    return _pitch_reading(f"time of {statistic} f0", value, "s", track, params, low, high, "value", query)


def read_intensity(
    sound: WholeSound,
    start: float,
    end: float | None = None,
    *,
    params: IntensityParams | None = None,
    view: IntensityViewParams | None = None,
    statistic: str = "mean",
) -> Reading:
    """Read intensity (F8 in Praat): at the cursor, or the mean, minimum or maximum over the selection.

    Parameters
    ----------
    sound : WholeSound
        The recording.
    start, end : float
        Seconds; no `end`, or the same: a cursor.
    params : IntensityParams, optional
        Settings of the analysis.
    view : IntensityViewParams, optional
        Says what ``mean`` is: of the energy by default.
    statistic : str
        ``mean``, ``minimum`` (Alt-F8) or ``maximum`` (Shift-F8); at a cursor there is only the value.

    Raises
    ------
    InputError
        If a minimum or maximum is asked for at a cursor, or the selection is reversed.
    MeasurementError
        If the recording is shorter than 6.4 periods of the minimum pitch.
    """
    low, high, cursor = selection(start, end, statistic)
    params, view = params or IntensityParams(), view or IntensityViewParams()
    track = intensity_track(sound, low, high, params)
    if cursor:
        value, statistic = float(track.at(np.array([low]))[0]), "value"
        query = f'Get value at time: {low:.15g}, "Cubic"'
    elif statistic == "mean":
        values = np.where(np.isnan(track.values), -300.0, track.values)
        value = _average(values, track.times, track.grid.step, low, high, view.averaging)
        statistic = "median" if view.averaging == "median" else "mean"
        query = (
            f"Get quantile: {low:.15g}, {high:.15g}, 0.5"
            if view.averaging == "median"
            else f'Get mean: {low:.15g}, {high:.15g}, "{view.averaging}"'
        )
    else:
        query = f'Get {statistic}: {low:.15g}, {high:.15g}, "Parabolic"'
        value = float("nan")
        if track.times.size:
            value = _defined(call(track.praat(), f"Get {statistic}", low, high, "Parabolic"))
    if value < -299.0:
        value = float("nan")
    commands = praat_commands(intensity=params)
    return Reading(
        "intensity",
        value,
        "dB",
        low,
        high,
        statistic,
        f"{_analysis(commands['intensity'])}\n{query}",
        commands["praat"],
        {**params.as_dict(), "averaging": view.averaging},
    )


def read_power(
    sound: WholeSound,
    time: float,
    frequency: float,
    params: SpectrogramParams | None = None,
    *,
    step: float | None = None,
) -> Reading:
    """Read the spectral power at the cross of time and frequency (F7 in Praat), without pre-emphasis.

    Parameters
    ----------
    sound : WholeSound
        The recording.
    time, frequency : float
        Seconds and Hz.
    params : SpectrogramParams, optional
        Settings.
    step : float, optional
        Seconds between frames of the visible spectrogram; default: the shortest.

    Returns
    -------
    Reading
        In Pa^2/Hz, linear between frames and bands; NaN outside the spectrogram.
    """
    params = params or SpectrogramParams()
    step = shortest_step(sound.rate, params) if step is None else step
    reach = 2.0 * step + tile_margin(params)
    begin = min(max(0, math.floor((time - reach - sound.start_time) * sound.rate)), sound.samples.size)
    until = max(begin, math.ceil((time + reach - sound.start_time) * sound.rate))
    tile = spectrogram_tile(
        sound.samples[begin:until],
        sound.rate,
        sound.start_time + begin / sound.rate,
        time - 2.0 * step,
        time + 2.0 * step,
        params,
        step=step,
        origin=sound.start_time,
    )
    value = float("nan")
    if tile.times.size:
        power = REFERENCE * 10.0 ** (tile.levels.astype(np.float64) / 10.0)
        column = (time - tile.times[0]) / tile.step
        row = (frequency - tile.frequencies[0]) / tile.frequency_step
        value = _bilinear(power, row, column)
    return Reading(
        f"power at {frequency:.6g} Hz",
        value,
        "Pa^2/Hz",
        time,
        time,
        "value",
        f"{spectrogram_command(params, tile.step)}\nGet power at: {time:.15g}, {frequency:.15g}",
        praat_version(),
        params.as_dict(),
    )


def _check_number(source: FormantSource, number: int) -> None:
    most = min((round(2.0 * source.params.n_formants) + 1) // 2, source.params.n_reported)
    if not 1 <= number <= most:
        raise InputError(f"there is no formant {number}", f"the settings give F1 to F{most}")


def _mean_between(values: Floats, times: Floats, step: float, low: float, high: float) -> float:
    return sampled_mean(values, float(times[0]), step, low, high) if times.size else float("nan")


def _average(values: Floats, times: Floats, step: float, low: float, high: float, method: str) -> float:
    if method == "median":
        inside = values[(times >= low - 1e-9) & (times <= high + 1e-9)]
        return float(np.median(inside)) if inside.size else float("nan")
    if method == "energy":
        return _decibels(_mean_between(10.0 ** (values / 10.0), times, step, low, high))
    if method == "sones":
        mean = _mean_between(2.0 ** ((values - 40.0) / 10.0), times, step, low, high)
        return 40.0 + 10.0 * math.log2(mean) if mean > 0.0 else float("nan")
    return _mean_between(values, times, step, low, high)


def _decibels(energy: float) -> float:
    return 10.0 * math.log10(energy) if energy > 0.0 else float("nan")


def _pitch_query(
    track: PitchTrack, command: str, low: float, high: float, interpolated: bool
) -> tuple[float, str]:
    extra: tuple[str, ...] = ("Hertz", "Parabolic") if interpolated else ("Hertz",)
    text = f"{command}: {low:.15g}, {high:.15g}, " + ", ".join(f'"{one}"' for one in extra)
    if track.times.size == 0:
        return float("nan"), text
    return _defined(call(track.praat(), command, low, high, *extra)), text


def _pitch_reading(
    quantity: str,
    value: float,
    unit: str,
    track: PitchTrack,
    params: PitchParams,
    low: float,
    high: float,
    statistic: str,
    query: str,
) -> Reading:
    limits = (track.limits.floor, track.limits.ceiling)
    commands = praat_commands(pitch=params, pitch_range=limits)
    settings = {**params.as_dict(), "floor": limits[0], "ceiling": limits[1], "adapted": track.limits.adapted}
    command = f"{_analysis(commands['f0'])}\n{query}"
    return Reading(quantity, value, unit, low, high, statistic, command, commands["praat"], settings)


def _formant_reading(
    quantity: str, value: float, source: FormantSource, low: float, high: float, statistic: str, query: str
) -> Reading:
    commands = praat_commands(source.params, ceiling=source.ceiling)
    settings = {**source.params.as_dict(), "ceiling": source.ceiling}
    command = f"{_analysis(commands['formants'])}\n{query}"
    return Reading(quantity, value, "Hz", low, high, statistic, command, commands["praat"], settings)


def _analysis(commands: str) -> str:
    return commands.split("\n", 1)[0]


def _defined(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _bilinear(values: Floats, row: float, column: float) -> float:
    """Linear between cells, constant in the outer half cells, NaN beyond; positions count from 0."""
    rows, columns = values.shape
    if not (-0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5):
        return float("nan")
    row, column = min(max(row, 0.0), rows - 1.0), min(max(column, 0.0), columns - 1.0)
    low, left = int(row), int(column)
    high, right = min(low + 1, rows - 1), min(left + 1, columns - 1)
    lower = values[low, left] + (column - left) * (values[low, right] - values[low, left])
    upper = values[high, left] + (column - left) * (values[high, right] - values[high, left])
    return float(lower + (row - low) * (upper - lower))
