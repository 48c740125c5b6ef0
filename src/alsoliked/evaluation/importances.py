"""Importances: how much worse a model predicts when one column is dealt out anew.

Shuffle the ages among the users, leave everything else as it is, and predict the held-out ratings again: what the error
rises by is how much the model leans on age (Breiman 2001, "Random forests", section 10). Nothing is trained again, so
this says nothing of what a model trained without the column would make up for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.clock import Clock, When
from alsoliked.data.columns import lined_up
from alsoliked.data.ratings import FloatArray, Ratings
from alsoliked.errors import DataError, OptionError
from alsoliked.evaluation.bootstrap import Resamples, figure_of_draws
from alsoliked.models.blend import RatingModel
from alsoliked.models.column_parts import BothParts, ColumnParts
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores
from alsoliked.models.options import check_whole
from alsoliked.models.with_rows import with_rows

__all__ = ["column_importances"]

SCHEMA = {"column": pl.String, "side": pl.String, "rmse_rise": pl.Float64, "low": pl.Float64, "high": pl.Float64}
SCHEMA |= {"says": pl.String}

Model: TypeAlias = FactorModel | NetScores
Side: TypeAlias = Literal["users", "items"]
Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]
Shuffled: TypeAlias = Callable[[np.random.Generator], Double]  # squared errors after a shuffle


def column_importances(
    model: RatingModel | None,
    parts: BothParts,
    train: Ratings,
    valid: Ratings,
    *,
    repeats: int = 5,
    seed: int = 0,
    n_boot: int = 1000,
) -> pl.DataFrame:
    """Measure how the error on held-out ratings rises when a column is shuffled, for each column.

    Parameters
    ----------
    model, parts
        A model trained with columns, and what these add to its rows.
    train, valid
        What it was fitted to, and ratings it has not seen.
    repeats
        Shuffles of each column, of which the mean is taken.
    seed
        Decides the shuffles and the resamples.
    n_boot
        Resamples behind the interval.

    Returns
    -------
    DataFrame
        Columns `column`, `side` (``"users"``, ``"items"`` or ``"ratings"``: among what it was shuffled), `rmse_rise`,
        `low` and `high` (a 95 % interval over resamples of users, or of items for their columns), and `says`, in words;
        what matters most comes first.

    Raises
    ------
    OptionError
        If the model takes no columns.
    DataError
        If there are no held-out ratings.
    """
    check_whole("repeats", repeats)
    if not len(valid):
        raise DataError("no held-out ratings came; expected some that the model was not fitted to.")
    timed = isinstance(model, NetScores) and model.moments is not None
    if not isinstance(model, (FactorModel, NetScores)) or not (timed or any(parts)):
        raise OptionError("this model takes no columns; fit 'hybrid', or 'net' with columns, to ratings with tables.")
    held, rng = Held.of(model, train, valid), np.random.default_rng(seed)
    before, rows = held.squared(), []
    for name, side, shuffled in (*_of_rows(held, parts), *_of_times(held)):
        after = np.mean([shuffled(rng) for _ in range(repeats)], axis=0)
        unit = valid.item_index if side == "items" else valid.user_index
        rows.append({"column": name, "side": side, **_rise(before, after, unit, n_boot, seed)})
    return pl.DataFrame(rows, schema=SCHEMA).sort("rmse_rise", descending=True, maintain_order=True)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A model and the ratings held out from it; `when` they were given, where the model takes notice."""

    model: Model
    train: Ratings
    valid: Ratings
    when: When | None

    @classmethod
    def of(cls, model: Model, train: Ratings, valid: Ratings) -> Held:
        """Look the times up."""
        if not isinstance(model, NetScores) or model.moments is None or valid.timestamp is None:
            return cls(model, train, valid, None)
        return cls(model, train, valid, Clock.of(train).when(valid.user_index, valid.timestamp))

    def squared(self, model: Model | None = None, when: When | None = None) -> Double:
        """Return the squared errors, shape (n,), of this model or another, at these times or others."""
        model, when = model or self.model, when or self.when
        pairs = self.valid.user_index, self.valid.item_index
        if isinstance(model, NetScores) and when is not None:
            predicted = model.pairs_at(*pairs, when)
        else:
            predicted = model.pairs(*pairs)
        squared: Double = (predicted.astype(np.float64) - self.valid.rating) ** 2
        return squared


def _of_rows(held: Held, parts: BothParts) -> Iterator[tuple[str, str, Shuffled]]:
    """Yield the columns of users and of items, and how to shuffle each among those held out."""
    train, valid = held.train, held.valid
    sides: tuple[tuple[Side, ColumnParts | None, Any], ...] = (
        ("users", parts.users, (train.user_table, "user", train.users.ids)),
        ("items", parts.items, (train.item_table, "item", train.items.ids)),
    )
    for side, added, (table, key, ids) in sides:
        if added is None or table is None:
            continue
        encoded = added.columns.encode(lined_up(table, key, ids))
        rows = (held.model if side == "users" else held.model.mirrored()).user_rows
        there = np.unique(valid.user_index if side == "users" else valid.item_index)
        for place, name in enumerate(added.columns.names):
            own = added.added(encoded, place)[there]
            yield name, side, partial(_dealt_anew, held, side, (rows, there, own))


def _dealt_anew(
    held: Held, side: Side, rows: tuple[FloatArray, Indices, FloatArray], rng: np.random.Generator
) -> Double:
    """Return squared errors after what one column adds to some rows has been shuffled among them."""
    whole, there, own = rows
    dealt = whole.copy()
    dealt[there] += rng.permutation(own) - own
    return held.squared(with_rows(held.model, side, dealt))


def _of_times(held: Held) -> Iterator[tuple[str, str, Shuffled]]:
    """Yield the columns of the ratings' times, and how to shuffle each among the ratings."""
    if held.when is None or not isinstance(held.model, NetScores) or held.model.moments is None:
        return
    for name in held.model.moments.columns.names:
        yield name, "ratings", partial(_at_other_times, held, name)


def _at_other_times(held: Held, name: str, rng: np.random.Generator) -> Double:
    assert held.when is not None  # noqa: S101  the caller has looked
    assert held.when.columns is not None  # noqa: S101
    columns = held.when.columns
    dealt = columns.with_columns(columns[name].gather(rng.permutation(len(columns))))
    return held.squared(when=held.when._replace(columns=dealt))


def _rise(before: Double, after: Double, unit: Indices, n_boot: int, seed: int) -> dict[str, Any]:
    """Return by how much the root mean squared error rises, and how far that may be chance."""
    place, ones = np.unique(unit, return_inverse=True)[1], np.ones_like(before)
    sums = np.stack([np.bincount(place, column).astype(np.float64) for column in (after, before, ones)], axis=1)
    draws = np.concatenate([sums.sum(axis=0)[None], Resamples(len(sums), n_boot, seed).sums(sums)])
    rises = np.sqrt(draws[:, 0] / draws[:, 2]) - np.sqrt(draws[:, 1] / draws[:, 2])
    rise = figure_of_draws(float(rises[0]), rises[1:])
    says = "the model leans on it" if rise.low > 0 else "no effect beyond chance"
    if rise.high < 0:
        says = "it misleads the model"
    return {"rmse_rise": rise.value, "low": rise.low, "high": rise.high, "says": says}
