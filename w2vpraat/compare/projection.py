"""Maps: two dimensions to look at, each with a number, because projections mislead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.material import gather
from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

METHODS = ("pca", "lda", "tsne", "plane")
NEIGHBOURS = 10
# Neighbours of at most so many tokens are looked up (among all tokens): enough for two digits.
ASKED = 3000


@dataclass(frozen=True)
class MapQuality:
    """How well a map shows the labels.

    Attributes
    ----------
    agreement : float
        Share of the same label among the 10 nearest tokens of other speakers; NaN for one label.
    chance : float
        The same share among all tokens of other speakers.
    silhouette : float
        Mean silhouette of the labels (Rousseeuw 1987, J. Comput. Appl. Math. 20:53-65), -1 to 1.
    trustworthiness : float
        How many of a token's neighbours on the map are neighbours in the representation (Venna & Kaski
        2001), 0 to 1; 1 for a plane of the representation itself.
    full_agreement : float
        The agreement in the representation, standardized, before it was laid flat.
    same_speakers : bool
        Whether neighbours of the same speaker had to be counted, there being one speaker only.
    """

    agreement: float
    chance: float
    silhouette: float
    trustworthiness: float
    full_agreement: float
    same_speakers: bool = False


@dataclass(frozen=True, eq=False)
class Projection:
    """A map of tokens.

    Attributes
    ----------
    name : str
        Of the representation.
    method : str
        ``pca``, ``lda``, ``tsne``, or ``plane`` (two of its own columns).
    ids, labels, speakers : tuple of str
        Per token.
    coordinates : ndarray, shape (n_tokens, 2)
        For a plane of formants x is F2 and y is F1, as charts have them.
    axes : tuple of str
        Names of x and y.
    supervised : bool
        True if the labels helped to make the map, so that it shows them better than they can be known.
    quality : MapQuality
    dim : int
        Dimensions of the representation.
    n_left_out : int
        Tokens with missing values, or without a label or speaker.
    """

    name: str
    method: str
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    speakers: tuple[str, ...]
    coordinates: Floats
    axes: tuple[str, str]
    supervised: bool
    quality: MapQuality
    dim: int
    n_left_out: int = 0

    @property
    def n_speakers(self) -> int:
        """Number of speakers."""
        return len(set(self.speakers))


def project(
    representation: Representation,
    tokens_table: pd.DataFrame,
    method: str = "pca",
    *,
    columns: tuple[str, str] | None = None,
    also: Sequence[Representation] = (),
    params: CompareParams | None = None,
    label: str = "label",
    speaker: str = "speaker",
) -> Projection:
    """Lay a representation flat.

    Parameters
    ----------
    representation : Representation
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    method : str
        ``pca`` (of standardized columns), ``lda`` (supervised), ``tsne`` (van der Maaten & Hinton 2008,
        started from the principal components), or ``plane``: two columns as they are.
    columns : tuple of str, optional
        For ``plane``: the columns of x and y; default: the first whose names begin with ``F2`` and ``F1``.
    also : sequence of Representation
        Show only tokens that are complete in these, too, so that two maps show the same tokens.
    params : CompareParams, optional
        Its seed counts here. Rare labels are shown, too.
    label, speaker : str
        Columns.

    Returns
    -------
    Projection

    Raises
    ------
    ComparisonError
        Unknown method, no such columns, fewer than three tokens, or one label with ``lda``.
    """
    params = CompareParams() if params is None else params
    if method not in METHODS:
        raise ComparisonError(f'there is no map "{method}"', f"one of {', '.join(METHODS)}")
    others = [item for item in also if item.name != representation.name]
    material = gather(
        [representation, *others],
        tokens_table,
        params,
        label=label,
        speaker=speaker,
        sex="",
        file="",
        every_label=True,
    )
    vectors = material.vectors(representation)
    if len(vectors) < 3:
        raise ComparisonError("a map needs at least three tokens")
    if method == "lda" and material.n_labels < 2:
        raise ComparisonError("a map by LDA needs at least two labels", "choose pca")
    spread = vectors.std(axis=0)
    standard = (vectors - vectors.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    with one_thread():
        if method == "plane":
            x, y = _plane_columns(representation, columns)
            coordinates, axes = vectors[:, [x, y]], (representation.columns[x], representation.columns[y])
        elif method == "pca":
            coordinates, axes = _principal(standard)
        elif method == "lda":
            coordinates, axes = _discriminants(standard, material.labels)
        else:
            coordinates, axes = _neighbour_embedding(standard, params.seed)
        quality = map_quality(
            coordinates, standard, material.labels, material.speakers, params.seed, own=method == "plane"
        )
    return Projection(
        name=representation.name,
        method=method,
        ids=material.ids,
        labels=tuple(material.label_names[number] for number in material.labels),
        speakers=tuple(material.speaker_names[number] for number in material.speakers),
        coordinates=coordinates,
        axes=axes,
        supervised=method == "lda",
        quality=quality,
        dim=representation.dim,
        n_left_out=len(material.reasons),
    )


def _plane_columns(item: Representation, columns: tuple[str, str] | None) -> tuple[int, int]:
    if columns is None:
        found = [
            next((name for name in item.columns if name == start or name.startswith(f"{start}_")), None)
            for start in ("F2", "F1")
        ]
    else:
        found = [name if name in item.columns else None for name in columns]
    x, y = found
    if x is None or y is None:
        raise ComparisonError(
            f'"{item.name}" has no columns for a chart', f"columns: {', '.join(item.columns[:10])}"
        )
    return item.columns.index(x), item.columns.index(y)


def _principal(standard: Floats) -> tuple[Floats, tuple[str, str]]:
    # From the covariance: faster than a decomposition of all tokens, and constant columns do no harm.
    variances, axes = np.linalg.eigh(standard.T @ standard / len(standard))
    n = min(2, len(variances))
    made = np.zeros((len(standard), 2))
    made[:, :n] = standard @ axes[:, ::-1][:, :n]
    total = max(float(variances.sum()), float(np.finfo(float).tiny))
    shares = [*(100.0 * np.clip(variances[::-1], 0.0, None) / total), 0.0][:2]
    return _signed(made), (f"PC 1 ({shares[0]:.0f} %)", f"PC 2 ({shares[1]:.0f} %)")


def _discriminants(standard: Floats, labels: Ints) -> tuple[Floats, tuple[str, str]]:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    fitted = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto").fit(standard, labels)
    found = fitted.transform(standard)[:, :2]
    made = np.zeros((len(standard), 2))
    made[:, : found.shape[1]] = found
    return _signed(made), ("LD 1", "LD 2")


def _neighbour_embedding(standard: Floats, seed: int) -> tuple[Floats, tuple[str, str]]:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if min(standard.shape) > 50:  # as its authors do: fewer dimensions first, for speed and less noise
        standard = PCA(n_components=50, svd_solver="full").fit_transform(standard)
    start, _ = _principal(standard)
    start = start / max(float(start[:, 0].std()), 1e-12) * 1e-4
    perplexity = min(30.0, (len(standard) - 1) / 3.0)
    made = TSNE(perplexity=perplexity, init=start, learning_rate="auto", random_state=seed, n_jobs=1)
    return np.asarray(made.fit_transform(standard), dtype=np.float64), ("t-SNE 1", "t-SNE 2")


def _signed(coordinates: Floats) -> Floats:
    """Turn each axis so that its largest value is positive: the sign of an axis is arbitrary."""
    peaks = coordinates[np.abs(coordinates).argmax(axis=0), np.arange(coordinates.shape[1])]
    return np.asarray(coordinates * np.where(peaks < 0.0, -1.0, 1.0))


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
        The map shows columns of the representation itself.
    """
    from sklearn.manifold import trustworthiness
    from sklearn.metrics import silhouette_score

    n = len(labels)
    asked: Ints = np.asarray(range(n), dtype=np.intp)
    if n > ASKED:
        asked = np.sort(np.random.default_rng(seed).choice(n, ASKED, replace=False))
    alone = len(np.unique(speakers)) < 2
    whose = np.arange(n) if alone else speakers  # one speaker: leave out the token itself only
    flat = standard_columns(coordinates)
    n_near = min(NEIGHBOURS, (len(asked) - 1) // 2)
    several = 1 < len(np.unique(labels[asked])) < len(asked)
    return MapQuality(
        agreement=neighbour_agreement(flat, labels, whose, asked),
        chance=chance_agreement(labels, whose, asked),
        silhouette=float(silhouette_score(flat[asked], labels[asked])) if several else float("nan"),
        trustworthiness=1.0
        if own
        else float(trustworthiness(standard[asked], coordinates[asked], n_neighbors=n_near))
        if n_near > 0
        else float("nan"),
        full_agreement=neighbour_agreement(standard, labels, whose, asked),
        same_speakers=alone,
    )


def standard_columns(values: Floats) -> Floats:
    """Centre and scale columns, so that a chart in Hz does not count F2 more than F1."""
    sd = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(sd > 0.0, sd, 1.0))


