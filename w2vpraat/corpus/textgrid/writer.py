"""Writing TextGrids: an untouched file byte for byte, an edited one with its edits, a new one as Praat."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from os.path import realpath
from pathlib import Path

from w2vpraat.corpus.textgrid.atomic import replace_file
from w2vpraat.corpus.textgrid.patch import patched_text
from w2vpraat.corpus.textgrid.praat_forms import (
    FORMS,
    binary_form,
    chronological_form,
    long_form,
    short_form,
)
from w2vpraat.corpus.textgrid.reader import parse_textgrids
from w2vpraat.corpus.textgrid.source import BOMS, ENCODINGS, codec_name
from w2vpraat.corpus.textgrid.values import Interval, Point, TextGrid
from w2vpraat.errors import TextGridError

NEWLINES = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
"""Names of line ends."""

_TEXT_FORMS = {"long": long_form, "short": short_form, "chronological": chronological_form}


def write_textgrid(
    grid: TextGrid,
    path: str | PathLike[str] | None = None,
    *,
    form: str | None = None,
    encoding: str | None = None,
    newline: str | None = None,
    backup: bool = False,
    overwrite_changed: bool = False,
    replaces: TextGrid | None = None,
) -> TextGrid:
    """Save a grid; the file is replaced as a whole or not at all.

    A grid that was read and not edited is saved byte for byte. After edits the file keeps its encoding, form,
    line ends, comments and the bytes of everything that was not edited. A new grid is written as Praat's
    "text file" in UTF-8 without byte-order mark. The bytes are read back and compared before the old file is
    replaced.

    Parameters
    ----------
    grid : TextGrid
        A grid of a Collection is saved with the other objects of its file.
    path : path, optional
        Default: the file that it was read from. A symbolic link stays; the file that it leads to is replaced.
    form : {"long", "short", "chronological", "binary"}, optional
        Converts; a grid of a Collection is then written alone.
    encoding : {"utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "mac-roman", ...}, optional
        Converts. ``utf-16`` is big-endian, as Praat writes it; UTF-16 gets a byte-order mark.
    newline : {"lf", "crlf", "cr"}, optional
        Converts.
    backup : bool
        Keep the old file under its name with ``.bak`` added; an older backup is replaced.
    overwrite_changed : bool
        Save although another program has changed the file since it was read.
    replaces : TextGrid, optional
        What an earlier call returned, if the grid itself was read before that: the file must be as that call
        left it.

    Returns
    -------
    TextGrid
        The same grid as read from the new file: go on with this one.

    Raises
    ------
    TextGridError
        If a label doesn't fit the encoding, or the file has changed or can't be written; nothing is written.
    """
    return write_textgrids(
        [grid],
        path,
        form=form,
        encoding=encoding,
        newline=newline,
        backup=backup,
        overwrite_changed=overwrite_changed,
        replaces=replaces,
    )[0]


def write_textgrids(
    grids: Sequence[TextGrid],
    path: str | PathLike[str] | None = None,
    *,
    form: str | None = None,
    encoding: str | None = None,
    newline: str | None = None,
    backup: bool = False,
    overwrite_changed: bool = False,
    replaces: TextGrid | None = None,
) -> tuple[TextGrid, ...]:
    """Save several edited grids of one Collection into their file.

    Parameters
    ----------
    grids : sequence of TextGrid
        Of the same file; its other objects stay as they are.
    path, form, encoding, newline, backup, overwrite_changed, replaces
        As for `write_textgrid`; a form can be given for one grid only.

    Returns
    -------
    tuple of TextGrid
        The same grids as read from the new file.

    Raises
    ------
    TextGridError
        As `write_textgrid`, or if the grids are not of one file.
    """
    source = grids[0].source if grids else None
    if not grids or any(grid.source is not source for grid in grids) or (source is None and len(grids) > 1):
        raise TextGridError("these grids were not read from one file", "save them one by one")
    if path is None and source is None:
        raise TextGridError("this TextGrid is new", "say where to save it: path")
    target = Path(source.path if path is None and source is not None else path or "")
    raw, alone = _to_bytes(grids, form, encoding, newline, target)
    read = parse_textgrids(
        raw, target, fallback_encoding=_fallback(encoding or (source.encoding if source else "utf-8"))
    )
    saved = tuple(read[0 if alone else grid.source_index] for grid in grids)
    for grid, again in zip(grids, saved, strict=True):
        _check_lossless(grid, again, target)
    expected = None
    if not overwrite_changed:
        known = replaces.source if replaces is not None else source
        if known is not None and realpath(known.path) == realpath(target):
            expected = known.raw
    replace_file(target, raw, expected=expected, backup=backup)
    return saved


def textgrid_bytes(
    grid: TextGrid, *, form: str | None = None, encoding: str | None = None, newline: str | None = None
) -> bytes:
    """Return the bytes that `write_textgrid` would write.

    Parameters
    ----------
    grid, form, encoding, newline
        As for `write_textgrid`.

    Returns
    -------
    bytes
        The whole file.

    Raises
    ------
    TextGridError
        If a label doesn't fit the encoding, or a choice isn't known.
    """
    return _to_bytes([grid], form, encoding, newline, Path(grid.file or "new.TextGrid"))[0]


def _to_bytes(
    grids: Sequence[TextGrid], form: str | None, encoding: str | None, newline: str | None, target: Path
) -> tuple[bytes, bool]:
    # The bytes, and whether they hold one grid alone.
    source = grids[0].source
    _check_choice("form", form, FORMS)
    encoding = "utf-16-be" if encoding == "utf-16" else encoding
    _check_choice("encoding", encoding, ENCODINGS)
    _check_choice("newline", newline, (*NEWLINES, *NEWLINES.values()))
    ends = None if newline is None else NEWLINES.get(newline, newline)
    convert = source is None or (
        form is not None and (form != source.form or source.container == "Collection")
    )
    if convert and len(grids) > 1:
        raise TextGridError("several grids don't fit into one file of this form", "save them one by one")
    if (form or (source.form if source else "long")) == "binary" and (encoding or ends):
        raise TextGridError(
            "the binary form has no encoding or line ends to choose", "leave them out, or choose a text form"
        )
    if source is None or convert:
        return _rendered(grids[0], form or "long", encoding, ends, target), True
    text = patched_text(source, grids)
    if source.form == "binary":
        return text.encode("latin-1"), False
    if ends is not None and ends != source.newline:
        text = text.replace(source.newline, ends)
    if encoding is None or encoding == source.encoding:
        return source.bom + _encode(text, source.encoding, grids, target), False
    return BOMS.get(encoding, b"") + _encode(text, encoding, grids, target), False


def _rendered(grid: TextGrid, form: str, encoding: str | None, newline: str | None, target: Path) -> bytes:
    if form == "binary":
        return binary_form(grid)
    source = grid.source
    read_as = source.encoding if source is not None and source.form != "binary" else "utf-8"
    encoding = encoding or read_as
    text = _TEXT_FORMS[form](grid, newline or (source.newline if source else "\n"))
    return BOMS.get(encoding, b"") + _encode(text, encoding, [grid], target)


def _encode(text: str, encoding: str, grids: Sequence[TextGrid], target: Path) -> bytes:
    codec = codec_name(encoding)
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        bad = text[error.start]
        sign = f'"{bad}" (U+{ord(bad):04X})' if bad.isprintable() else f"U+{ord(bad):04X}"
    for grid in grids:
        for tier in grid.tiers:
            if bad in tier.name:
                raise _unfit(sign, encoding, f'the name "{tier.name!a}"', target, tier.name, None, None)
            items: tuple[Interval | Point, ...] = tier.items
            for number, item in enumerate(items, 1):
                if bad in item.label:
                    raise _unfit(sign, encoding, "the label", target, tier.name, number, item[0])
    raise _unfit(sign, encoding, "the text", target, None, None, None)


def _unfit(
    sign: str, encoding: str, what: str, file: Path, tier: str | None, number: int | None, time: float | None
) -> TextGridError:
    hint = 'save with another encoding, for example encoding="utf-8"; this changes the whole file'
    if sign.startswith("U+D"):
        hint = "the sign is half a character; type the label again"
    return TextGridError(
        f"{what} holds {sign}, which {encoding} can't hold",
        hint,
        file=file,
        tier=tier,
        interval=number,
        time=time,
    )


def _check_lossless(grid: TextGrid, again: TextGrid, target: Path) -> None:
    if (grid.start, grid.end, grid.tiers) == (again.start, again.end, again.tiers):
        return
    for tier, read in zip(grid.tiers, again.tiers, strict=False):
        pairs: list[tuple[Interval | Point, Interval | Point]] = list(
            zip(tier.items, read.items, strict=False)
        )
        for number, (item, now) in enumerate(pairs, 1):
            if item != now:
                hint = 'these bytes would pass for UTF-8: save with encoding="utf-8"'
                if "\r" in item.label:
                    hint = "a carriage return in a label doesn't survive this file's line ends; take it out"
                raise TextGridError(
                    f"{item.label!r} would be read back as {now.label!r}",
                    hint,
                    file=target,
                    tier=tier.name,
                    interval=number,
                    time=item[0],
                )
    raise TextGridError("this TextGrid would not be read back the same", "report this as a bug", file=target)


def _fallback(encoding: str) -> str:
    return encoding if encoding in ("cp1252", "mac-roman") else "latin-1"


def _check_choice(what: str, value: str | None, known: Sequence[str]) -> None:
    if value is not None and value not in known:
        names = ", ".join(name for name in known if name.isprintable())
        raise TextGridError(f'unknown {what} "{value}"', f"one of {names}")
