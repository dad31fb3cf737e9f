"""The panel of two annotators, as it is used: with mouse and keys, in both shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
from answering import choose_file
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from second_desk import NAME, PHONES, SecondDesk, second_file
from w2vpraat_gui.dialogs.blind_dialog import BlindDialog
from w2vpraat_gui.fonts import label_family
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.disagreement_model import KIND, MINE, SIZE, THEIRS, TIME
from w2vpraat_gui.theme import apply_theme, colour

from w2vpraat.corpus.textgrid import edits, read_textgrid

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def theirs(corpus_folder: Path) -> Path:
    return second_file(corpus_folder)


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, corpus_folder: Path) -> SecondDesk:
    return SecondDesk(qtbot, state, corpus_folder)


@pytest.fixture
def full(desk: SecondDesk, theirs: Path) -> SecondDesk:
    desk.ready(theirs)
    return desk


def _click(desk: SecondDesk, row: int, *, double: bool = False, shift: bool = False) -> None:
    table = desk.panel.table
    place = table.visualRect(desk.panel.model.index(row, TIME)).center()
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(table.viewport(), LEFT, held, place)
    if double:
        QTest.mouseDClick(table.viewport(), LEFT, held, place)


def _press(desk: SecondDesk, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or desk, key, held)


# What is shown


def test_every_state_without_a_list_says_what_to_do(desk: SecondDesk, theirs: Path) -> None:
    panel = desk.panel
    assert panel.pages.currentIndex() == 0
    assert "Open a recording" in panel.empty.text()
    assert not panel.load_button.isEnabled()
    desk.open_session()
    desk.open_recording()
    assert "drop it here" in panel.empty.text()
    answer = choose_file(str(theirs))
    QTest.mouseClick(panel.load_button, LEFT)
    answer.stop()
    desk.ended()
    assert panel.pages.currentIndex() == 1
    assert panel.summary.file.text() == theirs.name
    assert panel.model.rowCount() == 7
    desk.review.adopt_all(desk.review.order)
    desk.ended()
    assert panel.lists.currentWidget() is panel.nothing
    assert panel.nothing.text() == "No disagreements: labels are the same, boundaries within 20 ms."
    assert not panel.next_button.isEnabled()


def test_rows_show_kind_time_size_mine_and_theirs(full: SecondDesk) -> None:
    ours = full.phones
    kinds = full.cells(KIND)
    assert [float(time) for time in full.cells(TIME)] == sorted(float(time) for time in full.cells(TIME))
    at = kinds.index("Boundary")
    assert full.cells(TIME)[at] == f"{ours.interval(3).end:.3f}"
    assert full.cells(SIZE)[at] == "+30.0"
    label = ours.interval(4).label
    assert full.cells(MINE)[at] == f"|{label}  {ours.interval(3).end:.4f}"
    assert full.cells(THEIRS)[at] == f"|{label}  {ours.interval(3).end + 0.03:.4f}"
    assert "−25.0" in full.cells(SIZE)
    at = kinds.index("Label")
    assert (full.cells(MINE)[at], full.cells(THEIRS)[at]) == (ours.interval(6).label, "ɾ")
    at = kinds.index("Only theirs")
    assert (full.cells(MINE)[at], full.cells(THEIRS)[at]) == ("–", "ʔ")
    at = kinds.index("Only mine")
    assert full.cells(THEIRS)[at] == "–"
    model = full.panel.model
    font = model.data(model.index(0, MINE), Qt.ItemDataRole.FontRole)
    assert font.family() == label_family()
    spoken = model.data(model.index(kinds.index("Boundary"), MINE), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"Mine: start of {label}  {ours.interval(3).end:.4f}"


def test_numbers_are_those_of_the_library(full: SecondDesk) -> None:
    assert full.source.compared is not None
    numbers, values = full.source.compared.numbers, full.panel.summary.values
    assert values["items"].text() == f"{numbers['n_first']} mine, {numbers['n_second']} theirs"
    assert values["paired"].text() == f"{numbers['n_matched']}; only mine 1, only theirs 1"
    assert f"median {numbers['median_ms']:.1f} ms" in values["boundaries"].text()
    assert f"90 % up to {numbers['p90_ms']:.1f} ms" in values["boundaries"].text()
    assert f"20 ms: {100 * numbers['within_20ms']:.1f}\u00a0%" in values["within"].text()
    assert f"κ {numbers['kappa']:.3f}" in values["labels"].text()
    told = full.panel.summary.histogram.accessibleDescription()
    assert "1 by more than 50 ms" not in told
    assert "3 by 10 to 50 ms later" not in told
    assert full.panel.summary.caution.isHidden()


def test_hardly_anything_paired_asks_whether_it_is_the_same_recording(
    desk: SecondDesk, corpus_folder: Path
) -> None:
    grid = read_textgrid(corpus_folder / f"{NAME}.TextGrid")
    tier = grid.interval_tier(PHONES)
    for number in range(1, len(tier) + 1):
        grid = edits.set_label(grid, PHONES, number, "x" if number % 40 == 0 else "")
    desk.ready(second_file(corpus_folder, grid=grid))
    assert desk.panel.summary.caution.isHidden()  # the few are paired
    for number in range(1, len(tier), 2):
        if number not in (39, 41):
            grid = edits.move_boundary(
                grid, PHONES, number, grid.interval_tier(PHONES).interval(number).end + 0.001
            )
    shifted = grid.interval_tier(PHONES)
    moved = tuple(
        item._replace(label="x" if item.label == "" and number % 9 == 0 else "")
        for number, item in enumerate(shifted, 1)
    )
    other = type(shifted)(shifted.name, shifted.start, shifted.end, moved)
    silent = edits.set_label(desk.document.grid, PHONES, 1, "")
    for number in range(1, len(tier) + 1):
        keep = number % 9 == 4
        silent = edits.set_label(silent, PHONES, number, "a" if keep else "")
    desk.document.set_second(grid.with_tier(PHONES, other))
    desk.edit(silent)
    assert not desk.panel.summary.caution.isHidden()
    assert "same recording" in desk.panel.summary.caution.text()


# Filter and order


def test_filters_by_kind_and_size(full: SecondDesk) -> None:
    panel = full.panel
    assert panel.kind.itemText(0) == "All kinds (7)"
    _choose(panel.kind, 1)
    assert panel.kind.currentData() == "boundary"
    assert set(full.cells(KIND)) == {"Boundary"}
    assert len(full.cells(KIND)) == 4
    panel.smallest.setFocus()
    panel.smallest.selectAll()
    QTest.keyClicks(panel.smallest, "10")
    QTest.keyClick(panel.smallest, Qt.Key.Key_Return)
    assert len(full.cells(KIND)) == 5
    assert "+12.0" in full.cells(SIZE)
    session = full.state.session
    assert session is not None
    assert session.layout["second"]["smallest"] == 10.0
    _choose(panel.kind, 4)
    assert full.cells(KIND) == ["Only mine"]
    panel.smallest.setValue(500.0)  # of boundaries only
    assert full.cells(KIND) == ["Only mine"]
    _choose(panel.kind, 1)
    assert panel.lists.currentWidget() is panel.nothing
    assert panel.nothing.text() == "None of this kind."


def test_a_click_on_a_header_sorts_and_next_follows(full: SecondDesk) -> None:
    table = full.panel.table
    header = table.horizontalHeader()
    first = full.review.order[0]
    _click(full, 0)

    def click(column: int) -> None:
        place = QPoint(header.sectionViewportPosition(column) + 10, header.height() // 2)
        QTest.mouseClick(header.viewport(), LEFT, pos=place)

    click(SIZE)
    click(SIZE)  # the largest first
    sizes = [one.size_ms for one in full.review.order]
    assert sizes == sorted(sizes, reverse=True)
    assert full.review.chosen == (first,)  # the row stays selected where it is now
    full.review.current = full.review._seen = None
    full.actions_["second.next"].trigger()
    assert full.review.current == full.review.order[0]
    click(KIND)
    kinds = full.cells(KIND)
    assert kinds == ["Boundary"] * 4 + ["Label", "Only theirs", "Only mine"]


# Go, keep, adopt


def test_enter_and_a_double_click_go_there(full: SecondDesk) -> None:
    view = full.document.view
    _click(full, 1)
    assert view.length > 20  # a click alone goes nowhere
    _press(full, Qt.Key.Key_Return)
    one = full.review.order[1]
    assert view.start <= one.time <= view.end
    assert view.length == pytest.approx(3.0)
    assert view.tier == PHONES
    table = full.panel.table
    table.setCurrentIndex(table.model().index(2, KIND))  # as a screen reader does
    full.actions_["second.next"].trigger()  # the row where the list stands was not gone to yet
    assert full.review.current == full.review.order[2]
    _click(full, 4, double=True)
    other = full.review.order[4]
    assert full.review.current == other
    assert view.start <= other.time <= view.end


def test_letters_keep_and_adopt_without_the_mouse(full: SecondDesk) -> None:
    table = full.panel.table
    table.setFocus()
    before = list(full.review.order)
    _press(full, Qt.Key.Key_Down)
    _press(full, Qt.Key.Key_K)
    assert [full.review.mark(one) for one in full.review.order] == [
        full.review.mark(one) for one in before[:1] + before[2:]
    ]
    assert table.currentIndex().row() == 1  # what took its place
    _press(full, Qt.Key.Key_A)
    full.ended()
    assert full.acts[0] == "Keep mine"
    assert full.acts[1].startswith("Adopt")
    assert len(full.review.order) == len(before) - 2
    assert table.hasFocus()
    _press(full, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    _press(full, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    _press(full, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(full.review.chosen) == 3
    assert full.panel.adopt_button.text() == "Adopt theirs (3)"
    _press(full, Qt.Key.Key_A)
    full.ended()
    assert full.acts[2] == "Adopt 3 of the second annotator's"
    assert len(full.review.order) == len(before) - 5


def test_kept_rows_can_be_listed_and_decided_again(full: SecondDesk) -> None:
    panel = full.panel
    _click(full, 0)
    QTest.mouseClick(panel.keep_button, LEFT)
    assert panel.model.rowCount() == 6
    assert panel.show_kept.text() == "kept (1)"
    QTest.mouseClick(panel.show_kept, LEFT, pos=QPoint(8, panel.show_kept.height() // 2))
    assert panel.model.rowCount() == 7
    assert full.cells(KIND)[0] == "Boundary, kept"
    _click(full, 0)
    assert panel.keep_button.text() == "Decide again"
    QTest.mouseClick(panel.keep_button, LEFT)
    assert full.cells(KIND)[0] == "Boundary"
    assert full.acts == ["Keep mine", "Decide again"]


def test_all_of_a_kind_leaves_out_what_is_kept(full: SecondDesk) -> None:
    panel, before = full.panel, full.document.grid
    _click(full, 0)
    QTest.mouseClick(panel.keep_button, LEFT)
    QTest.mouseClick(panel.show_kept, LEFT, pos=QPoint(8, panel.show_kept.height() // 2))
    _click(full, full.cells(KIND).index("Boundary"))
    assert panel.adopt_all_button.text() == "Adopt all boundaries (3)"
    QTest.mouseClick(panel.adopt_all_button, LEFT)
    full.ended()
    assert full.acts[-1] == "Adopt 3 of the second annotator's"
    # The start of the vowel whose beginning is theirs alone was moved; the end before it went along.
    assert [kind for kind in full.cells(KIND) if kind.startswith("Boundary")] == [
        "Boundary, kept",
        "Boundary",
    ]
    assert full.cells(MINE)[full.cells(KIND).index("Boundary")].split()[0].endswith("|")
    full.undo()
    assert full.document.grid == before


def test_the_key_of_next_works_in_the_whole_window(full: SecondDesk) -> None:
    full.panel.smallest.setFocus()
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    _press(full, Qt.Key.Key_D, held)
    assert full.review.current == full.review.order[0]
    _press(full, Qt.Key.Key_D, held)
    assert full.review.current == full.review.order[1]
    assert full.panel.table.lines() == [1]


# Tiers, files


def test_tiers_are_chosen_in_the_lists(full: SecondDesk) -> None:
    summary = full.panel.summary
    assert (summary.mine.currentText(), summary.theirs.currentText()) == ("2  phones", "2  phones")
    _choose(summary.mine, 0)
    full.ended()
    assert full.source.tiers == (1, 1)
    assert full.listed == []  # the words are the same
    _choose(summary.theirs, 0)
    full.ended()
    assert full.source.tiers == (1, 0)
    assert full.panel.nothing.text().startswith("Choose the tier")
    _choose(summary.theirs, 1)
    full.ended()
    assert full.source.tiers == (1, 1)


def _choose(box: QComboBox, row: int) -> None:
    """Choose a row of a list with the keyboard."""
    box.setFocus()
    while box.currentIndex() != row:
        QTest.keyClick(box, Qt.Key.Key_Up if box.currentIndex() > row else Qt.Key.Key_Down)


def test_a_textgrid_that_is_dropped_on_the_panel_is_loaded(desk: SecondDesk, theirs: Path) -> None:
    desk.open_session()
    desk.open_recording()

    def drop(path: Path) -> bool:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(5, 5), copy, data, LEFT, none)
        enter.ignore()
        QApplication.sendEvent(desk.panel, enter)
        if enter.isAccepted():
            QApplication.sendEvent(desk.panel, QDropEvent(QPointF(5, 5), copy, data, LEFT, none))
        desk.ended()
        return enter.isAccepted()

    assert not drop(theirs.with_suffix(".wav"))
    assert drop(theirs)
    assert desk.source.path == theirs


# Blind copy


def test_blind_copy_is_asked_for_and_told(desk: SecondDesk, corpus_folder: Path) -> None:
    desk.open_session()
    desk.open_recording()
    QTest.mouseClick(desk.panel.blind_button, LEFT)
    dialog = desk.findChild(BlindDialog)
    assert dialog is not None
    assert dialog.tier.currentData() == PHONES
    dialog.share.setFocus()
    dialog.share.selectAll()
    QTest.keyClicks(dialog.share, "50")
    dialog.share.interpretText()
    n, whole = desk.second.count_blind(PHONES, 0.5, 0)
    assert dialog.told.text() == f"{n} of {whole} labels will be empty."
    QTest.mouseClick(dialog.make, LEFT)
    desk.ended()
    made = corpus_folder / f"{NAME}_blind.TextGrid"
    assert (
        len([item for item in read_textgrid(made).interval_tier(PHONES) if item.label.strip()]) == whole - n
    )
    desk.load(made)
    box = desk.panel.summary.sample
    assert box.isVisible()
    assert box.isChecked()
    assert box.text() == f"Only the blind sample ({n})"
    QTest.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    desk.ended()
    assert desk.source.notes.whole
    assert not box.isChecked()


def test_blind_copy_of_an_empty_tier_is_refused_in_the_dialog(desk: SecondDesk) -> None:
    desk.open_session()
    desk.open_recording()
    grid = desk.document.grid
    for number in range(1, len(desk.phones) + 1):
        grid = edits.set_label(grid, PHONES, number, "")
    desk.state.history.edit(desk.document, "Empty", grid)
    desk.actions_["second.blind"].trigger()
    dialog = desk.findChild(BlindDialog)
    assert dialog is not None
    assert not dialog.make.isEnabled()
    assert "no item of this tier has a label" in dialog.told.text()
    dialog.reject()


# Looks


def test_every_control_has_a_name(full: SecondDesk) -> None:
    kinds = (QAbstractButton, QComboBox, QAbstractSpinBox, QTableView)
    for widget in full.panel.findChildren(QWidget):
        if isinstance(widget, kinds) and widget.isVisible() and not _is_inner(widget):
            assert widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()), widget


def _is_inner(widget: QWidget) -> bool:
    """Whether Qt made it: buttons of scroll bars and headers."""
    parent = widget.parentWidget()
    return isinstance(parent, QTableView) and not isinstance(widget, QToolButton)


def test_nothing_is_cut_in_either_shape(full: SecondDesk) -> None:
    for width, height in ((1270, 290), (400, 640), (520, 640), (1270, 290)):
        full.resize(width, height)
        QApplication.processEvents()
        panel = full.panel
        assert panel.width() <= width
        assert panel._both.minimumSize().width() <= panel.width()
        assert panel._both.minimumSize().height() <= panel.height()
        for button in (panel.next_button, panel.keep_button, panel.adopt_button, panel.adopt_all_button):
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 8
            assert button.mapTo(panel, QPoint(button.width(), 0)).x() <= panel.width()
        header = panel.table.horizontalHeader()
        assert header.length() <= panel.table.viewport().width() + 1
        beside = panel.summary.mapTo(panel, QPoint()).y() == panel.kind.mapTo(panel, QPoint()).y()
        assert beside == (width > 1000)


def test_dark_theme_is_taken_while_the_panel_is_open(full: SecondDesk) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = application.styleSheet(), application.palette()
    try:
        apply_theme(application, "dark")
        QApplication.processEvents()
        image = full.panel.summary.histogram.grab().toImage()
        seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert colour("second").name() in seen
        assert colour("second").name() == "#e39ac8"
    finally:
        apply_theme(application, "light")
        application.setStyleSheet(before[0])
        application.setPalette(before[1])
