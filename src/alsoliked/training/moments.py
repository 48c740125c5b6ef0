"""Moments: what a network that takes columns of a rating's time is told of each rating."""

from __future__ import annotations

from torch import nn

from alsoliked.data.columns import Encoded
from alsoliked.data.moment_columns import first_times, moment_table
from alsoliked.data.ratings import Ratings
from alsoliked.models.neural import CollabNN

__all__ = ["told_moments"]


def told_moments(model: nn.Module, ratings: Ratings, train: Ratings) -> Encoded | None:
    """Encode the times of ratings; None for a model that takes no notice of them, or where they are not known."""
    if not isinstance(model, CollabNN) or model.moments is None or ratings.timestamp is None:
        return None
    table = moment_table(first_times(train), ratings.user_index, ratings.timestamp)
    return model.moments.columns.encode(table)
