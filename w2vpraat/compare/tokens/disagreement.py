"""The queue of tokens worth a second look: where formants and vectors disagree.

Each representation says what it takes a token for (out of fold, see `answers`) and how far the token lies
from its label (see `outliers`). What both doubt is likely a wrong label or boundary; what formants alone
doubt is likely a wrong formant track.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from w2vpraat.compare.material import Material, gather
from w2vpraat.compare.threads import one_thread
from w2vpraat.compare.tokens.answers import Answers, answer_labels, label_folds
from w2vpraat.compare.tokens.objections import KINDS, NOT_COMPARED, NOTHING, View, kinds_of, reason, world_of
from w2vpraat.compare.tokens.outliers import Outliers, outliers_of
from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress
from w2vpraat.params import CompareParams, ReviewParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

# Columns of the token table that help to find a token again.
CONTEXT = ("word", "pre_seg", "fol_seg", "start", "end")
SIDES = ("first", "second")


@dataclass(frozen=True, eq=False)
class Review:
    """What two representations (or one) say of every token.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per token of the token table, most suspicious first, ties by id; tokens that could not be
        compared come last, with the reason in ``why``. Columns: ``id, file_name, speaker, label, word,
        pre_seg, fol_seg, start, end`` as far as they are known, ``kind, suspicion, why``, and for ``first``
        and ``second`` its name, ``answer_*, posterior_*`` (of the token's label), ``best_posterior_*,
        margin_*, distance_*, tail_*, outlier_*``.
    names : tuple of str
        Of the representations: one or two.
    answers : tuple of Answers
    outliers : tuple of Outliers
    outlier_level : float
    notes : tuple of str
        What holds for the whole table.
    """

    table: pd.DataFrame
    names: tuple[str, ...]
    answers: tuple[Answers, ...]
    outliers: tuple[Outliers, ...]
    outlier_level: float
    notes: tuple[str, ...]

    @property
    def queue(self) -> pd.DataFrame:
        """The rows with something to look at."""
        return self.table[~self.table["kind"].isin([NOTHING, NOT_COMPARED])]

    @property
    def counts(self) -> dict[str, int]:
        """Kind -> number of tokens, in the order of :data:`KINDS`."""
        found = Counter(self.table["kind"])
        return {kind: found[kind] for kind in KINDS if found[kind]}


def review_tokens(
    representations: Sequence[Representation],
    tokens_table: pd.DataFrame,
    params: ReviewParams | None = None,
    compare: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    file: str = "file_name",
) -> Review:
    """List tokens by how suspicious they are.

    Parameters
    ----------
    representations : sequence of Representation
        One, or two: usually normalized formants and an embedding.
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    params : ReviewParams, optional
        The level of outliers counts here.
    compare : CompareParams, optional
        Folds, seed, least tokens per label.
    label, speaker, file : str
        Columns.

    Returns
    -------
    Review

    Raises
    ------
    ComparisonError
        Not one or two representations, two of the same name, no label column, fewer than two labels left.

    Notes
    -----
    The trust of a representation is the posterior of the token's label, times 1 - strength / 2, where the
    strength of an outlier goes from 0 at ``outlier_level`` to 1 far away. The suspicion is one less the mean
    trust: near 1 only if all are sure against the label, near 1/2 if one of two is.
    """
    found = reviewing_tokens(
        representations, tokens_table, params, compare, label=label, speaker=speaker, file=file
    )
    return next(event for event in found if isinstance(event, Review))


def reviewing_tokens(
    representations: Sequence[Representation],
    tokens_table: pd.DataFrame,
    params: ReviewParams | None = None,
    compare: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    file: str = "file_name",
) -> Iterator[Progress | Review]:
    """Do the same as `review_tokens`, step by step.

    Yields
    ------
    Progress, then Review
    """
    params = ReviewParams() if params is None else params
    compare = CompareParams() if compare is None else compare
    if len(representations) not in (1, 2):
        raise ComparisonError(
            f"one or two representations are reviewed, not {len(representations)}", "choose two of them"
        )
    material = gather(representations, tokens_table, compare, label=label, speaker=speaker, sex="", file=file)
    folds, views = label_folds(material, compare), []
    for number, item in enumerate(representations):
        with one_thread():
            values = material.vectors(item)
            answers = answer_labels(values, material, folds, item.name)
            yield Progress("review", 2 * number + 1, 2 * len(representations), item.name)
            outliers = outliers_of(values, material, seed=compare.seed, name=item.name)
        views.append(View(item.name, world_of(item), answers, outliers, params.outlier_level))
        yield Progress("review", 2 * number + 2, 2 * len(representations), item.name)
    rows = _rows(views, material)
    table = _with_context(rows, tokens_table, material, label=label, speaker=speaker, file=file)
    yield Review(
        table=table,
        names=tuple(item.name for item in representations),
        answers=tuple(view.answers for view in views),
        outliers=tuple(view.outliers for view in views),
        outlier_level=params.outlier_level,
        notes=(*material.notes, *_notes(views)),
    )


def explain_review(review: Review) -> str:
    """Say in plain sentences what the queue holds, and how far to trust it."""
    compared = int((review.table["kind"] != NOT_COMPARED).sum())
    shares = [f"{item.name} with {100 * item.agrees.mean():.0f} %" for item in review.answers]
    text = f"{len(review.queue)} of {compared} tokens have something to look at. Asked without having met "
    text += "the speaker, " if len(set(review.table.get("speaker", ()))) > 1 else "the token, "
    text += f"{' and '.join(shares)} of the labels."
    text = text.replace(" with ", " agrees with ", 1)
    if min(float(item.agrees.mean()) for item in review.answers) < 0.6:
        text += (
            " Where a representation is often wrong, most of its objections are its own fault: begin at the "
            "top, where it is sure."
        )
    if left_out := len(review.table) - compared:
        text += f" {left_out} tokens could not be compared; the table says why."
    return text


def _rows(views: list[View], material: Material) -> pd.DataFrame:
    import pandas as pd

    kinds = kinds_of(views)
    labels = [material.label_names[number] for number in material.labels]
    heard = views[0].answers.heard  # the same folds for both
    table = pd.DataFrame({"id": material.ids, "label": labels})
    table["kind"] = np.where(heard, kinds, NOT_COMPARED)
    table["suspicion"] = np.where(heard, 1.0 - np.mean([view.trust for view in views], axis=0), np.nan)
    table["why"] = [
        reason(kind, label, views, row)
        if known
        else f'no training token has the label "{label}": all of its speakers were held out together'
        for row, (kind, label, known) in enumerate(zip(kinds, labels, heard, strict=True))
    ]
    for side, view in zip(SIDES, views, strict=False):
        for column, values in view.columns(side).items():
            table[column] = values
    return table


def _with_context(
    rows: pd.DataFrame,
    tokens_table: pd.DataFrame,
    material: Material,
    *,
    label: str,
    speaker: str,
    file: str,
) -> pd.DataFrame:
    """Add what the token table says, and the tokens that were left out."""
    import pandas as pd

    tokens = tokens_table.set_index("id") if "id" in tokens_table.columns else tokens_table
    tokens = tokens.set_axis(tokens.index.astype(str))
    absent = [token for token in tokens.index if token in material.reasons]
    left_out = pd.DataFrame({"id": absent, "kind": NOT_COMPARED})
    left_out["why"] = [": ".join(filter(None, material.reasons[token])) for token in absent]
    rows = rows.sort_values(["suspicion", "id"], ascending=[False, True], kind="stable", na_position="last")
    whole = pd.concat([rows, left_out], ignore_index=True) if absent else rows.reset_index(drop=True)
    known = {"file_name": file, "speaker": speaker, "label": label, **{name: name for name in CONTEXT}}
    context = pd.DataFrame({"id": whole["id"]})
    for name, column in known.items():
        if column in tokens.columns:
            context[name] = tokens[column].reindex(whole["id"]).to_numpy()
    for side in SIDES:
        column = f"outlier_{side}"
        if column in whole.columns:
            whole[column] = whole[column].eq(True)  # False for tokens left out
    return context.join(whole.drop(columns=["id", "label"]))


def _notes(views: list[View]) -> list[str]:
    notes = [f"{view.name}: {view.answers.description}; {view.outliers.description}" for view in views]
    for view in views:
        if unknown := int((~view.outliers.judged).sum()):
            notes.append(
                f"{view.name}: {unknown} tokens of speakers or labels with fewer than five tokens are not "
                "judged as outliers"
            )
    return notes
