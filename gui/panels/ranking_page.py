"""The page of the ranking: every representation on every goal, with intervals, baselines and differences.

Signals: those of `YardstickPage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from w2vpraat.compare.goals.titles import PROBES, direction, goal_title
from w2vpraat.params import CompareParams

from ..tables.number_model import Column, numbers, scores, texts
from ..work.yardsticks import RANKING, Found
from .section import GroupForms
from .yardstick_page import YardstickPage
from .yardstick_views import Picture, Table, View, narrowing

if TYPE_CHECKING:
    import pandas as pd


class RankingPage(YardstickPage):
    """Who comes first, goal by goal."""

    kind = RANKING
    action = "compare.run"

    def about(self) -> str:
        """Return what the yardstick is, in one sentence."""
        return self.tr(
            "Formants and embeddings meet the same tokens, folds and probes: what tells labels best, and "
            "what still tells speaker and sex."
        )

    def make_forms(self) -> Sequence[tuple[str, str, GroupForms]]:
        """Return the forms."""
        everyday = ("probes", "folds", "columns", "across", "bootstrap", "level")
        return (("", "compare", GroupForms(CompareParams, everyday)),)

    def _make(self) -> None:
        super()._make()
        self.methods_button = QPushButton(self.tr("Copy methods"))
        self.methods_button.setToolTip(self.tr("The methods paragraph with its references, ready to paste"))
        self.methods_button.clicked.connect(self._on_methods)
        self.bar.insertWidget(self.bar.count() - 1, self.methods_button)
        self.methods_button.hide()

    def _tell(self) -> None:
        super()._tell()
        self.methods_button.setVisible(self.found is not None)

    def _on_methods(self) -> None:
        if self.found is not None:
            QGuiApplication.clipboard().setText(self.found.methods)
            self.state.notices.news(self.tr("The methods paragraph is in the clipboard"))

    def views(self, found: Found) -> Sequence[View]:
        """Return all goals, each of them, all scores, all differences, the figure."""
        judged = found.outcome.yardsticks
        ranking, table = judged.ranking, judged.scores.table
        goals = list(dict.fromkeys(ranking.table["goal"]))
        each = [View(goal_title(goal), partial(self._goal, goal, ranking, table)) for goal in goals]
        return (
            View(self.tr("All goals"), partial(self._goals, goals, ranking.table)),
            *each,
            View(self.tr("Figure"), lambda: Picture(found.pictures["ranking"], " ".join(found.said[:1]))),
            View(self.tr("Differences of every two"), partial(self._differences, judged.differences)),
            View(self.tr("All scores"), partial(self._scores, table)),
        )

    def _goals(self, goals: Sequence[str], table: pd.DataFrame) -> Table:
        names = list(table.loc[table["goal"] == goals[0], "representation"])
        columns: list[Column] = [texts(self.tr("representation"), names)]
        for goal in goals:
            own = table[table["goal"] == goal].set_index("representation").reindex(names)
            columns.append(
                scores(
                    goal_title(goal),
                    own["value"],
                    own["low"],
                    own["high"],
                    baseline=own["chance"],
                    leads=own["rank"] == 1,
                    ranks=own["rank"].fillna(0),
                    tip=self._tip(goal, own),
                )
            )
        return Table(columns)

    def _tip(self, goal: str, own: pd.DataFrame) -> str:
        good = {
            "keep": self.tr("High is good."),
            "remove": self.tr("Low is good, down to chance."),
            "social": self.tr("High: it is kept."),
        }[direction(goal)]
        known = own.dropna(subset=["probe"])
        probe = str(known["probe"].iloc[0]) if len(known) else ""
        return self.tr(
            "{goal}, % correct, {probe}. {good}\n"
            "rank: score [interval over speakers]; in a rank nothing is clearly worse than its first.\n"
            "Filled: first rank. Dashes: chance."
        ).format(goal=goal_title(goal), probe=PROBES.get(probe, probe), good=good)

    def _goal(self, goal: str, ranking: Any, table: pd.DataFrame) -> Table:
        keys = ["goal", "probe", "unit", "representation"]
        own = ranking.table[ranking.table["goal"] == goal]
        kept = [*keys, "shuffled", "n_tokens", "n_speakers", "n_labels", "dim", "sees_speaker", "note"]
        own = own.merge(table[kept], on=keys, how="left", sort=False)
        clear = {"yes": self.tr("better"), "no": self.tr("worse"), "open": self.tr("open"), "": ""}
        reference = ranking.reference
        words = {True: self.tr("yes"), False: self.tr("no")}
        return Table(
            (
                numbers(self.tr("rank"), own["rank"], digits=0),
                texts(self.tr("representation"), list(own["representation"])),
                scores(
                    self.tr("score, %"),
                    own["value"],
                    own["low"],
                    own["high"],
                    baseline=own["chance"],
                    leads=own["rank"] == 1,
                    tip=self._tip(goal, own),
                ),
                numbers(self.tr("chance, %"), own["chance"], factor=100.0, digits=1),
                numbers(
                    self.tr("shuffled, %"),
                    own["shuffled"],
                    factor=100.0,
                    digits=1,
                    tip=self.tr("The same probe if the classes are shuffled"),
                ),
                scores(
                    self.tr("from the best, points"),
                    own["behind"],
                    own["behind_low"],
                    own["behind_high"],
                    baseline=0.0,
                    leads=own["rank"] == 1,
                    tip=self.tr("Paired difference from the best of all; positive: better"),
                ),
                numbers(
                    self.tr("p"),
                    own["p_holm"],
                    digits=4,
                    tip=self.tr("Of the difference from the first of its rank before it, corrected by Holm"),
                ),
                scores(
                    self.tr("from {name}, points").format(name=reference),
                    own["gain"],
                    own["gain_low"],
                    own["gain_high"],
                    baseline=0.0,
                    leads=own["gains"] != "open",
                    tip=self.tr("Paired difference from {name}; positive: better").format(name=reference),
                ),
                texts(self.tr("than {name}").format(name=reference), [clear[one] for one in own["gains"]]),
                numbers(self.tr("tokens"), own["n_tokens"], digits=0),
                numbers(self.tr("speakers"), own["n_speakers"], digits=0),
                numbers(self.tr("dimensions"), own["dim"], digits=0),
                texts(
                    self.tr("sees speaker"),
                    [words[bool(one)] for one in own["sees_speaker"]],
                    tip=self.tr("Whether a normalization saw the other tokens of the test speaker"),
                ),
                texts(self.tr("note"), [str(one).strip("; ") for one in own["note"]]),
            )
        )

    def _differences(self, table: pd.DataFrame) -> Table:
        return Table(
            (
                texts(self.tr("goal"), [goal_title(str(one)) for one in table["goal"]]),
                texts(self.tr("first"), list(table["first"])),
                texts(self.tr("second"), list(table["second"])),
                scores(
                    self.tr("first less second, points"),
                    table["difference"],
                    table["low"],
                    table["high"],
                    baseline=0.0,
                    leads=~(table["p_holm"].to_numpy(float) >= 0.05),
                    tip=self.tr("Interval of a paired bootstrap over speakers"),
                ),
                numbers(
                    self.tr("p"), table["p"], digits=4, tip=self.tr("Answers of whole speakers exchanged")
                ),
                numbers(self.tr("p, Holm"), table["p_holm"], digits=4),
                numbers(self.tr("speakers"), table["n_speakers"], digits=0),
            ),
            narrowings=(narrowing(self.tr("Goal"), self.tr("all goals"), table["goal"], goal_title),),
        )

    def _scores(self, table: pd.DataFrame) -> Table:
        return Table(
            (
                texts(self.tr("goal"), [goal_title(str(one)) for one in table["goal"]]),
                texts(self.tr("probe"), [PROBES.get(str(one), str(one)) for one in table["probe"]]),
                texts(self.tr("unit"), list(table["unit"])),
                texts(self.tr("representation"), list(table["representation"])),
                scores(
                    self.tr("score, %"),
                    table["value"],
                    table["low"],
                    table["high"],
                    baseline=table["chance"],
                ),
                numbers(self.tr("chance, %"), table["chance"], factor=100.0, digits=1),
                numbers(self.tr("shuffled, %"), table["shuffled"], factor=100.0, digits=1),
                numbers(self.tr("tokens"), table["n_tokens"], digits=0),
                numbers(self.tr("speakers"), table["n_speakers"], digits=0),
                numbers(self.tr("classes or labels"), table["n_labels"], digits=0),
                numbers(self.tr("dimensions"), table["dim"], digits=0),
                texts(self.tr("note"), [str(one).strip("; ") for one in table["note"]]),
            ),
            narrowings=(
                narrowing(self.tr("Goal"), self.tr("all goals"), table["goal"], goal_title),
                narrowing(
                    self.tr("Probe"), self.tr("all probes"), table["probe"], lambda one: PROBES.get(one, one)
                ),
            ),
        )
