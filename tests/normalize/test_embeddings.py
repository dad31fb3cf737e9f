from __future__ import annotations

import inspect
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize import (
    EMBEDDING_METHODS,
    CentreBySpeaker,
    Pca,
    RemoveSpeakerSubspace,
    Whiten,
    ZScoreBySpeaker,
    centre_by_speaker,
    describe_methods,
    normalize_vectors,
    pca,
    remove_speaker_subspace,
    whiten,
    zscore_by_speaker,
)
from w2vpraat.representation import Representation, vector_columns

BY_SPEAKER = ("centre", "z", "subspace")
every_method = pytest.mark.parametrize("key", EMBEDDING_METHODS)


def vectors(seed: int = 0, speakers: int = 6, tokens: int = 20, dim: int = 8) -> tuple[Any, list[str]]:
    """Tokens = class + speaker offset in two directions + noise, float64."""
    generator = np.random.default_rng(seed)
    classes = generator.normal(0, 2, (5, dim))
    offsets = generator.normal(0, 3, (speakers, 2)) @ generator.normal(0, 1, (2, dim))
    names, rows = [], []
    for speaker in range(speakers):
        for token in range(tokens):
            names.append(f"s{speaker}")
            rows.append(classes[token % 5] + offsets[speaker] + generator.normal(0, 0.3, dim))
    return np.array(rows), names


def representation(dtype: Any = np.float32) -> tuple[Representation, list[str]]:
    x, names = vectors()
    ids = tuple(f"t{row}" for row in range(len(x)))
    made = Representation("phone layer 4", ids, x.astype(dtype), vector_columns(8), {"model": "phone"})
    return made, names


@every_method
def test_manners(key: str) -> None:
    made = EMBEDDING_METHODS[key]()
    names = [name for name in inspect.signature(EMBEDDING_METHODS[key].__init__).parameters if name != "self"]
    assert set(vars(made)) == set(names)
    x, speakers = vectors()
    with pytest.raises(NormalizationError, match="not fitted"):
        made.transform(x, speakers)
    assert made.fit(x, speakers) is made
    copy: Any = clone(made)
    assert copy.get_params() == made.get_params()
    assert not hasattr(copy, "warnings_")
    before = x.copy()
    made.transform(x, speakers)
    np.testing.assert_array_equal(x, before)
    record = made.record()
    assert json.loads(json.dumps(record)) == record
    assert (record["method"], record["n_tokens"], record["dim"]) == (key, 120, 8)
    assert [info.key for info in describe_methods("embedding")] == list(EMBEDDING_METHODS)
    with pytest.raises(NormalizationError, match="fitted on 8 dimensions, not on 5"):
        made.transform(x[:, :5], speakers)


@every_method
def test_order_and_missing_tokens(key: str) -> None:
    x, speakers = vectors()
    order = np.random.default_rng(1).permutation(len(x))
    out = EMBEDDING_METHODS[key]().fit_transform(x, speakers)
    shuffled = EMBEDDING_METHODS[key]().fit_transform(x[order], [speakers[row] for row in order])
    np.testing.assert_allclose(shuffled, out[order], rtol=1e-7, atol=1e-8)
    holes = x.copy()
    holes[3, 2] = np.nan
    made = EMBEDDING_METHODS[key]().fit(holes, speakers)
    out = made.transform(holes, speakers)
    assert np.isnan(out[3]).all()
    assert np.isfinite(np.delete(out, 3, axis=0)).all()
    kept = [row for row in range(len(x)) if row != 3]
    without = EMBEDDING_METHODS[key]().fit(x[kept], [speakers[row] for row in kept])
    np.testing.assert_allclose(
        np.delete(out, 3, axis=0),
        without.transform(x[kept], [speakers[row] for row in kept]),
        rtol=1e-10,
        atol=1e-10,
    )
    assert made.record()["n_missing"] == 1


