"""A job: what a Praat script asks for, as it lies in a folder; and what it gets back.

``job.txt`` holds one ``key = value`` per line. Keys with a dot are options of a run
(``embed.model = phone``), the same as in ``w2vpraat.toml``; the others belong to the command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from w2vpraat.bridge.objects import PraatObject
from w2vpraat.errors import InputError
from w2vpraat.params import parameter_groups
from w2vpraat.session.settings import Settings

PROTOCOL = 1
JOB, STATUS, RESULT, PICTURE = "job.txt", "status.txt", "result.Collection", "picture.png"
NAME = re.compile(r"[0-9A-Za-z]{8,64}", re.ASCII)
"""Names of job folders: nothing of the user's ever becomes part of a path or a command line."""

_TRUE, _FALSE = ("yes", "1", "true"), ("no", "0", "false")


@dataclass(frozen=True)
class Job:
    """What was asked for.

    Parameters
    ----------
    folder : Path
        Where the objects of the request lie, and where the answer goes.
    values : mapping of str to str
        Everything in ``job.txt``.
    """

    folder: Path
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """Its command."""
        return self.text("command")

    def text(self, key: str, default: str = "") -> str:
        """Return a value; `default` if it is empty or not there."""
        return self.values.get(key, "").strip() or default

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number.

        Raises
        ------
        InputError
            If there is none, or it is not one.
        """
        text = self.text(key)
        if text in ("", "--undefined--"):
            if default is None:
                raise InputError(f'the job says no "{key}"', "give a number")
            return default
        try:
            return float(text)
        except ValueError:
            raise InputError(f'"{text}" is no number for {key}', "write it with a decimal point") from None

    def flag(self, key: str, default: bool = False) -> bool:
        """Return a truth value, written as yes or no, 1 or 0."""
        text = self.text(key).lower()
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if not text:
            return default
        raise InputError(f'"{text}" is neither yes nor no for {key}', "write yes or no")

    def settings(self, base: Settings | None = None) -> Settings:
        """Return the options of a run: those of `base`, with the keys that have a dot.

        An empty value leaves an option as it is; lists are written with commas, the empty one as ``none``.

        Raises
        ------
        InputError
            For an unknown section or option, or a value that is impossible.
        """
        changes: dict[str, dict[str, Any]] = {}
        groups = parameter_groups()
        for key, text in self.values.items():
            section, dot, name = key.partition(".")
            if not dot or not text.strip():
                continue
            known = groups[section].describe() if section in groups else ()
            kinds = {one: (kind, meta["choices"]) for one, _, kind, meta in known}
            if name not in kinds:
                raise InputError(f'there is no option "{key}"', "docs/settings.md lists all of them")
            kind, choices = kinds[name]
            empty = text.strip() == "none" and "tuple[" in str(kind) and "none" not in (choices or ())
            changes.setdefault(section, {})[name] = () if empty else _value(key, kind, text.strip())
        return (base or Settings()).updated(changes)


def _value(key: str, kind: Any, text: str) -> Any:
    shown = str(kind)
    if kind is bool:
        if text.lower() not in (*_TRUE, *_FALSE):
            raise InputError(f'"{text}" is neither yes nor no for {key}', "write yes or no")
        return text.lower() in _TRUE
    inner: type = str
    if kind in (int, float):
        inner = kind
    elif shown.startswith("tuple[") and "str" not in shown:
        inner = int if "int" in shown else float
    parts = [part.strip() for part in text.split(",") if part.strip()] if "tuple[" in shown else [text]
    try:
        made = [inner(part) for part in parts]
    except ValueError:
        raise InputError(f'"{text}" is no {inner.__name__} for {key}', "see docs/settings.md") from None
    return tuple(made) if "tuple[" in shown else made[0]


@dataclass(frozen=True)
class Answer:
    """What a job gives back.

    Parameters
    ----------
    objects : tuple of PraatObject
        Objects for Praat's list, in order; written into one Collection.
    message : str
        For the user, perhaps of several lines; shown in the Info window.
    notes : tuple of str
        What the reader of the numbers should know; one line each.
    picture : bytes
        A PNG of 300 dpi for the Picture window; empty if there is none.
    picture_size : tuple of float
        Its width and height in inches.
    """

    objects: tuple[PraatObject, ...] = ()
    message: str = ""
    notes: tuple[str, ...] = ()
    picture: bytes = b""
    picture_size: tuple[float, float] = (6.0, 4.0)


def read_job(folder: Path) -> Job:
    """Read the request in a job folder, in any encoding that Praat may have chosen.

    Raises
    ------
    InputError
        If there is none, it is of another protocol, or it names no command.
    """
    path = folder / JOB
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"can't read the request: {error.strerror}", "run the command again", file=path
        ) from error
    values: dict[str, str] = {}
    for line in decoded(raw).splitlines():
        key, mark, value = line.partition("=")
        if mark and not line.lstrip().startswith("#"):
            values[key.strip()] = value.strip()
    job = Job(folder, values)
    if job.text("protocol") != str(PROTOCOL):
        raise InputError(
            f"the request speaks protocol {job.text('protocol', 'none')}, this w2vpraat speaks {PROTOCOL}",
            "install the plugin again: w2vpraat plugin install",
        )
    if not job.command:
        raise InputError("the request names no command", "job.txt needs a line: command = ...", file=path)
    return job


def decoded(raw: bytes) -> str:
    """Read text as Praat writes it: UTF-16 by its mark, UTF-8, else Latin-1."""
    if raw[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
