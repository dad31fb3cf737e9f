"""Goals in words, and what is good: to keep or to remove (Adank, Smits & van Hout 2004)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

Direction = Literal["keep", "remove", "social"]

TITLES = {
    "label": "label (speakers held out)",
    "label_across_sex": "label (trained on the other sex)",
    "label_within_sex": "label (trained on the same sex)",
    "speaker_given_label": "speaker, given the label",
    "sex_given_label": "sex, given the label",
    "sex_of_speaker": "sex of whole speakers",
}
PROBES = {
    "lda": "linear probe",
    "logistic": "logistic regression",
    "knn": "nearest neighbours",
    "rbf": "Gaussian support vectors",
}
# The probe that stands for a goal in rankings, the first that was asked. What may hold for one label only
# needs a non-linear one: centring per speaker fools the others.
PRIMARY = {"plain": ("lda", "logistic", "knn"), "given_label": ("rbf", "knn", "logistic", "lda")}


def goal_title(goal: str) -> str:
    """Name a goal in words: ``sex_given_label`` -> ``sex, given the label``."""
    if goal in TITLES:
        return TITLES[goal]
    for ending, words in (("_given_label", ", given the label"), ("_of_speaker", " of whole speakers")):
        if goal.endswith(ending):
            return goal.removesuffix(ending).replace("_", " ") + words
    for start, words in (("label_across_", "another"), ("label_within_", "the same")):
        if goal.startswith(start):
            return f"label (trained on {words} {goal.removeprefix(start).replace('_', ' ')})"
    return goal.replace("_", " ")


def direction(goal: str) -> Direction:
    """Tell what a goal asks for: keep what is linguistic, remove what is anatomical, keep what is social.

    Columns of metadata count as social; who regards one as anatomical (age) reads its scores the other way.
    """
    if goal == "label" or goal.startswith(("label_across_", "label_within_")):
        return "keep"
    if goal in ("speaker_given_label", "sex_given_label", "sex_of_speaker"):
        return "remove"
    return "social"


def primary_probe(goal: str, probes: Collection[str]) -> str:
    """Choose the probe that stands for a goal, of those that it was asked with."""
    several_labels = goal.endswith("_given_label") and goal != "speaker_given_label"
    order = PRIMARY["given_label" if several_labels else "plain"]
    return next(probe for probe in (*order, *probes) if probe in probes)
