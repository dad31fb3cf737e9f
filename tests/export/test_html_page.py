"""Pages: whole, offline, escaped, nested well, the same every time."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from layer_tables import (
    LONG,
    MODELS,
    claim_table,
    layer_table,
    similarity_table,
    some_maps,
    subspace_table,
)

from w2vpraat.compare.claims import Verdict as Answer
from w2vpraat.compare.maps.factor_maps import quality_rows
from w2vpraat.export.pages.claims_page import claims_figure, claims_page
from w2vpraat.export.pages.html_page import Picture, Section, Sheet, Verdict, cell_text, page, tone
from w2vpraat.export.pages.layer_page import layer_page
from w2vpraat.export.panels import new_figure

EVIL = '<script>alert("1")</script>'
VOID = {"meta", "br", "img", "wbr", "hr", "link", "input"}


class Reader(HTMLParser):
    """Checks nesting, and collects ids, references, tags and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert "svg" in self.open, f"<{tag}/> outside a drawing"
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.tags if name in attributes]


def check(text: str) -> Reader:
    """Assert what holds for every page."""
    reader = Reader(text)
    names = [tag for tag, _ in reader.tags]
    assert not {"script", "iframe", "link", "object", "embed", "base", "form"} & set(names)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert {"charset": "utf-8"} in [attributes for tag, attributes in reader.tags if tag == "meta"]
    ids = reader.values("id")
    assert len(ids) == len(set(ids))
    references = reader.values("href") + reader.values("xlink:href") + reader.values("src")
    for reference in references:
        assert reference.startswith(("#", "data:image/png;base64,")), reference
        assert not reference.startswith("#") or reference[1:] in ids
    for reference in re.findall(r"url\(#(.*?)\)", text):
        assert reference in ids
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert not re.search(r"\son\w+=", "".join(re.findall(r"<[^>]*>", text)))
    for tag, attributes in reader.tags:
        if tag == "svg":
            assert attributes.get("aria-label")
            assert attributes.get("role") == "img"
        if tag == "img":
            assert attributes.get("alt")
    return reader


def plot(label: str = "x"):
    figure = new_figure(3.0, 2.0)
    axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
    axes.plot([0, 1, 2], [1, 3, 2], marker="o", clip_on=True)
    axes.set_title(label)
    return figure


def example(**options) -> str:
    frame = pd.DataFrame(
        {
            "model": ["base", EVIL],
            "right": [0.853, np.nan],
            "n": [12, 7],
            "shift": [-0.5, 1.25],
            "range": ["[1, 2]", "–"],
            "verdict": ["supported", "not supported"],
        }
    )
    sheet = Sheet(frame, f"caption {EVIL}", percent=("right",), right=("range",), verdict="verdict")
    section = Section(
        f"title {EVIL}",
        [f"paragraph {EVIL} & more"],
        [Picture(plot(EVIL), f"alt {EVIL}", f"under {EVIL}"), Picture(plot(), "dots", dots=True)],
        [sheet],
        [f"note {EVIL}"],
    )
    verdicts = [Verdict(f"claim {EVIL}", "Supported", f"since {EVIL}", "yes")]
    sections = [section, Section("second", figures=[Picture(plot(), "again")])]
    return page(
        "A title & more", "sub", sections, {f"key {EVIL}": f"value {EVIL}"}, verdicts=verdicts, **options
    )


def test_a_page_is_whole_and_offline():
    reader = check(example())
    names = [tag for tag, _ in reader.tags]
    assert names.count("svg") == 2
    assert names.count("img") == 1
    assert names.count("section") == 3
    contents = [attributes["href"] for tag, attributes in reader.tags if tag == "a"]
    assert contents == ["#section-1", "#section-2", "#section-3"]
    assert "What was done" in reader.texts
    assert "A title & more" in reader.texts


def test_texts_are_escaped_everywhere():
    text = example()
    assert "<script" not in text
    told = "".join(Reader(text).texts)
    for part in ("title", "paragraph", "note", "caption", "under", "key", "value", "claim", "since"):
        assert f"{part} {EVIL}" in told
    alts = [attributes.get("aria-label") for tag, attributes in Reader(text).tags if tag == "svg"]
    assert alts[0] == f"alt {EVIL}"


def test_tables_have_heads_and_numbers_on_the_right():
    reader = check(example())
    heads = [
        attributes for tag, attributes in reader.tags if tag == "th" and attributes.get("scope") == "col"
    ]
    assert [head.get("class") for head in heads] == [None, "number", "number", "number", "number", None]
    cells = [attributes.get("class") for tag, attributes in reader.tags if tag == "td"][1:]  # after the fact
    assert cells[:6] == [None, "number", "number", "number", "number", "yes"]
    assert cells[11] == "no"
    for shown in ("85.3 %", "12", "−0.50", "1.25", "[1, 2]"):
        assert shown in reader.texts


def test_the_same_page_every_time():
    assert example() == example()


def test_dots_are_a_picture():
    (image,) = [attributes for tag, attributes in Reader(example()).tags if tag == "img"]
    raw = base64.b64decode(image["src"].partition(",")[2])
    assert raw.startswith(b"\x89PNG\r\n")
    assert image["alt"] == "dots"


def test_drawings_are_outlines_without_words_in_comments():
    text = example()
    assert "<!--" not in text
    assert "<metadata" not in text
    assert "font-family" not in "".join(re.findall(r"<svg.*?</svg>", text, re.DOTALL))


