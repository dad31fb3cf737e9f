"""Tokens as values: kept ones, rejected ones with the reason, and the table of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from w2vpraat.errors import W2VPraatError

if TYPE_CHECKING:
    import pandas

    from w2vpraat.corpus.problems import Problem
    from w2vpraat.corpus.speakers import JoinReport

IDENTITY_COLUMNS = ("id", "file_name", "speaker", "tier", "label", "word", "pre_seg", "fol_seg")
TIME_COLUMNS = ("start", "end", "dur")
# Names that later steps give to columns of the same table; metadata must not take them.
RESERVED_COLUMNS = frozenset(
    IDENTITY_COLUMNS
    + TIME_COLUMNS
    + ("time", "prop_time", "f0", "intensity", "max_formant")
    + ("n_frames", "frame_start", "frame_end", "model", "layer", "pool")
    + tuple(f"{kind}{number}" for kind in "FB" for number in range(1, 8))
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "empty": "the interval has no label",
        "silence": "the label stands for silence",
        "label": "not one of the wanted labels",
        "unknown_symbol": "the label map does not know the label",
        "duration": "too short or too long",
        "context": "the neighbour is not one of the wanted labels",
        "stop_word": "the word is a stop word",
        "speaker": "not one of the wanted speakers",
        "overlap": "the interval overlaps with another of its tier",
        "gap": "the interval lies at a gap",
        "reversed": "the interval ends before (or where) it starts",
        "beyond_audio": "the interval reaches beyond the sound",
        "problem": "the interval is broken",
    }
)


@dataclass(frozen=True)
class Token:
    """One labelled stretch of speech.

    Parameters
    ----------
    id : str
        ``recording-name#tier.interval``, numbers as Praat counts them.
    file_name : str
        Path of the sound file relative to the corpus, with extension.
    speaker : str
        Who speaks.
    tier : str
        Name of the tier.
    tier_number, interval : int
        Counted from 1, as Praat does; for a point tier, `interval` is the number of the point.
    label : str
        The label to work with: trigraphs converted, NFC, blanks at the ends removed, and in IPA if a label
        map is in use and knows it.
    raw_label : str
        What the file says.
    start, end : float
        Seconds, on the clock of the TextGrid. A token of a point tier lasts from the point minus to the point
        plus ``point_window``.
    word : str
        Label of the interval of the word tier that holds the middle of the token; empty if there is none.
    pre_seg, fol_seg : str
        Labels of the neighbours on the tier, treated as `label`; empty for an unlabelled neighbour and at the
        ends of the tier.
    metadata : mapping
        Columns of the speaker table, names and values unchanged.
    """

    id: str
    file_name: str
    speaker: str
    tier: str
    tier_number: int
    interval: int
    label: str
    raw_label: str
    start: float
    end: float
    word: str = ""
    pre_seg: str = ""
    fol_seg: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not isinstance(self.metadata, MappingProxyType):
            object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy can't be pickled, and tokens travel to worker processes.
        values = [getattr(self, name) for name in self.__dataclass_fields__]
        return type(self), (*values[:-1], dict(self.metadata))

    @property
    def recording(self) -> str:
        """Name of the recording."""
        return self.id.rpartition("#")[0]

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """Time of the middle in seconds (of a point: the point)."""
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class Rejected:
    """A token that was left out.

    Parameters
    ----------
    token : Token
        What it would have been; fields that were not worked out any more are empty.
    reason : str
        A key of `REASONS`.
    detail : str
        The particulars, for a phonetician.
    """

    token: Token
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Tokens:
    """The tokens of a corpus.

    Parameters
    ----------
    kept : tuple of Token
        In order of recording, tier and interval.
    rejected : tuple of Rejected
        Every other interval or point of the same tiers, in the same order.
    problems : tuple of Problem
        What is wrong with the annotations, whether or not it cost a token.
    failures : tuple of W2VPraatError
        Recordings that could not be used at all.
    suggestion : str
        The label map that fits the labels, in words, if none was chosen and one is plain to see; else empty.
    speaker_rules : mapping
        Where speakers were taken from (see `SpeakerInfo.rule`): rule to number of tiers.
    join : JoinReport, optional
        What the speaker table and the corpus do not know of each other.
    """

    kept: tuple[Token, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    problems: tuple[Problem, ...] = ()
    failures: tuple[W2VPraatError, ...] = ()
    suggestion: str = ""
    speaker_rules: Mapping[str, int] = field(default_factory=dict)
    join: JoinReport | None = None

    def __len__(self) -> int:
        return len(self.kept)

    def by_recording(self) -> dict[str, tuple[Token, ...]]:
        """Return the kept tokens of each recording, by recording name, in their order."""
        groups: dict[str, list[Token]] = {}
        for token in self.kept:
            groups.setdefault(token.recording, []).append(token)
        return {name: tuple(tokens) for name, tokens in groups.items()}

    def reasons(self) -> dict[str, int]:
        """Return how many were left out for each reason, the most frequent first."""
        return dict(Counter(one.reason for one in self.rejected).most_common())

    def frame(self) -> pandas.DataFrame:
        """Return the kept tokens as a table.

        Returns
        -------
        pandas.DataFrame
            One row per token; columns ``id, file_name, speaker, tier, label, word, pre_seg, fol_seg`` (text),
            ``start, end, dur`` (float64, seconds), then the metadata columns (text), names unchanged. A
            metadata column that is called like a column of the long table gets the suffix ``_meta``.
        """
        return tokens_frame(self.kept)


def tokens_frame(tokens: tuple[Token, ...]) -> pandas.DataFrame:
    """Return any tokens as a table (see `Tokens.frame`)."""
    import pandas

    table: dict[str, Any] = {
        name: pandas.Series([getattr(token, name) for token in tokens], dtype=object)
        for name in IDENTITY_COLUMNS
    }
    table["start"] = pandas.Series([token.start for token in tokens], dtype="float64")
    table["end"] = pandas.Series([token.end for token in tokens], dtype="float64")
    # A difference of decimal times is off by rounding: 0.19, not 0.18999999999999995.
    table["dur"] = (table["end"] - table["start"]).round(12)
    for name in metadata_columns(tokens):
        shown = f"{name}_meta" if name in RESERVED_COLUMNS else name
        table[shown] = pandas.Series([token.metadata.get(name, "") for token in tokens], dtype=object)
    frame: pandas.DataFrame = pandas.DataFrame(table)
    return frame


def metadata_columns(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """Names of all metadata columns, in the order in which they first occur."""
    names: dict[str, None] = {}
    for metadata in {id(token.metadata): token.metadata for token in tokens}.values():
        names.update(dict.fromkeys(metadata))
    return tuple(names)
