"""The results folder of `w2vpraat layers`: tables, figures, one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from w2vpraat.pipeline.layers import LayersResults, Prepared
from w2vpraat.pipeline.results import skipped_table
from w2vpraat.session.settings import Settings, settings_text
from w2vpraat.writing import write_whole

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from matplotlib.figure import Figure

    from w2vpraat.models.catalogue import ModelRecord

TABLES = ("layers", "similarity", "subspaces", "maps", "map_points", "left_out")


def write_layers(
    results: LayersResults, folder: Path, *, command_line: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write everything that was found.

    Parameters
    ----------
    results : LayersResults
        From `looking_into_layers`.
    folder : Path
        Made if need be; files of the same names are replaced, each as a whole.
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
    from w2vpraat.export.pages.layer_page import layer_page
    from w2vpraat.export.tables import write_table

    prepared, settings = results.prepared, results.prepared.opened.settings
    facts = page_facts(prepared, settings)
    page = layer_page(_drawable(results.tables), results.maps, facts, results.notes)
    written = [write_whole(page.encode("utf-8"), folder / "layers.html")]
    written += [write_table(results.tables[name], folder / f"{name}.csv", keep_order=True) for name in TABLES]
    written += _figures(results, folder)
    return finish_folder(prepared, written, folder, command_line, results.notes, results.started)


def page_facts(prepared: Prepared, settings: Settings) -> dict[str, str]:
    """Tell what a page must say before its numbers: corpus, tokens, models, settings."""
    tokens = prepared.opened.tokens.kept
    labels = sorted({token.label for token in tokens})
    speakers = {token.speaker for token in tokens}
    facts = {
        "Corpus": Path(settings.corpus).name or settings.corpus,
        "Tokens": f"{len(tokens)}, {len(labels)} labels: {' '.join(labels)}",
        "Speakers": str(len(speakers)),
    }
    for one in prepared.models:
        facts[f"Model {one.name}"] = _told(one.record)
    embed, compare = settings.embed, settings.compare
    facts["Vectors"] = f"pooling {embed.pooling}"
    folds = f"{compare.folds} groups of speakers" if compare.folds else "one speaker held out at a time"
    facts["Comparison"] = (
        f"{folds}; {100 * compare.level:g} % intervals, {compare.bootstrap} bootstrap samples over speakers;"
        f" seed {compare.seed}"
    )
    return facts


def _told(record: ModelRecord) -> str:
    tasks = f"fine-tuned for {' and '.join(record.tasks)}" if record.tasks else record.title or record.family
    shape = f"{record.layers} layers of {record.dim} dimensions"
    heard = f"; {record.training_data}" if record.training_data else ""
    return f"{tasks}; {shape}{heard}"


def finish_folder(
    prepared: Prepared,
    written: Sequence[Path],
    folder: Path,
    command_line: Sequence[str],
    notes: Sequence[str],
    started: datetime,
) -> tuple[Path, ...]:
    """Write what every run with several models ends with: skipped files, settings, provenance.

    Returns
    -------
    tuple of Path
        The files written before and these, provenance last: it holds the hashes of the others.
    """
    from w2vpraat.export.tables import write_table
    from w2vpraat.session.provenance import build_provenance, write_provenance

    opened = prepared.opened
    compare = opened.settings.compare
    skipped = write_table(skipped_table(prepared.skipped), folder / "skipped.csv", keep_order=True)
    settings = write_whole(settings_text(opened.settings).encode("utf-8"), folder / "w2vpraat.toml")
    written = (*written, skipped, settings)
    record = build_provenance(
        settings=opened.settings.as_dict(),
        command=command_line,
        inputs=opened.input_files(),
        input_root=opened.corpus.root,
        outputs=written,
        output_root=folder,
        embeddings={one.name: one.facts for one in prepared.models},
        comparison={"seed": compare.seed, "level": compare.level, "notes": list(notes)},
        notes=notes,
        skipped=[one.as_dict() for one in prepared.skipped],
        started=started,
    )
    return (*written, write_provenance(record, folder))


def _drawable(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Write a missing layer as NaN: figures and the page reckon with layers."""
    return {
        name: table.astype({"layer": float}) if "layer" in table.columns else table
        for name, table in tables.items()
    }


def _figures(results: LayersResults, folder: Path) -> Iterator[Path]:
    from w2vpraat.export.figures import save_figure

    for name, figure in layer_drawings(results):
        # Maps with thousands of dots would be slow as outlines, and a picture is what they are for.
        endings = (".png", ".pdf") if name.startswith("maps_") else (".svg", ".png")
        for ending in endings:
            yield save_figure(figure, folder / f"{name}{ending}", dpi=200)


def layer_drawings(results: LayersResults) -> Iterator[tuple[str, Figure]]:
    """Draw the figures that the results allow, each with the name of its file."""
    from w2vpraat.export.layer_figures import layer_curves, similarity_heatmap, subspace_figure
    from w2vpraat.export.map_grids import map_grid

    tables = _drawable(results.tables)
    for probe in tables["layers"]["probe"].unique():
        yield f"layers_{probe}", layer_curves(tables["layers"], probe=probe)
    if len(tables["similarity"]):
        yield "similarity", similarity_heatmap(tables["similarity"])
    if len(tables["subspaces"]):
        yield "subspaces", subspace_figure(tables["subspaces"], tables["layers"])
    for factor in dict.fromkeys(name for one in results.maps for name in one.quality):
        yield f"maps_{factor}", map_grid(results.maps, factor)
