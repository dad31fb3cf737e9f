"""The methods paragraph names ceilings that a person chose, and does not take them for others."""

from __future__ import annotations

import pandas as pd
import pytest

from w2vpraat.export.methods.text import methods_text
from w2vpraat.normalize import formant_representation
from w2vpraat.session.settings import Settings

TABLE = pd.DataFrame(
    {
        "id": ["a#1.1", "a#1.2", "b#1.1", "b#1.2"],
        "speaker": ["a", "a", "b", "b"],
        "label": ["i", "a", "i", "a"],
        "F1": [300.0, 800.0, 320.0, 850.0],
        "F2": [2300.0, 1300.0, 2400.0, 1400.0],
        "F3": [2900.0, 2500.0, 3000.0, 2600.0],
        "max_formant": [5500.0, 4321.0, 5000.0, 4321.0],
    }
)


def told(by_hand: dict[str, float], **formants: object) -> str:
    settings = Settings().updated({"formants": formants}).as_dict()
    facts = {"praat_version": "6.1.38", **({"ceilings_by_hand": by_hand} if by_hand else {})}
    raw = [formant_representation(TABLE, "raw")]
    return methods_text(raw, tokens_table=TABLE, settings=settings, measurements=facts).text


@pytest.mark.parametrize(
    ("by_hand", "sentence"),
    [
        ({"a#1.2": 4321.0}, "; the ceiling of 1 token was set by hand (4321 Hz)."),
        (
            {"a#1.2": 4321.0, "a#1.1": 6000.0, "b": 4321.0},
            "; the ceiling of 2 tokens and 1 speaker was set by hand (4321 to 6000 Hz).",
        ),
    ],
)
def test_ceilings_set_by_hand_are_told(by_hand: dict[str, float], sentence: str) -> None:
    text = told(by_hand)
    assert sentence in text
    assert "a ceiling of 5500 Hz for women and 5000 Hz for men, window length" in text


def test_without_them_nothing_is_said_and_other_ceilings_are_of_unknown_sex() -> None:
    text = told({})
    assert "by hand" not in text
    assert "(4321 Hz where sex was unknown)" in text


def test_the_span_of_chosen_ceilings_is_without_them() -> None:
    assert "they lay between 5000 and 5500 Hz" in told({"a#1.2": 4321.0}, ceiling_mode="speaker")
