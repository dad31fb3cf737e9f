"""The report of a comparison: one page with ranking, maps, pairs, sensitivity, warnings and methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from w2vpraat.compare.goals.titles import PROBES, direction, goal_title
from w2vpraat.export.pages.drawings import Picture
from w2vpraat.export.pages.html_page import Copyable, Section, Sheet, page

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare import Projection, Scores
    from w2vpraat.compare.cautions.words import Caution
    from w2vpraat.compare.ranking import Ranking
    from w2vpraat.compare.separation.pairs import PairTable
    from w2vpraat.compare.separation.variance import Separation
    from w2vpraat.compare.tokens.disagreement import Review
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.export.methods.text import MethodsText

MOST_PAIRS, MOST_TOKENS = 8, 20
READING = (
    "Every representation meets the same tokens, the same folds and the same probes. High is good for the "
    "label and for what is social; low is good for the speaker and for sex, if they should go.",
    "The number before a score is its rank. A new rank begins where a representation is clearly worse than "
    "the first of the rank before, tested by exchanging the answers of whole speakers (corrected by Holm).",
    "Intervals come from resampling speakers. With ten speakers or fewer they are too narrow.",
    "A score with a few principal components says whether a representation wins by its number of dimensions.",
    "Per-speaker normalizations see the other tokens of the test speaker; a plain embedding does not.",
    "Centring per speaker leaves a linear probe for sex nothing to go by. The non-linear probe and the one "
    "of whole speakers show what is still there.",
    "A separability score is no recommendation: what fits listeners best is not what separates best.",
)


@dataclass(frozen=True, eq=False)
class Report:
    """What a report shows; what is None or empty is left out.

    Attributes
    ----------
    title, subtitle : str
    facts : mapping of str to str
        What was compared.
    scores : Scores
    ranking : Ranking
    maps : sequence of Projection
    table : pandas.DataFrame
        One row per token, for what a token on a map tells of itself.
    pairs : PairTable or None
    separation : Separation or None
    sensitivity : Sensitivity or None
    review : Review or None
        Tokens worth a second look.
    cautions : sequence of Caution
    methods : MethodsText or None
    settings : str
        All parameters, as a ``w2vpraat.toml``.
    notes : sequence of str
    """

    title: str
    subtitle: str
    facts: Mapping[str, str]
    scores: Scores
    ranking: Ranking
    maps: Sequence[Projection]
    table: pd.DataFrame
    pairs: PairTable | None = None
    separation: Separation | None = None
    sensitivity: Sensitivity | None = None
    review: Review | None = None
    cautions: Sequence[Caution] = ()
    methods: MethodsText | None = None
    settings: str = ""
    notes: Sequence[str] = ()


def comparison_page(report: Report) -> str:
    """Write the report as one HTML file.

    Returns
    -------
    str
        HTML that needs no network, and no script on paper.
    """
    sections = [_ranking(report)]
    if report.maps:
        sections.append(_maps(report))
    if report.pairs is not None and len(report.pairs.table):
        sections.append(_pairs(report.pairs))
    if report.separation is not None:
        sections.append(_separation(report.separation))
    if report.sensitivity is not None and len(report.sensitivity.summary):
        sections.append(_sensitivity(report.sensitivity))
    if report.review is not None and len(report.review.queue):
        sections.append(_review(report.review))
    sections.append(_cautions(report.cautions))
    sections.append(_all_scores(report.scores))
    sections.append(Section("How to read this", notes=READING))
    if report.methods is not None:
        sections.append(_methods(report.methods))
    if report.settings:
        sections.append(Section("All parameters", copy=[Copyable(report.settings, "w2vpraat.toml")]))
    if report.notes:
        sections.append(Section("Notes", notes=tuple(dict.fromkeys(report.notes))))
    return page(report.title, report.subtitle, sections, report.facts, facts_title="What was compared")


def _ranking(report: Report) -> Section:
    from w2vpraat.compare.reading import explain
    from w2vpraat.export.ranking_figure import ranking_figure

    table = report.ranking.table
    goals = list(dict.fromkeys(table["goal"]))
    firsts = [own.iloc[0] for _, own in table.groupby("goal", sort=False)]
    spoken = [
        f"{goal_title(one['goal'])}: {one['representation']} first with {100 * one['value']:.1f} %"
        for one in firsts
    ]
    caption = "The number before a score is its rank; within a rank nothing is clearly worse than its first."
    figure = Picture(ranking_figure(table), f"Scores of every goal. {'; '.join(spoken)}.")
    return Section(
        "Ranking",
        [explain(report.scores, report.ranking)],
        figures=[figure],
        tables=[Sheet(ranking_frame(table, goals), caption, right=[goal_title(goal) for goal in goals])],
        notes=list(report.ranking.sentences.values()),
    )


def ranking_frame(table: pd.DataFrame, goals: Sequence[str]) -> pd.DataFrame:
    """Put a ranking into one row per representation and one column per goal, with ranks and intervals."""
    import pandas as pd

    names = list(table.loc[table["goal"] == goals[0], "representation"])
    cells = table.set_index(["goal", "representation"])
    rows: list[dict[str, Any]] = []
    for name in names:
        row: dict[str, Any] = {"": name}
        for goal in goals:
            row[goal_title(goal)] = _cell(cells.loc[(goal, name)]) if (goal, name) in cells.index else "–"
        rows.append(row)
    firsts = {goal: table[table["goal"] == goal].iloc[0] for goal in goals}
    rows.append({"": "chance", **{goal_title(g): f"{100 * one['chance']:.1f}" for g, one in firsts.items()}})
    words = {"keep": "high", "remove": "low", "social": "high: kept"}
    rows.append({"": "good is", **{goal_title(goal): words[direction(goal)] for goal in goals}})
    rows.append({"": "probe", **{goal_title(g): PROBES[one["probe"]] for g, one in firsts.items()}})
    return pd.DataFrame(rows)


def _cell(row: Any) -> str:
    return f"{row['rank']}: {_percent(row['value'], row['low'], row['high'])}"


def _percent(value: float, low: float, high: float) -> str:
    span = f" [{100 * low:.1f}, {100 * high:.1f}]" if low == low else ""
    return f"{100 * value:.1f}{span}"


def _maps(report: Report) -> Section:
    from w2vpraat.export.pages.hover_maps import hover_maps

    return Section(
        "Maps of the same tokens",
        [
            "Point at a token to see what it is, and where it lies on the other maps. The numbers under each "
            "map say how far its neighbours can be believed: maps mislead."
        ],
        widgets=[hover_maps(report.maps, report.table)],
    )


def _pairs(found: PairTable) -> Section:
    from w2vpraat.compare.separation.reading import explain_pair

    shown = found.pairs[:MOST_PAIRS]
    keys = list(zip(found.table["first"], found.table["second"], strict=True))
    own = found.table[[key in shown for key in keys]]
    frame = pair_frame(own)
    rest = len(found.pairs) - len(shown)
    caption = (
        "Pillai: 0 the same, 1 apart, with the value that chance gives; affinity and overlap: 1 the same."
    )
    if rest:
        caption = (
            f"The nearest {len(shown)} of {len(found.pairs)} pairs (the others are in pairs.csv). {caption}"
        )
    return Section(
        "Pairs of labels",
        tables=[Sheet(frame, caption, right=["Pillai"])],
        notes=[*(explain_pair(found, pair) for pair in shown), *found.notes],
    )


def pair_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Choose and name the columns of a table of pairs that people read."""
    import pandas as pd

    def pillai(row: Any) -> str:
        span = f" [{row.pillai_low:.2f}, {row.pillai_high:.2f}]" if row.pillai_low == row.pillai_low else ""
        return f"{row.pillai:.2f}{span}"

    return pd.DataFrame(
        {
            "pair": [
                f"{one}\u00a0–\u00a0{two}" for one, two in zip(table["first"], table["second"], strict=True)
            ],
            "representation": table["representation"].to_numpy(),
            "tokens": [
                f"{one}\u00a0+\u00a0{two}"
                for one, two in zip(table["n_first"], table["n_second"], strict=True)
            ],
            "Pillai": [pillai(row) for row in table.itertuples()],
            "by chance": table["pillai_null"].to_numpy(),
            "p": table["pillai_p_shuffled"].to_numpy(),
            "affinity": table["affinity"].to_numpy(),
            "JSD": table["jsd"].to_numpy(),
            "Mahalanobis": table["mahalanobis"].to_numpy(),
            "overlap": table["ellipse_of_smaller"].to_numpy(),
            "silhouette": table["silhouette"].to_numpy(),
            "dimensions": table["dim_used"].to_numpy(),
        }
    )


