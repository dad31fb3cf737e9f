"""The page of layers: what each layer of several models tells of label, speaker, sex; curves and tables.

Signals: those of `YardstickPage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from w2vpraat.compare.goals.titles import PROBES, goal_title
from w2vpraat.params import CompareParams, LayersParams

from ..tables.number_model import Column, numbers, scores, texts
from ..work.yardsticks import LAYERS, Found
from .section import GroupForms
from .yardstick_page import YardstickPage
from .yardstick_views import Picture, Table, View, narrowing

if TYPE_CHECKING:
    import pandas as pd

ASKED = ("columns", "folds", "bootstrap", "level", "seed", "min_label_tokens")
"""What of the comparison counts here."""


class LayersPage(YardstickPage):
    """Layer by layer."""

    kind = LAYERS
    action = "compare.layers"

    def about(self) -> str:
        """Return what the yardstick is, in one sentence."""
        return self.tr(
            "What every layer of several models tells of label, speaker and sex, on speakers held out; all "
            "layers, whichever are measured."
        )

    def make_forms(self) -> Sequence[tuple[str, str, GroupForms]]:
        """Return the forms."""
        everyday = ("models", "reference", "probes", "maps", "rivals", "collapse", "most_tokens")
        every = [name for name, *_ in CompareParams.describe()]
        asked = GroupForms(CompareParams, ASKED, [name for name in every if name not in ASKED])
        return (
            ("", "layers", GroupForms(LayersParams, everyday)),
            (self.tr("Comparison"), "compare", asked),
        )

    def views(self, found: Found) -> Sequence[View]:
        """Return curves, other figures, tables."""
        tables = found.outcome.tables
        made = [
            View(self._figure(name), partial(Picture, data, self._figure(name)))
            for name, data in found.pictures.items()
        ]
        made.append(View(self.tr("Table: probes"), partial(self._probes, tables["layers"])))
        if len(tables["similarity"]):
            made.append(View(self.tr("Table: similarity"), partial(self._similarity, tables["similarity"])))
        if len(tables["maps"]):
            made.append(
                View(self.tr("Table: how far maps can be believed"), partial(self._any, tables["maps"]))
            )
        if len(tables["subspaces"]):
            made.append(View(self.tr("Table: subspaces"), partial(self._any, tables["subspaces"])))
        return made

    def _figure(self, name: str) -> str:
        kind, _, what = name.partition("_")
        if kind == "layers":
            return self.tr("Curves: {probe}").format(probe=PROBES.get(what, what))
        if kind == "maps":
            return self.tr("Maps: {what}").format(what=what)
        titles = {
            "similarity": self.tr("Similarity of models"),
            "subspaces": self.tr("Subspaces of speakers and labels"),
        }
        return titles.get(name, name)

    def _probes(self, table: pd.DataFrame) -> Table:
        spaces = {"raw": self.tr("as it is"), "collapsed": self.tr("without speakers")}
        return Table(
            (
                texts(self.tr("model"), list(table["model"])),
                numbers(self.tr("layer"), table["layer"].astype(float), digits=0),
                texts(self.tr("of"), [goal_title(str(one)) for one in table["target"]]),
                texts(self.tr("probe"), [PROBES.get(str(one), str(one)) for one in table["probe"]]),
                texts(self.tr("unit"), list(table["unit"])),
                texts(self.tr("space"), [spaces.get(str(one), str(one)) for one in table["space"]]),
                scores(
                    self.tr("score, %"),
                    table["value"],
                    table["low"],
                    table["high"],
                    baseline=table["chance"],
                    tip=self.tr("% correct [interval over speakers]; dashes: chance"),
                ),
                numbers(self.tr("chance, %"), table["chance"], factor=100.0, digits=1),
                numbers(self.tr("shuffled, %"), table["shuffled"], factor=100.0, digits=1),
                numbers(self.tr("tokens"), table["n"], digits=0),
                numbers(self.tr("speakers"), table["n_speakers"], digits=0),
                texts(self.tr("representation"), list(table["representation"])),
                texts(self.tr("note"), [str(one).strip("; ") for one in table["note"]]),
            ),
            narrowings=(
                narrowing(self.tr("Task"), self.tr("all tasks"), table["target"], goal_title),
                narrowing(
                    self.tr("Probe"), self.tr("all probes"), table["probe"], lambda one: PROBES.get(one, one)
                ),
            ),
        )

    def _similarity(self, table: pd.DataFrame) -> Table:
        return Table(
            (
                texts(self.tr("model"), list(table["model"])),
                texts(self.tr("with"), list(table["other"])),
                numbers(self.tr("layer"), table["layer"].astype(float), digits=0),
                texts(self.tr("measure"), [str(one).upper() for one in table["measure"]]),
                scores(
                    self.tr("similarity"), table["value"], table["low"], table["high"], factor=1.0, digits=3
                ),
                numbers(self.tr("in sample"), table["in_sample"], digits=3),
                numbers(self.tr("tokens"), table["n"], digits=0),
                numbers(self.tr("speakers"), table["n_speakers"], digits=0),
            ),
            narrowings=(
                narrowing(self.tr("With"), self.tr("with all"), table["other"]),
                narrowing(self.tr("Measure"), self.tr("all measures"), table["measure"], str.upper),
            ),
        )

    def _any(self, table: pd.DataFrame) -> Table:
        """Show a table as the file has it."""
        columns: list[Column] = []
        for name in table.columns:
            title = str(name).replace("_", " ")
            if table[name].dtype == object:
                columns.append(texts(title, list(table[name])))
            else:
                values = table[name].to_numpy(dtype=float, na_value=float("nan"))
                whole = bool((values[values == values] % 1 == 0).all())
                columns.append(numbers(title, values, digits=0 if whole else 3))
        return Table(columns)
