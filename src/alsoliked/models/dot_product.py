"""The chapter's models on one screen: a rating is the dot product of two vectors, then with biases, then by hand.

Formula: ``rating = range(user_factors[u] · item_factors[i] + user_bias[u] + item_bias[i])``, where `range` squeezes
into `y_range` when there is one and does nothing when there is none.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from alsoliked.models.layers import YRange, embedding, sigmoid_range, small_normal
from alsoliked.models.tables import Tables

__all__ = ["DotProduct", "DotProductBias", "DotProductBiasByHand"]


class DotProduct(nn.Module):
    """Latent factors alone: the first model of the chapter.

    Parameters
    ----------
    n_users, n_items, n_factors
        Sizes of the two tables.
    y_range
        Squeeze predictions into this open interval, a little wider than the ratings: (0, 5.5) for 1..5. None: do not.
    generator
        Where the random start comes from.

    Examples
    --------
    >>> model = DotProduct(943, 1682, 50, y_range=(0, 5.5))
    >>> model(torch.tensor([0, 1]), torch.tensor([5, 7])).shape
    torch.Size([2])
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        n_factors: int = 50,
        y_range: YRange | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.user_factors = embedding(n_users, n_factors, generator)
        self.item_factors = embedding(n_items, n_factors, generator)
        self.y_range = y_range

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Predict the ratings of pairs: two index tensors of shape (batch,) in, shape (batch,) out."""
        score = (self.user_factors(users) * self.item_factors(items)).sum(dim=1)  # (batch,)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)

    def tables(self) -> Tables:
        """Return what is learned: one row a user, one row an item."""
        return Tables(self.user_factors.weight, self.item_factors.weight)


class DotProductBias(nn.Module):
    """Latent factors and, for each user and item, an offset that no taste explains.

    Parameters and shapes are those of `DotProduct`.
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        n_factors: int = 50,
        y_range: YRange | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.user_factors = embedding(n_users, n_factors, generator)
        self.item_factors = embedding(n_items, n_factors, generator)
        self.user_bias = embedding(n_users, 1, generator)
        self.item_bias = embedding(n_items, 1, generator)
        self.y_range = y_range

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Predict the ratings of pairs: two index tensors of shape (batch,) in, shape (batch,) out."""
        score = (self.user_factors(users) * self.item_factors(items)).sum(dim=1, keepdim=True)  # (batch, 1)
        score = (score + self.user_bias(users) + self.item_bias(items)).squeeze(dim=1)  # (batch,)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)

    def tables(self) -> Tables:
        """Return what is learned: one row and one offset a user, one row and one offset an item."""
        return Tables(self.user_factors.weight, self.item_factors.weight, self.user_bias.weight, self.item_bias.weight)


class DotProductBiasByHand(nn.Module):
    """`DotProductBias` without `nn.Embedding`: a table is a parameter, a look-up is indexing, and nothing is hidden.

    Looking up row `u` is multiplying by a one-hot vector, only cheaper; the tests show both are equal.
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        n_factors: int = 50,
        y_range: YRange | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.user_factors = nn.Parameter(small_normal(n_users, n_factors, generator=generator))
        self.item_factors = nn.Parameter(small_normal(n_items, n_factors, generator=generator))
        self.user_bias = nn.Parameter(small_normal(n_users, generator=generator))
        self.item_bias = nn.Parameter(small_normal(n_items, generator=generator))
        self.y_range = y_range

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Predict the ratings of pairs: two index tensors of shape (batch,) in, shape (batch,) out."""
        score = (self.user_factors[users] * self.item_factors[items]).sum(dim=1)  # (batch,)
        score = score + self.user_bias[users] + self.item_bias[items]  # (batch,)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)

    def tables(self) -> Tables:
        """Return what is learned: one row and one offset a user, one row and one offset an item."""
        return Tables(self.user_factors, self.item_factors, self.user_bias, self.item_bias)
