"""All yardsticks at once, and the report: on a public table, and where little can be said."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from w2vpraat.compare import compare
from w2vpraat.errors import ComparisonError
from w2vpraat.params import NormalizeParams
from w2vpraat.pipeline.user_tables import table_representations
from w2vpraat.pipeline.yardstick_folder import write_report, write_yardstick_tables, yardstick_tables
from w2vpraat.pipeline.yardsticks import Roles, Yardsticks, chosen_maps, judging
from w2vpraat.representation import Representation, vector_columns
from w2vpraat.session.settings import Settings

ROLES = Roles(label="vowel")
FORMANTS = ("f1", "f2", "f3")
SETTINGS = Settings().updated(
    {"compare": {"folds": 5, "bootstrap": 50, "probes": ["lda", "rbf"]}, "pairs": {"pairs": ["A:O"]}}
)


def _judged(items, table, settings=SETTINGS, roles=ROLES, **options) -> Yardsticks:
    *_, found = judging(items, table, settings, roles=roles, **options)
    assert isinstance(found, Yardsticks)
    return found


@pytest.fixture(scope="module")
def table(shared_data: Path) -> pd.DataFrame:
    """Adults of Peterson & Barney 1952, every other speaker."""
    made = pd.read_csv(shared_data / "formants" / "pb52_phonTools.csv", dtype={"speaker": str})
    made = made[made["type"].isin(["m", "w"]) & (made["speaker"].astype(int) % 2 == 0)]
    made["id"] = [f"pb#{row:04d}" for row in range(len(made))]
    return made.reset_index(drop=True)


@pytest.fixture(scope="module")
def items(table: pd.DataFrame) -> list[Representation]:
    """Raw and normalized formants, and the raw ones hidden in 12 dimensions as if they were an embedding."""
    made, _ = table_representations(
        table, NormalizeParams(formants=FORMANTS), ("raw", "lobanov"), speaker="speaker", label="vowel"
    )
    random = np.random.default_rng(0)
    wide = np.log(table[list(FORMANTS)].to_numpy()) @ random.normal(size=(3, 12))
    wide += 0.01 * random.normal(size=wide.shape)
    return [*made, Representation("hidden", tuple(table["id"]), wide, vector_columns(12))]


@pytest.fixture(scope="module")
def found(items: list[Representation], table: pd.DataFrame) -> Yardsticks:
    return _judged(items, table)


pytestmark = pytest.mark.shared_data


def test_scores_are_those_of_compare(found: Yardsticks, items, table) -> None:
    alone = compare(items, table, SETTINGS.compare, label="vowel")
    pd.testing.assert_frame_equal(found.scores.table, alone.table)
    assert set(found.ranking.table["representation"]) == set(alone.table["representation"])
    assert found.ranking.reference == items[0].name


def test_every_goal_has_all_pairs_of_representations(found: Yardsticks) -> None:
    names = set(found.scores.table["representation"])
    assert "hidden, 3 PCs" in names
    per_goal = found.differences.groupby("goal").size()
    assert set(per_goal) == {len(names) * (len(names) - 1) // 2}
    row = found.differences.query(
        "goal == 'label' and first == @items_first and second == 'hidden'",
        local_dict={"items_first": found.ranking.reference},
    ).iloc[0]
    values = found.scores.table.query("goal == 'label' and probe == 'lda' and unit == 'accuracy'")
    values = values.set_index("representation")["value"]
    assert row["difference"] == pytest.approx(values[found.ranking.reference] - values["hidden"])


def test_pairs_shares_and_maps_are_about_the_same_tokens(found: Yardsticks, table) -> None:
    assert found.pairs is not None
    assert found.pairs.pairs == (("A", "O"),)
    assert set(found.pairs.table["n_first"]) == {int((table["vowel"] == "A").sum())}
    assert found.separation is not None
    shares = found.separation.table.query("dimension == 'all'").groupby("representation")["share"].sum()
    assert np.allclose(shares, 1.0)
    assert [item.method for item in found.maps] == ["plane", "plane", "pca"]
    assert {item.ids for item in found.maps} == {tuple(sorted(table["id"]))}
    assert found.maps[2].aligned_to == found.maps[0].name


def test_maps_show_charts_and_others_beside_each_other(items) -> None:
    assert [item.name for item in chosen_maps(items)] == [item.name for item in items]
    assert [item.name for item in chosen_maps(items[2:])] == ["hidden"]
    many = [items[0], items[1], items[0], items[2], items[2], items[2]]
    assert len(chosen_maps(many)) == 4


def test_only_the_tokens_asked_for_are_mapped(items, table) -> None:
    chosen = list(table.loc[table["vowel"].isin(["i", "u", "A"]), "id"])
    found = _judged(items[:2], table, mapped=chosen)
    assert {len(item.ids) for item in found.maps} == {len(chosen)}
    assert found.scores.table["n_tokens"].max() == len(table)


def test_one_speaker_gets_what_one_speaker_allows(items, table) -> None:
    own = table[table["speaker"] == table["speaker"].iloc[0]]
    mine = [item.take(tuple(own["id"])) for item in items[:1]]
    found = _judged(mine, own, SETTINGS.updated({"pairs": {"pairs": []}}))
    assert set(found.scores.table["goal"]) == {"label"}
    assert found.pairs is None  # two tokens of each vowel
    assert any("pairs of labels are left out" in note for note in found.notes)


def test_nothing_to_compare_is_an_error(items, table) -> None:
    with pytest.raises(ComparisonError):
        _judged(items, table.assign(vowel="i"))


def test_the_folder_holds_every_table_and_a_report_that_says_the_same(
    found: Yardsticks, tmp_path: Path
) -> None:
    written = list(write_yardstick_tables(found, tmp_path))
    assert [path.stem for path in written] == list(yardstick_tables(found))
    stored = pd.read_csv(tmp_path / "ranking.csv", float_precision="round_trip")
    assert stored["value"].tolist() == found.ranking.table["value"].tolist()
    page = write_report(found, tmp_path, SETTINGS, source="pb52.csv", notes=["a remark"]).read_text("utf-8")
    text = unescape(re.sub(r"<[^>]+>", " ", page))
    for row in found.ranking.table.to_dict("records"):
        assert f"{row['rank']}: {100 * row['value']:.1f} [" in text
    for sentence in (*found.ranking.sentences.values(), "a remark", found.scores.notes[0]):
        assert " ".join(sentence.split()) in " ".join(text.split())
    for title in (
        "What was compared",
        "Ranking",
        "Maps of the same tokens",
        "Pairs of labels",
        "What the variance is made of",
        "Warnings",
        "All scores",
        "How to read this",
        "Methods, ready to paste",
        "All parameters",
    ):
        assert f">{title}</h2>" in page
    assert "If the boundaries moved" not in page
    assert "Lobanov" in text
    assert "folds = 5" in text
    assert "Hay, J., Warren, P. & Drager, K. 2006." in text
    assert "Langsrud" in text
    assert "Sensitivity to segmentation" not in text
    # One file: nothing is fetched, and no script but the maps' own, named by its hash.
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert re.findall(r"script-src ([^;\"]*)", page)[0].startswith("'sha256-")


def test_names_of_users_are_text_and_nothing_else(items, table, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    renamed = Representation(evil, items[0].ids, items[0].values, items[0].columns)
    odd = table.assign(vowel=table["vowel"].replace({"A": '"><img src=x>'}))
    found = _judged([renamed, items[1]], odd, SETTINGS.updated({"pairs": {"pairs": []}}))
    page = write_report(found, tmp_path, SETTINGS, source=evil).read_text("utf-8")
    assert evil not in page
    assert "<img src=x>" not in page
