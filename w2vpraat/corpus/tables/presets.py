"""What the columns of other programs' tables are called and mean: one home for reading and writing them.

Each preset lists a program's columns in its own order with the name that w2vpraat gives them. Names and units
come from the sources given. ``w2vpraat.corpus.tables.importing`` reads with them, ``w2vpraat.export.presets``
writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from w2vpraat.errors import InputError

MILLISECONDS = "ms"
EITHER = "s or ms"  # the program takes both; the values tell which
AUTO, NONE = "auto", "none"


@dataclass(frozen=True)
class PresetColumn:
    """One column of another program's table.

    Parameters
    ----------
    theirs : str
        Its name, exactly.
    ours : str
        The name in the long table; empty where w2vpraat has nothing of the kind.
    unit : str
        ``"ms"`` or ``"s or ms"`` for times that are not simply in seconds as ours are.
    """

    theirs: str
    ours: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Preset:
    """The convention of another program.

    Parameters
    ----------
    key : str
        Name on the command line.
    title : str
        Name in messages.
    source : str
        Where the format is described.
    columns : tuple of PresetColumn
        In the program's order.
    recognizes : callable
        Whether a header (sequence of str) is one of these.
    endings : tuple of str
        Endings of the files that are written, the first one the usual; empty: the format is only read.
    others : str
        What becomes of further columns when it is written: ``"all"`` follow unchanged, ``"text"`` only those
        of text (as factors), ``"none"``.
    """

    key: str
    title: str
    source: str
    columns: tuple[PresetColumn, ...]
    recognizes: Callable[[Sequence[str]], bool]
    endings: tuple[str, ...] = ()
    others: str = "all"

    @property
    def names(self) -> tuple[str, ...]:
        """The program's column names."""
        return tuple(column.theirs for column in self.columns)


# Their name; theirs and ours; or theirs, ours and the unit.
Item = str | tuple[str, str] | tuple[str, str, str]


def _columns(*items: Item) -> tuple[PresetColumn, ...]:
    return tuple(PresetColumn(item) if isinstance(item, str) else PresetColumn(*item) for item in items)


def _same(*names: str) -> tuple[Item, ...]:
    return tuple((name, name) for name in names)


def _has(*names: str) -> Callable[[Sequence[str]], bool]:
    return lambda header: set(names) <= set(header)


def numbered(name: str) -> str:
    """Return a name without the number that R or pandas give to repeated columns: ``F1...9``, ``F1.2``."""
    return re.sub(r"(\.{1,3}|_)\d+$", "", name)


NORM_HEADERS = (
    ("speaker", "vowel", "context", "f1", "f2", "f3", "f1 gl", "f2 gl", "f3 gl"),
    ("speaker", "vowel", "context", "f1", "f2", "f1 gl", "f2 gl"),
)


def _is_norm(header: Sequence[str]) -> bool:
    plain = tuple(re.sub(r"[.\s_]+", " ", name.strip().lower()) for name in header)
    plain = tuple("context" if number == 2 and name == "n" else name for number, name in enumerate(plain))
    return plain in NORM_HEADERS


VISVOW_GROUP = ("time", "f0", "F1", "F2", "F3")


def visvow_groups(header: Sequence[str]) -> list[int]:
    """Return where each group ``time, f0, F1, F2, F3`` begins, or an empty list if this is no such table."""
    plain = [numbered(name.strip()).lower() for name in header]
    if not plain or plain[0] != "speaker" or "duration" not in plain:
        return []
    first = plain.index("duration") + 1
    group = [name.lower() for name in VISVOW_GROUP]
    starts = list(range(first, len(plain), len(group)))
    whole = starts and all(plain[start : start + len(group)] == group for start in starts)
    return starts if whole and "vowel" in plain[1 : first - 1] else []


def _is_visvow(header: Sequence[str]) -> bool:
    return bool(visvow_groups(header))


