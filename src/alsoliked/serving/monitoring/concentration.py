"""Concentration: over how few items what is shown and chosen is spread, and whether that narrows beside the holdout."""

from __future__ import annotations

import numpy as np
import polars as pl

from alsoliked.audit.logs import Logs
from alsoliked.audit.loops.detection import LoopReport, detect_loop
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import DataError, OptionError
from alsoliked.serving.monitoring.logs import logs_of
from alsoliked.serving.monitoring.looking import Looked
from alsoliked.serving.monitoring.monitor import Monitor

__all__ = ["LOOKS", "concentration_monitor"]

LOOKS = 13  # monitors are looked at again and again: p-values hold for a look a week through a quarter
TITLE = "Concentration, served against holdout"
LEAST = 50  # choices
EMPTY = {
    "measure": pl.String,
    "group": pl.String,
    "period": pl.Int64,
    "begin": pl.Int64,
    "end": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "users": pl.Int64,
    "chosen": pl.Int64,
}


def concentration_monitor(looked: Looked) -> Monitor:
    """Return what `detect_loop` finds in the window, and how much of the catalogue was shown at all.

    Groups are made comparable there: items are those that choices of different people are spread over, and Gini
    coefficients are of like many choices. Columns as `alsoliked.audit.loops.LoopReport.table` has them.
    """
    coverage = _coverage(looked)
    try:
        found = _found(looked)
    except (DataError, OptionError):
        found = None
    if found is None:
        words = ("Too little was rated over time to tell whether choices narrow.", *coverage)
        return Monitor("concentration", TITLE, words, False, pl.DataFrame(schema=EMPTY))
    words = (*found.part.words, *coverage)
    return Monitor("concentration", TITLE, words, found.verdict == "narrowing", found.table)


def _found(looked: Looked) -> LoopReport | None:
    if looked.rated.height < LEAST:
        return None
    told = logs_of(looked.shown, looked.rated)
    return detect_loop(_with_ids(told, looked), before=_before(looked), looks=LOOKS)


def _before(looked: Looked) -> Ratings | None:
    """Return the live model's training ratings, where its items are among those of the logs."""
    if looked.live is None:
        return None
    train = looked.live.train_ratings
    known = train.items.known(_typed(looked.rated["item"], train.items))
    return train if known.any() else None


def _with_ids(told: Logs, looked: Looked) -> Logs:
    """Write items as the model does, so that popularity and kinds are found; one that cannot be is new to it."""
    if looked.live is None:
        return told
    items = looked.live.train_ratings.items
    tables = [table.with_columns(_typed(table["item"], items)).drop_nulls("item") for table in (told.shown, told.rated)]
    return Logs(*tables)


def _typed(ids: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    return ids.cast(pl.Int64, strict=False) if vocabulary.kind is int else ids


def _coverage(looked: Looked) -> tuple[str, ...]:
    """Say how much of the catalogue was shown to those whom a recommender served, and how unevenly."""
    shown = looked.shown.filter(pl.col("arm") != "holdout")
    if shown.height < LEAST:
        return ()
    counts = np.sort(shown.group_by("item").len()["len"].to_numpy())[::-1]
    half = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2)) + 1
    catalogue = "" if looked.live is None else f" of {looked.live.train_ratings.n_items:,}"
    return (f"{len(counts):,}{catalogue} items were shown at all; {half:,} of them make up half of what was shown.",)
