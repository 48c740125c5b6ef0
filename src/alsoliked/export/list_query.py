"""The SQL of a user's list, from tables that an export wrote."""

from __future__ import annotations

from alsoliked.data.vocabulary import Id
from alsoliked.export.held import PLACES
from alsoliked.export.tables import Tables
from alsoliked.extra import extra

__all__ = ["list_query"]

LIST = """\
SELECT best.* FROM {users} AS u CROSS JOIN LATERAL (
    SELECT i.id, i.title, i.count FROM {items} AS i{unseen}
    ORDER BY i.vector <#> u.vector LIMIT {places}
) AS best WHERE u.id = {user};"""
UNSEEN = """
    WHERE NOT EXISTS (SELECT FROM {seen} AS s WHERE s.user_id = u.id AND s.item_id = i.id)"""


def list_query(tables: Tables, user: Id, *, seen: bool, expansion: int, iterates: bool) -> str:
    """Write the SQL of a list; for somebody unknown it returns no rows, rather than those of anybody.

    Parameters
    ----------
    tables
        Where the vectors are.
    user
        Whose list.
    seen
        Leave out what the table of rated items has.
    expansion
        Candidates looked at.
    iterates
        Whether this pgvector can go on searching where too few candidates are left.
    """
    sql = extra("psycopg.sql", "writing to PostgreSQL")
    unseen = sql.SQL(UNSEEN if seen else "").format(seen=tables.named("seen"))
    names = {"users": tables.named("users"), "items": tables.named("items"), "unseen": unseen}
    query = sql.SQL(LIST).format(**names, places=sql.Literal(PLACES), user=sql.Literal(user))
    further = ["SET hnsw.iterative_scan = strict_order;"] if iterates and seen else []
    return "\n".join([f"SET hnsw.ef_search = {expansion};", *further, str(query.as_string(None))])
