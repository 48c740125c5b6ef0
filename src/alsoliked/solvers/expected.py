"""Expected rows: where a user's or an item's row is drawn to, judged by who rated what.

That somebody rated a film at all says something before the stars are looked at, and so does who rated it. With x the
table of who rated what, ``x[u, i] = 1 / (count_u * count_i) ** 0.5``, and its leading singular directions, a user is
described by where ``x[u]`` lies along them, an item by where ``x[:, i]`` does. The expected row is a linear function of
that description, itself fitted to the rows by ridge regression. For users this is the idea of SVD++ (Koren 2008), for
items that of its mirror image (Rendle, Zhang & Koren 2019, "On the difficulty of evaluating baselines").
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from alsoliked.models.baseline import Triples
from alsoliked.solvers.choice import Choice

__all__ = ["Expected", "descriptions"]

DIRECTIONS, POWERS = 32, 3  # of the table; more of either moved held-out RMSE by less than 0.001
BEYOND = 1.5  # of the way to what the ridge regression finds; any share below 2 makes the sum smaller, 1 is slower


def descriptions(train: Triples, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Describe users and items by who rated what.

    Returns
    -------
    tuple of Tensor
        Shapes (n_users, n_directions) and (n_items, n_directions), at most 32 directions, the strongest first; the
        first has length 1, the others less. Rows without ratings are 0.

    Examples
    --------
    >>> from alsoliked.data.ratings import Ratings
    >>> train = Ratings.from_columns([0, 0, 1, 1, 2, 3], [0, 1, 0, 1, 2, 2], [3, 4, 5, 4, 2, 3])
    >>> users, items = descriptions(train)
    >>> users.shape, items.shape  # two groups: two directions
    (torch.Size([4, 2]), torch.Size([3, 2]))
    >>> (users @ items.T > 0.1).int().tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]]
    """
    how = Choice(n_factors=DIRECTIONS, user_scaling=0.5, item_scaling=0.5, n_iter=POWERS, seed=seed)
    found = how.solve(train.user_index, train.item_index, train.n_users, train.n_items)
    length = np.linalg.norm(found.user_factors, axis=0)  # the singular values
    count = np.maximum(np.bincount(train.item_index, minlength=train.n_items), 1)
    items = found.item_factors * (count[:, None] ** -0.5 * length).astype(np.float32)
    return torch.from_numpy(found.user_factors.copy()), torch.from_numpy(items)


class Expected:
    """The expected rows of one side; `rows`, shape (n_rows, 1 + n_factors), start at 0.

    Parameters
    ----------
    described
        Shape (n_rows, n_directions).
    penalty
        How strongly each row is drawn, shape (n_rows, 1 + n_factors): one number for the bias, one for the factors.
    reg
        Penalty of the linear function's squared length.
    """

    def __init__(self, described: Tensor, penalty: Tensor, reg: float) -> None:
        self.described, self.rows = described, torch.zeros_like(penalty)
        self._bias, self._factors = (_ridge(described, penalty[:, column], reg) for column in (0, -1))

    def follow(self, rows: Tensor, beyond: float = BEYOND) -> None:
        """Fit the linear function anew to rows as they now are, and go so much of the way there."""
        links = torch.cat(
            [self._bias @ rows[:, :1], self._factors @ rows[:, 1:]], dim=1
        )  # (n_directions, 1 + n_factors)
        self.rows = torch.lerp(self.rows, self.described @ links, beyond)


def _ridge(described: Tensor, weight: Tensor, reg: float) -> Tensor:
    """Return what takes rows to the linear function that fits them best, shape (n_directions, n_rows)."""
    weighted = (described * weight[:, None]).T.double()
    gram = weighted @ described.double()
    gram.diagonal().add_(reg)
    solved: Tensor = torch.linalg.solve(gram, weighted)
    return solved.float()
