"""Tables of formants that the user already has: normalized, or compared, without any sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from w2vpraat.bridge.commands.compare_normalizations import score_rows, separation_rows
from w2vpraat.bridge.commands.pictures import praat_picture
from w2vpraat.bridge.commands.score_text import ranking_lines
from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.pairs import without_options
from w2vpraat.bridge.praat_files import read_table
from w2vpraat.bridge.tables import number_cell, praat_table
from w2vpraat.bridge.warm import Warm
from w2vpraat.corpus.tables.cells import Cells
from w2vpraat.errors import InputError, W2VPraatError
from w2vpraat.events import Progress, relayed
from w2vpraat.pipeline.table_columns import FoundTable, find_columns
from w2vpraat.pipeline.user_tables import require, user_table
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from w2vpraat.normalize import NormalizedTable
    from w2vpraat.pipeline.yardsticks import Yardsticks
    from w2vpraat.representation import Representation

FILE = "table.Table"


def normalize_table(job: Job, warm: Warm) -> Iterator[Any]:
    """Add normalized columns to a Table.

    Keys: ``label``, ``speaker``, ``token``, ``f0`` (columns; empty: found), ``normalize.*``.

    Yields
    ------
    Progress, then Answer
        One Table: the user's columns as they are, then the new ones.
    """
    from w2vpraat.normalize import normalize_table as normalized

    table, settings = _table(job), job.settings()
    f0 = job.text("f0", "f0")
    found = _found(job, table, settings, ids=False)
    yield Progress("normalize", 0, 1, table.name)
    columns = found.columns
    result = normalized(
        found.table,
        columns.normalize,
        speaker=columns.speaker,
        label=columns.label,
        f0=f0 if f0 in found.table.columns else None,
        token="id" if "id" in found.table.columns else None,
    )
    yield Progress("normalize", 1, 1, table.name)
    yield Answer(
        (_widened(table, found, result),),
        _told_methods(table, result),
        tuple(map(without_options, (*found.notes, *found.warnings, *result.warnings))),
    )


def compare_table(job: Job, warm: Warm) -> Iterator[Any]:
    """Compare raw and normalized formants of a Table by what they keep of labels and speakers.

    Keys: as for `normalize_table`, and ``sex`` (a column that may be absent), ``compare.*``, ``pairs.*``.

    Yields
    ------
    Progress, then Answer
        Tables ``scores`` and ``separation`` as of `compare_normalizations`; picture: the vowel chart of the
        raw formants beside that of the normalization which keeps the label best.
    """
    from w2vpraat.pipeline.represented_table import represent_table
    from w2vpraat.pipeline.yardsticks import Roles, Yardsticks, judging

    table, settings = _table(job), job.settings()
    found = _found(job, table, settings, ids=True)
    opened = represent_table(found.table, found.columns, f0=job.text("f0", "f0"))
    sex = job.text("sex", "sex")
    wanted = [
        name for name in (*settings.compare.columns, *settings.compare.across) if name not in ("sex", sex)
    ]
    require(opened.tokens, wanted, job.folder / FILE)
    roles = Roles(found.columns.label, found.columns.speaker, sex)
    judged = yield from relayed(
        judging(opened.representations, opened.tokens, settings, roles=roles), Yardsticks
    )
    yield Progress("picture", 0, 1, table.name)
    figure = _charts(judged, settings)
    picture, size = (b"", Answer().picture_size) if figure is None else praat_picture(figure)
    yield Progress("picture", 1, 1, table.name)
    # Which tokens are worth a second look is not shown here.
    remarks = [note for note in judged.notes if "reviewed" not in note and "second look" not in note]
    notes = [*found.notes, *found.warnings, *opened.left_out, *judged.scores.notes, *remarks]
    notes += [f"{one.title}. {one.sentence}" for one in judged.cautions]
    if figure is None:
        notes.append("no picture: it needs F1 and F2 of three tokens, raw and normalized")
    yield Answer(
        (praat_table("scores", score_rows(judged)), praat_table("separation", separation_rows(judged))),
        "\n".join([f'Table "{table.name}"', *ranking_lines(judged)]),
        tuple(map(without_options, dict.fromkeys(notes))),
        picture,
        size,
    )


def _charts(judged: Yardsticks, settings: Settings) -> Figure | None:
    """Draw the raw formants beside the normalization of the first rank for labels."""
    from w2vpraat.compare.maps.projection import project
    from w2vpraat.export.figures import side_by_side
    from w2vpraat.pipeline.yardsticks import chart_columns, is_chart

    named = (_by_number(item) for item in judged.representations)
    charts = {item.name: item for item in named if is_chart(item)}
    raw = next((item for item in charts.values() if item.provenance.get("method") == "raw"), None)
    ranking = judged.ranking.table
    order = ranking.loc[ranking["goal"] == "label", "representation"]
    best = next((charts[name] for name in order if name in charts and charts[name] is not raw), None)
    if raw is None or best is None:
        return None
    pair = [
        project(
            item,
            judged.table,
            "plane",
            columns=chart_columns(item),
            also=[raw, best],
            params=settings.compare,
            label=judged.roles.label,
            speaker=judged.roles.speaker,
        )
        for item in (raw, best)
    ]
    return side_by_side(pair[0], pair[1], title=f"Raw formants, and {best.name}, which keeps the label best")


def _by_number(item: Representation) -> Representation:
    """Call columns F1, F1_z ... that the user has called otherwise, so that they can be drawn as a chart."""
    from w2vpraat.normalize.tokens import formant_numbers

    formants = [str(name) for name in item.provenance.get("formants", ())]
    columns = item.columns
    for name, number in zip(formants, formant_numbers(formants), strict=True):
        columns = tuple(
            f"F{number}{one[len(name) :]}" if one == name or one.startswith(f"{name}_") else one
            for one in columns
        )
    return replace(item, columns=columns)


def _table(job: Job) -> PraatTable:
    table = read_table(job.folder / FILE, job.text("table_name", "table"))
    if not table.rows:
        raise InputError(f'the Table "{table.name}" has no rows', "one row per token is needed")
    return table


def _found(job: Job, table: PraatTable, settings: Settings, *, ids: bool) -> FoundTable:
    """Find the columns as the command line does in a file of the same cells."""
    label, speaker, token = (job.text(key) for key in ("label", "speaker", "token"))
    named = (*settings.normalize.formants, job.text("f0", "f0"), job.text("sex", "sex"))
    rows = tuple(tuple(cell.strip() for cell in row) for row in table.rows)
    kept = (label, speaker, token, *named, *settings.compare.columns, *settings.compare.across)
    try:
        opened = user_table(Cells(table.columns, rows), text=(label, speaker, token), keep=kept)
    except W2VPraatError as error:
        raise InputError(error.message, error.hint, file=job.folder / FILE) from error
    found = find_columns(
        opened.table,
        settings.normalize,
        file=str(job.folder / FILE),
        label=label,
        speaker=speaker,
        token=token,
        ids=ids,
        option=str,
    )
    return replace(found, notes=(*opened.notes, *found.notes))


def _widened(table: PraatTable, found: FoundTable, result: NormalizedTable) -> PraatTable:
    """Put the new columns behind the user's own, whose cells stay as they are to the letter."""
    name = f"{table.name}_normalized"
    if len(result.table) != len(table.rows):  # of another program, with several times of a token in a row
        return praat_table(name, result.table)
    made = {column for record in result.records for column in record["columns"]}
    new = [name for name in result.table.columns if name in made or name not in found.table.columns]
    kept = [place for place, column in enumerate(table.columns) if column not in new]
    values = [result.table[column].tolist() for column in new]
    rows = tuple(
        (*(row[place] for place in kept), *(number_cell(cells[number]) for cells in values))
        for number, row in enumerate(table.rows)
    )
    return PraatTable(name, (*(table.columns[place] for place in kept), *new), rows)


def _told_methods(table: PraatTable, result: NormalizedTable) -> str:
    """Say what was added, one line for each method."""
    lines = [f'Table "{table.name}": {len(table.rows)} rows, {len(result.records)} methods']
    for record in result.records:
        source = f"{record['author']} {record['year'] or ''}".strip()
        over = " by speaker" if record["sees_speaker"] else ""
        lines.append(f"  {record['title']} ({source}){over}: {', '.join(record['columns'])}")
    return "\n".join(lines)
