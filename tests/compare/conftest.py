"""Made-up corpora and the public formant tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from formant_corpora import FORMANTS


@pytest.fixture(scope="session")
def make_corpus():
    """Tokens of speakers with a vocal-tract length, in a balanced design."""

    def make(n_speakers: int = 10, n_labels: int = 5, repeats: int = 3, seed: int = 0) -> pd.DataFrame:
        random = np.random.default_rng(seed)
        rows = []
        places = random.uniform([300, 900, 2400], [800, 2300, 3000], size=(n_labels, 3))
        for speaker in range(n_speakers):
            female = speaker % 2 == 0
            scale = (1.15 if female else 1.0) * random.normal(1.0, 0.03)
            for label in range(n_labels):
                for repeat in range(repeats):
                    values = places[label] * scale * random.normal(1.0, 0.07, size=3)
                    rows.append((f"s{speaker:02d}", f"v{label}", repeat, "F" if female else "M", *values))
        table = pd.DataFrame(rows, columns=["speaker", "label", "repeat", "sex", *FORMANTS])
        table["id"] = [f"t#{number:04d}" for number in range(len(table))]
        table["file_name"] = table["speaker"] + "/" + table["repeat"].astype(str)
        return table

    return make


@pytest.fixture(scope="session")
def formant_table(shared_data: Path):
    """Peterson & Barney 1952 (pb52) or Hillenbrand et al. 1995 (h95); sex of the adults only."""

    def load(name: str) -> pd.DataFrame:
        table = pd.read_csv(shared_data / "formants" / f"{name}_phonTools.csv")
        table = table.rename(columns={"f1": "F1", "f2": "F2", "f3": "F3", "vowel": "label"})
        table["sex"] = table["type"].map({"m": "m", "w": "f"})
        table["speaker"] = table["speaker"].astype(str)
        table["id"] = [f"{name}#{number:04d}" for number in range(len(table))]
        return table

    return load
