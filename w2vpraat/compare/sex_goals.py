"""Goals about sex, with probes that per-speaker centring cannot fool.

Per-speaker centring puts every speaker's mean at zero, so a linear probe on tokens has nothing left to go
by, whatever the other tokens still say. Hence a probe that may treat each label on its own, and one of
whole speakers; hence also women and men held out together, since with one speaker left out a linear probe
answers the rarer sex and is always wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import Fold, group_folds, paired_speakers
from w2vpraat.compare.goals import Outcome
from w2vpraat.compare.material import Material
from w2vpraat.compare.probes import credit, linear_scores, rbf_scores, residuals
from w2vpraat.compare.scores import Tally

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# There are far fewer speakers than tokens, so one shuffling of the sexes says little.
SEX_SHUFFLES = 6
# So many for the support vector machine, if the corpus is no larger than this.
RBF_SHUFFLES, RBF_SMALL = 2, 1000
# A support vector machine is trained on at most so many tokens per fold (drawn evenly over speakers).
RBF_TOKENS = 1000


class SexGoal:
    """Which sex is it, given the label? One linear probe, and one that may use other cues for each label."""

    name = "sex_given_label"

    def __init__(self, material: Material, seed: int) -> None:
        self.material, self.seed = material, seed
        self.groups = paired_speakers(material.sex, seed=seed)
        known = material.sex >= 0
        self.usable = known[material.speakers]
        most = max((len(group) for group in self.groups), default=0)
        self.description = (
            "one woman and one man held out together"
            if most == 2
            else f"{len(self.groups)} groups of as many women as men held out"
        )
        # Shuffled speakers are paired anew: by their shuffled sexes, as the real ones are by theirs.
        self.variants = [
            (sex, group_folds(material.speakers, paired_speakers(sex, seed=seed), self.usable))
            for sex in (material.sex, *shuffled_sex(material.sex, seed))
        ]

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield balanced accuracies of the linear and of the non-linear probe."""
        few = 1 + (RBF_SHUFFLES if len(vectors) <= RBF_SMALL else 1)
        for probe, variants in (("lda", self.variants), ("rbf", self.variants[:few])):
            tallies = [self._tally(vectors, sex, folds, probe) for sex, folds in variants]
            note = self.description
            if probe == "rbf" and max(len(train) for train, _ in self.variants[0][1]) > RBF_TOKENS:
                note += f"; trained on {RBF_TOKENS} tokens per fold"
            yield Outcome(
                goal=self.name,
                probe=probe,
                unit="balanced accuracy",
                tally=tallies[0],
                chance=0.5,
                shuffled=float(np.mean([tally.value for tally in tallies[1:]])),
                n_tokens=int(self.usable.sum()),
                n_labels=self.material.n_labels,
                note=note,
            )

    def _tally(self, vectors: Floats, sex: Ints, folds: tuple[Fold, ...], probe: str) -> Tally:
        material = self.material
        classes = np.maximum(sex, 0)[material.speakers]
        total, asked = np.zeros(len(vectors)), np.zeros(len(vectors))
        for turn, (train, test) in enumerate(folds):
            training = np.zeros(len(vectors), dtype=bool)
            training[train] = True
            if probe == "lda":
                rest = residuals(vectors, material.labels, classes, training, material.n_labels)
                answers = linear_scores(rest[train], classes[train], rest[test], 2, equal_priors=True)
            else:
                train = _thinned(train, material.speakers, RBF_TOKENS, (self.seed, turn))
                answers = rbf_scores(
                    vectors[train],
                    classes[train],
                    vectors[test],
                    2,
                    training_labels=material.labels[train],
                    test_labels=material.labels[test],
                )
            total[test] += credit(answers, classes[test])
            asked[test] += 1
        with np.errstate(invalid="ignore"):
            credits = np.where(asked > 0, total / asked, np.nan)
        return Tally.of(
            credits, material.speakers, classes, strata=np.maximum(material.sex, 0), balanced=True
        )


def shuffled_sex(sex: Ints, seed: int) -> list[Ints]:
    """Deal the sexes out anew among the speakers whose sex is known."""
    known = np.flatnonzero(sex >= 0)
    made = []
    for turn in range(SEX_SHUFFLES):
        mixed = sex.copy()
        mixed[known] = sex[np.random.default_rng((seed, turn, 1)).permutation(known)]
        made.append(mixed)
    return made


