"""Maps on paper: nothing is cut, axes and scales are those of the window, and all is told."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from board_material import AGREEMENT, SILHOUETTE, TRUST, picture
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from w2vpraat.compare.maps.picture import MapNumber, MapPicture
from w2vpraat.errors import ExportError
from w2vpraat.export.board_figures import board_columns, draw_board, draw_picture, save_board
from w2vpraat.export.board_styles import legend_parts
from w2vpraat.export.board_text import lines_that_fit, number_text, sentences, text_width
from w2vpraat.export.styles import numbered_style
from w2vpraat.params.exporting import BoardParams

IPA = {"i": "iː", "I": "ɪ", "e": "eɪ", "E": "ɛ", "{": "æ", "A": "ɑː"}
IPA |= {"O": "ɔː", "o": "oʊ", "U": "ʊ", "u": "uː", "V": "ʌ", "3'": "ɝ"}
LONG = "facebook/wav2vec2-large-xlsr-53-german-cv8 layer 14, thirds, speaker-centred, whitened with shrinkage"
LOBANOV = ("F2 (z-score)", "F1 (z-score)")


@pytest.fixture(scope="module")
def vowels(shared_data: Path) -> pd.DataFrame:
    """Hillenbrand et al. 1995, normalized, with principal components of F1 to F3."""
    table = pd.read_csv(shared_data / "formants" / "h95_phonTools.csv")
    table = table.rename(columns={"f1": "F1", "f2": "F2", "f3": "F3"})
    table = table[(table[["F1", "F2", "F3"]] > 0).all(axis=1)].reset_index(drop=True)
    table["label"] = table["vowel"].map(IPA)
    table["sex"] = table["type"].map({"m": "men", "w": "women", "b": "boys", "g": "girls"})
    table["speaker"] = table["speaker"].astype(int).astype(str)
    for name in ("F1", "F2", "F3"):
        table[f"{name}_z"] = table.groupby("speaker")[name].transform(lambda v: (v - v.mean()) / v.std())
    values = table[["F1", "F2", "F3"]].to_numpy(float)
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    left, sizes, _ = np.linalg.svd(values, full_matrices=False)
    table["p1"], table["p2"] = (left * sizes)[:, 0], (left * sizes)[:, 1]
    return table


@pytest.fixture(scope="module")
def maps(vowels: pd.DataFrame) -> list[MapPicture]:
    """A chart in Hz, a normalized one, a map with a long name, a map in other colours and shapes."""
    parts = {"axes": ("PC 1 (52 %)", "PC 2 (23 %)"), "chart": False}
    return [
        picture(vowels),
        picture(vowels, "F2_z", "F1_z", title="F1, F2, Lobanov", axes=LOBANOV),
        picture(
            vowels, "p1", "p2", title=LONG, numbers=(AGREEMENT, SILHOUETTE, TRUST), notes=("a",), **parts
        ),
        picture(vowels, "p1", "p2", title="phone layer 4", colour="sex", shape="sex", notes=("a",), **parts),
    ]


def boxes(figure: Figure) -> list[np.ndarray]:
    """Return lower left and upper right of every part with all that belongs to it, in pixels."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = [text.get_window_extent(renderer) for text in figure.texts]
    panels = [axes.get_tightbbox(renderer) for axes in figure.axes]
    legends = [legend.get_window_extent(renderer) for legend in figure.legends]
    return [np.asarray(box.get_points()) for box in (*texts, *panels, *legends)]


pytestmark = pytest.mark.shared_data


@pytest.mark.parametrize("width", [8.5, 12.0, 17.5])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_nothing_is_cut_and_nothing_lies_on_another(maps: list[MapPicture], width: float, count: int) -> None:
    figure = draw_board(maps[:count], BoardParams(width=width), caption="How it was measured. " * 9)
    assert figure.get_figwidth() == pytest.approx(width / 2.54)
    assert len(figure.axes) == count
    found = boxes(figure)
    room = np.array([figure.bbox.width, figure.bbox.height])
    for box in found:
        assert (box[0] >= -1.0).all()
        assert (box[1] <= room + 1.0).all()
    for one, two in combinations(found, 2):
        over = np.minimum(one[1], two[1]) - np.maximum(one[0], two[0])
        # Fonts reserve more height than letters have.
        assert over.min() < 5.0, (one, two)


def test_axes_run_as_in_the_window(maps: list[MapPicture]) -> None:
    figure = draw_board(maps[:3], BoardParams())
    chart, lobanov, space = figure.axes
    for axes in (chart, lobanov):
        assert axes.get_xlim()[0] > axes.get_xlim()[1]
        assert axes.get_ylim()[0] > axes.get_ylim()[1]
        assert len(axes.get_xticks()) >= 2
    assert space.get_xlim()[0] < space.get_xlim()[1]
    assert len(space.get_xticks()) == 0
    # One unit is as long upwards as across, and all tokens are inside.
    box = space.get_window_extent()
    assert np.ptp(space.get_xlim()) / box.width == pytest.approx(np.ptp(space.get_ylim()) / box.height)
    for axes, drawn in zip(figure.axes, maps, strict=False):
        low, high = np.sort([axes.get_xlim(), axes.get_ylim()]).T
        assert (drawn.points >= low).all()
        assert (drawn.points <= high).all()


