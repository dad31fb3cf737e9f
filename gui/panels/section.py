"""Parts of forms that fold: a titled section, and a group of parameters with everyday ones on top.

Signals of `GroupForms`: `changed` (the new group, only if it is valid).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from w2vpraat.params import ParamGroup

from ..forms import ParamForm, title_of
from ..theme import colours

LABELS = 112
"""Pixels of the labels of forms, so that fields of neighbouring forms stand below each other."""


def told(kind: type[ParamGroup], name: str) -> tuple[str, str]:
    """Return title and help text of a parameter as forms show them, in the language of the window."""
    meta = next(meta for known, _, _, meta in kind.describe() if known == name)
    form = ParamForm.__name__
    title, text = title_of(name), str(meta["help"])
    return QCoreApplication.translate(form, title), QCoreApplication.translate(form, text)


def align_row(form: QFormLayout, field: QWidget) -> None:
    """Give a row of a form the common width of labels, and its field the rest."""
    label = form.labelForField(field)
    if label is not None:
        label.setMinimumWidth(LABELS)
    field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    field.setMinimumWidth(60)


class ShortLabel(QLabel):
    """A line that is cut with dots where it is too long; the tool tip has all of it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.set_line(text)

    def set_line(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._fit()

    @property
    def line(self) -> str:
        """The whole text."""
        return self._text

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(20, QFontMetrics(self.font()).height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        self.setText(metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, max(self.width() - 2, 20)))


class Fold(QToolButton):
    """A line with an arrow that shows and hides a widget."""

    def __init__(self, text: str, content: QWidget, *, is_open: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(is_open)
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._on_toggled)
        self._on_toggled(is_open)
        self._paint()

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()

    def _paint(self) -> None:
        # An open part is shown by its arrow; a sunken button would look like something that is pressed.
        sheet = (
            "QToolButton { border: 2px solid transparent; padding: 2px; background: transparent; }"
            f"QToolButton:focus {{ border: 2px solid {colours().accent}; }}"
        )
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)

    def _on_toggled(self, is_open: bool) -> None:
        self.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        if not is_open or self._content.parentWidget() is not None:
            self._content.setVisible(is_open)
        self.setAccessibleDescription(self.tr("shown") if is_open else self.tr("folded"))


class Section(QWidget):
    """A titled part of a panel that folds, with a short note beside the title."""

    def __init__(
        self, title: str, content: QWidget, *, is_open: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.content = content
        self.fold = Fold(title, content, is_open=is_open)
        font = self.fold.font()
        font.setBold(True)
        self.fold.setFont(font)
        self.note = ShortLabel()
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 8, 0)
        head.addWidget(self.fold)
        head.addWidget(self.note, 1)
        bar = QWidget()
        bar.setObjectName("sectionHead")
        bar.setLayout(head)
        self._bar = bar
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addWidget(bar)
        column.addWidget(content)
        self._paint()

    def set_note(self, text: str) -> None:
        """Say beside the title what is chosen."""
        self.note.set_line(text)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()

    def _paint(self) -> None:
        shades = (colours().button, colours().faint)
        if getattr(self, "_shades", None) != shades:
            self._shades = shades
            self._bar.setStyleSheet(f"QWidget#sectionHead {{ background: {shades[0]}; }}")
            self.note.setStyleSheet(f"color: {shades[1]};")


class GroupForms(QWidget):
    """Two forms of one parameter group: everyday parameters, and the others under "More".

    Parameters
    ----------
    kind : type of ParamGroup
    everyday : sequence of str
        Shown at once, in this order.
    without : sequence of str
        Not shown at all: another widget has them.
    """

    changed = Signal(object)

    def __init__(
        self,
        kind: type[ParamGroup],
        everyday: Sequence[str],
        without: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        names = [name for name, *_ in kind.describe()]
        rest = [name for name in names if name not in (*everyday, *without)]
        self.top = ParamForm(kind, names=everyday)
        self.rest = ParamForm(kind, names=rest)
        self.more = Fold(self.tr("More"), self.rest, is_open=False)
        if not rest:  # only ever hidden here: without a parent yet it would be a window for a moment
            self.more.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for form in (self.top, self.rest):
            layout = form.layout()
            assert isinstance(layout, QFormLayout)
            layout.setContentsMargins(8, 4, 8, 4)
            for field in form.fields.values():
                align_row(layout, field)
        for widget in (self.top, self.more, self.rest):
            column.addWidget(widget)
        self.top.changed.connect(self._on_changed)
        self.rest.changed.connect(self._on_changed)

    def value(self) -> ParamGroup:
        """Return the group as it was last valid."""
        return self.top.value()

    def set_value(self, group: ParamGroup) -> None:
        """Show a group, without a signal."""
        for form in (self.top, self.rest):
            if form.value() != group:
                form.set_value(group)

    @property
    def fields(self) -> dict[str, QWidget]:
        """The controls by parameter."""
        return {**self.top.fields, **self.rest.fields}

    def _on_changed(self, group: ParamGroup) -> None:
        self.set_value(group)
        self.changed.emit(group)
