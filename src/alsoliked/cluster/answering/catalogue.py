"""The side of the items: all that is needed of a model to score them for any user's row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.titles import Titles
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import ClusterError, OptionError
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.net_arrays import NetArrays
from alsoliked.models.net_scores import NetScores
from alsoliked.models.options import check_whole
from alsoliked.models.trained import settled_rows
from alsoliked.recommendation.lists import ListOptions
from alsoliked.recommendation.objective import Objective, list_scores

__all__ = ["Catalogue"]

PAIRS = 131_072  # pairs that pass through a network at a time

Indices = npt.NDArray[np.integer]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Items in the order of their ids, as in a bundle, and the model without its users.

    This is what every executor is sent; it grows with the items alone.

    Attributes
    ----------
    model
        Scores all items for users' rows, shape (n, width).
    predicts
        Whether a score is a predicted rating; else it only orders.
    counts
        Training ratings of each item, shape (n_items,).
    place
        Where in this order each item row of the shards is, shape (n_items,).
    ids, labels
        What the items are called.
    """

    model: FactorModel | NetScores
    predicts: bool
    counts: Counts
    place: npt.NDArray[np.int64]
    ids: pl.Series
    labels: pl.Series

    @classmethod
    def of(cls, rows: Rows, shards: Shards, counts: Counts, titles: pl.DataFrame | None = None) -> Catalogue:
        """Put the items' rows in order; `counts` are by row, `titles` has columns `item` and `title`.

        Raises
        ------
        ClusterError
            If the rows are those of other shards.
        """
        sizes, wanted = (len(rows.users), len(rows.items)), (shards.n_users, shards.n_items)
        if sizes != wanted:
            raise ClusterError(f"rows of {sizes} users and items came, expected {wanted} of the shards; train again.")
        ids = pl.concat(list(shards.ids("item")))
        order = ids.arg_sort().to_numpy()
        vocabulary = Vocabulary(ids.gather(order))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        names = Titles.from_table(vocabulary, titles)
        labels = pl.Series([names.label(item) for item in range(len(order))], dtype=pl.String)
        predicts = rows.about["options"].get("feedback") != "implicit"
        items = rows.items[order]
        items = settled_rows(items, counts[order]) if predicts else items  # as in a bundle
        return cls(_model(rows, items), predicts, counts[order], place, vocabulary.ids, labels)

    def check(self, options: ListOptions) -> None:
        """Refuse options that these lists cannot meet.

        Raises
        ------
        OptionError
            If one is unfit, or asks for scores that the model lacks.
        """
        check_whole("n", options.n)
        has = "rating" if self.predicts else "choice"
        if options.objective not in ("both", has):
            raise OptionError(f"objective={options.objective!r} came; these rows order by {has} alone: leave it out.")

    def scores(self, users: FloatArray, objective: Objective = "both") -> FloatArray:
        """Return the scores lists are ordered by, shape (n_users, n_items), for users' rows."""
        scored = self.model.rows(users)
        rating, choice = (scored, None) if self.predicts else (None, scored)
        return list_scores(rating, choice, self.counts, objective)

    def pairs(self, users: FloatArray, place: Indices, items: Indices) -> FloatArray:
        """Predict the ratings of pairs: of users' rows, by which of them, and items, shape (n,)."""
        if isinstance(self.model, FactorModel):
            sides = np.ascontiguousarray(users[:, 1:]), self.model.item_factors, users[:, 0], self.model.item_bias
            return FactorModel(*sides, self.model.global_bias, self.model.y_range).pairs(place, items)
        parts = range(0, len(place), PAIRS)
        found = [self.model.written_out.pairs(users[place[s : s + PAIRS]], items[s : s + PAIRS]) for s in parts]
        return np.concatenate(found) if found else np.zeros(0, np.float32)


def _model(rows: Rows, items: FloatArray) -> FactorModel | NetScores:
    """Return the model of these items, and of no user."""
    about, y_range = rows.about, rows.about.get("y_range")
    y_range = None if y_range is None else (float(y_range[0]), float(y_range[1]))
    users = np.zeros((0, rows.users.shape[1]), np.float32)
    if about["kind"] == "net":
        tables = {"user_factors.weight": users, "item_factors.weight": items}
        return NetScores(NetArrays({**rows.dense, **tables}, about["shape"], y_range))
    factors, bias = np.ascontiguousarray(items[:, 1:]), items[:, 0].copy()
    return FactorModel(users[:, 1:], factors, users[:, 0], bias, float(about.get("global_bias") or 0), y_range)
