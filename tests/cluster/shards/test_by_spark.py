"""Shards by Spark: row by row what one process writes, bad rows and repeats told in the same words."""

import numpy as np
import polars as pl
import pytest

from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.reading.columns import Wanted
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import BadRowsError, DataError, MissingColumnError, OptionError, RepeatedPairError

pytest.importorskip("pyspark")
from alsoliked.cluster.shards.order import BELOW, PLACE, below, held_out, id_order, places
from alsoliked.cluster.shards.source import find_source

pytestmark = pytest.mark.cluster

LAYOUT = {"n_shards": 5, "valid_pct": 0.25, "seed": 3, "block": 200}


@pytest.fixture(scope="module")
def frame():
    """1,800 ratings of 60 readers, 36 of them given twice; times in milliseconds, many of them the same."""
    rng = np.random.default_rng(0)
    frame = planted_ratings(n_users=60, n_items=60, density=0.5, levels=range(1, 6), seed=2).ratings.to_frame()
    frame = frame.with_columns(time=pl.Series(rng.integers(1_600_000_000, 1_600_000_050, frame.height)) * 1000 + 7)
    again = frame.gather_every(50).with_columns(pl.col("rating") % 5 + 1)
    both = pl.concat([frame, again.with_columns(pl.col("time") - pl.Series(rng.integers(-1, 2, again.height)))])
    return both.rename({"user": "reader", "item": "book", "rating": "stars"}).sample(fraction=1, shuffle=True, seed=1)


@pytest.fixture(scope="module", autouse=True)
def small_parts(spark):
    """Each file is read by several tasks, as a large one is."""
    small = {"spark.sql.files.maxPartitionBytes": "16384", "spark.sql.files.openCostInBytes": "1024"}
    for name, value in small.items():
        spark.conf.set(name, value)
    yield
    for name in small:
        spark.conf.unset(name)


@pytest.fixture(scope="module")
def csv(frame, tmp_path_factory):
    """A text that gives trouble: byte-order mark, quotes, blank lines, short lines, bytes that are not UTF-8."""
    path = tmp_path_factory.mktemp("source ä") / "votes {of} all.csv"
    lines = frame.with_columns(pl.format("r{}é", "reader")).write_csv(line_terminator="\r\n").encode().split(b"\r\n")
    lines[3:3] = [b"", b'"r, quoted","7","2",1600000000000', b"r9,8", b"r9,8,\xff\xfe,1600000000000"]
    lines[900:900] = [b"r9,900,good,1600000000000", b"", b",900,3,1600000000000", b"r9,901,3,late"]
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines))
    return path


@pytest.fixture(scope="module")
def parquet(frame, tmp_path_factory):
    """A folder of three files, the first of which sorts last by size; ids as text that might be integers."""
    folder = tmp_path_factory.mktemp("parquet") / "votes"
    folder.mkdir()
    one = frame.unique(["reader", "book"], keep="first", maintain_order=True)
    one = one.with_columns(pl.col("book").cast(pl.String), pl.col("stars").cast(pl.Float32)).drop("time")
    for name, part in (("a", one.head(100)), ("b", one.slice(100, 900)), ("c", one.slice(1000))):
        part.write_parquet(folder / f"{name}.parquet", row_group_size=300)
    (folder / "read me.txt").write_text("how these came about")
    return folder


def _assert_the_same(one, other):
    told, others = one.to_dict(), other.to_dict()
    told.pop("written"), others.pop("written")  # Spark may write ids to several files
    assert told == others
    for role in ("user", "item"):
        assert pl.concat(list(one.ids(role))).equals(pl.concat(list(other.ids(role))))
    for part in ("train", "valid"):
        for shard in range(one.n_shards):
            blocks = list(zip(one.blocks(part, shard), other.blocks(part, shard), strict=True))
            assert all(mine.equals(theirs) for mine, theirs in blocks)


def test_rows_places_and_what_is_held_out_are_spark_s_own(spark):
    from pyspark.sql import functions as sql

    rows = spark.range(500).selectExpr("id * 7919 AS user", "id * id AS item")
    told = rows.select(
        "user", "item", sql.expr(PLACE), sql.expr(BELOW.format(seed=2**40)), sql.expr("md5(string(user))")
    )
    user, item, place, draw, digest = (np.array(column) for column in zip(*told.collect(), strict=True))
    assert (places(user, item) == place).all()
    assert (held_out(place, 2**40, 0.3) == (draw < below(0.3))).all()
    assert (id_order(pl.Series(user)) == np.argsort(digest)).all()


