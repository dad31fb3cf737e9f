"""Session files: round trip, old versions, paths that move, broken files."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from w2vpraat.corpus.speaker_edits import MetadataEdit
from w2vpraat.errors import ExportError, InputError
from w2vpraat.session import session_file
from w2vpraat.session.choices import CeilingChoice, ReviewMark
from w2vpraat.session.recent import MOST, recent_sessions, remember_session
from w2vpraat.session.session import Session
from w2vpraat.session.session_file import FORMAT, MIGRATIONS, read_session, write_session
from w2vpraat.session.settings import read_settings, settings_text

STORED = Path(__file__).parent / "stored"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "work" / "home"
    place.mkdir(parents=True)
    return place


def stored(name: str, home: Path) -> Path:
    return Path(shutil.copy(STORED / name, home / "old.w2vpraat"))


def test_version_1_is_read(home: Path) -> None:
    session = read_session(stored("version_1.w2vpraat", home))
    assert session.sources == (home / "corpus", home.parent / "elsewhere" / "extra.wav")
    assert session.speakers == home / "corpus" / "speakers.csv"
    assert session.settings.tokens.tier == "phones"
    assert session.settings.tokens.label_map == str(home / "maps" / "ours.csv")
    assert session.settings.ceilings == (
        CeilingChoice("ann#1.2", 5200.0, "phones", 0.2),
        CeilingChoice("bea", 5400.5),
    )
    assert session.settings.metadata == (MetadataEdit("ann", "sex", "F"),)
    assert session.mark("ann#1.2") == ReviewMark(True, False, ("nasal",), "creaky", "phones", 0.2)
    assert session.second_grids == {"ann": home / "second" / "ann.TextGrid"}
    assert (session.filter, session.layout) == ("speaker:ann -tag:done", {"selected": "ann"})


def test_version_0_is_migrated_and_left_alone(home: Path) -> None:
    path = stored("version_0.w2vpraat", home)
    session = read_session(path)
    assert session.sources == (home / "corpus",)
    assert session.settings.tokens.labels == ("iː", "ɑ")
    assert session.settings.formants.ceiling_mode == "fixed"
    assert session.settings.ceilings == (CeilingChoice("ann#1.2", 5200.0), CeilingChoice("bea", 5400.5))
    assert dict(session.review) == {
        "ann#1.2": ReviewMark(done=True),
        "ann#1.4": ReviewMark(done=True, star=True),
    }
    assert path.read_bytes() == (STORED / "version_0.w2vpraat").read_bytes()
    write_session(session, path)
    assert json.loads(path.read_bytes())["w2vpraat"] == FORMAT
    assert read_session(path) == session


def test_every_earlier_version_has_its_migration_and_a_stored_file() -> None:
    assert sorted(MIGRATIONS) == list(range(FORMAT))
    assert {path.stem for path in STORED.glob("*")} == {f"version_{n}" for n in range(FORMAT + 1)}


def test_unknown_keys_are_kept_within_a_version(home: Path) -> None:
    path = stored("version_1.w2vpraat", home)
    write_session(read_session(path).with_filter(""), path)
    values = json.loads(path.read_bytes())
    assert values["colours_of_tomorrow"] == {"ann": "#123456"}
    assert "filter" not in values


def test_an_unknown_option_is_refused_since_it_would_decide_numbers(home: Path) -> None:
    path = home / "x.w2vpraat"
    path.write_text('{"w2vpraat": 1, "settings": {"tokens": {"teir": "phones"}}}')
    with pytest.raises(InputError, match='unknown setting "teir"'):
        read_session(path)


def test_the_file_is_sorted_and_one_change_is_one_line(home: Path) -> None:
    session = read_session(stored("version_1.w2vpraat", home))
    one, two = home / "one.w2vpraat", home / "two.w2vpraat"
    write_session(session, one)
    shuffled = replace(session, layout=dict(reversed(session.layout.items())))
    write_session(shuffled.with_options("tokens", tier="words"), two)
    before, after = one.read_text().splitlines(), two.read_text().splitlines()
    assert [line for line in after if line not in before] == ['      "tier": "words",']
    assert before[:2] == ["{", '  "w2vpraat": 1,']
    keys = list(json.loads(one.read_bytes()))[1:]
    assert keys == sorted(keys)


def test_a_folder_moves_with_its_session(home: Path, tmp_path: Path) -> None:
    session = (
        Session()
        .with_sources([home / "corpus", home.parent / "beside" / "x.wav", tmp_path / "far" / "y.wav"])
        .with_speakers(home / "speakers.csv")
        .with_second_grid("ann", home / "second" / "ann.TextGrid")
        .with_options("embed", model=str(home / "models" / "ours"))
        .with_options("layers", models=("base", str(home / "models" / "ours")))
    )
    values = json.loads(write_session(session, home / "a.w2vpraat").read_bytes())
    assert values["corpus"] == ["corpus", "../beside/x.wav", (tmp_path / "far" / "y.wav").as_posix()]
    assert values["settings"]["embed"]["model"] == "./models/ours"
    assert values["settings"]["layers"]["models"] == ["base", "./models/ours"]
    there = tmp_path / "moved" / "deeper"
    there.parent.mkdir()
    shutil.move(home, there)
    moved = read_session(there / "a.w2vpraat")
    assert moved.sources == (
        there / "corpus",
        there.parent / "beside" / "x.wav",
        tmp_path / "far" / "y.wav",
    )
    assert moved.speakers == there / "speakers.csv"
    assert moved.second_grids["ann"] == there / "second" / "ann.TextGrid"
    assert moved.settings.embed.model == str(there / "models" / "ours")
    assert moved.settings.layers.models == ("base", str(there / "models" / "ours"))


def test_a_session_in_its_own_corpus(home: Path) -> None:
    path = write_session(Session().with_sources([home]), home / "a.w2vpraat")
    assert json.loads(path.read_bytes())["corpus"] == ["."]
    assert read_session(path).sources == (home,)


def test_a_newer_version_is_neither_read_nor_overwritten(home: Path) -> None:
    path = home / "new.w2vpraat"
    path.write_text(json.dumps({"w2vpraat": FORMAT + 1, "brain": "large"}))
    before = path.read_bytes()
    with pytest.raises(InputError, match=f"version {FORMAT + 1}.*update w2vpraat"):
        read_session(path)
    with pytest.raises(InputError, match="update w2vpraat"):
        write_session(Session(), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{\n  "w2vpraat": 1,\n  "filter" "x"\n}', "line 3 is broken"),
        (b'{\n  "w2vpraat": 1,\n  "filter": "\xe9"\n}', "line 3 is not UTF-8"),
        (b'{\n "w2vpraat": 1,\n<<<<<<< ours\n "filter": "x"\n}', "line 3 .*two versions were merged"),
        (b'{"w2vpraat": 1, "filter": "a", "filter": "b"}', '"filter" is there twice'),
        (b'{"w2vpraat": 1, "ceilings": {"ann": NaN}}', "NaN is no number"),
        (b'{"filter": ""}', "not a session of w2vpraat"),
        (b"[1]", "not a session of w2vpraat"),
        (b"", "line 1 is broken"),
        (b'{"w2vpraat": "1"}', "version '1' is not possible"),
        (b'{"w2vpraat": true}', "version True is not possible"),
        (b'{"w2vpraat": 1, "corpus": "a"}', '"corpus" should be a list of paths'),
        (b'{"w2vpraat": 1, "corpus": [3]}', '"corpus" should hold paths'),
        (b'{"w2vpraat": 1, "second_grids": {"a": 3}}', '"second_grids" should hold paths'),
        (b'{"w2vpraat": 1, "settings": {"tokens": 3}}', '"tokens" under "settings" is no section'),
        (b'{"w2vpraat": 1, "settings": {"run": {}}}', '"run" under "settings" is no section'),
        (b'{"w2vpraat": 1, "settings": {"tokens": {"min_duration": "x"}}}', '"min_duration" is'),
        (b'{"w2vpraat": 1, "ceilings": {"ann": "x"}}', 'ceilings, "ann" is .x., but should be a number'),
        (b'{"w2vpraat": 1, "ceilings": {"ann": {"hertz": 1}}}', '"hertz" is not known'),
        (b'{"w2vpraat": 1, "ceilings": {"ann": 12}}', 'of "ann" is 12 Hz'),
        (b'{"w2vpraat": 1, "metadata": {"ann": {"sex": 1}}}', '"sex" is 1, but should be a text'),
        (b'{"w2vpraat": 1, "review": {"ann#1.2": {"done": "yes"}}}', "should be true or false"),
        (b'{"w2vpraat": 1, "review": {"ann": {"done": true}}}', '"ann" is no token'),
        (b'{"w2vpraat": 1, "filter": "/(/"}', "not a regular expression"),
        (b'{"w2vpraat": 0, "ceilings": [1]}', "not a session of version 0"),
    ],
)
def test_a_broken_file_says_where(home: Path, text: bytes, message: str) -> None:
    path = home / "x.w2vpraat"
    path.write_bytes(text)
    with pytest.raises(InputError, match=message) as caught:
        read_session(path)
    assert caught.value.file == str(path)
    assert path.read_bytes() == text


def test_other_endings_and_missing_files(home: Path) -> None:
    with pytest.raises(InputError, match=r"call it work\.w2vpraat"):
        write_session(Session(), home / "work.json")
    with pytest.raises(InputError, match="no such session"):
        read_session(home / "gone.w2vpraat")
    with pytest.raises(InputError, match="can't be read"):
        read_session(home)


def test_a_failed_save_leaves_the_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_session(Session(), home / "a.w2vpraat")
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        write_session(Session().with_filter("x"), path)
    assert path.read_bytes() == before
    assert [one.name for one in home.iterdir()] == ["a.w2vpraat"]


def test_the_settings_file_of_a_run_holds_what_was_set_by_hand(home: Path) -> None:
    settings = read_session(stored("version_1.w2vpraat", home)).settings
    (home / "w2vpraat.toml").write_text(settings_text(settings), encoding="utf-8")
    assert read_settings(home / "w2vpraat.toml") == settings


def test_recent_sessions_are_few_new_ones_first_and_there(home: Path) -> None:
    assert recent_sessions() == ()
    paths = [home / f"{number}.w2vpraat" for number in range(MOST + 3)]
    for path in paths:
        path.touch()
        remember_session(path)
    assert recent_sessions() == tuple(reversed(paths))[:MOST]
    assert remember_session(paths[-3])[:2] == (paths[-3], paths[-1])
    paths[-3].unlink()
    assert recent_sessions()[0] == paths[-1]
    assert paths[-3] not in recent_sessions()


@pytest.mark.parametrize("text", ["", "[]", '{"recent": 3}', '{"recent": [3]}'])
def test_a_damaged_list_of_recent_sessions_is_empty(home: Path, text: str) -> None:
    from w2vpraat.models.user_models import config_folder

    config_folder().mkdir(parents=True)
    (config_folder() / "recent.json").write_text(text)
    assert recent_sessions() == ()
    assert remember_session(home) == (home,)


def test_path_options_are_options() -> None:
    for section, option in session_file.PATH_OPTIONS:
        assert option in Session().settings.group(section).as_dict()
