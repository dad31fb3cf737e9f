"""Normalizations of vectors by the covariance over all tokens: whitening and principal components."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import NormalizationError
from w2vpraat.normalize.estimator import check_choice
from w2vpraat.normalize.methods import EMBEDDING_METHOD_INFO
from w2vpraat.normalize.vectors import Array, EmbeddingNormalizer, component_columns


def principal_axes(covariance: Array) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors of a covariance, largest first.

    Returns
    -------
    values : ndarray, shape (dim,)
    axes : ndarray, shape (dim, dim)
        In columns; the largest loading of each is positive, so that signs don't depend on the library
        underneath.
    """
    values, axes = np.linalg.eigh(covariance)
    values, axes = values[::-1], axes[:, ::-1]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(len(values))])
    return values, axes * signs


class Whiten(EmbeddingNormalizer):
    """Whitening with a shrunk covariance (Kessy, Lewin & Strimmer 2018), fitted over all tokens.

    Parameters
    ----------
    kind : str
        ``"zca"`` stays as near to the original dimensions as whitening can; ``"pca"`` rotates to principal
        axes.
    shrinkage : "auto" or float
        Weight of the scaled identity in the covariance: by Ledoit & Wolf 2004, or 0 to 1.

    Attributes
    ----------
    mean_ : ndarray, shape (dim,)
    matrix_ : ndarray, shape (dim, dim)
        Row vectors are multiplied with its transpose.
    shrinkage_ : float
    """

    info = EMBEDDING_METHOD_INFO["whiten"]

    def __init__(self, kind: str = "zca", shrinkage: str | float = "auto") -> None:
        self.kind = kind
        self.shrinkage = shrinkage

    def _check_options(self) -> None:
        check_choice("kind", self.kind, ("zca", "pca"))
        if self.shrinkage != "auto" and (
            isinstance(self.shrinkage, str) or not 0.0 <= float(self.shrinkage) <= 1.0
        ):
            raise NormalizationError(
                f"shrinkage = {self.shrinkage!r} is not possible", '"auto" or a number from 0 to 1'
            )

    def _learn(self, x: Array, speakers: NDArray[np.object_] | None) -> None:
        n, dim = x.shape
        if n < 2:
            raise NormalizationError(f"{self.info.title}: {n} token, at least 2 are needed")
        if n <= dim:
            self._warn(None, f"{n} tokens for {dim} dimensions: most of the covariance is shrinkage")
        self.mean_ = x.mean(axis=0)
        centred = x - self.mean_
        if self.shrinkage == "auto":
            from sklearn.covariance import ledoit_wolf_shrinkage

            self.shrinkage_ = float(ledoit_wolf_shrinkage(centred, assume_centered=True))
        else:
            self.shrinkage_ = float(self.shrinkage)
        covariance = centred.T @ centred / (n - 1)
        target = np.trace(covariance) / dim
        covariance *= 1.0 - self.shrinkage_
        covariance[np.diag_indices(dim)] += self.shrinkage_ * target
        values, axes = principal_axes(covariance)
        if values[-1] <= values[0] * dim * np.finfo(np.float64).eps:
            raise NormalizationError(
                f"{self.info.title}: the covariance of {n} tokens in {dim} dimensions is singular",
                "choose shrinkage above 0, or reduce the dimensions first",
            )
        scaled = axes / np.sqrt(values)
        self.matrix_: Array = scaled @ axes.T if self.kind == "zca" else scaled.T

    def _columns(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return columns if self.kind == "zca" else component_columns(len(columns))

    def _apply(self, x: Array, speakers: NDArray[np.object_] | None) -> Array:
        out: Array = (x - self.mean_) @ self.matrix_.T
        return out

    def _facts(self) -> dict[str, Any]:
        return {"shrinkage": self.shrinkage_}


class Pca(EmbeddingNormalizer):
    """Principal components over all tokens, without scaling.

    Parameters
    ----------
    components : int or float
        Number of components, or the share of variance (below 1) that they must reach.

    Attributes
    ----------
    mean_ : ndarray, shape (dim,)
    axes_ : ndarray, shape (n_components, dim)
    shares_ : ndarray, shape (n_components,)
        Share of the variance of each component.
    """

    info = EMBEDDING_METHOD_INFO["pca"]

    def __init__(self, components: int | float = 0.95) -> None:
        self.components = components

    def _check_options(self) -> None:
        whole = isinstance(self.components, (int, np.integer)) and not isinstance(self.components, bool)
        if not (self.components >= 1 if whole else 0.0 < self.components < 1.0):
            raise NormalizationError(
                f"components = {self.components!r} is not possible",
                "a whole number, or a share between 0 and 1",
            )

    def _learn(self, x: Array, speakers: NDArray[np.object_] | None) -> None:
        n, dim = x.shape
        if n < 2:
            raise NormalizationError(f"{self.info.title}: {n} token, at least 2 are needed")
        most = min(n - 1, dim)
        if self.components > most:
            raise NormalizationError(
                f"{self.components} components from {n} tokens in {dim} dimensions", f"at most {most}"
            )
        self.mean_: Array = x.mean(axis=0)
        centred = x - self.mean_
        # From the covariance: far faster than a decomposition of all tokens, exact enough for float32.
        values, axes = principal_axes(centred.T @ centred / (n - 1))
        values = np.maximum(values, 0.0)
        if not values[0] > 0.0:
            raise NormalizationError(f"{self.info.title}: all tokens have the same vector")
        shares = values / values.sum()
        count = int(self.components)
        if count < 1:
            count = min(int(np.searchsorted(np.cumsum(shares), self.components)) + 1, most)
        self.axes_: Array = axes[:, :count].T
        self.shares_: Array = shares[:count]

    def _columns(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return component_columns(len(columns))

    def _apply(self, x: Array, speakers: NDArray[np.object_] | None) -> Array:
        out: Array = (x - self.mean_) @ self.axes_.T
        return out

    def _facts(self) -> dict[str, Any]:
        return {"n_components": len(self.axes_), "variance": float(self.shares_.sum())}
