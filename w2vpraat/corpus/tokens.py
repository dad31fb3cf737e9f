"""Choose the tokens: intervals or points of a tier, by label, duration and context."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from types import MappingProxyType

from w2vpraat.corpus.audio import audio_info
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.recording_tokens import grid_offset, suggestion, tokens_of
from w2vpraat.corpus.speakers import SpeakerInfo, SpeakerTable, infer_speaker_rule
from w2vpraat.corpus.token_choice import make_choice
from w2vpraat.corpus.token_values import REASONS, Rejected, Token, Tokens, tokens_frame
from w2vpraat.errors import SpeakerError, W2VPraatError
from w2vpraat.params import ReadParams, TokenParams

__all__ = [
    "REASONS",
    "Rejected",
    "Token",
    "Tokens",
    "grid_offset",
    "iter_tokens",
    "join_tokens",
    "placed_error",
    "refused_by_table",
    "select_tokens",
    "tokens_frame",
    "tokens_of",
]


def select_tokens(
    corpus: Corpus,
    params: TokenParams | None = None,
    read: ReadParams | None = None,
    speakers: SpeakerTable | None = None,
) -> Tokens:
    """Choose the tokens of a corpus.

    A recording that can't be used becomes a failure and does not stop the others.

    Parameters
    ----------
    corpus : Corpus
        From `discover`.
    params : TokenParams, optional
        What is wanted; default: all labelled intervals of the phone tier.
    read : ReadParams, optional
        How files are opened and what becomes of broken intervals.
    speakers : SpeakerTable, optional
        From `read_speakers`; without it speakers are taken from tier names, folders or file names.

    Returns
    -------
    Tokens
        Kept and rejected tokens, problems, failures, and how the speakers were found.

    Raises
    ------
    TokenError, InputError
        If the wishes themselves are not possible (regular expression, label map).
    """
    return join_tokens(iter_tokens(corpus, params, read, speakers), corpus, speakers, params)


def iter_tokens(
    corpus: Corpus,
    params: TokenParams | None = None,
    read: ReadParams | None = None,
    speakers: SpeakerTable | None = None,
) -> Iterator[Tokens]:
    """Yield the tokens of each recording, in the order of the corpus (see `select_tokens`)."""
    params, read = params or TokenParams(), read or ReadParams()
    choice = make_choice(params)
    rule = infer_speaker_rule(corpus.recordings)
    refused = refused_by_table(corpus, speakers)

    def lookup(recording: Recording, tier: str) -> SpeakerInfo:
        return rule.lookup(recording, tier) if speakers is None else speakers.lookup(recording, tier, rule)

    for recording in corpus.recordings:
        try:
            if recording.name in refused:
                raise refused[recording.name]
            grid = corpus.grid(recording, fallback_encoding=read.fallback_encoding)
            duration = audio_info(recording.audio_path).duration
            yield tokens_of(
                recording, grid, params, read, choice=choice, audio_duration=duration, speaker_of=lookup
            )
        except W2VPraatError as error:
            yield Tokens(failures=(placed_error(error, recording),))


def join_tokens(
    parts: Iterable[Tokens],
    corpus: Corpus | None = None,
    speakers: SpeakerTable | None = None,
    params: TokenParams | None = None,
) -> Tokens:
    """Put the tokens of several recordings together, and look at them as a whole.

    Parameters
    ----------
    parts : iterable of Tokens
        From `iter_tokens`.
    corpus, speakers : Corpus, SpeakerTable, optional
        To report rows and recordings that did not meet.
    params : TokenParams, optional
        Without a label map there, one may be suggested.
    """
    found = list(parts)
    kept = tuple(token for part in found for token in part.kept)
    rejected = tuple(one for part in found for one in part.rejected)
    rules: Counter[str] = Counter()
    for part in found:
        rules.update(part.speaker_rules)
    report = None
    if corpus is not None and speakers is not None:
        tiers: dict[str, set[str]] = {}
        for token in (*kept, *(one.token for one in rejected)):
            tiers.setdefault(token.recording, set()).add(token.tier)
        report = speakers.check(corpus.recordings, {name: sorted(names) for name, names in tiers.items()})
    return Tokens(
        kept,
        rejected,
        tuple(problem for part in found for problem in part.problems),
        tuple(failure for part in found for failure in part.failures),
        suggestion(kept, params or TokenParams()),
        MappingProxyType(dict(rules)),
        report,
    )


def refused_by_table(corpus: Corpus, speakers: SpeakerTable | None) -> dict[str, SpeakerError]:
    """Return the recordings whose row in the speaker table also fits others: name to error."""
    if speakers is None:
        return {}
    refused = {}
    for row, names in speakers.check(corpus.recordings).rows_with_several.items():
        for name in names:
            refused[name] = SpeakerError(
                f"{row} fits several recordings: {', '.join(names)}",
                "write the folder too in the table's file names, or a pattern with *",
                file=speakers.path,
            )
    return refused


def placed_error(error: W2VPraatError, recording: Recording) -> W2VPraatError:
    """Return an error that names the recording, also if it named no file of it."""
    own = (str(recording.audio_path), str(recording.grid_path))
    if error.file in own:
        return error
    message = error.message if error.file is None else f"{error.file}: {error.message}"
    return type(error)(
        message, error.hint, file=own[1], tier=error.tier, interval=error.interval, time=error.time
    )
