"""The page of claims: those of Wang, Yang & Yuan (2025) as tests on one's own data.

Signals: those of `YardstickPage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from w2vpraat.compare.goals.titles import PROBES, goal_title
from w2vpraat.params import ClaimsParams, CompareParams, LayersParams

from ..tables.number_model import numbers, scores, texts
from ..work.yardsticks import CLAIMS, Found
from .section import GroupForms
from .yardstick_page import YardstickPage
from .yardstick_views import Picture, Table, View

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.claims import Verdict

MODELS = ("models", "probes", "most_tokens")
ASKED = ("columns", "folds", "bootstrap", "level", "seed")


class ClaimsPage(YardstickPage):
    """Claims as tests."""

    kind = CLAIMS
    action = "compare.claims"

    def about(self) -> str:
        """Return what the yardstick is, in one sentence."""
        return self.tr(
            "What fine-tuning keeps and suppresses: the claims of Wang, Yang & Yuan (2025), tested on these "
            "tokens."
        )

    def make_forms(self) -> Sequence[tuple[str, str, GroupForms]]:
        """Return the forms."""
        models = [name for name, *_ in LayersParams.describe() if name not in MODELS]
        asked = [name for name, *_ in CompareParams.describe() if name not in ASKED]
        return (
            ("", "claims", GroupForms(ClaimsParams, ("margin", "label_task", "upper"))),
            (self.tr("Models"), "layers", GroupForms(LayersParams, MODELS, models)),
            (self.tr("Comparison"), "compare", GroupForms(CompareParams, ASKED, asked)),
        )

    def views(self, found: Found) -> Sequence[View]:
        """Return verdicts, figure, all tests."""
        made = [View(self.tr("Verdicts"), partial(self._verdicts, found.outcome.verdicts))]
        if "claims" in found.pictures:
            told = " ".join(found.said)
            made.append(View(self.tr("Figure"), partial(Picture, found.pictures["claims"], told)))
        made.append(View(self.tr("All tests"), partial(self._tests, found.outcome.table)))
        return made

    def _verdicts(self, verdicts: Sequence[Verdict]) -> Table:
        return Table(
            (
                texts(self.tr("claim"), [one.claim for one in verdicts]),
                texts(self.tr("what it says"), [one.title for one in verdicts]),
                texts(self.tr("verdict"), [one.verdict for one in verdicts]),
                texts(self.tr("why"), [one.sentence for one in verdicts]),
            )
        )

    def _tests(self, table: pd.DataFrame) -> Table:
        words = {True: self.tr("yes"), False: self.tr("no")}
        return Table(
            (
                texts(self.tr("claim"), list(table["claim"])),
                texts(self.tr("model"), list(table["model"])),
                texts(self.tr("against"), list(table["against"])),
                texts(self.tr("of"), [goal_title(str(one)) for one in table["target"]]),
                texts(self.tr("probe"), [PROBES.get(str(one), str(one)) for one in table["probe"]]),
                texts(self.tr("layers"), list(table["layers"])),
                scores(
                    self.tr("effect, points"),
                    table["effect"],
                    table["low"],
                    table["high"],
                    baseline=0.0,
                    leads=table["verdict"] == "supported",
                    tip=self.tr("Difference in accuracy [interval over speakers]; dashes: none"),
                ),
                numbers(self.tr("margin, points"), table["margin"], factor=100.0, digits=1),
                texts(self.tr("verdict"), list(table["verdict"])),
                texts(
                    self.tr("counts"),
                    [words[bool(one)] for one in table["counts"]],
                    tip=self.tr("A probe that sees nothing in the model compared with does not count"),
                ),
                numbers(self.tr("tokens"), table["n"], digits=0),
                numbers(self.tr("speakers"), table["n_speakers"], digits=0),
                texts(self.tr("in words"), list(table["sentence"])),
            )
        )
