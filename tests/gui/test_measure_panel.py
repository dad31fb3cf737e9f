"""The forms follow the session, each choice is one act, and the numbers below are those of the corpus."""

from __future__ import annotations

from pathlib import Path

import pytest
from measuring_material import ALICE, LIAM, Desk, make_desk
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDoubleSpinBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from w2vpraat_gui.panels.measure_panel import MeasurePanel
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.check_model import NOTE, TEXT

from w2vpraat.normalize.methods import METHOD_INFO
from w2vpraat.params import (
    EmbedParams,
    FormantParams,
    IntensityParams,
    NormalizeParams,
    PitchParams,
    TokenParams,
)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


@pytest.fixture
def panel(desk: Desk, corpus_folder: Path) -> MeasurePanel:
    made = MeasurePanel(desk.state, desk.actions, desk.measuring)
    desk.qtbot.addWidget(made)
    desk.open(corpus_folder)
    made.resize(320, 700)
    made.show()
    for section in made.sections.values():
        section.fold.setChecked(True)
    return made


def test_every_parameter_has_a_control(panel: MeasurePanel) -> None:
    shown = {
        TokenParams: {*panel.tokens.forms.fields, "tier", "label_map", "labels", "only_speakers"},
        EmbedParams: {*panel.model.forms.fields, "model", "layers"},
        FormantParams: set(panel.acoustics.forms["formants"].fields),
        PitchParams: set(panel.acoustics.forms["pitch"].fields),
        IntensityParams: set(panel.acoustics.forms["intensity"].fields),
        NormalizeParams: {
            *panel.normalize.forms.fields,
            "scale",
            "methods",
            "f0_methods",
            "embedding_methods",
        },
    }
    for kind, names in shown.items():
        assert names == {name for name, *_ in kind.describe()}, kind


def test_every_control_has_a_name(panel: MeasurePanel) -> None:
    for kind in (QComboBox, QAbstractButton, QLineEdit, QDoubleSpinBox):
        for widget in panel.findChildren(kind):
            inside = isinstance(widget.parent(), (QComboBox, QDoubleSpinBox)) or not widget.isVisible()
            if not inside and not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_a_choice_is_one_act_and_undo_shows_in_the_form(panel: MeasurePanel, desk: Desk) -> None:
    state = desk.state
    box = panel.acoustics.forms["formants"].fields["ceiling_female"]
    assert isinstance(box, QDoubleSpinBox)
    acts = state.history.stack.count()
    box.setFocus()
    box.selectAll()
    desk.qtbot.keyClicks(box, "5800")
    desk.qtbot.keyClick(box, Qt.Key.Key_Return)
    assert state.session.settings.formants.ceiling_female == 5800.0
    assert state.history.stack.count() == acts + 1
    assert state.history.stack.undoText() == "Change formants"
    state.history.undo()
    assert state.session.settings.formants == FormantParams()
    assert box.value() == 5500.0
    mode = panel.acoustics.forms["formants"].fields["ceiling_mode"]
    assert isinstance(mode, QComboBox)
    mode.setCurrentIndex(mode.findData("token"))
    assert "token" in panel.sections["formants"].note.line
    # Others may change the session too.
    desk.set_options("formants", ceiling_mode="speaker")
    assert mode.currentData() == "speaker"


def test_everyday_fields_and_the_others_are_one_group(panel: MeasurePanel, desk: Desk) -> None:
    forms = panel.acoustics.forms["formants"]
    assert not forms.rest.isVisible()
    desk.qtbot.mouseClick(forms.more, Qt.MouseButton.LeftButton)
    assert forms.rest.isVisible()
    for name, value in (("n_formants", 4.5), ("preemphasis", 60.0)):
        field = forms.fields[name]
        assert isinstance(field, QDoubleSpinBox)
        field.setValue(value)
    found = desk.state.session.settings.formants
    assert (found.n_formants, found.preemphasis) == (4.5, 60.0)


def test_normalizations_are_ticked_and_name_their_authors(panel: MeasurePanel, desk: Desk) -> None:
    model = panel.normalize.models["formants"]
    assert [line.key for line in model.lines] == list(METHOD_INFO)
    row = [line.key for line in model.lines].index("syrdal_gopal")
    assert "1986" in model.index(row, NOTE).data()
    assert "Z1 - Z0" in model.index(row, TEXT).data(Qt.ItemDataRole.ToolTipRole)
    view = panel.normalize.lists["formants"]
    view.setCurrentIndex(model.index(row, TEXT))
    view.setFocus()
    desk.qtbot.keyClick(view, Qt.Key.Key_Space)
    found = desk.state.session.settings.normalize.methods
    assert found == ("lobanov", "nearey2", "deltaf", "syrdal_gopal")
    panel.normalize.models["embedding"].tick(("pca",))
    assert desk.state.session.settings.normalize.embedding_methods == ("pca",)
    assert desk.state.session.settings.normalize.methods == found
    row = panel.normalize.scale.findData("bark_traunmuller")
    panel.normalize.scale.activated.emit(row)
    assert desk.state.session.settings.normalize.scale == "bark_traunmuller"
    desk.state.history.undo()
    desk.state.history.undo()
    assert panel.normalize.models["embedding"].keys == {"z"}


