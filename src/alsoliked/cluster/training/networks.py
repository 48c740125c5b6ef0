"""The package's own networks, which are handed rows where they would have looked rows up.

So `forward` is the model's own, and a table may lie on many machines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from alsoliked.cluster.rows import Role
from alsoliked.cluster.training.settings import Settings
from alsoliked.models.dot_product import DotProduct, DotProductBias
from alsoliked.models.layers import YRange, embedding_size
from alsoliked.models.neural import CollabNN

__all__ = ["HandedOut", "Network", "network_of", "whole_network"]

Module = DotProduct | DotProductBias | CollabNN


class HandedOut(nn.Module):
    """Stands where a table stood: takes rows instead of their numbers, and returns some of their columns."""

    def __init__(self, first: int, end: int) -> None:
        super().__init__()
        self.first, self.end = first, end

    def forward(self, rows: Tensor) -> Tensor:
        """Return columns of rows: shape (batch, at least `end`) in, (batch, end - first) out."""
        return rows[:, self.first : self.end]


@dataclass(frozen=True, slots=True)
class Network:
    """A model without its tables: ``module(user_rows, item_rows)`` predicts, shape (batch,).

    Attributes
    ----------
    module
        The package's own, `HandedOut` in the place of its tables; what is left of its parameters is replicated.
    widths
        How many numbers a user's and an item's row have: the bias first, if there is one, then the factors.
    biased
        Whether there is one.
    """

    module: Module
    widths: Mapping[Role, int]
    biased: bool


def network_of(settings: Settings, n_users: int, n_items: int) -> Network:
    """Build the network that a process trains; its layers start from the seed alone."""
    widths = _widths(settings, n_users, n_items)
    module = _module(settings, 1, 1, widths)
    biased = isinstance(module, DotProductBias)
    sides: tuple[Role, Role] = ("user", "item")
    for role in sides:
        setattr(module, f"{role}_factors", HandedOut(int(biased), widths[role]))
        if biased:
            setattr(module, f"{role}_bias", HandedOut(0, 1))
    return Network(module, widths, biased)


def whole_network(settings: Settings, n_users: int, n_items: int) -> Module:
    """Build the same network with its tables in it; the tables' values are to be filled in."""
    widths = _widths(settings, n_users, n_items)
    whole = _module(settings, n_users, n_items, widths)
    if isinstance(whole, CollabNN):
        small = _module(settings, 1, 1, widths)
        assert isinstance(small, CollabNN)  # noqa: S101  both are of one kind
        whole.layers.load_state_dict(small.layers.state_dict())
    return whole


def _widths(settings: Settings, n_users: int, n_items: int) -> dict[Role, int]:
    options = settings.options
    if settings.model != "net":
        width = options["n_factors"] + (settings.model == "dot_bias")
        return {"user": width, "item": width}
    sizes: dict[Role, int] = {"user": n_users, "item": n_items}
    return {role: options[f"{role}_size"] or embedding_size(n) for role, n in sizes.items()}


def _module(settings: Settings, n_users: int, n_items: int, widths: Mapping[Role, int]) -> Module:
    options, generator = settings.options, torch.Generator().manual_seed(settings.seed)
    y_range: YRange | None = options["y_range"]
    if settings.model == "net":
        shape: dict[str, Any] = {name: options[name] for name in ("layers", "dropout", "batch_norm")}
        shape |= {f"{role}_size": width for role, width in widths.items()}
        return CollabNN(n_users, n_items, y_range=y_range, generator=generator, **shape)
    factory = DotProduct if settings.model == "dot" else DotProductBias
    return factory(n_users, n_items, options["n_factors"], y_range=y_range, generator=generator)
