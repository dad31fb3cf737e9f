"""The thin client of the background worker: one file, standard library only, started once per menu command.

A launcher runs it as ``python -I -S client.py JOBS NAME [clean|stop]``, so it must be quick: nothing of the
package is imported (`worker_version` reads the version as text), and what only a start of the worker needs is
imported where it is used. The rest of the package imports the functions from here.

One request is one line, ``w2vpraat 1 TOKEN VERB ARGUMENT``; the answer is lines ``w2vpraat WORD TEXT``; the
first word is ``hello``, the last ``ok`` or ``error``. See docs/worker.md.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
import time
from collections.abc import Iterator

PROTOCOL = "1"
MAX_BYTES = 4096
"""Longest request and longest line of an answer."""
HELLO_SECONDS = 2.0
"""A listener that says nothing for so long is another program, or a worker that is very busy."""
BUSY_SECONDS = 30.0
"""So long a worker that holds its lock may take to say hello: imports and long C code let no thread run."""
TIME_LIMIT = 300.0
LOG_BYTES = 1 << 20
WORKER = "worker"

Line = tuple[str, str]
State = dict[str, str]


class Refused(Exception):
    """There is no answer: nobody listens, another program does, it took too long, the worker can't start."""


class Stale(Refused):
    """Nobody listens where the state file says, or another program does."""


class Broken(Refused):
    """The line went dead in the middle of an answer."""


class Late(Refused):
    """No answer in the time that was given."""


# ---- folders and files ------------------------------------------------------------------------------------


def state_folder() -> str:
    """Return the folder of state files, locks and the log; ``W2VPRAAT_CONFIG_DIR`` moves it."""
    chosen = os.environ.get("W2VPRAAT_CONFIG_DIR")
    if chosen:
        return os.path.join(os.path.abspath(chosen), WORKER)
    # As platformdirs' user_state_dir("w2vpraat"), which can't be imported here.
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or os.path.join(os.path.expanduser("~"), "AppData", "Local")
        return os.path.join(local, "w2vpraat", "w2vpraat", WORKER)
    xdg = os.environ.get("XDG_STATE_HOME", "").strip()
    if not os.path.isabs(xdg):
        home = "~/Library/Application Support" if sys.platform == "darwin" else "~/.local/state"
        xdg = os.path.expanduser(home)
    return os.path.join(xdg, "w2vpraat", WORKER)


def log_path() -> str:
    """Return the path of the worker's log."""
    return os.path.join(state_folder(), "worker.log")


def read_state(name: str = WORKER) -> State | None:
    """Read where a listener waits: port, token, pid, version, started, home; else None."""
    try:
        with open(os.path.join(state_folder(), f"{name}.txt"), encoding="utf-8") as file:
            pairs = (line.rstrip("\n").partition("=") for line in file)
            state = {key: value for key, mark, value in pairs if mark}
    except (OSError, UnicodeDecodeError):
        return None
    whole = state.get("port", "").isdecimal() and state.get("pid", "").isdecimal() and state.get("token")
    return state if whole else None


def good_name(name: str) -> bool:
    """Tell whether this may name a job: 8 to 64 letters and digits of ASCII, so never a path."""
    return 8 <= len(name) <= 64 and name.isascii() and name.isalnum()


def write_status(folder: str, status: str, message: str, more: str = "") -> None:
    """Write ``status.txt`` of a job, whole and at once: the script reads nothing else before it.

    Parameters
    ----------
    folder : str
        Of the job.
    status : str
        ``OK`` or ``ERROR``.
    message : str
        For the user; each line becomes one ``message=``.
    more : str
        Further ``key=value`` lines.
    """
    told = "".join(f"message={line}\n" for line in message.splitlines())
    text = f"status={status}\n{told}{more}"
    # As Praat writes: a Praat that is set to read MacRoman or Latin-1 reads UTF-8 wrong, even with its mark.
    write_whole(os.path.join(folder, "status.txt"), text, "ascii" if text.isascii() else "utf-16")


def write_whole(path: str, text: str, encoding: str = "utf-8") -> None:
    """Write a text file, readable by its owner alone, that appears whole or not at all."""
    aside = f"{path}.{os.getpid()}.part"
    number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(number, "w", encoding=encoding, newline="\n") as file:
        file.write(text)
    for last in (False, False, False, True):
        try:
            os.replace(aside, path)
        except PermissionError:  # Windows, while somebody reads the old one
            if last:
                raise
            time.sleep(0.05)
        else:
            return


