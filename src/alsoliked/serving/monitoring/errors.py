"""Online error: how far predictions were from the ratings that people gave later, by day, by arm and by model."""

from __future__ import annotations

import polars as pl

from alsoliked.evaluation.bootstrap import Figure
from alsoliked.serving.monitoring.looking import Looked
from alsoliked.serving.monitoring.monitor import Monitor, by_day
from alsoliked.serving.monitoring.ratio import between, ratio, ratios, rooted

__all__ = ["error_monitor"]

FEW = 20  # people; fewer say nothing


def error_monitor(looked: Looked) -> Monitor:
    """Return RMSE, MAE and mean error of predictions made before a rating was known.

    Columns `by` (``"all"``, ``"arm"``, ``"model"``, ``"day"``: of each arm), `group`, `day` (null for the whole time),
    `rmse`, `low`, `high`, `mae`, `error` (rating less prediction, on average), `n`, `users`. Intervals are of RMSE.
    """
    known = looked.rated.filter(pl.col("predicted").is_not_null())
    off = pl.col("rating") - pl.col("predicted")
    told = known.with_columns(by_day(), square=off**2, far=off.abs(), off=off, all=pl.lit("all"))
    table = pl.concat(
        [
            _rows(told, "all", "all", day=False),
            _rows(told, "arm", "arm", day=False),
            _rows(told, "model", "model", day=False),
            _rows(told, "day", "arm", day=True),
        ]
    )
    now, expected = rooted(ratio(told, "square")), held_out_error(looked)
    odd = bool(now.low > expected.high) if expected is not None and told["user"].n_unique() >= FEW else False
    return Monitor("error", "Error against later ratings", _words(looked, told, now, expected, odd=odd), odd, table)


def held_out_error(looked: Looked) -> Figure | None:
    """Return the live model's RMSE on the ratings held out when it was trained; None where nobody measured it."""
    about = {} if looked.live is None else looked.live.manifest_.get("about") or {}
    metrics = about.get("metrics") or about.get("retrained", {}).get("metrics") or {}
    found = metrics.get("figures", {}).get(metrics.get("subject"), {}).get("rmse")
    return None if found is None else Figure(found["value"], found["low"], found["high"])


def _rows(told: pl.DataFrame, by: str, column: str, *, day: bool) -> pl.DataFrame:
    groups = [column, "day"] if day else [column]
    found = ratios(told, "square", groups)
    more = told.group_by(groups).agg(mae=pl.col("far").mean(), error=pl.col("off").mean())
    named = (("value", "rmse"), ("low", "low"), ("high", "high"))
    rooted_ends = [pl.col(end).clip(0).sqrt().alias(name) for end, name in named]
    whole = found.join(more, on=groups, how="left", maintain_order="left").with_columns(rooted_ends)
    if not day:
        whole = whole.with_columns(day=pl.lit(None, pl.Date))
    group = pl.col(column).alias("group")
    return whole.select(pl.lit(by).alias("by"), group, "day", "rmse", "low", "high", "mae", "error", "n", "users")


def _words(looked: Looked, told: pl.DataFrame, now: Figure, expected: Figure | None, *, odd: bool) -> tuple[str, ...]:
    n, all_n = told.height, looked.rated.height
    if not n:
        return ("No rating came of something that had been predicted, so the error is not known.",)
    users = told["user"].n_unique()
    words = [f"Predictions are off by {now.value:.3f} (RMSE; {between(now)}): {n:,} later ratings by {users:,} people."]
    if n < all_n:
        words.append(f"{all_n - n:,} more were of something unknown, or rated before, and are left out.")
    if users < FEW:
        words.append("So few people say little.")
    elif expected is not None:
        how = "more than" if odd else "within chance of" if now.high >= expected.low else "less than"
        words.append(
            f"That is {how} the {expected.value:.3f} ({expected.low:.3f} to {expected.high:.3f}) on ratings held out in"
            " training."
        )
    words += _delay(looked)
    return tuple(words)


def _delay(looked: Looked) -> list[str]:
    """Say how long after something was shown it was rated."""
    first = looked.shown.group_by("recommendation", "item").agg(shown_at=pl.col("at").min())
    both = looked.rated.join(first, on=["recommendation", "item"], how="inner")
    hours = ((both["at"] - both["shown_at"]) / 3600).filter(both["at"] >= both["shown_at"])
    if hours.is_empty():
        return []
    half, most = (float(hours.quantile(share) or 0.0) for share in (0.5, 0.9))
    return [
        f"{hours.len():,} items were rated after they were shown, half of them within {_span(half)}, nine of ten"
        f" within {_span(most)}."
    ]


def _span(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
