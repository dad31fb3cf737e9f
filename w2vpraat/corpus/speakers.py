"""Who speaks: from a table of the user's, else from tier names, folders or file names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import MappingProxyType

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.file_keys import FileKeys
from w2vpraat.corpus.speaker_rules import (
    NO_METADATA,
    SpeakerInfo,
    SpeakerRule,
    infer_speaker_rule,
    names_in,
    sex_of,
)
from w2vpraat.corpus.tables.reading import FILE_NAMES, SPEAKER_NAMES, Row, find_column, read_table
from w2vpraat.corpus.tier_names import split_tier_name
from w2vpraat.errors import SpeakerError

__all__ = [
    "JoinReport",
    "SpeakerInfo",
    "SpeakerRule",
    "SpeakerTable",
    "infer_speaker_rule",
    "read_speakers",
    "sex_of",
]


@dataclass(frozen=True)
class JoinReport:
    """What a speaker table and a corpus do not know of each other.

    Parameters
    ----------
    rows_without_recording : tuple of str
        Rows of the table, in words.
    recordings_without_row : tuple of str
        Names of recordings with a tier whose speaker is not in the table.
    rows_with_several : mapping
        Rows whose file name, written without folders, fits several recordings: row in words to the names of
        the recordings. Which of them is meant is not for us to guess.
    """

    rows_without_recording: tuple[str, ...] = ()
    recordings_without_row: tuple[str, ...] = ()
    rows_with_several: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, eq=False)
class SpeakerTable:
    """Metadata of speakers or files, joined to recordings and tiers.

    Parameters
    ----------
    path : Path
        Where it was read.
    columns : tuple of str
        All columns.
    rows : tuple of Row
        All rows, values as text.
    file_column, speaker_column : str
        The columns that name file and speaker; one of them may be empty.

    Raises
    ------
    SpeakerError
        If there is neither column, a row has neither value, or two rows have the same key.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    file_column: str = ""
    speaker_column: str = ""
    _files: FileKeys = field(init=False, repr=False)
    _by_speaker: Mapping[str, Row] = field(init=False, repr=False)
    _speakers: frozenset[str] = field(init=False, repr=False)
    _shared: Mapping[int, Mapping[str, str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.file_column and not self.speaker_column:
            raise SpeakerError(
                f"has no column for files or speakers, only {', '.join(self.columns)}",
                f"call one of them {' or '.join(FILE_NAMES[:2])}, or {' or '.join(SPEAKER_NAMES[:2])}",
                file=self.path,
            )
        object.__setattr__(self, "_files", FileKeys(self.path, self._keyed_rows()))
        by_speaker = {self._speaker(row): row for row in self.rows if not self._file(row)}
        object.__setattr__(self, "_by_speaker", by_speaker)
        object.__setattr__(self, "_speakers", frozenset(map(self._speaker, self.rows)) - {""})
        keys = (self.file_column, self.speaker_column)
        shared = {
            row.number: MappingProxyType({name: cell for name, cell in row.cells.items() if name not in keys})
            for row in self.rows
        }
        object.__setattr__(self, "_shared", shared)

    def _keyed_rows(self) -> list[tuple[str, Row]]:
        seen: dict[tuple[str, str], int] = {}
        for row in self.rows:
            key = (self._file(row), self._speaker(row))
            if not any(key) or (self.speaker_column and not key[1] and "(?P<speaker>" not in key[0]):
                raise SpeakerError(f"row {row.number} names no speaker", "fill in the cell", file=self.path)
            if key in seen:
                raise SpeakerError(
                    f"rows {seen[key]} and {row.number} are both for {' and '.join(filter(None, key))}",
                    "delete one of them",
                    file=self.path,
                )
            seen[key] = row.number
        return [(self._file(row), row) for row in self.rows if self._file(row)]

    def _file(self, row: Row) -> str:
        return row.cells[self.file_column] if self.file_column else ""

    def _speaker(self, row: Row) -> str:
        return row.cells[self.speaker_column] if self.speaker_column else ""

    @property
    def metadata_columns(self) -> tuple[str, ...]:
        """Columns other than those that name file and speaker."""
        return tuple(name for name in self.columns if name not in (self.file_column, self.speaker_column))

    def lookup(
        self, recording: Recording, tier_name: str = "", rule: SpeakerRule | None = None
    ) -> SpeakerInfo:
        """Find the speaker of a tier, and the speaker's metadata.

        Rows that name a file go first; of several for one file, the one whose speaker is in the tier name
        (``SPK - phones``). Then rows that name only a speaker: the one in the tier name, the name of a folder
        of the recording, or the file name or its part before the first ``-`` or ``_``. Failing that, the
        speaker is taken by `rule`, without metadata, and the info's `rule` says so.

        Parameters
        ----------
        recording : Recording
            The recording.
        tier_name : str
            Name of the tier; may be empty.
        rule : SpeakerRule, optional
            For recordings that are not in the table; default: the file name.

        Raises
        ------
        SpeakerError
            If several rows fit equally well.
        """
        rule = rule or SpeakerRule()
        in_tier, _ = split_tier_name(tier_name, self._speakers)
        matches = self._files.find(recording)
        if matches:
            return self._from_file_rows(matches, recording, tier_name, in_tier, rule)
        for speaker in (in_tier,) if in_tier else names_in(recording):
            if speaker in self._by_speaker:
                return self._info(self._by_speaker[speaker], speaker)
        fallback = rule.lookup(recording, tier_name)
        return SpeakerInfo(in_tier or fallback.speaker, NO_METADATA, f"{fallback.rule}, not in table")

    def _from_file_rows(
        self,
        matches: Sequence[tuple[Row, Mapping[str, str]]],
        recording: Recording,
        tier_name: str,
        in_tier: str,
        rule: SpeakerRule,
    ) -> SpeakerInfo:
        speakers = [groups.get("speaker") or self._speaker(row) for row, groups in matches]
        if in_tier:
            for (row, groups), speaker in zip(matches, speakers, strict=True):
                if speaker == in_tier:
                    return self._info(row, speaker, groups)
            if in_tier in self._by_speaker:
                return self._info(self._by_speaker[in_tier], in_tier)
            if any(speakers):
                # The table speaks of somebody else: that person's metadata must not be taken.
                return SpeakerInfo(in_tier, NO_METADATA, "tier name, not in table")
        if len(matches) > 1:
            numbers = ", ".join(str(row.number) for row, _ in matches)
            raise SpeakerError(
                f'rows {numbers} all fit {recording.file_name}, and the tier "{tier_name}" names no speaker',
                'delete rows, or name the tiers "SPEAKER - phones"',
                file=self.path,
            )
        (row, groups), speaker = matches[0], speakers[0]
        if speaker:
            return self._info(row, speaker, groups)
        found = rule.lookup(recording, tier_name)
        return SpeakerInfo(found.speaker, self._info(row, "", groups).metadata, found.rule, row.number)

    def _info(self, row: Row, speaker: str, groups: Mapping[str, str] | None = None) -> SpeakerInfo:
        metadata = self._shared[row.number]
        extra = {name: text for name, text in (groups or {}).items() if name != "speaker"}
        joined = MappingProxyType({**metadata, **extra}) if extra else metadata
        return SpeakerInfo(speaker, joined, "table", row.number)

    def check(
        self, recordings: Sequence[Recording], tiers: Mapping[str, Sequence[str]] = MappingProxyType({})
    ) -> JoinReport:
        """Report rows and recordings that do not meet.

        Parameters
        ----------
        recordings : sequence of Recording
            All recordings of the corpus.
        tiers : mapping
            Recording name to the names of its tiers in use, as far as they matter.
        """
        used: set[int] = set()
        alone = []
        fitting: dict[int, list[str]] = {}
        for recording in recordings:
            for row, _ in self._files.find_named(recording):
                fitting.setdefault(row.number, []).append(recording.name)
            infos = []
            for tier in tiers.get(recording.name) or ("",):
                try:
                    infos.append(self.lookup(recording, tier))
                except SpeakerError:
                    used.update(row.number for row, _ in self._files.find(recording))
            used.update(info.row for info in infos if info.row is not None)
            if any(info.row is None for info in infos):
                alone.append(recording.name)
        several = {number: names for number, names in fitting.items() if len(names) > 1}
        return JoinReport(
            tuple(self._in_words(row) for row in self.rows if row.number not in used),
            tuple(alone),
            {self._in_words(row): tuple(several[row.number]) for row in self.rows if row.number in several},
        )

    def _in_words(self, row: Row) -> str:
        return f"row {row.number} ({self._file(row) or self._speaker(row)})"


def read_speakers(path: str | PathLike[str]) -> SpeakerTable:
    """Read metadata of speakers or files.

    Columns are recognized in any case: ``file_name``, ``file``, ``filename``, ``recording`` or ``path``;
    ``speaker``, ``spk`` or ``speaker_id``; ``sex`` or ``gender``. All values stay text: ``03`` stays ``03``.
    A file cell holds a name with or without extension and folders, a pattern with ``*`` and ``?``, or
    ``/regular expression/`` searched in the recording's name; its named groups become columns, the group
    ``speaker`` the speaker.

    Parameters
    ----------
    path : path
        CSV (comma, semicolon or tab), TSV, XLSX (first sheet) or YAML.

    Raises
    ------
    SpeakerError
        If the file can't be read, has no such column, ragged rows or rows with the same key.
    """
    columns, rows = read_table(path)
    return SpeakerTable(
        Path(path), columns, rows, find_column(columns, FILE_NAMES), find_column(columns, SPEAKER_NAMES)
    )
