"""Pictures of the window in 256 colours: those of its surfaces and dots stay exactly as they are."""

from __future__ import annotations

import numpy as np
from PIL import Image

COLOURS = 256
EXACT = 64
"""Colours that cover most; what is left (edges of letters, a spectrogram) shares the others."""


def palette_of(picture: Image.Image, most: int = COLOURS) -> np.ndarray:
    """Return the colours that suit a picture, shape (at most `most`, 3).

    Parameters
    ----------
    picture : Image
        In RGB.
    most : int
        More than `EXACT`, at most 256.
    """
    codes, count = np.unique(_codes(picture), return_counts=True)
    colours = _colours(codes)
    order = np.argsort(-count, kind="stable")
    if len(order) <= most:
        return colours
    own, rest = colours[order[:EXACT]], colours[order[EXACT:]]
    # Each colour once: a small dot counts as much as a large surface.
    line = Image.fromarray(rest[None])
    shared = line.quantize(most - EXACT, method=Image.Quantize.MAXCOVERAGE, kmeans=5)
    found = np.array(shared.getpalette(), dtype=np.uint8).reshape(-1, 3)[: most - EXACT]
    return np.concatenate([own, found])


def in_colours(picture: Image.Image, palette: np.ndarray) -> Image.Image:
    """Return a picture in the nearest colours of a palette."""
    codes, where = np.unique(_codes(picture), return_inverse=True)
    apart = _colours(codes)[:, None].astype(np.int32) - palette[None].astype(np.int32)
    nearest = (apart**2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    made = Image.fromarray(nearest[where].reshape(picture.height, picture.width), "P")
    made.putpalette(palette.astype(np.uint8).tobytes())
    return made


def few_colours(picture: Image.Image) -> Image.Image:
    """Return a picture in at most 256 colours of its own."""
    picture = picture.convert("RGB")
    return in_colours(picture, palette_of(picture))


def _codes(picture: Image.Image) -> np.ndarray:
    """Return a number for the colour of each pixel, shape (n_pixels,)."""
    red, green, blue = np.asarray(picture, dtype=np.uint32).reshape(-1, 3).T
    return red << 16 | green << 8 | blue


def _colours(codes: np.ndarray) -> np.ndarray:
    """Return the colours of these numbers, shape (n, 3)."""
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
