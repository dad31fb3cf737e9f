"""What an edit of an annotation asks for: the tokens of the recording, chosen again as a run chooses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.speakers import SpeakerInfo, SpeakerTable, infer_speaker_rule
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.token_choice import make_choice
from w2vpraat.corpus.token_values import Token, Tokens
from w2vpraat.corpus.tokens import grid_offset, placed_error, refused_by_table, tokens_of
from w2vpraat.errors import AudioError, W2VPraatError
from w2vpraat.pipeline.live.kept import Kept
from w2vpraat.pipeline.live.recording_values import RecordingValues, VectorKey
from w2vpraat.session.choices import ceilings_for, is_token_id
from w2vpraat.session.settings import Settings

QUICK_ITEMS = 2500
"""Tokens of an annotation with more intervals are chosen in the worker: that takes more than some 20 ms."""


class Chooser:
    """Chooses the tokens of one recording exactly as a run over the corpus does.

    Parameters
    ----------
    settings : Settings
    corpus : Corpus
        All its recordings decide how speakers are named.
    speakers : SpeakerTable, optional
        With the changes of the settings.
    kept : Kept
        Knows how long sounds are.
    """

    def __init__(self, settings: Settings, corpus: Corpus, speakers: SpeakerTable | None, kept: Kept) -> None:
        self.settings, self.speakers = settings, speakers
        self._kept = kept
        self._choice = make_choice(settings.tokens)
        self._rule = infer_speaker_rule(corpus.recordings)
        self._refused = refused_by_table(corpus, speakers)

    def choose(self, recording: Recording, grid: TextGrid) -> Tokens:
        """Return the tokens of a recording; an annotation that can't be used has a failure and no token.

        Raises
        ------
        AudioError
            If the sound file is not there any more.
        """
        duration = self._kept.duration(recording)
        try:
            if recording.name in self._refused:
                raise self._refused[recording.name]
            return tokens_of(
                recording,
                grid,
                self.settings.tokens,
                self.settings.read,
                choice=self._choice,
                audio_duration=duration,
                speaker_of=self._lookup,
            )
        except W2VPraatError as error:
            return Tokens(failures=(placed_error(error, recording),))

    def start_time(self, grid: TextGrid) -> float:
        """Time of the first sample of a recording with this annotation, in seconds."""
        return grid_offset(grid, self.settings.read)

    def ceilings(self, part: Tokens) -> dict[str, float]:
        """Return the formant ceilings set by hand for these tokens of one recording and their speakers."""
        every = (*part.kept, *(one.token for one in part.rejected))
        recordings = {token.recording for token in every[:1]}
        choices = [
            one
            for one in self.settings.ceilings
            if not is_token_id(one.who) or one.who.rpartition("#")[0] in recordings
        ]
        return ceilings_for(choices, every)[0] if choices else {}

    def _lookup(self, recording: Recording, tier: str) -> SpeakerInfo:
        if self.speakers is None:
            return self._rule.lookup(recording, tier)
        return self.speakers.lookup(recording, tier, self._rule)


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be computed after an edit; `refreshing` does it.

    Parameters
    ----------
    number : int
        Plans are numbered; of two for one recording the later one counts.
    base : RecordingValues
        The recording as it is now.
    grid : TextGrid
        Its edited annotation.
    part : Tokens or None
        The tokens of that; None: they are chosen in the worker.
    dims : mapping
        The vectors that are wanted, and their dimensions.
    own_keys : tuple of VectorKey
        Those of the run.
    columns : tuple of str
        Number columns that measuring made.
    chooser, kept : Chooser, Kept
        Rules, and what is there already.
    chosen_ceilings : mapping
        Formant ceiling of each speaker and the note on it, if the run chose them from all its tokens.
    error : W2VPraatError or None
        Why it is not possible; `refreshing` raises it.
    """

    number: int
    base: RecordingValues
    grid: TextGrid
    part: Tokens | None
    dims: Mapping[VectorKey, int]
    own_keys: tuple[VectorKey, ...]
    columns: tuple[str, ...]
    chooser: Chooser
    kept: Kept
    chosen_ceilings: Mapping[str, tuple[float, str]]
    error: W2VPraatError | None = None

    @property
    def name(self) -> str:
        """Name of the recording."""
        return self.base.name

    @cached_property
    def needs_work(self) -> bool:
        """False if nothing has to be measured or pooled: then `refreshing` takes no time worth a thread."""
        if self.part is None or self.error is not None:
            return True
        known = {(token.start, token.end, token.speaker) for token in self.base.tokens}
        return (
            bool(self.base.lacking)
            or set(self.dims) != set(self.base.vectors)
            or self.base.start_time != self.chooser.start_time(self.grid)
            or any((token.start, token.end, token.speaker) not in known for token in self.part.kept)
            or len(self.part.kept) != len(self.base)
            or bool(self.base.ceilings)
        )


def make_plan(base: RecordingValues, grid: TextGrid, number: int, **rest: Any) -> Plan:
    """Plan what an edit asks for; see `Plan` for `rest`."""
    plan = Plan(number, base, grid, None, **rest)
    items = sum(len(tier) for tier in grid.tiers)
    if items > QUICK_ITEMS:
        return plan
    try:
        return replace(plan, part=chosen(plan))
    except W2VPraatError as error:
        return replace(plan, error=error)


def chosen(plan: Plan) -> Tokens:
    """Return the tokens of a plan.

    Raises
    ------
    W2VPraatError
        If the sound file is not there any more; one that was not there in the run either is a failure again.
    """
    if plan.part is not None:
        return plan.part
    try:
        return plan.chooser.choose(plan.base.recording, plan.grid)
    except AudioError as error:
        if plan.base.part.failures:
            return Tokens(failures=(placed_error(error, plan.base.recording),))
        raise


def changes_nothing(plan: Plan) -> bool:
    """Whether every kept token is as it was, with all its values."""
    return (
        plan.error is None
        and plan.part is not None
        and same_tokens(plan.part.kept, plan.base.tokens)
        and not plan.base.lacking
        and plan.base.start_time == plan.chooser.start_time(plan.grid)
        and dict(plan.base.ceilings) == plan.chooser.ceilings(plan.part)
    )


def same_tokens(one: tuple[Token, ...], two: tuple[Token, ...]) -> bool:
    """Whether tokens are the same in everything, metadata too."""
    return one == two


def stale_tokens(plan: Plan) -> frozenset[str]:
    """Return the ids of present tokens that the edit changes."""
    if plan.part is None or plan.error is not None:
        return frozenset(token.id for token in plan.base.tokens)
    still = {_traits(token) for token in plan.part.kept}
    lacking = {
        token.id
        for mask in plan.base.lacking.values()
        for token, missing in zip(plan.base.tokens, mask, strict=True)
        if missing
    }
    return frozenset(token.id for token in plan.base.tokens if _traits(token) not in still) | lacking


def _traits(token: Token) -> tuple[Any, ...]:
    return (token.start, token.end, token.label, token.word, token.pre_seg, token.fol_seg, token.speaker)
