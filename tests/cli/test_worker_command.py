"""``w2vpraat worker``: start, status, stop."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from w2vpraat import __version__
from w2vpraat.bridge.service.client import read_state, state_folder
from w2vpraat.bridge.service.starting import stop_worker


@pytest.fixture(autouse=True)
def _no_worker_is_left() -> Iterator[None]:
    yield
    state = read_state()
    stop_worker()
    assert read_state() is None
    if state is not None:
        try:
            about = Path(f"/proc/{state['pid']}/stat").read_text(encoding="latin-1")
        except OSError:
            return
        assert about.rpartition(")")[2].split()[0] == "Z"


def test_start_status_stop(w2v: Callable[..., Any]) -> None:
    none = w2v("worker", "status")
    assert (none.code, none.out) == (1, "no background worker is running\n")
    started = w2v("worker", "start")
    assert started.code == 0, started.err
    state = read_state()
    assert state is not None
    assert started.out.splitlines() == [
        f"process  {state['pid']}, w2vpraat {__version__}, port {state['port']} of 127.0.0.1",
        f"jobs     {os.path.join(state_folder(), 'jobs')}",
        f"state    {os.path.join(state_folder(), 'worker.txt')}",
    ]
    assert state["token"] not in started.out
    # A second start keeps the worker.
    assert w2v("worker", "start").out == started.out
    told = w2v("worker", "status")
    assert told.code == 0
    values = dict(line.split(maxsplit=1) for line in told.out.splitlines())
    assert values["process"].startswith(f"{state['pid']}, ")
    assert values["version"] == __version__
    assert re.fullmatch(r"\d+ s", values["age"])
    assert (values["models"], values["running"]) == ("none loaded yet", "none")
    assert (values["waiting"], values["done"]) == ("0 jobs", "0 jobs")
    assert re.fullmatch(r"\d+ MB", values["memory"])
    assert Path(values["log"]).is_file()
    stopped = w2v("worker", "stop")
    assert (stopped.code, stopped.out) == (0, f"the background worker (process {state['pid']}) is stopped\n")
    assert read_state() is None
    assert w2v("worker", "stop").out == "no background worker is running\n"


def test_a_worker_that_cannot_start_is_an_error(w2v: Callable[..., Any]) -> None:
    in_the_way = Path(state_folder()) / "worker.txt"
    (in_the_way / "folder").mkdir(parents=True)
    done = w2v("worker", "start")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("w2vpraat: the background worker could not start: ")
    assert "Is a directory" in done.err
    (in_the_way / "folder").rmdir()
    in_the_way.rmdir()
