"""``w2vpraat textgrid add-tiers``."""

from __future__ import annotations

from typing import Any

import click

from w2vpraat.cli.corpus_options import corpus_arguments, corpus_settings
from w2vpraat.cli.options import ListType, SectionedCommand, parameter_options
from w2vpraat.params.exporting import TIERS, AddedTierParams


@click.command("add-tiers", cls=SectionedCommand)
@corpus_arguments
@click.option(
    "-o", "--output", type=click.Path(file_okay=False), required=True, help="Folder for the copies."
)
@click.option(
    "--tiers",
    "wanted",
    type=ListType(str, "tiers"),
    default=",".join(AddedTierParams().tiers),
    show_default=True,
    help=f"Of {', '.join(TIERS)}.",
)
@click.option(
    "--decimals", type=int, default=AddedTierParams().decimals, show_default=True, help="Of scores."
)
@click.option(
    "--notation",
    type=click.Choice(["label", "file"]),
    default=AddedTierParams().notation,
    show_default=True,
    help="Labels as they are compared (IPA with a label map), or as the TextGrids have them.",
)
@parameter_options(
    "read", "tokens", "formants", "pitch", "intensity", "embed", "normalize", "review", "compare"
)
def command(
    corpus: str | None,
    speakers: str | None,
    output: str,
    wanted: tuple[str, ...],
    decimals: int,
    notation: str,
    config: str | None,
    **values: Any,
) -> int:
    """Write copies of the TextGrids of CORPUS with further tiers: nearest label, scores, frames.

    CORPUS is a folder or a session file. The further tiers have the intervals of the tokens' tier; what is no
    token is empty. The files' own tiers keep their bytes, and the files themselves are never written to.

    \b
    nearest      the label whose mean is nearest, by the tokens of other speakers
    posterior    probability of the token's own label
    outlier      share of normal tokens that lie farther from their label
    sensitivity  largest change of F1, F2, vector and label when boundaries move (takes long)
    frames       frames of the model

    \b
    w2vpraat textgrid add-tiers my_folder -o checked
    w2vpraat textgrid add-tiers my_work.w2vpraat --tiers nearest,frames -o checked
    """
    from w2vpraat.cli.progress import follow, list_skipped
    from w2vpraat.corpus.gathering import gather
    from w2vpraat.pipeline.found_tiers import refuse_originals, writing_tiers
    from w2vpraat.pipeline.running import Results, results_folder, running
    from w2vpraat.pipeline.written import Written

    params = AddedTierParams(tiers=tuple(wanted), decimals=decimals, notation=notation)
    settings = corpus_settings(corpus, speakers, values, config)
    steps = ["measure", "embed"]
    if "sensitivity" in params.tiers:
        steps.append("compare")
        settings = settings.updated({"sensitivity": {"sensitivity": True}})
    found = gather(settings.sources) if settings.sources else None
    if found is not None:
        refuse_originals(found, output)  # before the work
    folder = results_folder(output)
    results, left_out = follow(running(settings, corpus=found, steps=steps), Results)
    written, skipped = follow(writing_tiers(results, folder, params), Written)
    for note in (*results.notes, *written.notes):
        click.echo(f"Note: {note}.")
    click.echo(f"written: {len(written.files) - 1} TextGrids in {folder}", err=True)
    list_skipped((*left_out, *skipped))
    return int(bool(left_out or skipped))
