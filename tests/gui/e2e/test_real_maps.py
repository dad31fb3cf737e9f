"""Both worlds side by side, with real keys and a real mouse: point, draw, open, edit, glide, review, print.

The screen is an X server without a monitor; see `test_real_window`.
"""

from __future__ import annotations

import csv
import math
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from desktop import Desktop, Window, has_processes, missing

from w2vpraat.corpus.textgrid import read_textgrid
from w2vpraat.resources import sample_corpus

SPEAKERS = ("gb_f_alice", "us_m_liam")
PHONES = 2
FORMANTS, VECTORS = 0, 1
"""The maps that a board begins with, in their order."""
ID = 1
"""Its column in the table of tokens."""
VOWEL = "ə"
ARPABET_VOWELS = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER"),
    *("EY", "IH", "IY", "OW", "OY", "UH", "UW"),
)
ROOM = 4.0
"""Pixels between a dot that is clicked and its neighbours; a line keeps half of it away from dots."""
LONG = 180.0
"""Seconds that a model may take on a busy computer."""
NO_SCREEN = missing()

pytestmark = pytest.mark.skipif(
    bool(NO_SCREEN) and not os.environ.get("CI"), reason=f"not installed: {', '.join(NO_SCREEN)}"
)


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    assert not NO_SCREEN, f"CI needs {', '.join(NO_SCREEN)}"
    with Desktop() as made:
        yield made


def test_both_worlds(desktop: Desktop, tmp_path: Path) -> None:
    corpus = tmp_path / "vowels"
    corpus.mkdir()
    for name in SPEAKERS:
        for ending in (".flac", ".TextGrid"):
            shutil.copy(sample_corpus() / f"{name}{ending}", corpus)
    shutil.copy(sample_corpus() / "speakers.csv", corpus)
    before = {path: path.read_bytes() for path in corpus.iterdir()}
    with Window(desktop, tmp_path / "home", [corpus]) as window:
        window.until(lambda state: len(state["visible"]) == len(SPEAKERS))
        window.focus("w2vpraat")
        _measure(desktop, window, _tokens_of(corpus, PHONES))
        token = _point_and_click(desktop, window)
        dots = window.ask("dots", VECTORS)
        chosen = _draw(desktop, window, VECTORS, [one for one in dots if _label(window, one) == VOWEL])
        assert token in chosen
        assert {one.partition("#")[0] for one in chosen} == set(SPEAKERS)
        _look_at_the_table(desktop, window, chosen)
        opened = _open(desktop, window, chosen)
        _move_its_end(desktop, window, opened)
        _change_model_and_layer(desktop, window, chosen)
        _review(desktop, window)
        _print(desktop, window, tmp_path / "figures" / "both.svg")
        desktop.key("ctrl+q")
        assert window.ended() == 0, window.told()
        assert not has_processes(window)
        assert "Traceback" not in window.told()
    assert {path: path.read_bytes() for path in corpus.iterdir()} == before


@pytest.mark.shared_data
def test_real_speech(desktop: Desktop, tmp_path: Path, shared_data: Path) -> None:
    """The vowels of four readers of LibriSpeech, a recording each, labelled in ARPABET."""
    corpus = tmp_path / "readers"
    corpus.mkdir()
    readers = _readers(shared_data / "librispeech", corpus)
    with Window(desktop, tmp_path / "home", [corpus]) as window:
        window.until(lambda state: len(state["visible"]) == len(readers) == 4)
        window.focus("w2vpraat")
        desktop.click(window.place("widget", "measure.tokens.label_map"))
        desktop.key("ctrl+a")
        desktop.type("arpabet")
        desktop.key("Return")
        window.until(lambda state: state["acts"] == 1)
        desktop.click(window.place("widget", "measure.tokens.vowels"))
        window.until(lambda state: state["acts"] == 2)
        _measure(desktop, window, _tokens_of(corpus, PHONES, ARPABET_VOWELS))
        formants, vectors = ({key: value for key, value, _ in one["numbers"]} for one in window.ask("board"))
        # The model knows the vowels of strangers better than two formants do, and two axes show less of it.
        assert formants["agreement"] < vectors["agreement"] < vectors["full_agreement"]
        dots = window.ask("dots", FORMANTS)
        token = _apart(dots, [one for one in dots if _label(window, one) == "i"])
        near = sorted(dots, key=lambda one: math.dist(dots[one], dots[token]))[:12]
        chosen = _draw(desktop, window, FORMANTS, near)
        assert token in chosen
        opened = _open(desktop, window, chosen)
        assert opened.partition("#")[0] in readers
        desktop.key("ctrl+q")
        assert window.ended() == 0, window.told()
        assert "Traceback" not in window.told()


