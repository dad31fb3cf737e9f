"""Maps that answer the pointer: the numbers in the page, the script that reads them, and texts that stay "
"texts."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from PySide6.QtQml import QJSEngine
from scipy.stats import chi2

from w2vpraat.compare import project
from w2vpraat.errors import ExportError
from w2vpraat.export.pages.drawn_maps import LEFT, SIDE, TOP
from w2vpraat.export.pages.hover_maps import SHAPES, hover_maps
from w2vpraat.export.pages.html_page import Copyable, Picture, Section, page
from w2vpraat.export.panels import new_figure
from w2vpraat.export.styles import MARKERS
from w2vpraat.representation import Representation
from w2vpraat.resources import resource_folder

EVIL = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "a&b\"'<img src=x onerror=alert(2)>",
    "t͡ʃʰ",
    "\u0303",
    "😀",
    "$x$ {{7*7}}",
    "x\u2028y\u2029z",
)
IPA = ("iː", "ɑ", "ɔɪ", "ə̥")
VOID = {"meta", "br", "img", "wbr", "input"}


class Reader(HTMLParser):
    """Elements with their attributes and own text; what is open must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[int] = []
        self.parts: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.parts.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(len(self.parts) - 1)

    def handle_startendtag(self, tag, attrs):
        self.parts.append((tag, dict(attrs), []))

    def handle_endtag(self, tag):
        assert self.parts[self.open.pop()][0] == tag

    def handle_data(self, data):
        if self.open:
            self.parts[self.open[-1]][2].append(data)

    def of(self, tag: str, **wanted: str) -> list[tuple[dict[str, str | None], str]]:
        return [
            (attributes, "".join(texts))
            for name, attributes, texts in self.parts
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]


def corpus(labels=IPA, n: int = 240, seed: int = 0) -> tuple[pd.DataFrame, Representation, Representation]:
    random = np.random.default_rng(seed)
    number = np.arange(n) % len(labels)
    table = pd.DataFrame(
        {
            "id": [f"rec{at % 7}#2.{at}" for at in range(n)],
            "label": [labels[at] for at in number],
            "speaker": [f"s{at % 5}" for at in range(n)],
            "word": [f"word {at % 9}" for at in range(n)],
            "file_name": [f"rec{at % 7}.wav" for at in range(n)],
            "start": np.arange(n) * 0.5,
        }
    )
    table["end"] = table["start"] + 0.08
    centres = random.uniform([350, 900], [750, 2400], size=(len(labels), 2))
    formants = centres[number] + random.normal(0, [40, 90], (n, 2))
    vectors = (formants - 1000) / 300 @ random.normal(size=(2, 6)) + random.normal(0, 0.4, (n, 6))
    table["F1"], table["F2"] = formants.T
    ids = tuple(table["id"])
    return (
        table,
        Representation("formants", ids, formants, ("F1", "F2")),
        Representation("vectors", ids, vectors, tuple(f"e{at}" for at in range(6))),
    )


def two_maps(labels=IPA, n: int = 240):
    table, formants, vectors = corpus(labels, n)
    return table, [project(formants, table, "plane"), project(vectors, table, "pca")]


def data_of(text: str) -> dict:
    ((_, data),) = Reader(text).of("script", type="application/json")
    return json.loads(data)


def rows_of(data: dict, table: pd.DataFrame) -> list[int]:
    """Row of the table that each token of the data stands for, by its start time."""
    (times,) = [detail["texts"] for detail in data["details"] if detail["head"] == "time"]
    place = {f"{start:.3f}": row for row, start in enumerate(table["start"])}
    return [place[time.split("–")[0]] for time in times]


@pytest.fixture(scope="module")
def drawn():
    table, maps = two_maps()
    made = hover_maps(maps, table)
    return table, maps, made, str(made.markup("w1-"))


def test_places_are_those_of_the_chart(drawn):
    table, _, _, text = drawn
    data = data_of(text)
    rows = rows_of(data, table)
    places = np.array(data["maps"][0]).reshape(-1, 2) / 10.0
    for axis, column in enumerate(("F2", "F1")):
        values = table[column].to_numpy()[rows]
        slope, offset = np.polyfit(values, places[:, axis], 1)
        assert np.abs(slope * values + offset - places[:, axis]).max() < 0.06
        # F2 falls to the right, and F1 rises downwards.
        assert (slope < 0) == (column == "F2")
    assert places[:, 0].min() > LEFT
    assert places[:, 0].max() < LEFT + SIDE
    assert places[:, 1].min() > TOP


