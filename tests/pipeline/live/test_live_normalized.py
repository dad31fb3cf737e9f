"""Normalized values that follow edits: the reference, how it moves, and how it is held."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from live_material import act, edit, grid_of, run

from w2vpraat.corpus.textgrid import TextGrid, edits
from w2vpraat.errors import NormalizationError
from w2vpraat.normalize import Lobanov, normalize_table
from w2vpraat.pipeline.live.live_results import LiveResults, VectorKey
from w2vpraat.pipeline.live.normalized import Normalized
from w2vpraat.pipeline.running import Results

pytestmark = pytest.mark.usefixtures("one_cache")


def moved(live: LiveResults, grid: TextGrid, name: str, row: int, by: float) -> TextGrid:
    """Move the end of a recording's token."""
    token = [token for token in live.tokens if token.recording == name][row]
    return edits.move_boundary(grid, token.tier_number, token.interval, token.end + by)


def lobanov(table: pd.DataFrame, fitted_on: pd.DataFrame, column: str) -> np.ndarray:
    """Lobanov at the middle of tokens by plain arithmetic, statistics over the means of the points."""
    tokens = fitted_on.groupby(["speaker", "id"], sort=False)[column].mean()
    means, sds = tokens.groupby("speaker").mean(), tokens.groupby("speaker").std()
    middle = table[table["prop_time"] == 0.5]
    speakers = middle["speaker"]
    z = (middle[column] - speakers.map(means)) / speakers.map(sds)
    return np.asarray(z.to_numpy(dtype=np.float64))


def test_plain_values_on_any_scale(live: LiveResults) -> None:
    hertz = Normalized(live, ("F2", "F1"))
    assert hertz.columns == ("F2", "F1")
    assert np.array_equal(hertz.values[:, 1], live.numbers("F1"), equal_nan=True)
    st = Normalized(live, "f0", "none", scale="semitone")
    assert st.columns == ("f0_semitone",)
    known = np.isfinite(live.numbers("f0"))
    steps = np.diff(st.values[known, 0])
    np.testing.assert_allclose(steps, 12 * np.diff(np.log2(live.numbers("f0")[known])))
    duration = Normalized(live, "duration")
    assert np.array_equal(duration.values[:, 0], live.numbers("dur"))
    assert duration.columns == ("dur",)
    vectors = Normalized(live, live.vector_keys[0])
    assert vectors.values.dtype == np.float32
    assert np.array_equal(vectors.values, live.vectors(live.vector_keys[0]), equal_nan=True)


def test_a_scale_stands_before_a_method(live: LiveResults) -> None:
    made = Normalized(live, ("F1", "F2"), "lobanov", scale="bark_traunmuller")
    assert made.columns == ("F1_bark_traunmuller_z", "F2_bark_traunmuller_z")


@pytest.mark.parametrize(
    ("source", "method", "scale", "message"),
    [
        ("formants", "no_such", "hz", "unknown normalization"),
        ("formants", "f0_lz", "hz", "is for f0"),
        ("formants", "nearey1", "bark_traunmuller", "works on Hz"),
        ("pitch", "none", "hz", "can't be normalized"),
        (("F1", "F8"), "none", "hz", "F8 was not measured"),
        (VectorKey("phone", 9, "middle"), "z", "hz", "no vectors of phone layer 9"),
        ("f0", "lobanov_x", "hz", "unknown normalization"),
    ],
)
def test_what_is_not_possible_is_refused(
    live: LiveResults, source: object, method: str, scale: str, message: str
) -> None:
    with pytest.raises(NormalizationError, match=message):
        Normalized(live, source, method, scale=scale)


