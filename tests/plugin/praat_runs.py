"""A user whose Praat has the plugin: a home folder with an awkward name, no display, and one worker."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from w2vpraat.bridge.plugin.installing import install_plugin
from w2vpraat.bridge.service.client import read_state

PROGRAMS = tuple(name for name in ("praat", "praat_nogui") if shutil.which(name))
"""Praats of this machine that can be run."""
PARSELMOUTH = "parselmouth"
"""The Praat 6.1.38 inside Parselmouth, as a program of its own."""
NAME = 'hôme d\'Éva "ʃ"'

_RUN_FILE = """
import sys
import parselmouth
try:
    told = parselmouth.praat.run_file(*sys.argv[1:], capture_output=True)[-1]
except parselmouth.PraatError as error:
    sys.exit(str(error))
sys.stdout.write(told)
"""


@dataclass(frozen=True)
class Ran:
    """What a script did: exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Lines of the output of a script that went well, without a word of complaint."""
        assert (self.code, self.err) == (0, ""), f"{self.code}\n{self.err}\n{self.out}"
        return self.out.splitlines()

    @property
    def told(self) -> list[str]:
        """What the script itself wrote: the lines that begin with the sign ">", without it."""
        return [line[1:].strip() for line in self.lines if line.startswith(">")]


@dataclass
class PraatUser:
    """A home folder with the plugin, and folders for the worker.

    Parameters
    ----------
    folder : Path
        Everything lies here; the home folder is in it.
    cache : Path
        Of frames and measurements.
    """

    folder: Path
    cache: Path
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        self.home = self.folder / NAME
        self.preferences.mkdir(parents=True)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.own_variables.items():
                patch.setenv(name, value)
            install_plugin(self.preferences)

    @property
    def preferences(self) -> Path:
        """Praat's preference folder."""
        return self.home / (".praat-dir" if sys.platform.startswith("linux") else "Praat")

    @property
    def plugin(self) -> Path:
        """The folder of the plugin."""
        return self.preferences / "plugin_w2vpraat"

    @property
    def jobs(self) -> list[str]:
        """What lies in the folder of jobs, without the log."""
        return sorted(one.name for one in (self.plugin / "jobs").iterdir() if one.name != "bridge.log")

    @property
    def own_variables(self) -> dict[str, str]:
        """Variables that keep everything in this folder."""
        return {
            "HOME": str(self.home),
            "W2VPRAAT_CONFIG_DIR": str(self.folder / "config"),
            "W2VPRAAT_CACHE_DIR": str(self.cache),
            "HF_HUB_OFFLINE": "1",
        }

    @property
    def environment(self) -> dict[str, str]:
        """Variables of Praat: no display, and only those that it needs."""
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TMPDIR") if key in os.environ}
        return {"LC_ALL": "C.UTF-8", **kept, **self.own_variables}

    def run(self, text: str, *arguments: str, program: str = "praat", seconds: float = 120.0) -> Ran:
        """Run a script that is called script.praat and lies in the home folder.

        Parameters
        ----------
        text : str
            The script; ``SCRIPTS`` in it stands for the folder of the plugin's scripts, as a text of Praat.
        *arguments : str
            For its form.
        program : str
            One of `PROGRAMS`, or `PARSELMOUTH`.
        seconds : float
            It must end in so many.
        """
        script = self.home / "script.praat"
        folder = str(self.plugin / "scripts").replace('"', '""')
        script.write_text(text.replace("SCRIPTS", f'"{folder}"'), encoding="utf-16")
        start = [sys.executable, "-c", _RUN_FILE] if program == PARSELMOUTH else [program, "--run"]
        done = subprocess.run(
            [*start, str(script), *arguments],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=seconds,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def worker(self) -> int:
        """Process number of the worker; 0 if there is none."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("W2VPRAAT_CONFIG_DIR", self.own_variables["W2VPRAAT_CONFIG_DIR"])
            state = read_state()
        return int(state["pid"]) if state else 0

    def workers(self) -> list[int]:
        """Process numbers of all workers so far."""
        log = self.folder / "config" / "worker" / "worker.log"
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        return [int(one) for one in re.findall(r"listens, process (\d+)", text)]

    def close(self) -> None:
        """Stop the worker through Praat; neither it nor a job folder may be left."""
        pids = self.workers()
        ran = self.run('runScript: SCRIPTS + "/stop_worker.praat"')
        assert ran.lines
        end = time.monotonic() + 10
        while any(is_running(pid) for pid in pids):
            assert time.monotonic() < end, f"a worker lives on: {pids}"
            time.sleep(0.02)
        assert self.worker() == 0
        assert self.jobs == []


def is_running(pid: int) -> bool:
    """Tell whether a process lives; one that only waits to be collected does not."""
    try:
        about = Path(f"/proc/{pid}/stat").read_text(encoding="latin-1")
    except OSError:
        return False
    return about.rpartition(")")[2].split()[0] not in "ZX"


def quoted(text: str | Path) -> str:
    """Return a text as it stands in a script of Praat."""
    return '"' + str(text).replace('"', '""') + '"'


def command(script: str, *arguments: str) -> str:
    """Return the line that calls a command of the plugin."""
    return ", ".join([f'runScript: SCRIPTS + "/{script}.praat"', *map(quoted, arguments)])


EVERY = (*PROGRAMS, PARSELMOUTH)
TOKENS = ("phones", "", "vowel", "ipa")
MODEL = ("phone", "", "middle")
STOP_WORDS = "tokens.stop_words = say, again"

# One text of a cell on each line; line ends and tabs in it are shown.
SHOW = """
procedure show: .column$
    .n = Get number of rows
    for .i to .n
        .text$ = Get value: .i, .column$
        appendInfoLine: ">", replace$ (replace$ (.text$, newline$, "<nl>", 0), tab$, "<tab>", 0)
    endfor
endproc
"""
# Eight intervals of a vowel-like sound, two of each label.
LABELLED = r'''
sound = Create Sound from formula: "łoś", 1, 0, 2, 16000,
... "0.3*sin(2*pi*120*x) + 0.2*sin(2*pi*600*x) + 0.1*sin(2*pi*(1500 + 200*x)*x) + randomGauss (0, 0.01)"
textGrid = To TextGrid: "phones words events", "events"
label$ [1] = "ʃɔː"
label$ [2] = "t͡s"
label$ [3] = "say ""aa"""
label$ [4] = "b\sw"
for i from 2 to 8
    Insert boundary: 1, (i - 1) / 4
endfor
for i to 8
    Set interval text: 1, i, label$ [(i - 1) mod 4 + 1]
endfor
plusObject: sound
'''


def read_recording(folder: Path, *names: str) -> str:
    """Return lines that read recordings and select them all."""
    lines = []
    for number, name in enumerate(names):
        lines.append(f'sound{number} = Read from file: {quoted(folder / name)} + ".wav"')
        lines.append(f'textGrid{number} = Read from file: {quoted(folder / name)} + ".TextGrid"')
    lines.append("selectObject ()")
    lines += [f"plusObject: sound{number}, textGrid{number}" for number in range(len(names))]
    return "\n".join(lines) + "\n"


def extract(*, components: str = "2", speakers: str = "automatic", further: str = STOP_WORDS) -> str:
    """Return the line that extracts the vowels."""
    return command("extract_segment_table", *TOKENS, *MODEL, "lobanov", components, "sex", speakers, further)


def plain(tier: str, components: str = "0", model: str = "phone", **fields: str) -> str:
    """Return the line that extracts all labels of a tier, without normalization."""
    options = {"normalization": "none", "components": components, "ceiling": "sex", "speakers": "automatic"}
    options.update(fields)
    chosen = [options[name] for name in ("normalization", "components", "ceiling", "speakers")]
    rest = (*chosen, fields.get("further", ""))
    return command("extract_segment_table", tier, "", "all", "none", model, *MODEL[1:], *rest)
