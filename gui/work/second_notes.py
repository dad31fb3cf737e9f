"""What is remembered of second annotators: tiers that belong together, what was decided, blind samples.

`layout["second"]` of a session holds it as plain values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from w2vpraat.compare.agreement.disagreements import Disagreement
from w2vpraat.params.agreeing import AgreementParams

KEY = "second"
"""Where it is in the layout of a session."""


class Mark(NamedTuple):
    """What tells a disagreement from others as long as it is the same: names and times, no item numbers.

    Attributes
    ----------
    tier, kind, first_label, second_label : str
    first_time, second_time : float or None
        Of what the decision is about, in seconds to the microsecond.
    """

    tier: str
    kind: str
    first_label: str
    second_label: str
    first_time: float | None
    second_time: float | None


def mark_of(one: Disagreement, tier: str) -> Mark:
    """Return the mark of a disagreement.

    Parameters
    ----------
    one : Disagreement
    tier : str
        Name of the first's tier.
    """
    first: float | None = one.first_time
    second: float | None = one.second_time
    if one.kind == "boundary":
        return Mark(tier, one.kind, "", "", _time(first), _time(second))
    if one.kind == "missing in first":
        first = None
    elif one.kind == "missing in second":
        second = None
    else:
        first = None  # a decision on the label holds while our boundaries move
    return Mark(tier, one.kind, one.first_label, one.second_label, _time(first), _time(second))


@dataclass(frozen=True)
class Sample:
    """What a blind copy hides.

    Parameters
    ----------
    tier : str
        Name of the tier.
    times : tuple of float
        Middles of the intervals (or points) of the sample, in seconds: their numbers may change.
    """

    tier: str
    times: tuple[float, ...]


Place = tuple[str, str]
"""Name of a recording and name of the second annotator's file."""


@dataclass(frozen=True)
class SecondNotes:
    """All of it.

    Parameters
    ----------
    tier : str
        Name of the tier that was looked at last.
    smallest : float
        Boundaries that differ by less are not listed; in milliseconds.
    whole : bool
        Compare everything with a blind copy too, not only its sample.
    partners : mapping
        Recording to names of tiers that belong together (see `gui/tier_pairs.py`).
    kept : mapping
        Recording and file to the marks of what was kept as it is.
    samples : mapping
        Recording and file to the sample of a blind copy.
    """

    tier: str = ""
    smallest: float = 1000.0 * AgreementParams().listed_from
    whole: bool = False
    partners: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kept: Mapping[Place, frozenset[Mark]] = field(default_factory=dict)
    samples: Mapping[Place, Sample] = field(default_factory=dict)

    def with_partner(self, recording: str, tier: str, partner: str) -> SecondNotes:
        """Say which tier belongs to a tier; empty: none."""
        known = {**self.partners.get(recording, {}), tier: partner}
        return replace(self, partners={**self.partners, recording: known})

    def with_kept(self, place: Place, kept: frozenset[Mark]) -> SecondNotes:
        """Say what is kept as it is."""
        rest = {where: marks for where, marks in self.kept.items() if where != place}
        return replace(self, kept={**rest, place: kept} if kept else rest)

    def with_sample(self, place: Place, sample: Sample) -> SecondNotes:
        """Remember a blind copy."""
        return replace(self, samples={**self.samples, place: sample})

    def as_layout(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "tier": self.tier,
            "smallest": self.smallest,
            "whole": self.whole,
            "partners": {name: dict(pairs) for name, pairs in self.partners.items()},
            "kept": [[*place, *map(list, sorted(marks, key=str))] for place, marks in self.kept.items()],
            "samples": [[*place, one.tier, list(one.times)] for place, one in self.samples.items()],
        }


def read_notes(layout: Mapping[str, Any]) -> SecondNotes:
    """Return what a session remembers; what is not understood counts as not there."""
    found = layout.get(KEY)
    standard = SecondNotes()
    if not isinstance(found, Mapping):
        return standard
    try:
        return SecondNotes(
            tier=str(found.get("tier", "")),
            smallest=float(found.get("smallest", standard.smallest)),
            whole=bool(found.get("whole", False)),
            partners={
                str(name): {str(tier): str(partner) for tier, partner in pairs.items()}
                for name, pairs in found.get("partners", {}).items()
            },
            kept={
                (str(name), str(file)): frozenset(Mark(*mark) for mark in marks)
                for name, file, *marks in found.get("kept", [])
            },
            samples={
                (str(name), str(file)): Sample(str(tier), tuple(map(float, times)))
                for name, file, tier, times in found.get("samples", [])
            },
        )
    except (TypeError, ValueError, AttributeError):
        # The list of a session edited by hand must not keep anybody from working.
        return standard


def _time(time: float | None) -> float | None:
    return None if time is None or time != time else round(time, 6)
