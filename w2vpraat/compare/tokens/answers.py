"""What a classifier that has never met a speaker takes that speaker's tokens for.

The classifier is the linear probe of the comparison (shrinkage LDA) with the folds of its goal ``label``. All
labels are equally likely beforehand: the question is which label a token is nearest to, and a rare one must
not be suspicious for being rare. Posteriors are tempered: the scores of all labels are multiplied by one
number, without which many dimensions make the classifier far too sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.folds import Fold, Folds, speaker_folds, within_speaker_folds
from w2vpraat.compare.material import Material, gather
from w2vpraat.compare.probes.linear import Moments, equal, linear_discriminant, standardized
from w2vpraat.compare.threads import one_thread
from w2vpraat.params import CompareParams
from w2vpraat.representation import Representation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Folds are joined to so many groups, which are held out in turn to find how sharp the posteriors should be.
GROUPS = 5
# So many held-out tokens are enough to find one number.
TEMPERED_TOKENS = 4000
# Between these the number is looked for: a hundredth of the sharpness that the scores have, and ten times it.
SHARPNESS = (0.01, 10.0)


@dataclass(frozen=True, eq=False)
class Answers:
    """Out-of-fold answers of one representation.

    Attributes
    ----------
    name : str
        Of the representation.
    ids : tuple of str
    label_names : tuple of str
        What there is to choose from.
    labels : ndarray, shape (n_tokens,)
        Number of the label that each token has.
    posteriors : ndarray, shape (n_tokens, n_labels)
        Rows sum to one. A label that the token's training tokens do not have gets zero.
    heard : ndarray of bool, shape (n_tokens,)
        Whether the token's own label was among its training tokens.
    sharpness : ndarray, shape (n_tokens,)
        What the scores were multiplied by, found without the speakers held out; 1 if that was not possible.
    description : str
        How tokens were held out, and what the posteriors are.
    """

    name: str
    ids: tuple[str, ...]
    label_names: tuple[str, ...]
    labels: Ints
    posteriors: Floats
    heard: NDArray[np.bool_]
    sharpness: Floats
    description: str

    @property
    def best(self) -> Ints:
        """Number of the likeliest label, shape (n_tokens,)."""
        return np.asarray(self.posteriors.argmax(axis=1), dtype=np.intp)

    @property
    def second(self) -> Ints:
        """Number of the second likeliest label, shape (n_tokens,)."""
        return np.asarray(np.argsort(-self.posteriors, axis=1, kind="stable")[:, 1], dtype=np.intp)

    @property
    def given(self) -> Floats:
        """Posterior of the label that the token has, shape (n_tokens,)."""
        return np.asarray(self.posteriors[np.arange(len(self.labels)), self.labels])

    @property
    def margin(self) -> Floats:
        """Posterior of the token's label less the largest of another label, from -1 to 1.

        The normalized margin of Northcutt, Jiang & Chuang 2021 (J. Artif. Intell. Res. 70:1373-1411): below
        zero if the answer is another label.
        """
        others = self.posteriors.copy()
        others[np.arange(len(self.labels)), self.labels] = -1.0
        return np.asarray(self.given - others.max(axis=1))

    @property
    def agrees(self) -> NDArray[np.bool_]:
        """Whether the answer is the token's label, shape (n_tokens,)."""
        return np.asarray(self.best == self.labels)

    def table(self) -> pd.DataFrame:
        """Return columns ``id, label, answer, second, posterior, best_posterior, margin``."""
        import pandas as pd

        names = np.asarray(self.label_names, dtype=object)
        return pd.DataFrame(
            {
                "id": list(self.ids),
                "label": names[self.labels],
                "answer": names[self.best],
                "second": names[self.second],
                "posterior": self.given,
                "best_posterior": self.posteriors.max(axis=1),
                "margin": self.margin,
            }
        )


def label_answers(
    representation: Representation,
    tokens_table: pd.DataFrame,
    params: CompareParams | None = None,
    *,
    label: str = "label",
    speaker: str = "speaker",
    file: str = "file_name",
) -> Answers:
    """Ask what each token is, of a classifier trained on other speakers.

    Parameters
    ----------
    representation : Representation
    tokens_table : pandas.DataFrame
        One row per token, ids in the column ``id`` or in the index.
    params : CompareParams, optional
        Folds, seed, least tokens per label.
    label, speaker, file : str
        Columns. With one speaker tokens are held out within the speaker: whole recordings if there are two.

    Returns
    -------
    Answers
        Of the tokens that are complete and whose label two speakers say, sorted by id.

    Raises
    ------
    ComparisonError
        No label column, or fewer than two labels left.

    References
    ----------
    Guo, Pleiss, Sun & Weinberger 2017, ICML, PMLR 70:1321-1330 (temperature scaling).
    """
    params = CompareParams() if params is None else params
    material = gather([representation], tokens_table, params, label=label, speaker=speaker, sex="", file=file)
    with one_thread():
        return answer_labels(
            material.vectors(representation), material, label_folds(material, params), representation.name
        )


