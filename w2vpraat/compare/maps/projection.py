"""Maps: two dimensions to look at, each with numbers, because projections mislead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.alignment import align, aligned, alignment
from w2vpraat.compare.maps.map_quality import NEIGHBOURS, MapQuality, map_quality, standard_columns
from w2vpraat.compare.maps.methods import FlatMap, discriminants, fit_label_free, own_columns
from w2vpraat.compare.maps.procrustes import Alignment
from w2vpraat.compare.maps.token_map import Projection
from w2vpraat.compare.material import gather
from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

__all__ = [
    "METHODS",
    "NEIGHBOURS",
    "FittedMap",
    "MapQuality",
    "Projection",
    "align",
    "fit_map",
    "fit_values",
    "lay_flat",
    "project",
]

METHODS = ("pca", "lda", "mds", "tsne", "umap", "plane")
_NAN = float("nan")
NO_QUALITY = MapQuality(_NAN, _NAN, _NAN, _NAN, _NAN)


@dataclass(frozen=True, eq=False)
class FittedMap:
    """A map that further tokens can be placed on, without moving those that are there.

    Attributes
    ----------
    projection : Projection
        The map.
    columns : tuple of str
        Columns that new tokens must have.
    mean, sd : ndarray, shape (dim,)
        Of the tokens of the map; new tokens are standardized by them (a plane: zeros and ones).
    flat : FlatMap
        The fitted method.
    carried : tuple of Alignment
        How the map was laid like others, in order.
    """

    projection: Projection
    columns: tuple[str, ...]
    mean: Floats
    sd: Floats
    flat: FlatMap
    carried: tuple[Alignment, ...] = ()

    def place(self, representation: Representation) -> Floats:
        """Find where new tokens lie on the map.

        Their columns are standardized by the mean and standard deviation of the first tokens. Principal
        components, discriminants and planes are linear, and classical scaling has Gower's formula; for t-SNE
        and UMAP see `w2vpraat.compare.maps.placement.place_among`. Each token is placed by itself.

        Parameters
        ----------
        representation : Representation
            Of the same columns; normalized in the same way, or the places mean nothing. Tokens of the map
            land where they are.

        Returns
        -------
        ndarray, shape (n_new, 2)
            In the order of its ids; NaN for tokens with missing values.

        Raises
        ------
        ComparisonError
            Other columns than those of the map.
        """
        if representation.columns != self.columns:
            raise ComparisonError(
                f'tokens of "{representation.name}" cannot be placed on the map of "{self.projection.name}":'
                f" {representation.dim} columns ({_listed(representation.columns)}) instead of"
                f" {len(self.columns)} ({_listed(self.columns)})",
                "measure or embed and normalize them in the same way",
            )
        with one_thread():
            return self.place_values(representation.values)

    def place_values(self, values: NDArray[np.floating[Any]]) -> Floats:
        """Find where values in the columns of the map lie, shape (n_new, dim) -> (n_new, 2); see `place`."""
        whole = np.isfinite(values).all(axis=1)
        places = np.full((len(whole), 2), np.nan)
        if whole.any():
            points = self.flat.place((np.asarray(values[whole], dtype=np.float64) - self.mean) / self.sd)
            for step in self.carried:
                points = step.apply(points)
            places[whole] = points
        return places

    def laid_like(self, reference: Projection, *, scale: bool = True, turn: str = "auto") -> FittedMap:
        """Return the map laid like another one, so that new tokens follow; see `align`."""
        found = alignment(reference, self.projection, scale=scale, turn=turn)
        return replace(
            self,
            projection=aligned(self.projection, found, reference.name),
            carried=(*self.carried, found),
        )


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
    """Lay a representation flat; `fit_map` says what the arguments mean."""
    return fit_map(
        representation,
        tokens_table,
        method,
        columns=columns,
        also=also,
        params=params,
        label=label,
        speaker=speaker,
    ).projection


def fit_map(
    representation: Representation,
    tokens_table: pd.DataFrame,
    method: str = "pca",
    *,
    columns: tuple[str, str] | None = None,
    also: Sequence[Representation] = (),
    params: CompareParams | None = None,
    label: str = "label",
    speaker: str = "speaker",
) -> FittedMap:
    """Lay a representation flat, and keep what it takes to place new tokens.

    Parameters
    ----------
    representation : Representation
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    method : str
        ``pca`` (of standardized columns), ``lda`` (supervised), ``mds`` (classical scaling of distances,
        Torgerson 1952), ``tsne`` (van der Maaten & Hinton 2008) or ``umap`` (McInnes, Healy & Melville 2018,
        arXiv:1802.03426), the last two started from the principal components, or ``plane``: two columns as
        they are.
    columns : tuple of str, optional
        For ``plane``: the columns of x and y; default: the first whose names begin with ``F2`` and ``F1``.
    also : sequence of Representation
        Show only tokens that are complete in these, too, so that two maps show the same tokens.
    params : CompareParams, optional
        Its ``seed`` and ``map_distance`` count here. Rare labels are shown, too.
    label, speaker : str
        Columns.

    Returns
    -------
    FittedMap

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
    if len(material.ids) < 3:
        raise ComparisonError("a map needs at least three tokens")
    fitted = fit_values(
        material.vectors(representation),
        representation.columns,
        method,
        name=representation.name,
        ids=material.ids,
        plane=columns,
        labels=material.labels,
        params=params,
    )
    own = method == "plane"
    flat = fitted.flat
    standard = (material.vectors(representation) - fitted.mean) / fitted.sd
    if own:
        standard = standard_columns(standard)
    with one_thread():
        quality = map_quality(
            flat.coordinates, standard, material.labels, material.speakers, params.seed, own=own
        )
    made = replace(
        fitted.projection,
        labels=tuple(material.label_names[number] for number in material.labels),
        speakers=tuple(material.speaker_names[number] for number in material.speakers),
        quality=quality,
        n_left_out=len(material.reasons),
    )
    return replace(fitted, projection=made)


