"""What leaves the window is what is on the screen; nothing of the user's is replaced unasked."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from answering import choose_file, press
from measuring_material import ALICE, LIAM
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot
from w2vpraat_gui.actions import Actions
from w2vpraat_gui.dialogs.export_dialog import ExportDialog
from w2vpraat_gui.dialogs.export_pages import BundlePage, FigurePage, TablePage, TiersPage
from w2vpraat_gui.exporting.exporting import Exporting
from w2vpraat_gui.live.feed import LiveFeed
from w2vpraat_gui.panels.notice_bar import NoticeBar
from w2vpraat_gui.state import AppState
from w2vpraat_gui.work.export_requests import ExportRequest

from w2vpraat.compare.maps.picture import Factor, MapPicture
from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.corpus.textgrid.edits import move_boundary, set_label
from w2vpraat.export.vectors import read_vectors
from w2vpraat.params.exporting import AddedTierParams, BoardParams
from w2vpraat.pipeline.running import Results, running
from w2vpraat.pipeline.written import Written
from w2vpraat.resources import sample_corpus
from w2vpraat.session.sample import sample_settings
from w2vpraat.session.session import Session


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """The small corpus, measured once."""
    folder = tmp_path_factory.mktemp("measured") / "corpus"
    folder.mkdir()
    for name in (ALICE, LIAM):
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{suffix}", folder)
    shutil.copy(sample_corpus() / "speakers.csv", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VPRAAT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        events = running(sample_settings(folder), steps=("measure", "embed"), workers=0)
        yield next(one for one in events if isinstance(one, Results))


def picture(results: Results, title: str = "F1, F2, Lobanov") -> MapPicture:
    table = results.table
    labels = sorted(set(table["label"]))
    return MapPicture(
        title=title,
        ids=table["id"].to_numpy(object),
        points=table[["F2_z", "F1_z"]].to_numpy(float),
        axes=("F2 (z-score)", "F1 (z-score)"),
        reversed_axes=(True, True),
        equal=False,
        colour=Factor("label", tuple(labels), np.array([labels.index(one) for one in table["label"]])),
        shape=None,
        labels=table["label"].to_numpy(object),
        shown=np.ones(len(table), dtype=bool),
    )


@dataclass
class Desk:
    state: AppState
    actions: Actions
    qtbot: QtBot
    pictures: list[MapPicture] = field(default_factory=list)
    exporting: Exporting = field(init=False)

    @property
    def dialog(self) -> ExportDialog:
        assert self.exporting.dialog is not None
        return self.exporting.dialog

    def done(self, act: Callable[[], object]) -> Written:
        """Do something, and wait for what it writes."""
        with self.qtbot.waitSignal(self.exporting.written, timeout=30_000) as signal:
            act()
        assert isinstance(signal.args[0], Written)
        return signal.args[0]

    def press(self) -> None:
        self.qtbot.mouseClick(self.dialog.export, Qt.MouseButton.LeftButton)

    def type_path(self, path: Path) -> None:
        self.dialog.file.selectAll()
        self.qtbot.keyClicks(self.dialog.file, str(path))

    def edit(self) -> None:
        """Give a vowel of Liam's another label, without saving."""
        with self.qtbot.waitSignal(self.state.current_changed, timeout=10_000):
            self.state.open_recording(LIAM)
        document = self.state.current
        assert document is not None
        number = next(n for n, item in document.grid.tiers[1].numbered() if item.label == "iː")
        self.state.history.edit(document, "Label", set_label(document.grid, 2, number, "ɪ"))


@pytest.fixture
def desk(qtbot: QtBot, state: AppState, corpus_folder: Path) -> Desk:
    """The corpus is open, nothing is measured."""
    shutil.copy(sample_corpus() / "speakers.csv", corpus_folder)
    window = QMainWindow()
    qtbot.addWidget(window)
    made = Desk(state, Actions(window), qtbot)
    made.exporting = Exporting(state, made.actions, lambda: made.pictures, window)
    with qtbot.waitSignal(state.corpus_changed, timeout=10_000):
        state.open_session(Session(sample_settings(corpus_folder)))
    return made