def test_charts_of_one_kind_have_the_same_limits(vowels: pd.DataFrame, maps: list[MapPicture]) -> None:
    men = replace(maps[1], shown=(vowels["sex"] == "men").to_numpy(), means=(), ellipses=())
    figure = draw_board([maps[1], men, maps[0]], BoardParams())
    one, two, hertz = figure.axes
    assert one.get_xlim() == two.get_xlim()
    assert one.get_ylim() == two.get_ylim()
    assert hertz.get_xlim() != one.get_xlim()
    counted = [text.get_text() for text in figure.texts]
    n = int(men.shown.sum())
    assert f"{n:,} of {len(vowels):,} tokens" in counted
    assert f"{len(vowels):,} tokens" in counted


def test_tokens_stand_at_their_places_in_the_colours_of_the_window(maps: list[MapPicture]) -> None:
    hidden = replace(maps[0], shown=maps[0].colour.codes != 2)
    (axes,) = draw_picture(hidden).axes
    dots = [one for one in axes.collections if one.get_gid() == "tokens"]
    places = np.concatenate([np.asarray(one.get_offsets()) for one in dots])
    shades = [to_hex(shade).upper() for one in dots for shade in one.get_facecolors()]
    wanted = {
        (round(x, 6), round(y, 6)): numbered_style(int(code)).colour
        for (x, y), code, on in zip(hidden.points, hidden.colour.codes, hidden.shown, strict=True)
        if on
    }
    assert len(places) == hidden.placed.sum()
    unlike = [
        place
        for place, shade in zip(places, shades, strict=True)
        if wanted[round(place[0], 6), round(place[1], 6)] != shade
    ]
    # A few tokens of two labels have the same place.
    assert len(unlike) <= 4
    letters = {text.get_text() for text in axes.texts}
    assert letters == {mean.text for mean in hidden.means}
    ellipses = [one for one in axes.patches if one.get_gid() == "ellipse"]
    assert len(ellipses) == len(hidden.ellipses)


def test_black_and_white(maps: list[MapPicture]) -> None:
    (axes,) = draw_picture(maps[1], BoardParams(colours="grey")).axes
    dots = [one for one in axes.collections if one.get_gid() == "tokens"]
    for one in dots:
        shades = one.get_facecolors()[:, :3]
        assert (shades == shades[:, :1]).all()
    kinds = {(str(one.get_paths()[0].vertices.tolist()), to_hex(one.get_facecolors()[0])) for one in dots}
    assert len({mark for mark, _ in kinds}) == 9  # twelve labels, nine marks, and greys for the rest
    assert len({one.get_linestyle() for one in axes.patches if one.get_gid() == "ellipse"}) > 1


def test_letters_courses_and_unknown_values(vowels: pd.DataFrame) -> None:
    some = vowels.head(200).copy()
    some.loc[some.index[:7], "sex"] = ""
    lettered = picture(some, colour="sex", marks="labels")
    of_labels = picture(some, courses=True).courses  # each of several sexes
    lettered = replace(lettered, courses=tuple(replace(one, colour=-1) for one in of_labels))
    figure = draw_picture(lettered, BoardParams())
    (axes,) = figure.axes
    stamps = [one for one in axes.collections if one.get_gid() == "letters"]
    assert sum(len(one.get_offsets()) for one in stamps) == 200
    assert sum(line.get_gid() == "course" for line in axes.lines) == len(lettered.courses)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names[-1] == "not known"
    told = " ".join(text.get_text() for text in figure.texts)
    assert "Small letters: tokens. Large letters: means." in told
    assert "Arrows: mean courses" in told
    bare = picture(some, marks="none")
    (axes,) = draw_picture(bare).axes
    assert not axes.collections


def test_names_in_place_of_numbers(vowels: pd.DataFrame) -> None:
    labels = sorted(set(vowels["label"]))
    strip = vowels.assign(place=vowels["label"].map(labels.index).astype(float))
    drawn = picture(strip, "place", "f0", axes=("label", "f0 (Hz)"), chart=False)
    drawn = replace(drawn, equal=False, x_names=tuple(enumerate(labels)), means=(), ellipses=())
    (axes,) = draw_picture(drawn, BoardParams(width=8.5)).axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == labels
    assert list(axes.get_xticks()) == list(range(12))
    long = replace(drawn, x_names=tuple((n, f"{name} and more") for n, name in enumerate(labels)))
    (axes,) = draw_picture(long, BoardParams(width=8.5)).axes
    assert 2 <= len(axes.get_xticks()) < 12


