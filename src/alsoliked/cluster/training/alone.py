"""The same run by the package's own loop, in one process, with the tables whole: what the loop of many must agree with.

It needs no TorchRec and no launcher, and does not go on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn

from alsoliked.cluster.rows import Role
from alsoliked.cluster.shards.manifest import Part, Shards
from alsoliked.cluster.shards.stream import Stream
from alsoliked.cluster.training.handing import about, dense_arrays, make_room, write_own
from alsoliked.cluster.training.networks import Module, network_of, whole_network
from alsoliked.cluster.training.rowwise import RowwiseAdagrad, Table
from alsoliked.cluster.training.settings import Settings
from alsoliked.cluster.training.starts import fill_rows
from alsoliked.cluster.training.tables import ROLES, Own
from alsoliked.cluster.training.whole_batch import of_whole_batch
from alsoliked.models.dot_product import DotProductBias
from alsoliked.models.neural import CollabNN
from alsoliked.processor import settled
from alsoliked.training.batches import Batches
from alsoliked.training.fits import check_range
from alsoliked.training.history import Epoch, History
from alsoliked.training.loop import Run
from alsoliked.training.optimizer import Optimizer
from alsoliked.training.parameters import FlatParameters
from alsoliked.training.schedule import OneCycle

__all__ = ["alone"]


class _Streamed:
    """Shards as `training.batches.Batches` deals ratings out: what the loop asks of batches, and no more."""

    def __init__(self, shards: Shards, settings: Settings, part: Part = "train") -> None:
        self._stream = Stream(shards, settings.bs, part=part, seed=settings.seed, window=settings.window)
        self._number, self.bs, self.n_ratings = 0, settings.bs, sum(shards.sizes[part])
        self._last: dict[Role, Tensor] = {}

    def __len__(self) -> int:
        return len(self._stream)

    def shuffled(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:  # noqa: ARG002
        """Deal the next epoch, whose order the seed of the stream decides."""
        for users, items, ratings in self._stream.epoch(self._number):
            self._last = {"user": users, "item": items}
            yield users, items, ratings
        self._number += 1

    def touched(self, role: Role) -> Tensor:
        """Return the rows that the last batch was about."""
        return self._last[role]

    def in_order(self) -> Iterator[tuple[Tensor, ...]]:
        """Deal all ratings once."""
        yield from (batch for batch in self._stream.in_order() if len(batch[0]))


def alone(
    settings: Settings,
    *,
    on_epoch: Callable[[Epoch], None] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> History:
    """Train in this process as `loop.work` would, and write the rows.

    Raises
    ------
    OptionError
        If settings and shards do not fit each other.
    DataError
        If the shards cannot be read.
    TrainingError
        If the loss becomes infinite or no number.
    """
    shards = Shards.open(settings.shards)
    train = _Streamed(shards, settings)
    valid = _Streamed(shards, settings, "valid") if sum(shards.sizes["valid"]) else None
    model = _started(settings, shards)
    check_range(model, shards)
    guess = shards.spread**2 if valid is None else _guess(shards.mean, valid)
    history = History(guess)
    parameters = FlatParameters(model)
    batches = [cast("Batches | None", some) for some in (train, valid)]  # they deal ratings out the same way
    run = Run(model, "mse", cast("Batches", batches[0]), batches[1], parameters, torch.Generator())
    with settled(settings.bs):
        run.go(
            epochs=settings.epochs,
            schedule=OneCycle(settings.lr, pct_start=settings.pct_start, div=settings.div),
            optimizer=_optimizer(settings, model, parameters, train),
            history=history,
            on_epoch=on_epoch,
            on_progress=on_progress,
            patience=None,
            keep_best=False,
        )
    _hand_over(settings, shards, model, history)
    return history


def _started(settings: Settings, shards: Shards) -> Module:
    model = whole_network(settings, shards.n_users, shards.n_items)
    for role in ROLES:
        rows = _rows(model, role)
        fill_rows(rows, settings.seed, role, 0, rows.shape[1])
        start = 0
        for column in _columns(model, role):
            column.detach().copy_(rows[:, start : start + column.shape[1]])
            start += column.shape[1]
    if isinstance(model, CollabNN):
        of_whole_batch(model.layers, settings.seed, range(shards.n_shards), spread=False)
    return model


def _columns(model: Module, role: Role) -> list[Tensor]:
    """Return what makes up the rows of a table: the bias, if there is one, then the factors."""
    names = [f"{role}_bias"] if isinstance(model, DotProductBias) else []
    return [cast("nn.Embedding", getattr(model, name)).weight for name in (*names, f"{role}_factors")]


def _rows(model: Module, role: Role) -> Tensor:
    return torch.cat([column.detach() for column in _columns(model, role)], dim=1)


def _optimizer(settings: Settings, model: Module, parameters: FlatParameters, train: _Streamed) -> Optimizer:
    if settings.optimizer == "adamw":
        return Optimizer(parameters, "adamw", settings.wd)
    tables: list[Table] = [(_columns(model, role), partial(train.touched, role)) for role in ROLES]
    rest = FlatParameters(model.layers) if isinstance(model, CollabNN) else None
    return RowwiseAdagrad(tables, rest, settings.wd)


def _guess(mean: float, valid: _Streamed) -> float:
    total = sum(float((ratings.double() - mean).square().sum()) for _, _, ratings in valid.in_order())
    return total / valid.n_ratings


def _hand_over(settings: Settings, shards: Shards, model: Module, history: History) -> None:
    network = network_of(settings, shards.n_users, shards.n_items)
    if isinstance(model, CollabNN) and isinstance(network.module, CollabNN):
        network.module.layers = model.layers
    rows = make_room(settings, network, shards.n_users, shards.n_items)
    write_own(rows, network, lambda role: Own(0, _rows(model, role)))
    rows.finish(about(settings, network, history), dense_arrays(network))
