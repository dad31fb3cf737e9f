"""What is told of a normalization, in one record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MethodInfo:
    """What a user should know of one method before choosing it.

    Parameters
    ----------
    key : str
        Name in parameters and on the command line.
    kind : str
        ``formants``, ``f0`` or ``embedding``.
    title : str
        Name in tables and figures.
    author, year : str, int
        Who proposed it; year 0 where there is no single source.
    reference : str
        Published source.
    formula : str
        In one line, per speaker unless it says otherwise.
    columns : str
        Names of the new columns.
    needs : tuple of str
        What the table must hold.
    unit : str
        What a speaker's statistics are taken over: ``token``, ``vowel mean``, ``cell mean``, ``none``.
    refuse, warn : str
        When a speaker gets no values, and when a warning is given.
    suffix : str
        Added to the name of the raw column; empty if the columns have names of their own.
    sd : str
        Convention of the standard deviation, if there is one.
    equivalent : str
        The same in other packages, with the options that make it the same.
    sees_speaker : bool
        Whether a token's value depends on the speaker's other tokens.
    """

    key: str
    kind: str
    title: str
    author: str
    year: int
    reference: str
    formula: str
    columns: str
    needs: tuple[str, ...]
    unit: str
    refuse: str
    warn: str
    suffix: str = ""
    sd: str = ""
    equivalent: str = ""
    sees_speaker: bool = True

    @property
    def source(self) -> str:
        """Author and year in running text."""
        return f"{self.author} {self.year}" if self.year else self.author
