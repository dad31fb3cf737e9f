"""Which rows of a table mean a recording: by path, by pattern or by regular expression."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from w2vpraat.corpus.discover import AUDIO_SUFFIXES, GRID_SUFFIXES, Recording
from w2vpraat.corpus.tables.reading import Row
from w2vpraat.errors import SpeakerError

Match = tuple[Row, Mapping[str, str]]
_NO_GROUPS: Mapping[str, str] = {}


class FileKeys:
    """Rows by the file that they name.

    Parameters
    ----------
    path : Path
        The table, for messages.
    keyed : sequence of (str, Row)
        Text of the file cell, row.

    Raises
    ------
    SpeakerError
        If a regular expression is not valid.
    """

    def __init__(self, path: Path, keyed: Sequence[tuple[str, Row]]) -> None:
        self._path = path
        self._plain: dict[str, list[tuple[tuple[str, ...], Row]]] = defaultdict(list)
        self._globs: list[tuple[str, Row]] = []
        self._expressions: list[tuple[re.Pattern[str], Row]] = []
        for text, row in keyed:
            key = unicodedata.normalize("NFC", text)
            if len(key) > 2 and key[0] == key[-1] == "/":
                try:
                    self._expressions.append((re.compile(key[1:-1]), row))
                except re.error as error:
                    raise SpeakerError(
                        f"row {row.number}: {key} is not a regular expression ({error})", file=path
                    ) from error
            elif "*" in key or "?" in key:
                self._globs.append((key.replace("\\", "/"), row))
            else:
                parts = _parts(key)
                if parts:
                    self._plain[parts[-1].casefold()].append((parts, row))
        self._distinct = all(len({parts for parts, _ in rows}) == 1 for rows in self._plain.values())

    def find(self, recording: Recording) -> list[Match]:
        """Find the rows of a recording: names first, then patterns, then regular expressions.

        Raises
        ------
        SpeakerError
            If rows with different paths fit equally well.
        """
        return self.find_named(recording) or self._by_pattern(recording) or self._by_expression(recording)

    def find_named(self, recording: Recording) -> list[Match]:
        """Find the rows that name a recording without a pattern (see `find`)."""
        relative = _parts(unicodedata.normalize("NFC", recording.file_name))
        absolute = _parts(unicodedata.normalize("NFC", recording.audio_path.absolute().as_posix()))
        best: list[tuple[tuple[str, ...], Row]] = []
        best_score = (0, 0)
        for parts, row in self._plain.get(relative[-1].casefold(), ()):
            # The whole cell lies in the path; or, in a corpus that was moved, the whole relative path in the
            # cell. A bare file name is enough for that only if file names tell the rows of the table apart.
            same = max(_common(parts, absolute), _common(parts, relative))
            moved = same == len(relative) and (same > 1 or self._distinct)
            if same < len(parts) and not moved:
                continue
            score = (same, sum(a == b for a, b in zip(parts[-same:], absolute[-same:], strict=True)))
            if score > best_score:
                best, best_score = [], score
            if score == best_score:
                best.append((parts, row))
        if len({parts for parts, _ in best}) > 1:
            numbers = ", ".join(str(row.number) for _, row in best)
            raise SpeakerError(
                f"rows {numbers} fit {recording.file_name} equally well",
                "write more of the path, or delete rows",
                file=self._path,
            )
        return [(row, _NO_GROUPS) for _, row in best]

    def _by_pattern(self, recording: Recording) -> list[Match]:
        names = {recording.file_name, recording.name}
        names |= {name.rpartition("/")[2] for name in names}
        return [
            (row, _NO_GROUPS)
            for pattern, row in self._globs
            if any(fnmatch.fnmatchcase(name, pattern) for name in names)
        ]

    def _by_expression(self, recording: Recording) -> list[Match]:
        found = ((expression.search(recording.name), row) for expression, row in self._expressions)
        return [(row, {k: v or "" for k, v in hit.groupdict().items()}) for hit, row in found if hit]


def _parts(text: str) -> tuple[str, ...]:
    """Split a path of any system into its parts; the extension of sound files and grids is left out."""
    parts = [part for part in re.split(r"[/\\]", text) if part not in ("", ".")]
    if parts:
        stem, dot, suffix = parts[-1].rpartition(".")
        if stem and f"{dot}{suffix}".lower() in AUDIO_SUFFIXES | GRID_SUFFIXES:
            parts[-1] = stem
    return tuple(parts)


def _common(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """Count the equal parts at the end, without regard to case."""
    count = 0
    for one, two in zip(reversed(first), reversed(second), strict=False):
        if one.casefold() != two.casefold():
            break
        count += 1
    return count
