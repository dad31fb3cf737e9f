"""What the thread behind the dialog of candidates does: choose the token, prepare the sound, picture it.

Nothing here knows Qt. Each step takes some tens of milliseconds at most, since Praat holds the interpreter
while it works.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from w2vpraat.acoustics.ceilings import ceiling_by_sex
from w2vpraat.acoustics.display_tracks import FormantSource, WholeSound, whole_sound
from w2vpraat.acoustics.spectrogram import SpectrogramTile, spectrogram_tile
from w2vpraat.acoustics.token_candidates import TokenCandidates, candidate_sources, token_candidates
from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.token_values import Token
from w2vpraat.corpus.tokens import grid_offset
from w2vpraat.errors import TokenError
from w2vpraat.events import Progress
from w2vpraat.params import FormantParams, SpectrogramParams
from w2vpraat.session.choices import ceilings_for
from w2vpraat.session.settings import Settings

from .counting import make_chooser

BESIDE = 0.03
"""Seconds that are pictured beside the token, at least."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """One recording, ready for pictures of any of its tokens.

    Parameters
    ----------
    key : tuple
        What decides it: recording, sound, settings.
    sound : WholeSound
    sources : tuple of FormantSource
        One per ceiling, ascending.
    """

    key: tuple[Any, ...]
    sound: WholeSound
    sources: tuple[FormantSource, ...]


@dataclass(frozen=True, eq=False)
class Picture:
    """One token with all its candidates.

    Parameters
    ----------
    token : Token
    candidates : TokenCandidates
    tile : SpectrogramTile
        Of the token and what is beside it.
    start, end : float
        What is pictured, in seconds.
    top : float
        Highest frequency that is pictured, in Hz.
    by_hand : mapping
        Ceilings set by hand in this recording: id or speaker to Hz.
    ids : tuple of str
        Tokens of the recording, in order.
    """

    token: Token
    candidates: TokenCandidates
    tile: SpectrogramTile
    start: float
    end: float
    top: float
    by_hand: Mapping[str, float]
    ids: tuple[str, ...]


def picturing(
    settings: Settings,
    corpus: Corpus,
    recording: Recording,
    grid: TextGrid,
    wanted: str,
    prepared: Prepared | None = None,
    speaker_ceilings: Mapping[str, float] | None = None,
) -> Iterator[Progress | Prepared | Picture]:
    """Yield progress, what was prepared anew (if it was), and the picture.

    Parameters
    ----------
    settings : Settings
    corpus : Corpus
        To know who speaks.
    recording, grid : Recording, TextGrid
        As on the screen.
    wanted : str
        Id of the token.
    prepared : Prepared, optional
        From before; used if it fits.
    speaker_ceilings : mapping, optional
        Ceilings that the last run chose for speakers, in Hz.

    Raises
    ------
    TokenError
        If the interval is no token.
    """
    tokens, token = _tokens(settings, corpus, recording, grid, wanted)
    params = settings.formants
    by_hand, _ = ceilings_for(settings.ceilings, tokens)
    ceilings = {**(speaker_ceilings or {}), **by_hand}
    start_time = grid_offset(grid, settings.read)
    key = (recording.audio_path, settings.read.channel, start_time, params)
    in_use = _in_use(tokens, params, ceilings)
    if prepared is None or prepared.key != key or not in_use <= {one.ceiling for one in prepared.sources}:
        for event in _preparing(recording, settings, start_time, sorted(in_use), key, prepared):
            yield event
            if isinstance(event, Prepared):
                prepared = event
    assert prepared is not None
    found = token_candidates(prepared.sources, token, params, ceilings=ceilings)
    beside = max(BESIDE, 0.2 * token.duration)
    start = max(token.start - beside, prepared.sound.start_time)
    end = min(token.end + beside, prepared.sound.end_time)
    top = min(max(track.ceiling for track in found.tracks), prepared.sound.rate / 2.0)
    view = SpectrogramParams(view_to=top)
    sound = prepared.sound
    tile = spectrogram_tile(sound.samples, sound.rate, sound.start_time, start, end, view)
    ids = tuple(one.id for one in tokens)
    yield Picture(token, found, tile, start, end, top, by_hand, ids)


def _preparing(
    recording: Recording,
    settings: Settings,
    start_time: float,
    in_use: Sequence[float],
    key: tuple[Any, ...],
    before: Prepared | None,
) -> Iterator[Progress | Prepared]:
    if before is not None and before.key[:3] == key[:3]:
        sound = before.sound
    else:
        channel = settings.read.channel
        sound = whole_sound(read_audio(recording.audio_path, channel=channel, start_time=start_time))
    sources = []
    for source in candidate_sources(sound, settings.formants, also=in_use):
        sources.append(source)
        yield Progress("candidates", len(sources), settings.formants.n_candidates, recording.name)
    yield Prepared(key, sound, tuple(sources))


def _tokens(
    settings: Settings, corpus: Corpus, recording: Recording, grid: TextGrid, wanted: str
) -> tuple[tuple[Token, ...], Token]:
    found = make_chooser(settings, corpus).tokens(recording, grid)
    for token in found.kept:
        if token.id == wanted:
            return found.kept, token
    for one in found.rejected:
        if one.token.id == wanted and one.token.label:
            # Not measured as the settings are, but it may be looked at: perhaps that is why it is left out.
            return (*found.kept, one.token), one.token
    raise TokenError(
        "the selected interval is no token",
        "select a labelled interval on the tier that the tokens are chosen from",
        file=str(recording.grid_path),
    )


def _in_use(tokens: Sequence[Token], params: FormantParams, ceilings: Mapping[str, float]) -> set[float]:
    """Ceilings that some token is measured with and that need be none of the candidates."""
    found = set(ceilings.values())
    if params.ceiling_mode == "fixed":
        found.add(params.ceiling)
    else:
        found.update(ceiling_by_sex(token, params)[0] for token in tokens)
    return {float(one) for one in found}
