"""The life of a worker: start, several clients at once, replacement, idle exit, crash, stop."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from worker_rig import CLIENT, Bridge, is_running, wait_until

from w2vpraat import __version__
from w2vpraat.bridge.service.client import Broken, ask, asked


def refused_answer(bridge: Bridge, name: str) -> bool:
    """Tell whether a job with an unknown command has got its own answer."""
    return bridge.status(name)["message"][0].startswith(f'there is no command "{name}"')


@pytest.mark.parametrize("count", [2, 4])
def test_clients_at_once_without_a_worker_start_one(bridge: Bridge, count: int) -> None:
    names = [f"together{number}" for number in range(count)]
    for name in names:
        bridge.job(name, name)
    clients = [bridge.client(name) for name in names]
    for client in clients:
        client.communicate(timeout=60)
    assert all(refused_answer(bridge, name) for name in names)
    assert len(bridge.pids()) == 1
    assert bridge.log().count("worker") == 1, bridge.log()


def test_a_second_worker_started_by_hand_goes_away(bridge: Bridge) -> None:
    bridge.start()
    first = bridge.state()
    second = bridge.start("worker.LIFE_SECONDS = 0.2")
    second.wait(30)
    assert "another worker is running" in bridge.log()
    assert bridge.state() == first


def test_stop_ends_the_process_and_removes_the_state_file(bridge: Bridge) -> None:
    bridge.job("starting01", "nothing")
    bridge.ask("starting01")
    (pid,) = bridge.pids()
    assert oct(bridge.state_path.stat().st_mode & 0o777) == "0o600"
    assert len(bridge.state()["token"]) == 64
    bridge.job("stopping01", "stop")
    bridge.ask("stopping01", "stop")
    assert bridge.status("stopping01") == {
        "status": ["OK"],
        "message": [f"the background worker (process {pid}) is stopped"],
    }
    assert not bridge.state_path.exists()
    assert not is_running(pid)
    assert bridge.ask("stop").stdout == "no background worker is running\n"


@pytest.mark.parametrize("command", ["slow", "stuck", "children"])
def test_stop_during_a_long_job_is_quick_and_leaves_no_process(bridge: Bridge, command: str) -> None:
    process = bridge.start()
    folder = bridge.job("longjob001", command, seconds=60)
    client = bridge.client("longjob001")
    running = f"{command} longjob001"
    wait_until(lambda: ("note", "running=longjob001") in asked(bridge.state(), "status")[0], 10)
    if command == "children":
        wait_until(lambda: (folder / "child.txt").exists() and (folder / "child.txt").read_text())
    state = bridge.state()
    start = time.monotonic()
    assert asked(state, "stop")[1] == ("ok", "stopping"), running
    assert time.monotonic() - start < 1.0
    client.communicate(timeout=5)
    process.wait(5)
    assert time.monotonic() - start < 3.0
    assert bridge.status("longjob001") == {
        "status": ["ERROR"],
        "message": ["the background worker was stopped"],
    }
    if command == "children":
        assert not is_running(int((folder / "child.txt").read_text()))


def test_stop_ends_a_worker_that_runs_no_thread(bridge: Bridge) -> None:
    process = bridge.start()
    os.kill(process.pid, signal.SIGSTOP)
    start = time.monotonic()
    assert "is stopped" in bridge.ask("stop").stdout
    assert time.monotonic() - start < 4.0
    process.wait(5)
    assert not bridge.state_path.exists()


def test_a_killed_worker_is_replaced(bridge: Bridge) -> None:
    bridge.job("killing001", "killing001")
    bridge.ask("killing001")
    (first,) = bridge.pids()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not is_running(first))
    assert bridge.state_path.exists()
    bridge.job("killing002", "killing002")
    start = time.monotonic()
    bridge.ask("killing002")
    assert time.monotonic() - start < 10.0
    assert refused_answer(bridge, "killing002")
    assert len(bridge.pids()) == 2


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"x" * 9000])
def test_a_port_taken_by_another_program_is_seen(bridge: Bridge, greeting: bytes) -> None:
    bridge.job("killing001", "killing001")
    bridge.ask("killing001")
    (first,) = bridge.pids()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not is_running(first))
    heard = bytearray()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        # As if the system had given the old port away.
        old, new = (f"port={port}\n" for port in (bridge.state()["port"], other.getsockname()[1]))
        bridge.state_path.write_text(bridge.state_path.read_text().replace(old, new))

        def accept() -> None:
            while True:
                try:
                    connection, _ = other.accept()
                except OSError:
                    return
                with connection, suppress(ConnectionError):
                    connection.sendall(greeting)
                    while part := connection.recv(100):
                        heard.extend(part)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        bridge.job("killing002", "killing002")
        start = time.monotonic()
        bridge.ask("killing002")
        assert time.monotonic() - start < 12.0
        other.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert refused_answer(bridge, "killing002")
    assert heard == b""  # the other program never saw the token
    assert len(bridge.pids()) == 2


def test_a_worker_that_dies_in_a_job_is_told_and_the_next_job_has_another(bridge: Bridge) -> None:
    bridge.start()
    bridge.job("dyingjob01", "die")
    start = time.monotonic()
    bridge.ask("dyingjob01")
    assert time.monotonic() - start < 5.0
    (message,) = bridge.status("dyingjob01")["message"]
    assert message.startswith("the background worker ended in the middle of the job")
    bridge.job("nextjob001", "nextjob001")
    bridge.ask("nextjob001")
    assert refused_answer(bridge, "nextjob001")


OTHER_VERSION = "worker.worker_version = lambda: '0.0.1'"
OTHER_PACKAGE = (
    "import w2vpraat.bridge.service.listening as one; one.package_folder = lambda: '/elsewhere/w2vpraat'"
)


@pytest.mark.parametrize("other", [OTHER_VERSION, OTHER_PACKAGE])
def test_a_worker_of_another_version_or_package_finishes_its_job_and_is_replaced(
    bridge: Bridge, other: str
) -> None:
    old = bridge.start(other)
    before = bridge.state()
    bridge.job("oldjob0001", "slow", seconds=2)
    with closing(ask(bridge.state(), "job", "oldjob0001")) as line:
        next(line), next(line)
        bridge.job("newjob0001", "newjob0001")
        bridge.ask("newjob0001")
        assert refused_answer(bridge, "newjob0001")
        assert (before["version"], before["home"]) != (__version__, str(CLIENT.parents[2]))
        assert (bridge.state()["version"], bridge.state()["home"]) == (__version__, str(CLIENT.parents[2]))
        assert is_running(old.pid)
        *_, last = line
    assert last == ("ok", "slept oldjob0001")
    old.wait(10)
    # The old one left the new one's state file alone.
    assert bridge.state()["pid"] == str(bridge.pids()[-1])
    assert is_running(bridge.pids()[-1])


def test_a_job_that_comes_too_late_for_a_worker_is_not_taken(bridge: Bridge) -> None:
    process = bridge.start()
    bridge.job("slowjob001", "slow", seconds=1)
    bridge.job("latejob001", "say")
    state = bridge.state()
    with (
        closing(ask(state, "job", "slowjob001")) as running,
        closing(ask(state, "job", "latejob001")) as late,
    ):
        next(running), next(running)
        assert next(late)[0] == "hello"
        assert asked(state, "retire")[1] == ("ok", "1 jobs left")
        with pytest.raises(Broken):
            next(late)
        *_, last = running
    assert last == ("ok", "slept slowjob001")
    process.wait(10)
    assert not (bridge.jobs / "latejob001" / "status.txt").exists()


def test_a_package_behind_a_link_is_the_same_package(bridge: Bridge, tmp_path: Path) -> None:
    bridge.start()
    os.symlink(CLIENT.parents[2], tmp_path / "w2vpraat")
    bridge.job("linkjob001", "say", say="hello")
    linked = tmp_path / "w2vpraat" / "bridge" / "service" / "client.py"
    words = [sys.executable, "-I", "-S", str(linked), str(bridge.jobs), "linkjob001"]
    subprocess.run(words, env=bridge.environment, check=True)
    assert bridge.status("linkjob001")["message"][0] == "hello"
    assert len(bridge.pids()) == 1


def test_an_idle_worker_ends(bridge: Bridge) -> None:
    bridge.variables["W2VPRAAT_WORKER_IDLE"] = "0.6"
    process = bridge.start()
    state = bridge.state()
    bridge.job("active0001", "slow", seconds=1)
    bridge.ask("active0001")
    assert bridge.status("active0001")["status"] == ["OK"]
    start = time.monotonic()
    process.wait(10)
    assert 0.3 < time.monotonic() - start < 4.0
    assert not bridge.state_path.exists()
    assert state["pid"] == str(process.pid)


def test_a_wrong_idle_time_is_the_usual_one(bridge: Bridge) -> None:
    bridge.variables["W2VPRAAT_WORKER_IDLE"] = "soon"
    process = bridge.start()
    assert 'W2VPRAAT_WORKER_IDLE: "soon" is no number of seconds; 1800 it is' in bridge.log()
    assert process.poll() is None


def test_a_worker_leaves_the_state_file_of_another_alone(bridge: Bridge) -> None:
    process = bridge.start()
    state = bridge.state()
    other = bridge.state_path.read_text().replace(state["token"], "f" * 64)
    bridge.state_path.write_text(other)
    assert asked(state, "stop")[1][0] == "ok"
    process.wait(10)
    assert bridge.state_path.read_text() == other
    bridge.state_path.unlink()


def test_a_worker_that_cannot_start_says_why(bridge: Bridge) -> None:
    (bridge.state_path / "in the way").mkdir(parents=True)
    bridge.job("starting02", "nothing")
    done = bridge.ask("starting02")
    assert done.returncode == 1
    (message,) = bridge.status("starting02")["message"]
    assert message.startswith("the background worker could not start: ")
    assert "can't open a port or write its state file: " in message
    assert "Is a directory" in message
    assert "try: w2vpraat worker start" in message
    shutil.rmtree(bridge.state_path)


def test_old_job_folders_are_removed_at_start(bridge: Bridge) -> None:
    bridge.job("newjob0001", "newjob0001")
    bridge.ask("newjob0001")  # registers the folder
    bridge.ask("stop")
    day = time.time() - 86500
    for name in ("oldjob0001", "oldjob0002"):
        os.utime(bridge.job(name, "nothing"), (day, day))
    kept = bridge.jobs / "not-a-job"
    kept.mkdir()
    os.utime(kept, (day, day))
    (bridge.jobs / "bridge.log").touch()
    bridge.start()
    wait_until(lambda: "removed the old job oldjob0002" in bridge.log())
    assert sorted(one.name for one in bridge.jobs.iterdir()) == ["bridge.log", "newjob0001", "not-a-job"]


def test_the_own_job_folder_is_private_and_known(bridge: Bridge) -> None:
    code = "from w2vpraat.cli.main import run_program; run_program()"
    words = [sys.executable, "-c", code, "worker", "start"]
    done = subprocess.run(words, env=bridge.environment, capture_output=True, encoding="utf-8", check=True)
    folder = bridge.state_path.with_name("jobs")
    assert f"jobs     {folder}\n" in done.stdout
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    (folder / "ownjob0001").mkdir()
    (folder / "ownjob0001" / "job.txt").write_text("protocol = 1\ncommand = ownjob\n")
    _, last = asked(bridge.state(), "job", "ownjob0001")
    assert last[0] == "error"
    assert (folder / "ownjob0001" / "status.txt").exists()


def test_the_port_is_open_before_anything_heavy_is_imported() -> None:
    code = (
        "import sys, w2vpraat.bridge.service.worker; "
        "heavy = {'numpy', 'torch', 'pandas', 'scipy', 'parselmouth', 'click'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_clients_way_to_a_running_worker_imports_nothing_of_the_package(bridge: Bridge) -> None:
    bridge.start()
    bridge.job("lightjob00", "say")
    bridge.ask("lightjob00")  # registers the folder
    bridge.job("lightjob01", "say")
    code = (
        "import runpy, sys; sys.argv[:] = sys.argv[1:]\n"
        "try:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end:\n    code = end.code\n"
        "mine = [one for one in sys.modules if one.startswith('w2vpraat.') and not one.endswith('.client')]\n"
        "print(code, mine, 'subprocess' in sys.modules)"
    )
    words = [sys.executable, "-I", "-S", "-c", code, str(CLIENT), str(bridge.jobs), "lightjob01"]
    done = subprocess.run(words, env=bridge.environment, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "0 [] False\n"
