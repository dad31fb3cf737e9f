"""``w2vpraat agree``: two annotators of the same recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.options import ListType
from w2vpraat.errors import InputError
from w2vpraat.params.agreeing import AgreementParams

if TYPE_CHECKING:
    from w2vpraat.compare.agreement.agreement import Agreement
    from w2vpraat.compare.agreement.disagreements import Disagreement

SHOWN = 10


def _parameter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for name, default, kind, meta in reversed(list(AgreementParams.describe())):
        several = isinstance(default, tuple)
        inner: Any = ListType(float if "float" in str(kind) else str, name) if several else kind
        shown = ",".join(map(str, default)) if several else default
        unit = f" [{meta['unit']}]" if meta["unit"] else ""
        text = f"{meta['help']}{unit}" + (f"  (default: {shown})" if shown != "" else "")
        option = click.option(f"--{name.replace('_', '-')}", name, type=inner, default=None, help=text)
        function = option(function)
    return function


@click.command()
@click.argument("first", type=click.Path())
@click.argument("second", type=click.Path())
@click.option(
    "--tier", default="", help='Tier: name, number or pattern ("* - phones"); default: the phone tier.'
)
@click.option("--second-tier", default="", help="Tier of the second annotator; default: the same.")
@click.option("-o", "--output", metavar="DIR", type=click.Path(file_okay=False), help="Write tables there.")
@click.option(
    "--fallback-encoding",
    default="latin-1",
    show_default=True,
    help="Encoding of files that have no BOM and are not UTF-8.",
)
@_parameter_options
def command(
    first: str,
    second: str,
    tier: str,
    second_tier: str,
    output: str | None,
    fallback_encoding: str,
    **values: Any,
) -> int:
    """How well two annotators agree: boundaries in ms, labels with Cohen's kappa, what only one has.

    FIRST and SECOND are two TextGrids of the same recording, or two folders with files of the same names.

    \b
    w2vpraat agree anna/ ben/ --tier phones -o agreement/
    w2vpraat agree anna.TextGrid ben.TextGrid --tier 2
    """
    from w2vpraat.cli.progress import follow, list_skipped
    from w2vpraat.compare.agreement.agreement import agreement
    from w2vpraat.compare.agreement.disagreements import disagreements
    from w2vpraat.compare.agreement.reading import AnnotationPairs, reading_annotation_pairs

    params = AgreementParams(**{name: value for name, value in values.items() if value is not None})
    events = reading_annotation_pairs(first, second, tier, second_tier, fallback_encoding=fallback_encoding)
    found, skipped = follow(events, AnnotationPairs)
    if not found.pairs:
        list_skipped(skipped)
        raise InputError("no two TextGrids could be compared", "see the reasons above")
    compared = agreement(found.pairs, params)
    differing = disagreements(compared, sort="size")
    _show(compared, differing)
    list_skipped(skipped)
    if output is not None:
        _write(compared, differing, Path(output))
    return int(bool(skipped))


def _show(compared: Agreement, differing: tuple[Disagreement, ...]) -> None:
    from w2vpraat.cli.progress import print_table
    from w2vpraat.export.methods.agreement_text import agreement_text

    click.echo(f"{agreement_text(compared).text}\n")
    for by in ("class", "recording"):
        rows = compared.summary(by)
        if len(rows) > 1:
            names = ("value", "n_matched", "only_first", "only_second", "median_ms", "p90_ms")
            cells = [
                [_cell(row[name]) for name in (*names, "label_agreement", "kappa")]
                for _, row in rows.iterrows()
            ]
            print_table(
                cells[: 2 * SHOWN],
                (by, "paired", "only 1st", "only 2nd", "median ms", "p90 ms", "same label", "kappa"),
            )
            if len(cells) > 2 * SHOWN:
                click.echo(f"... and {len(cells) - 2 * SHOWN} more; -o DIR writes all of them.")
            click.echo("")
    confused = compared.confusions().head(SHOWN)
    if len(confused):
        click.echo("Labels most often confused (first, second, times):\n")
        print_table(
            [(row["first_label"], row["second_label"], str(row["n"])) for _, row in confused.iterrows()],
            ("first", "second", "n"),
        )
        click.echo("")
    if differing:
        click.echo("Largest disagreements:\n")
    for one in differing[:SHOWN]:
        labels = " / ".join(label or "-" for label in (one.first_label, one.second_label))
        click.echo(f"{one.size_ms:7.1f} ms  {one.kind}  {labels}  {one.recording}, {one.time:.3f} s")
    if len(differing) > SHOWN:
        click.echo(f"... and {len(differing) - SHOWN} more; -o DIR writes all of them.")


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value != value:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _write(compared: Agreement, differing: tuple[Disagreement, ...], folder: Path) -> None:
    from w2vpraat.compare.agreement.disagreements import disagreement_table
    from w2vpraat.export.agreement_folder import write_agreement
    from w2vpraat.export.methods.agreement_text import agreement_text

    text = agreement_text(compared)
    told = f"{text.text}\n\n{text.reference_list}\n"
    names = write_agreement(compared, disagreement_table(differing), told, folder)
    click.echo(f"\nwritten: {folder}: {', '.join(names)}", err=True)
