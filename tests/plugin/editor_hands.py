"""What the tests of Praat's editors do again and again; and a window that only listens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from praat_desktop import Praat, until
from praat_runs import PraatUser, quoted

from w2vpraat.bridge.service.listening import Listener
from w2vpraat.corpus.textgrid import read_textgrid

ADAM, PHONES = "us_m_adam", 2
"""The recording, and the number of a tier."""
LISTED = """
    for i to numberOfSelected ()
        answer$ = answer$ + "*" + selected$ (i) + newline$
        chosen [i] = selected (i)
    endfor
    chosen = numberOfSelected ()
    select all
    for i to numberOfSelected ()
        answer$ = answer$ + selected$ (i) + newline$
    endfor
    selectObject ()
    for i to chosen
        plusObject: chosen [i]
    endfor
"""
"""The objects that are selected, then all."""


class Recorded:
    """A window that only writes down what it is asked to show."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.listener = Listener("window", self._answering)

    def _answering(self, verb: str, argument: str) -> Iterator[tuple[str, str]]:
        if verb == "show":
            self.asked.append(json.loads(argument))
        yield "ok", ""


def grid_window(praat: Praat) -> int:
    return praat.window(rf"\d+\. TextGrid {ADAM}")


def sound_window(praat: Praat) -> int:
    return praat.window(rf"\d+\. Sound {ADAM}")


def select(praat: Praat, start: float, end: float, editor: str = f"TextGrid {ADAM}") -> None:
    praat.send(f'editor: {quoted(editor)}\nSelect: {start}, {end}\nendeditor\nwriteInfo: ""')


def selection(praat: Praat, editor: str = f"TextGrid {ADAM}") -> tuple[float, float]:
    told = praat.send(f"""
        editor: {quoted(editor)}
        first = Get start of selection
        last = Get end of selection
        endeditor
        answer$ = string$ (first) + " " + string$ (last)
    """)
    first, last = told.split()
    return float(first), float(last)


def info_after(praat: Praat) -> str:
    """Wait for something in the Info window, or a box."""
    until(lambda: praat.boxes() or praat.info(), "an answer in the Info window")
    assert not praat.boxes(), praat.box_picture()
    return praat.info()


def in_editor(praat: Praat, user: PraatUser, editor: str, script: str, *arguments: str) -> str:
    """Run a command in an editor, as a script does; return what it tells in the Info window."""
    call = ", ".join(
        [f"runScript: {quoted(user.plugin / 'scripts' / f'{script}.praat')}", *map(quoted, arguments)]
    )
    return praat.send(f'writeInfo: ""\neditor: {quoted(editor)}\n{call}\nendeditor\nanswer$ = info$ ()')


def interval(recordings: Path, label: str) -> tuple[int, float, float]:
    """Number, start and end of the first phone of this label."""
    tier = read_textgrid(recordings / f"{ADAM}.TextGrid").tiers[PHONES - 1]
    return next((number, one[0], one[1]) for number, one in tier.numbered() if one.label == label)


def cells(praat: Praat, table: str, columns: tuple[str, ...], rows: str) -> list[list[str]]:
    """Cells of the rows of a Table that a formula chooses."""
    told = praat.send(f"""
        selectObject: {quoted(f"Table {table}")}
        n = Get number of rows
        for i to n
            id$ = Get value: i, "id"
            if {rows}
                {
        "".join(
            f'''v$ = Get value: i, "{name}"
                answer$ = answer$ + v$ + tab$
                '''
            for name in columns
        )
    }
                answer$ = answer$ + newline$
            endif
        endfor
    """)
    return [line.rstrip("\t").split("\t") for line in told.splitlines()]


def close_box(praat: Praat) -> None:
    until(praat.boxes, "a box")
    praat.focus(praat.boxes()[0])
    praat.desktop.key("Return")
    until(lambda: not praat.boxes(), "the box to close")
