"""Ratings that come at the same time share a commit, and are kept or lost each by itself."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Barrier, Event

import pytest
from sqlalchemy import Connection, event, text

from alsoliked.serving.refusals import ConflictError, UnavailableError
from alsoliked.serving.service import Service
from alsoliked.serving.storage.together import Together
from alsoliked.serving.writing.people import ratings_of
from alsoliked.serving.writing.predicted import Before
from alsoliked.serving.writing.rating import rate
from alsoliked.serving.writing.ready import Ready, keep
from alsoliked.serving.writing.saying import Once, Saying

Write = Callable[[Connection], object]


def all_of(connection: Connection, writes: Sequence[Write]) -> list[object]:
    return [write(connection) for write in writes]


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request, open_service: Callable[..., Service]) -> Service:
    return open_service(database=None if request.param == "sqlite" else request.getfixturevalue("fresh_postgres")())


@pytest.fixture
def together(service: Service) -> Iterator[Together[Write, object]]:
    made = Together(service.database, all_of)
    yield made
    made.close()


@contextlib.contextmanager
def held_up(together: Together[Write, object]) -> Iterator[None]:
    """Keep the one who writes busy until the block ends."""
    begun, go_on = Event(), Event()

    def slow(_: Connection) -> object:
        begun.set()
        return go_on.wait(20)

    first = together.begin(slow)
    assert begun.wait(20)
    yield
    go_on.set()
    first.result(20)


def at_once(together: Together[Write, object], *writes: Write) -> list[Future[object]]:
    """Begin all while somebody else writes; return what came of them."""
    with held_up(together):
        started = [together.begin(write) for write in writes]
    wait(started, 20)
    return started


def kept(name: str) -> Write:
    def write(connection: Connection) -> object:
        connection.execute(text("INSERT INTO revisions (name, value, details) VALUES (:name, 1, '{}')"), {"name": name})
        return name

    return write


def names(service: Service) -> set[str]:
    with service.database.read() as connection:
        return set(connection.execute(text("SELECT name FROM revisions WHERE name LIKE 'w%'")).scalars())


def test_those_that_wait_share_a_commit(service: Service, together) -> None:
    commits: list[object] = []
    with held_up(together):
        event.listen(service.database.engine, "commit", commits.append)
        done = [together.begin(kept(f"w{n}")) for n in range(12)]
    assert [one.result() for one in done] == [f"w{n}" for n in range(12)]
    assert names(service) == {f"w{n}" for n in range(12)}
    assert len(commits) == 1


def test_what_one_raises_undoes_its_own_writing_alone(service: Service, together) -> None:

    def refused(connection: Connection) -> object:
        kept("w-refused")(connection)
        raise ConflictError("not this one")

    done = at_once(together, kept("w0"), refused, kept("w1"), refused, kept("w2"))
    assert [type(one.exception()) for one in done] == [type(None), ConflictError] * 2 + [type(None)]
    assert names(service) == {"w0", "w1", "w2"}


def test_where_the_database_fails_each_is_told_and_nothing_of_that_commit_is_there(service: Service, together) -> None:

    def broken(_: Connection) -> object:
        raise UnavailableError("the database does not answer; nothing was written.")

    done = at_once(together, kept("w0"), broken, kept("w1"), kept("w2"))
    told = [one.exception() for one in done]
    assert all(isinstance(error, UnavailableError) and "nothing was written" in str(error) for error in told)
    assert len({id(error) for error in told}) == len(told)
    assert names(service) == set()
    assert together.write(kept("w9")) == "w9"


def test_two_transactions_that_wait_for_each_other_both_come_through(
    open_service: Callable[..., Service], fresh_postgres: Callable[[], str]
) -> None:
    service = open_service(database=fresh_postgres())
    with service.database.write() as connection:
        for name in ("wa", "wb"):
            kept(name)(connection)
    meet, tries = Barrier(2), Counter[str]()

    def crossing(first: str, then: str) -> Write:
        def write(connection: Connection) -> object:
            tries[first] += 1
            for name in (first, then):
                connection.execute(text("UPDATE revisions SET value = value + 1 WHERE name = :name"), {"name": name})
                if (name, tries[first]) == (first, 1):
                    meet.wait(20)  # each has changed one, and goes on to the other
            return first

        return write

    both = [Together[Write, object](service.database, all_of) for _ in range(2)]
    with contextlib.ExitStack() as stack:
        for together in both:
            stack.enter_context(held_up(together))
        done = [both[0].begin(write) for write in (crossing("wa", "wb"), kept("w0"))]
        done += [both[1].begin(write) for write in (crossing("wb", "wa"), kept("w1"))]
    assert [one.result(20) for one in done] == ["wa", "w0", "wb", "w1"]
    assert sorted(tries.values()) == [1, 2]  # PostgreSQL ended one
    with service.database.read() as connection:
        values = connection.execute(text("SELECT value FROM revisions WHERE name IN ('wa', 'wb')")).scalars()
        assert list(values) == [3, 3]
    for together in both:
        together.close()


def test_many_people_rate_at_once_and_no_rating_is_lost(open_service: Callable[..., Service]) -> None:
    service = open_service()
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda n: rate(service, f"new-{n % 8}", str(1 + n), 1.0 + n % 5), range(80)))
    assert len(told) == 80
    for user in range(8):
        said = {item: rating for item, rating, _ in ratings_of(service, f"new-{user}")}
        assert said == {str(1 + n): 1.0 + n % 5 for n in range(user, 80, 8)}


def test_the_same_request_twice_in_one_commit_counts_once(service: Service) -> None:
    once = Once.of("ann", "key", "5 of 1")
    ready = Ready([Saying("new", "1", 5.0)], [Before()], once)
    other = Ready([Saying("new", "1", 4.0), Saying("new", "2", 3.0)], [Before(), Before()])
    with service.database.write() as connection:
        kept = keep(service.database, connection, [ready, ready, other])
    assert [told.anew for told in kept] == [True, False, True]
    assert kept[0].rated == kept[1].rated
    assert ratings_of(service, "new") == [("1", 4.0, True), ("2", 3.0, True)]  # what came last holds
    with service.database.read() as connection:
        assert connection.execute(text("SELECT rating FROM outcomes ORDER BY rating")).scalars().all() == [3, 4, 5]


def test_what_is_cancelled_before_its_turn_is_not_written_and_nothing_is_taken_after_the_end(
    service: Service, together
) -> None:
    with held_up(together):
        done, cancelled = together.begin(kept("w1")), together.begin(kept("w2"))
        assert cancelled.cancel()
    done.result(20)
    assert names(service) == {"w1"}
    together.close()
    with pytest.raises(UnavailableError, match="closing"):
        together.write(kept("w9"))


def test_several_processes_take_turns_with_sqlite(open_service: Callable[..., Service]) -> None:
    """Nobody waits long behind one that writes all the time."""
    service = open_service()
    script = (
        "import sys, time\n"
        "from alsoliked.serving.storage.database import Database\n"
        "database, until, longest, count = Database(sys.argv[1]), time.monotonic() + 3, 0.0, 0\n"
        "while time.monotonic() < until:\n"
        "    began = time.monotonic()\n"
        "    with database.write() as connection:\n"
        "        connection.exec_driver_sql('UPDATE revisions SET value = value + 1')\n"
        "        time.sleep(0.005)\n"
        "    time.sleep(0.001)\n"
        "    longest, count = max(longest, time.monotonic() - began), count + 1\n"
        "print(count)\n"
    )
    words = [sys.executable, "-c", script, service.settings.url]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    counts = [int(process.communicate(timeout=60)[0]) for process in running]
    assert min(counts) > 0.2 * max(counts) > 0
