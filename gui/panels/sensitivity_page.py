"""The page of boundaries: how far values go if boundaries move a little, and which tokens change most.

Signals: those of `YardstickPage`. Rows of tokens are linked with all other views.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt

from w2vpraat.params import CompareParams, SensitivityParams

from ..tables.number_model import Column, numbers, scores, texts
from ..work.yardsticks import SENSITIVITY, Found
from .section import GroupForms
from .yardstick_page import YardstickPage
from .yardstick_views import Narrowing, Picture, Table, View, narrowing

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity

DRAWN = ("folds", "bootstrap", "level", "seed")


class SensitivityPage(YardstickPage):
    """If the boundaries moved."""

    kind = SENSITIVITY
    action = "compare.sensitivity"

    def about(self) -> str:
        """Return what the yardstick is, in one sentence."""
        return self.tr(
            "How far formants and vectors go if the boundaries move by some milliseconds, and which tokens "
            "get another nearest label."
        )

    def make_forms(self) -> Sequence[tuple[str, str, GroupForms]]:
        """Return the forms."""
        moved = GroupForms(SensitivityParams, ("shifts", "queue_shift", "shortest"), ("sensitivity",))
        others = [name for name, *_ in CompareParams.describe() if name not in DRAWN]
        return (
            ("", "sensitivity", moved),
            (self.tr("Intervals"), "compare", GroupForms(CompareParams, DRAWN, others)),
        )

    def views(self, found: Found) -> Sequence[View]:
        """Return summary, tokens, figures, differences."""
        moved = found.outcome.sensitivity
        titles = {
            "sensitivity": self.tr("Figure: by how far they move"),
            "sensitivity_labels": self.tr("Figure: by label"),
        }
        said = " ".join(found.said)
        figures = [
            View(titles.get(name, name), partial(Picture, data, said))
            for name, data in found.pictures.items()
        ]
        made = [
            View(self.tr("Summary"), partial(self._summary, moved.summary)),
            View(self.tr("Tokens"), partial(self._tokens, moved), tokens=True),
            *figures,
        ]
        if len(moved.differences):
            made.append(
                View(self.tr("Differences of every two"), partial(self._differences, moved.differences))
            )
        return made

    def _summary(self, table: pd.DataFrame) -> Table:
        return Table(
            (
                texts(self.tr("representation"), list(table["representation"])),
                numbers(self.tr("moved by, ms"), table["shift"], factor=1000.0, digits=1),
                numbers(
                    self.tr("median movement, sd"),
                    table["movement_median"],
                    tip=self.tr("Largest of eight, in sd between tokens of the same label and speaker"),
                ),
                numbers(self.tr("90th percentile, sd"), table["movement_p90"]),
                scores(
                    self.tr("other nearest label, %"),
                    table["flip_rate"],
                    table["low"],
                    table["high"],
                    tip=self.tr("Tokens that get another nearest label with at least one way of moving"),
                ),
                numbers(
                    self.tr("of those right, %"),
                    table["right_flip_rate"],
                    factor=100.0,
                    digits=1,
                    tip=self.tr("The same among tokens that are nearest to their own label"),
                ),
                numbers(self.tr("tokens"), table["n_tokens"], digits=0),
                numbers(self.tr("speakers"), table["n_speakers"], digits=0),
                numbers(self.tr("stopped short"), table["n_clipped"], digits=0),
                numbers(self.tr("moves not made"), table["n_unmade"], digits=0),
            ),
            narrowings=(
                narrowing(
                    self.tr("Moved by"),
                    self.tr("all shifts"),
                    table["shift"].map(lambda shift: f"{1000 * shift:g} ms"),
                ),
            ),
        )

    def _tokens(self, found: Sensitivity) -> Table:
        table = found.tokens
        words = {True: self.tr("yes"), False: self.tr("no")}
        columns: list[Column] = [
            texts(self.tr("label"), list(table["label"]), spoken=True),
            texts(self.tr("speaker"), list(table["speaker"])),
            texts(self.tr("token"), list(table["id"])),
        ]
        named = {
            "sens_vec": (self.tr("vector"), 4, self.tr("sens_vec: largest cosine distance, centred")),
            "sens_vec_spread": (
                self.tr("vector, sd"),
                2,
                self.tr("sens_vec_spread: in sd between tokens of the same label and speaker"),
            ),
        }
        for name in table.columns:
            if name in named:
                title, digits, tip = named[name]
                columns.append(numbers(title, table[name], digits=digits, tip=tip))
            elif name.startswith("sens_f") and not name.startswith("sens_flip"):
                columns.append(self._formant(str(name), table))
            elif name.startswith("sens_flip"):
                column = table[name].astype(object).map(lambda one: words.get(one, ""))
                columns.append(texts(self._flip(str(name)), list(column), tip=str(name)))
            elif name.startswith(("sens_nearest", "sens_moved")):
                columns.append(texts(self._nearest(str(name)), list(table[name]), spoken=True, tip=str(name)))
        counts = {"sens_moves": self.tr("moves"), "sens_clipped": self.tr("stopped short")}
        columns += [numbers(title, table[name], digits=0) for name, title in counts.items()]
        only = []
        if "sens_flip" in table.columns:
            flips = (table["sens_flip"] == True).fillna(False).to_numpy(bool)  # noqa: E712 - may be missing
            items = [(self.tr("all tokens"), None), (self.tr("other nearest label"), np.asarray(flips))]
            only.append(Narrowing(self.tr("Tokens"), items))
        only.append(narrowing(self.tr("Label"), self.tr("all labels"), table["label"], spoken=True))
        first = next(
            (one for one in columns if one.tip.startswith(("sens_vec_spread", "sens_f1_spread"))), None
        )
        return Table(
            columns,
            list(table["id"]),
            only,
            sorted_by="" if first is None else first.title,
            order=Qt.SortOrder.DescendingOrder,
        )

    def _formant(self, name: str, table: pd.DataFrame) -> Column:
        formant, _, unit = name.removeprefix("sens_").partition("_")
        title = {
            "": self.tr("{formant}, Hz"),
            "sd": self.tr("{formant}, sd of speaker"),
            "spread": self.tr("{formant}, sd"),
        }[unit].format(formant=formant.upper())
        return numbers(
            title,
            table[name],
            digits=2 if unit else 0,
            tip=self.tr("{name}: largest change").format(name=name),
        )

    def _flip(self, name: str) -> str:
        return {
            "sens_flip": self.tr("other label"),
            "sens_flip_formants": self.tr("in formants"),
            "sens_flip_vec": self.tr("in vectors"),
        }.get(name, name)

    def _nearest(self, name: str) -> str:
        return {
            "sens_nearest_formants": self.tr("nearest, formants"),
            "sens_moved_formants": self.tr("if moved, formants"),
            "sens_nearest_vec": self.tr("nearest, vectors"),
            "sens_moved_vec": self.tr("if moved, vectors"),
        }.get(name, name)

    def _differences(self, table: pd.DataFrame) -> Table:
        return Table(
            (
                numbers(self.tr("moved by, ms"), table["shift"], factor=1000.0, digits=1),
                texts(self.tr("first"), list(table["first"])),
                texts(self.tr("second"), list(table["second"])),
                scores(
                    self.tr("first less second, points"),
                    table["difference"],
                    table["low"],
                    table["high"],
                    baseline=0.0,
                    tip=self.tr("Of the tokens that get another nearest label, paired by speaker"),
                ),
                numbers(self.tr("tokens"), table["n_tokens"], digits=0),
                numbers(self.tr("speakers"), table["n_speakers"], digits=0),
            )
        )
