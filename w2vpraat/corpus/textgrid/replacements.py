r"""The replacement of a regular expression (``\1``, ``\g<name>``), filled with labels as they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from w2vpraat.corpus.textgrid.label_positions import ReadLabel
from w2vpraat.errors import InputError

_REFERENCE = re.compile(r"\\(?:g<([^>]*)>|([0-9]{1,2})|(.)|$)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\"}


@dataclass(frozen=True)
class Template:
    """A replacement, read once.

    Parameters
    ----------
    parts : tuple of str or int
        Texts, and numbers of groups.
    """

    parts: tuple[str | int, ...]

    def filled(self, match: re.Match[str], read: ReadLabel) -> str:
        """Return the replacement for one match; a group is written as it is in the label."""
        texts = []
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
            elif match.start(part) >= 0:
                texts.append(read.source(*match.span(part)) if match[part] else "")
        return "".join(texts)


def read_template(pattern: re.Pattern[str], replacement: str, regex: bool) -> Template:
    r"""Read a replacement.

    Parameters
    ----------
    pattern : re.Pattern
        Whose groups it may name.
    replacement : str
        Taken literally unless `regex`; then ``\1``, ``\g<1>``, ``\g<name>`` are groups, ``\g<0>`` the whole
        match, ``\n`` a line end, ``\t`` a tab and ``\\`` a backslash.
    regex : bool
        Whether the query is a regular expression.

    Raises
    ------
    InputError
        If there is no such group, or the backslash code is unknown; it names the position.
    """
    if not regex:
        return Template((replacement,))
    parts: list[str | int] = []
    done = 0
    for found in _REFERENCE.finditer(replacement):
        parts.append(replacement[done : found.start()])
        done = found.end()
        name, number, escape = found.groups()
        if name is None and number is None:
            if escape not in _ESCAPES:
                _refuse(
                    replacement,
                    found.start(),
                    f"{found[0]} means nothing here",
                    r"write \\ for a backslash, \1 for the first group",
                )
            parts.append(_ESCAPES[escape])
            continue
        group = pattern.groupindex.get(name or "", -1)
        digits = number if name is None else name
        if digits.isascii() and digits.isdigit():
            group = int(digits)
        if not 0 <= group <= pattern.groups:
            _refuse(
                replacement,
                found.start(),
                f"there is no group {digits}",
                f"the expression has {pattern.groups} groups; groups are what stands in brackets",
            )
        parts.append(group)
    parts.append(replacement[done:])
    return Template(tuple(part for part in parts if part != ""))


def replaced_label(read: ReadLabel, matches: Sequence[re.Match[str]], template: Template) -> str:
    """Return a label with matches replaced; what is outside them stays as it is written.

    A match that is part of a composed sign (the tilde of a decomposed letter with two marks) has no place of
    its own in the label: that sign is then written composed.
    """
    stretches: list[tuple[int, int, int, int, list[re.Match[str]]]] = []
    for match in matches:
        left, right, start, end = read.whole_signs(*match.span())
        together = [match]
        if stretches and start < stretches[-1][3]:
            left0, right0, start0, end0, before = stretches.pop()
            left, right, start, end = min(left, left0), max(right, right0), min(start, start0), max(end, end0)
            together = [*before, match]
        stretches.append((left, right, start, end, together))
    parts: list[str] = []
    written = 0
    for left, right, start, end, together in stretches:
        parts.append(read.label[written:start])
        for match in together:
            parts += (read.text[left : match.start()], template.filled(match, read))
            left = match.end()
        parts.append(read.text[left:right])
        written = end
    return "".join([*parts, read.label[written:]])


def _refuse(replacement: str, at: int, message: str, hint: str) -> NoReturn:
    raise InputError(f'the replacement "{replacement}" is not valid at character {at + 1}: {message}', hint)
