"""Maps and their numbers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from formant_corpora import FORMANTS, normalized, representation
from sklearn.decomposition import PCA

from w2vpraat.compare import project
from w2vpraat.compare.maps.map_quality import chance_agreement, continuity, neighbour_agreement, trust
from w2vpraat.compare.maps.methods import LABEL_FREE, discriminants
from w2vpraat.compare.maps.projection import lay_flat
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation


@pytest.fixture(scope="module")
def table(make_corpus):
    return make_corpus(n_speakers=6, n_labels=4)


@pytest.fixture(scope="module")
def hertz(table):
    return Representation("Hz", tuple(table["id"]), table[FORMANTS].to_numpy(), tuple(FORMANTS))


def test_neighbours_are_those_of_other_speakers():
    # Each speaker's own tokens lie nearest, but have other labels; the second nearest are another speaker's.
    points = np.array([[0.0], [0.1], [1.0], [5.0], [5.1], [6.0]])
    labels, speakers = np.array([0, 1, 0, 1, 0, 1]), np.array([0, 0, 1, 2, 2, 3])
    nearest = [2, 2, 1, 5, 5, 4]
    expected = np.mean([labels[one] == labels[two] for one, two in enumerate(nearest)])
    assert neighbour_agreement(points, labels, speakers, k=1) == pytest.approx(expected)


def test_agreement_is_that_of_a_slow_search():
    random = np.random.default_rng(0)
    points, labels, speakers = (
        random.normal(size=(700, 2)),
        random.integers(3, size=700),
        random.integers(5, size=700),
    )
    shares = []
    for row in range(700):
        others = np.flatnonzero(speakers != speakers[row])
        order = others[np.argsort(((points[others] - points[row]) ** 2).sum(axis=1))[:10]]
        shares.append((labels[order] == labels[row]).mean())
    assert neighbour_agreement(points, labels, speakers) == pytest.approx(np.mean(shares))
    chance = chance_agreement(labels, speakers)
    slow = np.mean([(labels[speakers != s] == one).mean() for one, s in zip(labels, speakers, strict=True)])
    assert chance == pytest.approx(slow)
    assert np.mean(shares) == pytest.approx(chance, abs=0.05)


def penalty(given, shown, k):
    """Venna & Kaski's sum, token by token: ranks in the one of neighbours in the other."""
    n, total = len(given), 0
    for row in range(n):
        ranks = [
            np.argsort(np.argsort(np.linalg.norm(points - points[row], axis=1))) for points in (given, shown)
        ]
        total += sum(ranks[0][other] - k for other in range(n) if 0 < ranks[1][other] <= k < ranks[0][other])
    return 1.0 - 2.0 / (n * k * (2 * n - 3 * k - 1)) * total


def test_trustworthiness_and_continuity_are_venna_and_kaskis():
    random = np.random.default_rng(0)
    space = random.normal(size=(60, 5))
    flat = space[:, :2] + 0.3 * random.normal(size=(60, 2))
    asked = np.arange(60)
    assert trust(flat, space, asked) == pytest.approx(penalty(space, flat, 10))
    assert continuity(flat, space, asked) == pytest.approx(penalty(flat, space, 10))
    assert np.isnan(continuity(flat[:2], space[:2], asked[:2]))


def test_a_torn_map_is_trusted_but_not_continuous_and_a_folded_one_the_other_way_round():
    ring = np.linspace(0.0, 2.0 * np.pi, 200, endpoint=False)
    circle = np.column_stack([np.cos(ring), np.sin(ring)])
    asked = np.arange(200)
    cut = np.column_stack([ring, np.zeros(200)])  # unrolled: the ends are torn apart
    pressed = circle * [1.0, 0.0]  # flattened: the two halves fall upon each other
    assert trust(cut, circle, asked) > 0.99 > continuity(cut, circle, asked) > 0.9
    assert continuity(pressed, circle, asked) > 0.97
    assert trust(pressed, circle, asked) < 0.8


def test_numbers_are_about_the_map_as_it_is_drawn(table, hertz):
    """One scale for both axes, so that a turn changes nothing; columns count in their own deviations."""
    made = project(hertz, table, "pca")
    labels, speakers = (np.unique(names, return_inverse=True)[1] for names in (made.labels, made.speakers))
    assert made.quality.agreement == neighbour_agreement(made.coordinates, labels, speakers)
    kilo = replace(hertz, values=hertz.values * [1.0, 0.001, 1.0])
    assert project(kilo, table, "plane").quality == project(hertz, table, "plane").quality
    assert project(hertz, table, "plane").quality.continuity == 1.0