FASTTRACK_BIN = re.compile(r"f(\d)(\d{1,2})")


def _is_fasttrack(header: Sequence[str]) -> bool:
    return _has("file", "f0", "duration", "f11", "f21")(header)


def _is_praatsauce(header: Sequence[str]) -> bool:
    harmonics = {"H1c", "H1u", "H1H2c", "H1H2u", "CPP", "HNR05", "intervaldID", "intervalID"}
    return {"file", "t"} <= set(header) and bool(harmonics.intersection(header))


_NEW_FAVE_TOKEN: tuple[Item, ...] = (
    *_same("word"),
    "stress",
    *_same("dur"),
    "pre_word",
    "fol_word",
    *_same("pre_seg", "fol_seg"),
    "abs_pre_seg",
    "abs_fol_seg",
    "context",
)
_EMUR_QUERY: tuple[Item, ...] = (
    ("labels", "label"),
    ("start", "start", MILLISECONDS),
    ("end", "end", MILLISECONDS),
    "db_uuid",
    "session",
    ("bundle", "file_name"),
    "start_item_id",
    "end_item_id",
    ("level", "tier"),
    "attribute",
    "start_item_seq_idx",
    "end_item_seq_idx",
    "type",
    "sample_start",
    "sample_end",
    "sample_rate",
)

