"""One HTML file for a report: opens offline, prints, holds its figures.

It holds no scripts, except those of widgets, each allowed by its hash. Without scripts, and on paper, a
widget is a picture.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Protocol

from w2vpraat import __version__
from w2vpraat.export.pages.drawings import Picture, drawing
from w2vpraat.export.pages.letters import letters_style
from w2vpraat.resources import resource_folder

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Template
    from markupsafe import Markup

__all__ = [
    "Copyable",
    "Picture",
    "Section",
    "Sheet",
    "Verdict",
    "Widget",
    "cell_text",
    "drawing",
    "page",
    "page_template",
    "tone",
]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
# Words of verdicts, the longer ones first: "not supported" holds "supported".
TONES = {"supported": "yes", "not supported": "no", "not enough data": "open"}


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


@dataclass(frozen=True)
class Copyable:
    """A text to be taken over into another document: one click chooses all of it.

    Attributes
    ----------
    text : str
        Line breaks are kept.
    caption : str
        What it is, above it.
    """

    text: str
    caption: str = ""


class Widget(Protocol):
    """A part of a page that moves: markup, and a script and a style sheet among the resources."""

    @property
    def kind(self) -> str:
        """Name of ``pages/KIND.js`` and ``pages/KIND.css``, which a page holds once for all of a kind."""

    def markup(self, prefix: str) -> Markup:
        """Return the markup; ids begin with `prefix`. Texts of users must be escaped in it."""

    def pictures(self) -> Sequence[Picture]:
        """Return what is shown on paper, and where no script runs."""


@dataclass(frozen=True, eq=False)
class Section:
    """A part of a page; everything in it is plain text, figures, tables or widgets.

    Attributes
    ----------
    title : str
    paragraphs : sequence of str
    figures : sequence of Picture
    tables : sequence of Sheet
    notes : sequence of str
        Points of a list at the end.
    widgets : sequence of Widget
        Stand before the figures.
    copy : sequence of Copyable
        Stand before the notes.
    """

    title: str
    paragraphs: Sequence[str] = ()
    figures: Sequence[Picture] = ()
    tables: Sequence[Sheet] = ()
    notes: Sequence[str] = ()
    widgets: Sequence[Widget] = ()
    copy: Sequence[Copyable] = ()


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
    shown: list[dict[str, Any]] = []
    if facts:
        parts = ("paragraphs", "figures", "tables", "notes", "widgets", "copies")
        empty: dict[str, Any] = dict.fromkeys(parts, ())
        shown.append(empty | {"title": facts_title, "facts": list(facts.items())})
    drawn = 0

    def pictures(items: Sequence[Picture]) -> list[dict[str, Any]]:
        nonlocal drawn
        made = []
        for picture in items:
            drawn += 1
            made.append({"drawing": drawing(picture, f"f{drawn}-"), "caption": picture.caption})
        return made

    kinds: dict[str, None] = {}
    for section in sections:
        widgets: list[dict[str, Any]] = []
        for widget in section.widgets:
            kinds[widget.kind] = None
            number = len(widgets) + 1
            markup = widget.markup(f"w{len(shown) + 1}-{number}-")
            widgets.append({"markup": markup, "pictures": pictures(widget.pictures())})
        shown.append(
            {
                "title": section.title,
                "facts": [],
                "paragraphs": section.paragraphs,
                "widgets": widgets,
                "figures": pictures(section.figures),
                "tables": [_table(sheet) for sheet in section.tables],
                "copies": section.copy,
                "notes": section.notes,
            }
        )
    texts = {
        "title": title,
        "subtitle": subtitle,
        "sections": shown,
        "verdicts": verdicts,
        "version": __version__,
    }
    return _with_widgets(texts, list(kinds))


def _with_widgets(texts: Mapping[str, Any], kinds: Sequence[str]) -> str:
    """Fill in the page; with widgets also their style, scripts, the scripts' hashes, and letters."""
    from markupsafe import Markup

    template = page_template("page.html")
    plain = template.render(**texts, policy=Markup(POLICY), styles=(), scripts=())
    if not kinds:
        return plain
    scripts, styles = ([_resource(f"{kind}{end}") for kind in kinds] for end in (".js", ".css"))
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") for text in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return template.render(
        **texts,
        policy=Markup(f"{POLICY}; font-src data:; script-src {allowed}"),
        styles=[Markup(text) for text in (letters_style(plain), *styles)],
        scripts=[Markup(text) for text in scripts],
    )


def page_template(name: str) -> Template:
    """Return a template of the resources; whatever is filled in is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(resource_folder() / "pages", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


def _resource(name: str) -> str:
    # Line ends as in the page: browsers take the hash of what they read, and that has no CR.
    return (resource_folder() / "pages" / name).read_text(encoding="utf-8")


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
