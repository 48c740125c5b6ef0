"""Lists that executors make are those of the bundle, whatever the batches in which ratings reach them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from pyspark import cloudpickle

from alsoliked.cluster.answering.catalogue import Catalogue
from alsoliked.cluster.answering.list_tasks import digest_of, lists_of_bundle, lists_of_rows
from alsoliked.cluster.answering.places import named
from alsoliked.errors import BundleError, ClusterError, OptionError
from alsoliked.recommendation.lists import ListOptions


def batches(frame, size):
    return iter(frame.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches(max_chunksize=size))


def as_frame(listed):
    return pl.from_arrow(list(listed)).sort("user", "rank")


def same(ours, expected):
    expected = expected.sort("user", "rank")
    columns = ["user", "rank", "item", "title"]
    assert ours.select(columns).equals(expected.select(columns).cast(dict(ours.select(columns).schema)))
    np.testing.assert_allclose(ours["score"], expected["score"], rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("size", "seen"), [(7, True), (100_000, False)])
def test_lists_of_rows_are_those_of_the_bundle(learned, shards, sorted_parts, size, seen):
    items = Catalogue.of(learned.rows, shards, shards.counts("item"))
    listed = lists_of_rows(SimpleNamespace(value=items), learned.rows, shards, ListOptions(6, exclude_seen=seen))
    same(as_frame(listed(batches(sorted_parts["train"], size))), learned.rec.recommend_many(n=6, exclude_seen=seen))


def test_they_are_what_brute_force_finds(learned, shards, sorted_parts):
    items = Catalogue.of(learned.rows, shards, shards.counts("item"))
    listed = lists_of_rows(SimpleNamespace(value=items), learned.rows, shards, ListOptions(3))
    found = as_frame(listed(batches(sorted_parts["train"], 50)))
    answers, train = learned.rec.fitted, learned.rec.train_ratings
    users = np.flatnonzero(train.counts_by_user())
    scores = answers.users(users)
    scores[np.searchsorted(users, train.user_index), train.item_index] = -np.inf
    best = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    assert found["item"].to_list() == train.items.decode(best.ravel()).to_list()
    assert found["user"].to_list() == np.repeat(train.users.decode(users).to_numpy(), 3).tolist()


def test_lists_of_a_bundle(learned):
    everybody = pl.DataFrame({"id": np.arange(learned.rec.train_ratings.n_users)})
    listed = as_frame(
        lists_of_bundle(str(learned.bundle), digest_of(learned.rec), ListOptions(5))(batches(everybody, 64))
    )
    same(listed, learned.rec.recommend_many(n=5))


def test_another_bundle_in_its_place_is_noticed(learned):
    with pytest.raises(BundleError, match="is not what the driver opened"):
        list(lists_of_bundle(str(learned.bundle), "another", ListOptions(5))(iter([])))


def test_items_travel_to_executors(learned, shards):
    items = Catalogue.of(learned.rows, shards, shards.counts("item"))
    arrived = cloudpickle.loads(cloudpickle.dumps(items))  # as Spark broadcasts
    np.testing.assert_array_equal(arrived.scores(learned.rows.users[:3]), items.scores(learned.rows.users[:3]))


def test_titles_are_told(learned, shards):
    titles = pl.DataFrame({"item": [0, 1, 2], "title": ["Alien", "Fargo", "Fargo"]})
    items = Catalogue.of(learned.rows, shards, shards.counts("item"), titles)
    assert items.labels[:4].to_list() == ["Alien", "Fargo [1]", "Fargo [2]", "3"]


def test_what_rows_cannot_meet_is_refused(learned, shards):
    items = Catalogue.of(learned.rows, shards, shards.counts("item"))
    lacks = "choice" if items.predicts else "rating"
    with pytest.raises(OptionError, match=f"objective='{lacks}' came; these rows order by"):
        items.check(ListOptions(objective=lacks))
    with pytest.raises(OptionError, match="n=0 came"):
        items.check(ListOptions(0))
    other = SimpleNamespace(users=learned.rows.users[1:], items=learned.rows.items, about=learned.rows.about)
    with pytest.raises(ClusterError, match="of the shards; train again"):
        Catalogue.of(other, shards, shards.counts("item"))


def test_a_place_is_named_without_its_password():
    assert named("postgresql://me:secret@host/db", "lists") == "table lists"
    assert named(Path("postgres-lists"), "lists") == "postgres-lists"  # a folder
