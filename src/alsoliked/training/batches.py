"""Batches: index tensors, one permutation an epoch, slices. No loader, no workers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from alsoliked.data.columns import Encoded
from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError

__all__ = ["Batch", "Batches"]

Batch = tuple[Tensor, ...]  # users, items, ratings, and, where moments are told, their places and weights


class Batches:
    """Ratings as three tensors on a device, dealt out in batches.

    Parameters
    ----------
    ratings
        Where they come from.
    bs
        Ratings a batch. What is left over by the last full batch (other ratings in each epoch) waits for the next
        epoch, since a batch of one has no spread for batch normalisation.
    device
        Where the tensors live.
    moments
        What is told of the ratings' times; None: nothing.
    """

    def __init__(self, ratings: Ratings, bs: int, device: torch.device, moments: Encoded | None = None) -> None:
        if bs < 1:
            raise OptionError(f"bs={bs} came, expected at least 1 rating a batch.")
        if not len(ratings):
            raise OptionError("no ratings came to train on; expected at least one.")
        self.bs = min(bs, len(ratings))
        told = () if moments is None else (moments.places, moments.weights)
        columns = ratings.user_index, ratings.item_index, ratings.rating, *told
        self._columns = tuple(torch.from_numpy(np.array(column)).to(device) for column in columns)

    def __len__(self) -> int:
        """How many full batches an epoch has."""
        return len(self._columns[0]) // self.bs

    @property
    def n_ratings(self) -> int:
        """How many ratings there are."""
        return len(self._columns[0])

    def shuffled(self, generator: torch.Generator) -> Iterator[Batch]:
        """Deal every full batch once, in an order drawn from the generator."""
        order = torch.randperm(self.n_ratings, generator=generator, dtype=_index_type(self.n_ratings))
        order = order.to(self._columns[0].device)
        users, items, *others = (column.index_select(0, order) for column in self._columns)
        del order
        for start in range(0, len(self) * self.bs, self.bs):
            rows = slice(start, start + self.bs)
            yield users[rows].long(), items[rows].long(), *(column[rows] for column in others)

    def in_order(self, size: int = 65536) -> Iterator[Batch]:
        """Deal all ratings in file order, in batches as large as memory likes."""
        users, items, *others = self._columns
        for start in range(0, self.n_ratings, size):
            rows = slice(start, start + size)
            yield users[rows].long(), items[rows].long(), *(column[rows] for column in others)


def _index_type(n: int) -> torch.dtype:
    return torch.int32 if n < 2**31 else torch.int64
