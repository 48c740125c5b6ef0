"""The section on recommendations: what a few users get, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from alsoliked.report.page import Block, Section, Table, Words

if TYPE_CHECKING:
    from alsoliked.data.vocabulary import Id
    from alsoliked.recommender import Recommender

__all__ = ["lists_section", "typical_users"]


def typical_users(rec: Recommender) -> list[Id]:
    """Choose three: one of the least active quarter, one in the middle, the most active.

    Examples
    --------
    >>> from alsoliked import Ratings, Recommender
    >>> few = Ratings.from_columns([1, 2, 2, 3, 3, 3], [1, 1, 2, 1, 2, 3], [3, 4, 5, 3, 2, 1])
    >>> typical_users(Recommender("popular").fit(few))
    [1, 2, 3]
    """
    count = rec.train_ratings.counts_by_user()
    order = np.argsort(count, kind="stable")
    order = order[count[order] > 0]
    places = dict.fromkeys(int(order[round(share * (len(order) - 1))]) for share in (0.1, 0.5, 1.0))
    return [rec.train_ratings.users[place] for place in places]


def lists_section(rec: Recommender, users: Sequence[Id] | None, n: int) -> Section | None:
    """Show what each user liked and gets, and why the first; None where nobody is named and nothing is ordered."""
    if users is None:
        users = typical_users(rec) if rec.fitted.ordered else ()
    blocks: list[Block | tuple[Block, ...]] = []
    for user in users:
        listed = _listed(rec, user, n)
        blocks.append((_own(rec, user, n), listed))
        blocks += _why(rec, user)
    lead = (
        "A few users: what they rated highest, what they are shown, and which of their ratings moved the first place."
    )
    return Section("lists", "What people get", lead, blocks) if blocks else None


def _own(rec: Recommender, user: Id, n: int) -> Table:
    train = rec.train_ratings
    mine = train.user_index == train.users.index(user)
    items, titles = train.item_index[mine], train.titles
    frame = pl.DataFrame(
        {
            "title": [titles.label(int(item)) for item in items],
            "rating": train.rating[mine].astype(np.float64),
            "count": train.counts_by_item()[items],
        }
    ).sort("rating", "count", descending=True, maintain_order=True)
    digits = 0 if train.levels is not None and all(level == int(level) for level in train.levels) else 1
    shown = f"the highest {n} of {len(frame):,}" if len(frame) > n else f"all {len(frame)}"
    caption = f"User {user}: own ratings, {shown}"
    return Table.of(frame.head(n), caption, {"title": "item", "rating": "gave"}, digits=digits)


def _listed(rec: Recommender, user: Id, n: int) -> Table:
    ranked = rec.recommend(user, n=n)
    heads = (
        {"rank": "", "title": "item"}
        | ({} if ranked.ratings is None else {"rating": "predicted"})
        | {"count": "ratings"}
    )
    return Table.of(ranked.to_frame(), f"User {user}: recommended", heads)


def _why(rec: Recommender, user: Id) -> list[Block]:
    ranked = rec.recommend(user, n=1)
    if ranked.ratings is None or not len(ranked):
        return []
    found = rec.explain(user, ranked.items[0])
    moved = [
        f"the {row['rating']:g} for {row['title']} ({row['moved']:+.2f})"
        for row in found.moved.head(3).iter_rows(named=True)
    ]
    return [Words([f"Why {found.title}: predicted {found.predicted:.2f}; what moved it most is {', '.join(moved)}."])]
