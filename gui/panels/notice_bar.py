"""The messages above the editor: what happened, the remedy, the report to copy. They go when dismissed.

Signals: none; reads `Notices`, and dismisses in it.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..notices import Notice
from ..state import AppState
from ..theme import colours

NEWS_SECONDS = 15
"""News go by themselves; warnings and errors stay until they are dismissed."""
MOST = 3
"""Messages shown at once; the others wait behind a line that counts them."""


class NoticeBar(QWidget):
    """Shows the newest messages, newest first."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Messages"))
        self._notices = state.notices
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)
        self._more = QPushButton()
        self._more.setFlat(True)
        self._more.clicked.connect(self._on_dismiss_all)
        self._layout.addWidget(self._more)
        self.rows: list[NoticeRow] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NEWS_SECONDS * 1000)
        self._timer.timeout.connect(self._on_news_old)
        self._notices.added.connect(self._on_changed)
        self._notices.removed.connect(self._on_changed)
        self._show()

    def _show(self) -> None:
        for row in self.rows:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        newest = self._notices.shown[::-1]
        self.rows = [NoticeRow(notice, self) for notice in newest[:MOST]]
        for place, row in enumerate(self.rows):
            self._layout.insertWidget(place, row)
            row.dismiss.clicked.connect(lambda _=False, one=row.notice: self._notices.dismiss(one))
            row.choice.clicked.connect(lambda _=False, one=row.notice: self._on_chosen(one))
        if any(notice.level == "news" for notice in newest):
            self._timer.start()
        hidden = len(newest) - len(self.rows)
        self._more.setText(self.tr("%n more message(s): dismiss all", "", hidden))
        self._more.setVisible(hidden > 0)
        self.setVisible(bool(newest))

    def _on_changed(self, notice: Notice) -> None:
        self._show()

    def _on_news_old(self) -> None:
        for notice in [one for one in self._notices.shown if one.level == "news"]:
            self._notices.dismiss(notice)

    def _on_chosen(self, notice: Notice) -> None:
        # The row goes with the message, and must not be deleted under its own signal.
        if notice.act is not None:
            QTimer.singleShot(0, self, notice.act)
        QTimer.singleShot(0, self, lambda: self._notices.dismiss(notice))

    def _on_dismiss_all(self) -> None:
        for notice in list(self._notices.shown):
            self._notices.dismiss(notice)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            for row in self.rows:
                row.paint_theme()
        super().changeEvent(event)


class NoticeRow(QFrame):
    """One message."""

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setFrameShape(QFrame.Shape.NoFrame)
        title, remedy = QLabel(notice.title), QLabel(notice.remedy)
        for label in (title, remedy):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        if not notice.remedy:
            remedy.hide()
        text = QVBoxLayout()
        text.setSpacing(1)
        text.addWidget(title)
        text.addWidget(remedy)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.addLayout(text, 1)
        self.choice = QPushButton(notice.choice.replace("&", "&&"))
        if notice.act is None or not notice.choice:
            self.choice.hide()
        row.addWidget(self.choice)
        self.copy = QPushButton(self.tr("Copy report"))
        self.copy.setToolTip(self.tr("Puts everything about this message on the clipboard"))
        # Only ever hidden here: what is shown before it has a parent is a window, and takes the keyboard.
        if notice.level != "error":
            self.copy.hide()
        self.copy.clicked.connect(self._on_copy)
        row.addWidget(self.copy)
        self.show_place = QPushButton(self.tr("Show in folder"))
        if not notice.place:
            self.show_place.hide()
        self.show_place.clicked.connect(self._on_show_place)
        row.addWidget(self.show_place)
        self.dismiss = QToolButton()
        self.dismiss.setText("×")
        self.dismiss.setAutoRaise(True)
        self.dismiss.setToolTip(self.tr("Dismiss"))
        self.dismiss.setAccessibleName(self.tr("Dismiss: {title}").format(title=notice.title))
        row.addWidget(self.dismiss)
        levels = {"error": self.tr("Error"), "warning": self.tr("Warning"), "news": self.tr("News")}
        self.setAccessibleName(f"{levels[notice.level]}: {notice.title}")
        self.setAccessibleDescription(notice.remedy)
        self.paint_theme()

    def paint_theme(self) -> None:
        """Mark the level by a bar at the left, and by the words."""
        shown = colours()
        bar = getattr(shown, self.notice.level)
        self.setStyleSheet(
            f"NoticeRow {{ background: {shown.panel}; border-left: 6px solid {bar};"
            f" border-bottom: 1px solid {shown.grid}; }}"
        )

    def _on_show_place(self) -> None:
        place = Path(self.notice.place)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(place if place.is_dir() else place.parent)))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.notice.report)
        self.copy.setText(self.tr("Copied"))
