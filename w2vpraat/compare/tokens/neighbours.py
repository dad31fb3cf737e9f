"""Nearest tokens: what else sounds (or measures) like this one, said by others.

The search is exact. Only if very many tokens are asked of very many is an approximate index used (nearest
neighbour descent, Dong, Moses & Li 2011, WWW '11:577-586, in the package pynndescent); what it cannot
answer for sure is then searched exactly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.map_quality import standard_columns
from w2vpraat.compare.material import Material, column_texts, gather
from w2vpraat.compare.threads import one_thread
from w2vpraat.compare.tokens.nearest_points import Search
from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress
from w2vpraat.params import CompareParams, ReviewParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# So few tokens are always searched exactly: an index of all takes longer to build.
FEW_ASKED = 2_000
# Columns of the token table that help to find a token again.
CONTEXT = ("word", "start", "end")


@dataclass(frozen=True, eq=False)
class NearestTokens:
    """The nearest tokens of each token asked.

    Attributes
    ----------
    name : str
        Of the representation.
    ids : tuple of str
        The tokens asked.
    neighbours : ndarray of str, shape (n_asked, k)
        Ids, nearest first; empty where there are fewer.
    distances : ndarray, shape (n_asked, k)
        Between standardized columns, or 1 - cosine of them; NaN where there are fewer neighbours.
    agreement : ndarray, shape (n_asked,)
        Share of the neighbours that have the token's label; NaN without a neighbour.
    apart : str
        What neighbours must not share with the token: ``speaker``, ``recording``, ``word`` or ``token``.
    metric : str
    exact : bool
        False if an approximate index was used.
    notes : tuple of str
    """

    name: str
    ids: tuple[str, ...]
    neighbours: NDArray[np.str_]
    distances: Floats
    agreement: Floats
    apart: str
    metric: str
    exact: bool
    notes: tuple[str, ...]
    _tokens: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return one row per token asked and neighbour.

        Columns ``id, rank, neighbour, distance, label, speaker, file_name, word, start, end, same_label``, as
        far as they are known; all but ``id`` and ``rank`` are the neighbour's.
        """
        import pandas as pd

        k = self.neighbours.shape[1]
        found = np.isfinite(self.distances).ravel()
        table = pd.DataFrame(
            {
                "id": np.repeat(np.asarray(self.ids, dtype=object), k)[found],
                "rank": np.tile(np.arange(1, k + 1), len(self.ids))[found],
                "neighbour": self.neighbours.ravel().astype(object)[found],
                "distance": self.distances.ravel()[found],
            }
        )
        for column in self._tokens.columns:
            table[column] = self._tokens[column].reindex(table["neighbour"]).to_numpy()
        own = self._tokens["label"].reindex(table["id"]).to_numpy()
        table["same_label"] = table["label"].to_numpy() == own
        return table

    def scores(self) -> pd.DataFrame:
        """Return one row per token asked: ``id``, what is known of it, and ``agreement``."""
        import pandas as pd

        table = pd.DataFrame({"id": list(self.ids)})
        for column in self._tokens.columns:
            table[column] = self._tokens[column].reindex(list(self.ids)).to_numpy()
        table["agreement"] = self.agreement
        return table


def nearest_tokens(
    representation: Representation,
    tokens_table: pd.DataFrame,
    ids: Sequence[str] | None = None,
    params: ReviewParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    file: str = "file_name",
    word: str = "word",
    seed: int = 0,
) -> NearestTokens:
    """Find the tokens nearest to some tokens, among those of other speakers.

    Parameters
    ----------
    representation : Representation
        Its columns are standardized over all tokens first.
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    ids : sequence of str, optional
        The tokens asked; default: all.
    params : ReviewParams, optional
        ``neighbours`` (how many), ``apart``, ``metric``, ``exact_up_to``.
    label, speaker, file, word : str
        Columns. With one speaker, neighbours are other tokens of the same speaker.
    seed : int
        Of the approximate index. The same seed gives the same neighbours on a machine with as many cores.

    Returns
    -------
    NearestTokens
        Ties by id.

    Raises
    ------
    ComparisonError
        An id that is not there or has no values, no column for ``apart``, no label column, no two tokens.
    """
    found = find_neighbours(
        representation,
        tokens_table,
        ids,
        params,
        label=label,
        speaker=speaker,
        file=file,
        word=word,
        seed=seed,
    )
    return next(event for event in found if isinstance(event, NearestTokens))


