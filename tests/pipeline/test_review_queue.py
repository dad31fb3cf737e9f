"""Review queues on the sample corpus: what each kind lists, against computations of its own."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from w2vpraat.compare.tokens.disagreement import review_tokens
from w2vpraat.corpus.discover import discover
from w2vpraat.corpus.textgrid import edits, read_textgrid
from w2vpraat.errors import ComparisonError, InputError
from w2vpraat.params.queueing import QUEUE_KINDS
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.pipeline.queues.kinds import FINDERS
from w2vpraat.pipeline.queues.making import make_queue, making_queue
from w2vpraat.pipeline.queues.material import QueueMaterial, queue_material
from w2vpraat.pipeline.queues.queue_file import queue_list, write_queue_list
from w2vpraat.pipeline.queues.sampling import stratified_sample
from w2vpraat.pipeline.running import Results, running
from w2vpraat.resources import sample_corpus
from w2vpraat.session.choices import ReviewMark
from w2vpraat.session.grid_changes import grid_change
from w2vpraat.session.queue_places import QueuePlaces
from w2vpraat.session.review_queue import COLUMNS, ReviewQueue, plain_queue, read_queue
from w2vpraat.session.sample import sample_settings
from w2vpraat.session.settings import Settings
from w2vpraat.session.trail import Trail

NAMES = ("gb_f_alice", "gb_f_emma", "gb_m_fable", "gb_m_lewis", "us_f_sky", "us_m_liam", "us_m_puck")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven speakers of the sample corpus."""
    folder = tmp_path_factory.mktemp("speech") / "corpus"
    folder.mkdir()
    for name in NAMES:
        for suffix in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{suffix}", folder)
    shutil.copy(sample_corpus() / "speakers.csv", folder)
    return folder


