"""Move every boundary a little, measure and pool again, and see how far the values go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from w2vpraat.corpus.audio import audio_info
from w2vpraat.corpus.discover import Recording
from w2vpraat.corpus.moved_tokens import MovedToken, Reach, moved_tokens, n_moves, reaches
from w2vpraat.corpus.textgrid import IntervalTier
from w2vpraat.corpus.token_values import Token
from w2vpraat.errors import ComparisonError, InputError, W2VPraatError
from w2vpraat.events import Progress, Skipped
from w2vpraat.pipeline.embedding import check_embedding, embed_job
from w2vpraat.pipeline.measuring import measure_job
from w2vpraat.pipeline.opening import Opened
from w2vpraat.pipeline.sensitivity_worlds import FormantWorld, Values, VectorWorld, find_worlds
from w2vpraat.pipeline.spaces import Spaces

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.compare.material import Material
    from w2vpraat.compare.tokens.sensitivity import Yardstick
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity
    from w2vpraat.compare.tokens.sensitivity_tables import Versions
    from w2vpraat.models.encoder import Encoder


@dataclass(frozen=True)
class MovableRecording:
    """A recording, its tokens, and how far their boundaries can move.

    Parameters
    ----------
    recording : Recording
    tokens : tuple of Token
        With the boundaries as they are.
    reach : tuple of Reach
        One per token.
    points : tuple of bool
        Whether a token stands for a point.
    shifts : tuple of float
        Seconds.
    shortest : float
        Least that a move must leave of a token, in seconds.
    """

    recording: Recording
    tokens: tuple[Token, ...]
    reach: tuple[Reach, ...]
    points: tuple[bool, ...]
    shifts: tuple[float, ...]
    shortest: float

    def copies(self) -> tuple[MovedToken, ...]:
        """Make the moved copies, token after token, shift after shift."""
        return tuple(copy for _, _, _, made in self._by_shift() for copy in made)

    def counts(self) -> list[tuple[str, float, int, int, int]]:
        """Count per token and shift the moves made, those that stopped short, and those not made."""
        return [
            (token.id, shift, len(made), sum(one.clipped for one in made), n_moves(point=point) - len(made))
            for token, shift, point, made in self._by_shift()
        ]

    def _by_shift(self) -> Iterator[tuple[Token, float, bool, tuple[MovedToken, ...]]]:
        for token, reach, point in zip(self.tokens, self.reach, self.points, strict=True):
            for shift in self.shifts:
                made = moved_tokens(token, shift, reach, shortest=self.shortest, point=point)
                yield token, shift, point, made


def sensing(
    opened: Opened, spaces: Spaces, *, encoder: Encoder | None = None, workers: int = 0
) -> Iterator[Progress | Skipped | Sensitivity]:
    """Move the boundaries of every token by every shift, and compare with the values as they are.

    Start and end move by plus or minus the shift or stay (eight combinations), never past a neighbour's far
    edge or the edge of the sound. Formants are measured again at the same proportional times with the token's
    own ceiling; vectors are pooled again from the frames of the whole recording, which the cache has. With
    context ``token`` every copy is a new pass of the model, and so are recordings whose frames were not kept.

    Parameters
    ----------
    opened : Opened
        Corpus, tokens, settings (`sensitivity`, and all that values and comparison depend on).
    spaces : Spaces
        What a run of the same settings made of them: measurements, embeddings, or both.
    encoder : Encoder, optional
        The model of that run; default: made from the settings when it is needed.
    workers : int
        Measuring processes; 0: in this process.

    Yields
    ------
    Progress, Skipped, then Sensitivity
        Two passes over the recordings: formants, vectors.

    Raises
    ------
    ComparisonError
        If there is nothing to compare: neither formants nor vectors, or no token that has them all.
    InputError
        If the vectors are one per frame.
    """
    from w2vpraat.compare.material import gather
    from w2vpraat.compare.tokens.sensitivity import Yardstick
    from w2vpraat.compare.tokens.sensitivity_tables import Versions

    settings = opened.settings
    if spaces.vectors and settings.embed.pooling == "frames":
        raise InputError(
            'pooling "frames" gives many vectors per token, whose movement can\'t be told',
            "choose another --pooling",
        )
    worlds = find_worlds(spaces, settings.normalize)
    if not worlds.representations():
        raise ComparisonError("there are neither formants nor vectors whose boundaries could be moved")
    one_row = spaces.table.drop_duplicates("id")
    material = gather(
        worlds.representations(),
        one_row,
        settings.compare,
        label="label",
        speaker="speaker",
        sex="",
        file="file_name",
        every_label=True,
    )
    make = partial(Yardstick, material=material, params=settings.compare)
    formants = [(one, Versions(make(one.representation, labels=not one.hertz))) for one in worlds.formants]
    vectors = [(one, Versions(make(one.representation, cosine=True))) for one in worlds.vectors]
    row = {token: number for number, token in enumerate(material.ids)}
    around = reaches(opened.tokens)
    movable: list[MovableRecording] = []
    for recording, tokens in opened.recordings():
        try:
            own = tuple(token for token in tokens if token.id in row)
            movable.append(movable_recording(opened, recording, own, around))
        except W2VPraatError as error:
            yield Skipped("sensitivity", recording.name, error)
    if formants:
        yield from _measured(opened, movable, spaces.table, formants, row, workers)
    if vectors:
        yield from _embedded(opened, movable, vectors, row, encoder)
    notes = list(material.notes)
    notes += [*worlds.notes, *_pass_notes(opened, bool(vectors))]
    yield _result(opened, movable, formants, vectors, material, notes)


def movable_recording(
    opened: Opened, recording: Recording, tokens: tuple[Token, ...], around: Mapping[str, Reach]
) -> MovableRecording:
    """Find out how far the boundaries of tokens of one recording can move.

    Parameters
    ----------
    opened : Opened
    recording : Recording
    tokens : tuple of Token
        Of this recording.
    around : mapping
        From `reaches`.

    Raises
    ------
    W2VPraatError
        If its files can't be read.
    """
    params, read = opened.settings.sensitivity, opened.settings.read
    grid = opened.corpus.grid(recording, fallback_encoding=read.fallback_encoding)
    sound = audio_info(recording.audio_path, start_time=opened.start_time(recording))
    points = [not isinstance(grid.tiers[token.tier_number - 1], IntervalTier) for token in tokens]
    near = [Reach() if point else around[token.id] for token, point in zip(tokens, points, strict=True)]
    reach = [Reach(max(one.earliest, sound.start_time), min(one.latest, sound.end_time)) for one in near]
    shifts = tuple(sorted({*params.shifts, params.queue_shift}))
    return MovableRecording(recording, tokens, tuple(reach), tuple(points), shifts, params.shortest)


def _measured(
    opened: Opened,
    movable: Sequence[MovableRecording],
    table: pd.DataFrame,
    worlds: Sequence[tuple[FormantWorld, Versions]],
    row: Mapping[str, int],
    workers: int,
) -> Iterator[Progress | Skipped]:
    from w2vpraat.acoustics.batch import FailedRecording, MeasureJob, measure_recordings

    names = list(opened.settings.normalize.formants)
    given = dict(zip(table["id"], table["max_formant"], strict=True))
    waiting: deque[tuple[MovedToken, ...]] = deque()

    def jobs() -> Iterator[MeasureJob]:
        for one in movable:
            # Only the boundary is to matter, so every copy keeps the ceiling that its token was given.
            known = tuple(copy for copy in one.copies() if given.get(copy.origin, np.nan) > 0.0)
            waiting.append(known)
            ceilings = {copy.token.id: float(given[copy.origin]) for copy in known}
            yield measure_job(opened, one.recording, tuple(copy.token for copy in known), ceilings)

    found = measure_recordings(
        jobs(),
        formants=opened.settings.formants,
        pitch=None,
        intensity=None,
        workers=min(workers, len(movable)),
    )
    for done, (one, result) in enumerate(zip(movable, found, strict=True), start=1):
        copies = waiting.popleft()
        if isinstance(result, FailedRecording):
            yield Skipped("sensitivity", one.recording.name, result.error)
        elif copies:
            values = result.table()[["id", *names]].groupby("id", sort=False).mean()
            values = values.loc[[copy.token.id for copy in copies]]
            values["speaker"] = [copy.token.speaker for copy in copies]
            for world, versions in worlds:
                _add(versions, copies, world.place(values), row)
        yield Progress("moved_formants", done, len(movable), one.recording.name)


def _embedded(
    opened: Opened,
    movable: Sequence[MovableRecording],
    worlds: Sequence[tuple[VectorWorld, Versions]],
    row: Mapping[str, int],
    encoder: Encoder | None,
) -> Iterator[Progress | Skipped]:
    from w2vpraat.models.embed import embed_recordings
    from w2vpraat.models.jobs import EmbedJob, Failure
    from w2vpraat.session.store import DiskFrameStore

    params = opened.settings.embed
    encoder = encoder or check_embedding(opened.settings)
    waiting: deque[tuple[MovedToken, ...]] = deque()

    def jobs() -> Iterator[EmbedJob]:
        for one in movable:
            waiting.append(one.copies())
            yield embed_job(opened, one.recording, tuple(copy.token for copy in waiting[-1]))

    found = embed_recordings(jobs(), encoder, params, DiskFrameStore() if params.cache else None)
    for done, (one, event) in enumerate(zip(movable, found, strict=True), start=1):
        copies, cached = waiting.popleft(), False
        if isinstance(event, Failure):
            yield Skipped("sensitivity", one.recording.name, event.error)
        elif copies:
            cached = event.from_cache
            speakers = [copy.token.speaker for copy in copies]
            for world, versions in worlds:
                _add(versions, copies, world.place(event.vectors[world.layer], speakers), row)
        yield Progress("moved_vectors", done, len(movable), one.recording.name, cached=cached)


def _add(versions: Versions, copies: Sequence[MovedToken], values: Values, row: Mapping[str, int]) -> None:
    rows = np.array([row[copy.origin] for copy in copies], dtype=np.intp)
    judged = versions.yardstick.judge(rows, np.asarray(values, dtype=np.float64))
    moves = np.array([copy.moves for copy in copies], dtype=object)
    versions.add(np.array([copy.shift for copy in copies]), moves, judged)


def _pass_notes(opened: Opened, embedded: bool) -> list[str]:
    params = opened.settings.embed
    if embedded and params.context == "token":
        return ["with context token every moved copy was heard anew, by itself, so vectors move more"]
    if embedded and not params.cache:
        return ["frames were not kept (cache off), so the model heard every recording a second time"]
    return []


def _result(
    opened: Opened,
    movable: Sequence[MovableRecording],
    formants: Sequence[tuple[FormantWorld, Versions]],
    vectors: Sequence[tuple[VectorWorld, Versions]],
    material: Material,
    notes: Sequence[str],
) -> Sensitivity:
    import pandas as pd

    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity, flip_differences, summarize
    from w2vpraat.compare.tokens.sensitivity_tables import token_shifts, token_table

    compare, params = opened.settings.compare, opened.settings.sensitivity
    yardsticks = [versions.yardstick for _, versions in (*formants, *vectors)]
    counts = pd.DataFrame(
        [row for one in movable for row in one.counts()],
        columns=["id", "shift", "n_moves", "n_clipped", "n_unmade"],
    )
    shifts = pd.concat(
        [token_shifts(versions, material) for _, versions in (*formants, *vectors)], ignore_index=True
    )
    sets = [versions.yardstick.name for world, versions in formants if not world.hertz]
    # The normalized formants if there are any, else the raw ones; the plain vectors.
    named = {"formants": sets[-1] if sets else "", "vectors": vectors[0][1].yardstick.name if vectors else ""}
    single = {world.hertz: versions.yardstick for world, versions in formants if world.hertz}
    with_labels = [one.name for one in yardsticks if one.rule is not None]
    return Sensitivity(
        tokens=token_table(shifts, counts, material, params.queue_shift, single=single, **named),
        shifts=shifts,
        summary=summarize(shifts, counts, yardsticks, material, compare),
        differences=flip_differences(shifts[shifts["representation"].isin(with_labels)], material, compare),
        left_out=pd.DataFrame(
            [(token, *why) for token, why in sorted(material.reasons.items())],
            columns=["id", "reason", "detail"],
        ),
        queue_shift=params.queue_shift,
        level=compare.level,
        notes=(*notes, *_rule_notes(yardsticks)),
        **named,
    )


def _rule_notes(yardsticks: Sequence[Yardstick]) -> Iterator[str]:
    """Say what movements are divided by and who the nearest labels were learnt from, where it isn't plain."""
    within = {one.spread.within for one in yardsticks}
    if within != {"label and speaker"}:
        shared = " or ".join(f"of the same {one}" if one else "of all labels" for one in sorted(within))
        yield f"too few tokens share label and speaker: movements are in sd between tokens {shared}"
    rules = {one.rule.description for one in yardsticks if one.rule is not None}
    if not rules:
        yield "no nearest labels: fewer than two labels have enough tokens and speakers"
    else:
        yield f"nearest labels: {', '.join(sorted(rules))}, boundaries as they are"
