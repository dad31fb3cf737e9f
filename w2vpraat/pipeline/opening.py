"""First step: a folder becomes tokens with speakers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.gathering import gather
from w2vpraat.corpus.labels import guess_label_map, load_label_map
from w2vpraat.corpus.speaker_edits import apply_edits
from w2vpraat.corpus.speakers import SpeakerTable, infer_speaker_rule, read_speakers
from w2vpraat.corpus.token_values import Token, Tokens
from w2vpraat.corpus.tokens import grid_offset, iter_tokens, join_tokens
from w2vpraat.errors import InputError, TokenError
from w2vpraat.events import Progress, Skipped
from w2vpraat.session.settings import Settings


@dataclass(frozen=True)
class Opened:
    """A corpus with its chosen tokens: what every further step starts from.

    Parameters
    ----------
    settings : Settings
        What was asked for.
    corpus : Corpus
        The recordings.
    tokens : Tokens
        Kept and rejected tokens.
    parts : tuple of Tokens
        The same, one for each recording of the corpus, before they were put together.
    """

    settings: Settings
    corpus: Corpus
    tokens: Tokens
    parts: tuple[Tokens, ...] = field(default=(), repr=False)

    def recordings(self) -> tuple[tuple[Recording, tuple[Token, ...]], ...]:
        """Return the recordings that have kept tokens, with them, in order."""
        groups = self.tokens.by_recording()
        return tuple(
            (recording, groups[recording.name])
            for recording in self.corpus.recordings
            if recording.name in groups
        )

    def input_files(self) -> dict[str, list[str | Path]]:
        """Name the files whose hashes belong into the provenance, by their role."""
        recordings = [recording for recording, _ in self.recordings()]
        return {
            "audio": [one.audio_path for one in recordings if one.audio_path.is_file()],
            "textgrids": [one.grid_path for one in recordings if one.grid_path.is_file()],
            "speakers": [self.settings.speakers] if self.settings.speakers else [],
        }

    def start_time(self, recording: Recording) -> float:
        """Time of the first sample of a recording, in seconds, on the clock of its TextGrid."""
        read = self.settings.read
        if read.grid_start == "zero":
            return 0.0
        return grid_offset(self.corpus.grid(recording, fallback_encoding=read.fallback_encoding), read)


def opening(settings: Settings, corpus: Corpus | None = None) -> Iterator[Progress | Skipped | Opened]:
    """Find the recordings and choose the tokens.

    Parameters
    ----------
    settings : Settings
        `corpus`, `files`, `speakers`, `metadata`, `read` and `tokens` are used.
    corpus : Corpus, optional
        Already found, perhaps with annotations that are open in an editor; default: by the settings.

    Yields
    ------
    Progress, Skipped, then Opened
        One event per recording; files without a partner are skipped.

    Raises
    ------
    InputError
        If there is no such folder, or it holds no pair of sound file and TextGrid.
    TokenError
        If no recording has a token of the wanted kind.
    """
    if corpus is None and not settings.sources:
        raise InputError("no corpus was given", "name the folder with the recordings and their TextGrids")
    corpus = gather(settings.sources) if corpus is None else corpus
    speakers = speaker_table(settings, corpus)
    for lonely in corpus.unpaired:
        yield Skipped(
            "tokens",
            str(lonely.path),
            InputError(lonely.reason, getattr(lonely, "hint", ""), file=lonely.path),
        )
    if not corpus.recordings:
        raise InputError(
            "no sound file with a TextGrid of the same name was found",
            "the pair must have the same name up to the extension",
            file=settings.corpus,
        )
    parts = []
    total = len(corpus.recordings)
    found = iter_tokens(corpus, settings.tokens, settings.read, speakers)
    for done, (recording, part) in enumerate(zip(corpus.recordings, found, strict=True), start=1):
        parts.append(part)
        for failure in part.failures:
            yield Skipped("tokens", recording.name, failure)
        yield Progress("tokens", done, total, recording.name)
    tokens = join_tokens(parts, corpus, speakers, settings.tokens)
    check_tokens(tokens, settings)
    yield Opened(settings, corpus, tokens, tuple(parts))


def speaker_table(settings: Settings, corpus: Corpus) -> SpeakerTable | None:
    """Read the speaker table of the settings, with the changes that are not in its file.

    Returns
    -------
    SpeakerTable or None
        None if there is neither a table nor a change.

    Raises
    ------
    SpeakerError
        If it can't be read, or a change fits no row.
    """
    table = read_speakers(settings.speakers) if settings.speakers else None
    rule = infer_speaker_rule(corpus.recordings)
    return apply_edits(table, settings.metadata, corpus.recordings, rule=rule)


def unsaved_notes(opened: Opened) -> list[str]:
    """Say which annotations were used as they are in an editor and not as their files have them."""
    unsaved = [name for name in opened.corpus.unsaved if name in opened.tokens.by_recording()]
    if not unsaved:
        return []
    return [
        f"{len(unsaved)} TextGrids were measured with edits that are not saved ({', '.join(unsaved[:3])}"
        f"{' ...' if len(unsaved) > 3 else ''}); the hashes here are those of the files"
    ]


def check_tokens(tokens: Tokens, settings: Settings) -> None:
    """Refuse a choice that left no token.

    Raises
    ------
    TokenError
        With the reason.
    """
    if tokens.kept:
        return
    if tokens.failures:
        first = tokens.failures[0]
        raise TokenError(
            f"no recording could be used; the first: {first.message}",
            first.hint,
            file=first.file,
            tier=first.tier,
        )
    reasons = ", ".join(f"{count} x {reason}" for reason, count in tokens.reasons().items())
    raise TokenError(
        f"no interval became a token (left out: {reasons or 'nothing, the tiers are empty'})",
        "look at --tier, --labels and --label-map; `w2vpraat tokens` lists why each interval was left out",
        file=settings.corpus,
    )


def vowel_labels(labels: Iterable[str], label_map: str) -> frozenset[str]:
    """Tell which labels stand for vowels.

    Parameters
    ----------
    labels : iterable of str
        Labels of tokens, with repetitions.
    label_map : str
        The label map in use; with "none" the set is guessed, which decides only what pictures show and which
        tokens choose a speaker's formant ceiling.

    Returns
    -------
    frozenset of str
        Empty if the labels are of no known set.
    """
    found = list(labels)
    if label_map == "none":
        guess = guess_label_map(found)
        if guess is None:
            return frozenset()
        known = load_label_map(guess.name)
    else:
        known = load_label_map("ipa")  # a map turns labels into IPA
    return frozenset(label for label in set(found) if known.label_class(label) == "vowel")
