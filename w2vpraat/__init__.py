"""wav2vec 2.0 embeddings beside normalized formants, per TextGrid interval."""

from __future__ import annotations

__version__ = "0.1.0"
