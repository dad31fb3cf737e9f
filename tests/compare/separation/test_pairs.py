"""Pairs of labels: made-up mergers and splits, the public formant tables, and what can go wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formant_corpora import FORMANTS, representation
from scipy.spatial.distance import mahalanobis
from sklearn.metrics import silhouette_score
from statsmodels.multivariate.manova import MANOVA

from w2vpraat.compare.maps.map_quality import standard_columns
from w2vpraat.compare.separation import explain_pairs, merger, pair_separation
from w2vpraat.compare.separation.covariates import Covariates
from w2vpraat.compare.separation.measures import COLUMNS, Pair, moved_interval
from w2vpraat.compare.separation.pillai import pillai_score, shuffled_within
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams, PairsParams
from w2vpraat.representation import Representation

QUICK = CompareParams(bootstrap=200)
FEW = PairsParams(shuffles=99)
EXACT = CompareParams(bootstrap=0)


def low_back(n_speakers: int = 12, tokens: int = 8, merged: tuple[int, ...] = (), gap: float = 1.0):
    """Tokens of ɑ, ɔ and i; in the merged speakers ɑ and ɔ are one vowel."""
    random = np.random.default_rng(11)
    rows = []
    for speaker in range(n_speakers):
        size = random.normal(1.0, 0.08)
        for label, place in (("ɑ", (750, 1200, 2600)), ("ɔ", (620, 950, 2600)), ("i", (300, 2300, 3000))):
            for number in range(tokens):
                where = np.array(place, dtype=float)
                if label == "ɔ":
                    where = (1 - gap) * np.array([750, 1200, 2600.0]) + gap * where
                if label == "ɔ" and speaker in merged:
                    where = np.array([750, 1200, 2600.0])
                values = where * size + random.normal(0, [35, 60, 90])
                following = "n" if number % 2 else "t"
                rows.append((f"s{speaker:02d}", label, following, random.normal(0.1, 0.02), *values))
    table = pd.DataFrame(rows, columns=["speaker", "label", "fol_seg", "dur", *FORMANTS])
    table["id"] = [f"t#{number:04d}" for number in range(len(table))]
    return table


def hertz(table: pd.DataFrame) -> Representation:
    return Representation("Hz", tuple(table["id"]), table[FORMANTS].to_numpy(), tuple(FORMANTS))


@pytest.fixture(scope="module")
def split() -> pd.DataFrame:
    return low_back(merged=(2, 5))


@pytest.fixture(scope="module")
def merged() -> pd.DataFrame:
    return low_back(gap=0.0)


def test_a_split_is_seen_and_the_merged_speakers_are_named(split) -> None:
    found = merger(hertz(split), split, "ɑ", "ɔ", covariates=("speaker", "dur"), params=FEW, compare=QUICK)
    row = found.table.iloc[0]
    assert tuple(found.table.columns) == COLUMNS
    assert (row["n_first"], row["n_second"], row["n_speakers"], row["dim_used"]) == (96, 96, 12, 3)
    assert row["pillai_p_shuffled"] == pytest.approx(1 / 100)
    assert row["pillai_low"] < row["pillai"] < row["pillai_high"]
    assert row["pillai_adjusted"] > row["pillai"] > row["pillai_null"]  # speakers differ in size
    assert row["resampled"] == "speakers"
    assert row["covariates"] == "speaker, dur"
    alone = found.by_speaker.set_index("speaker")["pillai_p_shuffled"]
    assert len(alone) == 12
    assert set(alone[alone > 0.05].index) == {"s02", "s05"}
    assert set(found.by_speaker["resampled"]) == {"tokens"}
    (sentence,) = explain_pairs(found)
    assert "Hz tells them apart beyond chance (p = 0.010), so there is no complete merger" in sentence
    assert "2 of the 12 speakers with enough tokens show no difference (s02, s05;" in sentence


def test_a_merger_is_read_as_one_without_being_proved(merged) -> None:
    found = merger(hertz(merged), merged, "ɑ", "ɔ", params=FEW, compare=QUICK)
    row = found.table.iloc[0]
    assert row["pillai_p_shuffled"] > 0.1
    assert abs(row["pillai_above_chance"]) < 0.03
    assert row["affinity"] > 0.95
    assert row["jsd"] < 0.05
    assert row["jsd_low"] == 0.0
    assert row["jsd_null"] == pytest.approx(row["jsd"], abs=0.02)
    (sentence,) = explain_pairs(found)
    assert "Hz does not tell them apart beyond chance (p = " in sentence
    assert "as in a complete merger; but an adjusted Pillai score of up to" in sentence


def test_representations_that_disagree_are_said_to(split) -> None:
    noise = representation("noise", split, np.random.default_rng(0).normal(size=(len(split), 3)))
    found = merger([hertz(split), noise], split, "ɑ", "ɔ", params=FEW, compare=QUICK)
    (sentence,) = explain_pairs(found)
    assert "Hz tells them apart beyond chance" in sentence
    assert "but noise does not (p =" in sentence
    assert "though not in everything" in sentence


def test_the_numbers_are_those_of_other_libraries(split) -> None:
    row = merger(hertz(split), split, "ɑ", "ɔ", params=FEW, compare=EXACT).table.iloc[0]
    own = split[split["label"] != "i"]
    one, two = (own.loc[own["label"] == name, FORMANTS].to_numpy() for name in ("ɑ", "ɔ"))
    for right, name in (("label", "pillai"), ("label + speaker", "pillai_adjusted")):
        test = MANOVA.from_formula(f"F1 + F2 + F3 ~ {right}", own).mv_test()
        expected = test.results["label"]["stat"].loc["Pillai's trace"]
        assert row[name] == pytest.approx(expected["Value"], abs=1e-8)
        assert row[f"{name}_f"] == pytest.approx(expected["F Value"], rel=1e-8)
        assert (row[f"{name}_df1"], row[f"{name}_df2"]) == (expected["Num DF"], expected["Den DF"])
    gap = one.mean(axis=0) - two.mean(axis=0)
    pooled = (np.cov(one.T) + np.cov(two.T)) / 2
    assert row["euclidean"] == pytest.approx(np.linalg.norm(gap))
    assert row["mahalanobis"] == pytest.approx(mahalanobis(gap, 0 * gap, np.linalg.inv(pooled)))
    by_shape = 0.5 * np.log(
        np.linalg.det(pooled) / np.sqrt(np.linalg.det(np.cov(one.T)) * np.linalg.det(np.cov(two.T)))
    )
    expected = gap @ np.linalg.solve(pooled, gap) / 8 + by_shape
    assert row["bhattacharyya"] == pytest.approx(expected)
    assert row["affinity"] == pytest.approx(np.exp(-expected))
    standard = standard_columns(split[FORMANTS].to_numpy())[split["label"] != "i"]
    assert row["silhouette"] == pytest.approx(silhouette_score(standard, own["label"]))
    assert np.isnan(row["pillai_low"])
    assert row["resampled"] == ""


def test_p_is_that_of_shuffles_scored_with_the_speakers_in_the_model(split) -> None:
    near = low_back(5, 4, gap=0.1)
    found = merger(hertz(near), near, "ɑ", "ɔ", params=FEW, compare=EXACT).table.iloc[0]
    own = near[near["label"] != "i"].sort_values("id")
    groups = (own["label"] == "ɔ").to_numpy(dtype=np.intp)
    _, speakers = np.unique(own["speaker"], return_inverse=True)
    values, dummies = own[FORMANTS].to_numpy(), np.eye(5)[speakers][:, 1:]
    score = pillai_score(values, groups, dummies).value
    dealt = shuffled_within(groups, speakers, 99, EXACT.seed).astype(np.intp)
    higher = sum(pillai_score(values, row, dummies).value >= score for row in dealt)
    assert 0 < higher < 60
    assert found["pillai_p_shuffled"] == pytest.approx((1 + higher) / 100)


def test_tokens_of_one_speaker_are_drawn_within_labels(split) -> None:
    rows = np.arange(24)
    groups = np.repeat([0, 1], [18, 6])
    nothing = Covariates.read(split, list(split["id"]), (), speaker="speaker", label="label")
    pair = Pair.of(rows, groups, np.zeros(24, dtype=np.intp), nothing, QUICK, 0)
    assert (pair.weights[:, groups == 1].sum(axis=1) == 6).all()
    assert (pair.weights.sum(axis=1) == 24).all()
    several = Pair.of(rows, groups, rows % 4, nothing, QUICK, 0)
    assert several.weights.shape == (200, 4)
    assert (several.weights.sum(axis=1) == 4).all()


def test_intervals_make_up_for_few_tokens() -> None:
    # Twenty small corpora of one vowel: plain percentiles would miss the true distance, 0, every time.
    lows, highs = [], []
    for seed in range(20):
        random = np.random.default_rng(seed)
        table = low_back(8, 4, gap=0.0)
        values = random.normal(size=(len(table), 3))
        found = merger(
            representation("x", table, values),
            table,
            "ɑ",
            "ɔ",
            params=PairsParams(shuffles=0),
            compare=CompareParams(bootstrap=100),
        ).table.iloc[0]
        lows.append(found["jsd_low"])
        highs.append(found["jsd_high"])
        assert np.isnan(found["pillai_p_shuffled"])
    assert np.mean(np.array(lows) == 0.0) >= 0.9
    assert np.median(highs) < 0.2
    assert moved_interval(np.array([0.3, 0.4, 0.6]), 0.4, 0.5) == pytest.approx(
        (0.35 - 0.2 / 3, 0.5 - 0.2 / 3)
    )
    assert moved_interval(np.array([0.3, 0.4, 0.5]), 0.2, 0.5) == (0.0, pytest.approx(0.05))
    assert np.isnan(moved_interval(np.array([np.nan, np.nan, 0.5]), 0.3, 0.5)).all()


def test_all_pairs_come_nearest_first_with_less_drawn(split) -> None:
    found = pair_separation(hertz(split), split, PairsParams(in_full=1, shuffles=500), QUICK)
    assert found.pairs[0] == ("ɑ", "ɔ")
    assert len(found.pairs) == 3
    assert found.table["jsd"].is_monotonic_increasing
    assert any("3 pairs: intervals and values by chance come from 40 samples" in note for note in found.notes)
    assert found.by_speaker["pillai_low"].isna().all()
    assert found.by_speaker["pillai_p"].notna().all()
    full = pair_separation(hertz(split), split, PairsParams(shuffles=100), QUICK)
    assert full.by_speaker["pillai_low"].notna().all()


def test_order_and_other_pairs_do_not_matter(split) -> None:
    item = hertz(split)
    mixed = split.sample(frac=1.0, random_state=5)
    turned = Representation("Hz", tuple(mixed["id"]), mixed[FORMANTS].to_numpy(), tuple(FORMANTS))
    one = pair_separation(item, split, PairsParams(pairs=("ɑ:ɔ",), shuffles=50), QUICK)
    two = pair_separation(turned, mixed.set_index("id"), PairsParams(pairs=("ɑ:ɔ",), shuffles=50), QUICK)
    many = pair_separation(item, split, PairsParams(pairs=("i:ɔ", "ɑ:ɔ"), shuffles=50), QUICK)
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.by_speaker, two.by_speaker)
    pd.testing.assert_frame_equal(one.table, many.table.iloc[[1]].reset_index(drop=True))


def test_context_keeps_the_tokens_before_nasals(split) -> None:
    found = merger(hertz(split), split, "ɑ", "ɔ", before=("n", "m"), params=FEW, compare=EXACT)
    assert found.table.loc[0, "n_first"] == 48
    assert "ɑ and ɔ before n, m:" in explain_pairs(found)[0]
    turned = split.rename(columns={"fol_seg": "pre"})
    found = merger(hertz(turned), turned, "ɑ", "ɔ", after=("t",), preceding="pre", params=FEW, compare=EXACT)
    assert found.table.loc[0, "n_first"] == 48
    assert "after t:" in explain_pairs(found)[0]


def test_covariates_may_have_gaps_or_say_it_all(split) -> None:
    table = split.assign(
        word=np.where(split["label"] == "ɑ", "cot", "caught"),
        gappy=split["dur"].where(split.index % 10 > 0),
        text=split["fol_seg"].where(split.index % 10 > 1, ""),
    )
    item = hertz(table)
    found = merger(item, table, "ɑ", "ɔ", covariates=("word",), params=FEW, compare=QUICK).table.iloc[0]
    assert np.isnan(found["pillai_adjusted"])
    assert np.isnan(found["pillai_adjusted_low"])
    assert "the covariates determine the label" in found["note"]
    found = merger(item, table, "ɑ", "ɔ", covariates=("gappy", "text"), params=FEW, compare=QUICK)
    kept = table[(table["label"] != "i") & table["gappy"].notna() & (table["text"] != "")]
    test = MANOVA.from_formula("F1 + F2 + F3 ~ label + gappy + text", kept).mv_test()
    row = found.table.iloc[0]
    assert row["n_adjusted"] == len(kept)
    assert row["pillai_adjusted"] == pytest.approx(
        test.results["label"]["stat"].loc["Pillai's trace", "Value"], abs=1e-8
    )
    assert row["pillai_adjusted_low"] < row["pillai_adjusted"] < row["pillai_adjusted_high"]
    assert f"{192 - len(kept)} tokens lack a covariate" in row["note"]


def test_vectors_are_reduced_to_what_the_tokens_carry(split) -> None:
    random = np.random.default_rng(0)
    numbers = split["label"].map({"ɑ": 0, "ɔ": 1, "i": 2}).to_numpy()
    values = 3.0 * random.normal(size=(3, 100))[numbers] + random.normal(size=(len(split), 100))
    item = representation("vectors", split, values)
    found = merger(item, split, "ɑ", "ɔ", params=FEW, compare=EXACT)
    row = found.table.iloc[0]
    assert (row["dim"], row["dim_used"]) == (100, 2 * 96 // 10)
    assert (row["plane"], row["covariances"]) == ("PC 1 x PC 2", "shrunk")
    assert row["mahalanobis"] > 5.0
    assert set(found.by_speaker["dim_used"]) == {2}
    fewer = PairsParams(most_dimensions=4, shuffles=0)
    assert merger(item, split, "ɑ", "ɔ", params=fewer, compare=EXACT).table["dim_used"][0] == 4
    noise = representation("noise", split, random.normal(size=(len(split), 100)))
    row = merger(noise, split, "ɑ", "ɔ", params=FEW, compare=EXACT).table.iloc[0]
    assert abs(row["pillai_above_chance"]) < 0.1
    assert row["jsd"] < 0.15


def test_one_speaker_is_resampled_by_token(split) -> None:
    own = split[split["speaker"] == "s00"]
    found = merger(hertz(own), own, "ɑ", "ɔ", params=FEW, compare=QUICK)
    row = found.table.iloc[0]
    assert row["resampled"] == "tokens"
    assert row["pillai_low"] < row["pillai_high"]
    assert row["pillai_adjusted"] == pytest.approx(row["pillai"])
    assert "few tokens: the same vowel twice would score 0.20 on average" in row["note"]
    assert "speakers" not in explain_pairs(found)[0]


def test_speakers_who_say_one_label_only_are_noted_and_decide_nothing(split) -> None:
    odd = split["speaker"].isin(["s00", "s01"])
    table = split[~(odd & (split["label"] == "ɔ"))]
    row = merger(hertz(table), table, "ɑ", "ɔ", params=FEW, compare=EXACT).table.iloc[0]
    assert "2 speaker(s) say ɑ only" in row["note"]
    apart = split[
        ((split["speaker"] < "s06") & (split["label"] == "ɑ"))
        | ((split["speaker"] >= "s06") & (split["label"] == "ɔ"))
    ]
    found = merger(hertz(apart), apart, "ɑ", "ɔ", params=FEW, compare=EXACT)
    assert np.isnan(found.table.loc[0, "pillai_p_shuffled"])
    assert np.isnan(found.table.loc[0, "pillai_adjusted"])
    (sentence,) = explain_pairs(found)
    assert "not decided, since no speaker says both" in sentence
    assert "no speaker has enough tokens of both" in sentence


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (("ɑ:ɒ",), r'no token has the label "ɒ" \(labels: i \(96\), ɑ \(96\), ɔ \(96\)\)'),
        (("ɑ:I",), "did you mean i"),
        (("ɑɔ",), "not a pair of labels"),
        (("ɑ:ɑ",), "named twice"),
    ],
)
def test_wrong_pairs_are_refused_with_what_there_is(split, pairs, message) -> None:
    with pytest.raises(ComparisonError, match=message):
        pair_separation(hertz(split), split, PairsParams(pairs=pairs), EXACT)


def test_other_errors_say_what_is_missing(split) -> None:
    item = hertz(split)
    with pytest.raises(ComparisonError, match='only 96 of "ɑ" and 96 of "ɔ"'):
        merger(item, split, "ɑ", "ɔ", params=PairsParams(min_pair_tokens=97))
    with pytest.raises(ComparisonError, match="no two labels with 97 tokens each"):
        pair_separation(item, split, PairsParams(min_pair_tokens=97))
    with pytest.raises(ComparisonError, match=r"segments there, most frequent first: [nt], [nt]"):
        merger(item, split, "ɑ", "ɔ", before=("ŋ",))
    with pytest.raises(ComparisonError, match='no column "next"'):
        merger(item, split, "ɑ", "ɔ", before=("n",), following="next")
    with pytest.raises(ComparisonError, match='no column "duration"'):
        merger(item, split, "ɑ", "ɔ", covariates=("duration",))
    with pytest.raises(ComparisonError, match="holds the labels"):
        merger(item, split, "ɑ", "ɔ", covariates=("label",))


def test_labels_with_colons_and_other_accents_are_understood(split) -> None:
    table = split.assign(label=split["label"].map({"ɑ": "a:", "ɔ": "o:", "i": "e\u0303"}))
    item = hertz(table)
    found = pair_separation(item, table, PairsParams(pairs=("a::o:", "a::\u1ebd"), shuffles=0), EXACT)
    assert found.pairs == (("a:", "o:"), ("a:", "e\u0303"))
    both = pd.concat(
        [table, table.assign(id=table["id"] + "x", label=table["label"].map({"a:": "a", "o:": ":o:"}))]
    ).dropna()
    with pytest.raises(ComparisonError, match="may mean"):
        pair_separation(hertz(both), both, PairsParams(pairs=("a::o:",)), EXACT)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("corpus", "pair", "far"), [("pb52", ("A", "O"), ("i", "A")), ("h95", ("A", "O"), ("i", "A"))]
)
def test_public_tables_agree_with_statsmodels_and_order_the_pairs(formant_table, corpus, pair, far) -> None:
    table = formant_table(corpus).dropna(subset=FORMANTS)
    table = table[(table[FORMANTS] > 0).all(axis=1)]
    item = hertz(table)
    asked = PairsParams(pairs=(":".join(pair), ":".join(far)), shuffles=99)
    found = pair_separation(item, table, asked, CompareParams(bootstrap=100)).table
    own = table[table["label"].isin(pair)]
    for right, name in (("label", "pillai"), ("label + speaker", "pillai_adjusted")):
        test = MANOVA.from_formula(f"F1 + F2 + F3 ~ {right}", own).mv_test()
        expected = test.results["label"]["stat"].loc["Pillai's trace", "Value"]
        assert found.loc[0, name] == pytest.approx(expected, abs=1e-8)
    near_row, far_row = found.iloc[0], found.iloc[1]
    assert far_row["jsd"] > 0.98 > near_row["jsd"]
    assert far_row["affinity_kernel"] < 0.1 < near_row["affinity_kernel"]
    assert far_row["ellipse_of_union"] == 0.0 < near_row["ellipse_of_union"]
    # Low back vowels of these speakers are not merged, in spite of much overlap between speakers.
    assert near_row["pillai_p_shuffled"] == pytest.approx(0.01)
    assert near_row["pillai_adjusted"] > near_row["pillai"]


def test_of_many_pairs_the_nearest_are_measured(formant_table) -> None:
    table = formant_table("pb52")
    item = Representation("Hz", tuple(table["id"]), table[["F1", "F2"]].to_numpy(float), ("F1", "F2"))
    quick = CompareParams(bootstrap=0)
    every = pair_separation(item, table, PairsParams(most_pairs=0, shuffles=0), quick)
    few = pair_separation(item, table, PairsParams(most_pairs=5, shuffles=0), quick)
    assert len(every.pairs) == 45
    assert len(few.pairs) == 5
    assert any("the nearest 5 of 45 pairs" in note for note in few.notes)
    z = (table[["F1", "F2"]] - table[["F1", "F2"]].mean()) / table[["F1", "F2"]].std(ddof=0)
    means = z.groupby(table["label"]).mean()
    gaps = {pair: float(np.linalg.norm(means.loc[pair[0]] - means.loc[pair[1]])) for pair in every.pairs}
    assert set(few.pairs) == set(sorted(gaps, key=gaps.__getitem__)[:5])
