"""Process: what one of several processes trains with, and one step of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from alsoliked.cluster.rows import Role
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.shards.stream import Stream
from alsoliked.cluster.training.dense import Dense
from alsoliked.cluster.training.held_out import HeldOut
from alsoliked.cluster.training.networks import network_of
from alsoliked.cluster.training.rowwise import LAYERS_SHARE
from alsoliked.cluster.training.settings import Settings
from alsoliked.cluster.training.starts import fill_rows
from alsoliked.cluster.training.tables import ROLES, Tables
from alsoliked.cluster.training.whole_batch import at_step, of_whole_batch
from alsoliked.models.neural import CollabNN
from alsoliked.training.fits import check_range
from alsoliked.training.modes import evaluating, training_mode
from alsoliked.training.schedule import OneCycle

__all__ = ["Process"]

Batch = tuple[Tensor, Tensor, Tensor]


class Process:
    """A network, the rows that lie here, the ratings that are streamed here; every method is one that all call.

    Raises
    ------
    OptionError
        If settings and shards do not fit each other.
    """

    def __init__(self, settings: Settings, shards: Shards, rank: int, world: int) -> None:
        self.settings, self.rank = settings, rank
        self._mean, self._spread = shards.mean, shards.spread
        self.stream = Stream(shards, settings.bs, seed=settings.seed, window=settings.window, rank=rank, world=world)
        self.held_out = HeldOut(shards, settings, rank, world)
        self.network = network_of(settings, shards.n_users, shards.n_items)
        self.module = self.network.module
        check_range(self.module, shards)
        if isinstance(self.module, CollabNN):
            of_whole_batch(self.module.layers, settings.seed, range(rank, shards.n_shards, world))
        self.dense = Dense(self.module, settings.wd) if isinstance(self.module, CollabNN) else None
        self.tables = _tables(settings, shards, self.network.widths)
        self._layers_share = 1.0 if settings.optimizer == "adamw" else LAYERS_SHARE
        self._schedule = OneCycle(settings.lr, pct_start=settings.pct_start, div=settings.div)

    def start(self) -> None:
        """Give every row that lies here its first value."""
        for role in ROLES:
            first, rows = self.tables.own(role)
            fill_rows(rows, self.settings.seed, role, first, self.network.widths[role])

    def resume(self, step: int) -> None:
        """Go on after so many steps; the state was filled in."""
        at_step(self.module, step)

    def train(self) -> None:
        """Switch to training."""
        training_mode(self.module, self.settings.bs)

    def step(self, batch: Batch, done: float) -> float:
        """Move everything once; return this process's part of the batch's mean squared error."""
        lr, momentum = self._schedule.at(done)
        users, items, ratings = batch
        self.tables.before(lr)
        predicted = self.module(*self.tables.fetch(users, items, self.stream.largest))
        loss = (predicted - ratings).square().sum() / self.settings.bs
        loss.backward()
        self.tables.step(lr, momentum)
        if self.dense is not None:
            self.dense.step(lr * self._layers_share, momentum)
        return float(loss.detach())

    def held_out_loss(self) -> float | None:
        """Return the loss over the held-out ratings; None where there are none."""
        with evaluating(self.module):
            return self.held_out.loss(self._predict)

    def guess_loss(self) -> float:
        """Return what always guessing the mean of the training ratings comes to."""
        guess = self.held_out.guess(self._mean)
        return self._spread**2 if guess is None else guess

    def _predict(self, users: Tensor, items: Tensor, room: int) -> Tensor:
        predicted: Tensor = self.module(*self.tables.fetch(users, items, room))
        return predicted

    def state(self) -> dict[str, Any]:
        """Return everything that steps change, in the memory where they change it."""
        dense = {} if self.dense is None else self.dense.state()
        return {"tables": dict(self.tables.state()), "dense": dense}

    @staticmethod
    def summed(value: float) -> float:
        """Return the sum of a number over all processes."""
        total = torch.tensor([value], dtype=torch.float64)
        dist.all_reduce(total)
        return float(total)


def _tables(settings: Settings, shards: Shards, widths: Mapping[Role, int]) -> Tables:
    sizes: dict[Role, int] = {"user": shards.n_users, "item": shards.n_items}
    if settings.optimizer == "adamw":
        from alsoliked.cluster.training.sharded.bags import BagTables  # noqa: PLC0415  TorchRec takes seconds to load

        return BagTables(sizes, widths, wd=settings.wd)
    from alsoliked.cluster.training.sharded.sequences import SequenceTables  # noqa: PLC0415

    return SequenceTables(sizes, widths, wd=settings.wd)
