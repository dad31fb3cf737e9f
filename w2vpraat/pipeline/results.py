"""Last step: the results folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from w2vpraat.errors import ExportError
from w2vpraat.events import Skipped
from w2vpraat.pipeline.picture import draw_spaces
from w2vpraat.pipeline.running import Results
from w2vpraat.pipeline.yardstick_folder import write_report, write_yardstick_tables
from w2vpraat.session.settings import settings_text
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.session.provenance import Provenance

FIGURES = ("figure.svg", "figure.pdf", "figure.png")


def write_results(results: Results, folder: Path, *, command_line: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write everything that a run made.

    Parameters
    ----------
    results : Results
        From `running`.
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
    from w2vpraat.session.provenance import write_provenance

    written = list(write_tables(results, folder))
    written += write_vector_files(results, folder)
    written += _figures(results, folder)
    if results.yardsticks is not None:
        written.append(write_run_report(results, folder))
    settings = settings_text(results.opened.settings).encode("utf-8")
    written.append(write_whole(settings, folder / "w2vpraat.toml"))
    written.append(write_provenance(run_provenance(results, written, folder, command_line), folder))
    return tuple(written)


def run_provenance(
    results: Results, written: Sequence[Path], folder: Path, command_line: Sequence[str] = ()
) -> Provenance:
    """Return the record of a run and of the files that hold its results.

    Parameters
    ----------
    results : Results
        From `running`.
    written : sequence of Path
        Files with its results.
    folder : Path
        Their paths are told relative to it.
    command_line : sequence of str
        What was typed, if anything was.
    """
    from w2vpraat.session.provenance import build_provenance

    opened, scores = results.opened, results.scores
    comparison = {} if scores is None else {"seed": scores.seed, "level": scores.level, "notes": scores.notes}
    return build_provenance(
        settings=opened.settings.as_dict(),
        command=command_line,
        inputs=opened.input_files(),
        input_root=opened.corpus.root,
        outputs=written,
        output_root=folder,
        measurements=results.facts["measurements"],
        embeddings=results.facts["embeddings"],
        normalizations=results.spaces.records,
        comparison=comparison,
        notes=results.notes,
        skipped=[one.as_dict() for one in results.skipped],
        started=results.started,
    )


def write_tables(results: Results, folder: Path) -> Iterator[Path]:
    """Write every table of a run into a folder, one after another."""
    from w2vpraat.corpus.token_values import metadata_columns
    from w2vpraat.export.tables import write_problems, write_rejected, write_table

    tokens = results.opened.tokens
    yield write_table(results.table, folder / "tokens.csv", metadata=metadata_columns(tokens.kept))
    yield write_rejected(tokens.rejected, folder / "rejected.csv")
    yield write_problems(tokens.problems, folder / "problems.csv")
    yield write_table(skipped_table(results.skipped), folder / "skipped.csv", keep_order=True)
    if results.yardsticks is not None:
        yield from write_yardstick_tables(results.yardsticks, folder)
    if results.sensitivity is not None:
        from w2vpraat.pipeline.sensitivity_folder import write_sensitivity_tables  # which imports this one

        yield from write_sensitivity_tables(results.sensitivity, folder)


def write_run_report(results: Results, folder: Path, *, name: str = "report.html") -> Path:
    """Write the report of a run that has yardsticks.

    Parameters
    ----------
    results : Results
        From `running`, with ``yardsticks``.
    folder : Path
    name : str
        Of the file.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ExportError
        If nothing was compared, or the file can't be written.
    """
    if results.yardsticks is None:
        raise ExportError("nothing was compared, so there is no report", "the notes of the run say why")
    settings = results.opened.settings
    return write_report(
        results.yardsticks,
        folder,
        settings,
        source=Path(settings.corpus).resolve().name,
        speech=True,
        measurements=results.facts["measurements"],
        sensitivity=results.sensitivity,
        notes=results.notes,
        name=name,
    )


def skipped_table(skipped: Sequence[Skipped]) -> pd.DataFrame:
    """Return one row per file that could not be used: step, name, where, reason, hint."""
    import pandas as pd

    rows = [(one.step, one.name, one.error.where, one.error.message, one.error.hint) for one in skipped]
    return pd.DataFrame(rows, columns=["step", "name", "where", "reason", "hint"])


def write_vector_files(results: Results, folder: Path) -> list[Path]:
    """Write the vectors as NPZ and Parquet, if there are any."""
    from w2vpraat.export.vectors import write_vectors

    vectors = results.spaces.vectors
    if not vectors:
        return []
    return [write_vectors(vectors, folder / name) for name in ("vectors.npz", "vectors.parquet")]


def _figures(results: Results, folder: Path) -> list[Path]:
    from w2vpraat.export.figures import save_figure

    settings = results.opened.settings
    figure = draw_spaces(results.spaces, settings.compare, label_map=settings.tokens.label_map)
    return [] if figure is None else [save_figure(figure, folder / name) for name in FIGURES]
