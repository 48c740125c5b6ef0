"""Alignment: other ratings in the terms of a fitted model's vocabularies."""

from __future__ import annotations

from dataclasses import replace

from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError

__all__ = ["aligned"]


def aligned(ratings: Ratings, like: Ratings) -> tuple[Ratings, int]:
    """Index ratings by another's vocabularies; what neither knows is left out and counted.

    Returns
    -------
    tuple
        The ratings of known users for known items, and how many others were left out.

    Raises
    ------
    DataError
        If none is left.

    Examples
    --------
    >>> mine = Ratings.from_columns(["ann", "bob"], ["Alien", "Fargo"], [5, 3])
    >>> new, left_out = aligned(Ratings.from_columns(["ann", "eve"], ["Fargo", "Fargo"], [4, 1]), mine)
    >>> new.item_index, left_out
    (array([1], dtype=int32), 1)
    """
    users, items = ratings.users.decode(ratings.user_index), ratings.items.decode(ratings.item_index)
    known = like.users.known(users) & like.items.known(items)
    if not known.any():
        raise DataError(
            f"none of the {len(ratings)} ratings is by a user and of an item the model knows; expected ids such as user"
            f" {like.users[0]!r} and item {like.items[0]!r}."
        )
    kept = replace(
        like,
        user_index=like.users.encode(users.filter(known)),
        item_index=like.items.encode(items.filter(known)),
        rating=ratings.rating[known],
        timestamp=None if ratings.timestamp is None else ratings.timestamp[known],
        name=ratings.name,
    )
    return kept, int((~known).sum())
