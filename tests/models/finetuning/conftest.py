"""A tiny random model to start from, and recordings whose sounds tell their labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tone_speech import PITCH, RATE, sound, write_base

from w2vpraat.models.finetuning import Example, TaskSpans

PHONES = ("", "a", "i", "s")


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny random model."""
    return write_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Example, ...]:
    """Six recordings of as many speakers: phones (0: pause, 1: a, 2: i, 3: s), and sex on all but pauses."""
    folder = tmp_path_factory.mktemp("sounds")
    made = []
    for number in range(6):
        sex = "FM"[number % 2]
        order = [0, 1, 3, 2, 0, 2, 3, 1][: 8 - number % 3]
        step = 0.2
        n = round(step * RATE)
        pieces = [sound(PHONES[k], n, 10 * number + j, PITCH[sex]) for j, k in enumerate(order)]
        path = folder / f"{number}.wav"
        soundfile.write(path, np.concatenate(pieces), RATE)
        starts = np.arange(len(order)) * step
        phones = TaskSpans(starts, starts + step, np.array(order))
        said = np.array(order) > 0
        sexes = TaskSpans(starts[said], starts[said] + step, np.full(said.sum(), number % 2))
        spans = {"phone": phones, "sex": sexes}
        made.append(Example(f"r{number}", f"{sex}{number}", (str(path),), len(order) * step, spans))
    return tuple(made)
