"""Stamps marks into pixels with numpy: one assignment for thousands of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter

from .sprites import Entries, Sheet

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Pixels = NDArray[np.uint32]

LEVELS = 32
"""Shades between nothing, the rim of a mark and the mark."""
MOST_SHAPES = 12
"""Beyond so many shapes, letters, one after the other costs more than all in order."""


@dataclass(frozen=True, eq=False)
class Look:
    """How marks are drawn.

    Attributes
    ----------
    sheet : Sheet
        Of sprites, in device pixels.
    colours : ndarray, shape (n_colours, 3)
        Red, green, blue, 0 to 255; the last one is that of an unknown value.
    rim : QColor
    opacity : float
        Of a mark, 0 to 1.
    coats : int
        Marks are laid on in so many coats, every so manieth mark in one. Within a coat the later mark hides
        the earlier one; coats shine through each other.
    """

    sheet: Sheet
    colours: Floats
    rim: QColor
    opacity: float = 1.0
    coats: int = 1

    @cached_property
    def parts(self) -> tuple[tuple[Entries, Pixels, Ints], ...]:
        """Entries of the sheet, weak ones first; pixel values by colour and shade; shades of the entries."""
        return tuple((one, *_values(self, one)) for one in (self.sheet.weak, self.sheet.solid))


def image_on(pixels: Pixels, *, opaque: bool = False) -> QImage:
    """Return an image that shares the memory of pixels (premultiplied), shape (height, width)."""
    kind = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, kind)


def stamp(
    look: Look,
    paper: QColor | None,
    shape: tuple[int, int],
    row: Ints,
    column: Ints,
    sprite: Ints,
    colour: Ints,
    number: Ints,
) -> Pixels:
    """Return the pixels of a rectangle with marks, later ones over earlier ones.

    Parameters
    ----------
    look : Look
    paper : QColor or None
        Ground; None: transparent.
    shape : tuple of int
        Height and width in device pixels.
    row, column : ndarray of int, shape (n,)
        Centres; at most the reach of the sheet outside.
    sprite, colour : ndarray of int, shape (n,)
    number : ndarray of int, shape (n,)
        Decides the coat of a mark, so that it is the same in every rectangle.

    Returns
    -------
    ndarray, shape (height, width)
        Premultiplied.
    """
    height, width = shape
    kind = QImage.Format.Format_RGB32 if paper is not None else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(width, height, kind)
    image.fill(paper if paper is not None else 0)
    if row.size:
        edge = 2 * look.sheet.reach  # a centre may be outside by the reach, and its mark reach as far again
        padded = (height + 2 * edge, width + 2 * edge)
        base = (row + edge) * padded[1] + column + edge
        painter = QPainter(image)
        for one in range(look.coats):
            chosen = slice(None) if look.coats == 1 else np.flatnonzero(number % look.coats == one)
            pixels = np.zeros(padded, dtype=np.uint32)
            _coat(look, pixels, base[chosen], sprite[chosen], colour[chosen], turn=one)
            painter.drawImage(-edge, -edge, image_on(pixels))
        painter.end()
    # Rows of 4-byte pixels have no padding.
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(shape).copy()


def _coat(look: Look, pixels: Pixels, base: Ints, sprite: Ints, colour: Ints, *, turn: int) -> None:
    """Stamp one coat: in order, or shape by shape, which is faster, where the coats even out the order."""
    n_sprites = len(look.sheet.solid.start) - 1
    present = np.flatnonzero(np.bincount(sprite, minlength=n_sprites))
    if len(present) > 1 and (look.coats == 1 or len(present) > MOST_SHAPES):
        _stamp_in_order(look, pixels, base, sprite, colour)
        return
    for one in np.roll(present, turn).tolist():
        chosen = np.flatnonzero(sprite == one) if len(present) > 1 else slice(None)
        _stamp_shape(look, pixels, base[chosen], one, colour[chosen])


def _stamp_shape(look: Look, pixels: Pixels, base: Ints, sprite: int, colour: Ints) -> None:
    flat = pixels.reshape(-1)
    for entries, values, shade in look.parts:
        here = slice(int(entries.start[sprite]), int(entries.start[sprite + 1]))
        offsets = entries.row[here] * pixels.shape[1] + entries.column[here]
        flat[(base[:, None] + offsets).reshape(-1)] = values[:, shade[here]].take(colour, axis=0).reshape(-1)


def _stamp_in_order(look: Look, pixels: Pixels, base: Ints, sprite: Ints, colour: Ints) -> None:
    flat = pixels.reshape(-1)
    for entries, values, shade in look.parts:
        offsets = entries.row * pixels.shape[1] + entries.column
        first = entries.start[sprite]
        sizes = entries.start[sprite + 1] - first
        before = np.cumsum(sizes) - sizes
        # Entry of every pixel of every mark, one mark after the other.
        at = np.arange(int(sizes.sum())) + np.repeat(first - before, sizes)
        which = np.repeat(colour * values.shape[1], sizes) + shade.take(at)
        flat[np.repeat(base, sizes) + offsets.take(at)] = values.reshape(-1).take(which)


def _values(look: Look, entries: Entries) -> tuple[Pixels, Ints]:
    """Return premultiplied pixel values by colour and shade, and the shade of each entry."""
    inner, outer = (np.rint(LEVELS * one).astype(np.intp) for one in (entries.inner, entries.outer))
    pairs, shade = np.unique(inner * (LEVELS + 1) + outer, return_inverse=True)
    mark = (pairs // (LEVELS + 1)) / LEVELS
    cover = np.maximum((pairs % (LEVELS + 1)) / LEVELS, mark)
    part = np.divide(mark, cover, out=np.zeros_like(mark), where=cover > 0.0)[None, :, None]
    rim = np.array([look.rim.red(), look.rim.green(), look.rim.blue()], dtype=np.float64)
    alpha = look.opacity * cover
    mixed = (part * look.colours[:, None, :] + (1.0 - part) * rim) * alpha[None, :, None]
    red, green, blue = np.moveaxis(np.rint(mixed).astype(np.uint32), -1, 0)
    solid = np.rint(255.0 * alpha).astype(np.uint32)
    pixels = (solid << 24) | (red << 16) | (green << 8) | blue
    return np.asarray(pixels, dtype=np.uint32), shade.reshape(-1)
