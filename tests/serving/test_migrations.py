"""The tables that the migrations make are the tables that the code reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from alsoliked.errors import OptionError
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings
from alsoliked.serving.storage import Database, tables


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrations_make_the_tables_in_the_code(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    database = Database(url if kind == "sqlite" else request.getfixturevalue("fresh_postgres")())
    database.migrate()
    row = {"user": "ü", "columns": {"age": 24}, "updated_at": 1.5}
    with database.write() as connection:
        connection.execute(insert(tables.users).values(**row))
    database.migrate()  # what is up to date stays as it is
    with database.read() as connection:
        assert dict(connection.execute(select(tables.users)).mappings().one()) == row
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        assert compare_metadata(context, tables.metadata) == []
    database.close()


def test_another_secret_is_refused(open_service: Callable[..., Service], bundle: Path, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'shared.db'}"
    open_service(database=database)
    with pytest.raises(OptionError, match="begun with another secret"):
        Service.open(Settings(home=tmp_path / "elsewhere", bundle=bundle, database=database))
