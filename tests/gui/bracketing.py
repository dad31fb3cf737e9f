"""A translator that marks what it is asked for, and a walk over everything that a window says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QListWidget,
    QTableView,
    QTabWidget,
    QTextEdit,
    QTreeView,
    QWidget,
)

_MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
_MARKUP = re.compile(r"<[^>]*>|&\w+;|&")
NAMES = re.compile(
    r"\b(?:Praat|EMU-webApp|Anchor|w2vpraat|X-SAMPA|k?Hz|dB(?:/Hz|/octave)?|mm|pt|ms)\b"
    r"|\b(?:(?:Ctrl|Alt|Shift|Meta)\+)+\S+"
)
"""Names of programs, units and keys: the same in all languages."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_TEXTS = ("text", "title", "placeholderText", "prefix", "suffix")

# fmt: off
SHOWING = frozenset({
    "setText", "setToolTip", "setWindowTitle", "setAccessibleName", "setAccessibleDescription",
    "setPlaceholderText", "setTitle", "setStatusTip", "setWhatsThis", "setSuffix", "setPrefix", "setHtml",
    "setLabelText", "setInformativeText", "showText", "addAction", "addMenu", "addTab", "addItem",
    "addItems", "addRow", "insertItem", "drawText", "drawStaticText", "elidedText", "QLabel", "QPushButton",
    "QCheckBox", "QRadioButton", "QAction", "QGroupBox", "QDockWidget", "QToolBar", "QMenu",
    "QListWidgetItem", "QStandardItem", "about", "say", "warning", "news", "question", "information",
    "critical", "getText", "getItem", "getInt",
})
# fmt: on
"""Functions whose text arguments are seen by the user."""


class Brackets(QTranslator):
    """Translates every text into itself between brackets."""

    def isEmpty(self) -> bool:
        """Say that there is something in it, or Qt would not ask."""
        return False

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Mark a text."""
        return f"⟦{source}⟧"


def unmarked(text: str) -> str:
    """Return the words of a text that went past the translator; empty if there are none."""
    rest, before = text, ""
    if rest.endswith("…") and "⟦" in rest and "⟧" not in rest[rest.rindex("⟦") :]:
        rest += "⟧"  # was cut to the room that there is
    while rest != before:  # a marked text may hold another
        rest, before = _MARKED.sub("", rest), rest
    return rest.strip() if _WORD.search(NAMES.sub("", _MARKUP.sub("", rest))) else ""


def texts_of(root: QWidget) -> Iterator[tuple[QObject, str, str]]:
    """Yield every text of a widget, of what is in it and of its actions: whose, what kind, the text."""
    for widget in (root, *root.findChildren(QWidget)):
        yield widget, "tool tip", widget.toolTip()
        yield widget, "accessible name", widget.accessibleName()
        yield widget, "accessible description", widget.accessibleDescription()
        if widget.isWindow() or isinstance(widget, QDockWidget):
            yield widget, "title", widget.windowTitle()
        for name in _TEXTS:
            typed = isinstance(widget, (QLineEdit, QTextEdit, QAbstractSpinBox)) and name == "text"
            read = getattr(widget, name, None)
            if callable(read) and not typed:
                yield widget, name, str(read())
        if isinstance(widget, QComboBox):
            for row in range(widget.count()):
                yield widget, "item", widget.itemText(row)
        if isinstance(widget, QListWidget):
            for row in range(widget.count()):
                yield widget, "item", widget.item(row).text()
        if isinstance(widget, QTabWidget):
            for row in range(widget.count()):
                yield widget, "tab", widget.tabText(row)
        if isinstance(widget, (QTableView, QTreeView)) and widget.model() is not None:
            model: Any = widget.model()
            for column in range(model.columnCount()):
                for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                    yield (
                        widget,
                        "header",
                        str(model.headerData(column, Qt.Orientation.Horizontal, role) or ""),
                    )
    for action in root.findChildren(QAction):
        yield action, "action", action.text()
        yield action, "tool tip of an action", action.toolTip()


def literals_shown(path: Path) -> list[str]:
    """Return where a source file shows a literal text that did not go through the translator."""
    found: list[str] = []

    def look(node: ast.AST) -> None:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("tr", "translate"):
                return
            if name in SHOWING:
                for argument in (*node.args, *(word.value for word in node.keywords)):
                    found.extend(
                        f"{path}:{node.lineno} {name}({text!r})"
                        for text in _literals(argument)
                        if (" " in text.strip() or text[:1].isupper())
                    )
        for child in ast.iter_child_nodes(node):
            look(child)

    look(ast.parse(path.read_text(encoding="utf-8")))
    return found


def _literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):  # looked at by itself
        return
    text = ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        text = "".join(str(part) for part in parts)
    if _WORD.search(NAMES.sub("", _MARKUP.sub("", text))):
        yield text
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child)
