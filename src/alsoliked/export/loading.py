"""Loading: vectors, titles and what was rated into new tables of PostgreSQL, by COPY."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from polars import Series

from alsoliked.data.ratings import Ratings
from alsoliked.export.about import item_frame
from alsoliked.export.tables import Tables
from alsoliked.export.vectors import ListVectors
from alsoliked.extra import Foreign, extra
from alsoliked.models.factors import FloatArray

__all__ = ["load_about", "load_seen", "load_vectors"]

BLOCK = 10_000  # rows that stand in memory as Python's numbers


def load_vectors(
    connection: Foreign, tables: Tables, train: Ratings, vectors: ListVectors, *, connectivity: int, expansion: int
) -> None:
    """Write users and items with their vectors, and the index of the items."""
    kind, items = _kind(train.users.ids), item_frame(train)
    columns = [f"id {kind} PRIMARY KEY", "count integer NOT NULL", f"vector vector({vectors.length}) NOT NULL"]
    _create(connection, tables, "users", columns)
    rows = zip(train.users.ids.to_list(), train.counts_by_user().tolist(), _texts(vectors.users), strict=True)
    _copy(connection, tables, "users", rows)
    columns = [f"id {_kind(train.items.ids)} PRIMARY KEY", "title text", *columns[1:]]
    _create(connection, tables, "items", columns)
    named = (items["id"].to_list(), items["title"].to_list(), items["count"].to_list())
    _copy(connection, tables, "items", zip(*named, _texts(vectors.items), strict=True))
    order = "CREATE INDEX ON {} USING hnsw (vector vector_ip_ops) WITH (m = {}, ef_construction = {})"
    connection.execute(_on(tables, "items", order, connectivity, 2 * expansion))
    for part in ("users", "items"):
        connection.execute(_on(tables, part, "ANALYZE {}"))


def load_seen(connection: Foreign, tables: Tables, train: Ratings) -> None:
    """Write who rated what in training."""
    kinds = _kind(train.users.ids), _kind(train.items.ids)
    columns = [f"user_id {kinds[0]}", f"item_id {kinds[1]}", "PRIMARY KEY (user_id, item_id)"]
    _create(connection, tables, "seen", columns)
    _copy(connection, tables, "seen", _pairs(train))
    connection.execute(_on(tables, "seen", "ANALYZE {}"))


def load_about(connection: Foreign, tables: Tables, about: Mapping[str, Any]) -> None:
    """Write the one line that says what the tables hold."""
    _create(connection, tables, "about", ["about jsonb NOT NULL"])
    connection.execute(_on(tables, "about", "INSERT INTO {} VALUES (%s)"), [json.dumps(about)])


def _kind(ids: Series) -> str:
    return "bigint" if ids.dtype.is_integer() else "text"


def _create(connection: Foreign, tables: Tables, part: str, columns: Sequence[str]) -> None:
    connection.execute(_on(tables, part, f"CREATE TABLE {{}} ({', '.join(columns)})"))


def _copy(connection: Foreign, tables: Tables, part: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(_on(tables, part, "COPY {} FROM STDIN")) as copy:
        for row in rows:
            copy.write_row(row)


def _on(tables: Tables, part: str, order: str, *numbers: int) -> Foreign:
    sql = extra("psycopg.sql", "writing to PostgreSQL")
    return sql.SQL(order).format(tables.named(part, new=True), *map(sql.Literal, numbers))


def _texts(vectors: FloatArray) -> Iterator[str]:
    """Write vectors as pgvector reads them; nine digits tell each float32 from the next."""
    for start in range(0, len(vectors), BLOCK):
        for row in vectors[start : start + BLOCK].tolist():
            yield f"[{','.join(f'{value:.9g}' for value in row)}]"


def _pairs(train: Ratings) -> Iterator[tuple[Any, Any]]:
    for start in range(0, len(train), BLOCK):
        part = slice(start, start + BLOCK)
        users, items = np.asarray(train.user_index[part]), np.asarray(train.item_index[part])
        yield from zip(train.users.decode(users).to_list(), train.items.decode(items).to_list(), strict=True)
