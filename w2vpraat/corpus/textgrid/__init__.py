"""Lossless TextGrids: read every form, edit purely, save only what changed."""

from __future__ import annotations

from w2vpraat.corpus.textgrid import edits, repairs
from w2vpraat.corpus.textgrid.interop import from_textgrid, to_textgrid
from w2vpraat.corpus.textgrid.reader import parse_textgrids, read_textgrid, read_textgrids
from w2vpraat.corpus.textgrid.trigraphs import matching_form, to_trigraphs, to_unicode
from w2vpraat.corpus.textgrid.values import Interval, IntervalTier, Point, PointTier, TextGrid, Tier
from w2vpraat.corpus.textgrid.writer import textgrid_bytes, write_textgrid, write_textgrids

__all__ = [
    "Interval",
    "IntervalTier",
    "Point",
    "PointTier",
    "TextGrid",
    "Tier",
    "edits",
    "from_textgrid",
    "matching_form",
    "parse_textgrids",
    "read_textgrid",
    "read_textgrids",
    "repairs",
    "textgrid_bytes",
    "to_textgrid",
    "to_trigraphs",
    "to_unicode",
    "write_textgrid",
    "write_textgrids",
]
