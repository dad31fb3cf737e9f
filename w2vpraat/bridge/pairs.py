"""The Sounds and TextGrids of a job as a corpus of the library, and its errors in Praat's words."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from w2vpraat.bridge.job import JOB, Job
from w2vpraat.bridge.objects import PraatSound, PraatTable
from w2vpraat.bridge.praat_files import object_name, read_sound, read_table, write_wav
from w2vpraat.bridge.tables import UNDEFINED
from w2vpraat.corpus.discover import AUDIO_SUFFIXES, Corpus, Recording
from w2vpraat.corpus.tables.reading import FILE_NAMES, find_column
from w2vpraat.corpus.textgrid import IntervalTier, TextGrid, Tier, read_textgrid
from w2vpraat.corpus.tier_names import match_tiers
from w2vpraat.corpus.token_tiers import choose_tiers
from w2vpraat.errors import InputError, TextGridError, TokenError, W2VPraatError
from w2vpraat.session.settings import Settings
from w2vpraat.writing import write_whole

__all__ = ["Pairs", "open_pairs", "told", "without_options"]

SPEAKER_CHOICES = ("object", "prefix", "one", "table")
SOUND_COLUMNS = ("name", "sound")
"""Columns of a speaker Table that name a Sound, beside those that name a file elsewhere."""

_SPEAKERS = "speakers.csv"
_ONE_SPEAKER = "speaker"
_EDGE = 1e-3  # s; what the library forgives at the end of a sound, forgiven at its start
_SETTING = re.compile(r"\b(label)_(map|class)\b")
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")


@dataclass(frozen=True, eq=False)
class Pairs:
    """What a job is about, as the library wants it.

    Recordings have the names of the Sounds, so ids of tokens are ``sound#tier.interval``. All times are those
    of Praat, also if a Sound does not start at 0: the library is told where each Sound starts.

    Parameters
    ----------
    corpus : Corpus
        One recording for each pair, with its annotation in memory.
    settings : Settings
        The options of the job, with tier, speakers and the clock of the Sounds.
    offsets : mapping of str to float
        Recording to the time of the left edge of its Sound's first sample, in seconds.
    grids : tuple of TextGrid
        The user's TextGrids as they are, in the order of the job; their names are those of the objects.
    recordings : tuple of str
        The recording of each of the `grids`.
    tier_name : str
        Name of the tier that holds the tokens, in the first TextGrid; empty if none can be told.
    notes : tuple of str
        What was decided about the objects, for the reader of the numbers.
    """

    corpus: Corpus
    settings: Settings
    offsets: Mapping[str, float]
    grids: tuple[TextGrid, ...]
    recordings: tuple[str, ...]
    tier_name: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Of the recording, if there is but one; else empty."""
        return self.recordings[0] if len(self.recordings) == 1 else ""


def open_pairs(job: Job) -> Pairs:
    """Read the Sounds and TextGrids of a job and pair them.

    One Sound and one TextGrid belong together whatever their names are; several by equal names. The Sounds
    are written as sound files into the job's folder, where the library reads them.

    Parameters
    ----------
    job : Job
        See docs/worker.md for its keys.

    Returns
    -------
    Pairs

    Raises
    ------
    InputError
        For an object without a partner, two of one name, a file that can't be read, or a Sound and a TextGrid
        that share no time.
    TextGridError
        If a TextGrid has no such tier, or its number is ambiguous.
    SpeakerError
        If the speaker Table can't be used.
    """
    sounds = _names(job, "sound", "Sound")
    grids = _names(job, "grid", "TextGrid")
    order = _paired(sounds, grids)
    recordings: list[Recording] = []
    offsets: dict[str, float] = {}
    originals: dict[str, TextGrid] = {}
    notes: list[str] = []
    settings = job.settings()
    ends: dict[str, float] = {}
    for grid_place, sound_place in enumerate(order):
        name, grid_name = sounds[sound_place], grids[grid_place]
        sound = read_sound(job.folder / f"sound_{sound_place + 1}.Sound")
        wav = write_wav(sound, job.folder / f"sound_{sound_place + 1}.wav")
        grid_path = job.folder / f"grid_{grid_place + 1}.TextGrid"
        # The name of the Sound without an ending: Praat's objects have none.
        recordings.append(Recording(name, wav, grid_path, name))
        grid = replace(read_textgrid(grid_path), name=grid_name)
        offsets[name], ends[name] = _edges(sound)
        _check_overlap(grid, name, offsets[name], ends[name])
        originals[name] = grid
        notes += _channel_notes(name, sound, settings)
    settings, tier_name = _with_tier(job, settings, tuple(originals.values()))
    fitted = {}
    for name, grid in originals.items():
        fitted[name], left_out = _on_the_clock(grid, offsets[name], settings)
        if left_out:
            notes.append(f'{left_out} intervals of "{grid.name}" start before the Sound "{name}": left out')
    settings = replace(
        settings,
        corpus=str(job.folder),
        speakers=_speakers(job, [one.name for one in recordings]),
        # The Sounds' own clocks; `_on_the_clock` puts the start of each into its grid.
        read=replace(settings.read, grid_start="grid"),
    )
    corpus = Corpus(job.folder, tuple(sorted(recordings, key=lambda one: one.name)), grids=fitted)
    return Pairs(
        corpus, settings, offsets, tuple(originals.values()), tuple(originals), tier_name, tuple(notes)
    )


