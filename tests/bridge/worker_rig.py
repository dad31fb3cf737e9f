"""A worker in folders of its own, asked by the real client; stopped, and seen to be gone, after its test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import w2vpraat.bridge.service.client as client_module
from w2vpraat.bridge.job import decoded

CLIENT = Path(client_module.__file__)
WITH_TEST_COMMANDS = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import worker_test_commands
import w2vpraat.bridge.service.worker as worker
worker._HEAVY = worker._HEAVY[:1]
worker_test_commands.register()
"""


def wait_until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Tell whether a process lives; one that only waits to be collected does not."""
    try:
        about = Path(f"/proc/{pid}/stat").read_text(encoding="latin-1")
    except OSError:
        return False
    return about.rpartition(")")[2].split()[0] not in "ZX"


@dataclass
class Bridge:
    """Folders for one user, and the launcher's way to ask.

    Parameters
    ----------
    folder : Path
        Everything of this user lies here.
    variables : dict
        Set for clients and workers.
    """

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.jobs.mkdir(mode=0o700, parents=True)
        self.variables.setdefault("HOME", str(self.folder))
        self.variables.setdefault("W2VPRAAT_CONFIG_DIR", str(self.folder / "config"))
        self.variables.setdefault("W2VPRAAT_CACHE_DIR", str(self.folder / "cache"))

    @property
    def jobs(self) -> Path:
        """The job folder of the plugin."""
        return self.folder / "plugin" / "jobs"

    @property
    def state_path(self) -> Path:
        """The state file of the worker."""
        return self.folder / "config" / "worker" / "worker.txt"

    @property
    def environment(self) -> dict[str, str]:
        """Variables of clients and workers."""
        return {**os.environ, **self.variables}

    def job(self, name: str, command: str, encoding: str = "utf-8", **values: object) -> Path:
        """Make a job folder with its request; a key with a dot is written with two underscores."""
        folder = self.jobs / name
        folder.mkdir()
        told = {"protocol": 1, "command": command, **values}
        text = "".join(f"{key.replace('__', '.')} = {value}\n" for key, value in told.items())
        (folder / "job.txt").write_bytes(text.encode(encoding))
        return folder

    def client(self, *words: str) -> subprocess.Popen[str]:
        """Start the client as the launcher does."""
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(CLIENT), str(self.jobs), *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def ask(self, *words: str, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run the client to its end."""
        process = self.client(*words)
        out, err = process.communicate(timeout=seconds)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def status(self, name: str) -> dict[str, list[str]]:
        """Read ``status.txt``: every key with its values."""
        raw = (self.jobs / name / "status.txt").read_bytes()
        assert raw.isascii() or raw.startswith((b"\xfe\xff", b"\xff\xfe")), raw
        assert decoded(raw).startswith("status="), raw
        found: dict[str, list[str]] = {}
        for line in decoded(raw).splitlines():
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
        return found

    def state(self) -> dict[str, str]:
        """Read the state file; the worker must be there."""
        return dict(line.split("=", 1) for line in self.state_path.read_text(encoding="utf-8").splitlines())

    def start(self, more: str = "") -> subprocess.Popen[bytes]:
        """Start a worker that knows the commands of ``worker_test_commands``; `more` is code run before."""
        log = self.folder / "config" / "worker" / "worker.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.with_name("job_folders.txt").write_text(f"{self.jobs}\n", encoding="utf-8")
        code = f"{WITH_TEST_COMMANDS}\n{more}\nworker.main()\n"
        with log.open("ab") as streams:
            process = subprocess.Popen(
                [sys.executable, "-c", code],
                env=self.environment,
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=streams,
                stderr=streams,
                start_new_session=True,
            )
        self.processes.append(process)
        wait_until(lambda: self.state_path.exists() or process.poll() is not None)
        return process

    def log(self) -> str:
        """The log of all workers so far."""
        path = self.folder / "config" / "worker" / "worker.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def pids(self) -> list[int]:
        """Process numbers of all workers so far."""
        return [int(one) for one in re.findall(r"listens, process (\d+)", self.log())]

    def close(self) -> None:
        """Stop the worker; none may be left."""
        pids = self.pids()
        self.ask("stop")
        for process in self.processes:
            process.wait(10)
        wait_until(lambda: not any(map(is_running, pids)), 10)
        assert not self.state_path.exists()
