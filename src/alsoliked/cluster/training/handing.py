"""What was learned, written to rows: by each process its own, and by one of them what is said about the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from alsoliked.cluster.rows import Rows
from alsoliked.cluster.training.networks import Network
from alsoliked.cluster.training.settings import Settings
from alsoliked.cluster.training.tables import ROLES, Own
from alsoliked.models.neural import CollabNN
from alsoliked.training.history import History

__all__ = ["about", "dense_arrays", "make_room", "write_own"]

AT_ONCE = 1 << 18  # rows that are copied at once


def make_room(settings: Settings, network: Network, n_users: int, n_items: int) -> Rows:
    """Make the folder of rows; one process does, before any writes."""
    widths = [network.widths[role] + _shift(network) for role in ROLES]
    return Rows.create(settings.rows, n_users=n_users, n_items=n_items, user_width=widths[0], item_width=widths[1])


def write_own(rows: Rows, network: Network, own: Callable[..., Own]) -> None:
    """Write the rows that lie with this process; a dot product's rows begin with a bias of 0."""
    shift = _shift(network)
    for role in ROLES:
        first, here = own(role)
        for start in range(0, len(here), AT_ONCE):
            some = here[start : start + AT_ONCE, : network.widths[role]]
            rows.write(role, first + start, np.pad(some.numpy(), ((0, 0), (shift, 0))))


def about(settings: Settings, network: Network, history: History) -> dict[str, Any]:
    """Say what a bundle must know about the rows, as plain JSON values."""
    is_net = isinstance(network.module, CollabNN)
    told: dict[str, Any] = {
        "kind": "net" if is_net else "factors",
        "model": settings.model,
        "options": {**settings.options, **{name: getattr(settings, name) for name in ("epochs", "lr", "wd", "bs")}},
        "seed": settings.seed,
        "engine": {"optimizer": settings.optimizer, "window": settings.window},
    }
    told |= {"y_range": settings.options["y_range"], "global_bias": 0.0, "history": history.to_dict()}
    if isinstance(network.module, CollabNN):
        sizes = {f"{role}_size": network.widths[role] for role in ROLES}
        told["shape"] = network.module.shape | sizes
    return told


def dense_arrays(network: Network) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """Return the layers of a net by the names a `CollabNN` has them under; nothing for a linear model."""
    state: Mapping[str, Tensor] = network.module.state_dict()
    with torch.no_grad():
        return {name: tensor.detach().numpy().copy() for name, tensor in state.items()}


def _shift(network: Network) -> int:
    """How many columns come before those that were learned."""
    return int(not network.biased and not isinstance(network.module, CollabNN))
