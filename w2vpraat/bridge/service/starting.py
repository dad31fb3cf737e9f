"""Find, start, replace and stop the background worker. Light imports only.

The client loads this module when there is no worker of its version, so it may import nothing heavy.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from w2vpraat.bridge.service.client import (
    BUSY_SECONDS,
    HELLO_SECONDS,
    WORKER,
    Refused,
    State,
    ask,
    asked,
    is_ours,
    log_path,
    package_folder,
    read_state,
    state_folder,
)
from w2vpraat.bridge.service.locks import FileLock, is_alive

GONE_SECONDS = 0.5
"""A worker that does not hold its lock is most likely gone: so long it may take to say hello."""
START_SECONDS = 60.0
STOP_SECONDS = 2.5
LOG_BYTES = 1_000_000


def running_worker() -> State | None:
    """Return the state of a worker that says hello, of any version; None if there is none."""
    for seconds in (HELLO_SECONDS, BUSY_SECONDS):
        state = read_state()
        if state is None:
            return None
        # Without its lock it is most likely gone; where the file system has no locks it may still answer.
        alive = is_alive()
        try:
            list(ask(state, "ping", hello=seconds if alive else GONE_SECONDS))
        except Refused:
            if not alive:
                return None
        else:
            return state
    raise Refused("the background worker does not answer; stop it (w2vpraat worker stop) and try again")


def wanted_worker() -> State:
    """Return the state of a worker of this version: the one that runs, else a new one.

    A worker of another version, or of a package elsewhere, is asked to retire: it ends what it was asked for.

    Raises
    ------
    Refused
        If none can be started, with the last line of its log.
    """
    state = running_worker()
    if state is not None and is_ours(state):
        return state
    os.makedirs(state_folder(), mode=0o700, exist_ok=True)
    with FileLock("start"):
        # Another client may have started one while this one waited for the lock.
        state = running_worker()
        if state is not None and is_ours(state):
            return state
        if state is not None:
            _retire(state)
        return _started()


def _retire(state: State) -> None:
    try:
        asked(state, "retire")
    except Refused:
        _kill(state)


def _started() -> State:
    _bound_log(log_path())
    old = read_state()  # left by one that was killed, perhaps
    # The package of this very file, though another may be installed; later its folder shadows nothing.
    code = (
        "import sys; sys.path[:] = [sys.argv.pop(1), *filter(None, sys.path)]; import w2vpraat; "
        "sys.path.append(sys.path.pop(0)); from w2vpraat.bridge.service.worker import main; sys.exit(main())"
    )
    # -E: variables meant for another Python must not reach this one.
    words = [sys.executable, "-E", "-c", code, os.path.dirname(package_folder())]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    number = os.open(log_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=number,
            stderr=number,
            cwd=state_folder(),
            start_new_session=True,  # without meaning on Windows
            creationflags=flags,
        )
    except OSError as error:
        raise Refused(f"can't start the background worker: {error}; install w2vpraat again") from error
    finally:
        os.close(number)
    _STARTED.append(process)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        state = read_state()
        if state is not None and (old is None or state["token"] != old["token"]):
            found = running_worker()
            if found is not None:
                return found
        if process.poll() is not None:
            break
        time.sleep(0.01)
    raise Refused(
        f"the background worker could not start: {_last_line(log_path()) or 'it says nothing'}; "
        f"try: w2vpraat worker start (its log: {log_path()})"
    )


_STARTED: list[object] = []
"""Processes that this one started; forgotten ones would warn that they still run."""


def stop_worker() -> str:
    """Stop the worker at once, also in the middle of a job; return what was done."""
    state = read_state()
    if not is_alive() and running_worker() is None:
        _forget(state)
        return "no background worker is running"
    if state is None:
        return "a background worker is just starting or ending; ask again"
    try:
        asked(state, "stop", timeout=0.8)
    except Refused:
        _kill(state)
    end = time.monotonic() + STOP_SECONDS
    while is_alive():
        if time.monotonic() > end:
            _kill(state)
            break
        time.sleep(0.02)
    return f"the background worker (process {state['pid']}) is stopped"


def _kill(state: State) -> None:
    """End a worker that holds its lock and does not answer: the system's way."""
    if not is_alive():  # the number may belong to another program by now
        return
    try:
        os.kill(int(state["pid"]), getattr(signal, "SIGKILL", signal.SIGTERM))
    except OSError:
        return
    end = time.monotonic() + STOP_SECONDS
    while is_alive() and time.monotonic() < end:
        time.sleep(0.02)
    _forget(state)


def _forget(state: State | None) -> None:
    """Remove the state file of a worker that is gone, unless it is another one's by now."""
    if state is not None and read_state() == state:
        with suppress(OSError):
            os.unlink(os.path.join(state_folder(), f"{WORKER}.txt"))


def _last_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 4000))
            lines = [line.strip() for line in file.read().decode("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line), "")


def _bound_log(path: str) -> None:
    """Keep one old log."""
    with suppress(OSError):
        if os.path.getsize(path) > LOG_BYTES:
            os.replace(path, path + ".1")