def test_only_the_speaker_moves_and_the_shift_is_told(live: LiveResults, first_run: Results) -> None:
    made = Normalized(live, ("F1", "F2"), "lobanov")
    before = made.values.copy()
    grid = moved(live, grid_of(first_run, "gb_f_alice"), "gb_f_alice", 1, 0.014)
    change = edit(live, "gb_f_alice", grid)
    assert change is not None
    rows = made.update(live, change)
    fresh = run(live.settings, {"gb_f_alice": grid})
    for place, column in enumerate(("F1", "F2")):
        expected = lobanov(fresh.table, fresh.table, column)
        np.testing.assert_allclose(made.values[:, place], expected, rtol=1e-9, atol=1e-12)
    assert set(rows) <= set(live.rows_of_speakers(["gb_f_alice"]))

    shift = made.shift
    assert shift is not None
    assert shift.columns == ("F1", "F2")
    assert not shift.frozen
    (one,) = shift.speakers
    assert (one.speaker, one.n_before, one.n_after) == ("gb_f_alice", len(rows), len(rows))
    for results, mean, sd in (
        (first_run, one.mean_before, one.sd_before),
        (fresh, one.mean_after, one.sd_after),
    ):
        tokens = results.table[results.table["speaker"] == "gb_f_alice"].groupby("id")[["F1", "F2"]].mean()
        np.testing.assert_allclose(mean, tokens.mean())
        np.testing.assert_allclose(sd, tokens.std())
    others = np.setdiff1d(rows, change.rows)
    far = np.linalg.norm(made.values[others] - before[others], axis=1)
    # The points beside the middle move alike or farther: all of a token's points count.
    courses = [
        values
        for _, values in (
            made.courses(),
            Normalized(LiveResults(first_run), ("F1", "F2"), "lobanov").courses(),
        )
    ]
    farthest = np.nanmax(np.linalg.norm(courses[0][others] - courses[1][others], axis=2), axis=1)
    assert shift.largest == pytest.approx(farthest.max())
    assert shift.largest >= far.max() > 0.0
    assert shift.largest_id == live.ids[others[farthest.argmax()]]
    assert shift.n_moved == len(others)
    assert "mean F1" in shift.told
    assert shift.largest_id in shift.told


def test_vectors_tell_how_far_their_mean_moved(live: LiveResults, first_run: Results) -> None:
    key = live.vector_keys[0]
    made = Normalized(live, key, "centre")
    old = live.vectors(key)[live.rows_of_speakers(["gb_f_alice"])].astype(float)
    grid = moved(live, grid_of(first_run, "gb_f_alice"), "gb_f_alice", 1, 0.03)
    change = edit(live, "gb_f_alice", grid)
    assert change is not None
    made.update(live, change)
    assert made.shift is not None
    new = live.vectors(key)[live.rows_of_speakers(["gb_f_alice"])].astype(float)
    apart = np.linalg.norm(new.mean(axis=0) - old.mean(axis=0))
    assert f"moved by {apart:.3g}" in made.shift.told
    assert made.shift.largest == pytest.approx(apart, rel=1e-5)


def test_what_an_edit_does_not_concern_is_left_alone(live: LiveResults, first_run: Results) -> None:
    items = {
        "lobanov": Normalized(live, "formants", "lobanov"),
        "gerstman": Normalized(live, "formants", "gerstman"),
        "whiten": Normalized(live, live.vector_keys[0], "whiten"),
    }
    values = {name: item.values for name, item in items.items()}
    grid = grid_of(first_run, "gb_f_alice")
    token = next(token for token in live.tokens if token.recording == "gb_f_alice")
    change = edit(live, "gb_f_alice", edits.set_label(grid, token.tier_number, token.interval, "uː"))
    assert change is not None
    moved_rows = {name: item.update(live, change) for name, item in items.items()}
    assert not len(moved_rows["lobanov"])
    assert not len(moved_rows["whiten"])
    assert len(moved_rows["gerstman"])  # its statistics are over vowel means
    assert items["whiten"].values is not None
    assert np.array_equal(items["lobanov"].values, values["lobanov"], equal_nan=True)
    assert items["lobanov"].shift is None


