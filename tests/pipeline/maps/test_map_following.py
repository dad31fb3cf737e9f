"""Maps that follow edits: the same places as the library gives, and only what changed moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from map_material import edit, fresh, last, made, run, sample_results

from w2vpraat.compare import project
from w2vpraat.compare.charts.values import token_ellipse
from w2vpraat.compare.maps.methods import NeighbourMap
from w2vpraat.corpus.textgrid.edits import insert_boundary, move_boundary, remove_boundary, set_label
from w2vpraat.errors import ComparisonError, W2VPraatError
from w2vpraat.normalize.embeddings import normalize_vectors
from w2vpraat.params import MapParams
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults
from w2vpraat.pipeline.maps import fitting, placed
from w2vpraat.pipeline.maps.changes import merged
from w2vpraat.pipeline.maps.fitting import fitting_map, placing
from w2vpraat.pipeline.maps.values import map_values
from w2vpraat.pipeline.user_tables import column_set
from w2vpraat.representation import Representation, vector_columns

ALICE = "gb_f_alice"
CHART = {"formants": ("F1", "F2"), "normalization": "lobanov"}
VECTORS = {"source": "embedding", "layer": 6}


pytestmark = pytest.mark.usefixtures("one_cache")


@pytest.fixture
def live(one_cache):
    return fresh()


def token_of(live, name, row=0):
    """Return a token of a recording, and the number of its tier and interval."""
    own = [token for token in live.tokens if token.recording == name]
    return own[row]


def expected_points(live, live_map):
    """All tokens of now on the axes of a map, with values made anew."""
    values = map_values(live.snapshot(), live_map.params).values
    return live_map.fitted.place_values(values)


def check_placed(live, live_map):
    assert live_map.placed.ids.tolist() == live.ids.tolist()
    np.testing.assert_allclose(live_map.placed.points, expected_points(live, live_map), rtol=1e-6, atol=1e-6)


def later(grid, token, share=0.5):
    """Move the end of a token into its neighbour."""
    after = grid.interval_tier(token.tier_number).interval(token.interval + 1)
    time = after.start + share * (after.end - after.start)
    return move_boundary(grid, token.tier_number, token.interval, time)


def halved(grid, token):
    """Make two tokens of one."""
    cut = insert_boundary(grid, token.tier_number, token.middle)
    return set_label(cut, token.tier_number, token.interval + 1, token.raw_label)


# What a map is


def test_a_chart_is_the_plane_of_the_library(live):
    chart = made(live, **CHART).picture(live)
    table = sample_results().table
    values = column_set(table[table["prop_time"] == 0.5], "Lobanov", ("F1_z", "F2_z"))
    expected = project(values, table.drop_duplicates("id"), "plane")
    rows = live.rows_of(expected.ids)
    np.testing.assert_allclose(chart.points[rows], expected.coordinates, rtol=1e-12)
    assert chart.axes == ("F2 (z-score)", "F1 (z-score)")
    assert chart.reversed_axes == (True, True)
    assert not chart.equal
    assert chart.title == "F1, F2, Lobanov (1971)"


@pytest.mark.parametrize("method", ["pca", "lda", "mds"])
def test_a_map_of_vectors_is_that_of_the_library(live, method):
    made_map = made(live, **VECTORS, normalization="z", projection=method)
    key = next(key for key in live.vector_keys if key.layer == 6)
    vectors = live.vectors(key)
    plain = Representation("phone", tuple(live.ids), vectors, vector_columns(vectors.shape[1]))
    values = normalize_vectors(plain, "z", live.texts("speaker").tolist())
    table = sample_results().table.drop_duplicates("id")
    expected = project(values, table, method)
    picture = made_map.picture(live)
    np.testing.assert_allclose(
        picture.points[live.rows_of(expected.ids)], expected.coordinates, rtol=1e-4, atol=1e-4
    )
    assert picture.axes == expected.axes
    assert picture.title == "phone layer 6, by-speaker z-score"
    assert any("LDA" in note for note in picture.notes) == (method == "lda")
    assert picture.equal


def test_one_value_stands_above_its_label(live):
    picture = made(live, source="duration").picture(live)
    labels = live.texts("label")
    names = dict(picture.x_names)
    assert [names[round(x)] for x in picture.points[:, 0]] == labels.tolist()
    np.testing.assert_array_equal(picture.points[:, 1], live.numbers("dur"))
    assert picture.axes == ("label", "duration (s)")
    assert len(np.unique(picture.points[:, 0])) > len(names)  # spread, so that tokens can be told apart
    mean = next(one for one in picture.means if one.text == labels[0])
    assert names[mean.x] == labels[0]
    assert mean.y == pytest.approx(live.numbers("dur")[labels == labels[0]].mean())
    assert picture.ellipses == ()


def test_courses_go_through_the_means_of_each_time(live):
    picture = made(live, trajectories=True).picture(live)
    times, values = live.courses(("F2", "F1"))
    assert len(times) == 3
    label = picture.courses[0].text
    own = values[live.texts("label") == label]
    whole = own[np.isfinite(own).all(axis=(1, 2))]
    np.testing.assert_allclose(picture.courses[0].points, whole.mean(axis=0))
    strip = made(live, source="f0", trajectories=True).picture(live)
    course = next(one for one in strip.courses if one.text == label)
    middle = next(x for x, text in strip.x_names if text == label)
    assert (np.diff(course.points[:, 0]) > 0.0).all()
    assert course.points[1, 0] == pytest.approx(middle)
    assert made(live, **VECTORS, trajectories=True).picture(live).notes[-1].startswith("there are no courses")


def test_a_map_that_is_laid_like_another_keeps_its_distances(live):
    chart = made(live, **CHART)
    alone = made(live, **VECTORS, align=False)
    beside = made(live, chart, **VECTORS)
    points = [one.placed.points - one.placed.points.mean(axis=0) for one in (alone, beside)]
    spans = [np.linalg.norm(one[:, None] - one, axis=2) for one in points]
    np.testing.assert_allclose(spans[1] / spans[1].max(), spans[0] / spans[0].max(), atol=1e-9)
    # Front vowels lie on the left of both: the chart's F2 falls to the right.
    f2 = chart.placed.points[:, 0]
    assert np.corrcoef(f2, beside.placed.points[:, 0])[0, 1] < 0.0
    assert made(live, chart, **CHART).placed.points == pytest.approx(chart.placed.points)


# What edits do


@pytest.mark.parametrize(
    "params",
    [CHART, {**VECTORS, "normalization": "z"}, {**VECTORS, "projection": "mds"}, {"normalization": "none"}],
)
def test_a_moved_boundary_moves_what_depends_on_it_and_the_axes_stay(live, params):
    live_map = made(live, **params)
    before = live_map.placed.points
    token = token_of(live, ALICE, 3)
    change = edit(live, ALICE, lambda grid: later(grid, token))
    rows = live_map.update(live, change)
    check_placed(live, live_map)
    moved = np.flatnonzero((live_map.placed.points != before).any(axis=1))
    assert len(moved)
    assert set(moved) <= set(rows.tolist())
    assert live.row_of(token.id) in moved
    by_speaker = params.get("normalization") in ("lobanov", "z")
    own = live.texts("speaker") == ALICE
    assert set(moved) <= set(np.flatnonzero(own))
    assert (len(moved) > 2) == by_speaker
    assert live_map.is_behind == (len(rows) if "source" in params else 0)
    assert before is not live_map.placed.points  # what was handed out stays as it was


def test_tokens_come_and_go_and_the_others_keep_their_places(live):
    live_map = made(live, **VECTORS)
    before = dict(zip(live.ids, map(tuple, live_map.placed.points.tolist()), strict=True))
    token = token_of(live, ALICE, 2)
    split = edit(live, ALICE, lambda grid: insert_boundary(grid, token.tier_number, token.middle, split=None))
    live_map.update(live, split)
    check_placed(live, live_map)
    assert split.order is not None
    assert live_map.placed.moved.sum() == len(split.rows)
    # All others are where they were, under their new names.
    renamed = {old: new for old, new in split.renamed.items() if new}
    now = dict(zip(live.ids, map(tuple, live_map.placed.points.tolist()), strict=True))
    same = [old for old in before if old != token.id and renamed.get(old, old) in now]
    assert len(same) >= len(before) - 2
    assert sum(now[renamed.get(old, old)] == before[old] for old in same) >= len(same) - 1
    gone = edit(live, ALICE, lambda grid: remove_boundary(grid, token.tier_number, token.interval))
    live_map.update(live, gone)
    check_placed(live, live_map)


def test_several_edits_at_once_are_the_same_as_one_after_the_other(live):
    one, two, ids = made(live, **CHART), made(live, **CHART), live.ids.tolist()
    token = token_of(live, ALICE, 2)
    changes = []
    for act in (
        lambda grid: later(grid, token_of(live, ALICE, 7)),
        lambda grid: halved(grid, token),
        lambda grid: set_label(grid, token.tier_number, token.interval, "i"),
    ):
        changes.append(edit(live, ALICE, act))
        one.update(live, changes[-1])
    rows = two.update(live, *changes)
    assert two.placed.ids.tolist() == one.placed.ids.tolist() == live.ids.tolist()
    np.testing.assert_allclose(two.placed.points, one.placed.points)
    np.testing.assert_array_equal(two.placed.moved, one.placed.moved)
    assert one.placed.moved[live.row_of(token_of(live, ALICE, 8).id)]  # the one of before, under another id
    assert set(np.flatnonzero(one.placed.moved)) <= set(rows.tolist())
    assert two.update(live, *changes).tolist() == []  # known already
    whole = merged(changes)
    for row, was in enumerate(whole.order):
        if was >= 0:
            assert live.ids[row] == whole.renamed.get(ids[was], ids[was])
    kept = {ids[was] for was in whole.order if was >= 0}
    assert {name for name in ids if whole.renamed.get(name, name) is None} == set(ids) - kept


def test_changes_as_one_keep_count_of_rows_and_names():
    rows = [np.array(one, dtype=np.intp) for one in ([1], [0, 3], [2])]
    orders = [None, np.array([0, -1, 1, 2], dtype=np.intp), np.array([0, 2, 3], dtype=np.intp)]
    names = [{}, {"b": "c", "c": "d"}, {"x": None, "c": "b", "d": "c"}]
    speakers = ["ann", "bob", "ann"]
    changes = [
        LiveChange("talk", 4 + place, rows[place], orders[place], names[place], frozenset([speakers[place]]))
        for place in range(3)
    ]
    whole = merged(changes)
    # The token of row 1 was in row 2, and is in row 1 again; that of row 3 is in row 2.
    assert whole.order.tolist() == [0, 1, 2]
    assert whole.rows.tolist() == [0, 1, 2]
    assert {old: new for old, new in whole.renamed.items() if old in "abc"} == {"b": "b", "c": "c"}
    assert (whole.version, whole.speakers) == (6, {"ann", "bob"})
    two = merged(changes[:2])
    assert two.order.tolist() == [0, -1, 1, 2]
    assert two.rows.tolist() == [0, 2, 3]
    assert merged(changes[:1]) is changes[0]


def test_an_edit_that_nobody_told_of_is_found_by_ids_and_placed_by_a_job(live):
    live_map = made(live, **CHART)
    token = token_of(live, ALICE, 2)
    edit(live, ALICE, lambda grid: halved(grid, token))
    picture = live_map.picture(live)
    assert picture.ids.tolist() == live.ids.tolist()
    assert live_map.needs_placing
    assert live_map.take(*last(placing(live.snapshot(), live_map)))
    check_placed(live, live_map)
    assert not live_map.needs_placing


def test_another_label_changes_one_colour_and_no_other(live):
    live_map, other = made(live, **CHART), made(live, **VECTORS, projection="lda")
    before = live_map.picture(live).colour
    token = token_of(live, ALICE, 1)
    change = edit(live, ALICE, lambda grid: set_label(grid, token.tier_number, token.interval, "y"))
    for one in (live_map, other):
        row = live.row_of(token.id)
        assert row in one.update(live, change)
        # A chart's axes have nothing to do with labels, discriminants were found with them.
        assert one.is_behind == (1 if one is other else 0)
    after, same = live_map.picture(live).colour, other.picture(live).colour
    assert "y" not in before.values
    assert after.values == (*before.values, "y") == same.values
    assert after.codes[row] == len(before.values)
    rest = np.arange(len(live)) != row
    np.testing.assert_array_equal(after.codes[rest], before.codes[rest])
    assert [one.text for one in live_map.picture(live).means if one.text == "y"] == ["y"]


def test_slow_places_are_found_by_a_job(live, monkeypatch):
    live_map = made(live, **VECTORS, projection="tsne")
    assert isinstance(live_map.fitted.flat, NeighbourMap)
    token = token_of(live, ALICE, 3)
    quick = edit(live, ALICE, lambda grid: later(grid, token))
    live_map.update(live, quick)
    assert not live_map.needs_placing
    check_placed(live, live_map)
    monkeypatch.setitem(placed.QUICK_CELLS, NeighbourMap, 0.0)
    was = live_map.placed.points
    slow = edit(live, ALICE, lambda grid: later(grid, token))
    rows = live_map.update(live, slow)
    assert live_map.placed.pending.sum() == len(rows) > 0
    np.testing.assert_array_equal(live_map.placed.points, was)
    assert any("lie where they were" in note for note in live_map.picture(live).notes)
    found = last(placing(live.snapshot(), live_map))
    late = edit(live, ALICE, lambda grid: later(grid, token, 0.3))
    live_map.update(live, late)
    assert not live_map.take(*found)  # of an older state
    assert live_map.take(*last(placing(live.snapshot(), live_map)))
    check_placed(live, live_map)
    assert not live_map.needs_placing


def test_a_map_of_neighbours_of_many_tokens_is_made_of_some(live, monkeypatch):
    monkeypatch.setattr(fitting, "MOST_FITTED", 40)
    live_map = made(live, **VECTORS, projection="tsne")
    assert len(live_map.fitted.projection.ids) == 40
    speakers = dict(zip(live.ids, live.texts("speaker"), strict=True))
    drawn = [speakers[token] for token in live_map.fitted.projection.ids]
    counts = [drawn.count(name) for name in set(speakers.values())]
    assert max(counts) - min(counts) <= 1
    assert np.isfinite(live_map.placed.points).all()
    assert f"made of 40 of {len(live)} tokens" in live_map.picture(live).notes[0]


def test_the_reference_can_be_frozen(live):
    live_map = made(live, **CHART)
    live_map.update(live, live.freeze(True))
    token = token_of(live, ALICE, 3)
    change = edit(live, ALICE, lambda grid: later(grid, token))
    before = live_map.placed.points
    live_map.update(live, change)
    moved = np.flatnonzero((live_map.placed.points != before).any(axis=1))
    assert set(moved) <= set(change.rows.tolist())  # the others of the speaker stay
    live_map.update(live, live.freeze(False))
    check_placed(live, live_map)


# What is drawn


def test_filter_means_and_ellipses(live):
    live_map = made(live, **CHART, colour="sex", shape="speaker", ellipse_level=0.9)
    shown = live.texts("sex") == "F"
    picture = live_map.picture(live, shown)
    assert picture.placed.tolist() == (shown & np.isfinite(picture.points).all(axis=1)).tolist()
    assert picture.shape.values == tuple(sorted(set(live.texts("speaker"))))
    assert [one.text for one in picture.ellipses] == ["F"]
    expected = token_ellipse(picture.points[picture.placed], 0.9)
    np.testing.assert_allclose(picture.ellipses[0].points, expected.outline())
    label = live.texts("label")[0]
    own = picture.points[picture.placed & (live.texts("label") == label)]
    mean = next(one for one in picture.means if one.text == label)
    assert (mean.x, mean.y) == pytest.approx(tuple(own.mean(axis=0)))
    assert (mean.n, mean.colour) == (len(own), 0)
    everybody = live_map.picture(live)
    assert next(one for one in everybody.means if one.text == label).colour == -1
    assert [one.text for one in everybody.ellipses] == ["F", "M"]
    nobody = live_map.picture(live, np.zeros(len(live), dtype=bool))
    assert nobody.means == nobody.ellipses == ()


def test_only_what_is_drawn_changes_with_the_dress(live):
    live_map = made(live, **CHART)
    dressed = replace(live_map.params, colour="", means=False, ellipses=False, marks="labels", judged="sex")
    assert live_map.fits(dressed)
    live_map.dress(dressed)
    picture = live_map.picture(live)
    assert picture.colour.values == ("",)
    assert set(picture.colour.codes) == {0}
    assert picture.means == picture.ellipses == ()
    assert picture.marks == "labels"
    with pytest.raises(ValueError, match="made again"):
        live_map.dress(replace(dressed, normalization="none"))
    live_map.dress(replace(dressed, colour="village", ellipses=True))
    assert 'there is no column "village"' in live_map.picture(live).notes


def test_tokens_without_a_place_are_counted_with_the_reason(live):
    f0 = live.numbers("f0")
    missing = int(np.isnan(f0).sum())
    picture = made(live, source="f0").picture(live)
    assert int((~picture.placed).sum()) == missing
    if missing:
        assert picture.notes[0] == f"{missing} of {len(live)} tokens have no place: f0 is missing"


# Few tokens


@pytest.mark.parametrize("count", [1, 2])
def test_few_tokens_give_a_chart_or_an_error_that_says_so(count):
    words = sorted(token.word for token in sample_results().opened.tokens.kept if token.recording == ALICE)
    keep = words[:count]
    others = [*sorted(set(words) - set(keep)), "say", "again"]
    few = LiveResults(run([ALICE], ["measure"], tokens={"stop_words": others}))
    assert 0 < len(few) <= 2
    chart = made(few)
    picture = chart.picture(few)
    assert picture.placed.sum() == len(few)
    assert picture.ellipses == ()
    assert len(picture.means) >= 1
    with pytest.raises(ComparisonError, match="at least three tokens"):
        made(few, projection="pca")
    with pytest.raises(W2VPraatError):
        made(few, normalization="lobanov") if len(few) == 1 else made(few, projection="lda")
    for token in few.tokens:
        change = edit(
            few, ALICE, lambda grid, token=token: set_label(grid, token.tier_number, token.interval, "")
        )
        chart.update(few, change)
    empty = chart.picture(few)
    assert len(empty.ids) == len(empty.points) == 0
    assert empty.means == ()
    with pytest.raises(W2VPraatError):
        last(fitting_map(few.snapshot(), MapParams()))
