"""The page of pairs: how far two labels lie apart, for all speakers and for each.

Signals: those of `YardstickPage`. Choosing a pair selects its tokens everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from w2vpraat.params import CompareParams, PairsParams

from ..tables.number_model import Column, numbers, scores, texts
from ..work.yardsticks import PAIRS, Found, tokens_of_pair
from .section import GroupForms
from .yardstick_page import YardstickPage
from .yardstick_views import Table, View, narrowing

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.separation.variance import Separation

DRAWN = ("bootstrap", "level", "seed")
"""What of the comparison decides intervals."""


class PairsPage(YardstickPage):
    """Mergers, splits, contrasts."""

    kind = PAIRS
    action = "compare.pairs"

    def about(self) -> str:
        """Return what the yardstick is, in one sentence."""
        return self.tr(
            "How far the tokens of two labels lie apart in each representation: mergers, splits, contrasts."
        )

    def make_forms(self) -> Sequence[tuple[str, str, GroupForms]]:
        """Return the forms."""
        everyday = ("pairs", "most_pairs", "before", "after", "covariates", "shuffles")
        every = [name for name, *_ in CompareParams.describe()]
        drawn = GroupForms(CompareParams, DRAWN, [name for name in every if name not in DRAWN])
        return (
            ("", "pairs", GroupForms(PairsParams, everyday)),
            (self.tr("Intervals"), "compare", drawn),
        )

    def views(self, found: Found) -> Sequence[View]:
        """Return pairs, pairs by speaker, shares of variance."""
        pairs = found.outcome.pairs
        made = [View(self.tr("Pairs"), partial(self._pairs, pairs.table, by_speaker=False))]
        if len(pairs.by_speaker):
            made.append(
                View(self.tr("Pairs, by speaker"), partial(self._pairs, pairs.by_speaker, by_speaker=True))
            )
        made.append(View(self.tr("Shares of variance"), partial(self._variance, found.outcome.separation)))
        return made

    def _pairs(self, table: pd.DataFrame, *, by_speaker: bool) -> Table:
        names = [f"{one} – {two}" for one, two in zip(table["first"], table["second"], strict=True)]
        voices = list(table["speaker"].astype(str)) if by_speaker else [""] * len(table)
        keys = list(zip(table["first"], table["second"], voices, strict=True))
        adjusted = str(table["covariates"].iloc[0]) if len(table) else ""
        columns: list[Column] = [texts(self.tr("pair"), names, spoken=True)]
        if by_speaker:
            columns.append(texts(self.tr("speaker"), voices))
        columns += [
            texts(self.tr("representation"), list(table["representation"])),
            _span(
                self.tr("Pillai"),
                table,
                "pillai",
                baseline=table["pillai_null"],
                tip=self.tr(
                    "0 the same, 1 apart. The dashes mark what two samples of one vowel give by chance; the "
                    "interval is corrected for what few tokens add, so that it may lie below the value."
                ),
            ),
            numbers(self.tr("by chance"), table["pillai_null"]),
        ]
        if adjusted:
            columns.append(
                _span(
                    self.tr("Pillai less {what}").format(what=adjusted),
                    table,
                    "pillai_adjusted",
                    tip=self.tr("After these columns were taken out"),
                )
            )
        columns += [
            numbers(
                self.tr("p"),
                table["pillai_p_shuffled"],
                digits=3,
                tip=self.tr("Labels shuffled within speakers"),
            ),
            numbers(
                self.tr("affinity"), table["affinity"], tip=self.tr("Bhattacharyya; 1 the same, 0 apart")
            ),
            _span(
                self.tr("JSD"), table, "jsd", tip=self.tr("Jensen-Shannon divergence; 0 the same, 1 apart")
            ),
            _span(self.tr("Mahalanobis"), table, "mahalanobis", tip=self.tr("Distance of the means, in sd")),
            numbers(
                self.tr("overlap"),
                table["ellipse_of_smaller"],
                tip=self.tr("Share of the smaller ellipse that lies in the other"),
            ),
            numbers(self.tr("silhouette"), table["silhouette"]),
            texts(
                self.tr("tokens"),
                [f"{one} + {two}" for one, two in zip(table["n_first"], table["n_second"], strict=True)],
            ),
            numbers(self.tr("speakers"), table["n_speakers"], digits=0),
            numbers(self.tr("dimensions"), table["dim_used"], digits=0),
            texts(self.tr("note"), list(table["note"])),
        ]
        one = narrowing(self.tr("Representation"), "", table["representation"])
        # The first representation alone at first: one row for a pair.
        only = [replace(one, items=[*one.items, (self.tr("all representations"), None)])]
        if by_speaker:
            only.append(narrowing(self.tr("Speaker"), self.tr("all speakers"), table["speaker"]))
        return Table(columns, keys, only)

    def _variance(self, found: Separation) -> Table:
        own = found.table[found.table["dimension"] == "all"]
        names = list(dict.fromkeys(own["representation"]))
        columns: list[Column] = [texts(self.tr("representation"), names)]
        for part in dict.fromkeys(own["part"]):
            rows = own[own["part"] == part].set_index("representation").reindex(names)
            columns.append(
                scores(
                    f"{part}, %",
                    rows["share"],
                    rows["low"],
                    rows["high"],
                    tip=self.tr("Share of the variance over all dimensions, type II sums of squares"),
                )
            )
        rows = found.silhouette.set_index("representation").reindex(names)
        columns.append(
            scores(
                self.tr("silhouette of labels"),
                rows["value"],
                rows["low"],
                rows["high"],
                factor=1.0,
                digits=2,
            )
        )
        return Table(columns)

    def choose_row(self, key: Any) -> None:
        """Select the tokens of a pair everywhere, and say what was found of it first."""
        found = self.found
        if found is None:
            return
        first, second, speaker = key
        ids = tokens_of_pair(found, (first, second), speaker)
        self.state.linked.select(self.judging.ids_now(self.kind, ids))
        self.say(found.sentences.get((first, second), ""))


def _span(title: str, table: pd.DataFrame, name: str, **more: Any) -> Column:
    return scores(
        title, table[name], table[f"{name}_low"], table[f"{name}_high"], factor=1.0, digits=2, **more
    )
