"""Distances between two normal distributions, for one pair of samples or thousands at once.

All follow from one change of axes, in which the pooled covariance is the identity and both covariances are
diagonal. None of them depends on the units of the columns, nor on rotations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.separation.pillai import parts, unit_sums

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Variances below this share of the pooled one mean: the tokens of a category lie in a plane.
FLAT = 1e-8
# The integral of the divergence: trapezoids of this width up to this end err by less than 1e-8.
WIDTH, END = 0.125, 8.0


@dataclass(frozen=True, eq=False)
class Moments:
    """Two categories in many samples: number of tokens, mean, covariance.

    Attributes
    ----------
    counts : ndarray, shape (n_samples, 2)
    means : ndarray, shape (n_samples, 2, dim)
    covariances : ndarray, shape (n_samples, 2, dim, dim)
        Unbiased.
    """

    counts: Floats
    means: Floats
    covariances: Floats

    @classmethod
    def of_sums(cls, counts: Floats, sums: Floats, scatter: Floats) -> Moments:
        """Make moments of sums of vectors and of their outer products."""
        with np.errstate(invalid="ignore", divide="ignore"):
            means = sums / counts[..., None]
            covariances = scatter - counts[..., None, None] * means[..., :, None] * means[..., None, :]
            covariances /= (counts - 1.0)[..., None, None]
        return cls(counts, means, covariances)

    @classmethod
    def of(cls, vectors: Floats, groups: Ints) -> Moments:
        """Return the moments of one sample, categories 0 and 1."""
        sums = UnitSums.of(vectors, groups, np.zeros(len(groups), dtype=np.intp), 1)
        return sums.sampled(np.ones((1, 1)))


@dataclass(frozen=True, eq=False)
class UnitSums:
    """Sums over the tokens of each unit (a speaker, or a token) and category; they add up over units."""

    counts: Floats
    sums: Floats
    scatter: Floats

    @classmethod
    def of(cls, vectors: Floats, groups: Ints, units: Ints, n_units: int) -> UnitSums:
        """Sum up vectors, shape (n_tokens, dim), of categories 0 and 1."""
        cells = units * 2 + groups
        dim = vectors.shape[1]
        outer = vectors[:, :, None] * vectors[:, None, :]
        return cls(
            np.bincount(cells, minlength=2 * n_units).reshape(n_units, 2).astype(np.float64),
            unit_sums(vectors, cells, 2 * n_units).reshape(n_units, 2, dim),
            unit_sums(outer, cells, 2 * n_units).reshape(n_units, 2, dim, dim),
        )

    def sampled(self, weights: Floats) -> Moments:
        """Return the moments of samples in which units are drawn so often, shape (n_samples, n_units)."""
        return Moments.of_sums(*(weighted(weights, part) for part in (self.counts, self.sums, self.scatter)))


def weighted(weights: Floats, values: Floats) -> Floats:
    """Sum over units, each taken so often: (n_samples, n_units) and (n_units, ...) -> (n_samples, ...)."""
    return np.asarray(np.tensordot(weights, values, axes=1), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Distances:
    """What lies between two categories, per sample; NaN where a sample is too small or flat.

    Attributes
    ----------
    pillai : ndarray, shape (n_samples,)
    mahalanobis : ndarray
        Distance of the means, pooled covariance.
    bhattacharyya : ndarray
        Distance of the two fitted normals.
    jsd : ndarray
        Jensen-Shannon divergence of the two fitted normals in bits, 0 to 1.
    """

    pillai: Floats
    mahalanobis: Floats
    bhattacharyya: Floats
    jsd: Floats


def distances(moments: Moments, *, shrink: bool = False) -> Distances:
    """Measure how far two categories lie apart, sample by sample.

    Parameters
    ----------
    moments : Moments
    shrink : bool
        For Bhattacharyya and Jensen-Shannon, shrink each covariance towards the pooled one (see
        :func:`shrunk`): covariances of many dimensions differ by chance alone, as if they told the
        categories apart.

    References
    ----------
    Mahalanobis 1936, Proc. Nat. Inst. Sci. India 2:49-55; Bhattacharyya 1943, Bull. Calcutta Math. Soc.
    35:99-109, for normals Kailath 1967, IEEE Trans. Commun. Technol. 15:52-60; Lin 1991, IEEE Trans. Inf.
    Theory 37:145-151.
    """
    counts, dim = moments.counts, moments.means.shape[-1]
    n = counts.sum(axis=1)
    usable = (counts.min(axis=1) >= 2.0) & (n - 2.0 >= dim)
    found = {name: np.full(len(counts), np.nan) for name in ("pillai", "mahalanobis", "bhattacharyya", "jsd")}
    if dim == 0 or not usable.any():
        return Distances(**found)
    counts, n = counts[usable], n[usable]
    shares = (counts - 1.0) / (n - 2.0)[:, None]
    one, two = moments.covariances[usable, 0], moments.covariances[usable, 1]
    pooled = shares[:, 0, None, None] * one + shares[:, 1, None, None] * two
    white, full = _whitening(pooled)
    first, turn = np.linalg.eigh(white.transpose(0, 2, 1) @ one @ white)
    second = (1.0 - shares[:, :1] * first) / shares[:, 1:]
    gap = moments.means[usable, 0] - moments.means[usable, 1]
    gap = np.einsum("bi,bij,bjk->bk", gap, white, turn)
    square = (gap**2).sum(axis=1)
    if shrink:
        first, second = shrunk(first, shares[:, 0], counts[:, 0]), shrunk(second, shares[:, 1], counts[:, 1])
    nan = np.where(full, 0.0, np.nan)
    hotelling = square * counts[:, 0] * counts[:, 1] / n
    found["mahalanobis"][usable] = np.sqrt(square) + nan
    found["pillai"][usable] = hotelling / (hotelling + n - 2.0) + nan
    solid = full & (first.min(axis=1) > FLAT) & (second.min(axis=1) > FLAT)
    rows = np.flatnonzero(usable)[solid]
    found["bhattacharyya"][rows] = bhattacharyya(first[solid], second[solid], gap[solid])
    found["jsd"][rows] = jensen_shannon(first[solid], second[solid], gap[solid])
    return Distances(**found)


def shrunk(variances: Floats, share: Floats, count: Floats) -> Floats:
    """Shrink variances, in units of the pooled ones, towards 1, by as much as they are noise.

    The weight of the pooled covariance is the one with the least expected squared error for normal samples,
    as Ledoit & Wolf 2004, J. Multivar. Anal. 88:365-411, choose theirs for another target: the sampling
    variance of the covariance over its squared distance from the pooled one, counting that the category is
    itself part of the pool.

    Parameters
    ----------
    variances : ndarray, shape (n_samples, dim)
    share : ndarray, shape (n_samples,)
        The category's share of the degrees of freedom.
    count : ndarray, shape (n_samples,)
        Its tokens.
    """
    noise = ((variances**2).sum(axis=1) + variances.sum(axis=1) ** 2) / (count - 1.0)
    off = ((variances - 1.0) ** 2).sum(axis=1)
    weight = np.clip((1.0 - share) * noise / np.maximum(off, 1e-300), 0.0, 1.0)[:, None]
    return np.asarray((1.0 - weight) * variances + weight)


def bhattacharyya(first: Floats, second: Floats, gap: Floats) -> Floats:
    """Bhattacharyya distance of normals with diagonal covariances, each argument (n_samples, dim)."""
    mean = (first + second) / 2.0
    by_mean = (gap**2 / mean).sum(axis=1) / 8.0
    by_shape = (np.log(mean) - 0.5 * (np.log(first) + np.log(second))).sum(axis=1) / 2.0
    return np.asarray(np.maximum(by_mean + by_shape, 0.0))


def jensen_shannon(first: Floats, second: Floats, gap: Floats) -> Floats:
    r"""Jensen-Shannon divergence of normals with diagonal covariances, in bits.

    There is no closed form, but a line integral in any number of dimensions. With Chernoff's coefficient
    :math:`C(s) = \int p^s q^{1-s}`, which is closed for normals also at complex s, Parseval's theorem gives

    .. math:: 1 - \frac{1}{2 \ln 2} \int_0^\infty
              \frac{\mathrm{Re}\, C(1/2 + it)}{(1/4 + t^2) \cosh \pi t}\, dt

    since :math:`e^{x/2} \ln(1 + e^{-x}) + e^{-x/2} \ln(1 + e^x)`, the integrand of the divergence as a
    function of the log ratio x under the geometric mean of p and q, has the Fourier transform
    :math:`\pi / ((1/4 + t^2) \cosh \pi t)`. The integrand is even, analytic and falls exponentially, so
    trapezoids converge to rounding.

    Parameters
    ----------
    first, second : ndarray, shape (n_samples, dim)
        Variances.
    gap : ndarray, shape (n_samples, dim)
        Difference of the means.
    """
    t = np.arange(0.0, END + WIDTH / 2, WIDTH)[:, None]
    weight = WIDTH / ((0.25 + t[:, 0] ** 2) * np.cosh(np.pi * t[:, 0]))
    weight[0] /= 2.0
    made = np.empty(len(first))
    for rows in parts(len(first), t.size * first.shape[1], 500_000):
        one, two = first[rows, None, :], second[rows, None, :]
        # s two + (1 - s) one = mean (1 + i tilt), taken apart into real and imaginary parts.
        mean = (one + two) / 2.0
        tilt = t * (two - one) / mean
        length = 1.0 + tilt**2
        pull = (0.25 + t**2) / 2.0 * gap[rows, None, :] ** 2 / mean / length
        real = pull.sum(axis=2) + np.log(length).sum(axis=2) / 4.0
        real += (np.log(mean) - (np.log(one) + np.log(two)) / 2.0).sum(axis=2) / 2.0
        turn = (np.arctan(tilt) / 2.0 - pull * tilt).sum(axis=2)
        turn -= t[:, 0] / 2.0 * (np.log(two) - np.log(one)).sum(axis=2)
        made[rows] = 1.0 - (np.exp(-real) * np.cos(turn)) @ weight / (2.0 * np.log(2.0))
    return np.clip(made, 0.0, 1.0)


def _whitening(pooled: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return W with W' pooled W = 1 for each sample, and where there is one."""
    try:
        root = np.linalg.cholesky(pooled)
        diagonal = np.diagonal(root, axis1=1, axis2=2)
        if (diagonal.min(axis=1) > np.sqrt(FLAT) * diagonal.max(axis=1)).all():
            white: Floats = np.linalg.inv(root).transpose(0, 2, 1)
            return white, np.ones(len(pooled), dtype=bool)
    except np.linalg.LinAlgError:
        pass  # a sample whose tokens lie in a plane: eigenvalues tell which
    spread, axes = np.linalg.eigh(pooled)
    full = spread[:, 0] > FLAT * spread[:, -1]
    return axes / np.sqrt(np.where(full[:, None], spread, 1.0))[:, None, :], full
