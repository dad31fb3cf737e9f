"""Jobs as the plugin's scripts write them, made by Praat itself from recordings of the sample corpus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import parselmouth
from parselmouth.praat import call

from w2vpraat.bridge.job import Answer, Job, read_job
from w2vpraat.bridge.warm import Warm
from w2vpraat.resources import sample_corpus

SAMPLE = {
    "tier": "phones",
    "tokens.label_map": "ipa",
    "tokens.label_class": "vowel",
    "embed.model": "phone",
    "embed.layers": "4",
}
PHONES = 2
"""Number of the tier in the sample corpus."""


def write_job(
    folder: Path,
    command: str,
    names: Sequence[str],
    values: Mapping[str, object] | None = None,
    *,
    shift: float = 0.0,
    edit: Callable[[str, Any], None] | None = None,
) -> Job:
    """Write the job of a selection of recordings; `shift` moves all times, `edit` takes name and TextGrid."""
    folder.mkdir(parents=True)
    lines: dict[str, object] = {"protocol": 1, "command": command, "sounds": len(names), "grids": len(names)}
    for number, name in enumerate(names, 1):
        audio = sample_corpus() / f"{name}.flac"
        sound, grid = parselmouth.Sound(str(audio)), parselmouth.read(str(audio.with_suffix(".TextGrid")))
        if edit is not None:
            edit(name, grid)
        for one in (sound, grid):
            call(one, "Shift times by", shift)
        call(sound, "Save as binary file", str(folder / f"sound_{number}.Sound"))
        call(grid, "Save as text file", str(folder / f"grid_{number}.TextGrid"))
        lines |= {f"sound_name_{number}": name, f"grid_name_{number}": name}
    lines |= {**SAMPLE, **(values or {})}
    text = "".join(f"{key} = {value}\n" for key, value in lines.items())
    (folder / "job.txt").write_text(text, encoding="utf-8")
    return read_job(folder)


def relabelled(labels: Callable[[int, str], str]) -> Callable[[str, Any], None]:
    """Make an `edit` that exchanges labels of phones: takes number and label, gives the new one."""

    def edit(_: str, grid: Any) -> None:
        for number in range(1, call(grid, "Get number of intervals", PHONES) + 1):
            old = call(grid, "Get label of interval", PHONES, number)
            call(grid, "Set interval text", PHONES, number, labels(number, old))

    return edit


def answer(command: Callable[[Job, Warm], Any], job: Job, warm: Warm) -> Answer:
    """Run a command and return its answer, which must come last and once."""
    *events, last = command(job, warm)
    assert isinstance(last, Answer)
    assert not any(isinstance(event, Answer) for event in events)
    return last
