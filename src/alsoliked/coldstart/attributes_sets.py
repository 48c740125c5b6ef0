"""Who rated what, described by a few numbers: what having rated an item may say of a row."""

from __future__ import annotations

import numpy as np
import torch

from alsoliked.coldstart.attributes_evidence import Double, Evidence
from alsoliked.coldstart.attributes_side import Side
from alsoliked.solvers.bayes.features import Features, normalised_sets

__all__ = ["described_sets"]

DIRECTIONS, SWEEPS = 32, 4  # of the sets of items that were rated, and of the iteration that finds them


def described_sets(side: Side, evidence: Evidence) -> tuple[Double, Double]:
    """Describe who rated what: (n_rows, n_directions), and what takes a set of items there, (n_items, n_directions)."""
    train = side.train
    users, items = (torch.from_numpy(index.astype(np.int64)) for index in (train.user_index, train.item_index))
    table = Features([normalised_sets(users, items, train.n_users, train.n_items)], train.n_users)
    most = min(DIRECTIONS, train.n_users, train.n_items)
    directions = table.leading(most, SWEEPS, torch.Generator().manual_seed(0))
    return table.times(directions).numpy()[evidence.index].astype(np.float64), directions.numpy().astype(np.float64)
