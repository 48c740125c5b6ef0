"""Drift: whether ratings, and predictions, are spread otherwise than they were.

The figure is the population stability index over at most ten bins, PSI = Σ (now − before) · ln(now / before): ratings
are a few levels, where the Kolmogorov–Smirnov test, made for continuous values, says too little. Above 0.1 is commonly
read as some change, above 0.25 as a large one. With few ratings chance alone gives about (bins − 1) · (1/n + 1/n
before) (B. Yurdakul & J. Naranjo, "Statistical properties of the population stability index", Journal of Risk Model
Validation 14(4), 2020), so that is taken off first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.serving.monitoring.looking import Looked
from alsoliked.serving.monitoring.monitor import WEEK, Monitor

__all__ = ["drift_monitor", "psi"]

Values = npt.NDArray[np.float64]
BINS = 10
SOME, MUCH = 0.1, 0.25
LEAST = 100  # ratings on either side
SCHEMA = {
    "what": pl.String,
    "against": pl.String,
    "psi": pl.Float64,
    "mean_before": pl.Float64,
    "mean_now": pl.Float64,
    "n_before": pl.Int64,
    "n_now": pl.Int64,
}
AGAINST = {"training": "the training ratings", "first week": "the first week"}
HALF = 0.5  # a rating added to each bin, so that an empty one is not infinitely far


def psi(before: Values, now: Values) -> tuple[float, float]:
    """Return the population stability index, and how much of it chance would give.

    Bins are the values themselves where there are few, else tenths of what was before.

    Examples
    --------
    >>> same, chance = psi(np.array([1.0, 2.0] * 500), np.array([1.0, 2.0] * 500))
    >>> round(same, 6), round(chance, 6)
    (0.0, 0.002)
    """
    values = np.unique(np.concatenate([before, now]))
    if len(values) <= BINS:
        edges = (values[1:] + values[:-1]) / 2
    else:
        edges = np.unique(np.quantile(before, np.arange(1, BINS) / BINS))
    counts = [np.bincount(np.searchsorted(edges, part), minlength=len(edges) + 1) + HALF for part in (before, now)]
    was, is_now = (count / count.sum() for count in counts)
    chance = len(edges) * (1 / max(1, len(before)) + 1 / max(1, len(now)))
    return float(((is_now - was) * np.log(is_now / was)).sum()), chance


def drift_monitor(looked: Looked) -> Monitor:
    """Return how far ratings and predictions have moved.

    Ratings are held against the live model's training ratings, and against the first week of the window; predictions
    against those of the model's own first week. The first of these also shows what a recommender does by itself (people
    rate what they were shown, which is better liked than what they found by themselves), so it alone is never odd.

    Columns `what`, `against`, `psi` (chance taken off; null where there is too little), `mean_before`, `mean_now`,
    `n_before`, `n_now`.
    """
    rated, rows = looked.rated, []
    if looked.live is not None:
        training = looked.live.train_ratings.rating.astype(np.float64)
        rows.append(_row("ratings", "training", training, _of(rated, "rating")))
    rows.append(_row("ratings", "first week", *_split(rated, "rating")))
    own = rated.filter((pl.col("model") == (looked.model or "")) & pl.col("predicted").is_not_null())
    rows.append(_row("predictions", "first week", *_split(own, "predicted")))
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    odd = not table.filter((pl.col("against") != "training") & (pl.col("psi") > SOME)).is_empty()
    return Monitor("drift", "Drift of ratings and predictions", _words(table), odd, table)


def _split(frame: pl.DataFrame, column: str) -> tuple[Values, Values]:
    """Part a column into the first week and what came after it."""
    first = pl.col("at") < pl.col("at").min() + WEEK
    return _of(frame.filter(first), column), _of(frame.filter(~first), column)


def _of(frame: pl.DataFrame, column: str) -> Values:
    return frame[column].drop_nulls().to_numpy().astype(np.float64)


def _row(
    what: str, against: str, before: Values, now: Values
) -> tuple[str, str, float | None, float | None, float | None, int, int]:
    value = None
    if min(len(before), len(now)) >= LEAST:
        found, chance = psi(before, now)
        value = max(0.0, found - chance)
    means = [float(part.mean()) if len(part) else None for part in (before, now)]
    return what, against, value, means[0], means[1], len(before), len(now)


def _words(table: pl.DataFrame) -> tuple[str, ...]:
    if table["psi"].is_null().all():
        return (f"Too few ratings to tell; {LEAST} are needed before and after the first week.",)
    words = []
    for row in table.iter_rows(named=True):
        who = f"{row['what'].capitalize()} against {AGAINST[row['against']]}"
        if row["psi"] is None:
            words.append(f"{who}: {min(row['n_before'], row['n_now']):,} on one side are too few to tell.")
            continue
        size = "moved much" if row["psi"] > MUCH else "moved somewhat" if row["psi"] > SOME else "hardly moved"
        words.append(f"{who}: {size} (PSI {row['psi']:.2f}; mean {row['mean_before']:.2f}, now {row['mean_now']:.2f}).")
        if row["psi"] > SOME and row["against"] == "training":
            words.append("That alone is no alarm: people rate what they are shown, which moves their ratings.")
    return tuple(words)
