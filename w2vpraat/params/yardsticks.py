"""Pairs of categories, single tokens, boundaries and vowel charts."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class PairsParams(ParamGroup):
    """Separation of two categories at a time: mergers, splits, contrasts."""

    pairs: tuple[str, ...] = param(
        (), "Pairs of labels, as one:other (ɑ:ɔ); empty: the nearest ones (--most-pairs), nearest first."
    )
    most_pairs: int = param(
        15,
        "If no pair is named: so many, those whose means lie nearest in the first representation; 0: all.",
        minimum=0,
    )
    before: tuple[str, ...] = param(
        (), "Only tokens whose following segment is one of these (n,m,ŋ for pin and pen)."
    )
    after: tuple[str, ...] = param((), "Only tokens whose preceding segment is one of these.")
    covariates: tuple[str, ...] = param(
        ("speaker",),
        "Columns that the adjusted Pillai score takes out first (speaker, dur, fol_seg, word ...).",
    )
    ellipse_level: float = param(
        0.68, "Share of a category that its ellipse holds, for the overlap.", minimum=0.05, maximum=0.99
    )
    min_pair_tokens: int = param(
        5, "Least tokens of each of the two categories, for a corpus or a speaker.", minimum=2
    )
    tokens_per_dimension: int = param(
        10,
        "Vectors of more than four dimensions are reduced to so few principal components that a pair has at "
        "least so many tokens for each.",
        minimum=2,
    )
    most_dimensions: int = param(20, "Most principal components that a pair is measured in.", minimum=2)
    shuffles: int = param(
        999,
        "Shuffles of the labels within speakers, for the p value and the chance values; 0: none.",
        minimum=0,
    )
    in_full: int = param(
        10,
        "Of more pairs than so many, intervals and chance values come from a fifth of the samples, and "
        "speakers get values without them.",
        minimum=0,
    )


@dataclass(frozen=True)
class SensitivityParams(ParamGroup):
    """How far the values move if the boundaries do."""

    sensitivity: bool = param(
        True, "Move boundaries in `run`, too, and show it in the report (`sensitivity` does it in any case)."
    )
    shifts: tuple[float, ...] = param(
        (0.005, 0.010, 0.020), "Start and end are moved by so much, either way.", unit="s", minimum=0.0005
    )
    queue_shift: float = param(
        0.010, "The shift that sens_f1, sens_f2, sens_vec and sens_flip are about.", unit="s", minimum=0.0005
    )
    shortest: float = param(
        0.010,
        "Moves that would leave less of a token than this are not made, and are counted.",
        unit="s",
        minimum=0.001,
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
    neighbours: int = param(10, "Nearest tokens that are listed.", minimum=1, maximum=1000)
    apart: str = param(
        "speaker",
        "What neighbours must not share with the token.",
        choices=("speaker", "recording", "word", "token"),
    )
    metric: str = param(
        "euclidean",
        "Distance of neighbours, on standardized columns: Euclidean, or one less the cosine.",
        choices=("euclidean", "cosine"),
    )
    exact_up_to: int = param(
        200_000,
        "Exact search up to so many tokens; beyond, if more than 2000 of them are asked for, an approximate "
        "index.",
        minimum=0,
    )


@dataclass(frozen=True)
class ChartParams(ParamGroup):
    """Vowel charts as phoneticians print them."""

    x: str = param("F2", "Column of the horizontal axis, or the difference of two (F2-F1).")
    y: str = param("F1", "Column of the vertical axis, or the difference of two.")
    show: tuple[str, ...] = param(
        ("tokens", "ellipses", "means"),
        "What is drawn.",
        choices=("tokens", "ellipses", "means", "hulls", "trajectories"),
    )
    label_map: str = param(
        "none",
        "Label set to convert to IPA: none, arpabet, xsampa, sampa_de, ipa, or the path of a CSV map; labels "
        "that it knows to be no vowels are left out.",
    )
    only: tuple[str, ...] = param((), "Only these labels (after the label map); empty: all.")
    group: str = param(
        "", "Column whose values are drawn apart in one chart (sex, dialect ...), with lines of their own."
    )
    means_by: str = param(
        "", "Column whose values get means of their own in small letters (speaker ...), and hulls."
    )
    panels: str = param("", "Column whose values get a chart each, with the same axes (small multiples).")
    panel_values: tuple[str, ...] = param((), "Only these values of it, in this order; empty: all, sorted.")
    colour: str = param(
        "auto", "Column that decides the colour; auto: the group, else the label; none: black only."
    )
    unit: str = param(
        "tokens",
        "What means and ellipses are taken over: tokens, or the means of each speaker, who then counts once.",
        choices=("tokens", "speakers"),
    )
    ellipse_of: str = param(
        "tokens",
        "Ellipses that hold a share of the tokens (or speakers), or confidence regions of the mean.",
        choices=("tokens", "mean"),
    )
    ellipse_level: float = param(
        0.68,
        "Share that an ellipse holds if normally distributed, or the confidence in where the mean lies.",
        minimum=0.05,
        maximum=0.99,
    )
    hull_of: str = param(
        "means",
        "Convex hulls around the means of the labels, or around all tokens.",
        choices=("means", "tokens"),
    )
    connect: tuple[str, ...] = param(
        (), "Labels whose means are connected by lines, in this order (i,æ,ɑ,u,i closes the polygon)."
    )
    point: float = param(
        0.5,
        "Proportional time at which tokens with several rows are drawn, except for trajectories.",
        minimum=0.0,
        maximum=1.0,
    )
    token_marks: str = param("dots", "Tokens as dots or as small letters.", choices=("dots", "letters"))
    spacing: str = param(
        "linear", "Spacing of axes in Hz: linear, logarithmic or Bark.", choices=("linear", "log", "bark")
    )
    axes: str = param(
        "auto",
        "Axes reversed as in printed charts, or plain; auto: reversed for formants.",
        choices=("auto", "reversed", "plain"),
    )
    x_limits: tuple[float, ...] = param(
        (), "Least and greatest value of the horizontal axis; empty: everything fits."
    )
    y_limits: tuple[float, ...] = param((), "Least and greatest value of the vertical axis.")
    width: float = param(
        0.0, "Width of the figure; 0: 12 for one chart, 18 for several.", unit="cm", minimum=0.0, maximum=60.0
    )
    title: str = param("", "Title over the chart.")
