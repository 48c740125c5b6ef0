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
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor

from alsoliked.data.ratings import Ratings
from alsoliked.models.posterior import Posterior
from alsoliked.models.untrained import settle_untrained
from alsoliked.processor import settled
from alsoliked.solvers.bayes.mean import KEPT, Kept, rows_of_mean, rows_of_samples
from alsoliked.solvers.bayes.prepared import Prepared
from alsoliked.solvers.bayes.sampler import State

__all__ = ["Bayes"]

FURTHER = MappingProxyType(
    {"gaussian": (1, 0, 1), "ordinal": (2, 1, 2)}
)  # of so many samples one; sweeps skipped; taken
BEFORE = 4  # sweeps that find the way from a mean


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
            return self._settled(prepared, kept, train)

    def resume(self, train: Ratings, start: Posterior, on_progress: Callable[[float], None] | None = None) -> Posterior:
        """Bring a posterior of the same users and items to ratings of which some are new.

        Each sample that was kept goes one sweep further, users first, given the new ratings: few sweeps in all, and as
        far apart as the samples were. Where ratings are levels, scores follow them in small steps, and every other
        sample goes three sweeps. Of a model without samples one chain goes on from its mean. Where that cannot be
        (a sample does not keep its days, nor a mean of levels its units) the chain begins anew.
        """
        if self.times or (self.likelihood == "ordinal" and not len(start.noise)):
            return self.solve(train, on_progress)
        with settled(len(train) // 100):
            prepared = Prepared.of(train, self)
            states, n_states = self._further(prepared, start)
            kept = Kept(prepared.fields, n_states, 2 * self.n_factors)
            for place, state in enumerate(states):
                kept.add(state)
                if on_progress is not None:
                    on_progress((place + 1) / n_states)
            return self._settled(prepared, kept, train)

    def _further(self, prepared: Prepared, model: Posterior) -> tuple[Iterator[State], int]:
        """Deal out where samples are a sweep later, and say how many these are."""
        spread = prepared.spread if self.likelihood == "gaussian" else 1.0
        if not len(model.noise):
            on = prepared.chain_from(self, rows_of_mean(model, spread, self.n_factors), begun=True)
            return islice(on, BEFORE, BEFORE + KEPT), KEPT
        every, skipped, taken = FURTHER[self.likelihood]
        cuts: list[Tensor | None] = [torch.from_numpy(c.copy()) for c in model.cuts] or [None] * len(model.noise)
        starts = list(zip(rows_of_samples(model, spread), cuts, strict=True))[::every]
        chains = (prepared.chain_from(self, rows, cut, begun=True) for rows, cut in starts)
        return (s for one in chains for s in islice(one, skipped, skipped + taken)), taken * len(starts)

    def _settled(self, prepared: Prepared, kept: Kept, train: Ratings) -> Posterior:
        """Return what was kept as a model; who has neither ratings nor columns is average."""
        levels = prepared.values if self.likelihood == "ordinal" else None
        model = kept.model(prepared.centre, prepared.spread) if levels is None else kept.ordered(levels)
        told = (self.columns and table is not None for table in (train.user_table, train.item_table))
        counts = (train.counts_by_user(), train.counts_by_item())
        whole = settle_untrained(model, *(c + t for c, t in zip(counts, told, strict=True)))
        assert isinstance(whole, Posterior)  # noqa: S101  what comes in goes out
        return whole
