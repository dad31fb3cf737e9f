"""F1 to F12 answer what Praat answers on the whole Sound, with the command that gives it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import parselmouth
import pytest
from command_desk import CommandDesk
from parselmouth.praat import call
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from w2vpraat_gui.dialogs.spectral_slice import SpectralSliceDialog
from w2vpraat_gui.document import Document
from w2vpraat_gui.state import AppState
from w2vpraat_gui.view_settings import change_settings

from w2vpraat.acoustics.log_lines import log_line, log_names
from w2vpraat.errors import InputError
from w2vpraat.params.editing import LogParams

Answers = Callable[..., tuple[str, str]]


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, document: Document) -> CommandDesk:
    return CommandDesk(qtbot, state, document)


@pytest.fixture
def answers(desk: CommandDesk) -> Answers:
    def ask(keys: str, start: float, end: float | None = None) -> tuple[str, str]:
        desk.view.select(start, end)
        desk.readings.clear()
        with desk.qtbot.waitSignal(desk.commands.reading, timeout=20_000):
            desk.press(keys)
        assert desk.notices == []
        return desk.readings[-1]

    return ask


def _by_praat(desk: CommandDesk, tip: str) -> float:
    """Run the two lines of a tool tip in Praat, on the whole Sound."""
    analysis, query = tip.split("\n")[:2]
    sound = parselmouth.Sound(str(desk.document.recording.audio_path))
    made = call(sound, *_call(analysis))
    return float(call(made, *_call(query)))


def _call(line: str) -> list[object]:
    command, _, rest = line.partition(": ")
    found = re.findall(r'"([^"]*)"|([^,\s]+)', rest)
    return [command, *(text if not number else float(number) for text, number in found)]


@pytest.mark.parametrize(
    ("keys", "start", "end", "words"),
    [
        ("F1", 0.85, None, "F1 = "),
        ("F2", 0.80, 0.90, "mean F2 = "),
        ("F3", 0.85, None, "F3 = "),
        ("F4", 0.80, 0.90, "mean F4 = "),
        ("F5", 0.85, None, "f0 = "),
        ("F5", 0.80, 0.90, "mean f0 = "),
        ("Alt+F5", 0.80, 0.90, "minimum f0 = "),
        ("Shift+F5", 0.80, 0.90, "maximum f0 = "),
        ("F8", 0.85, None, "intensity = "),
        ("F8", 0.80, 0.90, "mean intensity = "),
        ("Alt+F8", 0.80, 0.90, "minimum intensity = "),
        ("Shift+F8", 0.80, 0.90, "maximum intensity = "),
    ],
)
def test_answers_are_praats(
    desk: CommandDesk, answers: Answers, keys: str, start: float, end: float | None, words: str
) -> None:
    text, tip = answers(keys, start, end)
    assert text.startswith(words)
    assert f"Praat {parselmouth.PRAAT_VERSION}" in tip
    shown = float(re.search(r"= ([-0-9.]+)", text)[1])
    assert shown == pytest.approx(_by_praat(desk, tip), abs=0.06 if "Hz" in text else 0.006)


def test_keys_that_follow_each_other_are_all_answered(desk: CommandDesk) -> None:
    desk.view.select(0.85)
    for keys in ("F1", "F2", "F3", "F4"):
        desk.press(keys)
    desk.ended()
    assert sorted(text[:2] for text, _ in desk.readings) == ["F1", "F2", "F3", "F4"]


def test_get_cursor(desk: CommandDesk) -> None:
    desk.view.select(0.25)
    desk.press("F6")
    assert desk.readings[-1][0] == "cursor = 0.250000 s"
    desk.view.select(0.25, 0.5)
    desk.press("F6")
    assert desk.readings[-1][0] == "selection = 0.250000 to 0.500000 s, 0.250000 s long"
    assert "0.375000" in desk.readings[-1][1]


def test_power_at_the_cross(desk: CommandDesk) -> None:
    desk.view.set_cross(0.85, 500.0)
    with desk.qtbot.waitSignal(desk.commands.reading, timeout=20_000):
        desk.press("F7")
    text, tip = desk.readings[-1]
    assert text.startswith("power at 500 Hz = ")
    assert "Get power at: 0.85, 500" in tip
    low = float(re.search(r"= ([-0-9.e]+)", text)[1])
    desk.view.set_cross(0.05, 500.0)  # before anybody speaks
    with desk.qtbot.waitSignal(desk.commands.reading, timeout=20_000):
        desk.press("F7")
    assert float(re.search(r"= ([-0-9.e]+)", desk.readings[-1][0])[1]) < low


@pytest.mark.parametrize(("keys", "which"), [("Ctrl+Shift+L", "minimum"), ("Ctrl+Shift+H", "maximum")])
def test_the_cursor_goes_to_the_lowest_or_highest_f0(
    desk: CommandDesk, answers: Answers, keys: str, which: str
) -> None:
    text, tip = answers(keys, 0.75, 0.95)
    time = _by_praat(desk, tip)
    assert f"time of {which} f0" in text
    assert desk.selection[:2] == pytest.approx((time, time), abs=1e-4)


def test_who_went_elsewhere_meanwhile_is_not_carried_back(desk: CommandDesk) -> None:
    desk.view.select(0.75, 0.95)
    desk.press("Ctrl+Shift+H")
    desk.view.select(2.0)
    desk.ended()
    assert desk.readings
    assert desk.selection[:2] == (2.0, 2.0)


def test_the_spectral_slice_is_praats_spectrum(desk: CommandDesk) -> None:
    desk.view.select(0.80, 0.90)
    with desk.qtbot.waitSignal(desk.commands.queries.slice_ready, timeout=20_000) as ready:
        desk.press("Ctrl+L")
    window = desk.editor.findChild(SpectralSliceDialog)
    assert window.isVisible()
    found = ready.args[0]
    sound = parselmouth.Sound(str(desk.document.recording.audio_path))
    part = call(sound, "Extract part", 0.80, 0.90, "rectangular", 1, "yes")
    call(part, "Multiply by window", "Gaussian2")
    spectrum = call(part, "To Spectrum", "yes")
    bin_ = 20
    real = call(spectrum, "Get real value in bin", bin_ + 1)
    imaginary = call(spectrum, "Get imaginary value in bin", bin_ + 1)
    power = 2.0 * (real**2 + imaginary**2) * spectrum.dx
    assert 4e-10 * 10 ** (found.levels[bin_] / 10) == pytest.approx(power, rel=1e-3)
    window.plot.mark(found.frequencies[bin_])
    desk.qtbot.mouseClick(window.copy, Qt.MouseButton.LeftButton)
    assert "To Spectrum" in QGuiApplication.clipboard().text()
    # The next slice is shown in the same window.
    desk.view.select(0.5)
    with desk.qtbot.waitSignal(desk.commands.queries.slice_ready, timeout=20_000):
        desk.actions_["query.slice"].trigger()
    assert "0.500000" in window.headline.text()


# Log


def test_the_log_adds_lines_to_its_file(desk: CommandDesk, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_text("there before\n", encoding="utf-8")
    params = replace(
        LogParams(),
        log_1="'time:3' 'f1:0' ə",
        log_2="'recording$''tab$''tier$''tab$''label$''tab$''dur:2'",
        file=str(file),
    )
    change_settings(desk.state, "settings", params)
    desk.view.select(0.5, 1.0, tier=1)
    for keys in ("F12", "Shift+F12"):
        with desk.qtbot.waitSignal(desk.commands.queries.logged, timeout=20_000):
            desk.press(keys)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "there before"
    assert re.fullmatch(r"0\.750 \d{3} ə", lines[1])
    assert lines[2] == "gb_f_alice\tphones\tei\t0.50"
    assert desk.commands.queries.lines == lines[1:]


def test_a_log_file_that_can_not_be_written_is_a_notice(desk: CommandDesk, tmp_path: Path) -> None:
    change_settings(desk.state, "settings", replace(LogParams(), log_1="x", file=str(tmp_path / "no" / "a")))
    desk.press("F12")
    desk.ended()
    assert "can't be written" in desk.notices[0]
    assert desk.commands.queries.lines == ["x"]


def test_the_lines_that_come_with_the_program_are_valid(desk: CommandDesk) -> None:
    desk.view.select(0.5, 1.0, tier=1)
    for keys in ("F12", "Shift+F12", "Alt+F12", "Ctrl+F12"):
        with desk.qtbot.waitSignal(desk.commands.queries.logged, timeout=20_000):
            desk.press(keys)
    assert len(desk.commands.queries.lines) == 4
    assert not any("undefined" in line for line in desk.commands.queries.lines)


def test_log_lines_are_filled_as_praat_does() -> None:
    values = {"time": 1.23456, "f0": float("nan"), "label$": "ə"}
    line = log_line("'time:2' s, f0 'f0:1' 'label$''tab$'don't", values)
    assert line == "1.23 s, f0 --undefined-- ə\tdon't"
    assert log_line("'time'", values) == "1.23456"
    assert log_names("'f1:0' 'f1:2' 'tab$'") == ("f1", "tab$")
    for wrong in ("'speed'", "'label$:2'", "'f9:1'"):
        with pytest.raises(InputError, match="not known"):
            log_names(wrong)
