"""What is kept of a chain: the mean of all samples as one factor model, and some samples in half precision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from alsoliked.models.posterior import HalfArray, Posterior
from alsoliked.solvers.bayes.fields import Field
from alsoliked.solvers.bayes.moments import OwnMoments
from alsoliked.solvers.bayes.products import mean_product
from alsoliked.solvers.bayes.sampler import State
from alsoliked.solvers.bayes.squeezed import sigmoid_through

__all__ = ["KEPT", "Kept", "rows_of_mean", "rows_of_samples"]

SOME = 5_000  # ratings that tell where the scores are
KEPT = 32  # samples kept to say how sure a prediction is, evenly spaced


class Kept:
    """Takes samples in and says what they come to.

    Parameters
    ----------
    fields
        Of the chain.
    n_samples
        How many samples will come.
    n_factors
        How many directions of their mean to keep.
    """

    def __init__(self, fields: Sequence[Field], n_samples: int, n_factors: int) -> None:
        self.fields, self.n_samples, self.n_factors = fields, n_samples, n_factors
        self.own = OwnMoments(fields) if len(fields) > 2 else None
        self.rated = [torch.bincount(f.index, minlength=f.n_rows)[:, None] > 0 for f in fields]
        self.samples: list[tuple[Tensor, Tensor]] = []
        self.means: list[tuple[Tensor, Tensor]] = []
        self.noise: list[float] = []
        self.cuts: list[Tensor] = []
        self.timed: list[tuple[Tensor, ...]] = []
        self.noise_by_user: list[Tensor] = []

    def add(self, state: State) -> None:
        """Take one sample in; in the mean, rows without ratings count as expected instead of as drawn."""
        told = zip(self.rated, state.tables, state.hypers, strict=True)
        settled = tuple(torch.where(rated, rows, hyper.expected) for rated, rows, hyper in told)
        self.means.append(self._user_and_item_rows(settled))
        if self.own is not None:
            self.timed.append(settled)
        if state.own is not None:
            self.noise_by_user.append(1 / state.own)
        every = max(1, self.n_samples // KEPT)
        if len(self.means) % every == 0 and len(self.samples) < KEPT:
            self.samples.append(self._user_and_item_rows(state.tables))
            self.noise.append(1 / state.sure)
            if state.cuts is not None:
                self.cuts.append(state.cuts)

    def model(self, centre: float, spread: float) -> Posterior:
        """Return what was learned; `centre` and `spread` bring scores back to ratings."""
        mean = self._mean(centre, spread)
        users, items = (_halved([pair[side] for pair in self.samples], spread) for side in (0, 1))
        noise = np.array(self.noise, np.float32) * np.float32(spread**2)
        mean = replace(mean, user_samples=users, item_samples=items, noise=noise)
        if not self.noise_by_user:
            return mean
        return replace(mean, noise_by_user=torch.stack(self.noise_by_user).mean(dim=0).numpy())

    def ordered(self, values: Tensor) -> Posterior:
        """Return what was learned from levels with these ratings."""
        cuts = torch.stack(self.cuts)
        scores = self._some_scores()  # (n_samples, n)
        wider = float((1 + scores.var(dim=0).mean()).sqrt())  # noise and what is not known, in units of the noise
        low, high, slope, offset = sigmoid_through(scores.mean(dim=0) / wider, cuts.mean(dim=0) / wider, values)
        mean = self._mean(offset, slope / wider)
        users, items = (_halved([pair[side] for pair in self.samples], 1.0) for side in (0, 1))
        noise = np.array(self.noise, np.float32)
        mean = replace(mean, user_samples=users, item_samples=items, noise=noise)
        return replace(mean, cuts=cuts.numpy(), values=values.numpy(), y_range=(low, high))

    def _user_and_item_rows(self, tables: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        return (tables[0], tables[1]) if self.own is None else self.own.folded(tables)

    def _some_scores(self) -> Tensor:
        """Return the kept samples' scores of some ratings, shape (n_samples, n)."""
        step = max(1, len(self.fields[0].index) // SOME)
        user, item = (field.index[::step] for field in self.fields[:2])
        return torch.stack(
            [u[user, 0] + i[item, 0] + torch.linalg.vecdot(u[user, 1:], i[item, 1:]) for u, i in self.samples]
        )

    def _mean(self, centre: float, spread: float) -> Posterior:
        biases = [torch.stack([pair[side][:, 0] for pair in self.means]).mean(dim=0) for side in (0, 1)]
        left, right = ([pair[side][:, 1:] for pair in self.means] for side in (0, 1))
        factors = mean_product(left, right, self.n_factors)
        user_factors, item_factors = ((part * spread**0.5).contiguous().numpy() for part in factors)
        user_bias, item_bias = ((part * spread).numpy() for part in biases)
        moments = None if self.own is None else self.own.mean(self.timed, self.n_factors, spread)
        return Posterior(user_factors, item_factors, user_bias, item_bias, centre, moments=moments)


def rows_of_samples(model: Posterior, spread: float) -> Iterator[list[Tensor]]:
    """Deal out the users' and items' tables of each sample that was kept, in the units of the chain."""
    for pair in zip(model.user_samples, model.item_samples, strict=True):
        yield [torch.from_numpy(rows).float() / _units(rows.shape[1], spread) for rows in pair]


def rows_of_mean(model: Posterior, spread: float, n_factors: int) -> list[Tensor]:
    """Return the mean's users and items along its leading directions, in the units of the chain."""
    sides = (model.user_bias, model.user_factors), (model.item_bias, model.item_factors)
    tables = [np.concatenate([bias[:, None], factors[:, :n_factors]], axis=1) for bias, factors in sides]
    wide = [torch.zeros(len(table), 1 + n_factors) for table in tables]
    for rows, table in zip(wide, tables, strict=True):
        rows[:, : table.shape[1]] = torch.from_numpy(table) / _units(table.shape[1], spread)
    return wide


def _units(width: int, spread: float) -> Tensor:
    """Return what brings a row, bias first, from units of scores to units in which scores are `spread` times as far."""
    units = torch.full((width,), spread**0.5)
    units[0] = spread
    return units


def _halved(tables: Sequence[Tensor], spread: float) -> HalfArray:
    rows = torch.stack(list(tables))  # (n_samples, n_rows, 1 + n_factors)
    halved: HalfArray = (rows * _units(rows.shape[-1], spread)).half().numpy()
    return halved
