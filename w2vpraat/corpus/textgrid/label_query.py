"""What is looked for in labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from w2vpraat.corpus.textgrid.label_positions import ReadLabel
from w2vpraat.corpus.textgrid.trigraphs import matching_form
from w2vpraat.errors import InputError


@dataclass(frozen=True)
class Query:
    r"""What is looked for in labels.

    Parameters
    ----------
    text : str
        A text, or a regular expression of Python.
    regex : bool
        Whether it is a regular expression.
    case : bool
        Whether capitals matter.
    whole_label : bool
        Whether it must be the whole label. An empty text then finds empty labels.
    tiers : tuple of int or str
        Tiers by number or name (all of that name); empty: all.
    normalize : bool
        Compare with Praat's codes converted and Unicode composed, so that ``ə`` finds ``\sw``. Switch it off
        for label sets that use backslashes themselves (X-SAMPA).

    Raises
    ------
    InputError
        If there is nothing to look for, or the expression is not valid; it names the position.
    """

    text: str
    regex: bool = False
    case: bool = True
    whole_label: bool = False
    tiers: tuple[int | str, ...] = ()
    normalize: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", tuple(self.tiers))
        if not self.text and not self.whole_label:
            raise InputError("there is nothing to look for", "type a text; empty labels are whole labels")
        self.pattern  # noqa: B018  an invalid expression is refused here

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression that labels are compared with."""
        text = matching_form(self.text) if self.normalize and not self.regex else self.text
        text = text if self.regex else re.escape(text)
        try:
            return re.compile(text, 0 if self.case else re.IGNORECASE)
        except re.error as error:
            at = 0 if error.pos is None else error.pos
            raise InputError(
                f'the regular expression "{self.text}" is not valid at character {at + 1}: {error.msg}',
                r"correct it, or switch regular expressions off; write \( for a bracket itself",
            ) from None

    def matches_in(self, read: ReadLabel) -> Iterator[re.Match[str]]:
        """Yield the matches in one label, from the left, without overlap."""
        if self.whole_label:
            whole = self.pattern.fullmatch(read.text)
            if whole is not None:
                yield whole
        else:
            yield from self.pattern.finditer(read.text)
