"""One yardstick for formants and embeddings: the same tokens, folds and probes for every representation."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.goals.across_goals import Population, across_goals
from w2vpraat.compare.goals.base import Goal, Outcome
from w2vpraat.compare.goals.column_goals import Column, column_goals
from w2vpraat.compare.goals.label_goals import LabelGoal
from w2vpraat.compare.goals.speaker_goals import SpeakerGoal
from w2vpraat.compare.goals.trait_goals import SpeakerTraitGoal, Trait, TraitGoal
from w2vpraat.compare.material import Material, column_texts, gather
from w2vpraat.compare.probes.space import Space
from w2vpraat.compare.scores import COLUMNS, Key, Scores, Tally, interval
from w2vpraat.compare.threads import one_thread
from w2vpraat.errors import ComparisonError
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

# Goals that are scored at once; each takes memory for its distances and kernels.
MOST_WORKERS = 4
# Representations that are scored side by side, so that no thread waits for the longest goal of one.
AT_ONCE = 2


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
        Further columns to ask for beside those of ``params``, such as ``("dialect", "emotion")``.

    Returns
    -------
    Scores
        Goals: ``label`` (speakers held out), ``label_across_sex`` and ``label_within_sex`` (likewise for the
        columns in ``params.across``), ``speaker_given_label``, ``sex_given_label`` (linear and non-linear),
        ``sex_of_speaker``, and ``COLUMN_given_label`` (with ``COLUMN_of_speaker`` if speakers have one of two
        values). With one speaker only ``label``, held out within the speaker. A representation with more
        dimensions than the smallest is scored again as "NAME, 3 PCs", unless ``params.dimensions`` is -1.

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
    roles = {"label": label, "speaker": speaker, "sex": sex}
    entries, remarks = _entries(representations, params.dimensions)
    rows: list[dict[str, Any]] = []
    tallies: dict[Key, Tally] = {}
    n_classes: dict[str, int] = {}
    with one_thread():
        goals, notes = _goals(material, params, tokens_table, roles, (*params.columns, *columns))
    notes += remarks
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    for start in range(0, len(entries), AT_ONCE):
        # Threads: nearly all the time is spent in routines that let go of the interpreter. The pool and the
        # limit end before anything is yielded.
        with one_thread(), ThreadPoolExecutor(workers) as pool:
            begun = [_started(entry, material, goals, pool) for entry in entries[start : start + AT_ONCE]]
            done = [
                (entry, centred, [outcome for answer in answers for outcome in answer.result()])
                for entry, (centred, answers) in zip(entries[start:], begun, strict=False)
            ]
        for entry, centred, outcomes in done:
            for outcome in outcomes:
                tallies[(entry.name, outcome.goal, outcome.probe, outcome.unit)] = outcome.tally
                rows.append(_row(entry, outcome, centred, params))
                n_classes[outcome.goal] = outcome.n_classes
            yield entry.name
    reduced = frozenset(entry.name for entry in entries if entry.kept)
    yield replace(_scores(rows, tallies, n_classes, material, notes, params), reduced=reduced)


@dataclass(frozen=True, eq=False)
class _Entry:
    """A representation, as it is or reduced to a few principal components (``kept``; 0: as it is)."""

    name: str
    item: Representation
    kept: int

    @property
    def dim(self) -> int:
        return self.kept or self.item.dim


def _entries(representations: Sequence[Representation], dimensions: int) -> tuple[list[_Entry], list[str]]:
    """Put every representation with more dimensions than the smallest beside itself, reduced."""
    names = {item.name for item in representations}
    fewest = min((item.dim for item in representations if item.dim > 1), default=0)
    kept = fewest if dimensions == 0 else dimensions
    made, notes = [], []
    for item in representations:
        made.append(_Entry(item.name, item, 0))
        if dimensions < 0 or kept < 1 or item.dim <= kept:
            continue
        name = reduced_name(item.name, kept)
        if name in names:
            raise ComparisonError(f'two representations are called "{name}"', "rename one of them")
        made.append(_Entry(name, item, kept))
    reduced = sum(entry.kept > 0 for entry in made)
    if reduced:
        notes.append(
            f"{reduced} representations are also scored with {kept} principal components, learnt from the "
            "training tokens of every fold"
        )
    return made, notes


def reduced_name(name: str, kept: int) -> str:
    """Name a representation that was reduced to so many principal components."""
    return f"{name}, {kept} PC{'s' if kept > 1 else ''}"


def _started(
    entry: _Entry, material: Material, goals: Sequence[Goal], pool: ThreadPoolExecutor
) -> tuple[bool, list[Future[list[Outcome]]]]:
    """Hand a representation to the threads, goal by goal."""
    vectors = material.vectors(entry.item)
    space = Space(vectors, entry.kept)
    answers = [pool.submit(lambda goal: list(goal.score(space)), goal) for goal in goals]
    return centred_per_speaker(vectors, material), answers


def _row(entry: _Entry, outcome: Outcome, centred: bool, params: CompareParams) -> dict[str, Any]:
    item = entry.item
    low, high = _interval(outcome.tally, params)
    return {
        "representation": entry.name,
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
        "dim": entry.dim,
        "sees_speaker": item.sees_speaker,
        "note": "; ".join([outcome.note, *_cautions(entry, outcome, centred)]),
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


def _goals(
    material: Material,
    params: CompareParams,
    table: pd.DataFrame,
    roles: dict[str, str],
    columns: Sequence[str],
) -> tuple[list[Goal], list[str]]:
    """Make the goals that the data allow, and notes on those that they do not."""
    probes, seed = params.probes, params.seed
    goals: list[Goal] = [LabelGoal(material, params.folds, seed, probes)]
    notes: list[str] = []
    # Label, speaker and sex have goals of their own.
    further = [name for name in dict.fromkeys(columns) if name not in roles.values()]
    across = [name for name in dict.fromkeys(params.across) if name not in ("sex", *roles.values())]
    read = {
        name: Column.of(name, column_texts(table, name, material.ids), material)
        for name in dict.fromkeys((*further, *across))
    }
    if material.n_speakers < 2:
        notes.append(
            "one speaker: tokens are held out within the speaker, so the accuracy says nothing about other "
            "speakers, and there is no interval"
        )
        if read:
            notes.append(f"{', '.join(read)}: not asked, since there is one speaker only")
        return goals, notes
    populations = [Population.of(read[name], material) for name in across]
    if material.sex_names and {"sex", roles["sex"]} & set(params.across):
        populations.insert(0, Population.sex(material))
    for population in populations:
        made, remarks = across_goals(material, population, params.folds, seed, probes, within=params.within)
        goals += made
        notes += remarks
    goals.append(SpeakerGoal(material, seed, probes))
    if material.sex_names:
        sex = Trait.sex(material)
        given = TraitGoal(material, sex, seed, probes)
        if given.groups:
            goals.append(given)
        else:
            notes.append("sex_given_label is left out: it needs two speakers of each sex")
        whole = SpeakerTraitGoal(material, sex, seed, probes)
        if whole.possible:
            goals.append(whole)
        else:
            notes.append("sex_of_speaker is left out: it needs three speakers of each sex who share labels")
    for name in further:
        more, remarks = column_goals(material, read[name], params.folds, seed, probes)
        goals += more
        notes += remarks
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


def _cautions(entry: _Entry, outcome: Outcome, centred: bool) -> list[str]:
    notes = []
    if entry.kept:
        notes.append(f"{entry.kept} principal components of {entry.item.dim} dimensions")
    if entry.item.sees_speaker:
        notes.append("sees the other tokens of the test speaker")
    given_label = outcome.goal.endswith("_given_label")
    if centred and outcome.of_speaker and given_label and outcome.probe in ("lda", "logistic"):
        notes.append("centred per speaker, so a linear probe is at or below chance by construction")
    return notes
