"""How long a menu command takes inside Praat, and what many calls leave behind.

A real Praat without a display runs "Extract segment table" on ten seconds of speech, each time another sound,
so that nothing comes from the cache. Then many calls in a row, then several Praats at once; at the end it is
looked at what is left: processes, job folders, memory of the worker.

    python benchmarks/praat_calls.py
    python benchmarks/praat_calls.py --calls 20 --row 100 --praats 4 --seconds 10 --model phone
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from w2vpraat.bridge.plugin.installing import install_plugin
from w2vpraat.bridge.service.client import asked, read_state
from w2vpraat.corpus.textgrid import Interval, IntervalTier, TextGrid, read_textgrid, write_textgrid
from w2vpraat.resources import sample_corpus

GOAL = 0.4
"""Seconds of a warm call, from the issue of this project that asked for it."""
WARMING = 3
SCRIPT = """
form Calls
    sentence Folder
    sentence Scripts
    positive Calls 10
    positive Seed 1
    sentence Model phone
endform
sound = Read from file: folder$ + "/speech.wav"
grid = Read from file: folder$ + "/speech.TextGrid"
random_initializeWithSeedUnsafelyButPredictably (seed)
for i to calls
    selectObject: sound
    other = Copy: "other"
    Formula: "self + randomGauss (0, 1e-5)"
    selectObject: other, grid
    stopwatch
    runScript: scripts$ + "/extract_segment_table.praat", "", "", "all", "none", model$, "", "middle",
    ... "lobanov", "2", "5500", "automatic", ""
    took = stopwatch
    rows = Get number of rows
    Remove
    removeObject: other
    appendInfoLine: "took ", fixed$ (took, 4), " ", rows
endfor
"""


def speech(folder: Path, seconds: float) -> int:
    """Put recordings of the sample corpus one after another; return the number of labelled intervals."""
    parts, items, at = [], [], 0.0
    paths = sorted(sample_corpus().glob("*.flac"))
    rate = soundfile.info(paths[0]).samplerate
    for path in paths:
        samples, _ = soundfile.read(path)
        length = len(samples) / rate
        tier = next(one for one in read_textgrid(path.with_suffix(".TextGrid")).tiers if one.name == "phones")
        for item in tier.items:
            if at + item.end <= seconds:
                items.append(Interval(at + item.start, at + item.end, item.label))
        parts.append(samples)
        at += length
        if at >= seconds:
            break
    samples = np.concatenate(parts)[: round(seconds * rate)]
    if items[-1].end < seconds:
        items.append(Interval(items[-1].end, seconds, ""))
    soundfile.write(folder / "speech.wav", samples, rate, subtype="PCM_16")
    grid = TextGrid(0.0, seconds, (IntervalTier("phones", 0.0, seconds, tuple(items)),))
    write_textgrid(grid, folder / "speech.TextGrid")
    return sum(bool(item.label) for item in items)


def start(
    praat: str, folder: Path, scripts: Path, calls: int, seed: int, model: str
) -> subprocess.Popen[str]:
    """Start a Praat that makes so many calls."""
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    return subprocess.Popen(
        [
            praat,
            "--run",
            str(folder / "calls.praat"),
            str(folder),
            str(scripts),
            str(calls),
            str(seed),
            model,
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def times(praat: subprocess.Popen[str]) -> list[float]:
    """Wait for a Praat; return the seconds of its calls."""
    out, err = praat.communicate()
    if praat.returncode or err:
        sys.exit(f"Praat failed ({praat.returncode}): {err}")
    return [float(line.split()[1]) for line in out.splitlines() if line.startswith("took ")]


def workers() -> list[int]:
    """List the processes of w2vpraat that use the state folder of this benchmark."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                command = (path / "cmdline").read_bytes()
                own = (path / "environ").read_bytes()
            except OSError:
                continue
            here = f"W2VPRAAT_CONFIG_DIR={os.environ['W2VPRAAT_CONFIG_DIR']}".encode()
            if b"w2vpraat" in command and here in own.split(b"\0") and int(path.name) != os.getpid():
                found.append(int(path.name))
    return found


def memory() -> float:
    """Memory of the worker, in MB."""
    state = read_state()
    if state is None:
        return float("nan")
    lines, _ = asked(state, "status")
    return float(next(text.partition("=")[2] for _, text in lines if text.startswith("memory=")))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=20, help="timed calls of a worker that is warm")
    parser.add_argument("--row", type=int, default=100, help="calls in a row")
    parser.add_argument(
        "--praats", type=int, default=4, help="Praats at once, with a quarter of the row each"
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--model", default="phone")
    parser.add_argument("--praat", default=shutil.which("praat") or "praat")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {
            "HOME": str(folder / "home"),
            "W2VPRAAT_CONFIG_DIR": str(folder / "config"),
            "W2VPRAAT_CACHE_DIR": str(folder / "cache"),
        }
        preferences = folder / "home" / ".praat-dir"
        preferences.mkdir(parents=True)
        install_plugin(preferences)
        scripts, jobs = (preferences / "plugin_w2vpraat" / one for one in ("scripts", "jobs"))
        (folder / "calls.praat").write_text(SCRIPT, encoding="utf-8")
        tokens = speech(folder, options.seconds)
        print(f"{options.seconds:g} s of speech, {tokens} tokens, model {options.model}")

        def calls(count: int, seed: int) -> list[float]:
            return times(start(options.praat, folder, scripts, count, seed, options.model))

        first, *_ = calls(WARMING, 1)
        print(f"first call, worker started for it: {first:.2f} s")
        took = calls(options.calls, 2)
        print(
            f"warm call: median {statistics.median(took):.3f} s, longest {max(took):.3f} s"
            f" ({len(took)} calls; goal {GOAL} s)"
        )
        sizes = [memory()]
        begun = time.perf_counter()
        for part in range(4):
            calls(max(1, options.row // 4), 10 + part)
            sizes.append(memory())
        spent = time.perf_counter() - begun
        print(
            f"{options.row} calls in a row: {spent:.0f} s; worker"
            f" {', '.join(f'{one:.0f}' for one in sizes)} MB"
        )
        each = max(1, options.row // 4)
        together = [
            start(options.praat, folder, scripts, each, 100 + one, options.model)
            for one in range(options.praats)
        ]
        waited = [one for praat in together for one in times(praat)]
        print(
            f"{options.praats} Praats at once, {each} calls each: median {statistics.median(waited):.3f} s,"
            f" longest {max(waited):.3f} s; worker {memory():.0f} MB"
        )
        left = sorted(one.name for one in jobs.iterdir() if one.name != "bridge.log")
        print(f"job folders left: {len(left)}; worker processes: {len(workers())}")
        state = read_state()
        if state is not None:
            asked(state, "stop")
        end = time.monotonic() + 10
        while workers() and time.monotonic() < end:
            time.sleep(0.05)
        print(f"after stop, processes: {len(workers())}")


if __name__ == "__main__":
    main()
