"""The network behind a model's name, freshly started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from alsoliked.data.known import Chosen
from alsoliked.models.dot_product import DotProduct, DotProductBias
from alsoliked.models.hybrid import Hybrid
from alsoliked.models.levels import DotProductLevels, Levels
from alsoliked.models.neural import CollabNN
from alsoliked.models.ranges import YRange
from alsoliked.models.registry import NET_SHAPE

__all__ = ["build_network"]


def build_network(
    name: str,
    n_users: int,
    n_items: int,
    options: Mapping[str, Any],
    *,
    y_range: YRange | None,
    levels: Levels | None = None,
    chosen: Chosen | None = None,
    generator: torch.Generator | None = None,
) -> nn.Module:
    """Build the module behind a name, freshly started.

    With `levels` it returns a logit for each; with `chosen` columns it takes these beside users and items.
    """
    known = Chosen() if chosen is None else chosen
    sides: dict[str, Any] = {"user_columns": known.users, "item_columns": known.items}
    if name == "hybrid":
        return Hybrid(n_users, n_items, options["n_factors"], **sides, y_range=y_range, generator=generator)
    if name == "net":
        shape = {key: options[key] for key in NET_SHAPE}
        if levels is not None:
            shape |= {"n_levels": len(levels.values), "shares": levels.shares}
        shape |= sides | {"moments": known.moments}
        return CollabNN(n_users, n_items, y_range=y_range, generator=generator, **shape)
    factory: type[DotProduct] | type[DotProductBias] = DotProduct if name == "dot" else DotProductBias
    model = factory(n_users, n_items, options["n_factors"], y_range=y_range, generator=generator)
    return model if levels is None else DotProductLevels(model, levels, generator)
