"""Attributes: what is known about items or users beside the model, as columns that axes can be set against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings

__all__ = ["Attribute", "Side", "attributes_of"]

Double: TypeAlias = npt.NDArray[np.float64]
Side: TypeAlias = Literal["items", "users"]

ENOUGH = 10  # rows that must have, and rows that must lack, what is yes or no
MOST = 100  # values of one kind: the most frequent
DAMPING = 5.0  # average ratings mixed into a mean, as for the damped baseline


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """One column: a number, or yes and no, for each row.

    Attributes
    ----------
    kind
        ``"genre"``, ``"year"``, ``"tag"``, ``"popularity"``, ``"mean rating"``; for users ``"activity"`` instead of
        popularity, and the columns of their table by name.
    against
        Which one: ``"Drama"``; for numbers the kind again.
    values
        float64, shape (n_rows,); NaN where unknown.
    number
        Whether it is a number; else it is 1 or 0.
    """

    kind: str
    against: str
    values: Double
    number: bool


def attributes_of(
    train: Ratings, index: npt.NDArray[np.integer], of: Side = "items", enough: int = ENOUGH
) -> list[Attribute]:
    """Collect what is known about these items or users: how often and how well rated, then what their table says.

    What is yes or no comes along if at least `enough` of them have it and as many lack it.
    """
    items = of == "items"
    found = _from_ratings(train, index, of)
    ids = (train.items if items else train.users).decode(index).to_frame("id")
    table, key = (train.item_table, "item") if items else (train.user_table, "user")
    if table is not None and table[key].dtype == ids["id"].dtype:
        lined_up = ids.join(
            table.unique(key, keep="first"), left_on="id", right_on=key, how="left", maintain_order="left"
        )
        found += _from_items(lined_up, enough) if items else _from_users(lined_up, enough)
    if items and train.tags is not None and train.tags["item"].dtype == ids["id"].dtype:
        tags = train.tags.select("item", pl.col("tag").str.strip_chars().str.to_lowercase()).unique()
        found += _yes_or_no("tag", ids, tags.rename({"item": "id", "tag": "value"}), enough)
    return found


def _from_ratings(train: Ratings, index: npt.NDArray[np.integer], of: Side) -> list[Attribute]:
    group, size = (train.item_index, train.n_items) if of == "items" else (train.user_index, train.n_users)
    count = np.bincount(group, minlength=size)
    total = np.bincount(group, weights=train.rating, minlength=size)
    mean = (total + DAMPING * train.mean) / (count + DAMPING)
    busy = "popularity" if of == "items" else "activity"
    return [
        Attribute(busy, busy, np.log(np.maximum(count[index], 1)), number=True),
        Attribute("mean rating", "mean rating", mean[index], number=True),
    ]


def _from_items(table: pl.DataFrame, enough: int) -> list[Attribute]:
    found = [_number("year", table["year"])] if "year" in table.columns and table["year"].dtype.is_numeric() else []
    if "genres" not in table.columns:
        return found
    genres = pl.col("genres") if table["genres"].dtype == pl.List(pl.String) else pl.col("genres").cast(pl.String)
    if table["genres"].dtype != pl.List(pl.String):
        genres = genres.str.split("|")
    return found + _yes_or_no("genre", table.select("id"), table.select("id", value=genres).explode("value"), enough)


def _from_users(table: pl.DataFrame, enough: int) -> list[Attribute]:
    found = []
    for name in table.columns[1:]:
        column = table[name]
        if column.dtype.is_numeric() and not name.endswith(("_code", "_id")):
            found.append(_number(name, column))
        elif column.dtype == pl.String:
            found += _yes_or_no(name, table.select("id"), table.select("id", value=name), enough)
    return found


def _number(kind: str, column: pl.Series) -> Attribute:
    return Attribute(kind, kind, column.cast(pl.Float64).fill_null(np.nan).to_numpy(), number=True)


def _yes_or_no(kind: str, ids: pl.DataFrame, pairs: pl.DataFrame, enough: int) -> list[Attribute]:
    """Make a column of each value that enough rows have and enough lack, the most frequent first."""
    pairs = pairs.drop_nulls().unique().join(ids, "id", "semi")
    often = pairs.group_by("value").len().filter(pl.col("len").is_between(enough, len(ids) - enough))
    found = []
    for value in often.sort("len", "value", descending=[True, False])["value"].head(MOST):
        having = pairs.filter(pl.col("value") == value)["id"]
        values = ids["id"].is_in(having.implode()).cast(pl.Float64).to_numpy()
        found.append(Attribute(kind, str(value), values, number=False))
    return found
