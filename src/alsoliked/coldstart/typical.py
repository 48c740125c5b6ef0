"""Typical users: somebody who stands for those of whom nothing is known.

"What products do you recommend to your very first user?" The mean of all users, says the chapter, is nobody in
particular, and better is a particular user who stands for average taste. Both are here, and one such user for each kind
of taste.

Users are compared by what a model predicts for them for the most rated items: by all of it when one is to stand for
everybody, and without how high they rate in general when kinds of taste are told apart. Somebody with few ratings lies
near the middle because little is known of them; so only users with at least the median number can be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.coldstart.medoids import medoids
from alsoliked.coldstart.standing_in import measure_stand_ins
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError, OptionError
from alsoliked.models.factors import FloatArray
from alsoliked.models.options import check_whole
from alsoliked.recommendation.answers import Answers

__all__ = ["TypicalUsers", "typical_users"]

Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]

ITEMS = 200  # the most rated, by which users are compared
USERS = 2000  # that are compared; of more a sample
LIKES = 3  # titles that show a taste
FEW = 20  # ratings; a title with no more is no good example


@dataclass(frozen=True, slots=True, eq=False)
class TypicalUsers:
    """Rows that may stand for a stranger's, side by side.

    Attributes
    ----------
    table
        Columns `kind` (``"mean"``, ``"medoid"``, ``"taste 1"`` …), `user` (null for the mean), `share` (of the users
        it stands for), `ratings` (that the user gave), `likes` (what they are predicted to rate higher than others do).
    rows
        Their rows in the model, float32, shape (n_kinds, row_size).
    """

    table: pl.DataFrame
    rows: FloatArray
    answers: Answers

    def measured(self, held_out: Ratings, seed: int = 0) -> pl.DataFrame:
        """Measure how well each stands for users of whom nothing is known.

        Half of each user's held-out ratings are predicted, and lists compared with what of them was liked. The other
        half is only used by the last two lines, which know something: the taste that fits it best, and fold-in.

        Parameters
        ----------
        held_out
            Ratings of the model's vocabulary, by users who should have none in training: only then are they strangers.
        seed
            Decides the halves.

        Returns
        -------
        DataFrame
            Columns `kind`, `rmse`, `ndcg` (at 10, of liked items), `users`; the first line is the item mean.

        Raises
        ------
        DataError
            If nothing is held out, or its vocabulary is another.
        """
        if held_out.users != self.answers.train.users or held_out.items != self.answers.train.items:
            raise DataError(
                "the held-out ratings have another vocabulary than the model; split one Ratings to get both."
            )
        kinds = self.table["kind"].to_list()
        users = [None if user is None else self.answers.train.users.index(user) for user in self.table["user"]]
        return measure_stand_ins(
            self.answers, dict(zip(kinds, zip(self.rows, users, strict=True), strict=True)), held_out, seed
        )

    def __str__(self) -> str:
        lines = []
        for row in self.table.iter_rows(named=True):
            who = "nobody" if row["user"] is None else f"user {row['user']} ({row['ratings']} ratings)"
            lines.append(f"{row['kind']:<8}  {row['share']:>4.0%}  {who}: {'; '.join(row['likes'])}")
        return "\n".join(lines)


def typical_users(answers: Answers, n_tastes: int = 4, seed: int = 0) -> TypicalUsers:
    """Find the mean of all users, the user nearest to everybody, and the user in the middle of each kind of taste.

    Parameters
    ----------
    answers
        A fitted model that predicts ratings.
    n_tastes
        How many kinds of taste to tell apart.
    seed
        Decides who is compared, where there are many, and where the search for tastes begins.

    Raises
    ------
    OptionError
        If the model predicts no ratings, or there are fewer users than tastes.
    """
    if answers.rating is None:
        raise OptionError("this model orders items and predicts no ratings, so users have no rows; fit another model.")
    check_whole("n_tastes", n_tastes)
    active = np.flatnonzero(np.diff(answers.by_user.start))
    if n_tastes > len(active):
        raise OptionError(f"n_tastes={n_tastes} came, expected at most {len(active)}: so many users have ratings.")
    stands = _find(answers, active, n_tastes, np.random.default_rng(seed))
    usual = answers.rating.rows(stands[0].row[None])[0].astype(np.float64)
    table = pl.DataFrame([_told(answers, stand, usual) for stand in stands], infer_schema_length=None)
    return TypicalUsers(table, np.stack([stand.row for stand in stands]), answers)


@dataclass(frozen=True, slots=True, eq=False)
class _Stand:
    kind: str
    user: int | None
    share: float
    row: FloatArray


def _find(answers: Answers, active: Indices, n_tastes: int, rng: np.random.Generator) -> list[_Stand]:
    assert answers.rating is not None  # noqa: S101  the caller has looked
    some = np.sort(rng.permutation(active)[:USERS])
    items = np.sort(np.argsort(-answers.counts, kind="stable")[:ITEMS])
    pairs = answers.rating.pairs(np.repeat(some, len(items)), np.tile(items, len(some)))
    seen = pairs.reshape(len(some), len(items)).astype(np.float64)
    count = np.diff(answers.by_user.start)[some]
    able = count >= np.median(count)
    middle, _ = medoids(seen, able, 1, rng)
    middles, member = medoids(seen - seen.mean(axis=1, keepdims=True), able, n_tastes, rng)
    shares = np.bincount(member, minlength=n_tastes) / len(member)
    rows = answers.rating.user_rows
    mean = rows[active].astype(np.float64).mean(axis=0).astype(np.float32)
    named = [("medoid", int(some[middle[0]]), 1.0)]
    named += [
        (f"taste {n}", int(some[place]), float(share))
        for n, (place, share) in enumerate(zip(middles, shares, strict=True), 1)
    ]
    return [_Stand("mean", None, 1.0, mean), *(_Stand(kind, user, share, rows[user]) for kind, user, share in named)]


def _told(answers: Answers, stand: _Stand, usual: Double) -> dict[str, object]:
    """Say who stands for whom, and what they are predicted to like: the mean the best, the others more than it."""
    assert answers.rating is not None  # noqa: S101  the caller has looked
    own = answers.rating.rows(stand.row[None])[0].astype(np.float64)
    above = own - own.mean() - (0 if stand.user is None else usual - usual.mean())
    best = np.argsort(-above * answers.counts / (answers.counts + FEW), kind="stable")[:LIKES]
    return {
        "kind": stand.kind,
        "user": None if stand.user is None else answers.train.users[stand.user],
        "share": stand.share,
        "ratings": 0 if stand.user is None else int(np.diff(answers.by_user.start)[stand.user]),
        "likes": [answers.titles.label(int(place)) for place in best],
    }
