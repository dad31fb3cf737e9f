"""``w2vpraat textgrid``: info, check, convert, add-tiers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from w2vpraat.cli.progress import print_table
from w2vpraat.errors import InputError, W2VPraatError, place

FORMS = ("long", "short", "chronological", "binary")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-be", "utf-16-le", "latin-1", "cp1252", "mac-roman", "ascii")
NEWLINES = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
FALLBACK = click.option(
    "--fallback-encoding",
    default="latin-1",
    show_default=True,
    help="Encoding of files that have no BOM and are not UTF-8.",
)


class _Group(click.Group):
    """Its command ``add-tiers`` has options of all steps, which need not load for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return [*super().list_commands(ctx), "add-tiers"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import ``add-tiers`` when it is used."""
        if cmd_name == "add-tiers":
            from w2vpraat.cli.add_tiers_command import command as add_tiers

            return add_tiers
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Group)
def command() -> None:
    """Look at, check, convert TextGrids of every form that Praat writes; add tiers with what was found."""


@command.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@FALLBACK
def info(paths: tuple[str, ...], fallback_encoding: str) -> int:
    """Show form, encoding, tiers and labels of TextGrids (files or folders)."""
    from w2vpraat.corpus.textgrid import PointTier, read_textgrid

    failed = 0
    for path in _grids(paths):
        try:
            grid = read_textgrid(path, fallback_encoding=fallback_encoding)
        except W2VPraatError as error:
            click.echo(f"{error}\n", err=True)
            failed += 1
            continue
        newline = {v: k for k, v in NEWLINES.items()}.get(grid.newline or "", "")
        parts = [grid.form, grid.encoding, newline.upper(), f"{grid.start:.6g} to {grid.end:.6g} s"]
        click.echo(f"{path}: {', '.join(part for part in parts if part)}")
        rows = []
        for number, tier in enumerate(grid.tiers, start=1):
            points = isinstance(tier, PointTier)
            labels = [item.label for item in tier.items]
            filled = [label for label in labels if label.strip()]
            kind = "points" if points else "intervals"
            rows.append(
                (str(number), tier.name or '""', kind, str(len(labels)), str(len(filled)), _sample(filled))
            )
        print_table(rows, ("tier", "name", "kind", "items", "labelled", "labels"))
        click.echo()
    return int(failed > 0)


@command.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@FALLBACK
def check(paths: tuple[str, ...], fallback_encoding: str) -> int:
    """List problems of TextGrids (files or folders): overlaps, gaps, edges, audio that is too short.

    Exit code 1 if there are any. Nothing is changed.
    """
    from w2vpraat.corpus.audio import audio_info
    from w2vpraat.corpus.discover import AUDIO_SUFFIXES
    from w2vpraat.corpus.problems import find_problems
    from w2vpraat.corpus.textgrid import read_textgrid

    found = files = 0
    for path in _grids(paths):
        files += 1
        try:
            grid = read_textgrid(path, fallback_encoding=fallback_encoding)
            sounds = [
                near
                for near in path.parent.glob(f"{_escaped(path.stem)}.*")
                if near.suffix.lower() in AUDIO_SUFFIXES
            ]
            audio_end = audio_info(sounds[0]).duration if len(sounds) == 1 else None
            problems = find_problems(grid, file=path, audio_end=audio_end)
        except W2VPraatError as error:
            click.echo(f"unreadable: {error}")
            found += 1
            continue
        for problem in problems:
            found += 1
            where = place(problem.file or str(path), problem.tier, problem.interval, problem.start)
            click.echo(f"{problem.kind}: {where}: {problem.message}")
    click.echo(f"{files} files, {found} problems", err=True)
    return int(found > 0)


@command.command()
@click.argument("source", metavar="IN", type=click.Path())
@click.argument("target", metavar="OUT", type=click.Path())
@click.option("--form", type=click.Choice(FORMS), help="Form of the file; default: as IN.")
@click.option("--encoding", type=click.Choice(ENCODINGS), help="Encoding; default: as IN.")
@click.option("--newline", type=click.Choice(list(NEWLINES)), help="Line ends; default: as IN.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@FALLBACK
def convert(
    source: str,
    target: str,
    form: str | None,
    encoding: str | None,
    newline: str | None,
    force: bool,
    fallback_encoding: str,
) -> int:
    """Write the TextGrid IN as OUT in another form, encoding or with other line ends.

    Without options OUT is byte-equal to IN. Times keep every digit. No label is changed.
    """
    from w2vpraat.corpus.textgrid import read_textgrid, write_textgrid

    if Path(target).exists() and not force:
        raise InputError("the file exists already", "choose another name, or --force", file=target)
    grid = read_textgrid(source, fallback_encoding=fallback_encoding)
    ends = NEWLINES[newline] if newline else None
    write_textgrid(grid, target, form=form, encoding=encoding, newline=ends, overwrite_changed=force)
    click.echo(f"written: {target}", err=True)
    return 0


def _grids(paths: tuple[str, ...]) -> Iterator[Path]:
    for text in paths:
        path = Path(text)
        if path.is_dir():
            grids = sorted(p for p in path.rglob("*") if p.suffix.lower() == ".textgrid" and p.is_file())
            if not grids:
                raise InputError("the folder holds no TextGrid", "check the path", file=path)
            yield from grids
        else:
            yield path


def _sample(labels: list[str]) -> str:
    kinds = list(dict.fromkeys(" ".join(label.split()) for label in labels))
    text = " ".join(kinds[:12])
    return (text[:57] + "...") if len(text) > 60 else text + (" ..." if len(kinds) > 12 else "")


def _escaped(stem: str) -> str:
    import glob

    return glob.escape(stem)
