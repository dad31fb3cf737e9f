"""The yardsticks: ranking, pairs, layers, claims, boundaries; and the report.

Signals of `YardsticksPanel`: `play_wanted` (id of a token, as it is now), `shown_wanted` (a command of the
menu Compare was chosen: bring the panel to the front). Messages: none; see `YardstickPage`.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from ..actions import Actions
from ..judging.judging import Judging
from ..state import AppState
from ..theme import colours
from .claims_page import ClaimsPage
from .layers_page import LayersPage
from .pairs_page import PairsPage
from .ranking_page import RankingPage
from .sensitivity_page import SensitivityPage
from .yardstick_page import YardstickPage

PAGES: tuple[type[YardstickPage], ...] = (RankingPage, PairsPage, LayersPage, ClaimsPage, SensitivityPage)
MARK = " ●"
"""After the title of a page whose result is outdated."""


class YardsticksPanel(QWidget):
    """A page for each yardstick.

    Parameters
    ----------
    state : AppState
    actions : Actions
    judging : Judging
    """

    play_wanted = Signal(str)
    shown_wanted = Signal()

    def __init__(
        self, state: AppState, actions: Actions, judging: Judging, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._judging, self._report = judging, Path()
        self.setAccessibleName(self.tr("Yardsticks"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.pages: dict[str, YardstickPage] = {}
        for kind in PAGES:
            page = kind(state, actions, judging)
            page.play_wanted.connect(self.play_wanted)
            self.pages[page.kind] = page
            self.tabs.addTab(page, judging.title(page.kind))
            self.tabs.setTabToolTip(self.tabs.count() - 1, page.about())
        self.report_button = QPushButton(self.tr("HTML report…"))
        self.report_button.setFlat(True)
        self.report_button.clicked.connect(actions["compare.report"].trigger)
        self.written = QLabel()
        self.written.setTextFormat(Qt.TextFormat.RichText)
        self.written.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.written.linkActivated.connect(self._on_open_report)
        self.written.hide()
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 6, 0)
        row.addWidget(self.written)
        row.addWidget(self.report_button)
        self.tabs.setCornerWidget(corner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        judging.changed.connect(self._on_changed)
        judging.page_wanted.connect(self.show_page)
        judging.page_wanted.connect(lambda _kind: self.shown_wanted.emit())
        judging.reported.connect(self._on_reported)
        actions["compare.report"].changed.connect(self._enable)
        self._report_action = actions["compare.report"]
        self._enable()

    def show_page(self, kind: str) -> None:
        """Bring a page to the front."""
        self.tabs.setCurrentWidget(self.pages[kind])

    def minimumSizeHint(self) -> QSize:
        """Fit beside other panels; what needs more room scrolls."""
        return QSize(420, 190)

    def _on_changed(self, kind: str) -> None:
        place = self.tabs.indexOf(self.pages[kind])
        title = self._judging.title(kind)
        self.tabs.setTabText(place, title + (MARK if self._judging.is_outdated(kind) else ""))

    def _on_reported(self, path: Path) -> None:
        self._report = path
        link = self.tr("Open {name}").format(name=path.name)
        self.written.setText(f'<a href="report" style="color: {colours().accent}">{link}</a>')
        self.written.setToolTip(str(path))
        self.written.show()

    def _on_open_report(self, _link: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report)))

    def _enable(self) -> None:
        self.report_button.setEnabled(self._report_action.isEnabled())
