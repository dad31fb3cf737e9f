"""The letters of a page: the part of Charis SIL that it uses, so that IPA looks right on every computer."""

from __future__ import annotations

import base64
import io
import string

from w2vpraat.resources import resource_folder

# The licence reserves the font's own name for the unchanged font.
FAMILY = "w2vpraat letters"
OTHERS = '"Charis SIL", "Gentium Plus", "Noto Serif", Georgia, "DejaVu Serif", serif'
WEIGHTS = {"Regular": 400, "Bold": 700}
# Marks go where they belong, and letters take the form that a mark asks for.
FEATURES = ("ccmp", "locl", "mark", "mkmk", "kern")
# The names that tell whose font it is and under which licence; then those that name it.
KEPT_NAMES = (0, 7, 13, 14)
OWN_NAMES = (1, 4, 6, 16)
# Tables of Graphite and of the hinting, which browsers do not need.
LEFT_OUT = ("Silf", "Silt", "Sill", "Feat", "Glat", "Gloc", "gasp", "fpgm", "prep", "cvt ")


def letters_style(text: str) -> str:
    """Make the style sheet that a page is set in.

    Parameters
    ----------
    text : str
        All text of the page; what else it holds does no harm.

    Returns
    -------
    str
        CSS with the font in it (WOFF, regular and bold). Signs that Charis SIL lacks come from the reader's
        own fonts.
    """
    signs = sorted(set(string.printable) | {sign for sign in text if sign > "\x7f"} | {"\u25cc"})
    faces = [
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; '
        f'src: url("data:font/woff;base64,{_subset(name, signs)}") format("woff"); }}'
        for name, weight in WEIGHTS.items()
    ]
    return "\n".join([*faces, f'body {{ font-family: "{FAMILY}", {OTHERS}; }}'])


def _subset(name: str, signs: list[str]) -> str:
    """Return a font of these signs as WOFF in base 64; the same signs give the same bytes."""
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options()
    options.layout_features = list(FEATURES)
    options.name_IDs = [*KEPT_NAMES, *OWN_NAMES]
    options.notdef_outline = True
    options.hinting = False
    options.drop_tables += list(LEFT_OUT)
    path = resource_folder() / "fonts" / f"CharisSIL-{name}.ttf"
    with subset.load_font(str(path), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[ord(sign) for sign in signs])
        subsetter.subset(font)
        for record in font["name"].names:
            if record.nameID in OWN_NAMES:
                record.string = FAMILY.replace(" ", "-") if record.nameID == 6 else FAMILY
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
