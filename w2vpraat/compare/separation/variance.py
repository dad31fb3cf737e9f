"""All labels at once: how much of the variance is the label's, the speaker's, and what they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.maps.map_quality import draw_asked, standard_columns
from w2vpraat.compare.material import gather
from w2vpraat.compare.probes.linear import class_sums
from w2vpraat.compare.scores import interval, speaker_weights
from w2vpraat.compare.separation.choosing import in_context
from w2vpraat.compare.separation.pillai import parts
from w2vpraat.compare.threads import one_thread
from w2vpraat.params import CompareParams, PairsParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

PARTS = ("label", "speaker", "label x speaker", "residual", "undecided")
COLUMNS = (
    "representation",
    "dimension",
    "part",
    "share",
    "low",
    "high",
    "sum_of_squares",
    "df",
    "n_tokens",
    "n_speakers",
    "n_labels",
    "dim",
    "sees_speaker",
)
ALL = "all"
# Sums of squares below this share of the total are rounding.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class CellSums:
    """Tokens of each speaker and label, summed up.

    Attributes
    ----------
    counts : ndarray, shape (n_speakers, n_labels)
    sums : ndarray, shape (n_speakers, n_labels, dim)
    squares : ndarray, shape (n_speakers, dim)
        Sum of squares of each speaker's tokens.
    """

    counts: Floats
    sums: Floats
    squares: Floats

    @classmethod
    def of(cls, vectors: Floats, labels: Ints, speakers: Ints) -> CellSums:
        """Sum up vectors, shape (n_tokens, dim)."""
        n_labels, n_speakers = int(labels.max()) + 1, int(speakers.max()) + 1
        cells = speakers * n_labels + labels
        counts = np.bincount(cells, minlength=n_speakers * n_labels).astype(np.float64)
        return cls(
            counts.reshape(n_speakers, n_labels),
            class_sums(vectors, cells, n_speakers * n_labels).reshape(n_speakers, n_labels, -1),
            class_sums(vectors**2, speakers, n_speakers),
        )


def sums_of_squares(cells: CellSums, weights: Floats) -> tuple[Floats, Floats]:
    """Split the sum of squares of samples of speakers: two-way, Type II.

    Label after speaker, speaker after label, their interaction after both, the residual within cells, and
    what of the total belongs to label or speaker but can't be told which (``undecided``; 0 if every speaker
    says every label equally often).

    Parameters
    ----------
    cells : CellSums
        Of centred vectors.
    weights : ndarray, shape (n_samples, n_speakers)
        How often each speaker is drawn; a speaker drawn twice counts as two.

    Returns
    -------
    parts : ndarray, shape (n_samples, 5, dim)
        In the order of :data:`PARTS`.
    total : ndarray, shape (n_samples, dim)
        About the mean of the sample.
    """
    counts, sums = cells.counts, cells.sums
    dim = sums.shape[2]
    n_speaker = counts.sum(axis=1)
    share = counts / n_speaker[:, None]
    by_speaker = sums.sum(axis=1)
    # Sums per speaker that add up over a sample: cells, speakers, and the normal equations of the labels
    # with the speakers eliminated.
    of_cells = (sums**2 / np.maximum(counts, 1.0)[:, :, None]).sum(axis=1)
    of_speaker = by_speaker**2 / n_speaker[:, None]
    normal = np.einsum("sl,lm->slm", counts, np.eye(counts.shape[1])) - counts[:, :, None] * share[:, None, :]
    right = sums - counts[:, :, None] * (by_speaker / n_speaker[:, None])[:, None, :]
    found = np.empty((len(weights), len(PARTS), dim))
    total = np.empty((len(weights), dim))
    for rows in parts(len(weights), sums[0].size):
        drawn = weights[rows]
        n_label = drawn @ counts
        label_sums = np.tensordot(drawn, sums, axes=1)
        mean = label_sums.sum(axis=1) ** 2 / n_label.sum(axis=1)[:, None]
        everything = drawn @ cells.squares - mean
        within = drawn @ cells.squares - drawn @ of_cells
        speaker_alone = drawn @ of_speaker - mean
        label_alone = (label_sums**2 / np.maximum(n_label, 1.0)[:, :, None]).sum(axis=1) - mean
        inverse = np.linalg.pinv(np.tensordot(drawn, normal, axes=1), rcond=1e-10, hermitian=True)
        rest = np.tensordot(drawn, right, axes=1)
        label = np.einsum("bld,blm,bmd->bd", rest, inverse, rest, optimize=True)
        both = speaker_alone + label
        made = [label, both - label_alone, everything - within - both, within, label_alone - label]
        split = np.stack(made, axis=1)
        found[rows] = np.where(np.abs(split) > ROUNDING * everything[:, None, :], split, 0.0)
        total[rows] = everything
    return found, total


def degrees_of_freedom(counts: Floats) -> tuple[int, int, int, int]:
    """Degrees of freedom of label, speaker, interaction and residual; cells may be empty."""
    n_speakers, n_labels = counts.shape
    # Labels and speakers that hang together count as one block; one contrast fewer for each further block.
    links = counts > 0
    seen: NDArray[np.bool_] = np.zeros(n_speakers, dtype=bool)
    blocks = 0
    for start in range(n_speakers):
        if seen[start]:
            continue
        blocks += 1
        front = np.arange(n_speakers) == start
        while (front & ~seen).any():
            seen = seen | front
            front = np.asarray(links[:, links[seen].any(axis=0)].any(axis=1))
    cells = int(links.sum())
    additive = n_speakers + n_labels - blocks
    return n_labels - blocks, n_speakers - blocks, cells - additive, int(counts.sum()) - cells


@dataclass(frozen=True, eq=False)
class Separation:
    """How far all labels lie apart.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per representation, dimension (``all``: over all of them, each standardized) and part; columns
        as in :data:`COLUMNS`. ``share`` is of the total sum of squares; the five parts add up to 1.
    silhouette : pandas.DataFrame
        ``representation``, ``value``, ``low``, ``high``: mean silhouette of the labels in the standardized
        dimensions.
    notes : tuple of str
    level : float
    """

    table: pd.DataFrame
    silhouette: pd.DataFrame
    notes: tuple[str, ...]
    level: float = 0.95


def separation_of_all(
    representations: Representation | Sequence[Representation],
    tokens_table: pd.DataFrame,
    params: PairsParams | None = None,
    compare: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    following: str = "fol_seg",
    preceding: str = "pre_seg",
) -> Separation:
    """Split the variance by label, speaker and their interaction, and give the silhouette of all labels.

    Parameters
    ----------
    representations : Representation or sequence of Representation
        Only tokens that are complete in all of them count.
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    params : PairsParams, optional
        Its context counts here.
    compare : CompareParams, optional
        Least tokens of a label, bootstrap samples over speakers, level, seed.
    label, speaker, following, preceding : str
        Columns.

    Returns
    -------
    Separation
        With one speaker only label and residual, without intervals.

    Raises
    ------
    ComparisonError
        No such column, or fewer than two labels.

    References
    ----------
    Langsrud 2003, Stat. Comput. 13:163-167 (Type II sums of squares for unbalanced data); Rousseeuw 1987,
    J. Comput. Appl. Math. 20:53-65 (silhouette).
    """
    import pandas as pd

    params = PairsParams() if params is None else params
    compare = CompareParams() if compare is None else compare
    items = [representations] if isinstance(representations, Representation) else list(representations)
    table = in_context(tokens_table, params.before, params.after, following=following, preceding=preceding)
    material = gather(items, table, compare, label=label, speaker=speaker, sex="", file="")
    several = material.n_speakers > 1
    weights = (
        speaker_weights(np.zeros(material.n_speakers, dtype=np.intp), compare.bootstrap, compare.seed)
        if several
        else np.zeros((0, material.n_speakers))
    )
    rows: list[dict[str, Any]] = []
    silhouettes = []
    with one_thread():
        for item in items:
            standard = standard_columns(material.vectors(item))
            cells = CellSums.of(standard, material.labels, material.speakers)
            rows += _rows(item, cells, weights, compare.level)
            value, low, high = _silhouette(
                standard, material.labels, material.speakers, weights, compare.level, compare.seed
            )
            silhouettes.append((item.name, value, low, high))
    notes = list(material.notes)
    if not several:
        notes.append("one speaker: no share of the speaker, and no intervals")
    return Separation(
        pd.DataFrame(rows, columns=list(COLUMNS)),
        pd.DataFrame(silhouettes, columns=["representation", "value", "low", "high"]),
        tuple(notes),
        compare.level,
    )


def _rows(item: Representation, cells: CellSums, weights: Floats, level: float) -> list[dict[str, Any]]:
    found, total = sums_of_squares(cells, np.ones((1, len(cells.counts))))
    sampled, sampled_total = sums_of_squares(cells, weights)
    several = len(cells.counts) > 1
    dfs = (*degrees_of_freedom(cells.counts), None)
    common = {
        "representation": item.name,
        "n_tokens": int(cells.counts.sum()),
        "n_speakers": cells.counts.shape[0],
        "n_labels": cells.counts.shape[1],
        "dim": item.dim,
        "sees_speaker": item.sees_speaker,
    }
    rows = []
    for place in range(-1, item.dim):
        chosen = slice(None) if place < 0 else slice(place, place + 1)
        whole = float(total[0, chosen].sum())
        sampled_whole = sampled_total[:, chosen].sum(axis=1)
        for number, part in enumerate(PARTS):
            if not several and part not in ("label", "residual"):
                continue
            squares = float(found[0, number, chosen].sum())
            samples = sampled[:, number, chosen].sum(axis=1)
            usable = sampled_whole > 0.0
            low, high = interval(samples[usable] / sampled_whole[usable], level)
            df = dfs[number]
            rows.append(
                {
                    **common,
                    "dimension": ALL if place < 0 else item.columns[place],
                    "part": part,
                    "share": squares / whole if whole > 0.0 else float("nan"),
                    "low": low,
                    "high": high,
                    "sum_of_squares": squares,
                    "df": float("nan") if df is None else df * (item.dim if place < 0 else 1),
                }
            )
    return rows


def _silhouette(
    points: Floats, labels: Ints, speakers: Ints, weights: Floats, level: float, seed: int
) -> tuple[float, float, float]:
    """Mean silhouette, and its interval over speakers, the distances held as they are."""
    from sklearn.metrics import silhouette_samples

    asked = draw_asked(len(labels), seed)
    if not 1 < len(np.unique(labels[asked])) < len(asked):
        return float("nan"), float("nan"), float("nan")
    each = silhouette_samples(points[asked], labels[asked])
    sums = np.bincount(speakers[asked], weights=each, minlength=weights.shape[1])
    counts = np.bincount(speakers[asked], minlength=weights.shape[1]).astype(np.float64)
    drawn = weights @ counts
    usable = drawn > 0.0
    return float(each.mean()), *interval((weights @ sums)[usable] / drawn[usable], level)