def test_style_for_paper_and_for_the_dark():
    text = example()
    for rule in ("@media print", "break-before: page", "prefers-color-scheme: dark", "background: #fff"):
        assert rule in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.12345, "0.12"),
        (-1.0, "−1.00"),
        (np.int64(-3), "−3"),
        (float("nan"), "–"),
        (None, "–"),
        (pd.NA, "–"),
        (pd.NaT, "–"),
        (True, "yes"),
        (np.bool_(False), "no"),
        ("a-b", "a-b"),
    ],
)
def test_cells(value, shown):
    assert cell_text(value) == shown


def test_per_cent():
    assert cell_text(np.float32(0.5), percent=True) == "50.0 %"
    assert cell_text(float("nan"), percent=True) == "–"
    assert cell_text("text", percent=True) == "text"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Supported", "yes"),
        ("not supported", "no"),
        ("not enough data", "open"),
        ("this is supported", ""),
        ("", ""),
    ],
)
def test_words_of_verdicts(text, found):
    assert tone(text) == found


@pytest.fixture(scope="module")
def layers() -> str:
    maps = some_maps(LONG[:2], ("pca", "umap"), n=400)
    tables = {
        "layers": layer_table(LONG),
        "similarity": similarity_table(LONG),
        "subspaces": subspace_table(LONG),
        "maps": pd.DataFrame(quality_rows(maps)),
    }
    return layer_page(tables, maps, {"corpus": "timit", "speakers": "24"}, ["three tokens were too short"])


def test_the_report_on_layers(layers):
    reader = check(layers)
    told = "".join(reader.texts)
    for part in (
        "What was done",
        "Probes by layer",
        "Similarity of layers",
        "Maps",
        "Speaker and label subspaces",
        "How to read this",
        "Notes",
        "arXiv:1706.05806",
        "arXiv:1806.05759",
        "116:3099-3107",
        "58:5016-5029",
        "arXiv:1802.03426",
        "9:2579-2605",
        "arXiv:2503.04814",
        "three tokens were too short",
        "99.0 to 99.2 %",
        "held-out speakers",
        "A map is not evidence",
    ):
        assert part in told
    names = [tag for tag, _ in reader.tags]
    assert names.count("svg") == 3 + 1 + 1  # three probes, similarity, subspaces
    assert names.count("img") == 3  # 1600 dots in each: label, speaker, sex
    assert len(layers.encode()) < 5e6


def test_the_last_layer_stands_in_the_table():
    table = layer_table()
    reader = check(layer_page({"layers": table}, [], {}, []))
    row = table[(table["model"] == "phone") & (table["layer"] == 4) & (table["target"] == "label")]
    row = row[(row["probe"] == "lda") & (row["unit"] == "accuracy") & (row["space"] == "raw")].iloc[0]
    value, low, high = (100 * row[name] for name in ("value", "low", "high"))
    assert f"{value:.1f} [{low:.0f}, {high:.0f}]" in reader.texts
    assert "F1-F3 Lobanov" in reader.texts


def test_missing_results_are_said_in_a_line():
    told = "".join(check(layer_page({}, [], {"corpus": "x"}, [])).texts)
    for part in ("Nothing was probed", "No similarity", "No maps", "No subspaces", "nothing to remark"):
        assert part in told
    empty = {"layers": layer_table().iloc[:0], "similarity": similarity_table().iloc[:0]}
    check(layer_page(empty | {"subspaces": subspace_table().iloc[:0], "maps": pd.DataFrame()}, [], {}, []))


def test_the_report_on_claims():
    claims = claim_table()
    verdicts = [
        Answer("A", "suppression", "supported", "The sex probe falls."),
        Answer("B", "both kept", "not enough data", "Of 1 difference 1 is open."),
        Answer("C", "not necessary", "not supported", "It falls."),
    ]
    text = claims_page(claims, verdicts, {"corpus": "x"}, [EVIL], claims_figure(claims))
    reader = check(text)
    told = "".join(reader.texts)
    boxes = [
        attributes["class"] for tag, attributes in reader.tags if tag == "div" and attributes.get("class")
    ]
    assert boxes[:4] == ["verdicts", "verdict yes", "verdict open", "verdict no"]
    assert "Supported" in reader.texts
    assert "Not enough data" in reader.texts
    assert reader.texts.count("Claim B: both kept") == 3  # box, contents, heading
    assert "This claim could not be tested" in told
    assert "−12.3 [−16.3, −8.3]" in reader.texts
    assert "5.0" in reader.texts
    assert "phone differs by -0.123." in reader.texts
    blind = claims.assign(counts=[False, *[True] * (len(claims) - 1)])
    texts = check(claims_page(blind, verdicts, {}, [], None)).texts
    assert (texts.count("no"), texts.count("yes")) == (1, len(claims) - 1)
    figure = claims_figure(blind)
    assert sum("does not count" in text.get_text() for text in figure.texts) == 1
    names = [tag for tag, _ in reader.tags]
    assert names.count("table") == 1 + 2  # facts, and one per claim with tests
    assert names.count("svg") == 1
    assert text == claims_page(claims, verdicts, {"corpus": "x"}, [EVIL], claims_figure(claims))
    assert "<svg" not in claims_page(claims, verdicts, {}, [], None)
    check(claims_page(claims.iloc[:0], (), {}, [], None))


def test_models_have_names_that_break_where_people_break_them(layers):
    assert "facebook/<wbr>wav2vec2-<wbr>large-<wbr>xlsr-<wbr>53" in layers
    assert all(name in "".join(Reader(layers).texts) for name in (*LONG, *MODELS[1:4]))
