"""Dialog: a blind copy for a second pass, how much of which tier.

Signal: `chosen` (number of the tier, share of its intervals, seed).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.errors import W2VPraatError

from ..theme import colours

SHARE = 10.0
"""Percent that is suggested, as labs check a tenth."""


class BlindDialog(QDialog):
    """Asks which tier, how much of it, and by which seed.

    Parameters
    ----------
    tiers : sequence of str
        Their names.
    tier : int
        Number of that suggested.
    count : callable
        Returns how many intervals a tier (number), share and seed would hide, and of how many; raises
        `W2VPraatError` if it can't be.
    """

    chosen = Signal(int, float, int)

    def __init__(
        self,
        tiers: Sequence[str],
        tier: int,
        count: Callable[[int, float, int], tuple[int, int]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Make a blind copy"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._count = count
        about = QLabel(
            self.tr(
                "A new TextGrid is written beside this one, with the labels of a random sample emptied. "
                "Somebody (or you, some weeks later) labels them again without seeing the first labels. "
                "Load it then as the second TextGrid: only the sample is compared.\n\n"
                "The sample is drawn within each label, at least one of each, so that rare labels are in it. "
                "Boundaries stay where they are, so it tests the labels more than the boundaries."
            )
        )
        about.setWordWrap(True)
        self.tier = QComboBox()
        self.tier.setAccessibleName(self.tr("Tier"))
        for number, name in enumerate(tiers, 1):
            self.tier.addItem(f"{number}  {name or self.tr('(no name)')}", number)
        self.tier.setCurrentIndex(max(tier - 1, 0))
        self.share = QDoubleSpinBox()
        self.share.setRange(1.0, 100.0)
        self.share.setDecimals(0)
        self.share.setSuffix(" %")
        self.share.setValue(SHARE)
        self.share.setAccessibleName(self.tr("Share of the intervals of each label"))
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setAccessibleName(self.tr("Seed of the random sample"))
        self.seed.setToolTip(self.tr("The same seed draws the same sample."))
        form = QFormLayout()
        form.addRow(self.tr("&Tier:"), self.tier)
        form.addRow(self.tr("&Share:"), self.share)
        form.addRow(self.tr("See&d:"), self.seed)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.make = self.buttons.addButton(self.tr("&Make the copy"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.make.setDefault(True)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 16, 18, 14)
        box.setSpacing(10)
        for widget in (about, None, self.told, self.buttons):
            if widget is None:
                box.addLayout(form)
            else:
                box.addWidget(widget)
        self.setMinimumWidth(500)
        self.tier.currentIndexChanged.connect(self._tell)
        self.share.valueChanged.connect(self._tell)
        self.seed.valueChanged.connect(self._tell)
        self._tell()

    @property
    def values(self) -> tuple[int, float, int]:
        """Number of the tier, share, seed."""
        return int(self.tier.currentData() or 0), self.share.value() / 100.0, self.seed.value()

    def _tell(self, _value: object = None) -> None:
        try:
            n, whole = self._count(*self.values)
        except W2VPraatError as error:
            self.told.setText(str(error))
            self.told.setStyleSheet(f"color: {colours().error};")
            self.make.setEnabled(False)
        else:
            self.told.setText(self.tr("{count} of {all} labels will be empty.").format(count=n, all=whole))
            self.told.setStyleSheet("")
            self.make.setEnabled(True)

    def _on_accepted(self) -> None:
        self.chosen.emit(*self.values)
        self.accept()
