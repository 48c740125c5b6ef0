"""A rating as one of several levels: the dot-product models with a logit for each level, for cross-entropy.

Formula: ``logit[l] = tilt[l] * score + usual[l] + user_habits[u, l] + item_habits[i, l]``, where `score` is the dot
product (and biases) of the model inside, and `tilt` rises from -2 for the lowest level to 2 for the highest. So a high
score moves chance towards the high levels, and what a user's or an item's levels look like anyway is a habit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from alsoliked.models.dot_product import DotProduct, DotProductBias
from alsoliked.models.layers import embedding

__all__ = ["DotProductLevels", "Levels", "chances", "tilt"]

Floats: TypeAlias = npt.NDArray[np.floating] | Sequence[float]

REACH = 2.0  # a score then moves an expected rating about as much as it does through a y_range


def tilt(values: Floats) -> npt.NDArray[np.float32]:
    """Say how much a score of 1 lifts each level's logit: in proportion to the ratings, from -2 to 2.

    Examples
    --------
    >>> tilt([1, 2, 3, 4, 5])
    array([-2., -1.,  0.,  1.,  2.], dtype=float32)
    """
    place = np.asarray(values, dtype=np.float64)
    lifted: npt.NDArray[np.float32] = (REACH * (2 * (place - place[0]) / (place[-1] - place[0]) - 1)).astype(np.float32)
    return lifted


def chances(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Turn logits into probabilities along the last axis.

    Examples
    --------
    >>> chances(np.log([[1, 1, 2]], dtype=np.float32))
    array([[0.25, 0.25, 0.5 ]], dtype=float32)
    """
    raised: npt.NDArray[np.float32] = logits - logits.max(axis=-1, keepdims=True)
    np.exp(raised, out=raised)
    raised /= raised.sum(axis=-1, keepdims=True)
    return raised


class Levels(NamedTuple):
    """The ratings that may be given, lowest first, and how often each is, above 0; as long as each other."""

    values: Floats
    shares: Floats


class DotProductLevels(nn.Module):
    """A dot product that tilts the levels' chances, and, where it has biases, habits of users and items.

    Five vectors an item would be the plain way to five logits. They would know nothing of each other, and 4 lies
    between 3 and 5; the docs compare both (explanation/cross-entropy).

    Parameters
    ----------
    score
        Gives one number a pair, without a `y_range`.
    levels
        The levels, at least two, and how often each is given: where `usual` starts.
    generator
        Where the habits' random start comes from.

    Examples
    --------
    >>> levels = Levels([1, 2, 3, 4, 5], shares=[0.06, 0.11, 0.27, 0.34, 0.22])
    >>> model = DotProductLevels(DotProductBias(943, 1682, 50), levels)
    >>> model(torch.tensor([0, 1]), torch.tensor([5, 7])).shape
    torch.Size([2, 5])
    """

    tilt: Tensor

    def __init__(
        self,
        score: DotProduct | DotProductBias,
        levels: Levels,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        n_levels = len(levels.values)
        self.score = score
        self.register_buffer("tilt", torch.from_numpy(tilt(levels.values)))
        self.usual = nn.Parameter(torch.tensor(levels.shares).float().log())
        sizes = (score.user_factors.num_embeddings, score.item_factors.num_embeddings)
        with_habits = isinstance(score, DotProductBias)
        self.user_habits, self.item_habits = (embedding(n, n_levels, generator) if with_habits else None for n in sizes)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Return the logits of pairs: two index tensors of shape (batch,) in, shape (batch, n_levels) out."""
        logits: Tensor = self.score(users, items)[:, None] * self.tilt + self.usual  # (batch, n_levels)
        if self.user_habits is not None and self.item_habits is not None:
            logits = logits + self.user_habits(users) + self.item_habits(items)
        return logits
