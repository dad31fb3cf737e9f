"""Maps coloured by several factors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from formant_corpora import FORMANTS, representation
from sklearn.metrics import silhouette_score

from w2vpraat.compare.maps.factor_maps import (
    align_map,
    each_factor_map,
    factor_maps,
    point_rows,
    quality_rows,
)
from w2vpraat.compare.maps.map_quality import recordings_apart
from w2vpraat.errors import ComparisonError
from w2vpraat.representation import Representation

KEYS = "model layer method factor knn_agreement chance silhouette trustworthiness continuity full_agreement"


@pytest.fixture(scope="module")
def table():
    """Eight speakers, two recordings each, four labels, three tokens of each in each recording."""
    rows = [
        (f"s{speaker}", "Female" if speaker % 2 else "m", f"s{speaker}/{file}", f"v{label}", file, label)
        for speaker in range(8)
        for file in range(2)
        for label in range(4)
        for _ in range(3)
    ]
    made = pd.DataFrame(rows, columns=["speaker", "sex", "file_name", "label", "file", "number"])
    made["id"] = [f"t#{number:04d}" for number in range(len(made))]
    return made


def layered(table, name, *, of_label, of_speaker, layer=0, seed=0, dim=20):
    """Gaussian classes whose means lie as far apart as asked."""
    random = np.random.default_rng(seed)
    speaker = table["speaker"].str[1:].astype(int).to_numpy()
    values = of_label * random.normal(size=(4, dim))[table["number"]]
    values = values + of_speaker * random.normal(size=(8, dim))[speaker]
    values = values + random.normal(size=(len(table), dim))
    columns = tuple(f"e{index}" for index in range(dim))
    return Representation(name, tuple(table["id"]), values, columns, {"model": name, "layer": layer})


@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
def test_known_classes_are_found_and_shuffled_ones_are_not(table, method):
    random = np.random.default_rng(1)
    table = table.assign(shuffled=random.permutation(table["label"].to_numpy()))
    item = layered(table, "labels", of_label=4.0, of_speaker=0.0)
    (made,) = factor_maps(item, table, [method], ["label", "shuffled", "speaker"])
    label, shuffled, speaker = (made.quality[name] for name in ("label", "shuffled", "speaker"))
    assert label.agreement > 0.95
    assert label.full_agreement > 0.99
    assert label.chance == pytest.approx(0.25)
    assert label.silhouette > 0.5
    assert shuffled.agreement == pytest.approx(shuffled.chance, abs=0.06)
    assert abs(shuffled.silhouette) < 0.2
    assert speaker.agreement == pytest.approx(speaker.chance, abs=0.06)
    assert label.trustworthiness == shuffled.trustworthiness == speaker.trustworthiness
    assert made.factors["shuffled"] == tuple(table["shuffled"])


def test_silhouettes_are_scikit_learns_and_every_factor_is_on_the_same_map(table):
    item = layered(table, "both", of_label=1.0, of_speaker=2.0)
    (made,) = factor_maps([item], table, ["pca"])
    assert set(made.factors) == set(made.quality) == {"label", "speaker", "sex"}
    for factor, classes in made.factors.items():
        expected = silhouette_score(made.coordinates, classes)
        assert made.quality[factor].silhouette == pytest.approx(expected)
        assert made.quality[factor].n_classes == len(set(classes))
    assert set(made.factors["sex"]) == {"female", "male"}
    assert made.quality["speaker"].apart == "recording"
    assert made.quality["label"].apart == made.quality["sex"].apart == "speaker"
    assert made.quality["speaker"].full_agreement > 0.9


def test_a_voice_is_looked_for_in_its_other_recordings(table):
    # Each recording is a world of its own: the same speaker's other recording is no nearer than anyone's.
    random = np.random.default_rng(2)
    recordings = table["file_name"].astype("category").cat.codes.to_numpy()
    values = 5.0 * random.normal(size=(16, 12))[recordings] + random.normal(size=(len(table), 12))
    item = representation("rooms", table, values)
    (made,) = factor_maps(item, table, ["pca"], ["speaker"])
    assert made.quality["speaker"].full_agreement < 0.4
    (blind,) = factor_maps(item, table.drop(columns="file_name"), ["pca"], ["speaker"])
    assert blind.quality["speaker"].apart == "token"
    assert blind.quality["speaker"].full_agreement > 0.95
    assert blind.quality["speaker"].chance == pytest.approx(23 / 191)
    assert made.quality["speaker"].chance == pytest.approx(12 / 180)


def test_agreement_of_speakers_is_that_of_a_slow_search(table):
    # The first four speakers have one recording only.
    numbers = table["speaker"].str[1:].astype(int)
    mixed = table.assign(file_name=table["file_name"].where(numbers >= 4, table["speaker"]))
    item = layered(mixed, "both", of_label=0.5, of_speaker=0.7)
    (made,) = factor_maps(item, mixed, ["pca"], ["speaker"])
    speakers, files, points = numbers.to_numpy(), mixed["file_name"].to_numpy(), made.coordinates
    shares, chances = [], []
    for row in range(len(mixed)):
        open_to = np.arange(len(mixed)) != row
        if speakers[row] >= 4:
            open_to &= files != files[row]
        others = np.flatnonzero(open_to)
        order = others[np.argsort(((points[others] - points[row]) ** 2).sum(axis=1))[:10]]
        shares.append((speakers[order] == speakers[row]).mean())
        chances.append((speakers[others] == speakers[row]).mean())
    assert made.quality["speaker"].agreement == pytest.approx(np.mean(shares))
    assert made.quality["speaker"].chance == pytest.approx(np.mean(chances))
    groups = recordings_apart(speakers, mixed["file_name"].astype("category").cat.codes.to_numpy())
    assert len(np.unique(groups)) == 4 * 24 + 4 * 2


def test_tokens_of_no_known_class_are_shown_but_not_counted(table):
    holes = table.assign(sex=table["sex"].where(table["speaker"] != "s0"))
    item = layered(table, "both", of_label=1.0, of_speaker=2.0)
    (made,) = factor_maps(item, holes, ["pca"])
    assert len(made.ids) == len(table)
    assert made.quality["sex"].n_tokens == len(table) - 24
    assert made.factors["sex"].count("") == 24
    whole = np.array(made.factors["sex"]) != ""
    expected = silhouette_score(made.coordinates[whole], np.array(made.factors["sex"])[whole])
    assert made.quality["sex"].silhouette == pytest.approx(expected)
    (empty,) = factor_maps(item, table.assign(sex=None), ["pca"])
    assert empty.quality["sex"].n_tokens == 0
    assert np.isnan(empty.quality["sex"].agreement)
    (bare,) = factor_maps(item, table.drop(columns="sex"), ["pca"])
    assert set(bare.factors) == {"label", "speaker"}


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_a_mirrored_representation_lies_like_the_first(table, method):
    one = layered(table, "one", of_label=3.0, of_speaker=1.0)
    two = replace(one, name="two", values=-one.values[:, ::-1], provenance={"model": "two", "layer": 3})
    first, second = each_factor_map([one, two], table, [method])
    assert (first.aligned_to, second.aligned_to, second.layer) == ("", "one", 3)
    (alone,) = factor_maps(two, table, [method])
    np.testing.assert_allclose(_distances(second.coordinates), _distances(alone.coordinates), atol=1e-6)
    for factor in alone.quality:
        assert second.quality[factor] == alone.quality[factor]
    apart = np.linalg.norm(second.coordinates - first.coordinates, axis=1).mean()
    width = np.linalg.norm(first.coordinates - first.coordinates.mean(axis=0), axis=1).mean()
    assert apart < (1e-6 if method == "pca" else 0.5) * width


def _distances(points):
    return np.linalg.norm(points[:, None] - points, axis=2)


def test_a_turned_map_is_turned_back(table):
    (made,) = factor_maps(layered(table, "one", of_label=3.0, of_speaker=1.0), table, ["pca"], ["label"])
    angle = 2.1
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * [1.0, -1.0]
    turned = replace(
        made, name="turned", ids=made.ids[::-1], coordinates=(made.coordinates @ turn + 7.0)[::-1]
    )
    back = align_map(turned, made)
    np.testing.assert_allclose(back.coordinates[::-1], made.coordinates, atol=1e-9)
    assert back.aligned_to == "one"
    assert back.axes[0] == f"PC 1 and 2, turned ({100 * made.variance:.0f} %)"
    assert made.axes[0].startswith("PC 1 (")
    with pytest.raises(ComparisonError, match="share 0 tokens"):
        align_map(replace(made, ids=tuple(f"x{token}" for token in made.ids)), made)


def test_the_reference_can_be_another_and_comes_first(table):
    items = [
        layered(table, name, of_label=2.0, of_speaker=1.0, layer=4, seed=n) for n, name in enumerate("ab")
    ]
    maps = factor_maps(items, table, ["pca", "tsne"], ["label"], align_to="b")
    assert [(made.name, made.method, made.aligned_to) for made in maps] == [
        ("b", "pca", ""),
        ("b", "tsne", ""),
        ("a", "pca", "b"),
        ("a", "tsne", "b"),
    ]


def test_rows_hold_numbers_and_places(table):
    item = layered(table, "base", of_label=2.0, of_speaker=1.0, layer=7)
    maps = factor_maps(item, table, ["pca", "tsne"])
    rows = quality_rows(maps)
    assert len(rows) == 6
    assert set(rows[0]) == {*KEYS.split(), "n_tokens", "n_classes"}
    assert (rows[0]["model"], rows[0]["layer"], rows[0]["factor"]) == ("base", 7, "label")
    assert rows[0]["knn_agreement"] == maps[0].quality["label"].agreement
    points = point_rows(maps)
    assert len(points) == 2 * len(table)
    assert points[5]["id"] == maps[0].ids[5]
    assert (points[5]["x"], points[5]["y"]) == tuple(maps[0].coordinates[5])


def test_only_tokens_complete_everywhere_are_shown(table):
    one = layered(table, "one", of_label=2.0, of_speaker=1.0)
    values = one.values.copy()
    values[3] = np.nan
    maps = factor_maps([one, replace(one, name="two", values=values)], table, ["pca"], ["label"])
    assert maps[0].ids == maps[1].ids == tuple(token for token in one.ids if token != one.ids[3])
    assert maps[0].n_left_out == 1


def test_what_cannot_be_mapped_is_an_error(table):
    item = layered(table, "one", of_label=2.0, of_speaker=1.0)
    for options, message in (
        ({"methods": ["lda"]}, "no map"),
        ({"factors": ["dialect"]}, "no column"),
        ({"align_to": "x"}, "no representation"),
    ):
        with pytest.raises(ComparisonError, match=message):
            factor_maps(item, table, **options)
    with pytest.raises(ComparisonError, match="three tokens"):
        factor_maps(item, table.iloc[:2])


@pytest.mark.shared_data
def test_formants_show_vowels_and_sex_as_they_are_known_to(formant_table):
    table = formant_table("pb52").dropna(subset=["sex"])
    item = Representation("Hz", tuple(table["id"]), table[FORMANTS].to_numpy(), tuple(FORMANTS))
    (made,) = factor_maps(item, table, ["pca"])
    vowel, speaker, sex = (made.quality[name] for name in ("label", "speaker", "sex"))
    assert vowel.agreement > 4 * vowel.chance
    assert sex.agreement > sex.chance + 0.1
    assert speaker.chance < speaker.agreement < 0.3
    assert (vowel.n_classes, sex.n_classes) == (10, 2)
