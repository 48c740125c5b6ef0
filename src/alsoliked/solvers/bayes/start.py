"""Where a chain starts: damped biases and the leading directions of what they leave.

A chain begun from nothing spends its first dozens of sweeps telling one factor from another. The residuals of damped
biases, toned down by the counts of their user and item, show the same directions after a fraction of one sweep's time.
"""

from __future__ import annotations

import torch
from torch import Tensor

from alsoliked.solvers.bayes.features import Entries, Features

__all__ = ["start_tables"]

WIDTH = 0.4  # spread of the leading factor; ratings have spread 1
FADE = 1.5  # the others' falls off with this power of their singular value
DAMPING = 5.0
SWEEPS, SPARE = 4, 4  # of the subspace iteration, and directions carried along for accuracy


def start_tables(
    pairs: tuple[Tensor, Tensor], targets: Tensor, sizes: tuple[int, int], n_factors: int, generator: torch.Generator
) -> list[Tensor]:
    """Return the users' and the items' first rows, bias first, shapes (size, 1 + n_factors), given rated pairs.

    Examples
    --------
    >>> index = torch.tensor([0, 1])
    >>> first = start_tables((index, index), torch.tensor([1.0, -1.0]), (2, 3), 4, torch.Generator())
    >>> [tuple(table.shape) for table in first]
    [(2, 5), (3, 5)]
    """
    (users, items), (n_users, n_items) = pairs, sizes
    user_count = torch.bincount(users, minlength=n_users).float()
    item_count = torch.bincount(items, minlength=n_items).float()
    item_bias = torch.zeros(n_items).index_add_(0, items, targets) / (item_count + DAMPING)
    left = targets - item_bias[items]
    user_bias = torch.zeros(n_users).index_add_(0, users, left) / (user_count + DAMPING)
    toned = (left - user_bias[users]) / (user_count[users] * item_count[items]) ** 0.25
    left_part, right_part = _directions(
        Features([Entries(users, items, toned, n_items)], n_users), n_factors, generator
    )
    return [
        torch.cat([user_bias[:, None], left_part], dim=1),
        torch.cat([item_bias[:, None], right_part], dim=1),
    ]


def _directions(table: Features, n_factors: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return users' and items' parts, each (size, n_factors); what a small table has no direction for is noise."""
    n_users, n_items = table.shape
    wanted = min(n_factors, n_users, n_items)
    basis = table.leading(min(wanted + SPARE, n_users, n_items), SWEEPS, generator)
    left, values, turned = torch.linalg.svd(table.times(basis), full_matrices=False)
    fade = (values[:wanted] / values[0].clamp_min(1e-12)) ** FADE * WIDTH
    parts = []
    for size, directions in ((n_users, left), (n_items, basis @ turned.T)):
        part = torch.randn(size, n_factors, generator=generator) * (WIDTH * 0.1)
        part[:, :wanted] += directions[:, :wanted] * size**0.5 * fade
        parts.append(part)
    return parts[0], parts[1]
