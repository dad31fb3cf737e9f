"""The claims of Wang, Yang & Yuan 2025 on a corpus, as one iterator of events, and their results folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from w2vpraat.compare.claims import Candidate, Contrast, Verdict, check_roles, examine_claims
from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress, Skipped, relayed
from w2vpraat.pipeline.layers import Prepared, preparing
from w2vpraat.pipeline.several_models import RANDOM, find_models
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.scores import Scores
    from w2vpraat.corpus.discover import Corpus
    from w2vpraat.models.encoder import Encoder


@dataclass(frozen=True, eq=False)
class ClaimsResults:
    """Answers with everything they rest on.

    Parameters
    ----------
    prepared : Prepared
        Models and tokens.
    scores : Scores
        Of the upper layers.
    contrasts : tuple of Contrast
    verdicts : tuple of Verdict
        One per claim.
    notes : tuple of str
    started : datetime
        When the run began (UTC).
    """

    prepared: Prepared
    scores: Scores
    contrasts: tuple[Contrast, ...]
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]
    started: datetime

    @property
    def table(self) -> pd.DataFrame:
        """One row per contrast."""
        import pandas as pd

        names = list(Contrast.__dataclass_fields__)
        return pd.DataFrame([asdict(one) for one in self.contrasts], columns=names)


def upper_layers(n_layers: int, wanted: int) -> tuple[int, ...]:
    """Return the hidden states that are averaged: the `wanted` last ones, or (0) the upper third."""
    count = min(wanted or max(1, round(n_layers / 3)), n_layers)
    return tuple(range(n_layers - count + 1, n_layers + 1))


def examining_claims(
    settings: Settings, *, corpus: Corpus | None = None
) -> Iterator[Progress | Skipped | ClaimsResults]:
    """Embed the tokens with the upper layers of each model, probe them, and answer the claims.

    Parameters
    ----------
    settings : Settings
        Sections `read`, `tokens`, `embed`, `compare`, `layers` (models, columns, probes, most_tokens) and
        `claims`. What a model was fine-tuned for is read from its ``w2vpraat.json``.
    corpus : Corpus, optional
        Already found, perhaps with annotations that are open in an editor; default: by the settings.

    Yields
    ------
    Progress, Skipped, then ClaimsResults

    Raises
    ------
    W2VPraatError
        No pre-trained model or several, no fine-tuned one, models of unequal depth, no tokens.
    """
    from w2vpraat.compare.comparison import compare_each

    started = datetime.now(timezone.utc)
    params = settings.claims
    # Random weights are no pre-training: they have no part in any claim.
    names = tuple(name for name in settings.layers.models if name != RANDOM)
    settings = replace(settings, layers=replace(settings.layers, models=names))
    encoders = find_models(settings)
    check_roles({name: encoder.record.tasks for name, encoder in encoders.items()})
    depth = _depth(encoders)
    numbers = upper_layers(depth, params.upper)
    prepared = yield from relayed(
        preparing(settings, encoders, numbers, rivals=False, corpus=corpus), Prepared
    )
    candidates = [
        Candidate(one.name, one.record.tasks, tuple(item.name for item in one.layers.values()))
        for one in prepared.models
    ]
    notes = list(prepared.notes)
    columns, remarks = _columns(prepared, candidates, settings)
    notes += remarks
    probing = replace(settings.compare, probes=settings.layers.probes, within=False, dimensions=-1)
    scores: Scores | None = None
    for done, event in enumerate(
        compare_each(prepared.items, prepared.table, probing, columns=columns), start=1
    ):
        if isinstance(event, str):
            yield Progress("probe", done, len(prepared.items), event)
        else:
            scores = event
    if scores is None:
        raise RuntimeError("the comparison ended without a result")
    words = f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
    contrasts, verdicts = examine_claims(
        scores, candidates, margin=params.margin, label_task=params.label_task, layers=words
    )
    told = (*dict.fromkeys((*notes, *scores.notes)),)
    yield ClaimsResults(prepared, scores, contrasts, verdicts, told, started)


def _depth(encoders: dict[str, Encoder]) -> int:
    depths = {name: encoder.record.layers for name, encoder in encoders.items()}
    if len(set(depths.values())) > 1:
        told = ", ".join(f"{name} {layers}" for name, layers in depths.items())
        raise ComparisonError(
            f"the models have unequal numbers of layers: {told}",
            "compare a pre-trained model with those that were fine-tuned from it",
        )
    return next(iter(depths.values()))


def _columns(
    prepared: Prepared, candidates: Sequence[Candidate], settings: Settings
) -> tuple[list[str], list[str]]:
    """Return the columns to probe beside label, speaker and sex, and notes on tasks that have none."""
    asked = list(settings.compare.columns)
    notes = []
    known = {settings.claims.label_task, "speaker", "sex", *asked}
    for task in dict.fromkeys(task for one in candidates for task in one.tasks):
        if task in known:
            continue
        if task in prepared.table.columns:
            asked.append(task)
        else:
            notes.append(
                f'the task "{task}" is not asked: it is neither a column of the speaker table nor what the'
                f" labels stand for (--label-task; now {settings.claims.label_task})"
            )
    return asked, notes


def write_claims(
    results: ClaimsResults, folder: Path, *, command_line: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write the answers: page, table, figure, the scores they rest on, provenance.

    Parameters
    ----------
    results : ClaimsResults
        From `examining_claims`.
    folder : Path
        Made if need be.
    command_line : sequence of str
        For the provenance.

    Returns
    -------
    tuple of Path
        The files, the page first and provenance last.

    Raises
    ------
    ExportError
        If a file can't be written.
    """
    from w2vpraat.export.figures import save_figure
    from w2vpraat.export.pages.claims_page import claims_figure, claims_page
    from w2vpraat.export.tables import write_table
    from w2vpraat.pipeline.layer_folder import finish_folder, page_facts
    from w2vpraat.writing import write_whole

    prepared = results.prepared
    settings = prepared.opened.settings
    table = results.table
    figure = claims_figure(table) if len(table) else None
    facts = page_facts(prepared, settings)
    facts["Equivalence margin"] = f"{100 * settings.claims.margin:g} points of accuracy"
    page = claims_page(table, results.verdicts, facts, results.notes, figure)
    written = [write_whole(page.encode("utf-8"), folder / "claims.html")]
    written.append(write_table(table, folder / "claims.csv", keep_order=True))
    written.append(write_table(verdict_table(results.verdicts), folder / "verdicts.csv", keep_order=True))
    written.append(write_table(results.scores.table, folder / "scores.csv", keep_order=True))
    written.append(write_table(results.scores.left_out, folder / "left_out.csv", keep_order=True))
    if figure is not None:
        written += [save_figure(figure, folder / f"claims{ending}", dpi=200) for ending in (".svg", ".png")]
    return finish_folder(prepared, written, folder, command_line, results.notes, results.started)


def verdict_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Return one row per claim: claim, title, verdict, sentence."""
    import pandas as pd

    return pd.DataFrame([asdict(one) for one in verdicts], columns=list(Verdict.__dataclass_fields__))
