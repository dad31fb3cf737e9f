r"""Filters that people type: ``ann label:iː,ɪ -speaker:bea duration:>3 problem:yes``.

Words are separated by blanks and must all hold; ``-`` before a word turns it round. ``KEY:VALUE`` looks at
one column of a row, a word without a key at the name. Commas mean "or"; ``*`` and ``?`` stand for any letters
and one letter; ``/.../`` is a regular expression that is searched; ``>3``, ``>=3``, ``<3`` and ``<=3``
compare numbers. Blanks, commas and colons that are meant as such stand in double quotes; ``KEY:""`` looks for
an empty cell.

A name holds if it contains the word; other columns must be equal to it. Upper and lower case count in labels
only (SAMPA's ``i`` and ``I`` are two vowels). Labels are compared as Unicode, whether a file says ``ə`` or
``\sw``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from w2vpraat.corpus.textgrid.trigraphs import matching_form
from w2vpraat.errors import InputError

LABEL_KEYS = frozenset({"label", "raw_label", "word", "pre_seg", "fol_seg"})
"""Columns with labels of TextGrids; case counts there but for words."""
CONTAINED_KEYS = frozenset({"name", "file_name"})
"""Columns that need only contain what is looked for."""
YES_NO_KEYS = frozenset({"problem"})

_COMPARISON = re.compile(r"(>=|<=|>|<|=)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\Z", re.IGNORECASE)
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")
_SIGNS = {">": "above", ">=": "at least", "<": "below", "<=": "at most", "=": "equal to"}

Test = Callable[[str], bool]


class FilterError(InputError):
    """A filter that can't be understood.

    Attributes
    ----------
    word : str
        The word concerned.
    start, end : int
        Its place in the text, counted from 0; `end` is behind its last letter.
    """

    word = ""
    start = 0
    end = 0


@dataclass(frozen=True)
class Word:
    """One word of a filter.

    Parameters
    ----------
    key : str
        Column, lower case.
    values : tuple of Value
        One of them must hold.
    negated : bool
        None of them may.
    """

    key: str
    values: tuple[Value, ...]
    negated: bool = False

    def accepts(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row holds what the word asks for."""
        found = any(value.accepts(one) for one in _cells(row, self.key) for value in self.values)
        return found is not self.negated


@dataclass(frozen=True)
class Value:
    """One alternative of a word.

    Parameters
    ----------
    told : str
        In plain words, without the column.
    test : callable
        Says whether a cell (as text) holds.
    """

    told: str
    test: Test = field(compare=False, repr=False)

    def accepts(self, cell: Any) -> bool:
        """Tell whether a cell holds."""
        if isinstance(cell, bool):
            return self.test("yes" if cell else "no")
        missing = cell is None or cell != cell  # NaN
        return self.test("" if missing else str(cell))


