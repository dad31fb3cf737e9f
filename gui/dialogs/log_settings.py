"""Page of the preferences: what the log commands write, where to, and what they wrote since the start.

Signal: `changed` (the `LogParams`, only if the lines are valid).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.acoustics.log_lines import NUMBERS, TEXTS, log_names
from w2vpraat.errors import W2VPraatError
from w2vpraat.params.editing import LogParams

from ..forms import ParamForm
from ..theme import colours

_LINES = ("log_1", "log_2", "log_3", "log_4")


class LogSettings(QWidget):
    """The four lines, the file, and the lines that were written."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        about = QLabel(
            self.tr(
                "Names between single quotes are filled in, as in Praat:"
                " 'time:6' is the time with six decimals.\nNumbers: {numbers}.\nTexts: {texts}."
            ).format(numbers=", ".join(NUMBERS), texts=", ".join(TEXTS))
        )
        about.setWordWrap(True)
        self.form = ParamForm(LogParams)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        for name in _LINES:
            self.form.fields[name].setFont(fixed)
        self.form.changed.connect(self._on_changed)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        browse = QPushButton(self.tr("Choose the &file…"))
        browse.clicked.connect(self._on_browse)
        self.lines = QPlainTextEdit()
        self.lines.setReadOnly(True)
        self.lines.setFont(fixed)
        self.lines.setPlaceholderText(self.tr("Lines that F12 writes appear here."))
        self.lines.setAccessibleName(self.tr("Lines of the log since the start"))
        self.copy = QPushButton(self.tr("&Copy lines"))
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.lines.toPlainText() + "\n")
        )
        row = QHBoxLayout()
        row.addWidget(browse)
        row.addStretch(1)
        row.addWidget(self.copy)
        box = QVBoxLayout(self)
        for widget in (about, self.form, self.problem):
            box.addWidget(widget)
        box.addLayout(row)
        box.addWidget(self.lines, 1)

    def value(self) -> LogParams:
        """Return the settings as they were last valid."""
        found = self.form.value()
        assert isinstance(found, LogParams)
        return found

    def set_value(self, params: LogParams) -> None:
        """Show settings."""
        self.form.set_value(params)
        self._check(params)

    def set_lines(self, lines: Sequence[str]) -> None:
        """Show the lines that were written since the start."""
        self.lines.setPlainText("\n".join(lines))
        self.copy.setEnabled(bool(lines))

    @property
    def problem_text(self) -> str:
        """What is wrong with a line; empty if nothing."""
        return self.problem.text()

    def _on_changed(self, params: LogParams) -> None:
        if self._check(params):
            self.changed.emit(params)

    def _check(self, params: LogParams) -> bool:
        try:
            for name in _LINES:
                log_names(getattr(params, name))
        except W2VPraatError as error:
            self.problem.setText(f"{error.message}. {error.hint}")
            self.problem.setStyleSheet(f"color: {colours().error}")
            return False
        self.problem.clear()
        return True

    def _on_browse(self) -> None:
        dialog = QFileDialog(self, self.tr("Log file"), "", self.tr("Text (*.txt);;All files (*)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # lines are added, nothing is lost
        dialog.fileSelected.connect(self._on_file)
        dialog.open()

    def _on_file(self, path: str) -> None:
        field = self.form.fields["file"]
        assert isinstance(field, QLineEdit)
        field.setText(path)
        field.editingFinished.emit()