def neighbour_agreement(
    points: Floats, labels: Ints, speakers: Ints, asked: Ints | None = None, *, k: int = NEIGHBOURS
) -> float:
    """Share of the same label among the k nearest tokens of other speakers.

    Parameters
    ----------
    points : ndarray, shape (n_tokens, dim)
    labels, speakers : ndarray, shape (n_tokens,)
    asked : ndarray, optional
        Tokens whose neighbours are looked up; default: all.
    k : int
        Fewer if there are fewer tokens of other speakers.

    Returns
    -------
    float
        NaN if there is no other speaker.
    """
    asked = np.arange(len(labels)) if asked is None else asked
    squares = (points**2).sum(axis=1)
    total, counted = 0.0, 0
    for start in range(0, len(asked), 512):
        rows = asked[start : start + 512]
        distances = squares[rows, None] - 2.0 * points[rows] @ points.T + squares
        other = speakers[rows, None] != speakers
        distances[~other] = np.inf
        most = min(k, int(other.sum(axis=1).min()))
        if most == 0:
            continue
        nearest = np.argpartition(distances, most - 1, axis=1)[:, :most]
        total += float((labels[nearest] == labels[rows, None]).mean(axis=1).sum())
        counted += len(rows)
    return total / counted if counted else float("nan")


def chance_agreement(labels: Ints, speakers: Ints, asked: Ints | None = None) -> float:
    """Share of the same label among all tokens of other speakers: what neighbours drawn by lot would give."""
    asked = np.arange(len(labels)) if asked is None else asked
    n_labels, n_speakers = int(labels.max()) + 1, int(speakers.max()) + 1
    of_label = np.bincount(labels, minlength=n_labels)
    same: Ints
    others: Ints
    if n_speakers == len(labels):  # every token its own speaker
        same = np.asarray(of_label[labels[asked]] - 1)
        others = np.asarray(np.full(len(asked), len(labels) - 1))
    else:
        own = np.zeros((n_speakers, n_labels), dtype=np.int64)
        np.add.at(own, (speakers, labels), 1)
        same = of_label[labels[asked]] - own[speakers[asked], labels[asked]]
        others = len(labels) - own.sum(axis=1)[speakers[asked]]
    usable = others > 0
    return float((same[usable] / others[usable]).mean()) if usable.any() else float("nan")
