"""The report on the claims of Wang, Yang & Yuan 2025 as tests: verdicts, a forest plot, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from w2vpraat.compare.claims import Verdict
from w2vpraat.compare.goals.titles import PROBES, goal_title
from w2vpraat.errors import ExportError
from w2vpraat.export.figures import WIDTH, any_sign
from w2vpraat.export.pages.html_page import Picture, Section, Sheet, page, tone
from w2vpraat.export.pages.html_page import Verdict as Box
from w2vpraat.export.panels import bottom_legend, new_figure, plain_axes, wrapped
from w2vpraat.export.styles import font

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Verdict -> colour and filling of its mark; dark enough for text on white.
LOOKS = {
    "yes": ("#00694B", "full"),
    "no": ("#B23A00", "none"),
    "open": ("#6A5200", "left"),
    "": ("#333333", "full"),
}
READING = (
    "An effect is a difference in accuracy between a model and the one it is held against, in percentage "
    "points, averaged over the layers named. Its interval comes from resampling speakers, the same for both.",
    "The margin is the difference that would not matter; it has to be set before looking at the numbers.",
    "That something falls or rises counts as supported when the whole interval lies on that side of zero, "
    "and as not supported when a change as large as the margin is ruled out. That nothing is lost counts as "
    "supported when a loss as large as the margin is ruled out, and as not supported when the whole interval "
    "lies beyond it. An interval that merely holds zero shows nothing.",
    "A probe that reads the target from the model compared with no better than by chance says nothing; it "
    "does not count where another probe sees more.",
    "That there are not enough data is a result, too: these speakers do not settle the question.",
    "The paper tested Mandarin (AISHELL-1). Other corpora, models and units can differ from it for reasons "
    "of their own; no published number is available to compare these with.",
)
CITATIONS = (
    "Wang, Y., Yang, Y. & Yuan, J. 2025. Normalization through fine-tuning: Understanding wav2vec 2.0 "
    "embeddings for phonetic analysis. arXiv:2503.04814. (The claims.)",
    "Chen, Y., Wiesel, A., Eldar, Y. C. & Hero, A. O. 2010. Shrinkage algorithms for MMSE covariance "
    "estimation. IEEE Trans. Signal Process. 58:5016-5029. (The linear probe.)",
)


def claims_page(
    claims: pd.DataFrame,
    verdicts: Sequence[Verdict],
    facts: Mapping[str, str],
    notes: Sequence[str],
    figure: Figure | None,
) -> str:
    """Write the report on the claims as one HTML file.

    Parameters
    ----------
    claims : pandas.DataFrame
        One row per test: ``claim``, ``model``, ``against``, ``target``, ``probe``, ``layers``, ``effect``,
        ``low``, ``high``, ``margin`` (shares), ``n``, ``n_speakers``, ``verdict``, ``counts``, ``sentence``.
    verdicts : sequence of Verdict
        One per claim; see `w2vpraat.compare.claims`.
    facts : mapping of str to str
    notes : sequence of str
    figure : matplotlib.figure.Figure or None
        From :func:`claims_figure`.

    Returns
    -------
    str
        HTML.
    """
    shown = [_shown(one) for one in verdicts]
    sections = []
    if figure is not None:
        effects = [
            f"{row.claim}: {row.model} against {row.against}, {goal_title(str(row.target))}, "
            f"{effect_text(*(float(str(part)) for part in (row.effect, row.low, row.high)))}"
            for row in claims.itertuples()
        ]
        caption = (
            "Effects with intervals over speakers. Grey: the margin, a difference that would not matter."
        )
        alt = f"Effects in percentage points. {'; '.join(effects)}."
        sections.append(Section("All tests", figures=[Picture(figure, alt, caption)]))
    titles = {one.claim: box.title for one, box in zip(verdicts, shown, strict=True)}
    for letter in dict.fromkeys([*titles, *claims["claim"]]):
        own = claims[claims["claim"] == letter]
        title = titles.get(letter, f"Claim {letter}")
        if own.empty:
            sections.append(Section(title, ["This claim could not be tested with these models and labels."]))
        else:
            sections.append(Section(title, tables=[_sheet(own)], notes=[str(one) for one in own["sentence"]]))
    sections += [
        Section("How to read this", notes=READING),
        Section("Methods", ["The methods come from these works."], notes=CITATIONS),
        Section("Notes", () if notes else ["There is nothing to remark."], notes=notes),
    ]
    subtitle = "Three claims about fine-tuned wav2vec 2.0 (Wang, Yang & Yuan 2025), tested on this corpus"
    return page("Claims as tests", subtitle, sections, facts, verdicts=shown)


def _shown(one: Verdict) -> Box:
    return Box(
        f"Claim {one.claim}: {one.title}",
        f"{one.verdict[:1].upper()}{one.verdict[1:]}",
        one.sentence,
        tone(one.verdict),
    )


def _sheet(own: pd.DataFrame) -> Sheet:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "model": own["model"],
            "against": own["against"],
            "target": [goal_title(str(name)) for name in own["target"]],
            "probe": [PROBES.get(str(name), str(name)) for name in own["probe"]],
            "layers": [_known(name) for name in own["layers"]],
            "effect [interval] (points)": [
                effect_text(*row) for row in zip(own["effect"], own["low"], own["high"], strict=True)
            ],
            "margin (points)": [_points(value) for value in own["margin"]],
            "verdict": own["verdict"],
            "counts": ["yes" if one else "no" for one in own.get("counts", [True] * len(own))],
            "speakers": own["n_speakers"],
            "tokens": own["n"],
        }
    )
    return Sheet(frame, right=("effect [interval] (points)", "margin (points)"), verdict="verdict")


def _known(value: Any) -> str:
    return "–" if value is None or value != value else str(value)


def _points(value: float) -> str:
    return "–" if value != value else f"{100 * value:.1f}".replace("-", "−")


def effect_text(effect: float, low: float, high: float) -> str:
    """Put an effect (shares) into percentage points: ``−12.3 [−18.0, −6.1]``."""
    if effect != effect:
        return "–"
    text = f"{100 * effect:+.1f}" + (f" [{100 * low:+.1f}, {100 * high:+.1f}]" if low == low else "")
    return text.replace("-", "−")


def claims_figure(claims: pd.DataFrame) -> Figure:
    """Draw a forest plot: one row per test, grouped by claim.

    Parameters
    ----------
    claims : pandas.DataFrame
        See :func:`claims_page`.

    Returns
    -------
    matplotlib.figure.Figure
        Effects in percentage points with intervals; the band is the margin, the line zero. Marks differ in
        colour and filling by verdict.

    Raises
    ------
    ExportError
        If there is no test.
    """
    if claims.empty:
        raise ExportError("there are no tests to draw")
    groups = [(str(claim), own) for claim, own in claims.groupby("claim", sort=True)]
    step, title, left, right, over, under = 0.4, 0.3, 2.55, 1.45, 0.12, 0.45
    figure = new_figure(WIDTH, 4.0)
    with any_sign():
        legend = bottom_legend(figure, _entries(claims))
        inside = sum(title + step * len(own) for _, own in groups)
        height = over + inside + under + legend
        figure.set_size_inches(WIDTH, height)
        box = (left, under + legend, WIDTH - left - right, inside)
        axes = figure.add_axes((box[0] / WIDTH, box[1] / height, box[2] / WIDTH, box[3] / height))
        axes.set_ylim(inside, 0.0)  # inches from the top
        y = 0.0
        for claim, own in groups:
            _write(figure, 0.1, height - over - y - 0.5 * title, f"Claim {claim}", 9.0, bold=True)
            y += title
            for row in own.to_dict("records"):
                middle = y + 0.5 * step
                _test(axes, row, middle, step)
                where = height - over - middle
                what = _pair(str(row["model"]), str(row["against"]))
                _write(figure, 0.2, where + 0.09, what, 8.0)
                details = f"{goal_title(str(row['target']))}; {row['probe']}"
                layers = _known(row["layers"])
                details += "" if layers == "–" else f"; layers {layers}"
                _write(figure, 0.2, where - 0.09, wrapped(details, 46), 7.0, colour="#444444")
                text = effect_text(float(row["effect"]), float(row["low"]), float(row["high"]))
                _write(figure, WIDTH - right + 0.1, where, text, 7.5)
                if not row.get("counts", True):
                    _write(figure, WIDTH - right + 0.1, where - 0.13, "does not count", 7.0, colour="#444444")
                y += step
        axes.axvline(0.0, color="#333333", linewidth=0.9, zorder=2)
        axes.set_yticks([])
        axes.set_xlabel("difference in accuracy (percentage points)", fontproperties=font(8), labelpad=2)
        axes.margins(x=0.06)
        plain_axes(axes)
        axes.spines["left"].set_visible(False)
    return figure


def _pair(model: str, against: str, room: int = 36) -> str:
    """Name what is held against what; a long name may have the room that the other one leaves."""
    first = max(room // 2, room - len(against))
    return f"{wrapped(model, first)} − {wrapped(against, max(room // 2, room - len(model)))}"


def _write(
    figure: Figure, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = "black"
) -> None:
    """Write at inches from the lower left corner."""
    width, height = figure.get_size_inches()
    style = font(size, bold=bold)
    figure.text(x / width, y / height, text, ha="left", va="center", fontproperties=style, color=colour)


def _test(axes: Axes, row: Mapping[Any, Any], y: float, step: float) -> None:
    from matplotlib.patches import Rectangle

    colour, fill = LOOKS[tone(str(row["verdict"]))]
    effect, low, high = (100.0 * float(row[name]) for name in ("effect", "low", "high"))
    margin = 100.0 * abs(float(row["margin"]))
    if margin == margin:
        band = Rectangle(
            (-margin, y - 0.5 * step), 2.0 * margin, step, color="#DDDDDD", linewidth=0, zorder=1
        )
        axes.add_patch(band)
    if low == low:
        axes.plot([low, high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt", zorder=3)
    look: dict[str, Any] = {"color": colour, "fillstyle": fill, "markerfacecoloralt": "white"}
    axes.plot([effect], [y], marker="o", markersize=6, zorder=4, **look)
    if fill == "none":
        axes.lines[-1].set_markerfacecolor("white")


def _entries(claims: pd.DataFrame) -> list[tuple[Artist, str]]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[tuple[Artist, str]] = []
    kinds = {tone(str(text)): str(text) for text in claims["verdict"]}
    for kind, word in kinds.items():
        colour, fill = LOOKS[kind]
        look: dict[str, Any] = {"color": colour, "fillstyle": fill, "markerfacecoloralt": "white"}
        entries.append((Line2D([], [], marker="o", markersize=6, linewidth=1.6, **look), wrapped(word)))
    if claims["margin"].notna().any():
        entries.append((Patch(color="#DDDDDD", linewidth=0), "margin: differences that would not matter"))
    return entries
