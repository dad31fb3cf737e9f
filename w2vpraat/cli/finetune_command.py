"""``w2vpraat finetune``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2vpraat.cli.corpus_options import corpus_arguments, corpus_settings
from w2vpraat.cli.options import SectionedCommand, parameter_options

if TYPE_CHECKING:
    from w2vpraat.pipeline.finetuning import Balance, FinetuneResults


@click.command(cls=SectionedCommand)
@corpus_arguments
@click.option(
    "-o", "--output", type=click.Path(file_okay=False), required=True, help="Folder of the new model."
)
@click.option("--name", default="", help="Name for --model of other commands; default: the folder's name.")
@click.option("--no-register", is_flag=True, help="Leave the new model out of the list of models.")
@click.option("--dry-run", is_flag=True, help="Show what would be learned from what, and stop.")
@click.option("--restart", is_flag=True, help="Begin anew where an unfinished run lies in the folder.")
@parameter_options("read", "tokens", "finetune")
def command(
    corpus: str | None,
    speakers: str | None,
    output: str,
    name: str,
    no_register: bool,
    dry_run: bool,
    restart: bool,
    config: str | None,
    **values: Any,
) -> int:
    """Fine-tune a model frame by frame on CORPUS, for one task or several at once.

    A task is a tier, a column of the speaker table (put on every labelled frame of the speaker), or classes
    of a tier's labels. Speakers are divided into those for training, those who decide when to stop, and those
    on whom the figures are measured.

    \b
    w2vpraat finetune my_folder --task phone -o my_phone_model
    w2vpraat finetune my_folder --speakers speakers.csv --task phone --task sex -o phone_sex
    w2vpraat finetune my_folder --task tone=map:pinyin_tone --edge 0.01 -o tone
    w2vpraat finetune my_folder --task height=map:vowel_height --label-map ipa --dry-run -o height
    w2vpraat finetune my_folder --base facebook/wav2vec2-base --freeze-below 6 -o large

    The folder loads with transformers (AutoModel.from_pretrained) and is listed by `w2vpraat models list`. It
    holds label maps, heads, a model card, splits, curves and confusion matrices. A run that was interrupted
    goes on with the same command. On several GPUs: torchrun --nproc-per-node 4 -m w2vpraat finetune ...
    """
    from w2vpraat.cli.progress import follow, list_skipped
    from w2vpraat.models.catalogue import check_name
    from w2vpraat.pipeline.finetuning import FinetuneResults, finetuning
    from w2vpraat.pipeline.model_folder import register, write_model_folder

    settings = corpus_settings(corpus, speakers, values, config)
    folder = Path(output)
    model_name = name or folder.absolute().name
    if not no_register and not dry_run:
        check_name(model_name, folder)
    main = int(os.environ.get("RANK", "0")) == 0
    events = finetuning(settings, folder, dry_run=dry_run, restart=restart)
    if dry_run:
        for balance in _balances(events):
            _show_balance(balance)
        return 0
    results, skipped = follow(_announced(events, shown=main), FinetuneResults, silent=not main)
    if not main:
        return 0
    written = write_model_folder(results, model_name, command_line=sys.argv)
    _show_figures(results)
    if not no_register:
        register(folder, model_name)
        click.echo(f"\nThe model is listed as {model_name}: w2vpraat run CORPUS --model {model_name} -o DIR")
    click.echo(f"\nWritten to {folder}:\n  {', '.join(path.name for path in written)}")
    list_skipped(skipped)
    return int(bool(skipped))


def _balances(events: Iterator[Any]) -> Iterator[Balance]:
    from w2vpraat.pipeline.finetuning import Balance

    yield from (event for event in events if isinstance(event, Balance))


def _announced(events: Iterator[Any], *, shown: bool) -> Iterator[Any]:
    """Print what training starts from and how it goes; turn its steps into progress."""
    from w2vpraat.events import Progress
    from w2vpraat.models.finetuning.results import Training
    from w2vpraat.pipeline.finetuning import Balance

    for event in events:
        if isinstance(event, Balance):
            if shown:
                _show_balance(event)
        elif isinstance(event, Training):
            if shown and event.resumed:
                click.echo(f"Going on after step {event.step} of an interrupted run.")
            if shown and event.points:
                _show_points(event)
            yield Progress("finetune", event.step, event.steps, f"loss {event.loss:.3f}")
        else:
            yield event


def _show_balance(balance: Balance) -> None:
    from w2vpraat.cli.progress import print_table

    parts = balance.splits
    click.echo(
        f"Speakers: {len(parts.train)} for training, {len(parts.held_out)} decide when to stop,"
        f" {len(parts.test)} for the figures.\n"
    )
    rows = [
        (
            row["task"],
            row["class"],
            str(row["train"]),
            str(row["held_out"]),
            str(row["test"]),
            _per_cent(row["share"]),
            "" if row["asked"] else "too rare",
        )
        for row in balance.table.to_dict("records")
    ]
    print_table(rows, ("task", "class", "training frames", "held out", "test", "share", ""))
    click.echo("")
    for note in balance.notes:
        click.echo(f"Note: {note}.")


def _show_points(event: Any) -> None:
    cells = []
    for point in event.points:
        if point.split == "held_out":
            cells.append(
                f"{point.task} {_per_cent(point.accuracy)} (balanced {_per_cent(point.balanced_accuracy)})"
            )
    if not cells:
        cells = [f"{point.task} {_per_cent(point.accuracy)} in training" for point in event.points]
    left = f", {_time(event.seconds_left)} left" if event.step < event.steps else ""
    click.echo(f"step {event.step:5d}: {'; '.join(cells)}{'  best so far' if event.best else ''}{left}")


def _show_figures(results: FinetuneResults) -> None:
    from w2vpraat.cli.progress import print_table

    found = results.finetuned
    whose = {
        "test": "test speakers",
        "held_out": "held-out speakers",
        "train": "the training speakers themselves",
    }
    early = ", stopped early" if found.stopped_early else ""
    click.echo(
        f"\nWeights of step {found.best_step} of {found.steps}{early}. Frames of {whose[found.split]}:\n"
    )
    rows = []
    for one in found.figures:
        low, high = one.interval()
        text = _per_cent(one.accuracy) + (f" [{100 * low:.0f}, {100 * high:.0f}]" if low == low else "")
        cells = (text, _per_cent(one.balanced_accuracy), f"{one.macro_f1:.3f}", _per_cent(one.majority))
        rows.append((one.task, *cells, str(len(one.classes)), str(one.n_frames)))
    print_table(rows, ("task", "accuracy", "balanced", "macro F1", "majority", "classes", "frames"))


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f} %" if share == share else "–"


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
