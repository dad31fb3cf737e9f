"""Second step: formants, f0 and intensity of every token, recording by recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.opening import Opened, vowel_labels
from w2vpraat.session.choices import ceilings_for
from w2vpraat.session.measured import MeasuredStore, measurement_key

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.acoustics import Measured
    from w2vpraat.acoustics.batch import MeasureJob


BY_HAND = "ceiling set by hand"
"""Said in ``measure_note`` of each token with such a ceiling."""


@dataclass(frozen=True, eq=False)
class Measurements:
    """What was measured.

    Parameters
    ----------
    table : pandas.DataFrame
        Identity and time columns of the tokens, measurements, metadata; one row per token and point.
    facts : dict
        How: parameters, Praat's version and commands, ceilings chosen per speaker and set by hand.
    """

    table: pd.DataFrame
    facts: dict[str, Any] = field(default_factory=dict)


def measuring(
    opened: Opened, store: MeasuredStore | None = None, *, workers: int = 0
) -> Iterator[Progress | Skipped | Measurements]:
    """Measure every token.

    Parameters
    ----------
    opened : Opened
        The tokens; settings `formants`, `pitch`, `intensity`, `read` and `ceilings` are used.
    store : MeasuredStore, optional
        Where finished recordings are kept. Ceilings per speaker depend on the whole corpus, so in that mode
        nothing is kept.
    workers : int
        Worker processes; 0: in this process.

    Yields
    ------
    Progress, Skipped, then Measurements
        One event per recording, in order.
    """
    import pandas as pd

    from w2vpraat.acoustics import praat_commands, praat_version
    from w2vpraat.acoustics.batch import FailedRecording, measure_recordings

    settings = opened.settings
    per_speaker = settings.formants.ceiling_mode == "speaker"
    store = None if per_speaker else store
    recordings = opened.recordings()
    total = len(recordings)
    by_hand, _ = ceilings_by_hand(opened)
    own = {recording.name: _own_ceilings(by_hand, tokens) for recording, tokens in recordings}
    tables: dict[str, pd.DataFrame] = {}
    keys: dict[str, str] = {}
    waiting: list[tuple[Recording, tuple[Token, ...]]] = []
    for recording, tokens in recordings:
        kept = None
        if store is not None and (key := _key(opened, recording, tokens, own[recording.name])):
            keys[recording.name] = key
            kept = store.get(key)
        if kept is None:
            waiting.append((recording, tokens))
        else:
            tables[recording.name] = kept
            yield Progress("measure", len(tables), total, recording.name, cached=True)
    found = measure_recordings(
        (
            measure_job(opened, recording, tokens, own[recording.name] or None)
            for recording, tokens in waiting
        ),
        formants=settings.formants,
        pitch=settings.pitch,
        intensity=settings.intensity,
        workers=min(workers, len(waiting)),
    )
    measured: list[tuple[str, Measured]] = []
    done = len(tables)
    for (recording, tokens), result in zip(waiting, found, strict=True):
        done += 1
        if isinstance(result, FailedRecording):
            yield Skipped("measure", recording.name, result.error)
        elif per_speaker:
            measured.append((recording.name, result))
        else:
            tables[recording.name] = noted(result.table(), tokens, own[recording.name])
            if store is not None and recording.name in keys:
                store.put(keys[recording.name], tables[recording.name])
        yield Progress("measure", done, total, recording.name)
    if store is not None:
        store.trim()
    facts: dict[str, Any] = {
        "praat_version": praat_version(),
        "commands": praat_commands(settings.formants, settings.pitch, settings.intensity),
    }
    if per_speaker:
        chosen = _choose(opened, [one for _, one in measured])
        facts["ceilings"] = {speaker: _plain(choice) for speaker, choice in chosen.items()}
        tokens_of = {recording.name: tokens for recording, tokens in recordings}
        tables = {
            name: noted(one.with_ceilings(chosen).table(), tokens_of[name], own[name])
            for name, one in measured
        }
    if by_hand:
        facts["ceilings_by_hand"] = dict(sorted(by_hand.items()))
    parts = [tables[recording.name] for recording, _ in recordings if recording.name in tables]
    identity = opened.tokens.frame()
    if not parts:
        yield Measurements(identity, facts)
        return
    values = pd.concat(
        [part.dropna(axis=1, how="all") if part.empty else part for part in parts], ignore_index=True
    )
    values["time"] = values["time"].round(12)  # as the durations: without the noise of binary fractions
    yield Measurements(identity.merge(values, on="id", how="left", sort=False), facts)


def ceilings_by_hand(opened: Opened) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the formant ceilings set by hand that concern the tokens in use.

    Returns
    -------
    ceilings : dict
        Id of a kept token, or speaker, to Hz.
    lost : tuple of str
        Tokens and speakers that a ceiling was set for and that are not there (any more).
    """
    kept = opened.tokens.kept
    if not opened.settings.ceilings:
        return {}, ()
    # A token that is left out this time is not lost.
    every = (*kept, *(one.token for one in opened.tokens.rejected))
    ceilings, lost = ceilings_for(opened.settings.ceilings, every)
    used = {token.id for token in kept} | {token.speaker for token in kept}
    return {who: hertz for who, hertz in ceilings.items() if who in used}, lost


