"""Choose the tokens: intervals or points of a tier, by label, duration and context."""

from __future__ import annotations

from w2vpraat.corpus.token_values import Rejected, Token, Tokens

__all__ = ["Rejected", "Token", "Tokens"]
