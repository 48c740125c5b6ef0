"""Shares: how many lists came from no model, how many went to newcomers, and how much of what was shown was rated."""

from __future__ import annotations

import polars as pl

from alsoliked.evaluation.bootstrap import Figure
from alsoliked.serving.monitoring.looking import COLD, Looked
from alsoliked.serving.monitoring.monitor import DAY, Monitor, by_day
from alsoliked.serving.monitoring.ratio import ratio, ratios

__all__ = ["acceptance_monitor", "lists_monitor"]

OFTEN = 0.05  # of lists from no model: something is wrong
MANY = 0.5  # of lists for newcomers: a model of ratings has little to say to most
LEAST = 50  # lists
RIPE = DAY  # seconds that people are given to rate what they were shown
TITLE = "Acceptance"


def lists_monitor(looked: Looked) -> Monitor:
    """Return how many lists were shown, and the shares of fallbacks and of newcomers, by day; without the holdout.

    Columns `day`, `lists`, `fallback`, `cold`.
    """
    lists = looked.shown.filter(pl.col("arm") != "holdout").unique("recommendation", maintain_order=True)
    told = {"lists": pl.len().cast(pl.Int64), "fallback": pl.col("fallback").mean(), "cold": pl.col("cold").mean()}
    table = lists.with_columns(by_day()).group_by("day").agg(**told).sort("day")
    title = "Fallbacks and newcomers"
    if lists.is_empty():
        nothing = "Nothing was said to be shown; post what people see to /exposures, or none of this is known."
        return Monitor("lists", title, (nothing,), looked.killed is not None, table)
    fallback, cold = (float(lists[name].mean() or 0.0) for name in ("fallback", "cold"))  # type: ignore[arg-type]
    words = [
        f"{lists.height:,} lists were shown outside the holdout: {fallback:.1%} came from no model of the person,"
        f" {cold:.1%} went to people with fewer than {COLD} known ratings."
    ]
    enough = lists.height >= LEAST
    if enough and fallback > OFTEN:
        words.append("So many mean that models fail or are late, or that nothing is known of those who come: /metrics"
                     " has the reasons.")  # fmt: skip
    if enough and cold > MANY:
        words.append("Most lists go to newcomers: an interview, or columns of users, would serve them better.")
    if looked.killed is not None:
        words.append(f"No model is asked now: {looked.killed}.")
    odd = looked.killed is not None or (enough and fallback > OFTEN)
    return Monitor("lists", title, tuple(words), odd, table)


def acceptance_monitor(looked: Looked) -> Monitor:
    """Return which share of the items shown was rated within a day, by arm and by day.

    Only what was shown more than a day ago counts: what was shown just now had no time to be rated.

    Columns `by` (``"arm"``, ``"day"``: of each arm), `group`, `day` (null for the whole time), `value`, `low`, `high`,
    `n`, `users`.
    """
    told = _taken(looked)
    whole = ratios(told, "taken", ["arm"]).with_columns(by=pl.lit("arm"), day=pl.lit(None, pl.Date))
    daily = ratios(told, "taken", ["arm", "day"]).with_columns(by=pl.lit("day"))
    columns = ["by", pl.col("arm").alias("group"), "day", "value", "low", "high", "n", "users"]
    table = pl.concat([whole.select(columns), daily.select(columns)])
    if told.is_empty():
        return Monitor("acceptance", TITLE, ("Nothing was shown long enough ago to have been rated.",), False, table)
    words = [f"Of what was shown {_percent(ratio(told, 'taken'))} was rated within a day."]
    by_arm = whole.rows_by_key("arm", named=True, unique=True)
    if {"candidate", "control"} <= by_arm.keys():
        new, old = by_arm["candidate"], by_arm["control"]
        words.append(f"Of what the candidate showed {new['value']:.1%}, of what its control showed {old['value']:.1%}.")
    return Monitor("acceptance", TITLE, tuple(words), False, table)


def _taken(looked: Looked) -> pl.DataFrame:
    """Tell of each item shown long enough ago whether that person rated it within a day."""
    ripe = looked.shown.filter((pl.col("at") <= looked.until - RIPE) & pl.col("user").is_not_null())
    came = looked.rated.select("user", "item", rated_at="at").sort("rated_at")
    both = ripe.sort("at").join_asof(
        came,
        left_on="at",
        right_on="rated_at",
        by=["user", "item"],
        strategy="forward",
        tolerance=RIPE,
        check_sortedness=False,
    )
    return both.with_columns(by_day(), taken=pl.col("rated_at").is_not_null().cast(pl.Float64))


def _percent(figure: Figure) -> str:
    if figure.low != figure.low:  # one person alone says it
        return f"{figure.value:.1%}"
    return f"{figure.value:.1%} ({max(0.0, figure.low):.1%} to {figure.high:.1%})"