def _own_ceilings(by_hand: Mapping[str, float], tokens: tuple[Token, ...]) -> dict[str, float]:
    names = dict.fromkeys(name for token in tokens for name in (token.id, token.speaker))
    return {name: by_hand[name] for name in sorted(names) if name in by_hand} if by_hand else {}


def noted(table: pd.DataFrame, tokens: tuple[Token, ...], own: Mapping[str, float]) -> pd.DataFrame:
    """Say in the table which ceilings were set by hand."""
    if not own:
        return table
    ids = {token.id for token in tokens if token.id in own or token.speaker in own}
    notes = [
        f"{note}; {BY_HAND}" if note and one in ids else BY_HAND if one in ids else note
        for one, note in zip(table["id"], table["measure_note"], strict=True)
    ]
    return table.assign(measure_note=notes)


def measure_job(
    opened: Opened,
    recording: Recording,
    tokens: tuple[Token, ...],
    ceilings: Mapping[str, float] | None = None,
) -> MeasureJob:
    """Say how a recording is read and measured.

    Parameters
    ----------
    opened : Opened
        Settings `read` are used.
    recording : Recording
    tokens : tuple of Token
        What to measure in it.
    ceilings : mapping, optional
        Formant ceiling in Hz by token id or speaker; default: as the parameters say.
    """
    from w2vpraat.acoustics.batch import MeasureJob
    from w2vpraat.corpus.audio import read_audio

    read = partial(
        read_audio,
        recording.audio_path,
        channel=opened.settings.read.channel,
        start_time=opened.start_time(recording),
    )
    return MeasureJob(str(recording.audio_path), read, tokens, ceilings)


def _key(opened: Opened, recording: Recording, tokens: tuple[Token, ...], own: Mapping[str, float]) -> str:
    from w2vpraat import __version__
    from w2vpraat.acoustics import praat_version
    from w2vpraat.corpus.audio import file_hash

    settings = opened.settings
    try:
        digest = file_hash(recording.audio_path)
        start = opened.start_time(recording)
    except W2VPraatError:
        return ""  # measuring meets the same error, and reports it
    facts: dict[str, Any] = {
        "version": __version__,
        "praat": praat_version(),
        "channel": settings.read.channel,
        "start": start,
        "params": [group.as_dict() for group in (settings.formants, settings.pitch, settings.intensity)],
    }
    if own:
        facts["ceilings"] = dict(own)
    return measurement_key(digest, tokens, facts)


def _choose(opened: Opened, measured: list[Measured]) -> dict[str, Any]:
    from w2vpraat.acoustics import choose_ceilings, fallback_ceilings

    fallback = fallback_ceilings(opened.tokens.kept, opened.settings.formants)
    candidates = [one.candidates for one in measured if one.candidates is not None]
    if not candidates:
        return {}
    # Vowels say where the formants of a speaker lie; fricatives would blur it.
    labels = [token.label for token in opened.tokens.kept]
    vowels = vowel_labels(labels, opened.settings.tokens.label_map)
    return dict(choose_ceilings(candidates, use=vowels.__contains__ if vowels else None, fallback=fallback))


def _plain(choice: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        name: value for name, value in asdict(choice).items() if isinstance(value, (str, int, float, bool))
    }
