"""The toy speakers of the golden values."""

from __future__ import annotations

import pandas as pd

FORMANTS = ("F1", "F2", "F3")


def toy() -> pd.DataFrame:
    """One speaker, three tokens."""
    return pd.DataFrame(
        {
            "speaker": "A",
            "label": ["i", "a", "u"],
            "f0": [120.0, 110.0, 125.0],
            "F1": [300.0, 750.0, 320.0],
            "F2": [2300.0, 1400.0, 800.0],
            "F3": [3000.0, 2500.0, 2400.0],
        },
        index=["t1", "t2", "t3"],
    )


def unbalanced() -> pd.DataFrame:
    """One speaker, i four times, a and u once."""
    return pd.DataFrame(
        {
            "speaker": "A",
            "label": ["i", "i", "i", "i", "a", "u"],
            "F1": [290.0, 300.0, 310.0, 300.0, 750.0, 320.0],
            "F2": [2350.0, 2300.0, 2250.0, 2300.0, 1400.0, 800.0],
            "F3": [3050.0, 3000.0, 2950.0, 3000.0, 2500.0, 2400.0],
        }
    )


def lacking() -> pd.DataFrame:
    """Speaker A of `toy`; B is 1.2 times A for i and a, without u."""
    first = toy().reset_index(drop=True)
    second = first.iloc[:2].assign(speaker="B")
    second[list(FORMANTS)] *= 1.2
    return pd.concat([first, second], ignore_index=True)


def corpus() -> pd.DataFrame:
    """Three speakers of different size, five vowels, with f0 and duration; deterministic."""
    base = {"i": (280, 2250, 2950), "e": (450, 2000, 2600), "a": (760, 1350, 2480), "o": (470, 900, 2450)}
    base["u"] = (310, 820, 2350)
    rows = []
    for index, (speaker, factor) in enumerate({"m1": 1.0, "w1": 1.17, "w2": 1.13}.items()):
        for repeat in range(2 + index):
            for place, (label, formants) in enumerate(base.items()):
                wobble = 1.0 + 0.013 * ((7 * place + 3 * repeat + 5 * index) % 11 - 5) / 5
                f1, f2, f3 = (
                    value * factor * wobble ** (number + 1) for number, value in enumerate(formants)
                )
                f0 = 110 * factor**4 * (1 + 0.02 * ((place + 2 * repeat) % 5 - 2))
                rows.append((speaker, label, f0, f1, f2, f3, 0.08 + 0.01 * ((place + repeat) % 4)))
    table = pd.DataFrame(rows, columns=["speaker", "label", "f0", "F1", "F2", "F3", "dur"])
    table.insert(0, "id", [f"t{number:03d}" for number in range(len(table))])
    return table
