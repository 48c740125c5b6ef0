"""to_pgvector: lists as rows of PostgreSQL, found by an index of the vector extension."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from alsoliked._version import __version__
from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.export.about import about_model
from alsoliked.export.database import check_vectors, described
from alsoliked.export.exported import Exported
from alsoliked.export.folder import FORMAT
from alsoliked.export.held import PLACES, Asked, asked, held_lists, list_notes
from alsoliked.export.list_query import list_query
from alsoliked.export.loading import load_about, load_seen, load_vectors
from alsoliked.export.tables import Tables
from alsoliked.export.vectors import DIRECTIONS, Progress, list_vectors
from alsoliked.extra import Foreign, extra
from alsoliked.models.options import check_whole
from alsoliked.postgres import connected
from alsoliked.recommendation.objective import Objective
from alsoliked.recommender import Recommender

__all__ = ["to_pgvector"]

LONGEST = 2000  # numbers of a vector that an index of pgvector takes
LINKS, CANDIDATES = 100, 500  # most that it takes of either
ITERATES = (0, 8)  # version that goes on searching where a condition left too few


def to_pgvector(
    rec: Recommender,
    url: str,
    *,
    schema: str = "public",
    table: str = "alsoliked",
    objective: Objective = "both",
    directions: int = DIRECTIONS,
    connectivity: int = 16,
    expansion: int = 64,
    seen: bool = True,
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> Exported:
    """Write users and items as tables with vectors and an index by inner product; all at once, or not at all.

    Everything is loaded into new tables, which take the places of the old in the same transaction: who reads sees the
    old lists or the new, and a load that fails leaves the old. `.query` is the SQL of one user's list. What its score
    is, `alsoliked.export.vectors` says.

    Parameters
    ----------
    rec
        Fitted or loaded; any model that orders items in more than one way.
    url
        ``"postgresql://user@host/database"``; the password may also come from ``PGPASSWORD`` or ``~/.pgpass``.
    schema, table
        Where the tables are, and how their names begin: ``public.alsoliked_users``, ``…_items``, ``…_seen``,
        ``…_about``.
    objective
        Which lists, as in `Recommender.recommend`.
    directions
        Length of the vectors at most.
    connectivity
        Neighbours each item is linked to (pgvector's ``m``).
    expansion
        Candidates looked at while searching (``ef_search``; twice as many while building, ``ef_construction``).
    seen
        Write who rated what as well, so that lists can leave it out.
    seed
        Decides from which users directions are found and figures measured.
    progress
        Called with the share that is done.

    Raises
    ------
    MissingExtraError
        If psycopg is not installed.
    OptionError
        If the database cannot be reached or refuses, has no extension ``vector``, or tables of these names that no
        export wrote; if the model orders no items or all alike, or an option is out of range.
    """
    _check(directions, connectivity, expansion)
    tables, answers, train = Tables(schema, table), rec.fitted, rec.train_ratings
    with connected(url) as connection:  # what can be refused is refused before the work
        check_vectors(connection, schema)
        tables.check(connection)
    vectors = list_vectors(answers, objective, directions, seed=seed, progress=progress)
    held, question = held_lists(answers, vectors, seed=seed), asked(answers, vectors, seed=seed)
    parts = ("users", "items", *(["seen"] if seen else []), "about")
    settings = {"objective": objective, "length": vectors.length, "m": connectivity, "ef_search": expansion}
    about = {"export_format": FORMAT, "alsoliked": __version__, "index": settings, **about_model(rec)}
    with connected(url) as connection:
        version = _begin(connection, tables)
        load_vectors(connection, tables, train, vectors, connectivity=connectivity, expansion=expansion)
        if seen:
            load_seen(connection, tables, train)
        recall = _recall(connection, tables, train, question, expansion)
        load_about(connection, tables, about | {"measured": {"recall_at_10": recall, "held": asdict(held)}})
        tables.check(connection)
        tables.replace(connection, parts)
        size, place = _size(connection, tables, parts), f"{schema}.{table}_* in {described(connection)}"
    rows = {"users": train.n_users, "items": train.n_items} | ({"seen": len(train)} if seen else {})
    query = list_query(tables, train.users.ids[0], seen=seen, expansion=expansion, iterates=version >= ITERATES)
    figures = (size, recall, held.in_10, held.in_50)
    return Exported("pgvector", place, rows, vectors.length, *figures, None, list_notes(answers), query)


def _check(directions: int, connectivity: int, expansion: int) -> None:
    for name, value, most in (
        ("directions", directions, LONGEST),
        ("connectivity", connectivity, LINKS),
        ("expansion", expansion, CANDIDATES),
    ):
        check_whole(name, value, 1 if name == "directions" else 2)
        if value > most:
            raise OptionError(f"{name}={value} came; pgvector takes {most} at most.")
    if expansion < connectivity:
        raise OptionError(f"expansion={expansion} came with connectivity={connectivity}; it must not be smaller.")


def _begin(connection: Foreign, tables: Tables) -> tuple[int, ...]:
    """Let one export of these tables run at a time, and find pgvector wherever it lives; return its version."""
    sql = extra("psycopg.sql", "writing to PostgreSQL")
    home, version = check_vectors(connection, tables.schema)
    connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"alsoliked {tables.schema}.{tables.prefix}"])
    places = sql.SQL(", ").join([sql.Identifier(tables.schema), sql.Identifier(home)])
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(places))
    return version


def _recall(connection: Foreign, tables: Tables, train: Ratings, question: Asked, expansion: int) -> float:
    """Return the share of the ten best by the vectors that the index finds."""
    sql = extra("psycopg.sql", "writing to PostgreSQL")
    connection.execute(f"SET LOCAL hnsw.ef_search = {expansion}")
    connection.execute("SET LOCAL enable_seqscan = off")
    order = sql.SQL("SELECT id FROM {} ORDER BY vector <#> %s::vector LIMIT %s").format(tables.named("items", new=True))
    found = np.full(question.best.shape, -1, np.int64)
    for place, vector in enumerate(question.vectors.tolist()):
        ids = [row[0] for row in connection.execute(order, [str(vector), PLACES])]
        found[place, : len(ids)] = train.items.encode(ids)
    return question.recall(found)


def _size(connection: Foreign, tables: Tables, written: tuple[str, ...]) -> int:
    texts = [tables.text(part) for part in written]
    found = connection.execute("SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) t", [texts])
    return int(found.fetchone()[0])
