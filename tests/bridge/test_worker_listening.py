"""The listener in this process: who is answered, and who is refused."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

import pytest
from worker_rig import wait_until

import w2vpraat.bridge.service.listening as listening_module
from w2vpraat.bridge.service.client import Broken, Late, Line, Stale, ask, asked, read_state
from w2vpraat.bridge.service.listening import Listener

heard: list[str] = []


def answer(verb: str, argument: str) -> Iterator[Line]:
    """Say the argument back; wait for ever; break."""
    heard.append(verb)
    if verb == "break":
        raise ValueError("broken")
    try:
        while verb == "wait":
            time.sleep(0.02)
            yield "progress", "waiting"
        if verb == "silent":
            time.sleep(0.4)
        yield "note", f"{verb}\nheard"
        yield "ok", argument
    finally:
        heard.append("closed")


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener with its state file."""
    heard.clear()
    made = Listener("window", answer, "1.2.3")
    made.start()
    yield made
    made.close()
    assert read_state("window") is None


def raw(request: bytes, seconds: float = 10.0) -> list[str]:
    """Send bytes; return the lines that come back until the end."""
    state = read_state("window")
    assert state is not None
    with socket.create_connection(("127.0.0.1", int(state["port"])), timeout=seconds) as line:
        line.sendall(request)
        with line.makefile("rb") as file:
            return file.read().decode().splitlines()


def test_a_request_is_answered_line_by_line(listener: Listener) -> None:
    state = read_state("window")
    assert state is not None
    assert (state["port"], state["pid"], state["version"]) == (str(listener.port), str(os.getpid()), "1.2.3")
    lines = list(ask(state, "show", '{"audio": "ʃ ɔ"}'))
    assert lines == [("hello", "1.2.3"), ("note", "show heard"), ("ok", '{"audio": "ʃ ɔ"}')]


def test_the_wire_is_what_the_page_says(listener: Listener) -> None:
    token = (read_state("window") or {})["token"]
    request = f"w2vpraat 1 {token} show a b\r\n".encode()
    assert raw(request) == ["w2vpraat hello 1.2.3", "w2vpraat note show heard", "w2vpraat ok a b"]
    assert raw(f"w2vpraat 1 {token} show\n".encode())[-1] == "w2vpraat ok"


@pytest.mark.parametrize(
    ("request_line", "refusal"),
    [
        ("w2vpraat 1 {wrong} show\n", "the token is wrong"),
        ("w2vpraat 1 ünïcödë show\n", "the token is wrong"),
        ("w2vpraat 1 {token}\n", "a request is: w2vpraat 1 TOKEN VERB ARGUMENT"),
        ("w2vpraat 2 {token} show\n", "protocol 2 is unknown, this one is 1"),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "a request is: w2vpraat 1 TOKEN VERB ARGUMENT"),
        ("\n", "a request is: w2vpraat 1 TOKEN VERB ARGUMENT"),
        ("w2vpraat 1 {token} show {long}\n", "a request is one line of at most 4096 bytes"),
        ("{long}", "a request is one line of at most 4096 bytes"),
    ],
)
def test_what_is_no_request_of_this_user_is_refused(
    listener: Listener, request_line: str, refusal: str
) -> None:
    token = (read_state("window") or {})["token"]
    text = request_line.format(token=token, wrong="f" * 64, long="x" * 200_000)
    hello, *rest = raw(text.encode())
    assert hello == "w2vpraat hello 1.2.3"
    assert len(rest) == 1
    assert rest[0].startswith(f"w2vpraat error {refusal}")
    assert heard == []


def test_bytes_that_are_no_text_are_refused(listener: Listener) -> None:
    assert raw(b"w2vpraat 1 \xff\xfe show\n")[-1] == "w2vpraat error a request is UTF-8"


def test_a_request_that_comes_slowly_is_cut_off(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "REQUEST_SECONDS", 0.3)
    start = time.monotonic()
    assert "sent within 5 s" in raw(b"w2vpraat 1")[-1]
    assert time.monotonic() - start < 3.0


def test_a_fault_in_an_answer_is_told_and_the_next_is_answered(
    listener: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    state = read_state("window")
    assert state is not None
    assert asked(state, "break")[1] == ("error", "something went wrong (ValueError: broken)")
    assert "Traceback" in capsys.readouterr().err
    assert asked(state, "show", "on")[1] == ("ok", "on")


def test_an_answer_ends_when_the_client_goes_away(listener: Listener) -> None:
    state = read_state("window")
    assert state is not None
    lines = ask(state, "wait")
    next(lines), next(lines)
    lines.close()
    wait_until(lambda: heard[-1] == "closed", 5.0)


def test_closing_cuts_the_answers_under_way(listener: Listener) -> None:
    state = read_state("window")
    assert state is not None
    lines = ask(state, "wait")
    next(lines), next(lines)
    listener.close()
    with pytest.raises(Broken):
        list(lines)
    assert heard[-1] == "closed"
    with pytest.raises(Stale):
        list(ask(state, "show"))


def test_long_texts_are_cut_between_letters(listener: Listener) -> None:
    state = read_state("window")
    assert state is not None
    said = "ʃ" * 2000
    (_, text), _ = asked(state, "show", "x"), None
    assert text == ("ok", "x")
    token = state["token"]
    argument = "a" + said
    line = f"w2vpraat 1 {token} show {argument}\n".encode()
    assert len(line) < 4200
    assert raw(line[:4000].decode("utf-8", "ignore").encode() + b"\n")[-1].endswith("ʃ")


def test_the_client_waits_no_longer_than_it_is_told(listener: Listener) -> None:
    state = read_state("window")
    assert state is not None
    with pytest.raises(Late):
        list(ask(state, "silent", timeout=0.1))
    with pytest.raises(Late):
        list(ask(state, "wait", timeout=5.0, limit=0.3))


def test_connections_are_bounded(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "CONNECTIONS", 2)
    state = read_state("window")
    assert state is not None
    lines = [ask(state, "wait") for _ in range(2)]
    for line in lines:
        next(line), next(line)
    with pytest.raises(Stale):
        list(ask(state, "show"))
    lines[0].close()
    wait_until(lambda: heard.count("closed") == 1)

    def answered() -> bool:
        try:
            return asked(state, "show")[1][0] == "ok"
        except (Stale, Broken):
            return False

    wait_until(answered)
    lines[1].close()


def test_a_listener_leaves_the_state_file_of_a_later_one(listener: Listener) -> None:
    later = Listener("window", answer)
    later.start()
    listener.close()
    state = read_state("window")
    assert state is not None
    assert state["port"] == str(later.port)
    later.close()
