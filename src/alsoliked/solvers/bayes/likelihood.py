"""What a rating says about its score: measured with normal noise, or a level between cut-points.

Both hand the chain the same thing: a target for each rating's score and how sure it is of it.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from alsoliked.solvers.bayes.hyper import Dice
from alsoliked.solvers.bayes.ordinal import Cuts, start_cuts, truncated_normal

__all__ = ["Likelihood", "Measured", "Ordered"]

ADAPTING = 10  # sweeps in which the size of proposals is settled


class Likelihood(Protocol):
    """Targets (n_ratings,), the precision `sure` of a rating around its score, and cut-points where there are any."""

    targets: Tensor
    sure: float

    @property
    def cuts(self) -> Tensor | None:
        """The cut-points now, shape (n_levels - 1,)."""
        ...

    def draw(self, scores: Tensor, dice: Dice) -> None:
        """Draw what is unknown given the scores, shape (n_ratings,)."""
        ...


class Measured:
    """Ratings are scores with normal noise, whose size is drawn; the prior is worth two ratings that miss by 1."""

    cuts = None

    def __init__(self, targets: Tensor) -> None:
        self.targets, self.sure = targets, 1.0

    def draw(self, scores: Tensor, dice: Dice) -> None:
        """Draw the precision."""
        error = self.targets - scores
        self.sure = float(dice.single.gamma(1 + 0.5 * len(error), 1 / (1 + 0.5 * float(error @ error))))


class Ordered:
    """Ratings are levels, `levels` counting from 0, shape (n_ratings,); the noise has variance 1."""

    sure = 1.0

    def __init__(self, levels: Tensor, n_levels: int, scores: Tensor, dice: Dice) -> None:
        self.levels, self.sweep = levels, 0
        self.moved = Cuts(start_cuts(levels, n_levels, float(scores.std())))
        self.targets = truncated_normal(scores, levels, self.cuts, dice)

    @property
    def cuts(self) -> Tensor:
        """The cut-points now."""
        return self.moved.values

    def draw(self, scores: Tensor, dice: Dice) -> None:
        """Draw cut-points, then latent scores between them."""
        self.sweep += 1
        self.moved.adapting = self.sweep <= ADAPTING
        self.moved.draw(scores, self.levels, dice)
        self.targets = truncated_normal(scores, self.levels, self.cuts, dice)
