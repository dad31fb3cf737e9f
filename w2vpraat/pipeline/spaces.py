"""Third step: raw and normalized representations of the same tokens, from both worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from w2vpraat.errors import W2VPraatError
from w2vpraat.params import NormalizeParams
from w2vpraat.pipeline.user_tables import renamed, table_representations
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Spaces:
    """The long table with normalized columns, and every representation of its tokens.

    Parameters
    ----------
    table : pandas.DataFrame
        Raw columns and normalized ones.
    representations : tuple of Representation
        Raw formants, normalized formants, embeddings raw and normalized, in this order.
    vectors : tuple of Representation
        The embeddings among them.
    records : list of dict
        One per normalization: method, source, fitted constants.
    warnings : tuple of str
        What the reader should know.
    """

    table: pd.DataFrame
    representations: tuple[Representation, ...]
    vectors: tuple[Representation, ...]
    records: list[dict[str, Any]]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Reference:
    """Tokens that normalizations are fitted on, where these are not the tokens themselves.

    Parameters
    ----------
    table : pandas.DataFrame
        Their long table.
    vectors : tuple of Representation
        Their embeddings, in the order of those that are normalized.
    """

    table: pd.DataFrame
    vectors: tuple[Representation, ...] = ()


def build_spaces(
    table: pd.DataFrame,
    vectors: Sequence[Representation],
    params: NormalizeParams,
    *,
    reference: Reference | None = None,
) -> Spaces:
    """Normalize formants and embeddings.

    Parameters
    ----------
    table : pandas.DataFrame
        The long table, with formant columns or without.
    vectors : sequence of Representation
        Embeddings, one per layer.
    params : NormalizeParams
        What is wanted.
    reference : Reference, optional
        Other tokens that the constants come from; speakers that are not among them get empty cells.

    Raises
    ------
    NormalizationError
        For impossible settings. A method that these data do not allow is left out with a warning.
    """
    from w2vpraat.normalize import normalize_table
    from w2vpraat.normalize.embeddings import normalize_vectors

    fitted = None if reference is None else reference.table
    records: list[dict[str, Any]] = []
    warnings: list[str] = []
    made: list[Representation] = []
    if all(name in table.columns for name in params.formants):
        f0 = "f0" if "f0" in table.columns else None
        result = normalize_table(table, params, f0=f0, reference=fitted)
        table = result.table
        records.extend(result.records)
        warnings.extend(result.warnings)
        items, left_out = table_representations(
            table, params, ("raw", *params.methods), speaker="speaker", label="label", reference=fitted
        )
        made.extend(items)
        warnings.extend(left_out)
    speaker_of = dict(zip(table["id"], table["speaker"], strict=True))
    embedded: list[Representation] = []
    for place, item in enumerate(vectors):
        embedded.append(item)
        then = None
        if reference is not None:
            known = dict(zip(reference.table["id"], reference.table["speaker"], strict=True))
            then = reference.vectors[place], [known[token] for token in reference.vectors[place].ids]
        for method in params.embedding_methods:
            speakers = [speaker_of[token] for token in item.ids]
            try:
                embedded.append(normalize_vectors(item, method, speakers, reference=then))
            except W2VPraatError as error:
                warnings.append(f"{item.name}, {method} left out: {error}")
            else:
                record = embedded[-1].provenance["normalizations"][-1]
                records.append({**record, "representation": embedded[-1].name})
                warnings.extend(record["warnings"])
    return Spaces(table, tuple(renamed([*made, *embedded])), tuple(embedded), records, tuple(warnings))
