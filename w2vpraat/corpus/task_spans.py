"""Labelled stretches of each recording, for every task that a model is fine-tuned for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from w2vpraat.corpus.speaker_rules import sex_of
from w2vpraat.corpus.tasks import ClassMap
from w2vpraat.corpus.token_values import Rejected, Token

SILENCE = "sil"
# What stands for a pause where no label map says so.
PAUSES = frozenset({"", "sil", "sp", "spn", "pau", "<sil>", "<p:>", "<p>", "#", "h#", "_", "..."})

Stretch = tuple[float, float]


@dataclass(frozen=True)
class Spans:
    """Stretches of one recording with the class of their frames.

    Parameters
    ----------
    starts, ends : tuple of float
        Seconds, on the clock of the TextGrid.
    labels : tuple of str
        Class of each.
    """

    starts: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[tuple[float, float, str]]) -> Spans:
        """Make spans of (start, end, label)."""
        return cls(tuple(a for a, _, _ in rows), tuple(b for _, b, _ in rows), tuple(c for _, _, c in rows))

    def __len__(self) -> int:
        return len(self.labels)


def tier_spans(
    kept: Sequence[Token],
    rejected: Sequence[Rejected],
    *,
    silence: str = "class",
    classes: ClassMap | None = None,
) -> Spans:
    """Make spans of the intervals of a tier.

    Parameters
    ----------
    kept, rejected : sequence of Token, Rejected
        The tokens of one recording and tier.
    silence : {"class", "ignore"}
        Empty intervals and those that stand for a pause become the class ``sil``, or no span. With a tier per
        speaker, only where nobody speaks.
    classes : ClassMap, optional
        Turns labels into classes; labels that it does not know become no span.

    Returns
    -------
    Spans
        Intervals left out for another reason (broken, unwanted label) become no span.
    """
    rows = []
    for token in kept:
        if is_pause(token):
            continue
        label = token.label if classes is None else classes(token.label)
        if label:
            rows.append((token.start, token.end, label))
    if silence == "class":
        rows += [(start, end, SILENCE) for start, end in _pauses(kept, rejected)]
    return Spans.of(sorted(rows))


def _pauses(kept: Sequence[Token], rejected: Sequence[Rejected]) -> list[Stretch]:
    silent: list[Token] = []
    spoken: list[Token] = []
    for token in kept:
        (silent if is_pause(token) else spoken).append(token)
    for one in rejected:
        if one.token.end > one.token.start:
            (silent if one.reason in ("empty", "silence") else spoken).append(one.token)
    if len({token.tier_number for token in (*silent, *spoken)}) == 1:
        return [(token.start, token.end) for token in silent]
    return _without(silent, spoken)


def _without(tokens: Sequence[Token], others: Sequence[Token]) -> list[Stretch]:
    """Cut from the tokens what others cover."""
    cuts = sorted((token.start, token.end) for token in others)
    found, number = [], 0
    for token in sorted(tokens, key=lambda token: token.start):
        while number < len(cuts) and cuts[number][1] <= token.start:
            number += 1
        begin = token.start
        for start, end in cuts[number:]:
            if start >= token.end:
                break
            if start > begin:
                found.append((begin, start))
            begin = max(begin, end)
        if begin < token.end:
            found.append((begin, token.end))
    return found


def is_pause(token: Token) -> bool:
    """Tell whether a kept token stands for a pause (in use without a label map)."""
    return token.label.casefold() in PAUSES


def column_spans(
    tokens: Sequence[Token],
    column: str,
    *,
    frames: str = "labelled",
    voiced: Callable[[], Sequence[Stretch]] | None = None,
    whole: Stretch | None = None,
) -> Spans:
    """Make spans of one value per speaker or file.

    Parameters
    ----------
    tokens : sequence of Token
        The labelled tokens of one recording.
    column : str
        ``speaker``, ``sex``, or a column of the speaker table.
    frames : {"labelled", "voiced", "all"}
        The value is put on the labelled intervals (without pauses), on their voiced part, or on the whole
        recording. With several speakers in one recording, ``all`` and ``voiced`` keep to each speaker's own
        intervals.
    voiced : callable, optional
        Returns the voiced stretches of the recording.
    whole : (float, float), optional
        Where the recording begins and ends.
    """
    own = [(token, value) for token in tokens if not is_pause(token) and (value := value_of(token, column))]
    values = {value_of(token, column) for token in tokens if not is_pause(token)}
    if frames == "all" and len(values) == 1 and own and whole is not None:
        return Spans.of([(*whole, values.pop())])
    rows = [(token.start, token.end, value) for token, value in own]
    if frames == "voiced" and voiced is not None:
        rows = _within(rows, voiced())
    return Spans.of(sorted(rows))


def value_of(token: Token, column: str) -> str:
    """Return a token's value in a column; empty if it has none."""
    if column == "speaker":
        return token.speaker
    if column == "sex":
        return sex_of(token.metadata)
    return token.metadata.get(column, "").strip()


def _within(
    rows: Sequence[tuple[float, float, str]], parts: Sequence[Stretch]
) -> list[tuple[float, float, str]]:
    found = []
    for start, end, label in rows:
        for first, last in parts:
            low, high = max(start, first), min(end, last)
            if high > low:
                found.append((low, high, label))
    return found
