"""Maps laid alike: turns that are known, the axes that keep their meaning, charts as printed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from formant_corpora import FORMANTS, representation
from scipy.spatial import procrustes as scipy_procrustes
from scipy.spatial.distance import pdist

from w2vpraat.compare import project
from w2vpraat.compare.maps.alignment import align, alignment
from w2vpraat.compare.maps.procrustes import procrustes
from w2vpraat.compare.maps.projection import fit_map
from w2vpraat.errors import ComparisonError
from w2vpraat.representation import Representation


@pytest.fixture(scope="module")
def table(make_corpus):
    return make_corpus(n_speakers=6, n_labels=4)


@pytest.fixture(scope="module")
def hertz(table):
    return Representation("Hz", tuple(table["id"]), table[FORMANTS].to_numpy(), tuple(FORMANTS))


@pytest.fixture(scope="module")
def vectors(table, hertz):
    """The formants in 20 dimensions, with noise."""
    random = np.random.default_rng(3)
    values = (hertz.values / 300.0) @ random.normal(size=(3, 20)) + random.normal(size=(len(table), 20))
    return representation("vectors", table, values)


def turned(points, angle=0.7, scale=3.0):
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])  # with a reflection
    return scale * points @ turn + [5.0, -2.0]


@pytest.mark.parametrize("method", ["mds", "umap"])
def test_a_turned_and_mirrored_map_is_laid_back(table, hertz, method):
    fixed = project(hertz, table, method)
    moved = replace(fixed, name="moved", ids=fixed.ids[::-1], coordinates=turned(fixed.coordinates)[::-1])
    back = align(fixed, moved)
    np.testing.assert_allclose(back.coordinates[::-1], fixed.coordinates, atol=1e-8)
    assert back.disparity == pytest.approx(0.0, abs=1e-12)
    assert (back.aligned_to, back.turned, back.quality) == ("Hz", True, moved.quality)
    stiff = align(fixed, moved, scale=False)
    np.testing.assert_allclose(pdist(stiff.coordinates), pdist(moved.coordinates), rtol=1e-9)
    assert stiff.disparity == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("scale", [True, False])
def test_the_disparity_is_scipys_and_the_fit_is_the_best(scale):
    random = np.random.default_rng(0)
    fixed = random.normal(size=(60, 2)) * [3.0, 1.0]
    moved = turned(fixed) + random.normal(size=(60, 2))
    found = procrustes(fixed, moved, scale=scale)
    assert found.disparity == pytest.approx(scipy_procrustes(fixed, moved)[2])
    assert found.disparity == pytest.approx(procrustes(moved, fixed, scale=scale).disparity)
    residual = ((found.apply(moved) - fixed) ** 2).sum()
    if scale:
        assert residual == pytest.approx(found.disparity * ((fixed - fixed.mean(axis=0)) ** 2).sum())
    else:
        assert found.scale == 1.0
    for angle in (-0.05, 0.05):
        nudge = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        other = replace(found, turn=found.turn @ nudge)
        assert ((other.apply(moved) - fixed) ** 2).sum() > residual


@pytest.mark.parametrize("seed", range(12))
def test_axes_alone_are_laid_as_well_as_they_can_be(seed):
    random = np.random.default_rng(seed)
    fixed, moved = random.normal(size=(2, 30, 2)) * random.uniform(0.3, 3.0, size=2)
    found = procrustes(fixed, moved, axes_only=True)
    assert not found.mixes_axes
    here, there = moved - moved.mean(axis=0), fixed - fixed.mean(axis=0)
    fits = [
        float(((here[:, order] * signs) * there).sum())
        for order in ([0, 1], [1, 0])
        for signs in product([1.0, -1.0], repeat=2)
    ]
    best = max(fits) ** 2 / ((here**2).sum() * (there**2).sum())
    assert found.disparity == pytest.approx(1.0 - best)
    assert ((found.apply(moved) - fixed) ** 2).sum() == pytest.approx((1.0 - best) * (there**2).sum())


def test_principal_components_keep_their_names_or_lose_them(table, hertz):
    made = project(hertz, table, "pca")
    crossed = replace(made, name="crossed", coordinates=made.coordinates[:, ::-1] * [-1.0, 1.0])
    back = align(crossed, made)
    np.testing.assert_allclose(back.coordinates, crossed.coordinates, atol=1e-9)
    assert back.axes == made.axes[::-1]
    assert back.shares == made.shares[::-1]
    assert not back.turned
    slanted = replace(made, coordinates=turned(made.coordinates))
    kept = align(slanted, made)
    assert set(kept.axes) == set(made.axes)
    assert kept.disparity > 0.05
    free = align(slanted, made, turn="free")
    assert free.disparity == pytest.approx(0.0, abs=1e-12)
    both = f"PC 1 and 2, turned ({100 * sum(made.shares):.0f} %)"
    assert free.axes == (both, "PC 1 and 2, turned")
    assert free.turned
    assert align(made, project(hertz, table, "umap")).axes == ("UMAP 1", "UMAP 2")
    lda = align(slanted, project(hertz, table, "lda"), turn="free")
    assert lda.axes == ("LD 1 and 2, turned", "LD 1 and 2, turned")


@pytest.mark.parametrize("method", ["pca", "mds", "tsne"])
def test_a_map_lies_like_the_chart_as_it_is_printed(table, hertz, vectors, method):
    chart = project(hertz, table, "plane")
    made = align(chart, project(vectors, table, method))
    f2, f1 = chart.coordinates.T
    x, y = made.coordinates.T
    assert np.corrcoef(x, f2)[0, 1] < -0.5  # front vowels left
    assert np.corrcoef(y, f1)[0, 1] < -0.5  # close vowels on top
    # The unit of a formant does not matter: F2 in kHz and F1 in Hz look the same on paper.
    odd = align(replace(chart, coordinates=chart.coordinates * [0.001, 1.0]), project(vectors, table, method))
    np.testing.assert_allclose(odd.coordinates, made.coordinates, atol=1e-8)
    plain = project(hertz, table, "plane", columns=("F3", "F1"))
    assert not plain.is_chart
    upright = align(plain, project(vectors, table, method))
    assert np.corrcoef(upright.coordinates[:, 1], f1)[0, 1] > 0.3


def test_tokens_in_common_decide_and_all_are_carried(table, hertz):
    fixed = project(hertz, table, "pca")
    rows = np.arange(0, len(table), 2)
    part = replace(
        fixed,
        ids=tuple(fixed.ids[row] for row in rows),
        coordinates=fixed.coordinates[rows],
    )
    moved = replace(fixed, method="mds", coordinates=turned(fixed.coordinates))
    np.testing.assert_allclose(align(part, moved).coordinates, fixed.coordinates, atol=1e-9)
    strangers = replace(moved, ids=tuple(f"x{token}" for token in moved.ids))
    with pytest.raises(ComparisonError, match="share 0 tokens"):
        align(fixed, strangers)


def test_a_plane_is_never_turned(table, hertz):
    plane, made = project(hertz, table, "plane"), project(hertz, table, "pca")
    with pytest.raises(ComparisonError, match="never turned"):
        align(made, plane)
    with pytest.raises(ComparisonError, match="no way to turn"):
        align(plane, made, turn="rotate")


def test_tokens_in_one_place_stay_there(table, hertz):
    made = project(hertz, table, "mds")
    heap = replace(made, coordinates=np.zeros_like(made.coordinates))
    for one, two in ((made, heap), (heap, made)):
        laid = align(one, two)
        assert np.isfinite(laid.coordinates).all()
        assert laid.disparity == 1.0
        assert laid.axes == made.axes


@pytest.mark.parametrize("method", ["pca", "mds", "umap"])
def test_new_tokens_follow_a_map_that_was_laid_like_another(table, hertz, vectors, method):
    chart = project(hertz, table, "plane")
    made = fit_map(vectors, table, method)
    laid = made.laid_like(chart)
    assert laid.projection.aligned_to == "Hz"
    np.testing.assert_allclose(
        laid.place(vectors.take(laid.projection.ids)), laid.projection.coordinates, atol=1e-6
    )
    twice = laid.laid_like(replace(made.projection, name="again"), turn="free")
    np.testing.assert_allclose(twice.projection.coordinates, made.projection.coordinates, atol=1e-6)
    np.testing.assert_allclose(twice.place(vectors), made.place(vectors), atol=1e-6)
    found = alignment(chart, made.projection)
    np.testing.assert_array_equal(found.apply(made.projection.coordinates), laid.projection.coordinates)