def test_the_other_map_lies_like_the_figure(drawn):
    table, _, made, text = drawn
    data = data_of(text)
    rows = rows_of(data, table)
    places = np.array(data["maps"][1]).reshape(-1, 2) / 10.0
    second = made.maps[1]
    assert second.aligned_to == "formants"
    order = {token: at for at, token in enumerate(second.ids)}
    own = second.coordinates[[order[table["id"][row]] for row in rows]]
    for axis, upward in ((0, 1.0), (1, -1.0)):
        slope, offset = np.polyfit(own[:, axis], places[:, axis], 1)
        assert slope * upward > 0
        assert np.abs(slope * own[:, axis] + offset - places[:, axis]).max() < 0.06
    assert "axes laid like those of the left map" in text


def test_what_a_token_says(drawn):
    table, _, _, text = drawn
    data = data_of(text)
    rows = rows_of(data, table)
    assert sorted(rows) == list(range(len(table)))
    assert [data["labels"][at] for at in data["label"]] == table["label"][rows].tolist()
    assert [data["speakers"][at] for at in data["speaker"]] == table["speaker"][rows].tolist()
    details = {detail["head"]: detail for detail in data["details"]}
    assert list(details) == ["word", "file", "F1 (Hz)", "F2 (Hz)", "time"]
    word = details["word"]
    assert [word["names"][at] for at in word["at"]] == table["word"][rows].tolist()
    at = rows.index(3)
    assert details["time"]["texts"][at] == "1.500–1.580 s"
    f1 = details["F1 (Hz)"]
    shown = f1["texts"][at] if "texts" in f1 else f1["names"][f1["at"][at]]
    assert shown == f"{table['F1'][3]:.0f}"


def test_ellipses_hold_their_share(drawn):
    table, _, _, text = drawn
    data = data_of(text)
    rows = rows_of(data, table)
    places = np.array(data["maps"][0]).reshape(-1, 2) / 10.0
    labels = table["label"].to_numpy()[rows]
    first = text[: text.index("</svg>", text.index("<canvas"))]
    found = re.findall(r'<path data-label="(\d)" stroke="[^"]*" d="([^"]*)"', first)
    assert len(found) == len(IPA)
    for number, outline in found:
        own = places[labels == data["labels"][int(number)]]
        # Ends of the curves lie on the ellipse; the points between them only steer it.
        ends = [re.findall(r"-?[\d.]+", part)[-2:] for part in re.split("[MCLZ]", outline) if part]
        ends = np.array(ends, dtype=float) - own.mean(axis=0)
        inverse = np.linalg.inv(np.cov(own.T))
        distances = np.sqrt(np.einsum("ij,jk,ik->i", ends, inverse, ends))
        assert distances == pytest.approx(np.sqrt(chi2.ppf(0.68, 2)), rel=0.01)


