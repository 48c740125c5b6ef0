"""What a reader of the chapter trips over without noticing, said once, when the ratings are read."""

from __future__ import annotations

import warnings
from typing import Any

from alsoliked.chapter.classes import Classes

__all__ = ["warn_of_shared_names"]


def warn_of_shared_names(ratings: Any, item: str, others: list[str], classes: Classes) -> None:  # noqa: ANN401
    """Warn if one name in the item column stands for several ids of another column, which are then one row.

    Parameters
    ----------
    ratings
        A pandas DataFrame.
    item
        The column that items are taken from.
    others
        Columns that may hold the items' ids.
    classes
        The names in `item`.
    """
    for other in others:
        if ratings[other].nunique() < len(classes) - 1:
            continue
        pairs = ratings[[other, item]].drop_duplicates().dropna()
        if not pairs[other].is_unique:
            continue  # not ids: one of them has several names
        shared = pairs[item][pairs[item].duplicated()].unique().tolist()
        if 0 < 2 * len(shared) < len(classes) - 1:  # were it most of them, the column would hold no ids of items
            warnings.warn(
                f"{len(shared)} names in {item!r} stand for several of {other!r} (such as {shared[0]!r}): each name is"
                f" one row here, trained on all their ratings. item_name={other!r} keeps them apart.",
                stacklevel=3,
            )
            return
