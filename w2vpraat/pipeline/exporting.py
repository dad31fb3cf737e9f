"""What leaves the window as single files: table, vectors, figure of the maps, report; each with its record.

All functions are iterators of events that end with `Written`. They write what the results say; results that
were measured on other annotations than those on the screen say so (see :func:`with_remarks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from w2vpraat.compare.maps.picture import MapPicture
from w2vpraat.corpus.discover import Corpus
from w2vpraat.errors import ExportError
from w2vpraat.events import Progress
from w2vpraat.export.added_tiers import tokens_there
from w2vpraat.params.exporting import BoardParams
from w2vpraat.pipeline.results import run_provenance, write_run_report
from w2vpraat.pipeline.running import Results
from w2vpraat.pipeline.table_file import provenance_beside, write_table_file
from w2vpraat.pipeline.written import Written
from w2vpraat.writing import json_bytes, write_whole

STEP = "export"
StrPath = str | PathLike[str]


def edited_since(results: Results, corpus: Corpus) -> tuple[str, ...]:
    """Return the recordings whose annotation was another one when it was measured.

    Parameters
    ----------
    results : Results
    corpus : Corpus
        With the annotations of now.
    """
    then, tokens = results.opened.corpus.grids, results.opened.tokens.by_recording()
    changed = []
    for name, grid in corpus.grids.items():
        if name in tokens:
            other = name in then and then[name] is not grid and then[name] != grid
            if other or tokens_there(grid, tokens[name])[1]:
                changed.append(name)
    return tuple(changed)


def with_remarks(results: Results, corpus: Corpus | None) -> Results:
    """Return results whose notes say which annotations they do not come from.

    Parameters
    ----------
    results : Results
    corpus : Corpus or None
        With the annotations of now.
    """
    notes = list(results.notes)
    unsaved = [one for one in results.opened.corpus.unsaved if one in results.opened.tokens.by_recording()]
    if unsaved and not any("not saved" in note for note in notes):
        notes.append(f"measured with edits that are not saved in the TextGrids: {_few(unsaved)}")
    edited = [] if corpus is None else edited_since(results, corpus)
    if edited:
        notes.append(f"edited since, so that values are those before the edits: {_few(edited)}")
    return results if len(notes) == len(results.notes) else replace(results, notes=tuple(notes))


def _few(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def exporting_table(results: Results, path: StrPath, *, preset: str = "") -> Iterator[Progress | Written]:
    """Write the token table, see `w2vpraat.pipeline.table_file.write_table_file`."""
    yield Progress(STEP, 0, 1, Path(path).name)
    table, record, notes = write_table_file(results, path, preset=preset)
    yield Written((table, record), notes)


def exporting_vectors(results: Results, path: StrPath) -> Iterator[Progress | Written]:
    """Write the vectors of all tokens, raw and normalized, and beside them what made them.

    Parameters
    ----------
    results : Results
    path : path
        ``.npz`` or ``.parquet``.

    Raises
    ------
    ExportError
        If the tokens were not embedded, for another ending, or a file that can't be written.
    """
    from w2vpraat.export.vectors import write_vectors

    if not results.spaces.vectors:
        raise ExportError("there are no vectors", "measure with a model (Measure panel, Vectors)")
    yield Progress(STEP, 0, 1, Path(path).name)
    made = write_vectors(results.spaces.vectors, path)
    names = ", ".join(item.name for item in results.spaces.vectors)
    yield Written((made, _record(results, [made])), (f"holds {names}",))


def exporting_report(results: Results, path: StrPath) -> Iterator[Progress | Written]:
    """Write the HTML report of the comparison.

    Raises
    ------
    ExportError
        If nothing was compared, or the file can't be written.
    """
    target = Path(path)
    if results.yardsticks is None:
        raise ExportError(
            "there is no comparison to report", "rank the representations first (Compare menu)", file=target
        )
    yield Progress(STEP, 0, 1, target.name)
    made = write_run_report(results, target.parent, name=target.name)
    yield Written((made, _record(results, [made])))


def exporting_figure(
    pictures: Sequence[MapPicture],
    path: StrPath,
    params: BoardParams | None = None,
    *,
    results: Results | None = None,
) -> Iterator[Progress | Written]:
    """Draw maps as one figure and write it, and beside it what made it.

    Parameters
    ----------
    pictures : sequence of MapPicture
    path : path
        ``.pdf``, ``.svg`` or ``.png``.
    params : BoardParams, optional
    results : Results, optional
        What the maps are of: for the caption and the record.

    Raises
    ------
    ExportError
        As `w2vpraat.export.board_figures.save_board`.
    """
    from w2vpraat.export.board_figures import save_board

    params = params or BoardParams()
    yield Progress(STEP, 0, 1, Path(path).name)
    caption = "" if results is None else board_caption(pictures, results)
    made = save_board(pictures, path, params, caption=caption)
    files = [made] if results is None else [made, _record(results, [made], **board_record(pictures, params))]
    stale = any(number.stale for picture in pictures for number in picture.numbers)
    yield Written(tuple(files), ("numbers under the maps are from before the last edit",) * stale)


def board_record(pictures: Sequence[MapPicture], params: BoardParams) -> dict[str, Any]:
    """Return what a figure shows, as plain values for its record."""
    return {
        "figure": params.as_dict(),
        "maps": [
            {
                "title": picture.title,
                "axes": list(picture.axes),
                "colour": picture.colour.name,
                "shape": "" if picture.shape is None else picture.shape.name,
                "n_tokens": len(picture.ids),
                "n_drawn": int(picture.placed.sum()),
                "ellipse_level": picture.level if picture.ellipses else None,
                "numbers": {
                    number.key: {"value": number.value, "chance": number.chance, "stale": number.stale}
                    for number in picture.numbers
                },
                "notes": list(picture.notes),
            }
            for picture in pictures
        ],
    }


def board_caption(pictures: Sequence[MapPicture], results: Results) -> str:
    """Say under a figure how the values of its maps were made: tokens, speakers, Praat, model.

    Only what the titles of the maps are about is told.
    """
    speakers = {token.id: token.speaker for token in results.opened.tokens.kept}
    drawn = {str(one) for picture in pictures for one in picture.ids[picture.placed]}
    known = {speakers[one] for one in drawn if one in speakers}
    people = f" of {len(known):,} speaker{'' if len(known) == 1 else 's'}" if known else ""
    parts = [f"{_corpus_name(results)}: {len(drawn):,} token{'' if len(drawn) == 1 else 's'}{people}."]
    titles = " ".join((*(one.title for one in pictures), *(axis for one in pictures for axis in one.axes)))
    if "F1" in titles or "F2" in titles:
        parts.append(_formants(results))
    facts = results.facts.get("embeddings") or {}
    model = str(facts.get("model", ""))
    if model and model in titles:
        revision = f", revision {str(facts['revision'])[:8]}" if facts.get("revision") else ""
        parts.append(
            f"Vectors: {model}{revision}, weights {str(facts.get('weights_sha256', ''))[:8]},"
            f" pooling {facts.get('pooling', '')}."
        )
    return " ".join(part for part in parts if part)


def _formants(results: Results) -> str:
    facts, params = results.facts.get("measurements") or {}, results.opened.settings.formants
    if not facts:
        return ""
    text = f"Formants: Praat {facts.get('praat_version', '')}, Burg, {params.n_formants:g} formants"
    if "max_formant" in results.table.columns:
        ceilings = results.table["max_formant"].dropna()
        if len(ceilings):
            low, high = f"{ceilings.min():,.0f}", f"{ceilings.max():,.0f}"
            text += f" up to {low if low == high else f'{low} to {high}'} Hz"
    points = ", ".join(f"{100 * point:g} %" for point in params.points)
    return f"{text}, window {1000 * params.window:g} ms, at {points} of the duration."


def _corpus_name(results: Results) -> str:
    return Path(results.opened.settings.corpus or results.opened.corpus.root).resolve().name


def _record(results: Results, made: list[Path], **more: Any) -> Path:
    record = run_provenance(results, made, made[0].parent).as_dict() | more
    return write_whole(json_bytes(record), provenance_beside(made[0]))
