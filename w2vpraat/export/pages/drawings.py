"""Figures as markup for a page: outlines that no font is needed for, or dots."""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from w2vpraat.export.figures import any_sign

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

DPI = 130
SCREEN = 128


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure of a page.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What it shows, for those who don't see it.
    caption : str
    dots : bool
        Draw it as dots (PNG) rather than lines: smaller if it has thousands of points.
    """

    figure: Figure
    alt: str
    caption: str = ""
    dots: bool = False


def drawing(picture: Picture, prefix: str) -> Markup:
    """Return a figure as markup that is safe to put into a page.

    Parameters
    ----------
    picture : Picture
    prefix : str
        Put before every id, since matplotlib calls the parts of all figures alike.

    Returns
    -------
    markupsafe.Markup
    """
    from markupsafe import Markup, escape

    alt = escape(picture.alt)
    width, height = picture.figure.get_size_inches()
    # Larger than on paper (96 pixels per inch), where the small type is read from nearer.
    size = f'width="{round(SCREEN * width)}" height="{round(SCREEN * height)}"'
    if picture.dots:
        data = base64.b64encode(_png(picture.figure)).decode("ascii")
        return Markup(f'<img src="data:image/png;base64,{data}" alt="{alt}" {size}>')
    inner = _svg(picture.figure, prefix)
    box = f'viewBox="0 0 {72 * width:g} {72 * height:g}"'
    return Markup(f'<svg role="img" aria-label="{alt}" {size} {box}>{inner}</svg>')


def _svg(figure: Figure, prefix: str) -> str:
    import matplotlib

    buffer = io.BytesIO()
    settings: Any = {"svg.hashsalt": "w2vpraat", "svg.fonttype": "path"}
    with matplotlib.rc_context(settings), any_sign():
        figure.savefig(buffer, format="svg", dpi=DPI, metadata={"Date": None})
    text = buffer.getvalue().decode("utf-8")
    # Comments hold the drawn texts; metadata and style sheets are the page's own business.
    for part in (r"<!--.*?-->", r"<metadata>.*?</metadata>", r"<style\b.*?</style>", r"<defs>\s*</defs>"):
        text = re.sub(part, "", text, flags=re.DOTALL)
    inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    seen: Counter[str] = Counter()

    def unique(match: re.Match[str]) -> str:
        # matplotlib gives equal pictures the same id; references mean the first of them.
        seen[match[1]] += 1
        again = f"-{seen[match[1]]}" if seen[match[1]] > 1 else ""
        return f' id="{prefix}{match[1]}{again}"'

    inner = re.sub(r'\sid="(.*?)"', unique, inner)
    inner = re.sub(r'(xlink:href="#|url\(#)', rf"\1{prefix}", inner)
    return re.sub(r">\s+<", ">\n<", inner)


def _png(figure: Figure) -> bytes:
    import numpy as np
    from PIL import Image

    buffer = io.BytesIO()
    with any_sign():
        figure.savefig(buffer, format="png", dpi=DPI)
    buffer.seek(0)
    # Sixteen shades of red, green and blue halve the size; white and black stay as they are.
    shades = (np.asarray(Image.open(buffer).convert("RGB")) >> 4) * np.uint8(17)
    small = io.BytesIO()
    Image.fromarray(shades).save(small, format="png", optimize=True)
    return small.getvalue()
