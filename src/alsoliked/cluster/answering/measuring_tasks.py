"""Measures by the executors: of ratings sorted by user, or of a bundle that every executor opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from alsoliked.cluster.answering.contenders import BASELINES, Baselines, Contender, OfBundle, OfRows
from alsoliked.cluster.answering.judged import Judged
from alsoliked.cluster.answering.list_tasks import Batches, batches_of, opened
from alsoliked.cluster.answering.summed import Question, Sums
from alsoliked.cluster.answering.whole_users import Indices, grouped_by_user, whole_users
from alsoliked.cluster.rows import Rows
from alsoliked.data.grouped import Grouped
from alsoliked.data.vocabulary import IndexArray
from alsoliked.models.factors import FloatArray
from alsoliked.recommender import Recommender

__all__ = ["measures_of_bundle", "measures_of_rows"]

Broadcast: TypeAlias = Any  # pyspark's own class


def measures_of_rows(sent: Broadcast, rows: Rows, usual: FloatArray, name: str) -> Callable[[Batches], Batches]:
    """Return what sums up ratings sorted by user: columns `user`, `item` (rows), `rating`, `held_out`."""
    folder = rows.folder

    def measured(batches: Batches) -> Batches:
        items, baselines, question = sent.value
        subject = OfRows(items, Rows.open(folder).users, usual)
        some = (_judged(table, items.place, question.relevant_from) for table in whole_users(batches))
        yield from _summed(some, name, subject, baselines, question)

    return measured


def measures_of_bundle(sent: Broadcast, bundle: str, digest: str) -> Callable[[Batches], Batches]:
    """Return what sums up indices of users: a column `id`."""

    def measured(batches: Batches) -> Batches:
        baselines, question = sent.value
        rec = opened(bundle, digest)
        some = _of_bundle(rec, batches, question.relevant_from)
        yield from _summed(some, rec.name, OfBundle(rec), baselines, question)

    return measured


def _summed(
    some: Iterator[Judged | None], name: str, subject: Contender, baselines: Baselines, question: Question
) -> Batches:
    sums = Sums(question)
    for judged in some:
        if judged is None:
            continue
        sums.add_users(judged)
        _add(sums, name, judged, subject.predict(judged), subject.lists(judged, question.k))
        for other in (other for other in BASELINES if other != name):
            _add(sums, other, judged, baselines.predict(other, judged), baselines.lists(other, judged, question.k))
    yield from batches_of(sums.lines())


def _add(sums: Sums, name: str, judged: Judged, predicted: FloatArray | None, lists: IndexArray | None) -> None:
    if predicted is not None:
        sums.add_ratings(name, judged, predicted)
    if lists is not None and len(judged.ranked):
        sums.add_lists(name, judged, lists)


def _judged(table: pa.Table, place: Indices, relevant_from: float) -> Judged | None:
    """Return the users of a table who have held-out ratings; items by index."""
    held_out = table.filter(table.column("held_out"))
    if not held_out.num_rows:
        return None
    users, valid = grouped_by_user(held_out)
    learned = table.filter(pc.invert(table.column("held_out")))
    trained, train = grouped_by_user(learned)
    train = _of_users(train, trained, users)
    return Judged(users, _by_index(train, place), _by_index(valid, place), relevant_from)


def _of_users(rated: Grouped, whose: Indices, users: Indices) -> Grouped:
    """Return what each of these users rated; nothing for those that `whose` lacks."""
    kept = np.isin(whose, users)
    part = rated.take(np.flatnonzero(kept))
    size = np.zeros(len(users), np.int64)
    size[np.searchsorted(users, whose[kept])] = np.diff(part.start)
    return Grouped(np.concatenate([[0], np.cumsum(size)]), part.other, part.rating)


def _by_index(rated: Grouped, place: Indices) -> Grouped:
    return Grouped(rated.start, place[rated.other].astype(np.int32), rated.rating)


def _of_bundle(rec: Recommender, batches: Batches, relevant_from: float) -> Iterator[Judged]:
    held_out = held_out_by_user(rec)
    train = rec.fitted.by_user
    for batch in batches:
        users: Indices = batch.column("id").to_numpy()
        users = users[np.diff(held_out.start)[users] > 0]
        if len(users):
            yield Judged(users, train.take(users), held_out.take(users), relevant_from)


@lru_cache(maxsize=1)
def held_out_by_user(rec: Recommender) -> Grouped:
    """Return what is held out of each user beside a bundle."""
    held_out = rec.held_out_
    assert held_out is not None  # noqa: S101  the driver has looked
    return held_out.by_user()
