"""The same representation with fewer dimensions stands beside it, for every goal."""

from __future__ import annotations

import numpy as np
import pytest
from formant_corpora import FORMANTS, representation

from w2vpraat.compare import compare
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams


@pytest.fixture(scope="module")
def table(make_corpus):
    return make_corpus()


@pytest.fixture(scope="module")
def items(table):
    """Three formants, and the same with 20 columns of noise."""
    hertz = table[FORMANTS].to_numpy()
    noise = np.random.default_rng(3).normal(size=(len(table), 20))
    return [representation("Hz", table, hertz), representation("wide", table, np.hstack([hertz, noise]))]


def test_every_goal_is_asked_of_the_reduced_one_too(items, table):
    scores = compare(items, table, CompareParams(bootstrap=20))
    names = list(dict.fromkeys(scores.table["representation"]))
    assert names == ["Hz", "wide", "wide, 3 PCs"]
    sizes = scores.table.groupby("representation").size()
    assert sizes.nunique() == 1
    reduced = scores.table[scores.table["representation"] == "wide, 3 PCs"]
    assert set(reduced["dim"]) == {3}
    assert reduced["note"].str.contains("3 principal components of 23 dimensions").all()
    assert any("learnt from the training tokens" in note for note in scores.notes)
    difference = scores.difference("wide", "wide, 3 PCs")
    assert np.isfinite([difference.low, difference.high]).all()


def test_components_of_noiseless_copies_are_the_columns_themselves(make_corpus):
    table = make_corpus(repeats=8)  # enough for a covariance that is not shrunk
    hertz = table[FORMANTS].to_numpy()
    turned = hertz @ np.random.default_rng(0).normal(size=(3, 9))
    made = [representation("Hz", table, hertz), representation("nine", table, turned)]
    found = compare(made, table, CompareParams(bootstrap=0, probes=("lda",))).table
    cells = found.set_index(["goal", "probe", "unit", "representation"])["value"].unstack()
    # Three components hold everything, and linear discriminants do not depend on the axes.
    np.testing.assert_allclose(cells["nine, 3 PCs"], cells["Hz"], atol=1e-9)


def test_a_number_of_dimensions_may_be_given_or_none(items, table):
    few = compare(items, table, CompareParams(bootstrap=0, probes=("lda",), dimensions=2)).table
    assert list(dict.fromkeys(few["representation"])) == ["Hz", "Hz, 2 PCs", "wide", "wide, 2 PCs"]
    none = compare(items, table, CompareParams(bootstrap=0, probes=("lda",), dimensions=-1)).table
    assert list(dict.fromkeys(none["representation"])) == ["Hz", "wide"]


def test_a_name_that_is_taken_is_told(items, table):
    taken = representation("wide, 3 PCs", table, items[0].values)
    with pytest.raises(ComparisonError, match="wide, 3 PCs"):
        compare([*items, taken], table, CompareParams(bootstrap=0))
