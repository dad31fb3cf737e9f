"""Dialog: go to a time, or select a stretch.

Signal: `chosen` (start, end in seconds; equal for a cursor).
"""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from ..theme import colours

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d*\.?\d+|\d+\.)(?:\s*s)?")


def read_times(text: str) -> tuple[float, float]:
    """Read one time, or two with a blank, hyphen or "to" between; hours and minutes with colons.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    # A decimal comma is a point; a comma with a blank after it stands between two times.
    plain = re.sub(r"(\d),(\d)", r"\1.\2", text.strip().lower())
    parts = [part for part in re.split(r"\s*(?:-|–|\bto\b|,|;)\s*|(?<=[\d.s])\s+(?=[\d.])", plain) if part]
    if not 1 <= len(parts) <= 2 or plain.startswith("-"):
        raise ValueError(text)
    times = []
    for part in parts:
        found = _TIME.fullmatch(part)
        if found is None:
            raise ValueError(text)
        hours, minutes, seconds = found.groups()
        times.append(int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds))
    return min(times), max(times)


class GoToTimeDialog(QDialog):
    """Asks for a time.

    Parameters
    ----------
    start, end : float
        What is selected now.
    limits : tuple of float
        Start and end of the recording in seconds.
    """

    chosen = Signal(float, float)

    def __init__(
        self, start: float, end: float, limits: tuple[float, float], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Go to time"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._limits = limits
        self.line = QLineEdit(f"{start:.6f}" if start == end else f"{start:.6f} - {end:.6f}")
        self.line.selectAll()
        self.line.setAccessibleName(self.tr("Time in seconds, or start and end"))
        self.line.setMinimumWidth(320)
        self.problem = QLabel(self._hint())
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        label = QLabel(self.tr("&Time in seconds, or start and end:"))
        label.setBuddy(self.line)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (label, self.line, self.problem, buttons):
            box.addWidget(widget)

    def _hint(self) -> str:
        low, high = self._limits
        return self.tr(
            "From {low} to {high} s. Also 1:02.5 for 62.5 s, or 1.25 - 1.5 to select a stretch."
        ).format(low=f"{low:.6g}", high=f"{high:.6g}")

    def _on_accepted(self) -> None:
        try:
            start, end = read_times(self.line.text())
        except ValueError:
            self._refuse(self.tr('"{text}" is no time.').format(text=self.line.text()))
            return
        low, high = self._limits
        if not (low <= start and end <= high):
            self._refuse(self.tr("That is outside the recording."))
            return
        self.chosen.emit(start, end)
        self.accept()

    def _refuse(self, what: str) -> None:
        self.problem.setText(f"{what} {self._hint()}")
        self.problem.setStyleSheet(f"color: {colours().error}")
        self.line.setFocus()
        self.line.selectAll()
