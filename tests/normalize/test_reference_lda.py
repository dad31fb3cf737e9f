"""Published tables, vowel by LDA with speakers held out: our columns give the reference percentages.

Peterson & Barney 1952 and Hillenbrand et al. 1995 as in phonTools. Columns standardized inside the pipeline,
linear discriminant analysis, GroupKFold(10) by speaker, all tokens. The folds depend on the sort order of the
speakers, which the reference took as text; the percentages then agree to their last digit, and 0.15 leaves
room for two tokens that another linear-algebra library decides otherwise. (Speakers as numbers: 0.6 away.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from w2vpraat.normalize import METHODS, formant_representation, to_scale

pytestmark = pytest.mark.shared_data

F12, F123 = ("f1", "f2"), ("f1", "f2", "f3")
F0123 = ("f0", *F123)

# representation -> percent correct (V) for F1-F2, F1-F3 and f0 with F1-F3: pb52, h95
REFERENCE: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "hz": ((69.6, 58.8), (76.4, 70.5), (81.8, 74.0)),
    "ln": ((75.3, 61.1), (83.3, 73.9), (86.3, 76.6)),
    "bark_traunmuller_plain": ((73.8, 60.6), (81.8, 73.3), (85.4, 75.5)),
    "erb_glasberg_moore": ((74.1, 61.0), (82.9, 73.8), (86.8, 76.1)),
    "c_cure": ((84.2, 75.4), (86.4, 78.8), (86.8, 79.9)),
    "lobanov": ((91.4, 83.0), (92.0, 85.7), (92.6, 86.6)),
    "gerstman": ((83.6, 72.7), (85.7, 75.7), (86.1, 76.9)),
    "nearey1": ((88.9, 79.1), (90.3, 81.5), (90.7, 82.7)),
    "nearey2": ((86.8, 76.6), (88.8, 78.8), (88.8, 79.0)),
    "deltaf": ((85.9, 77.2), (87.7, 80.6), (87.5, 80.1)),
    "nordstrom_lindblom": ((80.9, 70.6), (82.6, 75.5), (82.2, 75.5)),
    "miller": ((83.9, 71.8), (85.9, 75.5), (85.9, 75.5)),
}


@pytest.fixture(scope="module")
def tables(shared_data: Path) -> dict[str, pd.DataFrame]:
    found = {}
    for name in ("pb52", "h95"):
        table = pd.read_csv(shared_data / "formants" / f"{name}_phonTools.csv")
        table["speaker"] = table["speaker"].astype(str)
        table["id"] = [f"{name}-{row}" for row in range(len(table))]
        found[name] = table
    return found


def percent_correct(values: Any, table: pd.DataFrame) -> float:
    model = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis())
    guess = cross_val_predict(
        model, np.asarray(values), table["vowel"], groups=table["speaker"], cv=GroupKFold(10)
    )
    return float(100 * np.mean(guess == table["vowel"]))


def columns(method: str, formants: tuple[str, ...], table: pd.DataFrame) -> Any:
    """Our columns for one cell of the reference."""
    if method in ("hz", "ln", "bark_traunmuller_plain", "erb_glasberg_moore"):
        return to_scale(table[list(formants)], method)
    options: dict[str, Any] = {"formants": formants}
    width = len(formants)
    if method == "gerstman":
        options["balance"] = "token"
    elif method in ("nearey2", "deltaf", "nordstrom_lindblom"):
        # The factor never comes from f0, which is only scaled by it; ΔF and k always come from F1-F3.
        options["formants"] = tuple(name for name in formants if name != "f0")
        if method != "nearey2":
            options["formants"] = F123
        options["also"] = ("f0",) if "f0" in formants else ()
    elif method == "miller":
        options["formants"], width = F123, min(width, 3)
    made = METHODS[method](**options).fit_transform(table, label="vowel")
    if "f0" in formants:
        return made
    return made.iloc[:, :width]


def test_speakers_are_unique_across_types(tables: dict[str, pd.DataFrame]) -> None:
    sizes = {"pb52": (1520, 76, 10), "h95": (1668, 139, 12)}
    for name, table in tables.items():
        found = (len(table), table["speaker"].nunique(), table["vowel"].nunique())
        assert found == sizes[name]
        assert len(table[["type", "speaker"]].drop_duplicates()) == table["speaker"].nunique()
        assert (table[list(F0123)] > 0).all(axis=None)


@pytest.mark.parametrize("method", REFERENCE)
def test_vowel_by_lda(method: str, tables: dict[str, pd.DataFrame]) -> None:
    for formants, expected in zip((F12, F123, F0123), REFERENCE[method], strict=True):
        for name, percent in zip(("pb52", "h95"), expected, strict=True):
            found = percent_correct(columns(method, formants, tables[name]), tables[name])
            assert found == pytest.approx(percent, abs=0.15), (formants, name)


def test_representations_hold_the_same_columns(tables: dict[str, pd.DataFrame]) -> None:
    """What `compare` sees gives the same percentage as the columns of the table."""
    table = tables["pb52"]
    for method, name, percent in (
        ("lobanov", "Lobanov F1-F3", 92.0),
        ("nearey2", "Nearey 2 F1-F3", 88.8),
        ("raw", "F1-F3 Hz", 76.4),
    ):
        made = formant_representation(table, method, F123, label="vowel")
        assert made.name == name
        assert made.sees_speaker == (method != "raw")
        assert percent_correct(made.values, table) == pytest.approx(percent, abs=0.15)
