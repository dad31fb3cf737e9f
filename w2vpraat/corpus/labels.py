"""Label sets: what a label means in IPA, and whether it is a vowel."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from os import PathLike
from pathlib import Path

from w2vpraat.corpus.tables.reading import Row, read_table
from w2vpraat.corpus.textgrid.trigraphs import to_unicode
from w2vpraat.errors import InputError, SpeakerError
from w2vpraat.resources import phone_map_path

BUNDLED_MAPS = ("arpabet", "xsampa", "sampa_de", "ipa")
CLASSES = ("vowel", "consonant", "silence", "other")

_MARKS = frozenset(["diacritic", "tone", "suprasegmental"])
# What aligners write for pauses and noise beside any set of phones.
_SILENCES = ("sil", "sp", "pau", "<sil>", "<p:>", "<p>", "<s>", "</s>", "#", "h#")
_NOISES = ("spn", "nsn", "<unk>", "<nib>", "<usb>", "noise")
_BASE_LETTERS = 3  # a composed label has no more of them than a triphthong
_SETTINGS = re.compile(r"(?<=.)[+-](na|nas|sth)$")  # EmoDB: nasal, something unusual


@dataclass(frozen=True, eq=False)
class LabelMap:
    """A set of labels with their meaning.

    Parameters
    ----------
    name : str
        A bundled name or the path of a user's map.
    symbols : mapping
        Symbol to (IPA, class); the class is vowel, consonant, silence, other, diacritic, tone or
        suprasegmental.
    composes : bool
        Whether a label that is not in the table is read as a sequence of symbols (``ɔʏ̯``, ``a:_~``).
    any_case : bool
        Whether capitals don't matter.
    settings : bool
        Whether the labels carry EmoDB's settings of voice.
    """

    name: str
    symbols: Mapping[str, tuple[str, str]]
    composes: bool = False
    any_case: bool = False
    settings: bool = False
    _table: Mapping[str, tuple[str, str]] = field(init=False, repr=False)
    _longest: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table = {self._key(symbol): meaning for symbol, meaning in self.symbols.items()}
        if self.name in BUNDLED_MAPS:
            for label in _SILENCES:
                table.setdefault(self._key(label), ("", "silence"))
            for label in _NOISES:
                table.setdefault(self._key(label), ("", "other"))
        object.__setattr__(self, "_table", table)
        object.__setattr__(self, "_longest", max(map(len, table), default=0))

    @property
    def has_backslashes(self) -> bool:
        """Whether backslashes belong to the symbols (X-SAMPA), and so can't begin Praat's trigraphs."""
        return any("\\" in symbol for symbol in self.symbols)

    def to_ipa(self, label: str) -> str | None:
        """Return the label in IPA, without stress marks.

        ARPABET's stress digits are not carried over, but ``AH0`` is ə (``AH1``, ``AH2``, ``AH``: ʌ) and
        ``ER0`` ɚ (the others ɝ), since these differ in quality.

        Returns
        -------
        str or None
            None for labels that are unknown, or stand for no phone.
        """
        read = self._read(label)
        if read is None:
            return None
        ipa = unicodedata.normalize("NFC", "".join(ipa for ipa, _ in read).translate(_UNSTRESSED))
        return ipa or None

    def label_class(self, label: str) -> str | None:
        """Return vowel, consonant, silence, other, or None for an unknown label.

        An empty label is silence. A composed label is a vowel if all its base letters are vowels (``aɪ``,
        ``ãː``), a consonant if all are consonants (``tʃ``, ``n̩``), and other if they are mixed.
        """
        if not label.strip():
            return "silence"
        read = self._read(label)
        if read is None:
            return None
        kinds = {kind for _, kind in read if kind not in _MARKS}
        return kinds.pop() if len(kinds) == 1 else "other"

    def knows(self, label: str) -> bool:
        """Tell whether the label has a class."""
        return self.label_class(label) is not None

    def lists(self, label: str) -> bool:
        """Tell whether the label as a whole is in the table."""
        return self._key(label) in self._table

    def stress(self, label: str) -> str:
        """Return ``1`` (primary), ``2`` (secondary), ``0`` (none, ARPABET only), or an empty text."""
        if self.name == "arpabet":
            digit = label.strip()[-1:]
            return digit if digit in ("0", "1", "2") and self.knows(label) else ""
        ipa = "".join(ipa for ipa, _ in self._read(label) or ())
        return "1" if "ˈ" in ipa else "2" if "ˌ" in ipa else ""

    def _key(self, text: str) -> str:
        plain = unicodedata.normalize("NFD" if self.composes else "NFC", text.strip())
        return plain.upper() if self.any_case else plain

    def _read(self, label: str) -> tuple[tuple[str, str], ...] | None:
        key = self._key(label)
        if not key:
            return (("", "silence"),)
        if key in self._table:
            return (self._table[key],)
        if self.settings and key[0] in "+-(":
            return (("", "other"),)
        if self.settings and (bare := _SETTINGS.sub("", key)) != key and bare in self._table:
            return (self._table[bare],)
        return self._compose(key) if self.composes else None

    def _compose(self, key: str) -> tuple[tuple[str, str], ...] | None:
        parts = []
        place = 0
        while place < len(key):
            for length in range(min(self._longest, len(key) - place), 0, -1):
                meaning = self._table.get(key[place : place + length])
                if meaning is not None and meaning[1] not in ("silence", "other"):
                    parts.append(meaning)
                    place += length
                    break
            else:
                return None
        letters = sum(kind not in _MARKS for _, kind in parts)
        return tuple(parts) if letters <= _BASE_LETTERS else None


_UNSTRESSED = {ord("ˈ"): None, ord("ˌ"): None}


@dataclass(frozen=True)
class MapGuess:
    """A label set that seems to be in use.

    Parameters
    ----------
    name : str
        Of a bundled map.
    coverage : float
        Share of the non-empty labels that it knows, 0 to 1.
    unknown : tuple of str
        Labels that it does not know, the most frequent first.
    """

    name: str
    coverage: float
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        return f"the labels look like {self.name} ({100 * self.coverage:.0f} % known)"


def load_label_map(name: str | PathLike[str]) -> LabelMap:
    """Load a label map.

    Parameters
    ----------
    name : str or path
        ``arpabet``, ``xsampa``, ``sampa_de``, ``ipa``, or the path of a table (CSV, TSV, XLSX, YAML) with the
        columns ``symbol``, ``ipa`` and, if wanted, ``class`` (vowel, consonant, silence, other); without it
        the class comes from the IPA. Labels must be listed as a whole there.

    Raises
    ------
    InputError
        If there is no such map, a column is missing, a class is unknown, or a symbol occurs twice.
    """
    if str(name) in BUNDLED_MAPS:
        return _bundled(str(name))
    path = Path(name)
    if not path.exists():
        raise InputError(
            f'there is no label map "{name}"', f"{', '.join(BUNDLED_MAPS)}, or the path of a CSV file"
        )
    columns, rows = _table(path)
    missing = [column for column in ("symbol", "ipa") if column not in columns]
    if missing:
        raise InputError(
            f"lacks the column {' and '.join(missing)}", "columns: symbol, ipa, class", file=path
        )
    return LabelMap(str(name), _symbols(rows, path))


def guess_label_map(labels: Iterable[str], *, least: float = 0.9) -> MapGuess | None:
    """Suggest the bundled map that fits labels best. It is for the user to take it.

    Parameters
    ----------
    labels : iterable of str
        Labels of a phone tier, with repetitions.
    least : float
        Least share of the labels that must be known.

    Returns
    -------
    MapGuess or None
        None if no map knows that many. Labels that are in a table as a whole count more than composed ones.
    """
    counts = Counter(label.strip() for label in labels if label.strip())
    total = sum(counts.values())
    if not total:
        return None
    best, best_score = None, 0.0
    for name in ("ipa", "arpabet", "sampa_de", "xsampa"):
        known = _bundled(name)
        unknown = [label for label, _ in counts.most_common() if not known.knows(plain_label(label, known))]
        coverage = 1 - sum(counts[label] for label in unknown) / total
        composed = sum(count for label, count in counts.items() if not known.lists(plain_label(label, known)))
        score = coverage - 0.2 * (composed / total)
        # Nearly any text can be composed of letters, so most labels must be in the table themselves.
        if coverage >= least and composed <= 0.6 * total and score > best_score:
            best, best_score = MapGuess(name, coverage, tuple(unknown)), score
    return best


def plain_label(text: str, label_map: LabelMap | None = None) -> str:
    r"""Return a label as it is compared: Praat's trigraphs converted, NFC, blanks at the ends removed.

    Parameters
    ----------
    text : str
        As in the file, for example ``\ae`` or ``\e-``.
    label_map : LabelMap, optional
        The map in use. Where backslashes are part of its symbols (X-SAMPA ``r\``), nothing is converted.
    """
    if "\\" in text and not (label_map is not None and label_map.has_backslashes):
        text = to_unicode(text)
    return unicodedata.normalize("NFC", text).strip()


@lru_cache(maxsize=len(BUNDLED_MAPS))
def _bundled(name: str) -> LabelMap:
    path = phone_map_path(name)
    columns, rows = _table(path)
    if "ipa" in columns:
        return LabelMap(name, _symbols(rows, path), name != "arpabet", name == "arpabet", name == "sampa_de")
    shown = {":": "ː", "'": "ˈ", "g": "ɡ"}
    symbols = {
        row.cells["symbol"]: (
            shown.get(row.cells["symbol"], row.cells["symbol"]),
            row.cells["class"],
        )
        for row in rows
    }
    return LabelMap(name, symbols, composes=True)


def _table(path: Path) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    try:
        return read_table(path)
    except SpeakerError as error:  # the reader's own words fit here as well
        raise InputError(error.message, error.hint, file=path) from error


def _symbols(rows: Iterable[Row], path: Path) -> dict[str, tuple[str, str]]:
    symbols: dict[str, tuple[str, str]] = {}
    allowed = {*CLASSES, *_MARKS}
    for row in rows:
        symbol, ipa = row.cells["symbol"], row.cells["ipa"]
        kind = row.cells.get("class", "") or _bundled("ipa").label_class(ipa) or "other"
        if kind not in allowed:
            raise InputError(
                f'row {row.number}: the class "{kind}" is unknown', f"one of {', '.join(CLASSES)}", file=path
            )
        if symbol in symbols:
            raise InputError(f'row {row.number}: "{symbol}" is listed twice', "delete one of them", file=path)
        symbols[symbol] = (ipa, kind)
    return symbols