def find_neighbours(
    representation: Representation,
    tokens_table: pd.DataFrame,
    ids: Sequence[str] | None = None,
    params: ReviewParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    file: str = "file_name",
    word: str = "word",
    seed: int = 0,
) -> Iterator[Progress | NearestTokens]:
    """Do the same as `nearest_tokens`, and say how far the search is.

    Yields
    ------
    Progress, then NearestTokens
    """
    params = ReviewParams() if params is None else params
    material = _material(representation, tokens_table, label, speaker, file)
    asked = _asked(ids, material)
    groups, apart, notes = _groups(params.apart, tokens_table, material, file=file, word=word)
    points = _points(material.vectors(representation), params.metric)
    search = Search(representation.name, points, groups, params.neighbours, seed)
    few = len(material.ids) <= params.exact_up_to or len(asked) <= FEW_ASKED
    with one_thread():
        rows, distances = yield from search.exactly(asked) if few else search.roughly(asked)
    if params.metric == "cosine":
        distances = distances**2 / 2.0  # between vectors of length one
    there = rows >= 0
    same = np.where(there, material.labels[np.maximum(rows, 0)] == material.labels[asked][:, None], False)
    with np.errstate(invalid="ignore"):
        shares = np.where(there.any(axis=1), same.sum(axis=1) / there.sum(axis=1), np.nan)
    names = np.asarray(material.ids, dtype=np.str_)
    if not search.exact:
        notes.append(
            f"found with an approximate index, since there are more than {params.exact_up_to} tokens"
        )
    yield NearestTokens(
        name=representation.name,
        ids=tuple(material.ids[row] for row in asked),
        neighbours=np.where(there, names[np.maximum(rows, 0)], ""),
        distances=distances,
        agreement=shares,
        apart=apart,
        metric=params.metric,
        exact=search.exact,
        notes=tuple(notes),
        _tokens=_tokens(tokens_table, material, file),
    )


def nearest_to(
    vector: NDArray[np.floating[Any]],
    representation: Representation,
    tokens_table: pd.DataFrame,
    params: ReviewParams | None = None,
    *,
    own: Mapping[str, str],
    without: Collection[str] = (),
    label: str = "label",
    speaker: str = "speaker",
    file: str = "file_name",
) -> NearestTokens:
    """Find the tokens nearest to a token that is not one of theirs.

    Parameters
    ----------
    vector : ndarray, shape (dim,)
        Its values, in the columns of the representation. They are standardized by the mean and standard
        deviation of the tokens that are there, so that one of them would have the neighbours that
        `nearest_tokens` gives it.
    representation, tokens_table, params
        As for `nearest_tokens`; ``apart`` is not looked at.
    own : mapping
        ``id``, ``label`` and ``speaker`` of the token asked; the id is none of the others'.
    without : collection of str
        Tokens that are no neighbours, such as those of the same speaker.
    label, speaker, file : str
        Columns.

    Returns
    -------
    NearestTokens
        Ties by id.

    Raises
    ------
    ComparisonError
        Values that are missing or of other columns, no label column, or no token left.
    """
    params = ReviewParams() if params is None else params
    own_point: Floats = np.asarray(vector, dtype=np.float64)
    if own_point.shape != (representation.dim,):
        raise ComparisonError(
            f'a token of {own_point.size} values has no place in "{representation.name}", which has'
            f" {representation.dim}",
            "measure or embed it in the same way",
        )
    if not np.isfinite(own_point).all():
        raise ComparisonError(f'the token has no value in "{representation.name}"', "ask for another token")
    material = _material(representation, tokens_table, label, speaker, file)
    alike = frozenset(without)
    groups = np.asarray([*(token not in alike for token in material.ids), False], dtype=np.intp)
    if not groups.any():
        raise ComparisonError("no token is left to be a neighbour", "leave out fewer")
    points = _points(material.vectors(representation), params.metric, own_point[None])
    search = Search(representation.name, points, groups, params.neighbours, seed=0)
    with one_thread():
        found = search.exactly(np.asarray([len(material.ids)], dtype=np.intp))
        try:
            while True:
                next(found)
        except StopIteration as done:
            rows, distances = done.value
    if params.metric == "cosine":
        distances = distances**2 / 2.0
    there = rows >= 0
    table = _tokens(tokens_table, material, file)
    table.loc[own["id"], ["label", "speaker"]] = own["label"], own["speaker"]
    names = np.asarray(material.ids, dtype=np.str_)
    neighbours = np.where(there, names[np.maximum(rows, 0)], "")
    same = table["label"].reindex(neighbours[there]).to_numpy() == own["label"]
    return NearestTokens(
        name=representation.name,
        ids=(own["id"],),
        neighbours=neighbours,
        distances=distances,
        agreement=np.asarray([same.mean()]),
        apart="token",
        metric=params.metric,
        exact=True,
        notes=material.notes,
        _tokens=table,
    )


