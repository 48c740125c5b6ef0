"""A rating as one of several levels: the dot-product models with a logit for each level, for cross-entropy.

Formula: ``logit[l] = tilt[l] * score + usual[l] + user_habits[u, l] + item_habits[i, l]``, where `score` is the dot
product (and biases) of the model inside, and `tilt` rises from -2 for the lowest level to 2 for the highest. So a high
score moves chance towards the high levels, and what a user's or an item's levels look like anyway is a habit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from alsoliked.models.chances import Floats, chances, tilt
from alsoliked.models.dot_product import DotProduct, DotProductBias
from alsoliked.models.factors import FloatArray
from alsoliked.models.layers import embedding
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.tables import to_factors

__all__ = ["DotProductLevels", "Levels", "chances", "tilt", "to_level_factors"]


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


def to_level_factors(model: DotProductLevels, values: FloatArray) -> LevelFactors:
    """Return a frozen copy of what a model of levels learned, as plain arrays."""
    plain = to_factors(model.score)
    n_levels = len(values)
    tables = zip((model.user_habits, model.item_habits), (plain.n_users, plain.n_items), strict=True)
    user_habits, item_habits = (
        np.zeros((n, n_levels), np.float32) if habits is None else habits.weight.detach().float().cpu().numpy().copy()
        for habits, n in tables
    )
    factors = (plain.user_factors, plain.item_factors, plain.user_bias, plain.item_bias)
    usual = model.usual.detach().float().cpu().numpy().copy()
    return LevelFactors(*factors, 0.0, None, user_habits, item_habits, usual, np.array(values, np.float32))
