"""Which model makes the vectors, from which layers and frames, and where it runs.

Signals of `ModelChoice`: `changed` (the new `EmbedParams`), `record_changed` (the `ModelRecord`, or None).
Messages: a model that was just chosen and can't be used is a notice; the card says it as well.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QInputDialog,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.models.catalogue import ModelRecord
from w2vpraat.params import EmbedParams

from ..state import AppState
from ..work.models import device_limits, listing, looking_for_devices, looking_up
from .layer_choice import LayerChoice
from .model_card import ModelCard
from .section import Fold, GroupForms, align_row, told

EVERYDAY = ("pooling", "frame_rule", "device", "precision")
OWN = ("model", "layers")
LATER = 3000
"""Milliseconds until torch is asked for devices, if nobody has loaded it."""
FOLDER, HUB = "\0folder", "\0hub"
"""Entries of the list that ask for a model; no model has such a name."""


class ModelChoice(QWidget):
    """The section "Model"."""

    changed = Signal(object)
    record_changed = Signal(object)

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._value = EmbedParams()
        self.models: tuple[ModelRecord, ...] = ()
        self.record: ModelRecord | None = None
        self._just_chosen = False
        self.model = QComboBox()
        self.model.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.model.setMinimumContentsLength(10)
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        titles = {}
        self.layers = LayerChoice()
        for name, field in (("model", self.model), ("layers", self.layers)):
            titles[name], text = told(EmbedParams, name)
            field.setAccessibleName(titles[name])
            field.setToolTip(text)
        self.card = ModelCard()
        self.about = Fold(self.tr("About this model"), self.card, is_open=False)
        self.forms = GroupForms(EmbedParams, EVERYDAY, OWN)
        top = QFormLayout()
        top.setContentsMargins(8, 4, 8, 0)
        top.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        top.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name, field in (("model", self.model), ("layers", self.layers)):
            label = QLabel(titles[name])
            label.setBuddy(field)
            label.setToolTip(field.toolTip())
            top.addRow(label, field)
            align_row(top, field)
        inner = QVBoxLayout()
        inner.setContentsMargins(8, 0, 8, 0)
        inner.addWidget(self.card)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.about)
        column.addLayout(inner)
        column.addWidget(self.forms)
        self.model.activated.connect(self._on_model)
        self.layers.changed.connect(lambda layers: self._put(replace(self._value, layers=layers)))
        self.forms.changed.connect(self._put)
        self._started = False
        state.models_changed.connect(self._on_models_changed)
        self._show_models()

    def start(self) -> None:
        """List models and devices, once; what needs time is done on other threads."""
        if self._started:
            return
        self._started = True
        self._work("models", listing, self._on_models, self._on_no_models)
        # Importing torch holds the interpreter for some tenths of a second, once: not while things open.
        QTimer.singleShot(0 if "torch" in sys.modules else LATER, self, self._look_for_devices)

    def _look_for_devices(self) -> None:
        self._work("devices", looking_for_devices, self._on_devices, self._state.notices.error)

    def value(self) -> EmbedParams:
        """Return what is chosen."""
        return self._value

    def set_value(self, params: EmbedParams) -> None:
        """Show other settings, without a signal."""
        other = params.model != self._value.model
        self._value = params
        self.forms.set_value(params)
        self.layers.set_value(params.layers)
        self._show_models()
        if other or self.record is None:
            self._find()

    def _work(self, key: str, make: Any, on_result: Any, on_error: Any) -> None:
        self._state.jobs.start(
            f"model-{key}",
            self.tr("Look for models"),
            make,
            on_result=on_result,
            on_error=on_error,
            quiet=True,
            lane="quick",
        )

    def _show_models(self) -> None:
        names = [record.name for record in self.models]
        current = self._value.model.removeprefix("w2vpraat-")
        current = current if current in names else self._value.model
        entries = [(name, name) for name in names]
        if current not in names:
            path = Path(current)
            entries.insert(0, (path.name if path.is_absolute() else current, current))
        entries += [(self.tr("local folder…"), FOLDER), (self.tr("hub id…"), HUB)]
        with QSignalBlocker(self.model):
            if [
                (self.model.itemText(n), self.model.itemData(n)) for n in range(self.model.count())
            ] != entries:
                self.model.clear()
                for text, name in entries:
                    self.model.addItem(text, name)
                for record in self.models:
                    row = self.model.findData(record.name)
                    tip = record.problem or record.title
                    self.model.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
            self.model.setCurrentIndex(self.model.findData(current))

    def _find(self) -> None:
        name = self._value.model
        short = name.removeprefix("w2vpraat-")
        known = {record.name: record for record in self.models}
        found = known.get(name) or known.get(short)
        if found is not None and not found.problem:
            self._on_record(found)
            return
        if not self._started:
            return
        self.record = None
        self.card.show_waiting(name)
        self._work("find", partial(looking_up, name), self._on_record, self._on_no_model)

    # Slots

    def _put(self, params: EmbedParams) -> None:
        if params != self._value:
            self.set_value(params)
            self.changed.emit(params)

    def _on_model(self, row: int) -> None:
        name = self.model.itemData(row)
        if name == FOLDER:
            name = QFileDialog.getExistingDirectory(self, self.tr("Choose the folder of a model"))
        elif name == HUB:
            name, agreed = QInputDialog.getText(
                self, self.tr("Model from the hub"), self.tr("Hub id, such as facebook/wav2vec2-base:")
            )
            name = name.strip() if agreed else ""
        self._show_models()  # back from "local folder…", in case there is none
        if name and name != self._value.model:
            self._just_chosen = True
            # Another model has other layers: its own recommended one is taken.
            self._put(replace(self._value, model=name, layers=()))

    def _on_models(self, models: tuple[ModelRecord, ...]) -> None:
        self.models = models
        self._show_models()
        self._find()

    def _on_models_changed(self) -> None:
        if self._started:
            self._work("models", listing, self._on_models, self._on_no_models)

    def _on_no_models(self, error: BaseException) -> None:
        self._state.notices.error(error, doing=self.tr("Your list of models can't be read"))
        self._find()

    def _on_record(self, record: ModelRecord) -> None:
        self._just_chosen = False
        self.record = record
        self.layers.set_model(record.layers, record.recommended_layer)
        self.layers.set_value(self._value.layers)
        self.card.show_record(record)
        self.record_changed.emit(record)

    def _on_no_model(self, error: BaseException) -> None:
        self.record = None
        self.card.show_error(error)
        self.about.setChecked(True)
        if self._just_chosen:
            self._just_chosen = False
            self._state.notices.error(error)
        self.record_changed.emit(None)

    def _on_devices(self, devices: tuple[str, ...]) -> None:
        box = self.forms.fields["device"]
        assert isinstance(box, QComboBox)
        missing = device_limits(devices)
        items = box.model()
        for row in range(box.count()):
            if box.itemData(row) in missing and isinstance(items, QStandardItemModel):
                items.item(row).setEnabled(False)
                items.item(row).setToolTip(self.tr("Not available on this computer"))
