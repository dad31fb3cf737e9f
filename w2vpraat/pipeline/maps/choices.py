"""What can be chosen for a map of these tokens, with the reason where something cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from w2vpraat.pipeline.maps.values import POOLING_TITLES, normalization_title

if TYPE_CHECKING:
    from w2vpraat.normalize.method_info import MethodInfo
    from w2vpraat.pipeline.live.live_results import LiveResults

# Columns with more values than this give no colours that an eye could tell apart.
MOST_VALUES = 60
FORMANTS = ("F1", "F2", "F3", "F4")
PROJECTIONS = {
    "auto": "automatic",
    "chart": "chart of two columns",
    "pca": "principal components",
    "lda": "discriminants (LDA)",
    "mds": "classical scaling (MDS)",
    "umap": "UMAP",
    "tsne": "t-SNE",
}
# Columns of tokens in this order, then metadata.
FIRST_COLUMNS = ("label", "speaker", "sex")
NO_COLUMNS = ("id",)


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen.

    Attributes
    ----------
    key : str
        As in `MapParams`.
    title : str
        As a reader sees it.
    why_not : str
        Why it cannot be chosen with these tokens; empty if it can.
    told : str
        More about it, for a tool tip.
    """

    key: str
    title: str
    why_not: str = ""
    told: str = ""

    @property
    def allowed(self) -> bool:
        """Whether it can be chosen."""
        return not self.why_not


@dataclass(frozen=True)
class ModelChoice:
    """A model with its hidden states: layers 0 to ``layers``."""

    key: str
    title: str
    layers: int
    recommended_layer: int
    dim: int
    why_not: str = ""

    @property
    def allowed(self) -> bool:
        """Whether it can be chosen."""
        return not self.why_not


@dataclass(frozen=True)
class MapChoices:
    """What the combo boxes of a map offer.

    Attributes
    ----------
    sources : tuple of Choice
    formants : tuple of str
        Columns of formants that were measured.
    normalizations, projections : mapping of str to tuple of Choice
        By source.
    scales : tuple of Choice
        For formants and f0.
    models : tuple of ModelChoice
        Bundled ones, the user's own, and those that there are vectors of.
    poolings : tuple of Choice
    columns : tuple of Choice
        For colour, shape and the number under a map.
    has_courses : bool
        Whether tokens were measured at several points.
    """

    sources: tuple[Choice, ...]
    formants: tuple[str, ...]
    normalizations: Mapping[str, tuple[Choice, ...]]
    projections: Mapping[str, tuple[Choice, ...]]
    scales: tuple[Choice, ...]
    models: tuple[ModelChoice, ...]
    poolings: tuple[Choice, ...]
    columns: tuple[Choice, ...]
    has_courses: bool


def choices_for(live: LiveResults) -> MapChoices:
    """Find out what can be chosen for a map of these tokens (quick, any thread)."""
    from w2vpraat.normalize.scales import SCALES

    numbers = set(live.number_columns)
    formants = tuple(name for name in FORMANTS if name in numbers)
    measured = "" if formants else "formants were not measured"
    sources = (
        Choice("formants", "formants", measured),
        Choice("f0", "f0", "" if "f0" in numbers else "f0 was not measured"),
        Choice("duration", "duration"),
        Choice("embedding", "vectors of a model"),
    )
    return MapChoices(
        sources=sources,
        formants=formants,
        normalizations=_normalizations(live, numbers),
        projections=_projections(formants),
        scales=(
            Choice("hz", "Hz"),
            *(Choice(scale.key, scale.name, told=scale.formula) for scale in SCALES.values()),
        ),
        models=_models(live),
        poolings=tuple(Choice(key, title) for key, title in POOLING_TITLES.items()),
        columns=_columns(live),
        has_courses=_has_courses(live),
    )


def _normalizations(live: LiveResults, numbers: set[str]) -> dict[str, tuple[Choice, ...]]:
    from w2vpraat.normalize.methods import describe_methods

    n_speakers = len(set(live.texts("speaker")))
    found = {}
    for source in ("formants", "f0", "embedding"):
        found[source] = (
            Choice("none", "none"),
            *(
                Choice(
                    info.key,
                    normalization_title(info.key),
                    _why_not(info, numbers, n_speakers),
                    info.formula,
                )
                for info in describe_methods(source)
            ),
        )
    return {**found, "duration": (Choice("none", "none"),)}


def _why_not(info: MethodInfo, numbers: set[str], n_speakers: int) -> str:
    lacking = [name for name in info.needs if name in (*FORMANTS, "f0") and name not in numbers]
    if lacking:
        return f"needs {', '.join(lacking)}"
    if info.key == "subspace" and n_speakers < 2:
        return "needs several speakers"
    return ""


def _projections(formants: tuple[str, ...]) -> dict[str, tuple[Choice, ...]]:
    chart = "" if {"F1", "F2"} <= set(formants) else "needs F1 and F2"
    flat = tuple(Choice(key, title) for key, title in PROJECTIONS.items() if key != "chart")
    one = (Choice("auto", "value beside each label"),)
    return {
        "formants": (flat[0], Choice("chart", "vowel chart", chart), *flat[1:]),
        "f0": one,
        "duration": one,
        "embedding": flat,
    }


def _models(live: LiveResults) -> tuple[ModelChoice, ...]:
    from w2vpraat.models.catalogue import catalogue

    found = [
        ModelChoice(one.name, one.title or one.name, one.layers, one.recommended_layer, one.dim, one.problem)
        for one in catalogue()
    ]
    known = {one.key for one in found}
    # A folder or hub id that was measured with need not be on the list.
    for name in dict.fromkeys(key.model for key in live.vector_keys if key.model not in known):
        own = [key for key in live.vector_keys if key.model == name]
        highest = max(key.layer for key in own)
        found.append(ModelChoice(name, name, highest, own[0].layer, live.vectors(own[0]).shape[1]))
    return tuple(found)


def _columns(live: LiveResults) -> tuple[Choice, ...]:
    names = [name for name in live.text_columns if name not in NO_COLUMNS]
    order = [name for name in FIRST_COLUMNS if name in names]
    made = []
    for name in [*order, *(name for name in names if name not in order)]:
        values = set(live.texts(name)) - {""}
        if not values:
            continue
        many = len(values) > MOST_VALUES and name not in FIRST_COLUMNS
        made.append(Choice(name, name, f"has {len(values)} values" if many else ""))
    return tuple(made)


def _has_courses(live: LiveResults) -> bool:
    return len(live.prop_times) > 1 and not {"F1", "f0"}.isdisjoint(live.number_columns)
