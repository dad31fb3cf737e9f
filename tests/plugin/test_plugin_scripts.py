"""The plugin's commands in real Praats: registered, clear when they fail, and nothing of them is left."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from praat_runs import EVERY, LABELLED, PROGRAMS, PraatUser, command, plain, quoted

TRIPLES = {  # selection -> what makes it; every object's id is kept
    "pair": """
        sound = Create Sound from formula: "s", 1, 0, 1, 16000, "1/2*sin(2*pi*100*x)"
        To TextGrid: "phones", ""
        plusObject: sound
        """,
    "three": """
        sound = Create Sound from formula: "s", 1, 0, 1, 16000, "1/2*sin(2*pi*100*x)"
        textGrid = To TextGrid: "phones", ""
        Create Table with column names: "speakers", 1, "speaker"
        plusObject: sound, textGrid
        """,
    "table": 'Create Table with column names: "t", 1, "F1 F2"',
}
PAIR_COMMANDS = {
    "Extract segment table...": "extract_segment_table",
    "Compare normalizations...": "compare_normalizations",
    "Add nearest-label tier...": "add_nearest_label_tier",
    "Add boundary-sensitivity tier...": "add_boundary_sensitivity_tier",
    "Help": "help",
}
COMMANDS = [
    *(("pair", *one) for one in PAIR_COMMANDS.items()),
    *(("three", *one) for one in PAIR_COMMANDS.items()),
    ("table", "Normalize formants...", "normalize_formants"),
    ("table", "Compare...", "compare_table"),
    ("table", "Help", "help"),
    ("table", "Check installation", "check_installation"),
    ("table", "Stop background worker", "stop_worker"),
]

# ---- it loads, and its commands are there ------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS)
def test_plugin_loads_without_a_word(praat_user: PraatUser, program: str) -> None:
    ran = praat_user.run('writeInfoLine: "my own text"', program=program)
    assert ran.lines == ["my own text"]


@pytest.mark.parametrize(("selection", "title", "script"), COMMANDS)
def test_commands_are_registered(praat_user: PraatUser, selection: str, title: str, script: str) -> None:
    for program in PROGRAMS:
        ran = praat_user.run(f"{TRIPLES[selection]}\ndo ({quoted(title)})", program=program)
        assert ran.code != 0
        assert "Use instead" in ran.err
        assert f"plugin_w2vpraat/scripts/{script}.praat" in ran.err


def test_commands_belong_to_their_selection_only(praat_user: PraatUser) -> None:
    ran = praat_user.run(f'{TRIPLES["table"]}\ndo ("Extract segment table...")')
    assert "not available for current selection" in ran.err


def test_jobs_folder_is_private(praat_user: PraatUser) -> None:
    assert stat.S_IMODE((praat_user.plugin / "jobs").stat().st_mode) & 0o077 == 0


# ---- errors ------------------------------------------------------------------------------------------------


LOOK = """
procedure look
    .text$ = ""
    for .i to numberOfSelected ()
        .id [.i] = selected (.i)
        .text$ = .text$ + string$ (.id [.i]) + " "
    endfor
    .n = numberOfSelected ()
    select all
    appendInfoLine: ">", .text$, "of ", numberOfSelected ()
    selectObject ()
    for .i to .n
        plusObject: .id [.i]
    endfor
