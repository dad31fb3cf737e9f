"""Ways to lay vectors flat, each a fitted object that also places vectors it has not seen."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.placement import place_among
from w2vpraat.compare.maps.scaling import scaled_map
from w2vpraat.errors import ComparisonError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Those that do not know the labels.
LABEL_FREE = ("pca", "mds", "tsne", "umap")
# Maps of neighbourhoods start from so many principal components, as van der Maaten & Hinton did.
MOST_DIMENSIONS = 50
PERPLEXITY = 30.0
# Defaults of McInnes et al. 2018: neighbours of a token, itself among them, and how close points may lie.
UMAP_NEIGHBOURS = 15
UMAP_MIN_DIST = 0.1
# Where numba has no threads of OpenMP, two calls at once would end the process.
_ONE_UMAP = Lock()


class FlatMap(Protocol):
    """What every method gives: where the tokens lie, and a way to place others among them."""

    @property
    def coordinates(self) -> Floats:
        """Where the tokens lie, shape (n_tokens, 2)."""

    @property
    def axes(self) -> tuple[str, str]:
        """Names of x and y."""

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of each axis, 0 to 1; empty if there is none."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about how it was made."""

    def place(self, standard: Floats) -> Floats:
        """Place vectors in the same columns, shape (n_new, dim) -> (n_new, 2); nothing else moves."""


@dataclass(frozen=True, eq=False)
class LinearMap:
    """Two directions of the space: principal components, discriminants, or two columns as they are.

    Attributes
    ----------
    directions : ndarray, shape (dim, 2)
    """

    coordinates: Floats
    axes: tuple[str, str]
    directions: Floats
    shares: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    def place(self, standard: Floats) -> Floats:
        """Project vectors onto the two directions."""
        return np.asarray(standard @ self.directions)


@dataclass(frozen=True, eq=False)
class NeighbourMap:
    """A map of neighbourhoods, without a formula: others are placed among their nearest tokens.

    Attributes
    ----------
    vectors : ndarray, shape (n_tokens, at most 50)
        From which it was made.
    components : sklearn.decomposition.PCA, optional
        What reduced the columns to these.
    """

    coordinates: Floats
    axes: tuple[str, str]
    vectors: Floats
    components: Any = None
    shares: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    def place(self, standard: Floats) -> Floats:
        """Place vectors as `place_among` does."""
        if self.components is not None and len(standard):
            standard = np.asarray(self.components.transform(standard))
        return place_among(standard, self.vectors, self.coordinates)


def fit_label_free(standard: Floats, method: str, seed: int, distance: str) -> FlatMap:
    """Lay vectors flat without knowing their labels; see `w2vpraat.compare.maps.projection.lay_flat`."""
    if method == "pca":
        return principal(standard)
    if method == "mds":
        return scaled_map(standard, distance, seed)
    if method == "tsne":
        vectors, components = _fewer(standard)
        made = _stochastic_neighbours(vectors, seed)
        return NeighbourMap(made, ("t-SNE 1", "t-SNE 2"), vectors, components)
    if method == "umap":
        vectors, components = _fewer(standard)
        made = _uniform_manifold(vectors, seed)
        return NeighbourMap(made, ("UMAP 1", "UMAP 2"), vectors, components)
    raise ComparisonError(f'there is no map "{method}" without labels', f"one of {', '.join(LABEL_FREE)}")


def principal(standard: Floats) -> LinearMap:
    """Principal components, shape (n_tokens, dim); one column gives one of them."""
    # From the covariance: faster than a decomposition of all tokens, and constant columns do no harm.
    variances, axes = np.linalg.eigh(standard.T @ standard / len(standard))
    n = min(2, len(variances))
    directions = np.zeros((standard.shape[1], 2))
    directions[:, :n] = axes[:, ::-1][:, :n]
    directions *= _signs(standard @ directions)
    total = max(float(variances.sum()), float(np.finfo(float).tiny))
    first, second = [*(np.clip(variances[::-1], 0.0, None) / total).tolist(), 0.0][:2]
    names = (f"PC 1 ({100 * first:.0f} %)", f"PC 2 ({100 * second:.0f} %)")
    return LinearMap(standard @ directions, names, directions, (first, second))


def discriminants(standard: Floats, labels: Ints) -> LinearMap:
    """Directions that part the labels best, with the covariance shrunk (Ledoit & Wolf 2004)."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    with warnings.catch_warnings():
        # Rare labels are shown, too: labels of one token, or many labels. Nobody is classified by this map.
        warnings.filterwarnings("ignore", category=UserWarning, module="sklearn")
        fitted = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto").fit(standard, labels)
    found = np.asarray(fitted.scalings_)[:, : min(2, len(fitted.classes_) - 1)]
    directions = np.zeros((standard.shape[1], 2))
    directions[:, : found.shape[1]] = found
    directions *= _signs(standard @ directions)
    return LinearMap(standard @ directions, ("LD 1", "LD 2"), directions)


def own_columns(values: Floats, names: tuple[str, ...], x: int, y: int) -> LinearMap:
    """Two columns as they are."""
    directions = np.zeros((values.shape[1], 2))
    directions[x, 0] = directions[y, 1] = 1.0
    return LinearMap(values[:, [x, y]], (names[x], names[y]), directions)


def _fewer(standard: Floats) -> tuple[Floats, Any]:
    if min(standard.shape) <= MOST_DIMENSIONS:
        return standard, None
    from sklearn.decomposition import PCA

    components = PCA(n_components=MOST_DIMENSIONS, svd_solver="full")
    return np.asarray(components.fit_transform(standard)), components


def _stochastic_neighbours(vectors: Floats, seed: int) -> Floats:
    from sklearn.manifold import TSNE

    start = principal(vectors).coordinates
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
    start = principal(vectors).coordinates
    flat = np.ptp(start, axis=0) <= 1e-9  # umap divides by the width
    start[:, flat] = np.random.default_rng(seed).normal(size=(n, int(flat.sum())))
    with _ONE_UMAP, warnings.catch_warnings():
        # No matter here: TensorFlow is absent, umap's own way to add tokens is not used (it needs its own
        # search, and a token's place would depend on the others added with it), an old TBB is not used.
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


def _signs(coordinates: Floats) -> Floats:
    """Signs that make the largest value of each axis positive: the sign of an axis is arbitrary."""
    peaks = coordinates[np.abs(coordinates).argmax(axis=0), np.arange(coordinates.shape[1])]
    return np.where(peaks < 0.0, -1.0, 1.0)