# The parts of the story


def _measure(desktop: Desktop, window: Window, count: int) -> None:
    """Measure all tokens: both maps come, with all of them and with their numbers."""
    desktop.key("ctrl+r")
    window.until(lambda state: state["results"] and not state["jobs"], LONG)
    maps = _maps(window, lambda maps: len(maps) == 2 and all(one["made"] and one["numbers"] for one in maps))
    assert [one["source"] for one in maps] == ["formants", "embedding"]
    assert [one["shown"] for one in maps] == [count, count]
    for one in maps:
        numbers = {key: value for key, value, _ in one["numbers"]}
        assert all(math.isfinite(value) for value in numbers.values())
        assert 0.0 < numbers["agreement"] <= 1.0
    assert window.ask("is_shown", "arrangement.docks.maps")


def _point_and_click(desktop: Desktop, window: Window) -> str:
    """Point at a dot, in the map of vectors: it is ringed in both; click: it is looked at in both."""
    dots = window.ask("dots", VECTORS)
    token = _apart(dots, [one for one in dots if _label(window, one) == VOWEL])
    desktop.move(_pixel(dots[token]))
    _linked(window, lambda linked: linked["hovered"] == token)
    assert [one["hovered"] for one in window.ask("board")] == [token, token]
    assert window.state["name"] is None  # pointing opens nothing
    desktop.click(_pixel(dots[token]))
    linked = _linked(window, lambda linked: linked["current"] == token)
    assert linked["selection"] == [token]
    assert [one["current"] for one in window.ask("board")] == [token, token]
    return token


def _draw(desktop: Desktop, window: Window, number: int, tokens: Sequence[str]) -> list[str]:
    """Draw a line around tokens: what lies inside is selected, in both maps."""
    dots = window.ask("dots", number)
    corners = _line_around(dots, tokens)
    left, top, right, bottom = corners[0][0], corners[0][1], corners[2][0], corners[2][1]
    inside = {one for one, (x, y) in dots.items() if left < x < right and top < y < bottom}
    assert 5 < len(inside) < len(dots)
    window.drag(f"worlds.board.panels.{number}.points", corners)
    linked = _linked(window, lambda linked: set(linked["selection"]) == inside)
    assert [set(one["selected"]) for one in window.ask("board")] == [inside, inside]
    chosen: list[str] = linked["selection"]
    return chosen


def _look_at_the_table(desktop: Desktop, window: Window, chosen: list[str]) -> None:
    """Arrange for comparing: the table has the same rows selected, with the current one in view."""
    size = window.state["size"]
    desktop.key("ctrl+alt+3")
    window.until(lambda _: window.ask("is_shown", "arrangement.docks.tokens"))
    assert set(window.ask("selected_lines")) == set(chosen)
    line = window.ask("column", "tokens.table", ID).index(window.ask("linked")["current"])
    assert window.place("cell", "tokens.table", line, 1)
    assert window.state["size"] == size  # whatever is shown, the window does not outgrow the screen


def _open(desktop: Desktop, window: Window, chosen: list[str]) -> str:
    """Walk into the selection with an arrow and open what is there with Enter; return its id."""
    desktop.key("Right", "Return")
    state = window.until(lambda state: state["name"] is not None)
    opened: str = window.ask("linked")["current"]
    assert opened in chosen
    name, _, interval = opened.partition("#2.")
    item = window.ask("grid", PHONES)[int(interval) - 1]
    state = window.until(lambda state: state["selection"] == item[:2] and state["tier"] == PHONES)
    assert state["name"] == name
    assert state["size"] == [1280, 800]
    assert [one["current"] for one in window.ask("board")] == [opened, opened]
    assert _length(state["range"]) <= max(6.0, 40 * _length(item))  # near enough to work at it
    return opened


