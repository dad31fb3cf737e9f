"""The results folder of `w2vpraat sensitivity`: tables, figures, settings, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.events import Skipped, relayed
from w2vpraat.pipeline.embedding import check_embedding
from w2vpraat.pipeline.results import skipped_table
from w2vpraat.pipeline.running import Results, running
from w2vpraat.pipeline.sensitivity import sensing
from w2vpraat.session.settings import Settings, settings_text
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.corpus.discover import Corpus


@dataclass(frozen=True, eq=False)
class SensitivityResults:
    """What a run with moved boundaries made.

    Parameters
    ----------
    run : Results
        Tokens, measurements and embeddings with the boundaries as they are.
    sensitivity : Sensitivity
        How far they move.
    skipped : tuple of Skipped
        Files that could not be used.
    """

    run: Results
    sensitivity: Sensitivity
    skipped: tuple[Skipped, ...] = ()


def moving_boundaries(
    settings: Settings,
    *,
    corpus: Corpus | None = None,
    workers: int | None = None,
    known: Results | None = None,
) -> Iterator[Any]:
    """Open, measure and embed a corpus, and do it again with every boundary moved.

    Parameters
    ----------
    settings : Settings
        Everything that was asked for.
    corpus : Corpus, optional
        Already found, perhaps with annotations that are open in an editor; default: by the settings.
    workers : int, optional
        Measuring processes for the run with boundaries as they are; see `running`.
    known : Results, optional
        Of an earlier run, whose values are used if they are those of these tokens and settings.

    Yields
    ------
    Progress, Skipped, then SensitivityResults

    Raises
    ------
    W2VPraatError
        As `running` and `sensing`.
    """
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity

    encoder = check_embedding(settings)
    skipped: list[Skipped] = []
    first = running(settings, corpus=corpus, steps=("measure", "embed"), workers=workers, known=known)
    run = yield from relayed(first, Results, skipped)
    found = yield from relayed(sensing(run.opened, run.spaces, encoder=encoder), Sensitivity, skipped)
    yield SensitivityResults(run, found, tuple(skipped))


def write_sensitivity(
    results: SensitivityResults, folder: Path, *, command_line: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write everything that was found.

    Parameters
    ----------
    results : SensitivityResults
        From `moving_boundaries`.
    folder : Path
        Made if need be; files of the same names are replaced, each as a whole.
    command_line : sequence of str
        For the provenance.

    Returns
    -------
    tuple of Path
        The files, provenance last: it holds the hashes of the others.

    Raises
    ------
    ExportError
        If a file can't be written.
    """
    from w2vpraat.export.tables import write_table
    from w2vpraat.session.provenance import build_provenance, write_provenance

    run, opened = results.run, results.run.opened
    compare = opened.settings.compare
    written = [*write_sensitivity_tables(results.sensitivity, folder), *_figures(results.sensitivity, folder)]
    written.append(write_table(skipped_table(results.skipped), folder / "skipped.csv", keep_order=True))
    written.append(write_whole(settings_text(opened.settings).encode("utf-8"), folder / "w2vpraat.toml"))
    notes = (*run.notes, *results.sensitivity.notes)
    record = build_provenance(
        settings=opened.settings.as_dict(),
        command=command_line,
        inputs=opened.input_files(),
        input_root=opened.corpus.root,
        outputs=written,
        output_root=folder,
        measurements=run.facts["measurements"],
        embeddings=run.facts["embeddings"],
        normalizations=run.spaces.records,
        comparison={"seed": compare.seed, "level": compare.level, "notes": results.sensitivity.notes},
        notes=notes,
        skipped=[one.as_dict() for one in results.skipped],
        started=run.started,
    )
    return (*written, write_provenance(record, folder))


def write_sensitivity_tables(found: Sensitivity, folder: Path) -> tuple[Path, ...]:
    """Write sensitivity.csv (one row per token) and _shifts, _summary, _differences, _left_out beside it.

    Raises
    ------
    ExportError
        If a file can't be written.
    """
    from w2vpraat.export.tables import write_table

    tables = {
        "sensitivity": found.tokens,
        "sensitivity_shifts": found.shifts,
        "sensitivity_summary": found.summary,
        "sensitivity_differences": found.differences,
        "sensitivity_left_out": found.left_out,
    }
    return tuple(
        write_table(_spelt(table), folder / f"{name}.csv", keep_order=True) for name, table in tables.items()
    )


def _spelt(table: pd.DataFrame) -> pd.DataFrame:
    """Write truth as R does, TRUE and FALSE, also where it may be missing."""
    words = {True: "TRUE", False: "FALSE"}
    return table.assign(
        **{
            str(name): table[name].astype(object).map(words)
            for name in table.columns
            if table[name].dtype == "boolean"
        }
    )


def _figures(found: Sensitivity, folder: Path) -> Iterator[Path]:
    from w2vpraat.export.figures import save_figure

    for name, figure in sensitivity_drawings(found):
        for ending in (".svg", ".pdf", ".png"):
            yield save_figure(figure, folder / f"{name}{ending}", dpi=200)


def sensitivity_drawings(found: Sensitivity) -> Iterator[tuple[str, Figure]]:
    """Draw the figures that the results allow, each with the name of its file."""
    from w2vpraat.export.sensitivity_figures import label_flips, representations_drawn, shift_curves

    yield "sensitivity", shift_curves(found.summary, level=found.level)
    flips = {name: found.tokens.get(f"sens_flip_{end}") for end, name in _worlds(found)}
    known = {name: column for name, column in flips.items() if column is not None and column.notna().any()}
    if known:
        among = representations_drawn(found.summary)
        yield (
            "sensitivity_labels",
            label_flips(found.tokens["label"], known, shift=found.queue_shift, among=among),
        )


def _worlds(found: Sensitivity) -> list[tuple[str, str]]:
    return [(end, name) for end, name in (("formants", found.formants), ("vec", found.vectors)) if name]
