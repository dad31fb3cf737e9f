"""Throughput and memory of fine-tuning: random weights of a given size, real speech, our own command.

Each case is a whole run in a process of its own (``w2vpraat finetune``), so that memory is that of the job.

    python benchmarks/finetune.py ../shared/data/librispeech/train-clean-100 --sizes base --steps 12
    python benchmarks/finetune.py CORPUS --sizes base large --device cuda --batch-seconds 120 --steps 60
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SHAPES: dict[str, dict[str, object]] = {
    "base": {},
    "large": {
        "hidden_size": 1024,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "intermediate_size": 4096,
        "feat_extract_norm": "layer",
        "do_stable_layer_norm": True,
        "conv_bias": True,
    },
}
# Steps that are not timed: the first ones allocate, compile and read files for the first time.
WARM = 3
# Runs in the child: the command's own iterator, with the clock read at every step.
CHILD = """
import json, resource, sys, time
from w2vpraat.models.finetuning.results import Training
from w2vpraat.pipeline.finetuning import finetuning
from w2vpraat.session.settings import Settings
corpus, speakers, out, warm, values = sys.argv[1:6]
settings = Settings(corpus, speakers).updated({"finetune": json.loads(values)})
times = []
for event in finetuning(settings, out):
    if isinstance(event, Training) and event.step not in [step for step, _ in times]:
        times.append((event.step, time.perf_counter()))
import torch
peak = torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else 0.0
warm = int(warm)
spent = times[-1][1] - times[warm - 1][1]
found = {"seconds_per_step": spent / (times[-1][0] - times[warm - 1][0]), "gpu_gb": peak}
found["ram_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps(found))
"""


def save_model(folder: Path, size: str) -> None:
    """Save a randomly weighted wav2vec 2.0 of the size."""
    import torch
    import transformers

    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)
    config = transformers.Wav2Vec2Config(**SHAPES[size])
    transformers.Wav2Vec2Model(config).save_pretrained(folder)
    settings = {"do_normalize": True, "sampling_rate": 16000, "return_attention_mask": size == "large"}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))


def measure(args: argparse.Namespace, size: str, tasks: list[str], base: Path, out: Path) -> dict[str, float]:
    """Run one case and return its figures."""
    values = {
        "base": str(base),
        "tasks": tasks,
        "steps": args.steps,
        "evaluate_every": 10**6,
        "checkpoint_every": 10**6,
        "batch_seconds": args.batch_seconds,
        "device": args.device,
        "precision": args.precision,
        "recompute": args.recompute,
        "held_out": 0.0,
        "test": 0.01,  # figures are made at the end, of as few speakers as possible
    }
    speakers = args.speakers or args.corpus.parent / "files.csv"
    words = [sys.executable, "-c", CHILD, str(args.corpus), str(speakers), str(out), str(WARM)]
    environment = {**os.environ, "W2VPRAAT_CONFIG_DIR": str(out / "config")}
    ran = subprocess.run(
        [*words, json.dumps(values)], capture_output=True, text=True, check=False, env=environment
    )
    if ran.returncode:
        raise SystemExit(f"{size}, {tasks}: {ran.stderr}")
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    found["audio_seconds_per_second"] = args.batch_seconds / found["seconds_per_step"]
    return found


def main() -> None:
    """Read the command line, measure every size and task list, print a table."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--speakers", type=Path, help="default: files.csv beside the corpus")
    parser.add_argument("--sizes", nargs="+", choices=tuple(SHAPES), default=["base"])
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--batch-seconds", type=float, default=16.0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--recompute", action="store_true")
    args = parser.parse_args()
    print("size   tasks      s/step  audio s/s  RAM GB  GPU GB")
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder) / size
            save_model(base, size)
            for tasks in (["phone"], ["phone", "sex"]):
                found = measure(args, size, tasks, base, Path(folder) / "-".join(tasks))
                speed = f"{found['seconds_per_step']:6.2f} {found['audio_seconds_per_second']:10.2f}"
                memory = f"{found['ram_gb']:7.2f} {found['gpu_gb']:7.2f}"
                print(f"{size:6} {'+'.join(tasks):10} {speed} {memory}", flush=True)


if __name__ == "__main__":
    main()
