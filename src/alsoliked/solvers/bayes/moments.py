"""Moments in a chain: days and places in a history, folded into the users, and what they add on average."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from alsoliked.models.moments import Moments
from alsoliked.solvers.bayes.features import Entries, Features
from alsoliked.solvers.bayes.fields import Field
from alsoliked.solvers.bayes.products import mean_product

__all__ = ["OwnMoments"]


class OwnMoments:
    """Each user's own moments, where the chain has fields of days and of turns.

    Parameters
    ----------
    fields
        Users, items, days, turns.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        users, _, days, turns = fields
        self.user, self.day, self.turn = users.index, days.index, turns.index
        self.n_days = days.n_rows
        self.count = torch.bincount(self.user, minlength=users.n_rows).float()
        places, share = days.n_rows + turns.n_rows, 1 / self.count[self.user]
        both = torch.cat([self.day, self.turn + self.n_days])
        entries = Entries(self.user.repeat(2), both, share.repeat(2), places)
        self.shares = Features([entries], users.n_rows)

    def folded(self, tables: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return a sample's user and item rows, bias first, with the moments folded into the users.

        A prediction for no moment in particular is for a user's own, in the shares of the user's ratings.
        """
        users, items, days, turns = tables
        together = days[:, 1:] @ turns[:, 1:].T
        rows = self._own(torch.cat([days, turns])[:, 1:])
        bias = self._mean(self._scores(days[:, 0], turns[:, 0], together))
        bias = users[:, 0] + bias + torch.linalg.vecdot(users[:, 1:], rows)
        return torch.cat([bias[:, None], users[:, 1:] + rows], dim=1), items

    def mean(self, samples: Sequence[Sequence[Tensor]], most: int, spread: float) -> Moments:
        """Return what moments add on average over samples of all tables; `spread` is the unit of the scores."""
        factors = [[sample[side][:, 1:] for sample in samples] for side in (0, 1)]
        moments = [torch.cat([days, turns]) for _, _, days, turns in samples]
        sides = [moment[:, 1:] for moment in moments]
        parts = [mean_product(factor, sides, most) for factor in factors]
        (user_part, user_side), (item_part, item_side) = ([t * spread**0.5 for t in pair] for pair in parts)
        bias = torch.stack([moment[:, 0] for moment in moments]).mean(dim=0) * spread
        days, turns = (torch.cat([sample[n][:, 1:] for sample in samples], dim=1) for n in (2, 3))
        together = days @ turns.T * (spread / len(samples))
        usual = self._mean(self._scores(bias[: self.n_days], bias[self.n_days :], together))
        usual = usual + torch.linalg.vecdot(user_part, self._own(user_side))
        arrays = (bias, user_part, user_side, item_part, item_side, together, usual, self._own(item_side))
        return Moments(*(array.contiguous().numpy() for array in arrays))

    def _scores(self, day_bias: Tensor, turn_bias: Tensor, together: Tensor) -> Tensor:
        """Return what each rating's moment makes by itself, shape (n_ratings,)."""
        both = together.view(-1).index_select(0, self.day * together.shape[1] + self.turn)
        return day_bias.index_select(0, self.day) + turn_bias.index_select(0, self.turn) + both

    def _mean(self, scores: Tensor) -> Tensor:
        """Return each user's mean over ratings; over all ratings where there are none."""
        total = torch.zeros_like(self.count).index_add_(0, self.user, scores)
        return torch.where(self.count > 0, total / self.count.clamp_min(1), scores.mean())

    def _own(self, rows: Tensor) -> Tensor:
        """Return each user's mean row of moments; that of all ratings where there are none."""
        own = self.shares.times(rows)
        overall = self.count @ own / self.count.sum()
        return torch.where(self.count[:, None] > 0, own, overall)
