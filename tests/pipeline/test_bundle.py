"""A session goes into one file and comes back: ids, choices, annotations, sound by its hash."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from w2vpraat.compare.maps.picture import Factor, MapPicture
from w2vpraat.corpus.audio import file_hash
from w2vpraat.corpus.gathering import gather
from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.corpus.textgrid.edits import set_label
from w2vpraat.errors import ExportError, InputError
from w2vpraat.export.vectors import read_vectors
from w2vpraat.params.exporting import BoardParams, BundleParams
from w2vpraat.pipeline.bundle import bundling
from w2vpraat.pipeline.bundle_opening import open_bundle
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.pipeline.running import Results, running
from w2vpraat.pipeline.written import Written
from w2vpraat.resources import sample_corpus
from w2vpraat.session.sample import sample_settings
from w2vpraat.session.session import Session
from w2vpraat.session.session_file import read_session

NAMES = ("gb_f_alice", "us_m_liam")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("user") / "speech ɑ"
    made.mkdir()
    for name in NAMES:
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{suffix}", made)
    shutil.copy(sample_corpus() / "speakers.csv", made)
    return made


@pytest.fixture(scope="module")
def session(folder: Path) -> Session:
    second = folder.parent / "other.TextGrid"
    shutil.copy(folder / f"{NAMES[0]}.TextGrid", second)
    made = (
        Session(sample_settings(folder)).with_second_grid(NAMES[0], second).with_ceiling("us_m_liam", 5200.0)
    )
    return made.with_filter("name:gb")


@pytest.fixture(scope="module")
def results(session: Session, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VPRAAT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        corpus = gather(session.sources)
        grid = corpus.grid(corpus.recording(NAMES[1]))
        last = len(grid.interval_tier("phones"))
        edited = corpus.with_grids({NAMES[1]: set_label(grid, "phones", last, "sil")})
        events = running(session.settings, corpus=edited, steps=("measure", "embed"), workers=0)
        yield next(one for one in events if isinstance(one, Results))


def picture(results: Results) -> MapPicture:
    table = results.table
    labels = sorted(set(table["label"]))
    codes = np.array([labels.index(one) for one in table["label"]], dtype=np.intp)
    return MapPicture(
        title="F1, F2, Lobanov",
        ids=table["id"].to_numpy(object),
        points=table[["F2_z", "F1_z"]].to_numpy(float),
        axes=("F2 (z-score)", "F1 (z-score)"),
        reversed_axes=(True, True),
        equal=False,
        colour=Factor("label", tuple(labels), codes),
        shape=None,
        labels=table["label"].to_numpy(object),
        shown=np.ones(len(table), dtype=bool),
    )


def pack(session: Session, results: Results, path: Path, **params: bool) -> Written:
    token = results.opened.tokens.kept[3]
    *_, written = bundling(
        session.with_mark(token, done=True, tags=("creaky",), note="look again"),
        results.opened.corpus,
        path,
        BundleParams(**params),
        results=results,
        pictures=[picture(results)],
        board=BoardParams(resolution=72),
    )
    assert isinstance(written, Written)
    assert written.files == (path,)
    return written


@pytest.fixture(scope="module")
def packed(session: Session, results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packed") / "work.zip"
    pack(session, results, path)
    return path


@pytest.fixture
def path(packed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(packed, tmp_path))


def test_round_trip(path: Path, results: Results, folder: Path, tmp_path: Path) -> None:
    # Nobody needs the corpus any more, but for the sound: it lies in another folder, under other folders.
    sounds = tmp_path / "disk" / "wav" / "deep"
    sounds.mkdir(parents=True)
    for name in NAMES:
        shutil.copy(folder / f"{name}.flac", sounds)
    opened = open_bundle(path, tmp_path / "again", audio=[tmp_path / "disk"])
    assert opened.found == tuple(f"{name}.flac" for name in NAMES)
    assert opened.missing == opened.changed == ()
    back = read_session(opened.session)
    assert back.settings.corpus == str(tmp_path / "again" / "corpus")
    assert back.second_grids[NAMES[0]].is_file()
    assert back.filter == "name:gb"
    assert back.settings.ceilings[0].ceiling == 5200.0
    token = results.opened.tokens.kept[3]
    assert back.mark(token.id).note == "look again"
    # The same tokens with the same ids and speakers, from the annotations as they were on the screen.
    chosen = next(one for one in opening(back.settings) if isinstance(one, Opened))
    assert [(one.id, one.label, one.start, one.metadata) for one in chosen.tokens.kept] == [
        (one.id, one.label, one.start, one.metadata) for one in results.opened.tokens.kept
    ]
    grid = read_textgrid(tmp_path / "again" / "corpus" / f"{NAMES[1]}.TextGrid")
    assert grid == results.opened.corpus.grids[NAMES[1]]
    table = pd.read_csv(tmp_path / "again" / "tables" / "tokens.csv", keep_default_na=False)
    assert table["id"].tolist() == results.table["id"].tolist()
    assert table["F1"].astype(float).to_numpy() == pytest.approx(results.table["F1"].to_numpy())
    marks = pd.read_csv(tmp_path / "again" / "tables" / "review_marks.csv")
    assert marks[["id", "label", "tags", "done"]].iloc[0].tolist() == [token.id, token.label, "creaky", True]
    vectors = read_vectors(tmp_path / "again" / "vectors" / "vectors.npz")
    assert np.array_equal(vectors[0].values, results.spaces.vectors[0].values)
    with zipfile.ZipFile(path) as archive:
        made = {one.relative_to(tmp_path / "again").as_posix() for one in (tmp_path / "again").rglob("*.*")}
        assert made - {f"corpus/{name}.flac" for name in NAMES} == set(archive.namelist())
    assert (tmp_path / "again" / "figures" / "board.pdf").read_bytes().startswith(b"%PDF")


def test_untouched_textgrids_are_byte_equal_and_all_hashes_hold(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.read(f"corpus/{NAMES[0]}.TextGrid") == (folder / f"{NAMES[0]}.TextGrid").read_bytes()
        assert {one["path"] for one in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
        readme = archive.read("README.txt").decode()
    by_name = {one["name"]: one for one in manifest["recordings"]}
    assert by_name[NAMES[0]]["sha256"] == file_hash(folder / f"{NAMES[0]}.flac")
    assert [by_name[name]["unsaved"] for name in NAMES] == [False, True]
    for part in ("tables/", "vectors/", "figures/", "second/", "speakers/", "--audio", "not saved"):
        assert part in readme


def test_the_same_state_gives_the_same_bytes(
    path: Path, session: Session, results: Results, tmp_path: Path
) -> None:
    pack(session, results, tmp_path / "again.zip")
    assert path.read_bytes() == (tmp_path / "again.zip").read_bytes()


def test_no_folder_of_this_computer_is_in_it(path: Path, folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            raw = archive.read(name)
            for place in (folder.parent, tmp_path, Path(__file__).parents[2]):
                assert str(place).encode() not in raw, name


def test_with_sound_nothing_is_looked_for(session: Session, results: Results, tmp_path: Path) -> None:
    path = tmp_path / "sound.zip"
    pack(session, results, path, audio=True, vectors=False, figures=False)
    opened = open_bundle(path, tmp_path / "again")
    assert len(opened.found) == 2
    assert not (tmp_path / "again" / "corpus" / f"{NAMES[0]}.flac").is_symlink()
    assert not (tmp_path / "again" / "vectors").exists()
    assert not (tmp_path / "again" / "figures").exists()


def test_missing_and_changed_sound_is_said(path: Path, folder: Path, tmp_path: Path) -> None:
    # The same name and length, another content: that is not the sound.
    raw = bytearray((folder / f"{NAMES[0]}.flac").read_bytes())
    raw[-1] ^= 1
    (tmp_path / f"{NAMES[0]}.flac").write_bytes(raw)
    opened = open_bundle(path, tmp_path / "again")
    assert opened.changed == (f"{NAMES[0]}.flac",)
    assert opened.missing == (f"{NAMES[1]}.flac",)
    assert opened.found == ()
    # As the manifest says: copied there by hand, it is there.
    shutil.copy(folder / f"{NAMES[1]}.flac", tmp_path / "again" / "corpus")
    corpus = gather(read_session(opened.session).sources)
    assert [one.name for one in corpus.recordings] == [NAMES[1]]


def test_sound_beside_the_bundle_is_found(path: Path, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / folder.name)
    opened = open_bundle(path, tmp_path / "again")
    assert len(opened.found) == 2
    link = tmp_path / "again" / "corpus" / f"{NAMES[0]}.flac"
    assert link.read_bytes() == (folder / f"{NAMES[0]}.flac").read_bytes()


def test_without_results_there_are_only_choices_and_annotations(session: Session, tmp_path: Path) -> None:
    *_, written = bundling(session, gather(session.sources), tmp_path / "bare.zip")
    with zipfile.ZipFile(tmp_path / "bare.zip") as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"README.txt", "manifest.json", "session.w2vpraat", "corpus", "speakers", "second"}
    assert any("sound files are not in it" in note for note in written.notes)


def test_models_and_maps_of_the_user(session: Session, tmp_path: Path) -> None:
    labels = tmp_path / "mine.csv"
    labels.write_text("label,ipa\na,a\n", encoding="utf-8")
    model = tmp_path / "private" / "tuned"
    model.mkdir(parents=True)
    changed = session.settings.updated({"tokens": {"label_map": str(labels)}, "embed": {"model": str(model)}})
    *_, written = bundling(replace(session, settings=changed), gather(session.sources), tmp_path / "b.zip")
    assert any("model tuned is not in the bundle" in note for note in written.notes)
    opened = open_bundle(tmp_path / "b.zip", tmp_path / "again")
    settings = read_session(opened.session).settings
    assert Path(settings.tokens.label_map).read_bytes() == labels.read_bytes()
    assert settings.embed.model == str(tmp_path / "again" / "models" / "tuned")


def test_errors_leave_nothing(session: Session, tmp_path: Path) -> None:
    corpus = gather(session.sources)
    with pytest.raises(ExportError, match=r"ends in \.zip"):
        list(bundling(session, corpus, tmp_path / "work.tar"))
    old = tmp_path / "old.zip"
    old.write_bytes(b"precious")
    events = bundling(session, corpus, old)
    next(events)
    events.close()  # type: ignore[attr-defined]  # cancelled
    assert old.read_bytes() == b"precious"
    assert [one.name for one in tmp_path.iterdir()] == ["old.zip"]
    with pytest.raises(InputError, match="is no session bundle"):
        open_bundle(old, tmp_path / "again")
    full = tmp_path / "full"
    full.mkdir()
    (full / "x").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is not empty"):
        open_bundle(old, full)


def _forged(good: Path, bad: Path, change: Callable[[dict[str, bytes], dict[str, object]], None]) -> None:
    with zipfile.ZipFile(good) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    change(files, manifest)
    with zipfile.ZipFile(bad, "w") as archive:
        for name, raw in files.items():
            about = zipfile.ZipInfo(name)
            if name == "link":
                about.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(about, raw)
        archive.writestr("manifest.json", json.dumps(manifest))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../evil.txt", "leads out"),
        ("corpus/../../evil.txt", "leads out"),
        ("/evil.txt", "leads out"),
        ("C:/evil.txt", "leads out"),
        ("corpus\\..\\..\\evil.txt", "leads out"),
        ("CORPUS/gb_f_alice.textgrid", "one file on many systems"),
        ("link", "links"),
    ],
)
def test_names_that_lead_out_are_refused(session: Session, tmp_path: Path, name: str, message: str) -> None:
    good = tmp_path / "in" / "good.zip"
    list(bundling(session, gather(session.sources), good))
    bad = tmp_path / "in" / "bad.zip"

    def change(files: dict[str, bytes], manifest: dict[str, object]) -> None:
        files[name] = b"evil"
        files_listed = manifest["files"]
        assert isinstance(files_listed, list)
        files_listed.append({"path": name, "sha256": "0" * 64, "size": 4})

    _forged(good, bad, change)
    with pytest.raises(InputError, match=message):
        open_bundle(bad, tmp_path / "out" / "again")
    assert {one.name for one in tmp_path.iterdir()} <= {"in", "out"}
    assert not list((tmp_path / "out").rglob("*")) if (tmp_path / "out").exists() else True


def test_a_recording_that_leads_out_and_damage_are_refused(session: Session, tmp_path: Path) -> None:
    good = tmp_path / "good.zip"
    list(bundling(session, gather(session.sources), good))

    def out(files: dict[str, bytes], manifest: dict[str, object]) -> None:
        manifest["recordings"][0]["audio"] = "corpus/../../x.flac"  # type: ignore[index]

    def damage(files: dict[str, bytes], manifest: dict[str, object]) -> None:
        files["session.w2vpraat"] += b" "

    def later(files: dict[str, bytes], manifest: dict[str, object]) -> None:
        manifest["w2vpraat_bundle"] = 99

    for change, message in (
        (out, "leads out"),
        (damage, "not what the manifest says"),
        (later, "version 99"),
    ):
        _forged(good, tmp_path / "bad.zip", change)
        with pytest.raises(InputError, match=message):
            open_bundle(tmp_path / "bad.zip", tmp_path / "again")
        assert sorted(one.name for one in tmp_path.iterdir()) == ["bad.zip", "good.zip"]
