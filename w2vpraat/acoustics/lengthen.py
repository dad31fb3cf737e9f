"""Slow playback without a change of pitch: Praat's overlap-add, chunk by chunk.

Praat's ``Lengthen (overlap-add)`` (PSOLA: Moulines, E. & Charpentier, F. 1990, Pitch-synchronous waveform
processing techniques for text-to-speech synthesis using diphones, Speech Communication 9, 453-467) is run on
chunks of a second or two, cut where the sound is quietest. Neighbouring chunks share a little sound, which
is cross-faded where both fit together best, so playback can start with the first chunk and no seam is heard.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from w2vpraat.acoustics.praat import call, make_sound, praat_errors
from w2vpraat.corpus.audio import Audio
from w2vpraat.errors import InputError
from w2vpraat.params import PlaybackParams

Floats = NDArray[np.float64]

MOST = 3.0
"""Praat's own limit: it writes into a Sound of three times the length."""
SHORTEST, LONGEST = 0.8, 1.8
"""Seconds of a chunk."""
SHARED = 0.04
"""Seconds of the source that a chunk hears beyond each of its ends."""
FADE = 0.01
"""Seconds of a cross-fade."""
SHIFT = 0.007
"""Seconds by which a chunk may move to continue the one before: half a period of 71 Hz."""


def lengthened(audio: Audio, factor: float | None = None, params: PlaybackParams | None = None) -> Audio:
    """Return the sound `factor` times as long, with the same pitch; see `lengthening`."""
    parts = [part.samples for part in lengthening(audio, factor, params)]
    samples = np.concatenate(parts) if parts else np.empty(0, np.float32)
    return Audio(samples, audio.rate, audio.start_time)


def lengthening(
    audio: Audio, factor: float | None = None, params: PlaybackParams | None = None
) -> Iterator[Audio]:
    """Make a sound longer, in parts that can be played as they come.

    Parameters
    ----------
    audio : Audio
        What to play.
    factor : float, optional
        How much longer, from 1 to 3; default: that of the settings.
    params : PlaybackParams, optional
        Pitch floor and ceiling of the overlap-add.

    Yields
    ------
    Audio
        One after the other they are the whole; `start_time` runs in played time from that of `audio`. With a
        factor of 1 the very samples.

    Raises
    ------
    InputError
        If the factor or the pitch range is not possible.
    """
    params = params or PlaybackParams()
    factor = params.slow_factor if factor is None else factor
    if not 1.0 <= factor <= MOST:
        raise InputError(f"sound can't be made {factor:g} times as long", f"from 1 to {MOST:g} times")
    if params.ceiling <= params.floor:
        raise InputError(
            f"a pitch range from {params.floor:g} to {params.ceiling:g} Hz is empty", "raise the ceiling"
        )
    return _parts(audio, factor, params)


def _parts(audio: Audio, factor: float, params: PlaybackParams) -> Iterator[Audio]:
    if factor == 1.0 or audio.n_samples == 0:
        if audio.n_samples:
            yield audio
        return
    rate, shared, half = audio.rate, round(SHARED * audio.rate), round(FADE * audio.rate / 2)
    total = round(audio.n_samples * factor)
    mean = float(audio.samples.mean(dtype=np.float64))
    begin = played = 0  # samples of the source cut into chunks, samples given out
    before: Floats = np.empty(0)
    before_at = 0  # the chunk before, and its place in what is given out
    while begin < audio.n_samples:
        until = _cut(audio, begin)
        last = until >= audio.n_samples
        # What lies beside the chunk is heard too, for the cross-fades.
        first = max(0, begin - shared)
        part = audio.samples[first : until + shared].astype(np.float64) - mean
        made, made_at = _lengthen(part, rate, factor, params), round(first * factor)
        mixed: Floats = np.empty(0)
        if begin:
            join = round(begin * factor)
            reference = before[join - half - before_at : join + half - before_at]
            # A chunk that moves forward would end too early; the last one may not.
            reach = round(SHIFT * rate)
            made_at -= _best_shift(made, join - half - made_at, reference, -reach, 0 if last else reach)
            rise = (np.arange(2 * half) + 0.5) / (2 * half)
            fresh = made[join - half - made_at : join + half - made_at]
            mixed = reference * (1.0 - rise) + fresh * rise
        # All up to where the next chunk is faded in.
        stop = total if last else round(until * factor) - half
        ready = np.concatenate([mixed, made[played + mixed.size - made_at : stop - made_at]])
        if ready.size:
            sound = np.clip(ready + mean, -1.0, 1.0).astype(np.float32)
            yield Audio(sound, rate, audio.start_time + played / rate)
        played += ready.size
        before, before_at, begin = made, made_at, until


def _best_shift(made: Floats, place: int, reference: Floats, low: int, high: int) -> int:
    """Return how many samples to skip so that a chunk continues what came before (voiced sound in phase)."""
    windows = np.lib.stride_tricks.sliding_window_view(
        made[place + low : place + high + reference.size], reference.size
    )
    likeness = windows @ reference / (np.sqrt((windows**2).sum(axis=1)) + 1e-12)
    return low + int(np.argmax(likeness))


def _cut(audio: Audio, begin: int) -> int:
    """Return the sample at which the chunk from `begin` on ends: in the quietest place of the range."""
    rate = audio.rate
    low, high = begin + round(SHORTEST * rate), begin + round(LONGEST * rate)
    if high + round(SHORTEST * rate) >= audio.n_samples:
        # The rest is one chunk, or two of about the same length.
        rest = audio.n_samples - begin
        if rest <= round(LONGEST * rate):
            return audio.n_samples
        low, high = begin + rest // 2 - round(0.2 * rate), begin + rest // 2 + round(0.2 * rate)
    window = max(1, round(SHARED * rate))
    around = audio.samples[low - window // 2 : high + window].astype(np.float64)
    energy = np.concatenate([[0.0], np.cumsum(around**2)])
    loudness = energy[window:] - energy[:-window]
    return low + int(np.argmin(loudness[: high - low]))


def _lengthen(samples: Floats, rate: int, factor: float, params: PlaybackParams) -> Floats:
    from parselmouth.praat import run

    least = int(np.ceil(3.5 / params.floor * rate))
    silence = max(0, least - samples.size)
    # Praat refuses sounds of fewer than three periods: silence after them does no harm.
    sound = make_sound(np.concatenate([samples, np.zeros(silence)]), rate, 0.0)
    # Praat moves noise about at random: seeded, so that the same stretch always sounds the same.
    with praat_errors():
        run("random_initializeWithSeedUnsafelyButPredictably (1)")
    made = call(sound, "Lengthen (overlap-add)", params.floor, params.ceiling, factor)
    wanted = round(samples.size * factor)
    out = np.zeros(wanted)
    found = made.values[0][:wanted]
    out[: found.size] = found
    return out
