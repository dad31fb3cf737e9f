"""``w2vpraat models``: list, show, add, remove."""

from __future__ import annotations

import click

from w2vpraat.cli.progress import print_table


@click.group()
def command() -> None:
    """List, show, add and remove models.

    A model is a bundled one, a local folder in the format of transformers, or a hub id.
    """


@command.command("list")
def list_models() -> None:
    """List the models that --model knows by name."""
    from w2vpraat.models.catalogue import catalogue

    rows = [
        (
            record.name,
            record.kind,
            str(record.layers),
            str(record.dim),
            "" if record.recommended_layer is None else str(record.recommended_layer),
            record.task,
            record.licence,
        )
        for record in catalogue()
    ]
    print_table(rows, ("name", "kind", "layers", "dim", "best layer", "task", "licence"))


@command.command()
@click.argument("model")
def show(model: str) -> None:
    """Show everything that is known of MODEL (a name, a folder or a hub id)."""
    from w2vpraat.models.catalogue import find_model

    for name, value in find_model(model).as_dict().items():
        if value not in ("", None, (), []):
            shown = ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else value
            click.echo(f"{name:18}{shown}")


@command.command()
@click.argument("source")
@click.option("--name", help="Short name for --model; default: the last part of SOURCE.")
def add(source: str, name: str | None) -> None:
    """Add a local folder or a hub id, SOURCE, to the list."""
    from w2vpraat.models.catalogue import add_model

    click.echo(f"added: {add_model(source, name=name).name}")


@command.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove NAME from the list; its files stay."""
    from w2vpraat.models.catalogue import remove_model

    remove_model(name)
    click.echo(f"removed: {name}")
