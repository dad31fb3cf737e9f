"""Pairs of categories, single tokens, boundaries and vowel charts."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class PairsParams(ParamGroup):
    """Separation of two categories at a time: mergers, splits, contrasts."""

    pairs: tuple[str, ...] = param(
        (), "Pairs of labels, as one:other (ɑ:ɔ); empty: every pair, nearest first."
    )
    before: tuple[str, ...] = param(
        (), "Only tokens whose following segment is one of these (n,m,ŋ for pin and pen)."
    )
    after: tuple[str, ...] = param((), "Only tokens whose preceding segment is one of these.")
    covariates: tuple[str, ...] = param(
        (), "Columns that the Pillai score with covariates takes out first (dur, fol_seg, word ...)."
    )
    ellipse_level: float = param(
        0.68, "Share of a category that its ellipse holds, for the overlap.", minimum=0.05, maximum=0.99
    )
    min_pair_tokens: int = param(
        5, "Least tokens of each of the two categories, for a corpus or a speaker.", minimum=2
    )


@dataclass(frozen=True)
class SensitivityParams(ParamGroup):
    """How far the values move if the boundaries do."""

    shifts: tuple[float, ...] = param(
        (0.005, 0.010, 0.020), "Start and end are moved by so much, either way.", unit="s", minimum=0.0005
    )
    queue_shift: float = param(
        0.010, "The shift that sens_f1, sens_f2, sens_vec and sens_flip are about.", unit="s", minimum=0.0005
    )


@dataclass(frozen=True)
class ReviewParams(ParamGroup):
    """Tokens worth a second look: disagreement, outliers, neighbours."""

    first: str = param("", "First representation; empty: the first normalized formants.")
    second: str = param("", "Second representation; empty: the first embedding.")
    outlier_level: float = param(
        0.975,
        "A token is an outlier if it lies farther from its label than this share of normal tokens would.",
        minimum=0.5,
        maximum=0.9999,
    )
    neighbours: int = param(10, "Nearest tokens of other speakers that are listed.", minimum=1, maximum=1000)
    exact_up_to: int = param(
        200_000, "Exact search up to so many tokens, an approximate index beyond.", minimum=0
    )


@dataclass(frozen=True)
class ChartParams(ParamGroup):
    """Vowel charts as phoneticians print them."""

    x: str = param("F2", "Column of the horizontal axis.")
    y: str = param("F1", "Column of the vertical axis.")
    show: tuple[str, ...] = param(
        ("tokens", "ellipses", "means"),
        "What is drawn.",
        choices=("tokens", "ellipses", "means", "hulls", "trajectories"),
    )
    means_by: str = param("", "Column whose values get means of their own (speaker, sex, dialect ...).")
    panels: str = param("", "Column whose values get a chart each (small multiples).")
    colour: str = param("label", "Column that decides the colour.")
    ellipse_level: float = param(
        0.68,
        "Share of a category that its ellipse holds if normally distributed.",
        minimum=0.05,
        maximum=0.99,
    )
    axes: str = param("auto", "Axes reversed as in charts, or plain.", choices=("auto", "reversed", "plain"))
    title: str = param("", "Title over the chart.")
