"""Implicit ALS: factors from clicks alone, every pair counted, taken up or not.

What is minimised over `score = user_factors[u] · item_factors[i]` is

    sum over clicks of (score - 1)²  +  unobserved_weight * sum over *all* pairs of score²
        + sum over users of  reg * (count_u + unobserved_weight * n_items) ** reg_scaling * |user_factors[u]|²
        + sum over items of  reg * (count_i + unobserved_weight * n_users) ** reg_scaling * |item_factors[i]|²

The sum over all pairs is never walked: while the items stay, it adds the same small matrix
``unobserved_weight * item_factors' item_factors`` to every user's system (Hu, Koren & Volinsky 2008). The penalty that
grows with what a row weighs in the sum is that of Rendle, Krichene, Zhang & Koren (2021, "Revisiting the performance of
iALS on item recommendation benchmarks"), who show how much it matters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.models.factors import FactorModel, FloatArray

__all__ = ["ImplicitALS", "IndexArray"]

IndexArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ImplicitALS:
    """Solve items and users in turn, given who took up what.

    Parameters
    ----------
    n_factors
        Length of a user's and an item's vector.
    epochs
        Passes; each solves all items, then all users.
    reg
        Penalty of the factors.
    reg_scaling
        How the penalty grows with what a row weighs: 0 is flat, 1 in proportion.
    unobserved_weight
        What a pair weighs without a click; one with a click weighs 1 more.
    seed
        Decides the random part of the users' factors before the first pass.
    """

    n_factors: int
    epochs: int
    reg: float
    reg_scaling: float
    unobserved_weight: float
    seed: int = 0

    def solve(
        self,
        users: IndexArray,
        items: IndexArray,
        n_users: int,
        n_items: int,
        on_progress: Callable[[float], None] | None = None,
        *,
        start: FactorModel | None = None,
        user_weights: FloatArray | None = None,
    ) -> FactorModel:
        """Fit to clicks; indices of shape (n_clicks,).

        With `start`, a model of the same users and items, the passes go on from there: users first, given its items.
        `user_weights` say how much each user counts, shape (n_users,): one of weight 2 is as two users who clicked
        alike; 1 where None.

        Returns
        -------
        FactorModel
            Without biases; its scores order items and have no unit.

        Examples
        --------
        >>> u, i = np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 1, 0, 1, 2], np.int32)
        >>> als = ImplicitALS(n_factors=2, epochs=5, reg=0.01, reg_scaling=1, unobserved_weight=0.1)
        >>> scores = als.solve(u, i, n_users=3, n_items=3).users(np.array([0]))
        >>> bool(scores[0, 1] > scores[0, 2])
        True
        """
        from alsoliked.solvers.clicked import solve_in_turn  # noqa: PLC0415  torch solves; to fold in needs none

        clicks = users, items, (n_users, n_items)
        return solve_in_turn(self, clicks, on_progress, start=start, user_weights=user_weights)

    def fold_in(
        self,
        model: FactorModel,
        items: IndexArray,
        item_count: npt.NDArray[np.integer],  # noqa: ARG002  other ways to solve for choice need it
    ) -> FloatArray:
        """Return the row, shape (1 + n_factors,), of somebody who took up these items; exact, like a trained row."""
        factors = model.item_factors.astype(np.float64)
        taken = factors[items]  # (n_taken, n_factors)
        penalty = self.reg * (len(items) + self.unobserved_weight * len(factors)) ** self.reg_scaling
        gram = taken.T @ taken + self.unobserved_weight * (factors.T @ factors) + penalty * np.eye(factors.shape[1])
        row = np.linalg.lstsq(gram, taken.sum(axis=0), rcond=None)[0]
        return np.concatenate([[0.0], row]).astype(np.float32)
