"""Speed and memory of embedding against plain scripts with transformers, on real speech.

Both sides run in this process, in turns, on the same files with the same randomly weighted model of the size
of wav2vec2-base (95 M parameters, 12 layers); their vectors are compared. Times are medians over the turns.

    python benchmarks/embed.py ../shared/data/librispeech/test-other
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.models import Embedded, EmbedJob, Encoder, TokenSpan, embed_recordings, load_encoder
from w2vpraat.params import EmbedParams

RATE = 16000
PLAIN = EmbedParams(device="cpu", pooling="mean", layers=(12,), cache=False)
GOALS = {
    "full": 0.95,
    "bfloat16": 0.5,
    "layer6": 0.7,
    "cutouts": 0.1,
    "cutouts-context": 0.1,
    "windows": 0.25,
}


def jobs_of(folder: Path, n: int) -> list[EmbedJob]:
    """Take n recordings spread over the folder, with the intervals of their tier ``phones``."""
    grids = sorted(folder.rglob("*.TextGrid"))
    jobs = []
    for path in grids[:: max(1, len(grids) // n)][:n]:
        intervals = read_textgrid(path).tier("phones").intervals
        tokens = [
            TokenSpan(f"{path.stem}#{k}", i.start, i.end) for k, i in enumerate(intervals, 1) if i.label
        ]
        jobs.append(EmbedJob(path.stem, path.with_suffix(".flac"), tuple(tokens)))
    return jobs


def save_model(folder: Path, norm: str) -> None:
    """Save a randomly weighted model of base size, with group norm (as wav2vec2-base) or layer norm."""
    import torch
    import transformers

    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)
    layer = norm == "layer"
    config = transformers.Wav2Vec2Config(
        feat_extract_norm=norm, do_stable_layer_norm=layer, conv_bias=layer, layerdrop=0.0
    )
    transformers.Wav2Vec2Model(config).save_pretrained(folder)
    settings = {"do_normalize": True, "sampling_rate": RATE, "return_attention_mask": layer}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))


class PlainScript:
    """What users write: load, resample, ``model(x, output_hidden_states=True)``, mean per interval."""

    def __init__(self, folder: Path) -> None:
        import transformers

        self.model = transformers.Wav2Vec2Model.from_pretrained(folder).eval()
        self.extractor = transformers.Wav2Vec2FeatureExtractor.from_pretrained(folder)

    def frames(self, samples: np.ndarray[Any, Any], layer: int) -> np.ndarray[Any, Any]:
        """Return the hidden states of a layer."""
        import torch

        values = self.extractor(samples, sampling_rate=RATE, return_tensors="pt").input_values
        with torch.no_grad():
            out = self.model(values, output_hidden_states=True)
        states = out.last_hidden_state if layer == 12 else out.hidden_states[layer]
        return states[0].numpy()

    def read(self, job: EmbedJob) -> np.ndarray[Any, Any]:
        """Read and resample a file."""
        import soxr

        samples, rate = soundfile.read(job.audio_path, dtype="float32")
        return samples if rate == RATE else soxr.resample(samples, rate, RATE)

    def whole(self, jobs: Sequence[EmbedJob], layer: int = 12, chunk: int | None = None) -> list[Any]:
        """Encode whole recordings, or long ones in chunks of so many samples without overlap."""
        found = []
        for job in jobs:
            samples = self.read(job)
            parts = [samples] if chunk is None else np.split(samples, range(chunk, len(samples), chunk))
            states = np.concatenate([self.frames(part, layer) for part in parts if len(part) >= 400])
            centres = 0.0125 + 0.02 * np.arange(len(states))
            for token in job.tokens:
                inside = (centres >= token.start) & (centres < token.end)
                if inside.any():
                    found.append(states[inside].mean(0))
                else:
                    found.append(states[np.abs(centres - (token.start + token.end) / 2).argmin()])
        return found

    def cutouts(self, jobs: Sequence[EmbedJob], context: float) -> list[Any]:
        """One forward pass per interval, with so many seconds on each side."""
        found = []
        for job in jobs:
            samples = self.read(job)
            for token in job.tokens:
                begin, end = (round(t * RATE) for t in (max(token.start - context, 0), token.end + context))
                begin = max(0, min(begin, len(samples) - 400))
                found.append(self.frames(samples[begin : max(end, begin + 400)], 12).mean(0))
        return found


def ours(jobs: Sequence[EmbedJob], encoder: Encoder, params: EmbedParams) -> list[Any]:
    """Embed with the library; one vector per token."""
    events = list(embed_recordings(jobs, encoder, params))
    assert all(isinstance(event, Embedded) for event in events)
    return [row for event in events for row in event.vectors[params.layers[0]]]


def in_turns(
    rival: Callable[[Sequence[EmbedJob]], list[Any]],
    mine: Callable[[Sequence[EmbedJob]], list[Any]],
    groups: Sequence[Sequence[EmbedJob]],
) -> tuple[float, float, float, float]:
    """Time both on each group in turns; return seconds of both, the median ratio, and that of CPU time."""
    seconds = []
    for k, group in enumerate(groups):
        pair = {}
        for side in (rival, mine) if k % 2 else (mine, rival):
            wall, cpu = time.perf_counter(), time.process_time()
            side(group)
            pair[side] = (time.perf_counter() - wall, time.process_time() - cpu)
        seconds.append((*pair[rival], *pair[mine]))
    theirs, ours_ = (statistics.median(row[k] for row in seconds) for k in (0, 2))
    ratio = statistics.median(row[2] / row[0] for row in seconds)
    return theirs, ours_, ratio, statistics.median(row[3] / row[1] for row in seconds)


def long_job(jobs: Sequence[EmbedJob], folder: Path, minutes: float, share: float) -> EmbedJob:
    """Join recordings to a long file, and label one 10 s stretch in each 10 / share seconds densely."""
    parts: list[np.ndarray[Any, Any]] = []
    total = 0
    while total < minutes * 60 * RATE:
        samples, _ = soundfile.read(jobs[len(parts) % len(jobs)].audio_path, dtype="float32")
        parts.append(samples)
        total += len(samples)
    path = folder / "long.flac"
    soundfile.write(path, np.concatenate(parts)[: int(minutes * 60 * RATE)], RATE)
    starts = np.arange(3.7, minutes * 60 - 10, 10 / share)
    tokens = [(a + 0.1 * k, a + 0.1 * k + 0.09) for a in starts for k in range(100)]
    return EmbedJob("long", path, tuple(TokenSpan(f"l{k}", a, b) for k, (a, b) in enumerate(tokens)))


def peak_memory() -> float:
    """Peak resident memory of this process in GB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the parent's memory at the fork, too
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1e6
    scale = 1e9 if sys.platform == "darwin" else 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def print_memory(jobs: Sequence[EmbedJob], model: str) -> None:
    """Embed the corpus three times and print the peak memory on the way. Runs in its own process."""
    encoder = load_encoder(model, PLAIN)
    peaks = []
    for job in [*jobs] * 3:
        list(embed_recordings([job], encoder, PLAIN))
        peaks.append(peak_memory())
    marks = [peaks[0], peaks[len(jobs) - 1], peaks[-1]]
    print("memory           peak GB after 1 file, 1 pass, 3 passes: " + " ".join(f"{m:.2f}" for m in marks))


