"""Separation of two labels at a time, in any representation: the mergers that sociophoneticians ask about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.material import gather
from w2vpraat.compare.separation.choosing import choose_pairs, in_context, nearest_pairs
from w2vpraat.compare.separation.covariates import Covariates
from w2vpraat.compare.separation.measures import COLUMNS, Pair, PairRow, measure_pair
from w2vpraat.compare.separation.spaces import Space
from w2vpraat.compare.threads import one_thread
from w2vpraat.events import Progress
from w2vpraat.params import CompareParams, PairsParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SPEAKER_COLUMNS = ("speaker", *COLUMNS)
# Of many pairs, so much less is drawn by lot.
FEWER = 5


@dataclass(frozen=True, eq=False)
class PairTable:
    """How far the labels of pairs lie apart.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per pair and representation, nearest pair first if all were asked for (by the Jensen-Shannon
        divergence in the first representation); columns as in :class:`PairRow`.
    by_speaker : pandas.DataFrame
        The same with ``speaker`` in front, for each speaker with enough tokens of both labels.
    left_out : pandas.DataFrame
        ``id``, ``reason``, ``detail`` of the tokens that were not compared.
    notes : tuple of str
    before, after : tuple of str
        The context of the tokens; empty: any.
    level : float
        Of the intervals.
    """

    table: pd.DataFrame
    by_speaker: pd.DataFrame
    left_out: pd.DataFrame
    notes: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    level: float = 0.95

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs, in the order of the table."""
        found = zip(self.table["first"], self.table["second"], strict=True)
        return tuple(dict.fromkeys((str(one), str(two)) for one, two in found))


def pair_separation(
    representations: Representation | Sequence[Representation],
    tokens_table: pd.DataFrame,
    params: PairsParams | None = None,
    compare: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    following: str = "fol_seg",
    preceding: str = "pre_seg",
) -> PairTable:
    """Measure how far two labels lie apart, for all speakers and for each.

    Parameters
    ----------
    representations : Representation or sequence of Representation
        With different names. Only tokens that are complete in all of them are measured.
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    params : PairsParams, optional
        Pairs, context, covariates, least tokens.
    compare : CompareParams, optional
        Bootstrap samples, level and seed.
    label, speaker, following, preceding : str
        Columns. In ``params.covariates`` ``speaker`` always means the speaker.

    Returns
    -------
    PairTable

    Raises
    ------
    ComparisonError
        Unknown labels or columns, too few tokens of a label, no token in the context.

    See Also
    --------
    merger : the same for one pair.
    """
    found = separating(
        representations,
        tokens_table,
        params,
        compare,
        label=label,
        speaker=speaker,
        following=following,
        preceding=preceding,
    )
    return next(event for event in found if isinstance(event, PairTable))


def merger(
    representations: Representation | Sequence[Representation],
    tokens_table: pd.DataFrame,
    first: str,
    second: str,
    *,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    covariates: Sequence[str] = ("speaker",),
    params: PairsParams | None = None,
    compare: CompareParams | None = None,
    label: str = "label",
    speaker: str = "speaker",
    following: str = "fol_seg",
    preceding: str = "pre_seg",
) -> PairTable:
    """Ask whether two labels are merged, for all speakers and for each.

    Parameters
    ----------
    representations, tokens_table, params, compare, label, speaker, following, preceding
        As for :func:`pair_separation`.
    first, second : str
        The labels.
    before, after : sequence of str
        Only tokens before (after) these segments: ``before=("n", "m")`` for pin and pen.
    covariates : sequence of str
        Columns that the adjusted Pillai score takes out first; with several speakers ``speaker`` should be
        one of them.

    Returns
    -------
    PairTable
        `explain_pairs` of it says in a sentence whether the merger looks complete, and in which speakers.
    """
    chosen = replace(
        PairsParams() if params is None else params,
        pairs=(),
        before=tuple(before),
        after=tuple(after),
        covariates=tuple(covariates),
    )
    found = _separating(
        representations,
        tokens_table,
        [(first, second)],
        chosen,
        CompareParams() if compare is None else compare,
        (label, speaker, following, preceding),
    )
    return next(event for event in found if isinstance(event, PairTable))


def separating(
    representations: Representation | Sequence[Representation],
    tokens_table: pd.DataFrame,
    params: PairsParams | None = None,
    compare: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    following: str = "fol_seg",
    preceding: str = "pre_seg",
) -> Iterator[Progress | PairTable]:
    """Do the same as `pair_separation`, one pair after the other.

    Yields
    ------
    Progress, then PairTable
    """
    params = PairsParams() if params is None else params
    compare = CompareParams() if compare is None else compare
    columns = (label, speaker, following, preceding)
    yield from _separating(representations, tokens_table, params.pairs, params, compare, columns)


