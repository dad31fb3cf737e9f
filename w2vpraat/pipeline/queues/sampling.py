"""A random sample in which every label and speaker has its share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


def stratified_sample(
    tokens: pd.DataFrame, columns: Sequence[str], size: int, seed: int = 1
) -> NDArray[np.intp]:
    """Draw tokens so that the values of columns have the same shares as in all tokens.

    Parameters
    ----------
    tokens : pandas.DataFrame
        One row per token, with a column ``id``.
    columns : sequence of str
        The most important one first. Without any it is a simple random sample.
    size : int
        Tokens to draw; all if there are not so many.
    seed : int
        The same seed draws the same tokens, in whatever order the table is.

    Returns
    -------
    ndarray of intp, shape (min(size, n_tokens),)
        Rows, in random order, so that nobody who reviews them hears one label after another.

    Notes
    -----
    Systematic sampling from a list in implicit strata (Madow & Madow 1944, Ann. Math. Stat. 15:1-24): tokens
    are sorted by the columns, values in random order and tokens of a stratum too, and one is taken after
    each n_tokens / size. Every token has the same chance; each value of the first column gets its share
    to within one token.
    """
    random = np.random.default_rng(seed)
    n_tokens = len(tokens)
    ids = tokens["id"].astype(str).to_numpy(dtype=object)
    by_id = np.argsort(ids, kind="stable")
    size = min(size, n_tokens)
    keys: list[NDArray[np.float64]] = []
    for name in columns:
        texts = tokens[name].astype(str).to_numpy(dtype=object)[by_id]
        values, numbers = np.unique(texts, return_inverse=True)
        keys.append(random.permutation(len(values)).astype(np.float64)[numbers])
    keys.append(random.random(n_tokens))
    order = by_id[np.lexsort(tuple(reversed(keys)))]
    places = np.floor((np.arange(size) + random.random()) * n_tokens / max(size, 1)).astype(np.intp)
    return np.asarray(random.permutation(order[np.minimum(places, n_tokens - 1)]), dtype=np.intp)
