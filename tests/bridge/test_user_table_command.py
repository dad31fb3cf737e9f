"""Tables in Praat's list: normalized and compared as the command line does with a file of the same cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import parselmouth
import pytest
from parselmouth.praat import call
from sample_jobs import answer

from w2vpraat.bridge.commands.user_table import compare_table, normalize_table
from w2vpraat.bridge.job import Job, read_job
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.pairs import told
from w2vpraat.bridge.praat_files import write_collection
from w2vpraat.bridge.warm import Warm
from w2vpraat.cli.main import main
from w2vpraat.compare import Projection
from w2vpraat.errors import InputError, W2VPraatError

HERTZ = {
    "normalize.formants": "f1,f2,f3",
    "compare.folds": "5",
    "compare.bootstrap": "50",
    "pairs.shuffles": "9",
}


def table_job(folder: Path, command: str, source: Path, values: Mapping[str, object]) -> Job:
    """Let Praat read a CSV and save it as the plugin's script does."""
    folder.mkdir(parents=True)
    table = call("Read Table from comma-separated file", str(source))
    call(table, "Save as text file", str(folder / "table.Table"))
    lines = {"protocol": 1, "command": command, "table_name": source.stem, **values}
    text = "".join(f"{key} = {value}\n" for key, value in lines.items())
    (folder / "job.txt").write_text(text, encoding="utf-8")
    return read_job(folder)


def cells_job(folder: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]], **values: object) -> Job:
    folder.mkdir(parents=True)
    made = parselmouth.read(
        str(write_collection(folder / "one.Collection", [PraatTable("mine", columns, tuple(rows))]))
    )
    call(made, "Save as text file", str(folder / "table.Table"))
    lines = {"protocol": 1, "command": "normalize_table", "table_name": "mine", **values}
    (folder / "job.txt").write_text(
        "".join(f"{key} = {value}\n" for key, value in lines.items()), encoding="utf-8"
    )
    return read_job(folder)


def column(table: PraatTable, name: str) -> list[str]:
    return [row[table.columns.index(name)] for row in table.rows]


