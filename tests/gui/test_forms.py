"""Forms show every parameter of a group, say what is wrong, and return what was typed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot
from w2vpraat_gui.forms import ParamForm, title_of

from w2vpraat.params import FormantParams, ParamGroup, TokenParams, param, parameter_groups


@pytest.mark.parametrize("section", list(parameter_groups()))
def test_every_group_has_a_form_that_gives_its_defaults_back(qtbot: QtBot, section: str) -> None:
    kind = parameter_groups()[section]
    form = ParamForm(kind)
    qtbot.addWidget(form)
    assert set(form.fields) == {name for name, *_ in kind.describe()}
    assert form.value() == kind()
    for name, field in form.fields.items():
        assert field.toolTip(), name
        assert field.accessibleName(), name


def test_typing_changes_the_group_and_emits_it_once(qtbot: QtBot) -> None:
    form = ParamForm(FormantParams)
    qtbot.addWidget(form)
    form.show()
    ceiling = form.fields["ceiling"]
    assert isinstance(ceiling, QDoubleSpinBox)
    assert ceiling.suffix() == " Hz"
    seen: list[object] = []
    form.changed.connect(seen.append)
    ceiling.setFocus()
    ceiling.selectAll()
    qtbot.keyClicks(ceiling, "5000")
    qtbot.keyClick(ceiling, Qt.Key.Key_Return)
    assert seen == [FormantParams(ceiling=5000.0)]
    mode = form.fields["ceiling_mode"]
    assert isinstance(mode, QComboBox)
    mode.setCurrentIndex(mode.findData("speaker"))
    assert form.value() == FormantParams(ceiling=5000.0, ceiling_mode="speaker")
    count = form.fields["n_reported"]
    assert isinstance(count, QSpinBox)
    count.setValue(99)
    assert count.value() == 7
    points = form.fields["points"]
    assert isinstance(points, QLineEdit)
    points.setText("0.2, 0.5,0.8")
    points.editingFinished.emit()
    assert form.value().as_dict()["points"] == [0.2, 0.5, 0.8]


def test_what_is_wrong_is_said_and_the_old_value_stays(qtbot: QtBot) -> None:
    form = ParamForm(FormantParams, names=("points",))
    qtbot.addWidget(form)
    seen: list[object] = []
    form.changed.connect(seen.append)
    points = form.fields["points"]
    assert isinstance(points, QLineEdit)
    points.setText("0.2, 1.5")
    points.editingFinished.emit()
    assert "points" in form.problem
    assert "out of range" in form.problem
    assert form.value() == FormantParams()
    points.setText("half")
    points.editingFinished.emit()
    assert form.problem
    points.setText("0.5")
    points.editingFinished.emit()
    assert form.problem == ""
    assert seen == []


def test_numbers_keep_the_digits_that_a_box_does_not_show(qtbot: QtBot) -> None:
    form = ParamForm(FormantParams)
    qtbot.addWidget(form)
    odd = FormantParams(window=0.0251234567)
    form.set_value(odd)
    check = form.fields["ceiling_mode"]
    assert isinstance(check, QComboBox)
    check.setCurrentIndex(check.findData("fixed"))
    assert form.value() == replace(odd, ceiling_mode="fixed")


def test_names_left_out_keep_their_values(qtbot: QtBot) -> None:
    form = ParamForm(TokenParams, names=("tier", "label_class"))
    qtbot.addWidget(form)
    form.set_value(TokenParams(stop_words=("the", "a")))
    tier = form.fields["tier"]
    assert isinstance(tier, QLineEdit)
    tier.setText("phones")
    tier.editingFinished.emit()
    assert form.value() == TokenParams(tier="phones", stop_words=("the", "a"))


def test_switches_and_titles(qtbot: QtBot) -> None:
    @dataclass(frozen=True)
    class Switches(ParamGroup):
        show_it: bool = param(True, "Show it.")

    form = ParamForm(Switches)
    qtbot.addWidget(form)
    box = form.fields["show_it"]
    assert isinstance(box, QCheckBox)
    assert box.isChecked()
    box.setChecked(False)
    assert form.value().as_dict() == {"show_it": False}
    assert title_of("n_formants") == "Number of formants"
    assert title_of("max_duration") == "Max duration"
