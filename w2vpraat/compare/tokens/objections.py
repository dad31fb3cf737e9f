"""What each representation objects to in a token: kinds of objection, and a sentence for each token."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.tokens.answers import Answers
from w2vpraat.compare.tokens.outliers import Outliers
from w2vpraat.representation import Representation

BOTH = "both disagree with the label"
BOTH_APART = "both disagree with the label and each other"
FORMANTS = "formants alone disagree"
EMBEDDING = "embedding alone disagrees"
FIRST = "first alone disagrees"
SECOND = "second alone disagrees"
OUTLIER_BOTH = "outlier in both"
OUTLIER_FIRST = "outlier in the first only"
OUTLIER_SECOND = "outlier in the second only"
# With one representation.
DISAGREES = "disagrees with the label"
OUTLIER = "outlier"
NOTHING = "nothing to object"
NOT_COMPARED = "not compared"
KINDS = (
    BOTH,
    BOTH_APART,
    FORMANTS,
    EMBEDDING,
    FIRST,
    SECOND,
    DISAGREES,
    OUTLIER_BOTH,
    OUTLIER_FIRST,
    OUTLIER_SECOND,
    OUTLIER,
    NOTHING,
    NOT_COMPARED,
)


class View:
    """One representation's view of the tokens.

    Parameters
    ----------
    name, world : str
        Of the representation; the world is ``formants``, ``embedding`` or ``other``.
    answers : Answers
    outliers : Outliers
        Of the same tokens.
    level : float
        From which share of normal tokens on a token is an outlier.
    """

    def __init__(self, name: str, world: str, answers: Answers, outliers: Outliers, level: float) -> None:
        self.name, self.world, self.answers, self.outliers = name, world, answers, outliers
        self.wrong = ~answers.agrees
        self.outlier = outliers.beyond(level)
        self.trust = answers.given * (1.0 - outliers.strength(level) / 2.0)
        self.answer = [answers.label_names[number] for number in answers.best]
        self.best_posterior = answers.posteriors.max(axis=1)

    def columns(self, side: str) -> dict[str, Any]:
        """Columns of the table, with the side's name behind each."""
        return {
            side: self.name,
            f"answer_{side}": self.answer,
            f"posterior_{side}": self.answers.given,
            f"best_posterior_{side}": self.best_posterior,
            f"margin_{side}": self.answers.margin,
            f"distance_{side}": self.outliers.distances,
            f"tail_{side}": self.outliers.tails,
            f"outlier_{side}": self.outlier,
        }


def world_of(item: Representation) -> str:
    """Tell formants from embeddings by where they come from, or by the names of their columns."""
    kind = str(item.provenance.get("kind", ""))
    if kind == "formants" or all(re.match(r"[Ff]\d", name) for name in item.columns):
        return "formants"
    if kind in ("embedding", "vectors from a file") or "layer" in item.provenance:
        return "embedding"
    return "other"


def kinds_of(views: list[View]) -> NDArray[np.object_]:
    """Return the kind of objection to each token, shape (n_tokens,), by one view or two."""
    first = views[0]
    if len(views) == 1:
        found = np.select([first.wrong, first.outlier], [DISAGREES, OUTLIER], NOTHING)
        return np.asarray(found, dtype=object)
    second = views[1]
    same = first.answers.best == second.answers.best
    alone = FIRST, SECOND
    if {first.world, second.world} == {"formants", "embedding"}:
        alone = (FORMANTS, EMBEDDING) if first.world == "formants" else (EMBEDDING, FORMANTS)
    cases = {
        BOTH: first.wrong & second.wrong & same,
        BOTH_APART: first.wrong & second.wrong,
        alone[0]: first.wrong,
        alone[1]: second.wrong,
        OUTLIER_BOTH: first.outlier & second.outlier,
        OUTLIER_FIRST: first.outlier,
        OUTLIER_SECOND: second.outlier,
    }
    return np.asarray(np.select(list(cases.values()), list(cases), NOTHING), dtype=object)


# What to look at, by what doubts the label.
LOOK = {
    "formants": "look at the formant track and its ceiling",
    "embedding": "an allophone, a neighbouring sound that reaches in, or the model's own bias: listen",
    "other": "listen, and look at the values",
}
FAR = {
    "formants": "look at the formant track and its ceiling",
    "embedding": "listen for noise, another voice or an odd phonation",
    "other": "look at the values",
}


def reason(kind: str, label: str, views: list[View], row: int) -> str:
    """Say why a token is in the queue, and what to look at."""
    wrong = [view for view in views if view.wrong[row]]
    right = [view for view in views if not view.wrong[row]]
    far = [view for view in views if view.outlier[row]]
    if kind == NOTHING:
        return ""
    where = f"an outlier in {' and '.join(view.name for view in far)}"
    if not wrong:
        agree = f"taken for {label}" if len(views) == 1 else f"both take it for {label}"
        look = FAR[far[0].world] if len(far) == 1 else "look at the boundaries, and listen"
        return f"{agree}, but it is {where}: {look}"
    said = " and ".join(
        f"{view.name} says {view.answer[row]} ({view.best_posterior[row]:.2f})" for view in wrong
    )
    if right:
        view = right[0]
        agrees = f"{view.name} agrees with {label} ({view.answers.given[row]:.2f})"
        text = f"{said}, {agrees}: {LOOK[wrong[0].world]}"
    else:
        given = " and ".join(f"{view.answers.given[row]:.2f}" for view in wrong)
        text = f"{said}, not {label} ({given}): look at the label and the boundaries"
    return f"{text}; {where}" if far else text
