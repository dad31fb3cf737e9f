"""Both themes can be read: contrasts after WCAG 2.2, and groups told apart by colour-blind readers."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from w2vpraat_gui.theme import CATEGORIES, DARK, LIGHT, Colours, apply_theme, colour, contrast

TEXT = ("ink", "faint", "error", "warning", "news", "accent")
LINES = (
    "cursor",
    "boundary",
    "selected_boundary",
    "point",
    "wave",
    "formant",
    "f0",
    "intensity",
    "frame",
    "frame_owned",
    "second",
)


@pytest.mark.parametrize("shown", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out(shown: Colours) -> None:
    for name in TEXT:
        for paper in (shown.paper, shown.panel):
            assert contrast(getattr(shown, name), paper) >= 4.5, (name, paper)
    for name in LINES:
        assert contrast(getattr(shown, name), shown.paper) >= 3.0, name
    assert contrast(shown.selection_ink, shown.selection) >= 4.5
    assert contrast(shown.accent_ink, shown.accent) >= 4.5
    assert contrast(shown.ink, shown.button) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_theme_reaches_the_palette(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    assert colour("paper") == QColor(DARK.paper)
    assert qapp.palette().base().color() == QColor(DARK.paper)
    apply_theme(qapp, "light")
    assert qapp.palette().base().color() == QColor(LIGHT.paper)


def test_groups_differ_in_lightness_or_hue_for_the_colour_blind() -> None:
    # Deuteranopia as in Machado et al. (2009), severity 1.
    matrix = (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    )

    def seen(name: str) -> tuple[float, ...]:
        shade = QColor(name)
        rgb = (shade.redF(), shade.greenF(), shade.blueF())
        return tuple(sum(weight * part for weight, part in zip(row, rgb, strict=True)) for row in matrix)

    for first, other in combinations(CATEGORIES[:6], 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen(first), seen(other), strict=True)) ** 0.5
        assert distance > 0.12, (first, other, distance)
