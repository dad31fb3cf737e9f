"""What is seen before anything is open: the ways to begin.

Signals of `StartPage`: `open_wanted` (list of paths: a session or folder that was open before). The other
buttons trigger the actions of the File menu.
"""

from __future__ import annotations

from math import exp, pi, sin
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.session.recent import recent_sessions

from ..actions import Actions
from ..fonts import label_font
from ..theme import colour

_WORD = (("s", 0.15, 0.2), ("p", 0.09, 0.06), ("iː", 0.24, 1.0), ("tʃ", 0.2, 0.35))
"""Label, share of the width, loudness: a picture of what the program works on."""
_WIDTH = 760
_PRIMARY = """
    QPushButton { background: palette(highlight); color: palette(highlighted-text); font-weight: bold;
        border: 2px solid palette(highlight); border-radius: 4px; }
    QPushButton:focus { border: 2px solid palette(window-text); }
    QPushButton:disabled { background: palette(button); color: palette(button-text); }
"""


class _Banner(QWidget):
    """A word as waveform and tier, drawn in the colours of the theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(104)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, tier = float(self.width()), 34.0
        paper = QRectF(0.5, 0.5, width - 1, self.height() - 1)
        painter.setBrush(colour("paper"))
        painter.setPen(QPen(colour("grid"), 1))
        painter.drawRect(paper)
        top, high = paper.top() + 4, paper.height() - tier - 8
        edges = [0.16]
        for _, share, _ in _WORD:
            edges.append(edges[-1] + share)
        chosen = QRectF(width * edges[2], paper.top(), width * (edges[3] - edges[2]), paper.height())
        painter.fillRect(chosen, colour("selection"))
        painter.setPen(QPen(colour("wave"), 1.1))
        painter.drawPolyline(QPolygonF(_wave(width, top + high / 2, high / 2, edges)))
        line = paper.bottom() - tier
        painter.setPen(QPen(colour("grid"), 1))
        painter.drawLine(QPointF(0, line), QPointF(width, line))
        painter.setPen(QPen(colour("boundary"), 1.6))
        for edge in edges:
            painter.drawLine(QPointF(width * edge, top), QPointF(width * edge, paper.bottom()))
        painter.setFont(label_font(15))
        painter.setPen(colour("ink"))
        for (label, _, _), start, end in zip(_WORD, edges, edges[1:], strict=False):
            place = QRectF(width * start, line, width * (end - start), tier)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, label)


def _wave(width: float, middle: float, high: float, edges: list[float]) -> list[QPointF]:
    """Points of a waveform that looks like the word: noise, a closure with its burst, a vowel, noise."""
    points = []
    for step in range(int(width) * 2):
        place = step / (2 * width)
        segment = next((n for n in range(len(_WORD)) if edges[n] <= place < edges[n + 1]), None)
        value = 0.012 * sin(step * 12.9898)
        if segment is not None:
            label, share, loud = _WORD[segment]
            inside = (place - edges[segment]) / share
            shape = min(1.0, inside * 7, (1 - inside) * 5)
            noise = sin(step * step * 0.7131) * sin(step * 1.93)
            if label == "iː":
                period = (inside * 19) % 1.0
                value = loud * shape * exp(-2.2 * period) * sin(2 * pi * 3 * period + 0.6)
            elif label == "p":
                value = loud * noise + (0.55 * noise * exp(-(((inside - 0.72) / 0.09) ** 2)))
            elif label == "tʃ":
                value = loud * noise * (0.05 if inside < 0.3 else min(1.0, (1 - inside) * 2.2))
            else:
                value = loud * noise * shape
        points.append(QPointF(place * width, middle - high * value))
    return points


class StartPage(QWidget):
    """Open the sample corpus, a folder, files, a session, or what was open before."""

    open_wanted = Signal(list)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("w2vpraat")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2.4)
        font.setBold(True)
        title.setFont(font)
        what = QLabel(
            self.tr(
                "Annotate speech with Praat’s keys, and measure every interval twice: formants and f0 as"
                " in Praat, and wav2vec 2.0 embeddings beside them."
            )
        )
        what.setWordWrap(True)
        self.sample_button = self._button(actions, "file.open_sample", self.tr("Open the &sample corpus"))
        self.sample_button.setStyleSheet(_PRIMARY)
        self.sample_button.setMinimumHeight(52)
        self.sample_button.setDefault(True)
        sample_hint = QLabel(
            self.tr("20 synthetic voices with words and phones, copied for you to edit. Nothing to download.")
        )
        sample_hint.setWordWrap(True)
        sample_hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.folder_button = self._button(actions, "file.open_folder", self.tr("Open &folder…"))
        self.files_button = self._button(actions, "file.open_files", self.tr("Open sound and &TextGrid…"))
        self.session_button = self._button(actions, "file.open_session", self.tr("Open s&ession…"))
        self.recent_label = QLabel(self.tr("Open &again"))
        self.recent = QListWidget()
        self.recent.setAccessibleName(self.tr("What was open before"))
        self.recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.recent.setMinimumHeight(190)
        self.recent.itemActivated.connect(self._on_recent)
        self.recent.itemClicked.connect(self._on_recent)
        self.recent_label.setBuddy(self.recent)
        drop = QLabel(
            self.tr("Or drop a folder, a sound with its TextGrid, or a session anywhere on this window.")
        )
        drop.setWordWrap(True)
        drop.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        inner = QWidget()
        inner.setFixedWidth(_WIDTH)
        grid = QGridLayout(inner)
        grid.setContentsMargins(24, 24, 24, 24)
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(8)
        grid.addWidget(_Banner(), 0, 0, 1, 2)
        grid.addWidget(title, 1, 0, 1, 2)
        grid.addWidget(what, 2, 0, 1, 2)
        grid.setRowMinimumHeight(3, 10)
        left = QVBoxLayout()
        left.setSpacing(8)
        for widget in (
            self.sample_button,
            sample_hint,
            self.folder_button,
            self.files_button,
            self.session_button,
        ):
            left.addWidget(widget)
        left.insertSpacing(2, 8)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.recent_label)
        right.addWidget(self.recent, 1)
        grid.addLayout(left, 4, 0)
        grid.addLayout(right, 4, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(drop, 5, 0, 1, 2)
        # An alignment would keep labels from growing with their words.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inner)
        middle.addStretch(1)
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)
        # On a small screen it scrolls; else the window could not be lower than this page.
        area = QScrollArea()
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.refresh()

    def refresh(self) -> None:
        """Read again what was open before."""
        self.recent.clear()
        for path in recent_sessions():
            item = QListWidgetItem(f"{path.stem if path.is_file() else path.name}\n{path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setToolTip(str(path))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, str(path))
            self.recent.addItem(item)
        if self.recent.count():
            self.recent.setCurrentRow(0)
        else:
            item = QListWidgetItem(self.tr("Nothing yet: what you open is listed here."))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.recent.addItem(item)

    def showEvent(self, event: QShowEvent) -> None:
        """Be up to date, and ready for the keyboard."""
        super().showEvent(event)
        self.refresh()
        self.sample_button.setFocus()

    def _button(self, actions: Actions, name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setMinimumHeight(36)
        button.setAutoDefault(True)
        button.clicked.connect(actions[name].trigger)
        return button

    def _on_recent(self, item: QListWidgetItem) -> None:
        path = item.data(Qt.ItemDataRole.UserRole)
        if isinstance(path, Path):
            self.open_wanted.emit([path])