def _material(
    representation: Representation, tokens_table: pd.DataFrame, label: str, speaker: str, file: str
) -> Material:
    return gather(
        [representation],
        tokens_table,
        CompareParams(),
        label=label,
        speaker=speaker,
        sex="",
        file=file,
        every_label=True,
    )


def _asked(ids: Sequence[str] | None, material: Material) -> Ints:
    if ids is None:
        return np.arange(len(material.ids))
    row = {token: index for index, token in enumerate(material.ids)}
    for token in ids:
        if token in row:
            continue
        if token in material.reasons:
            why = ": ".join(filter(None, material.reasons[token]))
            raise ComparisonError(f'token "{token}" has no neighbours ({why})', "ask for another token")
        raise ComparisonError(f'there is no token "{token}"', _near(token, material.ids))
    return np.asarray([row[token] for token in dict.fromkeys(ids)], dtype=np.intp)


def _near(token: str, ids: Sequence[str]) -> str:
    import difflib

    # Compared with those that begin or end alike only: a corpus may have a million.
    alike = [one for one in ids if one[:3] == token[:3] or one[-3:] == token[-3:]][:5000]
    near = difflib.get_close_matches(token, alike or ids[:5000], n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else f"ids look like {', '.join(ids[:3])}"


def _groups(
    apart: str, tokens_table: pd.DataFrame, material: Material, *, file: str, word: str
) -> tuple[Ints, str, list[str]]:
    """Give tokens numbers so that those with the same number are no neighbours."""
    notes = list(material.notes)
    alone = np.arange(len(material.ids), dtype=np.intp)
    if apart == "speaker":
        if material.n_speakers > 1:
            return material.speakers, apart, notes
        notes.append("one speaker: the neighbours are other tokens of the same speaker")
        return alone, "token", notes
    if apart == "recording":
        if material.files is None:
            raise ComparisonError(
                "not every token has a recording", f'fill the column "{file}", or choose apart = speaker'
            )
        return material.files, apart, notes
    if apart == "word":
        texts = column_texts(tokens_table, word, material.ids)
        _, numbers = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
        known = np.asarray([bool(text) for text in texts])
        return np.where(known, numbers, numbers.max() + 1 + alone), apart, notes
    return alone, "token", notes


def _points(vectors: Floats, metric: str, further: Floats | None = None) -> Floats:
    """Standardize; further tokens follow, by the mean and standard deviation of the others."""
    standard = standard_columns(vectors)
    if further is not None:
        sd = vectors.std(axis=0)
        placed = (further - vectors.mean(axis=0)) / np.where(sd > 0.0, sd, 1.0)
        standard = np.concatenate([standard, placed])
    if metric == "euclidean":
        return standard
    lengths = np.sqrt((standard**2).sum(axis=1, keepdims=True))
    return np.asarray(standard / np.where(lengths > 0.0, lengths, 1.0))


def _tokens(tokens_table: pd.DataFrame, material: Material, file: str) -> pd.DataFrame:
    import pandas as pd

    table = tokens_table.set_index("id") if "id" in tokens_table.columns else tokens_table
    table = table.set_axis(table.index.astype(str)).loc[list(material.ids)]
    found = pd.DataFrame(index=table.index)
    found["label"] = [material.label_names[number] for number in material.labels]
    found["speaker"] = [material.speaker_names[number] for number in material.speakers]
    for name, column in {"file_name": file, **{name: name for name in CONTEXT}}.items():
        if column in table.columns:
            found[name] = table[column]
    return found