@every_method
def test_representation_in_representation_out(key: str) -> None:
    vectors_in, speakers = representation()
    out = normalize_vectors(vectors_in, key, speakers)
    assert out.ids == vectors_in.ids
    assert out.values.dtype == np.float32
    assert out.name.startswith("phone layer 4, ")
    assert out.provenance["model"] == "phone"
    assert [step["method"] for step in out.provenance["normalizations"]] == [key]
    assert out.sees_speaker == (key in BY_SPEAKER)
    assert (out.columns == vectors_in.columns) == (key != "pca")
    twice = normalize_vectors(out, "centre", speakers)
    assert [step["method"] for step in twice.provenance["normalizations"]] == [key, "centre"]
    assert twice.sees_speaker


def test_function_twins() -> None:
    made, speakers = representation(np.float64)
    for key, twin in (
        ("centre", centre_by_speaker(made, speakers)),
        ("z", zscore_by_speaker(made, speakers)),
        ("whiten", whiten(made)),
        ("pca", pca(made)),
        ("subspace", remove_speaker_subspace(made, speakers)),
    ):
        np.testing.assert_array_equal(twin.values, normalize_vectors(made, key, speakers).values)


def test_centre_and_z_score_are_lobanov_in_every_dimension() -> None:
    x, speakers = vectors()
    rows = np.array(speakers) == "s2"
    centred = CentreBySpeaker().fit_transform(x, speakers)
    np.testing.assert_allclose(centred[rows], x[rows] - x[rows].mean(axis=0), atol=1e-12)
    z = ZScoreBySpeaker().fit_transform(x, speakers)
    expected = (x[rows] - x[rows].mean(axis=0)) / x[rows].std(axis=0, ddof=1)
    np.testing.assert_allclose(z[rows], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("key", ["centre", "z"])
def test_other_speakers_change_nothing(key: str) -> None:
    x, speakers = vectors()
    rows = np.array(speakers) == "s4"
    alone = EMBEDDING_METHODS[key]().fit_transform(x[rows], ["s4"] * int(rows.sum()))
    np.testing.assert_allclose(EMBEDDING_METHODS[key]().fit_transform(x, speakers)[rows], alone, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(shift=st.floats(-50, 50), scale=st.floats(0.2, 5))
def test_what_by_speaker_statistics_remove(shift: float, scale: float) -> None:
    x, speakers = vectors()
    rows = np.array(speakers) == "s1"
    moved, stretched = x.copy(), x.copy()
    moved[rows] += shift
    stretched[rows] = stretched[rows] * scale + shift
    np.testing.assert_allclose(
        CentreBySpeaker().fit_transform(moved, speakers),
        CentreBySpeaker().fit_transform(x, speakers),
        atol=1e-9,
    )
    np.testing.assert_allclose(
        ZScoreBySpeaker().fit_transform(stretched, speakers),
        ZScoreBySpeaker().fit_transform(x, speakers),
        atol=1e-9,
    )


def test_few_tokens_and_dead_dimensions() -> None:
    x, speakers = vectors(tokens=12)
    x[:, 5] = 1.25
    speakers = [*speakers, "lone"]
    x = np.vstack([x, x[:1]])
    made = ZScoreBySpeaker().fit(x, speakers)
    out = made.transform(x, speakers)
    assert np.isnan(out[-1]).all()
    assert (out[:-1, 5] == 0).all()
    assert any('speaker "lone": 1 tokens, at least 2' in text for text in made.warnings_)
    assert any("sd = 0 in 1 dimensions, which become 0" in text for text in made.warnings_)
    with pytest.raises(NormalizationError, match='speaker "lone"'):
        ZScoreBySpeaker(few_tokens="error").fit(x, speakers)
    centre = CentreBySpeaker().fit(x, speakers)
    assert (centre.transform(x, speakers)[-1] == 0).all()
    assert any('speaker "lone": only 1 tokens' in text for text in centre.warnings_)


def test_unknown_speakers() -> None:
    x, speakers = vectors()
    made = CentreBySpeaker().fit(x[:60], speakers[:60])
    with pytest.raises(NormalizationError, match="no statistics of speaker s3, s4, s5"):
        made.transform(x, speakers)
    lenient = CentreBySpeaker(unknown_speaker="nan").fit(x[:60], speakers[:60]).transform(x, speakers)
    assert np.isfinite(lenient[:60]).all()
    assert np.isnan(lenient[60:]).all()
    with pytest.raises(NormalizationError, match="needs the speaker of every token"):
        made.transform(x)
    with pytest.raises(NormalizationError, match="needs the speaker"):
        RemoveSpeakerSubspace().fit(x)
    with pytest.raises(NormalizationError, match="3 speakers for 120 tokens"):
        CentreBySpeaker().fit(x, ["a", "b", "c"])
    with pytest.raises(NormalizationError, match="no speaker"):
        CentreBySpeaker().fit(x[:2], ["a", None])


@pytest.mark.parametrize("kind", ["zca", "pca"])
def test_whitening_makes_the_covariance_white(kind: str) -> None:
    x, _ = vectors()
    out = Whiten(kind=kind, shrinkage=0.0).fit_transform(x)
    np.testing.assert_allclose(np.cov(out.T), np.eye(8), atol=1e-9)
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-9)


def test_zca_stays_near_the_original_and_pca_is_scaled_principal_components() -> None:
    x, _ = vectors()
    zca = Whiten(shrinkage=0.0).fit(x)
    np.testing.assert_allclose(zca.matrix_, zca.matrix_.T, atol=1e-10)
    assert (np.linalg.eigvalsh(zca.matrix_) > 0).all()
    rotated = np.abs(Whiten(kind="pca", shrinkage=0.0).fit_transform(x))
    expected = np.abs(PCA(whiten=True).fit_transform(x))
    np.testing.assert_allclose(rotated, expected, atol=1e-8)


def test_shrinkage_is_that_of_ledoit_and_wolf() -> None:
    x, _ = vectors(tokens=4)
    made = Whiten().fit(x)
    assert made.shrinkage_ == pytest.approx(LedoitWolf().fit(x).shrinkage_, rel=1e-12)
    assert made.record()["shrinkage"] == made.shrinkage_
    few = Whiten().fit(x[:6])
    assert "6 tokens for 8 dimensions" in few.warnings_[0]
    assert np.isfinite(few.transform(x)).all()
    with pytest.raises(NormalizationError, match="singular"):
        Whiten(shrinkage=0.0).fit(x[:6])
    # All shrinkage: only one scale for all dimensions is left.
    whole = Whiten(shrinkage=1.0).fit(x)
    np.testing.assert_allclose(whole.matrix_, whole.matrix_[0, 0] * np.eye(8), atol=1e-10)


def test_pca_by_number_and_by_share() -> None:
    x, _ = vectors()
    reference = PCA(svd_solver="full").fit(x)
    three = Pca(components=3).fit(x)
    np.testing.assert_allclose(three.transform(x), reference.transform(x)[:, :3], atol=1e-10)
    shares = np.cumsum(reference.explained_variance_ratio_)
    made = Pca(components=0.9).fit(x)
    assert len(made.axes_) == int(np.searchsorted(shares, 0.9)) + 1
    assert made.record()["variance"] >= 0.9
    rep, _ = representation()
    assert normalize_vectors(rep, "pca", components=2).columns == ("pc0001", "pc0002")
    assert normalize_vectors(rep, "pca", components=8).columns[-1] == "pc0008"


def test_subspace_removal_takes_out_exactly_the_speaker_directions() -> None:
    x, speakers = vectors()
    names = np.array(speakers)
    made = RemoveSpeakerSubspace(directions=2).fit(x, speakers)
    out = made.transform(x)
    means = np.stack([x[names == name].mean(axis=0) for name in sorted(set(speakers))])
    reference = PCA(2).fit(means)
    centred = x - means.mean(axis=0)
    expected = x - centred @ reference.components_.T @ reference.components_
    np.testing.assert_allclose(out, expected, atol=1e-9)
    # Offsets of speakers span two directions: almost nothing of the speaker means is left.
    left = np.stack([out[names == name].mean(axis=0) for name in sorted(set(speakers))])
    assert left.std(axis=0).max() < 0.1 * means.std(axis=0).max()
    # Twice is once, and differences orthogonal to the directions stay.
    np.testing.assert_allclose(made.transform(out), out, atol=1e-9)
    assert np.linalg.matrix_rank(out - out.mean(axis=0), tol=1e-8) == 6
    share = reference.explained_variance_ratio_.sum()
    assert made.share_ == pytest.approx(share, rel=1e-9)
    by_share = RemoveSpeakerSubspace(variance=0.999).fit(x, speakers)
    every = PCA().fit(means).explained_variance_ratio_
    assert len(by_share.axes_) == int(np.searchsorted(np.cumsum(every), 0.999)) + 1
    assert len(RemoveSpeakerSubspace(variance=1.0).fit(x, speakers).axes_) == 5


def test_subspace_generalizes_to_new_speakers_and_says_what_it_sees() -> None:
    made, speakers = representation(np.float64)
    known, new = made.take(made.ids[:80]), made.take(made.ids[80:])
    fitted = RemoveSpeakerSubspace(directions=2).fit(known, speakers[:80])
    out = fitted.transform(new)
    assert not out.sees_speaker
    assert fitted.transform(known).sees_speaker
    names = np.array(speakers[80:])
    spread = [
        np.stack([part[names == name].mean(axis=0) for name in sorted(set(names))]).std(axis=0).sum()
        for part in (out.values, new.values)
    ]
    assert spread[0] < 0.2 * spread[1]


def test_refusals() -> None:
    x, speakers = vectors()
    for wrong, text in (
        (lambda: RemoveSpeakerSubspace().fit(x, ["a"] * len(x)), "1 speaker, at least 2"),
        (lambda: RemoveSpeakerSubspace(directions=9).fit(x, speakers), "span 5"),
        (lambda: RemoveSpeakerSubspace(directions=5).fit(x[:, :5], speakers), "leave nothing"),
        (lambda: RemoveSpeakerSubspace(directions=0).fit(x, speakers), "at least 1"),
        (lambda: RemoveSpeakerSubspace(variance=0.0).fit(x, speakers), "variance"),
        (lambda: RemoveSpeakerSubspace().fit(np.ones((4, 3)), list("aabb")), "same mean"),
        (lambda: Pca(components=9).fit(x), "at most 8"),
        (lambda: Pca(components=1.5).fit(x), "components"),
        (lambda: Pca(components=0).fit(x), "components"),
        (lambda: Pca().fit(x[:1]), "at least 2"),
        (lambda: Pca(components=4).fit(x[:4]), "at most 3"),
        (lambda: Pca().fit(np.ones((4, 3))), "same vector"),
        (lambda: Whiten().fit(x[:1]), "at least 2"),
        (lambda: Whiten(kind="cholesky").fit(x), "kind"),
        (lambda: Whiten(shrinkage="lw").fit(x), "shrinkage"),
        (lambda: CentreBySpeaker().fit(x[0], speakers), "shape"),
        (lambda: CentreBySpeaker().fit(np.full((2, 2), np.nan), list("ab")), "complete vector"),
        (lambda: CentreBySpeaker(few_tokens="drop").fit(x, speakers), "few_tokens"),
        (lambda: normalize_vectors(representation()[0], "lobanov"), "unknown embedding"),
        (lambda: normalize_vectors(representation()[0], "z", None, colour=1), "no option"),
    ):
        with pytest.raises(NormalizationError, match=text):
            wrong()
    assert "only 2 speakers" in RemoveSpeakerSubspace().fit(x[:40], speakers[:40]).warnings_[0]