def test_frozen_constants_are_applied_to_edited_and_new_tokens(live: LiveResults, first_run: Results) -> None:
    made = Normalized(live, ("F1", "F2"), "lobanov")
    change = live.freeze(True)
    assert change.kinds == {"reference"}
    assert live.is_frozen
    assert live.freeze(True).is_empty
    grid = act(moved(live, grid_of(first_run, "gb_f_alice"), "gb_f_alice", 1, 0.014), "split", 0.3, 0.5)
    assert not len(made.update(live, change))
    first = edit(live, "gb_f_alice", grid)
    assert first is not None
    rows = made.update(live, first)
    assert set(rows) <= set(first.rows)
    late = Normalized(live, ("F1", "F2"), "lobanov")  # made later, on the same reference
    fresh = run(live.settings, {"gb_f_alice": grid})
    for place, column in enumerate(("F1", "F2")):
        expected = lobanov(fresh.table, first_run.table, column)
        np.testing.assert_allclose(made.values[:, place], expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(late.values[:, place], expected, rtol=1e-9, atol=1e-12)
    assert made.shift is not None
    assert made.shift.frozen
    assert made.shift.largest == 0.0
    assert "frozen" in made.shift.told

    results = live.results()
    assert any("frozen" in note for note in results.notes)
    assert results.facts["live"] == {"n_refreshed": len(first.rows), "frozen": True, "as_a_run": False}
    np.testing.assert_allclose(
        results.table.loc[results.table["prop_time"] == 0.5, "F1_z"],
        lobanov(fresh.table, first_run.table, "F1"),
    )
    fitted = Lobanov(formants=("F1", "F2", "F3")).fit(first_run.table).transform(fresh.table)
    np.testing.assert_allclose(results.table["F2_z"], fitted["F2_z"])
    by_mean = next(one for one in results.spaces.representations if one.name.startswith("Lobanov"))
    assert by_mean.ids == tuple(live.ids)
    centred = next(one for one in results.spaces.vectors if "centring" in one.name)
    assert np.isfinite(centred.values).all()

    assert len(made.update(live, live.freeze(False)))
    for place, column in enumerate(("F1", "F2")):
        expected = lobanov(fresh.table, fresh.table, column)
        np.testing.assert_allclose(made.values[:, place], expected, rtol=1e-9, atol=1e-12)


def test_a_new_speaker_has_no_frozen_constants(live: LiveResults, first_run: Results) -> None:
    live.freeze(True)
    made = Normalized(live, "formants", "lobanov")
    vectors = Normalized(live, live.vector_keys[0], "z")
    # What depends on no other token needs no constants.
    alone = [Normalized(live, "formants", one) for one in ("none", "bark_difference")]
    grid = edits.rename_tier(grid_of(first_run, "talk"), "bob - phones", "zoe - phones")
    change = edit(live, "talk", grid)
    assert change is not None
    made.update(live, change)
    vectors.update(live, change)
    rows = live.rows_of_speakers(["zoe"])
    assert len(rows)
    for item in alone:
        item.update(live, change)
        assert np.isfinite(item.values[rows]).all()
    assert np.isnan(made.values[rows]).all()
    assert np.isnan(vectors.values[rows]).all()
    assert np.isfinite(np.delete(vectors.values, rows, axis=0)).all()
    assert any("zoe" in note for note in made.notes)
    results = live.results()
    assert results.table.loc[results.table["speaker"] == "zoe", "F1_z"].isna().all()
    assert any("zoe" in note and "not among" in note for note in results.notes)


def test_one_alone_can_be_frozen(live: LiveResults, first_run: Results) -> None:
    free, held = (Normalized(live, "formants", "lobanov") for _ in range(2))
    assert not len(held.freeze(True))
    grid = moved(live, grid_of(first_run, "gb_f_alice"), "gb_f_alice", 1, 0.014)
    change = edit(live, "gb_f_alice", grid)
    assert change is not None
    assert len(free.update(live, change)) > len(held.update(live, change)) == 1
    rows = held.freeze(False)
    assert len(rows)
    assert np.array_equal(held.values, free.values, equal_nan=True)


def test_frozen_normalization_of_a_table_fits_elsewhere(first_run: Results) -> None:
    table = first_run.table.drop(
        columns=[name for name in first_run.table if name.endswith(("_z", "_g", "_lmr"))]
    )
    half = table[table["speaker"] != "bob"]
    made = normalize_table(table, first_run.opened.settings.normalize, reference=half)
    assert made.table.loc[table["speaker"] == "bob", "F1_z"].isna().all()
    assert any("bob" in note for note in made.warnings)
    same = normalize_table(half, first_run.opened.settings.normalize).table
    pd.testing.assert_series_equal(made.table.loc[half.index, "F1_z"], same["F1_z"])


def test_a_change_that_was_left_out_is_refused(live: LiveResults, first_run: Results) -> None:
    made = Normalized(live, "formants", "lobanov")
    grid = moved(live, grid_of(first_run, "gb_f_alice"), "gb_f_alice", 1, 0.014)
    first = edit(live, "gb_f_alice", grid)
    second = edit(live, "gb_f_alice", grid_of(first_run, "gb_f_alice"))
    assert first is not None
    assert second is not None
    with pytest.raises(ValueError, match="does not lead"):
        made.update(live, first)


def test_a_speaker_who_comes_and_goes(live: LiveResults, first_run: Results) -> None:
    items = {name: Normalized(live, "formants", name) for name in ("lobanov", "nearey2_regression")}
    items["z"] = Normalized(live, live.vector_keys[0], "z")
    first = {name: item.values for name, item in items.items()}
    grid = grid_of(first_run, "talk")
    for one in (edits.rename_tier(grid, "bob - phones", "zoe - phones"), grid):
        change = edit(live, "talk", one)
        assert change is not None
        assert change.speakers >= {"bob", "zoe"}
        for item in items.values():
            item.update(live, change)
    for name, item in items.items():
        np.testing.assert_allclose(item.values, first[name], rtol=1e-9, atol=1e-9)
