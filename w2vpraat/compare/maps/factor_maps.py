"""Maps of models and layers, each laid flat once and coloured by several factors, with a number for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.alignment import turned_axes
from w2vpraat.compare.maps.map_quality import (
    Factor,
    FactorQuality,
    continuity,
    draw_asked,
    standard_columns,
    trust,
)
from w2vpraat.compare.maps.procrustes import procrustes
from w2vpraat.compare.maps.projection import lay_flat
from w2vpraat.compare.material import FEMALE, MALE, Material, column_texts, gather
from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

MAP_METHODS = ("pca", "umap", "tsne")
ROLES = ("label", "speaker", "sex")


@dataclass(frozen=True, eq=False)
class FactorMap:
    """A map of one representation, with the classes of its tokens.

    Attributes
    ----------
    name : str
        Of the representation.
    model : str
    layer : int or None
    method : str
        ``pca``, ``umap`` or ``tsne``.
    ids : tuple of str
    coordinates : ndarray, shape (n_tokens, 2)
    axes : tuple of str
        Names of x and y.
    factors : mapping of str to tuple of str
        Factor -> class of each token; empty where it is not known.
    quality : mapping of str to FactorQuality
        Factor -> its numbers.
    dim : int
        Dimensions of the representation.
    variance : float
        Share of the variance of the standardized columns that a map of ``pca`` shows; NaN for the others.
    aligned_to : str
        Name of the representation towards whose map this one was turned; empty if it was not.
    n_left_out : int
        Tokens with missing values, or without a label or speaker.
    """

    name: str
    model: str
    layer: int | None
    method: str
    ids: tuple[str, ...]
    coordinates: Floats
    axes: tuple[str, str]
    factors: Mapping[str, tuple[str, ...]]
    quality: Mapping[str, FactorQuality]
    dim: int
    variance: float
    aligned_to: str = ""
    n_left_out: int = 0


def factor_maps(
    representation: Representation | Sequence[Representation],
    tokens_table: pd.DataFrame,
    methods: Sequence[str] = MAP_METHODS,
    factors: Sequence[str] | None = None,
    params: CompareParams | None = None,
    **options: Any,
) -> tuple[FactorMap, ...]:
    """Return the maps of `each_factor_map`, which says what the arguments mean."""
    several = [representation] if isinstance(representation, Representation) else representation
    return tuple(each_factor_map(several, tokens_table, methods, factors, params, **options))


def each_factor_map(
    representations: Sequence[Representation],
    tokens_table: pd.DataFrame,
    methods: Sequence[str] = MAP_METHODS,
    factors: Sequence[str] | None = None,
    params: CompareParams | None = None,
    *,
    align_to: str | None = None,
    label: str = "label",
    speaker: str = "speaker",
    sex: str = "sex",
    file: str = "file_name",
) -> Iterator[FactorMap]:
    """Lay representations flat, one map after the other, each once for all factors.

    Every map shows the same tokens: those complete in all representations, with a label and a speaker.
    Maps of one method are turned (and mirrored, but not scaled) to lie like that of ``align_to``.

    Parameters
    ----------
    representations : sequence of Representation
        With different names. Model and layer are read from their provenance.
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    methods : sequence of str
        Of ``pca``, ``umap`` and ``tsne``. Maps that know the labels would favour one factor.
    factors : sequence of str, optional
        ``label``, ``speaker``, ``sex`` and further columns; default: these three, without ``sex`` where
        there is no such column. Neighbours are counted among tokens of other speakers; for ``speaker``
        among tokens of other recordings, or all tokens for a speaker with one recording.
    params : CompareParams, optional
        Its seed counts here.
    align_to : str, optional
        Name of the representation whose maps stay as they are and come first; default: the first.
    label, speaker, sex, file : str
        Columns.

    Yields
    ------
    FactorMap

    Raises
    ------
    ComparisonError
        No such method, column or representation, or fewer than three tokens.
    """
    params = CompareParams() if params is None else params
    unknown = [method for method in methods if method not in MAP_METHODS]
    if unknown:
        raise ComparisonError(f'there is no map "{unknown[0]}" here', f"of {', '.join(MAP_METHODS)}")
    names = [item.name for item in representations]
    if align_to is not None and align_to not in names:
        raise ComparisonError(f'no representation is called "{align_to}"', f"one of {', '.join(names)}")
    material = gather(
        representations,
        tokens_table,
        params,
        label=label,
        speaker=speaker,
        sex="",
        file=file,
        every_label=True,
    )
    if len(material.ids) < 3:
        raise ComparisonError("a map needs at least three tokens")
    columns = dict(zip(ROLES, (label, speaker, sex), strict=True))
    if factors is None:
        factors = ROLES if sex in tokens_table.columns else ROLES[:2]
    shown: dict[str, Factor] = {}
    for factor in factors:
        if factor == "speaker":
            texts = [material.speaker_names[number] for number in material.speakers]
        else:
            texts = column_texts(tokens_table, columns.get(factor, factor), material.ids)
        if factor == "sex":
            texts = [_sex_name(text) for text in texts]
        shown[factor] = Factor.of(
            texts, material.speakers, material.files, params.seed, voices=factor == "speaker"
        )
    first: dict[str, FactorMap] = {}
    for item in sorted(representations, key=lambda item: item.name != align_to):
        for made in _maps(item, material, methods, shown, params.seed):
            reference = first.setdefault(made.method, made)
            yield made if reference is made else align_map(made, reference)


def align_map(item: FactorMap, reference: FactorMap) -> FactorMap:
    """Turn or mirror a map so that its tokens lie as near as they can to where the reference has them.

    Orthogonal Procrustes (Schönemann 1966, Psychometrika 31:1-10) on the tokens of both: no scaling, so
    that no distance changes. The axes of principal components lose their single meanings.

    Raises
    ------
    ComparisonError
        Fewer than three tokens in common.
    """
    place = {token: row for row, token in enumerate(reference.ids)}
    mine = [row for row, token in enumerate(item.ids) if token in place]
    if len(mine) < 3:
        raise ComparisonError(
            f'the maps of "{item.name}" and "{reference.name}" share {len(mine)} tokens',
            "align maps of the same tokens",
        )
    moved = item.coordinates[mine]
    fixed = reference.coordinates[[place[item.ids[row]] for row in mine]]
    coordinates = procrustes(fixed, moved, scale=False).apply(item.coordinates)
    shares = (item.variance,) if item.variance == item.variance else ()
    axes = turned_axes(item.method, item.axes, shares)
    return replace(item, coordinates=coordinates, axes=axes, aligned_to=reference.name)


def quality_rows(maps: Iterable[FactorMap]) -> list[dict[str, Any]]:
    """Return one row per map and factor: its numbers."""
    return [
        {
            "model": item.model,
            "layer": item.layer,
            "method": item.method,
            "factor": factor,
            "knn_agreement": quality.agreement,
            "chance": quality.chance,
            "silhouette": quality.silhouette,
            "trustworthiness": quality.trustworthiness,
            "continuity": quality.continuity,
            "full_agreement": quality.full_agreement,
            "n_tokens": quality.n_tokens,
            "n_classes": quality.n_classes,
        }
        for item in maps
        for factor, quality in item.quality.items()
    ]


def point_rows(maps: Iterable[FactorMap]) -> list[dict[str, Any]]:
    """Return one row per map and token: where it lies."""
    return [
        {"model": item.model, "layer": item.layer, "method": item.method, "id": token, "x": x, "y": y}
        for item in maps
        for token, (x, y) in zip(item.ids, item.coordinates.tolist(), strict=True)
    ]


def _maps(
    item: Representation, material: Material, methods: Sequence[str], shown: Mapping[str, Factor], seed: int
) -> Iterator[FactorMap]:
    standard = standard_columns(material.vectors(item))
    asked = draw_asked(len(standard), seed)
    with one_thread():
        full = {name: factor.agreement(standard) for name, factor in shown.items()}
    total = float(standard.var(axis=0).sum())
    layer = item.provenance.get("layer")
    for method in methods:
        with one_thread():
            coordinates, axes = lay_flat(standard, method, seed)
            trusted = trust(coordinates, standard, asked)
            kept = continuity(coordinates, standard, asked)
            quality = {
                name: factor.quality(coordinates, trusted, kept, full[name]) for name, factor in shown.items()
            }
        linear = method == "pca" and total > 0.0
        yield FactorMap(
            name=item.name,
            model=str(item.provenance.get("model", item.name)),
            layer=layer if isinstance(layer, int) else None,
            method=method,
            ids=material.ids,
            coordinates=coordinates,
            axes=axes,
            factors=MappingProxyType({name: factor.texts for name, factor in shown.items()}),
            quality=MappingProxyType(quality),
            dim=item.dim,
            variance=float(coordinates.var(axis=0).sum()) / total if linear else float("nan"),
            n_left_out=len(material.reasons),
        )


def _sex_name(text: str) -> str:
    folded = text.casefold()
    if folded in FEMALE:
        return "female"
    return "male" if folded in MALE else folded
