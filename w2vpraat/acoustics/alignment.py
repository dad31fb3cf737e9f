"""Align interval (Ctrl-D in Praat): words and phones of a labelled stretch, by the espeak inside Praat.

Praat speaks the text with a synthesizer and warps its own speech onto the recording. That is a first draft
to correct by hand; for a whole corpus a trained aligner such as the Montreal Forced Aligner is better.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing import get_context
from os import PathLike
from typing import Any

from w2vpraat.acoustics.praat import call, make_sound
from w2vpraat.corpus.audio import Audio, read_audio
from w2vpraat.corpus.textgrid.edits import add_interval_tier
from w2vpraat.corpus.textgrid.trigraphs import to_unicode
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, TextGrid
from w2vpraat.errors import InputError, MeasurementError, TextGridError
from w2vpraat.params.editing import AlignParams

# fmt: off
LANGUAGES = (
    "Afrikaans", "Albanian", "Amharic", "Arabic", "Aragonese", "Armenian (East Armenia)",
    "Armenian (West Armenia)", "Assamese", "Azerbaijani", "Basque", "Bengali", "Bishnupriya Manipuri",
    "Bosnian", "Bulgarian", "Catalan", "Chinese (Cantonese)", "Chinese (Mandarin)", "Croatian", "Czech",
    "Danish", "Dutch", "English (America)", "English (Caribbean)", "English (Great Britain)",
    "English (Lancaster)", "English (Received Pronunciation)", "English (Scotland)",
    "English (West Midlands)", "Esperanto", "Estonian", "Finnish", "French (Belgium)", "French (France)",
    "French (Switzerland)", "Gaelic (Irish)", "Gaelic (Scottish)", "Georgian", "German", "Greek",
    "Greek (Ancient)", "Greenlandic", "Guarani", "Gujarati", "Hakka Chinese", "Hindi", "Hungarian",
    "Icelandic", "Indonesian", "Interlingua", "Italian", "Japanese", "Kannada", "Konkani", "Korean",
    "Kurdish", "Kyrgyz", "Latin", "Latvian", "Lingua Franca Nova", "Lithuanian", "Lojban", "Macedonian",
    "Malay", "Malayalam", "Maltese", "Marathi", "Myanmar (Burmese)", "Māori", "Nahuatl (Classical)",
    "Nepali", "Norwegian Bokmål", "Oriya", "Oromo", "Papiamento", "Persian", "Persian (Pinglish)",
    "Polish", "Portuguese (Brazil)", "Portuguese (Portugal)", "Punjabi", "Romanian", "Russian", "Serbian",
    "Setswana", "Sindhi", "Sinhala", "Slovak", "Slovenian", "Spanish (Latin America)", "Spanish (Spain)",
    "Swahili", "Swedish", "Tamil", "Tatar", "Telugu", "Turkish", "Urdu", "Vietnamese (Central)",
    "Vietnamese (Northern)", "Vietnamese (Southern)", "Welsh",
)
# fmt: on
"""Languages of the espeak inside the Praat of parselmouth 0.4.7, as Praat calls them."""

_SILENCE_THRESHOLD, _SHORTEST_SILENCE, _SHORTEST_SOUND = -30.0, 0.1, 0.1  # Praat's own for this command
_WORDS, _PHONES = "word", "phon"


@dataclass(frozen=True)
class Alignment:
    """Where the words and phones of a stretch are.

    Parameters
    ----------
    words, phones : tuple of Interval
        They cover the stretch from its start to its end; pauses are divided between their neighbours, as
        Praat's command does. Phones are in IPA.
    """

    words: tuple[Interval, ...]
    phones: tuple[Interval, ...]


def align_text(audio: Audio, text: str, start: float, end: float, language: str) -> Alignment:
    """Align a text with a stretch of sound.

    Parameters
    ----------
    audio : Audio
        Holds the stretch.
    text : str
        What is said; Praat's backslash codes are converted.
    start, end : float
        The stretch in seconds.
    language : str
        One of `LANGUAGES`.

    Returns
    -------
    Alignment

    Raises
    ------
    InputError
        If the text is empty or the language unknown.
    MeasurementError
        If Praat can't align it, with its own words.
    """
    said = to_unicode(text).strip()
    if not said:
        raise InputError("there is no text to align", "type what is said into the interval first", time=start)
    if language not in LANGUAGES:
        raise InputError(
            f'Praat can\'t speak "{language}"', f"{len(LANGUAGES)} languages, such as {LANGUAGES[23]}"
        )
    whole = make_sound(audio.samples, float(audio.rate), audio.start_time)
    part = call(whole, "Extract part", start, end, "rectangular", 1.0, "yes")
    grid = call(part, "To TextGrid", "text", "")
    call(grid, "Set interval text", 1, 1, said)
    voice = call("Create SpeechSynthesizer", language, "Female1")
    call(voice, "Speech output settings", float(audio.rate), 0.01, 1.0, 1.0, 175, "IPA")
    arguments = (1, 1, 1, _SILENCE_THRESHOLD, _SHORTEST_SILENCE, _SHORTEST_SOUND)
    found = call([voice, part, grid], "To TextGrid (align)", *arguments)
    words = _without_pauses(_intervals(found, 3), start, end)
    phones = _without_pauses(_intervals(found, 4), start, end, words)
    return Alignment(words, phones)


def align_file(
    path: str | PathLike[str],
    text: str,
    start: float,
    end: float,
    language: str,
    *,
    start_time: float = 0.0,
) -> Alignment:
    """Align a text with a stretch of a sound file, in a process of its own.

    Praat holds the interpreter while it works, and a failure inside its synthesizer can end the process: both
    must not happen to a window.

    Parameters
    ----------
    path : path
        The sound file.
    text, start, end, language
        As for `align_text`.
    start_time : float
        Time of the file's first sample, in seconds.

    Raises
    ------
    InputError, MeasurementError
        As `align_text`.
    AudioError
        If the file can't be read there.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        work = pool.submit(_align_file, str(path), text, start, end, language, start_time)
        try:
            return work.result()
        except BrokenProcessPool as error:
            raise MeasurementError(
                "Praat's speech synthesizer gave up", "shorten the interval or its text", time=start
            ) from error


