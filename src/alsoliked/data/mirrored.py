"""Mirrored: the same ratings with users and items changing places, for what is asked of items as of users."""

from __future__ import annotations

from dataclasses import replace

from alsoliked.data.ratings import Ratings

__all__ = ["mirrored"]


def mirrored(ratings: Ratings) -> Ratings:
    """Return ratings whose users are the items that were rated and whose items the users who rated them.

    The arrays are shared; the tables are left behind, since their columns say which side they are of.

    Examples
    --------
    >>> ratings = Ratings.from_columns(["ann", "ann"], ["Alien", "Fargo"], [5, 3])
    >>> list(mirrored(ratings).users)
    ['Alien', 'Fargo']
    """
    return replace(
        ratings,
        users=ratings.items,
        items=ratings.users,
        user_index=ratings.item_index,
        item_index=ratings.user_index,
        user_table=None,
        item_table=None,
        tags=None,
    )
