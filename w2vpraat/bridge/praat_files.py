"""Objects in Praat's own files: Sounds and Tables are read, Collections of several objects written.

Praat's text files know only numbers, quoted texts and flags; the words between them are comment. They are
written in the short form and in UTF-16 with a byte-order mark, as Praat does itself: it reads that right
whatever its user has chosen for reading text. UTF-8, also with a mark, is read as Latin-1 or MacRoman by a
Praat that is set to these (tested with 6.1.38 and 6.3.07).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from math import isfinite
from os import PathLike
from pathlib import Path
from struct import Struct

import numpy as np

from w2vpraat.bridge.objects import PraatObject, PraatSound, PraatTable
from w2vpraat.corpus.textgrid.praat_forms import TextValues, short_tier
from w2vpraat.corpus.textgrid.source import decode, find_newline
from w2vpraat.corpus.textgrid.text_tokens import TextTokens
from w2vpraat.errors import InputError, TextGridError
from w2vpraat.writing import write_whole

__all__ = [
    "collection_text",
    "object_name",
    "read_sound",
    "read_table",
    "text_bytes",
    "write_collection",
    "write_wav",
]

_MAGIC = b"ooBinaryFile"
_SAMPLED = Struct(">ddidd")  # start, end, number, step, first; once for time, once for channels
_AGAIN = "choose the command again; if this comes back, save the Sound and read it anew"
# What Praat itself replaces in names of objects (praat_cleanUpName), and control characters.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys([*" ,.:;\\/()[]{}~`'<>*&^%#@!?$\"|", *map(chr, range(32))], "_"))
_RATE_DRIFT = 0.25


def object_name(text: str) -> str:
    """Return a text as the name of an object: what Praat does not take becomes ``_``."""
    return text.strip().translate(_NOT_IN_NAMES) or "untitled"


def read_sound(path: str | PathLike[str]) -> PraatSound:
    """Read a Sound that Praat saved as a binary file.

    Parameters
    ----------
    path : path
        From ``Save as binary file``.

    Returns
    -------
    PraatSound
        With all channels, exactly as Praat holds them; samples of shape (n_channels, n_samples).

    Raises
    ------
    InputError
        If it can't be read, is another kind of file, is cut off, or holds values that are not numbers.
    """
    raw = _bytes_of(path)
    if not raw.startswith(_MAGIC):
        raise InputError("is not a binary file of Praat", "save it with: Save as binary file", file=path)
    length = raw[len(_MAGIC)] if len(raw) > len(_MAGIC) else 0
    begin = len(_MAGIC) + 1 + length
    kind = raw[len(_MAGIC) + 1 : begin].decode("latin-1").split(" ")
    if kind[0] != "Sound":
        raise InputError(f'holds an object of class "{kind[0]}", not a Sound', _AGAIN, file=path)
    if kind[1:] != ["2"]:
        raise InputError(f"is a Sound of an unknown form ({' '.join(kind)})", _AGAIN, file=path)
    data = begin + 2 * _SAMPLED.size
    if len(raw) < data:
        raise InputError("is cut off: its head is not complete", _AGAIN, file=path)
    start, end, n_samples, step, first = _SAMPLED.unpack_from(raw, begin)
    n_channels = _SAMPLED.unpack_from(raw, begin + _SAMPLED.size)[2]
    if n_samples < 1 or n_channels < 1 or not step > 0 or not all(map(isfinite, (start, end, step, first))):
        raise InputError(
            f"is broken: {n_samples} samples in {n_channels} channels, one every {step:g} s",
            _AGAIN,
            file=path,
        )
    # Counted in Python's whole numbers, so that a broken head can't ask for memory.
    wanted, found = n_channels * n_samples, (len(raw) - data) // 8
    if found < wanted:
        raise InputError(f"is cut off: {found} of {wanted} samples are there", _AGAIN, file=path)
    samples = np.frombuffer(raw, ">f8", wanted, data).astype(np.float64).reshape(n_channels, n_samples)
    if not np.isfinite(samples).all():
        channel, sample = np.argwhere(~np.isfinite(samples))[0]
        raise InputError(
            f"holds a sample that is not a number (channel {channel + 1})",
            "look for undefined values in the Sound: Praat's formulas can make them",
            file=path,
            time=first + sample * step,
        )
    return PraatSound(start, end, first, step, samples)


def write_wav(sound: PraatSound, path: str | PathLike[str]) -> Path:
    """Write a Sound as a WAV file of 32-bit floats: all channels, amplitudes above 1 too.

    The library computes in 32 bits, so nothing is lost that it would see; samples that came from 16-bit or
    24-bit files are kept exactly.

    Parameters
    ----------
    sound : PraatSound
        Its start time is not written: a WAV file has none.
    path : path

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If its sampling rate is no whole number of Hz, or the file can't be written.
    """
    rate = round(1.0 / sound.step)
    n_samples = sound.samples.shape[1]
    if rate < 1 or abs(n_samples * (1.0 - rate * sound.step)) > _RATE_DRIFT:
        raise InputError(
            f"has a sampling frequency of {1.0 / sound.step:.8g} Hz, which is no whole number",
            "resample it in Praat to a whole number, for example 16000 Hz: Resample...",
            file=path,
        )
    from scipy.io import wavfile

    try:
        # Not libsndfile, which writes the time of day into such files: equal Sounds make equal files, so that
        # what was measured once is found again.
        wavfile.write(path, rate, sound.samples.T.astype(np.float32))
    except (OSError, ValueError) as error:
        raise InputError(f"can't be written: {error}", "check the folder and the disk", file=path) from error
    return Path(path)


def read_table(path: str | PathLike[str], name: str = "") -> PraatTable:
    """Read a Table that Praat saved as a text file, long or short, in any of its encodings.

    Parameters
    ----------
    path : path
        From ``Save as text file``.
    name : str
        Of the object; the file does not say it.

    Raises
    ------
    InputError
        If it can't be read, holds another class, or is broken, with the line.
    """
    raw = _bytes_of(path)
    try:
        text = decode(raw, "latin-1", Path(path))[0]
        tokens = TextTokens(text, find_newline(text), Path(path))
        if tokens.tokens[:1] != ['"ooTextFile"']:
            raise InputError("is not a text file of Praat", "save it with: Save as text file", file=path)
        tokens.position = 1
        kind = tokens.class_name("the class of the object")
        if kind != "Table":
            raise InputError(f'holds an object of class "{kind}", not a Table', _AGAIN, file=path)
        columns = tuple(tokens.string("the name of a column") for _ in range(tokens.count("their number")))
        rows = tuple(_row(tokens, len(columns)) for _ in range(tokens.count("the number of rows")))
    except TextGridError as error:  # the grammar is that of TextGrids
        raise InputError(error.message, error.hint, file=path) from error
    return PraatTable(name, columns, rows)


def collection_text(objects: Iterable[PraatObject]) -> str:
    """Return objects as the text of one Collection file.

    Parameters
    ----------
    objects : iterable of PraatTable, PraatGrid
        In the order of Praat's list; names are made valid, see `object_name`.

    Raises
    ------
    InputError
        If a row has not as many cells as there are columns, or a text holds a NUL character.
    """
    listed = tuple(objects)
    parts = ['File type = "ooTextFile"\nObject class = "Collection"\n\n', f"{len(listed)}\n"]
    write = TextValues("\n")
    try:
        for one in listed:
            parts.extend(_written(one, write))
    except TextGridError as error:
        raise InputError(error.message, error.hint) from error
    return "".join(parts)


def write_collection(path: str | PathLike[str], objects: Iterable[PraatObject]) -> Path:
    """Write objects into one file that ``Read from file`` puts into Praat's list; as a whole or not at all.

    Raises
    ------
    InputError
        As `collection_text`.
    ExportError
        If the file can't be written.
    """
    return write_whole(text_bytes(collection_text(objects)), path)


def text_bytes(text: str) -> bytes:
    """Return a text in the encoding that every Praat reads right, whatever its preferences: UTF-16.

    Half a character (a label of a broken file may hold one) becomes a question mark.
    """
    return codecs.BOM_UTF16_BE + text.encode("utf-16-be", "replace")


def _bytes_of(path: str | PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        raise InputError(reason, "choose the command again", file=path) from error


def _row(tokens: TextTokens, width: int) -> tuple[str, ...]:
    found = tokens.count("the number of cells")
    if found != width:
        tokens.fail(f"a row has {found} cells, but there are {width} columns")
    return tuple(tokens.string("a cell") for _ in range(width))


def _written(one: PraatObject, write: TextValues) -> Iterator[str]:
    if isinstance(one, PraatTable):
        yield _head("Table", one.name, write)
        yield f"{len(one.columns)}\n"
        yield from _lines(one.columns, write)
        yield f"{len(one.rows)}\n"
        for number, row in enumerate(one.rows, 1):
            if len(row) != len(one.columns):
                raise InputError(
                    f'row {number} of the Table "{one.name}" has {len(row)} cells for'
                    f" {len(one.columns)} columns",
                    "report this as a bug",
                )
            yield f"{len(row)}\n"
            yield from _lines(row, write)
    else:
        grid = one.grid
        yield _head("TextGrid", one.name, write)
        yield f"{write.number(grid.start)}\n{write.number(grid.end)}\n<exists>\n{len(grid)}\n"
        for tier in grid.tiers:
            yield short_tier(tier, write)


def _head(kind: str, name: str, write: TextValues) -> str:
    return f'"{kind}"\n{write.string(object_name(name))}\n'


def _lines(texts: Iterable[str], write: TextValues) -> Iterator[str]:
    yield "".join(f"{write.string(text)}\n" for text in texts)
