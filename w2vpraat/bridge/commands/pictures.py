"""Figures of the library as PNG for Praat's Picture window."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 6.5
"""Inches, in the Picture window."""
DOTS_PER_INCH = 300


def praat_picture(figure: Figure) -> tuple[bytes, tuple[float, float]]:
    """Return a figure as a PNG of 300 dpi, and the width and height in inches that it is to have."""
    from w2vpraat.export.figures import any_sign

    wide, high = figure.get_size_inches()
    buffer = io.BytesIO()
    with any_sign():
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH * WIDTH / wide)
    return buffer.getvalue(), (WIDTH, round(WIDTH * float(high / wide), 3))
