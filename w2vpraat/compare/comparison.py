"""One yardstick for formants and embeddings: the same tokens, folds and probes for every representation."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.goals.column_goals import Column, column_goals
from w2vpraat.compare.goals.label_goals import (
    CrossSexGoal,
    Goal,
    LabelGoal,
    Outcome,
    SpeakerGoal,
)
from w2vpraat.compare.goals.trait_goals import SpeakerTraitGoal, Trait, TraitGoal
from w2vpraat.compare.material import Material, column_texts, gather
from w2vpraat.compare.scores import COLUMNS, Key, Scores, Tally, interval
from w2vpraat.compare.threads import one_thread
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

# Representations that are scored at once; each takes memory for its distances and kernels.
MOST_WORKERS = 4


def compare(
    representations: Sequence[Representation],
    tokens_table: pd.DataFrame,
    params: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    sex: str = "sex",
    file: str = "file_name",
    columns: Sequence[str] = (),
) -> Scores:
    """Score representations on the same tokens with the same probes and folds.

    Parameters
    ----------
    representations : sequence of Representation
        With different names. Only tokens that are complete in all of them are compared.
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    params : CompareParams, optional
        Folds, bootstrap samples, level, seed, least tokens per label.
    label, speaker, sex, file : str
        Columns. Without sexes the goals about sex are left out; without recordings the speaker goal splits
        tokens.
    columns : sequence of str
        Further columns to ask for, such as ``("dialect", "emotion")``.

    Returns
    -------
    Scores
        Goals: ``label`` (speakers held out), ``label_across_sex``, ``speaker_given_label``,
        ``sex_given_label`` (linear and non-linear), ``sex_of_speaker``, and ``COLUMN_given_label`` (with
        ``COLUMN_of_speaker`` if speakers have one of two values). With one speaker only ``label``, held out
        within the speaker.

    Raises
    ------
    ComparisonError
        No representation, a repeated name, no label column, fewer than two labels left, contradicting sexes.

    References
    ----------
    Adank, Smits & van Hout 2004, JASA 116:3099-3107 (goals); Chen et al. 2010, IEEE Trans. Signal Process.
    58:5016-5029 (shrinkage of the linear probe).
    """
    found = compare_each(
        representations,
        tokens_table,
        params,
        label=label,
        speaker=speaker,
        sex=sex,
        file=file,
        columns=columns,
    )
    return next(event for event in found if isinstance(event, Scores))


def compare_each(
    representations: Sequence[Representation],
    tokens_table: pd.DataFrame,
    params: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    sex: str = "sex",
    file: str = "file_name",
    columns: Sequence[str] = (),
) -> Iterator[str | Scores]:
    """Do the same as `compare`, one representation after the other.

    Yields
    ------
    str, then Scores
        The name of each representation when it is done, and at the end the result.
    """
    params = CompareParams() if params is None else params
    material = gather(representations, tokens_table, params, label=label, speaker=speaker, sex=sex, file=file)
    # Label, speaker and sex have goals of their own.
    further = [name for name in dict.fromkeys(columns) if name not in (label, speaker, sex)]
    asked = [Column.of(name, column_texts(tokens_table, name, material.ids), material) for name in further]
    rows: list[dict[str, Any]] = []
    tallies: dict[Key, Tally] = {}
    n_classes: dict[str, int] = {}
    with one_thread():
        goals, notes = _goals(material, params)
        if asked and material.n_speakers < 2:
            notes.append(f"{', '.join(further)}: not asked, since there is one speaker only")
        for column in asked if material.n_speakers > 1 else ():
            more, remarks = column_goals(material, column, params.folds, params.seed, params.probes)
            goals += more
            notes += remarks
    workers = min(os.cpu_count() or 1, MOST_WORKERS, len(representations))
    for start in range(0, len(representations), workers):
        several = representations[start : start + workers]
        # Threads: nearly all the time is spent in routines that let go of the interpreter.
        with one_thread(), ThreadPoolExecutor(workers) as pool:
            scored = list(pool.map(lambda item: _outcomes(item, material, goals), several))
        for item, (centred, outcomes) in zip(several, scored, strict=True):
            for outcome in outcomes:
                tallies[(item.name, outcome.goal, outcome.probe, outcome.unit)] = outcome.tally
                rows.append(_row(item, outcome, centred, params))
                n_classes[outcome.goal] = outcome.n_classes
            yield item.name
    yield _scores(rows, tallies, n_classes, material, notes, params)


def _outcomes(item: Representation, material: Material, goals: Sequence[Goal]) -> tuple[bool, list[Outcome]]:
    vectors = material.vectors(item)
    return centred_per_speaker(vectors, material), [
        outcome for goal in goals for outcome in goal.score(vectors)
    ]


def _row(item: Representation, outcome: Outcome, centred: bool, params: CompareParams) -> dict[str, Any]:
    low, high = _interval(outcome.tally, params)
    return {
        "representation": item.name,
        "goal": outcome.goal,
        "probe": outcome.probe,
        "unit": outcome.unit,
        "value": outcome.tally.value,
        "low": low,
        "high": high,
        "chance": outcome.chance,
        "shuffled": outcome.shuffled,
        "n_tokens": outcome.n_tokens,
        "n_speakers": outcome.tally.n_speakers,
        "n_labels": outcome.n_labels,
        "dim": item.dim,
        "sees_speaker": item.sees_speaker,
        "note": "; ".join([outcome.note, *_cautions(item, outcome, centred)]),
    }


def _scores(
    rows: list[dict[str, Any]],
    tallies: dict[Key, Tally],
    n_classes: dict[str, int],
    material: Material,
    notes: list[str],
    params: CompareParams,
) -> Scores:
    import pandas as pd

    left_out = pd.DataFrame(
        [(token, *why) for token, why in sorted(material.reasons.items())],
        columns=["id", "reason", "detail"],
    )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Scores(
        table=table,
        left_out=left_out,
        notes=(*material.notes, *notes),
        tallies=tallies,
        bootstrap=params.bootstrap,
        seed=params.seed,
        level=params.level,
        n_classes=n_classes,
    )


def _goals(material: Material, params: CompareParams) -> tuple[list[Goal], list[str]]:
    goals: list[Goal] = [LabelGoal(material, params.folds, params.seed, params.probes)]
    notes: list[str] = []
    if material.n_speakers < 2:
        notes.append(
            "one speaker: tokens are held out within the speaker, so the accuracy says nothing about other "
            "speakers, and there is no interval"
        )
        return goals, notes
    if material.sex_names:
        sides = [int((material.sex == value).sum()) for value in (0, 1)]
        across = CrossSexGoal(material, params.seed, params.probes) if min(sides) else None
        if across is not None and across.n_labels > 1:
            goals.append(across)
        else:
            notes.append("label_across_sex is left out: the sexes share fewer than two labels")
    goals.append(SpeakerGoal(material, params.seed, params.probes))
    if material.sex_names:
        sex = Trait.sex(material)
        given = TraitGoal(material, sex, params.seed, params.probes)
        if given.groups:
            goals.append(given)
        else:
            notes.append("sex_given_label is left out: it needs two speakers of each sex")
        whole = SpeakerTraitGoal(material, sex, params.seed, params.probes)
        if whole.possible:
            goals.append(whole)
        else:
            notes.append("sex_of_speaker is left out: it needs three speakers of each sex who share labels")
    return goals, notes


def _interval(tally: Tally, params: CompareParams) -> tuple[float, float]:
    if params.bootstrap == 0 or tally.n_speakers < 2:
        return float("nan"), float("nan")
    return interval(tally.resampled(params.bootstrap, params.seed), params.level)


def centred_per_speaker(vectors: Floats, material: Material) -> bool:
    """Whether the speakers' means lie closer together than those of speakers who do not differ at all would.

    A mean of n independent values with sd s strays from the common mean by 0.8 s / sqrt(n) on average;
    per-speaker centring makes it (nearly) zero.
    """
    strays = []
    overall = vectors.mean(axis=0)
    for number in range(material.n_speakers):
        own = vectors[material.speakers == number]
        if len(own) < 2:
            continue
        error = own.std(axis=0, ddof=1) / np.sqrt(len(own))
        usable = error > 0.0
        strays.append(np.abs(own.mean(axis=0) - overall)[usable] / error[usable])
    values = np.concatenate(strays) if strays else np.array([1.0])
    return bool(values.size and values.mean() < 0.3)


def _cautions(item: Representation, outcome: Outcome, centred: bool) -> list[str]:
    notes = []
    if item.sees_speaker:
        notes.append("sees the other tokens of the test speaker")
    given_label = outcome.goal.endswith("_given_label")
    if centred and outcome.of_speaker and given_label and outcome.probe == "lda":
        notes.append("centred per speaker, so a linear probe is at or below chance by construction")
    return notes
