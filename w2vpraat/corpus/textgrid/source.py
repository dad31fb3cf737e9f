"""The file that a grid was read from: its bytes, encoding, form, line ends, and where each value stands."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path

from w2vpraat.corpus.textgrid.values import TextGrid
from w2vpraat.errors import TextGridError

BOMS = {
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
"""Encodings that are written with a byte-order mark."""

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "mac-roman", "ascii")
"""Encodings that a text file can be written in."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_CODECS = {"utf-8-sig": "utf-8", "mac-roman": "mac_roman"}


@dataclass(frozen=True)
class TierLayout:
    """Which tokens of the file hold a tier. Indices into the list of tokens.

    Parameters
    ----------
    first : int
        Token of the class; name, start and end follow it.
    count : int
        Token of the number of items; -1 in the chronological form.
    items : sequence of int
        First token of each item.
    """

    first: int
    count: int
    items: range | tuple[int, ...]


@dataclass(frozen=True)
class GridLayout:
    """Which tokens of the file hold a grid.

    Parameters
    ----------
    first : int
        Token of the start time; the end time follows it.
    flag : int
        Token ``<exists>`` or ``<absent>``; -1 in the chronological form.
    count : int
        Token of the number of tiers; -1 after ``<absent>``.
    tiers : tuple of TierLayout
        In order.
    end : int
        First token after the grid.
    """

    first: int
    flag: int
    count: int
    tiers: tuple[TierLayout, ...]
    end: int


@dataclass(frozen=True, eq=False)
class Source:
    """A file as it was read.

    Parameters
    ----------
    path : Path
        As given to the reader.
    raw : bytes
        The whole file.
    encoding : str
        One of `ENCODINGS`, or ``binary``.
    bom : bytes
        Byte-order mark at the start, or empty.
    form : str
        ``long``, ``short``, ``chronological`` or ``binary``.
    container : str
        ``TextGrid`` or ``Collection``.
    newline : str
        Line end of the file; a line feed inside labels stands for it.
    notes : tuple of (str, str)
        What reading had to assume: (kind, message).
    layouts : tuple of GridLayout
        One per grid of the file.
    grids : list of TextGrid
        As read. Filled once by the reader.
    """

    path: Path
    raw: bytes = field(repr=False)
    encoding: str
    bom: bytes
    form: str
    container: str
    newline: str
    notes: tuple[tuple[str, str], ...]
    layouts: tuple[GridLayout, ...] = field(repr=False)
    grids: list[TextGrid] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        """The decoded text without byte-order mark; a binary file as Latin-1, one character per byte."""
        codec = "latin-1" if self.encoding == "binary" else codec_name(self.encoding)
        return self.raw[len(self.bom) :].decode(codec)


def codec_name(encoding: str) -> str:
    """Python's codec for one of `ENCODINGS`, which never adds a byte-order mark by itself."""
    return _CODECS.get(encoding, encoding)


def decode(raw: bytes, fallback: str, path: Path) -> tuple[str, str, bytes, tuple[tuple[str, str], ...]]:
    """Decode a text file: by byte-order mark, then strict UTF-8, then the fallback.

    Returns
    -------
    text : str
        Without byte-order mark.
    encoding : str
        One of `ENCODINGS`.
    bom : bytes
        The byte-order mark.
    notes : tuple of (str, str)
        Says so if the encoding was assumed.

    Raises
    ------
    TextGridError
        If the bytes don't fit the encoding, or the fallback is "error".
    """
    for encoding, bom in BOMS.items():
        if raw.startswith(bom):
            return _strict(raw, encoding, bom, path), encoding, bom, ()
    if b"\0" in raw[:64]:
        # Praat can't read UTF-16 without a mark, but some converters leave it off.
        encoding = "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
        note = ("encoding", f"no byte-order mark; read as {encoding}, which Praat can't")
        return _strict(raw, encoding, b"", path), encoding, b"", (note,)
    try:
        return raw.decode("utf-8"), "utf-8", b"", ()
    except UnicodeDecodeError as error:
        first = error.start
    if fallback == "error":
        raise TextGridError(
            f"not UTF-8 at byte {first}, and no byte-order mark",
            "say which encoding it is: fallback_encoding latin-1, cp1252 or mac-roman",
            file=path,
        )
    if fallback not in ENCODINGS:
        raise TextGridError(f'unknown encoding "{fallback}"', "use latin-1, cp1252 or mac-roman", file=path)
    line = raw.count(b"\n", 0, first) + 1
    note = ("encoding", f"not UTF-8 (byte {first}, line {line}); read as {fallback}")
    return _strict(raw, fallback, b"", path), fallback, b"", (note,)


def _strict(raw: bytes, encoding: str, bom: bytes, path: Path) -> str:
    try:
        return raw[len(bom) :].decode(codec_name(encoding))
    except UnicodeDecodeError as error:
        raise TextGridError(
            f"byte {len(bom) + error.start} is not valid {encoding}",
            "the file is damaged, or has another encoding",
            file=path,
        ) from None


def find_newline(text: str) -> str:
    """First line end of a file: LF, CRLF or CR; LF if there is none.

    The first one ends the header line; later ones may stand inside labels.
    """
    match = _NEWLINE.search(text)
    return match[0] if match else "\n"
