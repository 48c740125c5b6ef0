"""Bayes: matrix factorisation averaged over what the ratings leave open, by Gibbs sampling.

    rating = mean + user_bias[u] + item_bias[i] + user_factors[u] · item_factors[i] + noise

with normal rows, whose means and covariances are unknown too (BPMF: Salakhutdinov & Mnih 2008). A row's prior mean
depends on who rated what: on the set of items a user rated (SVD++: Koren 2008) and on the set of users who rated an
item (Rendle, Zhang & Koren 2019), on the columns of the user and item tables, through a sampled link (Macau: Simm et
al. 2017). The noise of each user's ratings has a size of its own. With times, the day of a rating and its place in the
user's history are a third and a fourth field, with a bias and a vector for each day and place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from alsoliked.data.clock import Clock
from alsoliked.data.ratings import GRID_LIMIT, Ratings
from alsoliked.errors import OptionError
from alsoliked.models.posterior import Posterior
from alsoliked.models.untrained import settle_untrained
from alsoliked.processor import settled
from alsoliked.solvers.bayes.columns import column_features
from alsoliked.solvers.bayes.features import Features, normalised_sets
from alsoliked.solvers.bayes.fields import Field, scores
from alsoliked.solvers.bayes.hyper import Dice
from alsoliked.solvers.bayes.likelihood import Measured, Ordered
from alsoliked.solvers.bayes.link import Link
from alsoliked.solvers.bayes.mean import Kept
from alsoliked.solvers.bayes.noise import RowNoise
from alsoliked.solvers.bayes.sampler import State, chain
from alsoliked.solvers.bayes.start import start_tables

__all__ = ["Bayes"]

DIRECTIONS = 256  # of what is known about a field's rows; more cost time and predict no better
WARM = 20  # sweeps on ratings as measured before they are taken for levels
CLOSE = 1e-4  # ratings within so little are the same level


@dataclass(frozen=True, slots=True)
class Bayes:
    """Sample, and average.

    Parameters
    ----------
    n_factors
        Length of a row's vector.
    samples
        Sweeps that are averaged.
    burn_in
        Sweeps before these, which only find the way.
    sets, columns, times
        Whether who rated what, the tables' columns and the time of the rating are used.
    own_noise
        Whether the noise of each user's ratings has a size of its own (``"gaussian"`` alone).
    likelihood
        ``"gaussian"``: a rating is its score and normal noise. ``"ordinal"``: it is a level between cut-points.
    seed
        Decides all draws.

    Examples
    --------
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> planted = planted_ratings(60, 40, n_factors=2, density=0.5, noise=0.3, seed=1)
    >>> model = Bayes(n_factors=3, samples=20, burn_in=5).solve(planted.ratings)
    >>> missed = model.pairs(planted.ratings.user_index, planted.ratings.item_index) - planted.ratings.rating
    >>> bool(missed.std() < 0.5 * planted.ratings.rating.std())
    True
    """

    n_factors: int = 32
    samples: int = 100
    burn_in: int = 20
    sets: bool = True
    columns: bool = True
    times: bool = False
    own_noise: bool = True
    likelihood: Literal["gaussian", "ordinal"] = "gaussian"
    seed: int = 0

    def solve(self, train: Ratings, on_progress: Callable[[float], None] | None = None) -> Posterior:
        """Return the posterior mean of the scores as factors; a user's hold the days that the user rated on."""
        with settled(len(train) // 100):
            prepared = Prepared.of(train, self)
            kept = Kept(prepared.fields, self.samples, 2 * self.n_factors)
            sweeps = self.burn_in + self.samples
            for sweep, state in enumerate(islice(prepared.run(self), sweeps)):
                if sweep >= self.burn_in:
                    kept.add(state)
                if on_progress is not None:
                    on_progress((sweep + 1) / sweeps)
            levels = prepared.values if self.likelihood == "ordinal" else None
            model = kept.model(prepared.centre, prepared.spread) if levels is None else kept.ordered(levels)
        told = (self.columns and table is not None for table in (train.user_table, train.item_table))
        counts = (train.counts_by_user(), train.counts_by_item())
        whole = settle_untrained(model, *(c + t for c, t in zip(counts, told, strict=True)))
        assert isinstance(whole, Posterior)  # noqa: S101  what comes in goes out
        return whole


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
        if how.likelihood == "gaussian":
            own = RowNoise(users.index, users.n_rows) if how.own_noise else None
            return chain(self.fields, Measured(self.targets, own), start, self.dice)
        start = self._in_units_of_noise(start)
        levels = torch.searchsorted(self.values, self.targets * self.spread + (self.centre - CLOSE))
        says = Ordered(levels, len(self.values), scores(self.fields, start), self.dice)
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
