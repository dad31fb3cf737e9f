"""The probe by regularized logistic regression: linear like LDA, but it assumes no normal distribution.

The penalty is fixed beforehand for every representation (scikit-learn's C = 1 on standardized columns):
nothing is tuned, so no representation can win by tuning.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2vpraat.compare.probes.linear import standardized_by

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Inverse strength of the penalty on the squared weights.
PENALTY = 1.0
# For two classes Newton's method is faster up to so many dimensions.
NEWTON_DIMENSIONS = 512
# It trains on at most so many tokens per fold (drawn evenly over speakers), and holds out at most so many
# groups of speakers, where one at a time would take hours.
MOST_TOKENS, MOST_FOLDS = 20_000, 32
# The shuffled baseline trains on at most so many tokens per fold: it has nothing to learn.
SHUFFLED_TOKENS = 2000


def logistic_scores(
    training: Floats, classes: Ints, test: Floats, n_classes: int, *, equal_priors: bool = False
) -> Floats:
    """Train a logistic regression with an L2 penalty and return scores of the test vectors.

    Parameters
    ----------
    training : ndarray, shape (n_training, dim)
    classes : ndarray, shape (n_training,)
    test : ndarray, shape (n_test, dim)
    n_classes : int
    equal_priors : bool
        Weigh all classes the same, whatever their frequency.

    Returns
    -------
    ndarray, shape (n_test, n_classes)
        Linear predictors; -inf for classes that do not occur in training.
    """
    from sklearn.linear_model import LogisticRegression

    scores = np.full((len(test), n_classes), -np.inf)
    seen = np.unique(classes)
    if len(seen) == 1:
        scores[:, seen[0]] = 0.0
        return scores
    training, test = standardized_by(training, test)
    if training.shape[1] > training.shape[0]:
        # The penalty does not depend on the axes, so the space that the training vectors span is enough.
        _, singular, axes = np.linalg.svd(training, full_matrices=False)
        axes = axes[singular > 1e-9 * singular[0]] if singular[0] > 0.0 else axes[:1]
        training, test = training @ axes.T, test @ axes.T
    newton = len(seen) == 2 and training.shape[1] <= NEWTON_DIMENSIONS
    fitted = LogisticRegression(
        C=PENALTY,
        class_weight="balanced" if equal_priors else None,
        solver="newton-cholesky" if newton else "lbfgs",
        max_iter=5000,
    ).fit(training, classes)
    found = fitted.decision_function(test)
    scores[:, seen] = np.column_stack([-found, found]) / 2.0 if len(seen) == 2 else found
    return scores
