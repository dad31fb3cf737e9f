"""The corpus panel's work on other threads: rows of the table, and their metadata after an edit."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from w2vpraat.corpus.corpus_row import CorpusRow
from w2vpraat.corpus.corpus_table import corpus_rows, recording_row
from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.speaker_edits import MetadataEdit, apply_edits
from w2vpraat.corpus.speaker_rules import NO_METADATA, SpeakerRule
from w2vpraat.corpus.speaker_writing import new_speakers, open_speakers, save_speakers
from w2vpraat.corpus.speakers import SpeakerTable, infer_speaker_rule, read_speakers
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.tokens import refused_by_table
from w2vpraat.errors import SpeakerError
from w2vpraat.session.settings import Settings

NumberedRow = tuple[int, CorpusRow]
Portion = tuple[NumberedRow, ...]
PORTION_SECONDS = 0.2


@dataclass(frozen=True)
class Speakers:
    """The table of speakers.

    Parameters
    ----------
    saved : SpeakerTable or None
        As it is in its file; None if there is no file.
    table : SpeakerTable or None
        With the changes that are not in the file.
    rule : SpeakerRule
        Names speakers that the table does not know.
    error : SpeakerError or None
        Why it can't be used.
    """

    saved: SpeakerTable | None = None
    table: SpeakerTable | None = None
    rule: SpeakerRule = field(default_factory=SpeakerRule)
    error: SpeakerError | None = None

    def row_of(self, recording: Recording, speaker: str) -> str:
        """Return whose row an edit of a recording changes: its ``file_name``, or its speaker.

        An edit is kept under the name of the row that it changes, so that two recordings of one speaker do
        not each hold a value of the same cell.
        """
        table = self.table
        if table is None or not table.file_column:
            return speaker
        info = table.lookup(recording, "", self.rule)
        own = [row for row in table.rows if row.number == info.row]
        by_file = not own or any(row.cells[table.file_column] for row in own)
        return recording.file_name if by_file else speaker


def speakers_of(settings: Settings, recordings: Sequence[Recording]) -> Speakers:
    """Read the table of the settings, and apply the changes that are not in its file."""
    rule = infer_speaker_rule(recordings)
    saved = None
    try:
        saved = read_speakers(settings.speakers) if settings.speakers else None
        return Speakers(saved, apply_edits(saved, settings.metadata, recordings, rule=rule), rule)
    except SpeakerError as error:
        return Speakers(saved, saved, rule, error)


def scan(
    corpus: Corpus, settings: Settings, tags: Mapping[str, Sequence[str]]
) -> Iterator[Speakers | Portion]:
    """Yield the table of speakers, then the rows with their places among recordings and lonely files."""
    speakers = speakers_of(settings, corpus.recordings)
    yield speakers
    yield from _portions(enumerate(corpus_rows(corpus, settings.tokens, settings.read, speakers.table, tags)))


def rejoin(corpus: Corpus, settings: Settings, rows: Sequence[CorpusRow]) -> Iterator[Speakers | Portion]:
    """Yield the table of speakers, then the rows that change by it; files are read only where it failed."""
    speakers = speakers_of(settings, corpus.recordings)
    yield speakers
    yield from _portions(_rejoined(corpus, settings, rows, speakers))


def _rejoined(
    corpus: Corpus, settings: Settings, rows: Sequence[CorpusRow], speakers: Speakers
) -> Iterator[NumberedRow]:
    refused = refused_by_table(corpus, speakers.table)
    for place, (recording, row) in enumerate(zip(corpus.recordings, rows, strict=False)):
        try:
            if "speaker" in row.kinds or recording.name in refused:
                raise SpeakerError("could not be joined before")
            changed = _joined(row, recording, speakers)
        except SpeakerError:
            changed = recording_row(
                recording,
                corpus.grids.get(recording.name),
                params=settings.tokens,
                read=settings.read,
                speakers=speakers.table,
                rule=speakers.rule,
                refused=refused.get(recording.name),
                tags=row.tags,
            )
        if changed != row or dict(changed.metadata) != dict(row.metadata):
            yield place, changed


def _portions(rows: Iterable[NumberedRow]) -> Iterator[Portion]:
    """Gather rows, so that the window is not called for every one of thousands."""
    portion: list[NumberedRow] = []
    began = time.monotonic()
    for row in rows:
        portion.append(row)
        if time.monotonic() - began > PORTION_SECONDS:
            yield tuple(portion)
            portion.clear()
            began = time.monotonic()
    yield tuple(portion)


def look_again(
    recording: Recording, grid: TextGrid, settings: Settings, speakers: Speakers, tags: Sequence[str]
) -> Iterator[CorpusRow]:
    """Yield the row of a recording as it is on the screen."""
    yield recording_row(
        recording,
        grid,
        params=settings.tokens,
        read=settings.read,
        speakers=speakers.table,
        rule=speakers.rule,
        tags=tags,
    )


def save_metadata(
    path: Path, edits: Sequence[MetadataEdit], recordings: Sequence[Recording], rule: SpeakerRule
) -> Iterator[Path]:
    """Write edits into the user's table; yield its path when they are there."""
    names = {recording.file_name: recording for recording in recordings}
    file = open_speakers(path) if path.exists() else new_speakers(path)
    for edit in edits:
        file = file.edited(names.get(edit.who, edit.who), edit.column, edit.value, rule=rule)
    save_speakers(file)
    yield path


def _joined(row: CorpusRow, recording: Recording, speakers: Speakers) -> CorpusRow:
    lookup = speakers.rule.lookup
    table = speakers.table
    tiers = [row.tiers[number - 1] for number in row.chosen] or [""]
    infos = [
        lookup(recording, tier) if table is None else table.lookup(recording, tier, speakers.rule)
        for tier in tiers
    ]
    cells: dict[str, dict[str, None]] = {}
    for info in infos:
        for name, text in info.metadata.items():
            cells.setdefault(name, {})[text] = None
    joined = {name: "; ".join(text for text in texts if text) for name, texts in cells.items()}
    return replace(
        row,
        speakers=tuple(dict.fromkeys(info.speaker for info in infos)),
        metadata=MappingProxyType(joined) if joined else NO_METADATA,
    )
