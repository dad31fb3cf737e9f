"""Time formants with every candidate ceiling for every vowel, against fasttrackpy and a Praat script.

    python benchmarks/formants.py ../shared/data/librispeech/test-other --fasttrack-python PYTHON

FOLDER holds pairs of sound and TextGrid with a tier "phones" in ARPABET. Every vowel of at least --min-
duration in --files of its recordings is measured with --candidates ceilings from 4500 to 6500 Hz. Each
program does the same: read sounds and TextGrids, measure, choose the best candidate (the Praat script gets
a list of vowels and does not choose). "ours + f0" measures f0 and intensity as well, as fasttrackpy always
does and the script does not. The time of a program is wall time for all recordings divided by the number of
vowels, best of --rounds, programs taking turns. Starting, importing and starting worker processes are left
out for all. fasttrackpy uses every core (joblib), ours --workers.

fasttrackpy steps by 2 ms, ours (like Praat) by a quarter of the window; "ours, 2 ms" has fasttrackpy's step.
Targets on 2 cores: 5 times faster than fasttrackpy, 1.5 times faster than the Praat script.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from w2vpraat.acoustics import FailedRecording, MeasureJob, measure_recordings, praat_version
from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.discover import Corpus, discover
from w2vpraat.corpus.tokens import Token, select_tokens
from w2vpraat.params import FormantParams, IntensityParams, PitchParams, ReadParams, TokenParams

VOWELS = "[AEIOU].*"
LOW, HIGH = 4500.0, 6500.0

FASTTRACK = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import tqdm
from fasttrackpy import process_audio_textgrid
files, candidates, shortest = json.load(open(sys.argv[1])), int(sys.argv[2]), float(sys.argv[3])
settings = dict(entry_classes=["SequenceInterval", "SequenceInterval"], target_tier="phones",
                target_labels="[AEIOU]", min_duration=shortest, nstep=candidates,
                min_max_formant=4500.0, max_max_formant=6500.0)
process_audio_textgrid(*files[0], **settings)  # starts its workers
start, n = time.perf_counter(), 0
for sound, grid in files:
    n += len(process_audio_textgrid(sound, grid, **settings))
print(json.dumps([time.perf_counter() - start, n]))
"""

PRAAT = """
form Vowels
  text List
  integer Candidates 9
  positive Low 4500
  positive High 6500
endform
vowels = Read Table from tab-separated file: list$
n = Get number of rows
previous$ = ""
stopwatch
for row to n
  selectObject: vowels
  file$ = Get value: row, "file"
  start = Get value: row, "start"
  end = Get value: row, "end"
  if file$ <> previous$
    if previous$ <> ""
      removeObject: sound
    endif
    sound = Read from file: file$
    previous$ = file$
  endif
  selectObject: sound
  part = Extract part: start - 0.025, end + 0.025, "rectangular", 1, "yes"
  for candidate to candidates
    ceiling = low + (candidate - 1) * (high - low) / (candidates - 1)
    selectObject: part
    formant = To Formant (burg): 0, 5, ceiling, 0.025, 50
    for k to 4
      f = Get value at time: k, (start + end) / 2, "hertz", "Linear"
      b = Get bandwidth at time: k, (start + end) / 2, "hertz", "Linear"
    endfor
    removeObject: formant
  endfor
  removeObject: part
endfor
time = stopwatch
writeInfoLine: time
"""


def time_ours(
    corpus: Corpus, options: argparse.Namespace, time_step: float = 0.0, sources: bool = False
) -> tuple[float, int]:
    """Return seconds and number of vowels."""
    start = time.perf_counter()
    tokens = select_tokens(corpus, choice(options), ReadParams()).by_recording()
    reading = time.perf_counter() - start
    started: list[float] = []

    def jobs() -> Iterator[MeasureJob]:
        # Enough small jobs that every worker has started and imported before the clock does.
        first = next(one for one in corpus.recordings if one.name in tokens)
        token = tokens[first.name][0]
        read = partial(read_audio, first.audio_path, end=token.end + 0.2)
        yield from [MeasureJob("warm-up", read, (token,))] * (8 * options.workers)
        started.append(time.perf_counter())
        for one in corpus.recordings:
            if one.name in tokens:
                yield MeasureJob(one.name, partial(read_audio, one.audio_path), tokens[one.name])

    n = 0
    for result in measure_recordings(
        jobs(),
        # fasttrackpy pads by half its window length.
        formants=FormantParams(
            ceiling_mode="token", n_candidates=options.candidates, time_step=time_step, padding=0.0125
        ),
        pitch=PitchParams() if sources else None,
        intensity=IntensityParams() if sources else None,
        workers=options.workers,
    ):
        if isinstance(result, FailedRecording):
            raise result.error
        n += 0 if result.name == "warm-up" else len(result.table())
        ended = time.perf_counter()
    return ended - started[0] + reading, n


