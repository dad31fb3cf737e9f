"""Speaker and label subspaces: constructions with known angles, references, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from w2vpraat.compare.similarity.angles import (
    principal_angles,
    random_cosine,
    random_subspaces,
    residual_variance,
)
from w2vpraat.compare.similarity.subspaces import (
    class_effects,
    measure_subspaces,
    residual_rows,
    subspace_rows,
)
from w2vpraat.errors import ComparisonError
from w2vpraat.normalize import remove_speaker_subspace
from w2vpraat.representation import Representation


def corpus(speaker_part, label_part, repeats=3, noise=0.0, seed=0):
    """Tokens that are the sum of a speaker's and a label's vector, and noise."""
    random = np.random.default_rng(seed)
    (n_speakers, dim), n_labels = speaker_part.shape, len(label_part)
    cells = np.indices((n_speakers, n_labels, repeats)).reshape(3, -1)
    vectors = (
        speaker_part[cells[0]] + label_part[cells[1]] + noise * random.standard_normal((len(cells[0]), dim))
    )
    return vectors, cells[0], cells[1]


def parts(n_speakers=8, n_labels=6, dims=(3, 2), dim=20, shared=False, seed=1):
    """Speaker and label vectors in the first and the following (or the same) coordinates."""
    random = np.random.default_rng(seed)
    speaker, label = np.zeros((n_speakers, dim)), np.zeros((n_labels, dim))
    start = 0 if shared else dims[0]
    speaker[:, : dims[0]] = random.standard_normal((n_speakers, dims[0]))
    label[:, start : start + dims[1]] = random.standard_normal((n_labels, dims[1]))
    return speaker, label


def values(found):
    return {row["measure"]: row["value"] for row in subspace_rows(found)}


def test_orthogonal_subspaces():
    found = measure_subspaces(*corpus(*parts()), kept=1.0)
    assert found.cosines.shape == (3, 2)
    assert found.angles == pytest.approx([90.0, 90.0])
    assert found.label_left == pytest.approx([1.0] * 4)
    assert found.speaker_left == pytest.approx([1.0] * 3)
    row = values(found)
    assert row["overlap"] == pytest.approx(0.0, abs=1e-12)
    assert row["largest cosine of directions"] == pytest.approx(0.0, abs=1e-9)
    assert row["cumulative residual label variance"] == pytest.approx(1.0)


def test_identical_subspaces():
    found = measure_subspaces(*corpus(*parts(dims=(3, 3), shared=True)), kept=1.0)
    assert found.angles == pytest.approx([0.0] * 3, abs=1e-6)
    assert found.label_left[-1] == pytest.approx(0.0, abs=1e-12)
    assert found.speaker_left[-1] == pytest.approx(0.0, abs=1e-12)
    assert (np.diff(found.label_left) <= 0.0).all()
    row = values(found)
    assert row["overlap"] == pytest.approx(1.0)
    assert 0.0 < row["cumulative residual label variance"] < 1.0


def test_a_known_angle():
    speaker, label = np.zeros((4, 5)), np.zeros((3, 5))
    speaker[:, 0] = [-3, -1, 1, 3]
    label[:, 0], label[:, 1] = np.outer([np.cos(np.radians(30)), np.sin(np.radians(30))], [-1, 0, 1])
    found = measure_subspaces(*corpus(speaker, label))
    assert found.angles == pytest.approx([30.0])
    assert found.cosines == pytest.approx(np.array([[np.cos(np.radians(30))]]))
    assert found.label_left == pytest.approx([1.0, 0.25])  # sin² 30°


def test_rotation_changes_nothing():
    vectors, speakers, labels = corpus(*parts(shared=True), noise=0.3)
    rotation = np.linalg.qr(np.random.default_rng(2).standard_normal((20, 20)))[0]
    plain = subspace_rows(measure_subspaces(vectors, speakers, labels))
    turned = subspace_rows(measure_subspaces(5.0 * vectors @ rotation + 3.0, speakers, labels))
    for one, other in zip(plain, turned, strict=True):
        assert other == pytest.approx(one)


def test_angles_are_scipys():
    random = np.random.default_rng(3)
    one, other = (np.linalg.qr(random.standard_normal((30, n)))[0].T for n in (4, 7))
    theirs = np.degrees(np.sort(subspace_angles(one.T, other.T)))
    assert principal_angles(one, other) == pytest.approx(theirs)
    assert principal_angles(other, one) == pytest.approx(theirs)
    tilted = one + 1e-9 * other[:4]
    tilted = np.linalg.qr(tilted.T)[0].T
    assert 0.0 < principal_angles(one, tilted).max() < 1e-6


def test_random_subspaces_give_the_chance_values():
    random = np.random.default_rng(4)
    angles, left, largest, cosine = [], [], [], []
    for _ in range(300):
        one, other = (np.linalg.qr(random.standard_normal((24, n)))[0].T for n in (5, 3))
        angles.append(principal_angles(one, other))
        means = random.standard_normal((6, 24)) * np.arange(1, 25)
        left.append(residual_variance(means, one))
        largest.append(np.abs(one @ other.T).max())
        cosine.append(np.abs(one @ other.T).mean())
    chance = random_subspaces(24, 5, 3, draws=500)
    assert np.mean([found.min() for found in angles]) == pytest.approx(chance.smallest_angle, abs=1.5)
    assert np.mean(angles) == pytest.approx(chance.mean_angle, abs=1.0)
    assert np.mean(largest) == pytest.approx(chance.largest_cosine, abs=0.02)
    assert np.mean(cosine) == pytest.approx(random_cosine(24), abs=0.01)
    assert np.mean(np.cos(np.radians(angles)) ** 2) == pytest.approx(5 / 24, abs=0.01)
    assert np.mean(left, axis=0) == pytest.approx(1.0 - np.arange(6) / 24, abs=0.02)
    assert random_cosine(1) == pytest.approx(1.0)
    assert random_cosine(2) == pytest.approx(2.0 / np.pi)


def test_chance_of_the_rows():
    found = measure_subspaces(*corpus(*parts()), kept=1.0)
    expected = {row["measure"]: row["chance"] for row in subspace_rows(found)}
    assert expected["overlap"] == pytest.approx(3 / 20)
    assert expected["residual label variance"] == pytest.approx(1 - 3 / 20)
    assert expected["cumulative residual label variance"] == pytest.approx(1 - np.mean([1, 2, 3]) / 20)
    assert expected["cumulative residual speaker variance"] == pytest.approx(1 - np.mean([1, 2]) / 20)
    assert len(residual_rows(found)) == 4 + 3
    assert residual_rows(found)[3] == pytest.approx(
        {"removed": "speaker", "left_of": "label", "k": 3, "value": 1.0, "chance": 0.85}
    )


def test_speakers_who_do_not_differ_are_told_by_the_shuffled_value():
    # All tokens vary in 12 of 100 dimensions: any groups' means share them, and only shuffling shows that.
    _, label = parts(n_labels=8, dims=(12, 12), dim=100, shared=True)
    vectors, speakers, labels = corpus(np.zeros((20, 100)), label, repeats=5)
    vectors[:, :12] += np.random.default_rng(5).standard_normal((len(vectors), 12))
    rows = {row["measure"]: row for row in subspace_rows(measure_subspaces(vectors, speakers, labels))}
    overlap = rows["overlap"]
    assert overlap["value"] > 4 * overlap["chance"]
    assert overlap["value"] == pytest.approx(overlap["shuffled"], abs=0.15)
    # Speakers who differ in other dimensions do so less than shuffled ones.
    apart = vectors.copy()
    apart[:, 20:30] += 5.0 * np.random.default_rng(6).standard_normal((20, 10))[speakers]
    rows = {row["measure"]: row for row in subspace_rows(measure_subspaces(apart, speakers, labels))}
    assert rows["overlap"]["value"] < 0.1 < rows["overlap"]["shuffled"] - 0.1
    without = measure_subspaces(vectors, speakers, labels, shuffles=0)
    assert np.isnan([row["shuffled"] for row in subspace_rows(without)]).all()


def test_kept_share_decides_the_directions():
    vectors, speakers, labels = corpus(*parts(dims=(5, 4), seed=6), noise=0.1)
    found = measure_subspaces(vectors, speakers, labels, kept=0.8)
    fuller = measure_subspaces(vectors, speakers, labels, kept=0.99)
    assert len(found.speaker_axes) < len(fuller.speaker_axes)
    assert found.speaker_kept >= 0.8
    assert found.label_kept >= 0.8
    assert found.speaker_axes == pytest.approx(fuller.speaker_axes[: len(found.speaker_axes)])


def test_effects_of_a_full_design_are_plain_means_of_cells():
    vectors, speakers, labels = corpus(*parts(), noise=1.0)
    more = np.concatenate([np.arange(len(vectors)), np.repeat(np.flatnonzero(labels == 0), 5)])
    speaker_part, label_part = class_effects(vectors[more], speakers[more], labels[more])
    cells = vectors.reshape(8, 6, 3, 20).mean(axis=2)  # repeated tokens don't change a cell's mean
    assert speaker_part == pytest.approx(cells.mean(axis=1) - cells.mean(axis=(0, 1)))
    assert label_part == pytest.approx(cells.mean(axis=0) - cells.mean(axis=(0, 1)))


def test_unequal_vowel_sets_do_not_leak():
    speaker, label = parts()
    vectors, speakers, labels = corpus(speaker, label)
    kept = ~((speakers < 4) & (labels == 0)) & ~((speakers >= 5) & (labels == 1))
    found = measure_subspaces(vectors[kept], speakers[kept], labels[kept], kept=1.0)
    assert found.angles == pytest.approx([90.0, 90.0])
    speaker_part, label_part = class_effects(vectors[kept], speakers[kept], labels[kept])
    assert speaker_part == pytest.approx(speaker - speaker.mean(axis=0))
    assert label_part == pytest.approx(label - label.mean(axis=0))


def test_the_subspace_removed_is_the_one_measured():
    vectors, speakers, labels = corpus(*parts(shared=True))
    ids = tuple(f"t{number}" for number in range(len(vectors)))
    raw = Representation("raw", ids, vectors, tuple(f"e{number}" for number in range(20)))
    collapsed = remove_speaker_subspace(raw, [f"s{number}" for number in speakers], variance=1.0)
    assert collapsed.sees_speaker
    assert collapsed.provenance["normalizations"][-1]["n_directions"] == 3
    # In a balanced corpus the speakers' means are the same with and without labels.
    axes = measure_subspaces(vectors, speakers, labels, kept=1.0).speaker_axes
    assert (collapsed.values - collapsed.values.mean(axis=0)) @ axes.T == pytest.approx(0.0, abs=1e-9)
    speaker_part, _ = class_effects(np.asarray(collapsed.values, dtype=float), speakers, labels)
    assert speaker_part == pytest.approx(0.0, abs=1e-9)


def test_what_has_no_subspace_is_refused():
    vectors, speakers, labels = corpus(*parts(), noise=0.1)
    with pytest.raises(ComparisonError, match="1 speaker"):
        measure_subspaces(vectors, np.zeros_like(speakers), labels)
    with pytest.raises(ComparisonError, match="1 label"):
        measure_subspaces(vectors, speakers, np.zeros_like(labels))
    apart = (speakers < 4) == (labels < 3)
    with pytest.raises(ComparisonError, match="share no label"):
        measure_subspaces(vectors[apart], speakers[apart], labels[apart])
    with pytest.raises(ComparisonError, match="has no token"):
        measure_subspaces(vectors, np.where(speakers == 3, 4, speakers), labels)
    with pytest.raises(ComparisonError, match="same mean vector"):
        measure_subspaces(*corpus(np.zeros((8, 20)), parts()[1]))
    with pytest.raises(ComparisonError, match="missing"):
        measure_subspaces(np.where(vectors == vectors[0, 0], np.nan, vectors), speakers, labels)
    with pytest.raises(ComparisonError, match="at most 1"):
        measure_subspaces(vectors, speakers, labels, kept=1.5)
    with pytest.raises(ComparisonError, match="vectors,"):
        measure_subspaces(vectors[1:], speakers, labels)
