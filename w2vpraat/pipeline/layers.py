"""Layer by layer: probes, similarity, subspaces and maps of several models, as one iterator of events."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from w2vpraat.errors import ComparisonError, InputError
from w2vpraat.events import Progress, Skipped, relayed
from w2vpraat.pipeline.opening import Opened, opening, unsaved_notes, vowel_labels
from w2vpraat.pipeline.several_models import (
    ModelVectors,
    find_models,
    model_vectors,
    thin_tokens,
)
from w2vpraat.representation import Representation
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.maps.factor_maps import FactorMap
    from w2vpraat.compare.scores import Scores
    from w2vpraat.corpus.discover import Corpus
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


def preparing(
    settings: Settings,
    encoders: dict[str, Encoder],
    wanted: Sequence[int] = (),
    *,
    rivals: bool,
    corpus: Corpus | None = None,
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
    corpus : Corpus, optional
        As for `opening`.

    Yields
    ------
    Progress, Skipped, then Prepared
    """
    from w2vpraat.compare.material import column_texts

    skipped: list[Skipped] = []
    opened = yield from relayed(opening(settings, corpus), Opened, skipped)
    opened, note = thin_tokens(opened, settings.layers.most_tokens, settings.compare.seed)
    notes = [*([note] if note else []), *unsaved_notes(opened)]
    table = opened.tokens.frame()
    for name in settings.compare.columns:
        column_texts(table, name, ())  # a wrong name is told before the models are run
    models: list[ModelVectors] = []
    for event in model_vectors(opened, encoders, wanted):
        if isinstance(event, ModelVectors):
            models.append(event)
        else:
            skipped += [event] if isinstance(event, Skipped) else []
            yield event
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


def looking_into_layers(
    settings: Settings, *, corpus: Corpus | None = None
) -> Iterator[Progress | Skipped | LayersResults]:
    """Probe, compare, map and collapse the layers of several models.

    Parameters
    ----------
    settings : Settings
        Sections `read`, `tokens`, `embed`, `compare`, `layers`; and, with formants, those of measuring and
        `normalize`. ``embed.layers`` chooses the layers (empty: all).
    corpus : Corpus, optional
        Already found, perhaps with annotations that are open in an editor; default: by the settings.

    Yields
    ------
    Progress, Skipped, then LayersResults

    Raises
    ------
    W2VPraatError
        If nothing can be done: no tokens, no such model, fewer than two labels.
    """
    started = datetime.now(timezone.utc)
    encoders = find_models(settings)
    reference = check_reference(settings.layers.reference, list(encoders))
    prepared = yield from relayed(
        preparing(settings, encoders, settings.embed.layers, rivals=settings.layers.rivals, corpus=corpus),
        Prepared,
    )
    notes = list(prepared.notes)
    frames, scores = yield from _probed(prepared, settings)
    notes += scores.notes
    rows = yield from _measured(prepared, reference, settings, notes)
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
        tables=_tables(frames, rows, maps, scores),
        maps=tuple(maps),
        scores=scores,
        notes=tuple(dict.fromkeys(notes)),
        started=started,
    )


def _probed(
    prepared: Prepared, settings: Settings
) -> Generator[Progress, None, tuple[list[pd.DataFrame], Scores]]:
    """Probe all spaces as they are, and the layers with the speaker subspace removed."""
    from w2vpraat.compare.comparison import compare_each
    from w2vpraat.compare.scores import Scores
    from w2vpraat.pipeline.layer_tables import collapsed, probe_table

    params, table = settings.layers, prepared.table
    how = replace(settings.compare, probes=params.probes, within=False, dimensions=-1)
    spaces = [("raw", prepared.items, how)]
    fewer = tuple(probe for probe in COLLAPSE_PROBES if probe in params.probes)
    if params.collapse and fewer and table["speaker"].nunique() > 1:
        speaker_of = dict(zip(table["id"], table["speaker"], strict=True))
        flat = tuple(collapsed(prepared.models, speaker_of, params.subspace_variance))
        spaces.append(("collapsed", flat, replace(how, probes=fewer)))
    frames, found = [], []
    for space, items, asked in spaces:
        for done, event in enumerate(
            compare_each(items, table, asked, columns=settings.compare.columns), start=1
        ):
            if isinstance(event, Scores):
                found.append(event)
                frames.append(probe_table(event, items, space))
            else:
                yield Progress(f"probe {space}", done, len(items), event)
    return frames, found[0]


def _measured(
    prepared: Prepared, reference: str, settings: Settings, notes: list[str]
) -> Generator[Progress, None, dict[str, list[dict[str, Any]]]]:
    """Measure similarity and subspaces; what can't be measured is added to the notes."""
    from w2vpraat.compare.material import gather
    from w2vpraat.pipeline.layer_tables import similarity_rows, subspaces

    material = gather(
        prepared.items,
        prepared.table,
        settings.compare,
        label="label",
        speaker="speaker",
        sex="sex",
        file="file_name",
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for name, made in (
        ("similarity", similarity_rows(material, prepared.models, reference, settings)),
        ("subspaces", subspaces(material, prepared.models, settings)),
    ):
        for event in made:
            if isinstance(event, str):
                notes.append(event)
            elif isinstance(event, list):
                found[name] = event
            else:
                yield event
    return found


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

    from w2vpraat.compare.maps.factor_maps import point_rows, quality_rows

    return {
        "layers": pd.concat(frames, ignore_index=True),
        **{name: pd.DataFrame(found) for name, found in rows.items()},
        "maps": pd.DataFrame(quality_rows(maps)),
        "map_points": pd.DataFrame(point_rows(maps)),
        "left_out": scores.left_out,
    }


def _maps(prepared: Prepared, reference: str, settings: Settings) -> Iterator[Any]:
    from w2vpraat.compare.maps.factor_maps import each_factor_map

    params = settings.layers
    methods = [method for method in params.maps if method != "none"]
    if not methods:
        return
    factors = ["label", "speaker"]
    if "sex" in prepared.table.columns and prepared.table["sex"].astype(bool).any():
        factors.append("sex")
    factors += [name for name in settings.compare.columns if name not in factors]
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
        except ComparisonError as error:
            yield f"no maps of layer {number}: {error}"
