"""What each method may and may not remove: changes to one speaker's data that leave its values alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from toy_speakers import FORMANTS

from w2vpraat.normalize import METHODS

LABELS = ("i", "a", "u", "e", "o")
SAME_UNDER_FACTOR = (
    "lobanov",
    "lobanov_balanced",
    "nearey1",
    "nearey2",
    "nearey2_regression",
    "deltaf",
    "watt_fabricius",
    "watt_fabricius_mod",
    "mean_ratio",
    "gerstman",
    "labov",
)
SAME_UNDER_OWN_FACTORS = ("lobanov", "lobanov_balanced", "nearey1", "mean_ratio", "gerstman")
SAME_UNDER_SHIFT = ("lobanov", "lobanov_balanced", "gerstman", "c_cure")
IDEMPOTENT_DIRECT = ("deltaf", "mean_ratio")
IDEMPOTENT_SHIFTED = ("lobanov", "gerstman", "c_cure")


@st.composite
def speakers(draw: st.DrawFn, least: int = 1) -> pd.DataFrame:
    """One speaker: each vowel `least` to three times, plausible formants, f0."""
    rows = []
    for label in LABELS:
        for _ in range(draw(st.integers(least, 3))):
            rows.append(
                (
                    "A",
                    label,
                    draw(st.floats(80, 300)),
                    draw(st.floats(250, 900)),
                    draw(st.floats(950, 2400)),
                    draw(st.floats(2450, 3500)),
                )
            )
    table = pd.DataFrame(rows, columns=["speaker", "label", "f0", *FORMANTS])
    means = table.groupby("label")[list(FORMANTS)].mean()
    for part in (table[list(FORMANTS)], means):
        assume((part.max() - part.min() > 20).all())
    return table


def made(key: str, **options: Any) -> Any:
    if key.startswith("watt"):
        options["corners"] = ("i", "a")
    return METHODS[key](**options)


def values(key: str, table: pd.DataFrame, **options: Any) -> np.ndarray[Any, Any]:
    return made(key, **options).fit_transform(table).to_numpy()


def close(one: Any, two: Any) -> bool:
    return bool(np.allclose(one, two, rtol=1e-8, atol=1e-8))


def scaled(table: pd.DataFrame, factors: tuple[float, float, float]) -> pd.DataFrame:
    return table.assign(**{name: table[name] * k for name, k in zip(FORMANTS, factors, strict=True)})


def shifted(table: pd.DataFrame, constants: tuple[float, float, float]) -> pd.DataFrame:
    return table.assign(**{name: table[name] + c for name, c in zip(FORMANTS, constants, strict=True)})


factor = st.floats(0.6, 1.7)
constant = st.floats(30.0, 400.0)


@given(table=speakers(), k=factor)
@settings(max_examples=10, deadline=None)
def test_one_factor_for_all_formants(table: pd.DataFrame, k: float) -> None:
    """A longer vocal tract: nearly every method is blind to it."""
    assume(abs(k - 1) > 0.02)
    changed = scaled(table, (k, k, k))
    for key in METHODS:
        same = close(values(key, changed), values(key, table))
        if key != "nordstrom_lindblom":
            assert same == (key in SAME_UNDER_FACTOR), key
    sussman = [
        np.log(t[list(FORMANTS)]).pipe(lambda x: x.sub(x.mean(axis=1), axis=0)) for t in (changed, table)
    ]
    assert close(*sussman)


@given(table=speakers(), k=st.floats(1.05, 1.5))
@settings(max_examples=10, deadline=None)
def test_nordstrom_lindblom_depends_on_which_tokens_pass(table: pd.DataFrame, k: float) -> None:
    changed = scaled(table, (k, k, k))
    passes = [t["F1"] > 600 for t in (table, changed)]
    assume(passes[0].any())
    if passes[0].equals(passes[1]):
        assert close(values("nordstrom_lindblom", changed), values("nordstrom_lindblom", table))
    # A threshold that moves with the speaker makes it uniform scaling again.
    moved = values("nordstrom_lindblom", changed, threshold=600 * k)
    assume(not ((table["F1"] * k > 600 * k) != (table["F1"] > 600)).any())
    assert close(moved, values("nordstrom_lindblom", table))


@given(table=speakers(), k=st.tuples(factor, factor, factor))
@settings(max_examples=10, deadline=None)
def test_own_factor_of_each_formant(table: pd.DataFrame, k: tuple[float, float, float]) -> None:
    assume(max(k) / min(k) > 1.05)
    assume(abs(k[0] / k[1] - 1) > 0.02)
    changed = scaled(table, k)
    for key in METHODS:
        if key not in ("bark_difference", "syrdal_gopal", "miller", "c_cure", "nordstrom_lindblom"):
            same = close(values(key, changed), values(key, table))
            assert same == (key in SAME_UNDER_OWN_FACTORS), key


@given(table=speakers(), c=st.tuples(constant, constant, constant))
@settings(max_examples=10, deadline=None)
def test_own_constant_of_each_formant(table: pd.DataFrame, c: tuple[float, float, float]) -> None:
    changed = shifted(table, c)
    for key in METHODS:
        if key != "nordstrom_lindblom":
            same = close(values(key, changed), values(key, table))
            assert same == (key in SAME_UNDER_SHIFT), key


@given(table=speakers(least=2))
@settings(max_examples=10, deadline=None)
def test_normalizing_twice_changes_nothing(table: pd.DataFrame) -> None:
    for key in IDEMPOTENT_DIRECT:
        once = values(key, table)
        again = values(key, table.assign(**dict(zip(FORMANTS, once.T, strict=True))))
        assert close(again, once), key
    # Values around zero can't be read as Hz; these methods don't see a constant, so lift them first.
    for key in IDEMPOTENT_SHIFTED:
        once = values(key, table)
        lifted = once - once.min() + 1.0
        again = values(key, table.assign(**dict(zip(FORMANTS, lifted.T, strict=True))))
        # Gerstman's range is over vowel means, so tokens may lie outside; its own range stays 0-999.
        assert close(again, once), key
    once = values("labov", table)
    again = values("labov", table.assign(F1=once[:, 0], F2=once[:, 1]))
    assert close(again, once)


@given(table=speakers(), seed=st.integers(0, 100))
@settings(max_examples=6, deadline=None)
def test_order_never_matters(table: pd.DataFrame, seed: int) -> None:
    shuffled = table.sample(frac=1.0, random_state=seed)
    for key in METHODS:
        if key == "nordstrom_lindblom" and not (table["F1"] > 600).any():
            continue
        out = made(key).fit_transform(table)
        other = made(key).fit_transform(shuffled).loc[table.index]
        np.testing.assert_allclose(other, out, rtol=1e-10, atol=1e-10)


@given(table=speakers(), label=st.sampled_from(LABELS))
@settings(max_examples=6, deadline=None)
def test_balance_ignores_how_often_a_vowel_was_said(table: pd.DataFrame, label: str) -> None:
    doubled = pd.concat([table, table[table["label"] == label]], ignore_index=True)
    for key in METHODS:
        if key == "nordstrom_lindblom" and not (table["F1"] > 600).any():
            continue
        options = {"balance": "vowel"} if "vowel" in METHODS[key].balances else {}
        out = made(key, **options).fit_transform(table)
        other = made(key, **options).fit_transform(doubled).iloc[: len(table)]
        np.testing.assert_allclose(other, out, rtol=1e-10, atol=1e-10)


def test_doubling_a_vowel_does_move_token_statistics() -> None:
    table = pd.DataFrame(
        {
            "speaker": "A",
            "label": ["i", "a", "u"],
            "F1": [300.0, 750.0, 320.0],
            "F2": [2300.0, 1400.0, 800.0],
            "F3": [3000.0, 2500.0, 2400.0],
        }
    )
    doubled = pd.concat([table, table.iloc[:1]], ignore_index=True)
    for key in ("lobanov", "nearey1", "nearey2", "deltaf", "mean_ratio", "labov", "c_cure"):
        assert not close(values(key, doubled)[:3], values(key, table)), key


@pytest.mark.parametrize("key", ["nearey2", "deltaf", "labov", "nordstrom_lindblom"])
def test_also_gets_the_factor_without_entering_it(key: str) -> None:
    from toy_speakers import corpus

    table = corpus()
    plain = METHODS[key]().fit_transform(table)
    both = METHODS[key](also=("f0",)).fit_transform(table)  # type: ignore[call-arg]
    pd.testing.assert_frame_equal(both[plain.columns], plain)
    extra = next(iter(set(both.columns) - set(plain.columns)))
    assert extra == f"f0{METHODS[key].info.suffix}"
    if key == "nearey2":
        np.testing.assert_allclose(
            both[extra] - np.log(table["f0"]), plain["F1_lm"] - np.log(table["F1"]), rtol=1e-12
        )
    else:
        name = plain.columns[0]
        np.testing.assert_allclose(both[extra] / table["f0"], plain[name] / table["F1"], rtol=1e-12)
