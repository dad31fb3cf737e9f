"""``w2vpraat chart``: from a results folder and from a user's table to a figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a user's own table: other names, capitals, ARPABET, one cell missing."""
    random = np.random.default_rng(0)
    places = {"IY1": (300, 2300), "AA1": (750, 1200), "UW1": (320, 850), "T": (500, 1800)}
    rows = [
        {"Talker": f"t{n}", "Vowel": label, "f1": f1 + random.normal(0, 20), "f2": f2 + random.normal(0, 50)}
        for n in range(3)
        for label, (f1, f2) in places.items()
        for _ in range(5)
    ]
    data = pd.DataFrame(rows)
    data.loc[0, "f2"] = np.nan
    path = tmp_path / "mine.csv"
    data.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_a_users_table_becomes_a_figure_and_its_numbers(
    w2v, table: Path, tmp_path: Path, suffix: str
) -> None:
    figure, numbers = tmp_path / f"chart{suffix}", tmp_path / "values.csv"
    said = w2v(
        *("chart", table, "-o", figure, "--values", numbers),
        *("--label-map", "arpabet", "--show", "ellipses,means", "--means-by", "Talker"),
    )
    assert said.code == 0, said.err
    assert figure.read_bytes()[:4] in (b"<?xm", b"%PDF", b"\x89PNG")
    assert "left out 15 tokens that are no vowels (arpabet)" in said.err
    assert "left out 1 tokens without f2 or f1" in said.err
    assert "44 tokens, 3 labels" in said.err
    found = pd.read_csv(numbers)
    assert found["kind"].value_counts().to_dict() == {"small mean": 9, "mean": 3, "ellipse": 3}
    data = pd.read_csv(table).dropna()
    mean = found[(found["kind"] == "mean") & (found["label"] == "ɑ")].iloc[0]
    assert mean["x"] == pytest.approx(data.loc[data["Vowel"] == "AA1", "f2"].mean())
    assert mean["y"] == pytest.approx(data.loc[data["Vowel"] == "AA1", "f1"].mean())


def test_a_results_folder_gives_trajectories(w2v, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--speakers", corpus / "speakers.csv", "--formant-points", "0.2,0.5,0.8")
    assert w2v("measure", corpus, *options, "-o", out).code == 0
    numbers = tmp_path / "values.csv"
    said = w2v(
        *("chart", out, "-o", tmp_path / "chart.svg", "--values", numbers, "--show", "trajectories"),
        *("--panels", "sex", "--x", "F2_z", "--y", "F1_z"),
    )
    assert said.code == 0, said.err
    found = pd.read_csv(numbers)
    courses = found[found["kind"] == "trajectory"]
    assert set(courses["panel"]) == {"F", "M"}
    tokens = pd.read_csv(out / "tokens.csv")
    own = tokens[(tokens["sex"] == "F") & (tokens["label"] == "ɑ") & (tokens["prop_time"] == 0.8)]
    row = courses[(courses["panel"] == "F") & (courses["label"] == "ɑ") & (courses["time"] == 0.8)].iloc[0]
    assert (row["x"], row["y"]) == pytest.approx((own["F2_z"].mean(), own["F1_z"].mean()))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--x", "f2_z"), "did you mean f2"),
        (("--x", "Talker"), 'column "Talker" is not numeric ("t0")'),
        (("--panels", "Dialect"), 'no column "Dialect"'),
        (("--only", "y"), "labels: AA1, IY1, T, UW1"),
        (("--show", "elipses"), "one of tokens, ellipses"),
        (("--ellipse-level", "1.5"), "from 0.05 to 0.99"),
        (("--speaker", "Speakr"), 'no column "Speakr"'),
        (("--label-map", "arpabeth"), 'no label map "arpabeth"'),
    ],
)
def test_refusals_are_one_line_and_write_nothing(
    w2v, table: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    said = w2v("chart", table, "-o", tmp_path / "chart.png", *options)
    assert said.code == 2
    assert message in said.err
    assert not (tmp_path / "chart.png").exists()


def test_a_wrong_ending_or_path_is_told(w2v, table: Path, tmp_path: Path) -> None:
    said = w2v("chart", table, "-o", tmp_path / "chart.tiff")
    assert said.code == 2
    assert ".svg, .pdf, .png" in said.err
    said = w2v("chart", tmp_path / "nothing.csv", "-o", tmp_path / "chart.png")
    assert said.code == 2
    assert "nothing.csv" in said.err


@pytest.mark.shared_data
def test_hillenbrand_by_type_and_by_speaker(w2v, shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "formants" / "h95_phonTools.csv"
    ipa = tmp_path / "ipa.csv"
    pairs = ["{ æ", "A ɑ", "E ɛ", "I ɪ", "O ɔ", "U ʊ", "V ʌ", "3' ɝ", "e e", "i i", "o o", "u u"]
    ipa.write_text("symbol,ipa\n" + "\n".join(pair.replace(" ", ",") for pair in pairs), encoding="utf-8")
    numbers = tmp_path / "values.csv"
    said = w2v(
        *("chart", source, "-o", tmp_path / "h95.png", "--values", numbers, "--label-map", ipa),
        *("--panels", "type", "--panel-values", "m,w,b,g", "--show", "means,hulls", "--means-by", "speaker"),
    )
    assert said.code == 0, said.err
    found = pd.read_csv(numbers)
    areas = found[found["kind"] == "hull"].groupby(["panel", "by"])["area"].first()
    assert areas.groupby("panel").size().to_dict() == {"b": 27, "g": 19, "m": 45, "w": 48}
    assert areas.groupby("panel").median()["m"] < areas.groupby("panel").median()["w"]
    means = found[(found["kind"] == "mean") & (found["panel"] == "m")].set_index("label")
    # Hillenbrand et al. 1995, table V: men's i at 342 and 2322 Hz, ɑ at 768 and 1333 Hz.
    assert means.loc["i", ["y", "x"]].to_numpy(float) == pytest.approx([342.0, 2322.0], rel=0.02)
    assert means.loc["ɑ", ["y", "x"]].to_numpy(float) == pytest.approx([768.0, 1333.0], rel=0.02)
    said = w2v("chart", source, "-o", tmp_path / "h95.png", "--panels", "speaker")
    assert said.code == 2
    assert "139 charts need 5 pages" in said.err
