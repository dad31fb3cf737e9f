"""Compute again what depends on an edit, in a worker thread."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from w2vpraat.errors import W2VPraatError
from w2vpraat.events import Skipped
from w2vpraat.pipeline.live.differences import Difference, difference
from w2vpraat.pipeline.live.measuring_again import NEW_SPEAKER, measure_rows, measured_again
from w2vpraat.pipeline.live.planning import Plan, chosen
from w2vpraat.pipeline.live.pooling_again import ALONE, pool_first, pooled_again
from w2vpraat.pipeline.live.recording_values import RecordingValues

KEPT_CEILINGS = "formant ceilings of speakers stay as they were chosen from all tokens of the run"


@dataclass(frozen=True, eq=False)
class Refreshed:
    """What `refreshing` computed, for `LiveResults.take`.

    Parameters
    ----------
    number : int
        Of the plan.
    base : RecordingValues
        The recording as it was when the plan was made.
    values : RecordingValues
        The recording as the edit makes it.
    difference : Difference
        Between both.
    notes : tuple of str
        What the reader should know.
    """

    number: int
    base: RecordingValues
    values: RecordingValues
    difference: Difference
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the recording."""
        return self.values.name


def refreshing(plan: Plan) -> Refreshed:
    """Compute the values of a plan: only tokens whose times, speaker or formant ceiling changed are measured.

    Parameters
    ----------
    plan : Plan
        From `LiveResults.plan`.

    Returns
    -------
    Refreshed
        For `LiveResults.take`.

    Raises
    ------
    W2VPraatError
        If the sound file is gone, Praat or the model refuse. The values stay as they were then, and the
        tokens count as stale (`LiveResults.stale_ids`).
    """
    if plan.error is not None:
        raise plan.error
    base, part = plan.base, chosen(plan)
    start_time = plan.chooser.start_time(plan.grid)
    ceilings = plan.chooser.ceilings(part)
    notes = []
    refreshed = np.zeros(len(part.kept), dtype=bool)
    skipped = [Skipped("tokens", plan.name, failure) for failure in part.failures]
    measures = base.measures
    if measures is not None:
        measured = measured_again(plan, part.kept, ceilings, start_time)
        measures = measured.measures
        refreshed |= measured.refreshed
        skipped += measured.skipped
        if measured.refreshed.any() and plan.kept.settings.formants.ceiling_mode == "speaker":
            notes.append(KEPT_CEILINGS)
            new = {token.speaker for token in part.kept} - set(plan.chosen_ceilings)
            notes += [f"{speaker}: {NEW_SPEAKER}" for speaker in sorted(new)]
    pooled = pooled_again(plan, part.kept, start_time)
    refreshed |= pooled.refreshed
    skipped += pooled.skipped
    if pooled.passes and plan.kept.settings.embed.context == "token":
        notes.append(ALONE)
    values = RecordingValues(
        recording=base.recording,
        part=part,
        grid=plan.grid,
        start_time=start_time,
        ceilings=ceilings,
        measures=measures,
        frames=pooled.frames,
        vectors=pooled.vectors,
        refreshed=refreshed,
        skipped=tuple(skipped),
        number=plan.number,
    )
    return Refreshed(plan.number, base, values, difference(base, values), tuple(notes))


def prepare(plan: Plan) -> None:
    """Read and analyse a recording ahead, so that its first edit takes no longer than the next ones.

    Parameters
    ----------
    plan : Plan
        For the annotation as it is.
    """
    base = plan.base
    if not len(base):
        return
    # What is wrong with its files is told when it is edited.
    with suppress(W2VPraatError):
        if base.measures is not None and base.measures.known:
            measure_rows(plan, base.tokens, [0], base.ceilings, base.start_time)
    with suppress(W2VPraatError):
        if plan.kept.settings.embed.context == "utterance":
            pool_first(plan)
