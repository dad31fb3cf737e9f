"""How formants, f0 and intensity are measured.

Signals of `AcousticsChoice`: `changed` (section of the settings, the new group), `candidates_wanted` (the
button), `release_wanted` (take back all ceilings that were set by hand).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from w2vpraat.params import FormantParams, IntensityParams, PitchParams
from w2vpraat.session.choices import CeilingChoice, is_token_id
from w2vpraat.session.settings import Settings

from .section import GroupForms

EVERYDAY = {
    "formants": (
        "ceiling_mode",
        "ceiling_female",
        "ceiling_male",
        "ceiling",
        "n_formants",
        "points",
        "summary",
    ),
    "pitch": ("two_pass",),
    "intensity": ("minimum_pitch",),
}


class AcousticsChoice(QWidget):
    """The section "Formants, f0, intensity"."""

    changed = Signal(str, object)
    candidates_wanted = Signal()
    release_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.forms = {
            "formants": GroupForms(FormantParams, EVERYDAY["formants"]),
            "pitch": GroupForms(PitchParams, EVERYDAY["pitch"]),
            "intensity": GroupForms(IntensityParams, EVERYDAY["intensity"]),
        }
        titles = {
            "formants": self.tr("Formants (Burg)"),
            "pitch": self.tr("f0 (autocorrelation)"),
            "intensity": self.tr("Intensity"),
        }
        self.candidates = QPushButton(self.tr("Candidates of this token…"))
        self.candidates.clicked.connect(self.candidates_wanted)
        self.by_hand = QLabel()
        self.by_hand.setWordWrap(True)
        self.release = QToolButton()
        self.release.setText(self.tr("Take back"))
        self.release.setToolTip(self.tr("Let the settings choose all formant ceilings again"))
        self.release.setAccessibleName(self.release.toolTip())
        self.release.clicked.connect(self.release_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for section, form in self.forms.items():
            head = QLabel(titles[section])
            head.setContentsMargins(8, 4, 8, 0)
            font = head.font()
            font.setItalic(True)
            head.setFont(font)
            column.addWidget(head)
            column.addWidget(form)
            form.changed.connect(lambda group, section=section: self.changed.emit(section, group))
            if section == "formants":
                line = QHBoxLayout()
                line.setContentsMargins(8, 0, 8, 0)
                line.addWidget(self.by_hand, 1)
                line.addWidget(self.release)
                row = QHBoxLayout()
                row.setContentsMargins(8, 2, 8, 4)
                row.addWidget(self.candidates)
                column.addLayout(line)
                column.addLayout(row)
        self._show_by_hand(())

    def set_value(self, settings: Settings) -> None:
        """Show other settings, without a signal."""
        for section, form in self.forms.items():
            form.set_value(settings.group(section))
        self._show_by_hand(settings.ceilings)

    def _show_by_hand(self, ceilings: tuple[CeilingChoice, ...]) -> None:
        tokens = sum(is_token_id(one.who) for one in ceilings)
        speakers = len(ceilings) - tokens
        parts = []
        if tokens:
            parts.append(
                self.tr("1 token") if tokens == 1 else self.tr("{count} tokens").format(count=tokens)
            )
        if speakers:
            parts.append(
                self.tr("1 speaker") if speakers == 1 else self.tr("{count} speakers").format(count=speakers)
            )
        self.by_hand.setText(self.tr("Ceilings set by hand: {who}").format(who=", ".join(parts)))
        self.by_hand.setToolTip("\n".join(f"{one.who}: {one.ceiling:g} Hz" for one in ceilings[:40]))
        self.by_hand.setVisible(bool(ceilings))
        self.release.setVisible(bool(ceilings))