def test_numbers_are_written_as_a_reader_needs_them(maps: list[MapPicture]) -> None:
    assert number_text(AGREEMENT).replace("\u202f", " ").endswith("same label 71 % (chance 8 %)")
    assert number_text(SILHOUETTE) == "silhouette −0.12"
    assert number_text(replace(SILHOUETTE, stale=True)).endswith("(before the last edit)")
    assert number_text(MapNumber("silhouette", "silhouette", float("nan"))) == ""
    figure = draw_board(maps[:2], BoardParams(numbers=False, notes=False, legend=False, letters=False))
    texts = [text.get_text() for text in figure.texts]
    assert texts == [
        "F1, F2",
        f"{len(maps[0].ids):,} tokens",
        "F1, F2, Lobanov",
        f"{len(maps[0].ids):,} tokens",
    ]
    assert not figure.legends


def test_what_a_reader_must_know_is_said(maps: list[MapPicture]) -> None:
    told = sentences(maps, legend_parts(maps), named=True, in_full=[2])
    assert told.startswith(f"(c) {LONG}. Dots: tokens.")
    assert "(c), (d) a." in told
    assert "68\u202f% of the tokens of a colour" in told
    figure = draw_board(maps[1:3], BoardParams(width=12.0))
    words = " ".join(" ".join(text.get_text().split()) for text in figure.texts)
    assert "whitened with shrinkage." in words.replace("- ", "-")
    titles = [" ".join(text.get_text() for text in figure.texts if text.get_fontweight() == "bold")]
    assert "…" in titles[0]


def test_one_legend_for_each_factor(vowels: pd.DataFrame, maps: list[MapPicture]) -> None:
    figure = draw_board(maps, BoardParams())
    assert [one.get_title().get_text() for one in figure.legends] == [
        "label (a), (b), (c)",
        "sex (d)",
        "sex (d)",
    ]
    by_speaker = picture(vowels, "p1", "p2", chart=False, colour="speaker")
    many = draw_picture(by_speaker)
    assert not many.legends
    assert "139 values of speaker, which repeat" in " ".join(text.get_text() for text in many.texts)


def test_files(maps: list[MapPicture], tmp_path: Path) -> None:
    params = BoardParams(resolution=100)
    made = {
        ending: save_board(maps[1:2], tmp_path / f"board.{ending}", params)
        for ending in ("pdf", "svg", "png")
    }
    first = {ending: path.read_bytes() for ending, path in made.items()}
    for ending, path in made.items():
        save_board(maps[1:2], path, params)
        assert path.read_bytes() == first[ending]
    assert re.search(rb"/BaseFont /[A-Z]{6}\+CharisSIL", first["pdf"])
    assert b"/FontFile2" in first["pdf"]
    root = ElementTree.fromstring(first["svg"])
    assert not [one for one in root.iter() if one.tag.endswith("}text")]
    assert root.attrib["width"].startswith(f"{17.5 / 2.54 * 72:.3f}"[:5])
    assert first["png"][16:20] == int(17.5 / 2.54 * 100).to_bytes(4, "big")
    with pytest.raises(ExportError, match="can't be written"):
        save_board(maps, tmp_path / "board.docx")


def test_many_tokens_are_one_picture_inside_the_vector_file(vowels: pd.DataFrame, tmp_path: Path) -> None:
    many = pd.concat([vowels] * 13, ignore_index=True)
    assert len(many) > 20_000
    path = save_board(
        [picture(many, "F2_z", "F1_z", axes=LOBANOV)], tmp_path / "many.svg", BoardParams(resolution=150)
    )
    root = ElementTree.fromstring(path.read_bytes())
    tags = [one.tag.rpartition("}")[2] for one in root.iter()]
    assert tags.count("image") >= 1
    assert tags.count("use") < 1000  # letters and ticks, not tokens
    assert path.stat().st_size < 3_000_000


def test_refusals(maps: list[MapPicture]) -> None:
    with pytest.raises(ExportError, match="no map"):
        draw_board([])
    empty = replace(maps[0], shown=np.zeros(len(maps[0].ids), dtype=bool), means=(), ellipses=())
    with pytest.raises(ExportError, match="no token of these maps has a place"):
        draw_board([empty])
    assert len(draw_board([maps[0], empty]).axes) == 2
    with pytest.raises(ExportError, match="4 maps in a row"):
        draw_board(maps, BoardParams(columns=4, width=12.0))
    assert [board_columns(n, BoardParams()) for n in (1, 2, 3, 4, 5)] == [1, 2, 3, 2, 3]
    assert [board_columns(n, BoardParams(width=8.5)) for n in (1, 2, 4)] == [1, 1, 1]


@pytest.mark.parametrize(
    "text", ["a b c", "supercalifragilistic/expialidocious-of-a-name here", "x" * 200, ""]
)
def test_lines_fit(text: str) -> None:
    lines = lines_that_fit(text, 0.8, 8.0)
    assert all(text_width(line, 8.0) <= 0.8 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    cut = lines_that_fit(text, 0.8, 8.0, most=1)
    assert len(cut) <= 1
    assert all(text_width(line, 8.0) <= 0.8 for line in cut)