def job_folders() -> list[str]:
    """Return the folders in which the worker finds jobs."""
    try:
        with open(os.path.join(state_folder(), "job_folders.txt"), encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if line]
    except (OSError, UnicodeDecodeError):
        return []


def remove_job(folder: str) -> None:
    """Remove a job folder and what is in it; a link is removed itself, never what it leads to."""
    if os.path.islink(folder):
        os.unlink(folder)
        return
    for place, folders, files in os.walk(folder, topdown=False):
        for one in files:
            os.unlink(os.path.join(place, one))
        for one in folders:
            path = os.path.join(place, one)
            os.unlink(path) if os.path.islink(path) else os.rmdir(path)
    if os.path.isdir(folder):
        os.rmdir(folder)


# ---- asking -----------------------------------------------------------------------------------------------


def ask(
    state: State,
    verb: str,
    argument: str = "",
    timeout: float = 5.0,
    *,
    limit: float | None = None,
    hello: float = HELLO_SECONDS,
) -> Iterator[Line]:
    """Ask a listener; yield its lines as (word, text), ``hello`` first and ``ok`` or ``error`` last.

    Parameters
    ----------
    state : dict
        From `read_state`.
    verb, argument : str
        The argument is one line.
    timeout : float
        Longest silence, in seconds.
    limit : float, optional
        Longest time for the whole answer, in seconds.
    hello : float
        Longest silence before the first word.

    Raises
    ------
    Refused
        `Stale` if nobody listens or another program does, `Broken` if the line goes dead before the last
        word, `Late` after `timeout` or `limit`. An ``error`` of the listener is a line, not an exception.
    """
    end = time.monotonic() + (limit if limit is not None else 86400.0 * 365)
    try:
        line = socket.create_connection(("127.0.0.1", int(state["port"])), timeout=hello)
    except (OSError, OverflowError) as error:
        raise Stale("nobody listens") from error
    with line:
        try:
            word, text = _received(line, received := bytearray(), time.monotonic() + hello)
        except Refused as error:
            raise Stale("another program listens, or the worker is very busy") from error
        if word != "hello":
            raise Stale("another program listens")
        yield word, text
        request = f"w2vpraat {PROTOCOL} {state['token']} {verb} {argument}".rstrip() + "\n"
        try:
            line.sendall(request.encode())
        except OSError as error:
            raise Broken("the line is dead") from error
        while word not in ("ok", "error"):
            word, text = _received(line, received, min(end, time.monotonic() + timeout))
            yield word, text


def _received(line: socket.socket, received: bytearray, end: float) -> Line:
    """Return the next line; what came after it stays in `received`."""
    while b"\n" not in received:
        left = end - time.monotonic()
        if left <= 0:
            raise Late("no answer")
        if len(received) > MAX_BYTES:
            raise Stale("another program listens")
        line.settimeout(left)
        try:
            part = line.recv(MAX_BYTES)
        except TimeoutError as error:
            raise Late("no answer") from error
        except OSError as error:
            raise Broken("the line is dead") from error
        if not part:
            raise Broken("the line is dead")
        received += part
    whole, _, rest = bytes(received).partition(b"\n")
    received[:] = rest
    mark, _, said = whole.decode("utf-8", "replace").partition(" ")
    if mark != "w2vpraat":
        raise Stale("another program listens")
    word, _, text = said.rstrip("\r").partition(" ")
    return word, text


def asked(state: State, verb: str, argument: str = "", timeout: float = 5.0) -> tuple[list[Line], Line]:
    """Return the lines between the first and the last word, and the last; see `ask`."""
    lines = list(ask(state, verb, argument, timeout))
    return lines[1:-1], lines[-1]