@pytest.fixture(scope="module")
def results(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Measured and embedded."""
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("W2VPRAAT_CACHE_DIR", str(home / "cache"))
        patch.setenv("W2VPRAAT_CONFIG_DIR", str(home / "config"))
        *_, made = running(sample_settings(corpus), steps=("measure", "embed"), workers=0)
    assert isinstance(made, Results)
    return made


@pytest.fixture
def settings(results: Results) -> Settings:
    return results.opened.settings


def with_queue(settings: Settings, **options: object) -> Settings:
    return settings.updated({"queue": options})


def ids(queue: ReviewQueue) -> list[str]:
    return list(queue.rows["id"])


def test_every_kind_has_what_finds_it() -> None:
    assert tuple(FINDERS) == QUEUE_KINDS


def test_disagreement_is_the_list_of_the_command_line(results: Results, settings: Settings) -> None:
    queue = make_queue("disagreement", results, settings)
    chosen = [
        next(one for one in results.spaces.representations if one.name == name)
        for name in ("Lobanov F1-F3", "phone layer 6")
    ]
    review = review_tokens(chosen, results.table.drop_duplicates("id"), settings.review, settings.compare)
    assert ids(queue) == list(review.queue["id"])
    assert list(queue.rows["score"]) == list(review.queue["suspicion"])
    assert list(queue.rows["reason"]) == list(review.queue["why"])
    assert list(queue.rows["objection"]) == list(review.queue["kind"])
    assert tuple(queue.rows.columns[: len(COLUMNS)]) == COLUMNS
    known = {token.id: token for token in results.opened.tokens.kept}
    for row in queue.rows.to_dict("records"):
        token = known[row["id"]]
        assert (row["raw_label"], row["speaker"], row["word"]) == (token.raw_label, token.speaker, token.word)
        assert (row["start"], row["end"], row["tier"]) == (token.start, token.end, "phones")
        assert row["sex"] == token.metadata["sex"]
    assert queue.n_tokens == len(known)


def test_low_confidence_lists_what_another_classifier_doubts_too(
    results: Results, settings: Settings
) -> None:
    """Lowest first, below the limit; the answers are those of scikit-learn's discriminant analysis."""
    name = "phone layer 6"
    asked = with_queue(settings, representation="layer 6", doubtful=0.4)
    # "layer 6" is in two names; the only one that ends with it is meant.
    queue = make_queue("confidence", results, asked)
    scores = queue.rows["score"].to_numpy()
    assert len(queue) > 3
    assert (np.diff(scores) >= 0).all()
    assert scores.max() < 0.4
    assert len(make_queue("confidence", results, with_queue(asked, doubtful=0.0))) == 0
    item = next(one for one in results.spaces.representations if one.name == name)
    table = results.table.drop_duplicates("id").set_index("id").loc[list(item.ids)]
    labels, speakers = table["label"].to_numpy(), table["speaker"].to_numpy()
    common = {one for one in set(labels) if len(set(speakers[labels == one])) > 1}
    use = np.isin(labels, list(common))
    says = {}
    for speaker in set(speakers):
        train, test = use & (speakers != speaker), use & (speakers == speaker)
        names = sorted(set(labels[train]))
        own = LinearDiscriminantAnalysis("lsqr", shrinkage="auto", priors=np.full(len(names), 1 / len(names)))
        answers = own.fit(item.values[train], labels[train]).predict(item.values[test])
        says.update(zip(np.array(item.ids)[test], answers, strict=True))
    agrees = [f"says {says[row['id']]} (" in row["reason"] for row in queue.rows.head(12).to_dict("records")]
    assert np.mean(agrees) > 0.8


def test_a_representation_that_is_not_there_is_named(results: Results, settings: Settings) -> None:
    with pytest.raises(ComparisonError, match="layer 99"):
        make_queue("outlier", results, with_queue(settings, representation="layer 99"))
    with pytest.raises(InputError, match="no review queue"):
        make_queue("odd", results, settings)


def test_outliers_come_farthest_first_and_a_broken_track_is_the_first(
    results: Results, settings: Settings
) -> None:
    victim = "us_m_liam#2.5"  # heed; its F2 is lost, F3 taken for it
    table = results.table.copy()
    row = table["id"] == victim
    table.loc[row, "F2"] = table.loc[row, "F3"]
    raw = next(one for one in results.spaces.representations if one.name == "F1-F3 Hz")
    values = np.array(raw.values)
    values[raw.ids.index(victim), 1] = 500.0
    broken = replace(raw, values=values)
    material = replace(queue_material(results), table=table, representations=(broken,))
    queue = make_queue("outlier", material, settings)
    assert ids(queue)[0] == victim
    assert (np.diff(queue.rows["score"]) <= 0).all()
    assert queue.score_name == "distance (sd)"
    assert "ceiling" in queue.rows["reason"].iloc[0]


def test_short_tokens_by_duration_and_by_frames(results: Results, settings: Settings) -> None:
    one_row = results.table.drop_duplicates("id")
    limit = float(one_row["dur"].quantile(0.1))
    queue = make_queue("short", results, with_queue(settings, short_duration=limit, short_frames=0))
    wanted = one_row[one_row["dur"] < limit].sort_values("dur", kind="stable")
    assert ids(queue) == list(wanted["id"])
    assert list(queue.rows["score"]) == pytest.approx(1000 * wanted["dur"])
    few = int(one_row["n_frames"].min()) + 2
    queue = make_queue("short", results, with_queue(settings, short_duration=0.0, short_frames=few))
    assert set(ids(queue)) == set(one_row.loc[one_row["n_frames"] < few, "id"])
    assert len(queue)
    assert "of the model" in queue.rows["reason"].iloc[0]


def test_tokens_that_were_not_measured_can_be_short_or_drawn(corpus: Path, settings: Settings) -> None:
    *_, opened = opening(settings)
    assert isinstance(opened, Opened)
    queue = make_queue("short", opened, with_queue(settings, short_duration=0.1))
    assert set(ids(queue)) == {token.id for token in opened.tokens.kept if token.duration < 0.1 - 1e-9}
    assert any("frames" in note for note in queue.notes)
    with pytest.raises(ComparisonError, match="measure"):
        make_queue("outlier", opened, settings)
    with pytest.raises(ComparisonError, match="nothing was measured"):
        make_queue("measurement", opened, settings)


def test_suspicious_measurements(results: Results, settings: Settings) -> None:
    table = results.table.copy()
    names = list(table["id"])
    table.loc[table["id"] == names[3], "F2"] = np.nan
    table.loc[table["id"] == names[5], ["measure_note", "f0_jumps"]] = [
        "F3 undefined; ceiling set by hand",
        2,
    ]
    table.loc[table["id"] == names[5], "F3"] = np.nan
    table.loc[table["id"] == names[7], "measure_note"] = "sex unknown: fixed ceiling; ceiling set by hand"
    before = {row["id"] for row in results.table.to_dict("records") if row["f0_jumps"] > 0}
    queue = make_queue("measurement", replace(queue_material(results), table=table), settings)
    assert set(ids(queue)) == before | {names[3], names[5]}
    said = dict(zip(queue.rows["id"], queue.rows["reason"], strict=True))
    assert said[names[3]].startswith("F2 missing")
    assert said[names[5]] == "F3 undefined; f0 jumps 2 times"
    assert ids(queue)[0] == names[5]


def test_tokens_sensitive_to_boundaries(
    results: Results, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Boundaries are moved as by the command; moved farther, more tokens are sensitive."""
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.pipeline.sensitivity import sensing

    monkeypatch.setenv("W2VPRAAT_CACHE_DIR", str(tmp_path / "cache"))
    formants = [one for one in results.spaces.representations if one.provenance.get("kind") == "formants"]
    spaces = replace(results.spaces, representations=tuple(formants), vectors=())
    alone = replace(results, spaces=spaces)
    asked = settings.updated(
        {"sensitivity": {"shifts": [0.01], "queue_shift": 0.01}, "queue": {"moved": 1.5}}
    )
    queue = make_queue("sensitive", alone, asked)
    opened = replace(alone.opened, settings=asked)
    *_, sensed = sensing(opened, spaces)
    assert isinstance(sensed, Sensitivity)
    tokens = sensed.tokens.set_index("id")
    spread = tokens[[name for name in tokens.columns if name.endswith("_spread")]].max(axis=1)
    flips = tokens["sens_flip"].fillna(False).astype(bool)
    assert set(ids(queue)) == set(tokens.index[flips | (spread >= 1.5)])
    assert 0 < len(queue) < len(tokens)
    first = int(flips.sum())
    assert all(flips[ids(queue)[:first]])
    assert (np.diff(queue.rows["score"].iloc[:first]) <= 0).all()
    # What a run has found already is not found again.
    found = replace(alone, sensitivity=sensed)
    events = list(making_queue("sensitive", found, asked))
    assert ids(events[-1]) == ids(queue)
    assert not any(getattr(event, "step", "") == "moved_formants" for event in events)
    # A table without a run can't be moved.
    with pytest.raises(ComparisonError, match="not known"):
        make_queue("sensitive", replace(queue_material(alone), results=None), asked)
    table = replace(queue_material(alone), results=None, sensitivity=sensed.tokens.assign(sens_flip="False"))
    assert set(ids(make_queue("sensitive", table, asked))) == set(tokens.index[spread >= 1.5])


def tokens_table(seed: int = 0, n_tokens: int = 1000) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    labels = random.choice(["iː", "ɪ", "ə", "ʊ"], n_tokens, p=[0.5, 0.3, 0.15, 0.05])
    speakers = random.choice([f"s{n}" for n in range(10)], n_tokens)
    return pd.DataFrame(
        {"id": [f"r#1.{n}" for n in range(1, n_tokens + 1)], "label": labels, "speaker": speakers}
    )


def test_a_random_sample_has_the_shares_of_all() -> None:
    table = tokens_table()
    rows = stratified_sample(table, ["label", "speaker"], 100, seed=3)
    assert len(set(rows)) == 100
    drawn = Counter(table["label"].iloc[rows])
    for label, count in Counter(table["label"]).items():
        assert abs(drawn[label] - count / 10) < 1
    for label, part in table.iloc[rows].groupby("label"):
        whole = table[table["label"] == label]
        for speaker, count in Counter(whole["speaker"]).items():
            assert abs((part["speaker"] == speaker).sum() - count / 10) < 2
    # One label after the other would tire the ear: the order is random too.
    listed = list(table["label"].iloc[rows])
    assert sum(one != two for one, two in pairwise(listed)) > 30


def test_every_token_has_the_same_chance_and_the_order_of_the_table_has_none() -> None:
    table = tokens_table(n_tokens=60)
    counts = np.zeros(60)
    for seed in range(600):
        counts[stratified_sample(table, ["label", "speaker"], 12, seed)] += 1
    # 120 of 600 each; the standard deviation of a count is 9.8.
    assert abs(counts - 120).max() < 45
    again = table.iloc[::-1].reset_index(drop=True)
    here = list(table["id"].iloc[stratified_sample(table, ["label"], 12, 5)])
    assert list(again["id"].iloc[stratified_sample(again, ["label"], 12, 5)]) == here
    assert list(table["id"].iloc[stratified_sample(table, ["label"], 12, 6)]) != here
    assert sorted(stratified_sample(table, [], 99, 1)) == list(range(60))
    # Without strata it is a simple random sample, not each fifth token.
    assert len(set(np.diff(sorted(stratified_sample(table, [], 12, 1))))) > 3


def test_a_sample_of_some_tokens_and_all_of_them(results: Results, settings: Settings) -> None:
    women = [token.id for token in results.opened.tokens.kept if token.metadata["sex"] == "F"]
    assert 0 < len(women) < len(results.opened.tokens.kept)
    asked = with_queue(settings, sample_size=10, sample_by=("label", "accent"))
    queue = make_queue("random", results, asked, only=women)
    assert len(queue) == 10
    assert set(ids(queue)) <= set(women)
    assert queue.n_tokens == len(women)
    assert ids(make_queue("all", results, settings, only=women)) == women
    assert np.isnan(queue.rows["score"]).all()
    with pytest.raises(ComparisonError, match="dialect"):
        make_queue("random", results, with_queue(settings, sample_by=("dialect",)))
    # What is normal comes from all tokens, whichever are listed.
    whole = make_queue("outlier", results, settings)
    some = make_queue("outlier", results, settings, only=women)
    assert ids(some) == [one for one in ids(whole) if one in set(women)]
    assert list(some.rows["score"]) == [
        score for one, score in zip(ids(whole), whole.rows["score"], strict=True) if one in set(women)
    ]
    first = make_queue("outlier", results, with_queue(settings, most_tokens=3))
    assert ids(first) == ids(whole)[:3]


def test_a_users_table_will_do(settings: Settings) -> None:
    table = tokens_table(n_tokens=50).rename(columns={"label": "vowel"})
    table["dur"] = np.linspace(0.02, 0.5, 50)
    from w2vpraat.pipeline.yardsticks import Roles

    queue = make_queue("short", QueueMaterial(table, roles=Roles(label="vowel")), settings)
    assert ids(queue) == list(table.loc[table["dur"] < 0.04, "id"])
    assert list(queue.rows["label"]) == list(table["vowel"].head(len(queue)))
    assert np.isnan(queue.rows["start"]).all()


def test_plain_values_and_back(results: Results, settings: Settings) -> None:
    for kind in ("disagreement", "random"):
        queue = make_queue(kind, results, settings)
        values = json.loads(json.dumps(plain_queue(queue), allow_nan=False))
        back = read_queue(values)
        pd.testing.assert_frame_equal(back.rows, queue.rows)
        assert (back.kind, back.title, back.made, back.notes) == (
            queue.kind,
            queue.title,
            queue.made,
            queue.notes,
        )
        assert back.params == queue.params
    for wrong in ({"version": 2}, {**values, "kind": "odd"}, {**values, "columns": ["id"]}, 3):
        with pytest.raises(InputError, match="review queue"):
            read_queue(wrong)


def test_places_follow_edits_and_say_what_was_edited(
    corpus: Path, results: Results, settings: Settings
) -> None:
    queue = make_queue("all", results, settings)
    places, name = QueuePlaces(queue), "us_m_liam"
    recording = discover(corpus).recording(name)
    grid, trail = read_textgrid(recording.grid_path), Trail(recording)
    assert places.find_again(recording, grid) == []

    def edit(after):
        nonlocal grid
        changed = places.follow(grid_change(grid, after), recording, after, trail)
        grid = after
        return changed

    rows = [row for row, one in enumerate(ids(queue)) if one.startswith(name)]
    start = grid
    # A boundary in the silence before everything: all ids move, no token was edited.
    assert edit(edits.insert_boundary(grid, 2, 0.05)) == rows
    moved = [f"{name}#2.{int(one.rpartition('.')[2]) + 1}" for one in ids(queue) if one.startswith(name)]
    assert [places.ids[row] for row in rows] == moved
    assert {places.places[row].change for row in rows} == {""}
    # A label, a boundary: this row and no other.
    third = int(moved[2].rpartition(".")[2])
    assert edit(edits.set_label(grid, 2, third, r"\ic")) == [rows[2]]
    assert (places.places[rows[2]].label, places.places[rows[2]].change) == ("ɪ", "edited")
    end = places.places[rows[4]].end
    fifth = int(moved[4].rpartition(".")[2])
    assert edit(edits.move_boundary(grid, 2, fifth, end - 0.01)) == [rows[4]]
    assert places.places[rows[4]].end == pytest.approx(end - 0.01)
    assert places.row_of(moved[4]) == rows[4]
    sixth = int(moved[5].rpartition(".")[2])
    start_of = places.places[rows[5]].start
    assert edit(edits.move_boundary(grid, 2, sixth - 1, start_of + 0.004)) == [rows[5]]
    assert places.places[rows[5]].change == "edited"
    token = places.token(rows[4])
    assert token is not None
    assert (token.id, token.end, token.tier_number) == (moved[4], end - 0.01, 2)
    back = QueuePlaces(queue)
    back.restore(json.loads(json.dumps(places.as_plain())))
    assert back.places == places.places
    # The tier is taken away, and everything is taken back.
    edit(edits.remove_tier(grid, 2))
    assert {places.places[row].change for row in rows} == {"removed"}
    assert places.token(rows[0]) is None
    edit(start)
    assert places.ids == ids(queue)
    assert not any(place.change for place in places.places)


def test_the_list_as_a_file(corpus: Path, results: Results, settings: Settings, tmp_path: Path) -> None:
    queue = make_queue("outlier", results, settings)
    names = ids(queue)
    marks = {
        names[0]: ReviewMark(done=True, tags=("creaky", "h"), note="heard twice"),
        names[2]: ReviewMark(star=True),
    }
    table = queue_list(queue, marks, rows=[2, 0, 1])
    assert list(table["rank"]) == [3, 1, 2]
    assert list(table["id"]) == [names[2], names[0], names[1]]
    path, record = write_queue_list(
        table, queue, tmp_path / "list.csv", settings, corpus=results.opened.corpus, notes=("a filter",)
    )
    back = pd.read_csv(path, keep_default_na=False)
    assert list(back["done"]) == [False, True, False]
    assert list(back["tags"]) == ["", "creaky; h", ""]
    assert list(back["note"]) == ["", "heard twice", ""]
    known = {token.id: token for token in results.opened.tokens.kept}
    for row in back.to_dict("records"):
        token = known[row["id"]]
        assert (row["start"], row["end"], row["label"], row["tier"]) == (
            token.start,
            token.end,
            token.label,
            token.tier,
        )
    assert "raw_label" not in back.columns
    facts = json.loads(record.read_text(encoding="utf-8"))
    assert facts["comparison"]["queue"]["kind"] == "outlier"
    assert facts["comparison"]["queue"]["queue"]["short_frames"] == settings.queue.short_frames
    assert "a filter" in facts["notes"]
    hashed = {Path(one["path"]).stem for one in facts["inputs"]["textgrids"]}
    assert hashed == {one.rpartition("#")[0] for one in back["id"]}
    for ending in (".tsv", ".xlsx"):
        path, _ = write_queue_list(table, queue, tmp_path / f"list{ending}", settings)
        assert path.is_file()
    cells = pd.read_excel(tmp_path / "list.xlsx", keep_default_na=False)
    assert list(cells["id"]) == list(table["id"])
