"""What a table of scores means, in two plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from w2vpraat.compare.ranking import Ranking, rank
from w2vpraat.compare.scores import Scores

if TYPE_CHECKING:
    import pandas as pd


def explain(scores: Scores, ranking: Ranking | None = None) -> str:
    """Read the table aloud: which representation keeps the label best, and where the speaker is still heard.

    The first sentence says whether the two best can be told apart (as the ranking does, not by whether two
    intervals overlap); the second says what remains of the speaker and whether the comparison is even.

    Parameters
    ----------
    scores : Scores
    ranking : Ranking, optional
        Of these scores, if it was made already.

    Returns
    -------
    str
        Two sentences.
    """
    table = (rank(scores) if ranking is None else ranking).table
    return f"{_label_sentence(scores, table)} {_speaker_sentence(scores, table)}"


def _rows(scores: Scores, ranking: pd.DataFrame, goal: str) -> list[dict[Any, Any]]:
    """Return the rows of a goal by the probe that stands for it, best first, with their rank."""
    order = ranking[ranking["goal"] == goal]
    keys = ["goal", "probe", "unit", "representation"]
    joined = order[[*keys, "rank"]].merge(scores.table, on=keys, how="left", sort=False)
    return [{str(name): value for name, value in row.items()} for row in joined.to_dict("records")]


def _percent(value: float) -> str:
    return f"{100.0 * value:.1f} %"


def _points(value: float) -> str:
    return f"{100.0 * value:.1f}"


def _with_interval(row: Any, level: float) -> str:
    if row["low"] != row["low"]:
        return _percent(row["value"])
    range_ = f"{_points(row['low'])} to {_points(row['high'])}"
    return f"{_percent(row['value'])}, {100.0 * level:g} % interval {range_}"


def _label_sentence(scores: Scores, ranking: pd.DataFrame) -> str:
    rows = _rows(scores, ranking, "label")
    best = rows[0]
    n_speakers = int(best["n_speakers"])
    if n_speakers > 1:
        opening = (
            f"On the same {best['n_tokens']} tokens of {n_speakers} speakers, each unknown to the probe, "
        )
    else:
        opening = f"On the same {best['n_tokens']} tokens of one speaker, "
    text = (
        f"{opening}{best['representation']} keeps the {best['n_labels']} labels best "
        f"({_with_interval(best, scores.level)}; chance {_percent(best['chance'])})"
    )
    if len(rows) == 1:
        return text.replace(" keeps the ", " tells the ").replace(" labels best ", " labels apart ") + "."
    second = rows[1]
    gap = scores.difference(
        best["representation"], second["representation"], probe=best["probe"], unit=best["unit"]
    )
    lead = f"{second['representation']} follows at {_percent(second['value'])}"
    if gap.low != gap.low:
        return f"{text}, and {lead}; with so few speakers no interval can be given."
    range_ = f"{_points(gap.low)} to {_points(gap.high)} points"
    if second["rank"] > 1:
        return f"{text}, and {lead}, a difference of {range_}: more than the choice of speakers explains."
    return (
        f"{text}, but {lead}, and the difference ({range_}) may be chance: these speakers do not decide it."
    )


def _speaker_sentence(scores: Scores, ranking: pd.DataFrame) -> str:
    table = scores.table
    for goal, what in (
        ("sex_given_label", "A speaker's sex, given the label,"),
        ("speaker_given_label", "The speaker, given the label,"),
    ):
        rows = sorted(_rows(scores, ranking, goal), key=lambda row: -float(row["value"]))
        if rows:
            most, least = rows[0], rows[-1]
            text = f"{what} is recognized from {most['representation']} in {_percent(most['value'])}"
            if len(rows) > 1:
                text += f" and least from {least['representation']} in {_percent(least['value'])}"
            text += f" of the cases (chance {_percent(most['chance'])})"
            break
    else:
        text = "With one speaker nothing can be said about what remains of the speaker"
    sees = table["sees_speaker"].astype(bool)
    aided = sorted(set(table.loc[sees, "representation"]) - scores.reduced)
    plain = sorted(set(table.loc[~sees, "representation"]) - scores.reduced)
    if aided and plain:
        uses, does = "uses" if len(aided) == 1 else "use", "does" if len(plain) == 1 else "do"
        text += f"; mind that {_listed(aided)} {uses} the test speaker's other tokens"
        text += f" and {_listed(plain)} {does} not"
    return text + "."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