def test_principal_components_are_scikit_learns(table, hertz):
    made = project(hertz, table, "pca")
    values = hertz.values
    expected = PCA(2).fit_transform((values - values.mean(axis=0)) / values.std(axis=0))
    signs = np.sign((made.coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(made.coordinates, expected * signs, atol=1e-8)
    assert made.axes[0].startswith("PC 1 (")
    assert not made.supervised


def test_a_plane_is_the_columns_themselves_and_fully_trustworthy(table, hertz):
    made = project(hertz, table, "plane")
    assert made.axes == ("F2", "F1")
    np.testing.assert_array_equal(made.coordinates, hertz.values[:, [1, 0]])
    assert made.quality.trustworthiness == 1.0
    assert made.dim == 3
    suffixed = Representation("z", hertz.ids, hertz.values, ("F1_z", "F2_z", "F3_z"))
    assert project(suffixed, table, "plane").axes == ("F2_z", "F1_z")
    assert project(suffixed, table, "plane", columns=("F3_z", "F2_z")).axes == ("F3_z", "F2_z")


def test_normalization_raises_the_agreement(table):
    quality = {
        item.name: project(item, table, "plane", columns=("c1", "c0")).quality for item in normalized(table)
    }
    assert quality["Nearey 2"].agreement > quality["Hz"].agreement > quality["Hz"].chance
    assert quality["Nearey 2"].silhouette > quality["Hz"].silhouette


@pytest.mark.parametrize("method", ["lda", "mds", "tsne", "umap"])
def test_other_maps_are_whole_and_repeat(table, hertz, method):
    one, two = project(hertz, table, method), project(hertz, table.iloc[::-1], method)
    np.testing.assert_array_equal(one.coordinates, two.coordinates)
    assert np.isfinite(one.coordinates).all()
    assert one.supervised == (method == "lda")
    assert 0 < one.quality.agreement <= 1
    assert one.quality.trustworthiness > 0.8


def test_tokens_missing_in_either_are_left_out(table, hertz):
    holes = hertz.values.copy()
    holes[4] = np.nan
    other = representation("other", table, holes)
    made = project(hertz, table, "pca", also=[other])
    assert made.n_left_out == 1
    assert hertz.ids[4] not in made.ids
    assert made.ids == project(other, table, "pca", also=[hertz]).ids


def test_odd_corpora_still_make_a_map(table, hertz):
    one_label = table.assign(label="a")
    made = project(hertz, one_label, "pca")
    assert np.isnan(made.quality.silhouette)
    one_speaker = project(hertz, table.assign(speaker="s"), "pca")
    assert one_speaker.quality.same_speakers
    assert 0 < one_speaker.quality.agreement <= 1
    flat = project(representation("flat", table, np.ones((len(table), 1))), table, "pca")
    assert np.isfinite(flat.coordinates).all()
    few = table.iloc[:3]
    for method in ("mds", "tsne", "umap"):
        assert len(project(hertz, few, method).ids) == 3
    one_column = representation("F1", table, hertz.values[:, :1])
    for item in (one_column, representation("flat", table, np.ones((len(table), 1)))):
        assert np.isfinite(project(item, table, "umap").coordinates).all()


def test_what_cannot_be_mapped_is_an_error(table, hertz):
    with pytest.raises(ComparisonError, match="no map"):
        project(hertz, table, "isomap")
    with pytest.raises(ComparisonError, match="without labels"):
        lay_flat(hertz.values, "lda")
    with pytest.raises(ComparisonError, match="no columns"):
        project(hertz, table, "plane", columns=("F9", "F1"))
    with pytest.raises(ComparisonError, match="two labels"):
        project(hertz, table.assign(label="a"), "lda")
    with pytest.raises(ComparisonError, match="three tokens"):
        project(hertz, table.iloc[:2], "pca", params=CompareParams())


CLASSES = """
import numpy as np
random = np.random.default_rng(3)
labels = random.integers(4, size=160)
vectors = 3.0 * random.normal(size=(4, 60))[labels] + random.normal(size=(160, 60))
"""


def made_classes():
    names: dict[str, np.ndarray] = {}
    exec(CLASSES, names)
    return names["vectors"], names["labels"]


def test_umap_keeps_classes_together():
    vectors, labels = made_classes()
    coordinates, axes = lay_flat(vectors, "umap")
    assert axes == ("UMAP 1", "UMAP 2")
    assert neighbour_agreement(coordinates, labels, np.arange(len(labels))) > 0.95
    assert not np.array_equal(coordinates, lay_flat(vectors, "umap", seed=1)[0])


def test_maps_are_the_same_in_another_process_whatever_its_threads():
    vectors, _ = made_classes()
    code = f"{CLASSES}\nfrom w2vpraat.compare.maps.projection import lay_flat\nimport sys\n"
    code += f"for method in {LABEL_FREE}:\n"
    code += "    sys.stdout.write(lay_flat(vectors, method, seed=5)[0].tobytes().hex() + ' ')"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    for method, text in zip(LABEL_FREE, ran.stdout.split(), strict=True):
        there = np.frombuffer(bytes.fromhex(text)).reshape(-1, 2)
        np.testing.assert_array_equal(lay_flat(vectors, method, seed=5)[0], there)


def test_two_umaps_at_once_are_those_of_one_after_the_other():
    vectors, _ = made_classes()
    made: dict[int, np.ndarray] = {}
    threads = [
        threading.Thread(target=lambda seed=seed: made.update({seed: lay_flat(vectors, "umap", seed)[0]}))
        for seed in (0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed in (0, 1):
        np.testing.assert_array_equal(made[seed], lay_flat(vectors, "umap", seed)[0])


def test_where_numba_may_write_nowhere_the_error_says_what_to_do():
    code = f"{CLASSES}\nfrom w2vpraat.compare.maps.projection import lay_flat\n"
    code += "from w2vpraat.errors import ComparisonError\nimport sys\n"
    code += (
        "try: lay_flat(vectors, 'umap')\nexcept ComparisonError as problem: sys.stdout.write(problem.hint)"
    )
    # Of numba's ways to find a folder, only the one for notebooks, which is none here.
    env = {**os.environ, "NUMBA_CACHE_LOCATOR_CLASSES": "IPythonCacheLocator"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert "NUMBA_CACHE_DIR" in ran.stdout


def test_discriminants_of_rare_labels_give_no_warning() -> None:
    values = np.random.default_rng(0).normal(size=(25, 6))
    labels = np.r_[np.arange(17), np.arange(8)].astype(np.intp)
    assert np.isfinite(discriminants(values, labels).coordinates).all()
