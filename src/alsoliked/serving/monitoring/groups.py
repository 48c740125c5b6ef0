"""Groups over time: who rates, and whose items are shown: the way in which a few come to set the lists of all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.audit.groups import Groups, user_groups
from alsoliked.audit.loops.events import cut_periods
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError, OptionError
from alsoliked.serving.monitoring.looking import Looked
from alsoliked.serving.monitoring.monitor import Monitor
from alsoliked.serving.monitoring.ratio import NORMAL, ratios

__all__ = ["groups_monitor"]

TITLE = "Groups over time"
PERIODS = 6
MOVED = 0.05  # of all ratings: a group that came to speak so much more, or less, should be looked at
SURE = 3.3  # standard errors: of many groups one moves by chance now and then
SCHEMA = {"column": pl.String, "group": pl.String, "of": pl.String, "period": pl.Int64, "begin": pl.Float64}
FIGURES = dict.fromkeys(("value", "low", "high"), pl.Float64)


def groups_monitor(looked: Looked) -> Monitor:
    """Return the share of ratings that each group gives, and of what is shown that is theirs, from period to period.

    An item is a group's as far as that group gave its training ratings. Groups are those of the columns of the live
    model's users.

    Columns `column`, `group`, `of` (``"ratings"``, ``"shown"``), `period` (from 1), `begin` (seconds since 1970),
    `value` (share), `low`, `high`; and `people`, the group's share of the people trained on.
    """
    empty = pl.DataFrame(schema={**SCHEMA, **FIGURES, "people": pl.Float64})
    train = None if looked.live is None else looked.live.train_ratings
    groupings = [] if train is None else _groupings(train)
    if train is None or not groupings:
        return Monitor("groups", TITLE, ("Nothing is known of users that would tell groups apart.",), False, empty)
    try:
        begin = cut_periods(looked.rated["at"].to_numpy().astype(np.int64), PERIODS)
    except DataError:
        return Monitor("groups", TITLE, ("Too little was rated over time to compare groups.",), False, empty)
    table = pl.concat([part for groups in groupings for part in _shares(looked, train, groups, begin)])
    words, odd = _moved(table)
    return Monitor("groups", TITLE, words, odd, table)


def _groupings(train: Ratings) -> list[Groups]:
    """Return a grouping for each column of the user table that has one."""
    found = []
    for name in [] if train.user_table is None else train.user_table.columns:
        try:
            groups = user_groups(train, name) if name != "user" else None
        except OptionError:
            continue
        if groups is not None and groups.labels[-1] != "all others":  # a column that names rather than groups
            found.append(groups)
    return found


def _shares(
    looked: Looked, train: Ratings, groups: Groups, begin: npt.NDArray[np.int64]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    people = groups.sizes / groups.sizes.sum()
    whose = pl.DataFrame({"user": [str(user) for user in train.users], "member": groups.member})
    whose = whose.filter(pl.col("member") >= 0)
    rated = _in_periods(looked.rated, begin).join(whose, on="user", maintain_order="left")
    shown = _in_periods(looked.shown, begin).filter(pl.col("arm") != "holdout")
    theirs = shown.join(_of_items(train, groups), on="item", maintain_order="left")
    parts: tuple[list[pl.DataFrame], list[pl.DataFrame]] = ([], [])
    for place, label in enumerate(groups.labels):
        mine = rated.with_columns(mine=(pl.col("member") == place).cast(pl.Float64))
        items = theirs.with_columns(mine=pl.col("shares").list.get(place))
        for kept, frame, of in zip(parts, (mine, items), ("ratings", "shown"), strict=True):
            kept.append(_rows(frame, groups.name, label, of, begin).with_columns(people=pl.lit(float(people[place]))))
    return pl.concat(parts[0]), pl.concat(parts[1])


def _in_periods(frame: pl.DataFrame, begin: npt.NDArray[np.int64]) -> pl.DataFrame:
    period = np.searchsorted(begin, frame["at"].to_numpy(), side="right")
    return frame.with_columns(period=pl.Series(np.maximum(period, 1), dtype=pl.Int64))


def _of_items(train: Ratings, groups: Groups) -> pl.DataFrame:
    """Return which share of each item's training ratings each group gave: columns `item`, `shares`."""
    member = groups.member[train.user_index]
    known = member >= 0
    cell = train.item_index[known].astype(np.int64) * len(groups) + member[known]
    counts = np.bincount(cell, minlength=train.n_items * len(groups)).reshape(-1, len(groups)).astype(np.float64)
    total = counts.sum(axis=1)
    rated = total > 0
    items = [str(item) for item, kept in zip(train.items, rated, strict=True) if kept]
    return pl.DataFrame({"item": items, "shares": (counts[rated] / total[rated, None]).tolist()})


def _rows(frame: pl.DataFrame, column: str, group: str, of: str, begin: npt.NDArray[np.int64]) -> pl.DataFrame:
    found = ratios(frame, "mine", ["period"])
    begins = pl.DataFrame({"period": np.arange(1, len(begin) + 1), "begin": begin.astype(np.float64)})
    told = found.join(begins, on="period", maintain_order="left")
    return told.select(
        pl.lit(column).alias("column"),
        pl.lit(group).alias("group"),
        pl.lit(of).alias("of"),
        *list(SCHEMA)[3:],
        *FIGURES,
    )


def _moved(table: pl.DataFrame) -> tuple[tuple[str, ...], bool]:
    """Say which group's share changed most from the first period to the last, of ratings and of what is shown."""
    words, odd = [], False
    for of, what in (("ratings", "of all ratings"), ("shown", "of what is shown, by who rated it in training,")):
        rows = table.filter((pl.col("of") == of) & pl.col("low").is_not_null())
        error = (pl.col("high") - pl.col("value")) / NORMAL
        ends = rows.group_by("column", "group", maintain_order=True).agg(
            first=pl.col("value").first(),
            last=pl.col("value").last(),
            error=(error.first() ** 2 + error.last() ** 2).sqrt(),
        )
        told = ends.with_columns(by=(pl.col("last") - pl.col("first")).abs())
        if told.is_empty():
            continue
        far = told.filter((pl.col("by") > MOVED) & (pl.col("by") > SURE * pl.col("error")))
        most = told.sort("by").row(-1, named=True)
        went = f"{most['first']:.0%} to {most['last']:.0%}"
        words.append(f"The share {what} that moved most is that of {most['column']} {most['group']}: {went}.")
        odd = odd or not far.is_empty()
    if odd:
        words.append("That is more than chance. Ask whether one group has come to set the lists of all.")
    return tuple(words), odd
