"""Blend: several models' predictions, weighted and added; it answers like any one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TypeAlias, TypeGuard

import numpy as np
import numpy.typing as npt

from alsoliked.data.clock import When
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.net_scores import NetScores
from alsoliked.models.posterior import Posterior

__all__ = ["Blend", "RatingModel", "folds_quickly", "has_moments"]

Indices: TypeAlias = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """``rating = intercept + weights[0] · first[u, i] + weights[1] · second[u, i] + …``.

    A user's *row* is the members' rows side by side: what a trained user has and a stranger gets by fold-in, in all
    members at once.

    Attributes
    ----------
    members
        Models that predict ratings of the same users and items.
    weights
        One a member.
    intercept
        One number added to every prediction.
    names
        What each member is called.
    ends
        Where each member's part of a row ends.

    Examples
    --------
    >>> zero = np.zeros(2, np.float32)
    >>> flat = FactorModel(np.ones((2, 1), np.float32), np.ones((2, 1), np.float32), zero, zero, global_bias=2.0)
    >>> twice = Blend((flat, flat), (0.25, 0.5), 1.0, ("one", "other"))
    >>> twice.pairs(np.array([0]), np.array([1])), twice.user_rows[0]
    (array([3.25], dtype=float32), array([0., 1., 0., 1.], dtype=float32))
    """

    members: tuple[FactorModel | NetScores, ...]
    weights: tuple[float, ...]
    intercept: float
    names: tuple[str, ...]
    ends: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        sizes = [len(member.user_row(0)) for member in self.members]
        object.__setattr__(self, "ends", tuple(accumulate(sizes)))

    @property
    def n_users(self) -> int:
        """How many users have a row."""
        return self.members[0].n_users

    @property
    def n_items(self) -> int:
        """How many items have a row."""
        return self.members[0].n_items

    @property
    def user_rows(self) -> FloatArray:
        """Every user's row, shape ``(n_users, row_size)``."""
        return np.concatenate([member.user_rows for member in self.members], axis=1)

    def user_row(self, user: int) -> FloatArray:
        """One user's row, shape ``(row_size,)``, without building all of them."""
        return np.concatenate([member.user_row(user) for member in self.members])

    @property
    def user_factors(self) -> FloatArray:
        """The members' vectors of each user side by side; see `item_factors`."""
        return self._beside([member.user_factors for member in self.members])

    @property
    def item_factors(self) -> FloatArray:
        """The members' vectors of each item side by side, shape ``(n_items, n_factors)``.

        Each member's are brought to a mean squared length that is its weight, so that a cosine between two items is
        about the weighted mean of the members' cosines.
        """
        return self._beside([member.item_factors for member in self.members])

    def _beside(self, tables: list[FloatArray]) -> FloatArray:
        lengths = [np.sqrt(np.mean(np.einsum("nf,nf->n", table, table))) for table in tables]
        scales = [np.sqrt(w) / max(length, 1e-12) for w, length in zip(self.weights, lengths, strict=True)]
        return np.concatenate([t * np.float32(s) for t, s in zip(tables, scales, strict=True)], axis=1)

    def pairs(self, users: Indices, items: Indices) -> FloatArray:
        """Predict the ratings of pairs; indices of shape (n,) in, shape (n,) out."""
        return self._added([member.pairs(users, items) for member in self.members])

    def pairs_at(self, users: Indices, items: Indices, when: When) -> FloatArray:
        """Predict the ratings of pairs given at these moments, shape (n,); members without moments as ever."""
        return self._added(
            [
                member.pairs_at(users, items, when) if has_moments(member) else member.pairs(users, items)
                for member in self.members
            ]
        )

    def users(self, users: Indices) -> FloatArray:
        """Predict all items for these users; shape ``(len(users), n_items)``."""
        return self._added([member.users(users) for member in self.members])

    def rows(self, rows: FloatArray) -> FloatArray:
        """Predict all items for user rows, ``(n, row_size)``; shape ``(n, n_items)``."""
        return self._added([member.rows(part) for member, part in self._cut(rows)])

    def linearised(self, row: FloatArray, items: Indices) -> tuple[FloatArray, FloatArray]:
        """Predict items for one row and say how each prediction moves with the row: (n,) and (n, row_size)."""
        found = [member.linearised(part, items) for member, part in self._cut(row)]
        slopes = [np.float32(w) * slope for w, (_, slope) in zip(self.weights, found, strict=True)]
        return self._added([predicted for predicted, _ in found]), np.concatenate(slopes, axis=1)

    def mirrored(self) -> Blend:
        """Return the same model with users and items changing places."""
        return replace(self, members=tuple(member.mirrored() for member in self.members))

    def parts(self, row: FloatArray, item: int) -> dict[str, float]:
        """Return what adds up to the prediction of an item for a row: each member's share of it, by name."""
        told = {"intercept": self.intercept}
        for (member, part), weight, name in zip(self._cut(row), self.weights, self.names, strict=True):
            predicted = float(member.linearised(part, np.array([item]))[0][0])
            label = f"{weight:.2f} of {predicted:.2f}, which {name} predicts"
            told[label] = told.get(label, 0.0) + weight * predicted
        return told

    def _added(self, predictions: list[FloatArray]) -> FloatArray:
        total = np.full(predictions[0].shape, self.intercept, dtype=np.float32)
        for weight, predicted in zip(self.weights, predictions, strict=True):
            total += np.float32(weight) * predicted
        return total

    def _cut(self, rows: FloatArray) -> Iterator[tuple[FactorModel | NetScores, FloatArray]]:
        """Give each member its part of rows, whose last axis is cut."""
        for member, start, end in zip(self.members, (0, *self.ends), self.ends, strict=False):
            yield member, rows[..., start:end]


RatingModel: TypeAlias = FactorModel | NetScores | Blend
"""Whatever predicts ratings."""


def has_moments(model: RatingModel | None) -> TypeGuard[Posterior | NetScores | Blend]:
    """Whether a prediction may depend on the time of the rating."""
    if isinstance(model, Blend):
        return any(has_moments(member) for member in model.members)
    return isinstance(model, (Posterior, NetScores)) and model.moments is not None


def folds_quickly(model: RatingModel) -> bool:
    """Whether a stranger's row is found at once; through a network it takes longer."""
    members = model.members if isinstance(model, Blend) else (model,)
    return not any(isinstance(member, NetScores) for member in members)