@pytest.fixture
def full(desk: Desk, measured: Results) -> Desk:
    """The corpus is measured, and a map is shown."""
    desk.state.results = measured
    desk.pictures.append(picture(measured))
    desk.state.results_changed.emit()
    return desk


def test_what_is_not_there_says_what_to_do_first(desk: Desk, measured: Results) -> None:
    assert desk.actions["file.export"].isEnabled()
    desk.actions["file.export"].trigger()
    dialog = desk.dialog
    assert dialog.isVisible()
    assert "Measure all tokens" in dialog.problem.text()
    assert not dialog.export.isEnabled()
    texts = {}
    for kind in dialog.pages:
        dialog.show_page(kind)
        texts[kind] = dialog.problem.text()
    assert "Show a map" in texts["figure"]
    assert "Rank" in texts["report"]
    assert texts["bundle"] == ""
    assert dialog.export.isEnabled()
    assert not desk.exporting.start(ExportRequest("vectors", Path("x.npz")))
    assert "Measure all tokens" in desk.state.notices.shown[-1].remedy
    dialog.show_page("table")
    desk.state.results = measured
    desk.state.results_changed.emit()
    assert dialog.problem.text() == ""
    assert dialog.export.isEnabled()


def test_a_table_with_keys_and_mouse(full: Desk, tmp_path: Path) -> None:
    full.actions["file.export"].trigger()
    page = full.dialog.page
    assert isinstance(page, TablePage)
    target = tmp_path / "out" / "vowels.csv"
    full.type_path(target)
    written = full.done(full.press)
    assert written.files[0] == target
    table = pd.read_csv(target, keep_default_na=False)
    assert table["id"].tolist() == full.state.results.table["id"].tolist()
    assert json.loads(written.files[1].read_text(encoding="utf-8"))["measurements"]["praat_version"]
    notice = full.state.notices.shown[-1]
    assert notice.level == "news"
    assert notice.place == str(target)
    # The columns of another program bring their ending along.
    page.columns.setCurrentIndex(page.columns.findData("visvow"))
    assert not page.format.isEnabled()
    assert full.dialog.file.text() == str(target.with_suffix(".xlsx"))
    written = full.done(full.press)
    assert written.files[0].read_bytes()[:2] == b"PK"
    assert any("not held by" in note for note in written.notes)


def test_a_name_without_ending_gets_the_one_that_is_chosen(full: Desk, tmp_path: Path) -> None:
    full.exporting.show_dialog("vectors")
    full.type_path(tmp_path / "vec.tors")
    assert str(tmp_path / "vec.tors.npz") in full.dialog.told.text()
    written = full.done(full.press)
    assert written.files[0] == tmp_path / "vec.tors.npz"
    names = [one.name for one in read_vectors(written.files[0])]
    assert names == [one.name for one in full.state.results.spaces.vectors]


def test_existing_files_are_asked_about(full: Desk, tmp_path: Path) -> None:
    full.actions["file.export"].trigger()
    old = tmp_path / "tokens.csv"
    old.write_text("mine", encoding="utf-8")
    full.type_path(old)
    assert "exists" in full.dialog.told.text()
    asked = press("keep")
    full.press()
    assert "tokens.csv exists already" in asked.seen[0]
    assert old.read_text(encoding="utf-8") == "mine"
    assert not full.state.jobs.running(quiet=True)
    press_it = press("replace")
    full.done(full.press)
    assert press_it.seen
    assert old.read_text(encoding="utf-8").startswith("id,")


def test_the_figure_is_shown_before_it_is_saved(full: Desk, measured: Results, tmp_path: Path) -> None:
    full.pictures.append(picture(measured, "phone layer 6"))
    full.actions["maps.export"].trigger()
    dialog = full.dialog
    page = dialog.page
    assert isinstance(page, FigurePage)
    full.qtbot.waitUntil(lambda: dialog.preview.image is not None, timeout=20_000)
    wide = dialog.preview.image
    assert wide is not None
    assert wide.width() > wide.height()
    page.form.fields["width"].setValue(6.0)  # type: ignore[attr-defined]
    full.qtbot.waitUntil(lambda: dialog.preview.image is not wide, timeout=20_000)
    narrow = dialog.preview.image
    assert narrow is not None
    assert narrow.height() > narrow.width()
    page.format.setCurrentIndex(page.format.findData(".svg"))
    full.type_path(tmp_path / "board.svg")
    written = full.done(full.press)
    record = json.loads(written.files[1].read_text(encoding="utf-8"))
    assert record["figure"]["width"] == 6.0
    assert [one["title"] for one in record["maps"]] == ["F1, F2, Lobanov", "phone layer 6"]
    assert b'width="170.07' in written.files[0].read_bytes()  # points


