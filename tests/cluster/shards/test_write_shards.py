"""Shards in one process: nothing is lost, moved or told wrong, and what is not whole is not there."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.shards.order import held_out, id_order, places
from alsoliked.data.ratings import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import BadRowsError, DataError, MissingColumnError, OptionError

PARTS = ("train", "valid")


@pytest.fixture(scope="module")
def ratings():
    planted = planted_ratings(n_users=150, n_items=60, levels=[0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5], seed=3).ratings
    frame = planted.to_frame().with_columns(user=pl.format("reader {}", "user"), timestamp=pl.int_range(pl.len()))
    return Ratings.from_columns(frame["user"], frame["item"], frame["rating"], frame["timestamp"], name="club")


@pytest.fixture(scope="module")
def folder(ratings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards") / "whole"
    write_shards(ratings, folder, n_shards=7, valid_pct=0.25, seed=4, block=100)
    return folder


def _rows(shards, part, shard):
    return pl.concat(list(shards.blocks(part, shard)))


def test_the_parts_together_are_the_ratings_and_share_nothing(ratings, folder):
    shards = Shards.open(folder)
    both = pl.concat([shards.ratings(part).to_frame() for part in PARTS])
    assert both.sort("user", "item").equals(ratings.to_frame().sort("user", "item"))
    assert len(shards) == len(ratings)


def test_what_the_manifest_says_is_so(ratings, folder):
    shards = Shards.open(folder)
    train = shards.ratings()
    assert (shards.n_users, shards.n_items, shards.name) == (150, 60, "club")
    assert (shards.user_kind, shards.item_kind, shards.timestamps) == ("str", "int", True)
    assert (shards.rating_scale, shards.levels) == (ratings.rating_scale, ratings.levels)
    assert shards.mean == pytest.approx(train.mean)
    assert shards.spread == pytest.approx(train.rating.std(dtype=np.float64))
    for part in PARTS:
        assert shards.sizes[part] == tuple(_rows(shards, part, shard).height for shard in range(7))
        assert [len(shards.files(part, shard)) for shard in range(7)] == [1] * 7
    assert 0.2 < len(shards.ratings("valid")) / len(shards) < 0.3


def test_blocks_have_the_size_that_was_asked_for_and_lie_in_the_order_of_places(folder):
    shards = Shards.open(folder)
    for shard in range(7):
        heights = [block.height for block in shards.blocks("train", shard)]
        assert set(heights[:-1]) == {100}
        assert heights[-1] <= 100
        frame = _rows(shards, "train", shard)
        place = places(frame["user"].to_numpy(), frame["item"].to_numpy())
        assert (place % 7 == shard).all()
        assert (np.diff(place) > 0).all()


def test_rows_are_ids_in_the_order_of_their_hash(ratings, folder):
    ids = pl.concat(list(Shards.open(folder).ids("user")))
    assert ids.equals(ratings.users.ids.gather(id_order(ratings.users.ids)))
    assert not ids.is_sorted()


def test_counts_are_those_of_training_by_row(folder):
    shards = Shards.open(folder)
    train = shards.ratings()
    ids = pl.concat(list(shards.ids("item"))).to_list()
    counts = dict(zip(train.items.ids.to_list(), train.counts_by_item().tolist(), strict=True))
    assert shards.counts("item").tolist() == [counts[value] for value in ids]
    assert shards.counts("user").sum() == len(train)


def test_the_order_in_which_ratings_came_changes_nothing(ratings, folder, tmp_path):
    other = write_shards(
        ratings.take(np.arange(len(ratings))[::-1]), tmp_path / "s", n_shards=7, valid_pct=0.25, seed=4, block=100
    )
    assert other.written == Shards.open(folder).written
    assert all((tmp_path / "s" / name).read_bytes() == (folder / name).read_bytes() for name in other.written)


def test_every_option_changes_the_files(ratings, folder, tmp_path):
    said = {"n_shards": 7, "valid_pct": 0.25, "seed": 4, "block": 100}
    base = Shards.open(folder)
    for name, value in {"n_shards": 8, "valid_pct": 0.5, "seed": 5, "block": 50}.items():
        other = write_shards(ratings, tmp_path / name, **{**said, name: value})
        assert getattr(other, name) == value
        assert other.written != base.written


def test_more_held_out_holds_out_the_same_and_more():
    place = places(np.arange(20_000), np.arange(20_000)[::-1].copy())
    few, many = held_out(place, 1, 0.1), held_out(place, 1, 0.4)
    assert (many | ~few).all()
    assert few.mean() == pytest.approx(0.1, abs=0.01)
    assert many.mean() == pytest.approx(0.4, abs=0.01)
    assert not held_out(place, 1, 0.0).any()
    assert 0.1 < held_out(place, 2, 0.4)[many].mean() < 0.7  # another seed draws afresh


def test_nothing_held_out_leaves_the_valid_part_empty(ratings, tmp_path):
    shards = write_shards(ratings, tmp_path / "s", valid_pct=0)
    assert sum(shards.sizes["valid"]) == 0
    assert shards.files("valid", 0) == []
    with pytest.raises(DataError, match="valid_pct above 0"):
        shards.ratings("valid")


def test_fewer_ratings_than_shards(tmp_path):
    shards = write_shards(Ratings.from_columns([1, 2], [1, 1], [3, 4]), tmp_path / "s", n_shards=9, valid_pct=0)
    assert sorted(shards.sizes["train"])[-3:] in ([0, 1, 1], [0, 0, 2])
    assert shards.ratings().to_frame().height == 2


def test_older_shards_make_room_and_other_folders_are_refused(ratings, tmp_path):
    write_shards(ratings, tmp_path / "s", n_shards=3)
    assert write_shards(ratings, tmp_path / "s", n_shards=2) == Shards.open(tmp_path / "s")
    assert {path.name for path in (tmp_path / "s" / "ratings" / "part=train").iterdir()} == {"shard=00", "shard=01"}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(OptionError, match="holds something that ingest did not write"):
        write_shards(ratings, tmp_path / "mine")
    (tmp_path / "mine" / "thesis.txt").rename(tmp_path / "mine" / "users")
    with pytest.raises(OptionError, match="holds something"):
        write_shards(ratings, tmp_path / "mine")


def test_a_killed_ingest_is_not_there_and_the_next_starts_over(ratings, tmp_path):
    write_shards(ratings, tmp_path / "s", n_shards=3)
    ratings.to_frame().write_csv(tmp_path / "r.csv")
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "r.csv", tmp_path / "s"], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(DataError, match="ingest the ratings into it first"):
        Shards.open(tmp_path / "s")
    assert (tmp_path / "s" / "unfinished").exists()
    write_shards(ratings, tmp_path / "s", n_shards=3)
    assert len(Shards.open(tmp_path / "s")) == len(ratings)
    assert not (tmp_path / "s" / "unfinished").exists()


KILLED = """
import os, signal, sys
from alsoliked.cluster.shards.local import write_shards
write_shards(sys.argv[1], sys.argv[2], progress=lambda done, total: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda f: (f / "manifest.json").unlink(), "not all written"),
        (lambda f: (f / "manifest.json").write_text("{"), "cannot be read"),
        (lambda f: (f / "manifest.json").write_text('{"a": 1}'), "not a manifest of shards"),
        (lambda f: _edit(f, version=2), "of version 2, expected 1"),
        (lambda f: _edit(f, n_users=None), "does not say 'n_users'"),
        (lambda f: next(f.glob("ratings/part=train/shard=02/*")).unlink(), "shard=02/ratings.parquet is missing"),
        (lambda f: os.truncate(next(f.glob("users/*")), 90), "has 90 bytes, not"),
    ],
)
def test_what_is_not_whole_is_refused_in_one_line(ratings, tmp_path, harm, said):
    write_shards(ratings, tmp_path / "s", n_shards=3)
    harm(tmp_path / "s")
    with pytest.raises(DataError, match=said) as caught:
        Shards.open(tmp_path / "s")
    assert "\n" not in str(caught.value)


