"""Plans, late results, snapshots, stale values, and everything that a run decides beside boundaries."""

from __future__ import annotations

import importlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from live_material import act, edit, grid_of, run, settings_for

from w2vpraat.corpus.textgrid import TextGrid, edits
from w2vpraat.errors import AudioError, InputError, TokenError
from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.embedding import Embeddings, embedding
from w2vpraat.pipeline.live.live_results import LiveResults, VectorKey, refreshing
from w2vpraat.pipeline.live.measuring_again import NEW_SPEAKER
from w2vpraat.pipeline.live.pooling_again import ALONE
from w2vpraat.pipeline.live.refreshing import KEPT_CEILINGS
from w2vpraat.pipeline.running import Results
from w2vpraat.session.choices import CeilingChoice
from w2vpraat.session.settings import Settings

pytestmark = pytest.mark.usefixtures("one_cache")


def first_token(live: LiveResults, name: str = "gb_f_alice") -> tuple[int, int]:
    """Return tier and number of a recording's second token."""
    token = [token for token in live.tokens if token.recording == name][1]
    return token.tier_number, token.interval


def longer(live: LiveResults, grid: TextGrid, by: float = 0.011, name: str = "gb_f_alice") -> TextGrid:
    """Let that token end later."""
    tier, number = first_token(live, name)
    return edits.move_boundary(grid, tier, number, grid.tiers[tier - 1].items[number - 1].end + by)


def same_table(live: LiveResults, fresh: Results) -> None:
    """Compare the table with that of a new run."""
    pd.testing.assert_frame_equal(live.results().table, fresh.table, rtol=1e-9, atol=1e-9)


# Changes


def test_a_moved_boundary_changes_its_two_tokens_at_most(live: LiveResults, first_run: Results) -> None:
    before = live.numbers("F1")
    change = edit(live, "gb_f_alice", longer(live, grid_of(first_run, "gb_f_alice")))
    assert change is not None
    row = live.row_of("#".join(("gb_f_alice", "{}.{}".format(*first_token(live)))))
    assert change.rows.tolist() == [row]
    assert change.order is None
    assert change.renamed == {}
    assert change.kinds == {"time", "acoustics", "vectors"}
    assert change.speakers == {"gb_f_alice"}
    assert change.version == live.version == 1
    others = np.arange(len(live)) != row
    assert np.array_equal(live.numbers("F1")[others], before[others])
    assert live.numbers("F1")[row] != before[row]


def test_another_label_needs_no_sound(live: LiveResults, first_run: Results, monkeypatch) -> None:
    import w2vpraat.pipeline.live.kept as kept

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the sound was read")

    monkeypatch.setattr(kept, "read_audio", refuse)
    tier, number = first_token(live)
    plan = live.plan("gb_f_alice", edits.set_label(grid_of(first_run, "gb_f_alice"), tier, number, "ɒ"))
    assert plan is not None
    assert not plan.needs_work
    change = live.take(refreshing(plan))
    assert change.kinds == {"label"}
    assert live.texts("label")[change.rows].tolist() == ["ɒ"]


