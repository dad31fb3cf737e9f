"""The bundled font (Charis, OFL) that draws IPA, tie bars, combining marks and tone letters right."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase

from w2vpraat.resources import resource_folder

FALLBACK = "serif"


@lru_cache(maxsize=1)
def label_family() -> str:
    """Load the font once and return its family; needs an application."""
    family = FALLBACK
    for path in sorted((resource_folder() / "fonts").glob("CharisSIL-*.ttf")):
        number = QFontDatabase.addApplicationFont(str(path))
        names = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        family = names[0] if names else family
    return family


def label_font(points: float = 13.0, *, bold: bool = False) -> QFont:
    """Return the font of labels, in tiers, tables and plots."""
    font = QFont(label_family())
    font.setPointSizeF(points)
    font.setBold(bold)
    return font
