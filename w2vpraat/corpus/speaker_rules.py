"""Who speaks, as far as tier names, folders and file names tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType

from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.tables.reading import SEX_NAMES, find_column
from w2vpraat.corpus.tier_names import split_tier_name

NO_METADATA: Mapping[str, str] = MappingProxyType({})
_KIND_FOLDERS = frozenset(
    ["wav", "wavs", "audio", "sound", "sounds", "flac", "mp3", "recordings", "textgrid", "textgrids", "data"]
)
_FEMALE = (
    "f",
    "female",
    "fem",
    "feminine",
    "femenino",
    "woman",
    "w",
    "weiblich",
    "frau",
    "femme",
    "mujer",
    "girl",
)
_MALE = ("m", "male", "masc", "masculine", "masculino", "man", "mann", "männlich", "homme", "hombre", "boy")
_SEXES = {**dict.fromkeys(_FEMALE, "F"), **dict.fromkeys(_MALE, "M")}


@dataclass(frozen=True)
class SpeakerInfo:
    """Who speaks on one tier of one recording.

    Parameters
    ----------
    speaker : str
        The speaker's name.
    metadata : mapping
        Column to text, as in the table, without the columns that name file and speaker.
    rule : str
        Where the speaker was taken from: ``table``, ``tier name``, ``folder`` or ``file name``; with
        ``, not in table`` if there is a table that does not know.
    row : int, optional
        Number of the row of the table.
    """

    speaker: str
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)
    rule: str = ""
    row: int | None = None

    @property
    def sex(self) -> str:
        """``F``, ``M``, or empty if the table does not say."""
        return sex_of(self.metadata)


@dataclass(frozen=True)
class SpeakerRule:
    """How speakers are named without a table.

    Parameters
    ----------
    kind : str
        ``folder`` or ``file name``. A tier named ``SPK - phones`` goes before both.
    """

    kind: str = "file name"

    def __str__(self) -> str:
        return f'the tier name ("SPK - phones"), else the {self.kind}'

    def lookup(self, recording: Recording, tier_name: str = "") -> SpeakerInfo:
        """Return the speaker of a tier."""
        speaker, _ = split_tier_name(tier_name)
        if speaker:
            return SpeakerInfo(speaker, NO_METADATA, "tier name")
        if self.kind == "folder" and (folder := _speaker_folder(recording)):
            return SpeakerInfo(folder, NO_METADATA, "folder")
        return SpeakerInfo(PurePosixPath(recording.name).name, NO_METADATA, "file name")


def infer_speaker_rule(recordings: Sequence[Recording]) -> SpeakerRule:
    """Choose how speakers are named without a table.

    Returns
    -------
    SpeakerRule
        ``folder`` if every recording lies in a sub-folder and there are at least two of them; folders that
        are named for a kind of file (wav, audio, TextGrid ...) are looked through to the folder above.
        Otherwise ``file name``: every file is a speaker of its own.
    """
    folders = [_speaker_folder(recording) for recording in recordings]
    return SpeakerRule("folder" if all(folders) and len(set(folders)) > 1 else "file name")


def _speaker_folder(recording: Recording) -> str:
    parts = [
        part for part in PurePosixPath(recording.name).parent.parts if part.casefold() not in _KIND_FOLDERS
    ]
    return parts[-1] if parts else ""


def sex_of(metadata: Mapping[str, str]) -> str:
    """Return ``F``, ``M``, or an empty text, from the column ``sex`` or ``gender`` of a token's metadata."""
    column = find_column(metadata, SEX_NAMES)
    value = metadata[column].strip().casefold() if column else ""
    return _SEXES.get(value, "")


def names_in(recording: Recording) -> list[str]:
    """Names in a recording's path that may be a speaker's, the most telling first."""
    path = PurePosixPath(recording.name)
    absolute = recording.audio_path.absolute().parent.name
    first = re.split("[-_]", path.name)[0]
    return [*reversed(path.parent.parts), absolute, path.name, first]
