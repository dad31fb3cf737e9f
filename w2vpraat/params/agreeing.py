"""Two annotators of the same recordings."""

from __future__ import annotations

from dataclasses import dataclass

from w2vpraat.params.base import ParamGroup, param


@dataclass(frozen=True)
class AgreementParams(ParamGroup):
    """How two annotations are matched, and what counts as a disagreement."""

    max_shift: float = param(
        0.2,
        "Intervals of the same label, and points of any, are matched up to so far apart.",
        unit="s",
        minimum=0.0,
        maximum=10.0,
    )
    least_overlap: float = param(
        0.5,
        "Intervals of different labels are matched if they share so much of the shorter one.",
        minimum=0.01,
        maximum=1.0,
    )
    pauses: tuple[str, ...] = param(
        (), "Labels that stand for a pause, beside empty ones; none given: sil, sp, spn, pau, <p:>, # ..."
    )
    tolerances: tuple[float, ...] = param(
        (0.010, 0.020, 0.050),
        "Shares of boundaries that differ by no more than these are reported.",
        unit="s",
        minimum=0.0001,
    )
    listed_from: float = param(
        0.020,
        "Boundaries that differ by less than this are not listed as disagreements.",
        unit="s",
        minimum=0.0,
    )
    bootstrap: int = param(1000, "Bootstrap samples over recordings for the intervals; 0: none.", minimum=0)
    level: float = param(0.95, "Level of the intervals.", minimum=0.5, maximum=0.999)
    seed: int = param(0, "Seed of everything random.", minimum=0)
