"""Age: how old the live model is, and whether it should be trained again."""

from __future__ import annotations

import polars as pl

from alsoliked.serving.monitoring.looking import Looked
from alsoliked.serving.monitoring.monitor import DAY, Monitor

__all__ = ["OLD", "age_monitor"]

OLD = 30.0  # days
NEW = 0.1  # of the training ratings that came since
TITLE = "Age of the model"


def age_monitor(looked: Looked) -> Monitor:
    """Return the live model's age and what came since.

    Columns `model`, `days` since it was let in, `trained_on` (ratings), `said_since` (pairs of user and item),
    `share` (of these to those), `retrained` (days since a retraining last ended well; null: never).
    """
    schema = {
        "model": pl.String,
        "days": pl.Float64,
        "trained_on": pl.Int64,
        "said_since": pl.Int64,
        "share": pl.Float64,
    }
    if looked.live is None or looked.live_at is None:
        empty = pl.DataFrame(schema={**schema, "retrained": pl.Float64})
        why = "No model is live." if looked.model is None else f"{looked.model} is live, and cannot be loaded."
        return Monitor("age", TITLE, (why,), True, empty)
    days = (looked.until - looked.live_at) / DAY
    n = len(looked.live.train_ratings)
    share = looked.said_since / max(1, n)
    trained = None if looked.retrained is None else (looked.until - looked.retrained.updated_at) / DAY
    row = (looked.model, days, n, looked.said_since, share, trained)
    table = pl.DataFrame([row], {**schema, "retrained": pl.Float64}, orient="row")
    words = [f"{looked.model} was let in {_ago(days)} and trained on {n:,} ratings; {looked.said_since:,} came since."]
    due = days > OLD or share > NEW
    if due:
        why = f"it is older than {OLD:.0f} days" if days > OLD else f"what came since is {share:.0%} of what it knows"
        words.append(f"Retraining is due: {why}; run alsoliked retrain.")
    if trained is not None and trained < days:
        words.append(f"A retraining ended {_ago(trained)}; its model is not live yet.")
    return Monitor("age", TITLE, tuple(words), due, table)


def _ago(days: float) -> str:
    if days >= 2:
        return f"{days:.0f} days ago"
    return f"{days * 24:.0f} hours ago" if days * 24 >= 2 else f"{max(2, round(days * 1440))} minutes ago"
