"""What keys and menu commands of the annotation editor do, where Praat has a setting for it."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class SelectParams(ParamGroup):
    """How far keys move the selection."""

    arrow_step: float = param(
        0.05,
        "Up, Down and their combinations move the selection or one of its edges by this.",
        unit="s",
        minimum=0.0001,
        maximum=60.0,
    )


@dataclass(frozen=True)
class AlignParams(ParamGroup):
    """Align interval (Ctrl-D), by the espeak inside Praat."""

    language: str = param("English (Great Britain)", "Language of the text, as Praat calls it.")
    words: bool = param(True, "Make a tier of words.")
    phones: bool = param(True, "Make a tier of phones.")


@dataclass(frozen=True)
class LogParams(ParamGroup):
    """What the log commands write, one line each time."""

    log_1: str = param(
        "Time 'time:6' seconds, f0 'f0:2' Hz", "Line of Log 1 (F12); names stand between single quotes."
    )
    log_2: str = param("'t1:4''tab$''t2:4''tab$''f0:2'", "Line of Log 2 (Shift-F12).")
    log_3: str = param("'time:6''tab$''f1:0''tab$''f2:0''tab$''f3:0''tab$''f4:0'", "Line of Log 3 (Alt-F12).")
    log_4: str = param(
        "'recording$''tab$''t1:6''tab$''t2:6''tab$''label$''tab$''f0:2''tab$''intensity:2'",
        "Line of Log 4 (Ctrl-F12).",
    )
    file: str = param("", "Text file that the lines are added to; empty: only the list of readings.")


@dataclass(frozen=True)
class PraatParams(ParamGroup):
    """The Praat that "Show in Praat" starts if none runs."""

    program: str = param("", "Path of the program; empty: the one that is installed.")


@dataclass(frozen=True)
class WindowParams(ParamGroup):
    """Colours and language of the window."""

    theme: str = param(
        "system", "Colours; system: those of the desktop.", choices=("system", "light", "dark")
    )
    language: str = param(
        "", "Language of menus and messages, from the next start on; empty: that of the desktop."
    )
