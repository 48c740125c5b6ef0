"""Plain net: a trained `CollabNN` with columns as one without, which says the same.

What a user's columns say is the same for each of their ratings, so it can stand in the user's row; an item's likewise.
What the time of a rating says enters the first layer alone, which is linear: it adds something to each hidden unit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from alsoliked.models.column_parts import BothParts, ColumnParts
from alsoliked.models.column_vectors import KnownVectors
from alsoliked.models.factors import FloatArray
from alsoliked.models.neural import CollabNN
from alsoliked.models.places import as_array, settled_places
from alsoliked.models.trained import Counts, settled_rows, trained_mean

__all__ = ["PlainNet", "plain_net"]


class PlainNet(NamedTuple):
    """A net whose rows hold what columns add, and what that was.

    `moments` says what the time of a rating adds to the first layer, beside what no time in particular does.
    """

    net: CollabNN
    parts: BothParts
    moments: ColumnParts | None


@torch.no_grad()
def plain_net(net: CollabNN, user_counts: Counts, item_counts: Counts) -> PlainNet:
    """Return what a net has learned as a net of rows alone.

    Ids and categories that no training rating touched hold the mean of the others.

    Parameters
    ----------
    net
        Trained.
    user_counts, item_counts
        How many training ratings each user, and each item, has.
    """
    net = net.cpu()
    users, user_parts = _rows(net.user_factors, net.user_columns, user_counts)
    items, item_parts = _rows(net.item_factors, net.item_columns, item_counts)
    shape: dict[str, Any] = net.shape | {"user_size": users.shape[1], "item_size": items.shape[1]}
    shape["first_bias"] = shape["first_bias"] or net.moments is not None
    plain = CollabNN(len(users), len(items), y_range=net.y_range, generator=torch.Generator(), **shape)
    state = net.layers.state_dict()
    moments = None
    if net.moments is not None:
        weight = state["0.weight"]
        width = users.shape[1] + items.shape[1]
        by_place = net.moments.table() @ weight[:, width:].T  # (n_places, n_hidden)
        untold = net.moments.missing @ by_place
        state["0.weight"] = weight[:, :width]
        state["0.bias"] = state.get("0.bias", 0.0) + untold
        moments = ColumnParts(net.moments.columns, as_array(by_place), as_array(-untold))
    plain.layers.load_state_dict(state)
    plain.user_factors.weight.copy_(torch.from_numpy(users))
    plain.item_factors.weight.copy_(torch.from_numpy(items))
    return PlainNet(plain, BothParts(user_parts, item_parts), moments)


def _rows(ids: nn.Embedding, columns: KnownVectors | None, counts: Counts) -> tuple[FloatArray, ColumnParts | None]:
    """Return every row, the id's own vector first, and what columns add to it."""
    own = settled_rows(as_array(ids.weight), counts)
    if columns is None:
        return own, None
    table = settled_places(as_array(columns.table()), columns.known, counts)
    table = np.pad(table, ((0, 0), (own.shape[1], 0)))
    parts = ColumnParts(columns.known.columns, table, np.pad(trained_mean(own, counts), (0, columns.size)))
    return np.pad(own, ((0, 0), (0, columns.size))) + parts.added(columns.known.encoded), parts
