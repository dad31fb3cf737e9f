"""Reading TextGrids in every form that Praat writes."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from w2vpraat.corpus.textgrid.binary_tokens import MAGIC, BinaryTokens
from w2vpraat.corpus.textgrid.source import GridLayout, Source, TierLayout, decode, find_newline
from w2vpraat.corpus.textgrid.text_tokens import TextTokens
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Origin, Point, PointTier, TextGrid, Tier
from w2vpraat.errors import TextGridError

Tokens: TypeAlias = TextTokens | BinaryTokens
Found: TypeAlias = tuple[TextGrid, GridLayout]

CHRONOLOGICAL = "Praat chronological TextGrid text file"


def read_textgrid(
    path: str | PathLike[str], *, fallback_encoding: str = "latin-1", name: str | None = None
) -> TextGrid:
    """Read the TextGrid of a file.

    Long, short, mixed, chronological and binary forms, and Collection files; UTF-8, UTF-16, and with
    ``fallback_encoding`` Latin-1, Windows-1252 and MacRoman; any line ends. Nothing is repaired, sorted or
    rounded.

    Parameters
    ----------
    path : path
        The file.
    fallback_encoding : {"latin-1", "cp1252", "mac-roman", "error"}
        Encoding of a text without byte-order mark that is not UTF-8. If it is used, the grid's ``notes`` say
        so.
    name : str, optional
        Which TextGrid of a Collection.

    Returns
    -------
    TextGrid
        Its ``source`` remembers the file's bytes, so that saving changes only what was edited.

    Raises
    ------
    TextGridError
        If the file can't be read, is malformed (with line number or byte, tier and interval), or holds
        several TextGrids and `name` doesn't choose one.
    """
    grids = read_textgrids(path, fallback_encoding=fallback_encoding)
    if name is None:
        if len(grids) == 1:
            return grids[0]
        names = ", ".join(f'"{grid.name}"' for grid in grids)
        raise TextGridError(f"holds {len(grids)} TextGrids", f"choose one by name: {names}", file=path)
    chosen = [grid for grid in grids if grid.name == name]
    if len(chosen) != 1:
        names = ", ".join(f'"{grid.name}"' for grid in grids)
        raise TextGridError(
            f'holds {len(chosen) or "no"} TextGrid{"s" if chosen else ""} of the name "{name}"',
            f"names: {names}",
            file=path,
        )
    return chosen[0]


def read_textgrids(path: str | PathLike[str], *, fallback_encoding: str = "latin-1") -> tuple[TextGrid, ...]:
    """Read all TextGrids of a file: one, or those of a Collection.

    Parameters
    ----------
    path, fallback_encoding
        As for `read_textgrid`.

    Returns
    -------
    tuple of TextGrid
        At least one.

    Raises
    ------
    TextGridError
        If the file can't be read, is malformed, or holds no TextGrid.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise TextGridError("there is no such file", "check the path", file=path) from None
    except OSError as error:
        raise TextGridError(
            f"can't be read: {error.strerror}", "check the file and its rights", file=path
        ) from error
    return parse_textgrids(raw, path, fallback_encoding=fallback_encoding)


def parse_textgrids(
    raw: bytes, path: str | PathLike[str], *, fallback_encoding: str = "latin-1"
) -> tuple[TextGrid, ...]:
    """Read all TextGrids from the bytes of a file.

    Parameters
    ----------
    raw : bytes
        The file's bytes.
    path : path
        Remembered, and named in messages.
    fallback_encoding
        As for `read_textgrid`.

    Returns
    -------
    tuple of TextGrid
        At least one.

    Raises
    ------
    TextGridError
        As `read_textgrids`.
    """
    path = Path(path)
    tokens: Tokens
    notes: tuple[tuple[str, str], ...] = ()
    encoding, bom, newline = "binary", b"", "\n"
    if raw.startswith(MAGIC):
        tokens = BinaryTokens(raw, path)
        container = tokens.class_name("the class of the file")
    else:
        if not raw:
            raise TextGridError("the file is empty", "read another copy", file=path)
        text, encoding, bom, notes = decode(raw, fallback_encoding, path)
        newline = find_newline(text)
        tokens = TextTokens(text, newline, path)
        container = _text_header(tokens)
    if container == "Collection":
        found = _read_collection(tokens)
    elif container == CHRONOLOGICAL and isinstance(tokens, TextTokens):
        found = [_read_chronological(tokens)]
    elif container == "TextGrid":
        found = [_read_grid(tokens, "")]
    else:
        tokens.fail(
            f'holds an object of class "{container}"', "a TextGrid or a Collection with one is needed"
        )
    if not tokens.at_end and container != "Collection":
        notes = (
            *notes,
            ("trailing_data", "there is more in the file after the TextGrid; it is kept, not read"),
        )
    if encoding == "binary":
        form = "binary"
    elif container == CHRONOLOGICAL:
        form = "chronological"
    else:
        form = "long" if tokens.is_long() else "short"
    source = Source(
        path=path,
        raw=raw,
        encoding=encoding,
        bom=bom,
        form=form,
        container="Collection" if container == "Collection" else "TextGrid",
        newline=newline,
        notes=notes,
        layouts=tuple(layout for _, layout in found),
    )
    source.grids.extend(
        replace(grid, source=source, source_index=index) for index, (grid, _) in enumerate(found)
    )
    return tuple(source.grids)