def test_one_map_alone(full: Desk, measured: Results, tmp_path: Path) -> None:
    other = picture(measured, "of this panel")
    full.exporting.export_map(other)
    assert full.dialog.page.kind == "figure"
    written = full.done(
        lambda: full.exporting.start(
            ExportRequest("figure", tmp_path / "one.pdf", params=BoardParams(resolution=72))
        )
    )
    record = json.loads(written.files[1].read_text(encoding="utf-8"))
    assert [one["title"] for one in record["maps"]] == ["of this panel"]
    full.exporting.show_dialog("figure")  # the whole board again
    full.qtbot.waitUntil(lambda: full.dialog.preview.image is not None, timeout=20_000)
    assert len(full.dialog._pictures) == 1
    assert full.dialog._pictures[0].title == "F1, F2, Lobanov"


def test_tiers_into_a_folder_and_never_over_the_users_files(
    full: Desk, corpus_folder: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in corpus_folder.iterdir()}
    full.edit()
    full.exporting.show_dialog("tiers")
    assert LIAM in full.dialog.remark.text()
    page = full.dialog.page
    assert isinstance(page, TiersPage)
    for kind, box in page.boxes.items():
        box.setChecked(kind in ("nearest", "frames"))
    full.type_path(tmp_path / "checked")
    written = full.done(full.press)
    grid = read_textgrid(tmp_path / "checked" / f"{LIAM}.TextGrid")
    document = full.state.current
    assert document is not None
    assert grid.tiers[:2] == document.grid.tiers  # as on the screen, not saved
    assert grid.tier_names[2:] == (
        "phones nearest (Lobanov F1-F3)",
        "phones nearest (phone layer 6)",
        "phones frames",
    )
    assert any("edited since" in note for note in written.notes)
    record = json.loads((tmp_path / "checked" / "tiers.provenance.json").read_text(encoding="utf-8"))
    assert any(LIAM in note for note in record["notes"])
    # Into the corpus itself: refused, and nothing is changed.
    asked = press("replace")
    with full.qtbot.waitSignal(full.state.notices.added, timeout=30_000) as added:
        full.exporting.start(ExportRequest("tiers", corpus_folder, params=AddedTierParams(tiers=("frames",))))
    assert "Your own TextGrids never are" in asked.seen[0]
    assert "your own TextGrids" in added.args[0].title
    assert {path: path.read_bytes() for path in corpus_folder.iterdir()} == before


def test_tiers_into_the_open_recording_are_one_act(full: Desk) -> None:
    full.exporting.show_dialog("tiers")
    page = full.dialog.page
    assert isinstance(page, TiersPage)
    assert not page.into_open.isEnabled()
    with full.qtbot.waitSignal(full.state.current_changed, timeout=10_000):
        full.state.open_recording(LIAM)
    document = full.state.current
    assert document is not None
    assert page.into_open.isEnabled()
    old = document.grid
    with full.qtbot.waitSignal(document.grid_changed, timeout=30_000):
        full.qtbot.mouseClick(page.into_open, Qt.MouseButton.LeftButton)
    assert len(document.grid) == len(old) + 5
    assert document.is_modified
    assert "phones frames" in full.state.notices.shown[-1].title
    full.state.history.undo()
    assert document.grid == old
    assert not document.is_modified


