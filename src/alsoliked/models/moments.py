"""Moments: what the time of a rating adds to its score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alsoliked.models.factors import FloatArray, Indices

__all__ = ["Moments"]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Days and places in a history (see `alsoliked.data.clock.Clock`) as rows of one table, days first.

    A moment is a day and a turn. Its score is the sum of both rows' biases, of what each makes of user and item, and of
    what they make of each other. A prediction for no moment in particular stands for a user's own moments, on average;
    what a certain one adds is the difference from that.

    Attributes
    ----------
    bias
        float32, shape (n_days + 1 + n_turns,); the last day is one of which nothing is known.
    user_part, user_side
        float32, shapes (n_users, r) and (len(bias), r): what users and moments make of each other is their product.
    item_part, item_side
        The same for items.
    together
        float32, shape (n_days + 1, n_turns): what day and turn make of each other.
    usual, usual_side
        float32, shapes (n_users,) and (n_users, r): each user's own moments, on average: their score without the item,
        and their row in `item_side`.
    """

    bias: FloatArray
    user_part: FloatArray
    user_side: FloatArray
    item_part: FloatArray
    item_side: FloatArray
    together: FloatArray
    usual: FloatArray
    usual_side: FloatArray

    def score(self, users: Indices, items: Indices, days: Indices, turns: Indices) -> FloatArray:
        """Return what the moment adds to the score of each pair, shape (n,)."""
        places = days, turns + len(self.together)
        own = sum(self.bias[place] for place in places) + self.together[days, turns]
        of_user = sum(self.user_side[place] for place in places)
        of_item = sum(self.item_side[place] for place in places) - self.usual_side[users]
        own = own + np.einsum("nr,nr->n", self.user_part[users], of_user) - self.usual[users]
        added: FloatArray = own + np.einsum("nr,nr->n", self.item_part[items], of_item)
        return added
