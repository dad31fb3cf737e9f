"""What a vowel chart says under itself: what is drawn, at which level, from how many, and what is missing."""

from __future__ import annotations

import textwrap

import numpy as np

from w2vpraat.compare.charts.tokens import BLACK
from w2vpraat.compare.charts.values import LEAST_FOR_ELLIPSE, ChartValues
from w2vpraat.export.charts.axes import ChartAxis
from w2vpraat.export.charts.styles import MOST_NAMED, ChartStyles
from w2vpraat.params import ChartParams

FEW_HULLS = 6


def caption(
    values: ChartValues, params: ChartParams, styles: ChartStyles, axes: tuple[ChartAxis, ChartAxis]
) -> str:
    """Put into sentences what a reader must know to read the chart."""
    parts = [f"{counts_text(len(values.tokens.points), values.tokens.n_speakers)}."]
    outside = _outside(values, params, axes)
    parts += [*_drawn(values, params), *_ellipses(values, params), *_hulls(values, params, axes)]
    columns = values.tokens.columns
    n = len(styles.colours)
    if params.colour != BLACK and not styles.by_label and n > MOST_NAMED:
        parts.append(f"Colours: {n} values of {columns['colour']}, which repeat.")
    if params.spacing != "linear":
        spaced = {"log": "logarithmically", "bark": "in Bark (Traunmüller 1990)"}[params.spacing]
        parts.append(f"Axes in Hz are spaced {spaced}.")
    if outside:
        parts.append(f"Outside the axes: {outside}.")
    if values.tokens.left_out:
        told = ", ".join(f"{number} {reason}" for reason, number in values.tokens.left_out.items())
        parts.append(f"Left out: {told}.")
    return " ".join(parts)


def balanced(text: str, most: int) -> list[str]:
    """Break a text into as few lines as fit, of about the same length."""
    lines = textwrap.wrap(text, most)
    for width in range(most, most // 2, -1):
        tighter = textwrap.wrap(text, width)
        if len(tighter) > len(lines):
            break
        found = tighter
    else:
        return lines
    return found if lines else lines


def counts_text(n_tokens: int, n_speakers: int) -> str:
    """Say how many tokens and speakers; the speakers only if they are known."""
    text = f"{n_tokens} token{'' if n_tokens == 1 else 's'}"
    return text if not n_speakers else f"{text}, {n_speakers} speaker{'' if n_speakers == 1 else 's'}"


def _drawn(values: ChartValues, params: ChartParams) -> list[str]:
    parts = []
    over = "tokens" if params.unit == "tokens" else "speakers' means, each speaker counted once"
    courses = values.courses["time"]
    if len(courses):
        first, last = 100.0 * float(courses.min()), 100.0 * float(courses.max())
        steps = courses.nunique()
        text = f"Arrows: mean course over {over}, {first:g} % to {last:g} % of the duration ({steps} points)"
        parts.append(f"{text}; letters stand where they begin.")
        if "tokens" in params.show:
            parts.append("Thin lines: tokens.")
        if values.tokens.no_course:
            parts.append(f"{values.tokens.no_course} tokens lack a time point and are in no course.")
    elif "means" in params.show:
        parts.append(f"Letters: means over {over}.")
    if "means" in params.show and len(values.small):
        parts.append(f"Small letters: means of each {values.tokens.columns['by']}.")
    if "tokens" in params.show and params.token_marks == "letters":
        parts.append("Letters of the same size: tokens." if len(values.small) else "Small letters: tokens.")
    return parts


def _ellipses(values: ChartValues, params: ChartParams) -> list[str]:
    if "ellipses" not in params.show:
        return []
    level = f"{100.0 * params.ellipse_level:g} %"
    parts = []
    if values.ellipses and params.ellipse_of == "mean":
        text = f"Ellipses: {level} confidence region of the mean (Hotelling)"
        several = params.unit == "tokens" and values.tokens.n_speakers > 1
        parts.append(f"{text}, tokens taken as independent." if several else f"{text}.")
    elif values.ellipses:
        what = "a label's tokens" if params.unit == "tokens" else "the speakers' means of a label"
        parts.append(f"Ellipses: {level} of {what} if normally distributed.")
    if values.no_ellipse:
        least = f"fewer than {LEAST_FOR_ELLIPSE} {params.unit} or no spread"
        parts.append(f"Without ellipse, {least}: {values.no_ellipse} of {len(values.means)} means.")
    return parts


def _hulls(values: ChartValues, params: ChartParams, axes: tuple[ChartAxis, ChartAxis]) -> list[str]:
    if "hulls" not in params.show:
        return []
    around = "means of labels" if params.hull_of == "means" else "tokens"
    if not values.hulls:
        return [f"No hull: fewer than three {around}, or all on a line."]
    units = [axis.title.partition(" (")[2].rstrip(")") for axis in axes]
    scale, unit = 1.0, f"({units[0]}) × ({units[1]})" if units[0] != units[1] else f"({units[0]})²"
    if units == ["Hz", "Hz"]:
        scale, unit = 1e-6, "kHz²"
    areas = [scale * hull.area for _, hull in values.hulls]
    places = [
        " ".join(part for part in (place["panel"], place["group"], place["by"]) if part)
        for place, _ in values.hulls
    ]
    if len(areas) == 1:
        return [f"Convex hull around the {around}: area {_three(areas[0])} {unit}."]
    text = f"Convex hulls around the {around}; area"
    if len(areas) <= FEW_HULLS:
        each = ", ".join(f"{place} {_three(area)}" for place, area in zip(places, areas, strict=True))
        return [f"{text} in {unit}: {each}."]
    spread = f"{_three(min(areas))} to {_three(max(areas))}, median {_three(float(np.median(areas)))}"
    return [f"{text} of {len(areas)}: {spread} {unit}."]


def _three(value: float) -> str:
    """Write a number with three digits that count."""
    return f"{value:#.3g}".rstrip(".")


def _outside(values: ChartValues, params: ChartParams, axes: tuple[ChartAxis, ChartAxis]) -> str:
    """Count what the limits asked for cut off."""
    if not (params.x_limits or params.y_limits):
        return ""
    tokens = "tokens" in params.show
    rows = values.tokens.points if tokens else values.means
    x, y = axes
    lost = int((~(rows["x"].between(x.low, x.high) & rows["y"].between(y.low, y.high))).sum())
    return f"{lost} of {len(rows)} {'tokens' if tokens else 'means'}" if lost else ""