@dataclass(frozen=True)
class Filter:
    """A filter that was understood.

    Parameters
    ----------
    text : str
        As it was typed.
    words : tuple of Word
        All must hold.
    """

    text: str = ""
    words: tuple[Word, ...] = ()

    def accepts(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row is to be shown.

        Parameters
        ----------
        row : mapping
            Column to value. Values are texts, numbers, booleans, None, or collections of texts, of which one
            must hold. A column that the row lacks is empty.
        """
        return all(word.accepts(row) for word in self.words)

    def explain(self) -> str:
        """Return what is shown, in plain words."""
        if not self.words:
            return "all"
        return "; ".join(_told(word) for word in self.words)

    def __bool__(self) -> bool:
        return bool(self.words)


def parse_filter(text: str, columns: Collection[str] | None = None) -> Filter:
    """Understand a filter.

    Parameters
    ----------
    text : str
        See the module's description. Empty: everything is accepted.
    columns : collection of str, optional
        Columns that rows have; others are then errors. Without it any key is taken.

    Returns
    -------
    Filter

    Raises
    ------
    FilterError
        For a missing quote or value, a wrong regular expression, or an unknown column. Names the word and
        its place.
    """
    known = None if columns is None else {_folded(name) for name in columns}
    return Filter(text, tuple(_word(raw, start, known) for raw, start in _split(text)))


def _split(text: str) -> Iterable[tuple[str, int]]:
    """Yield the words with their places; blanks in quotes and in regular expressions belong to a word."""
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        end = _end_of_word(text, place)
        yield text[place:end], place
        place = end


def _end_of_word(text: str, start: int) -> int:
    place = start
    while place < len(text) and not text[place].isspace():
        opens_value = place == start or text[place - 1] in ":," or text[start:place] == "-"
        if text[place] == '"':
            closing = text.find('"', place + 1)
            if closing < 0:
                raise _error("the closing quote is missing", 'add a "', text[start:], start)
            place = closing + 1
        elif text[place] == "/" and opens_value and (closing := _end_of_regex(text, place)):
            place = closing
        else:
            place += 1
    return place


def _end_of_regex(text: str, start: int) -> int:
    """Place behind the closing slash: the first that a blank, a comma or the end follows; 0 if none does."""
    found = re.compile(r"/(?:\\.|[^\\])*?/(?=[\s,]|\Z)", re.DOTALL).match(text, start)
    return 0 if found is None else found.end()


def _word(raw: str, start: int, known: Collection[str] | None) -> Word:
    negated = raw.startswith("-") and len(raw) > 1
    body = raw[1:] if negated else raw
    key, rest = _key_and_rest(body)
    if key is None:
        key, rest = "name", body
    elif not key:
        raise _error("a column must be named before the colon", 'quote the colon: ":"', raw, start)
    elif known is not None and key not in known:
        near = difflib.get_close_matches(key, known, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"columns: {', '.join(sorted(known))}"
        raise _error(
            f'there is no column "{key}"', f"{hint}; put a colon in quotes if it is meant", raw, start
        )
    parts = _alternatives(rest)
    if not all(parts):
        hint = f'{key}:"" looks for empty cells' if key != "name" else "leave the comma out, or quote it"
        raise _error("a value is missing", hint, raw, start)
    return Word(key, tuple(_value(key, part, raw, start) for part in parts), negated)


def _key_and_rest(body: str) -> tuple[str | None, str]:
    """Split at the first colon outside quotes; a word that starts as a regular expression has no key."""
    if body.startswith("/"):
        return None, body
    quoted = False
    for place, sign in enumerate(body):
        if sign == '"':
            quoted = not quoted
        elif sign == ":" and not quoted:
            return _folded(body[:place].replace('"', "").strip()), body[place + 1 :]
    return None, body


def _alternatives(text: str) -> list[str]:
    """Split at commas outside quotes and regular expressions."""
    parts, place, begin = [], 0, 0
    while place < len(text):
        if text[place] == '"':
            place = text.find('"', place + 1) + 1
        elif text[place] == "/" and place == begin and (end := _end_of_regex(text, place)):
            place = end
        elif text[place] == ",":
            parts.append(text[begin:place])
            place = begin = place + 1
        else:
            place += 1
    return [*parts, text[begin:]]


def _value(key: str, part: str, raw: str, start: int) -> Value:
    shape = _shape_for(key)
    if len(part) > 2 and part[0] == part[-1] == "/":
        flags = 0 if key in LABEL_KEYS else re.IGNORECASE
        try:
            pattern = re.compile(unicodedata.normalize("NFC", part[1:-1]), flags)
        except re.error as error:
            raise _error(
                f"{part} is not a regular expression ({error})", "slashes are for patterns only", raw, start
            ) from error
        # Folding would turn the pattern's \W into \w; the flag sees to the case instead.
        unfolded = matching_form if key in LABEL_KEYS else _composed
        return Value(f"matches {part}", lambda cell: pattern.search(unfolded(cell)) is not None)
    if key in YES_NO_KEYS and part.casefold() in (*_YES, *_NO):
        wanted = part.casefold() in _YES
        return Value("is there" if wanted else "is not there", lambda cell: _is_yes(cell) is wanted)
    if compared := _COMPARISON.match(part):
        sign, number = compared[1], float(compared[2])
        return Value(f"is {_SIGNS[sign]} {compared[2]}", lambda cell: _compare(cell, sign, number))
    plain = part.replace('"', "")
    wanted_text = shape(plain)
    if "*" in plain or "?" in plain:
        glob = re.compile(
            "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in wanted_text), re.DOTALL
        )
        if key in CONTAINED_KEYS:
            # With a wildcard a name is meant as a whole, or as a whole without its folders or extension.
            return Value(
                f'is "{plain}"', lambda cell: any(glob.fullmatch(one) for one in _names(shape(cell)))
            )
        return Value(f'is "{plain}"', lambda cell: glob.fullmatch(shape(cell)) is not None)
    if not plain:
        return Value("is empty", lambda cell: not cell.strip())
    if key in CONTAINED_KEYS:
        return Value(f'contains "{plain}"', lambda cell: wanted_text in shape(cell))
    if (as_number := _number(plain)) is not None:
        return Value(f"is {plain}", lambda cell: shape(cell) == wanted_text or _number(cell) == as_number)
    return Value(f'is "{plain}"', lambda cell: shape(cell) == wanted_text)


def _shape_for(key: str) -> Callable[[str], str]:
    if key == "word":
        return _folded_label
    return _label if key in LABEL_KEYS else _folded


@lru_cache(maxsize=20_000)
def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    # Folding can take a composed letter apart.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).strip()


@lru_cache(maxsize=20_000)
def _label(text: str) -> str:
    return matching_form(text).strip()


@lru_cache(maxsize=20_000)
def _folded_label(text: str) -> str:
    return _folded(matching_form(text))


def _names(name: str) -> tuple[str, ...]:
    last = name.rpartition("/")[2]
    return (name, last, last.rpartition(".")[0] or last)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _compare(cell: str, sign: str, number: float) -> bool:
    value = _number(cell)
    if value is None:
        return False
    return {
        ">": value > number,
        ">=": value >= number,
        "<": value < number,
        "<=": value <= number,
        "=": value == number,
    }[sign]


def _is_yes(cell: str) -> bool:
    return bool(cell) and cell.casefold() not in _NO


def _cells(row: Mapping[str, Any], key: str) -> Collection[Any]:
    found = row.get(key)
    if found is None and key not in row:
        found = next((value for name, value in row.items() if _folded(str(name)) == key), None)
    if isinstance(found, (list, tuple, set, frozenset)):
        return found or ("",)
    return (found,)


def _told(word: Word) -> str:
    told = " or ".join(value.told for value in word.values)
    return f"{word.key} {told}" if not word.negated else f"not: {word.key} {told}"


def _error(message: str, hint: str, word: str, start: int) -> FilterError:
    made = FilterError(f'"{word}" (letter {start + 1} of the filter): {message}', hint)
    made.word, made.start, made.end = word, start, start + len(word)
    return made
