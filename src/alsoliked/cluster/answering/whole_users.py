"""Whole users out of ratings that come in batches, sorted by user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from alsoliked.data.grouped import Grouped

__all__ = ["Indices", "grouped_by_user", "whole_users"]

Indices = npt.NDArray[np.int64]


def whole_users(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Cut a stream with a column `user`, sorted by it, so that no user's ratings lie in two tables.

    What is held is a batch and the ratings of one user.

    Examples
    --------
    >>> batches = [pa.RecordBatch.from_pydict({"user": users}) for users in ([1, 1, 2], [2], [2, 3])]
    >>> [table.column("user").to_pylist() for table in whole_users(batches)]
    [[1, 1], [2, 2, 2], [3]]
    """
    held: list[pa.RecordBatch] = []  # the last user so far, of whom there may be more
    for batch in batches:
        if not batch.num_rows:
            continue
        users = batch.column("user").to_numpy()
        if held and users[0] != held[-1].column("user")[0].as_py():
            yield pa.Table.from_batches(held)
            held = []
        last = int(np.searchsorted(users, users[-1]))  # where the last user begins
        if last:
            yield pa.Table.from_batches([*held, batch.slice(0, last)])
            held = []
        held.append(batch.slice(last))
    if held:
        yield pa.Table.from_batches(held)


def grouped_by_user(table: pa.Table) -> tuple[Indices, Grouped]:
    """Return the rows of the users, ascending, and what each of them rated, from columns `user`, `item`, `rating`.

    Examples
    --------
    >>> table = pa.table({"user": [3, 3, 8], "item": [1, 4, 0], "rating": pa.array([5, 3, 4], pa.float32())})
    >>> users, rated = grouped_by_user(table)
    >>> users, rated.row(0)[0]
    (array([3, 8]), array([1, 4], dtype=int32))
    """
    users, first = np.unique(table.column("user").to_numpy(), return_index=True)
    start = np.append(first, table.num_rows).astype(np.int64)
    items = table.column("item").to_numpy().astype(np.int32)
    return users.astype(np.int64), Grouped(start, items, table.column("rating").to_numpy().astype(np.float32))
