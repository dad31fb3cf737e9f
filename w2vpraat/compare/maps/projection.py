"""Maps: two dimensions to look at, each with a number, because projections mislead."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.map_quality import NEIGHBOURS, MapQuality, map_quality, standard_columns
from w2vpraat.compare.material import gather
from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

__all__ = ["METHODS", "NEIGHBOURS", "MapQuality", "Projection", "lay_flat", "project"]

METHODS = ("pca", "lda", "tsne", "umap", "plane")
# Maps of neighbourhoods start from so many principal components, as van der Maaten & Hinton did.
MOST_DIMENSIONS = 50
PERPLEXITY = 30.0
# Defaults of McInnes et al. 2018: neighbours of a token, itself among them, and how close points may lie.
UMAP_NEIGHBOURS = 15
UMAP_MIN_DIST = 0.1
# Where numba has no threads of OpenMP, two calls at once would end the process.
_ONE_UMAP = Lock()


@dataclass(frozen=True, eq=False)
class Projection:
    """A map of tokens.

    Attributes
    ----------
    name : str
        Of the representation.
    method : str
        ``pca``, ``lda``, ``tsne``, ``umap``, or ``plane`` (two of its own columns).
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
        ``pca`` (of standardized columns), ``lda`` (supervised), ``tsne`` (van der Maaten & Hinton 2008) or
        ``umap`` (McInnes, Healy & Melville 2018, arXiv:1802.03426), both started from the principal
        components, or ``plane``: two columns as they are.
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
    standard = standard_columns(vectors)
    with one_thread():
        if method == "plane":
            x, y = _plane_columns(representation, columns)
            coordinates, axes = vectors[:, [x, y]], (representation.columns[x], representation.columns[y])
        elif method == "lda":
            coordinates, axes = _discriminants(standard, material.labels)
        else:
            coordinates, axes = lay_flat(standard, method, params.seed)
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


def lay_flat(standard: Floats, method: str, seed: int = 0) -> tuple[Floats, tuple[str, str]]:
    """Lay vectors flat without knowing their labels.

    Parameters
    ----------
    standard : ndarray, shape (n_tokens, dim)
        Standardized columns, at least three tokens.
    method : str
        ``pca``, ``tsne`` or ``umap``.
    seed : int
        The same seed gives the same map, in any process.

    Returns
    -------
    coordinates : ndarray, shape (n_tokens, 2)
    axes : tuple of str
    """
    if method == "pca":
        return _principal(standard)
    if method == "tsne":
        return _stochastic_neighbours(_fewer(standard), seed), ("t-SNE 1", "t-SNE 2")
    if method == "umap":
        return _uniform_manifold(_fewer(standard), seed), ("UMAP 1", "UMAP 2")
    raise ComparisonError(f'there is no map "{method}" without labels', "one of pca, tsne, umap")


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


def _fewer(standard: Floats) -> Floats:
    if min(standard.shape) <= MOST_DIMENSIONS:
        return standard
    from sklearn.decomposition import PCA

    return np.asarray(PCA(n_components=MOST_DIMENSIONS, svd_solver="full").fit_transform(standard))


def _stochastic_neighbours(vectors: Floats, seed: int) -> Floats:
    from sklearn.manifold import TSNE

    start, _ = _principal(vectors)
    start = start / max(float(start[:, 0].std()), 1e-12) * 1e-4
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3.0)
    made = TSNE(perplexity=perplexity, init=start, learning_rate="auto", random_state=seed, n_jobs=1)
    return np.asarray(made.fit_transform(vectors), dtype=np.float64)


def _uniform_manifold(vectors: Floats, seed: int) -> Floats:
    from sklearn.neighbors import NearestNeighbors

    n, n_near = len(vectors), min(UMAP_NEIGHBOURS, len(vectors) - 1)
    # Exact neighbours, each token its own first: umap's own search takes longer and guesses for many tokens.
    distances, near = NearestNeighbors(n_neighbors=n_near - 1, algorithm="brute").fit(vectors).kneighbors()
    near = np.column_stack([np.arange(n), near])
    distances = np.column_stack([np.zeros(n), distances])
    start, _ = _principal(vectors)
    flat = np.ptp(start, axis=0) <= 1e-9  # umap divides by the width
    start[:, flat] = np.random.default_rng(seed).normal(size=(n, int(flat.sum())))
    with _ONE_UMAP, warnings.catch_warnings():
        # No matter here: TensorFlow is absent, other tokens cannot be added later, an old TBB is not used.
        warnings.simplefilter("ignore", ImportWarning)
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]")
        warnings.filterwarnings("ignore", message="The TBB threading layer")
        made = _umap()(
            n_neighbors=n_near,
            min_dist=UMAP_MIN_DIST,
            init=start,
            random_state=seed,
            n_jobs=1,
            precomputed_knn=(near, distances),
        )
        return np.asarray(made.fit_transform(vectors), dtype=np.float64)


def _umap() -> Any:
    try:
        from umap import UMAP
    except RuntimeError as problem:  # numba finds no folder that it may write to
        if "cannot cache" not in str(problem):
            raise
        raise ComparisonError(
            "UMAP cannot start, because its compiler (numba) has no folder to keep its results in",
            "set the environment variable NUMBA_CACHE_DIR to a folder that can be written",
        ) from problem
    return UMAP


def _signed(coordinates: Floats) -> Floats:
    """Turn each axis so that its largest value is positive: the sign of an axis is arbitrary."""
    peaks = coordinates[np.abs(coordinates).argmax(axis=0), np.arange(coordinates.shape[1])]
    return np.asarray(coordinates * np.where(peaks < 0.0, -1.0, 1.0))
