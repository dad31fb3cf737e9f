"""What is on the screen is measured; results, skipped files and what is stale are shown; tables are saved."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from measuring_material import ALICE, LIAM, Desk, make_desk
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from w2vpraat_gui.state import AppState

from w2vpraat.acoustics import measure
from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.textgrid.edits import insert_boundary, move_boundary, set_label
from w2vpraat.corpus.token_values import Token
from w2vpraat.export.presets import as_preset
from w2vpraat.params import IntensityParams, PitchParams

ONE = {"only_speakers": [LIAM]}


@pytest.fixture
def desk(qtbot: QtBot, state: AppState) -> Desk:
    return make_desk(qtbot, state)


def tokens_of(desk: Desk) -> dict[str, Token]:
    return {token.label: token for token in desk.state.results.opened.tokens.kept}


def test_edits_on_the_screen_are_measured(desk: Desk, corpus_folder: Path) -> None:
    desk.open(corpus_folder, tokens=ONE)
    document = desk.show(LIAM)
    tier = document.grid.tiers[1]
    number = next(n for n, item in tier.numbered() if item.label == "iː")
    start = tier.items[number - 1].start + 0.031
    moved = move_boundary(document.grid, 2, number - 1, start)
    desk.state.history.edit(document, "Move boundary", moved)
    results = desk.measure()
    table = results.table.set_index("id")
    row = table.loc[f"{LIAM}#2.{number}"]
    assert row["start"] == start
    assert document.is_modified
    # The numbers are those of the library on this stretch.
    kept = results.opened.tokens.kept
    audio = read_audio(document.recording.audio_path)
    measured = measure(audio, kept, pitch=PitchParams(), intensity=IntensityParams())
    found = measured.table().set_index("id").loc[f"{LIAM}#2.{number}"]
    for name in ("F1", "F2", "F3", "f0", "intensity"):
        assert row[name] == pytest.approx(found[name], rel=1e-9)
    assert {"F1_z", "n_frames", "model", "layer"} <= set(table.columns)
    assert set(results.table["speaker"]) == {LIAM}
    assert any("not saved" in note and LIAM in note for note in results.notes)
    assert results.spaces.vectors[0].values.shape == (len(table), 192)


def test_what_is_edited_afterwards_is_stale_and_undo_takes_it_back(desk: Desk, corpus_folder: Path) -> None:
    desk.open(corpus_folder, tokens=ONE)
    results = desk.measure()
    places = desk.measuring.places
    assert not places.stale
    document = desk.show(LIAM)
    tokens = tokens_of(desk)
    first, second = tokens["iː"], tokens["ɪ"]
    # A new boundary before all tokens moves every number by one and makes none of them stale.
    silence = document.grid.tiers[1].items[0]
    grid = insert_boundary(document.grid, 2, 0.5 * (silence.start + silence.end))
    with desk.qtbot.waitSignal(places.changed, timeout=5000):
        desk.state.history.edit(document, "Add boundary", grid)
    assert places.stale == frozenset()
    assert places.now(first.id) == f"{LIAM}#2.{first.interval + 1}"
    assert places.then(f"{LIAM}#2.{second.interval + 1}") == second.id
    # Another label is another token.
    with desk.qtbot.waitSignal(places.changed, timeout=5000):
        desk.state.history.edit(document, "Label", set_label(document.grid, 2, first.interval + 1, "y"))
    assert places.stale == {first.id}
    assert places.now(first.id) is None
    desk.state.history.undo()
    desk.qtbot.waitUntil(lambda: not places.stale, timeout=5000)
    # A boundary between two tokens' neighbours concerns the token beside it.
    number = second.interval + 1
    moved = move_boundary(document.grid, 2, number - 1, second.start + 0.01)
    with desk.qtbot.waitSignal(places.changed, timeout=5000):
        desk.state.history.edit(document, "Move boundary", moved)
    assert places.stale == {second.id}
    # Closing without saving takes the edit back.
    desk.state.close_document(document)
    desk.qtbot.waitUntil(lambda: not places.stale, timeout=5000)
    assert not places.is_outdated
    desk.set_options("formants", n_formants=4.5)
    assert places.is_outdated
    assert desk.state.results is results


def test_unsaved_edits_that_were_measured_and_are_lost_are_stale(desk: Desk, corpus_folder: Path) -> None:
    desk.open(corpus_folder, tokens=ONE)
    document = desk.show(LIAM)
    number = next(n for n, item in document.grid.tiers[1].numbered() if item.label == "iː")
    desk.state.history.edit(document, "Label", set_label(document.grid, 2, number, "y"))
    desk.measure()
    assert desk.measuring.places.stale == frozenset()
    desk.state.close_document(document)
    desk.qtbot.waitUntil(lambda: desk.measuring.places.stale == {f"{LIAM}#2.{number}"}, timeout=5000)


def test_a_ceiling_set_by_hand_makes_its_tokens_stale(desk: Desk, corpus_folder: Path) -> None:
    desk.open(corpus_folder, tokens=ONE)
    desk.measure()
    token = tokens_of(desk)["ɪ"]
    session = desk.state.session
    assert session is not None
    desk.state.update_session("Ceiling", settings=session.with_ceiling(token, 6000.0).settings)
    assert desk.measuring.places.stale == {token.id}
    assert not desk.measuring.places.is_outdated
    session = desk.state.session
    desk.state.update_session("Ceiling", settings=session.with_ceiling(LIAM, 6000.0).settings)
    assert desk.measuring.places.stale == {one.id for one in desk.state.results.opened.tokens.kept}
    desk.state.history.undo()
    desk.state.history.undo()
    assert desk.measuring.places.stale == frozenset()


def test_a_bad_file_is_one_notice_and_never_lost(desk: Desk, corpus_folder: Path) -> None:
    (corpus_folder / f"{ALICE}.flac").write_bytes(b"no sound")
    desk.open(corpus_folder)
    notices: list[object] = []
    desk.state.notices.added.connect(notices.append)
    results = desk.measure()
    assert set(results.table["speaker"]) == {LIAM}
    assert [one.name for one in results.skipped] == [ALICE]
    desk.qtbot.waitUntil(lambda: len(notices) == 1, timeout=5000)
    notice = notices[0]
    assert notice.level == "warning"  # type: ignore[attr-defined]
    assert "1 file" in notice.title  # type: ignore[attr-defined]
    assert ALICE in notice.remedy  # type: ignore[attr-defined]


def test_nothing_to_measure_says_what_to_do(desk: Desk, corpus_folder: Path) -> None:
    assert not desk.actions["measure.run"].isEnabled()
    desk.measuring.run()
    assert "Open a folder" in desk.state.notices.shown[-1].remedy
    desk.open(corpus_folder, tokens={"labels": ["no such label"]})
    with desk.qtbot.waitSignal(desk.state.notices.added, timeout=20_000) as added:
        desk.actions["measure.run"].trigger()
    assert "no interval became a token" in added.args[0].title
    assert desk.state.results is None
    desk.qtbot.waitUntil(lambda: desk.measuring.job is None, timeout=5000)


def test_a_new_run_replaces_the_old_and_cancel_stops(desk: Desk, corpus_folder: Path) -> None:
    desk.open(corpus_folder, tokens=ONE)
    seen: list[object] = []
    desk.state.results_changed.connect(lambda: seen.append(desk.state.results))
    desk.measuring.run()
    first = desk.measuring.job
    desk.measuring.run()
    second = desk.measuring.job
    assert first is not None
    assert second is not None
    assert first is not second
    desk.qtbot.waitUntil(lambda: len(seen) == 1 and desk.measuring.job is None, timeout=60_000)
    assert first.state == "cancelled"
    desk.measuring.run()
    third = desk.measuring.job
    assert third is not None
    desk.measuring.cancel()
    desk.qtbot.waitUntil(lambda: third.has_ended, timeout=30_000)
    assert third.state == "cancelled"
    assert desk.measuring.job is None
    assert len(seen) == 1


def test_tables_are_saved_with_their_provenance(
    desk: Desk, corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open(corpus_folder, tokens=ONE)
    assert not desk.actions["measure.export"].isEnabled()
    results = desk.measure()
    assert desk.actions["measure.export"].isEnabled()
    kinds = {key or ending: kind for kind, (ending, key) in desk.measuring.formats().items()}

    def save(name: str, kind: str) -> Path:
        path = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), kinds[kind]))
        with desk.qtbot.waitSignal(desk.state.notices.added, timeout=20_000) as added:
            desk.actions["measure.export"].trigger()
        assert added.args[0].level == "news", added.args[0].title
        return path

    csv = pd.read_csv(save("vowels.csv", ".csv"), keep_default_na=False, na_values=[""])
    assert list(csv["id"]) == list(results.table["id"])
    assert csv["F1"].tolist() == pytest.approx(results.table["F1"].tolist(), rel=1e-15)
    excel = pd.read_excel(save("vowels.xlsx", ".xlsx"), keep_default_na=False, na_values=[""])
    assert list(excel.columns) == list(csv.columns)
    assert excel["F2"].tolist() == pytest.approx(csv["F2"].tolist(), rel=1e-14)  # Excel keeps 15 digits
    assert excel["label"].tolist() == csv["label"].tolist()
    save("vowels", ".tsv")
    assert (tmp_path / "vowels.tsv").is_file()
    parquet = pd.read_parquet(save("vowels.parquet", ".parquet"))
    assert parquet["F1"].tolist() == results.table["F1"].tolist()
    save("emu.csv", "emur")
    emu = (tmp_path / "emu.csv").read_text(encoding="utf-8").splitlines()
    assert emu[0].replace('"', "").split(",")[:3] == list(as_preset(results.table, "emur").columns[:3])
    record = json.loads((tmp_path / "vowels.provenance.json").read_bytes())
    assert record["settings"]["tokens"]["only_speakers"] == [LIAM]
    assert [one["path"] for one in record["inputs"]["audio"]] == [f"{LIAM}.flac"]
    assert record["outputs"][0]["path"] == "vowels.parquet"
    assert record["measurements"]["praat_version"]


def test_a_table_that_cant_be_written_is_told(desk: Desk, corpus_folder: Path, tmp_path: Path) -> None:
    desk.open(corpus_folder, tokens=ONE)
    desk.measure()
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with desk.qtbot.waitSignal(desk.state.notices.added, timeout=20_000) as added:
        desk.measuring.save_table(blocked / "vowels.csv")
    assert added.args[0].level == "error"
    assert added.args[0].title.startswith("The table was not saved")