_ALL = (
    Preset(
        "new-fave",
        "new-fave points",
        "https://forced-alignment-and-vowel-extraction.github.io/new-fave/usage/outputs/",
        _columns(
            *_same("F1", "F2", "F3", "B1", "B2", "B3", "max_formant"),
            "smooth_error",
            *_same("time", "rel_time", "prop_time", "id", "label", "file_name"),
            ("group", "speaker"),
            "speaker_num",
            "point_heuristic",
            "optimized",
            *_NEW_FAVE_TOKEN,
        ),
        _has("F1", "F2", "rel_time", "prop_time", "id", "label", "file_name", "group", "speaker_num"),
        (".csv",),
    ),
    Preset(
        "norm",
        "NORM / vowels (R)",
        "http://lingtools.uoregon.edu/norm/norm1_help.php",
        _columns(
            ("Speaker", "speaker"),
            ("Vowel", "label"),
            ("Context", "word"),
            *_same("F1", "F2", "F3"),
            "F1 gl",
            "F2 gl",
            "F3 gl",
        ),
        _is_norm,
        (".txt", ".tsv", ".tab"),
        "none",
    ),
    Preset(
        "visvow",
        "Visible Vowels",
        "https://www.visiblevowels.org/",
        _columns(
            *_same("speaker"),
            ("vowel", "label"),
            ("duration", "dur", EITHER),
            ("time", "rel_time", EITHER),
            *_same("f0", "F1", "F2", "F3"),
        ),
        _is_visvow,
        (".xlsx",),
        "text",
    ),
    Preset(
        "emur",
        "emuR",
        "https://ips-lmu.github.io/The-EMU-SDMS-Manual/",
        _columns(
            "sl_rowIdx",
            *_EMUR_QUERY,
            ("times_orig", "time", MILLISECONDS),
            ("times_rel", "rel_time", MILLISECONDS),
            ("times_norm", "prop_time"),
        ),
        _has("labels", "start", "end", "session", "bundle", "level", "type"),
        (".csv", ".tsv"),
    ),
    Preset(
        "new-fave-tracks",
        "new-fave or fasttrackpy tracks",
        "https://forced-alignment-and-vowel-extraction.github.io/new-fave/usage/outputs/",
        _columns(
            *_same("F1", "F2", "F3"),
            "F1_s",
            "F2_s",
            "F3_s",
            *_same("B1", "B2", "B3"),
            "error",
            *_same("time", "max_formant"),
            "n_formant",
            "smooth_method",
            *_same("file_name", "id"),
            ("group", "speaker"),
            *_same("label"),
            "speaker_num",
            "optimized",
            *_NEW_FAVE_TOKEN,
        ),
        _has("F1", "F1_s", "time", "smooth_method", "file_name", "id", "group", "label"),
    ),
    Preset(
        "new-fave-param",
        "new-fave param",
        "https://forced-alignment-and-vowel-extraction.github.io/new-fave/usage/outputs/",
        _columns(
            "param",
            *_same("F1", "F2", "F3"),
            *_same("file_name", "id"),
            ("group", "speaker"),
            *_same("label"),
        ),
        _has("param", "F1", "file_name", "id", "group", "label"),
    ),
    Preset(
        "fave-extract",
        "FAVE-extract",
        "https://github.com/JoFrhwld/FAVE/wiki/FAVE-extract",
        _columns(
            ("name", "speaker"),
            ("vowel", "label"),
            *_same("word", "F1", "F2", "F3", "B1", "B2", "B3"),
            ("t", "time"),
            ("beg", "start"),
            *_same("end", "dur", "pre_seg", "fol_seg"),
        ),
        _has("vowel", "F1", "F2", "t", "beg", "end", "plt_vclass"),
    ),
    Preset(
        "fasttrack",
        "Fast Track aggregated data",
        "https://github.com/santiagobarreda/FastTrack/wiki/Aggregate-data",
        _columns(("file", "file_name"), *_same("f0"), ("duration", "dur", EITHER), *_same("label")),
        _is_fasttrack,
    ),
    Preset(
        "polyglotdb",
        "PolyglotDB tutorial",
        "https://polyglotdb.readthedocs.io/en/latest/tutorial.html",
        _columns(
            *_same("speaker"),
            ("speaker_sex", "sex"),
            ("file", "file_name"),
            *_same("word"),
            ("phone", "label"),
            ("previous", "pre_seg"),
            ("following", "fol_seg"),
            ("phone_start", "start"),
            ("phone_end", "end"),
            *_same("F1", "F2", "F3"),
        ),
        _has("speaker", "phone", "phone_start", "phone_end", "F1", "F2"),
    ),
    Preset(
        "praatsauce",
        "PraatSauce",
        "https://github.com/kirbyj/praatsauce",
        _columns(("file", "file_name"), *_same("label"), ("t", "time"), *_same("f0", "F1", "F2", "F3")),
        _is_praatsauce,
    ),
    Preset(
        "voxcommunis",
        "VoxCommunis",
        "https://osf.io/t957v/",
        _columns(
            ("file_id", "file_name"),
            ("prev_seg", "pre_seg"),
            ("seg", "label"),
            ("next_seg", "fol_seg"),
            ("seg_dur", "dur", MILLISECONDS),
            ("F0", "f0"),
            *_same("F1", "F2", "word"),
        ),
        _has("file_id", "seg", "seg_intv", "seg_dur", "F1", "F2"),
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.key: preset for preset in _ALL})
"""Conventions that w2vpraat reads, by key."""

WRITTEN: Mapping[str, Preset] = MappingProxyType({p.key: p for p in _ALL if p.endings})
"""Conventions that it also writes."""


def find_preset(key: str, *, written: bool = False) -> Preset:
    """Return a preset by its key.

    Raises
    ------
    InputError
        If there is none, naming those that there are.
    """
    known = WRITTEN if written else PRESETS
    if key not in known:
        raise InputError(f'there is no preset "{key}"', f"one of {', '.join(known)}")
    return known[key]


def recognize(header: Sequence[str]) -> Preset | None:
    """Return the convention that a header follows, or None.

    Raises
    ------
    InputError
        If it could be two of them.
    """
    found = [preset for preset in PRESETS.values() if preset.recognizes(header)]
    if len(found) > 1:
        titles = " and ".join(preset.title for preset in found)
        keys = " or ".join(f"--preset {preset.key}" for preset in found)
        raise InputError(f"the columns fit {titles}", f"say which: {keys}, or --preset none")
    return found[0] if found else None
