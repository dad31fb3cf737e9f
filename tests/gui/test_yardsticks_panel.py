"""The yardsticks of the window: equal to the command line, about what is on the screen, linked, saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from judging_desk import JudgingDesk, copy_four, make_judging_desk, quick_settings, write_models
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot
from w2vpraat_gui.panels.yardstick_page import YardstickPage
from w2vpraat_gui.state import AppState

from w2vpraat.cli.main import main
from w2vpraat.corpus.textgrid import edits
from w2vpraat.pipeline.running import Results, running
from w2vpraat.session.settings import settings_text


@pytest.fixture(autouse=True)
def _one_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep frames and measurements of the first test for the others."""
    cache = tmp_path_factory.getbasetemp() / "yardsticks-cache"
    monkeypatch.setenv("W2VPRAAT_CACHE_DIR", str(cache))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_models(tmp_path_factory.mktemp("yardstick-models"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_four(tmp_path / "corpus")


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, folder: Path, models: tuple[Path, Path]) -> Iterator[JudgingDesk]:
    made = make_judging_desk(qtbot, state)
    made.open(quick_settings(folder, models))
    yield made
    state.jobs.cancel_all()


def _command(*arguments: object) -> None:
    assert main([str(one) for one in arguments]) == 0


def _click_row(desk: JudgingDesk, page: YardstickPage, line: int) -> None:
    table = page.result.table
    table.scrollTo(table.model().index(line, 0))
    place: QPoint = table.visualRect(table.model().index(line, 0)).center()
    desk.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def _view(page: YardstickPage, title: str) -> None:
    box = page.result.view_box
    box.setCurrentIndex([box.itemText(n) for n in range(box.count())].index(title))


# Equal to the command line


def test_ranking_and_pairs_are_those_of_the_commands(desk: JudgingDesk, tmp_path: Path) -> None:
    ranking = desk.ask("ranking")
    assert ranking is not None
    assert desk.state.results is ranking.run  # measured on the way: the table of tokens has it now
    pairs = desk.ask("pairs")
    assert pairs is not None
    assert pairs.run is not None
    assert pairs.run.spaces is ranking.run.spaces  # and is not measured again
    config, out = tmp_path / "w2vpraat.toml", tmp_path / "run"
    config.write_text(settings_text(ranking.settings), encoding="utf-8")
    _command("run", "--config", config, "-o", out)
    judged = ranking.outcome.yardsticks
    for name, table in {
        "scores": judged.scores.table,
        "ranking": judged.ranking.table,
        "differences": judged.differences,
    }.items():
        stored = pd.read_csv(out / f"{name}.csv", float_precision="round_trip", keep_default_na=True)
        for column in table.select_dtypes(float).columns:
            np.testing.assert_array_equal(stored[column].to_numpy(float), table[column].to_numpy(float))
    _command("pairs", out, "--config", config, "-o", tmp_path / "pairs")
    stored = pd.read_csv(tmp_path / "pairs" / "pairs.csv")
    mine = pairs.outcome.pairs.table
    assert stored["representation"].tolist() == mine["representation"].tolist()
    for column in mine.select_dtypes(float).columns:
        np.testing.assert_allclose(stored[column].to_numpy(float), mine[column].to_numpy(float), rtol=1e-6)


def test_sensitivity_is_that_of_the_command(desk: JudgingDesk, tmp_path: Path) -> None:
    found = desk.ask("sensitivity")
    assert found is not None
    config = tmp_path / "w2vpraat.toml"
    config.write_text(settings_text(found.settings), encoding="utf-8")
    _command("sensitivity", "--config", config, "-o", tmp_path / "out")
    stored = pd.read_csv(tmp_path / "out" / "sensitivity.csv", float_precision="round_trip")
    mine = found.outcome.sensitivity.tokens
    assert stored["id"].tolist() == mine["id"].tolist()
    for name in ("sens_f1", "sens_vec_spread"):
        np.testing.assert_array_equal(stored[name].to_numpy(float), mine[name].to_numpy(float))


def test_layers_and_claims_are_those_of_the_commands(desk: JudgingDesk, tmp_path: Path) -> None:
    layers, claims = desk.ask("layers"), desk.ask("claims")
    assert layers is not None
    assert claims is not None
    config = tmp_path / "w2vpraat.toml"
    config.write_text(settings_text(layers.settings), encoding="utf-8")
    _command("layers", "--config", config, "-o", tmp_path / "layers")
    _command("claims", "--config", config, "-o", tmp_path / "claims")
    stored = pd.read_csv(tmp_path / "layers" / "layers.csv", float_precision="round_trip")
    assert stored["value"].tolist() == layers.outcome.tables["layers"]["value"].tolist()
    assert set(stored["layer"]) == {0, 1, 2}  # all, though one is measured
    stored = pd.read_csv(tmp_path / "claims" / "verdicts.csv")
    assert stored["sentence"].tolist() == [one.sentence for one in claims.outcome.verdicts]
    # And what the window saves is what the command saves, though the vectors are let go.
    for kind, name in (("layers", "layers.csv"), ("claims", "claims.csv")):
        with desk.qtbot.waitSignal(desk.state.notices.added, timeout=30_000):
            desk.judging.save(kind, tmp_path / f"{kind}-window")
        mine, theirs = tmp_path / f"{kind}-window", tmp_path / kind
        assert (mine / name).read_bytes() == (theirs / name).read_bytes()
        assert (mine / "provenance.json").is_file()
    page = desk.page("layers")
    titles = [page.result.view_box.itemText(n) for n in range(page.result.view_box.count())]
    assert titles[:2] == ["Curves: linear probe", "Similarity of models"]
    assert page.result.picture.has_picture
    assert "most in" in page.result.said.toPlainText()


# About what is on the screen


def test_edits_that_are_not_saved_are_judged_and_make_older_results_stale(desk: JudgingDesk) -> None:
    desk.ask("pairs")
    page = desk.page("pairs")
    assert not page.stale.isVisible()
    document = desk.show("us_m_liam")
    number = next(n for n, item in document.grid.tiers[1].numbered() if item.label == "iː")
    desk.state.history.edit(document, "Label", edits.set_label(document.grid, 2, number, "ɪ"))
    desk.qtbot.waitUntil(lambda: page.stale.isVisible())
    assert desk.panel.tabs.tabText(1).endswith("●")
    before = desk.judging.found("pairs")
    after = desk.ask("pairs")
    assert before is not None
    assert after is not None
    assert not page.stale.isVisible()
    old, new = (one.outcome.pairs.table.iloc[0] for one in (before, after))
    assert (new["n_first"], new["n_second"]) == (old["n_first"] - 1, old["n_second"] + 1)
    assert any("not saved" in note for note in after.notes)
    fresh = _fresh(desk)
    assert list(after.run.table["label"]) == list(fresh.table["label"])  # type: ignore[union-attr]
    desk.state.history.undo()
    desk.qtbot.waitUntil(lambda: page.stale.isVisible())
    desk.state.history.redo()
    desk.qtbot.waitUntil(lambda: not page.stale.isVisible())


def _fresh(desk: JudgingDesk) -> Results:
    assert desk.state.session is not None
    *_, found = running(
        desk.state.session.settings, corpus=desk.state.corpus_on_screen, steps=("measure", "embed"), workers=0
    )
    assert isinstance(found, Results)
    return found


def test_settings_make_stale_what_depends_on_them(desk: JudgingDesk) -> None:
    desk.ask("ranking")
    judging = desk.judging
    assert judging.found("pairs") is not None  # a ranking measures pairs too
    assert not judging.is_outdated("ranking")
    desk.set_options("pairs", most_pairs=3)
    assert judging.is_outdated("pairs")
    assert not judging.is_outdated("ranking")
    desk.set_options("layers", most_tokens=100)
    assert not judging.is_outdated("ranking")
    desk.set_options("compare", seed=3)
    assert judging.is_outdated("ranking")
    desk.state.history.undo()
    assert not judging.is_outdated("ranking")
    desk.set_options("embed", layers=[4])
    assert judging.is_outdated("ranking")


def test_forms_change_the_session_as_acts_that_can_be_undone(desk: JudgingDesk) -> None:
    page = desk.page("ranking")
    page.options_button.click()
    assert page.options.isVisible()
    field = page.forms[0][1].fields["bootstrap"]
    assert isinstance(field, QSpinBox)
    assert field.value() == 20
    field.setValue(33)
    assert desk.state.session is not None
    assert desk.state.session.settings.compare.bootstrap == 33
    twin = desk.page("layers").forms[1][1].fields["bootstrap"]
    assert isinstance(twin, QSpinBox)
    assert twin.value() == 33
    desk.state.history.undo()
    assert field.value() == 20


# What these data do not allow, and what is stopped


def test_errors_stand_in_the_page_with_their_remedy(desk: JudgingDesk) -> None:
    desk.set_options("pairs", pairs=["iː:zz"])
    assert desk.ask("pairs") is None
    page = desk.page("pairs")
    assert "zz" in page.result.empty.text()
    assert "→" in page.result.empty.text()
    assert page.result.stack.currentWidget() is page.result.empty
    assert not desk.state.notices.shown
    desk.set_options("pairs", pairs=["iː:ɪ"])
    assert desk.ask("pairs") is not None
    desk.set_options("pairs", pairs=["iː:zz"])
    assert desk.ask("pairs") is None
    assert page.result.stack.currentWidget() is page.result.table  # what was found before stays
    assert "zz" in page.problem.text()
    assert page.problem.isVisible()


def test_too_few_labels_are_an_error_of_the_ranking(desk: JudgingDesk) -> None:
    desk.set_options("tokens", labels=["iː"])
    assert desk.ask("ranking") is None
    assert "→" in desk.page("ranking").result.empty.text()
    assert not desk.state.notices.shown


def test_a_job_can_be_cancelled_and_the_result_before_it_stays(desk: JudgingDesk) -> None:
    first = desk.ask("pairs")
    page = desk.page("pairs")
    desk.set_options("compare", seed=1)
    page.run_button.click()
    assert page.head.currentWidget() is page.working
    assert not page.run_button.isEnabled()
    page.cancel_button.click()
    desk.wait("pairs")
    assert desk.judging.found("pairs") is first
    assert page.head.currentWidget() is page.sentence
    assert desk.judging.is_outdated("pairs")


def test_before_anything_is_open_the_pages_say_what_to_do(qtbot: QtBot, state: AppState) -> None:
    desk = make_judging_desk(qtbot, state)
    for kind in desk.panel.pages:
        page = desk.page(kind)
        assert "Open a folder" in page.result.empty.text()
        assert not page.run_button.isEnabled()
        assert page.about()
    assert not desk.actions["compare.report"].isEnabled()
    assert not desk.panel.report_button.isEnabled()


# Linked


def test_choosing_a_pair_selects_its_tokens(desk: JudgingDesk) -> None:
    found = desk.ask("pairs")
    assert found is not None
    page = desk.page("pairs")
    _click_row(desk, page, 1)
    table = found.run.table.drop_duplicates("id")  # type: ignore[union-attr]
    wanted = table.loc[table["label"].isin(["æ", "ʌ"]), "id"]
    assert desk.state.linked.selected == frozenset(wanted)
    assert page.result.said.toPlainText().startswith(found.sentences["æ", "ʌ"])
    page.result.only_boxes[0].setCurrentIndex(page.result.only_boxes[0].count() - 1)
    assert page.result.model.rowCount() == 2 * len(set(found.outcome.pairs.table["representation"]))


def test_tokens_of_the_sensitivity_open_play_and_follow_edits(desk: JudgingDesk) -> None:
    found = desk.ask("sensitivity")
    assert found is not None
    page = desk.page("sensitivity")
    _view(page, "Tokens")
    model, linked = page.result.model, desk.state.linked
    values = found.outcome.sensitivity.tokens.set_index("id")
    spread = "sens_f1_spread" if "sens_f1_spread" in values else "sens_vec_spread"
    assert model.key(0) == values[spread].idxmax()  # what moved most comes first
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=10_000) as shown:
        _click_row(desk, page, 0)
    assert shown.args == [model.key(0)]
    assert linked.current == model.key(0)
    assert linked.selected == {model.key(0)}
    with desk.qtbot.waitSignal(desk.panel.play_wanted) as played:
        desk.qtbot.keyClick(page.result.table, Qt.Key.Key_Space)
    assert played.args == [model.key(0)]
    # Somebody else looks at another token: the row follows, the selection stays.
    linked.look_at(model.key(5))
    assert page.result.table.currentIndex().row() == 5
    assert linked.selected == {model.key(0)}
    # An interval more in front of a token: the row means the token that it meant.
    document = desk.state.current
    assert document is not None
    token = model.key(0)
    number = int(token.rpartition(".")[2])
    first = document.grid.interval_tier(2).interval(1)
    middle = (first.start + first.end) / 2
    desk.state.history.edit(document, "Add", edits.insert_boundary(document.grid, 2, middle))
    with desk.qtbot.waitSignal(desk.state.token_shown, timeout=10_000) as shown:
        page.result.table.setFocus()
        page.result.table.selectRow(0)
        desk.qtbot.keyClick(page.result.table, Qt.Key.Key_Return)
    assert shown.args == [f"{document.name}#2.{number + 1}"]
    linked.look_at("")
    linked.look_at(f"{document.name}#2.{number + 1}")
    assert page.result.table.currentIndex().row() == 0


