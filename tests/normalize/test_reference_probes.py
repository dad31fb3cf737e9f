"""Published tables, all other columns of the reference: our normalizations with the protocols of its authors.

F1-F3. Vr: vowel by LDA scored on its own training data; Vq: vowel by QDA, speakers held out. Adults only, men
against women: S: LDA per token; S|v: after subtracting the vowel means of the training folds; Sn: Gaussian
support vectors with the vowel as columns; Sp: one vector of all vowel means per speaker, leave one out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from w2vpraat.normalize import METHODS, to_scale

pytestmark = pytest.mark.shared_data

F123 = ("f1", "f2", "f3")
# method -> (Vr, Vq, S, S|v, Sn, Sp) of pb52, then of h95, per cent
REFERENCE = {
    "hz": ((77.0, 84.3, 77.0, 90.7, 91.3, 98.4), (70.8, 74.8, 74.8, 93.5, 94.2, 95.7)),
    "ln": ((83.6, 84.1, 75.6, 89.3, 91.0, 98.4), (74.2, 76.1, 71.3, 92.9, 94.1, 96.8)),
    "bark_traunmuller_plain": ((82.2, 84.1, 75.5, 89.6, 91.3, 98.4), (73.6, 76.0, 71.1, 93.0, 94.3, 96.8)),
    "erb_glasberg_moore": ((83.2, 84.1, 75.6, 89.5, 91.1, 98.4), (74.1, 75.8, 71.5, 92.8, 94.3, 96.8)),
    "c_cure": ((86.5, 88.0, 54.1, 54.1, 76.8, 96.7), (79.1, 81.1, 51.6, 51.6, 73.7, 89.2)),
    "lobanov": ((92.4, 92.8, 54.1, 54.1, 60.2, 86.9), (86.3, 87.8, 51.6, 51.6, 52.5, 87.1)),
    "gerstman": ((86.1, 86.9, 57.5, 62.3, 64.8, 83.6), (76.0, 76.3, 53.6, 61.7, 60.2, 78.5)),
    "nearey1": ((90.3, 91.3, 54.1, 54.1, 61.8, 90.2), (82.0, 82.9, 51.6, 51.6, 54.3, 86.0)),
    "nearey2": ((89.1, 89.2, 52.9, 51.1, 61.3, 90.2), (79.3, 81.4, 51.0, 54.8, 59.9, 88.2)),
    "deltaf": ((87.8, 88.8, 54.2, 54.0, 62.4, 90.2), (80.7, 81.9, 54.2, 56.9, 60.9, 88.2)),
    "nordstrom_lindblom": ((82.9, 85.2, 53.0, 53.0, 60.2, 91.8), (76.2, 77.3, 53.4, 58.8, 61.6, 87.1)),
    "miller": ((86.6, 86.6, 52.6, 53.8, 58.4, 93.4), (76.0, 78.5, 60.6, 62.5, 62.3, 88.2)),
}
COLUMNS = ("Vr", "Vq", "S", "S|v", "Sn", "Sp")


@pytest.fixture(scope="module")
def tables(shared_data: Path) -> dict[str, pd.DataFrame]:
    found = {}
    for name in ("pb52", "h95"):
        table = pd.read_csv(shared_data / "formants" / f"{name}_phonTools.csv", dtype={"speaker": str})
        table["id"] = [f"{name}-{row}" for row in range(len(table))]
        found[name] = table
    return found


def values_of(method: str, table: pd.DataFrame) -> Any:
    if method in ("hz", "ln", "bark_traunmuller_plain", "erb_glasberg_moore"):
        return np.asarray(to_scale(table[list(F123)], method))
    options = {"balance": "token"} if method == "gerstman" else {}
    return METHODS[method](formants=F123, **options).fit_transform(table, label="vowel").to_numpy()


def found_percentages(values: Any, table: pd.DataFrame) -> dict[str, float]:
    vowels, speakers = table["vowel"].to_numpy(), table["speaker"].to_numpy()
    lda = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis())
    qda = make_pipeline(StandardScaler(), QuadraticDiscriminantAnalysis(reg_param=1e-3))
    held = cross_val_predict(qda, values, vowels, groups=speakers, cv=GroupKFold(10))
    shares = {
        "Vr": float((lda.fit(values, vowels).predict(values) == vowels).mean()),
        "Vq": float((held == vowels).mean()),
    }
    adult = table["type"].isin(["m", "w"]).to_numpy()
    x, vowel, who, sex = values[adult], vowels[adult], speakers[adult], table["type"].to_numpy()[adult]
    guess = cross_val_predict(lda, x, sex, groups=who, cv=GroupKFold(10))
    shares["S"] = float((guess == sex).mean())
    names, number = np.unique(vowel, return_inverse=True)
    one_hot = np.eye(len(names))[number]
    rest_right, bent_right = [], []
    for train, test in GroupKFold(10).split(x, groups=who):
        counts = one_hot[train].sum(axis=0)
        means = (one_hot[train].T @ x[train]) / counts[:, None]
        rest = x - means[number]
        rest_right.append(lda.fit(rest[train], sex[train]).predict(rest[test]) == sex[test])
        both = StandardScaler().fit(np.hstack([x, one_hot])[train]).transform(np.hstack([x, one_hot]))
        bent_right.append(SVC().fit(both[train], sex[train]).predict(both[test]) == sex[test])
    shares["S|v"] = float(np.concatenate(rest_right).mean())
    shares["Sn"] = float(np.concatenate(bent_right).mean())
    frame = pd.DataFrame(x).groupby([who, vowel]).mean().unstack()
    kinds = pd.Series(sex, index=who).groupby(level=0).first().loc[frame.index].to_numpy()
    whole = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"))
    guess = cross_val_predict(whole, frame.to_numpy(), kinds, groups=frame.index, cv=LeaveOneGroupOut())
    shares["Sp"] = float((guess == kinds).mean())
    return {name: 100.0 * share for name, share in shares.items()}


@pytest.mark.parametrize("method", REFERENCE)
@pytest.mark.parametrize(("place", "name"), [(0, "pb52"), (1, "h95")])
def test_every_column_of_the_reference(method: str, place: int, name: str, tables: Any) -> None:
    table = tables[name]
    found = found_percentages(values_of(method, table), table)
    expected = dict(zip(COLUMNS, REFERENCE[method][place], strict=True))
    assert found == pytest.approx(expected, abs=0.3)