def _thinned(tokens: Ints, speakers: Ints, most: int, seed: tuple[int, int]) -> Ints:
    """Draw at most so many tokens, about the same number from each speaker."""
    if len(tokens) <= most:
        return tokens
    random = np.random.default_rng(seed)
    mixed = random.permutation(tokens)
    order = np.argsort(speakers[mixed], kind="stable")
    own = speakers[mixed][order]
    rank = np.empty(len(mixed), dtype=np.intp)  # how many tokens of the same speaker come before
    rank[order] = np.arange(len(mixed)) - np.searchsorted(own, own)
    return np.sort(mixed[np.argsort(rank, kind="stable")[:most]])


class SpeakerSexGoal:
    """Which sex is the speaker, from the vector of all label means? The probe that centring cannot fool."""

    name = "sex_of_speaker"

    def __init__(self, material: Material, seed: int) -> None:
        self.material = material
        said = np.zeros((material.n_speakers, material.n_labels), dtype=bool)
        said[material.speakers, material.labels] = True
        self.labels, self.speakers = common_labels(said, material.sex >= 0)
        sex = np.full(material.n_speakers, -1, dtype=np.intp)
        sex[self.speakers] = material.sex[self.speakers]
        self.sex = sex
        self.variants = [
            (mixed, paired_speakers(mixed, most=32, seed=seed)) for mixed in (sex, *shuffled_sex(sex, seed))
        ]
        dropped = int((material.sex >= 0).sum()) - len(self.speakers)
        self.description = (
            f"means of {len(self.labels)} labels per speaker"
            + (f", {dropped} speakers lack one of them" if dropped else "")
            + "; as many women as men held out together"
        )

    @property
    def possible(self) -> bool:
        """Whether there are enough speakers: three of each sex with the same labels."""
        return all(int((self.sex == value).sum()) >= 3 for value in (0, 1)) and len(self.labels) > 0

    def score(self, vectors: Floats) -> Iterator[Outcome]:
        """Yield the balanced accuracy over speakers."""
        material = self.material
        cells = material.speakers * material.n_labels + material.labels
        size = material.n_speakers * material.n_labels
        counts = np.bincount(cells, minlength=size)
        sums = np.zeros((size, vectors.shape[1]))
        np.add.at(sums, cells, vectors)
        means = (sums / np.maximum(counts, 1)[:, None]).reshape(material.n_speakers, material.n_labels, -1)
        spaces = means[:, self.labels].reshape(material.n_speakers, -1)
        tallies = [self._tally(spaces, sex, groups) for sex, groups in self.variants]
        yield Outcome(
            goal=self.name,
            probe="lda",
            unit="balanced accuracy",
            tally=tallies[0],
            chance=0.5,
            shuffled=float(np.mean([tally.value for tally in tallies[1:]])),
            n_tokens=int(np.isin(material.speakers, self.speakers).sum()),
            n_labels=len(self.labels),
            note=self.description,
        )

    def _tally(self, spaces: Floats, sex: Ints, groups: tuple[Ints, ...]) -> Tally:
        total, asked = np.zeros(len(spaces)), np.zeros(len(spaces))
        for group in groups:
            train = np.setdiff1d(self.speakers, group)
            answers = linear_scores(spaces[train], sex[train], spaces[group], 2, equal_priors=True)
            total[group] += credit(answers, sex[group])
            asked[group] += 1
        with np.errstate(invalid="ignore"):
            credits = np.where(asked > 0, total / asked, np.nan)
        numbers = np.arange(len(spaces))
        strata = np.maximum(self.sex, 0)
        return Tally.of(credits, numbers, np.maximum(sex, 0), strata=strata, balanced=True)


def common_labels(said: NDArray[np.bool_], known: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Choose labels that at least 90 % of the speakers have in common, and the speakers who have them all.

    The label that the fewest speakers say is dropped until the rest is common enough.

    Parameters
    ----------
    said : ndarray of bool, shape (n_speakers, n_labels)
    known : ndarray of bool, shape (n_speakers,)
        Speakers that count.

    Returns
    -------
    labels, speakers : ndarray
        Numbers.
    """
    labels = np.arange(said.shape[1])
    speakers = np.flatnonzero(known)
    while len(labels):
        whole = said[np.ix_(speakers, labels)].all(axis=1)
        if whole.mean() >= 0.9:
            return labels, speakers[whole]
        labels = np.delete(labels, int(np.argmin(said[np.ix_(speakers, labels)].sum(axis=0))))
    return labels, speakers[:0]