def _edit(folder, **changes):
    told = json.loads((folder / "manifest.json").read_text()) | changes
    (folder / "manifest.json").write_text(json.dumps({k: v for k, v in told.items() if v is not None}))


def test_no_folder_and_no_shards(tmp_path):
    with pytest.raises(DataError, match="is not there"):
        Shards.open(tmp_path / "no")
    with pytest.raises(DataError, match="is no folder of shards"):
        Shards.open(tmp_path)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"n_shards": 0}, "n_shards=0 came"),
        ({"n_shards": 2.5}, "n_shards=2.5 came"),
        ({"block": 0}, "block=0 came"),
        ({"valid_pct": 1}, "valid_pct=1 came"),
        ({"valid_pct": -0.1}, "valid_pct=-0.1 came"),
        ({"seed": -1}, "seed=-1 came"),
        ({"user": "u"}, "have their columns"),
        ({"on_repeat": "mean"}, "have their columns"),
    ],
)
def test_options_that_do_not_fit(ratings, tmp_path, option, said):
    with pytest.raises(OptionError, match=said):
        write_shards(ratings, tmp_path / "s", **option)
    assert not (tmp_path / "s").exists()


def test_a_source_is_read_as_anywhere(ratings, tmp_path):
    frame = ratings.to_frame().rename({"user": "reader", "item": "book"})
    (tmp_path / "many").mkdir()
    frame.head(1000).write_parquet(tmp_path / "many" / "a.parquet")
    frame.slice(1000).write_parquet(tmp_path / "many" / "b.parquet")
    (tmp_path / "many" / "_SUCCESS").touch()  # what Spark leaves beside its files
    (tmp_path / "many" / ".b.parquet.crc").write_bytes(b"crc")
    seen = []
    shards = write_shards(tmp_path / "many", tmp_path / "s", progress=lambda done, total: seen.append((done, total)))
    assert len(shards) == len(ratings)
    assert shards.notes == ("read column 'reader' as user", "read column 'book' as item")
    assert seen[-1][0] == seen[-1][1] > 0
    (tmp_path / "bad.csv").write_text("user,item,rating\n1,2,good\n1,3,4\n")
    with pytest.raises(BadRowsError, match="line 2"):
        write_shards(tmp_path / "bad.csv", tmp_path / "s")
    with pytest.raises(MissingColumnError):
        write_shards(tmp_path / "many", tmp_path / "s", rating="points")
    with pytest.raises(DataError, match="no file or folder"):
        write_shards(tmp_path / "nowhere.csv", tmp_path / "s")