def _separating(
    representations: Representation | Sequence[Representation],
    tokens_table: pd.DataFrame,
    asked: Sequence[str | tuple[str, str]],
    params: PairsParams,
    compare: CompareParams,
    columns: tuple[str, str, str, str],
) -> Iterator[Progress | PairTable]:
    import pandas as pd

    label, speaker, following, preceding = columns
    items = [representations] if isinstance(representations, Representation) else list(representations)
    table = in_context(tokens_table, params.before, params.after, following=following, preceding=preceding)
    material = gather(items, table, compare, label=label, speaker=speaker, sex="", file="", every_label=True)
    counted = np.bincount(material.labels, minlength=material.n_labels)
    counts = {name: int(count) for name, count in zip(material.label_names, counted, strict=True)}
    pairs, notes = choose_pairs(asked, counts, params.min_pair_tokens)
    if not asked:
        every = len(pairs)
        first = material.vectors(items[0])
        pairs = nearest_pairs(pairs, params.most_pairs, first, material.labels, material.label_names)
        if len(pairs) < every:
            notes.append(f"the nearest {len(pairs)} of {every} pairs (most_pairs = 0 gives all)")
    covariates = Covariates.read(table, material.ids, params.covariates, speaker=speaker, label=label)
    notes = [*material.notes, *notes]
    in_full = len(pairs) <= params.in_full
    if not in_full:
        notes.append(
            f"{len(pairs)} pairs: intervals and values by chance come from {compare.bootstrap // FEWER} "
            f"samples and {params.shuffles // FEWER} shuffles, and there are none for single speakers; name "
            "pairs to get all"
        )
    work = _Work(params, compare, in_full)
    rows: list[PairRow] = []
    of_speakers: list[tuple[str, PairRow]] = []
    with one_thread():
        spaces = [Space.of(item, material.vectors(item)) for item in items]
        numbers = {name: number for number, name in enumerate(material.label_names)}
        for done, names in enumerate(pairs, start=1):
            one, two = (numbers[name] for name in names)
            chosen = np.flatnonzero((material.labels == one) | (material.labels == two))
            groups = (material.labels[chosen] == two).astype(np.intp)
            voices = material.speakers[chosen]
            rows += work.rows(names, chosen, groups, voices, covariates, spaces)
            for voice in np.unique(voices):
                own = voices == voice
                if min(groups[own].sum(), (1 - groups[own]).sum()) >= params.min_pair_tokens:
                    name = material.speaker_names[voice]
                    made = work.rows(
                        names, chosen[own], groups[own], voices[own], covariates, spaces, speaker=True
                    )
                    of_speakers += [(name, row) for row in made]
            yield Progress("pairs", done, len(pairs), f"{names[0]}:{names[1]}")
    found = pd.DataFrame([vars(row) for row in rows], columns=list(COLUMNS))
    by_speaker = pd.DataFrame(
        [{"speaker": name, **vars(row)} for name, row in of_speakers], columns=list(SPEAKER_COLUMNS)
    )
    if not asked:
        found, by_speaker = _nearest_first(found, by_speaker, items[0].name)
    yield PairTable(
        found,
        by_speaker,
        pd.DataFrame(
            [(token, *why) for token, why in sorted(material.reasons.items())],
            columns=["id", "reason", "detail"],
        ),
        tuple(notes),
        params.before,
        params.after,
        compare.level,
    )


@dataclass(frozen=True)
class _Work:
    """How much is drawn for each pair."""

    params: PairsParams
    compare: CompareParams
    in_full: bool

    def rows(
        self,
        names: tuple[str, str],
        chosen: Ints,
        groups: Ints,
        voices: Ints,
        covariates: Covariates,
        spaces: Sequence[Space],
        *,
        speaker: bool = False,
    ) -> list[PairRow]:
        """Measure one pair in every representation."""
        share = 1 if self.in_full else 0 if speaker else FEWER
        lots = (0, 0) if not share else (self.compare.bootstrap // share, self.params.shuffles // share)
        compare = replace(self.compare, bootstrap=lots[0])
        pair = Pair.of(chosen, groups, voices, covariates, compare, lots[1])
        return [measure_pair(pair, space, names, self.params, compare) for space in spaces]


def _nearest_first(
    found: pd.DataFrame, by_speaker: pd.DataFrame, first: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    own = found[found["representation"] == first]
    order = own.sort_values(["jsd", "first", "second"], na_position="last", kind="stable")
    keys = zip(order["first"], order["second"], strict=True)
    rank = {key: place for place, key in enumerate(keys)}

    def sorted_by_rank(table: pd.DataFrame) -> pd.DataFrame:
        places = [rank[key] for key in zip(table["first"], table["second"], strict=True)]
        return table.iloc[np.argsort(places, kind="stable")].reset_index(drop=True)

    return sorted_by_rank(found), sorted_by_rank(by_speaker)
