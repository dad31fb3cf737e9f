"""The story of a first morning, with real keys and a real mouse: open, look, edit, listen, save, quit.

The screen is an X server without a monitor. Where its programs are missing the test is skipped, but not in
CI.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop import Desktop, Window, has_processes, missing

from w2vpraat.resources import sample_corpus

LIAM = "us_m_liam"
PHONES = 2
NO_SCREEN = missing()

pytestmark = pytest.mark.skipif(
    bool(NO_SCREEN) and not os.environ.get("CI"), reason=f"not installed: {', '.join(NO_SCREEN)}"
)


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    assert not NO_SCREEN, f"CI needs {', '.join(NO_SCREEN)}"
    with Desktop() as made:
        yield made


def test_a_first_morning(desktop: Desktop, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Window(desktop, home) as window:
        path = _open_liam(desktop, window)
        original = path.read_bytes()
        moved_from, moved_to = _move_a_boundary(desktop, window)
        split_at = _split_and_label(desktop, window)
        cursor = _listen(desktop, window)

        desktop.key("alt+Right")
        following = next(item for item in window.ask("grid", PHONES) if item[0] > cursor)
        window.until(lambda state: state["selection"] == following[:2] and state["field"] == following[2])

        assert path.read_bytes() == original  # nothing was written before the user said so
        desktop.key("ctrl+s")
        window.until(lambda state: not state["modified"])
        expected = _moved(original.decode("utf-8"), moved_from, moved_to)
        expected = _split(expected, split_at, "ʃː")
        assert path.read_bytes() == expected.encode("utf-8")
        assert path.with_name(path.name + ".bak").read_bytes() == original

        desktop.key("ctrl+q")
        assert window.ended() == 0, window.told()
        assert not has_processes(window)
        assert "Traceback" not in window.told()
    assert _others_untouched(path)


def _open_liam(desktop: Desktop, window: Window) -> Path:
    """From the start page to a recording of the sample corpus, about two seconds of it in view."""
    window.until(lambda state: state["page"] == 0 and not state["jobs"])
    window.focus("w2vpraat")
    desktop.click(window.place("widget", "start.sample_button"))
    window.until(lambda state: state["recordings"] == 20 and len(state["visible"]) == 20)
    desktop.click(window.place("widget", "corpus.filter_line"))
    desktop.type("name:liam")
    window.until(lambda state: state["visible"] == [LIAM])
    desktop.key("Return")
    state = window.until(lambda state: state["name"] == LIAM)
    start, end = state["range"]
    desktop.key("ctrl+i", "ctrl+i", "ctrl+i")
    window.until(lambda state: _length(state["range"]) == pytest.approx((end - start) / 8))
    return Path(state["path"])


def _move_a_boundary(desktop: Desktop, window: Window) -> tuple[float, float]:
    """Drag a boundary of the phones by some pixels, take it back, do it again; return old and new time."""
    before, shown = window.ask("grid", PHONES), window.state["range"]
    number = next(n for n, item in enumerate(before) if item[0] > shown[0] + 0.3 and item[2] == "ə")
    old = before[number][0]
    here = window.place("boundary", PHONES, old)
    there = [here[0] + 8, here[1]]
    with desktop.held(here):
        desktop.move([here[0] + 5, here[1]])
        desktop.move(there)
        window.until(lambda state: state["dragging"] and state["ghost"])
        assert window.ask("grid", PHONES) == before  # only a preview so far
    state = window.until(lambda state: state["acts"] == 1 and not state["dragging"])
    moved = window.ask("grid", PHONES)
    new = moved[number][0]
    # The mouse took the boundary within half a pixel of its line.
    pixel = window.ask("time_at", there[0]) - window.ask("time_at", there[0] - 1)
    assert new == pytest.approx(old + 8 * pixel, abs=pixel)
    assert [item for item in moved if item not in before] == [
        [before[number - 1][0], new, before[number - 1][2]],
        [new, before[number][1], before[number][2]],
    ]
    assert state["modified"]
    desktop.key("ctrl+z")
    state = window.until(lambda state: state["acts"] == 0)
    assert window.ask("grid", PHONES) == before
    assert not state["modified"]
    assert state["range"] == shown  # undo stays where the act was
    desktop.key("ctrl+y")
    window.until(lambda state: state["acts"] == 1)
    assert window.ask("grid", PHONES) == moved
    return old, new


def _split_and_label(desktop: Desktop, window: Window) -> float:
    """Split a vowel with Praat's keys, label its second half in IPA; return the time of the new boundary."""
    start, end, label = next(
        item
        for item in window.ask("grid", PHONES)
        if item[2] == "ɛ" and window.state["range"][0] < item[0] and item[1] - item[0] > 0.1
    )
    desktop.click(window.place("boundary", PHONES, 0.5 * (start + end)))
    window.until(lambda state: state["selection"] == [start, end] and state["tier"] == PHONES)
    desktop.click(window.place("strip", "editor.sound.waveform", start + 0.6 * (end - start)))
    state = window.until(lambda state: state["selection"][0] == state["selection"][1])
    cursor = float(state["selection"][0])
    assert start < cursor < end
    desktop.key("Return")
    window.until(lambda state: state["acts"] == 2 and state["field"] == "")
    desktop.type(r"\sh\:f")
    window.until(lambda state: state["field"] == "ʃː")
    desktop.key("Tab")  # what was typed is an act before anything else happens
    window.until(lambda state: state["acts"] == 3)
    halves = [item for item in window.ask("grid", PHONES) if start <= item[0] < end]
    assert halves == [[start, cursor, label], [cursor, end, "ʃː"]]
    return cursor


