"""Whatever was edited and taken back, live values are those of a new run on the same annotations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from live_material import (
    F0_METHODS,
    METHODS,
    VECTOR_METHODS,
    act,
    edit,
    grid_of,
    run,
    settings_for,
)

from w2vpraat.corpus.textgrid import TextGrid, edits
from w2vpraat.pipeline.live.live_results import LiveResults, VectorKey, refreshing
from w2vpraat.pipeline.live.normalized import Normalized
from w2vpraat.pipeline.running import Results

pytestmark = pytest.mark.usefixtures("one_cache")

NAMES = ("gb_f_alice", "talk", "us_m_adam")
FRACTIONS = st.floats(0.0, 1.0, exclude_max=True)
STEPS = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(
        (
            "move",
            "move",
            "move_word",
            "relabel",
            "split",
            "merge",
            "add_tier",
            "drop_tier",
            "rename",
            "swap",
            "undo",
        )
    ),
    FRACTIONS,
    FRACTIONS,
    st.sampled_from(("at once", "at once", "later", "never")),
)


def normalized_of(live: LiveResults) -> dict[str, Normalized]:
    """Return the normalizations of the settings; they follow edits."""
    wanted = live.settings.normalize
    found = {name: Normalized(live, "formants", name) for name in wanted.methods}
    found.update({name: Normalized(live, "f0", name) for name in wanted.f0_methods})
    for key in live.vector_keys:
        found.update(
            {f"{name} {key.layer}": Normalized(live, key, name) for name in wanted.embedding_methods}
        )
    return found


def check_normalized(found: dict[str, Normalized], fresh: Results) -> None:
    """Compare with the columns of the table and with the representations of a new run."""
    table = fresh.table
    for name, item in found.items():
        if name in METHODS or name in F0_METHODS:
            times, values = item.courses()
            columns = list(item.columns)
            expected = table[columns].to_numpy(dtype=np.float64).reshape(-1, len(times), len(columns))
            np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9, err_msg=name)
            middle = table["prop_time"].to_numpy().reshape(-1, len(times))[0].tolist().index(0.5)
            assert np.array_equal(item.values, values[:, middle], equal_nan=True)
            continue
        method, layer = name.split()
        for one in fresh.spaces.vectors:
            steps = [step["method"] for step in one.provenance.get("normalizations", ())]
            if steps == [method] and one.provenance["layer"] == int(layer):
                assert item.columns == one.columns
                np.testing.assert_allclose(item.values, one.values, rtol=1e-5, atol=1e-5, err_msg=name)
                break
        else:
            raise AssertionError(f"the run made no {name}")


def check_raw(live: LiveResults, fresh: Results) -> None:
    """Compare ids, texts, numbers and vectors with a new run."""
    tokens = fresh.opened.tokens
    assert live.tokens == tokens.kept
    assert live.ids.tolist() == [token.id for token in tokens.kept]
    one_row = fresh.table.drop_duplicates("id")
    for column in live.text_columns:
        assert live.texts(column).tolist() == one_row[column].tolist(), column
    measured = [name for name in live.number_columns if name not in ("n_frames", "frame_start", "frame_end")]
    middle = fresh.table[fresh.table["prop_time"] == 0.5]
    for column in measured:
        expected = middle[column].to_numpy(dtype=np.float64)
        np.testing.assert_allclose(live.numbers(column), expected, rtol=1e-9, atol=1e-9, err_msg=column)
    for column in ("n_frames", "frame_start", "frame_end"):
        expected = one_row[column].to_numpy(dtype=np.float64, na_value=np.nan)
        assert np.array_equal(live.numbers(column), expected, equal_nan=True)
    plain = [one for one in fresh.spaces.vectors if not one.provenance.get("normalizations")]
    assert [key.layer for key in live.vector_keys] == [one.provenance["layer"] for one in plain]
    for key, one in zip(live.vector_keys, plain, strict=True):
        np.testing.assert_allclose(live.vectors(key), one.values, rtol=0, atol=1e-6)
    rows = np.arange(len(live))[::-2]
    assert np.array_equal(live.vectors_at(live.vector_keys[0], rows), live.vectors(live.vector_keys[0])[rows])
    assert [live.row_of(token.id) for token in live.tokens] == list(range(len(live)))


def check_results(made: Results, fresh: Results) -> None:
    """Compare whole results."""
    pd.testing.assert_frame_equal(made.table, fresh.table, rtol=1e-9, atol=1e-9)
    assert made.opened.tokens == fresh.opened.tokens
    assert made.opened.corpus == fresh.opened.corpus
    assert dict(made.opened.corpus.grids).items() >= dict(fresh.opened.corpus.grids).items()
    items = zip(made.spaces.representations, fresh.spaces.representations, strict=True)
    for one, two in items:
        assert (one.name, one.ids, one.columns, one.sees_speaker) == (
            two.name,
            two.ids,
            two.columns,
            two.sees_speaker,
        )
        np.testing.assert_allclose(one.values, two.values, rtol=1e-5, atol=1e-5, err_msg=one.name)
    assert made.spaces.warnings == fresh.spaces.warnings
    assert set(fresh.notes) <= set(made.notes)
    assert made.facts["measurements"] == fresh.facts["measurements"]
    # A run that finds all frames in the cache loads no weights, so it doesn't know which were not used.
    assert fresh.facts["embeddings"].items() <= made.facts["embeddings"].items()


def everything(live: LiveResults) -> dict[str, np.ndarray]:
    """Return all raw values."""
    found: dict[str, np.ndarray] = {name: live.numbers(name) for name in live.number_columns}
    found.update({name: live.texts(name) for name in live.text_columns})
    found.update({str(key): live.vectors(key) for key in live.vector_keys})
    return {"ids": live.ids, **found}


def test_any_sequence_of_edits_equals_a_new_run(first_run: Results) -> None:
    # Without shrinking: the sequences are short, and each example is a run.
    @settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(steps=st.lists(STEPS, min_size=5, max_size=14))
    def holds(steps: list[tuple[str, str, float, float, str]]) -> None:
        check_sequence(first_run, steps)

    holds()


def check_sequence(first_run: Results, steps: list[tuple[str, str, float, float, str]]) -> None:
    """Edit, compare with a new run, and take everything back."""
    live = LiveResults(first_run)
    start = everything(live)
    normalized = normalized_of(live)
    first = {name: item.values for name, item in normalized.items()}
    histories: dict[str, list[TextGrid]] = {name: [grid_of(first_run, name)] for name in NAMES}
    late = []

    def take(refreshed: object) -> None:
        change = live.take(refreshed)
        if not change.is_empty:
            for item in normalized.values():
                item.update(live, change)

    def show(name: str, grid: TextGrid, when: str) -> None:
        plan = live.plan(name, grid)
        if plan is not None and when != "never":
            refreshed = refreshing(plan)
            if when == "later":
                late.append(refreshed)
            else:
                take(refreshed)

    for name, what, where, how, when in steps:
        history = histories[name]
        if what == "undo":
            if len(history) > 1:
                history.pop()
        else:
            history.append(act(history[-1], what, where, how))
        show(name, history[-1], when)
    for refreshed in late[::-1]:
        take(refreshed)
    for name in NAMES:
        show(name, histories[name][-1], "at once")
    assert not live.stale_ids

    fresh = run(live.settings, {name: history[-1] for name, history in histories.items()})
    check_raw(live, fresh)
    check_normalized(normalized, fresh)
    check_results(live.results(), fresh)

    for name in NAMES:
        show(name, histories[name][0], "at once")
    again = everything(live)
    assert start.keys() == again.keys()
    for name, values in start.items():
        same = values == again[name]
        assert np.all(same | ((values != values) & (again[name] != again[name]))), name
    for name, item in normalized.items():
        np.testing.assert_allclose(item.values, first[name], rtol=1e-9, atol=1e-7, err_msg=name)


def test_untouched_results_are_those_of_the_run(live: LiveResults, first_run: Results) -> None:
    check_raw(live, first_run)
    check_normalized(normalized_of(live), first_run)
    check_results(live.results(), first_run)
    assert live.results().notes == first_run.notes


def test_every_normalization_follows(speech: Path) -> None:
    methods = {
        "methods": list(METHODS),
        "f0_methods": list(F0_METHODS),
        "embedding_methods": list(VECTOR_METHODS),
    }
    first = run(settings_for(speech, normalize=methods))
    live = LiveResults(first)
    normalized = normalized_of(live)
    grids = {name: grid_of(first, name) for name in NAMES}
    for name, what, where, how in (
        ("gb_f_alice", "move", 0.6, 0.9),
        ("talk", "relabel", 0.3, 0.2),
        ("us_m_adam", "split", 0.5, 0.5),
        ("talk", "merge", 0.7, 0.5),
    ):
        grids[name] = act(grids[name], what, where, how)
        change = edit(live, name, grids[name])
        if change is not None:
            for item in normalized.values():
                item.update(live, change)
    fresh = run(live.settings, grids)
    check_normalized(normalized, fresh)
    check_results(live.results(), fresh)


def test_every_pooling_and_rule_of_frames_is_followed(speech: Path, first_run: Results) -> None:
    grid = grid_of(first_run, "gb_f_alice")
    token = next(token for token in first_run.opened.tokens.kept if token.recording == "gb_f_alice")
    # A stretch between the centres of two frames (12.5, 32.5, ... ms) owns none of them.
    centre = 0.0125 + 0.02 * np.ceil((token.start - 0.0125) / 0.02)
    cut = act(grid, "move", 0.6, 0.9)
    for place in (centre + 0.001, centre + 0.006):
        cut = edits.insert_boundary(cut, token.tier_number, float(place))
    edited = edits.set_label(cut, token.tier_number, token.interval + 1, "iː")
    for pooling, rule in (
        ("mean", "overlap"),
        ("centre", "centre"),
        ("overlap", "centre"),
        ("thirds", "centre"),
    ):
        embed = {"pooling": pooling, "frame_rule": rule, "layers": [3], "no_frame": "missing"}
        methods: dict[str, object] = {"embedding_methods": []}
        chosen = settings_for(speech, embed=embed, normalize=methods, tokens={"min_duration": 0.0})
        live = LiveResults(run(chosen, steps=["embed"]))
        assert live.vector_keys == (VectorKey("phone", 3, pooling),)
        assert edit(live, "gb_f_alice", edited) is not None
        fresh = run(chosen, {"gb_f_alice": edited}, steps=["embed"])
        np.testing.assert_allclose(
            live.vectors(live.vector_keys[0]), fresh.spaces.vectors[0].values, atol=1e-6
        )
        assert live.results().table.equals(fresh.table)
        first = fresh.table["frame_start"].to_numpy(dtype=np.float64, na_value=np.nan)
        assert np.array_equal(live.numbers("frame_start"), first, equal_nan=True)
        assert (fresh.table["n_frames"] == 0).any() == (pooling in ("centre", "thirds"))
        assert live.number_columns == ("start", "end", "dur", "n_frames", "frame_start", "frame_end")


def test_only_measured_is_followed_too(speech: Path, first_run: Results) -> None:
    chosen = settings_for(speech, formants={"points": [0.2, 0.8], "summary": "mean"})
    live = LiveResults(run(chosen, steps=["measure"]))
    edited = act(grid_of(first_run, "talk"), "move", 0.6, 0.9)
    assert edit(live, "talk", edited) is not None
    assert live.vector_keys == ()
    fresh = run(chosen, {"talk": edited}, steps=["measure"])
    pd.testing.assert_frame_equal(live.results().table, fresh.table, rtol=1e-9, atol=1e-9)