def told(error: W2VPraatError, job: Job) -> str:
    """Return an error as the user of Praat is told it: objects instead of the job's files.

    Parameters
    ----------
    error : W2VPraatError
        What went wrong.
    job : Job
        Whose objects are named.

    Returns
    -------
    str
        Where, what and the remedy, as the command line prints them; without any path of the job's folder, and
        options by their names (``--label-map`` is "label map" in a form).
    """
    kinds = (("sound", "Sound", (".Sound", ".wav")), ("grid", "TextGrid", (".TextGrid",)))
    words: dict[str, str] = {}
    for key, kind, endings in kinds:
        for number in range(1, _count(job, f"{key}s") + 1):
            name = job.text(f"{key}_name_{number}", str(number))
            words.update({f"{key}_{number}{ending}": f'{kind} "{name}"' for ending in endings})
    words["table.Table"] = f'Table "{job.text("table_name", "1")}"'
    words["speakers.Table"] = words[_SPEAKERS] = "speaker Table"
    words[JOB] = "the request"
    folders = {str(job.folder), str(job.folder.resolve()), job.folder.as_posix()}
    text = str(error)
    for folder in sorted(folders, key=len, reverse=True):
        for file in sorted(words, key=len, reverse=True):
            for separator in ("/", "\\"):
                text = text.replace(f"{folder}{separator}{file}", words[file])
        # What else lies there is named without the folder; the folder itself is the selection.
        text = re.sub(re.escape(folder) + r"[/\\](?=[^\s/\\])", "", text)
        text = re.sub(re.escape(folder) + r"[/\\]?", "the selected objects", text)
    return without_options(text)


def without_options(text: str) -> str:
    """Return a text of the library with options as the forms name them.

    Examples
    --------
    >>> without_options("try --label-map arpabet, or set label_class to vowel")
    'try label map arpabet, or set label class to vowel'
    """
    return _SETTING.sub(r"\1 \2", _OPTION.sub(lambda found: found[1].replace("-", " "), text))


def _count(job: Job, key: str) -> int:
    try:
        return int(job.number(key, 0))
    except (W2VPraatError, ValueError, OverflowError):
        return 0


def _names(job: Job, key: str, kind: str) -> list[str]:
    names = [job.text(f"{key}_name_{number}") for number in range(1, _count(job, f"{key}s") + 1)]
    if not names:
        raise InputError(f"there is no {kind}", "select at least one Sound and its TextGrid")
    for number, name in enumerate(names, 1):
        if not name:
            raise InputError(f"{kind} {number} has no name", "the request needs it: report this as a bug")
    return names


def _paired(sounds: Sequence[str], grids: Sequence[str]) -> list[int]:
    """Place of the Sound of each TextGrid."""
    if len(sounds) == len(grids) == 1:
        return [0]
    for kind, names in (("Sounds", sounds), ("TextGrids", grids)):
        name, count = Counter(names).most_common(1)[0]
        if count > 1:
            raise InputError(
                f'{count} {kind} have the name "{name}"',
                "rename them, so that each pair has a name of its own",
            )
    for kind, other, names, others in (
        ("Sound", "TextGrid", sounds, grids),
        ("TextGrid", "Sound", grids, sounds),
    ):
        alone = [name for name in names if name not in others]
        if alone:
            shown = ", ".join(f'"{name}"' for name in alone[:3]) + (" ..." if len(alone) > 3 else "")
            which = f"{kind} {shown} has" if len(alone) == 1 else f"{kind}s {shown} have"
            raise InputError(
                f"{which} no {other} of the same name",
                f"{other}s: {', '.join(others[:5])}{' ...' if len(others) > 5 else ''}; rename them",
            )
    return [sounds.index(name) for name in grids]


def _edges(sound: PraatSound) -> tuple[float, float]:
    """Return the times of the left edge of the first and the right edge of the last sample, in seconds."""
    start = sound.first - 0.5 * sound.step
    # Praat's own time domain, unless the samples really lie elsewhere: 0 is 0 and not 1e-17.
    if abs(start - sound.start) < 1e-3 * sound.step:
        start = sound.start
    return start, start + sound.samples.shape[1] * sound.step


def _check_overlap(grid: TextGrid, name: str, start: float, end: float) -> None:
    if grid.start < end and grid.end > start:
        return
    raise InputError(
        f'TextGrid "{grid.name}" lasts from {grid.start:.6g} to {grid.end:.6g} s, its Sound "{name}" from'
        f" {start:.6g} to {end:.6g} s: they share no time",
        "shift the times of one of them in Praat: Modify times > Shift times to...",
    )


def _channel_notes(name: str, sound: PraatSound, settings: Settings) -> list[str]:
    channels = len(sound.samples)
    if channels == 1:
        return []
    rule = settings.read.channel
    used = "their mean is used" if rule == "mean" else f"channel {rule} is used"
    return [f'Sound "{name}" has {channels} channels: {used}']