def _separation(found: Separation) -> Section:
    import pandas as pd

    own = found.table[found.table["dimension"] == "all"]
    names = list(dict.fromkeys(own["representation"]))
    parts = list(dict.fromkeys(own["part"]))
    cells = own.set_index(["representation", "part"])
    silhouettes = found.silhouette.set_index("representation")
    rows = []
    for name in names:
        row: dict[str, Any] = {"": name}
        for part in parts:
            one: Any = cells.loc[(name, part)]
            row[str(part)] = _percent(one["share"], one["low"], one["high"])
        if name in silhouettes.index:
            one = silhouettes.loc[name]
            row["silhouette of labels"] = f"{one['value']:.2f}".replace("-", "\u2212")
        rows.append(row)
    frame = pd.DataFrame(rows)
    caption = "Shares of the variance over all dimensions, each standardized, in % (type II; see docs)."
    sheet = Sheet(frame, caption, right=[str(name) for name in frame.columns[1:]])
    return Section("What the variance is made of", tables=[sheet], notes=found.notes)


def _sensitivity(found: Sensitivity) -> Section:
    import pandas as pd

    from w2vpraat.compare.tokens.sensitivity_summary import explain_sensitivity
    from w2vpraat.export.sensitivity_figures import shift_curves

    rows = [
        {
            "representation": row["representation"],
            "moved by": f"{1000 * row['shift']:g} ms",
            "median movement": row["movement_median"],
            "90th percentile": row["movement_p90"],
            "other nearest label": _percent(row["flip_rate"], row["low"], row["high"])
            if row["flip_rate"] == row["flip_rate"]
            else "–",
            "tokens": row["n_tokens"],
        }
        for row in found.summary.to_dict("records")
    ]
    caption = (
        "Largest movement of eight (start and end moved or not), in standard deviations between tokens of "
        "the same label and speaker; share of tokens that get another nearest label, %."
    )
    text = explain_sensitivity(found)
    alt = f"Share of tokens that change their nearest label, by how far boundaries move. {text}"
    return Section(
        "If the boundaries moved",
        [text] if text else [],
        figures=[Picture(shift_curves(found.summary, level=found.level), alt)],
        tables=[Sheet(pd.DataFrame(rows), caption, right=["other nearest label", "moved by"])],
        notes=found.notes,
    )


