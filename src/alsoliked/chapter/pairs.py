"""From the chapter's ``forward(x)``, two columns in one tensor, to the ``forward(users, items)`` of the rest."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from alsoliked.chapter.models import EmbeddingDotBias, EmbeddingNN
from alsoliked.models.layers import YRange
from alsoliked.models.neural import CollabNN
from alsoliked.models.tables import Tables

__all__ = ["as_pairs"]


def as_pairs(model: nn.Module) -> nn.Module:
    """Return a module with ``forward(users, items)`` that shares the model's parameters.

    The built-in models become what training knows the written-out gradient of; every other class goes through
    autograd.
    """
    if type(model).forward is EmbeddingDotBias.forward:
        return _Linear(cast("EmbeddingDotBias", model))
    if type(model).forward is EmbeddingNN.forward:
        return _net(cast("EmbeddingNN", model))
    return _Columns(model)


class _Columns(nn.Module):
    """Any model of two columns."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    @property
    def y_range(self) -> YRange | None:
        """The interval the model says it predicts in, if it says so."""
        found = getattr(self.model, "y_range", None)
        return found if isinstance(found, (tuple, list)) and len(found) == 2 else None  # type: ignore[return-value]

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Put the columns together; a column of predictions becomes flat."""
        out: Tensor = self.model(torch.stack((users, items), dim=1))
        return out.squeeze(dim=1) if out.ndim == 2 and out.shape[1] == 1 else out


class _Linear(_Columns):
    """`EmbeddingDotBias`, whose gradient is written out in `models.tables`."""

    model: EmbeddingDotBias

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Put the columns together."""
        return cast("Tensor", self.model(torch.stack((users, items), dim=1)))

    def tables(self) -> Tables:
        """Return what is learned."""
        parts = (self.model.u_weight, self.model.i_weight, self.model.u_bias, self.model.i_bias)
        return Tables(*(part.weight for part in parts))


def _net(model: EmbeddingNN) -> CollabNN:
    """Put the parts of an `EmbeddingNN` into a `CollabNN`, whose gradient is written out."""
    net = CollabNN(1, 1, (), user_size=1, item_size=1, y_range=model.y_range, generator=torch.Generator())
    net.user_factors, net.item_factors = (cast("nn.Embedding", table) for table in model.embeds)
    net.layers = model.layers
    return net
