"""Checkpoints of a run: whole or not there, so that a killed run goes on with the same curve."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from w2vpraat.errors import InputError, ModelError
from w2vpraat.models.finetuning.results import CurvePoint

FOLDER = "checkpoints"
_STATE = "state.json"
_PART = ".part"


@dataclass
class RunState:
    """What a run has come to; the weights lie beside it.

    Parameters
    ----------
    fingerprint : mapping
        What must be the same for a run to go on: settings, splits, classes, weights of the base.
    step : int
        Updates made.
    curve : list of CurvePoint
        Points so far.
    best_score : float
        Mean balanced accuracy of the best evaluation; -1 before the first.
    best_step : int
        Updates before it.
    worse : int
        Evaluations since then.
    train_sums : list of list of float
        Per task: loss, frames named right, frames asked, forward passes, since the last point.
    """

    fingerprint: Mapping[str, Any]
    step: int = 0
    curve: list[CurvePoint] = field(default_factory=list)
    best_score: float = -1.0
    best_step: int = 0
    worse: int = 0
    train_sums: list[list[float]] = field(default_factory=list)

    def text(self) -> str:
        """Return JSON; NaN stands as it is in Python's own dialect."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def read(cls, path: Path) -> RunState:
        """Read what `text` wrote.

        Raises
        ------
        ModelError
            If the file is damaged.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            values["curve"] = [CurvePoint(**point) for point in values["curve"]]
            return cls(**values)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelError("is no state of a run", "start anew in another folder", file=path) from error


def newest_checkpoint(output: Path) -> Path | None:
    """Return the newest whole checkpoint of a run, or None."""
    found = [path for path in (output / FOLDER).glob("step-*") if path.suffix != _PART]
    return max(found, default=None, key=lambda path: path.name)


def read_state(checkpoint: Path, fingerprint: Mapping[str, Any]) -> RunState:
    """Read the state of a checkpoint, if it belongs to the same run.

    Raises
    ------
    InputError
        If settings, speakers, classes or the base differ; the message names them.
    ModelError
        If the file is damaged.
    """
    state = RunState.read(checkpoint / _STATE)
    wanted = json.loads(json.dumps(dict(fingerprint)))
    if state.fingerprint != wanted:
        names = sorted(
            name for name in {*wanted, *state.fingerprint} if wanted.get(name) != state.fingerprint.get(name)
        )
        raise InputError(
            f"holds an unfinished run that differs in: {', '.join(names)}",
            "use the same settings to go on, another folder, or --restart to begin anew",
            file=checkpoint.parent.parent,
        )
    return state


def part_folder(output: Path, step: int) -> Path:
    """Make the folder that a checkpoint is written to before it is whole."""
    folder = output / FOLDER / f"step-{step:08d}{_PART}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def finish_checkpoint(part: Path, state: RunState) -> Path:
    """Write the state, give the checkpoint its name, and remove older ones."""
    path = part / _STATE
    with path.open("w", encoding="utf-8") as file:
        file.write(state.text())
        file.flush()
        os.fsync(file.fileno())
    whole = part.with_suffix("")
    shutil.rmtree(whole, ignore_errors=True)
    part.rename(whole)
    for other in part.parent.glob("step-*"):
        if other != whole:
            shutil.rmtree(other, ignore_errors=True)
    return whole


def remove_checkpoints(output: Path) -> None:
    """Remove all checkpoints of a run."""
    shutil.rmtree(output / FOLDER, ignore_errors=True)
