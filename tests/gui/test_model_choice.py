"""Models, layers, devices and the time they take, as they are on this computer."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from measuring_material import LIAM, Desk, make_desk
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot
from w2vpraat_gui.measuring.time_estimate import TimeEstimate, duration_words
from w2vpraat_gui.panels.model_choice import FOLDER, HUB, ModelChoice
from w2vpraat_gui.state import AppState
from w2vpraat_gui.work.models import device_limits, speeds_file

from w2vpraat.models.catalogue import add_model, catalogue, find_model
from w2vpraat.params import EmbedParams
from w2vpraat.resources import bundled_models


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


@pytest.fixture
def choice(qtbot: QtBot, state: AppState) -> ModelChoice:
    made = ModelChoice(state)
    qtbot.addWidget(made)
    made.resize(320, 500)
    made.show()
    return made


def _started(qtbot: QtBot, choice: ModelChoice) -> None:
    choice.start()
    qtbot.waitUntil(lambda: bool(choice.models) and choice.record is not None, timeout=20_000)


def _choose(qtbot: QtBot, choice: ModelChoice, data: str) -> None:
    row = choice.model.findData(data)
    assert row >= 0
    choice.model.setCurrentIndex(row)
    choice.model.activated.emit(row)


def test_catalogue_and_card(qtbot: QtBot, choice: ModelChoice) -> None:
    add_model(str(bundled_models()[0]), "mine")
    _started(qtbot, choice)
    names = [choice.model.itemData(row) for row in range(choice.model.count())]
    assert names == [*(record.name for record in catalogue()), FOLDER, HUB]
    assert "mine" in names
    record = find_model("phone")
    assert choice.model.currentData() == "phone"
    card = choice.card.text.text()
    for told in ("phone", record.licence, "192", "20 ms", "25 ms", f"recommended {record.recommended_layer}"):
        assert told in card
    assert "English" in card or "en" in card
    assert record.citation.split(",")[0] in card


def test_layers_are_those_of_the_model(qtbot: QtBot, choice: ModelChoice) -> None:
    _started(qtbot, choice)
    record = find_model("phone")
    assert [button.text() for button in choice.layers.buttons] == list(map(str, range(record.layers + 1)))
    seen: list[EmbedParams] = []
    choice.changed.connect(seen.append)
    for layer in (4, 2):
        qtbot.mouseClick(choice.layers.buttons[layer], Qt.MouseButton.LeftButton)
    assert seen[-1].layers == (2, 4)
    qtbot.mouseClick(choice.layers.buttons[4], Qt.MouseButton.LeftButton)
    assert seen[-1].layers == (2,)
    # Another model has other layers.
    _choose(qtbot, choice, "base")
    assert (seen[-1].model, seen[-1].layers) == ("base", ())
    assert choice.record is not None
    assert choice.record.name == "base"


def test_a_local_folder(qtbot: QtBot, choice: ModelChoice, monkeypatch: pytest.MonkeyPatch) -> None:
    _started(qtbot, choice)
    folder = str(next(path for path in bundled_models() if path.name == "w2vpraat-sex"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
    with qtbot.waitSignal(choice.record_changed, timeout=10_000):
        _choose(qtbot, choice, FOLDER)
    assert choice.value().model == folder
    assert choice.record is not None
    assert choice.record.tasks == ("sex",)
    assert choice.model.currentText() == "w2vpraat-sex"
    # Closing the dialog changes nothing.
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    _choose(qtbot, choice, FOLDER)
    assert choice.model.currentData() == folder


def test_a_hub_that_cant_be_reached_names_the_remedy(
    qtbot: QtBot, state: AppState, choice: ModelChoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    _started(qtbot, choice)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("somebody/some-model", True))
    with qtbot.waitSignal(state.notices.added, timeout=60_000) as added:
        _choose(qtbot, choice, HUB)
    notice = added.args[0]
    assert "somebody/some-model" in notice.title
    assert "copy the model's folder" in notice.remedy
    assert "Traceback" not in choice.card.text.text()
    assert "copy the model's folder" in unescape(choice.card.text.text())
    assert choice.card.isVisible()
    assert choice.record is None


def test_devices_that_are_not_there_cant_be_chosen(qtbot: QtBot, choice: ModelChoice) -> None:
    assert device_limits(("cpu",)) == {"cuda", "mps"}
    assert device_limits(("cuda", "cpu")) == {"mps"}
    box = choice.forms.fields["device"]
    assert isinstance(box, QComboBox)
    choice._on_devices(("cpu",))
    able = {box.itemData(row): box.model().item(row).isEnabled() for row in range(box.count())}  # type: ignore[attr-defined]
    assert able == {"auto": True, "cpu": True, "cuda": False, "mps": False}


def test_the_time_is_estimated_before_and_the_cache_is_known_after(
    qtbot: QtBot, desk: Desk, corpus_folder: Path
) -> None:
    estimate: TimeEstimate = desk.measuring.estimate
    desk.open(corpus_folder, tokens={"only_speakers": [LIAM]})
    assert estimate.estimate is None  # nobody looks yet
    estimate.set_active(True)
    qtbot.waitUntil(lambda: estimate.estimate is not None, timeout=60_000)
    found = estimate.estimate
    assert found is not None
    assert (found.kept, found.looked_up, found.recordings) == (0, 1, 1)
    assert found.seconds > 0.0
    assert "about" in estimate.text()
    assert "CPU" in estimate.text() or "GPU" in estimate.text()
    assert speeds_file().is_file()
    desk.measure()
    qtbot.waitUntil(lambda: estimate.estimate is not None and estimate.estimate.kept == 1, timeout=20_000)
    assert "frames of 1 of 1 recordings are in the cache" in estimate.text()
    assert estimate.estimate is not None
    assert estimate.estimate.seconds == 0.0


def test_durations_in_words() -> None:
    assert [duration_words(one) for one in (0.2, 8.4, 179.0, 4800.0)] == ["1 s", "8 s", "3 min", "1 h 20 min"]