def worker_version() -> str:
    """Return the version of the package that this file belongs to, without importing it."""
    with open(os.path.join(package_folder(), "__init__.py"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("__version__"):
                return line.partition("=")[2].strip().strip("\"'")
    return ""


def package_folder() -> str:
    """Return the folder of the package that this file belongs to."""
    here = os.path.realpath(__file__)
    return os.path.dirname(os.path.dirname(os.path.dirname(here)))


def is_ours(state: State) -> bool:
    """Tell whether a worker runs this package, in this version."""
    return (state.get("version"), state.get("home")) == (worker_version(), package_folder())


# ---- one job ----------------------------------------------------------------------------------------------


def do_job(jobs: str, name: str) -> None:
    """Have a job done; its folder then holds ``status.txt``.

    Raises
    ------
    Refused
        If it could not be done; the text is for the user.
    """
    seconds = time_limit(os.path.join(jobs, name))
    end = time.monotonic() + seconds
    state = read_state()
    if os.path.abspath(jobs) not in job_folders():
        from w2vpraat.bridge.service.job_folders import register_jobs

        register_jobs(jobs)
    if state is None or not is_ours(state):
        state = _worker()
    hello, before = HELLO_SECONDS, ""
    for _ in range(3):
        accepted = False
        try:
            for word, text in ask(state, "job", name, seconds, limit=end - time.monotonic(), hello=hello):
                accepted = accepted or word != "hello"
                before = f" ({text} more before it)" if word == "waiting" and text != "0" else ""
                if word == "error":
                    raise Refused(text)
            return
        except Late as error:
            _cancel(state, name)
            raise Late(
                f"no answer within {seconds:g} s{before}: take less sound, or a longer time limit"
            ) from error
        except (Stale, Broken) as error:
            if accepted:
                raise Refused(
                    "the background worker ended in the middle of the job (stopped, or out of memory): "
                    f"run the command again, perhaps with less sound (its log: {log_path()})"
                ) from error
            # It was just ending, or is long gone: another one takes the job. Or it is very busy.
            state, hello = _worker(), BUSY_SECONDS
    raise Refused(f"the background worker ends as soon as it is asked (its log: {log_path()})")


def _worker() -> State:
    from w2vpraat.bridge.service.starting import wanted_worker

    return wanted_worker()


def _cancel(state: State, name: str) -> None:
    from contextlib import suppress

    with suppress(Refused):
        asked(state, "cancel", name, timeout=1.0)


def time_limit(folder: str) -> float:
    """Return the time limit in ``job.txt`` in seconds, else 300."""
    try:
        with open(os.path.join(folder, "job.txt"), "rb") as file:
            raw = file.read(LOG_BYTES)
    except OSError:
        return TIME_LIMIT
    for line in raw.decode("utf-16" if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else "latin-1").splitlines():
        key, mark, value = line.partition("=")
        if mark and key.strip() == "time_limit" and value.strip():
            try:
                seconds = float(value)
            except ValueError:
                seconds = 0.0
            if not 0 < seconds <= 86400:
                raise Refused(f"time limit {value.strip()}: give seconds above 0, at most a day")
            return seconds
    return TIME_LIMIT


def main(arguments: list[str]) -> int:
    """Do what the launcher was asked for: ``JOBS NAME [clean|stop]``, or ``JOBS stop``.

    Returns
    -------
    int
        0 done, 1 not done (``status.txt`` says why), 2 refused (nothing was touched).
    """
    _bound_own_log()
    jobs, name, verb = [*arguments, "", "", ""][:3]
    alone = (name, verb) == ("stop", "")
    if not jobs or len(arguments) > 3 or not (alone or good_name(name)) or verb not in ("", "clean", "stop"):
        sys.stderr.write(
            "w2vpraat: refused: give JOBS NAME [clean|stop], NAME of 8 to 64 letters and digits\n"
        )
        return 2
    folder = os.path.join(jobs, name)
    if not alone and verb != "clean" and not os.path.isdir(folder):
        sys.stderr.write(f"w2vpraat: there is no job {name}\n")
        return 2
    status = os.path.join(folder, "status.txt")
    try:
        if verb == "clean":
            remove_job(folder)
        elif alone or verb == "stop":
            from w2vpraat.bridge.service.starting import stop_worker

            said = stop_worker()
            sys.stdout.write(said + "\n") if alone else write_status(folder, "OK", said)
        else:
            if os.path.isfile(status):
                os.unlink(status)  # of an earlier try: it would pass for this one's
            do_job(jobs, name)
            if not os.path.isfile(status):
                raise Refused(f"the background worker left no answer (its log: {log_path()})")
    except (Refused, OSError) as error:
        sys.stderr.write(f"w2vpraat: {error}\n")
        # The worker's own text has lines and is there already, unless the job never came so far.
        if os.path.isdir(folder) and (isinstance(error, Late) or not os.path.isfile(status)):
            write_status(folder, "ERROR", str(error))
        return 1
    return 0


def _bound_own_log() -> None:
    """Empty ``bridge.log``, to which the launcher appends, when it has grown long."""
    try:
        about = os.fstat(2)
        if about.st_size > LOG_BYTES and stat.S_ISREG(about.st_mode):
            os.ftruncate(2, 0)
    except OSError:
        return


if __name__ == "__main__":
    # What is loaded only at need finds this very module, and the package beside it, under -I -S too.
    sys.modules["w2vpraat.bridge.service.client"] = sys.modules["__main__"]
    sys.path.append(os.path.dirname(package_folder()))
    sys.exit(main(sys.argv[1:]))