def test_a_bundle_and_back(full: Desk, corpus_folder: Path, tmp_path: Path) -> None:
    full.edit()
    full.exporting.show_dialog("bundle")
    page = full.dialog.page
    assert isinstance(page, BundlePage)
    target = tmp_path / "handed on.zip"
    full.type_path(target)
    figure = full.dialog.pages["figure"]
    assert isinstance(figure, FigurePage)
    figure.form.set_value(BoardParams(resolution=72))
    written = full.done(full.press)
    assert written.files == (target,)
    assert any("not saved" in note for note in written.notes)
    with zipfile.ZipFile(target) as archive:
        assert "figures/board.pdf" in archive.namelist()
        provenance = json.loads(archive.read("provenance.json"))
    assert any("edited since" in note and LIAM in note for note in provenance["notes"])
    with full.qtbot.waitSignal(full.exporting.session_wanted, timeout=30_000) as wanted:
        full.exporting.unpack(target, tmp_path / "again")
    session = wanted.args[0]
    assert session.is_file()
    # The sound was found in the folder of the session that is open.
    assert (session.parent / "corpus" / f"{LIAM}.flac").is_file()
    assert "Opened" in full.state.notices.shown[-1].title
    document = full.state.current
    assert document is not None
    assert read_textgrid(session.parent / "corpus" / f"{LIAM}.TextGrid") == document.grid


def test_values_that_follow_edits_leave_as_they_are_now(
    full: Desk, measured: Results, tmp_path: Path
) -> None:
    feed = LiveFeed(full.state)
    full.exporting._feed = feed
    with full.qtbot.waitSignal(feed.opened, timeout=20_000, check_params_cb=lambda live: live is not None):
        full.state.results_changed.emit()
    with full.qtbot.waitSignal(full.state.current_changed, timeout=10_000):
        full.state.open_recording(LIAM)
    document = full.state.current
    assert document is not None
    number = next(n for n, item in document.grid.tiers[1].numbered() if item.label == "iː")
    start = document.grid.tiers[1].items[number - 1][0] + 0.021
    with full.qtbot.waitSignal(feed.changed, timeout=20_000):
        full.state.history.edit(document, "Move", move_boundary(document.grid, 2, number - 1, start))
    request = ExportRequest("table", tmp_path / "now.csv")
    written = full.done(lambda: full.exporting.start(request))
    row = pd.read_csv(written.files[0], keep_default_na=False).set_index("id").loc[f"{LIAM}#2.{number}"]
    assert float(row["start"]) == start
    record = json.loads(written.files[1].read_text(encoding="utf-8"))
    assert any("not saved" in note and LIAM in note for note in record["notes"])
    assert not any("edited since" in note for note in record["notes"])
    full.qtbot.waitUntil(lambda: not feed.is_busy, timeout=20_000)


def test_a_report_is_made_by_who_knows_the_yardsticks(full: Desk, tmp_path: Path) -> None:
    asked: list[Path] = []
    full.exporting._report = asked.append
    full.exporting.show_dialog("report")
    assert full.dialog.problem.text() == ""
    full.type_path(tmp_path / "report.html")
    full.press()
    assert asked == [tmp_path / "report.html"]


def test_choosing_a_file(full: Desk, tmp_path: Path) -> None:
    full.exporting.show_dialog("table")
    chosen = choose_file(str(tmp_path / "chosen"))
    full.qtbot.mouseClick(full.dialog.browse, Qt.MouseButton.LeftButton)
    assert chosen.seen
    assert full.dialog.path == tmp_path / "chosen.csv"
    assert full.dialog.file.text() == str(tmp_path / "chosen.csv")
    full.dialog.show_page("bundle")
    full.dialog.show_page("table")
    assert full.dialog.path == tmp_path / "chosen.csv"


class Opener(QObject):
    """Takes the folders that the desktop is asked to show."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[QUrl] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        """Note it."""
        self.urls.append(url)


def test_a_notice_shows_the_folder(qtbot: QtBot, state: AppState, tmp_path: Path) -> None:
    bar = NoticeBar(state)
    qtbot.addWidget(bar)
    state.notices.news("Nothing on the disk")
    assert bar.rows[0].show_place.isHidden()
    state.notices.news("Written", place=str(tmp_path / "x.csv"))
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "take")
    try:
        qtbot.mouseClick(bar.rows[0].show_place, Qt.MouseButton.LeftButton)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert [one.toLocalFile() for one in opener.urls] == [str(tmp_path)]