# Saved


def test_results_are_saved_with_provenance_and_copied_with_all_digits(
    desk: JudgingDesk, tmp_path: Path
) -> None:
    found = desk.ask("ranking")
    assert found is not None
    with desk.qtbot.waitSignal(desk.state.notices.added, timeout=30_000):
        desk.judging.save("ranking", tmp_path / "out")
    stored = pd.read_csv(tmp_path / "out" / "ranking.csv", float_precision="round_trip")
    table = found.outcome.yardsticks.ranking.table
    assert stored["value"].tolist() == table["value"].tolist()
    record = json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8"))
    assert record["settings"]["compare"]["bootstrap"] == 20
    page = desk.page("ranking")
    _view(page, "label (speakers held out)")
    page.result.table.selectRow(0)
    desk.qtbot.keyClick(page.result.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    header, row = QGuiApplication.clipboard().text().splitlines()
    cells = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    best = table[table["goal"] == "label"].iloc[0]
    assert cells["representation"] == best["representation"]
    assert cells["score, %"].startswith(f"{100 * best['value']:.1f} [")
    assert float(cells["chance, %"]) == pytest.approx(100 * best["chance"], abs=1e-12)
    page.methods_button.click()  # type: ignore[attr-defined]
    assert QGuiApplication.clipboard().text() == found.methods
    assert "Lobanov" in found.methods


def test_the_report_is_written_with_what_is_known(desk: JudgingDesk, tmp_path: Path) -> None:
    found = desk.ask("ranking")
    assert found is not None
    with desk.qtbot.waitSignal(desk.judging.reported, timeout=60_000):
        desk.judging.report(tmp_path / "mine.html")
    text = (tmp_path / "mine.html").read_text("utf-8")
    best = found.outcome.yardsticks.ranking.table.iloc[0]
    assert f"{best['rank']}: {100 * best['value']:.1f} [" in text
    assert "If the boundaries moved" not in text
    assert desk.panel.written.isVisible()
    assert "mine.html" in desk.panel.written.text()
    desk.set_options("sensitivity", sensitivity=True)
    with desk.qtbot.waitSignal(desk.judging.reported, timeout=60_000):
        desk.judging.report(tmp_path / "moved.html")
    assert "If the boundaries moved" in (tmp_path / "moved.html").read_text("utf-8")


def test_commands_of_the_menu_show_their_page_and_compute_once(desk: JudgingDesk) -> None:
    with desk.qtbot.waitSignals([desk.panel.shown_wanted, desk.judging.page_wanted]):
        desk.actions["compare.pairs"].trigger()
    assert desk.panel.tabs.currentWidget() is desk.panel.pages["pairs"]
    desk.wait("pairs")
    found = desk.judging.found("pairs")
    assert found is not None
    desk.actions["compare.pairs"].trigger()
    assert desk.judging.job("pairs") is None  # it is fresh
    assert desk.judging.found("pairs") is found
