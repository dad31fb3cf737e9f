"""Time of a map that follows: layers until they are ready, pictures between two of them, edits.

    python benchmarks/layer_slider.py                      20,000 tokens, 13 layers of 192 dimensions
    python benchmarks/layer_slider.py --projection umap    maps of neighbourhoods
    python benchmarks/layer_slider.py --tokens 5000 --dim 768

Vectors are made up: labels and speakers have means of their own, which pass into others from layer to layer.
TextGrids and (silent) sounds are written to a temporary folder and opened as any corpus. Goals: a picture
between two layers within 16 ms, an edit of one token within 16 ms beside what it takes to embed it again.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from w2vpraat.corpus.textgrid import Interval, IntervalTier, TextGrid, write_textgrid
from w2vpraat.params import MapParams, NormalizeParams
from w2vpraat.pipeline.embedding import Embeddings
from w2vpraat.pipeline.live.live_results import LiveChange, LiveResults
from w2vpraat.pipeline.maps.fitting import fitting_map
from w2vpraat.pipeline.maps.gliding import between, gliding
from w2vpraat.pipeline.maps.live_map import LiveMap
from w2vpraat.pipeline.maps.numbers import judging_map
from w2vpraat.pipeline.opening import Opened, opening
from w2vpraat.pipeline.running import Results
from w2vpraat.pipeline.spaces import build_spaces
from w2vpraat.representation import Representation, vector_columns
from w2vpraat.session.settings import Settings

RATE = 8000
TOKEN = 0.1
LABELS = "iɪeɛæaɑɒɔoʊuʌəɜyøœɯɤ"
STEPS = 20


def write_corpus(folder: Path, n_tokens: int, n_speakers: int) -> None:
    """Write one recording per speaker, one token after the other."""
    random = np.random.default_rng(0)
    for speaker in range(n_speakers):
        count = n_tokens // n_speakers
        labels = random.choice(list(LABELS), count)
        items = tuple(
            Interval(number * TOKEN, (number + 1) * TOKEN, str(label)) for number, label in enumerate(labels)
        )
        end = count * TOKEN
        tier = IntervalTier("phones", 0.0, end, items)
        write_textgrid(TextGrid(0.0, end, (tier,)), folder / f"s{speaker:02d}.TextGrid")
        soundfile.write(folder / f"s{speaker:02d}.flac", np.zeros(int(end * RATE)), RATE)


def made_up(opened: Opened, layers: int, dim: int) -> Results:
    """Return results with vectors for every layer."""
    random = np.random.default_rng(1)
    tokens = opened.tokens.kept
    ids = tuple(token.id for token in tokens)
    labels = np.unique([token.label for token in tokens], return_inverse=True)[1]
    speakers = np.unique([token.speaker for token in tokens], return_inverse=True)[1]

    def state() -> np.ndarray:
        means = random.normal(size=(labels.max() + 1, dim))[labels]
        means += 0.7 * random.normal(size=(speakers.max() + 1, dim))[speakers]
        return (means + random.normal(size=(len(ids), dim))).astype(np.float32)

    ends = state(), state()
    items = []
    for layer in range(layers):
        share = layer / max(layers - 1, 1)
        facts = {"kind": "embedding", "layer": layer, "model": "made up", "layers": list(range(layers))}
        values = (1.0 - share) * ends[0] + share * ends[1]
        items.append(Representation(f"made up layer {layer}", ids, values, vector_columns(dim), facts))
    columns = {"model": "phone", "layer": ",".join(map(str, range(layers))), "pool": "middle"}
    frames = dict.fromkeys(ids, (5, 0, 4, ""))
    embedded = Embeddings(tuple(items), frames, {}, columns)
    table = embedded.join(opened.tokens.frame())
    spaces = build_spaces(table, embedded.representations, NormalizeParams(embedding_methods=()))
    facts = {"measurements": {}, "embeddings": {}}
    return Results(opened, spaces, None, None, (), facts, (), datetime.now(timezone.utc))


def told(what: str, seconds: float) -> None:
    """Print a line."""
    print(f"{what:<58}{1000 * seconds:9.2f} ms", flush=True)


def median(act: Callable[[int], Any], times: int = STEPS) -> float:
    """Median seconds of an act that is told its number."""
    took = []
    for number in range(times):
        start = time.perf_counter()
        act(number)
        took.append(time.perf_counter() - start)
    return float(np.median(took))


def edited(live: LiveResults, row: int, number: int) -> tuple[LiveResults, LiveChange]:
    """Return results in which one token has other vectors: an edit without its measuring."""
    random = np.random.default_rng(number)
    token = live.tokens[row]
    found = {}
    for key in live.vector_keys:
        values = live.vectors(key).copy()
        values[row] += random.normal(size=values.shape[1])
        item = Representation(
            "", tuple(live.ids), values, vector_columns(values.shape[1]), {"layer": key.layer}
        )
        found[key] = Embeddings((item,))
    after = live.with_vectors(found)
    after.version = live.version + 1
    change = LiveChange(
        token.recording,
        after.version,
        np.array([row], dtype=np.intp),
        speakers=frozenset({token.speaker}),
        kinds=frozenset({"vectors"}),
    )
    return after, change


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--speakers", type=int, default=20)
    parser.add_argument("--layers", type=int, default=13)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--projection", default="pca")
    parser.add_argument("--normalization", default="none")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_corpus(folder, asked.tokens, asked.speakers)
        settings = Settings(corpus=name).updated({"tokens": {"tier": "phones"}})
        *_, opened = opening(settings)
        start = time.perf_counter()
        live = LiveResults(made_up(opened, asked.layers, asked.dim))
        told(f"{len(live)} tokens ready to follow edits", time.perf_counter() - start)
        measure(live, asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{peak:.2f} GB")


def measure(live: LiveResults, asked: argparse.Namespace) -> None:
    """Measure on these results."""
    params = MapParams(
        source="embedding",
        layer=asked.layers // 2,
        projection=asked.projection,
        normalization=asked.normalization,
    )
    start = time.perf_counter()
    maps: tuple[LiveMap, ...] = ()
    ready = 0
    for event in gliding(live.snapshot(), params, range(asked.layers)):
        if isinstance(event, LiveMap):
            ready += 1
            if ready in (1, 3, asked.layers):
                told(f"{ready} of {asked.layers} layers ready after", time.perf_counter() - start)
        elif isinstance(event, tuple):
            maps = event
    first, second = maps[0], maps[1]
    shown = np.ones(len(live), dtype=np.bool_)
    told("places between two layers", median(lambda number: between(first, second, number / STEPS)))
    told(
        "picture between two layers (means, ellipses)",
        median(lambda number: second.picture(live, shown, points=between(first, second, number / STEPS))),
    )
    *_, live_map = fitting_map(live.snapshot(), params)
    told("picture of a map", median(lambda _: live_map.picture(live, shown)))
    state = {"live": live}

    def follow(number: int) -> None:
        after, change = states[number]
        live_map.update(after, change)
        state["live"] = after

    states = []
    for number in range(3):
        states.append(edited(states[-1][0] if states else live, 10 * number, number))
    told("update after an edit of one token", median(follow, len(states)))
    told("picture after it", median(lambda _: live_map.picture(state["live"], shown), 1))
    start = time.perf_counter()
    for _ in judging_map(state["live"].snapshot(), live_map):
        pass
    told("numbers under the map", time.perf_counter() - start)
    print(f"{live_map.is_behind} tokens behind, {int(live_map.placed.pending.sum())} waiting for a job")


if __name__ == "__main__":
    main()
