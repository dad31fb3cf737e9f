"""Layer by layer: probes, similarity, subspaces and maps of several models, as one iterator of events."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from w2vpraat.errors import ComparisonError, InputError, W2VPraatError
from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.opening import Opened, opening, vowel_labels
from w2vpraat.pipeline.several_models import (
    ModelVectors,
    find_models,
    model_vectors,
    thin_tokens,
    token_table,
)
from w2vpraat.representation import Representation
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.factor_maps import FactorMap
    from w2vpraat.compare.scores import Scores
    from w2vpraat.models.encoder import Encoder

# Removing the speaker is asked of these probes only: the third takes as long as both.
COLLAPSE_PROBES = ("lda", "knn")


@dataclass(frozen=True, eq=False)
class Prepared:
    """Models and formants for the same tokens.

    Parameters
    ----------
    opened : Opened
        Corpus, tokens, settings.
    models : tuple of ModelVectors
    rivals : tuple of Representation
        Formants, raw and normalized; empty if they were not wanted.
    table : pandas.DataFrame
        One row per token.
    notes : tuple of str
    skipped : tuple of Skipped
    """

    opened: Opened
    models: tuple[ModelVectors, ...]
    rivals: tuple[Representation, ...]
    table: pd.DataFrame
    notes: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    @property
    def items(self) -> tuple[Representation, ...]:
        """All representations: formants, then layer after layer of each model."""
        return (*self.rivals, *(item for model in self.models for item in model.layers.values()))


@dataclass(frozen=True, eq=False)
class LayersResults:
    """Everything that was found.

    Parameters
    ----------
    prepared : Prepared
    reference : str
        The model that the others were compared with.
    tables : mapping of str to DataFrame
        ``layers``, ``similarity``, ``subspaces``, ``maps``, ``map_points``, ``left_out``.
    maps : tuple of FactorMap
    scores : Scores
        Of the raw spaces, for further differences.
    notes : tuple of str
        What the reader should know.
    started : datetime
        When the run began (UTC).
    """

    prepared: Prepared
    reference: str
    tables: Mapping[str, pd.DataFrame]
    maps: tuple[FactorMap, ...]
    scores: Scores
    notes: tuple[str, ...]
    started: datetime


@dataclass
class _Collected:
    notes: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def preparing(
    settings: Settings, encoders: dict[str, Encoder], wanted: Sequence[int] = (), *, rivals: bool
) -> Iterator[Any]:
    """Open the corpus, draw tokens, embed them with every model, and measure formants.

    Parameters
    ----------
    settings : Settings
    encoders : dict of str to Encoder
        From `find_models`.
    wanted : sequence of int
        Layers; empty: all.
    rivals : bool
        Whether formants are wanted; they are left out if some labels are no vowels.

    Yields
    ------
    Progress, Skipped, then Prepared
    """
    skipped: list[Skipped] = []
    opened: Opened | None = None
    for event in opening(settings):
        if isinstance(event, Opened):
            opened = event
        else:
            skipped += [event] if isinstance(event, Skipped) else []
            yield event
    if opened is None:
        raise RuntimeError("opening ended without a result")
    opened, note = thin_tokens(opened, settings.layers.most_tokens, settings.compare.seed)
    notes = [note] if note else []
    models: list[ModelVectors] = []
    for event in model_vectors(opened, encoders, wanted):
        if isinstance(event, ModelVectors):
            models.append(event)
        else:
            skipped += [event] if isinstance(event, Skipped) else []
            yield event
    table = token_table(opened)
    formants: list[Representation] = []
    if rivals:
        for event in _formants(opened):
            if isinstance(event, list):
                formants = event
            elif isinstance(event, str):
                notes.append(event)
            else:
                skipped += [event] if isinstance(event, Skipped) else []
                yield event
    yield Prepared(opened, tuple(models), tuple(formants), table, tuple(notes), tuple(skipped))


def _formants(opened: Opened) -> Iterator[Any]:
    """Yield progress, notes, and the raw and normalized formants as a list."""
    from w2vpraat.pipeline.measuring import Measurements, measuring
    from w2vpraat.pipeline.spaces import build_spaces
    from w2vpraat.session.measured import measured_store

    labels = [token.label for token in opened.tokens.kept]
    vowels = vowel_labels(labels, opened.settings.tokens.label_map)
    other = sum(label not in vowels for label in labels)
    if other:
        yield (
            f"formants are left out: {other} of {len(labels)} tokens are no vowels "
            "(--label-map and --label-class vowel choose vowels)"
        )
        return
    for event in measuring(opened, measured_store(), workers=os.cpu_count() or 1):
        if isinstance(event, Measurements):
            spaces = build_spaces(event.table, (), opened.settings.normalize)
            yield from spaces.warnings
            yield list(spaces.representations)
        else:
            yield event


def looking_into_layers(settings: Settings) -> Iterator[Progress | Skipped | LayersResults]:
    """Probe, compare, map and collapse the layers of several models.

    Parameters
    ----------
    settings : Settings
        Sections `read`, `tokens`, `embed`, `compare`, `layers`; and, with formants, those of measuring and
        `normalize`. ``embed.layers`` chooses the layers (empty: all).

    Yields
    ------
    Progress, Skipped, then LayersResults

    Raises
    ------
    W2VPraatError
        If nothing can be done: no tokens, no such model, fewer than two labels.
    """
    from w2vpraat.compare.comparison import compare_each
    from w2vpraat.compare.material import gather
    from w2vpraat.pipeline.layer_tables import collapsed, probe_table, similarity_rows, subspaces

    started = datetime.now(timezone.utc)
    params = settings.layers
    encoders = find_models(settings)
    reference = check_reference(params.reference, list(encoders))
    prepared: Prepared | None = None
    for event in preparing(settings, encoders, settings.embed.layers, rivals=params.rivals):
        if isinstance(event, Prepared):
            prepared = event
        else:
            yield event
    if prepared is None:
        raise RuntimeError("preparing ended without a result")
    notes = list(prepared.notes)
    items, table = prepared.items, prepared.table
    probing = replace(settings.compare, probes=params.probes)
    frames = []
    spaces = [("raw", items, probing)]
    if params.collapse:
        fewer = tuple(probe for probe in COLLAPSE_PROBES if probe in params.probes)
        if fewer and table["speaker"].nunique() > 1:
            speaker_of = dict(zip(table["id"], table["speaker"], strict=True))
            flat = tuple(collapsed(prepared.models, speaker_of, params.subspace_variance))
            spaces.append(("collapsed", flat, replace(probing, probes=fewer)))
    raw: Scores | None = None
    for space, several, how in spaces:
        for done, event in enumerate(compare_each(several, table, how, columns=params.columns), start=1):
            if isinstance(event, str):
                yield Progress(f"probe {space}", done, len(several), event)
            else:
                frames.append(probe_table(event, several, space))
                raw = raw or event
    if raw is None:
        raise RuntimeError("the comparison ended without a result")
    notes += raw.notes
    material = gather(
        items, table, settings.compare, label="label", speaker="speaker", sex="sex", file="file_name"
    )
    collected = {}
    for name, made in (
        ("similarity", similarity_rows(material, prepared.models, reference, settings)),
        ("subspaces", subspaces(material, prepared.models, settings)),
    ):
        collected[name] = _Collected()
        for event in made:
            if isinstance(event, str):
                notes.append(event)
            elif isinstance(event, list):
                collected[name].rows = event
            else:
                yield event
    maps: list[FactorMap] = []
    for event in _maps(prepared, reference, settings):
        if isinstance(event, str):
            notes.append(event)
        elif isinstance(event, Progress):
            yield event
        else:
            maps.append(event)
    yield LayersResults(
        prepared=prepared,
        reference=reference,
        tables=_tables(frames, {name: one.rows for name, one in collected.items()}, maps, raw),
        maps=tuple(maps),
        scores=raw,
        notes=tuple(dict.fromkeys(notes)),
        started=started,
    )


def check_reference(wanted: str, names: Sequence[str]) -> str:
    """Return the model that the others are compared with: the wanted one, else the first."""
    if wanted and wanted not in names:
        raise InputError(
            f'the reference "{wanted}" is none of the models', f"one of {', '.join(names)} (--reference)"
        )
    return wanted or names[0]


def _tables(
    frames: Sequence[pd.DataFrame],
    rows: Mapping[str, list[dict[str, Any]]],
    maps: Sequence[FactorMap],
    scores: Scores,
) -> dict[str, pd.DataFrame]:
    import pandas as pd

    from w2vpraat.compare.factor_maps import point_rows, quality_rows

    return {
        "layers": pd.concat(frames, ignore_index=True),
        **{name: pd.DataFrame(found) for name, found in rows.items()},
        "maps": pd.DataFrame(quality_rows(maps)),
        "map_points": pd.DataFrame(point_rows(maps)),
        "left_out": scores.left_out,
    }


def _maps(prepared: Prepared, reference: str, settings: Settings) -> Iterator[Any]:
    from w2vpraat.compare.factor_maps import each_factor_map

    params = settings.layers
    methods = [method for method in params.maps if method != "none"]
    if not methods:
        return
    factors = ["label", "speaker"]
    if "sex" in prepared.table.columns and prepared.table["sex"].astype(bool).any():
        factors.append("sex")
    factors += [name for name in params.columns if name not in factors]
    numbers = params.map_layers or (max(next(iter(prepared.models)).layers),)
    total, done = len(numbers) * len(methods) * len(prepared.models), 0
    for number in numbers:
        chosen = [one.layers[number] for one in prepared.models if number in one.layers]
        first = f"{reference} layer {number}"
        try:
            found = each_factor_map(
                chosen,
                prepared.table,
                methods,
                factors,
                settings.compare,
                align_to=first if first in [item.name for item in chosen] else None,
            )
            for one in found:
                done += 1
                yield one
                yield Progress("maps", done, total, f"{one.name}, {one.method}")
        except (ComparisonError, W2VPraatError) as error:
            yield f"no maps of layer {number}: {error}"
