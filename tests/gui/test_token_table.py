"""The table of tokens: sorted and filtered as the library would, linked to the editor in both directions."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from measuring_material import ALICE, LIAM, Desk, make_desk
from PySide6.QtCore import QEvent, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from pytestqt.qtbot import QtBot
from w2vpraat_gui.panels.tokens_panel import LAYOUT, TokensPanel
from w2vpraat_gui.state import AppState
from w2vpraat_gui.tables.token_columns import in_full, shown
from w2vpraat_gui.tables.token_filter import filter_columns, filtering
from w2vpraat_gui.tables.token_model import MARKS, TokenModel
from w2vpraat_gui.watchdog import LIMIT

from w2vpraat.corpus.filtering import parse_filter
from w2vpraat.corpus.textgrid.edits import set_label

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
TABLE = pd.DataFrame(
    {
        "id": ["r2#1.2", "r2#1.10", "r10#1.1", "r10#1.3"],
        "label": ["iː", "ɪ", "iː", ""],
        "F1": [350.52204999999998, float("nan"), 1000.0, 350.52204999999998],
        "n_frames": pd.array([3, None, 12, 0], dtype="Int64"),
        "age": ["9", "", "10", "9"],
        "flag": [True, False, True, False],
    }
)


@pytest.fixture
def model(qtbot: QtBot) -> TokenModel:
    made = TokenModel()
    made.set_table(TABLE, metadata=["age"])
    return made


def cells(model: TokenModel, name: str, role: int = Qt.ItemDataRole.DisplayRole) -> list[str]:
    section = model.columns.index(name) + 1
    return [model.index(line, section).data(role) for line in range(model.rowCount())]


def test_cells(model: TokenModel) -> None:
    assert model.columns == ("id", "label", "F1", "n_frames", "flag", "age")
    assert cells(model, "F1") == ["350.522", "", "1000", "350.522"]
    assert cells(model, "F1", Qt.ItemDataRole.EditRole)[0] == "350.52205"
    assert cells(model, "F1", Qt.ItemDataRole.ToolTipRole)[0] == "350.52205"
    assert cells(model, "n_frames") == ["3", "", "12", "0"]
    assert cells(model, "flag") == ["TRUE", "FALSE", "TRUE", "FALSE"]
    label = model.index(0, model.columns.index("label") + 1)
    assert "Charis" in label.data(Qt.ItemDataRole.FontRole).family()
    assert shown(0.1 + 0.2) == "0.3"
    assert float(in_full(0.1 + 0.2)) == 0.1 + 0.2


@pytest.mark.parametrize(
    ("column", "order", "places"),
    [
        ("F1", UP, [0, 3, 2, 1]),
        ("F1", DOWN, [2, 0, 3, 1]),
        ("n_frames", UP, [3, 0, 2, 1]),
        ("age", UP, [0, 3, 2, 1]),  # 9 before 10, the empty cell last
        ("age", DOWN, [2, 0, 3, 1]),
        ("label", UP, [0, 2, 1, 3]),
        ("id", UP, [0, 1, 2, 3]),
        ("id", DOWN, [3, 2, 1, 0]),
    ],
)
def test_sorting_is_stable_by_value_and_empty_cells_come_last(
    model: TokenModel, column: str, order: Qt.SortOrder, places: list[int]
) -> None:
    model.sort(model.columns.index(column) + 1, order)
    assert cells(model, "id") == [TABLE["id"][place] for place in places]
    assert [model.line_of(TABLE["id"][place]) for place in places] == [0, 1, 2, 3]


def test_the_order_stays_when_tokens_are_measured_again(model: TokenModel) -> None:
    model.sort(model.columns.index("F1") + 1, DOWN)
    again = TABLE.assign(F1=[1.0, 4.0, 2.0, 3.0])
    model.set_table(again, metadata=["age"])
    assert cells(model, "F1") == ["4", "3", "2", "1"]


def test_selected_rows_keep_their_tokens_when_they_are_sorted(model: TokenModel, qtbot: QtBot) -> None:
    kept = QPersistentModelIndex(model.index(2, 1))
    model.sort(model.columns.index("F1") + 1, UP)
    assert model.token(kept.row()) == "r10#1.1"


@pytest.mark.parametrize(
    "text",
    ["", "label:iː", "-label:iː", "F1:>400", "F1:<=400 label:iː", "r2", "n_frames:3", 'label:""', "id:*.10"],
)
def test_filters_hold_row_by_row(model: TokenModel, text: str) -> None:
    accepted = parse_filter(text, filter_columns(model.columns))
    mask = list(filtering(accepted, model.columns, model.values))[-1]
    names = [one.partition("#")[0] for one in TABLE["id"]]
    rows = TABLE.assign(name=names).astype(object).where(TABLE.assign(name=names).notna(), None)
    assert mask.tolist() == [accepted.accepts(dict(row)) for _, row in rows.iterrows()]
    model.set_mask(mask)
    assert cells(model, "id") == TABLE["id"][mask].tolist()
    assert [model.line_of(one) for one in TABLE["id"][~mask]] == [-1] * int((~mask).sum())


def test_a_hundred_thousand_rows_are_fluent(qtbot: QtBot) -> None:
    n = 100_000
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "id": [f"rec{i // 100:04d}#2.{i % 100}" for i in range(n)],
            "label": rng.choice(list("aeiouɪʊɛ"), n),
            **{f"F{k}": rng.normal(500.0, 100.0, n) for k in range(1, 5)},
        }
    )
    model = TokenModel()

    def taken(work: object) -> float:
        begun = time.thread_time()
        work()  # type: ignore[operator]
        return time.thread_time() - begun

    assert taken(lambda: model.set_table(table)) < 5 * LIMIT
    f1 = model.columns.index("F1") + 1
    assert taken(lambda: model.sort(f1, DOWN)) < LIMIT
    assert taken(lambda: model.sort(f1 - 1, UP)) < 2 * LIMIT
    assert taken(lambda: model.set_mask(rng.random(n) < 0.5)) < LIMIT

    def paint() -> None:
        for line in range(50):
            for section in range(model.columnCount()):
                for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole):
                    model.index(line, section).data(role)

    assert taken(paint) < LIMIT


# The panel


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


@pytest.fixture
def panel(desk: Desk, corpus_folder: Path) -> TokensPanel:
    made = TokensPanel(desk.state, desk.actions, desk.measuring.places)
    desk.qtbot.addWidget(made)
    made.resize(1000, 400)
    made.show()
    assert "Ctrl+R" in made.empty.text()
    desk.open(corpus_folder, tokens={"only_speakers": [LIAM]})
    desk.measure()
    return made


def test_enter_and_double_click_show_the_token(panel: TokensPanel, desk: Desk) -> None:
    tokens = desk.state.results.opened.tokens.kept
    panel.table.setCurrentIndex(panel.model.index(3, 2))
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=10_000) as told:
        desk.qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert told.args == [tokens[3].id]
    view = desk.state.current.view
    assert (view.selection_start, view.selection_end) == (tokens[3].start, tokens[3].end)
    panel.table.setCurrentIndex(panel.model.index(1, 2))
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=10_000) as told:
        panel.table.doubleClicked.emit(panel.model.index(1, 2))
    assert told.args == [tokens[1].id]
    with desk.qtbot.waitSignal(panel.play_wanted, timeout=1000) as played:
        desk.qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    assert played.args == [tokens[1].id]


def test_the_token_in_the_editor_is_marked(panel: TokensPanel, desk: Desk) -> None:
    tokens = desk.state.results.opened.tokens.kept
    document = desk.show(LIAM)
    document.view.select(tokens[5].start, tokens[5].end, tier=2)
    assert panel.model.current == tokens[5].id
    line = panel.model.line_of(tokens[5].id)
    assert "editor" in panel.model.index(line, MARKS).data(Qt.ItemDataRole.ToolTipRole)
    document.view.select(0.0, tier=1)  # no token
    assert panel.model.current == ""
    desk.show(ALICE)
    assert panel.model.current == ""


def test_stale_rows_are_marked_and_still_open_the_right_interval(panel: TokensPanel, desk: Desk) -> None:
    tokens = desk.state.results.opened.tokens.kept
    document = desk.show(LIAM)
    assert not panel.again.isVisible()
    desk.state.history.edit(document, "Label", set_label(document.grid, 2, tokens[0].interval, "x"))
    desk.qtbot.waitUntil(lambda: panel.model.stale == {tokens[0].id}, timeout=5000)
    assert panel.again.isVisible()
    assert "1 token" in panel.stale_label.text()
    tip = panel.model.index(0, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert "measure again" in tip
    with desk.qtbot.waitSignal(desk.state.results_changed, timeout=60_000):
        desk.qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    assert panel.model.stale == frozenset()
    assert not panel.again.isVisible()


def _write(panel: TokensPanel, text: str) -> None:
    """Type letters that no key of QTest has."""
    panel.filter_line.setFocus()
    for sign in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, sign)
            QGuiApplication.sendEvent(panel.filter_line, event)


def test_filter_line(panel: TokensPanel, desk: Desk) -> None:
    _write(panel, "label:iː,ɪ")
    desk.qtbot.waitUntil(lambda: panel.model.rowCount() == 2, timeout=5000)
    assert "2 of" in panel.summary.text()
    panel.filter_line.selectAll()
    desk.qtbot.keyClicks(panel.filter_line, "lable:x")
    desk.qtbot.waitUntil(panel.error_label.isVisible, timeout=5000)
    assert 'did you mean "label"' in panel.error_label.text()
    assert panel.model.rowCount() == panel.model.n_rows
    desk.qtbot.keyClick(panel.filter_line, Qt.Key.Key_Escape)
    assert not panel.error_label.isVisible()


def test_copied_rows_are_a_table(panel: TokensPanel, desk: Desk) -> None:
    panel.column_model.tick([name for name in panel.model.columns if name in ("id", "label", "F1")])
    panel.table.selectRow(1)
    desk.qtbot.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    desk.qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    table = desk.state.results.table
    assert lines[0] == ["id", "label", "F1"]
    assert [line[0] for line in lines[1:]] == table["id"].tolist()[1:3]
    assert [float(line[2]) for line in lines[1:]] == table["F1"].tolist()[1:3]


def test_hidden_columns_are_a_choice_of_the_session(panel: TokensPanel, desk: Desk) -> None:
    names = [name for name in panel.model.columns if name not in ("file_name", "tier")]
    panel.column_model.tick(names)
    hidden = [panel.table.isColumnHidden(n) for n in range(1, panel.model.columnCount())]
    assert [name for name, is_hidden in zip(panel.model.columns, hidden, strict=True) if is_hidden] == [
        "file_name",
        "tier",
    ]
    assert desk.state.session is not None
    assert desk.state.session.layout[LAYOUT] == ["file_name", "tier"]
    desk.measure()
    assert panel.table.isColumnHidden(panel.model.columns.index("tier") + 1)


def test_skipped_files_and_notes_are_listed(panel: TokensPanel, desk: Desk, corpus_folder: Path) -> None:
    (corpus_folder / f"{ALICE}.flac").write_bytes(b"no sound")
    desk.set_options("tokens", only_speakers=[])
    desk.measure()
    assert "1 file skipped" in panel.lists.text()
    panel.lists.linkActivated.emit("skipped")
    assert panel.list_dialog is not None
    model = panel.list_dialog.table.model()
    assert model.rowCount() == 1
    assert model.index(0, 0).data() == ALICE