def fit_values(
    values: Floats,
    columns: Sequence[str],
    method: str = "pca",
    *,
    name: str = "",
    ids: Sequence[str] = (),
    plane: tuple[str, str] | None = None,
    labels: NDArray[np.intp] | None = None,
    params: CompareParams | None = None,
) -> FittedMap:
    """Lay complete values flat, without a table of tokens and without the map's numbers.

    Parameters
    ----------
    values : ndarray, shape (n_tokens, dim)
        No missing ones.
    columns : sequence of str
        Names of the dimensions.
    method : str
        See `fit_map`.
    name : str
        Of what is laid flat, for messages.
    ids : sequence of str
        Tokens, if the map is to be aligned with others.
    plane : tuple of str, optional
        The columns of x and y of a ``plane``.
    labels : ndarray, shape (n_tokens,), optional
        Numbers; needed by ``lda``.
    params : CompareParams, optional
        Its ``seed`` and ``map_distance`` count here.

    Returns
    -------
    FittedMap
        Its projection has no labels, speakers and numbers.

    Raises
    ------
    ComparisonError
        Unknown method, no such columns, fewer than three tokens (none for a plane), or fewer than two labels
        with ``lda``.
    """
    params = CompareParams() if params is None else params
    columns = tuple(columns)
    if method not in METHODS:
        raise ComparisonError(f'there is no map "{method}"', f"one of {', '.join(METHODS)}")
    own = method == "plane"
    if len(values) < (1 if own else 3):
        raise ComparisonError("a map needs at least three tokens", "a chart shows fewer")
    if method == "lda" and (labels is None or len(np.unique(labels)) < 2):
        raise ComparisonError("a map by LDA needs at least two labels", "choose pca")
    mean, sd = values.mean(axis=0), values.std(axis=0)
    sd = np.where(sd > 0.0, sd, 1.0)
    if own:
        mean, sd = np.zeros_like(mean), np.ones_like(sd)
    standard = (values - mean) / sd
    flat: FlatMap
    with one_thread():
        if own:
            flat = own_columns(values, columns, *_plane_columns(columns, plane, name))
        elif labels is not None and method == "lda":
            flat = discriminants(standard, labels)
        else:
            flat = fit_label_free(standard, method, params.seed, params.map_distance)
    made = Projection(
        name=name,
        method=method,
        ids=tuple(ids),
        labels=(),
        speakers=(),
        coordinates=flat.coordinates,
        axes=flat.axes,
        supervised=method == "lda",
        quality=NO_QUALITY,
        dim=len(columns),
        shares=flat.shares,
        notes=flat.notes,
    )
    return FittedMap(projection=made, columns=columns, mean=mean, sd=sd, flat=flat)


def _plane_columns(columns: tuple[str, ...], wanted: tuple[str, str] | None, name: str) -> tuple[int, int]:
    if wanted is None:
        found = [
            next((one for one in columns if one == start or one.startswith(f"{start}_")), None)
            for start in ("F2", "F1")
        ]
    else:
        found = [one if one in columns else None for one in wanted]
    x, y = found
    if x is None or y is None:
        raise ComparisonError(f'"{name}" has no columns for a chart', f"columns: {', '.join(columns[:10])}")
    return columns.index(x), columns.index(y)


def lay_flat(
    standard: Floats, method: str, seed: int = 0, *, distance: str = "auto"
) -> tuple[Floats, tuple[str, str]]:
    """Lay vectors flat without knowing their labels.

    Parameters
    ----------
    standard : ndarray, shape (n_tokens, dim)
        Standardized columns, at least three tokens.
    method : str
        ``pca``, ``mds``, ``tsne`` or ``umap``.
    seed : int
        The same seed gives the same map, in any process.
    distance : str
        For ``mds``: ``euclidean``, ``cosine``, or ``auto``.

    Returns
    -------
    coordinates : ndarray, shape (n_tokens, 2)
    axes : tuple of str
    """
    with one_thread():
        made = fit_label_free(standard, method, seed, distance)
    return made.coordinates, made.axes


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
