"""Calibration: whether what was predicted high was rated high, and as high."""

from __future__ import annotations

import numpy as np
import polars as pl

from alsoliked.evaluation.bootstrap import Figure
from alsoliked.serving.monitoring.errors import FEW
from alsoliked.serving.monitoring.looking import Looked
from alsoliked.serving.monitoring.monitor import Monitor
from alsoliked.serving.monitoring.ratio import between, ratio, ratios

__all__ = ["calibration_monitor"]

BINS = 10
FAR = 0.05  # of the scale: 0.2 where ratings go from 1 to 5


def calibration_monitor(looked: Looked) -> Monitor:
    """Return mean rating by predicted rating, in ten bins of like many.

    Columns `bin`, `predicted` (mean), `value` (mean rating), `low`, `high`, `n`, `users`.
    """
    known = looked.rated.filter(pl.col("predicted").is_not_null())
    place = ((pl.col("predicted").rank("ordinal") - 1) * BINS // pl.len() + 1).cast(pl.Int64).alias("bin")
    told = known.with_columns(place, off=pl.col("rating") - pl.col("predicted"))
    means = told.group_by("bin").agg(predicted=pl.col("predicted").mean())
    found = ratios(told, "rating", ["bin"]).join(means, on="bin", maintain_order="left")
    table = found.select("bin", "predicted", "value", "low", "high", "n", "users")
    if told.is_empty() or told["user"].n_unique() < FEW:
        return Monitor(
            "calibration", "Calibration", ("Too few people rated what had been predicted to tell.",), False, table
        )
    off = ratio(told, "off")
    far = FAR * _range(looked, told)
    odd = bool(abs(off.value) > far and (off.low > 0 or off.high < 0))
    return Monitor("calibration", "Calibration", _words(off, _slope(told), odd=odd), odd, table)


def _range(looked: Looked, told: pl.DataFrame) -> float:
    if looked.live is None:
        return float(np.ptp(told["rating"].to_numpy()))
    low, high = looked.live.train_ratings.rating_scale
    return high - low


def _slope(told: pl.DataFrame) -> float:
    """Return by how much the rating rises where the prediction rises by 1; NaN where all predictions are alike."""
    predicted, rating = told["predicted"].to_numpy(), told["rating"].to_numpy()
    spread = float(np.var(predicted))
    if spread < 1e-12:
        return float("nan")
    return float(np.mean((predicted - predicted.mean()) * (rating - rating.mean())) / spread)


def _words(off: Figure, slope: float, *, odd: bool) -> tuple[str, ...]:
    side = "above" if off.value > 0 else "below"
    words = [f"Ratings are {abs(off.value):.2f} {side} what was predicted, on average ({between(off, '+.2f')})."]
    if odd:
        words.append("That is more than chance: train again, and do not show predicted ratings until then.")
    if np.isfinite(slope):
        words.append(f"Where the prediction is 1 higher, the rating is {slope:.2f} higher; 1 is what it should be.")
    return tuple(words)
