"""A question with named answers: no "Yes" and "No", every button says what it does.

Messages: none. `choice` is the key of the button that was pressed; empty if the dialog was closed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class QuestionDialog(QDialog):
    """A short text, details under it, and buttons.

    Parameters
    ----------
    title, text, detail : str
        Title of the window, the question, what follows from the answers.
    answers : sequence of (str, str)
        Key and text of each button, the first is chosen by Enter. Escape closes without an answer.
    """

    def __init__(
        self,
        title: str,
        text: str,
        detail: str,
        answers: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.choice = ""
        question = QLabel(text)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setWordWrap(True)
        font = question.font()
        font.setBold(True)
        question.setFont(font)
        self.detail = QLabel(detail)
        self.detail.setTextFormat(Qt.TextFormat.PlainText)
        self.detail.setWordWrap(True)
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        row.addStretch(1)
        for number, (key, words) in enumerate(answers):
            button = QPushButton(words)
            button.setDefault(number == 0)
            button.clicked.connect(lambda _checked=False, key=key: self._answer(key))
            self.buttons[key] = button
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(10)
        layout.addWidget(question)
        if detail:
            layout.addWidget(self.detail)
        layout.addSpacing(8)
        layout.addLayout(row)
        self.setMinimumWidth(440)
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{text} {detail}")

    def ask(self) -> str:
        """Show the question and wait; return the key of the answer, empty if there was none."""
        self.exec()
        return self.choice

    def _answer(self, key: str) -> None:
        self.choice = key
        self.accept()
