"""Lossless TextGrids: read every form, edit purely, save only what changed."""

from __future__ import annotations

from w2vpraat.corpus.textgrid.reader import parse_textgrids, read_textgrid, read_textgrids
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, PointTier, TextGrid, Tier

__all__ = [
    "Interval",
    "IntervalTier",
    "Point",
    "PointTier",
    "TextGrid",
    "Tier",
    "parse_textgrids",
    "read_textgrid",
    "read_textgrids",
]
