"""Tables of the layers of several models: similarity, subspaces, and the probes in tidy form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import group_folds, paired_speakers, speaker_folds, within_speaker_folds
from w2vpraat.compare.material import Material
from w2vpraat.compare.scores import Scores
from w2vpraat.compare.similarity.cca import Similarity, label_similarity, similarities
from w2vpraat.compare.similarity.subspaces import measure_subspaces, subspace_rows
from w2vpraat.compare.similarity.views import View, make_label_view, make_view
from w2vpraat.errors import ComparisonError
from w2vpraat.events import Progress
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.pipeline.several_models import ModelVectors
    from w2vpraat.session.settings import Settings

Ints = NDArray[np.intp]
Fold = tuple[Ints, Ints]

# Canonical correlations are fitted once per fold, layer and pair of models.
FOLDS = 5
FEWEST_SPEAKERS = 3
PROBE_COLUMNS = (
    "model",
    "layer",
    "probe",
    "target",
    "unit",
    "value",
    "low",
    "high",
    "chance",
    "shuffled",
    "n",
    "n_speakers",
    "n_classes",
    "dim",
    "space",
    "representation",
    "note",
)


def probe_table(scores: Scores, items: Sequence[Representation], space: str) -> pd.DataFrame:
    """Turn scores into a tidy table: one row per model, layer, probe and target.

    Parameters
    ----------
    scores : Scores
        Of representations in one space.
    items : sequence of Representation
        The same; model and layer are in their provenance. Others (formants) have no layer.
    space : str
        ``raw`` or ``collapsed``.

    Returns
    -------
    pandas.DataFrame
        Columns as in `PROBE_COLUMNS`.
    """
    table = scores.table.rename(columns={"goal": "target", "n_tokens": "n"})
    provenance = {item.name: item.provenance for item in items}
    facts = [provenance[name] for name in table["representation"]]
    table["model"] = [fact.get("model", "formants") for fact in facts]
    table["layer"] = [fact.get("layer") for fact in facts]
    table["layer"] = table["layer"].astype("Int64")
    table["space"] = space
    table["n_classes"] = [scores.n_classes[goal] for goal in table["target"]]
    return table[list(PROBE_COLUMNS)]


@dataclass(frozen=True, eq=False)
class _Factor:
    """Classes that layers are compared with, and the folds that hold them out fairly."""

    name: str
    classes: Ints
    folds: tuple[Fold, ...]
    strata: Ints | None
    view: View


def similarity_rows(
    material: Material, models: Sequence[ModelVectors], reference: str, settings: Settings
) -> Iterator[Progress | list[dict[str, Any]] | str]:
    """Compare layers of the same number with those of the reference, and all layers with one-hot classes.

    Parameters
    ----------
    material : Material
        Tokens that are complete in all layers.
    models : sequence of ModelVectors
    reference : str
        The pre-trained model.
    settings : Settings
        Sections `layers` (kept variance) and `compare` (bootstrap, seed, level).

    Yields
    ------
    Progress, notes (str), then the rows
    """
    if material.n_speakers < FEWEST_SPEAKERS:
        yield f"no canonical correlations: they need {FEWEST_SPEAKERS} speakers, one third held out at a time"
        yield []
        return
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    folds = speaker_folds(material.speakers, FOLDS).folds
    factors = []
    for name, classes, parts, strata in _factors(material, folds, settings.compare.seed):
        try:
            factors.append(_Factor(name, classes, parts, strata, make_label_view(classes, parts)))
        except ComparisonError as error:
            notes.append(f"layers are not compared with {name}: {error}")
    base = next(one for one in models if one.name == reference)
    total = sum(len(one.layers) for one in models)
    done = 0
    views: dict[int, View] = {}
    for model in (base, *(one for one in models if one is not base)):
        for layer, item in model.layers.items():
            vectors = material.vectors(item)
            try:
                if model is base:
                    views[layer] = make_view(vectors, folds, kept=settings.layers.variance)
                elif layer in views:
                    mine = make_view(vectors, folds, kept=settings.layers.variance)
                    found = similarities(views[layer], mine, material.speakers, **_bootstrap(settings))
                    rows += [_row("models", model.name, reference, layer, one) for one in found.values()]
            except ComparisonError as error:
                notes.append(f"{model.name} layer {layer} is not compared with {reference}: {error}")
            for factor in factors:
                try:
                    mine = make_view(vectors, factor.folds, kept=1.0, dev=True)
                    one = label_similarity(
                        factor.view, mine, material.speakers, strata=factor.strata, **_bootstrap(settings)
                    )
                except ComparisonError as error:
                    notes.append(f"{model.name} layer {layer} is not compared with {factor.name}: {error}")
                else:
                    rows.append(_row("labels", model.name, factor.name, layer, one))
            done += 1
            yield Progress("similarity", done, total, item.name)
    yield from dict.fromkeys(notes)
    yield rows


def _bootstrap(settings: Settings) -> dict[str, Any]:
    compare = settings.compare
    return {"bootstrap": compare.bootstrap, "seed": compare.seed, "level": compare.level}


def _factors(
    material: Material, folds: tuple[Fold, ...], seed: int
) -> Iterator[tuple[str, Ints, tuple[Fold, ...], Ints | None]]:
    yield "label", material.labels, folds, None
    # A speaker who is held out is a class that training never saw: other recordings of all speakers are.
    within = within_speaker_folds(material.speakers, material.labels, material.files, seed=seed)
    yield "speaker", material.speakers, within.folds, None
    known = material.sex >= 0
    if known.all() and len(np.unique(material.sex)) == 2:
        groups = paired_speakers(material.sex, most=FOLDS, seed=seed)
        if len(groups) >= FEWEST_SPEAKERS:
            usable = np.ones(len(material.speakers), dtype=bool)
            parts = group_folds(material.speakers, groups, usable)
            yield "sex", material.sex[material.speakers], parts, material.sex


def _row(kind: str, model: str, other: str, layer: int, found: Similarity) -> dict[str, Any]:
    return {
        "kind": kind,
        "model": model,
        "other": other,
        "layer": layer,
        "measure": found.measure,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "in_sample": found.in_sample,
        # The view of the model itself is the second one, that of the reference or the classes the first.
        "kept_variance": found.kept_variance_y,
        "kept_variance_other": found.kept_variance_x,
        "dims": found.dims_y,
        "dims_other": found.dims_x,
        "n": found.n_tokens,
        "n_speakers": found.n_speakers,
    }


def subspaces(
    material: Material, models: Sequence[ModelVectors], settings: Settings
) -> Iterator[Progress | list[dict[str, Any]] | str]:
    """Measure how the subspaces of speakers and of labels lie, in every layer.

    Yields
    ------
    Progress, notes (str), then the rows
    """
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    total = sum(len(one.layers) for one in models)
    done = 0
    for model in models:
        for layer, item in model.layers.items():
            try:
                found = measure_subspaces(
                    material.vectors(item),
                    material.speakers,
                    material.labels,
                    kept=settings.layers.subspace_variance,
                    seed=settings.compare.seed,
                )
            except ComparisonError as error:
                notes.append(f"no subspaces: {error}")
            else:
                rows += [{"model": model.name, "layer": layer, **row} for row in subspace_rows(found)]
            done += 1
            yield Progress("subspaces", done, total, item.name)
    yield from dict.fromkeys(notes)
    yield rows


def collapsed(
    models: Sequence[ModelVectors], speaker_of: Mapping[str, str], share: float
) -> list[Representation]:
    """Remove the subspace of speaker means from every layer.

    Parameters
    ----------
    models : sequence of ModelVectors
    speaker_of : mapping
        Token -> speaker.
    share : float
        Of the variance between speaker means.
    """
    from w2vpraat.normalize.embeddings import normalize_vectors

    made = []
    for model in models:
        for item in model.layers.values():
            found = normalize_vectors(item, "subspace", [speaker_of[i] for i in item.ids], variance=share)
            made.append(replace(found, name=item.name))
    return made
