"""What a rating says about its score: measured with normal noise, or a level between cut-points.

Both hand the chain the same thing: a target for each rating's score and how sure it is of it.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from alsoliked.solvers.bayes.fields import Told
from alsoliked.solvers.bayes.hyper import Dice
from alsoliked.solvers.bayes.noise import RowNoise
from alsoliked.solvers.bayes.ordinal import Cuts, start_cuts, truncated_normal

__all__ = ["Likelihood", "Measured", "Ordered"]

ADAPTING = 10  # sweeps in which the size of proposals is settled


class Likelihood(Protocol):
    """What ratings say about scores, `told`, and what is drawn beside it."""

    told: Told

    @property
    def own(self) -> Tensor | None:
        """A factor on the precision of each user's ratings, shape (n_users,), where they differ."""
        ...

    @property
    def cuts(self) -> Tensor | None:
        """The cut-points between levels, shape (n_levels - 1,), where ratings are levels."""
        ...

    def draw(self, scores: Tensor, dice: Dice) -> None:
        """Draw what is unknown given the scores, shape (n_ratings,)."""
        ...


class Measured:
    """Ratings are scores with normal noise, whose size is drawn; the prior is worth two ratings that miss by 1.

    With `by_user` each user's noise has a size of its own.
    """

    cuts = None

    def __init__(self, targets: Tensor, by_user: RowNoise | None = None) -> None:
        self.told, self.by_user = Told(targets), by_user

    @property
    def own(self) -> Tensor | None:
        """A factor on the precision of each user's ratings."""
        return None if self.by_user is None else self.by_user.value

    def draw(self, scores: Tensor, dice: Dice) -> None:
        """Draw the common precision, then the users' own."""
        squares, weights = (self.told.targets - scores) ** 2, self.told.weights
        total = float(squares.sum() if weights is None else squares @ weights)
        sure = float(dice.single.gamma(1 + 0.5 * len(squares), 1 / (1 + 0.5 * total)))
        if self.by_user is not None:
            weights = self.by_user.draw(squares * sure, dice)
        self.told = Told(self.told.targets, sure, weights)


class Ordered:
    """Ratings are levels, `levels` counting from 0, shape (n_ratings,); the noise has variance 1.

    Cut-points begin where levels have their shares, or at `cuts`.
    """

    own = None

    def __init__(
        self, levels: Tensor, n_levels: int, scores: Tensor, dice: Dice, *, cuts: Tensor | None = None
    ) -> None:
        self.levels, self.sweep = levels, 0
        self.moved = Cuts(start_cuts(levels, n_levels, float(scores.std())) if cuts is None else cuts)
        self.told = Told(truncated_normal(scores, levels, self.cuts, dice))

    @property
    def cuts(self) -> Tensor:
        """The cut-points now."""
        return self.moved.values

    def draw(self, scores: Tensor, dice: Dice) -> None:
        """Draw cut-points, then latent scores between them."""
        self.sweep += 1
        self.moved.adapting = self.sweep <= ADAPTING
        self.moved.draw(scores, self.levels, dice)
        self.told = Told(truncated_normal(scores, self.levels, self.cuts, dice))