def _review(found: Review) -> Section:
    from w2vpraat.compare.tokens.disagreement import explain_review

    queue = found.queue.head(MOST_TOKENS)
    # Columns that help to find the token again, as far as they are known.
    place = [name for name in ("file_name", "speaker", "word", "start") if name in queue.columns]
    place = [name for name in place if queue[name].notna().any()]
    frame = queue[["label", *place, "suspicion", "why"]].rename(
        columns={"file_name": "file", "start": "at (s)"}
    )
    rest = len(found.queue) - len(queue)
    caption = "Most suspicious first." + (f" {rest} more are in review.csv." if rest > 0 else "")
    return Section(
        "Tokens worth a second look",
        [explain_review(found)],
        tables=[Sheet(frame, caption)],
        notes=found.notes,
    )


def _cautions(found: Sequence[Caution]) -> Section:
    if not found:
        text = "Nothing was found: no unequal sets of labels, no speaker with few tokens, no missing values."
        return Section("Warnings", [text])
    return Section(
        "Warnings",
        tables=[
            Sheet(one.rows, " ".join((f"{one.title}.", one.caption)).strip(), percent=one.percent)
            for one in found
            if len(one.rows)
        ],
        paragraphs=[f"{one.title}: {one.sentence}" for one in found],
    )


def _all_scores(scores: Scores) -> Section:
    import pandas as pd

    table = scores.table
    frame = pd.DataFrame(
        {
            "goal": [goal_title(str(name)) for name in table["goal"]],
            "probe": [PROBES.get(str(name), str(name)) for name in table["probe"]],
            "unit": table["unit"].to_numpy(),
            "representation": table["representation"].to_numpy(),
            "score": [
                _percent(*row) for row in table[["value", "low", "high"]].itertuples(index=False, name=None)
            ],
            "chance": table["chance"].to_numpy(),
            "shuffled": table["shuffled"].to_numpy(),
            "tokens": table["n_tokens"].to_numpy(),
            "speakers": table["n_speakers"].to_numpy(),
        }
    )
    order = frame.assign(
        place=pd.Categorical(frame["goal"], list(dict.fromkeys(frame["goal"])), ordered=True)
    )
    frame = frame.loc[order.sort_values(["place", "probe", "unit"], kind="stable").index]
    return Section(
        "All scores",
        tables=[Sheet(frame, "Per cent correct.", percent=["chance", "shuffled"], right=["score"])],
        notes=scores.notes,
    )


def _methods(methods: MethodsText) -> Section:
    return Section(
        "Methods, ready to paste",
        copy=[Copyable(methods.text, "Paragraph"), Copyable(methods.reference_list, "References")],
    )
