"""``w2vpraat worker``: start, status, stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from w2vpraat.errors import InputError

NOT_RUNNING = 1


@click.group()
def command() -> None:
    """Start, look at and stop the background process that answers Praat.

    There is one for each user, with models in memory. The commands in Praat's menus start it when they need
    it, and it ends when nobody asked for half an hour (W2VPRAAT_WORKER_IDLE: seconds). Any language can ask
    it: see docs/worker.md.
    """


@command.command()
def start() -> None:
    """Start it, and say where it listens."""
    from w2vpraat.bridge.service.job_folders import own_jobs
    from w2vpraat.bridge.service.starting import wanted_worker

    with _as_errors():
        jobs = own_jobs()
        state = wanted_worker()
    click.echo(f"process  {state['pid']}, w2vpraat {state['version']}, port {state['port']} of 127.0.0.1")
    click.echo(f"jobs     {jobs}")
    click.echo(f"state    {_state_file()}")


@command.command()
def status() -> int:
    """Show version, age, models in memory and jobs. Exit code 1 if no worker is running."""
    from w2vpraat.bridge.service.client import asked
    from w2vpraat.bridge.service.starting import running_worker

    with _as_errors():
        state = running_worker()
        lines = asked(state, "status")[0] if state is not None else []
    if state is None:
        click.echo("no background worker is running")
        return NOT_RUNNING
    told = dict(text.partition("=")[::2] for _, text in lines)
    running = f"{told['running']}: {told['progress']}" if told["running"] else "none"
    click.echo(f"process  {told['pid']}, port {state['port']} of 127.0.0.1")
    click.echo(f"version  {told['version']}")
    click.echo(f"age      {_duration(float(told['age']))}")
    click.echo(f"models   {told['models'].replace(',', ', ') or 'none loaded yet'}")
    click.echo(f"running  {running}")
    click.echo(f"waiting  {told['waiting']} jobs")
    click.echo(f"done     {told['done']} jobs")
    click.echo(f"memory   {told['memory']} MB" if told["memory"] != "0" else "memory   unknown here")
    click.echo(f"log      {told['log']}")
    return 0


@command.command()
def stop() -> None:
    """Stop it at once, also in the middle of a job."""
    from w2vpraat.bridge.service.starting import stop_worker

    with _as_errors():
        click.echo(stop_worker())


@contextmanager
def _as_errors() -> Iterator[None]:
    from w2vpraat.bridge.service.client import Refused

    try:
        yield
    except Refused as error:
        raise InputError(str(error)) from error


def _state_file() -> str:
    import os

    from w2vpraat.bridge.service.client import WORKER, state_folder

    return os.path.join(state_folder(), f"{WORKER}.txt")


def _duration(seconds: float) -> str:
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s" if minutes else f"{left} s"
