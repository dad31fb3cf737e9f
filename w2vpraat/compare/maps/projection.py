"""Maps: two dimensions to look at, each with numbers, because projections mislead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.alignment import align, aligned, alignment
from w2vpraat.compare.maps.map_quality import NEIGHBOURS, MapQuality, map_quality
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
    "lay_flat",
    "project",
]

METHODS = ("pca", "lda", "mds", "tsne", "umap", "plane")


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
        whole = representation.complete
        values = np.asarray(representation.values[whole], dtype=np.float64)
        places = np.full((len(whole), 2), np.nan)
        with one_thread():
            points = self.flat.place((values - self.mean) / self.sd)
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
    vectors = material.vectors(representation)
    if len(vectors) < 3:
        raise ComparisonError("a map needs at least three tokens")
    if method == "lda" and material.n_labels < 2:
        raise ComparisonError("a map by LDA needs at least two labels", "choose pca")
    own = method == "plane"
    mean, sd = vectors.mean(axis=0), vectors.std(axis=0)
    sd = np.where(sd > 0.0, sd, 1.0)
    standard = (vectors - mean) / sd
    flat: FlatMap
    with one_thread():
        if own:
            flat = own_columns(vectors, representation.columns, *_plane_columns(representation, columns))
        elif method == "lda":
            flat = discriminants(standard, material.labels)
        else:
            flat = fit_label_free(standard, method, params.seed, params.map_distance)
        quality = map_quality(
            flat.coordinates, standard, material.labels, material.speakers, params.seed, own=own
        )
    made = Projection(
        name=representation.name,
        method=method,
        ids=material.ids,
        labels=tuple(material.label_names[number] for number in material.labels),
        speakers=tuple(material.speaker_names[number] for number in material.speakers),
        coordinates=flat.coordinates,
        axes=flat.axes,
        supervised=method == "lda",
        quality=quality,
        dim=representation.dim,
        n_left_out=len(material.reasons),
        shares=flat.shares,
        notes=flat.notes,
    )
    return FittedMap(
        projection=made,
        columns=representation.columns,
        mean=np.zeros_like(mean) if own else mean,
        sd=np.ones_like(sd) if own else sd,
        flat=flat,
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
