"""All tables, once: the migrations are held against them by a test.

Ids of users and items are text here, whatever they are in a bundle. Times are seconds since 1970 by the *database's*
clock, so that machines whose clocks differ agree; `timestamp` of a rating alone is what the client said.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

__all__ = [
    "edits",
    "events",
    "exposures",
    "forgotten",
    "idempotency",
    "imports",
    "interviews",
    "items",
    "jobs",
    "keys",
    "locks",
    "metadata",
    "models",
    "outcomes",
    "ratings",
    "reviews",
    "revisions",
    "rollouts",
    "shadows",
    "users",
]

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

# what people said, and what is known of them

users = Table(
    "users",
    metadata,
    Column("user", Text, primary_key=True),
    Column("columns", JSON, nullable=False),  # {"age": 24}
    Column("updated_at", Double, nullable=False),
)
items = Table(
    "items",
    metadata,
    Column("item", Text, primary_key=True),
    Column("title", Text),
    Column("columns", JSON, nullable=False),
    Column("updated_at", Double, nullable=False),
)
ratings = Table(
    "ratings",
    metadata,
    Column("user", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("rating", Double),  # NULL: withdrawn, also where training has one
    Column("timestamp", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    PrimaryKeyConstraint("user", "item"),
    Index(None, "updated_at"),
)
forgotten = Table(  # people who asked to be forgotten, as keyed digests: their training ratings count no more
    "forgotten",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("at", Double, nullable=False),
)
interviews = Table(
    "interviews",
    metadata,
    Column("interview", Text, primary_key=True),
    Column("user", Text),
    Column("state", JSON, nullable=False),
    Column("updated_at", Double, nullable=False),
)

# what was shown, and what came of it; rows are only added

exposures = Table(
    "exposures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("recommendation", Text, nullable=False),
    Column("user", Text),  # NULL: a stranger
    Column("item", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("arm", Text, nullable=False),
    Column("served_by", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("milliseconds", Double),  # that making the list took; NULL: not measured
    UniqueConstraint("recommendation", "item"),
    Index(None, "at"),
    Index(None, "user"),
)
outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("rating", Double, nullable=False),
    Column("predicted", Double),  # by the model that served this user, before it heard of this rating
    Column("model", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("arm", Text, nullable=False),
    Column("recommendation", Text),
    Column("at", Double, nullable=False),
    Index(None, "at"),
    Index(None, "user"),
)
shadows = Table(
    "shadows",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("rollout", Integer, nullable=False),
    Column("user", Text, nullable=False),
    Column("overlap", Double, nullable=False),  # share of the served list that the candidate lists too
    Column("milliseconds", Double, nullable=False),
    Column("failed", Text),
    Column("at", Double, nullable=False),
    Index(None, "rollout", "at"),
)

# who may do what, and what was done

keys = Table(
    "keys",
    metadata,
    Column("key", Text, primary_key=True),  # its public half
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
)
events = Table(  # append-only: triggers refuse changes, each row's digest holds the one before
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("at", Double, nullable=False),
    Column("digest", Text, nullable=False),
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),  # of the request
    Column("status", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", Double, nullable=False),
    Index(None, "at"),  # they go after a day
)
imports = Table(
    "imports",
    metadata,
    Column("key", Text, primary_key=True),
    Column("lines", Integer, nullable=False),  # how many are committed; where to go on
    Column("digest", Text, nullable=False),  # of those lines, so that another file under the same key is noticed
    Column("accepted", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("problems", JSON, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("updated_at", Double, nullable=False),
)

# models, and the way they come in

models = Table(
    "models",
    metadata,
    Column("model", Text, primary_key=True),  # name and digest of the manifest: als-3f2a9c41b0d2
    Column("place", Text, nullable=False),  # folder under the home's models/
    Column("about", JSON, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", Double, nullable=False),
)
rollouts = Table(
    "rollouts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("candidate", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("state", Text, nullable=False),  # see rollout/stages.py
    Column("share", Double, nullable=False),
    Column("salt", Text, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("checks", JSON, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("open", Boolean, nullable=False, server_default=true()),
    Column("created_at", Double, nullable=False),
    Column("stage_since", Double, nullable=False),
    Index("uq_rollouts_open", "open", unique=True, sqlite_where=text("open"), postgresql_where=text("open")),  # one
)
reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("rollout", Integer, nullable=False),
    Column("verdict", Text, nullable=False),  # approved, rejected
    Column("reviewer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Double, nullable=False),
)
edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # pin, block, boost, list (the editor's list, for the end of the chain)
    Column("item", Text, nullable=False),
    Column("amount", Double),  # place of a pin or in the editor's list, strength of a boost
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double),
    Column("withdrawn_at", Double),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),  # running, done, failed, lost
    Column("share", Double, nullable=False),
    Column("details", JSON, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
)
locks = Table(
    "locks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Double, nullable=False),  # by the database's clock
)
revisions = Table(  # "standing": raised whenever what is served changes, so that workers look again; "secret": once
    "revisions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
    Column("details", JSON, nullable=False),  # {"model": live model, "killed": why or null, "holdout": share}
)
