"""The yardsticks: probes with speakers held out, intervals over speakers, maps with a number."""

from __future__ import annotations

from w2vpraat.compare.comparison import compare
from w2vpraat.compare.maps.projection import FittedMap, MapQuality, Projection, align, fit_map, project
from w2vpraat.compare.reading import explain
from w2vpraat.compare.scores import Difference, Scores

__all__ = [
    "Difference",
    "FittedMap",
    "MapQuality",
    "Projection",
    "Scores",
    "align",
    "compare",
    "explain",
    "fit_map",
    "project",
]
