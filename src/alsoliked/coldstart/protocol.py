"""The newcomers protocol: how well users, or items, are met that the model was not trained with.

Users are dealt into folds. The model is trained without a fold's users; each of them is then folded in with the first
few of their ratings, shuffled once, and the ratings after the pool are predicted: the same ones however many are given.
Items likewise, among those with enough ratings; a new item is folded in with its first raters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.coldstart.attributes_side import Of
from alsoliked.coldstart.encounter import Encounter
from alsoliked.data.mirrored import mirrored
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError, OptionError
from alsoliked.recommendation.answers import Answers

__all__ = ["NewcomersTable", "newcomers"]

Indices: TypeAlias = npt.NDArray[np.integer]
Flags: TypeAlias = npt.NDArray[np.bool_]
Double: TypeAlias = npt.NDArray[np.float64]

GIVEN = {"users": (0, 1, 5, 10), "items": (0, 1, 5, 20)}
POOL = {"users": 15, "items": 20}
LEAST = {"users": 16, "items": 30}  # ratings a newcomer needs to be measured


@dataclass(frozen=True, slots=True, eq=False)
class NewcomersTable:
    """What came of it.

    Attributes
    ----------
    of
        ``"users"`` or ``"items"``.
    folds
        A row for each fold and number of ratings given: `fold`, `given`, `newcomers`, `ratings` (predicted), `mean`
        (RMSE of each item's mean rating; for new items of each user's), `ratings_alone` (RMSE of the model),
        `with_columns` (null where it knows no columns).
    """

    of: Of
    folds: pl.DataFrame

    @property
    def table(self) -> pl.DataFrame:
        """Medians over folds: `given`, `mean`, `ratings_alone`, `with_columns`."""
        errors = ("mean", "ratings_alone", "with_columns")
        return self.folds.group_by("given", maintain_order=True).agg(pl.col(name).median() for name in errors)

    def to_dict(self) -> dict[str, object]:
        """As plain values, ready for JSON."""
        return {"of": self.of, "medians": self.table.to_dicts(), "folds": self.folds.to_dicts()}

    def __str__(self) -> str:
        plain = f"{'item' if self.of == 'users' else 'user'} mean"
        heads = ("given", plain, "ratings alone", "with columns")
        lines = ["".join(f"{head:>15}" for head in heads)]
        for row in self.table.iter_rows():
            cells = [f"{row[0]}", *("" if error is None else f"{error:.4f}" for error in row[1:])]
            lines.append("".join(f"{cell:>15}" for cell in cells))
        n = self.folds.filter(pl.col("given") == self.folds["given"][0])
        about = f"{n['newcomers'].sum()} new {self.of}, {n['ratings'].sum():,} ratings; RMSE, median of {len(n)} folds"
        return "\n".join([about, *lines])


def newcomers(
    fit: Callable[[Ratings], Answers],
    ratings: Ratings,
    of: Of = "users",
    *,
    given: Sequence[int] | None = None,
    folds: int = 5,
    pool: int | None = None,
    least: int | None = None,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> NewcomersTable:
    """Measure newcomers.

    Parameters
    ----------
    fit
        From training ratings to a fitted model, with its columns learned if they are to be used.
    ratings
        All of them, with tables.
    of
        Who is new.
    given
        Numbers of ratings given; None: 0, 1, 5, 10 (items: 20).
    folds
        How many.
    pool
        How many of a newcomer's ratings are kept for giving; None: 15 (items: 20).
    least
        How many ratings a newcomer must have; None: one more than 15 (items: 30).
    seed
        Decides folds and shuffling.
    on_progress
        Called with the folds done and the folds in all.

    Raises
    ------
    OptionError
        If numbers do not fit each other.
    DataError
        If there are fewer newcomers than folds.
    """
    pool, given = POOL[of] if pool is None else pool, GIVEN[of] if given is None else tuple(given)
    least = max(pool + 1, LEAST[of]) if least is None else least
    if not given or min(given) < 0 or max(given) > pool or least <= pool or folds < 2:
        raise OptionError(
            f"given={given}, pool={pool}, least={least}, folds={folds} came; expected 0 <= given <= pool < least, and"
            " 2 folds or more."
        )
    seen = ratings if of == "users" else mirrored(ratings)
    rng = np.random.default_rng(seed)
    who = rng.permutation(np.flatnonzero(seen.counts_by_user() >= least))
    if len(who) < folds:
        raise DataError(f"{len(who)} {of} have at least {least} ratings; expected {folds} or more of them.")
    order, rows = rng.permutation(len(ratings)), []
    for fold in range(folds):
        new = np.zeros(seen.n_users, np.bool_)
        new[who[fold::folds]] = True
        train = ratings.take(~new[seen.user_index])
        errors = _errors(fit(train), seen, of, new, order, pool=pool, given=given)
        rows += [{"fold": fold, **row} for row in errors]
        if on_progress is not None:
            on_progress(fold + 1, folds)
    return NewcomersTable(of, pl.DataFrame(rows, schema_overrides={"with_columns": pl.Float64}))


def _errors(
    answers: Answers, seen: Ratings, of: Of, new: Flags, order: Indices, *, pool: int, given: Sequence[int]
) -> Iterator[dict[str, float | None]]:
    """Yield the errors of one fold for each number of ratings given."""
    if answers.rating is None:
        raise OptionError("this model predicts no ratings, so newcomers cannot be measured by them.")
    train = answers.train if of == "users" else mirrored(answers.train)
    known = train.counts_by_item() > 0
    mine = order[new[seen.user_index[order]]]
    mine = mine[np.argsort(seen.user_index[mine], kind="stable")]
    starts = np.flatnonzero(np.diff(seen.user_index[mine], prepend=-1))
    people = [(rows[:pool], rows[pool:][known[seen.item_index[rows[pool:]]]]) for rows in np.split(mine, starts[1:])]
    test = np.concatenate([rows for _, rows in people])
    means = np.bincount(train.item_index, train.rating, train.n_items) / np.maximum(train.counts_by_item(), 1)
    plain = _rmse(means[seen.item_index[test]], seen.rating[test])
    encounter = Encounter(answers, seen, of)
    for k in given:
        row: dict[str, float | None] = {"given": k, "newcomers": len(people), "ratings": len(test), "mean": plain}
        for name, columns in (("ratings_alone", False), ("with_columns", True)):
            met = encounter.knows_columns or not columns
            predicted = [encounter.predicted(rows[:k], after, columns=columns) for rows, after in people] if met else []
            row[name] = _rmse(np.concatenate(predicted), seen.rating[test]) if met else None
        yield row


def _rmse(predicted: Double, rating: npt.NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean((predicted - rating) ** 2)))