def _listen(desktop: Desktop, window: Window) -> float:
    """What plays since Tab runs on until Escape; the cursor stays there. Return where that is."""
    begun = window.until(lambda state: state["playing"] is not None)["playing"]
    window.until(lambda state: state["playing"] > begun)
    desktop.key("Escape")
    state = window.until(lambda state: state["playing"] is None)
    assert state["selection"][0] == state["selection"][1] > begun
    assert state["acts"] == 3
    return float(state["selection"][0])


# The file as it should be, made from its text alone


def _moved(text: str, old: float, new: float) -> str:
    """Write another time where the phones have a boundary."""
    words, phones = _at_phones(text)
    assert len(re.findall(rf"(?:xmax|xmin) = {old!r} \n", phones)) == 2
    return words + re.sub(rf"(xmax|xmin) = {old!r} \n", rf"\1 = {new!r} \n", phones)


def _split(text: str, time: float, label: str) -> str:
    """Write a boundary into the phones, with the label of what follows it, and count the intervals anew."""
    words, phones = _at_phones(text)
    head, *intervals = re.split(r"(?m)^(?=        intervals \[)", phones)
    count = len(intervals)
    assert f"intervals: size = {count} " in head
    head = head.replace(f"intervals: size = {count} ", f"intervals: size = {count + 1} ")
    made = []
    for interval in intervals:
        found = re.search(r"xmin = (\S+) \n\s+xmax = (\S+) \n\s+text = ", interval)
        assert found
        start, end = found.groups()
        if float(start) < time < float(end):
            made.append(interval.replace(f"xmax = {end} ", f"xmax = {time!r} "))
            second = interval.replace(f"xmin = {start} ", f"xmin = {time!r} ")
            made.append(re.sub(r'text = ".*"', f'text = "{label}"', second))
        else:
            made.append(interval)
    assert len(made) == count + 1
    return (
        words
        + head
        + "".join(
            re.sub(r"intervals \[\d+\]", f"intervals [{number}]", one) for number, one in enumerate(made, 1)
        )
    )


def _at_phones(text: str) -> tuple[str, str]:
    place = text.index("    item [2]:")
    return text[:place], text[place:]


def _length(stretch: list[float]) -> float:
    return stretch[1] - stretch[0]


def _others_untouched(path: Path) -> bool:
    """Whether the copy of the corpus holds what it should, and every other file is as it was installed."""
    names = {one.name for one in sample_corpus().iterdir() if one.is_file()}
    assert {one.name for one in path.parent.iterdir()} == names | {path.name + ".bak"}
    return all(
        (path.parent / name).read_bytes() == (sample_corpus() / name).read_bytes()
        for name in names - {path.name}
    )
