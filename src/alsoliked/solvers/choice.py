"""Choice: what people take up, whatever they then think of it.

A rating model learns from the stars alone; that somebody watched a film at all says at least as much about what they
will watch next. Here the table of who rated what (1 where rated, 0 elsewhere) is scaled,
``x[u, i] = 1 / (count_u ** user_scaling * count_i ** item_scaling)``, and cut down to its leading singular vectors
(PureSVD: Cremonesi, Koren & Turrin 2010; the scaling: Nikolakopoulos et al. 2019, "EigenRec"). A user's score for an
item is then the row of `x` projected on these directions, read off at the item. A film that few chose scores low
unless those who did are very much like the user: the damping that a bare rating lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from alsoliked.models.factors import FactorModel, FloatArray

__all__ = ["DEFAULT_FACTORS", "Choice", "FoldsIn"]

IndexArray = npt.NDArray[np.int32]

DEFAULT_FACTORS = 32  # with the scalings, chosen on parts of training ratings (benchmarks/lists.py --choose)


class FoldsIn(Protocol):
    """A way to solve for choice that finds a stranger's row too: `Choice`, `ImplicitALS`."""

    def fold_in(self, model: FactorModel, items: IndexArray, item_count: npt.NDArray[np.integer]) -> FloatArray:
        """Return the row, shape (1 + n_factors,), of somebody who took up these items."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """Solve for choice factors by randomised subspace iteration (Halko, Martinsson & Tropp 2011).

    Parameters
    ----------
    n_factors
        How many leading directions to keep.
    user_scaling, item_scaling
        How much ratings of keen users, and of popular items, are toned down: 0 not at all, 0.5 to unit length.
    n_iter
        Power iterations; more sharpen the directions.
    seed
        Decides the random start, which the result hardly depends on.
    """

    n_factors: int = DEFAULT_FACTORS
    user_scaling: float = 0.25
    item_scaling: float = 0.4
    n_iter: int = 6
    seed: int = 0

    def solve(
        self, users: IndexArray, items: IndexArray, n_users: int, n_items: int, user_weights: FloatArray | None = None
    ) -> FactorModel:
        """Fit to who rated what; indices of shape (n_ratings,).

        `user_weights` say how much each user counts in finding the directions, shape (n_users,); 1 where None.

        Returns
        -------
        FactorModel
            Without biases; its scores order items and have no unit.

        Examples
        --------
        >>> u, i = np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 1, 0, 1, 2], np.int32)
        >>> scores = Choice(n_factors=2).solve(u, i, n_users=3, n_items=3).users(np.array([0]))
        >>> bool(scores[0, 1] > scores[0, 2])
        True
        """
        from alsoliked.solvers.leading import cut_down  # noqa: PLC0415  torch solves; to fold in needs none

        user_count = np.bincount(users, minlength=n_users)
        item_count = np.bincount(items, minlength=n_items)
        by_user = np.maximum(user_count, 1) ** -self.user_scaling
        by_item = np.maximum(item_count, 1) ** -self.item_scaling
        value = (by_user[users] * by_item[items]).astype(np.float32)
        user_part, directions = cut_down(
            (users, items, value),
            (n_users, n_items),
            n_factors=self.n_factors,
            n_iter=self.n_iter,
            seed=self.seed,
            row_weights=user_weights,
        )
        return self._as_model(user_part, directions, by_item)

    @staticmethod
    def _as_model(user_part: FloatArray, directions: FloatArray, by_item: npt.NDArray[np.float64]) -> FactorModel:
        item_part = (directions / by_item[:, None]).astype(np.float32)
        zeros = np.zeros(len(user_part), np.float32), np.zeros(len(item_part), np.float32)
        return FactorModel(np.ascontiguousarray(user_part), item_part, *zeros)

    def fold_in(self, model: FactorModel, items: IndexArray, item_count: npt.NDArray[np.integer]) -> FloatArray:
        """Return the row, shape (1 + n_factors,), of somebody who rated these items; exact, like a trained row."""
        by_item = np.maximum(item_count[items], 1).astype(np.float64) ** -self.item_scaling
        value = max(1, len(items)) ** -self.user_scaling * by_item**2  # item_factors hold 1 / by_item once
        return np.concatenate([np.zeros(1, np.float32), (value @ model.item_factors[items]).astype(np.float32)])
