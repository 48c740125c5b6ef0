"""CollabDataLoaders: from a table of ratings to training and validation rows."""

from __future__ import annotations

import os
from typing import Any

import torch

from alsoliked.chapter.columns import classes_of, column, encode, numbers
from alsoliked.chapter.loaders import DataLoader, DataLoaders
from alsoliked.chapter.optional import pd
from alsoliked.chapter.traps import warn_of_shared_names
from alsoliked.errors import OptionError
from alsoliked.models.options import check_whole

__all__ = ["CollabDataLoaders"]


class CollabDataLoaders(DataLoaders):
    """Training and validation rows of a table of ratings; make them with `from_df` or `from_csv`."""

    @classmethod
    def from_df(
        cls,
        ratings: Any,  # noqa: ANN401  a pandas DataFrame
        valid_pct: float = 0.2,
        user_name: str | None = None,
        item_name: str | None = None,
        *,
        rating_name: str | None = None,
        seed: int | None = None,
        path: str | os.PathLike[str] = ".",
        bs: int = 64,
        device: str = "cpu",
    ) -> CollabDataLoaders:
        """Split a table of ratings and find the classes of its users and items.

        Parameters
        ----------
        ratings
            A pandas DataFrame, one row a rating. It is not changed.
        valid_pct
            Share of the rows held out at random.
        user_name, item_name, rating_name
            Its columns; by default the first, the second and the third.
        seed
            Decides the split: the same rows as with the chapter's library and the same seed. None: the seed that
            `set_seed` or `torch.manual_seed` set last.
        path
            Where a learner saves.
        bs
            Ratings a batch. Rows left over by the last full training batch wait for the next epoch.
        device
            Where batches are put and a learner trains: ``"cpu"``, ``"cuda"`` …

        Raises
        ------
        OptionError
            If a part would be empty.
        MissingColumnError
            If a column is not there.
        DataError
            If ids mix text and numbers, or a rating is no number.

        Examples
        --------
        >>> table = pd.DataFrame({"user": [7, 7, 9, 9], "title": ["Alien", "Fargo", "Alien", "Brazil"], "stars": 4})
        >>> dls = CollabDataLoaders.from_df(table, valid_pct=0.25, bs=2, seed=1)
        >>> dls.classes
        {'user': (#3) ['#na#',7,9], 'title': (#4) ['#na#','Alien','Brazil','Fargo']}
        >>> x, y = dls.one_batch()
        >>> x.shape, y.shape
        (torch.Size([2, 2]), torch.Size([2, 1]))
        """
        names = _names(ratings, user_name, item_name, rating_name)
        user, item, rating = names
        check_whole("bs", bs)
        classes = {name: classes_of(column(ratings, name), name) for name in (user, item)}
        y = numbers(column(ratings, rating), rating)
        n_valid = int(valid_pct * len(y)) if 0 < valid_pct < 1 else 0
        if not 0 < n_valid < len(y):
            raise OptionError(
                f"valid_pct={valid_pct} of {len(y)} rows came, expected a share that leaves both parts rows."
            )
        others = [name for name in ratings.columns if name not in names]
        warn_of_shared_names(ratings, item, others, classes[item])
        rows = ratings.assign(**{name: encode(ratings[name], classes[name], name) for name in (user, item)})
        seed = torch.initial_seed() if seed is None else seed
        order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed)).numpy()
        train, valid = order[n_valid:], order[:n_valid]
        return cls(
            DataLoader(rows.iloc[train], names, classes, y=y[train], bs=bs, shuffle=True, seed=seed, device=device),
            DataLoader(rows.iloc[valid], names, classes, y=y[valid], bs=bs, seed=seed, device=device),
            path=path,
            seed=seed,
        )

    @classmethod
    def from_csv(
        cls,
        csv: str | os.PathLike[str],
        valid_pct: float = 0.2,
        user_name: str | None = None,
        item_name: str | None = None,
        *,
        rating_name: str | None = None,
        seed: int | None = None,
        path: str | os.PathLike[str] = ".",
        bs: int = 64,
        device: str = "cpu",
    ) -> CollabDataLoaders:
        """Read a CSV file with pandas, then as `from_df`."""
        table = pd.read_csv(csv)
        return cls.from_df(
            table, valid_pct, user_name, item_name, rating_name=rating_name, seed=seed, path=path, bs=bs, device=device
        )


def _names(ratings: Any, user: str | None, item: str | None, rating: str | None) -> tuple[str, str, str]:  # noqa: ANN401
    given = (user, item, rating)
    there = list(getattr(ratings, "columns", []))
    if len(there) < 3 and None in given:
        raise OptionError(f"a table with columns {there} came, expected users, items and ratings in three columns.")
    names = tuple(there[place] if name is None else name for place, name in enumerate(given))
    if len(set(names)) < 3:
        raise OptionError(f"user, item and rating are columns {names}; expected three different ones.")
    return names[0], names[1], names[2]
