"""EASE: item-to-item weights that predict what else a user chose, in closed form.

H. Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019. With X the table of who chose what (1 where
chosen, 0 elsewhere), the weights B that minimise ``|X - XB|² + reg |B|²`` with a zero diagonal (no item may explain
itself) are

    B = I - P diag(1 / diag(P)),   P = (XᵀX + reg I)⁻¹.

Where users do not count alike, XᵀX becomes XᵀWX, with W their weights on its diagonal.

XᵀX is counted in blocks of items, and one Cholesky factorisation inverts it: no more than two arrays of n_items²
numbers stand in memory at a time, 3.2 GB for 20,000 items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alsoliked.errors import DataError
from alsoliked.models.baseline import Triples
from alsoliked.models.factors import FloatArray
from alsoliked.models.item_weights import ItemWeights
from alsoliked.models.options import check_number

__all__ = ["Ease"]


@dataclass(frozen=True, slots=True)
class Ease:
    """Solve for EASE weights.

    Parameters
    ----------
    reg
        How strongly weights are drawn to 0. In the unit of counts: an item with fewer ratings than this says little.
    liked_from
        Count only ratings of at least this as chosen; None counts every rating.

    Examples
    --------
    Whoever took item 0 took item 1 too, and nobody both 0 and 2:

    >>> from alsoliked.data.ratings import Ratings
    >>> train = Ratings.from_columns([1, 1, 2, 2, 3, 3], [0, 1, 0, 1, 2, 3], [4, 4, 5, 3, 4, 5])
    >>> weights = Ease(reg=1.0).solve(train).weights
    >>> bool(weights[0, 1] > 0.5), abs(float(weights[0, 2])) < 1e-6
    (True, True)
    """

    reg: float = 500.0
    liked_from: float | None = None

    def solve(self, train: Triples, user_weights: FloatArray | None = None) -> ItemWeights:
        """Fit to who chose what; `user_weights` say how much each user counts, shape (n_users,), 1 where None.

        Raises
        ------
        OptionError
            If `reg` is not above 0.
        DataError
            If no rating is as high as `liked_from`, or `reg` is too small for float32 to tell the items apart.
        """
        from alsoliked.solvers.ease_weights import solve_weights  # noqa: PLC0415  torch is loaded when it is needed

        check_number("reg", self.reg, above=0)
        model = ItemWeights.of(np.zeros((0, 0), np.float32), train, self.liked_from)
        if not len(model.chosen.other):
            raise DataError(f"no rating is as high as liked_from={self.liked_from:g}; pass a lower one.")
        weights = solve_weights(model.chosen, train.n_items, self.reg, user_weights)
        return ItemWeights(weights, model.chosen, self.liked_from)