def test_a_text_with_everything_in_it(spark, csv, tmp_path):
    how = {**LAYOUT, "on_bad_rows": "drop", "on_repeat": "last"}
    seen = []
    mine = write_shards(csv, tmp_path / "one", **how)
    folder = tmp_path / "many [shards] 100%"  # neither a pattern nor an address
    theirs = write_shards(csv, folder, spark=spark, **how, progress=lambda *done: seen.append(done))
    _assert_the_same(mine, theirs)
    assert theirs == Shards.open(folder)
    assert len(theirs) == 1801  # the quoted one
    assert any("left out 5 rows" in note for note in theirs.notes)
    assert any(note.startswith("36 ratings repeated") for note in theirs.notes)
    assert any("milliseconds" in note for note in theirs.notes)
    assert (theirs.user_kind, theirs.item_kind) == ("str", "int")
    assert seen[-1] == (100, 100)
    assert seen == sorted(seen)
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "users", "items", "ratings"}


def test_parquet_files_without_times(spark, parquet, tmp_path):
    mine = write_shards(parquet, tmp_path / "one", **LAYOUT)
    _assert_the_same(mine, write_shards(parquet, tmp_path / "many", spark=spark, **LAYOUT))
    assert (mine.user_kind, mine.item_kind, mine.timestamps) == ("int", "str", False)
    assert sum(1 for _ in (tmp_path / "many" / "ratings").rglob("*.parquet")) == 10


def test_bad_rows_are_told_as_in_one_process(spark, csv, parquet, tmp_path):
    bad = pl.read_parquet(parquet / "b.parquet").with_columns(
        stars=pl.when(pl.int_range(pl.len()) % 400 == 350).then(None).otherwise("stars")
    )
    (tmp_path / "files").mkdir()
    for path in parquet.glob("*.parquet"):
        (pl.read_parquet(path) if path.name != "b.parquet" else bad).write_parquet(tmp_path / "files" / path.name)
    for source, first in ((csv, "line 6"), (tmp_path / "files", "row 451")):
        with pytest.raises(BadRowsError, match=first) as mine:
            write_shards(source, tmp_path / "s")
        with pytest.raises(BadRowsError) as theirs:
            write_shards(source, tmp_path / "s", spark=spark)
        assert str(theirs.value) == str(mine.value)
        assert theirs.value.report == mine.value.report


def test_a_table_and_repeats(spark, frame, tmp_path):
    spark.createDataFrame(frame.to_pandas()).createOrReplaceTempView("votes")
    with pytest.raises(RepeatedPairError, match="the table 'votes': 36 ratings repeat a user-item pair"):
        write_shards("table:votes", tmp_path / "s", spark=spark)
    with pytest.raises(DataError, match="ingest the ratings into it first"):
        Shards.open(tmp_path / "s")
    frame.write_parquet(tmp_path / "votes.parquet")
    how = {**LAYOUT, "on_repeat": "mean", "user": "reader"}
    mine = write_shards(tmp_path / "votes.parquet", tmp_path / "one", **how)
    _assert_the_same(mine, write_shards("table:votes", tmp_path / "s", spark=spark, **how))  # it begins again


def test_what_cannot_be_read_is_told_in_one_line(spark, csv, tmp_path):
    pl.DataFrame({"user": [1.5, 2.0], "item": [1, 2], "rating": [1, 2]}).write_parquet(tmp_path / "half.parquet")
    (tmp_path / "empty.csv").write_text("\n\n")
    (tmp_path / "header.csv").write_text("user,item,rating\n")
    (tmp_path / "zip.zip").write_bytes(b"PK\x03\x04")
    cases = [
        (tmp_path / "no.csv", {}, DataError, "no file or folder"),
        ("table:nothing", {}, DataError, "no table 'nothing'"),
        (csv, {"rating": "points"}, MissingColumnError, "no column 'points'"),
        (tmp_path / "half.parquet", {}, DataError, "half.parquet: user ids came as Float64"),
        (tmp_path / "empty.csv", {}, DataError, "empty.csv is empty"),
        (tmp_path / "header.csv", {}, DataError, "header.csv holds no ratings"),
        (tmp_path / "zip.zip", {}, OptionError, "Spark cannot read in parts"),
        (csv.parent, {}, DataError, "no MovieLens release"),
        (csv, {"n_shards": 0}, OptionError, "n_shards=0"),
    ]
    for source, options, kind, said in cases:
        with pytest.raises(kind, match=said) as caught:
            write_shards(source, tmp_path / "s", spark=spark, **options)
        assert "\n" not in str(caught.value)
    spark.createDataFrame([(1, 1, 5.0)], "user long, item long, rating double").createOrReplaceTempView("timeless")
    with pytest.raises(OptionError, match="no order and no timestamps"):
        write_shards("table:timeless", tmp_path / "s", spark=spark, on_repeat="last")


def test_a_release_is_known_by_its_files(spark, tmp_path):
    (tmp_path / "ml-100k").mkdir()
    (tmp_path / "ml-100k" / "u.data").write_text("196\t242\t3\t881250949\n")
    for folder in (tmp_path, tmp_path / "ml-100k"):
        found = find_source(spark, folder, Wanted())
        assert (found.where, found.unit, found.dialect.columns.places["timestamp"]) == ("u.data", "line", 3)
    with pytest.raises(OptionError, match="its columns are known"):
        find_source(spark, tmp_path, Wanted(user=0))