def numbers(table: PraatTable, name: str) -> np.ndarray:
    return np.array([np.nan if cell == "--undefined--" else float(cell) for cell in column(table, name)])


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["pb52", "h95"])
def test_normalized_columns_equal_those_of_the_command_line(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    source = shared_data / "formants" / f"{name}_phonTools.csv"
    methods = "lobanov,nearey2,deltaf,bark_difference"
    job = table_job(tmp_path / "job", "normalize_table", source, {**HERTZ, "normalize.methods": methods})
    made = answer(normalize_table, job, Warm())
    target = tmp_path / "cli.csv"
    assert (
        main(["normalize", str(source), "--formants", "f1,f2,f3", "--methods", methods, "-o", str(target)])
        == 0
    )
    theirs = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    (table,) = made.objects
    assert isinstance(table, PraatTable)
    assert table.name == f"{source.stem}_normalized"
    assert list(table.columns) == list(theirs[0])
    own = list(csv.reader(io.StringIO(source.read_text(encoding="utf-8"))))
    assert [list(row[: len(own[0])]) for row in table.rows] == own[1:]
    new = table.columns[len(own[0]) :]
    assert len(new) > 9
    for one in new:
        want = np.array([float(row[one]) if row[one] else np.nan for row in theirs])
        np.testing.assert_allclose(numbers(table, one), want, atol=1e-6, rtol=0, equal_nan=True)
    assert "Lobanov" in made.message
    assert 'label is the column "vowel"' in made.notes


@pytest.mark.shared_data
def test_scores_equal_those_of_the_command_line(shared_data: Path, tmp_path: Path) -> None:
    import pandas as pd

    source = tmp_path / "few.csv"
    whole = pd.read_csv(shared_data / "formants" / "pb52_phonTools.csv")
    whole[whole["speaker"] % 4 == 1].to_csv(source, index=False)
    made = answer(compare_table, table_job(tmp_path / "job", "compare_table", source, HERTZ), Warm())
    words = ["--formants", "f1,f2,f3", "--folds", "5", "--bootstrap", "50", "--shuffles", "9"]
    assert main(["compare", str(source), *words, "-o", str(tmp_path / "cli")]) == 0
    keys = ["goal", "representation", "probe", "unit"]
    theirs = pd.read_csv(tmp_path / "cli" / "scores.csv").set_index(keys)
    scores = made.objects[0]
    assert isinstance(scores, PraatTable)
    assert len(scores.rows) == len(pd.read_csv(tmp_path / "cli" / "ranking.csv"))
    index = list(zip(*(column(scores, key) for key in keys), strict=True))
    for name in ("value", "low", "high", "chance", "shuffled"):
        np.testing.assert_allclose(
            numbers(scores, name), theirs.loc[index, name].to_numpy(), atol=1e-6, rtol=0, equal_nan=True
        )
    # The first Table opens with the goal "label", best first; the picture shows the best normalization.
    assert column(scores, "goal")[0] == "label"
    assert column(scores, "rank")[0] == "1"
    assert made.picture.startswith(b"\x89PNG")
    assert made.picture_size[0] > made.picture_size[1] > 3.0
    assert "keeps the 10 labels best" in made.message


def test_users_cells_come_back_to_the_letter(tmp_path: Path) -> None:
    rows = [
        (who, vowel, f"{base + step}.50", f"{2 * base + step}", third, 'a "quoted" remark')
        for who, base in (("03", 300), ("ʃɔː", 350))
        for step, (vowel, third) in enumerate(
            [("iː", "2500"), ("a", "--undefined--"), ("u", "2400.0"), ("i", "")]
        )
    ]
    job = cells_job(
        tmp_path / "job", ("Talker", "my vowel", "eff one", "eff two", "F3", "remark"), rows,
        label="my vowel", speaker="Talker",
        **{"normalize.formants": "eff one,eff two,F3", "normalize.methods": "lobanov"},
    )  # fmt: skip
    made = answer(normalize_table, job, Warm()).objects[0]
    assert isinstance(made, PraatTable)
    assert [row[:6] for row in made.rows] == rows
    assert made.columns[6:] == ("eff one_z", "eff two_z", "F3_z")
    third = numbers(made, "F3_z")
    np.testing.assert_array_equal(np.isnan(third), [False, True, False, True] * 2)
    assert column(made, "F3_z")[1] == "--undefined--"
    first = numbers(made, "eff one_z").reshape(2, 4)
    want = np.arange(4) - 1.5
    np.testing.assert_allclose(first, np.tile(want / want.std(ddof=1), (2, 1)), atol=1e-9)


def test_columns_that_are_there_already_are_replaced_and_said(tmp_path: Path) -> None:
    rows = [("a", vowel, f"{300 + n}", f"{1300 + 7 * n}", "9") for n, vowel in enumerate("iaue")]
    job = cells_job(
        tmp_path / "job", ("speaker", "label", "F1", "F2", "F1_z"), rows,
        **{"normalize.formants": "F1,F2", "normalize.methods": "lobanov"},
    )  # fmt: skip
    made = answer(normalize_table, job, Warm())
    table = made.objects[0]
    assert isinstance(table, PraatTable)
    assert table.columns == ("speaker", "label", "F1", "F2", "F1_z", "F2_z")
    assert "9" not in column(table, "F1_z")
    assert any("replaced columns that were there already: F1_z" in note for note in made.notes)


def test_one_speaker_for_all_adds_no_column_of_its_own(tmp_path: Path) -> None:
    rows = [(vowel, f"{300 + n}", f"{1300 + 7 * n}") for n, vowel in enumerate("iaue")]
    values = {"normalize.formants": "F1,F2", "normalize.methods": "lobanov", "speaker": "none"}
    made = answer(normalize_table, cells_job(tmp_path / "job", ("label", "F1", "F2"), rows, **values), Warm())
    table = made.objects[0]
    assert isinstance(table, PraatTable)
    assert table.columns == ("label", "F1", "F2", "F1_z", "F2_z")


@pytest.mark.parametrize(
    ("columns", "row", "said"),
    [
        (("label", "F1", "F2", "F3"), ("a", "1", "2", "3"), "which column to use for speaker"),
        (("speaker", "label", "F1", "F2"), ("s", "a", "1", "2"), 'has no column "F3"'),
        (
            ("speaker", "label", "F1", "F2", "F3"),
            ("s", "a", "1", "2", "long"),
            'column "F3" holds text: "long"',
        ),
        (("speaker", "label", "F1", "F1"), ("s", "a", "1", "2"), 'columns 3 and 4 are both called "F1"'),
    ],
)
def test_what_is_wrong_is_told_in_praats_words(
    tmp_path: Path, columns: tuple[str, ...], row: tuple[str, ...], said: str
) -> None:
    job = cells_job(tmp_path / "job", columns, [row])
    with pytest.raises(W2VPraatError) as found:
        list(normalize_table(job, Warm()))
    text = told(found.value, job)
    assert said in text
    assert text.startswith('Table "mine": ')
    assert "--" not in text
    assert str(tmp_path) not in text


def test_a_chart_is_drawn_of_columns_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from w2vpraat.export import figures

    drawn: list[Projection] = []
    whole = figures.side_by_side
    monkeypatch.setattr(
        figures, "side_by_side", lambda *two, **more: (drawn.extend(two), whole(*two, **more))[1]
    )
    rows = [
        (who, vowel, f"{scale * (first + turn)}", f"{scale * (second + 3 * turn)}")
        for who, scale in (("anna", 1.0), ("ben", 0.8), ("cleo", 1.1), ("dan", 0.85))
        for vowel, first, second in (("i", 300, 2300), ("a", 800, 1400), ("u", 320, 900))
        for turn in (-9, 0, 7, 12)
    ]
    job = cells_job(
        tmp_path / "job", ("speaker", "label", "eff one", "eff two"), rows,
        **{"normalize.formants": "eff one,eff two", "normalize.methods": "lobanov", "pairs.shuffles": 0},
    )  # fmt: skip
    made = answer(compare_table, job, Warm())
    assert [item.is_chart for item in drawn] == [True, True]
    assert [item.axes for item in drawn] == [("F2", "F1"), ("F2_z", "F1_z")]
    np.testing.assert_allclose(drawn[0].coordinates[0], [2273, 291])
    assert made.picture.startswith(b"\x89PNG")
    assert not any("review" in note for note in made.notes)


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    job = cells_job(tmp_path / "job", ("speaker", "label", "F1"), [])
    with pytest.raises(InputError, match='Table "mine" has no rows'):
        list(compare_table(job, Warm()))
