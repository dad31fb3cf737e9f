"""Vectors of other models and layers, numbers under maps, and the way from layer to layer."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from map_material import LAYERS, edit, fresh, last, made

from w2vpraat.compare.maps.map_quality import map_quality
from w2vpraat.compare.maps.procrustes import procrustes
from w2vpraat.compare.probes.linear import encode
from w2vpraat.corpus.textgrid.edits import move_boundary, set_label
from w2vpraat.errors import ComparisonError, ModelError
from w2vpraat.events import Progress
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import VectorKey
from w2vpraat.pipeline.maps.choices import choices_for
from w2vpraat.pipeline.maps.fitting import fitting_map
from w2vpraat.pipeline.maps.gliding import between, gliding, outwards
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.maps.numbers import judging_map
from w2vpraat.pipeline.maps.values import describe_map, needed_vectors, vector_key
from w2vpraat.pipeline.maps.vectors import fetching_vectors

MODELS = ("base", "phone", "sex")


pytestmark = pytest.mark.usefixtures("one_cache")


@pytest.fixture
def live(one_cache):
    return fresh()


def numbers(live, live_map, **options):
    return {one.key: one for one in last(judging_map(live.snapshot(), live_map, **options))}


# Choices and names


def test_what_is_empty_is_as_it_was_measured(live):
    assert vector_key(live, MapParams()) is None
    assert vector_key(live, MapParams(source="embedding")) == VectorKey("phone", LAYERS[0], "middle")
    assert needed_vectors(live, MapParams(source="embedding", layer=6)) is None
    assert needed_vectors(live, MapParams(source="embedding", layer=2)) == VectorKey("phone", 2, "middle")
    other = needed_vectors(live, MapParams(source="embedding", model="sex"))
    assert other == VectorKey("sex", 6, "middle")  # its recommended layer
    with pytest.raises(ModelError, match="no model"):
        needed_vectors(live, MapParams(source="embedding", model="bass"))
    with pytest.raises(ComparisonError, match="not here"):
        made(live, source="embedding", model="sex")


@pytest.mark.parametrize(
    ("params", "title"),
    [
        ({}, "F1, F2, Hz"),
        ({"scale": "bark_traunmuller"}, "F1, F2, Bark (Traunmüller 1990)"),
        ({"normalization": "lobanov"}, "F1, F2, Lobanov (1971)"),
        ({"normalization": "bark_difference"}, "F1, F2, Bark difference (Thomas & Kendall 2007)"),
        ({"source": "f0", "normalization": "f0_lz"}, "f0, log z-score of f0 (LZ) (Zhu 1999)"),
        ({"source": "duration"}, "duration"),
        (
            {"source": "embedding", "layer": 4, "pooling": "centre", "normalization": "z"},
            "phone layer 4, centre frame, by-speaker z-score",
        ),
    ],
)
def test_a_map_has_a_title(live, params, title):
    assert describe_map(MapParams(**params), live) == title


def test_choices_say_what_is_possible_and_why_not(live):
    choices = choices_for(live)
    assert choices.formants == ("F1", "F2", "F3", "F4")
    assert choices.has_courses
    assert {one.key: one.layers for one in choices.models}["phone"] == 6
    assert [one.key for one in choices.columns[:3]] == ["label", "speaker", "sex"]
    assert "accent" in [one.key for one in choices.columns if one.allowed]
    for source, options in choices.normalizations.items():
        assert options[0].key == "none", source
    assert all(one.allowed for one in choices.normalizations["formants"])
    assert [one.key for one in choices.projections["formants"]][:2] == ["auto", "chart"]
    assert "chart" not in [one.key for one in choices.projections["embedding"]]


# Vectors of other models


def test_layers_of_one_model_come_in_one_pass_and_the_measured_ones_are_the_same(live):
    wanted = [VectorKey("phone", layer, "mean") for layer in (6, 5)]
    events = list(fetching_vectors(live.snapshot(), [*wanted, live.vector_keys[0]]))
    found = events[-1]
    assert set(found) == set(wanted)  # what is there is not computed again
    passes = [one for one in events[:-1] if isinstance(one, Progress)]
    assert len(passes) == len({token.recording for token in live.tokens})
    for key, embeddings in found.items():
        live.add_vectors(key, embeddings)
        assert np.isfinite(live.vectors(key)).all()
    own = next(key for key in live.vector_keys if key == VectorKey("phone", 6, "middle"))
    short = live.numbers("n_frames") == 1.0
    if short.any():  # one frame is its own mean
        np.testing.assert_allclose(live.vectors(wanted[0])[short], live.vectors(own)[short], atol=1e-5)
    assert not np.allclose(live.vectors(wanted[0]), live.vectors(own), atol=1e-3)
    token = live.tokens[3]
    change = edit(
        live,
        token.recording,
        lambda grid: move_boundary(grid, token.tier_number, token.interval, token.end + 0.03),
    )
    live_map = made(live, source="embedding", layer=6, pooling="mean")
    assert "vectors" in change.kinds
    assert np.isfinite(live_map.placed.points).all()  # they followed the edit
    with pytest.raises(ModelError):
        last(fetching_vectors(live.snapshot(), [VectorKey("phone", 7, "middle")]))


def test_what_the_paper_saw_with_the_bundled_models(live):
    """Fine-tuning for phones brings labels together; fine-tuning for sex brings the sexes together."""
    keys = [VectorKey(model, 6, "middle") for model in MODELS]
    for key, embeddings in last(fetching_vectors(live.snapshot(), keys)).items():
        live.add_vectors(key, embeddings)
    found = {
        (model, judged): numbers(live, made(live, source="embedding", model=model, layer=6, judged=judged))[
            "full_agreement"
        ]
        for model in MODELS
        for judged in ("label", "sex")
    }
    value = {key: one.value for key, one in found.items()}
    chance = {key: one.chance for key, one in found.items()}
    assert value["phone", "label"] > value["base", "label"] > value["sex", "label"]
    assert value["sex", "sex"] > value["base", "sex"] + 0.1
    assert value["sex", "sex"] > value["phone", "sex"] + 0.1
    assert value["phone", "label"] > 3 * chance["phone", "label"]


# Numbers


@pytest.mark.parametrize(
    "params", [{"normalization": "lobanov"}, {"source": "embedding", "layer": 6, "normalization": "z"}]
)
def test_numbers_are_those_of_the_library(live, params):
    live_map = made(live, **params)
    found = numbers(live, live_map)
    rows = np.argsort(live.ids.astype(str))
    values = np.asarray(live_map.placed.normalized.values, dtype=float)[rows]
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    labels, speakers = (encode(live.texts(name)[rows].tolist())[1] for name in ("label", "speaker"))
    expected = map_quality(
        live_map.placed.points[rows], standard, labels, speakers, own=live_map.method == "plane"
    )
    assert found["agreement"].value == pytest.approx(expected.agreement)
    assert found["agreement"].chance == pytest.approx(expected.chance)
    assert found["full_agreement"].value == pytest.approx(expected.full_agreement)
    assert found["silhouette"].value == pytest.approx(expected.silhouette)
    assert found["trustworthiness"].value == pytest.approx(expected.trustworthiness)
    assert math.isnan(found["silhouette"].chance)
    assert all(one.told.endswith(".") and not one.stale for one in found.values())


def test_numbers_are_stale_after_an_edit_and_of_another_column(live):
    live_map = made(live, source="embedding", layer=6)
    live_map.numbers = tuple(numbers(live, live_map).values())
    live_map.dress(replace(live_map.params, judged="sex"))
    assert all(one.stale for one in live_map.picture(live).numbers)
    live_map.numbers = tuple(numbers(live, live_map).values())
    assert "sex" in live_map.numbers[0].title
    assert not live_map.picture(live).numbers[0].stale
    token = live.tokens[0]
    change = edit(live, token.recording, lambda grid: set_label(grid, token.tier_number, token.interval, "ʌ"))
    live_map.update(live, change)
    assert all(one.stale for one in live_map.numbers)
    mine = numbers(live, live_map, shown=live.texts("speaker") == token.speaker)
    assert math.isnan(mine["agreement"].value)  # one sex only
    none = numbers(live, live_map, shown=np.zeros(len(live), dtype=bool))
    assert math.isnan(none["trustworthiness"].value)


def test_strips_are_judged_by_their_value_alone(live):
    strip = made(live, source="duration")
    found = numbers(live, strip)
    assert found["agreement"].value == pytest.approx(found["full_agreement"].value)
    assert found["trustworthiness"].value == 1.0
    assert found["agreement"].value < 0.5  # labels stand apart on paper, but not by their durations


# From layer to layer


def test_layers_are_laid_alike_nearest_first(live):
    here = made(live, source="embedding", layer=5, align=False)
    events = list(gliding(live.snapshot(), here.params, LAYERS, reference=here))
    ready = [one.params.layer for one in events if isinstance(one, LiveMap)]
    assert ready == [5, 6, 4] == list(outwards(LAYERS, 5))
    maps = events[-1]
    assert [one.params.layer for one in maps] == list(LAYERS)
    np.testing.assert_allclose(maps[1].placed.points, here.placed.points, atol=1e-9)
    middle = maps[1].placed.points
    for one in (maps[0], maps[2]):
        alone = made(live, source="embedding", layer=one.params.layer, align=False).placed.points
        turned = procrustes(middle, alone)
        assert turned.mixes_axes
        np.testing.assert_allclose(one.placed.points, turned.apply(alone), atol=1e-9)
        apart = [np.linalg.norm(points - middle, axis=1).mean() for points in (one.placed.points, alone)]
        assert apart[0] < apart[1]


def test_layers_that_are_not_there_are_computed_for_the_way_only(live):
    asked = MapParams(source="embedding", layer=4)
    *_, stations = gliding(live.snapshot(), asked, (3, 4))
    assert [one.params.layer for one in stations] == [3, 4]
    assert stations[0].placed.version == live.version
    key = VectorKey("phone", 3, "middle")
    assert not live.has_vectors(key)
    found = last(fetching_vectors(live.snapshot(), [key]))  # of the cache now
    live.add_vectors(key, found[key])
    whole = made(live, stations[0], source="embedding", layer=3)
    np.testing.assert_allclose(whole.placed.points, stations[0].placed.points, atol=1e-9)


def test_between_two_layers(live):
    first, second = (made(live, source="embedding", layer=layer) for layer in (4, 5))
    np.testing.assert_array_equal(between(first, second, 0.0), first.placed.points)
    np.testing.assert_array_equal(between(first, second, 1.0), second.placed.points)
    np.testing.assert_allclose(
        between(first, second, 0.25), 0.75 * first.placed.points + 0.25 * second.placed.points
    )
    points = first.placed.points.copy()
    points[2] = np.nan
    first.placed = replace(first.placed, points=points)
    assert np.isnan(between(first, second, 0.5)[2]).all()
    assert np.isfinite(between(first, second, 1.0)).all()
    picture = second.picture(live, points=between(first, second, 0.5))
    assert int((~picture.placed).sum()) == 1
    first.placed = replace(first.placed, points=points[1:])
    with pytest.raises(ComparisonError, match="nothing between"):
        between(first, second, 0.5)


def test_where_one_stays_the_map_is_whole_and_nothing_jumps(live):
    stations = last(gliding(live.snapshot(), MapParams(source="embedding", layer=4), LAYERS))
    station = stations[-1]
    assert station.normalized is None
    token = live.tokens[5]
    change = edit(
        live,
        token.recording,
        lambda grid: move_boundary(grid, token.tier_number, token.interval, token.end + 0.03),
    )
    before = station.placed.points
    station.update(live, change)
    np.testing.assert_array_equal(station.placed.points, before)
    assert station.is_behind == len(change.rows)
    asked = MapParams(source="embedding", layer=6, colour="sex")
    whole = last(fitting_map(live.snapshot(), asked, reference=station))
    assert whole.params == asked
    same = np.ones(len(live), dtype=bool)
    same[change.rows] = False
    np.testing.assert_allclose(whole.placed.points[same], before[same], atol=1e-6)
    assert not np.allclose(whole.placed.points[~same], before[~same], atol=1e-6)
    assert whole.update(live, change).tolist() == []


def test_formants_have_no_layers(live):
    with pytest.raises(ComparisonError, match="layers"):
        last(gliding(live.snapshot(), MapParams()))
