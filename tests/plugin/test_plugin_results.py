"""What the plugin's commands give back: the command line's values, IPA as it was, Tables, tiers, pictures."""

from __future__ import annotations

import io
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from praat_runs import (
    EVERY,
    LABELLED,
    MODEL,
    PARSELMOUTH,
    SHOW,
    STOP_WORDS,
    TOKENS,
    PraatUser,
    command,
    extract,
    plain,
    quoted,
    read_recording,
)

from w2vpraat.bridge.praat_files import read_table
from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.export.vectors import read_vectors

VIEWPORT = """
        page$ = Picture info
        left = extractNumber (page$, "Outer viewport left:")
        top = extractNumber (page$, "Outer viewport top:")
        appendInfoLine: ">", left, " ", top
"""


@pytest.fixture(scope="module")
def results(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command line makes of the two recordings."""
    folder = tmp_path_factory.mktemp("results") / "results"
    options = (
        "--tier",
        "phones",
        "--label-map",
        "ipa",
        "--label-class",
        "vowel",
        "--stop-words",
        "say,again",
    )
    table = (
        "--speakers",
        str(recordings / "speakers.csv"),
        "--methods",
        "lobanov",
        "--bootstrap",
        "0",
        "--probes",
        "lda",
    )
    subprocess.run(
        [sys.executable, "-m", "w2vpraat", "run", str(recordings), *options, *table, "--no-sensitivity",
         "-o", str(folder)],
        env={**os.environ, "W2VPRAAT_CACHE_DIR": str(folder.parent / "cache")},
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


# ---- values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", EVERY)
def test_values_equal_the_command_line(
    praat_user: PraatUser, recordings: Path, results: Path, program: str
) -> None:
    text = read_recording(recordings, "gb_f_alice", "us_m_adam") + f"""
        speakers = Read Table from comma-separated file: {quoted(recordings / "speakers.csv")}
        plusObject: sound0, textGrid0, sound1, textGrid1
        {extract(components="all")}
        appendInfoLine: ">", selected$ (), " ", numberOfSelected ()
        Save as text file: "table.Table"
        select all
        appendInfoLine: ">", numberOfSelected ()
        """  # fmt: skip
    ran = praat_user.run(text, program=program)
    assert ran.told[-1] == "6"
    table = _table(praat_user.home / "table.Table")
    expected = pd.read_csv(results / "tokens.csv", keep_default_na=False)
    expected["id"] = expected["id"].str.replace(".wav", "", regex=False)
    table = table.set_index("id").loc[expected["id"]].reset_index()
    measured = [name for name in expected.columns if name in table.columns]
    assert {"F1", "F2", "F3", "f0", "F1_z", "f0_lz", "intensity", "start", "dur", "word"} <= set(measured)
    compared = 0
    for name in set(measured) - {"id", "file_name"}:
        numbers = pd.to_numeric(expected[name], errors="coerce")
        if numbers.notna().any():
            found = pd.to_numeric(table[name], errors="coerce")
            np.testing.assert_allclose(found, numbers, rtol=0, atol=1e-6, err_msg=name)
            compared += 1
        else:
            assert [_plain(cell) for cell in table[name]] == [_plain(cell) for cell in expected[name]], name
    assert compared > 20
    stored = read_vectors(results / "vectors.npz")
    vectors = next(one for one in stored if "z-score" in one.name)  # --embedding-methods z, the default
    ids = [one.replace(".wav", "") for one in vectors.ids]
    ours = table.set_index("id").loc[ids, [name for name in table.columns if name.startswith("e0")]]
    np.testing.assert_allclose(ours.to_numpy(float), vectors.values, rtol=0, atol=1e-6)


def _plain(cell: object) -> str:
    return "" if str(cell) in ("--undefined--", "nan") else str(cell)


def _table(path: Path) -> pd.DataFrame:
    table = read_table(path, path.stem)
    return pd.DataFrame(list(table.rows), columns=list(table.columns))


def test_times_are_those_of_a_sound_that_starts_later(praat_user: PraatUser, recordings: Path) -> None:
    text = read_recording(recordings, "gb_f_alice") + f"""
        selectObject: sound0
        part = Extract part: 2, 3, "rectangular", 1, "yes"
        selectObject: textGrid0
        partGrid = Extract part: 2, 3, "yes"
        plusObject: part
        {command("extract_segment_table", *TOKENS, *MODEL, "none", "0", "sex", "automatic", "")}
        n = Get number of rows
        appendInfoLine: ">", n
        for i to n
            t1 = Get value: i, "start"
            t2 = Get value: i, "end"
            t3 = Get value: i, "time"
            appendInfoLine: ">", t1, " ", t2, " ", t3
        endfor
        selectObject: part, partGrid
        {command("add_boundary_sensitivity_tier", *TOKENS, *MODEL, "", "formants", "sex", "automatic", "")}
        selectObject: partGrid
        Save as text file: "later.TextGrid"
        """  # fmt: skip
    numbers = [[float(cell) for cell in line.split()] for line in praat_user.run(text).told]
    assert numbers[0][0] == len(numbers) - 1 >= 2
    for times in numbers[1:]:
        assert all(2 <= time <= 3 for time in times)
        assert times[0] < times[2] < times[1]
    grid = read_textgrid(praat_user.home / "later.TextGrid")
    assert len(grid) > 2
    for tier in grid.tiers:
        assert (tier.start, tier.end) == (grid.start, grid.end) == (2, 3)
    added = grid.tiers[-1]
    assert [one.start for one in added.items] == [one.start for one in grid.tiers[1].items]


def test_loud_sounds_are_not_clipped(praat_user: PraatUser) -> None:
    text = f"""
        {LABELLED}
        selectObject: sound
        Scale peak: 0.5
        selectObject: sound, textGrid
        @measure
        selectObject: sound
        Formula: "3 * self"
        selectObject: sound, textGrid
        @measure
        procedure measure
            {plain("1")}
            .dB = Get mean: "intensity"
            .f1 = Get mean: "F1"
            appendInfoLine: ">", fixed$ (.dB, 9), " ", fixed$ (.f1, 9)
        endproc
        """
    (quiet, f1), (loud, loud_f1) = (map(float, line.split()) for line in praat_user.run(text).told)
    assert loud - quiet == pytest.approx(20 * math.log10(3), abs=1e-6)
    assert loud_f1 == pytest.approx(f1, rel=1e-6)  # Burg's sums are rounded


def test_a_tier_without_usable_interval_gives_a_table_without_rows(praat_user: PraatUser) -> None:
    text = f"""
        {LABELLED}
        {plain("words", "2")}
        appendInfoLine: ">", do ("Get number of rows"), " ", do ("Get column index...", "F1"), " ",
        ... do ("Get column index...", "e0001"), " ", do ("Get column index...", "id")
        """
    rows, f1, vector, ids = praat_user.run(text).told[-1].split()
    assert (rows, vector) == ("0", "0")
    assert int(f1) > int(ids) > 0


def test_speakers_from_names_and_from_one(praat_user: PraatUser, recordings: Path) -> None:
    lines = read_recording(recordings, "gb_f_alice", "us_m_adam")
    for way in ("automatic", "object name", "before the first _", "one speaker"):
        lines += f"""
            selectObject: sound0, textGrid0, sound1, textGrid1
            {extract(components="0", speakers=way)}
            n = Get number of rows
            first$ = Get value: 1, "speaker"
            last$ = Get value: n, "speaker"
            appendInfoLine: ">", first$, " ", last$
            """
    names = "gb_f_alice us_m_adam"
    assert praat_user.run(lines).told == [names, names, "gb us", "speaker speaker"]


# ---- letters -----------------------------------------------------------------------------------------------

EXPECTED = ["ʃɔː", "t͡s", 'say "aa"', "bə"] * 2


@pytest.mark.parametrize("program", EVERY)
@pytest.mark.parametrize("writing", ["try ASCII, then UTF-16", "UTF-8", "UTF-16"])
def test_labels_there_and_back(praat_user: PraatUser, program: str, writing: str) -> None:
    lines = _letters(praat_user, program, f'Text writing preferences: "{writing}"')
    assert lines == _right_letters()


@pytest.mark.parametrize(
    "reading",
    [
        "UTF-8",
        "try UTF-8, then ISO Latin-1",
        "try UTF-8, then Windows Latin-1",
        "try UTF-8, then MacRoman",
        "ISO Latin-1",
        "Windows Latin-1",
        "MacRoman",
    ],
)
def test_every_reading_preference(praat_user: PraatUser, reading: str) -> None:
    lines = _letters(praat_user, "praat", f'Text reading preferences: "{reading}"')
    assert lines == _right_letters()


def _letters(user: PraatUser, program: str, preference: str) -> list[str]:
    text = f"""
        {preference}
        {LABELLED}
        {
        command(
            "extract_segment_table", "phones", "", "all", "none", *MODEL, "none", "0", "sex", "automatic", ""
        )
    }
        appendInfoLine: ">", selected$ ("Table")
        @show: "label"
        selectObject: sound, textGrid
        {
        command(
            "add_nearest_label_tier",
            "1",
            "",
            "all",
            "none",
            *MODEL,
            "none",
            "formants",
            "sex",
            "automatic",
            "",
        )
    }
        appendInfoLine: ">", numberOfSelected ("Sound"), " ", numberOfSelected ("TextGrid"), " ",
        ... numberOfSelected ()
        selectObject: textGrid
        appendInfoLine: ">", do ("Get number of tiers"), " ", do ("Get number of intervals...", 4)
        for i to 4
            a$ = Get label of interval: 1, i
            b$ = Get label of interval: 4, i + 4
            appendInfoLine: ">", a$, " ", index (" ʃɔː t͡s say ""aa"" bə ", " " + b$ + " ") > 0 and b$ <> ""
        endfor
        select all
        appendInfoLine: ">", numberOfSelected ()
        Text writing preferences: "try ASCII, then UTF-16"
        Text reading preferences: "try UTF-8, then Windows Latin-1"
        {SHOW}
        """
    return user.run(text, program=program).told


def _right_letters() -> list[str]:
    tier = [f"{label} 1" for label in ("ʃɔː", "t͡s", 'say "aa"', r"b\sw")]
    return ["łoś_segments", *EXPECTED, "1 1 2", "4 8", *tier, "3"]


def test_labels_with_line_ends_tabs_quotes_and_of_great_length(praat_user: PraatUser) -> None:
    text = f"""
        {LABELLED}
        quote$ = unicode$ (34)
        selectObject: textGrid
        Set interval text: 1, 1, "one" + newline$ + "two"
        Set interval text: 1, 2, "a" + tab$ + "b"
        Set interval text: 1, 3, "x" + quote$ + "y"
        long$ = "ə"
        for i to 499
            long$ = long$ + "z"
        endfor
        Set interval text: 1, 4, long$
        plusObject: sound
        {plain("1")}
        @show: "label"
        {SHOW}
        """
    assert praat_user.run(text).told[:4] == ["one<nl>two", "a<tab>b", 'x"y', "ə" + "z" * 499]


# ---- tables, picture ---


def test_own_tables_are_normalized_and_compared(praat_user: PraatUser, results: Path) -> None:
    text = f"""
        table = Read Table from comma-separated file: {quoted(results / "tokens.csv")}
        before = Get number of columns
        {command("normalize_formants", "label", "speaker", "", "F1, F2, F3", "deltaf", "hz", "token", "", "")}
        appendInfoLine: ">", selected$ ()
        appendInfoLine: ">", numberOfSelected ()
        Save as text file: "normalized.Table"
        selectObject: table
        after = Get number of columns
        appendInfoLine: ">", after - before
        {
        command(
            "compare_table",
            "",
            "",
            "",
            "F1, F2, F3",
            "deltaf, lobanov",
            "hz",
            "token",
            "yes",
            "compare.bootstrap = 0",
        )
    }
        appendInfoLine: ">", selected$ (1), " ", selected$ (2)
        select all
        appendInfoLine: ">", numberOfSelected ()
        """
    told = praat_user.run(text).told
    assert told == ["Table tokens_normalized", "1", "0", "Table scores Table separation", "4"]
    table = _table(praat_user.home / "normalized.Table")
    ratio = table["F1"].astype(float) / table["F1_df"].astype(float)
    assert ratio.groupby(table["speaker"]).nunique().max() >= 1
    assert ratio.groupby(table["speaker"]).std().max() < 1e-6  # F1 over one number for each speaker
    assert ratio.std() > 10


@pytest.mark.parametrize("program", EVERY)
def test_scores_and_both_maps(praat_user: PraatUser, recordings: Path, program: str) -> None:
    call = command("compare_normalizations", *TOKENS, *MODEL, "lobanov", "sex", "automatic", "yes",
                   f"{STOP_WORDS}; compare.bootstrap = 0")  # fmt: skip
    text = read_recording(recordings, "gb_f_alice", "us_m_adam") + f"""
        Erase all
        {call}
        appendInfoLine: ">", selected$ (1), " ", selected$ (2), " ", numberOfSelected ()
        Save as text file: "scores.Collection"
        n = numberOfSelected ("Photo")
        {VIEWPORT}
        Save as 300-dpi PNG file: "maps.png"
        select all
        appendInfoLine: ">", numberOfSelected ()
        """  # fmt: skip
    lines = praat_user.run(text, program=program).told
    assert lines[0] == "Table scores Table separation 2"
    assert lines[-1] == "6"
    if program != PARSELMOUTH:  # it has no pictures
        import matplotlib.image

        assert lines[1] == "0 0"
        image = matplotlib.image.imread(io.BytesIO((praat_user.home / "maps.png").read_bytes()))
        dark = (image[..., :3].min(axis=2) < 0.5).any(axis=0)
        half = len(dark) // 2
        assert dark[:half].mean() > 0.5
        assert dark[half:].mean() > 0.5


def test_the_picture_begins_where_the_viewport_begins(praat_user: PraatUser, recordings: Path) -> None:
    call = command("compare_normalizations", *TOKENS, *MODEL, "lobanov", "sex", "automatic", "no",
                   f"{STOP_WORDS}; compare.bootstrap = 0")  # fmt: skip
    text = read_recording(recordings, "gb_f_alice", "us_m_adam") + f"""
        Erase all
        Select outer viewport: 1, 5, 2, 6
        {call}
        {VIEWPORT}
        """  # fmt: skip
    assert praat_user.run(text).told == ["1 2"]
