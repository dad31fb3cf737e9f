"""Formants, f0 and intensity of the tokens that an edit concerns."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Skipped
from w2vpraat.pipeline.live.planning import Plan
from w2vpraat.pipeline.live.recording_values import Measures, RecordingValues, split_measures
from w2vpraat.pipeline.measuring import noted

if TYPE_CHECKING:
    from w2vpraat.acoustics.sources import F0Range

NOT_ADAPTED, TOO_SHORT = "f0 range not adapted", "too short for f0"
WHOLE = "one speaker"
NEW_SPEAKER = "speaker came after the ceilings were chosen: ceiling by sex"


@dataclass(frozen=True, eq=False)
class MeasuredAgain:
    """Measures of all tokens of a recording, which of them are new, and why there are none if so."""

    measures: Measures
    refreshed: np.ndarray[Any, np.dtype[np.bool_]]
    skipped: tuple[Skipped, ...] = ()


def measured_again(
    plan: Plan, tokens: tuple[Token, ...], ceilings: Mapping[str, float], start_time: float
) -> MeasuredAgain:
    """Return the measures of a recording's tokens; what is known already is not measured.

    Parameters
    ----------
    plan : Plan
    tokens : tuple of Token
        All kept tokens as they are now.
    ceilings : mapping
        Set by hand: token id or speaker to Hz.
    start_time : float
        Time of the first sample in seconds.

    Raises
    ------
    W2VPraatError
        If the recording can't be measured and could be before.
    """
    base = plan.base
    assert base.measures is not None
    n_points, n_columns = base.measures.numbers.shape[1:]
    numbers = np.full((len(tokens), n_points, n_columns), np.nan)
    notes = np.full((len(tokens), n_points), "", dtype=object)
    refreshed = np.zeros(len(tokens), dtype=bool)
    try:
        recipes = _recipes(plan, tokens, ceilings, start_time)
        before = _before(plan) if base.measures.known else {}
        _remember(plan, before, set(recipes))
        missing = []
        for row, recipe in enumerate(recipes):
            same = before.get(recipe)
            if same is not None:
                numbers[row], notes[row] = base.measures.numbers[same], base.measures.notes[same]
                refreshed[row] = base.refreshed[same]
                continue
            former = plan.kept.former.get((base.name, recipe))
            if former is None:
                missing.append(row)
            else:
                numbers[row], notes[row], refreshed[row] = former
        if missing:
            found = measure_rows(plan, tokens, missing, ceilings, start_time)
            numbers[missing], notes[missing] = found.numbers, found.notes
            refreshed[missing] = True
    except W2VPraatError as error:
        if base.measures.known:
            raise
        # It could not be measured in the run either: as there, its tokens stay without values.
        empty = Measures(np.full_like(numbers, np.nan), np.full_like(notes, ""), known=False)
        return MeasuredAgain(empty, np.zeros(len(tokens), bool), (Skipped("measure", base.name, error),))
    return MeasuredAgain(Measures(numbers, notes), refreshed)


def _remember(plan: Plan, before: Mapping[Hashable, int], still: set[Hashable]) -> None:
    """Keep the values of tokens that are not there any more, so that undo brings back the very same."""
    base = plan.base
    assert base.measures is not None
    for recipe, row in before.items():
        if recipe not in still:
            values = (
                base.measures.numbers[row].copy(),
                base.measures.notes[row].copy(),
                bool(base.refreshed[row]),
            )
            plan.kept.former.put((base.name, recipe), values)


def _recipes(
    plan: Plan, tokens: tuple[Token, ...], ceilings: Mapping[str, float], start_time: float
) -> list[Hashable]:
    """Return for each token all that its measurements depend on."""
    ranges = _ranges(plan, tokens, start_time)
    return [_recipe(plan, token, ceilings, start_time, ranges) for token in tokens]


def _recipe(
    plan: Plan,
    token: Token,
    ceilings: Mapping[str, float],
    start_time: float,
    ranges: Mapping[str, Hashable],
) -> Hashable:
    own = ceilings.get(token.id, ceilings.get(token.speaker))
    sex = next((text for name, text in token.metadata.items() if name.lower() == "sex"), "")
    chosen = plan.chosen_ceilings.get(token.speaker) if own is None else None
    return token.start, token.end, own, sex, chosen, start_time, ranges.get(token.speaker, TOO_SHORT)


def _ranges(plan: Plan, tokens: tuple[Token, ...], start_time: float) -> dict[str, Hashable]:
    """Return the range of f0 of each speaker; with several speakers it depends on their tokens."""
    spans = _spans(tokens)
    if len(spans) < 2 or not plan.kept.settings.pitch.two_pass:
        return dict.fromkeys(spans, WHOLE)
    base = plan.base
    if spans == _spans(base.tokens) and start_time == base.start_time:
        return _ranges_before(base, plan.columns)
    with plan.kept.lock:
        f0 = plan.kept.analyses(base.recording, start_time).f0
        assert f0 is not None
        found: dict[str, F0Range] = f0.ranges(tokens)
    return {speaker: tuple(own) for speaker, own in found.items()}


def _spans(tokens: tuple[Token, ...]) -> dict[str, list[tuple[float, float]]]:
    spans: dict[str, list[tuple[float, float]]] = {}
    for token in tokens:
        spans.setdefault(token.speaker, []).append((token.start, token.end))
    return spans


def _ranges_before(base: RecordingValues, columns: Sequence[str]) -> dict[str, Hashable]:
    """Read the ranges from the table."""
    assert base.measures is not None
    low, high = columns.index("f0_floor"), columns.index("f0_ceiling")
    found: dict[str, Hashable] = {}
    for row, token in enumerate(base.tokens):
        if token.speaker not in found:
            floor, ceiling = base.measures.numbers[row, 0, [low, high]].tolist()
            adapted = NOT_ADAPTED not in str(base.measures.notes[row, 0])
            found[token.speaker] = TOO_SHORT if np.isnan(floor) else (floor, ceiling, adapted)
    return found


def _before(plan: Plan) -> dict[Hashable, int]:
    """Return what the measurements that there are depended on, to their row."""
    base = plan.base
    several = len(_spans(base.tokens)) > 1 and plan.kept.settings.pitch.two_pass
    ranges = _ranges_before(base, plan.columns) if several else dict.fromkeys(_spans(base.tokens), WHOLE)
    return {
        _recipe(plan, token, base.ceilings, base.start_time, ranges): row
        for row, token in enumerate(base.tokens)
    }


def measure_rows(
    plan: Plan,
    tokens: tuple[Token, ...],
    rows: list[int],
    ceilings: Mapping[str, float],
    start_time: float,
) -> Measures:
    """Measure some tokens as a run does."""
    from w2vpraat.acoustics.measure import measure_tokens

    base = plan.base
    wanted = tuple(tokens[row] for row in rows)
    own = {name: ceilings[name] for token in wanted for name in (token.id, token.speaker) if name in ceilings}
    given, remarks = _with_chosen(plan, wanted, own)
    with plan.kept.lock:
        measured = measure_tokens(
            plan.kept.analyses(base.recording, start_time),
            wanted,
            among=tokens,
            ceilings=given or None,
            name=str(base.recording.audio_path),
        )
    if remarks:
        formants = measured.formants
        notes = tuple(remarks.get(token.id, note) for token, note in zip(wanted, formants.notes, strict=True))
        measured = replace(measured, formants=replace(formants, notes=notes))
    table = noted(measured.table(), wanted, own)
    table["time"] = table["time"].round(12)
    assert base.measures is not None
    return split_measures(table, plan.columns, base.measures.numbers.shape[1])


def _with_chosen(
    plan: Plan, tokens: tuple[Token, ...], own: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, str]]:
    """Add the ceilings that the run chose per speaker; return them and the notes on them by token."""
    from w2vpraat.acoustics.ceilings import ceiling_by_sex

    params = plan.kept.settings.formants
    if params.ceiling_mode != "speaker":
        return dict(own), {}
    given, notes = dict(own), {}
    for token in tokens:
        if token.id in own or token.speaker in own:
            continue
        hertz, notes[token.id] = plan.chosen_ceilings.get(token.speaker, (0.0, NEW_SPEAKER))
        given[token.speaker] = hertz or ceiling_by_sex(token, params)[0]
    return given, notes
