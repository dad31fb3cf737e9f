"""One HTML file for a report: opens offline, prints, holds its figures; no scripts."""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from w2vpraat import __version__
from w2vpraat.export.figures import any_sign
from w2vpraat.resources import resource_folder

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup
    from matplotlib.figure import Figure

DPI = 130
SCREEN = 128
# Words of verdicts, the longer ones first: "not supported" holds "supported".
TONES = {"supported": "yes", "not supported": "no", "not enough data": "open"}


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


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table of a page.

    Attributes
    ----------
    frame : pandas.DataFrame
        Columns as headings; the index is not shown. Missing values become dashes.
    caption : str
    percent : sequence of str
        Columns of shares (0 to 1), shown in per cent.
    right : sequence of str
        Columns of text that stand right like numbers (numbers with intervals, for example).
    verdict : str
        Column whose words are coloured as verdicts.
    digits : int
        Of numbers that are not whole.
    """

    frame: pd.DataFrame
    caption: str = ""
    percent: Sequence[str] = ()
    right: Sequence[str] = ()
    verdict: str = ""
    digits: int = 2


@dataclass(frozen=True, eq=False)
class Section:
    """A part of a page; everything in it is plain text, figures or tables.

    Attributes
    ----------
    title : str
    paragraphs : sequence of str
    figures : sequence of Picture
    tables : sequence of Sheet
    notes : sequence of str
        Points of a list at the end.
    """

    title: str
    paragraphs: Sequence[str] = ()
    figures: Sequence[Picture] = ()
    tables: Sequence[Sheet] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """What stands big at the top: a title, the verdict in a word, a sentence; the tone colours it."""

    title: str
    word: str
    sentence: str
    tone: str = ""


def page(
    title: str,
    subtitle: str,
    sections: Sequence[Section],
    facts: Mapping[str, str],
    *,
    verdicts: Sequence[Verdict] = (),
    facts_title: str = "What was done",
) -> str:
    """Write a report as one HTML file.

    Parameters
    ----------
    title, subtitle : str
    sections : sequence of Section
    facts : mapping of str to str
        Shown as the first section, a table of two columns; empty: no such section.
    verdicts : sequence of Verdict
        Shown above everything.
    facts_title : str

    Returns
    -------
    str
        UTF-8 text; the same input gives the same text.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(resource_folder() / "pages", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown: list[dict[str, Any]] = []
    if facts:
        empty: dict[str, Any] = dict.fromkeys(("paragraphs", "figures", "tables", "notes"), ())
        shown.append(empty | {"title": facts_title, "facts": list(facts.items())})
    drawn = 0
    for section in sections:
        pictures = []
        for picture in section.figures:
            drawn += 1
            pictures.append({"drawing": drawing(picture, f"f{drawn}-"), "caption": picture.caption})
        shown.append(
            {
                "title": section.title,
                "facts": [],
                "paragraphs": section.paragraphs,
                "figures": pictures,
                "tables": [_table(sheet) for sheet in section.tables],
                "notes": section.notes,
            }
        )
    return environment.get_template("page.html").render(
        title=title, subtitle=subtitle, sections=shown, verdicts=verdicts, version=__version__
    )


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


def tone(verdict: str) -> str:
    """Return how a verdict is coloured: ``yes``, ``no``, ``open``, or empty for another text."""
    return TONES.get(verdict.casefold(), "")


def _table(sheet: Sheet) -> dict[str, Any]:
    frame = sheet.frame
    classes = [_class(frame, name, sheet) for name in frame.columns]
    rows = []
    for record in frame.itertuples(index=False, name=None):
        row = []
        for name, css, value in zip(frame.columns, classes, record, strict=True):
            text = cell_text(value, percent=name in sheet.percent, digits=sheet.digits)
            css = tone(text) if name == sheet.verdict else css
            row.append({"text": text if css == "number" else _breakable(text), "css": css})
        rows.append(row)
    heads = [{"text": str(name), "css": css} for name, css in zip(frame.columns, classes, strict=True)]
    return {"caption": sheet.caption, "heads": heads, "rows": rows}


def _breakable(text: str) -> Markup:
    """Let long names of models and files break where people would break them."""
    from markupsafe import Markup, escape

    parts = re.split(r"(?<=[/_-])(?=\w)", text) if len(text) > 16 else [text]
    return Markup("<wbr>").join(escape(part) for part in parts)


def _class(frame: pd.DataFrame, name: Any, sheet: Sheet) -> str:
    import pandas as pd

    numeric = pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_bool_dtype(frame[name])
    return "number" if numeric or name in sheet.percent or name in sheet.right else ""


def cell_text(value: Any, *, percent: bool = False, digits: int = 2) -> str:
    """Put a value into words: ``0.853`` as ``85.3 %``, NaN as a dash, minus as a minus."""
    import pandas as pd

    if value is None or value is pd.NA or value != value:
        return "–"
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return "yes" if value else "no"
    if isinstance(value, Real):
        if percent:
            return f"{100 * float(value):.1f} %".replace("-", "−")
        whole = isinstance(value, Integral)
        return (f"{value:d}" if whole else f"{float(value):.{digits}f}").replace("-", "−")
    return str(value)
