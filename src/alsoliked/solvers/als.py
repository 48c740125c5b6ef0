"""ALS: biased matrix factorisation by alternating least squares, for ratings.

The prediction is ``mean + user_bias[u] + item_bias[i] + user_factors[u] · item_factors[i]``. What is minimised is

    sum over ratings of (prediction - rating)²
        + item_damping * sum(item_bias²) + user_damping * sum(user_bias²)
        + sum over users and items of  reg * count**reg_scaling * (length of the row's factors)²

with `count` the ratings of that user or item. While the users stay as they are, each item's bias and factors are one
small ridge regression, whose exact solution is known; then the users' are, while the items stay. No step can make the
sum larger, so there is no learning rate to find (Zhou, Wilkinson, Schreiber & Pan 2008, who weight by counts;
the biases: Koren, Bell & Volinsky 2009).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.models.baseline import DampedBias, Triples
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.processor import settled
from alsoliked.solvers.normal_equations import RowBatches
from alsoliked.solvers.ridge import solve_rows
from alsoliked.solvers.start import first_users

__all__ = ["ALS"]


@dataclass(frozen=True, slots=True)
class ALS:
    """Solve items and users in turn.

    Parameters
    ----------
    n_factors
        Length of a user's and an item's vector.
    epochs
        Passes over the ratings; each solves all items, then all users.
    reg
        Penalty of the factors, for ratings brought to spread 1 (so that it means the same on any scale).
    reg_scaling
        How the penalty grows with a row's ratings: 0 is flat, 1 by count, 0.5 by the square root of the count.
    item_damping, user_damping
        How many average ratings stand beside an item's, and a user's, own when its bias is found.
    seed
        Decides the random part of the users' factors before the first pass.
    """

    n_factors: int
    epochs: int
    reg: float
    reg_scaling: float
    item_damping: float
    user_damping: float
    seed: int = 0

    def solve(self, train: Triples, on_progress: Callable[[float], None] | None = None) -> FactorModel:
        """Fit to ratings; the last to be solved are the users, exactly, given the items.

        Examples
        --------
        >>> from alsoliked.data.synthetic import planted_ratings
        >>> train = planted_ratings(60, 40, n_factors=2, density=0.5, noise=0.1, seed=1).ratings
        >>> als = ALS(n_factors=2, epochs=10, reg=0.1, reg_scaling=0.5, item_damping=1, user_damping=1)
        >>> error = als.solve(train).pairs(train.user_index, train.item_index) - train.rating
        >>> bool((error**2).mean() < 0.02)
        True
        """
        mean = float(train.rating.mean(dtype=np.float64))
        spread = _spread(train)
        target = torch.from_numpy(((train.rating - mean) / spread).astype(np.float32))
        with settled(len(target)):
            users, items = self._passes(train, target, on_progress)
        return _as_model(users.numpy(), items.numpy(), mean, spread)

    def _passes(
        self, train: Triples, target: Tensor, on_progress: Callable[[float], None] | None
    ) -> tuple[Tensor, Tensor]:
        user, item, size = train.user_index, train.item_index, 1 + self.n_factors
        by_item = RowBatches(item, [user], train.n_items, [train.n_users], n_factors=size)
        by_user = RowBatches(user, [item], train.n_users, [train.n_items], n_factors=size)
        item_penalty = self._penalty(np.bincount(item, minlength=train.n_items), self.item_damping)
        user_penalty = self._penalty(np.bincount(user, minlength=train.n_users), self.user_damping)
        user_at, item_at = (torch.from_numpy(index.astype(np.int64)) for index in (user, item))
        users = self._start(train)
        items = users.new_zeros(train.n_items, size)
        for epoch in range(self.epochs):
            items = solve_rows(by_item, [_with_ones(users)], target - users[:, 0][user_at], item_penalty)
            users = solve_rows(by_user, [_with_ones(items)], target - items[:, 0][item_at], user_penalty)
            if on_progress is not None:
                on_progress((epoch + 1) / self.epochs)
        return users, items

    def _start(self, train: Triples) -> Tensor:
        """Return the users before the first pass, (n_users, 1 + n_factors): bias first."""
        biases = DampedBias(self.item_damping, self.user_damping).solve(train)
        factors = first_users(train, biases, self.n_factors, self.seed)
        return torch.cat([torch.from_numpy(biases.user_bias.copy())[:, None] / _spread(train), factors], dim=1)

    def _penalty(self, count: npt.NDArray[np.integer], damping: float) -> Tensor:
        """Return each row's penalty, shape (n_rows, 1 + n_factors)."""
        penalty = np.repeat(self.reg * np.maximum(count, 1.0) ** self.reg_scaling, 1 + self.n_factors)
        table = torch.from_numpy(penalty.astype(np.float32)).view(len(count), 1 + self.n_factors)
        table[:, 0] = damping
        return table


def _spread(train: Triples) -> float:
    return float(train.rating.std(dtype=np.float64)) or 1.0


def _with_ones(rows: Tensor) -> Tensor:
    """Put 1 in the place of the bias: what the other side's bias is multiplied by."""
    return torch.cat([torch.ones_like(rows[:, :1]), rows[:, 1:]], dim=1)


def _as_model(users: FloatArray, items: FloatArray, mean: float, spread: float) -> FactorModel:
    part = np.float32(np.sqrt(spread))  # half of the scale to either side
    return FactorModel(
        user_factors=np.ascontiguousarray(users[:, 1:]) * part,
        item_factors=np.ascontiguousarray(items[:, 1:]) * part,
        user_bias=users[:, 0] * np.float32(spread),
        item_bias=items[:, 0] * np.float32(spread),
        global_bias=mean,
    )
