"""Folders of a comparison and of pairs of labels: tables, report, settings, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from w2vpraat.pipeline.results import run_provenance, write_run_report
from w2vpraat.pipeline.running import Results
from w2vpraat.pipeline.yardstick_folder import write_yardstick_tables
from w2vpraat.pipeline.yardsticks import LabelSeparation
from w2vpraat.session.settings import settings_text
from w2vpraat.writing import write_whole


def write_comparison(results: Results, folder: Path, *, command_line: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write what was compared: the files of `w2vpraat compare`, settings and provenance.

    Parameters
    ----------
    results : Results
        With ``yardsticks``.
    folder : Path
        Made if need be; files of the same names are replaced, each as a whole.
    command_line : sequence of str
        For the provenance.

    Returns
    -------
    tuple of Path
        The files, the report first and provenance last.

    Raises
    ------
    ExportError
        If nothing was compared, or a file can't be written.
    """
    written = [write_run_report(results, folder)]
    if results.yardsticks is not None:
        written += write_yardstick_tables(results.yardsticks, folder)
    return _finished(results, written, folder, command_line)


def write_separation(
    results: Results, found: LabelSeparation, folder: Path, *, command_line: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write pairs of labels: the files of `w2vpraat pairs`, settings and provenance.

    Parameters
    ----------
    results : Results
        The run whose representations were measured.
    found : LabelSeparation
    folder : Path
    command_line : sequence of str
        For the provenance.

    Returns
    -------
    tuple of Path
        The files, provenance last.

    Raises
    ------
    ExportError
        If a file can't be written.
    """
    written = list(write_separation_tables(found, folder))
    return _finished(results, written, folder, command_line)


def write_separation_tables(found: LabelSeparation, folder: Path) -> Iterator[Path]:
    """Write pairs.csv, pairs_by_speaker.csv, variance.csv, silhouette.csv and left_out.csv."""
    from w2vpraat.export.tables import write_table

    for name, table in {
        "pairs": found.pairs.table,
        "pairs_by_speaker": found.pairs.by_speaker,
        "variance": found.separation.table,
        "silhouette": found.separation.silhouette,
        "left_out": found.pairs.left_out,
    }.items():
        yield write_table(table, folder / f"{name}.csv", keep_order=True)


def _finished(
    results: Results, written: Sequence[Path], folder: Path, command_line: Sequence[str]
) -> tuple[Path, ...]:
    from w2vpraat.session.provenance import write_provenance

    settings = settings_text(results.opened.settings).encode("utf-8")
    written = (*written, write_whole(settings, folder / "w2vpraat.toml"))
    return (*written, write_provenance(run_provenance(results, written, folder, command_line), folder))