def cases(
    names: Sequence[str], jobs: list[EmbedJob], model: Path, folder: Path, minutes: float
) -> Iterator[tuple[str, float, float, float, float]]:
    """Run the benchmarks; yield name, seconds of the rival and ours, ratio, ratio of CPU time."""
    script = PlainScript(model)
    groups = [jobs[k : k + 4] for k in range(0, len(jobs), 4)]
    variants = {"full": {}, "bfloat16": {"precision": "bfloat16"}, "layer6": {"layers": (6,)}}
    for name, changes in variants.items():
        if name in names:
            params = EmbedParams.from_dict({**PLAIN.as_dict(), **changes})
            encoder = load_encoder(str(model), params)
            for layer in (0, 6, 12) if name == "full" else ():
                check = EmbedParams.from_dict({**PLAIN.as_dict(), "layers": [layer]})
                error = np.abs(np.array(ours(jobs[:3], encoder, check)) - script.whole(jobs[:3], layer)).max()
                print(f"  layer {layer:2}: largest difference {error:.1e}")
                assert error < 1e-4
            ours(jobs[:1], encoder, params), script.whole(jobs[:1])
            yield name, *in_turns(script.whole, lambda g, e=encoder, p=params: ours(g, e, p), groups)
    encoder = load_encoder(str(model), PLAIN)
    few = [[EmbedJob(job.name, job.audio_path, job.tokens)] for job in jobs[:5]]
    for name, context in (("cutouts", 0.0), ("cutouts-context", 1.0)):
        if name in names:
            yield (
                name,
                *in_turns(lambda g, c=context: script.cutouts(g, c), lambda g: ours(g, encoder, PLAIN), few),
            )
    if "windows" in names:
        params = EmbedParams.from_dict({**PLAIN.as_dict(), "context": "windows"})
        encoder = load_encoder(str(model), params)
        job = long_job(jobs, folder, minutes, 0.1)
        yield (
            "windows",
            *in_turns(
                lambda g: script.whole(g, chunk=60 * RATE), lambda g: ours(g, encoder, params), [[job]] * 2
            ),
        )


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "folder", type=Path, help="recordings (.flac) with TextGrids beside them, tier phones"
    )
    parser.add_argument("--files", type=int, default=24, help="recordings (default 24, about 4 minutes)")
    parser.add_argument("--minutes", type=float, default=30, help="length of the long file (default 30)")
    parser.add_argument("--norm", choices=("group", "layer"), default="group", help="default group, as base")
    parser.add_argument("--only", nargs="*", choices=[*GOALS, "memory"], default=[*GOALS, "memory"])
    parser.add_argument("--threads", type=int, help="torch's threads (default its own choice)")
    parser.add_argument("--model", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.threads:
        import torch

        torch.set_num_threads(chosen.threads)
    jobs = jobs_of(chosen.folder, chosen.files)
    if chosen.model:
        print_memory(jobs, chosen.model)
        return
    seconds = sum(soundfile.info(job.audio_path).duration for job in jobs)
    print(f"{len(jobs)} recordings, {seconds:.0f} s, {sum(len(job.tokens) for job in jobs)} intervals")
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "base"
        save_model(model, chosen.norm)
        for name, theirs, mine, ratio, cpu in cases(chosen.only, jobs, model, Path(scratch), chosen.minutes):
            print(
                f"{name:16} plain {theirs:7.2f} s, w2vpraat {mine:7.2f} s, ratio {ratio:.3f}"
                f" (goal {GOALS[name]}), of CPU time {cpu:.3f}",
                flush=True,
            )
        if "memory" in chosen.only:
            own = [sys.executable, __file__, str(chosen.folder), "--files", str(chosen.files)]
            subprocess.run([*own, "--model", str(model)], check=True)


if __name__ == "__main__":
    main()
