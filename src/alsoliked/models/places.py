"""Places: rows of columns as tensors that a network looks vectors up by."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from alsoliked.data.columns import Encoded
from alsoliked.data.known import Known
from alsoliked.models.factors import FloatArray
from alsoliked.models.trained import Counts

__all__ = ["Places", "as_array", "settled_places", "spread_out"]


def spread_out(places: Tensor, weights: Tensor, n_places: int) -> Tensor:
    """Lay weights out by place, (batch, n_places): what a table of vectors is multiplied by to add them up.

    Examples
    --------
    >>> spread_out(torch.tensor([[0, 2]]), torch.tensor([[0.5, 0.5]]), 3)
    tensor([[0.5000, 0.0000, 0.5000]])
    """
    empty = torch.zeros(len(places), n_places, dtype=weights.dtype, device=weights.device)
    return empty.scatter_add_(1, places.long(), weights)


class Places(nn.Module):
    """The rows of all users, or all items, of which a batch looks some up.

    Parameters
    ----------
    encoded
        See `alsoliked.data.columns.Encoded`.
    n_places
        How many places there are.
    """

    places: Tensor
    weights: Tensor

    def __init__(self, encoded: Encoded, n_places: int) -> None:
        super().__init__()
        self.n_places = n_places
        self.register_buffer("places", torch.from_numpy(encoded.places.copy()), persistent=False)
        self.register_buffer("weights", torch.from_numpy(encoded.weights.copy()), persistent=False)

    def forward(self, rows: Tensor) -> Tensor:
        """Return the weights of these rows by place: (batch,) in, (batch, n_places) out."""
        return spread_out(self.places[rows], self.weights[rows], self.n_places)


def settled_places(table: FloatArray, known: Known, counts: Counts) -> FloatArray:
    """Return a table of vectors where places that no training rating touched hold their column's mean.

    Parameters
    ----------
    table
        Shape (n_places, size).
    known
        The columns, and the rows of them that training saw.
    counts
        How many training ratings each row has, shape (n_rows,).
    """
    settled, encoded = table.copy(), known.encoded
    touched = (encoded.weights * counts[:, None]).ravel()
    share = np.bincount(encoded.places.ravel(), touched, len(table))
    start = 0
    for column in known.columns.columns:
        part = slice(start, start := start + column.n_places)
        if share[part].any():
            settled[part][share[part] == 0] = np.average(table[part], axis=0, weights=share[part])
    return settled


def as_array(table: Tensor) -> FloatArray:
    """Return a frozen copy of a table."""
    return np.array(table.detach().float().cpu().numpy(), dtype=np.float32)