endproc
"""


def failing(user: PraatUser, before: str, call: str, program: str = "praat") -> str:
    """Return the message of a call that fails; objects and selection must stay, and no job be left."""
    ran = user.run(f"{before}\n{call}", program=program)
    assert ran.code != 0
    assert user.jobs == []
    going_on = user.run(f"{before}\n@look\nnocheck {call}\n@look\n{LOOK}", program=program)
    first, second = (line for line in going_on.out.splitlines() if line.startswith(">"))
    assert first == second
    assert str(user.plugin / "jobs") not in ran.err
    return ran.err.replace("Error: ", "", 1)


@pytest.mark.parametrize("program", EVERY)
def test_an_error_of_the_program_is_its_own_text(praat_user: PraatUser, program: str) -> None:
    call = plain("1", model="“łódź”")
    message = failing(praat_user, LABELLED, call, program)
    assert "“łódź”" in message
    assert "base" in message  # the remedy names the models that there are


@pytest.mark.parametrize("program", EVERY)
def test_a_wrong_tier(praat_user: PraatUser, program: str) -> None:
    call = plain("9")
    message = failing(praat_user, LABELLED, call, program)
    assert message.startswith('TextGrid "łoś" has no tier 9')
    assert '2 "words"' in message


SELECTIONS = {
    "nothing": ("selectObject ()", "Select Sounds and their TextGrids"),
    "one Sound": ("selectObject: sound", "Selected now: Sounds 1, TextGrids 0."),
    "two Sounds": (
        'selectObject: sound\nb = Copy: "b"\nplusObject: sound, textGrid',
        "Sounds 2, TextGrids 1",
    ),
    "a Pitch": ("selectObject: sound\np = To Pitch: 0, 75, 600\nplusObject: sound, textGrid", "nothing else"),
    "other names": (
        'selectObject: sound\nb = Copy: "b"\nselectObject: textGrid\nCopy: "c"\n'
        "plusObject: b, sound, textGrid",
        'Sound "b" has no TextGrid of the same name',
    ),
}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_a_wrong_selection(praat_user: PraatUser, selection: str) -> None:
    lines, expected = SELECTIONS[selection]
    call = plain("1")
    assert expected in failing(praat_user, f"{LABELLED}\n{lines}", call)


FIELDS: dict[str, tuple[dict[str, str], str]] = {
    "components": ({"components": "many"}, '"Components" must be a whole number'),
    "ceiling": ({"ceiling": "high"}, "high"),
    "Table": ({"speakers": "selected Table"}, "no Table is selected"),
    "no option": ({"further": "pitch.flour = 75"}, "pitch.flour"),
    "no equals": ({"further": "pitch.floor 75"}, "is not understood"),
}


@pytest.mark.parametrize("case", FIELDS)
def test_wrong_fields(praat_user: PraatUser, case: str) -> None:
    fields, expected = FIELDS[case]
    assert expected in failing(praat_user, LABELLED, plain("1", **fields))


def test_a_table_of_speakers_and_another_choice(praat_user: PraatUser) -> None:
    before = f'{LABELLED}\nt = Create Table with column names: "s", 1, "speaker"\nplusObject: sound, textGrid'
    call = plain("1", speakers="one speaker")
    assert 'a Table is selected, but "one speaker" is chosen' in failing(praat_user, before, call)


def test_no_launcher(praat_user: PraatUser) -> None:
    launcher = next(iter((praat_user.plugin / "bin").iterdir()))
    aside = launcher.with_name("aside")
    launcher.rename(aside)
    try:
        call = command("check_installation")
        ran = praat_user.run(f"{LABELLED}\n{call}")
        left = [one for name in praat_user.jobs for one in (praat_user.plugin / "jobs" / name).iterdir()]
    finally:
        aside.rename(launcher)
    assert ran.code != 0
    assert ran.err.startswith("Error: w2vpraat could not be started.")
    assert "w2vpraat plugin install" in ran.err
    assert left == []
    for name in praat_user.jobs:  # without a launcher nobody can remove it; the worker does when it starts
        (praat_user.plugin / "jobs" / name).rmdir()


# ---- tables, picture, worker -------------------------------------------------------------------------------


def test_check_tells_versions_and_worker(praat_user: PraatUser) -> None:
    text = f"{LABELLED}\n{command('check_installation')}\nappendInfoLine: numberOfSelected ()"
    lines = praat_user.run(text).lines
    told = "\n".join(lines)
    assert lines[-1] == "2"
    for word in ("w2vpraat", "Praat", "Python", "torch", str(praat_user.worker())):
        assert word in told


def test_help_names_every_command(praat_user: PraatUser) -> None:
    told = "\n".join(praat_user.run(command("help")).lines)
    for _, title, _ in COMMANDS:
        assert title in told or title == "Help"
    assert str(praat_user.plugin / "scripts") in told


def test_one_worker_served_all_and_can_be_stopped(praat_user: PraatUser) -> None:
    assert len(praat_user.workers()) <= 1
    lines = praat_user.run(command("check_installation") + "\n" + command("stop_worker")).lines
    assert "is stopped" in lines[-1]
    assert praat_user.worker() == 0
    again = praat_user.run(command("stop_worker")).lines
    assert again == ["no background worker is running"]


def test_nothing_is_left_and_no_preference_changed(praat_user: PraatUser, tmp_path: Path) -> None:
    user = PraatUser(tmp_path / "new", tmp_path / "cache")
    user.run(LABELLED)
    before = _preferences(user)
    user.run(f"{LABELLED}\n{plain('9')}")
    user.close()
    assert _preferences(user) == before
    assert len(before) > 50
    assert sorted(one.name for one in user.home.iterdir()) == [user.preferences.name, "script.praat"]
    assert {one.name for one in user.preferences.iterdir()} <= {"plugin_w2vpraat", "prefs5"}


def _preferences(user: PraatUser) -> list[str]:
    """Return what Praat itself keeps at the end of every script."""
    lines = [
        line
        for one in sorted(user.preferences.glob("prefs*"))
        for line in one.read_text("utf-8").splitlines()
    ]
    counted = ("Sessions:", "memory:")  # how often Praat was started, and how much it used
    return [line for line in lines if not any(word in line for word in counted)]
