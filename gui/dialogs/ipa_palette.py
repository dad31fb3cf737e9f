"""Window: the letters of the IPA by place in the chart, or by searching. It stays open beside the editor.

Signal: `insert` (text for the label field, at its text cursor).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.corpus.ipa_letters import IpaLetter, ipa_letters, search_letters
from w2vpraat.models.user_models import config_folder

from ..fonts import label_font
from ..theme import colours

RECENT = 18
"""Letters that are kept as recent."""
_SIZE, _POINTS = 44, 20.0
_ACROSS = 17  # letters in a row where there is no chart
_NARROW = 35  # pixels of a letter in a chart
_FOUND = 64  # results of a search that are shown

_PLACES = (
    "bilabial",
    "labiodental",
    "dental",
    "alveolar",
    "postalveolar",
    "retroflex",
    "palatal",
    "velar",
    "uvular",
    "pharyngeal",
    "glottal",
)
_MANNERS = (
    "plosive",
    "nasal",
    "trill",
    "tap or flap",
    "fricative",
    "lateral fricative",
    "approximant",
    "lateral approximant",
)
_BACKNESS = ("front", "near-front", "central", "near-back", "back")
_HEIGHTS = ("close", "near-close", "close-mid", "mid", "open-mid", "near-open", "open")


def recent_file() -> Path:
    """Where the recent letters are kept."""
    return config_folder() / "ipa_recent.json"


def read_recent() -> list[IpaLetter]:
    """Return the letters used last, the newest first; none if the file can't be read."""
    try:
        signs = json.loads(recent_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    known = {letter.sign: letter for letter in ipa_letters()}
    return [known[sign] for sign in signs if isinstance(sign, str) and sign in known][:RECENT]


class LetterButton(QToolButton):
    """One letter; the tool tip has its name and codes."""

    def __init__(self, letter: IpaLetter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.letter = letter
        self.setText(letter.shown.replace("&", "&&"))
        self.setFont(label_font(_POINTS))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(_SIZE, _SIZE)
        name = self.tr(letter.name)
        self.setAccessibleName(f"{letter.shown} {name}")
        lines = [name, f"{letter.code_points} {letter.unicode_name}"]
        if letter.trigraph:
            lines.append(self.tr("Praat: {code}").format(code=letter.trigraph))
        if letter.xsampa:
            lines.append(self.tr("X-SAMPA: {code}").format(code=letter.xsampa))
        self.setToolTip("\n".join(lines))


class Letters(QWidget):
    """Letters on a grid; the arrow keys go from one to the next. Signal: `chosen` (the letter)."""

    chosen = Signal(object)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = QGridLayout(self)
        self.grid.setSpacing(1)
        self.grid.setContentsMargins(4, 4, 4, 4)
        self.buttons: list[LetterButton] = []
        self._places: dict[LetterButton, tuple[int, int]] = {}
        self._restyle()

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._restyle()

    def _restyle(self) -> None:
        shown = colours()
        sheet = (
            f"QToolButton {{ border: 1px solid {shown.grid}; border-radius: 3px; background: {shown.paper};"
            f" color: {shown.ink}; padding: 0; }}"
            f" QToolButton:hover {{ border-color: {shown.accent}; }}"
            f" QToolButton:focus {{ border: 2px solid {shown.accent}; }}"
            f" QToolButton:pressed {{ background: {shown.button}; }}"
        )
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)

    def add(self, letter: IpaLetter, row: int, column: int) -> None:
        """Put a letter at a place of the grid."""
        button = LetterButton(letter)
        button.clicked.connect(lambda: self.chosen.emit(letter))
        button.installEventFilter(self)
        self.grid.addWidget(button, row, column)
        self.buttons.append(button)
        self._places[button] = (row, column)

    def clear(self) -> None:
        """Take all letters away."""
        for button in self.buttons:
            self.grid.removeWidget(button)
            button.removeEventFilter(self)
            button.deleteLater()
        self.buttons.clear()
        self._places.clear()

    def fill(self, letters: Sequence[IpaLetter], across: int = _ACROSS) -> None:
        """Put letters row by row."""
        self.clear()
        for number, letter in enumerate(letters):
            self.add(letter, number // across, number % across)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let arrow keys move to the next letter, Enter choose it; say which one is pointed at."""
        if isinstance(watched, LetterButton):
            if event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn):
                self.pointed.emit(watched.letter)
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                    watched.click()
                    return True
                way = {
                    Qt.Key.Key_Left: (0, -1),
                    Qt.Key.Key_Right: (0, 1),
                    Qt.Key.Key_Up: (-1, 0),
                    Qt.Key.Key_Down: (1, 0),
                }.get(Qt.Key(event.key()))
                if way is not None:
                    return self._go(watched, *way)
        return super().eventFilter(watched, event)

    def _go(self, button: LetterButton, down: int, right: int) -> bool:
        row, column = self._places[button]
        best, least = None, None
        for other, (at, across) in self._places.items():
            along = (at - row) * down if down else (across - column) * right
            aside = abs(across - column) if down else abs(at - row)
            if along <= 0 or (right and aside):
                continue
            distance = (along, aside)
            if least is None or distance < least:
                best, least = other, distance
        if best is not None:
            best.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        # Up from the first row leaves the chart, as Shift-Tab does.
        return False


class IpaPalette(QDialog):
    """Charts, recent letters and a search; what is chosen goes into the label."""

    insert = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("IPA letters"))
        self.setModal(False)
        self.search = QLineEdit()
        self.search.setFont(label_font())
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(
            self.tr("Search by name, letter, Praat code or X-SAMPA, such as  velar nasal,  \\ng,  N,  ŋ")
        )
        self.search.setAccessibleName(self.tr("Search letters"))
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self._on_return)
        self.search.installEventFilter(self)
        self.recent = Letters()
        self.recent_label = QLabel(self.tr("Recent:"))
        self.found = Letters()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.nothing = QLabel()
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        self.nothing.setVisible(False)
        self.about = QLabel()
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setFont(label_font(11.0))
        self.about.setMinimumHeight(2 * self.about.fontMetrics().lineSpacing())
        self.about.setWordWrap(True)
        self._say_how()
        self.pages: dict[str, Letters] = {}
        self._make_pages()
        row = QHBoxLayout()
        row.addWidget(self.recent_label)
        row.addWidget(self.recent, 0)
        row.addStretch(1)
        box = QVBoxLayout(self)
        box.addWidget(self.search)
        box.addLayout(row)
        box.addWidget(self.tabs, 1)
        self.found_area = _scrolling(self.found)
        self.found_area.setVisible(False)
        box.addWidget(self.found_area, 1)
        box.addWidget(self.nothing)
        box.addWidget(self.about)
        for letters in (self.recent, self.found, *self.pages.values()):
            letters.chosen.connect(self._on_chosen)
            letters.pointed.connect(self._on_pointed)
        self._show_recent(read_recent())
        self.resize(960, 640)

    def _make_pages(self) -> None:
        consonants = self._chart(
            ("pulmonic",), _MANNERS, _PLACES, lambda letter: (letter.manner, letter.place)
        )
        self._add_page("consonants", self.tr("Consonants"), consonants)
        vowels = self._chart(("vowel",), _HEIGHTS, _BACKNESS, lambda letter: (letter.manner, letter.place))
        self._add_page("vowels", self.tr("Vowels"), vowels)
        for key, title, groups in (
            ("others", self.tr("Clicks, affricates, others"), ("non-pulmonic", "affricate", "other")),
            ("diacritics", self.tr("Diacritics"), ("diacritic",)),
            ("prosody", self.tr("Stress, length, tone"), ("suprasegmental", "tone")),
            ("extended", self.tr("extIPA and older signs"), ("extended", "older")),
        ):
            page = Letters()
            row = 0
            for group in groups:
                members = [letter for letter in ipa_letters() if letter.group == group]
                for number, letter in enumerate(members):
                    page.add(letter, row + number // _ACROSS, number % _ACROSS)
                row += -(-len(members) // _ACROSS) + 1
                page.grid.setRowMinimumHeight(row - 1, 10)
            self._add_page(key, title, page)

    def _chart(
        self, groups: tuple[str, ...], rows: tuple[str, ...], columns: tuple[str, ...], cell: object
    ) -> Letters:
        page = Letters()
        cells: dict[tuple[str, str], list[IpaLetter]] = {}
        for letter in ipa_letters():
            if letter.group in groups:
                cells.setdefault(cell(letter), []).append(letter)  # type: ignore[operator]
        width = max(len(members) for members in cells.values())
        for at, name in enumerate(columns):
            page.grid.addWidget(_heading(self.tr(name)), 0, 1 + at * width, 1, width)
        for at, name in enumerate(rows, 1):
            page.grid.addWidget(_heading(self.tr(name), right=True), at, 0)
        for (manner, place), members in cells.items():
            row, column = rows.index(manner) + 1, columns.index(place) * width + 1
            for number, letter in enumerate(members):
                # A voiced consonant without a voiceless partner stands on the right, as on the chart.
                alone = groups == ("pulmonic",) and len(members) == 1 and letter.name.startswith("voiced ")
                page.add(letter, row, column + (1 if alone else number))
        for letter_button in page.buttons:
            letter_button.setMinimumWidth(_NARROW)
        return page

    def _add_page(self, key: str, title: str, page: Letters) -> None:
        self.pages[key] = page
        self.tabs.addTab(_scrolling(page), title)

    # Slots

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Down go from the search to the letters, Escape empty the search first."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                shown = self.found if self.found_area.isVisible() else self._page()
                if shown.buttons:
                    shown.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _page(self) -> Letters:
        return list(self.pages.values())[self.tabs.currentIndex()]

    def _on_search(self, text: str) -> None:
        wanted = bool(text.strip())
        found = search_letters(text)[:_FOUND] if wanted else ()
        self.found.fill(found)
        self.tabs.setVisible(not wanted)
        self.found_area.setVisible(wanted)
        self.nothing.setVisible(wanted and not found)
        self.nothing.setText(
            self.tr('Nothing is called "{text}". Try one word, such as "fricative".').format(text=text)
        )
        if found:
            self._on_pointed(found[0])
        else:
            self._say_how()

    def _say_how(self) -> None:
        self.about.setText(
            self.tr(
                "A click or Enter puts a letter into the label. Down goes from the search to the letters."
            )
        )

    def _on_return(self) -> None:
        if self.found.buttons:
            self.found.buttons[0].click()
            self.search.selectAll()

    def _on_pointed(self, letter: IpaLetter) -> None:
        parts = [letter.shown, self.tr(letter.name), letter.code_points]
        if letter.trigraph:
            parts.append(self.tr("Praat {code}").format(code=letter.trigraph))
        if letter.xsampa:
            parts.append(self.tr("X-SAMPA {code}").format(code=letter.xsampa))
        self.about.setText("   ".join(parts))

    def _on_chosen(self, letter: IpaLetter) -> None:
        recent = [letter, *(one for one in self._recent if one.sign != letter.sign)][:RECENT]
        if recent != self._recent:
            self._show_recent(recent)
            self._keep_recent()
        self.insert.emit(letter.sign)

    def _show_recent(self, recent: list[IpaLetter]) -> None:
        self._recent = recent
        focused = self.recent.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.recent.fill(recent, RECENT)
        if focused and self.recent.buttons:
            self.recent.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
        self.recent_label.setText(
            self.tr("Recent:") if recent else self.tr("Letters that you choose will stay here.")
        )

    def _keep_recent(self) -> None:
        path = recent_file()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            signs = [letter.sign for letter in self._recent]
            path.write_text(json.dumps(signs, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError:
            return  # only the memory of this window is left; nothing that anybody made is lost


def _heading(text: str, *, right: bool = False) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(not right)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignHCenter
    label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    font = label.font()
    font.setPointSizeF(max(font.pointSizeF() - 1.5, 7.5))
    label.setFont(font)
    return label


def _scrolling(content: QWidget) -> QScrollArea:
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    row = QHBoxLayout()
    row.addWidget(content)
    row.addStretch(1)
    box.addLayout(row)
    box.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(holder)
    return area
