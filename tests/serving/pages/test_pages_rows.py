"""What the pages read of the database, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from alsoliked.serving.storage import Database, events, jobs
from alsoliked.serving.storage.listed import latest_events, latest_jobs, traffic
from alsoliked.serving.storage.tables import exposures, outcomes


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = f"sqlite:///{tmp_path / 'rows.db'}"
    made = Database(url if request.param == "sqlite" else request.getfixturevalue("fresh_postgres")())
    made.migrate()
    yield made
    made.close()


def test_the_latest_come_first_and_older_ones_page_by_page(database: Database) -> None:
    with database.write() as connection:
        for number in range(5):
            events.record(connection, float(number), "ann", f"did {number}", "it")
            jobs.begin(connection, float(number), "retrain", {"by": "ann"})
    with database.read() as connection:
        first = latest_events(connection, 2)
        rest = latest_events(connection, 10, before=first[-1]["id"])
        assert [row["action"] for row in (*first, *rest)] == [f"did {number}" for number in (4, 3, 2, 1, 0)]
        assert [job.started_at for job in latest_jobs(connection, 2)] == [4.0, 3.0]


def test_traffic_counts_lists_and_people_once(database: Database) -> None:
    told = {"model": "als", "stage": "stable", "arm": "stable"}
    shown = [
        {"recommendation": name, "item": item, "rank": 1, "served_by": "trained row", "at": at, **told}
        for name, item, at in (("old", "1", 1.0), ("a", "1", 10.0), ("a", "2", 10.0), ("b", "1", 11.0))
    ]
    rated = [{"user": user, "item": item, "rating": 4.0, "at": 10.0, **told} for user, item in (("u", "1"), ("u", "2"))]
    with database.write() as connection:
        connection.execute(insert(exposures), shown)
        connection.execute(insert(outcomes), rated)
    with database.read() as connection:
        assert traffic(connection, 5.0) == {"lists": 2, "ratings": 2, "users": 1}
        assert traffic(connection, 99.0) == {"lists": 0, "ratings": 0, "users": 0}
