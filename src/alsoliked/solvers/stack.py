"""Stack: how much each of several predictions counts, so that their weighted sum comes closest to ratings.

Linear regression with weights of at least 0 (stacked regressions: Breiman 1996). A weight below 0 would bet on one
model's error repeating the other's, which held-out ratings may show by chance and strangers do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from alsoliked.models.factors import FloatArray

__all__ = ["DAMPING", "MOST", "stack"]

Double = npt.NDArray[np.float64]

DAMPING = 10.0  # ratings' worth of belief that the plain mean of the predictions is right
MOST = 8  # predictions: every subset of them is solved


def stack(predicted: FloatArray, ratings: FloatArray, centre: float) -> tuple[Double, float]:
    """Return the weights and the intercept that predict ratings best.

    The sum that is minimised is that of squared errors, and `DAMPING` times the ratings' variance times the squared
    distance of the weights from equal shares, so that a handful of ratings moves little; with none, shares are equal.
    The best weights of at least 0 are those of ordinary ridge regression on some subset of the predictions; as these
    are few, all subsets are tried.

    Parameters
    ----------
    predicted
        Each model's predictions, shape (n_ratings, n_models), at most `MOST` models.
    ratings
        What was really given, shape (n_ratings,).
    centre
        A rating around which predictions are counted, such as the mean.

    Returns
    -------
    weights, intercept
        Shape (n_models,), and one number: ``intercept + predicted @ weights``.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(2, 2000)).astype(np.float32)
    >>> ratings = np.tile(np.array([1, 2, 3, 4, 5], np.float32), 400)
    >>> weights, intercept = stack(np.stack([ratings + 0.5 * noise[0], ratings + noise[1]], axis=1), ratings, 3.0)
    >>> round(weights[0] / weights[1])  # half the noise, four times the weight
    4
    """
    n_models = predicted.shape[1]
    away = np.column_stack([predicted.astype(np.float64) - centre, np.ones(len(ratings))])
    target = ratings.astype(np.float64) - centre
    variance = max(float(np.mean(target**2)) if len(target) else 1.0, 1e-9)
    belief = DAMPING * np.append(np.full(n_models, variance), 1.0)
    gram = away.T @ away + np.diag(belief)
    moment = away.T @ target + belief * np.append(np.full(n_models, 1 / n_models), 0.0)
    solved = min(_fits(gram, moment), key=lambda found: float(found @ gram @ found - 2 * found @ moment))
    return solved[:-1], float(solved[-1] + centre * (1 - solved[:-1].sum()))


def _fits(gram: Double, moment: Double) -> Iterator[Double]:
    """Solve for each subset of the models (the last place is the intercept), where no weight comes out below 0."""
    n_models = len(moment) - 1
    for size in range(n_models + 1):
        for subset in combinations(range(n_models), size):
            kept = [*subset, n_models]
            found = np.zeros(n_models + 1)
            found[kept] = np.linalg.solve(gram[np.ix_(kept, kept)], moment[kept])
            if (found[:-1] >= 0).all():
                yield found
