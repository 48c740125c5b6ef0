"""CollabNN: user and item vectors side by side, then a small network: the chapter's deep model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from alsoliked.errors import OptionError
from alsoliked.models.layers import YRange, embedding, embedding_size, sigmoid_range

__all__ = ["CollabNN"]


class CollabNN(nn.Module):
    """Concatenate a user's and an item's vector and pass them through linear layers.

    Unlike a dot product the two vectors may differ in size; by default each follows `embedding_size`.

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
        n_levels: int | None = None,
        shares: Sequence[float] | npt.NDArray[np.floating] | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if n_levels is not None and y_range is not None:
            raise OptionError(f"n_levels={n_levels} and y_range={y_range} came; logits have no range, pass either.")
        self.shape: dict[str, object] = {"layers": list(layers), "user_size": user_size, "item_size": item_size}
        self.shape |= {"dropout": dropout, "batch_norm": batch_norm, "n_levels": n_levels}
        self.user_factors = embedding(n_users, embedding_size(n_users) if user_size is None else user_size, generator)
        self.item_factors = embedding(n_items, embedding_size(n_items) if item_size is None else item_size, generator)
        width = self.user_factors.embedding_dim + self.item_factors.embedding_dim
        blocks: list[nn.Module] = []
        for n_out in layers:
            blocks += _hidden(width, n_out, dropout, batch_norm, generator)
            width = n_out
        last = _linear(width, n_levels or 1, bias=True, generator=generator)
        if shares is not None:
            last.bias = nn.Parameter(torch.tensor(shares).float().log())
        self.layers = nn.Sequential(*blocks, last)
        self.n_levels = n_levels
        self.y_range = y_range

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Predict the ratings of pairs: two index tensors of shape (batch,) in, shape (batch,) out, or the logits."""
        return self.from_vectors(self.user_factors(users), self.item_factors(items))

    def from_vectors(self, user_vectors: Tensor, item_vectors: Tensor) -> Tensor:
        """Predict from the vectors themselves, (batch, user_size) and (batch, item_size); how a stranger is scored."""
        x = torch.cat([user_vectors, item_vectors], dim=1)  # (batch, user_size + item_size)
        if self.n_levels is not None:
            logits: Tensor = self.layers(x)  # (batch, n_levels)
            return logits
        score = self.layers(x).squeeze(dim=1)  # (batch,)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)


def _hidden(
    n_in: int, n_out: int, dropout: float, batch_norm: bool, generator: torch.Generator | None
) -> list[nn.Module]:
    block: list[nn.Module] = [_linear(n_in, n_out, bias=not batch_norm, generator=generator), nn.ReLU()]
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
