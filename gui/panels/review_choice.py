"""What a review queue is to list: its kind, the few parameters of that kind, and among which tokens.

Signals of `ReviewChoice`: `changed` (section -> option -> value: settings to change), `among_changed` (str).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from w2vpraat.params import ParamGroup, parameter_groups
from w2vpraat.params.queueing import QUEUE_KINDS
from w2vpraat.session.settings import Settings

from ..forms import ParamForm
from .section import align_row

FIELDS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "disagreement": (("review", ("first", "second", "outlier_level")), ("queue", ("most_tokens",))),
    "outlier": (("queue", ("representation", "most_tokens")), ("review", ("outlier_level",))),
    "confidence": (("queue", ("representation", "doubtful", "most_tokens")),),
    "sensitive": (("sensitivity", ("queue_shift",)), ("queue", ("moved", "most_tokens"))),
    "short": (("queue", ("short_duration", "short_frames", "most_tokens")),),
    "measurement": (("queue", ("most_tokens",)),),
    "random": (("queue", ("sample_size", "sample_by", "sample_seed")),),
    "all": (("queue", ("most_tokens",)),),
}
"""Section and parameters of each kind."""
NAMED = ("first", "second", "representation")
"""Parameters that name a representation."""
AMONG = ("all", "shown", "selected")
WIDE = 380


class ReviewChoice(QWidget):
    """Kind, options of the kind, and among which tokens."""

    changed = Signal(object)
    among_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = False
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("What the queue lists"))
        for name in QUEUE_KINDS:
            self.kind.addItem(self.kind_text(name), name)
            self.kind.setItemData(self.kind.count() - 1, self._told(name), Qt.ItemDataRole.ToolTipRole)
        self.forms: dict[str, list[tuple[str, ParamForm]]] = {}
        self._pages = QStackedWidget()
        for name in QUEUE_KINDS:
            self._pages.addWidget(self._page(name))
        self.options = QToolButton()
        self.options.setText(self.tr("Options"))
        self.options.setAccessibleName(self.tr("Options of this kind of queue"))
        self.options.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.options)
        action = QWidgetAction(menu)
        action.setDefaultWidget(self._pages)
        menu.addAction(action)
        self.options.setMenu(menu)
        self.among = QComboBox()
        self.among.setAccessibleName(self.tr("Among which tokens"))
        for name, text in zip(
            AMONG,
            (self.tr("of all tokens"), self.tr("of the tokens shown"), self.tr("of the selected tokens")),
            strict=True,
        ):
            self.among.addItem(text, name)
        self.among.setToolTip(
            self.tr("Tokens that the filter of the maps shows, or that are selected in maps and tables")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.kind, self.options, self.among):
            row.addWidget(widget)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.among.currentIndexChanged.connect(self._on_among)
        self._show_kind()

    def kind_text(self, kind: str) -> str:
        """Return a kind as people say it."""
        return {
            "disagreement": self.tr("Disagreement"),
            "outlier": self.tr("Outliers"),
            "confidence": self.tr("Doubtful labels"),
            "sensitive": self.tr("Sensitive to boundaries"),
            "short": self.tr("Short tokens"),
            "measurement": self.tr("Suspicious measurements"),
            "random": self.tr("Random sample"),
            "all": self.tr("All tokens"),
        }[kind]

    def _told(self, kind: str) -> str:
        return {
            "disagreement": self.tr(
                "What formants and vectors, asked without the speaker, take for another label"
            ),
            "outlier": self.tr("Tokens far from the others of their label, in one representation"),
            "confidence": self.tr("Tokens whose own label is not likely, in one representation"),
            "sensitive": self.tr("Tokens that change if their boundaries are moved a little (takes longer)"),
            "short": self.tr("Tokens of few milliseconds, or with few frames of the model"),
            "measurement": self.tr("Missing formants, jumps of f0, remarks of the measurement"),
            "random": self.tr("Drawn by lot, labels and speakers with their shares"),
            "all": self.tr("One after the other"),
        }[kind]

    # Values

    def show_settings(self, settings: Settings) -> None:
        """Show what the session has, without a signal."""
        self._setting = True
        try:
            self.kind.setCurrentIndex(max(self.kind.findData(settings.queue.kind), 0))
            for forms in self.forms.values():
                for section, form in forms:
                    if form.value() != settings.group(section):
                        form.set_value(settings.group(section))
        finally:
            self._setting = False
        self._show_kind()

    def show_among(self, among: str) -> None:
        """Show among which tokens, without a signal."""
        self._setting = True
        try:
            self.among.setCurrentIndex(max(self.among.findData(among), 0))
        finally:
            self._setting = False

    def set_representations(self, names: Iterable[str]) -> None:
        """Offer these names where a representation is to be named."""
        listed = list(names)
        for forms in self.forms.values():
            for _, form in forms:
                for name in NAMED:
                    field = form.fields.get(name)
                    if isinstance(field, QLineEdit):
                        completer = QCompleter(listed, field)
                        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
                        completer.setFilterMode(Qt.MatchFlag.MatchContains)
                        field.setCompleter(completer)
                        field.setPlaceholderText(self.tr("the usual one"))

    # Parts

    def _page(self, kind: str) -> QWidget:
        page = QWidget()
        page.setMinimumWidth(WIDE)
        column = QVBoxLayout(page)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(0)
        groups: dict[str, type[ParamGroup]] = parameter_groups()
        self.forms[kind] = []
        for section, names in FIELDS[kind]:
            form = ParamForm(groups[section], names=names)
            layout = form.layout()
            assert isinstance(layout, QFormLayout)
            layout.setContentsMargins(4, 3, 4, 3)
            for name, field in form.fields.items():
                align_row(layout, field)
                label = layout.labelForField(field)
                if name in NAMED[:2] and isinstance(label, QLabel):
                    label.setText(self.tr("One representation") if name == "first" else self.tr("The other"))
            form.changed.connect(
                lambda group, section=section, names=names: self._on_form(section, names, group)
            )
            self.forms[kind].append((section, form))
            column.addWidget(form)
        column.addStretch(1)
        return page

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        self._pages.setCurrentIndex(QUEUE_KINDS.index(kind))
        self.kind.setToolTip(self._told(kind))
        standard = Settings()
        others = [
            name
            for section, form in self.forms[kind]
            for name in form.fields
            if getattr(form.value(), name) != getattr(standard.group(section), name)
        ]
        # What differs from the default should be seen without opening the list.
        self.options.setText(self.tr("Options") + (" •" if others else ""))

    def _on_kind(self) -> None:
        self._show_kind()
        if not self._setting:
            self.changed.emit({"queue": {"kind": self.kind.currentData()}})

    def _on_among(self) -> None:
        if not self._setting:
            self.among_changed.emit(self.among.currentData())

    def _on_form(self, section: str, names: tuple[str, ...], group: Any) -> None:
        self._show_kind()
        if not self._setting:
            self.changed.emit({section: {name: getattr(group, name) for name in names}})
