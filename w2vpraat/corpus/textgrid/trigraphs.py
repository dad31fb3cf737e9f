r"""Praat's backslash codes (``\sw`` for ə) and Unicode, both ways."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache

from w2vpraat.resources import phone_map_path

# Of two codes for one sign, Praat itself writes these.
_PREFERRED = (r"\bf", r"\tf")


def to_unicode(label: str) -> str:
    """Replace Praat's backslash codes by the signs they stand for.

    Parameters
    ----------
    label : str
        Codes and Unicode may be mixed; unknown codes stay.

    Returns
    -------
    str
        Not normalized.
    """
    if "\\" not in label:
        return label
    pattern, signs = _decoding()
    return pattern.sub(lambda match: signs[match[0]], label)


def to_trigraphs(label: str) -> str:
    """Replace signs beyond ASCII, and the backslash, by Praat's backslash codes.

    Parameters
    ----------
    label : str
        Signs without a code stay.

    Returns
    -------
    str
        ``to_unicode`` gives the label back.
    """
    if label.isascii() and "\\" not in label:
        return label
    pattern, codes = _encoding()
    return pattern.sub(lambda match: codes[match[0]], label)


def matching_form(label: str) -> str:
    """Return a label for comparison with others: codes replaced, Unicode composed (NFC). Never for saving."""
    return unicodedata.normalize("NFC", to_unicode(label))


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, str], ...]:
    with phone_map_path("praat_trigraphs").open(encoding="utf-8", newline="") as file:
        return tuple((row["trigraph"], row["char"]) for row in csv.DictReader(file))


@lru_cache(maxsize=1)
def _decoding() -> tuple[re.Pattern[str], dict[str, str]]:
    signs = dict(_table())
    return _any_of(signs), signs


@lru_cache(maxsize=1)
def _encoding() -> tuple[re.Pattern[str], dict[str, str]]:
    codes: dict[str, str] = {}
    for code, sign in _table():
        if sign == "\\" or not sign.isascii():
            codes[sign] = code if code in _PREFERRED else codes.get(sign, code)
    return _any_of(codes), codes


def _any_of(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
