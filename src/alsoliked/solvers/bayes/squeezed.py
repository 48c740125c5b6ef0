"""From levels to one curve: the range that turns mean scores into expected ratings.

The expected rating given cut-points rises with the score from the lowest to the highest level, in as many steps as
there are cut-points. The sigmoid of a `FactorModel` with its two ends, a slope and an offset free follows that curve to
a hundredth of a star where the scores are, so that an ordered model ends as a factor model like all others.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from alsoliked.solvers.bayes.ordinal import expected_level

__all__ = ["sigmoid_through"]

Double: TypeAlias = npt.NDArray[np.float64]

STEPS = 30
DAMPING = 1e-3  # of a step, as a share of the curvature


def sigmoid_through(scores: Tensor, cuts: Tensor, values: Tensor) -> tuple[float, float, float, float]:
    """Fit ``low + (high - low) * sigmoid(slope * score + offset)`` to expected ratings, by damped least squares.

    Parameters
    ----------
    scores
        Where it is to fit, shape (n,).
    cuts, values
        The cut-points, and the rating of each level.

    Returns
    -------
    tuple
        low, high, slope, offset.

    Examples
    --------
    >>> import torch
    >>> scores, cuts = torch.linspace(-2, 2, 41), torch.tensor([-1.5, -0.5, 0.5, 1.5])
    >>> low, high, slope, offset = sigmoid_through(scores, cuts, torch.arange(1.0, 6.0))
    >>> curve = low + (high - low) * torch.sigmoid(slope * scores + offset)
    >>> bool((curve - expected_level(scores, cuts, torch.arange(1.0, 6.0))).abs().max() < 0.02)
    True
    """
    wanted = expected_level(scores, cuts, values).double().numpy()
    at = scores.double().numpy()
    gap = float(values[-1] - values[0])
    found: Double = np.array([float(values[0]) - gap / 8, float(values[-1]) + gap / 8, 1.0, -float(at.mean())])
    damping = DAMPING
    missed, slopes = _missed(found, at, wanted)
    for _ in range(STEPS):
        curvature = slopes.T @ slopes
        step = np.linalg.solve(curvature + damping * np.diag(np.diag(curvature) + 1e-9), -slopes.T @ missed)
        then, steeper = _missed(found + step, at, wanted)
        better = bool(then @ then < missed @ missed) and bool(found[2] + step[2] > 0)
        damping *= 0.3 if better else 4.0
        if better:
            found, missed, slopes = found + step, then, steeper
    low, high, slope, offset = (float(v) for v in found)
    return low, high, slope, offset


def _missed(found: Double, at: Double, wanted: Double) -> tuple[Double, Double]:
    """Return by how much the curve misses, (n,), and how that moves with its four numbers, (n, 4)."""
    low, high, slope, offset = found
    share = 0.5 * (1 + np.tanh(0.5 * (slope * at + offset)))
    bend = (high - low) * share * (1 - share)
    return low + (high - low) * share - wanted, np.stack([1 - share, share, bend * at, bend], axis=1)