def label_folds(material: Material, params: CompareParams) -> Folds:
    """Return the folds of the comparison's goal ``label``."""
    if material.n_speakers > 1:
        return speaker_folds(material.speakers, params.folds)
    return within_speaker_folds(material.speakers, material.labels, material.files, seed=params.seed)


def answer_labels(vectors: Floats, material: Material, folds: Folds, name: str = "") -> Answers:
    """Do the same as `label_answers` with vectors, shape (n_tokens, dim), in the order of the material."""
    vectors = standardized(vectors)  # for the digits of the sums only
    labels, n_labels = material.labels, material.n_labels
    total = Moments.of(vectors, labels, n_labels)
    groups = _Groups(vectors, labels, n_labels, folds.folds)
    posteriors = np.zeros((len(vectors), n_labels))
    heard = np.zeros(len(vectors), dtype=bool)
    sharpness = np.ones(len(vectors))
    for turn, (_, test) in enumerate(folds.folds):
        held = Moments.of(vectors[test], labels[test], n_labels)
        training = total.without(held)
        scores = linear_discriminant(training, equal(training.counts)).scores(vectors[test])
        sharpness[test] = groups.sharpness_without(turn, test, held, training)
        posteriors[test] = tempered(scores, float(sharpness[test[0]]))
        heard[test] = training.counts[labels[test]] > 0
    how = (
        "posteriors tempered on training speakers" if groups.possible else "posteriors as the probe has them"
    )
    if material.n_speakers < 2:
        how = how.replace("training speakers", "training tokens")
    return Answers(
        name=name,
        ids=material.ids,
        label_names=material.label_names,
        labels=labels,
        posteriors=posteriors,
        heard=heard,
        sharpness=sharpness,
        description=f"{folds.description}; {how}",
    )


class _Groups:
    """Groups of folds, held out in turn among the training tokens of a fold."""

    def __init__(self, vectors: Floats, labels: Ints, n_labels: int, folds: tuple[Fold, ...]) -> None:
        self.vectors, self.labels, self.n_labels = vectors, labels, n_labels
        self.n_groups = min(GROUPS, len(folds))
        self.group = np.full(len(vectors), -1, dtype=np.intp)
        for turn, (_, test) in enumerate(folds):
            self.group[test] = turn % self.n_groups
        self.tokens = [np.flatnonzero(self.group == number) for number in range(self.n_groups)]
        self.moments = (
            [Moments.of(vectors[own], labels[own], n_labels) for own in self.tokens] if self.possible else []
        )

    @property
    def possible(self) -> bool:
        """Whether a fold leaves at least two groups to train and to try."""
        return self.n_groups > 2

    def sharpness_without(self, turn: int, test: Ints, held: Moments, training: Moments) -> float:
        """Find the sharpness from training tokens that were held out once more."""
        if not self.possible:
            return 1.0
        outside = np.ones(len(self.vectors), dtype=bool)
        outside[test] = False
        found = []
        for number, (tokens, moments) in enumerate(zip(self.tokens, self.moments, strict=True)):
            tried = moments.without(held) if number == turn % self.n_groups else moments
            asked = tokens[outside[tokens]]
            inner = training.without(tried)
            seen = inner.counts > 0
            asked = asked[seen[self.labels[asked]]]
            if len(asked) and seen.sum() > 1:
                asked = asked[:: -(-len(asked) * self.n_groups // TEMPERED_TOKENS)]
                scores = linear_discriminant(inner, equal(inner.counts)).scores(self.vectors[asked])
                found.append((scores, self.labels[asked]))
        return best_sharpness(found)


def best_sharpness(answers: list[tuple[Floats, Ints]]) -> float:
    """Find the number by which scores are multiplied so that true labels are likeliest.

    Parameters
    ----------
    answers : list of (scores, classes)
        Scores, shape (n, n_classes), -inf for classes that cannot be chosen; and the true classes.

    Returns
    -------
    float
        Within :data:`SHARPNESS`; 1 if there are no answers.
    """
    from scipy.optimize import minimize_scalar

    if not answers:
        return 1.0

    def loss(power: float) -> float:
        factor = float(np.exp(power))
        return -sum(
            float(
                np.log(np.maximum(tempered(scores, factor)[np.arange(len(classes)), classes], 1e-300)).sum()
            )
            for scores, classes in answers
        )

    found = minimize_scalar(loss, bounds=tuple(np.log(SHARPNESS)), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def tempered(scores: Floats, sharpness: float) -> Floats:
    """Turn scores into posteriors, shape (n, n_classes): the softmax of scores times sharpness."""
    from scipy.special import softmax

    return np.asarray(softmax(scores * sharpness, axis=1), dtype=np.float64)
