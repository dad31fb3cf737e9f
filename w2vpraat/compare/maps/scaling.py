"""Classical multidimensional scaling: a map whose distances come as near as can be to given ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError

Floats = NDArray[np.float64]

# So many tokens are scaled as they are. Of more, so many landmarks are, and the others are placed among them.
DIRECT = 3000
LANDMARKS = 2000
# Of more objects only the leading axes are searched for.
FEW_OBJECTS = 500
# "auto" takes the cosine for vectors of more columns: an angle between two or three formants says too little.
FEW_COLUMNS = 10
DISTANCES = {"euclidean": "Euclidean distances", "cosine": "cosine distances"}


@dataclass(frozen=True, eq=False)
class Scaling:
    """Objects laid out by their distances, and what it takes to place further ones.

    Attributes
    ----------
    coordinates : ndarray, shape (n, 2)
        Centred, on principal axes.
    eigenvalues : ndarray, shape (n,)
        Of the doubly centred matrix, falling. Negative ones are there if no space of any number of dimensions
        has these distances.
    mean_squares : ndarray, shape (n,)
        Mean squared distance of each object to all.
    inverse : ndarray, shape (n, 2)
        Eigenvectors over the roots of their eigenvalues.
    """

    coordinates: Floats
    eigenvalues: Floats
    mean_squares: Floats
    inverse: Floats

    @property
    def shares(self) -> tuple[float, float]:
        """Share of both axes in the sum of the positive eigenvalues."""
        positive = np.clip(self.eigenvalues, 0.0, None)
        total = max(float(positive.sum()), float(np.finfo(float).tiny))
        first, second = (positive[:2] / total).tolist()
        return first, second

    @property
    def negative(self) -> float:
        """Share of the negative eigenvalues in the sum of all absolute ones."""
        total = max(float(np.abs(self.eigenvalues).sum()), float(np.finfo(float).tiny))
        return float(-np.clip(self.eigenvalues, None, 0.0).sum()) / total

    def place(self, squares: Floats) -> Floats:
        """Place objects by their squared distances to those laid out (Gower 1968, Biometrika 55:582-585).

        Parameters
        ----------
        squares : ndarray, shape (n_new, n)

        Returns
        -------
        ndarray, shape (n_new, 2)
            The objects themselves land where they are.
        """
        return np.asarray(-0.5 * (squares - self.mean_squares) @ self.inverse)


def scale_distances(distances: Floats) -> Scaling:
    """Lay objects out by their distances: classical (metric) scaling, or principal coordinates.

    After Torgerson (1952, Psychometrika 17:401-419) and Gower (1966, Biometrika 53:325-338): squared
    distances are centred by rows and columns, and the first two eigenvectors are the axes.

    Parameters
    ----------
    distances : ndarray, shape (n, n)
        Symmetric, zero on the diagonal: of tokens, speakers, dialects, or from a confusion matrix.

    Returns
    -------
    Scaling

    Raises
    ------
    ComparisonError
        Not a square matrix, fewer than three objects, missing or negative values, or values that disagree
        across the diagonal.
    """
    values = np.asarray(distances, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise ComparisonError(f"distances of shape {values.shape} are not a square matrix")
    if len(values) < 3:
        raise ComparisonError("a map needs at least three objects")
    if not np.isfinite(values).all() or values.min() < 0.0:
        raise ComparisonError("some distances are missing or negative", "leave out objects without distances")
    most = float(values.max())
    if np.abs(values - values.T).max() > 1e-8 * most or np.abs(np.diag(values)).max() > 1e-8 * most:
        raise ComparisonError(
            "distances must be the same in both directions, and zero from an object to itself",
            "take the mean of both directions",
        )
    return scale_squares(values**2)


def scale_squares(squares: Floats) -> Scaling:
    """Lay objects out by their squared distances, shape (n, n)."""
    means = squares.mean(axis=0)
    centred = -0.5 * (squares - means - means[:, None] + means.mean())
    with one_thread():
        # By numpy, which lets other threads work meanwhile; scipy.linalg would hold a window for seconds.
        every = np.linalg.eigvalsh(centred)[::-1]
        values, vectors = _leading_axes(centred)
    # What is left of an axis that does not exist is rounding.
    real = values > 1e-12 * max(float(np.abs(every).max()), float(np.finfo(float).tiny))
    roots = np.sqrt(np.where(real, values, 0.0))
    vectors = vectors * np.where(vectors[np.abs(vectors).argmax(axis=0), [0, 1]] < 0.0, -1.0, 1.0)
    inverse = np.where(real, vectors / np.where(real, roots, 1.0), 0.0)
    return Scaling(vectors * roots, np.asarray(every), means, inverse)


def _leading_axes(centred: Floats) -> tuple[Floats, Floats]:
    """Return the two largest eigenvalues and their vectors, shapes (2,) and (n, 2)."""
    n = len(centred)
    if n <= FEW_OBJECTS:
        values, vectors = np.linalg.eigh(centred)
    else:
        from scipy.sparse.linalg import eigsh

        # The start decides nothing but the rounding, which shall be the same each time.
        start = np.random.default_rng(0).normal(size=n)
        values, vectors = eigsh(centred, k=2, which="LA", v0=start)
        order = np.argsort(values)
        values, vectors = values[order], vectors[:, order]
    return values[:-3:-1], vectors[:, :-3:-1]


def squared_distances(one: Floats, two: Floats, distance: str) -> Floats:
    """Squared distances of tokens, shape (n, dim) and (m, dim) -> (n, m).

    Parameters
    ----------
    one, two : ndarray
        Standardized columns.
    distance : str
        ``euclidean``, or ``cosine``: one less the cosine of the angle between two tokens as seen from the
        mean of all, 0 to 2. A token at the mean itself is at 1 from every other.
    """
    if distance == "cosine":
        return np.asarray(np.clip(1.0 - _directions(one) @ _directions(two).T, 0.0, 2.0) ** 2)
    squares = (one**2).sum(axis=1)[:, None] + (two**2).sum(axis=1) - 2.0 * one @ two.T
    return np.asarray(np.clip(squares, 0.0, None))


def _directions(vectors: Floats) -> Floats:
    """Scale vectors to length one; one more column tells those that have no length."""
    lengths = np.linalg.norm(vectors, axis=1)
    none = lengths <= 1e-12
    return np.column_stack([vectors / np.where(none, np.inf, lengths)[:, None], none])


@dataclass(frozen=True, eq=False)
class ScaledMap:
    """Tokens laid out by their distances.

    Attributes
    ----------
    scaling : Scaling
        Of the landmarks.
    landmarks : ndarray, shape (n_landmarks, dim)
        All tokens, or those drawn.
    distance : str
        ``euclidean`` or ``cosine``.
    coordinates : ndarray, shape (n_tokens, 2)
    """

    scaling: Scaling
    landmarks: Floats
    distance: str
    coordinates: Floats

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of both axes in the sum of the positive eigenvalues."""
        return self.scaling.shares

    @property
    def axes(self) -> tuple[str, str]:
        """Names of x and y, with their shares."""
        first, second = self.shares
        return f"MDS 1 ({100 * first:.0f} %)", f"MDS 2 ({100 * second:.0f} %)"

    @property
    def notes(self) -> tuple[str, ...]:
        """Which distances were laid flat, by how many landmarks, and what no map of them can show."""
        made = [DISTANCES[self.distance]]
        if len(self.landmarks) < len(self.coordinates):
            made.append(f"{len(self.landmarks)} landmarks")
        if self.scaling.negative >= 0.005:
            made.append(f"negative eigenvalues {100 * self.scaling.negative:.0f} %")
        return tuple(made)

    def place(self, standard: Floats) -> Floats:
        """Place tokens, shape (n_new, dim) -> (n_new, 2)."""
        parts = [
            self.scaling.place(squared_distances(part, self.landmarks, self.distance))
            for part in np.array_split(standard, max(1, -(-len(standard) // 2048)))
        ]
        return np.concatenate(parts)


def scaled_map(
    standard: Floats, distance: str, seed: int, *, direct: int = DIRECT, n_landmarks: int = LANDMARKS
) -> ScaledMap:
    """Lay tokens out by their distances, beyond some thousand tokens by those to landmarks.

    Landmark MDS (de Silva & Tenenbaum 2004, Sparse multidimensional scaling using landmark points, Stanford):
    tokens drawn by lot are scaled, and the others are placed by their distances to them.

    Parameters
    ----------
    standard : ndarray, shape (n_tokens, dim)
        Standardized columns.
    distance : str
        ``euclidean``, ``cosine``, or ``auto``: the cosine for more than 10 columns.
    seed : int
        Draws the landmarks.
    direct : int
        No landmarks for so many tokens.
    n_landmarks : int
    """
    if distance == "auto":
        distance = "cosine" if standard.shape[1] > FEW_COLUMNS else "euclidean"
    if distance not in DISTANCES:
        raise ComparisonError(
            f'there is no distance "{distance}" between tokens', f"one of auto, {', '.join(DISTANCES)}"
        )
    landmarks = standard
    if len(standard) > direct:
        drawn = np.random.default_rng(seed).choice(len(standard), n_landmarks, replace=False)
        landmarks = standard[np.sort(drawn)]
    squares = squared_distances(landmarks, landmarks, distance)
    np.fill_diagonal(squares, 0.0)
    scaling = scale_squares(squares)
    made = ScaledMap(scaling, landmarks, distance, scaling.coordinates)
    if landmarks is standard:
        return made
    return ScaledMap(scaling, landmarks, distance, made.place(standard))