def choice(options: argparse.Namespace) -> TokenParams:
    """Return which tokens are measured."""
    return TokenParams(tier="phones", label_regex=VOWELS, min_duration=options.min_duration)


def time_fasttrack(corpus: Corpus, options: argparse.Namespace, folder: Path) -> tuple[float, int]:
    """Return seconds and number of vowels."""
    (folder / "fasttrack.py").write_text(FASTTRACK)
    files = [[str(one.audio_path), str(one.grid_path)] for one in corpus.recordings]
    (folder / "files.json").write_text(json.dumps(files))
    command = [
        options.fasttrack_python,
        "fasttrack.py",
        "files.json",
        options.candidates,
        options.min_duration,
    ]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    seconds, n = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), int(n)


def time_praat(
    tokens: list[tuple[Path, Token]], options: argparse.Namespace, folder: Path
) -> tuple[float, int]:
    """Return seconds and number of vowels."""
    (folder / "formants.praat").write_text(PRAAT)
    rows = [f"{path}\t{token.start!r}\t{token.end!r}" for path, token in tokens]
    (folder / "vowels.tsv").write_text("\n".join(["file\tstart\tend", *rows]) + "\n")
    command = [
        options.praat,
        "--run",
        folder / "formants.praat",
        folder / "vowels.tsv",
        options.candidates,
        LOW,
        HIGH,
    ]
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE)
    return float(done.stdout.split()[-1]), len(tokens)


def main() -> None:
    """Print seconds per vowel and the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="sounds with TextGrids")
    parser.add_argument(
        "--fasttrack-python", default="", help="Python with fasttrackpy 0.6.1; left out if not given"
    )
    parser.add_argument("--praat", default="praat", help="Praat program; empty: left out")
    parser.add_argument("--files", type=int, default=100, help="recordings, evenly spread over the folder")
    parser.add_argument("--candidates", type=int, default=9, help="candidate ceilings")
    parser.add_argument(
        "--min-duration", type=float, default=0.05, help="shortest vowel in s (fasttrackpy: 0.05)"
    )
    parser.add_argument("--workers", type=int, default=2, help="our worker processes")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each program; the best one counts")
    options = parser.parse_args()

    found = discover(options.folder.resolve())
    step = max(1, len(found.recordings) // options.files)
    corpus = Corpus(found.root, found.recordings[::step][: options.files], ())
    by_recording = select_tokens(corpus, choice(options), ReadParams()).by_recording()
    tokens = [
        (Path(one.audio_path), token) for one in corpus.recordings for token in by_recording.get(one.name, ())
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = {
            "ours": lambda: time_ours(corpus, options),
            "ours, 2 ms": lambda: time_ours(corpus, options, time_step=0.002),
            "ours + f0": lambda: time_ours(corpus, options, sources=True),
        }
        if options.fasttrack_python:
            programs["fasttrackpy"] = lambda: time_fasttrack(corpus, options, folder)
        if options.praat:
            programs["Praat script"] = lambda: time_praat(tokens, options, folder)
        best: dict[str, float] = {}
        for _ in range(options.rounds):
            for program, run in programs.items():
                seconds, n = run()
                each = 1e3 * seconds / n
                best[program] = min(each, best.get(program, each))
                print(f"{program:>14}: {n} vowels, {each:7.2f} ms per vowel", flush=True)
    print(f"\n{len(tokens)} vowels of {len(corpus.recordings)} recordings, {options.candidates} candidates,")
    print(f"{options.workers} workers, our Praat {praat_version()}, Python {sys.version.split()[0]}")
    for program, each in best.items():
        print(f"{program:>14}: {each:7.2f} ms per vowel")
    for rival, target in (("fasttrackpy", 5.0), ("Praat script", 1.5)):
        if rival in best:
            for mine in ("ours", "ours, 2 ms", "ours + f0"):
                ratio = best[rival] / best[mine]
                print(f"{mine}: {ratio:.1f} times faster than the {rival} (target {target:g})")


if __name__ == "__main__":
    main()
