"""Ordered probit: a rating is the level between whose cut-points a latent score with unit noise falls.

Stars are ordered, not measured: nothing says that 5 is as far from 4 as 4 from 3. So the distances are learned as
cut-points on the scale of the scores (Albert & Chib 1993). Cut-points and latent scores are drawn together, the
cut-points with the latent scores integrated out: given them, they could hardly move (Cowles 1996).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from alsoliked.solvers.bayes.hyper import Dice

__all__ = ["Cuts", "expected_level", "level_log_probability", "start_cuts", "truncated_normal"]

SMALLEST = 1e-9  # probability of a level, so that its logarithm stays finite
TRIES = 3  # proposals a sweep
AIM = 0.3  # of all proposals are to be accepted


class Cuts:
    """Cut-points and how far they are proposed to move, which adapts while `adapting`."""

    def __init__(self, values: Tensor) -> None:
        self.values, self.step, self.adapting = values, 0.01, True

    def draw(self, scores: Tensor, levels: Tensor, dice: Dice) -> None:
        """Move them by random-walk Metropolis; flat prior on ordered cut-points."""
        now = float(level_log_probability(scores, levels, self.values).sum(dtype=torch.float64))
        for _ in range(TRIES):
            proposed = self.values + self.step * dice.normal(len(self.values))
            accepted = False
            if bool((proposed.diff() > 0).all()):
                then = float(level_log_probability(scores, levels, proposed).sum(dtype=torch.float64))
                accepted = math.log(1 - dice.single.random()) < then - now
                if accepted:
                    self.values, now = proposed, then
            if self.adapting:
                self.step *= math.exp(0.2 * ((1.0 if accepted else 0.0) - AIM))


def start_cuts(levels: Tensor, n_levels: int, spread: float) -> Tensor:
    """Return the cut-points at which scores with this standard deviation, and unit noise, have the levels' shares.

    Examples
    --------
    >>> start_cuts(torch.tensor([0, 1, 1, 2]), 3, 0.0).round(decimals=2)
    tensor([-0.6000,  0.6000])
    """
    count = torch.bincount(levels, minlength=n_levels).double() + 0.5
    share = count.cumsum(0)[:-1] / count.sum()
    cuts: Tensor = torch.special.ndtri(share) * math.sqrt(1 + spread**2)
    return cuts.float()


def _ends(scores: Tensor, levels: Tensor, cuts: Tensor) -> tuple[Tensor, Tensor]:
    """Return the lower and upper end of each rating's level, less its score; turned so that the tail is the lower."""
    wide = torch.cat([cuts.new_tensor([-math.inf]), cuts, cuts.new_tensor([math.inf])])
    return wide.index_select(0, levels) - scores, wide.index_select(0, levels + 1) - scores


def level_log_probability(scores: Tensor, levels: Tensor, cuts: Tensor) -> Tensor:
    """Return the logarithm of each rating's probability, shape (n_ratings,)."""
    low, high = _ends(scores, levels, cuts)
    turned = low > 0  # the upper tail is 1 less something that rounds to 1: look at it from the other side
    low, high = torch.where(turned, -high, low), torch.where(turned, -low, high)
    share: Tensor = torch.special.ndtr(high) - torch.special.ndtr(low)
    return share.clamp_min(SMALLEST).log()


def truncated_normal(scores: Tensor, levels: Tensor, cuts: Tensor, dice: Dice) -> Tensor:
    """Draw latent scores: normal around `scores` with unit variance, between the cut-points of their levels."""
    low, high = _ends(scores, levels, cuts)
    turned = low > 0
    low, high = torch.where(turned, -high, low), torch.where(turned, -low, high)
    below, above = torch.special.ndtr(low), torch.special.ndtr(high)
    share = torch.rand(scores.shape, generator=dice.table)
    drawn = torch.special.ndtri((below + share * (above - below)).clamp(1e-30, 1 - 1e-7))
    drawn = drawn.clamp(low, high)
    return scores + torch.where(turned, -drawn, drawn)


def expected_level(scores: Tensor, cuts: Tensor, values: Tensor) -> Tensor:
    """Return the mean rating under the levels' probabilities, any shape; `values` are the levels' ratings."""
    total = torch.full_like(scores, float(values[0]))
    for cut, gap in zip(cuts.tolist(), values.diff().tolist(), strict=True):
        total += gap * torch.special.ndtr(scores - cut)
    return total
