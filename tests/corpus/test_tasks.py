"""Tasks: every way to write one, maps of labels to classes, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2vpraat.corpus.tasks import Task, parse_task, parse_tasks, parse_weights, read_class_map
from w2vpraat.errors import InputError

COLUMNS = ("sex", "Dialect", "age group")


@pytest.mark.parametrize(
    ("text", "task", "tier"),
    [
        ("phone", Task("phone", "tier"), ""),
        ("phones", Task("phone", "tier"), ""),
        (" phone ", Task("phone", "tier"), ""),
        ("sex", Task("sex", "column", "sex"), ""),
        ("speaker", Task("speaker", "column", "speaker"), ""),
        ("dialect", Task("dialect", "column", "Dialect"), ""),
        ("tones", Task("tones", "tier", "tones"), "tones"),
        ("tone=tier:* - tones", Task("tone", "tier", "* - tones"), "* - tones"),
        ("tone = tier : tones ", Task("tone", "tier", "tones"), "tones"),
        ("age=column:age group", Task("age", "column", "age group"), ""),
        ("height=map:vowel_height", Task("height", "classes", "vowel_height"), ""),
        ("tone=map:pinyin_tone@finals", Task("tone", "classes", "pinyin_tone", "finals"), "finals"),
        ("x=map:my maps/a.csv @ words", Task("x", "classes", "my maps/a.csv", "words"), "words"),
        ("phone=tier:words", Task("phone", "tier", "words"), "words"),
    ],
)
def test_every_form(text: str, task: Task, tier: str) -> None:
    found = parse_task(text, COLUMNS)
    assert found == task
    assert found.tier_pattern == tier


def test_speaker_and_sex_are_columns_even_without_a_table() -> None:
    assert parse_task("sex").kind == "column"
    assert parse_task("speaker").kind == "column"
    assert parse_task("dialect").kind == "tier"


@pytest.mark.parametrize("text", ["tone=tier:tones", "age=column:age", "h=map:a.csv@words", "h=map:a.csv"])
def test_a_task_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_task(text)) == text
    assert parse_task(str(parse_task(text))) == parse_task(text)


@pytest.mark.parametrize("text", ["", "a b", "=tier:x", "tone/3", "höhe!"])
def test_bad_names(text: str) -> None:
    with pytest.raises(InputError, match="its name must be of letters") as caught:
        parse_task(text)
    assert "phone, sex" in caught.value.hint


@pytest.mark.parametrize("text", ["t=", "t=tier", "t=tier:", "t=table:x", "t=tones", "t=map: "])
def test_bad_forms(text: str) -> None:
    with pytest.raises(InputError, match="is no task") as caught:
        parse_task(text)
    assert "NAME=map:FILE[@TIER]" in caught.value.hint


def test_several_tasks() -> None:
    assert [task.name for task in parse_tasks(["phone", "sex"])] == ["phone", "sex"]
    with pytest.raises(InputError, match="nothing to fine-tune for") as caught:
        parse_tasks([])
    assert "--task" in caught.value.hint
    with pytest.raises(InputError, match="same name: phone, phone") as caught:
        parse_tasks(["phone", "phones"])
    assert caught.value.hint


def test_weights() -> None:
    tasks = parse_tasks(["phone", "sex", "tone=tier:tones"])
    assert parse_weights([], tasks) == (1.0, 1.0, 1.0)
    assert parse_weights(["sex=0.3", " tone = 2"], tasks) == (1.0, 0.3, 2.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tones=1", "names no task"),
        ("sex", "is no number"),
        ("sex=much", "is no number"),
        ("sex=0", "not above 0"),
        ("sex=-1", "not above 0"),
        ("sex=nan", "not above 0"),
        ("sex=inf", "not above 0"),
    ],
)
def test_bad_weights(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_weights([text], parse_tasks(["phone", "sex"]))
    assert caught.value.hint


def write(folder: Path, text: str, name: str = "map.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_map_of_labels_and_patterns(tmp_path: Path) -> None:
    path = write(
        tmp_path, "label,class,remark\na3,exact,\n/a.*/,starts,\n/.*3/,ends,\n ,none,\nx,,\n/,slash,\n"
    )
    found = read_class_map(path)
    # Exact labels go first, then patterns in their order; a pattern means the whole label.
    assert [found(label) for label in ("a3", "ab", "a33", "b3", "3b", "x", "", "/")] == [
        "exact",
        "starts",
        "starts",
        "ends",
        "",
        "",
        "",
        "slash",
    ]
    assert found("ab") == "starts"


def test_map_in_other_table_forms_and_unicode(tmp_path: Path) -> None:
    # The same letter, composed in the label and decomposed in the table.
    found = read_class_map(write(tmp_path, "label\tclass\nu\N{COMBINING DIAERESIS}\tfront\n", "map.tsv"))
    assert found("\N{LATIN SMALL LETTER U WITH DIAERESIS}") == "front"


def test_bundled_name_goes_before_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "label,class\na,mine\n", "vowel_height")
    monkeypatch.chdir(tmp_path)
    assert read_class_map("vowel_height")("a") == "open"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("symbol,class\na,b\n", "columns label and class"),
        ("label,class\n/(/,b\n", "not a regular expression"),
        ("label,class\n,b\na,\n", "the map is empty"),
    ],
)
def test_broken_maps_name_the_file(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        read_class_map(path)
    assert caught.value.file == path
    assert caught.value.hint


def test_missing_map_lists_the_bundled_ones() -> None:
    with pytest.raises(InputError, match='there is no map "vowel_hight"') as caught:
        read_class_map("vowel_hight")
    assert "pinyin_tone" in caught.value.hint
    assert "vowel_height" in caught.value.hint
