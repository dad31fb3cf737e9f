"""Fine-tuning from the window: what is learned, the curve, cancel and go on, the new model in the lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from measuring_material import Desk, make_desk
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from tone_speech import write_base
from w2vpraat_gui.panels.model_choice import ModelChoice
from w2vpraat_gui.panels.training_panel import TrainingPanel
from w2vpraat_gui.state import AppState
from w2vpraat_gui.training.training import ModelTraining

from w2vpraat.corpus.textgrid.edits import set_label
from w2vpraat.models.catalogue import find_model

QUICK: dict[str, Any] = {
    "steps": 6,
    "batch_seconds": 2.0,
    "crop_seconds": 1.0,
    "evaluate_every": 2,
    "checkpoint_every": 2,
    "min_class_frames": 5,
    "device": "cpu",
    "held_out_speakers": ["gb_f_alice"],
    "held_out": 0.0,
    "test": 0.0,
}


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


def panel_of(desk: Desk, corpus_folder: Path, tmp_path: Path, **values: Any) -> TrainingPanel:
    base = write_base(tmp_path / "tiny")
    desk.open(
        corpus_folder,
        finetune={**QUICK, "base": str(base), "tasks": ["phone", "height=map:vowel_height"], **values},
    )
    panel = TrainingPanel(desk.state, desk.actions, ModelTraining(desk.state))
    desk.qtbot.addWidget(panel)
    panel.resize(1100, 420)
    panel.show()
    desk.qtbot.waitUntil(
        lambda: panel.training.balance is not None or panel.training.error is not None, timeout=20_000
    )
    assert panel.training.error is None
    return panel


def press(desk: Desk, button: QPushButton) -> None:
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def cells(panel: TrainingPanel, name: str) -> list[list[str]]:
    model = getattr(panel, name).model()
    return [
        [str(model.data(model.index(row, column))) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_shown_panel_says_what_would_be_learned_from_what(
    desk: Desk, corpus_folder: Path, tmp_path: Path
) -> None:
    panel = panel_of(desk, corpus_folder, tmp_path)
    table = panel.training.balance.table
    shown = cells(panel, "classes")
    assert [(row[0], row[1], row[2]) for row in shown] == [
        (row["task"], row["class"], str(row["train"])) for row in table.to_dict("records")
    ]
    assert {row[0] for row in shown} == {"phone", "height"}
    assert "1 speakers for training" in panel.told.text()
    assert not list(tmp_path.glob("models/*"))


def test_trained_model_is_listed_and_can_be_chosen(desk: Desk, corpus_folder: Path, tmp_path: Path) -> None:
    panel = panel_of(desk, corpus_folder, tmp_path)
    choice = ModelChoice(desk.state)
    desk.qtbot.addWidget(choice)
    choice.start()
    desk.qtbot.waitUntil(lambda: bool(choice.models), timeout=10_000)
    panel.name.setFocus()
    panel.name.selectAll()
    desk.qtbot.keyClicks(panel.name, "vowel-try")
    folder = Path(panel.folder.text())
    assert folder == panel.training.default_folder("vowel-try")
    with desk.qtbot.waitSignal(panel.training.finished, timeout=60_000) as made:
        press(desk, panel.run)
        assert panel.run.text() == "Cancel"
        assert not panel.forms.isEnabled()
    assert made.args == ["vowel-try"]
    # What the command line writes is there: weights, card, figures, provenance.
    for name in ("config.json", "README.md", "figures.csv", "training.csv", "provenance.json"):
        assert (folder / name).is_file(), name
    assert find_model("vowel-try").layers == 2
    desk.qtbot.waitUntil(lambda: choice.model.findData("vowel-try") >= 0, timeout=10_000)
    found = panel.training.made.results.finetuned
    assert [row[0] for row in cells(panel, "figures")] == [one.task for one in found.figures]
    assert cells(panel, "figures")[0][1] == f"{100 * found.figures[0].accuracy:.1f}"
    assert panel.curve.describe().count("held-out frames right") == 2
    with desk.qtbot.waitSignal(panel.model_wanted) as wanted:
        press(desk, panel.show_model)
    assert wanted.args == ["vowel-try"]


def test_cancelled_training_goes_on_where_it_stopped(desk: Desk, corpus_folder: Path, tmp_path: Path) -> None:
    panel = panel_of(desk, corpus_folder, tmp_path, steps=400, evaluate_every=200, patience=0)
    training = panel.training
    press(desk, panel.run)
    desk.qtbot.waitUntil(lambda: training.step >= 4, timeout=60_000)
    press(desk, panel.run)
    desk.qtbot.waitUntil(lambda: not training.is_running, timeout=30_000)
    stopped = training.step
    assert training.made is None
    assert f"Cancelled at step {stopped}" in panel.told.text()
    press(desk, panel.run)
    desk.qtbot.waitUntil(lambda: training.resumed, timeout=60_000)
    assert training.step >= 2, "it began anew"
    training.cancel()
    desk.qtbot.waitUntil(lambda: not training.is_running, timeout=30_000)


def test_unsaved_labels_are_what_is_learned(desk: Desk, corpus_folder: Path, tmp_path: Path) -> None:
    panel = panel_of(desk, corpus_folder, tmp_path)
    document = desk.show("us_m_liam")
    tier = next(n for n, one in enumerate(document.grid.tiers, start=1) if one.name == "phones")
    grid = document.grid
    for number, item in document.grid.tier(tier).numbered():
        if item[2] == "ɪ":
            grid = set_label(grid, tier, number, "ʏ")
    desk.state.history.edit(document, "Change labels", grid)
    panel.training.balance = None
    press(desk, panel.look)
    desk.qtbot.waitUntil(lambda: panel.training.balance is not None, timeout=20_000)
    assert "ʏ" in {row[1] for row in cells(panel, "classes")}


def test_impossible_task_is_told_in_the_panel(desk: Desk, corpus_folder: Path, tmp_path: Path) -> None:
    panel = panel_of(desk, corpus_folder, tmp_path)
    desk.set_options("finetune", tasks=["dialect"])
    press(desk, panel.look)
    desk.qtbot.waitUntil(lambda: panel.training.error is not None, timeout=20_000)
    assert "dialect" in panel.told.text()
    assert not desk.state.notices.shown


def test_name_of_a_bundled_model_is_refused_before_training(
    desk: Desk, corpus_folder: Path, tmp_path: Path
) -> None:
    panel = panel_of(desk, corpus_folder, tmp_path)
    panel.name.setText("phone")
    press(desk, panel.run)
    desk.qtbot.waitUntil(lambda: panel.training.error is not None, timeout=20_000)
    assert 'there is a model "phone" already' in panel.told.text()
    assert panel.training.step == 0
