r"""Praat's backslash codes turn into signs while they are typed: ``\sw`` becomes ə."""

from __future__ import annotations

from w2vpraat.corpus.textgrid.trigraphs import to_unicode

_CODE = 3  # a backslash and two characters


def completed(text: str, cursor: int) -> tuple[str, int]:
    r"""Replace the code that ends at the text cursor, if there is one. For calling after each key.

    Parameters
    ----------
    text : str
        Of the label field.
    cursor : int
        Position of the text cursor, in characters.

    Returns
    -------
    text : str
        The code that was just completed is replaced; all else stays as it was, other codes too.
    cursor : int
        After the sign.

    Notes
    -----
    ``\bs`` gives a backslash. Whatever is typed after it can complete a code with that backslash: a label
    like ``\sw`` means ə in Praat, however it came about. Label sets with backslashes of their own (X-SAMPA)
    are typed with codes switched off.
    """
    start = cursor - _CODE
    if start < 0 or text[start] != "\\":
        return text, cursor
    code = text[start:cursor]
    sign = to_unicode(code)
    return (text, cursor) if sign == code else (text[:start] + sign + text[cursor:], start + len(sign))
