"""The files that yardsticks leave: scores, ranking, pairs, and one report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.pipeline.yardsticks import Yardsticks
from w2vpraat.session.settings import Settings, settings_text
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.export.methods.text import Further, MethodsText


def yardstick_tables(found: Yardsticks) -> dict[str, pd.DataFrame]:
    """Name the tables that are written: file name without ending -> table."""
    tables = {
        "scores": found.scores.table,
        "ranking": found.ranking.table,
        "differences": found.differences,
        "left_out": found.scores.left_out,
    }
    if found.pairs is not None:
        tables |= {"pairs": found.pairs.table, "pairs_by_speaker": found.pairs.by_speaker}
    if found.review is not None:
        tables["review"] = found.review.table
    if found.separation is not None:
        tables |= {"variance": found.separation.table, "silhouette": found.separation.silhouette}
    return tables


def write_yardstick_tables(found: Yardsticks, folder: Path) -> Iterator[Path]:
    """Write every table of `yardstick_tables` as CSV."""
    from w2vpraat.export.tables import write_table

    for name, table in yardstick_tables(found).items():
        yield write_table(table, folder / f"{name}.csv", keep_order=True)


def write_report(
    found: Yardsticks,
    folder: Path,
    settings: Settings,
    *,
    source: str,
    speech: bool = False,
    facts: Mapping[str, str] | None = None,
    measurements: Mapping[str, Any] | None = None,
    sensitivity: Sensitivity | None = None,
    notes: Sequence[str] = (),
    name: str = "report.html",
) -> Path:
    """Write the report of a comparison.

    Parameters
    ----------
    found : Yardsticks
    folder : Path
    settings : Settings
        All parameters are shown.
    source : str
        Name of the corpus or of the table.
    speech : bool
        Whether tokens were chosen from TextGrids; otherwise a table was read.
    facts : mapping of str to str, optional
        Further lines of "What was compared".
    measurements : mapping, optional
        How formants were measured (``results.facts["measurements"]``).
    sensitivity : Sensitivity, optional
    notes : sequence of str
        Beside those of the yardsticks.
    name : str
        Of the file.
    """
    from w2vpraat.export.pages.comparison_page import Report, comparison_page

    methods = comparison_methods(
        found, settings, source=source, speech=speech, measurements=measurements, sensitivity=sensitivity
    )
    report = Report(
        title=f"Comparison of representations: {source}",
        subtitle="The same tokens, folds and probes for formants and embeddings",
        facts={**compared_facts(found, settings), **(facts or {})},
        scores=found.scores,
        ranking=found.ranking,
        maps=found.maps,
        table=found.table,
        pairs=found.pairs,
        separation=found.separation,
        sensitivity=sensitivity,
        review=found.review,
        cautions=found.cautions,
        methods=methods,
        settings=settings_text(settings, absolute=False),
        notes=(*found.notes, *notes),
    )
    return write_whole(comparison_page(report).encode("utf-8"), folder / name)


def comparison_methods(
    found: Yardsticks,
    settings: Settings,
    *,
    source: str,
    speech: bool = False,
    measurements: Mapping[str, Any] | None = None,
    sensitivity: Sensitivity | None = None,
) -> MethodsText:
    """Write the methods paragraph of a comparison; parameters as for `write_report`."""
    from w2vpraat.export.methods.text import methods_text
    from w2vpraat.session.provenance import environment

    return methods_text(
        found.representations,
        found.scores,
        tokens_table=found.table,
        settings=settings.as_dict(),
        measurements=measurements,
        packages=environment()["packages"],
        source=source,
        speech=speech,
        maps=found.maps,
        tested=True,
        further=further_methods(found, sensitivity),
        label=found.roles.label,
        speaker=found.roles.speaker,
    )


def further_methods(found: Yardsticks, sensitivity: Sensitivity | None) -> list[Further]:
    """Tell of the yardsticks beside the probes, as far as they were used, for the methods paragraph."""
    from w2vpraat.export.methods.text import Further

    made = []
    if found.pairs is not None:
        made.append(
            Further(
                "The separation of pairs of labels was measured by the Pillai score (Pillai 1955; Hay, "
                "Warren & Drager 2006), with p-values from shuffling labels within speakers, by the "
                "Bhattacharyya affinity (Bhattacharyya 1943) and by the Jensen-Shannon divergence (Lin 1991)"
                " of fitted normal distributions.",
                ("pillai1955", "hay2006", "bhattacharyya1943", "lin1991"),
            )
        )
    if found.separation is not None:
        made.append(
            Further(
                "Variance was split by label, speaker and their interaction (type II sums of squares, "
                "Langsrud 2003).",
                ("langsrud2003",),
            )
        )
    if sensitivity is not None and len(sensitivity.summary):
        shifts = [f"{1000 * shift:g}" for shift in sorted(set(sensitivity.summary["shift"]))]
        listed = " and ".join([", ".join(shifts[:-1]), shifts[-1]] if len(shifts) > 1 else shifts)
        made.append(
            Further(
                "Sensitivity to segmentation was measured by moving the start and the end of every token by "
                f"{listed} ms either way, measuring and pooling again, and counting the tokens whose nearest "
                "label changed."
            )
        )
    return made


def compared_facts(found: Yardsticks, settings: Settings) -> dict[str, str]:
    """Tell what was compared, in the lines that open a report."""
    compared = found.table[~found.table["id"].astype(str).isin(set(found.scores.left_out["id"]))]
    labels = sorted({str(label) for label in compared[found.roles.label]})
    params = settings.compare
    folds = f"{params.folds} groups of speakers" if params.folds else "one speaker held out at a time"
    facts = {
        "Tokens": f"{len(compared)}, {len(labels)} labels: {' '.join(labels)}",
        "Left out": f"{len(found.scores.left_out)} tokens (left_out.csv says why)",
    }
    if found.roles.speaker in compared.columns:
        facts["Speakers"] = str(compared[found.roles.speaker].nunique())
    facts["Representations"] = "; ".join(
        f"{item.name} ({item.dim} dimension{'s' if item.dim != 1 else ''})" for item in found.representations
    )
    facts["Protocol"] = (
        f"{folds}; probes: {', '.join(params.probes)}; {100 * params.level:g} % intervals,"
        f" {params.bootstrap} bootstrap samples over speakers; seed {params.seed}"
    )
    return facts
