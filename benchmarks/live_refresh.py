"""How long an edit takes: plan, refresh, take, and every normalization after it.

Recordings of the sample corpus are annotated with many short vowels until there are enough tokens; vectors
are made up, since only their number counts here.

    python benchmarks/live_refresh.py
    python benchmarks/live_refresh.py --tokens 20000 --dimensions 768 --seconds 600
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from w2vpraat.corpus.audio import read_audio
from w2vpraat.corpus.textgrid import Interval, IntervalTier, TextGrid, edits, write_textgrid
from w2vpraat.errors import NormalizationError
from w2vpraat.normalize import EMBEDDING_METHODS, F0_METHODS, METHODS
from w2vpraat.pipeline.embedding import Embeddings
from w2vpraat.pipeline.live.live_results import LiveResults, VectorKey, refreshing
from w2vpraat.pipeline.live.normalized import Normalized
from w2vpraat.pipeline.running import Results, running
from w2vpraat.representation import Representation, vector_columns
from w2vpraat.resources import sample_corpus
from w2vpraat.session.settings import Settings

LABELS = ("a", "e", "i", "o", "u")
STEP = 0.15
EDITS = 12


def write_corpus(folder: Path, n_tokens: int, seconds: float, n_speakers: int) -> list[str]:
    """Write recordings of the wanted length with a vowel every `STEP` seconds."""
    per_recording = int(seconds / STEP) // 2
    sounds = [read_audio(path) for path in sorted(sample_corpus().glob("*.flac"))]
    rows, names = ["file_name,speaker,sex"], []
    for number in range(-(-n_tokens // per_recording)):
        name, audio = f"r{number:04d}", sounds[number % len(sounds)]
        length = round(seconds * audio.rate)
        soundfile.write(folder / f"{name}.wav", np.resize(audio.samples, length), audio.rate)
        random = np.random.default_rng(number)
        items = []
        for place in range(2 * per_recording):
            label = str(random.choice(LABELS)) if place % 2 else ""
            items.append(Interval(round(place * STEP, 6), round((place + 1) * STEP, 6), label))
        end = round(2 * per_recording * STEP, 6)
        tier = IntervalTier("phones", 0.0, end, tuple(items))
        write_textgrid(TextGrid(0.0, end, (tier,)), folder / f"{name}.TextGrid")
        speaker = number % n_speakers
        rows.append(f"{name}.wav,s{speaker:02d},{'FM'[speaker % 2]}")
        names.append(name)
    (folder / "speakers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return names


def milliseconds(function: Callable[[], Any]) -> tuple[Any, float]:
    """Call once; return the result and the time."""
    start = time.perf_counter()
    found = function()
    return found, 1000.0 * (time.perf_counter() - start)


def print_times(name: str, times: list[float]) -> None:
    """Print one row: first call, median, and most of the others."""
    rest = times[1:] or times
    print(f"  {name:34s}{times[0]:10.1f}{np.median(rest):10.1f}{max(rest):10.1f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=int, default=20000)
    parser.add_argument("--dimensions", type=int, nargs="+", default=[64, 768])
    parser.add_argument("--seconds", type=float, default=60.0, help="of each recording")
    parser.add_argument("--speakers", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        names = write_corpus(Path(folder), given.tokens, given.seconds, given.speakers)
        settings = Settings(corpus=folder, speakers=str(Path(folder) / "speakers.csv")).updated(
            {"normalize": {"methods": ["lobanov"]}}
        )
        results = next(one for one in running(settings, steps=["measure"]) if isinstance(one, Results))
        live, opening = milliseconds(lambda: LiveResults(results))
        print(
            f"{len(live)} tokens, {len(names)} recordings of {given.seconds:g} s, {given.speakers} speakers"
        )
        print(
            f"opened in {opening:.0f} ms; times in ms: first edit of a recording, median, most of the others"
        )
        random = np.random.default_rng(0)
        # Vectors of no model: they are patched and normalized, not pooled.
        for dim in given.dimensions:
            values = random.normal(size=(len(live), dim)).astype(np.float32)
            item = Representation("made up", tuple(live.ids), values, vector_columns(dim), {"layer": dim})
            live.add_vectors(VectorKey("made up", dim, "mean"), Embeddings((item,)))
        measure_edits(live, results, names[0])
    live.close()


def measure_edits(live: LiveResults, results: Results, name: str) -> None:
    """Edit one recording again and again."""
    items: dict[str, Normalized] = {}
    for method in ("none", *METHODS, *F0_METHODS):
        source = "f0" if method in F0_METHODS else "formants"
        items[method] = Normalized(live, source, method)
    for key in live.vector_keys:
        for method in ("none", *EMBEDDING_METHODS):
            try:
                items[f"{method}, {key.layer} dimensions"] = Normalized(live, key, method)
            except NormalizationError as error:
                print(f"  {method}: {error}")
    corpus = results.opened.corpus
    grid = corpus.grid(corpus.recording(name))
    times: dict[str, list[float]] = {}

    def timed(what: str, function: Callable[[], Any]) -> Any:
        found, took = milliseconds(function)
        times.setdefault(what, []).append(took)
        return found

    # Vectors of no model can't be pooled: they count as known.
    keys = live.vector_keys
    timed("prepare (in a job)", lambda: live.snapshot().prepare(name))
    for number in range(EDITS):
        place = 10 + 6 * number
        time_ = grid.tiers[0].items[place - 1].end + 0.01
        grid = edits.move_boundary(grid, 1, place, time_)
        plan = timed("plan", lambda grid=grid: live.plan(name, grid))
        remember(plan, keys)
        refreshed = timed("refresh", lambda plan=plan: refreshing(plan))
        change = timed("take", lambda refreshed=refreshed: live.take(refreshed))
        timed("snapshot", live.snapshot)
        timed("numbers of one column", lambda: live.numbers("F1"))
        for key in keys:
            timed(f"all vectors, {key.layer} dimensions", lambda key=key: live.vectors(key))
        for what, item in items.items():
            timed(f"normalized: {what}", lambda item=item, change=change: item.update(live, change))
    for what, found in times.items():
        slow = items[what.removeprefix("normalized: ")].is_slow if what.startswith("normalized") else False
        print_times(f"{what}{' (slow)' if slow else ''}", found)
    _, whole = milliseconds(live.snapshot().results)
    print(f"  results as a whole (in a job): {whole:.0f} ms")


def remember(plan: Any, keys: tuple[VectorKey, ...]) -> None:
    """Put vectors of the edited tokens where refreshing looks before it asks a model."""
    random = np.random.default_rng(1)
    for token in plan.part.kept:
        place = (token.start, token.end, plan.base.start_time)
        for key in keys:
            vector = random.normal(size=key.layer).astype(np.float32)
            plan.kept.former.put((plan.name, key, place), (vector, True))


if __name__ == "__main__":
    main()
