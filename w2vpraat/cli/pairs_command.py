"""``w2vpraat pairs``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.represented_table import open_represented_table, represented_table_options

if TYPE_CHECKING:
    from w2vpraat.compare.separation.pairs import PairTable
    from w2vpraat.compare.separation.variance import Separation

# What a comparison with folds and probes needs is of no use here.
WITHOUT = (
    "compare.folds",
    "compare.probes",
    "compare.columns",
    "compare.across",
    "compare.within",
    "compare.dimensions",
    "compare.projection",
    "normalize.f0_methods",
    "normalize.embedding_methods",
)
SHOWN = 10


@click.command(cls=SectionedCommand)
@click.argument("table", type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False),
    help="Folder for pairs.csv, pairs_by_speaker.csv, variance.csv, silhouette.csv and left_out.csv.",
)
@click.option(
    "--following", default="fol_seg", show_default=True, help="Column of the next segment (--before)."
)
@click.option(
    "--preceding", default="pre_seg", show_default=True, help="Column of the segment before (--after)."
)
@represented_table_options
@parameter_options("pairs", "normalize", "compare", without=WITHOUT)
def command(
    table: str,
    output: str | None,
    following: str,
    preceding: str,
    config: str | None,
    **values: Any,
) -> int:
    """Measure how far two labels lie apart, overall and in each speaker, for mergers and contrasts.

    TABLE is a CSV, TSV or XLSX with formants in Hz, also one that you already have, or a results folder of
    `w2vpraat run`. Measured are the raw formants, the --methods, and the vectors.

    \b
    w2vpraat pairs results/ --pairs ɑ:ɔ --covariates speaker,dur
    w2vpraat pairs results/ --pairs ɪ:ɛ --before n,m,ŋ -o pin_pen/
    w2vpraat pairs mine.csv --label vowel --formants F1,F2 --methods lobanov
    """
    from w2vpraat.cli.progress import follow
    from w2vpraat.pipeline.comparison_folder import write_separation_tables
    from w2vpraat.pipeline.yardsticks import LabelSeparation, separating_labels

    settings = settings_from(values, config=config)
    covariates = [name for name in settings.pairs.covariates if name != "speaker"]
    given = {name: value for name, value in values.items() if "__" not in name}
    named = [following, preceding, *covariates]
    opened = open_represented_table(table, settings.normalize, **given, named=named)
    items, one_row, columns = opened.representations, opened.tokens, opened.columns
    where = {
        "label": columns.label,
        "speaker": columns.speaker,
        "following": following,
        "preceding": preceding,
    }
    events = separating_labels(items, one_row, settings, **where)
    found, _ = follow(events, LabelSeparation)
    _show_pairs(found.pairs)
    _show_variance(found.separation)
    for note in found.notes:
        click.echo(f"Note: {note}.")
    if output is not None:
        target = Path(output)
        written = list(write_separation_tables(found, target))
        click.echo(f"\nwritten to {target}: {', '.join(path.name for path in written)}", err=True)
    return 0


def _show_pairs(found: PairTable) -> None:
    """Print one line per pair and representation, and the sentence of each pair."""
    from w2vpraat.cli.progress import print_table
    from w2vpraat.compare.separation.reading import explain_pair

    pairs = found.pairs[:SHOWN]
    adjusted = str(found.table["covariates"].iloc[0])
    header = ("", "Pillai", "by chance", *([f"less {adjusted}"] if adjusted else []))
    header += ("p", "affinity", "JSD", "Mahalanobis", "ellipses", "silhouette", "dims")
    level = f"{100 * found.level:g} %"
    over = ", ".join(dict.fromkeys(kind for kind in found.table["resampled"] if kind))
    click.echo(
        "Pillai, JSD: 0 = the same, 1 = apart; affinity (Bhattacharyya), ellipses (share of the smaller): "
        "1 = the same.\nBy chance: Pillai of two samples of one vowel; p: labels shuffled within speakers."
    )
    if over:
        click.echo(
            f"[{level} interval over {over}, corrected for what few tokens add, so that it may lie below the "
            "value]"
        )
    click.echo("")
    for pair in pairs:
        own = found.table[(found.table["first"] == pair[0]) & (found.table["second"] == pair[1])]
        rows = list(own.to_dict("records"))
        one = rows[0]
        voices = f"{one['n_speakers']} speaker{'s' if one['n_speakers'] > 1 else ''}"
        click.echo(f"{pair[0]} ({one['n_first']} tokens) and {pair[1]} ({one['n_second']}), {voices}")
        print_table([_cells(row, adjusted) for row in rows], header)
        notes = dict.fromkeys(note for row in rows for note in str(row["note"]).split("; ") if note)
        for note in notes:
            click.echo(f"  ({note})")
        click.echo(f"{explain_pair(found, pair)}\n")
    if len(found.pairs) > SHOWN:
        click.echo(f"... and {len(found.pairs) - SHOWN} more pairs, farther apart; -o writes all of them.\n")


def _cells(row: Mapping[Any, Any], adjusted: str) -> Sequence[str]:
    dims = str(row["dim"]) if row["dim"] == row["dim_used"] else f"{row['dim_used']} of {row['dim']}"
    return (
        str(row["representation"]),
        _with_interval(row, "pillai"),
        _number(row["pillai_null"]),
        *([_with_interval(row, "pillai_adjusted")] if adjusted else []),
        _number(row["pillai_p_shuffled"], 3),
        _number(row["affinity"]),
        _with_interval(row, "jsd"),
        _with_interval(row, "mahalanobis"),
        _number(row["ellipse_of_smaller"]),
        _number(row["silhouette"]),
        dims,
    )


def _show_variance(found: Separation) -> None:
    """Print the shares of variance and the silhouette of all labels, one line per representation."""
    from w2vpraat.cli.progress import print_table

    whole = found.table[found.table["dimension"] == "all"]
    if whole.empty:
        return
    parts = list(dict.fromkeys(whole["part"]))
    first = whole.iloc[0]
    click.echo(
        f"Share of the variance, % (all {first['n_labels']} labels, {first['n_tokens']} tokens, Type II), "
        "and silhouette of the labels\n"
    )
    values = dict(zip(found.silhouette["representation"], found.silhouette["value"], strict=True))
    rows = []
    for name, own in whole.groupby("representation", sort=False):
        of_part = {row["part"]: row for row in own.to_dict("records")}
        rows.append((str(name), *(_share(of_part[part]) for part in parts), _number(values[name])))
    print_table(rows, ("", *parts, "silhouette"))
    click.echo("")


def _share(row: Mapping[Any, Any]) -> str:
    text = f"{100 * row['share']:.1f}"
    return f"{text} [{100 * row['low']:.0f}, {100 * row['high']:.0f}]" if row["low"] == row["low"] else text


def _with_interval(row: Mapping[Any, Any], name: str) -> str:
    text = _number(row[name])
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{text} [{low:.2f}, {high:.2f}]" if low == low else text


def _number(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}" if value == value else "–"
