"""The losses over the held-out ratings, of which every process has its part."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.distributed as dist
from torch import Tensor

from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.shards.stream import Stream
from alsoliked.cluster.training.settings import Settings

__all__ = ["HeldOut"]

AT_ONCE = 32768  # held-out ratings that all processes together predict at a time


class HeldOut:
    """The held-out ratings of one process; where there are none, the loss is None.

    Parameters
    ----------
    shards, settings
        The ratings, and how they are streamed.
    rank, world
        Which process this is, of how many.
    """

    def __init__(self, shards: Shards, settings: Settings, rank: int, world: int) -> None:
        sizes = shards.sizes["valid"]
        self._n = sum(sizes)
        bs = shards.n_shards * min(max(AT_ONCE // shards.n_shards, 1), max(*sizes, 1))
        self._stream = Stream(shards, bs, part="valid", seed=settings.seed, rank=rank, world=world) if self._n else None

    def loss(self, predict: Callable[[Tensor, Tensor, int], Tensor]) -> float | None:
        """Return the mean squared error; None where nothing is held out.

        Parameters
        ----------
        predict
            From rows of users, rows of items and the most that any process brings, to predictions. All processes call
            it equally often, the last times perhaps with nothing.
        """
        if self._stream is None:
            return None
        total = torch.zeros(1, dtype=torch.float64)
        for users, items, ratings in self._stream.in_order():
            total += (predict(users, items, self._stream.largest) - ratings).double().square().sum()
        dist.all_reduce(total)
        return float(total) / self._n

    def guess(self, mean: float) -> float | None:
        """Return what always guessing so much comes to; None where nothing is held out."""
        if self._stream is None:
            return None
        total = torch.zeros(1, dtype=torch.float64)
        for _, _, ratings in self._stream.in_order():
            total += (ratings.double() - mean).square().sum()
        dist.all_reduce(total)
        return float(total) / self._n