def _with_tier(job: Job, settings: Settings, grids: Sequence[TextGrid]) -> tuple[Settings, str]:
    wanted = job.text("tier")
    if wanted.isascii() and wanted.isdigit():
        wanted = _tier_of_number(int(wanted), grids)
    if wanted:
        settings = settings.updated({"tokens": {"tier": wanted}})
    try:
        number = choose_tiers(grids[0], settings.tokens)[0]
    except TokenError:
        return settings, ""  # the run says so for each recording
    return settings, grids[0].tiers[number - 1].name


def _tier_of_number(number: int, grids: Sequence[TextGrid]) -> str:
    """Return what the library finds this tier by: its name if it is the same in all, else the number."""
    for grid in grids:
        if not 1 <= number <= len(grid):
            listed = ", ".join(f'{place} "{name}"' for place, name in enumerate(grid.tier_names, 1))
            raise TextGridError(
                f'TextGrid "{grid.name}" has no tier {number}', f"choose from: {listed or 'no tiers at all'}"
            )
    names = {grid.tiers[number - 1].name for grid in grids}
    for wanted in (*names, str(number)):
        if wanted.strip() and all(match_tiers(grid.tier_names, wanted) == [number - 1] for grid in grids):
            return wanted
    name = grids[0].tiers[number - 1].name
    raise TextGridError(
        f'tier {number} can\'t be told from another of the same name ("{name}")', "rename one of them"
    )


def _on_the_clock(grid: TextGrid, start: float, settings: Settings) -> tuple[TextGrid, int]:
    """Return a grid whose start is that of its Sound, without intervals that the Sound has not yet begun at.

    The library takes the start of a grid for the time of its Sound's first sample if it is told so; it looks
    only at the end for what reaches beyond the sound.

    Returns
    -------
    grid : TextGrid
        Times, labels and numbers as they were.
    left_out : int
        Labelled intervals or points of the token tiers that were taken out.
    """
    tiers = list(grid.tiers)
    left_out = 0
    if grid.start < start - _EDGE:
        try:
            numbers = choose_tiers(grid, settings.tokens)
        except TokenError:
            numbers = ()
        for number in numbers:
            tiers[number - 1], lost = _from(tiers[number - 1], start - _EDGE)
            left_out += lost
    made = replace(grid, start=start, tiers=tuple(tiers))
    if grid.source is not None:
        # Nothing was edited: the grid counts as the one of its file.
        source = replace(grid.source, grids=[])
        made = replace(made, source=source, source_index=0)
        source.grids.append(made)
    return made, left_out


def _from(tier: Tier, time: float) -> tuple[Tier, int]:
    kept = [(number, item) for number, item in tier.numbered() if item[0] >= time]
    lost = sum(1 for item in tier.items if item[0] < time and item.label.strip())
    numbers = tuple(number for number, _ in kept)
    items = tuple(item for _, item in kept)
    if isinstance(tier, IntervalTier):
        return replace(tier, intervals=items, file_numbers=numbers), lost  # type: ignore[arg-type]
    return replace(tier, points=items, file_numbers=numbers), lost  # type: ignore[arg-type]


def _speakers(job: Job, names: Sequence[str]) -> str:
    """Write the speakers as a table of the library, if they are told; return its path, or nothing."""
    choice = job.text("speakers", "object")
    if choice not in SPEAKER_CHOICES:
        raise InputError(f'unknown way to name speakers "{choice}"', f"one of: {', '.join(SPEAKER_CHOICES)}")
    if choice == "object":
        return ""
    if choice == "table":
        columns, rows = _speaker_rows(read_table(job.folder / "speakers.Table", "speakers"))
    else:
        columns = ("file_name", "speaker")
        rows = [
            (name, (name.partition("_")[0] or name) if choice == "prefix" else _ONE_SPEAKER) for name in names
        ]
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    return str(write_whole(text.getvalue().encode("utf-8"), job.folder / _SPEAKERS))


def _speaker_rows(table: PraatTable) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Columns and rows of a speaker Table, its Sounds named as the objects in Praat's list are."""
    columns = list(table.columns)
    column = find_column(columns, FILE_NAMES) or find_column(columns, SOUND_COLUMNS)
    place = columns.index(column) if column else -1
    if column:
        columns[place] = FILE_NAMES[0]
    rows = []
    for row in table.rows:
        cells = ["" if cell in (UNDEFINED, "?") else cell for cell in row]
        if column:
            cells[place] = _sound_of(cells[place])
        rows.append(tuple(cells))
    return tuple(columns), rows


def _sound_of(cell: str) -> str:
    """Return the object that Praat makes of a file name; patterns stay as they are."""
    text = cell.strip()
    if not text or "*" in text or (len(text) > 2 and text[0] == text[-1] == "/"):
        return text
    path = PurePosixPath(text.replace("\\", "/"))
    stem = path.stem if path.suffix.lower() in AUDIO_SUFFIXES | {".textgrid"} else path.name
    return object_name(stem)
