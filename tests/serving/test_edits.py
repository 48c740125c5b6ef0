"""Pins, blocks, boosts and the editor's list: kept with author and reason, ended by the database's clock."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alsoliked.errors import OptionError
from alsoliked.serving.refusals import ConflictError, NotThereError
from alsoliked.serving.storage import events, tables
from alsoliked.serving.storage.edits import Wish, add, current, every, withdraw
from alsoliked.serving.storage.standing import look


@pytest.fixture
def desk(open_service):
    return open_service()


def kept(desk, **told) -> object:
    wish = Wish(**{"kind": "block", "item": "3", "author": "ann", "reason": "withdrawn by its maker", **told})
    with desk.database.write() as connection:
        return add(connection, desk.database.now(connection), wish)


def holding(desk) -> list[tuple[str, str]]:
    with desk.database.read() as connection:
        return [(edit.kind, edit.item) for edit in current(connection, desk.database.now(connection))]


def test_every_edit_is_seen_by_every_worker_and_in_the_log(desk) -> None:
    with desk.database.read() as connection:
        before = look(connection).revision
    edit = kept(desk)
    with desk.database.write() as connection:
        withdraw(connection, desk.database.now(connection), edit.id, "bo", "it is back")
    with desk.database.read() as connection:
        told = [(event.actor, event.action, event.subject) for event in events.latest(connection, 2)]
        assert look(connection).revision == before + 2
        assert every(connection)[0]["withdrawn_at"] is not None
        assert events.verify(connection) is None
    assert told == [("bo", "block withdrawn", "item 3"), ("ann", "block added", "item 3")]
    assert holding(desk) == []
    with pytest.raises(NotThereError, match=r"no edit 1 that holds"), desk.database.write() as connection:
        withdraw(connection, desk.database.now(connection), edit.id, "bo", "again")


def test_an_edit_ends_by_the_databases_clock(desk) -> None:
    edit = kept(desk, kind="pin", seconds=3600.0)
    with desk.database.read() as connection:
        now = desk.database.now(connection)
        assert edit.expires_at == pytest.approx(now + 3600, abs=60)
        assert current(connection, edit.expires_at - 1) == (edit,)
        assert current(connection, edit.expires_at) == ()
        assert (edit.holds(edit.expires_at - 1), edit.holds(edit.expires_at)) == (True, False)
    with desk.database.write() as connection:
        connection.execute(sa.update(tables.edits).values(expires_at=now - 1))
    assert holding(desk) == []
    kept(desk, kind="pin")  # the same may be wished again


def test_the_list_goes_on_from_its_last_place(desk) -> None:
    places = [kept(desk, kind="list", item=item).amount for item in ("5", "9", "7")]
    assert places == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "hide"},
        {"author": " "},
        {"reason": ""},
        {"item": ""},
        {"amount": 2.0},
        {"kind": "boost"},
        {"kind": "boost", "amount": 0.0},
        {"kind": "boost", "amount": 11.0},
        {"kind": "pin", "amount": 1.5},
        {"kind": "pin", "amount": 0.0},
        {"seconds": 0.0},
        {"seconds": 5.0, "until": 5.0},
        {"until": 5.0},
    ],
)
def test_what_means_nothing_is_refused_and_leaves_nothing(desk, told: dict) -> None:
    with pytest.raises(OptionError):
        kept(desk, **told)
    assert holding(desk) == []
    assert kept(desk).id == 1


def test_one_of_a_kind_for_an_item(desk) -> None:
    kept(desk)
    with pytest.raises(ConflictError, match="withdraw it first"):
        kept(desk, author="bo")
    kept(desk, kind="boost", amount=-0.5)
    assert holding(desk) == [("block", "3"), ("boost", "3")]


def test_over_http_it_changes_the_next_list_and_ends(serving) -> None:
    listed = serving.http.get("/users/5/recommendations").json()["items"]
    first, last = listed[0]["item"], listed[-1]["item"]
    for body in ({"kind": "block", "item": first}, {"kind": "pin", "item": last, "amount": 1}):
        answer = serving.http.post("/edits", json={**body, "reason": "a test", "by": "ann"})
        assert answer.status_code == 201, answer.text
    now = serving.http.get("/users/5/recommendations").json()["items"]
    assert first not in {place["item"] for place in now}
    assert (now[0]["item"], now[0]["pinned"]) == (last, True)
    for edit in serving.http.get("/edits").json():
        assert edit["author"].startswith("ann (")
        assert serving.http.post(f"/edits/{edit['id']}/withdraw", json={"reason": "over"}).status_code == 200
    again = serving.http.get("/users/5/recommendations").json()["items"]
    assert [place["item"] for place in again] == [place["item"] for place in listed]
    assert serving.http.post("/edits", json={"kind": "boost", "item": "1", "reason": "x"}).status_code == 422


def test_an_expired_edit_stops_holding_without_any_change(serving) -> None:
    first = serving.http.get("/users/6/recommendations").json()["items"][0]["item"]
    body = {"kind": "block", "item": first, "reason": "a test", "seconds": 1.0}
    serving.http.post("/edits", json=body)
    assert serving.http.get("/users/6/recommendations").json()["items"][0]["item"] != first
    for _ in range(100):
        if serving.http.get("/users/6/recommendations").json()["items"][0]["item"] == first:
            return
        import time

        time.sleep(0.1)
    pytest.fail("it held on")
