"""read_sql: ratings in from a query, whatever the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.data.reading.columns import Column, Wanted, recognise
from alsoliked.data.reading.frames import typed_series
from alsoliked.data.reading.intake import Intake, OnBadRows, OnRepeat, Rules
from alsoliked.data.reading.opened import Progress
from alsoliked.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from sqlalchemy import URL, CursorResult

__all__ = ["read_sql"]

BATCH = 100_000  # rows that are fetched at once


def read_sql(
    query: str,
    url: str,
    *,
    user: Column = None,
    item: Column = None,
    rating: Column = None,
    timestamp: Column | Literal[False] = None,
    on_bad_rows: OnBadRows = "raise",
    on_repeat: OnRepeat = "raise",
    name: str | None = None,
    progress: Progress | None = None,
) -> Ratings:
    """Read ratings from a database; rows come in batches, so memory does not grow with what the server sends.

    The database is reached through SQLAlchemy rather than a driver or ADBC: it is one library for reading ratings
    here and for whatever keeps tables beside a model, it speaks to any database that has a dialect (SQLite and
    PostgreSQL come with ``alsoliked[sql]``), and at the price of a rating a microsecond or two the query, not the
    library, is what takes the time.

    Parameters
    ----------
    query
        A SELECT statement; run in a transaction that is never committed.
    url
        Where the database is: ``"sqlite:///ratings.db"``, ``"postgresql://user:password@host/database"``, or any
        SQLAlchemy URL.
    user, item, rating, timestamp, on_bad_rows, on_repeat, name
        As in `read_ratings`. Ids keep their SQL type: integers stay integers, text stays text, UUIDs become text.
    progress
        Called with the rows read so far and 0, since their number is not known before the end.

    Raises
    ------
    MissingExtraError
        If SQLAlchemy or the driver of the database is not installed.
    DataError
        If the database cannot be reached or refuses the query; and as `read_ratings`.

    Examples
    --------
    >>> import pathlib, sqlite3, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "shop.db")
    ...     with sqlite3.connect(path) as shop:
    ...         _ = shop.execute("CREATE TABLE votes (reader TEXT, book INTEGER, stars REAL)")
    ...         _ = shop.execute("INSERT INTO votes VALUES ('ann', 7, 4.5), ('bob', 7, 3)")
    ...     shop.close()
    ...     read_sql("SELECT * FROM votes", f"sqlite:///{path}")
    Ratings(2 users, 1 items, 2 ratings, 3..4.5, 100.0% full)
    """
    wanted, rules = Wanted(user, item, rating, timestamp), Rules(on_bad_rows, on_repeat)
    with _running(query, url) as result:
        columns = recognise(list(result.keys()), wanted, "the query")
        intake = Intake("the query", "row", text_ids=False)
        done = 0
        for rows in result.partitions(BATCH):
            intake.add(_frame(rows, columns.places, done))
            done += len(rows)
            if progress is not None:
                progress(done, 0)
    return intake.finish(rules, name or "query", columns.notes)


def _frame(rows: Sequence[Sequence[Any]], places: dict[str, int], done: int) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True))
    data = {"place": pl.int_range(done + 1, done + 1 + len(rows), dtype=pl.Int64, eager=True)}
    for role, place in places.items():
        data[role] = typed_series(list(columns[place]), role, f"the query's {role} column")
    return pl.DataFrame(data)


@contextmanager
def _running(query: str, url: str) -> Iterator[CursorResult[Any]]:
    """Run the query on a connection that streams, and close everything after."""
    try:
        import sqlalchemy  # noqa: PLC0415  # an optional dependency
    except ImportError as error:
        raise MissingExtraError("reading from a database needs SQLAlchemy: pip install 'alsoliked[sql]'.") from error
    try:
        engine = sqlalchemy.create_engine(_address(url))
    except ImportError as error:
        raise MissingExtraError(f"no driver for this database ({error}): pip install 'alsoliked[sql]'.") from error
    except sqlalchemy.exc.ArgumentError as error:
        raise DataError(
            f"the URL of the database cannot be read ({_line(error)}); expected e.g. sqlite:///my.db."
        ) from None
    try:
        with engine.connect().execution_options(stream_results=True, postgresql_readonly=True) as connection:
            statement = sqlalchemy.text(query.replace(":", r"\:"))  # no parameters: a colon is a colon
            result = connection.execute(statement.execution_options(yield_per=BATCH))
            if not result.returns_rows:
                raise DataError(f"the query returns no rows to read; expected a SELECT, got {query[:60]!r}.")
            yield result
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise DataError(f"the database refused: {_line(getattr(error, 'orig', None) or error)}.") from error
    finally:
        engine.dispose()


def _address(url: str) -> URL:
    """Choose psycopg 3 for PostgreSQL, and refuse a SQLite file that is not there (SQLite would create it)."""
    from sqlalchemy import make_url  # noqa: PLC0415

    address = make_url(url)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    file = address.database or ":memory:"
    named = address.get_backend_name() == "sqlite" and not file.startswith((":memory:", "file:"))
    if named and not Path(file).is_file():
        raise DataError(f"no SQLite database {file!r}; give the path of one that is there.")
    return address


def _line(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