def _align_file(
    path: str, text: str, start: float, end: float, language: str, start_time: float
) -> Alignment:
    audio = read_audio(path, start=start - 0.01, end=end + 0.01, start_time=start_time)
    return align_text(audio, text, start, end, language)


def text_to_align(grid: TextGrid, tier: int | str, number: int) -> Interval:
    """Return the interval that would be aligned, after the checks that Praat makes first.

    Raises
    ------
    TextGridError
        If it is a point, has no text, or its tier is itself the result of an alignment.
    """
    found = grid.interval_tier(tier)
    interval = found.interval(number)
    where: dict[str, Any] = {
        "file": grid.file,
        "tier": found.name,
        "interval": number,
        "time": interval.start,
    }
    if "/" in found.name:
        raise TextGridError(
            f'the tier "{found.name}" has a slash in its name',
            "align an interval of the tier with the text, or rename the tier",
            **where,
        )
    if not interval.label.strip():
        raise TextGridError("the interval has no text", "type what is said in it first", **where)
    return interval


def with_alignment(
    grid: TextGrid, tier: int | str, number: int, alignment: Alignment, params: AlignParams | None = None
) -> TextGrid:
    """Put an alignment into a grid, on the tiers that Praat makes: ``text/word`` and ``text/phon``.

    Parameters
    ----------
    grid : TextGrid
        What was aligned.
    tier : int or str
        With the text.
    number : int
        Of the interval.
    alignment : Alignment
        Of `align_text`.
    params : AlignParams, optional
        Which of the two tiers is wanted.

    Returns
    -------
    TextGrid
        Where the tiers were there already, only the stretch of the interval is replaced in them.

    Raises
    ------
    TextGridError
        If a tier of that name holds points, or no tier is wanted.
    """
    params = params or AlignParams()
    if not (params.words or params.phones):
        raise TextGridError("nothing to do", "ask for words, phones or both in the settings of alignment")
    at = grid.tier_number(tier)
    name = grid.tiers[at - 1].name
    text_to_align(grid, at, number)
    for wanted, ending, items in (
        (params.words, _WORDS, alignment.words),
        (params.phones, _PHONES, alignment.phones),
    ):
        if not wanted:
            continue
        full = f"{name}/{ending}"
        known = grid.tier_numbers(full)
        if known:
            at = known[0]
        else:
            at += 1
            grid = add_interval_tier(grid, full, at)
        grid = grid.with_tier(at, _replaced(grid.interval_tier(at), items))
    return grid


def _replaced(tier: IntervalTier, items: tuple[Interval, ...]) -> IntervalTier:
    start, end = items[0].start, items[-1].end
    before, after = [], []
    for item in tier.intervals:
        if item.start < start:
            before.append(item if item.end <= start else item._replace(end=start))
        if item.end > end:
            # What begins before the stretch keeps its label there, as at any new boundary.
            cut = Interval(end, item.end, "" if item.start < start else item.label)
            after.append(item if item.start >= end else cut)
    return replace(tier, intervals=(*before, *items, *after), file_numbers=None)


def _intervals(grid: Any, tier: int) -> list[Interval]:
    count = round(call(grid, "Get number of intervals", tier))
    return [
        Interval(
            float(call(grid, "Get start time of interval", tier, number)),
            float(call(grid, "Get end time of interval", tier, number)),
            str(call(grid, "Get label of interval", tier, number)),
        )
        for number in range(1, count + 1)
    ]


def _without_pauses(
    items: list[Interval], start: float, end: float, words: tuple[Interval, ...] = ()
) -> tuple[Interval, ...]:
    """Divide pauses between their neighbours: at the word boundary inside, else in the middle."""
    spoken = [item for item in items if item.label.strip()]
    if not spoken:
        raise MeasurementError("Praat heard nothing to align", "is it the right text?", time=start)
    edges = [start]
    for left, right in pairwise(spoken):
        inside = [word.start for word in words if left.end < word.start < right.start]
        edges.append(inside[-1] if inside else 0.5 * (left.end + right.start))
    edges.append(end)
    return tuple(
        Interval(left, right, item.label) for (left, right), item in zip(pairwise(edges), spoken, strict=True)
    )
