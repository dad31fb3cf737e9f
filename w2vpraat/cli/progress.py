"""Progress on the terminal, and the closing list of skipped files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import click

from w2vpraat.events import Progress, Skipped

Result = TypeVar("Result")
TITLES = {
    "tokens": "Reading TextGrids",
    "measure": "Measuring",
    "embed": "Embedding",
    "normalize": "Normalizing",
    "compare": "Comparing",
    "clipping": "Looking for clipped sound",
    "pairs": "Pairs of labels",
    "map": "Drawing maps",
    "export": "Writing",
    "voices": "Other voices",
    "finetune": "Fine-tuning",
    "similarity": "Comparing models",
    "subspaces": "Subspaces",
    "maps": "Drawing maps",
    "review": "Asking for labels, looking for outliers",
    "neighbours": "Searching neighbours",
    "moved_formants": "Moved boundaries: formants",
    "moved_vectors": "Moved boundaries: vectors",
}
LISTED = 20


def follow(
    events: Iterable[Any], kind: type[Result], *, silent: bool = False
) -> tuple[Result, tuple[Skipped, ...]]:
    """Show a bar per step on stderr until the work yields its result.

    Parameters
    ----------
    events : iterable
        `Progress` and `Skipped` events, and one result.
    kind : type
        Type of the result.
    silent : bool
        Show no bars.

    Returns
    -------
    tuple
        The result and the skipped files.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}"),
    )
    skipped: list[Skipped] = []
    found: list[Result] = []
    bars: dict[str, Any] = {}
    with Bars(*columns, console=console, transient=False, disable=silent or not console.is_terminal) as shown:
        for event in events:
            if isinstance(event, Skipped):
                skipped.append(event)
            elif isinstance(event, Progress):
                title = TITLES.get(event.step, event.step)
                if event.step not in bars:
                    bars[event.step] = shown.add_task(title, total=event.total, name="")
                # A file name may hold brackets, which rich would take for markup.
                name = event.name.replace("[", "\\[")[-40:] if event.done < event.total else ""
                shown.update(bars[event.step], completed=event.done, total=event.total, name=name)
            elif isinstance(event, kind):
                found.append(event)
    if not found:
        raise RuntimeError("the work ended without a result")
    return found[-1], tuple(skipped)


def list_skipped(skipped: Sequence[Skipped]) -> None:
    """Print what was skipped and why."""
    if not skipped:
        return
    click.echo(f"\n{len(skipped)} skipped:", err=True)
    for event in skipped[:LISTED]:
        click.echo(f"  [{event.step}] {event.error}", err=True)
    if len(skipped) > LISTED:
        click.echo(f"  ... and {len(skipped) - LISTED} more, all in skipped.csv", err=True)


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Print a table with aligned columns; numbers to the right."""
    widths = [max(_width(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        cells = []
        for text, width in zip(map(str, row), widths, strict=True):
            space = " " * (width - _width(text))
            cells.append(space + text if text[:1].isdigit() or text[:1] in "-–." else text + space)
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    # Combining marks of IPA take no column.
    import unicodedata

    return sum(1 for char in text if not unicodedata.combining(char))
