"""What a review queue is made from: a run, its refreshed values, tokens alone, or a user's table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from w2vpraat.corpus.token_values import RESERVED_COLUMNS, metadata_columns
from w2vpraat.pipeline.opening import Opened
from w2vpraat.pipeline.running import Results
from w2vpraat.pipeline.yardsticks import Roles
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd


class Refreshable(Protocol):
    """Something that knows the results of now, such as `w2vpraat.pipeline.live.live_results.LiveResults`."""

    def results(self) -> Results:
        """Return them."""


@dataclass(frozen=True, eq=False)
class QueueMaterial:
    """Tokens and what is known of them.

    Parameters
    ----------
    table : pandas.DataFrame
        The long table, with a column ``id``; tokens measured at several points have several rows.
    representations : tuple of Representation
        Empty if nothing was measured.
    roles : Roles
        Columns of label, speaker and file.
    raw_labels : mapping
        Token id to what the TextGrid says.
    metadata : tuple of str
        Columns that the queue shows too.
    sensitivity : pandas.DataFrame, optional
        One row per token, as `Sensitivity.tokens` or ``sensitivity.csv``.
    results : Results, optional
        Of a run, so that boundaries can be moved.
    """

    table: pd.DataFrame
    representations: tuple[Representation, ...] = ()
    roles: Roles = field(default_factory=Roles)
    raw_labels: Mapping[str, str] = field(default_factory=dict)
    metadata: tuple[str, ...] = ()
    sensitivity: pd.DataFrame | None = None
    results: Results | None = None

    @property
    def tokens(self) -> pd.DataFrame:
        """The first row of each token, with the column ``raw_label`` if it is known."""
        tokens = self.table.drop_duplicates("id").reset_index(drop=True)
        if self.raw_labels:
            tokens["raw_label"] = [self.raw_labels.get(str(one), "") for one in tokens["id"]]
        return tokens


def queue_material(source: QueueMaterial | Results | Opened | Refreshable) -> QueueMaterial:
    """Return what a queue is made from.

    Parameters
    ----------
    source : QueueMaterial, Results, Opened, or LiveResults
        With `Opened` alone, nothing is measured: only lists that need no measurements can be made.
    """
    if isinstance(source, QueueMaterial):
        return source
    if isinstance(source, Opened):
        return QueueMaterial(source.tokens.frame(), (), Roles(), _raw(source), _metadata(source))
    results = source if isinstance(source, Results) else source.results()
    sensed = results.sensitivity
    return QueueMaterial(
        results.table,
        results.spaces.representations,
        Roles(),
        _raw(results.opened),
        _metadata(results.opened),
        None if sensed is None else sensed.tokens,
        results,
    )


def _raw(opened: Opened) -> dict[str, str]:
    return {token.id: token.raw_label for token in opened.tokens.kept}


def _metadata(opened: Opened) -> tuple[str, ...]:
    names = metadata_columns(opened.tokens.kept)
    return tuple(f"{name}_meta" if name in RESERVED_COLUMNS else name for name in names)
