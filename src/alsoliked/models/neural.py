"""CollabNN: user and item vectors side by side, then a small network: the chapter's deep model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from alsoliked.data.columns import Columns
from alsoliked.data.known import Known
from alsoliked.errors import OptionError
from alsoliked.models.column_vectors import KnownVectors, MomentVectors
from alsoliked.models.layers import YRange, embedding, embedding_size, sigmoid_range

__all__ = ["CollabNN"]


class CollabNN(nn.Module):
    """Concatenate a user's and an item's vector and pass them through linear layers.

    Unlike a dot product the two vectors may differ in size; by default each follows `embedding_size`. What is known of
    a user, an item, or the time of the rating goes in beside them: a small vector for each column.

    Parameters
    ----------
    n_users, n_items
        Sizes of the two tables.
    layers
        Widths of the hidden layers.
    user_size, item_size
        Length of a user's and an item's vector; None: the chapter's rule.
    y_range
        Squeeze predictions into this open interval. None: do not.
    dropout
        Share of each hidden layer's outputs dropped while training.
    batch_norm
        Whether each hidden layer ends in batch normalisation.
    user_columns, item_columns
        What is known of all users, and of all items (`alsoliked.data.known`). None: nothing.
    moments
        Columns of the time of a rating (`alsoliked.data.moment_columns`). None: none.
    first_bias
        Whether the first layer has a shift even where batch normalisation gives it one.
    n_levels
        How many logits to return, one a rating level; it leaves no room for a `y_range`. None: one rating.
    shares
        How often each level is given, above 0: what the net says before it has learned anything.
    generator
        Where the random start comes from.

    Examples
    --------
    >>> model = CollabNN(943, 1682, layers=(100, 50), y_range=(0, 5.5))
    >>> model(torch.tensor([0, 1]), torch.tensor([5, 7])).shape
    torch.Size([2])
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        layers: Sequence[int] = (100, 50),
        *,
        user_size: int | None = None,
        item_size: int | None = None,
        y_range: YRange | None = None,
        dropout: float = 0.0,
        batch_norm: bool = True,
        user_columns: Known | None = None,
        item_columns: Known | None = None,
        moments: Columns | None = None,
        first_bias: bool = False,
        n_levels: int | None = None,
        shares: Sequence[float] | npt.NDArray[np.floating] | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if n_levels is not None and y_range is not None:
            raise OptionError(f"n_levels={n_levels} and y_range={y_range} came; logits have no range, pass either.")
        self.shape: dict[str, object] = {"layers": list(layers), "user_size": user_size, "item_size": item_size}
        self.shape |= {"dropout": dropout, "batch_norm": batch_norm, "first_bias": first_bias, "n_levels": n_levels}
        self.user_factors = embedding(n_users, embedding_size(n_users) if user_size is None else user_size, generator)
        self.item_factors = embedding(n_items, embedding_size(n_items) if item_size is None else item_size, generator)
        self.user_columns = None if user_columns is None else KnownVectors(user_columns, generator)
        self.item_columns = None if item_columns is None else KnownVectors(item_columns, generator)
        self.moments = None if moments is None else MomentVectors(moments, generator)
        beside = (self.user_columns, self.item_columns, self.moments)
        width = self.user_factors.embedding_dim + self.item_factors.embedding_dim
        width += sum(vectors.size for vectors in beside if vectors is not None)
        blocks: list[nn.Module] = []
        for n_out in layers:
            blocks += _hidden(width, n_out, dropout, batch_norm, generator, bias=first_bias and not blocks)
            width = n_out
        last = _linear(width, n_levels or 1, bias=True, generator=generator)
        if shares is not None:
            last.bias = nn.Parameter(torch.tensor(shares).float().log())
        self.layers = nn.Sequential(*blocks, last)
        self.n_levels = n_levels
        self.y_range = y_range

    def forward(
        self, users: Tensor, items: Tensor, places: Tensor | None = None, weights: Tensor | None = None
    ) -> Tensor:
        """Predict the ratings of pairs: two index tensors of shape (batch,) in, shape (batch,) out, or the logits.

        `places` and `weights`, (batch, width) each, say when the ratings are given; without them the time is missing.
        """
        moments = self.moment_vectors(len(users), places, weights)
        return self.from_vectors(self.user_vectors(users), self.item_vectors(items), *moments)

    def user_vectors(self, users: Tensor, own: Tensor | None = None) -> Tensor:
        """Return users' vectors with those of their columns, (batch, size); `own` may stand for their own."""
        own = self.user_factors(users) if own is None else own  # (batch, user_size)
        return own if self.user_columns is None else self.user_columns.beside(own, users)

    def item_vectors(self, items: Tensor, own: Tensor | None = None) -> Tensor:
        """Return items' vectors with those of their columns; see `user_vectors`."""
        own = self.item_factors(items) if own is None else own  # (batch, item_size)
        return own if self.item_columns is None else self.item_columns.beside(own, items)

    def moment_vectors(self, n: int, places: Tensor | None = None, weights: Tensor | None = None) -> list[Tensor]:
        """Return the vectors of n moments, (n, size), as the only one of a list; an empty one, where none are taken."""
        return [] if self.moments is None else [self.moments(self.moments.weights(n, places, weights))]

    def from_vectors(self, *vectors: Tensor) -> Tensor:
        """Predict from all vectors of users, of items and, where there are some, of moments: (batch, size) each."""
        return self.rated(self.layers(torch.cat(vectors, dim=1)))  # (batch, size of all) goes in

    def rated(self, out: Tensor) -> Tensor:
        """Turn what the last layer returns into predictions, (batch,); logits, (batch, n_levels), are what they are."""
        if self.n_levels is not None:
            return out
        score = out.squeeze(dim=1)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)


def _hidden(
    n_in: int, n_out: int, dropout: float, batch_norm: bool, generator: torch.Generator | None, *, bias: bool
) -> list[nn.Module]:
    block: list[nn.Module] = [_linear(n_in, n_out, bias=bias or not batch_norm, generator=generator), nn.ReLU()]
    if batch_norm:
        block.append(nn.BatchNorm1d(n_out))
    if dropout:
        block.append(nn.Dropout(dropout))
    return block


def _linear(n_in: int, n_out: int, *, bias: bool, generator: torch.Generator | None) -> nn.Linear:
    """Make a linear layer that starts as PyTorch's own does, from our generator and not the global one."""
    with torch.device("meta"):
        layer = nn.Linear(n_in, n_out, bias=bias)
    bound = n_in**-0.5
    for name, parameter in list(layer.named_parameters()):
        start = torch.empty(parameter.shape).uniform_(-bound, bound, generator=generator)
        setattr(layer, name, nn.Parameter(start))
    return layer
