"""One row of the corpus table: a recording, or a file without a partner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "file": "the message says what to do",
        "partner": "put the partner beside it, under the same name",
        "tier": "choose another tier, or rename the tier",
        "speaker": "correct the speaker table",
        "beyond_audio": "check that it is the right sound; else shorten the last interval",
        "overlap": "move one of the two boundaries, or let overlaps be trimmed when the corpus is read",
        "reversed": "swap its boundaries, or delete the interval",
        "outside_tier": "move the boundary into the tier",
        "unordered": "save the TextGrid in Praat: it sorts the intervals",
        "same_time": "move or delete one of the two points, or Praat will drop one",
        "gap": "add an empty interval, or let gaps be filled when the corpus is read",
        "unknown_symbol": "correct the label, or choose another label map",
        "tier_domain": "make the tier as long as the TextGrid; harmless if the labels are in place",
        "tier_edge": "add an empty interval at the edge; harmless if the labels are in place",
        "duplicate_tier": "rename one of the tiers",
        "empty_tier_name": "name the tier",
        "trailing_data": "open the file and look behind its end; saving it here keeps what is there",
        "encoding": "if letters are wrong, choose another encoding for old files",
        "unsnapped": "nothing needs to be done",
    }
)
"""Kind of problem to what to do about it, the worst kinds first."""

COLUMNS = (
    "name",
    "file_name",
    "speaker",
    "duration",
    "rate",
    "channels",
    "tiers",
    "intervals",
    "labelled",
    "problems",
    "tier",
    "label",
    "tag",
    "problem",
    "partner",
)


@dataclass(frozen=True)
class CorpusRow:
    """One recording, or a file without a partner.

    Parameters
    ----------
    name : str
        Name of the recording; of a file without a partner, its path relative to the corpus.
    file_name : str
        Path of the sound file relative to the corpus; empty if there is none.
    audio_path, grid_path : Path or None
        The files; None: missing.
    partner : str
        Empty for a pair; else what is missing or doubtful: ``no TextGrid``, ``no sound file``, or why the
        file has no partner.
    speakers : tuple of str
        Of the chosen tiers, each once.
    duration : float or None
        Of the sound, in seconds; None if its header can't be read.
    rate, channels : int or None
        Sampling rate in Hz, number of channels.
    tiers : tuple of str
        Names of all tiers.
    chosen : tuple of int
        Numbers of the tiers that hold the tokens, counted from 1.
    intervals, labelled : int
        Intervals (or points) on the chosen tiers, and those with a label.
    labels : frozenset of str
        The different labels on the chosen tiers, as in the files (trigraphs converted, NFC) and in IPA.
    kinds : tuple of str
        Kinds of problems (keys of `REMEDIES`), each once, the worst first.
    problems : int
        Number of problems.
    problem, remedy : str
        The worst problem with its place, and what to do about it; empty if there is none.
    metadata : mapping
        Column of the speaker table to text; of several speakers with different texts, joined by ``; ``.
    tags : tuple of str
        What reviewers said of its tokens.
    """

    name: str
    file_name: str = ""
    audio_path: Path | None = None
    grid_path: Path | None = None
    partner: str = ""
    speakers: tuple[str, ...] = ()
    duration: float | None = None
    rate: int | None = None
    channels: int | None = None
    tiers: tuple[str, ...] = ()
    chosen: tuple[int, ...] = ()
    intervals: int = 0
    labelled: int = 0
    labels: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()
    problems: int = 0
    problem: str = ""
    remedy: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)
    tags: tuple[str, ...] = ()

    def cells(self) -> dict[str, Any]:
        """Return the row for a filter: column to value (see `columns_of`)."""
        made: dict[str, Any] = {
            # A column of the speaker table that is called like one of ours gets a suffix, as in tokens.csv.
            (f"{name}_meta" if name in COLUMNS else name): text
            for name, text in self.metadata.items()
        }
        made.update(
            name=self.name,
            file_name=self.file_name,
            speaker=self.speakers,
            duration=self.duration,
            rate=self.rate,
            channels=self.channels,
            tiers=len(self.tiers),
            intervals=self.intervals,
            labelled=self.labelled,
            problems=self.problems,
            tier=self.tiers,
            label=self.labels,
            tag=self.tags,
            problem=self.kinds,
            partner=self.partner,
        )
        return made
