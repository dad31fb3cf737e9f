"""Further tiers for the user's TextGrids: nearest labels, and how far values move if boundaries do.

Each TextGrid of the job is answered by one of the same name and time domain that holds only the new tiers, in
the order of the job, since Praat changes the names of tiers that come as objects of their own. The script
puts them into the user's TextGrid.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from w2vpraat.bridge.job import Answer, Job
from w2vpraat.bridge.objects import PraatGrid
from w2vpraat.bridge.pairs import Pairs, open_pairs, without_options
from w2vpraat.bridge.warm import Warm
from w2vpraat.corpus.textgrid import TextGrid
from w2vpraat.errors import ComparisonError, ExportError, InputError
from w2vpraat.events import relayed
from w2vpraat.export.added_tiers import TokenTier, score_tiers
from w2vpraat.params.exporting import AddedTierParams

if TYPE_CHECKING:
    from w2vpraat.models.encoder import Encoder
    from w2vpraat.pipeline.running import Results

STEPS = {"formants": ("measure",), "embedding": ("embed",), "both": ("measure", "embed")}
"""What `which` asks for -> the steps that make it."""


def nearest_label_tier(job: Job, warm: Warm) -> Iterator[Any]:
    """Say beside each token which label it is nearest to, by the tokens of other speakers.

    The same labels as those of ``w2vpraat textgrid add-tiers``, written as the user's tier has them: a
    token's own label in the token's own form, another one in the form that is most frequent on its tier. With
    one speaker labels come from the speaker's other tokens, see
    `w2vpraat.pipeline.found_tiers.finding_tiers`.

    Parameters
    ----------
    job : Job
        Sounds and TextGrids; ``which`` is ``formants``, ``embedding`` or ``both``.
    warm : Warm

    Yields
    ------
    Progress, Skipped, then Answer
        One TextGrid for each of the job.

    Raises
    ------
    ComparisonError
        If no token can have a nearest label.
    W2VPraatError
        As a run of the same settings.
    """
    from w2vpraat.pipeline.found_tiers import FoundTiers, finding_tiers
    from w2vpraat.pipeline.reviewing import choose_two

    which = _which(job)
    pairs = open_pairs(job)
    results, _ = yield from _measured(pairs, warm, which)
    chosen, notes = choose_two(results.spaces.representations, results.opened.settings.review)
    params = AddedTierParams(tiers=("nearest",), notation="file")
    try:
        found = yield from relayed(finding_tiers(results, params, chosen=chosen), FoundTiers)
    except ExportError as error:
        raise ComparisonError(
            f"no token has a nearest label: {error.hint}",
            "at least two labels need two tokens each; select more recordings, or choose other labels",
        ) from error
    lines = [_agreement(tier, results) for tier in found.tiers]
    # If only one world was asked for, the other is not missed.
    notes = (*(notes if which == "both" else ()), *found.notes)
    yield _answer(pairs, results, found.tiers, lines, notes)


def sensitivity_tier(job: Job, warm: Warm) -> Iterator[Any]:
    """Say beside each token how far F1, F2 and vector move if the boundaries do, and which labels they reach.

    The values are those of ``w2vpraat sensitivity`` about the shift ``sensitivity.queue_shift``: the largest
    change of the eight ways to move start and end.

    Parameters
    ----------
    job : Job
        Sounds and TextGrids; ``which`` is ``formants``, ``embedding`` or ``both``; ``decimals`` of the
        values.
    warm : Warm

    Yields
    ------
    Progress, Skipped, then Answer
        One TextGrid for each of the job.

    Raises
    ------
    W2VPraatError
        As a run of the same settings, and `w2vpraat.pipeline.sensitivity.sensing`.
    """
    from w2vpraat.compare.tokens.sensitivity_summary import Sensitivity, explain_sensitivity
    from w2vpraat.pipeline.found_tiers import FoundTiers, finding_tiers
    from w2vpraat.pipeline.sensitivity import sensing

    which = _which(job)
    params = _scores(job)
    pairs = open_pairs(job)
    results, encoder = yield from _measured(pairs, warm, which)
    moving = sensing(results.opened, results.spaces, encoder=encoder)
    sensed = yield from relayed(moving, Sensitivity)
    found = yield from relayed(finding_tiers(results, params, sensitivity=sensed), FoundTiers)
    lines = [f"Largest change if start and end move by {1000 * sensed.queue_shift:g} ms, either way or not."]
    lines += [text for text in [explain_sensitivity(sensed)] if text]
    yield _answer(pairs, results, found.tiers, lines, (*sensed.notes, *found.notes))


def _which(job: Job) -> str:
    which = job.text("which", "both")
    if which not in STEPS:
        raise InputError(f'which = "{which}" is unknown', f"one of {', '.join(STEPS)}")
    return which


def _scores(job: Job) -> AddedTierParams:
    """Read how the values are written."""
    decimals = job.number("decimals", AddedTierParams().decimals)
    if decimals != int(decimals):
        raise InputError(f"decimals = {decimals:g} is no whole number", "0 to 9")
    return AddedTierParams(tiers=("sensitivity",), decimals=int(decimals), notation="file")


def _measured(pairs: Pairs, warm: Warm, which: str) -> Generator[Any, None, tuple[Results, Encoder | None]]:
    """Measure and embed what is asked for; return the results and the model, if there is one."""
    from w2vpraat.pipeline.embedding import check_pooling
    from w2vpraat.pipeline.running import Results

    steps = STEPS[which]
    encoder: Encoder | None = None
    if "embed" in steps:
        check_pooling(pairs.settings, one_vector=True)
        encoder = warm.encoder(pairs.settings)
    events = warm.running(pairs.settings, corpus=pairs.corpus, steps=steps)
    results = yield from relayed(events, Results)
    return results, encoder


def _agreement(tier: TokenTier, results: Results) -> str:
    """Count the tokens that are nearest to their own label."""
    kept = results.opened.tokens.kept
    asked = [token for token in kept if tier.text(token.id)]
    # The form of a label tells which label it is, so the texts can be compared.
    own = sum(tier.text(token.id) == token.raw_label for token in asked)
    text = f"{tier.name}: {own} of {len(asked)} tokens are nearest to their own label."
    if left := len(kept) - len(asked):
        least = results.opened.settings.compare.min_label_tokens
        voices = " and two speakers" if len({token.speaker for token in kept}) > 1 else ""
        text += f" {left} have no answer: a label needs {least} tokens{voices}, and a token all its values."
    return text


def _answer(
    pairs: Pairs,
    results: Results,
    tiers: Sequence[TokenTier],
    lines: Sequence[str],
    notes: Sequence[str],
) -> Answer:
    tokens = results.opened.tokens.by_recording()
    objects = []
    for grid, recording in zip(pairs.grids, pairs.recordings, strict=True):
        made = score_tiers(grid, tokens.get(recording, ()), tiers, empty=True)
        objects.append(PraatGrid(grid.name, TextGrid(grid.start, grid.end, made, grid.name)))
    said = dict.fromkeys((*pairs.notes, *map(without_options, (*results.notes, *notes))))
    return Answer(tuple(objects), "\n".join(lines), tuple(said))
