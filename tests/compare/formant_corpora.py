"""Representations made by hand, for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from w2vpraat.representation import Representation

FORMANTS = ["F1", "F2", "F3"]


def representation(name: str, table: pd.DataFrame, values, *, sees_speaker: bool = False) -> Representation:
    values = np.asarray(values, dtype=float)
    columns = tuple(f"c{index}" for index in range(values.shape[1]))
    return Representation(name, tuple(table["id"]), values, columns, sees_speaker=sees_speaker)


def normalized(table: pd.DataFrame) -> list[Representation]:
    """Some normalizations, by hand."""
    hertz = table[FORMANTS]
    logs = np.log(hertz)
    speakers = table["speaker"]
    mean = hertz.groupby(speakers).transform("mean")
    lengths = (hertz / np.array([0.5, 1.5, 2.5])).mean(axis=1).groupby(speakers).transform("mean")
    made = {
        "Hz": (hertz, False),
        "C-CuRE": (hertz - mean, True),
        "Lobanov": ((hertz - mean) / hertz.groupby(speakers).transform("std"), True),
        "Nearey 1": (logs - logs.groupby(speakers).transform("mean"), True),
        "Nearey 2": (logs.sub(logs.mean(axis=1).groupby(speakers).transform("mean"), axis=0), True),
        "deltaF": (hertz.div(lengths, axis=0), True),
    }
    return [representation(name, table, values, sees_speaker=sees) for name, (values, sees) in made.items()]
