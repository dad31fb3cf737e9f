"""Numbers behind a map: how far its neighbours agree, and how far they can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

NEIGHBOURS = 10
# Neighbours of at most so many tokens are looked up (among all tokens): enough for two digits.
ASKED = 3000


@dataclass(frozen=True)
class MapQuality:
    """How well a map shows a kind of class: the labels, or the speakers.

    Attributes
    ----------
    agreement : float
        Share of the same class among the 10 nearest tokens of other groups: of other speakers for labels.
    chance : float
        The same share among all tokens of other groups.
    silhouette : float
        Mean silhouette of the classes (Rousseeuw 1987, J. Comput. Appl. Math. 20:53-65), -1 to 1; NaN for
        one class.
    trustworthiness : float
        How many of a token's neighbours on the map are neighbours in the representation (Venna & Kaski
        2001), 0 to 1; 1 for a plane of the representation itself.
    full_agreement : float
        The agreement in the representation, standardized, before it was laid flat.
    same_speakers : bool
        Whether neighbours of the same speaker had to be counted, there being one speaker only.
    continuity : float
        How many of a token's neighbours in the representation are neighbours on the map (Venna & Kaski 2001,
        ICANN, 485-491), 0 to 1: low where the map tears apart what belongs together.
    """

    agreement: float
    chance: float
    silhouette: float
    trustworthiness: float
    full_agreement: float
    same_speakers: bool = False
    continuity: float = float("nan")


@dataclass(frozen=True, kw_only=True)
class FactorQuality(MapQuality):
    """How well a map shows one factor.

    Distances on the map are taken as they are, so that turning a map changes no number. For fewer than two
    classes agreement, chance and silhouette are NaN.

    Attributes
    ----------
    n_tokens, n_classes : int
        Tokens whose class is known, and their classes.
    apart : str
        Whose tokens do not count as a token's neighbours: ``speaker`` (its own speaker's), ``recording``
        (those of its own recording by the same speaker), or ``token`` (itself only). For the factor
        ``speaker``, ``recording`` holds for speakers with several recordings, ``token`` for the others.
    """

    n_tokens: int
    n_classes: int
    apart: str


@dataclass(frozen=True, eq=False)
class Factor:
    """A kind of class, ready to be looked for on maps of the same tokens.

    Attributes
    ----------
    texts : tuple of str
        Class of each token; empty where it is not known.
    known : ndarray, shape (n_known,)
        Rows of the tokens whose class is known.
    numbers : ndarray, shape (n_known,)
        Their classes.
    groups : ndarray, shape (n_known,)
        Tokens of the same group are no neighbours.
    apart : str
        What a group is: ``speaker``, ``recording`` or ``token``.
    asked : ndarray
        Those among the known tokens whose neighbours are looked up.
    """

    texts: tuple[str, ...]
    known: Ints
    numbers: Ints
    groups: Ints
    apart: str
    asked: Ints

    @classmethod
    def of(
        cls, texts: Sequence[str], speakers: Ints, files: Ints | None, seed: int = 0, *, voices: bool = False
    ) -> Factor:
        """Prepare a factor; ``voices`` says that its classes are the speakers themselves."""
        known = np.flatnonzero([bool(text) for text in texts])
        _, numbers = np.unique([texts[row] for row in known], return_inverse=True)
        if voices:
            groups = recordings_apart(speakers[known], None if files is None else files[known])
            apart = "token" if len(np.unique(groups)) == len(groups) else "recording"
        else:
            groups, alone = groups_apart(speakers[known])
            apart = "token" if alone else "speaker"
        _, groups = np.unique(groups, return_inverse=True)
        return cls(tuple(texts), known, numbers, groups, apart, draw_asked(len(known), seed))

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(np.unique(self.numbers))

    def agreement(self, points: Floats) -> float:
        """Share of the same class among the nearest tokens of other groups; NaN for one class."""
        if self.n_classes < 2:
            return float("nan")
        return neighbour_agreement(points[self.known], self.numbers, self.groups, self.asked)

    def quality(
        self, coordinates: Floats, trustworthiness: float, continuity: float, full_agreement: float
    ) -> FactorQuality:
        """Put numbers to a map of all tokens, given those that are the same for every factor or map."""
        several = self.n_classes > 1
        return FactorQuality(
            agreement=self.agreement(coordinates),
            chance=chance_agreement(self.numbers, self.groups, self.asked) if several else float("nan"),
            silhouette=silhouette(coordinates[self.known], self.numbers, self.asked),
            trustworthiness=trustworthiness,
            continuity=continuity,
            full_agreement=full_agreement,
            same_speakers=self.apart != "speaker",
            n_tokens=len(self.known),
            n_classes=self.n_classes,
            apart=self.apart,
        )


def map_quality(
    coordinates: Floats, standard: Floats, labels: Ints, speakers: Ints, seed: int = 0, *, own: bool = False
) -> MapQuality:
    """Put numbers to a map.

    Parameters
    ----------
    coordinates : ndarray, shape (n_tokens, 2)
    standard : ndarray, shape (n_tokens, dim)
        The standardized representation.
    labels, speakers : ndarray, shape (n_tokens,)
        Numbers.
    seed : int
        Draws the tokens that are asked, if there are more than 3000.
    own : bool
        The map shows columns of the representation itself. They have units of their own, so each is measured
        in its own standard deviations; on other maps distances are taken as they are.
    """
    asked = draw_asked(len(labels), seed)
    groups, alone = groups_apart(speakers)
    flat = standard_columns(coordinates) if own else coordinates
    return MapQuality(
        agreement=neighbour_agreement(flat, labels, groups, asked),
        chance=chance_agreement(labels, groups, asked),
        silhouette=silhouette(flat, labels, asked),
        trustworthiness=1.0 if own else trust(coordinates, standard, asked),
        continuity=1.0 if own else continuity(coordinates, standard, asked),
        full_agreement=neighbour_agreement(standard, labels, groups, asked),
        same_speakers=alone,
    )


def draw_asked(n: int, seed: int = 0) -> Ints:
    """Choose the tokens whose neighbours are looked up: all, or 3000 drawn by lot, in order."""
    if n <= ASKED:
        return np.asarray(range(n), dtype=np.intp)
    return np.asarray(np.sort(np.random.default_rng(seed).choice(n, ASKED, replace=False)), dtype=np.intp)


def groups_apart(groups: Ints) -> tuple[Ints, bool]:
    """Return the groups that are no neighbours among themselves: each token its own if there is one group.

    Returns
    -------
    groups : ndarray, shape (n_tokens,)
    alone : bool
        Whether there was one group only.
    """
    alone = len(np.unique(groups)) < 2
    return (np.arange(len(groups), dtype=np.intp) if alone else groups), alone


def recordings_apart(speakers: Ints, files: Ints | None) -> Ints:
    """Group tokens by recording, so that a voice is not recognized by its room and its day.

    Parameters
    ----------
    speakers : ndarray, shape (n_tokens,)
        Numbers.
    files : ndarray, shape (n_tokens,), optional
        Numbers of the recordings.

    Returns
    -------
    ndarray, shape (n_tokens,)
        A number for the tokens of one speaker in one recording, where the speaker has several; each token
        of a speaker with one recording has its own.
    """
    alone = np.arange(len(speakers), dtype=np.intp)
    if files is None or not len(speakers):
        return alone
    pairs, number = np.unique(np.stack([speakers, files], axis=1), axis=0, return_inverse=True)
    several = np.bincount(pairs[:, 0])[speakers] > 1
    return np.asarray(np.where(several, number, len(pairs) + alone), dtype=np.intp)


def silhouette(points: Floats, labels: Ints, asked: Ints) -> float:
    """Mean silhouette of the classes of the asked tokens; NaN for one class, or one token in each."""
    from sklearn.metrics import silhouette_score

    if not 1 < len(np.unique(labels[asked])) < len(asked):
        return float("nan")
    return float(silhouette_score(points[asked], labels[asked]))


def trust(coordinates: Floats, standard: Floats, asked: Ints) -> float:
    """Trustworthiness of a map of the asked tokens; NaN for fewer than three."""
    from sklearn.manifold import trustworthiness

    n_near = min(NEIGHBOURS, (len(asked) - 1) // 2)
    if n_near < 1:
        return float("nan")
    return float(trustworthiness(standard[asked], coordinates[asked], n_neighbors=n_near))


def continuity(coordinates: Floats, standard: Floats, asked: Ints) -> float:
    """Continuity of a map of the asked tokens: trustworthiness with map and representation exchanged."""
    return trust(standard, coordinates, asked)


def standard_columns(values: Floats) -> Floats:
    """Centre and scale columns, so that a chart in Hz does not count F2 more than F1."""
    sd = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(sd > 0.0, sd, 1.0))


def neighbour_agreement(
    points: Floats, labels: Ints, groups: Ints, asked: Ints | None = None, *, k: int = NEIGHBOURS
) -> float:
    """Share of the same label among the k nearest tokens of other groups.

    Parameters
    ----------
    points : ndarray, shape (n_tokens, dim)
    labels, groups : ndarray, shape (n_tokens,)
        Numbers; groups are speakers, or whatever must not be its own neighbour.
    asked : ndarray, optional
        Tokens whose neighbours are looked up; default: all.
    k : int
        Fewer if there are fewer tokens of other groups.

    Returns
    -------
    float
        NaN if there is no other group.
    """
    asked = np.arange(len(labels)) if asked is None else asked
    squares = (points**2).sum(axis=1)
    total, counted = 0.0, 0
    for start in range(0, len(asked), 512):
        rows = asked[start : start + 512]
        distances = squares[rows, None] - 2.0 * points[rows] @ points.T + squares
        other = groups[rows, None] != groups
        distances[~other] = np.inf
        most = min(k, int(other.sum(axis=1).min()))
        if most == 0:
            continue
        nearest = np.argpartition(distances, most - 1, axis=1)[:, :most]
        total += float((labels[nearest] == labels[rows, None]).mean(axis=1).sum())
        counted += len(rows)
    return total / counted if counted else float("nan")


def chance_agreement(labels: Ints, groups: Ints, asked: Ints | None = None) -> float:
    """Share of the same label among all tokens of other groups: what neighbours drawn by lot would give."""
    asked = np.arange(len(labels)) if asked is None else asked
    n_labels, n_groups = int(labels.max()) + 1, int(groups.max()) + 1
    of_label = np.bincount(labels, minlength=n_labels)
    same: Ints
    others: Ints
    if n_groups == len(labels):  # every token its own group
        same = np.asarray(of_label[labels[asked]] - 1)
        others = np.asarray(np.full(len(asked), len(labels) - 1))
    else:
        own = np.zeros((n_groups, n_labels), dtype=np.int64)
        np.add.at(own, (groups, labels), 1)
        same = of_label[labels[asked]] - own[groups[asked], labels[asked]]
        others = len(labels) - own.sum(axis=1)[groups[asked]]
    usable = others > 0
    return float((same[usable] / others[usable]).mean()) if usable.any() else float("nan")
