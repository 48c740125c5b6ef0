"""Column vectors: a small embedding for each column, which a network takes beside the vectors of user and item."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from alsoliked.data.columns import Columns
from alsoliked.data.known import Known
from alsoliked.models.layers import embedding, embedding_size
from alsoliked.models.places import Places, spread_out
from alsoliked.models.tables import gradient_of

__all__ = ["ColumnVectors", "KnownVectors", "MomentVectors"]

UNTOLD = 0.3  # share of a training batch that is not told its moments, so that a net learns what to do without


class ColumnVectors(nn.Module):
    """A vector for each place of each column; a row's are their weighted sums, side by side.

    So a category has a vector, a set of categories the mean of its members', and a number one that runs in straight
    lines from knot to knot.

    Parameters
    ----------
    columns
        Which; a column's vectors are as long as `embedding_size` says of its places.
    generator
        Where the random start comes from.
    """

    def __init__(self, columns: Columns, generator: torch.Generator | None = None) -> None:
        super().__init__()
        sizes = [(column.n_places, embedding_size(column.n_places)) for column in columns.columns]
        self.tables = nn.ParameterList([embedding(*size, generator).weight for size in sizes])
        self.n_places, self.size = (sum(side) for side in zip(*sizes, strict=True))

    def table(self) -> Tensor:
        """Return one table for all columns, (n_places, size): each column's vectors in a part of their own."""
        table: Tensor = torch.block_diag(*self.tables)  # type: ignore[no-untyped-call]
        return table

    def forward(self, weights: Tensor) -> Tensor:
        """Return vectors from weights by place: (batch, n_places) in, (batch, size) out."""
        return weights @ self.table()

    def add_gradient(self, weights: Tensor, pull: Tensor) -> None:
        """Bring ``d loss / d vector``, (batch, size), on to the tables."""
        place, start = 0, 0
        for table in self.tables:
            n_places, size = table.shape
            here = weights[:, place : place + n_places].T
            gradient_of(table).addmm_(here, pull[:, start : start + size])
            place, start = place + n_places, start + size


class KnownVectors(ColumnVectors):
    """The vectors of what is known of all users, or all items."""

    def __init__(self, known: Known, generator: torch.Generator | None = None) -> None:
        super().__init__(known.columns, generator)
        self.known = known
        self.places = Places(known.encoded, known.columns.n_places)

    def beside(self, own: Tensor, rows: Tensor) -> Tensor:
        """Return the vectors of some ids with their columns' after them: (batch, size of both)."""
        return torch.cat([own, self(self.places(rows))], dim=1)


class MomentVectors(ColumnVectors):
    """The vectors of a rating's time, which may be missing."""

    missing: Tensor

    def __init__(self, columns: Columns, generator: torch.Generator | None = None) -> None:
        super().__init__(columns, generator)
        self.columns = columns
        self.register_buffer("missing", torch.zeros(self.n_places), persistent=False)
        place = 0
        for column in columns.columns:  # its first place stands for what is missing
            self.missing[place] = 1.0
            place += column.n_places

    def weights(self, n: int, places: Tensor | None = None, weights: Tensor | None = None) -> Tensor:
        """Return the weights of n moments by place, (n, n_places); in training some are kept back."""
        if places is None or weights is None:
            return self.missing.expand(n, -1)
        told = spread_out(places, weights, self.n_places)
        if self.training:
            kept_back = torch.rand(n, 1, device=told.device) < UNTOLD
            told = torch.where(kept_back, self.missing, told)
        return told
