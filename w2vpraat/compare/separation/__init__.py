"""How far categories lie apart: two at a time, and all at once."""

from __future__ import annotations

from w2vpraat.compare.separation.pairs import PairTable, merger, pair_separation
from w2vpraat.compare.separation.reading import explain_pair, explain_pairs
from w2vpraat.compare.separation.variance import Separation, separation_of_all

__all__ = [
    "PairTable",
    "Separation",
    "explain_pair",
    "explain_pairs",
    "merger",
    "pair_separation",
    "separation_of_all",
]
