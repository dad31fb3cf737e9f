"""Sentences of a methods paragraph on the comparison: questions, folds, probes, intervals, tests, maps."""

from __future__ import annotations

from collections.abc import Sequence

from w2vpraat.compare.goals.titles import goal_title
from w2vpraat.compare.maps.projection import NEIGHBOURS, Projection
from w2vpraat.compare.probes.knn import NEIGHBOURS as VOTERS
from w2vpraat.compare.scores import Scores
from w2vpraat.export.methods.references import Bibliography
from w2vpraat.export.methods.sources import listed
from w2vpraat.representation import Representation

PROBES = {
    "lda": "linear discriminant analysis",
    "logistic": "logistic regression (squared penalty, C = 1)",
    "knn": f"{VOTERS} nearest neighbours",
    "rbf": "a support vector machine (Gaussian kernel, C = 1)",
}
MAPS = {
    "plane": "two formants as they are",
    "pca": "principal components of standardized columns",
    "lda": "linear discriminants (which know the labels)",
    "mds": "classical multidimensional scaling",
    "tsne": "t-SNE",
    "umap": "UMAP",
}
OF_MAP = {"mds": "torgerson1952", "tsne": "vandermaaten2008", "umap": "mcinnes2018"}


def comparison_sentences(
    representations: Sequence[Representation], scores: Scores | None, cite: Bibliography
) -> list[str]:
    """Say what was asked with which probes and folds, and how certain the scores are."""
    if scores is None or scores.table.empty:
        return []
    table = scores.table
    names = {item.name for item in representations}
    goals = []
    for goal in dict.fromkeys(table["goal"]):
        how = str(table.loc[table["goal"] == goal, "note"].iloc[0]).split("; ")[0].split(" (tested")[0]
        goals.append(goal_title(goal).partition(" (")[0] + (f" ({how})" if how else ""))
    sentences = [
        "The representations were scored on the same tokens with the same folds, by what a probe can tell "
        f"from them (to keep what is linguistic, to remove what is anatomical: {cite('adank2004')}). Asked "
        f"were {'; '.join(goals)}.",
        f"The probes were {listed([_probe(name, cite) for name in dict.fromkeys(table['probe'])])}.",
    ]
    reduced = table[~table["representation"].isin(names)]
    if names and not reduced.empty:
        dims = listed([str(dim) for dim in sorted(set(reduced["dim"]))])
        sentences.append(
            f"Representations with more dimensions were scored again with {dims} principal components, "
            "learnt from the training tokens of every fold."
        )
    if scores.bootstrap and table["low"].notna().any():
        sentences.append(
            f"Intervals ({100 * scores.level:g} %) are percentiles of {scores.bootstrap} bootstrap samples "
            f"of speakers ({cite('efron1993')})."
        )
    if table["shuffled"].notna().any():
        sentences.append("The same probes on shuffled classes served as a baseline.")
    if table["sees_speaker"].any():
        sees = listed(
            [str(name) for name in dict.fromkeys(table.loc[table["sees_speaker"], "representation"])]
        )
        sentences.append(f"{sees} used the other tokens of the test speaker; the others did not.")
    sentences.append(f"The seed of all random steps was {scores.seed}.")
    return sentences


def _probe(name: str, cite: Bibliography) -> str:
    words = PROBES.get(name, name)
    if name == "lda":
        return f"{words} (covariance shrunk where training tokens were few, {cite('chen2010')})"
    return words


def test_sentence(cite: Bibliography) -> str:
    """Say how differences between representations were tested."""
    return (
        "Differences between representations were tested by exchanging the answers of whole speakers "
        f"({cite('phipson2010')}), p-values corrected after Holm ({cite('holm1979')})."
    )


def map_sentences(maps: Sequence[Projection], cite: Bibliography) -> list[str]:
    """Say which maps were drawn, and with which numbers."""
    if not maps:
        return []
    kinds = []
    for method in dict.fromkeys(item.method for item in maps):
        source = f" ({cite(OF_MAP[method])})" if method in OF_MAP else ""
        kinds.append(MAPS.get(method, method) + source)
    numbers = [f"the share of the same label among the {NEIGHBOURS} nearest tokens"]
    if any(item.quality.silhouette == item.quality.silhouette for item in maps):
        numbers.append(f"the silhouette ({cite('rousseeuw1987')})")
    if any(item.method != "plane" for item in maps):
        numbers.append(f"trustworthiness ({cite('venna2001')})")
    sentences = [f"Maps show {listed(kinds)}, with {listed(numbers)}."]
    if any(item.aligned_to for item in maps):
        sentences.append(f"Maps were laid alike by Procrustes analysis ({cite('schonemann1970')}).")
    return sentences
