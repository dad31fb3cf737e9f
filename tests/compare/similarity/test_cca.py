"""Canonical correlations on held-out speakers: closed forms, other libraries, the published code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import eigh
from sklearn.cross_decomposition import CCA

from w2vpraat.compare.folds import speaker_folds
from w2vpraat.compare.similarity.cca import label_similarity, make_label_view, make_view, similarities
from w2vpraat.errors import ComparisonError

N_SPEAKERS = 10


def design(n, n_folds=5):
    speakers = np.arange(n) % N_SPEAKERS
    return speakers, speaker_folds(speakers, n_folds).folds


def compared(x, y, *, kept=1.0, n_folds=5, **options):
    speakers, folds = design(len(x), n_folds)
    views = [make_view(values, folds, kept=kept) for values in (x, y)]
    return similarities(*views, speakers, **options)


def skewed(n, dim, seed=0):
    """Vectors with correlated columns of very different size."""
    random = np.random.default_rng(seed)
    return (
        random.standard_normal((n, dim)) * np.geomspace(1.0, 0.03, dim) @ random.standard_normal((dim, dim))
    )


def test_a_view_is_itself():
    x = skewed(400, 12)
    for found in compared(x, x).values():
        assert found.value == pytest.approx(1.0)
        assert found.low == pytest.approx(1.0)
        assert found.high == pytest.approx(1.0)
        assert found.in_sample == pytest.approx(1.0)
        assert (found.n_tokens, found.n_speakers) == (400, N_SPEAKERS)


def test_any_invertible_map_gives_one():
    x = skewed(400, 12)
    mapped = x @ np.random.default_rng(1).standard_normal((12, 12)) + 7.0
    for found in compared(x, mapped).values():
        assert found.value == pytest.approx(1.0, abs=1e-6)


def test_rotation_shift_and_scale_change_nothing_whatever_is_kept():
    x, y = skewed(400, 12), skewed(400, 9, seed=5)
    y[:, :3] += x[:, :3]
    rotation = np.linalg.qr(np.random.default_rng(2).standard_normal((12, 12)))[0]
    plain, turned = compared(x, y, kept=0.9), compared(40.0 * x @ rotation - 3.0, 0.01 * y, kept=0.9)
    assert turned["svcca"].value == pytest.approx(plain["svcca"].value)
    assert turned["svcca"].dims_x == plain["svcca"].dims_x < 12
    assert turned["svcca"].kept_variance_x == pytest.approx(plain["svcca"].kept_variance_x)
    same = compared(x, 40.0 * x @ rotation - 3.0, kept=0.9)
    assert same["svcca"].value == pytest.approx(1.0)


def test_noise_is_near_zero_where_it_was_held_out_and_high_where_it_was_fitted():
    random = np.random.default_rng(3)
    found = compared(random.standard_normal((600, 60)), random.standard_normal((600, 60)))
    for one in found.values():
        assert abs(one.value) < 0.05
        assert one.in_sample > 0.25
        assert one.low < 0.02 < 0.05 + one.high


@pytest.mark.parametrize("n_folds", [0, 5])
def test_known_canonical_correlations_are_found(n_folds):
    true = np.array([0.9, 0.5, 0.2])
    random = np.random.default_rng(4)
    n = 20_000
    x = random.standard_normal((n, 6))
    y = random.standard_normal((n, 4))
    y[:, :3] = true * x[:, :3] + np.sqrt(1.0 - true**2) * y[:, :3]
    found = compared(x @ random.standard_normal((6, 6)), y @ random.standard_normal((4, 4)), n_folds=n_folds)[
        "svcca"
    ]
    assert found.correlations == pytest.approx([*true, 0.0], abs=0.02)
    assert found.value == pytest.approx(true.sum() / 4, abs=0.01)
    assert found.low < found.value < found.high
    assert (found.dims_x, found.dims_y) == (6, 4)


def test_svcca_is_symmetric_and_pwcca_is_not():
    x, y = skewed(500, 10), skewed(500, 7, seed=6)
    y[:, 0] += 2.0 * x[:, 0]
    one, other = compared(x, y), compared(y, x)
    assert one["svcca"].value == pytest.approx(other["svcca"].value)
    assert one["svcca"].low == pytest.approx(other["svcca"].low)
    assert one["svcca"].dims_x == other["svcca"].dims_y
    assert abs(one["pwcca"].value - other["pwcca"].value) > 0.01


def test_in_sample_is_scikit_learns():
    x, y = skewed(300, 4), skewed(300, 3, seed=7)
    y[:, 0] += x[:, 0]
    everyone = [(np.arange(300), np.arange(300))]
    found = similarities(
        make_view(x, everyone, kept=1.0), make_view(y, everyone, kept=1.0), np.arange(300) % 5
    )["svcca"]
    fitted = CCA(n_components=3, max_iter=5000, tol=1e-12).fit(x, y)
    theirs = [
        np.corrcoef(*pair)[0, 1] for pair in zip(*(one.T for one in fitted.transform(x, y)), strict=True)
    ]
    assert found.correlations == pytest.approx(theirs, abs=1e-5)
    # Training and test tokens being the same, there is nothing to be optimistic about.
    assert found.value == pytest.approx(found.in_sample)


def test_pwcca_weights_by_hand():
    # x has orthogonal columns of sd 3, 2, 1; y copies the first, half of the second, nothing of the third.
    # The variates of x are its columns, and the weight of one is sum |<h, x_j>| = its sd: 3, 2 and 1 sixths.
    base = np.random.default_rng(8).standard_normal((200, 6))
    base = np.linalg.qr(base - base.mean(axis=0))[0] * np.sqrt(200)
    x = base[:, :3] * [3.0, 2.0, 1.0]
    y = np.column_stack([base[:, 0], (base[:, 1] + base[:, 3]) / np.sqrt(2.0), base[:, 4]])
    everyone = [(np.arange(200), np.arange(200))]
    found = similarities(
        make_view(x, everyone, kept=1.0), make_view(y, everyone, kept=1.0), np.arange(200) % 4
    )
    assert found["pwcca"].weights == pytest.approx([3 / 6, 2 / 6, 1 / 6])
    assert found["pwcca"].correlations == pytest.approx([1.0, np.sqrt(0.5), 0.0], abs=1e-9)
    assert found["pwcca"].value == pytest.approx(3 / 6 + 2 / 6 * np.sqrt(0.5))
    assert found["svcca"].value == pytest.approx((1.0 + np.sqrt(0.5)) / 3)


def sines(*, white):
    """Fixed numbers that need no random generator: 200 tokens of 4 and 5 columns."""
    waves = np.sin(np.outer(np.arange(1.0, 201.0), np.sqrt([2, 3, 5, 7, 11, 13, 17, 19, 23])))
    x = waves[:, :4] @ np.array([[1, 0.5, 0, 0], [0, 1, 0.3, 0], [0, 0, 1, 0.2], [0.1, 0, 0, 0.5]])
    y = waves[:, [0, 1, 2, 7, 8]] + 0.2 * waves[:, [1, 2, 3, 0, 4]]
    y[:, :3] += waves[:, 4:7] * [0.5, 1.0, 2.0]
    if white:
        x = x - x.mean(axis=0)
        values, axes = np.linalg.eigh(np.cov(x.T))
        x = x @ (axes / np.sqrt(values)) @ axes.T
    return x, y


def test_numbers_of_the_published_code():
    # Stored numbers, computed once by the steps of get_cca_similarity and compute_pwcca of
    # github.com/google/svcca (Apache-2.0) from the data of `sines`; none of that code is here. Its PWCCA
    # applies the rotation of the whitened neurons to the unwhitened ones, so only for white data is it the
    # formula of the paper, and only there can it agree: for the other data it gives 0.62097, the formula
    # 0.60005.
    everyone = [(np.arange(200), np.arange(200))]
    for white in (False, True):
        x, y = (make_view(values, everyone, kept=1.0) for values in sines(white=white))
        found = similarities(x, y, np.arange(200) % 4)
        assert found["svcca"].correlations == pytest.approx([0.90445667, 0.70604464, 0.42649597, 0.00692129])
        assert found["svcca"].value == pytest.approx(0.5109796404808431)
    assert found["pwcca"].weights == pytest.approx([0.23165887, 0.27121993, 0.27393034, 0.22319086])
    assert found["pwcca"].value == pytest.approx(0.519393738922837)


def test_pwcca_weights_are_projections_of_the_variates():
    # The formula of Morcos et al. with the variates written out, on data that are not white.
    x, y = sines(white=False)
    everyone = [(np.arange(200), np.arange(200))]
    found = similarities(
        make_view(x, everyone, kept=1.0), make_view(y, everyone, kept=1.0), np.arange(200) % 4
    )["pwcca"]
    q_x, q_y = (np.linalg.qr(values - values.mean(axis=0))[0] for values in (x, y))
    variates = q_x @ np.linalg.svd(q_x.T @ q_y)[0]
    weights = np.abs(variates.T @ (x - x.mean(axis=0))).sum(axis=1)
    assert found.weights == pytest.approx(weights / weights.sum())


def labelled(n=600, dim=20, n_labels=6, spread=0.0, seed=9):
    random = np.random.default_rng(seed)
    labels = random.integers(n_labels, size=n)
    values = 5.0 * random.standard_normal((n_labels, dim))[labels] + spread * random.standard_normal((n, dim))
    return labels, values


def against_labels(labels, values, **options):
    speakers, folds = design(len(labels))
    view = make_view(values, folds, kept=1.0, dev=True)
    return label_similarity(make_label_view(labels, folds), view, speakers, **options)


def test_separable_labels_give_one_and_unrelated_ones_nothing():
    labels, values = labelled()
    exact = against_labels(labels, values)
    assert exact.value == pytest.approx(1.0, abs=1e-4)
    assert exact.dims_x == 5  # one-hot columns sum to one
    near = against_labels(*labelled(spread=0.5))
    assert 0.95 < near.value < 1.0
    random = np.random.default_rng(10)
    nothing = against_labels(random.integers(6, size=600), values)
    assert abs(nothing.value) < 0.1


def test_a_ridge_chosen_on_dev_speakers_helps_where_dimensions_are_many():
    labels, values = labelled(n=300, dim=150, spread=12.0)
    speakers, folds = design(300)
    chosen = against_labels(labels, values)
    plain = similarities(make_label_view(labels, folds), make_view(values, folds, kept=1.0), speakers)[
        "pwcca"
    ]
    assert chosen.value > plain.value + 0.05
    assert len(chosen.ridges) == len(folds)
    assert all(ridge > 0.0 for _, ridge in chosen.ridges)
    assert chosen.in_sample > chosen.value


def test_labels_missing_from_a_training_part_do_no_harm():
    labels, values = labelled(n=300)
    speakers, _ = design(300)
    labels[speakers == 0] = 6  # only said by speaker 0, who is held out in one fold
    found = against_labels(labels, values)
    assert np.isfinite(found.value)
    assert 0.5 < found.value < 1.0


def test_intervals_are_over_speakers():
    x, y = skewed(500, 5), skewed(500, 5, seed=11)
    y += 0.7 * x
    speakers, folds = design(500)
    views = make_view(x, folds), make_view(y, folds)
    one = similarities(*views, speakers, seed=1)["svcca"]
    assert one.low < one.value < one.high
    assert (one.low, one.high) == tuple(
        getattr(similarities(*views, speakers, seed=1)["svcca"], name) for name in ("low", "high")
    )
    alone = similarities(*views, np.zeros(500, dtype=np.intp))["svcca"]
    assert np.isnan([alone.low, alone.high]).all()
    assert np.isnan(similarities(*views, speakers, bootstrap=0)["svcca"].low)
    # Each speaker alone in a stratum: every sample is the corpus itself.
    fixed = similarities(*views, speakers, strata=np.arange(N_SPEAKERS))["pwcca"]
    assert fixed.low == pytest.approx(fixed.value)
    assert fixed.high == pytest.approx(fixed.value)


def test_what_speakers_share_counts_as_shared():
    # Views that agree on the speaker only: held-out speakers are not centred on themselves.
    random = np.random.default_rng(12)
    speakers = np.repeat(np.arange(60), 20)
    voice = random.standard_normal((60, 1))[speakers]
    x, y = (voice + 0.1 * random.standard_normal((1200, 1)) for _ in range(2))
    folds = speaker_folds(speakers, 0).folds
    found = similarities(make_view(x, folds), make_view(y, folds), speakers)["svcca"]
    assert found.value == pytest.approx(1.0 / 1.01, abs=0.01)


def test_constant_columns_and_copies_count_for_nothing():
    x = skewed(300, 6)
    y = skewed(300, 6, seed=13) + x
    wide = np.column_stack([x, np.full(300, 4.2), x[:, 0] - x[:, 1], x[:, 2]])
    found, plain = compared(wide, y), compared(x, y)
    assert found["svcca"].dims_x == 6
    assert found["svcca"].value == pytest.approx(plain["svcca"].value)


def test_more_dimensions_than_tokens():
    values, other = skewed(60, 200, seed=14), skewed(60, 200, seed=15)
    speakers, folds = design(60)
    full = [make_view(one, folds, kept=1.0) for one in (values, other)]
    assert full[0].dims == 47  # 48 training tokens
    with pytest.raises(ComparisonError, match="correlate perfectly"):
        similarities(*full, speakers)
    ridged = similarities(*full, speakers, ridges=[(0.1, 0.1)])["svcca"]
    assert abs(ridged.value) < 0.2 < ridged.in_sample
    few = [make_view(one, folds, most=5) for one in (values, other)]
    found = similarities(*few, speakers)["svcca"]
    assert (found.dims_x, found.dims_y) == (5, 5)
    assert found.kept_variance_x < 0.99


def test_a_ridge_is_added_to_the_covariance():
    x, y = skewed(300, 5), skewed(300, 4, seed=16)
    y[:, 0] += x[:, 0]
    everyone = [(np.arange(300), np.arange(300))]
    views = make_view(x, everyone, kept=1.0), make_view(y, everyone, kept=1.0)
    found = similarities(*views, np.arange(300) % 5, ridges=[(0.1, 0.03)])["svcca"]
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    within_x, within_y = (
        values.T @ values + ridge * np.linalg.eigvalsh(values.T @ values)[-1] * np.eye(values.shape[1])
        for values, ridge in ((x, 0.1), (y, 0.03))
    )
    back = np.linalg.solve(within_y, y.T @ x)
    squares, to_x = eigh(x.T @ y @ back, within_x)
    to_x, squares = to_x[:, ::-1][:, :4], squares[::-1][:4]
    to_y = back @ to_x
    theirs = [np.corrcoef(x @ one, y @ other)[0, 1] for one, other in zip(to_x.T, to_y.T, strict=True)]
    assert found.correlations == pytest.approx(theirs, abs=1e-6)
    assert found.correlations[0] > np.sqrt(squares[0])  # shrunk singular values are no correlations


def test_the_dev_part_is_not_in_its_training():
    labels, values = labelled(n=100)
    _, folds = design(100)
    view = make_view(values, folds, dev=True)
    for number, (training, test) in enumerate(folds):
        rest = np.setdiff1d(training, folds[(number + 1) % 5][1])
        assert len(rest) == len(training) - len(test)
        assert view.inner[number].mean == pytest.approx(values[rest].mean(axis=0))
        assert view.outer[number].mean == pytest.approx(values[training].mean(axis=0))
    assert len(make_label_view(labels, folds).inner) == 5
    assert make_label_view(labels, folds[:2]).inner == ()


def test_all_folds_keep_the_share_asked_for():
    speakers, folds = design(400)
    values = np.random.default_rng(17).standard_normal((400, 30))
    values[speakers == 3, 0] *= 50.0  # one component is enough for folds that train on this speaker
    view = make_view(values, folds, kept=0.9)
    assert min(one.share for one in view.outer) >= 0.9
    assert view.dims > 20
    assert len({len(one.variances) for one in view.outer}) == 1
    assert view.kept_variance == pytest.approx(np.mean([one.share for one in view.outer]))


def test_what_cannot_be_compared_is_refused():
    x = skewed(100, 4)
    speakers, folds = design(100)
    view = make_view(x, folds)
    with pytest.raises(ComparisonError, match="missing"):
        make_view(np.where(x > x.max() - 1e-9, np.nan, x), folds)
    with pytest.raises(ComparisonError, match="same vector"):
        make_view(np.full((100, 4), 0.1), folds)
    with pytest.raises(ComparisonError, match="same vector"):
        make_label_view(np.zeros(100, dtype=np.intp), folds)
    with pytest.raises(ComparisonError, match="three training tokens"):
        make_view(x[:3], [(np.arange(2), np.array([2]))])
    with pytest.raises(ComparisonError, match="three training tokens"):
        make_view(x, [])
    with pytest.raises(ComparisonError, match="keep 0"):
        make_view(x, folds, kept=0.0)
    with pytest.raises(ComparisonError, match="too few to choose"):
        make_view(x, design(100, 2)[1], dev=True)
    with pytest.raises(ComparisonError, match="tokens for 99"):
        similarities(view, view, speakers[:99])
    with pytest.raises(ComparisonError, match="other folds"):
        similarities(view, make_view(x, design(100, 4)[1]), speakers)
    with pytest.raises(ComparisonError, match="other folds"):
        similarities(view, replace(view, folds=tuple(reversed(folds))), speakers)
    with pytest.raises(ComparisonError, match="dev part"):
        similarities(view, view, speakers, ridges=[(0.0, 0.0), (0.1, 0.1)])
    with pytest.raises(ComparisonError, match="not possible"):
        similarities(view, view, speakers, ridges=[(-0.1, 0.0)])