def test_numbers_below_and_the_list_of_what_is_left_out(panel: MeasurePanel, desk: Desk) -> None:
    desk.set_options("tokens", min_duration=0.15)
    desk.counted()
    totals = desk.measuring.count.totals
    text = panel.counted.text()
    assert f"{totals.kept} tokens kept" in text
    assert f"{totals.left_out} left out" in text
    assert f"{totals.reasons['short']} shorter than 150 ms" in text
    assert f"{totals.reasons['stop_word']} in stop words" in text
    panel.counted.linkActivated.emit("left")
    desk.qtbot.waitUntil(lambda: panel.left_out is not None and panel.left_out.isVisible(), timeout=10_000)
    model = panel.left_out.table.model()
    assert model.rowCount() == totals.left_out
    reasons = [model.index(row, 5).data() for row in range(model.rowCount())]
    assert sum("shorter than 0.15 s" in reason for reason in reasons) == totals.reasons["short"]
    first = model.index(0, 0).data()
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=10_000) as told:
        panel.left_out.table.setCurrentIndex(model.index(0, 1))
        desk.qtbot.keyClick(panel.left_out.table, Qt.Key.Key_Return)
    assert told.args == [first]


def test_what_is_wrong_with_the_wishes_is_told(panel: MeasurePanel, desk: Desk) -> None:
    desk.set_options("tokens", label_map="none", label_class="vowel")
    desk.qtbot.waitUntil(lambda: "label map" in panel.counted.text(), timeout=5000)
    assert "→" in panel.counted.text()


def test_measure_and_cancel(panel: MeasurePanel, desk: Desk) -> None:
    assert "Ctrl+R" in panel.run.text()
    desk.set_options("tokens", only_speakers=[LIAM])
    with desk.qtbot.waitSignal(desk.state.results_changed, timeout=60_000):
        desk.qtbot.mouseClick(panel.run, Qt.MouseButton.LeftButton)
        assert panel.run.text() == "Cancel"
    desk.qtbot.waitUntil(lambda: "Ctrl+R" in panel.run.text(), timeout=5000)
    desk.qtbot.mouseClick(panel.run, Qt.MouseButton.LeftButton)
    job = desk.measuring.job
    assert job is not None
    desk.qtbot.mouseClick(panel.run, Qt.MouseButton.LeftButton)
    desk.qtbot.waitUntil(lambda: job.has_ended, timeout=30_000)
    assert job.state == "cancelled"


def test_ceilings_set_by_hand_are_told_and_can_be_taken_back(panel: MeasurePanel, desk: Desk) -> None:
    state = desk.state
    assert not panel.acoustics.by_hand.isVisible()
    session = state.session.with_ceiling(ALICE, 5200.0)
    state.update_session("Ceiling", settings=session.settings)
    assert panel.acoustics.by_hand.isVisible()
    assert "1 speaker" in panel.acoustics.by_hand.text()
    desk.qtbot.mouseClick(panel.acoustics.release, Qt.MouseButton.LeftButton)
    assert state.session.settings.ceilings == ()
    state.history.undo()
    assert state.session.settings.ceilings[0].ceiling == 5200.0


def test_the_wheel_is_left_to_the_panel(panel: MeasurePanel, desk: Desk) -> None:
    box = panel.acoustics.forms["formants"].fields["ceiling_mode"]
    number = panel.acoustics.forms["formants"].fields["n_formants"]
    before = desk.state.session.settings
    for field in (box, number):
        assert not _wheel(field).isAccepted()  # so Qt hands it to what scrolls
    assert desk.state.session.settings == before
    # Where the keyboard is, the wheel works as anywhere.
    panel.activateWindow()
    number.setFocus()
    desk.qtbot.waitUntil(number.hasFocus, timeout=5000)
    assert _wheel(number).isAccepted()
    assert desk.state.session.settings.formants.n_formants == 5.5


def _wheel(widget: QWidget) -> QWheelEvent:
    place = QPointF(widget.rect().center())
    event = QWheelEvent(
        place,
        QPointF(widget.mapToGlobal(widget.rect().center())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


def test_nothing_is_wider_than_the_panel(panel: MeasurePanel, desk: Desk) -> None:
    inner = panel.area.widget()
    for section in panel.sections.values():
        assert section.width() <= panel.area.viewport().width()
        for child in section.content.findChildren(QWidget):
            if child.isVisible() and child.parent() is section.content:
                right = child.mapTo(inner, QPoint(child.width(), 0)).x()
                assert right <= inner.width(), child
    assert inner.minimumSizeHint().width() <= 306


def test_without_a_session_nothing_can_be_chosen(desk: Desk) -> None:
    made = MeasurePanel(desk.state, desk.actions, desk.measuring)
    desk.qtbot.addWidget(made)
    made.show()
    assert not any(section.content.isEnabled() for section in made.sections.values())
    assert not made.run.isEnabled()
