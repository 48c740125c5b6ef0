"""What every export says of the model it came from, and the tables of ids beside its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.recommender import Recommender

__all__ = ["about_model", "item_frame", "user_frame"]


def about_model(rec: Recommender) -> dict[str, Any]:
    """Return what tells this model from another: its options, its ratings, the bundle it was read from."""
    train = rec.train_ratings
    bundle = getattr(rec, "manifest_", {}).get("sha256")
    data = {"name": train.name, "n_ratings": len(train), "fingerprint": train.fingerprint()}
    return {"model": rec.get_params(), "bundle_sha256": bundle, "ratings": data}


def user_frame(train: Ratings) -> pl.DataFrame:
    """Return columns `index`, `id` and `count`, how many training ratings there are, of all users."""
    return _frame(train.users.ids, train.counts_by_user())


def item_frame(train: Ratings) -> pl.DataFrame:
    """Return columns `index`, `id`, `title` and `count` of all items; a title is missing where none is known."""
    known = train.titles
    titles = [known[place] for place in range(train.n_items)]
    frame = _frame(train.items.ids, train.counts_by_item())
    return frame.insert_column(2, pl.Series("title", titles, dtype=pl.String))


def _frame(ids: pl.Series, counts: Any) -> pl.DataFrame:  # noqa: ANN401  numpy's integers of any width
    index = np.arange(ids.len(), dtype=np.int64)
    return pl.DataFrame({"index": index, "id": ids, "count": counts.astype(np.int64)})
