"""What is looked at while boundaries move: values as they are, and the way from new measurements to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.errors import NormalizationError
from w2vpraat.params import NormalizeParams
from w2vpraat.pipeline.spaces import Spaces
from w2vpraat.pipeline.user_tables import table_representations
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class FormantWorld:
    """Formants, raw or normalized, with the boundaries as they are.

    Parameters
    ----------
    representation : Representation
        One row per token.
    place : callable
        Puts other measurements into the same space: a table with the formants in Hz and ``speaker``, one row
        per version, becomes values. Statistics stay those of the tokens as they are.
    hertz : str
        Name of the formant if this is a single one in Hz.
    """

    representation: Representation
    place: Callable[[pd.DataFrame], Values]
    hertz: str = ""


@dataclass(frozen=True, eq=False)
class VectorWorld:
    """One layer of an embedding, plain or normalized; ``place`` takes vectors and speakers."""

    representation: Representation
    layer: int
    place: Callable[[Values, Sequence[str]], Values]


@dataclass(frozen=True, eq=False)
class Worlds:
    """Everything that is looked at.

    Parameters
    ----------
    formants : tuple of FormantWorld
        Each formant in Hz, the set of them, the first normalization.
    vectors : tuple of VectorWorld
        Each layer, plain and with the first embedding normalization.
    notes : tuple of str
        What was left out and why.
    """

    formants: tuple[FormantWorld, ...] = ()
    vectors: tuple[VectorWorld, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def representations(self) -> list[Representation]:
        """Return all of them, formants first."""
        return [*(one.representation for one in self.formants), *(one.representation for one in self.vectors)]


def find_worlds(spaces: Spaces, params: NormalizeParams) -> Worlds:
    """Choose the representations: raw and the first normalization of either world.

    Parameters
    ----------
    spaces : Spaces
        Of a run: its table of measurements and its embeddings.
    params : NormalizeParams
        Formant set, scale, methods.
    """
    notes: list[str] = []
    formants = _formant_worlds(spaces, params, notes)
    return Worlds(tuple(formants), tuple(_vector_worlds(spaces, params, notes)), tuple(notes))


def _formant_worlds(spaces: Spaces, params: NormalizeParams, notes: list[str]) -> list[FormantWorld]:
    names = list(params.formants)
    if not all(name in spaces.table.columns for name in names):
        return []
    made = [_single(spaces.table, name) for name in names]
    items, left_out = table_representations(
        spaces.table, params, ("raw", *_method(params, notes)), speaker="speaker", label="label"
    )
    notes += left_out
    for item in items:
        method = str(item.provenance["method"])
        if method == "raw":
            made.append(FormantWorld(item, _raw(names, params.scale)))
        else:
            made.append(FormantWorld(item, _normalized(spaces.table, method, params)))
    return made


def _method(params: NormalizeParams, notes: list[str]) -> list[str]:
    """Take the first normalization that needs no f0: f0 isn't measured again."""
    from w2vpraat.normalize.tables import make_method

    for key in params.methods:
        if not hasattr(make_method(key, params), "f0"):
            return [key]
        notes.append(f"{key} is left out here: it needs f0, which is not measured again at moved boundaries")
    return []


def _single(table: pd.DataFrame, name: str) -> FormantWorld:
    values = table.groupby("id", sort=False)[[name]].mean()
    ids = tuple(map(str, values.index))
    item = Representation(name, ids, values.to_numpy(dtype=np.float64), (name,), {"kind": "formants"})
    return FormantWorld(item, lambda moved: np.asarray(moved[[name]].to_numpy(np.float64)), name)


def _raw(names: list[str], scale: str) -> Callable[[pd.DataFrame], Values]:
    from w2vpraat.normalize.scales import find_scale

    forward = None if scale == "hz" else find_scale(scale).forward

    def place(moved: pd.DataFrame) -> Values:
        values = moved[names].to_numpy(np.float64)
        return values if forward is None else forward(values)

    return place


def _normalized(
    table: pd.DataFrame, method: str, params: NormalizeParams
) -> Callable[[pd.DataFrame], Values]:
    from w2vpraat.normalize.tables import make_method

    fitted = make_method(method, params).fit(table, speaker="speaker", label="label", token="id")
    return lambda moved: np.asarray(fitted.transform(moved).to_numpy(np.float64))


def _vector_worlds(spaces: Spaces, params: NormalizeParams, notes: list[str]) -> list[VectorWorld]:
    from w2vpraat.normalize.embeddings import make_embedding_method

    speaker_of = dict(zip(spaces.table["id"], spaces.table["speaker"], strict=True))
    made = []
    for item in spaces.vectors:
        if item.provenance.get("normalizations"):
            continue
        layer = int(item.provenance["layer"])
        made.append(VectorWorld(item, layer, lambda vectors, _: vectors))
        for key in params.embedding_methods[:1]:
            speakers = [speaker_of[token] for token in item.ids]
            try:
                fitted = make_embedding_method(key).fit(item, speakers)
                normalized = fitted.transform(item, speakers)
            except NormalizationError as error:
                notes.append(f"{item.name}, {key} left out: {error}")
            else:
                made.append(VectorWorld(normalized, layer, fitted.transform))
    return made
