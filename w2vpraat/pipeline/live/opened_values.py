"""Take the results of a run apart, recording by recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from w2vpraat.corpus.discover import Corpus, Recording
from w2vpraat.corpus.speakers import SpeakerTable
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.corpus.token_values import IDENTITY_COLUMNS, TIME_COLUMNS, Tokens
from w2vpraat.corpus.tokens import iter_tokens
from w2vpraat.errors import W2VPraatError
from w2vpraat.pipeline.live.adding import plain_vectors
from w2vpraat.pipeline.live.kept import Kept
from w2vpraat.pipeline.live.planning import Chooser
from w2vpraat.pipeline.live.recording_values import (
    RecordingValues,
    measured_columns,
    objects,
    split_frames,
    split_measures,
)
from w2vpraat.pipeline.opening import speaker_table
from w2vpraat.pipeline.running import Results
from w2vpraat.session.settings import Settings


@dataclass(frozen=True, eq=False)
class Foundation:
    """What stays the same while annotations are edited.

    Parameters
    ----------
    results : Results
        Of the run.
    speakers : SpeakerTable or None
        With the changes of the settings.
    columns : tuple of str
        Number columns that measuring made.
    prop_times : ndarray, shape (n_points,)
        Proportional times of the points.
    point : int
        Which of them stands for a token.
    has_frames : bool
        Whether tokens were embedded.
    chooser : Chooser
    kept : Kept
    chosen_ceilings : mapping
        Formant ceiling of each speaker and the note on it, if they were chosen from all tokens of the run.
    """

    results: Results
    speakers: SpeakerTable | None
    columns: tuple[str, ...]
    prop_times: NDArray[np.float64]
    point: int
    has_frames: bool
    chooser: Chooser
    kept: Kept
    chosen_ceilings: Mapping[str, tuple[float, str]]

    @property
    def settings(self) -> Settings:
        """What the run was asked for."""
        return self.results.opened.settings

    @property
    def corpus(self) -> Corpus:
        """The corpus with the annotations of the run."""
        return self.results.opened.corpus

    def grid(self, recording: Recording) -> TextGrid:
        """Return the annotation that a recording had in the run."""
        return self.corpus.grid(recording, fallback_encoding=self.settings.read.fallback_encoding)


def opened_values(results: Results) -> tuple[Foundation, tuple[RecordingValues, ...]]:
    """Take the results of a run apart.

    Returns
    -------
    Foundation, tuple of RecordingValues
        One for each recording of the corpus, in order, also if it has no tokens.
    """
    opened = results.opened
    settings, corpus, table = opened.settings, opened.corpus, results.table
    speakers = speaker_table(settings, corpus)
    kept = Kept(settings)
    columns = measured_columns(table, (*IDENTITY_COLUMNS, *TIME_COLUMNS, *opened.tokens.frame().columns))
    points = (
        settings.formants.points
        if settings.formants.summary == "points"
        else (float(np.mean(settings.formants.points)),)
    )
    prop_times = np.array(points if columns else (0.5,), dtype=np.float64)
    vectors = plain_vectors(results)
    foundation = Foundation(
        results,
        speakers,
        columns,
        prop_times,
        int(np.argmin(np.abs(prop_times - settings.chart.point).round(12))),
        "n_frames" in table.columns and bool(vectors),
        Chooser(settings, corpus, speakers, kept),
        kept,
        {
            speaker: (float(choice["ceiling"]), str(choice["note"]))
            for speaker, choice in results.facts["measurements"].get("ceilings", {}).items()
        },
    )
    for key in vectors:
        kept.model_sources[key.model] = settings.embed.model
    parts = opened.parts or tuple(iter_tokens(corpus, settings.tokens, settings.read, speakers))
    place_of = dict(_rows_by_recording(table["id"].to_numpy(dtype=object)))
    one_row = dict(_rows_by_recording(objects(token.id for token in opened.tokens.kept)))
    values = []
    for recording, part in zip(corpus.recordings, parts, strict=True):
        rows = place_of.get(recording.name, slice(0, 0))
        tokens = one_row.get(recording.name, slice(0, 0))
        own = table.iloc[rows]
        values.append(
            RecordingValues(
                recording=recording,
                part=part,
                grid=None,
                start_time=_start_time(foundation, recording, part),
                ceilings=foundation.chooser.ceilings(part),
                measures=split_measures(own, columns, prop_times.size) if columns else None,
                frames=split_frames(own.drop_duplicates("id")) if foundation.has_frames else None,
                vectors={key: item.values[tokens] for key, item in vectors.items()},
                refreshed=np.zeros(len(part.kept), dtype=bool),
            )
        )
    return foundation, tuple(values)


def _rows_by_recording(ids: NDArray[np.object_]) -> list[tuple[str, slice]]:
    """Find the rows of each recording; they lie together."""
    if not len(ids):
        return []
    names = np.array([token.rpartition("#")[0] for token in ids], dtype=object)
    cuts = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), len(names)]
    return [(str(names[low]), slice(low, high)) for low, high in pairwise(cuts)]


def _start_time(foundation: Foundation, recording: Recording, part: Tokens) -> float:
    if foundation.settings.read.grid_start == "zero" or part.failures:
        return 0.0
    try:
        return foundation.chooser.start_time(foundation.grid(recording))
    except W2VPraatError:
        return 0.0
