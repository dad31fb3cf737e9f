"""Which pairs of labels are meant, and which tokens stand where the user wants them."""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import class_sums
from w2vpraat.errors import ComparisonError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

LISTED = 40


def choose_pairs(
    asked: Sequence[str | tuple[str, str]], counts: dict[str, int], least: int
) -> tuple[list[tuple[str, str]], list[str]]:
    """Read the pairs that were asked for, or make all pairs of labels with enough tokens.

    Parameters
    ----------
    asked : sequence of str or of two labels
        ``"ɑ:ɔ"`` or ``("ɑ", "ɔ")``; empty: all pairs.
    counts : dict
        Label -> number of tokens.
    least : int
        Tokens that a label needs.

    Returns
    -------
    pairs : list of (str, str)
    notes : list of str
        Labels that are too rare for all pairs.

    Raises
    ------
    ComparisonError
        A pair that can't be read, an unknown label, one label twice, or too few tokens.
    """
    if not asked:
        enough = sorted(label for label, count in counts.items() if count >= least)
        rare = sorted(label for label, count in counts.items() if count < least)
        notes = []
        if rare:
            listed = ", ".join(f"{label} ({counts[label]})" for label in rare)
            notes.append(f"labels with fewer than {least} tokens are left out: {listed}")
        if len(enough) < 2:
            raise ComparisonError(
                f"there are no two labels with {least} tokens each",
                f"tokens: {_listed(counts)}",
            )
        return list(combinations(enough, 2)), notes
    pairs = [_read(item, counts) if isinstance(item, str) else _known(item, counts) for item in asked]
    for pair in pairs:
        if pair[0] == pair[1]:
            raise ComparisonError(f'"{pair[0]}" is named twice in a pair', "name two labels")
        few = [f'{counts[label]} of "{label}"' for label in pair if counts[label] < least]
        if few:
            raise ComparisonError(
                f'"{pair[0]}" and "{pair[1]}" need at least {least} tokens each, but there are '
                f"only {' and '.join(few)}",
                "choose another pair or context, or lower min_pair_tokens",
            )
    return list(dict.fromkeys(pairs)), []


def nearest_pairs(
    pairs: Sequence[tuple[str, str]], most: int, vectors: Floats, labels: Ints, names: Sequence[str]
) -> list[tuple[str, str]]:
    """Keep the pairs whose means lie nearest.

    Parameters
    ----------
    pairs : sequence of (str, str)
    most : int
        How many; 0: all.
    vectors : ndarray, shape (n_tokens, dim)
        Their columns are standardized here, so that F2 does not count more than F1.
    labels : ndarray, shape (n_tokens,)
        Numbers of the labels.
    names : sequence of str
        Their names.

    Returns
    -------
    list of (str, str)
        In the order given.
    """
    if not most or len(pairs) <= most:
        return list(pairs)
    sd = vectors.std(axis=0)
    standard = (vectors - vectors.mean(axis=0)) / np.where(sd > 0.0, sd, 1.0)
    number = {name: place for place, name in enumerate(names)}
    means = class_sums(standard, labels, len(names)) / np.bincount(labels, minlength=len(names))[:, None]
    gaps = [float(np.linalg.norm(means[number[one]] - means[number[two]])) for one, two in pairs]
    kept = np.sort(np.argsort(gaps, kind="stable")[:most])
    return [pairs[place] for place in kept]


def _read(text: str, counts: dict[str, int]) -> tuple[str, str]:
    parts = text.split(":")
    if len(parts) < 2 or not text.replace(":", "").strip():
        raise ComparisonError(
            f'"{text}" is not a pair of labels', "write one:other, with a colon between (ɑ:ɔ)"
        )
    # SAMPA labels may hold colons themselves (i:), so every colon might be the one between.
    splits = [(":".join(parts[:i]).strip(), ":".join(parts[i:]).strip()) for i in range(1, len(parts))]
    fitting = [split for split in splits if all(_same(label, counts) for label in split)]
    if len(fitting) > 1:
        both = " or ".join(f'"{one}" and "{two}"' for one, two in fitting)
        raise ComparisonError(f'"{text}" may mean {both}', "give the pair as a tuple in Python")
    return _known(fitting[0] if fitting else splits[len(splits) // 2], counts)


def _known(pair: tuple[str, str], counts: dict[str, int]) -> tuple[str, str]:
    one, two = (_same(label, counts) or _unknown(label, counts) for label in pair)
    return one, two


def _same(label: str, counts: dict[str, int]) -> str:
    """Find a label, also if its accents are encoded in another way; empty if there is none."""
    if label in counts:
        return label
    plain = unicodedata.normalize("NFC", label)
    return next((name for name in counts if unicodedata.normalize("NFC", name) == plain), "")


def _unknown(label: str, counts: dict[str, int]) -> str:
    near = difflib.get_close_matches(label, counts, n=3, cutoff=0.5)
    near += [name for name in sorted(counts) if name.casefold() == label.casefold() and name not in near]
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    raise ComparisonError(f'no token has the label "{label}"', f"{guess}labels: {_listed(counts)}")


def _listed(counts: dict[str, int]) -> str:
    names = sorted(counts)
    more = f" ... ({len(names)} labels)" if len(names) > LISTED else ""
    return ", ".join(f"{name} ({counts[name]})" for name in names[:LISTED]) + more


def in_context(
    table: pd.DataFrame, before: Sequence[str], after: Sequence[str], *, following: str, preceding: str
) -> pd.DataFrame:
    """Keep the tokens before and after these segments.

    Parameters
    ----------
    table : pandas.DataFrame
    before, after : sequence of str
        Following and preceding segments; empty: any.
    following, preceding : str
        Columns.

    Raises
    ------
    ComparisonError
        No such column, or no token in this context; the message names the segments that occur.
    """
    for wanted, column, word in ((before, following, "before"), (after, preceding, "after")):
        if not wanted:
            continue
        if column not in table.columns:
            raise ComparisonError(
                f'tokens {word} {", ".join(wanted)} can\'t be found: the table has no column "{column}"',
                f"name the column of the segment; columns: {', '.join(map(str, table.columns[:20]))}",
            )
        texts = [
            unicodedata.normalize("NFC", str(cell).strip()) if cell == cell else "" for cell in table[column]
        ]
        allowed = {unicodedata.normalize("NFC", segment) for segment in wanted}
        kept = [text in allowed for text in texts]
        if not any(kept):
            often = ", ".join(name for name, _ in Counter(filter(None, texts)).most_common(15))
            raise ComparisonError(
                f'no token stands {word} {" or ".join(wanted)} (column "{column}")',
                f"segments there, most frequent first: {often}" if often else "the column is empty",
            )
        table = table[kept]
    return table
