"""The scripts as texts: options are the library's own, all is ASCII, the docs tell the order of arguments."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from w2vpraat.bridge.commands import COMMANDS
from w2vpraat.bridge.pairs import SPEAKER_CHOICES
from w2vpraat.corpus.labels import BUNDLED_MAPS
from w2vpraat.normalize.methods import FORMANT_METHODS
from w2vpraat.normalize.scales import SCALES
from w2vpraat.params import parameter_groups

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugin"
FORMS = sorted((PLUGIN / "scripts").glob("*.praat"))
ONE_VECTOR = {"frames"}
"""Pooling that gives no single vector, so no row of a Table."""


def choices(section: str, name: str) -> tuple[str, ...]:
    """Return what a setting may be."""
    found = {one: about["choices"] for one, _, _, about in parameter_groups()[section].describe()}
    return tuple(found[name])


def default(section: str, name: str) -> object:
    """Return the default of a setting."""
    return {one: value for one, value, _, _ in parameter_groups()[section].describe()}[name]


MENUS = {  # field -> options in any order; the default is the setting's own
    "Label_class": ({"all", *choices("tokens", "label_class")} - {""}, "all"),
    "Label_map": ({"none", *BUNDLED_MAPS}, default("tokens", "label_map")),
    "Pooling": (set(choices("embed", "pooling")) - ONE_VECTOR, default("embed", "pooling")),
    "Normalization": ({*(one.key for one in FORMANT_METHODS), "none"}, "lobanov"),
    "Scale": ({"hz", *SCALES}, default("normalize", "scale")),
    "Balance": (set(choices("normalize", "balance")), default("normalize", "balance")),
    "Nearest_in": ({"formants", "embedding", "both"}, "embedding"),
    "Change_of": ({"formants", "embedding", "both"}, "both"),
    "Speakers": (
        {"automatic", "object name", "before the first _", "one speaker", "selected Table"},
        "automatic",
    ),
}
TEXTS = {  # field -> its default, as the setting has it
    "Model": default("embed", "model"),
    "Normalizations": default("normalize", "methods"),
    "Formant_columns": default("normalize", "formants"),
    "Shifts": default("sensitivity", "shifts"),
    "Formant_ceiling": default("formants", "ceiling_mode"),
}


def form(script: Path) -> str:
    """Return the lines of a form; nothing if there is none."""
    found = re.search(r"^form .*?^endform$", script.read_text("utf-8"), re.S | re.M)
    return found[0] if found else ""


def menus(script: Path) -> dict[str, tuple[list[str], str]]:
    """Return the option menus of a form: field to options and default."""
    found = {}
    for name, number, options in re.findall(
        r"^\toptionmenu (\S+): (\d+)\n((?:\t\toption .*\n)+)", form(script), re.M
    ):
        listed = re.findall(r"\t\toption (.*)\n", options)
        found[name] = (listed, listed[int(number) - 1])
    return found


@pytest.mark.parametrize("script", [one for one in FORMS if menus(one)], ids=lambda one: one.stem)
def test_menus_hold_what_the_library_knows(script: Path) -> None:
    for name, (listed, first) in menus(script).items():
        if name not in MENUS:
            continue
        known, chosen = MENUS[name]
        if script.stem == "normalize_formants" and name == "Normalization":
            known = known - {"none"}
        assert set(listed) == known, name
        assert len(listed) == len(known)
        assert first == chosen, name


def test_every_menu_of_the_commands_on_objects_is_compared() -> None:
    ours = {"extract_segment_table", "compare_normalizations", "add_nearest_label_tier",
            "add_boundary_sensitivity_tier", "normalize_formants", "compare_table"}  # fmt: skip
    asked = {name for one in FORMS if one.stem in ours for name in menus(one)}
    assert asked == set(MENUS)
    assert {"object", "prefix", "one", "table"} == set(SPEAKER_CHOICES)


@pytest.mark.parametrize("script", [one for one in FORMS if form(one)], ids=lambda one: one.stem)
def test_texts_begin_with_the_defaults(script: Path) -> None:
    for name, text in re.findall(r"^\tsentence ([A-Za-z_]+?)(?:_\(\S+\))? ?(.*)$", form(script), re.M):
        if name in TEXTS:
            value = TEXTS[name]
            expected = value if isinstance(value, tuple) else (value,)
            found = [cell.strip() for cell in text.split(",")]
            assert found == [f"{one:g}" if isinstance(one, float) else one for one in expected], name


@pytest.mark.parametrize("path", sorted(PLUGIN.rglob("*.*")), ids=lambda one: one.name)
def test_files_are_ascii(path: Path) -> None:
    # A Praat that is set to read MacRoman or Latin-1 reads UTF-8 wrong.
    if path.suffix in (".praat", ".inc", ".txt"):
        assert path.read_bytes().isascii()
        assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize("script", FORMS, ids=lambda one: one.stem)
def test_scripts_use_nothing_that_old_praats_lack(script: Path) -> None:
    text = script.read_text("utf-8")
    assert not re.search(r"^\s*(form:|beginPause|createFolder|folderExists|runSystem\$)", text, re.M)
    for line in re.findall(r"^\t(?:sentence|word|real|positive|integer|boolean) (.*)$", form(script), re.M):
        assert ":" not in line.split()[0]
    commands = re.findall(r'^@w2vBegin: "(\w+)"', text, re.M)
    assert set(commands) <= {*COMMANDS, "stop"}


def test_titles_have_no_colon_and_dots_where_there_is_a_form() -> None:
    setup = (PLUGIN / "setup.praat").read_text("utf-8")
    entries = re.findall(
        r'^Add (?:action|menu) command: (.*), "([^"]*)", \d, "(scripts/[^"]+)"$', setup, re.M
    )
    assert len(entries) > 12
    for before, after, script in entries:
        title = re.findall(r'"([^"]*)"', before)[-1]
        assert ":" not in title + after
        has_form = bool(form(PLUGIN / script))
        assert title.endswith("...") == has_form, title


def test_docs_tell_the_arguments_in_their_order() -> None:
    text = (ROOT / "docs" / "praat-scripts.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)\.praat` \| (.*) \|$", text, re.M)
    assert len(rows) == 6
    for name, arguments in rows:
        script = PLUGIN / "scripts" / f"{name}.praat"
        kinds = "sentence|word|optionmenu|boolean|real|positive|integer"
        fields = re.findall(rf"^\t(?:{kinds}) ([A-Za-z_]+)", form(script), re.M)
        asked = [one.split("_(")[0].strip("_").replace("_", " ").lower() for one in fields]
        assert arguments.split(", ") == asked
        comment = script.read_text("utf-8").partition("\nform ")[0]
        listed = re.findall(r"^# +(\d+) (.*?)  ", comment, re.M)
        assert [(int(number), one.lower()) for number, one in listed] == list(enumerate(asked, 1))
