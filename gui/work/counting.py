"""What the threads of `TokenCount` do: choose the tokens of each recording and keep only their numbers.

Nothing here knows Qt. A corpus may have a million intervals, so tokens themselves are not kept.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern

from w2vpraat.corpus.audio import audio_info
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.labels import guess_label_map
from w2vpraat.corpus.speaker_rules import SpeakerInfo, SpeakerRule
from w2vpraat.corpus.speakers import SpeakerTable, infer_speaker_rule
from w2vpraat.corpus.textgrid import TextGrid, read_textgrid
from w2vpraat.corpus.token_choice import Choice, make_choice
from w2vpraat.corpus.token_values import REASONS, Token, Tokens
from w2vpraat.corpus.tokens import refused_by_table, tokens_of
from w2vpraat.errors import SpeakerError, W2VPraatError
from w2vpraat.params import ReadParams, TokenParams
from w2vpraat.pipeline.opening import speaker_table, vowel_labels
from w2vpraat.session.settings import Settings

SHORT, LONG = "short", "long"
"""What the reason "duration" is divided into."""
MOST_LISTED = 20_000
"""So many tokens that were left out are listed."""


@dataclass(frozen=True)
class Chooser:
    """The wishes of the settings, checked; and who speaks.

    Parameters
    ----------
    params, read : TokenParams, ReadParams
        The wishes.
    choice : Choice
        The same, ready to apply.
    rule, table, refused
        How speakers are found, and recordings whose row in the table also fits others.
    """

    params: TokenParams
    read: ReadParams
    choice: Choice
    rule: SpeakerRule
    table: SpeakerTable | None
    refused: Mapping[str, SpeakerError] = field(repr=False)

    def tokens(self, recording: Recording, grid: TextGrid) -> Tokens:
        """Choose the tokens of a recording.

        Raises
        ------
        W2VPraatError
            If the recording can't be used.
        """
        if recording.name in self.refused:
            raise self.refused[recording.name]
        return tokens_of(
            recording,
            grid,
            self.params,
            self.read,
            choice=self.choice,
            audio_duration=audio_info(recording.audio_path).duration,
            speaker_of=self.speaker,
        )

    def grid(self, recording: Recording, shown: TextGrid | None) -> TextGrid:
        """Return the grid of a recording: as it is in the editor, else as in its file."""
        if shown is not None:
            return shown
        return read_textgrid(recording.grid_path, fallback_encoding=self.read.fallback_encoding)

    def speaker(self, recording: Recording, tier: str) -> SpeakerInfo:
        """Return who speaks on a tier."""
        if self.table is None:
            return self.rule.lookup(recording, tier)
        return self.table.lookup(recording, tier, self.rule)


@dataclass(frozen=True)
class PartCount:
    """The tokens of one recording, in numbers.

    Parameters
    ----------
    kept : int
        Tokens.
    seconds, duration : float
        Of these tokens, and of the sound.
    reasons : mapping
        Key of `REASONS` (with "duration" divided into "short" and "long") to number of tokens left out.
    labels, kept_labels : mapping
        Label to number of labelled items on the chosen tiers, and of tokens.
    speakers, kept_speakers : mapping
        The same by speaker.
    raw : mapping
        The same by label as in the file, of tokens.
    tiers : tuple of str
        Names of all tiers.
    failure : W2VPraatError, optional
        Why the recording can't be used.
    """

    kept: int = 0
    seconds: float = 0.0
    duration: float = 0.0
    reasons: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    kept_labels: Mapping[str, int] = field(default_factory=dict)
    speakers: Mapping[str, int] = field(default_factory=dict)
    kept_speakers: Mapping[str, int] = field(default_factory=dict)
    raw: Mapping[str, int] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()
    failure: W2VPraatError | None = None


def make_chooser(settings: Settings, corpus: Corpus) -> Chooser:
    """Check the wishes, and read the table of speakers.

    Raises
    ------
    W2VPraatError
        If the wishes are not possible, or the table can't be used.
    """
    table = speaker_table(settings, corpus)
    return Chooser(
        settings.tokens,
        settings.read,
        make_choice(settings.tokens),
        infer_speaker_rule(corpus.recordings),
        table,
        refused_by_table(corpus, table),
    )


def choosing(settings: Settings, corpus: Corpus) -> Iterator[Chooser]:
    """Yield the chooser of some settings."""
    yield make_chooser(settings, corpus)


def count_recording(chooser: Chooser, recording: Recording, shown: TextGrid | None) -> PartCount:
    """Count the tokens of one recording, with its grid as shown in the editor or (None) as in its file."""
    tiers: tuple[str, ...] = ()
    try:
        grid = chooser.grid(recording, shown)
        tiers = tuple(intern(name) for name in grid.tier_names)
        found = chooser.tokens(recording, grid)
    except W2VPraatError as error:
        return PartCount(tiers=tiers, failure=error)
    labelled = [*found.kept, *(one.token for one in found.rejected if one.token.label)]
    return PartCount(
        kept=len(found.kept),
        seconds=sum(token.duration for token in found.kept),
        duration=audio_info(recording.audio_path).duration,
        reasons=Counter(_reason(one.reason, one.token, chooser.params) for one in found.rejected),
        labels=Counter(token.label for token in labelled),
        kept_labels=Counter(token.label for token in found.kept),
        speakers=Counter(token.speaker for token in labelled),
        kept_speakers=Counter(token.speaker for token in found.kept),
        raw=Counter(token.raw_label for token in found.kept),
        tiers=tiers,
    )


def count_slice(
    chooser: Chooser,
    recordings: Sequence[Recording],
    grids: Mapping[str, TextGrid],
    seconds: float = 0.2,
) -> Iterator[tuple[str, PartCount]]:
    """Yield ``(name, PartCount)`` for as many recordings as so much time allows, at least one.

    A slice is a job of its own, so that what is scrolled to meanwhile need not wait for a whole corpus.
    """
    end = time.monotonic() + seconds
    for recording in recordings:
        yield recording.name, count_recording(chooser, recording, grids.get(recording.name))
        if time.monotonic() > end:
            return


@dataclass(frozen=True)
class Guess:
    """What the labels of a corpus look like.

    Parameters
    ----------
    vowels : frozenset of str
        Labels that stand for vowels.
    label_map : str
        A label map that fits, if none is in use and one is plain to see.
    told : str
        The same in words.
    """

    vowels: frozenset[str] = frozenset()
    label_map: str = ""
    told: str = ""


def guessing(labels: Mapping[str, int], raw: Mapping[str, int], label_map: str) -> Iterator[Guess]:
    """Yield what labels (with their numbers) look like.

    Parameters
    ----------
    labels, raw : mapping
        Numbers by label as it is worked with, and as it stands in the files.
    label_map : str
        The map in use.
    """
    vowels = vowel_labels(Counter(labels).elements(), label_map)
    guess = guess_label_map(Counter(raw).elements()) if label_map in ("", "none") else None
    yield Guess(vowels) if guess is None else Guess(vowels, guess.name, str(guess))


def listing(
    chooser: Chooser, recordings: Iterable[Recording], grids: Mapping[str, TextGrid]
) -> Iterator[list[tuple[str, ...]]]:
    """Yield, recording by recording, one row per token that is left out or recording that can't be used.

    Rows are ``id, label, start, end, reason, detail``; empty intervals are no tokens and are not listed.
    """
    listed = 0
    for recording in recordings:
        try:
            found = chooser.tokens(recording, chooser.grid(recording, grids.get(recording.name)))
        except W2VPraatError as error:
            yield [(recording.name, "", "", "", "the recording can't be used", str(error))]
            continue
        rows: list[tuple[str, ...]] = [
            (
                one.token.id,
                one.token.label,
                f"{one.token.start:.6g}",
                f"{one.token.end:.6g}",
                REASONS[one.reason],
                one.detail,
            )
            for one in found.rejected
            if one.reason != "empty"
        ]
        listed += len(rows)
        yield rows
        if listed >= MOST_LISTED:
            return


def _reason(reason: str, token: Token, params: TokenParams) -> str:
    if reason != "duration":
        return reason
    return SHORT if token.duration < params.min_duration else LONG
