"""What a model can be fine-tuned for: an interval tier, a column of metadata, or classes of labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Literal

from w2vpraat.corpus.labels import plain_label
from w2vpraat.corpus.tables.reading import read_table
from w2vpraat.errors import InputError
from w2vpraat.resources import class_map_names, class_map_path

TaskKind = Literal["tier", "column", "classes"]

PHONE_TASKS = ("phone", "phones")
SPEAKER_COLUMNS = ("speaker", "sex")
_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Task:
    """One question that is asked of every frame.

    Parameters
    ----------
    name : str
        In tables, curves and the model card.
    kind : {"tier", "column", "classes"}
        ``tier``: the label of the interval that holds the frame. ``column``: a value of the speaker table,
        the same for all frames of a speaker or file. ``classes``: classes of the tier's labels, by a map.
    source : str
        Tier name or pattern (empty: the phone tier), column, or map (bundled name or path of a CSV file).
    tier : str
        For ``classes``: the tier; empty: the phone tier.
    """

    name: str
    kind: TaskKind
    source: str = ""
    tier: str = ""

    def __str__(self) -> str:
        at = f"@{self.tier}" if self.tier else ""
        word = {"tier": "tier", "column": "column", "classes": "map"}[self.kind]
        return f"{self.name}={word}:{self.source}{at}"

    @property
    def tier_pattern(self) -> str:
        """The tier that labels come from; empty: the phone tier."""
        return self.source if self.kind == "tier" else self.tier


def parse_task(text: str, columns: Iterable[str] = ()) -> Task:
    """Read a task as it is written on the command line.

    Parameters
    ----------
    text : str
        ``phone``; a column of the speaker table (``sex``, ``speaker``, ``dialect``); a tier name; or
        ``NAME=tier:PATTERN``, ``NAME=column:COLUMN``, ``NAME=map:FILE`` and ``NAME=map:FILE@TIER``.
    columns : iterable of str
        Columns of the speaker table.

    Raises
    ------
    InputError
        If it is none of these.
    """
    name, equals, rest = text.strip().partition("=")
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise InputError(
            f'"{text}" is no task: its name must be of letters, digits, ".", "-" and "_"',
            "for example phone, sex, tone=tier:tones, height=map:vowel_height",
        )
    if not equals:
        if name in PHONE_TASKS:
            return Task("phone", "tier")
        known = {column.casefold(): column for column in columns}
        if name in SPEAKER_COLUMNS or name.casefold() in known:
            return Task(name, "column", known.get(name.casefold(), name))
        return Task(name, "tier", name)
    kind, colon, source = rest.partition(":")
    source = source.strip()
    if not colon or kind.strip() not in ("tier", "column", "map") or not source:
        raise InputError(
            f'"{text}" is no task', "NAME=tier:PATTERN, NAME=column:COLUMN or NAME=map:FILE[@TIER]"
        )
    if kind.strip() == "tier":
        return Task(name, "tier", source)
    if kind.strip() == "column":
        return Task(name, "column", source)
    source, _, tier = source.partition("@")
    return Task(name, "classes", source.strip(), tier.strip())


def parse_tasks(texts: Iterable[str], columns: Iterable[str] = ()) -> tuple[Task, ...]:
    """Read several tasks; their names must differ.

    Raises
    ------
    InputError
        If there is none, one can't be read, or two have the same name.
    """
    tasks = tuple(parse_task(text, columns) for text in texts)
    if not tasks:
        raise InputError("there is nothing to fine-tune for", "give --task, for example --task phone")
    names = [task.name for task in tasks]
    if len(set(names)) < len(names):
        raise InputError(f"two tasks have the same name: {', '.join(names)}", "name one of them otherwise")
    return tasks


def parse_weights(texts: Iterable[str], tasks: Iterable[Task]) -> tuple[float, ...]:
    """Read ``NAME=WEIGHT`` for some of the tasks; the others weigh 1.

    Raises
    ------
    InputError
        For an unknown task or a weight that is not above 0.
    """
    names = [task.name for task in tasks]
    weights = dict.fromkeys(names, 1.0)
    for text in texts:
        name, _, value = text.partition("=")
        if name.strip() not in weights:
            raise InputError(f'task weight "{text}" names no task', f"tasks: {', '.join(names)}")
        try:
            weights[name.strip()] = float(value)
        except ValueError:
            raise InputError(f'task weight "{text}" is no number', "for example phone=1,sex=0.3") from None
        if not 0 < weights[name.strip()] < inf:
            raise InputError(f'task weight "{text}" is not above 0', "give a number such as 0.3")
    return tuple(weights[name] for name in names)


@dataclass(frozen=True, eq=False)
class ClassMap:
    """Labels to classes: exact labels first, then patterns in the order of the file.

    Parameters
    ----------
    name : str
        Bundled name or path.
    exact : mapping
        Label to class.
    patterns : tuple of (pattern, str)
        Regular expressions for whole labels.
    """

    name: str
    exact: Mapping[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    _seen: dict[str, str] = field(default_factory=dict, repr=False)

    def __call__(self, label: str) -> str:
        """Return the class of a label; empty if the map does not know it."""
        if label not in self._seen:
            found = self.exact.get(label, "")
            if not found:
                found = next((kind for pattern, kind in self.patterns if pattern.fullmatch(label)), "")
            self._seen[label] = found
        return self._seen[label]


def read_class_map(name: str) -> ClassMap:
    """Read a map of labels to classes.

    Parameters
    ----------
    name : str
        A bundled name (``vowel_height``, ``pinyin_tone`` ...), or the path of a table (csv, tsv, xlsx) with
        the columns ``label`` and ``class``. A label between slashes is a regular expression for whole labels:
        ``/.*3/`` finds all that end in 3.

    Raises
    ------
    InputError
        If there is no such map, or it lacks a column, or a pattern is wrong.
    """
    bundled = class_map_names()
    path = class_map_path(name) if name in bundled else Path(name).expanduser()
    if not path.is_file():
        raise InputError(
            f'there is no map "{name}"', f"bundled: {', '.join(bundled)}; or the path of a table", file=None
        )
    columns, rows = read_table(path)
    if not {"label", "class"} <= set(columns):
        raise InputError(
            "a map needs the columns label and class", f"columns: {', '.join(columns)}", file=path
        )
    exact: dict[str, str] = {}
    patterns = []
    for row in rows:
        label, kind = row.cells.get("label", "").strip(), row.cells.get("class", "").strip()
        if not label or not kind:
            continue
        if len(label) > 2 and label[0] == label[-1] == "/":
            try:
                patterns.append((re.compile(label[1:-1]), kind))
            except re.error as error:
                raise InputError(
                    f"{label} is not a regular expression ({error})",
                    "slashes are for patterns only",
                    file=path,
                ) from error
        else:
            exact[plain_label(label)] = kind
    if not exact and not patterns:
        raise InputError("the map is empty", "give rows of label and class", file=path)
    return ClassMap(name, exact, tuple(patterns))