@pytest.mark.parametrize("name", ["gb_f_alice", "talk"])
def test_only_what_changed_is_measured_and_pooled(
    live: LiveResults, first_run: Results, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    measuring = importlib.import_module("w2vpraat.acoustics.measure")
    embedding_ = importlib.import_module("w2vpraat.models.embed")
    asked: list[list[str]] = []
    measure_tokens, embed_recordings = measuring.measure_tokens, embedding_.embed_recordings

    def measured(analyses: Any, tokens: Any, **rest: Any) -> Any:
        asked.append([token.id for token in tokens])
        return measure_tokens(analyses, tokens, **rest)

    def embedded(jobs: Any, *rest: Any) -> Any:
        made = list(jobs)
        asked.append([token.id for job in made for token in job.tokens])
        return embed_recordings(made, *rest)

    monkeypatch.setattr(measuring, "measure_tokens", measured)
    monkeypatch.setattr(embedding_, "embed_recordings", embedded)
    tier, number = first_token(live, name)
    edited = longer(live, grid_of(first_run, name), 0.0005, name=name)
    change = edit(live, name, edited)
    assert change is not None
    token = f"{name}#{tier}.{number}"
    assert asked == [[token], [token]]
    same_table(live, run(live.settings, {name: edited}))
    asked.clear()
    edit(live, name, grid_of(first_run, name))
    edit(live, name, edited)
    assert asked == []  # both states are known


def test_another_word_is_a_change_of_the_token(live: LiveResults, first_run: Results) -> None:
    grid = grid_of(first_run, "gb_f_alice")
    words = next(number for number, tier in enumerate(grid.tiers, 1) if tier.name == "words")
    token = live.tokens[0]
    number = grid.tiers[words - 1].number_at(token.middle)
    change = edit(live, "gb_f_alice", edits.set_label(grid, words, number, "other"))
    assert change is not None
    assert change.kinds == {"label"}
    assert 0 in change.rows
    assert set(live.texts("word")[change.rows]) == {"other"}


def test_ids_follow_tokens(live: LiveResults, first_run: Results) -> None:
    grid = grid_of(first_run, "gb_f_alice")
    before, old = {token.id: token for token in live.tokens}, live.ids
    tier, number = first_token(live)
    item = grid.tiers[tier - 1].items[number - 1]
    cut = edits.insert_boundary(grid, tier, item.start + 0.6 * (item.end - item.start))
    cut = edits.set_label(cut, tier, number + 1, item.label)
    change = edit(live, "gb_f_alice", cut)
    assert change is not None
    assert change.order is not None
    names = [f"gb_f_alice#{tier}.{number}", f"gb_f_alice#{tier}.{number + 1}"]
    new = live.row_of(names[1])
    assert np.flatnonzero(change.order < 0).tolist() == [new]
    for row, was in enumerate(change.order):
        if was >= 0:
            assert change.renamed.get(old[was], old[was]) == live.ids[row]
            same = (
                before[old[was]].start == live.tokens[row].start
                and before[old[was]].end == live.tokens[row].end
            )
            assert same == (row not in change.rows)
    # The longer half is the token of before; ids behind it count one more.
    assert names[0] not in change.renamed
    later = {one: token.interval for one, token in before.items() if token.recording == "gb_f_alice"}
    assert change.renamed == {
        one: f"gb_f_alice#{tier}.{place + 1}" for one, place in later.items() if place > number
    }


def test_a_tier_before_the_phones_renames_all(live: LiveResults, first_run: Results) -> None:
    grid = grid_of(first_run, "talk")
    vectors = live.vectors(live.vector_keys[0])
    change = edit(live, "talk", edits.add_point_tier(grid, "tones", 1))
    assert change is not None
    assert change.kinds == frozenset()
    assert not len(change.rows)
    assert {old.replace("#2.", "#3.").replace("#4.", "#5.") for old in change.renamed} == set(
        change.renamed.values()
    )
    assert len(change.renamed) == sum(token.recording == "talk" for token in live.tokens)
    assert np.array_equal(live.vectors(live.vector_keys[0]), vectors, equal_nan=True)


def test_two_speakers_share_the_range_of_f0_of_their_tokens(live: LiveResults, first_run: Results) -> None:
    """The first pass takes the quartiles over a speaker's tokens, so all of them may change."""
    grid = grid_of(first_run, "talk")
    tiers = [number for number, tier in enumerate(grid.tiers, 1) if tier.name == "ann - phones"]
    change, taken = None, 0
    for token in [one for one in live.tokens if one.tier == "ann - phones"][:-2]:
        grid = edits.set_label(grid, tiers[0], token.interval, "")
        change = edit(live, "talk", grid)
        taken += 1
    assert change is not None
    fresh = run(live.settings, {"talk": grid})
    same_table(live, fresh)
    assert taken > 2
    floors = [run_floor(one, "ann") for one in (first_run, fresh)]
    assert floors[0] != floors[1], "the material must show the difference"


def run_floor(results: Results, speaker: str) -> float:
    """Return the floor of f0 of a speaker."""
    return float(results.table.loc[results.table["speaker"] == speaker, "f0_floor"].iloc[0])


# Plans and late results


def test_what_concerns_no_token_needs_no_plan(live: LiveResults, first_run: Results) -> None:
    grid = grid_of(first_run, "gb_f_alice")
    assert live.plan("gb_f_alice", grid) is None
    assert live.plan("no such recording", grid) is None
    assert live.opened.tokens == first_run.opened.tokens
    other = edits.add_interval_tier(grid, "remarks", len(grid) + 1)
    assert live.plan("gb_f_alice", other) is None
    assert live.version == 0
    assert live.results().opened.corpus.grids["gb_f_alice"] is other


def test_the_newest_plan_wins(live: LiveResults, first_run: Results) -> None:
    grid = grid_of(first_run, "gb_f_alice")
    old, new = (live.plan("gb_f_alice", longer(live, grid, by)) for by in (0.01, 0.02))
    assert old is not None
    assert new is not None
    late, newest = refreshing(old), refreshing(new)
    assert not live.take(newest).is_empty
    end = live.numbers("end").copy()
    change = live.take(late)
    assert change.is_empty
    assert change.version == live.version == 1
    assert np.array_equal(live.numbers("end"), end)


def test_results_in_order_are_all_taken(live: LiveResults, first_run: Results) -> None:
    grid = grid_of(first_run, "gb_f_alice")
    plans = [live.plan("gb_f_alice", one) for one in (longer(live, grid), edits.add_point_tier(grid, "x", 1))]
    first, second = (refreshing(plan) for plan in plans if plan is not None)
    rows = live.take(first).rows
    change = live.take(second)
    assert change.rows.tolist() == rows.tolist()  # the boundary goes back
    assert set(change.renamed) == {token.id for token in first.values.tokens}


def test_taken_back_before_it_was_measured(live: LiveResults, first_run: Results) -> None:
    grid = grid_of(first_run, "gb_f_alice")
    plan = live.plan("gb_f_alice", longer(live, grid))
    assert plan is not None
    refreshed = refreshing(plan)
    assert live.stale_ids
    assert live.plan("gb_f_alice", grid) is None
    assert live.stale_ids == frozenset()
    assert live.take(refreshed).is_empty


def test_a_long_annotation_is_chosen_in_the_worker(
    live: LiveResults, first_run: Results, monkeypatch
) -> None:
    monkeypatch.setattr("w2vpraat.pipeline.live.planning.QUICK_ITEMS", 10)
    grid = longer(live, grid_of(first_run, "gb_f_alice"))
    plan = live.plan("gb_f_alice", grid)
    assert plan is not None
    assert plan.part is None
    assert plan.needs_work
    assert len(live.take(refreshing(plan)).rows) == 1
    same_table(live, run(live.settings, {"gb_f_alice": grid}))
    # That nothing changed is found out there, too.
    other = edits.add_interval_tier(grid, "remarks", len(grid) + 1)
    plan = live.plan("gb_f_alice", other)
    assert plan is not None
    assert live.take(refreshing(plan)).is_empty
    assert live.version == 1
    assert live.stale_ids == frozenset()
    assert live.opened.corpus.grids["gb_f_alice"] is other


def test_a_recording_can_be_prepared(
    live: LiveResults, first_run: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.snapshot().prepare("talk")
    live.snapshot().prepare("no such recording")
    assert live.version == 0

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("w2vpraat.pipeline.live.kept.read_audio", refuse)
    monkeypatch.setattr("w2vpraat.models.embed.read_audio", refuse)
    monkeypatch.setattr("w2vpraat.session.store.DiskFrameStore.load", refuse)
    grid = longer(live, grid_of(first_run, "talk"), name="talk")
    assert edit(live, "talk", grid) is not None


def test_snapshots_stay_as_they_are(live: LiveResults, first_run: Results) -> None:
    key = live.vector_keys[0]
    snapshot, numbers, vectors = live.snapshot(), live.numbers("F2"), live.vectors(key)
    kept = numbers.copy(), vectors.copy()
    grid = grid_of(first_run, "gb_f_alice")
    assert edit(live, "gb_f_alice", act(longer(live, grid), "split", 0.4, 0.5)) is not None
    assert snapshot.version == 0
    assert snapshot.tokens == first_run.opened.tokens.kept
    for made, was in ((numbers, kept[0]), (snapshot.numbers("F2"), kept[0]), (vectors, kept[1])):
        assert np.array_equal(made, was, equal_nan=True)
    assert np.array_equal(snapshot.vectors_at(key, np.arange(len(snapshot))), kept[1], equal_nan=True)
    assert not numbers.flags.writeable
    assert not vectors.flags.writeable
    with pytest.raises(RuntimeError, match="stays as it is"):
        snapshot.plan("gb_f_alice", grid)
    same = snapshot.results()
    pd.testing.assert_frame_equal(same.table, first_run.table, rtol=1e-12)


# What goes wrong


def test_a_sound_that_vanished_leaves_old_values_and_says_so(tmp_path: Path, speech: Path) -> None:
    folder = Path(shutil.copytree(speech, tmp_path / "corpus"))
    results = run(settings_for(folder))
    live = LiveResults(results)
    before = live.numbers("F1").copy()
    sound = folder / "gb_f_alice.wav"
    content = sound.read_bytes()
    sound.unlink()
    grid = longer(live, grid_of(results, "gb_f_alice"))
    plan = live.plan("gb_f_alice", grid)
    assert plan is not None
    with pytest.raises(AudioError, match=r"can't be read|not exist|no such") as caught:
        refreshing(plan)
    assert "gb_f_alice" in str(caught.value.file)
    assert caught.value.hint
    assert np.array_equal(live.numbers("F1"), before, equal_nan=True)
    assert {one.rpartition("#")[0] for one in live.stale_ids} == {"gb_f_alice"}
    # Back again: the same annotation is measured at last.
    sound.write_bytes(content)
    assert edit(live, "gb_f_alice", grid) is not None
    assert live.stale_ids == frozenset()
    same_table(live, run(live.settings, {"gb_f_alice": grid}))


def test_an_annotation_that_cannot_be_used_has_no_tokens(live: LiveResults, first_run: Results) -> None:
    grid = grid_of(first_run, "gb_f_alice")
    tier = next(number for number, one in enumerate(grid.tiers, 1) if one.name == "phones")
    broken = edits.add_interval_tier(edits.remove_tier(grid, tier), "other", 1)
    n = len(live)
    start = live.vectors(live.vector_keys[0])
    change = edit(live, "gb_f_alice", broken)
    assert change is not None
    assert len(live) == n - sum(token.recording == "gb_f_alice" for token in first_run.opened.tokens.kept)
    assert set(change.renamed.values()) == {None}
    made, fresh = live.results(), run(live.settings, {"gb_f_alice": broken})
    pd.testing.assert_frame_equal(made.table, fresh.table, rtol=1e-9)
    assert [str(one.error) for one in made.skipped] == [str(one.error) for one in fresh.skipped]
    assert edit(live, "gb_f_alice", grid) is not None
    assert np.array_equal(live.vectors(live.vector_keys[0]), start, equal_nan=True)
    assert live.results().skipped == ()


def test_no_token_left_is_an_error_of_results_only(first_run: Results, live: LiveResults) -> None:
    for name in ("gb_f_alice", "talk", "us_m_adam"):
        grid = grid_of(first_run, name)
        for number in [k for k, tier in enumerate(grid.tiers, 1) if tier.name.endswith("phones")]:
            for item in range(1, len(grid.tiers[number - 1]) + 1):
                grid = edits.set_label(grid, number, item, "")
        edit(live, name, grid)
    assert len(live) == 0
    assert live.numbers("F1").shape == (0,)
    with pytest.raises(TokenError):
        live.results()


def test_unknown_columns_are_named(live: LiveResults) -> None:
    with pytest.raises(InputError, match="F9"):
        live.numbers("F9")
    with pytest.raises(InputError, match="dur"):
        live.courses(["dur"])
    assert live.texts("no such metadata").tolist() == [""] * len(live)
    with pytest.raises(InputError, match="layer 7"):
        live.vectors(VectorKey("phone", 7, "middle"))


# Rules of the run


def test_ceilings_set_by_hand_follow_their_token(speech: Path, first_run: Results) -> None:
    token = first_run.opened.tokens.kept[1]
    choices = (
        CeilingChoice(token.id, 4700.0, token.tier, token.middle),
        CeilingChoice("us_m_adam", 4900.0),
    )
    settings = replace(settings_for(speech), ceilings=choices)
    results = run(settings)
    live = LiveResults(results)
    grid = act(grid_of(results, "gb_f_alice"), "split", 0.0, 0.5)  # ids behind it count one more
    change = edit(live, "gb_f_alice", grid)
    assert change is not None
    assert 4700.0 in live.numbers("max_formant")
    grid = longer(live, grid)
    edit(live, "gb_f_alice", grid)
    other = longer(live, grid_of(results, "us_m_adam"), name="us_m_adam")
    edit(live, "us_m_adam", other)
    grids = {
        "gb_f_alice": grid,
        "us_m_adam": longer(LiveResults(results), grid_of(results, "us_m_adam"), name="us_m_adam"),
    }
    fresh = run(settings, grids)
    same_table(live, fresh)
    assert live.results().facts["measurements"] == fresh.facts["measurements"]


@pytest.mark.parametrize("mode", ["fixed", "token"])
def test_other_ways_to_choose_ceilings_equal_a_run(speech: Path, mode: str) -> None:
    settings = settings_for(speech, formants={"ceiling_mode": mode, "n_candidates": 3})
    live = LiveResults(run(settings, steps=["measure"]))
    grid = longer(live, live.opened.corpus.grid(live.opened.corpus.recording("talk")), name="talk")
    assert edit(live, "talk", grid) is not None
    same_table(live, run(settings, {"talk": grid}, steps=["measure"]))


def test_ceilings_chosen_per_speaker_stay_and_this_is_said(speech: Path) -> None:
    settings = settings_for(speech, formants={"ceiling_mode": "speaker", "n_candidates": 3})
    results = run(settings, steps=["measure"])
    live = LiveResults(results)
    grid = longer(live, grid_of(results, "talk"), name="talk")
    change = edit(live, "talk", grid)
    assert change is not None
    assert KEPT_CEILINGS in change.notes
    made, fresh = live.results(), run(settings, {"talk": grid}, steps=["measure"])
    assert KEPT_CEILINGS in made.notes
    assert made.facts["live"]["as_a_run"] is False
    # So small an edit leaves the choice as it was: then all is as in a run.
    chosen = {who: one["ceiling"] for who, one in fresh.facts["measurements"]["ceilings"].items()}
    assert chosen == {who: one["ceiling"] for who, one in results.facts["measurements"]["ceilings"].items()}
    pd.testing.assert_frame_equal(made.table, fresh.table, rtol=1e-9)
    renamed = edit(live, "talk", edits.rename_tier(grid, "bob - phones", "zoe - phones"))
    assert renamed is not None
    assert f"zoe: {NEW_SPEAKER}" in renamed.notes
    rows = live.rows_of_speakers(["zoe"])
    assert np.isfinite(live.numbers("F1")[rows]).any()


@pytest.mark.parametrize("context", ["token", "windows"])
def test_other_contexts_equal_a_run(speech: Path, context: str) -> None:
    settings = settings_for(speech, embed={"context": context}, normalize={"embedding_methods": []})
    live = LiveResults(run(settings, steps=["embed"]))
    grid = longer(live, live.opened.corpus.grid(live.opened.corpus.recording("talk")), name="talk")
    change = edit(live, "talk", grid)
    assert change is not None
    assert (ALONE in change.notes) == (context == "token")
    fresh = run(settings, {"talk": grid}, steps=["embed"])
    np.testing.assert_allclose(live.vectors(live.vector_keys[0]), fresh.spaces.vectors[0].values, atol=1e-6)


def test_without_a_cache_the_model_listens_once_more(speech: Path, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("W2VPRAAT_CACHE_DIR", str(tmp_path / "empty"))
    settings = settings_for(speech, embed={"cache": False}, normalize={"embedding_methods": []})
    results = run(settings, steps=["embed"])
    live = LiveResults(results)
    grid = grid_of(results, "talk")
    first = longer(live, grid, name="talk")
    assert edit(live, "talk", first) is not None
    second = longer(live, first, name="talk")
    plan = live.plan("talk", second)
    assert plan is not None
    passes = plan.kept.encoder("phone").n_passes
    assert passes == 1
    live.take(refreshing(plan))
    assert plan.kept.encoder("phone").n_passes == passes  # frames stay in memory
    fresh = run(settings, {"talk": second}, steps=["embed"])
    np.testing.assert_allclose(live.vectors(live.vector_keys[0]), fresh.spaces.vectors[0].values, atol=1e-6)
    assert not (tmp_path / "empty" / "frames").exists()


def test_one_vector_per_frame_is_no_value_of_a_token(speech: Path) -> None:
    settings = settings_for(speech, embed={"pooling": "frames"})
    live = LiveResults(run(settings, steps=["embed"]))
    assert live.vector_keys == ()
    grid = longer(live, live.opened.corpus.grid(live.opened.corpus.recording("talk")), name="talk")
    assert edit(live, "talk", grid) is not None
    made, fresh = live.results(), run(settings, {"talk": grid}, steps=["embed"])
    assert made.spaces.vectors[0].ids == fresh.spaces.vectors[0].ids
    assert np.array_equal(made.spaces.vectors[0].values, fresh.spaces.vectors[0].values)
    pd.testing.assert_frame_equal(made.table, fresh.table)


# Other vectors


def other_layer(live: LiveResults, layer: int) -> tuple[VectorKey, Embeddings]:
    """Embed the tokens of now with another layer and pooling."""
    settings = live.settings
    opened = replace(
        live.opened,
        settings=replace(settings, embed=replace(settings.embed, layers=(layer,), pooling="mean")),
    )
    made = [event for event in embedding(opened) if not isinstance(event, (Progress, Skipped))]
    return VectorKey("phone", layer, "mean"), made[0]


def test_added_vectors_follow_edits(live: LiveResults, first_run: Results, speech: Path) -> None:
    key, made = other_layer(live, 2)
    live.add_vectors(key, made)
    assert live.has_vectors(key)
    assert live.version == 0
    grid = act(longer(live, grid_of(first_run, "gb_f_alice")), "split", 0.5, 0.5)
    change = edit(live, "gb_f_alice", grid)
    assert change is not None
    assert "vectors" in change.kinds
    fresh = other_layer(LiveResults(run(live.settings, {"gb_f_alice": grid})), 2)[1]
    np.testing.assert_allclose(live.vectors(key), fresh.representations[0].values, atol=1e-6)
    # They are not the run's: its results stay without them.
    assert len(live.results().spaces.vectors) == len(first_run.spaces.vectors)
    with pytest.raises(InputError, match="layer 5"):
        live.add_vectors(VectorKey("phone", 5, "mean"), made)


def test_vectors_that_come_after_an_edit_are_completed(live: LiveResults, first_run: Results) -> None:
    snapshot = live.snapshot()
    key, made = other_layer(snapshot, 2)
    grid = act(longer(live, grid_of(first_run, "gb_f_alice")), "split", 0.0, 0.5)
    assert edit(live, "gb_f_alice", grid) is not None
    live.add_vectors(key, made, snapshot)
    assert live.unfinished == ("gb_f_alice",)
    plan = live.plan("gb_f_alice")
    assert plan is not None
    assert live.stale_ids
    change = live.take(refreshing(plan))
    assert change.kinds == {"vectors"}
    assert live.unfinished == ()
    fresh = other_layer(LiveResults(run(live.settings, {"gb_f_alice": grid})), 2)[1]
    np.testing.assert_allclose(live.vectors(key), fresh.representations[0].values, atol=1e-6)


def test_vectors_that_come_while_an_edit_is_measured(live: LiveResults, first_run: Results) -> None:
    plan = live.plan("gb_f_alice", longer(live, grid_of(first_run, "gb_f_alice")))
    assert plan is not None
    refreshed = refreshing(plan)
    key, made = other_layer(live, 2)
    live.add_vectors(key, made)
    live.take(refreshed)
    assert live.unfinished == ("gb_f_alice",)
    plan = live.plan("gb_f_alice")
    assert plan is not None
    live.take(refreshing(plan))
    assert live.unfinished == ()
    assert np.isfinite(live.vectors(key)).all()


def test_settings_are_those_of_the_run(live: LiveResults, first_run: Results) -> None:
    assert isinstance(live.settings, Settings)
    assert live.settings is first_run.opened.settings
    assert live.speakers == ("ann", "bob", "gb_f_alice", "us_m_adam")
    assert {"label", "speaker", "word", "tier", "sex", "town"} <= set(live.text_columns)
    times, values = live.courses(["F1", "F2"])
    assert times.tolist() == [0.3, 0.5, 0.7]
    assert values.shape == (len(live), 3, 2)
    assert np.array_equal(values[:, 1, 1], live.numbers("F2"), equal_nan=True)
