"""Forms made from parameter groups: defaults, units, ranges and help texts come from `w2vpraat.params`.

Signals of `ParamForm`: `changed` (the new group, only if it is valid).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from w2vpraat.errors import W2VPraatError
from w2vpraat.params import ParamGroup

from .theme import colours

_WIDEST = 1e9


class ParamForm(QWidget):
    """A form of one parameter group.

    Parameters
    ----------
    kind : type of ParamGroup
        The group.
    names : iterable of str, optional
        Only these parameters, in this order; the others keep the value of `set_value`.
    """

    changed = Signal(object)

    def __init__(
        self,
        kind: type[ParamGroup],
        parent: QWidget | None = None,
        *,
        names: Iterable[str] | None = None,
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        self._value = kind()
        self._setting = False
        self.fields: dict[str, QWidget] = {}
        self._labels: dict[str, QLabel] = {}
        described = {name: (default, type_, meta) for name, default, type_, meta in kind.describe()}
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for name in described if names is None else names:
            default, _, meta = described[name]
            field = self._make_field(name, default, meta)
            title, told = self.tr(title_of(name)), self.tr(str(meta["help"]))
            label = QLabel(title)
            label.setBuddy(field)
            for widget in (label, field):
                widget.setToolTip(self._tip(told, default, meta["unit"]))
            field.setAccessibleName(title)
            field.setAccessibleDescription(told)
            field.setObjectName(name)
            self.fields[name], self._labels[name] = field, label
            form.addRow(label, field)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setVisible(False)
        self._problem.setAccessibleName(self.tr("What is wrong"))
        form.addRow(self._problem)
        self.set_value(self._value)

    def value(self) -> ParamGroup:
        """Return the group as it was last valid."""
        return self._value

    def set_value(self, group: ParamGroup) -> None:
        """Show a group, without a signal."""
        self._value = group
        self._setting = True
        try:
            for name, field in self.fields.items():
                _show(field, getattr(group, name))
        finally:
            self._setting = False
        self._say("")
        self._mark()

    @property
    def problem(self) -> str:
        """What is wrong with what was typed; empty if nothing."""
        return self._problem.text()

    def _make_field(self, name: str, default: Any, meta: Any) -> QWidget:
        unit = f" {meta['unit']}" if meta["unit"] else ""
        low = -_WIDEST if meta["minimum"] is None else meta["minimum"]
        high = _WIDEST if meta["maximum"] is None else meta["maximum"]
        if isinstance(default, bool):
            box = QCheckBox()
            box.toggled.connect(self._on_edited)
            return box
        if isinstance(default, int):
            whole = QSpinBox()
            whole.setRange(int(max(low, -(2**31))), int(min(high, 2**31 - 1)))
            whole.setSuffix(unit)
            whole.setKeyboardTracking(False)
            whole.valueChanged.connect(self._on_edited)
            return whole
        if isinstance(default, float):
            number = _NumberBox()
            number.setDecimals(_decimals(default, meta["unit"]))
            number.setRange(low, high)
            number.setSingleStep(_step(default, meta["unit"]))
            number.setSuffix(unit)
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self._on_edited)
            return number
        if isinstance(default, str) and meta["choices"]:
            choice = QComboBox()
            for one in meta["choices"]:
                choice.addItem(self.tr(one or "(any)"), one)
            choice.currentIndexChanged.connect(self._on_edited)
            return choice
        line = QLineEdit()
        if isinstance(default, tuple):
            known = ", ".join(meta["choices"])
            line.setPlaceholderText(known or self.tr("separated by commas"))
        line.editingFinished.connect(self._on_edited)
        return line

    def _tip(self, told: str, default: Any, unit: str) -> str:
        shown = ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)
        return f"{told}\n" + self.tr("Default: {value}").format(value=f"{shown or '-'} {unit}".rstrip())

    def _on_edited(self, *_: Any) -> None:
        if self._setting:
            return
        typed = {name: _typed(field, getattr(self._value, name)) for name, field in self.fields.items()}
        try:
            group = self.kind.from_dict({**self._value.as_dict(), **typed})
        except (W2VPraatError, ValueError, TypeError) as error:
            self._say(str(error))
            return
        self._say("")
        if group != self._value:
            self._value = group
            self._mark()
            self.changed.emit(group)

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setStyleSheet(f"color: {colours().error}")
        self._problem.setVisible(bool(text))

    def _mark(self) -> None:
        # What differs from the default is bold, as one looks for it when two runs differ.
        standard = self.kind()
        for name, label in self._labels.items():
            font = label.font()
            font.setBold(getattr(self._value, name) != getattr(standard, name))
            label.setFont(font)


class _NumberBox(QDoubleSpinBox):
    """A number without the noughts that say nothing: 10 s, not 10.0000 s."""

    def textFromValue(self, value: float) -> str:
        """Return the number as it is shown."""
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text


def title_of(name: str) -> str:
    """Return a parameter's name as people write it: ``n_formants`` becomes "Number of formants"."""
    words = name.replace("_", " ")
    words = f"number of {words[2:]}" if words.startswith("n ") else words
    return words[:1].upper() + words[1:]


def _decimals(default: float, unit: str) -> int:
    return 1 if unit == "Hz" else 4 if unit == "s" else 3


def _step(default: float, unit: str) -> float:
    if unit == "Hz":
        return 100.0 if default >= 1000 else 10.0
    return 0.005 if unit == "s" else 0.5


def _show(field: QWidget, value: Any) -> None:
    if isinstance(field, QCheckBox):
        field.setChecked(value)
    elif isinstance(field, (QSpinBox, QDoubleSpinBox)):
        field.setValue(value)
    elif isinstance(field, QComboBox):
        field.setCurrentIndex(max(field.findData(value), 0))
    elif isinstance(field, QLineEdit):
        field.setText(", ".join(map(str, value)) if isinstance(value, tuple) else str(value))


def _typed(field: QWidget, old: Any) -> Any:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    if isinstance(field, QDoubleSpinBox):
        # A number that was not touched keeps the digits that the box does not show.
        return old if abs(field.value() - old) < 0.51 * 10 ** -field.decimals() else field.value()
    if isinstance(field, QSpinBox):
        return field.value()
    if isinstance(field, QComboBox):
        return field.currentData()
    assert isinstance(field, QLineEdit)
    if not isinstance(old, tuple):
        return field.text()
    return [part.strip() for part in field.text().split(",") if part.strip()]
