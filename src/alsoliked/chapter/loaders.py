"""DataLoaders as the chapter uses them: batches of two columns, the classes of each, a look at them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.chapter.classes import Classes
from alsoliked.chapter.columns import IndexArray, column, encode, numbers
from alsoliked.chapter.lists import L
from alsoliked.chapter.shown import show
from alsoliked.errors import OptionError

__all__ = ["Batch", "DataLoader", "DataLoaders"]

Batch = tuple[Tensor, Tensor]


class DataLoader:
    """Rows dealt out as batches (x, y): x long, shape (bs, 2), a user's and an item's row; y float32, shape (bs, 1).

    Attributes
    ----------
    items
        The rows as a pandas DataFrame, users and items as rows of their tables.
    x, y
        The same as arrays, shapes (n, 2) and (n,); `y` is None where no ratings came.
    shuffle
        Whether rows come in a new order each time (those of training do), and what is left over by the last full
        batch waits for the next time.
    looking
        Where that order comes from. Training has its own: a look at a batch changes no result.
    """

    def __init__(
        self,
        items: Any,  # noqa: ANN401  a pandas DataFrame
        names: tuple[str, str, str],
        classes: Mapping[str, Classes],
        *,
        y: npt.NDArray[np.float32] | None,
        bs: int,
        shuffle: bool = False,
        seed: int = 0,
        device: str = "cpu",
    ) -> None:
        self.items, self.names, self.classes = items, names, dict(classes)
        self.x: IndexArray = items[list(names[:2])].to_numpy(dtype=np.int64)
        self.y, self.bs, self.shuffle, self.device = y, bs, shuffle, torch.device(device)
        self.looking = torch.Generator().manual_seed(seed)

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.x)

    def __len__(self) -> int:
        """How many batches there are; the last, smaller one of training is left out."""
        return self.n // min(self.bs, max(1, self.n)) if self.shuffle else -(-self.n // self.bs)

    def __iter__(self) -> Iterator[Batch]:
        order = torch.randperm(self.n, generator=self.looking) if self.shuffle else torch.arange(self.n)
        size = min(self.bs, max(1, self.n))
        for start in range(0, len(self) * size, size):
            yield self.batch(order[start : start + size].numpy())

    def one_batch(self) -> Batch:
        """Return the first batch."""
        return next(iter(self))

    def show_batch(self, max_n: int = 10) -> None:
        """Show some rows as they were read."""
        x, y = self.one_batch()
        show(self.decoded(x[:max_n], y[:max_n]))

    def decoded(self, x: Tensor, y: Tensor) -> Any:  # noqa: ANN401  a pandas DataFrame
        """Return a batch as a table of ids and ratings."""
        user, item, rating = self.names
        columns = {name: self.classes[name][x[:, place]] for place, name in enumerate((user, item))}
        ratings = y.view(-1).cpu().numpy()
        whole = self.y is not None and not (self.y % 1).any()
        return type(self.items)({**columns, rating: ratings.astype(np.int64) if whole else ratings})

    def batch(self, rows: npt.NDArray[np.integer]) -> Batch:
        """Return these rows as a batch; ratings are 0 where none came."""
        y = np.zeros(self.n, dtype=np.float32) if self.y is None else self.y
        return torch.from_numpy(self.x[rows]).to(self.device), torch.from_numpy(y[rows])[:, None].to(self.device)


class DataLoaders:
    """Training and validation rows; what is asked of it and not there is asked of the training rows.

    Attributes
    ----------
    train, valid
        The two `DataLoader`.
    classes
        By column: the ids, `#na#` first.
    path
        Where a learner saves.
    seed
        Decides the split, the order of batches, and where the built-in models start.
    """

    n_inp = 1

    def __init__(
        self, train: DataLoader, valid: DataLoader, *, path: str | os.PathLike[str] = ".", seed: int = 0
    ) -> None:
        self.train, self.valid, self.path, self.seed = train, valid, Path(path), seed
        self.loaders = [train, valid]

    def __getitem__(self, place: int) -> DataLoader:
        return self.loaders[place]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.train.n} training rows, {self.valid.n} validation rows, bs={self.bs})"

    @property
    def classes(self) -> dict[str, Classes]:
        """By column: the ids, `#na#` first."""
        return self.train.classes

    @property
    def names(self) -> tuple[str, str, str]:
        """The columns of users, items and ratings."""
        return self.train.names

    @property
    def x_names(self) -> L:
        """The columns a model sees."""
        return L(self.names[:2])

    cat_names = x_names

    @property
    def y_names(self) -> L:
        """The column a model predicts."""
        return L(self.names[2:])

    @property
    def cont_names(self) -> L:
        """Columns of numbers a model sees: none."""
        return L()

    @property
    def items(self) -> Any:  # noqa: ANN401  a pandas DataFrame
        """The training rows, users and items as rows of their tables."""
        return self.train.items

    @property
    def bs(self) -> int:
        """Ratings a batch."""
        return self.train.bs

    @property
    def device(self) -> torch.device:
        """Where batches are put."""
        return self.train.device

    def one_batch(self) -> Batch:
        """Return a batch of training rows."""
        return self.train.one_batch()

    def show_batch(self, max_n: int = 10) -> None:
        """Show some training rows as they were read."""
        self.train.show_batch(max_n)

    def test_dl(self, test_items: Any) -> DataLoader:  # noqa: ANN401  a pandas DataFrame
        """Read other rows, with or without ratings, as these are read; ids not seen here are `#na#`, with a warning."""
        user, item, rating = self.names
        rows = {name: encode(column(test_items, name), self.classes[name], name) for name in (user, item)}
        if not len(test_items):
            raise OptionError("no rows came; expected at least one pair of user and item.")
        y = numbers(test_items[rating], rating) if rating in test_items.columns else None
        return DataLoader(test_items.assign(**rows), self.names, self.classes, y=y, bs=self.bs, device=str(self.device))
