"""Folds: who is held out when, the same for every representation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.intp]
Fold = tuple[Ints, Ints]  # token numbers: training, test


@dataclass(frozen=True, eq=False)
class Folds:
    """Training and test token numbers, and one sentence on how they were made."""

    folds: tuple[Fold, ...]
    description: str


def speaker_folds(speakers: Ints, n_folds: int) -> Folds:
    """Hold out speakers: one at a time (``n_folds`` 0), or in ``n_folds`` groups of about equal token counts.

    Parameters
    ----------
    speakers : ndarray, shape (n_tokens,)
        Speaker numbers.
    n_folds : int
        Grouped folds are those of scikit-learn's ``GroupKFold``.
    """
    tokens = np.arange(len(speakers))
    n_speakers = len(np.unique(speakers))
    if n_folds == 0 or n_folds >= n_speakers:
        made = tuple(
            (tokens[speakers != speaker], tokens[speakers == speaker]) for speaker in np.unique(speakers)
        )
        return Folds(made, "one speaker held out at a time")
    from sklearn.model_selection import GroupKFold

    split = GroupKFold(max(n_folds, 2)).split(tokens, groups=speakers)
    made = tuple((np.asarray(train), np.asarray(test)) for train, test in split)
    return Folds(made, f"{len(made)} folds with speakers held out")


def within_speaker_folds(
    speakers: Ints, labels: Ints, files: Ints | None, *, n_folds: int = 5, seed: int = 0
) -> Folds:
    """Split every speaker's tokens: whole recordings if each speaker has at least two, else by label.

    Parameters
    ----------
    speakers, labels : ndarray, shape (n_tokens,)
        Numbers.
    files : ndarray, shape (n_tokens,), optional
        Recording numbers.
    n_folds : int
        At most so many folds.
    seed : int
        Decides which recordings (or tokens) come into which fold.
    """
    random = np.random.default_rng(seed)
    fold = np.zeros(len(speakers), dtype=np.intp)
    by_file = files is not None and all(
        len(np.unique(files[speakers == speaker])) >= 2 for speaker in np.unique(speakers)
    )
    for speaker in np.unique(speakers):
        own = np.flatnonzero(speakers == speaker)
        start = int(random.integers(n_folds))
        if by_file:
            assert files is not None
            names = random.permutation(np.unique(files[own]))
            place = {int(name): (start + index) % n_folds for index, name in enumerate(names)}
            fold[own] = [place[int(name)] for name in files[own]]
        else:
            # Deal the tokens out like cards, label after label, so every fold gets every label.
            dealt = random.permutation(own)
            dealt = dealt[np.argsort(labels[dealt], kind="stable")]
            fold[dealt] = (start + np.arange(len(dealt))) % n_folds
    tokens = np.arange(len(speakers))
    made = tuple(
        (tokens[fold != index], tokens[fold == index])
        for index in range(n_folds)
        if 0 < np.count_nonzero(fold == index) < len(fold)
    )
    how = (
        "whole recordings held out within speakers"
        if by_file
        else "tokens held out within speakers (the same recordings are in training and test)"
    )
    return Folds(made, f"{len(made)} folds, {how}")


def paired_speakers(sex: Ints, *, most: int = 16, seed: int = 0) -> tuple[Ints, ...]:
    """Make groups of speakers to hold out together: as many women as men in each.

    One woman and one man at a time while there are at most ``most`` such pairs, so that neither sex is ever
    the rarer in training because one of its own is being tested. If there are more of one sex, speakers of
    the other are held out more than once. Few speakers are paired anew, up to ``most`` pairs; many are held
    out in ``most`` equal groups.

    Parameters
    ----------
    sex : ndarray, shape (n_speakers,)
        0 or 1, or negative for unknown.
    most : int
        At most so many groups, as far as enough speakers stay in training.
    seed : int
        Decides who is paired with whom.

    Returns
    -------
    tuple of ndarray
        Speaker numbers of each group; empty if a sex has fewer than two speakers.
    """
    random = np.random.default_rng(seed)
    sides = [random.permutation(np.flatnonzero(sex == value)) for value in (0, 1)]
    fewest, n = min(map(len, sides)), max(map(len, sides))
    if fewest < 2:
        return ()
    n_groups = min(n, most)
    if -(-n // n_groups) >= fewest:
        n_groups = n
    women, men = (np.resize(side, n) for side in sides)
    groups = []
    for shift in range(min(max(most // n, 1), fewest)):
        parts = np.array_split(women, n_groups), np.array_split(np.roll(men, shift), n_groups)
        groups += [np.unique(np.concatenate(pair)) for pair in zip(*parts, strict=True)]
    return tuple(groups)


def dealt_speakers(classes: Ints, known: Ints, n_folds: int, *, most: int = 32) -> tuple[Ints, ...]:
    """Hold out speakers one at a time, or, if they are many, in groups with few speakers of a class in each.

    Parameters
    ----------
    classes : ndarray, shape (n_speakers,)
        A class that all speakers of one group have would be missing in training, so classes are dealt out
        over the groups.
    known : ndarray
        Numbers of the speakers asked.
    n_folds : int
        Number of groups; 0: one speaker each, but at most ``most`` groups.
    most : int

    Returns
    -------
    tuple of ndarray
        Speaker numbers of each group.
    """
    n_groups = min(len(known), max(n_folds, 2) if n_folds else most)
    order = known[np.argsort(classes[known], kind="stable")]
    return tuple(np.sort(order[start::n_groups]) for start in range(n_groups))


def group_folds(speakers: Ints, groups: tuple[Ints, ...], usable: NDArray[np.bool_]) -> tuple[Fold, ...]:
    """Turn groups of speakers into folds over the usable tokens."""
    made = []
    for group in groups:
        held = np.isin(speakers, group)
        made.append((np.flatnonzero(usable & ~held), np.flatnonzero(usable & held)))
    return tuple(made)
