"""A map of tokens: two numbers for each, what its axes mean, and how far it can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.map_quality import MapQuality

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Projection:
    """A map of tokens.

    Attributes
    ----------
    name : str
        Of the representation.
    method : str
        ``pca``, ``lda``, ``mds``, ``tsne``, ``umap``, or ``plane`` (two of its own columns).
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
    shares : tuple of float
        Share of each axis, 0 to 1: of the variance for ``pca``, of the positive eigenvalues for ``mds``;
        empty for the others.
    notes : tuple of str
        What a reader must know about how it was made, for example ``cosine distances``.
    aligned_to : str
        Name of the representation towards whose map this one was laid; empty if it was not.
    disparity : float
        Share of the variance that both maps do not have in common after that (squared Procrustes distance of
        maps of unit size, 0 to 1); NaN if it was not aligned.
    turned : bool
        Whether that turned the axes, so that each of them is a mixture now.
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
    shares: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    aligned_to: str = ""
    disparity: float = float("nan")
    turned: bool = False

    @property
    def n_speakers(self) -> int:
        """Number of speakers."""
        return len(set(self.speakers))

    @property
    def is_chart(self) -> bool:
        """Whether it is a vowel chart: F2 falls to the right and F1 rises downwards."""
        return self.method == "plane" and [name[:2].upper() for name in self.axes] == ["F2", "F1"]

    @property
    def on_paper(self) -> Floats:
        """Coordinates as they are drawn, right and up being positive, shape (n_tokens, 2).

        Axes of a plane have units of their own and fill the panel each, so each counts in its own standard
        deviations. On the other maps distances mean something, and one scale holds for both axes.
        """
        if self.method != "plane":
            return self.coordinates
        sd = self.coordinates.std(axis=0)
        return np.asarray(self.coordinates / np.where(sd > 0.0, sd, 1.0) * (-1.0 if self.is_chart else 1.0))
