"""``w2vpraat chart``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from w2vpraat.cli.options import SectionedCommand, parameter_options, settings_from
from w2vpraat.cli.table_options import column_options, open_table


@click.command(cls=SectionedCommand)
@click.argument("table", type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    required=True,
    help="Figure to write: .svg, .pdf or .png; a .pdf may have pages.",
)
@click.option(
    "--values", type=click.Path(dir_okay=False), help="Also write the numbers drawn to this CSV table."
)
@column_options
@parameter_options("chart")
def command(
    table: str,
    output: str,
    values: str | None,
    label: str,
    speaker: str,
    token: str,
    preset: str,
    config: str | None,
    **options: Any,
) -> int:
    """Draw a vowel chart of the tokens in TABLE as phoneticians print it.

    TABLE is a CSV, TSV, XLSX or Parquet with formants, raw or normalized, also one that you already have, or
    a results folder of `w2vpraat run`. The caption states levels, numbers of tokens and what is missing.

    \b
    w2vpraat chart results/ -o chart.pdf
    w2vpraat chart results/ -o chart.svg --x F2_z --y F1_z --panels sex --means-by speaker
    w2vpraat chart mine.csv -o chart.png --label-map arpabet --group dialect --show ellipses,means
    w2vpraat chart mine.csv -o area.pdf --show means,hulls --panels speaker --only iː,æ,ɑ,uː
    w2vpraat chart tracks.csv -o diphthongs.pdf --show trajectories
    """
    from w2vpraat.compare.charts.values import chart_values
    from w2vpraat.export.charts.vowel_charts import save_charts
    from w2vpraat.export.tables import write_table

    settings = settings_from(options, config=config)
    chart = settings.chart
    data, columns = open_table(
        table,
        replace(settings.normalize, formants=()),
        label=label,
        speaker=speaker,
        token=token,
        preset=preset,
        named=[chart.x, chart.y, *(name for name in (chart.panels, chart.group, chart.means_by) if name)],
        ids=False,
        need_speaker=False,
    )
    made = chart_values(data, chart, label=columns.label, speaker=columns.speaker)
    path = save_charts(made, chart, output)
    for reason, number in made.tokens.left_out.items():
        click.echo(f"note: left out {number} tokens {reason}", err=True)
    written = [str(path)]
    if values is not None:
        written.append(str(write_table(made.table(), values, keep_order=True)))
    counts = f"{len(made.tokens.points)} tokens, {made.means['label'].nunique()} labels"
    click.echo(f"{counts}: {', '.join(written)}", err=True)
    return 0
