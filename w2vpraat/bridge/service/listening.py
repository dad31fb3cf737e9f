"""Listen on the loopback for requests of this user: a port, a token and a state file. Light imports only."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress

from w2vpraat.bridge.service.client import (
    MAX_BYTES,
    PROTOCOL,
    Line,
    package_folder,
    read_state,
    state_folder,
    write_whole,
)

REQUEST_SECONDS = 5.0
"""A request is one short line: who sends it more slowly is cut off."""
CONNECTIONS = 64
"""Most connections at once."""

AnswerLines = Callable[[str, str], Iterator[Line]]
"""Verb and argument -> (word, text), the last ``ok`` or ``error``; closed early if the client goes away."""


class Listener:
    """Answer requests on 127.0.0.1, each connection in a thread of its own.

    Parameters
    ----------
    name : str
        The state file is ``NAME.txt`` in the folder of `client.state_folder`; only its owner can read it.
    answer : callable
        Verb and argument -> iterator of (word, text); called in the thread of the connection. A long answer
        should say something every second: that is how a client that went away is noticed.
    version : str
        Said in ``hello``.
    """

    def __init__(self, name: str, answer: AnswerLines, version: str = "") -> None:
        self._name = name
        self._answer = answer
        self._version = version
        self._token = secrets.token_hex(32)
        self._socket: socket.socket | None = None
        self._withdrawn = threading.Event()
        self._thread: threading.Thread | None = None
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self.port = 0

    def start(self) -> None:
        """Open a port, write the state file, and answer from now on.

        Raises
        ------
        OSError
            If there is no port, or the state file can't be written.
        """
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if sys.platform == "win32":
                # Else another program could take over the port.
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            listening.bind(("127.0.0.1", 0))
            listening.listen(CONNECTIONS)
            self.port = listening.getsockname()[1]
            os.makedirs(state_folder(), mode=0o700, exist_ok=True)
            state = {
                "port": self.port,
                "token": self._token,
                "pid": os.getpid(),
                "version": self._version,
                "started": f"{time.time():.0f}",
                "home": package_folder(),
            }
            write_whole(self._path, "".join(f"{key}={value}\n" for key, value in state.items()))
        except OSError:
            listening.close()
            raise
        self._socket = listening
        self._thread = threading.Thread(
            target=self._accept, args=(listening,), name=f"{self._name} port", daemon=True
        )
        self._thread.start()

    @property
    def _path(self) -> str:
        return os.path.join(state_folder(), f"{self._name}.txt")

    def withdraw(self) -> None:
        """Take no more connections, and remove the state file if it is still this one's; answers go on."""
        if (read_state(self._name) or {}).get("token") == self._token:
            with suppress(OSError):
                os.unlink(self._path)
        listening, self._socket = self._socket, None
        self._withdrawn.set()
        if listening is None:
            return
        # A thread in accept() is not woken by closing on every system, but by a connection.
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5.0)
        listening.close()

    def close(self) -> None:
        """Withdraw, and cut the connections that there are."""
        self.withdraw()
        with self._lock:
            left = dict(self._open)
        for connection in left:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in left.values():
            if thread is not threading.current_thread():
                thread.join(5.0)

    def settled(self, seconds: float) -> None:
        """Wait until every answer is out, at most `seconds`."""
        end = time.monotonic() + seconds
        while self._open and time.monotonic() < end:
            time.sleep(0.01)

    def _accept(self, listening: socket.socket) -> None:
        while not self._withdrawn.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                self._withdrawn.wait(0.1)  # no file numbers left, say
                continue
            if self._withdrawn.is_set():
                connection.close()
                return
            thread = threading.Thread(
                target=self._serve, args=(connection,), name=f"{self._name} connection", daemon=True
            )
            with self._lock:
                full = len(self._open) >= CONNECTIONS
                if not full:
                    self._open[connection] = thread
            if full:
                connection.close()
                continue
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(REQUEST_SECONDS)
            # Said first, so that nobody sends a token to a program that took over an old port.
            _send(connection, ("hello", self._version))
            self._talk(connection)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the client went away; what it had asked for is closed by now
        finally:
            connection.close()
            with self._lock:
                self._open.pop(connection, None)

    def _talk(self, connection: socket.socket) -> None:
        line, left = _request(connection)
        verb, argument, refusal = self._understood(line)
        if refusal:
            _send(connection, ("error", refusal))
            if left:
                _drain(connection)
            return
        with closing(_lines(self._answer(verb, argument))) as lines:
            try:
                for one in lines:
                    _send(connection, one)
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001 - a fault in one answer must not end the listener
                traceback.print_exc()
                _send(connection, ("error", f"something went wrong ({type(error).__name__}: {error})"))

    def _understood(self, line: bytes | None) -> tuple[str, str, str]:
        """Return verb, argument, and why the request is refused (empty if it is not)."""
        if line is None:
            return "", "", f"a request is one line of at most {MAX_BYTES} bytes, sent within 5 s"
        try:
            text = line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            return "", "", "a request is UTF-8"
        mark, protocol, token, verb, argument = [*text.split(" ", 4), "", "", "", "", ""][:5]
        if mark != "w2vpraat" or not verb:
            return "", "", "a request is: w2vpraat 1 TOKEN VERB ARGUMENT"
        if protocol != PROTOCOL:
            return "", "", f"protocol {protocol} is unknown, this one is {PROTOCOL}"
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return "", "", "the token is wrong: read it from the state file"
        return verb, argument.strip(), ""


def _lines(lines: Iterator[Line]) -> Generator[Line, None, None]:
    yield from lines


def _send(connection: socket.socket, line: Line) -> None:
    word, text = line
    said = f"w2vpraat {word} {' '.join(text.split())}".rstrip().encode()
    # Cut between letters.
    connection.sendall(said[: MAX_BYTES - 1].decode("utf-8", "ignore").encode() + b"\n")


def _request(connection: socket.socket) -> tuple[bytes | None, bool]:
    """Return the line (None if it is too long, or slow), and whether more may be on its way."""
    end = time.monotonic() + REQUEST_SECONDS
    got = b""
    while b"\n" not in got:
        left = end - time.monotonic()
        if left <= 0 or len(got) > MAX_BYTES:
            return None, True
        connection.settimeout(left)
        try:
            part = connection.recv(MAX_BYTES + 1 - len(got))
        except TimeoutError:
            return None, True
        if not part:
            raise ConnectionResetError("no request")
        got += part
    connection.settimeout(REQUEST_SECONDS)
    line, _, rest = got.partition(b"\n")
    return line, bool(rest)


def _drain(connection: socket.socket) -> None:
    """Read what is on its way, a little: to close before would take the refusal from the client."""
    end = time.monotonic() + 0.5
    connection.settimeout(0.1)
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while time.monotonic() < end and connection.recv(65536):
            pass