def _move_its_end(desktop: Desktop, window: Window, token: str) -> None:
    """Drag the end of an interval: its dots move in both maps, and its line in the table; undo is exact."""
    start, end = window.state["selection"]
    known = _all_of(window, token)
    others = {one: window.ask("values", one) for one in window.ask("dots", FORMANTS) if one != token}
    here = window.place("boundary", PHONES, end)
    pixel = window.ask("time_at", here[0] + 1) - window.ask("time_at", here[0])
    way = -round(0.3 * (end - start) / pixel)
    assert way < -3
    with desktop.held(here):
        desktop.move([here[0] + way // 2, here[1]])
        desktop.move([here[0] + way, here[1]])
        window.until(lambda state: state["dragging"] and state["ghost"])
    window.until(lambda state: state["acts"] == 1)
    _linked(window, lambda linked: not linked["busy"])
    now = _all_of(window, token)
    new = window.state["selection"][1]
    assert new == pytest.approx(end + way * pixel, abs=pixel)
    assert now["values"]["dur"] == pytest.approx(new - start, abs=1e-9)
    assert float(now["line"]["dur"]) == pytest.approx(new - start, abs=1e-4)
    for name in ("F1", "F2"):
        assert now["values"][name] != known["values"][name]
        assert now["line"][name] != known["line"][name]
    for was, is_now in zip(known["places"], now["places"], strict=True):
        assert math.dist(was, is_now) > 0.0
    changed = {one for one, values in others.items() if window.ask("values", one) != values}
    assert changed == {_next(token)} & set(others)  # what begins where it ends, and nothing else
    desktop.key("ctrl+z")
    window.until(lambda state: state["acts"] == 0)
    _linked(window, lambda linked: not linked["busy"])
    assert _all_of(window, token) == known
    assert not window.state["modified"]


def _change_model_and_layer(desktop: Desktop, window: Window, chosen: list[str]) -> None:
    """Press the button of another model, then a key for another layer: same tokens, other places."""
    was = window.ask("board")[VECTORS]
    token = chosen[0]
    for change, expected in (
        (lambda: _press(desktop, window, "base"), ("base", None)),
        (lambda: desktop.key("ctrl+alt+Page_Down"), ("base", -1)),
    ):
        place = window.ask("coordinates", VECTORS, token)
        layer = window.ask("board")[VECTORS]["layer"]
        change()
        wanted = layer + (expected[1] or 0)
        now = _maps(
            window,
            lambda maps, wanted=wanted: (maps[VECTORS]["model"], maps[VECTORS]["layer"]) == ("base", wanted),
        )[VECTORS]
        assert now["error"] is None
        assert now["shown"] == was["shown"]
        assert set(now["selected"]) == set(chosen)
        assert window.ask("coordinates", VECTORS, token) != place
        assert now["title"] != was["title"]


def _press(desktop: Desktop, window: Window, model: str) -> None:
    desktop.click(window.place("widget", f"worlds.board.panels.{VECTORS}.switch.buttons.{model}"))


def _review(desktop: Desktop, window: Window) -> None:
    """Draw a sample by lot, go to the next token that is not done, say that it is."""
    desktop.key("ctrl+alt+q")
    window.until(lambda _: window.ask("is_shown", "arrangement.docks.review"))
    desktop.key("r")  # Random sample
    desktop.click(window.place("widget", "worlds.review.make_button"))
    queue = _queue(window, lambda queue: queue["ids"] and not queue["making"])
    assert queue["progress"] == [0, len(queue["ids"]), 0]
    desktop.key("ctrl+u")
    for done, token in enumerate(queue["ids"][:2]):
        _queue(window, lambda queue, token=token: queue["current"] == token)
        name, _, interval = token.partition("#2.")
        window.until(lambda state, name=name: state["name"] == name)
        item = window.ask("grid", PHONES)[int(interval) - 1]
        window.until(lambda state, item=item: state["selection"] == item[:2])
        desktop.key("ctrl+shift+d")  # and on to the next one
        _queue(window, lambda queue, done=done: queue["progress"][0] == done + 1)
    _queue(window, lambda now: now["current"] == queue["ids"][2])


def _print(desktop: Desktop, window: Window, path: Path) -> None:
    """Write the board as SVG, by the dialog: both maps, with the numbers that stand under them."""
    maps = window.ask("board")
    assert not any(stale for one in maps for _, _, stale in one["numbers"])
    assert window.ask("pictures") == [[one["title"], one["numbers"]] for one in maps]
    path.parent.mkdir()
    desktop.click(window.place("menu", "Maps"))
    desktop.click(window.place("entry", "Save maps as a figure…"))
    window.focus("Export")
    desktop.click(window.place("widget", "worlds.exporting.dialog.pages.figure.format"))
    desktop.key("s", "Return")
    window.until(lambda _: window.ask("text", "worlds.exporting.dialog.file").endswith(".svg"))
    desktop.click(window.place("widget", "worlds.exporting.dialog.file"))
    desktop.key("ctrl+a")
    desktop.type(str(path))
    window.until(lambda _: window.ask("text", "worlds.exporting.dialog.file") == str(path))
    desktop.click(window.place("widget", "worlds.exporting.dialog.export"))
    window.until(lambda state: path.exists() and not state["jobs"], LONG)
    root = ElementTree.parse(path).getroot()
    svg = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{svg}svg"
    shown = sum(one["shown"] for one in maps)
    assert len(root.findall(f".//{svg}use")) > shown  # a mark each, and the letters as drawings
    desktop.key("Escape")
    window.focus("w2vpraat")


# Looking


def _maps(window: Window, holds: Callable[[list[dict[str, Any]]], Any]) -> list[dict[str, Any]]:
    """Wait until something holds of the maps and they are at rest; return what they are then."""
    found: list[dict[str, Any]] = []

    def rests(_: object) -> bool:
        found[:] = window.ask("board")
        return bool(holds(found)) and not window.ask("linked")["busy"]

    window.until(rests, LONG)
    return window.ask("board")  # type: ignore[no-any-return]


def _linked(window: Window, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    window.until(lambda _: holds(window.ask("linked")))
    return window.ask("linked")  # type: ignore[no-any-return]


def _queue(window: Window, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    window.until(lambda _: holds(window.ask("queue")))
    return window.ask("queue")  # type: ignore[no-any-return]


def _label(window: Window, token: str) -> str:
    return str(window.ask("label", token))


def _all_of(window: Window, token: str) -> dict[str, Any]:
    """All that is shown and known of a token."""
    return {
        "values": window.ask("values", token),
        "line": window.ask("token_line", token),
        "places": [window.ask("coordinates", number, token) for number in (FORMANTS, VECTORS)],
    }


def _next(token: str) -> str:
    before, _, number = token.rpartition(".")
    return f"{before}.{int(number) + 1}"


def _length(stretch: Sequence[float]) -> float:
    return stretch[1] - stretch[0]


def _pixel(place: Sequence[float]) -> list[int]:
    return [round(place[0]), round(place[1])]


def _apart(dots: dict[str, list[float]], tokens: Sequence[str]) -> str:
    """Return the one of these whose dot is farthest from all others, so that the mouse means no other."""

    def room(token: str) -> float:
        return min(math.dist(dots[token], place) for one, place in dots.items() if one != token)

    token = max(tokens, key=room)
    assert room(token) > ROOM
    return token


def _line_around(dots: dict[str, list[float]], tokens: Sequence[str]) -> list[list[int]]:
    """Return the corners of a rectangle around tokens, moved outwards until no dot is near the line."""
    xs, ys = zip(*(dots[one] for one in tokens), strict=True)
    edges = [min(xs), min(ys), max(xs), max(ys)]
    for side, way, of in ((0, -1, 0), (1, -1, 1), (2, 1, 0), (3, 1, 1)):
        edges[side] = round(edges[side]) + 4 * way
        while any(abs(place[of] - edges[side]) < ROOM / 2 for place in dots.values()):
            edges[side] += way
    left, top, right, bottom = map(int, edges)
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return [*corners, [left, top + 3]]


def _tokens_of(corpus: Path, tier: int, labels: Collection[str] = ()) -> int:
    """Return how many intervals of a tier have a label, or one of these."""
    grids = [read_textgrid(path).tier(tier) for path in corpus.glob("*.TextGrid")]
    found = [item[2].strip() for grid in grids for item in grid.items]
    return sum(one in labels if labels else bool(one) for one in found)


def _readers(librispeech: Path, corpus: Path) -> list[str]:
    """Copy the first recording of two women and two men; return their names."""
    with (librispeech / "files.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["subset"] == "test-other"]
    first = {row["speaker"]: row for row in reversed(rows)}
    chosen = [row for row in first.values() if row["sex"] == "F"][:2]
    chosen += [row for row in first.values() if row["sex"] == "M"][:2]
    for row in chosen:
        sound = librispeech / row["file_name"]
        shutil.copy(sound, corpus)
        shutil.copy(sound.with_suffix(".TextGrid"), corpus)
        row["file_name"] = sound.name
    with (corpus / "speakers.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, list(chosen[0]))
        writer.writeheader()
        writer.writerows(chosen)
    return [Path(row["file_name"]).stem for row in chosen]
