"""Ratings made ready for a chain, and the chains that start from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from alsoliked.data.clock import Clock
from alsoliked.data.ratings import GRID_LIMIT, Ratings
from alsoliked.errors import OptionError
from alsoliked.solvers.bayes.columns import column_features
from alsoliked.solvers.bayes.features import Features, normalised_sets
from alsoliked.solvers.bayes.fields import Field, scores
from alsoliked.solvers.bayes.hyper import Dice
from alsoliked.solvers.bayes.likelihood import Likelihood, Measured, Ordered
from alsoliked.solvers.bayes.link import Link
from alsoliked.solvers.bayes.noise import RowNoise
from alsoliked.solvers.bayes.sampler import State, chain
from alsoliked.solvers.bayes.start import start_tables

if TYPE_CHECKING:
    from alsoliked.solvers.bayes.bayes import Bayes

__all__ = ["Prepared"]

DIRECTIONS = 256  # of what is known about a field's rows; more cost time and predict no better
WARM = 20  # sweeps on ratings as measured before they are taken for levels
CLOSE = 1e-4  # ratings within so little are the same level


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Ratings made ready: fields with links, and targets of mean 0 and spread 1."""

    fields: list[Field]
    targets: Tensor
    values: Tensor
    centre: float
    spread: float
    dice: Dice

    @classmethod
    def of(cls, train: Ratings, how: Bayes) -> Prepared:
        """Make ratings ready."""
        values = torch.from_numpy(np.unique(train.rating))
        if how.likelihood == "ordinal" and not 2 <= len(values) <= GRID_LIMIT:
            told = f"likelihood='ordinal' needs 2 to {GRID_LIMIT} different ratings, {len(values)} came"
            raise OptionError(f"{told}; fit with likelihood='gaussian'.")
        dice = Dice.of(how.seed)
        indices = [train.user_index.astype(np.int64), train.item_index.astype(np.int64)]
        sizes = [train.n_users, train.n_items]
        links: list[Link | None] = list(_links(train, how, dice.table))
        if how.times:
            clock = Clock.of(train)
            assert train.timestamp is not None  # noqa: S101  else there were no clock
            indices += [clock.days(train.timestamp), clock.turns(train.user_index, train.timestamp)]
            sizes += [clock.n_days + 1, clock.n_turns]
            links += [None, None]
        fields = Field.all_of(indices, sizes, links, 1 + how.n_factors)
        centre, spread = float(train.mean), max(float(train.rating.std(dtype=np.float64)), 1e-3)
        targets = torch.from_numpy((train.rating - np.float32(centre)) / np.float32(spread))
        return cls(fields, targets, values, centre, spread, dice)

    def run(self, how: Bayes) -> Iterator[State]:
        """Start a chain."""
        users, items, *others = self.fields
        sizes = users.n_rows, items.n_rows
        start = start_tables((users.index, items.index), self.targets, sizes, how.n_factors, self.dice.table)
        start += [0.05 * self.dice.normal(field.n_rows, 1 + how.n_factors) for field in others]
        return self.chain_from(how, start if how.likelihood == "gaussian" else self._in_units_of_noise(start))

    def chain_from(
        self, how: Bayes, start: list[Tensor], cuts: Tensor | None = None, *, begun: bool = False
    ) -> Iterator[State]:
        """Start a chain from tables of all fields; one that has `begun` elsewhere first draws the noise around them."""
        users = self.fields[0]
        says: Likelihood
        if how.likelihood == "gaussian":
            says = Measured(self.targets, RowNoise(users.index, users.n_rows) if how.own_noise else None)
        else:
            levels = torch.searchsorted(self.values, self.targets * self.spread + (self.centre - CLOSE))
            says = Ordered(levels, len(self.values), scores(self.fields, start), self.dice, cuts=cuts)
        if begun:
            says.draw(scores(self.fields, start), self.dice)
        return chain(self.fields, says, start, self.dice)

    def _in_units_of_noise(self, start: list[Tensor]) -> list[Tensor]:
        """Take some sweeps as if ratings were measured, and bring what they come to to noise of 1.

        Cut-points and scores share a scale that hardly moves once both are there; so it has to be right at the start.
        """
        state = next(islice(chain(self.fields, Measured(self.targets), start, self.dice), WARM - 1, None))
        units = torch.full((start[0].shape[1],), state.sure**0.25)
        units[0] = state.sure**0.5
        return [table * units for table in state.tables]


def _links(train: Ratings, how: Bayes, generator: torch.Generator) -> Iterator[Link | None]:
    users, items = (torch.from_numpy(index.astype(np.int64)) for index in (train.user_index, train.item_index))
    sides = (
        (users, items, train.n_users, train.n_items, train.user_table, "user", train.users.ids),
        (items, users, train.n_items, train.n_users, train.item_table, "item", train.items.ids),
    )
    for rows, members, n_rows, n_members, table, key, ids in sides:
        parts = [normalised_sets(rows, members, n_rows, n_members)] if how.sets else []
        parts += column_features(table, key, ids) if how.columns else []
        yield Link.of(Features(parts, n_rows), DIRECTIONS, generator) if parts else None
