"""Sounds and TextGrids to one Table: the columns of ``tokens.csv`` and those of the vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.objects import PraatTable
from w2vpraat.bridge.pairs import Pairs, open_pairs, told, without_options
from w2vpraat.bridge.tables import praat_table
from w2vpraat.bridge.warm import Warm
from w2vpraat.corpus.discover import Corpus
from w2vpraat.corpus.textgrid import Interval, IntervalTier, TextGrid
from w2vpraat.corpus.token_values import REASONS, Tokens, metadata_columns
from w2vpraat.corpus.tokens import select_tokens
from w2vpraat.errors import InputError, NormalizationError, TokenError
from w2vpraat.events import relayed
from w2vpraat.params import TokenParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

    from w2vpraat.pipeline.running import Results

_STEPS = ("measure", "embed")
_PROBE = "segments"


@dataclass(frozen=True)
class _Vectors:
    """Which columns of the vectors are wanted: the first components, or all dimensions."""

    components: int = 0
    dimensions: bool = False


def segment_table(job: Job, warm: Warm) -> Iterator[Any]:
    """Measure and embed the segments of a tier.

    Keys of the job beside those of the objects: ``components`` (number of principal components ``pc1`` ... of
    the vectors, fitted on the tokens of the Table; 0: none) or ``dimensions = all`` (every dimension,
    ``e0001`` ...). The vectors are those of the last normalization of the settings
    (``normalize.embedding_methods``), raw ones if there is none.

    Parameters
    ----------
    job : Job
    warm : Warm

    Yields
    ------
    Progress, Skipped, then Answer
        With one Table; it has all columns and no row if no interval became a token.

    Raises
    ------
    W2VPraatError
        If nothing can be read, or the settings are impossible.
    """
    wanted = _wanted(job)
    pairs = open_pairs(job)
    _check(pairs)
    name = f"{pairs.name}_segments" if pairs.name else "segments"
    from w2vpraat.pipeline.opening import speaker_table
    from w2vpraat.pipeline.running import Results

    try:
        results: Results = yield from relayed(
            warm.running(pairs.settings, corpus=pairs.corpus, steps=_STEPS), Results
        )
    except TokenError:
        settings = pairs.settings
        speakers = speaker_table(settings, pairs.corpus)
        tokens = select_tokens(pairs.corpus, settings.tokens, settings.read, speakers)
        if tokens.failures or tokens.kept:
            raise
        results = yield from relayed(_of_one_token(pairs, warm), Results)
        table, _ = _table(results, wanted)
        yield Answer(
            objects=(praat_table(name, table.iloc[:0]),),
            message="No interval became a segment: the Table has all columns and no row.",
            notes=(*pairs.notes, *_left_out(tokens)),
        )
        return
    table, notes = _table(results, wanted)
    made: PraatTable = praat_table(name, table)
    skipped = [f"{one.name} was skipped: {told(one.error, job)}" for one in results.skipped]
    yield Answer(
        objects=(made,),
        message=_message(results),
        notes=(
            *pairs.notes,
            *_left_out(results.opened.tokens),
            *skipped,
            *map(without_options, (*results.notes, *notes)),
        ),
    )


def _wanted(job: Job) -> _Vectors:
    dimensions = job.text("dimensions", "none").lower()
    if dimensions not in ("all", "none"):
        raise InputError(f'"{dimensions}" is no choice of dimensions', "write all, or leave it out")
    number = job.number("components", 0)
    if number != int(number) or number < 0:
        raise InputError(f"{number:g} components are not possible", "a whole number; 0: none")
    return _Vectors(0 if dimensions == "all" else int(number), dimensions == "all")


def _check(pairs: Pairs) -> None:
    embed = pairs.settings.embed
    if len(embed.layers) > 1:
        raise InputError(
            f"a Table can hold one layer, not {len(embed.layers)}", "choose one; make a Table for each"
        )
    if embed.pooling == "frames":
        raise InputError(
            'pooling "frames" gives many vectors per segment, and a Table has one row for each segment',
            "choose another pooling; `w2vpraat embed` writes vectors of frames",
        )


def _of_one_token(pairs: Pairs, warm: Warm) -> Iterator[Any]:
    """Run the first Sound as one segment: columns depend on settings and Sounds, not on the tokens."""
    recording = pairs.corpus.recordings[0]
    grid = pairs.corpus.grids[recording.name]
    tier = IntervalTier(_PROBE, grid.start, grid.end, (Interval(grid.start, grid.end, "a"),))
    probe = TextGrid(grid.start, grid.end, (tier,))
    corpus = Corpus(pairs.corpus.root, (recording,), grids={recording.name: probe})
    settings = replace(
        pairs.settings,
        tokens=TokenParams(tier=_PROBE),
        read=replace(pairs.settings.read, beyond_audio="keep"),
    )
    return warm.running(settings, corpus=corpus, steps=_STEPS)


def _table(results: Results, wanted: _Vectors) -> tuple[pd.DataFrame, list[str]]:
    """Return the table of the run in its order, with the columns of the vectors; and notes on them."""
    from w2vpraat.export.tables import order_columns

    table = results.table
    notes: list[str] = []
    made: Representation | None = None
    if results.spaces.vectors and (wanted.dimensions or wanted.components):
        made = results.spaces.vectors[-1]
        if wanted.components:
            made, notes = _components(made, wanted.components)
        else:
            notes = [f"{made.columns[0]} to {made.columns[-1]} are the dimensions of {made.name}"]
    if made is not None:
        table = _joined(table, made)
    return table[order_columns(table.columns, metadata_columns(results.opened.tokens.kept))], notes


def _components(vectors: Representation, number: int) -> tuple[Representation, list[str]]:
    """Return the first components; those that the tokens can't give are missing values."""
    from w2vpraat.normalize import pca

    columns = tuple(f"pc{place}" for place in range(1, number + 1))
    values = np.full((len(vectors.ids), number), np.nan, dtype=vectors.values.dtype)
    notes = []
    most = max(0, min(number, int(vectors.complete.sum()) - 1, vectors.dim))
    if most:
        try:
            found = pca(vectors, components=most)
        except NormalizationError as error:
            notes.append(f"no components: {error.message}")
        else:
            values[:, :most] = found.values
            share = found.provenance["normalizations"][-1]["variance"]
            notes.append(f"pc1 to pc{most} of {vectors.name} hold {100 * share:.0f} % of the variance")
    if most < number:
        notes.append(f"{number} components need {number + 1} segments with vectors: the others are undefined")
    return Representation(vectors.name, vectors.ids, values, columns), notes


def _joined(table: pd.DataFrame, vectors: Representation) -> pd.DataFrame:
    import pandas as pd

    # One row per point of measurement: a token may have several.
    row = {token: place for place, token in enumerate(vectors.ids)}
    values = vectors.values[[row[token] for token in table["id"]]]
    return pd.concat([table, pd.DataFrame(values, columns=list(vectors.columns), index=table.index)], axis=1)


def _message(results: Results) -> str:
    kept = results.opened.tokens.kept
    speakers = len({token.speaker for token in kept})
    sounds = len({token.recording for token in kept})
    first = results.table.iloc[0]
    text = (
        f"{_counted(len(kept), 'segment')} of {_counted(speakers, 'speaker')} in {_counted(sounds, 'Sound')}"
    )
    return f"{text}; model {first['model']}, layer {first['layer']}, pooling {first['pool']}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _left_out(tokens: Tokens) -> Sequence[str]:
    reasons = Counter(one.reason for one in tokens.rejected)
    if not reasons:
        return ()
    total = sum(reasons.values())
    listed = ", ".join(f"{count} x {REASONS.get(reason, reason)}" for reason, count in reasons.most_common())
    return (f"{_counted(total, 'interval')} left out: {listed}",)
