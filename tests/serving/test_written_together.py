"""Ratings that come at the same time share a commit, and are kept or lost each by itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from sqlalchemy import Connection, event, text

from alsoliked.serving.refusals import ConflictError, UnavailableError
from alsoliked.serving.service import Service
from alsoliked.serving.writing.people import ratings_of
from alsoliked.serving.writing.rating import rate

Write = Callable[[Connection], object]


def at_once(service: Service, writes: list[Write]) -> tuple[list[Future[object]], int]:
    """Begin all while somebody else writes; return what came of them, and how many commits that took."""
    commits: list[object] = []
    event.listen(service.database.engine, "commit", commits.append)
    with service.database.write():
        started = [service.together.begin(write) for write in writes]
    wait(started, 20)
    return started, len(commits)


def kept(name: str) -> Write:
    def write(connection: Connection) -> object:
        connection.execute(text("INSERT INTO revisions (name, value, details) VALUES (:name, 1, '{}')"), {"name": name})
        return name

    return write


def names(service: Service) -> set[str]:
    with service.database.read() as connection:
        return set(connection.execute(text("SELECT name FROM revisions WHERE name LIKE 'w%'")).scalars())


def test_those_that_wait_share_a_commit(open_service: Callable[..., Service]) -> None:
    service = open_service()
    done, commits = at_once(service, [kept(f"w{n}") for n in range(12)])
    assert [one.result() for one in done] == [f"w{n}" for n in range(12)]
    assert names(service) == {f"w{n}" for n in range(12)}
    assert commits <= 3  # the one held up, the first, all others


def test_what_one_raises_undoes_its_own_writing_alone(open_service: Callable[..., Service]) -> None:
    service = open_service()

    def refused(connection: Connection) -> object:
        kept("w-refused")(connection)
        raise ConflictError("not this one")

    done, _ = at_once(service, [kept("w0"), refused, kept("w1"), refused, kept("w2")])
    assert [type(one.exception()) for one in done] == [type(None), ConflictError] * 2 + [type(None)]
    assert names(service) == {"w0", "w1", "w2"}


def test_where_the_database_fails_each_is_told_and_nothing_of_that_commit_is_there(
    open_service: Callable[..., Service],
) -> None:
    service = open_service()

    def broken(connection: Connection) -> object:
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))
        return None

    done, _ = at_once(service, [kept("w0"), broken, kept("w1"), kept("w2")])
    told = [one.exception() for one in done]
    assert isinstance(told[1], UnavailableError)
    for n, at in enumerate((0, 2, 3)):
        assert (told[at] is None) == (f"w{n}" in names(service))
        assert told[at] is None or "nothing was written" in str(told[at])
    assert service.together.write(kept("w9")) == "w9"


def test_many_people_rate_at_once_and_no_rating_is_lost(open_service: Callable[..., Service]) -> None:
    service = open_service()
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda n: rate(service, f"new-{n % 8}", str(1 + n), 1.0 + n % 5), range(80)))
    assert len(told) == 80
    for user in range(8):
        said = {item: rating for item, rating, _ in ratings_of(service, f"new-{user}")}
        assert said == {str(1 + n): 1.0 + n % 5 for n in range(user, 80, 8)}


def test_on_postgresql_too(open_service: Callable[..., Service], fresh_postgres: Callable[[], str]) -> None:
    service = open_service(database=fresh_postgres())
    assert service.together.write(kept("w0")) == "w0"
    with pytest.raises(ConflictError):
        service.together.write(lambda _: (_ for _ in ()).throw(ConflictError("no")))
    assert names(service) == {"w0"}


def test_what_is_cancelled_before_its_turn_is_not_written_and_nothing_is_taken_after_the_end(
    open_service: Callable[..., Service],
) -> None:
    service = open_service()
    with service.database.write():
        first, second, third = (service.together.begin(kept(f"w{n}")) for n in range(3))
        assert third.cancel()
    wait([first, second], 20)
    assert names(service) == {"w0", "w1"}
    service.together.close()
    with pytest.raises(UnavailableError, match="closing"):
        service.together.write(kept("w9"))
