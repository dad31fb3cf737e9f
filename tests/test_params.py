"""Parameter groups check themselves, and settings survive their file."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2vpraat.errors import InputError, TextGridError
from w2vpraat.params import FormantParams, TokenParams, parameter_groups
from w2vpraat.session.settings import Settings, read_settings, settings_text


def test_out_of_range_names_the_range() -> None:
    with pytest.raises(InputError, match=r"n_candidates = 1 is out of range \(from 2 to 50\)"):
        FormantParams(n_candidates=1)
    with pytest.raises(InputError, match=r"points = 1\.5"):
        FormantParams(points=(0.5, 1.5))
    with pytest.raises(InputError, match="one of fixed, sex, speaker, token"):
        FormantParams(ceiling_mode="magic")


def test_unknown_setting_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r'unknown setting "teir".*tier'):
        TokenParams.from_dict({"teir": "phones"})


def test_wrong_type_is_refused() -> None:
    with pytest.raises(InputError, match="should be of type float"):
        FormantParams.from_dict({"ceiling": "high"})
    assert FormantParams.from_dict({"ceiling": 5000}).ceiling == 5000.0
    assert TokenParams.from_dict({"labels": "a"}).labels == ("a",)


def test_every_parameter_has_a_help_text() -> None:
    for section, group in parameter_groups().items():
        names = [name for name, *_ in group.describe()]
        assert names == list(group().as_dict()), section
        for name, _, _, meta in group.describe():
            assert meta["help"].endswith("."), f"{section}.{name}"


def test_settings_file_round_trip(tmp_path: Path) -> None:
    settings = Settings(corpus=str(tmp_path / "corpus ɑ")).updated(
        {
            "tokens": {"labels": ["ɑ", 'say "ah"', "a\\b"], "min_duration": 0.03},
            "formants": {"points": [0.2, 0.8]},
            "embed": {"layers": [0, 3], "cache": False},
        }
    )
    path = tmp_path / "w2vpraat.toml"
    path.write_text(settings_text(settings), encoding="utf-8")
    assert read_settings(path) == settings
    assert "# Shortest token. [s]" in path.read_text(encoding="utf-8")


def test_settings_file_is_relative_to_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "w2vpraat.toml"
    path.write_text('[run]\ncorpus = "speech"\n[tokens]\ntier = "phones"\n', encoding="utf-8")
    settings = read_settings(path)
    assert Path(settings.corpus) == tmp_path / "speech"
    assert settings.tokens.tier == "phones"
    assert settings.formants == FormantParams()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[toknes]\n", r"unknown section \[toknes\]"),
        ("[tokens]\nteir = 'x'\n", 'unknown setting "teir"'),
        ("[run]\nfolder = 'x'\n", 'unknown setting "folder"'),
        ("tokens =", "can't read the settings"),
    ],
)
def test_bad_settings_name_the_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_settings(path)
    assert caught.value.file == str(path)


def test_errors_survive_process_borders_and_name_the_place() -> None:
    import pickle

    error = TextGridError(
        "the label is not closed",
        "open it in a text editor",
        file="a.TextGrid",
        tier="phones",
        interval=3,
        time=1.25,
    )
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is TextGridError
    assert str(again) == str(error)
    assert str(error) == (
        'a.TextGrid, tier "phones", interval 3, 1.25 s: the label is not closed (open it in a text editor)'
    )
