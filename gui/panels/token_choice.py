"""Which intervals become tokens: tier, labels, speakers, duration; with live numbers.

Signals of `TokenChoice`: `changed` (the new `TokenParams`).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from w2vpraat.corpus.labels import BUNDLED_MAPS
from w2vpraat.params import TokenParams

from ..fonts import label_font
from ..measuring.token_count import TokenCount
from ..tables.check_model import CheckModel, Tick
from ..theme import colours
from .check_list import CheckList
from .section import GroupForms, align_row, told

EVERYDAY = ("label_class", "min_duration")
OWN = ("tier", "labels", "label_map", "only_speakers")
"""Parameters that are chosen from what the corpus has."""


FILE = "?"
"""Stands for a file that is still to be chosen."""


class TokenChoice(QWidget):
    """The section "Tokens".

    Parameters
    ----------
    count : TokenCount
        Numbers of the corpus.
    """

    changed = Signal(object)

    def __init__(self, count: TokenCount, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = count
        self._value = TokenParams()
        self.tier = _combo(*told(TokenParams, "tier"))
        self.label_map = _combo(*told(TokenParams, "label_map"))
        top = QFormLayout()
        top.setContentsMargins(8, 4, 8, 0)
        top.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        top.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for box in (self.tier, self.label_map):
            label = QLabel(box.accessibleName())
            label.setBuddy(box)
            label.setToolTip(box.toolTip())
            top.addRow(label, box)
            align_row(top, box)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setMargin(8)
        self.hint.setVisible(False)
        self.hint.setAccessibleName(self.tr("Label map that fits"))
        self.forms = GroupForms(TokenParams, EVERYDAY, OWN)
        self.labels = CheckModel(self, font=label_font(12))
        self.label_list = CheckList(self.labels, self.tr("Labels"))
        self.label_list.verticalHeader().setDefaultSectionSize(24)
        self.speakers = CheckModel(self)
        self.speaker_list = CheckList(self.speakers, self.tr("Speakers"), rows=5)
        self.all_labels = _button(self.tr("All"), self.tr("Take all labels"))
        self.vowels = _button(self.tr("Vowels"), self.tr("Take the labels of vowels"))
        self.all_speakers = _button(self.tr("All"), self.tr("Take all speakers"))
        self.labels_head = QLabel()
        self.speakers_head = QLabel()
        self._speakers_part = QWidget()
        part = QVBoxLayout(self._speakers_part)
        part.setContentsMargins(0, 0, 0, 0)
        part.setSpacing(2)
        part.addLayout(_head(self.speakers_head, self.all_speakers))
        part.addWidget(_indented(self.speaker_list))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.hint)
        column.addLayout(_head(self.labels_head, self.vowels, self.all_labels))
        column.addWidget(_indented(self.label_list))
        column.addWidget(self._speakers_part)
        column.addWidget(self.forms)
        self.tier.activated.connect(lambda _index: self._on_tier())
        self.label_map.activated.connect(lambda _index: self._on_label_map())
        for box, slot in ((self.tier, self._on_tier), (self.label_map, self._on_label_map)):
            line = box.lineEdit()
            assert line is not None
            line.editingFinished.connect(slot)
        self.forms.changed.connect(lambda group: self._put(group))
        self.labels.ticked.connect(lambda keys: self._put(replace(self._value, labels=keys)))
        self.speakers.ticked.connect(lambda keys: self._put(replace(self._value, only_speakers=keys)))
        self.all_labels.clicked.connect(self._on_all_labels)
        self.vowels.clicked.connect(self._on_vowels)
        self.all_speakers.clicked.connect(lambda: self.speakers.tick(()))
        self.hint.linkActivated.connect(self._on_hint)
        count.changed.connect(self._on_count)
        self.set_value(self._value)

    def set_value(self, params: TokenParams) -> None:
        """Show other wishes, without a signal."""
        self._value = params
        self.forms.set_value(params)
        self.labels.set_ticked(params.labels)
        self.speakers.set_ticked(params.only_speakers)
        self._show_tiers()
        self._show_maps()
        self._on_count()

    # What the corpus has

    def _on_count(self) -> None:
        totals, guess, params = self._count.totals, self._count.guess, self._value
        chosen = bool(params.labels)
        vowel = self.tr("vowel")
        # Labels that are ticked and that no recording has (any more) stay in sight.
        every = {**totals.labels, **{label: 0 for label in params.labels if label not in totals.labels}}
        self.labels.set_lines(
            [
                Tick(
                    label,
                    note=vowel if label in guess.vowels else "",
                    count=_numbers(total, totals.kept_labels[label], chosen and label not in params.labels),
                )
                for label, total in sorted(
                    every.items(), key=lambda one: (one[0] not in guess.vowels, -one[1], one[0])
                )
            ]
        )
        speakers = {**totals.speakers, **{s: 0 for s in params.only_speakers if s not in totals.speakers}}
        others = params.only_speakers
        self.speakers.set_lines(
            [
                Tick(
                    name,
                    count=_numbers(total, totals.kept_speakers[name], bool(others) and name not in others),
                )
                for name, total in sorted(speakers.items())
            ]
        )
        n_labels, n_speakers = len(params.labels), len(params.only_speakers)
        self.labels_head.setText(
            self.tr("Labels: {count} ticked").format(count=n_labels) if chosen else self.tr("Labels: all")
        )
        self.speakers_head.setText(
            self.tr("Speakers: {count} ticked").format(count=n_speakers)
            if n_speakers
            else self.tr("Speakers: all {count}").format(count=len(speakers))
        )
        self.all_labels.setEnabled(chosen or bool(params.label_class))
        self.vowels.setEnabled(bool(guess.vowels))
        self.all_speakers.setEnabled(n_speakers > 0)
        self._speakers_part.setVisible(len(speakers) > 1)
        self.hint.setVisible(bool(guess.label_map))
        if guess.label_map:
            use = self.tr("Use it")
            self.hint.setText(
                f'{guess.told.capitalize()}. <a href="{guess.label_map}" style="color: {colours().accent}">'
                f"{use}</a>"
            )
        self._show_tiers()

    def _show_tiers(self) -> None:
        tiers = self._count.totals.tiers
        entries = [(self.tr("(found by name)"), "")]
        entries += [
            (self.tr("{name}  ({count})").format(name=name, count=count), name)
            for name, count in sorted(tiers.items(), key=lambda one: (-one[1], one[0]))
            if name.strip()
        ]
        # Two tiers of one name can be told apart only by their number.
        entries += [
            (self.tr("tier {number}: {name}").format(number=number, name=name), str(number))
            for number, name in sorted(self._count.totals.doubled)
        ]
        _fill(self.tier, entries, self._value.tier)

    def _show_maps(self) -> None:
        names = [self.tr("none"), *BUNDLED_MAPS]
        entries = list(zip(names, ("none", *BUNDLED_MAPS), strict=True))
        if self._value.label_map not in ("", "none", *BUNDLED_MAPS):
            entries.append((self._value.label_map, self._value.label_map))
        entries.append((self.tr("file…"), FILE))
        _fill(self.label_map, entries, self._value.label_map or "none")

    # Slots

    def _put(self, params: TokenParams) -> None:
        if params != self._value:
            self.set_value(params)
            self.changed.emit(params)

    def _on_tier(self) -> None:
        self._put(replace(self._value, tier=_chosen(self.tier)))

    def _on_label_map(self) -> None:
        chosen = _chosen(self.label_map)
        if chosen == FILE:
            kinds = self.tr("Label maps") + " (*.csv *.tsv *.xlsx *.yaml *.yml)"
            chosen, _ = QFileDialog.getOpenFileName(self, self.tr("Choose label map"), "", kinds)
            chosen = chosen or self._value.label_map
        self._put(replace(self._value, label_map=chosen or "none"))
        self._show_maps()

    def _on_hint(self, label_map: str) -> None:
        self._put(replace(self._value, label_map=label_map))

    def _on_all_labels(self) -> None:
        self._put(replace(self._value, labels=(), label_class=""))

    def _on_vowels(self) -> None:
        if self._value.label_map not in ("", "none"):
            self._put(replace(self._value, labels=(), label_class="vowel"))
        else:
            # Without a map the classes are only guessed, so the labels themselves are ticked.
            self._put(replace(self._value, labels=tuple(sorted(self._count.guess.vowels))))


def _numbers(total: int, kept: int, unticked: bool) -> str:
    return str(total) if unticked or kept == total else f"{kept} / {total}"


def _combo(name: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    return box


def _fill(box: QComboBox, entries: list[tuple[str, str]], value: str) -> None:
    known = [(box.itemText(row), box.itemData(row)) for row in range(box.count())]
    line = box.lineEdit()
    if line is not None and line.hasFocus() and line.isModified():
        return  # somebody is typing
    with QSignalBlocker(box):
        if known != entries:
            box.clear()
            for text, data in entries:
                box.addItem(text, data)
        row = box.findData(value)
        box.setCurrentIndex(row)
        if row < 0 and line is not None:
            line.setText(value)


def _chosen(box: QComboBox) -> str:
    """Return the value of the entry, or what was typed."""
    line = box.lineEdit()
    if line is not None:
        line.setModified(False)
    text = box.currentText().strip()
    row = box.findText(text, Qt.MatchFlag.MatchFixedString | Qt.MatchFlag.MatchCaseSensitive)
    return text if row < 0 else str(box.itemData(row))


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def _head(label: QLabel, *buttons: QToolButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(8, 2, 8, 0)
    row.setSpacing(4)
    row.addWidget(label, 1)
    for button in buttons:
        row.addWidget(button)
    return row


def _indented(widget: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(8, 0, 8, 2)
    row.addWidget(widget)
    return holder
