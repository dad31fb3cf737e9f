"""Colours of the light and the dark window, chosen for colour-blind readers (Okabe & Ito 2008)."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from w2vpraat.resources import resource_folder


@dataclass(frozen=True)
class Colours:
    """Every colour that views draw with, as ``#rrggbb``.

    Text on `paper` and on `selection` has a contrast of at least 4.5:1, lines of at least 3:1 (WCAG 2.2).
    """

    paper: str
    ink: str
    faint: str
    grid: str
    panel: str
    button: str
    accent: str
    accent_ink: str
    selection: str
    selection_ink: str
    cursor: str
    boundary: str
    selected_boundary: str
    point: str
    wave: str
    formant: str
    f0: str
    intensity: str
    frame: str
    frame_owned: str
    error: str
    warning: str
    news: str
    second: str
    dark_spectrogram: bool = False


LIGHT = Colours(
    paper="#ffffff",
    ink="#1b1b1b",
    faint="#5c5c5c",
    grid="#d4d4d4",
    panel="#f4f4f2",
    button="#e6e6e3",
    accent="#0065a3",
    accent_ink="#ffffff",
    selection="#fbe3dc",
    selection_ink="#1b1b1b",
    cursor="#b3261e",
    boundary="#0065a3",
    selected_boundary="#b3261e",
    point="#0065a3",
    wave="#1b1b1b",
    formant="#c22200",
    f0="#0059c9",
    intensity="#00704d",
    frame="#6f6f6f",
    frame_owned="#a34700",
    error="#b3261e",
    warning="#8a5300",
    news="#00664a",
    second="#8a3d73",
)
DARK = Colours(
    paper="#17191c",
    ink="#ececec",
    faint="#a5a9ae",
    grid="#3a3e44",
    panel="#212428",
    button="#2f3339",
    accent="#56b4e9",
    accent_ink="#0c0e10",
    selection="#4a2f2b",
    selection_ink="#ffffff",
    cursor="#ff8f80",
    boundary="#56b4e9",
    selected_boundary="#ff8f80",
    point="#56b4e9",
    wave="#ececec",
    formant="#ff7a5c",
    f0="#6db5ff",
    intensity="#3fd6a3",
    frame="#8d9299",
    frame_owned="#ffb14d",
    error="#ff9d90",
    warning="#ffc46b",
    news="#63d9b3",
    second="#e39ac8",
    dark_spectrogram=True,
)

CATEGORIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a00", "#000000")
"""Colours of groups, in order; shapes tell them apart too."""

_shown = LIGHT


def colours() -> Colours:
    """Return the colours in use."""
    return _shown


def colour(name: str, alpha: int = 255) -> QColor:
    """Return one of the colours in use, by field name."""
    found = QColor(getattr(_shown, name))
    found.setAlpha(alpha)
    return found


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours (WCAG 2.2), 1 to 21."""
    lighter, darker = sorted((_luminance(QColor(first)), _luminance(QColor(second))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def apply_theme(application: QApplication, name: str = "system") -> Colours:
    """Give the window its colours.

    Parameters
    ----------
    application : QApplication
    name : {"system", "light", "dark"}
        "system" follows the desktop.
    """
    global _shown
    dark = name == "dark" or (
        name == "system" and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    )
    _shown = DARK if dark else LIGHT
    application.setStyle("Fusion")  # the same measures everywhere, and it obeys the palette
    application.setPalette(_palette(_shown))
    application.setStyleSheet(_sheet(_shown))
    for widget in application.allWidgets():
        widget.update()
    return _shown


def _palette(shown: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for where, colour_name in {
        role.Window: shown.panel,
        role.WindowText: shown.ink,
        role.Base: shown.paper,
        role.AlternateBase: shown.panel,
        role.Text: shown.ink,
        role.Button: shown.button,
        role.ButtonText: shown.ink,
        role.ToolTipBase: shown.panel,
        role.ToolTipText: shown.ink,
        role.PlaceholderText: shown.faint,
        role.Highlight: shown.accent,
        role.HighlightedText: shown.accent_ink,
        role.Link: shown.accent,
        role.Mid: shown.grid,
    }.items():
        palette.setColor(where, QColor(colour_name))
    off = QPalette.ColorGroup.Disabled
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(off, where, QColor(shown.faint))
    return palette


def _sheet(shown: Colours) -> str:
    # Fusion draws the frame of an unticked box a little darker than the window: on a dark one it is not seen.
    kind = "dark" if shown.dark_spectrogram else "light"
    icons = (resource_folder() / "icons").as_posix()
    ticking = ("QCheckBox", "QAbstractItemView", "QGroupBox")
    boxes = ", ".join(f"{one}::indicator" for one in ticking)
    ticked = ", ".join(f"{one}::indicator:checked" for one in ticking)
    return f"""
        {boxes} {{ width: 13px; height: 13px; border: 1px solid {shown.faint}; border-radius: 3px;
            background: {shown.paper}; }}
        {ticked} {{ background: {shown.accent}; border-color: {shown.accent};
            image: url("{icons}/check_{kind}.svg"); }}
        QCheckBox::indicator:focus {{ border: 2px solid {shown.accent}; }}
        QCheckBox::indicator:disabled {{ border-color: {shown.grid}; }}
        QToolTip {{ color: {shown.ink}; background: {shown.panel}; border: 1px solid {shown.faint}; }}
        QDockWidget {{ titlebar-close-icon: url("{icons}/dock_close_{kind}.svg");
            titlebar-normal-icon: url("{icons}/dock_float_{kind}.svg"); }}
        QDockWidget::title {{ padding: 4px 6px; background: {shown.button}; }}
        QMainWindow::separator {{ width: 5px; height: 5px; background: {shown.button}; }}
        QMainWindow::separator:hover {{ background: {shown.accent}; }}
        QHeaderView::section {{ padding: 3px 6px; border: 0; border-right: 1px solid {shown.grid};
            background: {shown.button}; color: {shown.ink}; }}
        QPushButton:focus, QToolButton:focus, QComboBox:focus, QLineEdit:focus, QSpinBox:focus,
        QDoubleSpinBox:focus, QTableView:focus, QTreeView:focus, QListView:focus {{
            border: 2px solid {shown.accent}; }}
    """


def _luminance(shade: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(one) for one in (shade.redF(), shade.greenF(), shade.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
