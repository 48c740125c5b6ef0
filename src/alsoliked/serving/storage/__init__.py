"""WHAT IS KEPT: one database for ratings, people, items, keys, models and what was done; SQLite or PostgreSQL.

`tables` says what there is, `database` how it is reached; beside them one file for each subject, functions that take a
connection, so that what belongs together is committed together.
"""

from alsoliked.serving.storage.database import Database

__all__ = ["Database"]