def test_letters_stand_near_their_means(drawn):
    table, _, _, text = drawn
    data = data_of(text)
    labels = table["label"].to_numpy()[rows_of(data, table)]
    letters = Reader(text).of("text")
    letters = [(attributes, shown) for attributes, shown in letters if "data-label" in attributes]
    assert len(letters) == 2 * len(IPA)
    for at, (attributes, shown) in enumerate(letters):
        name = data["labels"][int(attributes["data-label"])]
        assert shown == name
        places = np.array(data["maps"][at // len(IPA)]).reshape(-1, 2)[labels == name] / 10.0
        place = np.array([float(attributes["x"]), float(attributes["y"])])
        assert np.abs(place - places.mean(axis=0)).max() < 1.1 * 25.0 + 0.1


def test_axes_have_their_numbers_and_names(drawn):
    _, _, _, text = drawn
    ticks = [shown for _, shown in Reader(text).of("text", **{"class": "tick"})]
    assert {"1000", "2000"} <= set(ticks)
    names = [shown for _, shown in Reader(text).of("text", **{"class": "axis"})]
    assert names[:2] == ["F2 (Hz)", "F1 (Hz)"]
    assert names[2].startswith("PC ")


def test_the_numbers_of_the_maps_stand_under_them(drawn):
    _, maps, _, text = drawn
    said = "".join(shown for _, shown in Reader(text).of("p"))
    for item in maps:
        assert f"{100 * item.quality.agreement:.0f} % same label" in said
    assert "trustworthiness" in said
    assert "240 tokens, 5 speakers" in said


def test_it_can_be_used_without_eyes_or_mouse(drawn):
    _, _, _, text = drawn
    reader = Reader(text)
    plots = reader.of("div", **{"class": "plot"})
    assert [attributes["tabindex"] for attributes, _ in plots] == ["0", "0"]
    assert plots[0][0]["aria-label"].startswith(
        "Map of formants: 240 tokens, 5 speakers, 4 labels; axes F2 and F1."
    )
    buttons = reader.of("button")
    assert all(attributes["type"] == "button" for attributes, _ in buttons)
    assert [attributes.get("aria-pressed") for attributes, _ in buttons] == [None] + ["false"] * len(IPA)
    assert [attributes["role"] for attributes, _ in reader.of("div", **{"class": "tip"})] == ["status"]
    assert [shown for _, shown in reader.of("option")] == ["all speakers", *(f"s{at}" for at in range(5))]


def test_pages_with_maps_are_safe_and_whole():
    labels = (*EVIL, *IPA)
    table, formants, vectors = corpus(labels, 240)
    table["speaker"] = [EVIL[at % 3] for at in range(len(table))]
    table["word"] = [f"{EVIL[at % len(EVIL)]}" for at in range(len(table))]
    maps = [project(formants, table, "plane"), project(vectors, table, "pca")]
    made = hover_maps(
        maps, table, subtitles=(EVIL[0], EVIL[2]), columns={"word": EVIL[0], "file_name": "file"}
    )
    text = page(EVIL[0], "", [Section("Maps", widgets=[made, made]), Section("More", figures=[dot()])], {})
    reader = Reader(text)
    scripts = reader.of("script")
    assert [attributes.get("type") for attributes, _ in scripts] == ["application/json"] * 2 + [None]
    for _, data in scripts[:2]:
        assert not set("<>&\u2028\u2029") & set(data)
        read = json.loads(data)
        assert sorted(read["labels"]) == sorted(labels)
        assert set(read["speakers"]) == set(EVIL[:3])
        assert read["details"][0]["head"] == EVIL[0]
        assert set(read["details"][0]["names"]) == set(EVIL)
    tags = {tag for tag, _, _ in reader.parts}
    assert not {"iframe", "link", "object", "embed", "base", "form"} & tags
    assert all(attributes["src"].startswith("data:") for attributes, _ in reader.of("img"))
    assert not [name for _, attributes, _ in reader.parts for name in attributes if name.startswith("on")]
    ids = [attributes["id"] for _, attributes, _ in reader.parts if attributes.get("id")]
    assert len(ids) == len(set(ids))
    shown = [shown for attributes, shown in reader.of("button") if attributes.get("data-label")]
    assert "😀" in shown
    assert "\u25cc\u0303" in shown


def dot() -> Picture:
    figure = new_figure(2.0, 2.0)
    figure.add_axes((0.2, 0.2, 0.6, 0.6)).plot([0, 1], [0, 1])
    return Picture(figure, "a line")


@pytest.fixture(scope="module")
def whole(drawn):
    _, _, made, _ = drawn
    copy = [Copyable("First.\n\nSecond <b>.", "Methods")]
    return page("Maps", "", [Section("Maps", widgets=[made]), Section("Methods", copy=copy)], {})


def test_only_the_script_of_the_resources_may_run(whole):
    reader = Reader(whole)
    (script,) = [data for attributes, data in reader.of("script") if "type" not in attributes]
    file = (resource_folder() / "pages" / "hover_maps.js").read_text(encoding="utf-8")
    assert script == file
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    ((policy, _),) = reader.of("meta", **{"http-equiv": "Content-Security-Policy"})
    rules = dict(rule.strip().split(" ", 1) for rule in policy["content"].split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "font-src": "data:",
        "script-src": f"'sha256-{digest}'",
    }


def test_the_script_makes_no_markup_of_texts():
    script = (resource_folder() / "pages" / "hover_maps.js").read_text(encoding="utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval",
        "Function(",
        "fetch",
        "http",
    ):
        assert word not in script
    assert "</script" not in script.lower()
    assert "<!--" not in script
    assert "\r" not in script


def test_without_scripts_and_on_paper_there_is_a_picture(whole):
    reader = Reader(whole)
    assert len(reader.of("div", **{"class": "still"})) == 1
    (drawing,) = reader.of("svg", role="img")
    assert "Map of formants" in drawing[0]["aria-label"]
    for rule in (
        ".hover-maps { display: none;",
        ".moving.live .hover-maps { display: block; }",
        ".moving.live .still { display: none; }",
    ):
        assert rule in whole
    paper = whole[whole.rindex("@media print") : whole.index("</style>")]
    assert ".moving.live .hover-maps { display: none; }" in paper
    assert ".moving.live .still { display: block; }" in paper
    assert "does not need the network" in whole
    assert "neither scripts" not in whole


def test_texts_to_copy_are_kept_as_they_are(whole):
    assert [shown for _, shown in Reader(whole).of("blockquote")] == ["First.\n\nSecond <b>."]
    assert "user-select: all" in whole


def test_pages_without_maps_hold_no_script_and_no_font():
    text = page("Plain", "", [Section("Figure", figures=[dot()], copy=[Copyable("text")])], {})
    assert "<script" not in text
    assert "@font-face" not in text
    assert "needs neither scripts nor the network" in text
    assert "script-src" not in text


def test_the_letters_come_along(whole):
    found = re.findall(r'font-weight: (\d+); src: url\("data:font/woff;base64,([^"]*)"', whole)
    assert [weight for weight, _ in found] == ["400", "700"]
    for _, data in found:
        raw = base64.b64decode(data)
        assert len(raw) < 40_000
        with TTFont(io.BytesIO(raw)) as font:
            signs = font.getBestCmap()
            assert all(ord(sign) in signs for label in IPA for sign in label)
            assert "GPOS" in font  # marks are placed by it
            names = {record.nameID: record.toUnicode() for record in font["name"].names}
        # The licence keeps the name for the font that is whole; whose it is must be said.
        assert "Charis" not in names[1] + names[4] + names[6]
        assert "SIL International" in names[0]
        assert "SIL Open Font License" in names[13]
    assert 'body { font-family: "w2vpraat letters", "Charis SIL"' in whole


def test_the_same_page_every_time(drawn, whole):
    table, maps, _, _ = drawn
    copy = [Copyable("First.\n\nSecond <b>.", "Methods")]
    sections = [Section("Maps", widgets=[hover_maps(maps, table)]), Section("Methods", copy=copy)]
    assert page("Maps", "", sections, {}) == whole


def test_thousands_of_tokens_stay_small():
    table, maps = two_maps(n=1200)
    made = hover_maps(maps, table)
    text = str(made.markup("w1-"))
    assert len(text.encode()) < 75 * 1200
    (picture,) = made.pictures()
    dots = [one for axes in picture.figure.axes for one in axes.collections]
    assert all(one.get_rasterized() for one in dots)
    assert len(page("Maps", "", [Section("Maps", widgets=[made])], {}).encode()) < 600_000


@pytest.mark.parametrize("count", [1, 3, 4])
def test_one_to_four_maps(count):
    table, formants, vectors = corpus(n=60)
    maps = [
        project(vectors, table, "lda"),
        project(formants, table, "plane"),
        project(vectors, table, "pca"),
        project(formants, table, "pca"),
    ][:count]
    made = hover_maps(maps, table, ellipse_level=0.0)
    text = str(made.markup("w1-"))
    data = data_of(text)
    assert [len(places) for places in data["maps"]] == [120] * count
    assert text.count("<canvas") == count
    assert "Ellipses:" not in text
    assert 'stroke="#' not in text
    assert len(made.pictures()) == (count + 1) // 2
    assert "supervised" in text


def test_tokens_of_one_map_only():
    table, formants, vectors = corpus(n=60)
    half = vectors.take(vectors.ids[:30])
    data = data_of(
        str(hover_maps([project(formants, table, "plane"), project(half, table, "pca")]).markup("w-"))
    )
    tokens = data["details"][0]["texts"]
    places = np.array(data["maps"][1]).reshape(-1, 2)
    here = np.isin(tokens, half.ids)
    assert (places[here] > 0).all()
    assert (places[~here] == -1).all()
    assert [detail["head"] for detail in data["details"]] == ["token"]


def test_what_cannot_be_shown():
    table, maps = two_maps(n=60)
    with pytest.raises(ExportError, match="0 maps"):
        hover_maps([], table)
    with pytest.raises(ExportError, match="5 maps"):
        hover_maps([maps[0]] * 5, table)
    with pytest.raises(ExportError, match="1 subtitles for 2 maps"):
        hover_maps(maps, table, subtitles=["one"])
    with pytest.raises(ExportError, match='no column "dialect"'):
        hover_maps(maps, table, columns=["dialect"])
    other, _ = two_maps(("e", "o"), 60)
    with pytest.raises(ExportError, match="another label"):
        hover_maps([maps[0], project(corpus(n=60)[2], other, "pca")], table)


@pytest.fixture(scope="module")
def script(qapp):
    """The page's own script in a JavaScript engine, without a page."""
    engine = QJSEngine(qapp)  # the application of the tests of the window: there can be only one
    code = (resource_folder() / "pages" / "hover_maps.js").read_text(encoding="utf-8")
    result = engine.evaluate(code + "\nvar maps = hoverMaps;")
    assert not result.isError(), result.toString()

    def run(expression: str, **values):
        for name, value in values.items():
            assert not engine.evaluate(f"var {name} = {json.dumps(value)};").isError()
        result = engine.evaluate(f"JSON.stringify({expression})")
        assert not result.isError(), result.toString()
        return json.loads(result.toString())

    return run


def test_the_script_finds_the_nearest_token(script, drawn):
    data = data_of(drawn[3])
    random = np.random.default_rng(1)
    places = np.array(data["maps"][0]).reshape(-1, 2).astype(float)
    shown = random.random(len(places)) < 0.7
    places[:40] = -1
    flat = places.ravel().tolist()
    usable = shown & (places[:, 0] >= 0)
    for x, y in random.uniform(0, 4300, (40, 2)):
        distances = np.where(usable, np.hypot(*(places - (x, y)).T), np.inf)
        nearest = int(distances.argmin())
        call = f"maps.nearest(places, shown, {x}, {y}, reach)"
        assert script(call, places=flat, shown=shown.tolist(), reach=float(distances[nearest] + 1)) == nearest
        assert script(call, reach=float(distances[nearest] - 1)) == -1


def test_the_script_goes_on_by_arrow_keys(script):
    #    3
    #  1 0 2   4 lies farther right and aside, 5 is hidden
    places = [500, 500, 400, 510, 620, 480, 500, 300, 700, 900, 510, 500, -1, -1]
    shown = [True, True, True, True, True, False, True]
    for step, token in (((1, 0), 2), ((-1, 0), 1), ((0, -1), 3), ((0, 1), 4)):
        assert (
            script(f"maps.onward(places, shown, 0, {step[0]}, {step[1]})", places=places, shown=shown)
            == token
        )
    assert script("maps.onward(places, shown, 3, 0, -1)") == 3


def test_the_script_reads_what_a_token_says(script, drawn):
    table, _, _, text = drawn
    data = data_of(text)
    rows = rows_of(data, table)
    script("1", data=data)
    for at in (0, 7, 100):
        own = table.iloc[rows[at]]
        assert script(f"maps.says(data, {at})") == [
            ["speaker", own["speaker"]],
            ["word", own["word"]],
            ["file", own["file_name"]],
            ["F1 (Hz)", f"{own['F1']:.0f}"],
            ["F2 (Hz)", f"{own['F2']:.0f}"],
            ["time", f"{own['start']:.3f}–{own['end']:.3f} s"],
        ]
    data["details"][0] = {"head": "word", "names": ["", "x"], "at": [0] * len(table)}
    assert "word" not in [head for head, _ in script("maps.says(data, 0)", data=data)]


def test_the_script_filters_by_labels_and_speaker(script, drawn):
    data = data_of(drawn[3])
    label, speaker = np.array(data["label"]), np.array(data["speaker"])
    script("1", data=data)
    assert script("maps.visible(data, new Set(), -1)") == [True] * len(label)
    assert script("maps.visible(data, new Set([1, 3]), -1)") == np.isin(label, [1, 3]).tolist()
    assert script("maps.visible(data, new Set([1]), 2)") == ((label == 1) & (speaker == 2)).tolist()


def test_every_marker_has_a_shape(script):
    shapes = script("maps.shapes")
    assert len(shapes) == len(MARKERS) == len(SHAPES)
    known = {"o": "disc", "^": "up", "s": "square", "D": "diamond", "v": "down", "P": "plus", "X": "cross"}
    known |= {"<": "left", ">": "right"}
    assert shapes == [known[marker] for marker in MARKERS]
