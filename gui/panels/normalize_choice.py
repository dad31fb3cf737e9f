"""Which normalizations are applied: formants, f0, vectors; each with its author.

Signals of `NormalizeChoice`: `changed` (the new `NormalizeParams`).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from w2vpraat.normalize.method_info import MethodInfo
from w2vpraat.normalize.methods import describe_methods
from w2vpraat.params import NormalizeParams

from ..tables.check_model import CheckModel, Tick
from .check_list import CheckList
from .section import GroupForms, align_row, told

PARTS = {"formants": "methods", "f0": "f0_methods", "embedding": "embedding_methods"}
"""Kind of method to the parameter that lists the chosen ones."""


class NormalizeChoice(QWidget):
    """The section "Normalization"."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = NormalizeParams()
        self.models: dict[str, CheckModel] = {}
        self.lists: dict[str, CheckList] = {}
        titles = {"formants": self.tr("Formants"), "f0": self.tr("f0"), "embedding": self.tr("Vectors")}
        rows = {"formants": 8, "f0": 4, "embedding": 5}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for kind, name in PARTS.items():
            model = self.models[kind] = CheckModel(self)
            model.set_lines([_line(info) for info in describe_methods(kind)])
            view = self.lists[kind] = CheckList(
                model,
                self.tr("Normalizations: {what}").format(what=titles[kind]),
                rows[kind],
                counts=False,
            )
            head = QLabel(titles[kind])
            head.setContentsMargins(8, 4, 8, 0)
            holder = QHBoxLayout()
            holder.setContentsMargins(8, 0, 8, 2)
            holder.addWidget(view)
            column.addWidget(head)
            column.addLayout(holder)
            model.ticked.connect(lambda keys, name=name: self._put(replace(self._value, **{name: keys})))
        self.scale = QComboBox()
        title, text = told(NormalizeParams, "scale")
        self.scale.setAccessibleName(title)
        self.scale.setToolTip(text)
        self._fill_scales()
        self.scale.activated.connect(
            lambda row: self._put(replace(self._value, scale=self.scale.itemData(row)))
        )
        form = QFormLayout()
        form.setContentsMargins(8, 4, 8, 0)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        label = QLabel(title)
        label.setBuddy(self.scale)
        form.addRow(label, self.scale)
        align_row(form, self.scale)
        self.forms = GroupForms(NormalizeParams, ("balance",), ("scale", *PARTS.values()))
        self.forms.changed.connect(self._put)
        column.addLayout(form)
        column.addWidget(self.forms)
        self.set_value(self._value)

    def set_value(self, params: NormalizeParams) -> None:
        """Show other settings, without a signal."""
        self._value = params
        self.forms.set_value(params)
        for kind, name in PARTS.items():
            self.models[kind].set_ticked(getattr(params, name))
        row = self.scale.findData(params.scale)
        if row < 0:
            self.scale.addItem(params.scale, params.scale)
            row = self.scale.count() - 1
        self.scale.setCurrentIndex(row)

    def _fill_scales(self) -> None:
        from w2vpraat.normalize.scales import SCALES

        self.scale.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.scale.setMinimumContentsLength(10)
        self.scale.addItem("Hz", "hz")
        for key, scale in SCALES.items():
            source = f"{scale.author} {scale.year}" if scale.year else scale.author
            self.scale.addItem(f"{scale.title}, {source}" if source else scale.title, key)
            self.scale.setItemData(
                self.scale.count() - 1, f"{scale.formula}\n{scale.reference}", Qt.ItemDataRole.ToolTipRole
            )

    def _put(self, params: NormalizeParams) -> None:
        if params != self._value:
            self.set_value(params)
            self.changed.emit(params)


def _line(info: MethodInfo) -> Tick:
    tip = f"{info.title}: {info.formula}\n{info.reference}\nNeeds {', '.join(info.needs)}"
    if info.warn and info.warn != "-":
        tip += f"\nWarns of {info.warn}"
    first = info.author.removeprefix("after ").split(" ")[0].strip(",")
    # An author who stands in the title is not named twice.
    note = str(info.year) if first in info.title else info.source
    return Tick(info.key, info.title, note=note if info.year else "", tip=tip)
