"""Pictures of the window in 256 colours: those of its surfaces and dots stay exactly as they are."""

from __future__ import annotations

import numpy as np
from PIL import Image

COLOURS = 256
EXACT = 64
"""Colours that cover most; what is left (edges of letters, a spectrogram) shares the others."""


def palette_of(picture: Image.Image) -> np.ndarray:
    """Return the colours that suit a picture, shape (at most 256, 3).

    Parameters
    ----------
    picture : Image
        In RGB.
    """
    colours, count = np.unique(np.asarray(picture).reshape(-1, 3), axis=0, return_counts=True)
    order = np.argsort(-count, kind="stable")
    if len(order) <= COLOURS:
        return colours
    own, rest = colours[order[:EXACT]], colours[order[EXACT:]]
    # Each colour once: a small dot counts as much as a large surface.
    line = Image.fromarray(rest[None])
    shared = line.quantize(COLOURS - EXACT, method=Image.Quantize.MAXCOVERAGE, kmeans=5)
    found = np.array(shared.getpalette(), dtype=np.uint8).reshape(-1, 3)[: COLOURS - EXACT]
    return np.concatenate([own, found])


def in_colours(picture: Image.Image, palette: np.ndarray) -> Image.Image:
    """Return a picture in the nearest colours of a palette."""
    pixels = np.asarray(picture).reshape(-1, 3)
    colours, where = np.unique(pixels, axis=0, return_inverse=True)
    apart = colours[:, None].astype(np.int32) - palette[None].astype(np.int32)
    nearest = (apart**2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    made = Image.fromarray(nearest[where].reshape(picture.height, picture.width), "P")
    made.putpalette(palette.astype(np.uint8).tobytes())
    return made


def few_colours(picture: Image.Image) -> Image.Image:
    """Return a picture in at most 256 colours of its own."""
    picture = picture.convert("RGB")
    return in_colours(picture, palette_of(picture))
