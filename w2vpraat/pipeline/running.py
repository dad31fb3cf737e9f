"""All steps of a run, as one iterator of events that ends with the results."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vpraat.errors import AudioError, ComparisonError, InputError
from w2vpraat.events import Progress, Skipped, relayed
from w2vpraat.pipeline.embedding import Embeddings, check_embedding, check_pooling, embedding
from w2vpraat.pipeline.measuring import Measurements, ceilings_by_hand, measuring
from w2vpraat.pipeline.opening import Opened, opening, unsaved_notes, vowel_labels
from w2vpraat.pipeline.spaces import Spaces, build_spaces
from w2vpraat.session.measured import measured_store
from w2vpraat.session.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare import Scores
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.corpus.clipping import Clipping
    from w2vpraat.corpus.discover import Corpus
    from w2vpraat.models.encoder import Encoder
    from w2vpraat.pipeline.yardsticks import Yardsticks

Events = Iterator[Any]

VALUES = ("read", "tokens", "formants", "pitch", "intensity", "embed", "normalize")
"""Sections of the settings that decide the values of tokens."""


@dataclass(frozen=True, eq=False)
class Results:
    """Everything a run made.

    Parameters
    ----------
    opened : Opened
        Corpus, tokens, settings.
    spaces : Spaces
        The long table and all representations.
    yardsticks : Yardsticks or None
        The comparison; None if these data allow none.
    sensitivity : Sensitivity or None
        How far the values move if the boundaries do; None if not asked for.
    notes : tuple of str
        What the reader should know.
    facts : dict
        Provenance of measurements and embeddings.
    skipped : tuple of Skipped
        Files that could not be used.
    started : datetime
        When the run began (UTC).
    """

    opened: Opened
    spaces: Spaces
    yardsticks: Yardsticks | None
    sensitivity: Sensitivity | None
    notes: tuple[str, ...]
    facts: dict[str, Any]
    skipped: tuple[Skipped, ...]
    started: datetime

    @property
    def table(self) -> pd.DataFrame:
        """The long table."""
        return self.spaces.table

    @property
    def scores(self) -> Scores | None:
        """The scores of the comparison."""
        return None if self.yardsticks is None else self.yardsticks.scores

    def holds(self, opened: Opened, steps: Sequence[str], weights: str = "") -> bool:
        """Whether these values are those that `steps` would give for the tokens of `opened`.

        Sound files are taken to be the same; tokens are compared one by one, settings by what decides values,
        and the model by the hash of its weights.
        """
        made = {"measure": self.facts["measurements"], "embed": self.facts["embeddings"]}
        then, now = self.opened.settings, opened.settings
        return (
            all(bool(found) == (step in steps) for step, found in made.items())
            and all(then.group(name) == now.group(name) for name in VALUES)
            and then.ceilings == now.ceilings
            and self.facts["embeddings"].get("weights_sha256", "") == weights
            and self.opened.corpus.recordings == opened.corpus.recordings
            and self.opened.tokens.kept == opened.tokens.kept
            # Values that followed edits on a frozen reference, or with ceilings of before, are no run's.
            and self.facts.get("live", {}).get("as_a_run", True)
        )


def running(
    settings: Settings,
    *,
    corpus: Corpus | None = None,
    steps: Sequence[str] = ("measure", "embed", "compare"),
    workers: int | None = None,
    known: Results | None = None,
    encoder: Encoder | None = None,
) -> Iterator[Progress | Skipped | Results]:
    """Open, measure, embed, normalize and compare.

    Measuring runs in worker processes beside the model. Finished recordings are kept in the cache, so an
    interrupted run goes on where it stopped.

    Parameters
    ----------
    settings : Settings
        Everything that was asked for.
    corpus : Corpus, optional
        Already found, perhaps with annotations that are open in an editor; default: `settings.corpus`.
    steps : sequence of str
        Which of ``measure``, ``embed``, ``compare`` to do; normalization follows what was measured.
    workers : int, optional
        Measuring processes; default: one less than the processors with a model beside them, else all.
    known : Results, optional
        Of an earlier run: if it holds the values of these tokens and settings, they are not made again.
    encoder : Encoder, optional
        The model of these settings, if it is in memory already; default: loaded when it is needed.

    Yields
    ------
    Progress, Skipped, then Results

    Raises
    ------
    W2VPraatError
        If nothing can be done: no tokens, no such model, impossible settings. A single bad file is skipped.
    """
    from w2vpraat.normalize import check_normalize_params

    started = datetime.now(timezone.utc)
    check_normalize_params(settings.normalize)
    encoder = _checked(settings, encoder, steps)
    skipped: list[Skipped] = []
    opened = yield from relayed(opening(settings, corpus), Opened, skipped)
    if known is not None and known.holds(opened, steps, encoder.weight_hash if encoder else ""):
        spaces, facts = known.spaces, known.facts
        skipped += [one for one in known.skipped if one.step != "tokens"]
    else:
        spaces, facts = yield from _valued(opened, encoder, steps, workers, skipped)
    notes = [*spaces.warnings, *remarks(opened)]
    judged: Yardsticks | None = None
    sensed: Sensitivity | None = None
    if "compare" in steps:
        judged = yield from _judged(opened, spaces, notes)
        if judged is not None and settings.sensitivity.sensitivity:
            sensed = yield from _sensed(opened, spaces, encoder, skipped, notes)
    yield Results(opened, spaces, judged, sensed, tuple(notes), facts, tuple(skipped), started)


def _checked(settings: Settings, encoder: Encoder | None, steps: Sequence[str]) -> Encoder | None:
    if "embed" not in steps:
        return None
    if encoder is None:
        return check_embedding(settings, one_vector="compare" in steps)
    check_pooling(settings, one_vector="compare" in steps)
    encoder.layers(settings.embed.layers)
    return encoder


def _valued(
    opened: Opened,
    encoder: Encoder | None,
    steps: Sequence[str],
    workers: int | None,
    skipped: list[Skipped],
) -> Generator[Any, None, tuple[Spaces, dict[str, Any]]]:
    """Measure, embed and normalize; return the representations and how they were made."""
    jobs: list[Iterator[Any]] = []
    if "measure" in steps:
        count = workers if workers is not None else max(1, (os.cpu_count() or 1) - (1 if encoder else 0))
        jobs.append(measuring(opened, measured_store(), workers=count))
    if encoder is not None:
        jobs.append(embedding(opened, encoder))
    measured = Measurements(opened.tokens.frame())
    embedded = Embeddings()
    for event in _in_turn(jobs):
        if isinstance(event, Measurements):
            measured = event
        elif isinstance(event, Embeddings):
            embedded = event
        else:
            skipped += [event] if isinstance(event, Skipped) else []
            yield event
    yield Progress("normalize", 0, 1)
    table = embedded.join(measured.table)
    if embedded.per_frame:
        # Frames are not tokens: they are written as they are.
        spaces = replace(build_spaces(table, (), opened.settings.normalize), vectors=embedded.representations)
    else:
        spaces = build_spaces(table, embedded.representations, opened.settings.normalize)
    yield Progress("normalize", 1, 1)
    return spaces, {"measurements": measured.facts, "embeddings": embedded.facts}


def _in_turn(jobs: Sequence[Iterator[Any]]) -> Iterator[Any]:
    """Take one event of each iterator in turn; closing this one closes them all."""
    waiting = list(jobs)
    try:
        while waiting:
            for job in tuple(waiting):
                try:
                    yield next(job)
                except StopIteration:
                    waiting.remove(job)
    finally:
        for job in jobs:
            if isinstance(job, Generator):
                job.close()


def _judged(opened: Opened, spaces: Spaces, notes: list[str]) -> Generator[Any, None, Yardsticks | None]:
    """Apply the yardsticks; what these data do not allow becomes a note."""
    from w2vpraat.pipeline.yardsticks import Yardsticks

    if not spaces.representations:
        notes.append("nothing was measured or embedded, so nothing was compared")
        return None
    try:
        found: Yardsticks = yield from relayed(judging_spaces(opened, spaces), Yardsticks)
    except (ComparisonError, InputError) as error:
        notes.append(f"no comparison: {error}")
        return None
    return found


def judging_spaces(opened: Opened, spaces: Spaces) -> Iterator[Progress | Yardsticks]:
    """Apply all yardsticks to the representations of a run.

    Parameters
    ----------
    opened : Opened
        Its tokens, with the settings of the comparison.
    spaces : Spaces
        What was measured and embedded.

    Yields
    ------
    Progress, then Yardsticks

    Raises
    ------
    ComparisonError
        If nothing can be compared.
    """
    from w2vpraat.pipeline.yardsticks import judging

    if not spaces.representations:
        raise ComparisonError("nothing was measured or embedded", "choose formants, a model, or both")
    settings = opened.settings
    one_row = spaces.table.drop_duplicates("id")
    vowels = vowel_labels(one_row["label"], settings.tokens.label_map)
    clipping = yield from _clipping(opened)
    measured = any(item.provenance.get("kind") == "formants" for item in spaces.representations)
    yield from judging(
        spaces.representations,
        one_row,
        settings,
        mapped=list(one_row.loc[one_row["label"].isin(vowels), "id"]) if vowels else None,
        window=settings.formants.window if measured else 0.0,
        clipping=clipping,
    )


def _clipping(opened: Opened) -> Generator[Any, None, dict[str, Clipping]]:
    """Look for clipped stretches in every recording that has tokens."""
    from w2vpraat.corpus.clipping import recording_clipping

    found: dict[str, Clipping] = {}
    recordings = opened.recordings()
    for done, (recording, tokens) in enumerate(recordings, start=1):
        # A file that can't be read was told when it was measured.
        with suppress(AudioError):
            found[tokens[0].file_name] = recording_clipping(
                recording.audio_path,
                channel=opened.settings.read.channel,
                start_time=opened.start_time(recording),
            )
        yield Progress("clipping", done, len(recordings), recording.name)
    return found


def _sensed(
    opened: Opened,
    spaces: Spaces,
    encoder: Encoder | None,
    skipped: list[Skipped],
    notes: list[str],
) -> Generator[Any, None, Sensitivity | None]:
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.pipeline.sensitivity import sensing

    try:
        found: Sensitivity = yield from relayed(
            sensing(opened, spaces, encoder=encoder, workers=os.cpu_count() or 1), Sensitivity, skipped
        )
    except (ComparisonError, InputError) as error:
        notes.append(f"boundaries were not moved: {error}")
        return None
    return found


def remarks(opened: Opened) -> list[str]:
    """Say what a phonetician would ask about the choice of tokens."""
    notes = [opened.tokens.suggestion] if opened.tokens.suggestion else []
    notes += unsaved_notes(opened)
    join = opened.tokens.join
    if join is not None and join.recordings_without_row:
        names = join.recordings_without_row
        notes.append(
            f"{len(names)} recordings are not in the speaker table, for example {names[0]}; their speakers"
            " come from tier, folder or file name and have no metadata"
        )
    if join is not None and join.rows_without_recording:
        notes.append(f"{len(join.rows_without_recording)} rows of the speaker table fit no recording")
    if lost := ceilings_by_hand(opened)[1]:
        notes.append(
            "formant ceilings set by hand that fit no token or speaker of this run were not used: "
            + ", ".join((*lost[:3], *([f"and {len(lost) - 3} more"] if len(lost) > 3 else [])))
        )
    labels = [token.label for token in opened.tokens.kept]
    vowels = vowel_labels(labels, opened.settings.tokens.label_map)
    other = sum(label not in vowels for label in labels)
    if vowels and other:
        notes.append(
            f"{other} of {len(labels)} tokens are no vowels; formants and their normalizations are made for"
            " vowels (--label-map and --label-class vowel choose them)"
        )
    return notes


def results_folder(output: str | Path) -> Path:
    """Check that results can be written to a folder, before any work is done.

    Raises
    ------
    InputError
        If the path is a file, or can't be made.
    """
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"can't make the folder: {error.strerror}", "choose another", file=folder) from error
    return folder
