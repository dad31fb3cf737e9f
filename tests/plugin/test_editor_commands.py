"""Commands of Praat's editors, chosen from their menus in a Praat with windows; and "Open in w2vpraat..."."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor_hands import (
    ADAM,
    LISTED,
    PHONES,
    Recorded,
    cells,
    close_box,
    grid_window,
    in_editor,
    info_after,
    interval,
    select,
    selection,
    sound_window,
)
from praat_desktop import Desktop, Praat, needed, until
from praat_runs import NAME, PraatUser, extract, quoted

MISSING = needed()
pytestmark = pytest.mark.skipif(
    bool(MISSING) and not os.environ.get("CI"), reason=f"not installed: {', '.join(MISSING)}"
)

INTERVAL, ANALYSES = 5, 5
"""Places of the menus in a TextGridEditor and in a SoundEditor, counted from 0."""
VALUES, NEAREST, SHOW = 3, 2, 1
"""Places of our commands in them, counted from the end."""
SHORT = 0.0005


@pytest.fixture(scope="module")
def results(praat_user: PraatUser, recordings: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A corpus of one recording, which is being made while other tests run; its folder is ``args[-1]``."""
    folder = praat_user.folder / "one"
    folder.mkdir()
    for ending in (".wav", ".TextGrid"):
        (folder / f"{ADAM}{ending}").write_bytes((recordings / f"{ADAM}{ending}").read_bytes())
    options = ["--tier", "phones", "--label-map", "ipa", "--label-class", "vowel"]
    words = ["embed", str(folder), *options, "-o", str(praat_user.folder / "my results")]
    process = subprocess.Popen(
        [sys.executable, "-m", "w2vpraat", *words],
        env=praat_user.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    yield process
    process.communicate()


@pytest.fixture(scope="module")
def praat(
    praat_user: PraatUser,
    recordings: Path,
    results: object,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Praat]:
    """A Praat with a recording open in both kinds of editors; it is quit as a user does."""
    assert not MISSING, f"CI needs {', '.join(MISSING)}"
    assert NAME in praat_user.environment["HOME"]
    folder = tmp_path_factory.mktemp("sent")
    with Desktop() as desktop, Praat(desktop, praat_user.environment, folder) as made:
        made.send(f"""
            sound = Read from file: {quoted(recordings / ADAM)} + ".wav"
            grid = Read from file: {quoted(recordings / ADAM)} + ".TextGrid"
            selectObject: sound, grid
            View & Edit
            editor: grid
            Select next tier
            endeditor
            selectObject: sound
            View & Edit
        """)
        yield made
        pid_file = made.pid_file
        assert pid_file.exists()
        made.quit()
        assert made.process.returncode == 0
        assert not pid_file.exists()


@pytest.fixture
def window(praat_user: PraatUser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    monkeypatch.setenv("W2VPRAAT_CONFIG_DIR", praat_user.own_variables["W2VPRAAT_CONFIG_DIR"])
    made = Recorded()
    made.listener.start()
    yield made
    made.listener.close()


def test_no_box_when_editors_open(praat: Praat) -> None:
    assert grid_window(praat)
    assert sound_window(praat)
    assert praat.boxes() == []


def test_a_selection_goes_in_and_comes_out(praat: Praat) -> None:
    select(praat, 1.25, 1.5)
    assert selection(praat) == (1.25, 1.5)


def test_segment_values_from_the_menu(praat: Praat, praat_user: PraatUser, recordings: Path) -> None:
    number, start, end = interval(recordings, "æ")
    select(praat, start + SHORT, start + SHORT)
    before = praat.send(LISTED)
    praat.choose(grid_window(praat), INTERVAL, VALUES)
    told = info_after(praat)
    assert told.splitlines()[0] == f'{ADAM}, tier 2 "phones", {start + SHORT:.3f} s'
    assert "æ" in told
    assert f"{start:.3f} to {end:.3f} s" in told
    assert number > 1
    # Nothing of it is left: selections, objects, jobs.
    assert selection(praat) == pytest.approx((start + SHORT, start + SHORT), abs=1e-9)
    assert praat.send(LISTED) == before
    assert praat_user.jobs == []


def test_several_segments_make_a_table_with_the_values_of_the_whole(
    praat: Praat, praat_user: PraatUser, recordings: Path
) -> None:
    number, start, end = interval(recordings, "æ")
    select(praat, start - 0.02, end + 0.02)
    praat.choose(grid_window(praat), INTERVAL, VALUES)
    assert "interval" in info_after(praat)
    praat.send(f"""
        select all
        minusObject: {quoted(f"Table {ADAM}_values")}
        selectObject: {quoted(f"Sound {ADAM}")}
        plusObject: {quoted(f"TextGrid {ADAM}")}
        {extract(further="").replace("SCRIPTS", quoted(praat_user.plugin / "scripts"))}
    """)
    columns = ("label", "start", "end", "F1", "F2", "F3", "f0", "intensity")
    here = cells(praat, f"{ADAM}_values", columns, f'id$ = "{ADAM}#{PHONES}.{number}"')
    whole = cells(praat, f"{ADAM}_segments", columns, f'id$ = "{ADAM}#{PHONES}.{number}"')
    assert len(here) == 1
    assert here == whole
    assert here[0][0] == "æ"
    neighbours = cells(praat, f"{ADAM}_values", ("label",), "1")
    assert len(neighbours) == 3
    praat.send(f"removeObject: {quoted(f'Table {ADAM}_values')}, {quoted(f'Table {ADAM}_segments')}")


def test_a_tier_is_added_with_the_editor_open(praat: Praat) -> None:
    added = praat.send(f"""
        selectObject: {quoted(f"TextGrid {ADAM}")}
        Insert interval tier: 3, "new"
        editor: {quoted(f"TextGrid {ADAM}")}
        for i to 2
            Select next tier
        endfor
        info$ = Editor info
        endeditor
        answer$ = extractLine$ (info$, "Selected tier: ")
        selectObject: {quoted(f"TextGrid {ADAM}")}
        Remove tier: 3
        editor: {quoted(f"TextGrid {ADAM}")}
        Select next tier
        endeditor
    """)
    assert added == "1"  # 2, then the new one, then the first again
    assert praat.boxes() == []


def test_the_selection_of_a_sound_is_a_token(praat: Praat, recordings: Path) -> None:
    _, start, end = interval(recordings, "æ")
    select(praat, start, end, f"Sound {ADAM}")
    before = praat.send(LISTED)
    praat.choose(sound_window(praat), ANALYSES, VALUES)
    told = info_after(praat)
    assert '"selection"' in told.splitlines()[0]
    assert f"{start:.3f} to {end:.3f} s" in told
    assert "fewer than" not in told  # nothing about a speaker of one token
    assert praat.send(LISTED) == before


def test_nothing_is_selected_in_a_sound(praat: Praat, praat_user: PraatUser) -> None:
    select(praat, 1, 1, f"Sound {ADAM}")
    before = praat.send(LISTED)
    praat.choose(sound_window(praat), ANALYSES, VALUES)
    close_box(praat)
    assert praat.info() == ""
    assert praat.send(LISTED) == before
    assert praat_user.jobs == []


def test_long_sounds_are_sent_in_part(praat: Praat, praat_user: PraatUser, recordings: Path) -> None:
    _, start, end = interval(recordings, "æ")
    middle = (start + end) / 2
    told = praat.send(
        f"""
        for i to 4
            selectObject: {quoted(f"Sound {ADAM}")}
            duration = Get total duration
            sound [i] = Copy: "part"
            selectObject: {quoted(f"TextGrid {ADAM}")}
            grid [i] = Copy: "part"
        endfor
        selectObject: sound [1], sound [2], sound [3], sound [4]
        sound = Concatenate
        Rename: "long"
        selectObject: grid [1], grid [2], grid [3], grid [4]
        grid = Concatenate
        Rename: "long"
        for i to 4
            removeObject: sound [i], grid [i]
        endfor
        selectObject: sound, grid
        View & Edit
        editor: grid
        Select next tier
        Select: 2 * duration + {middle}, 2 * duration + {middle}
        endeditor
        answer$ = string$ (duration)
        """
    )
    offset = 2 * float(told)
    assert 4 * float(told) > 60
    info = in_editor(praat, praat_user, "TextGrid long", "segment_values_here")
    assert f"{offset + start:.3f} to {offset + end:.3f} s" in info
    lo, hi = offset + middle - 30, offset + middle + 30
    assert "of this long sound" in info
    sent = info.partition("of this long sound ")[2].split()
    assert float(sent[0]) == pytest.approx(lo, abs=0.1)
    assert float(sent[2]) == pytest.approx(min(hi, 4 * float(told)), abs=0.1)
    # The same vowel in the short sound; only what is around differs.
    select(praat, middle, middle)
    short = in_editor(praat, praat_user, f"TextGrid {ADAM}", "segment_values_here")
    for name in ("formants", "intensity"):
        both = [line for line in (*info.splitlines(), *short.splitlines()) if line.startswith(name)]
        assert len(both) == 2
        numbers = [[float(word) for word in line.split() if word[0].isdigit()][:3] for line in both]
        assert numbers[0] == pytest.approx(numbers[1], rel=0.01)
    praat.send('removeObject: "Sound long", "TextGrid long"')


def test_a_textgrid_that_is_longer_than_its_sound(
    praat: Praat,
    praat_user: PraatUser,
    window: Recorded,
    recordings: Path,
    results: subprocess.Popen[bytes],
) -> None:
    # An editor adds silence up to the end of the TextGrid; no file has it, so it must not be embedded.
    _, start, end = interval(recordings, "æ")
    longer = f"{ADAM}_2"
    praat.send(f"""
        selectObject: {quoted(f"Sound {ADAM}")}
        duration = Get total duration
        sound = Copy: {quoted(longer)}
        grid = Create TextGrid: 0, duration + 2, "words phones", ""
        Rename: {quoted(longer)}
        Insert boundary: 2, {start}
        Insert boundary: 2, {end}
        Set interval text: 2, 2, "æ"
        Save as text file: {quoted(recordings / f"{longer}.TextGrid")}
        plusObject: sound
        View & Edit
        editor: grid
        Select next tier
        Select: {start}, {end}
        endeditor
    """)
    assert results.wait(60) == 0
    found = []
    select(praat, start, end)
    for editor in (ADAM, longer):
        told = in_editor(
            praat,
            praat_user,
            f"TextGrid {editor}",
            "nearest_tokens_in_my_corpus",
            str(praat_user.folder / "my results"),
            "3",
            "no",
        )
        # The token itself is in the corpus: it is not among the neighbours of the first, but of the second.
        found.append([line.split()[1] for line in told.splitlines() if re.match(r"\s*\d+\s+\d+\.", line)])
    assert len(found[0]) == 3
    assert found[1] == ["0.000", *found[0][:2]]
    in_editor(praat, praat_user, f"TextGrid {longer}", "show_in_w2vpraat")
    assert window.asked[0]["audio"] == str(recordings / f"{ADAM}.wav")
    assert window.asked[0]["textgrid"] == str(recordings / f"{longer}.TextGrid")
    praat.send(f"""
        removeObject: {quoted(f"Sound {longer}")}, {quoted(f"TextGrid {longer}")}
        removeObject: {quoted(f"Table {longer}_nearest")}, {quoted(f"Table {ADAM}_nearest")}
    """)


def test_a_textgrid_without_a_sound(praat: Praat, praat_user: PraatUser) -> None:
    praat.send(f"""
        selectObject: {quoted(f"TextGrid {ADAM}")}
        Copy: "alone"
        View & Edit alone
    """)
    before = praat.send(LISTED)
    praat.choose(praat.window("TextGrid alone"), INTERVAL, VALUES)
    close_box(praat)
    assert praat.send(LISTED) == before
    assert praat_user.jobs == []
    praat.send('removeObject: "TextGrid alone"')


def test_show_from_both_menus(praat: Praat, window: Recorded, recordings: Path) -> None:
    audio, grid = str(recordings / f"{ADAM}.wav"), str(recordings / f"{ADAM}.TextGrid")
    select(praat, 1.25, 1.5)
    praat.choose(grid_window(praat), INTERVAL, SHOW)
    until(lambda: window.asked or praat.boxes(), "the request")
    assert not praat.boxes(), praat.box_picture()
    assert window.asked == [{"audio": audio, "textgrid": grid, "tier": "phones", "start": 1.25, "end": 1.5}]
    assert praat.info() == ""  # the window itself is the answer
    select(praat, 0.5, 0.75, f"Sound {ADAM}")
    praat.choose(sound_window(praat), ANALYSES, SHOW)
    until(lambda: len(window.asked) == 2 or praat.boxes(), "the request")
    assert window.asked[1] == {"audio": audio, "textgrid": grid, "tier": "", "start": 0.5, "end": 0.75}


def test_a_changed_textgrid_is_not_shown(praat: Praat, praat_user: PraatUser, window: Recorded) -> None:
    change = f"selectObject: {quoted(f'TextGrid {ADAM}')}\nSet interval text: 1, 2, "
    label = praat.send(f"selectObject: {quoted(f'TextGrid {ADAM}')}\nanswer$ = Get label of interval: 1, 2")
    praat.send(change + '"changed"')
    praat.choose(grid_window(praat), INTERVAL, SHOW)
    close_box(praat)
    assert window.asked == []
    assert praat_user.jobs == []
    praat.send(change + quoted(label))


def test_nearest_tokens_from_the_menu(
    praat: Praat, praat_user: PraatUser, recordings: Path, results: subprocess.Popen[bytes]
) -> None:
    _, start, end = interval(recordings, "æ")
    select(praat, start, end)
    praat.choose(grid_window(praat), INTERVAL, NEAREST)
    form = praat.window("Nearest tokens in my corpus")
    praat.focus(form)
    praat.desktop.type("/no/such/folder")
    praat.desktop.key("Return")
    close_box(praat)
    # The form is still there, so that the folder can be corrected.
    assert results.wait(60) == 0, results.stderr.read() if results.stderr else ""
    praat.focus(form)
    praat.desktop.key("ctrl+a")
    praat.desktop.type(str(praat_user.folder / "my results"))
    praat.desktop.key("Return")
    told = info_after(praat)
    assert told.startswith(f'"æ", {start:.3f} to {end:.3f} s in {ADAM}')
    found = praat.send(f"""
        selectObject: {quoted(f"Table {ADAM}_nearest")}
        rows = Get number of rows
        distance = Get value: 1, "distance"
        id$ = Get value: 1, "id"
        answer$ = string$ (rows) + " " + string$ (distance > 0) + " " + id$
        Remove
    """)
    rows, is_other, first = found.split()
    assert (rows, is_other) == ("10", "1")
    assert first.startswith(f"{ADAM}#{PHONES}.")


def test_open_in_w2vpraat(praat: Praat, praat_user: PraatUser, window: Recorded, recordings: Path) -> None:
    script = quoted(praat_user.plugin / "scripts" / "open_in_w2vpraat.praat")
    both = f"selectObject: {quoted(f'Sound {ADAM}')}, {quoted(f'TextGrid {ADAM}')}\n"
    praat.send(f'{both}writeInfo: ""\nrunScript: {script}, ""')
    assert window.asked[0]["audio"] == str(recordings / f"{ADAM}.wav")
    folder = praat_user.folder / "copies"
    folder.mkdir()
    praat.send(f"{both}runScript: {script}, {quoted(folder)}")
    assert window.asked[1]["audio"] == str(folder / f"{ADAM}.wav")
    assert "Copies of the objects" in praat.info()
    assert (folder / f"{ADAM}.wav").read_bytes() == (recordings / f"{ADAM}.wav").read_bytes()
    # A LongSound has its own entry in the menus.
    praat.send(f"""
        long = Open long sound file: {quoted(recordings / ADAM)} + ".wav"
        selectObject: long, {quoted(f"TextGrid {ADAM}")}
        runScript: {script}, ""
        removeObject: long
    """)
    assert window.asked[2] == window.asked[0]


@pytest.mark.parametrize("first", ["Sound", "LongSound"])
def test_open_in_w2vpraat_is_registered(praat_user: PraatUser, recordings: Path, first: str) -> None:
    command = "Read from file" if first == "Sound" else "Open long sound file"
    ran = praat_user.run(f"""
        sound = {command}: {quoted(recordings / ADAM)} + ".wav"
        grid = Read from file: {quoted(recordings / ADAM)} + ".TextGrid"
        selectObject: sound, grid
        do ("Open in w2vpraat...")
    """)
    assert "Use instead" in ran.err
    assert "plugin_w2vpraat/scripts/open_in_w2vpraat.praat" in ran.err


@pytest.mark.parametrize("script", ["segment_values_here", "show_in_w2vpraat"])
def test_outside_an_editor(praat_user: PraatUser, script: str) -> None:
    ran = praat_user.run(f'runScript: SCRIPTS + "/{script}.praat"')
    assert ran.code != 0
    assert "belongs into the window of a TextGrid or a Sound" in ran.err