def binary_spans(raw: bytes, path: Path) -> list[tuple[int, int]]:
    """Start and end of each value of a binary file, in bytes; the indices are those of its layouts."""
    tokens = BinaryTokens(raw, path)
    _read_contents(tokens, tokens.class_name("the class of the file"))
    return tokens.spans


def _read_contents(tokens: Tokens, container: str) -> list[Found]:
    if container == "Collection":
        return _read_collection(tokens)
    if container == CHRONOLOGICAL and isinstance(tokens, TextTokens):
        return [_read_chronological(tokens)]
    if container == "TextGrid":
        return [_read_grid(tokens, "")]
    return tokens.fail(f'holds an object of class "{container}"', "a TextGrid or a Collection is needed")


def _text_header(tokens: TextTokens) -> str:
    if not tokens.tokens or not tokens.tokens[0].startswith(('"ooTextFile', f'"{CHRONOLOGICAL}"')):
        raise TextGridError(
            "not a Praat file: it doesn't start with ooTextFile or ooBinaryFile",
            "save it from Praat as a TextGrid",
            file=tokens.path,
        )
    kind = tokens.string("the kind of file")
    return kind if kind == CHRONOLOGICAL else tokens.class_name("the class of the object")


def _read_collection(tokens: Tokens) -> list[Found]:
    size = tokens.count("the number of objects")
    found: list[Found] = []
    # The sizes of other objects are unknown here, so they are passed by looking for the next TextGrid.
    while len(found) < size and tokens.find_grid():
        tokens.class_name("the class of the object")
        found.append(_read_grid(tokens, tokens.string("the name of the object")))
    if not found:
        raise TextGridError("this Collection holds no TextGrid", "choose another file", file=tokens.path)
    return found


def _read_grid(tokens: Tokens, name: str) -> Found:
    first = tokens.position
    start, end = tokens.number("the start of the TextGrid"), tokens.number("its end")
    flag, count, tiers, layouts = tokens.position, -1, [], []
    if tokens.exists():
        count = tokens.position
        for number in range(1, tokens.count("the number of tiers") + 1):
            tier, tier_layout = _read_tier(tokens, number)
            tiers.append(tier)
            layouts.append(tier_layout)
    tokens.tier = None
    layout = GridLayout(first, flag, count, tuple(layouts), tokens.position)
    return TextGrid(start, end, tuple(tiers), name), layout


def _read_tier(tokens: Tokens, number: int) -> tuple[Tier, TierLayout]:
    first = tokens.position
    tokens.tier = f"number {number}"
    kind = tokens.class_name("the class of the tier")
    if kind not in ("IntervalTier", "TextTier"):
        tokens.fail(f'the class of tier {number} is "{kind}", not IntervalTier or TextTier')
    name = tokens.string("the name of the tier")
    tokens.tier = name
    start, end = tokens.number("the start of the tier"), tokens.number("the end of the tier")
    count = tokens.position
    size = tokens.count("the number of intervals" if kind == "IntervalTier" else "the number of points")
    origin = Origin(number - 1)
    width = 3 if kind == "IntervalTier" else 2
    layout = TierLayout(first, count, range(count + 1, count + 1 + width * size, width))
    if kind == "IntervalTier":
        return IntervalTier(name, start, end, tokens.intervals(size), origin=origin), layout
    return PointTier(name, start, end, tokens.points(size), origin=origin), layout


def _read_chronological(tokens: TextTokens) -> Found:
    first = tokens.position
    start, end = tokens.number("the start of the TextGrid"), tokens.number("its end")
    count = tokens.position
    heads: list[tuple[str, str, float, float]] = []
    firsts: list[int] = []
    for number in range(1, tokens.count("the number of tiers") + 1):
        firsts.append(tokens.position)
        tokens.tier = f"number {number}"
        kind = tokens.class_name("the class of the tier")
        if kind not in ("IntervalTier", "TextTier"):
            tokens.fail(f'the class of tier {number} is "{kind}", not IntervalTier or TextTier')
        name = tokens.string("the name of the tier")
        heads.append(
            (kind, name, tokens.number("the start of the tier"), tokens.number("the end of the tier"))
        )
    items: list[list[Interval | Point]] = [[] for _ in heads]
    places: list[list[int]] = [[] for _ in heads]
    while not tokens.at_end:
        tokens.tier = tokens.item = None
        places_at = tokens.position
        number = tokens.count("the number of the tier")
        if not 1 <= number <= len(heads):
            tokens.fail(f"there is no tier {number}", f"tiers are numbered 1 to {len(heads)}")
        kind, tokens.tier = heads[number - 1][:2]
        tokens.item = len(items[number - 1]) + 1
        item: Interval | Point
        if kind == "IntervalTier":
            item = Interval(tokens.number("its start"), tokens.number("its end"), tokens.string("its label"))
        else:
            item = Point(tokens.number("its time"), tokens.string("its label"))
        items[number - 1].append(item)
        places[number - 1].append(places_at + 1)
    tiers: list[Tier] = []
    for index, (kind, name, low, high) in enumerate(heads):
        made = IntervalTier if kind == "IntervalTier" else PointTier
        tiers.append(made(name, low, high, tuple(items[index]), origin=Origin(index)))  # type: ignore[arg-type]
    layouts = tuple(TierLayout(at, -1, tuple(place)) for at, place in zip(firsts, places, strict=True))
    return TextGrid(start, end, tuple(tiers)), GridLayout(first, -1, count, layouts, tokens.position)
