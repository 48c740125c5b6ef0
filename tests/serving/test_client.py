"""The client asks every route, reads every field, and goes on where a connection broke."""

from __future__ import annotations

import dataclasses
import json
import socket
import subprocess
import sys
import threading

import pytest

from alsoliked import client as package
from alsoliked.client import Client, RefusedError, UnreachableError
from alsoliked.client.reading import made

METHODS = {  # operations of the service, and the methods that ask them
    "live": "live",
    "ready": "ready",
    "recommendations": "recommendations",
    "stranger": "recommendations_for",
    "similar_items": "similar",
    "explanation": "explain",
    "explanation_for_stranger": "explain_for",
    "begin_interview": "begin_interview",
    "answer_interview": "answer_interview",
    "add_ratings": "rate_all",
    "put_rating": "rate",
    "delete_rating": "withdraw",
    "user_ratings": "ratings",
    "user": "user",
    "put_user": "put_user",
    "forget_user": "forget",
    "items": "items",
    "item": "item",
    "put_item": "put_item",
    "add_exposures": "shown",
    "import_progress": "import_progress",
    "add_import": "import_lines",
}
ANSWERS = {  # schemas of the service, and what they become
    "Answered": package.Answer,
    "Place": package.Listed,
    "Explained": package.Explanation,
    "Moved": package.Moved,
    "Turn": package.Interview,
    "RatedTold": package.Rated,
    "OwnRating": package.OwnRating,
    "UserTold": package.User,
    "ItemTold": package.Item,
    "Noted": package.Told,
    "Progressed": package.Import,
    "ProblemLine": package.Problem,
}
OPERATORS = ("/rollout", "/control", "/edits", "/monitor", "/metrics", "/models", "/events", "/jobs")


@pytest.fixture(scope="module")
def client(serving):
    with Client(serving.url) as made_client:
        yield made_client


@pytest.fixture(scope="module")
def schema(serving):
    return serving.http.get("/openapi.json").json()


def test_every_operation_has_a_method(schema):
    told = {
        operation["operationId"]
        for path, methods in schema["paths"].items()
        if not path.startswith(OPERATORS)
        for operation in methods.values()
    }
    assert told == set(METHODS)
    assert all(callable(getattr(Client, name)) for name in METHODS.values())


@pytest.mark.parametrize("name", ANSWERS)
def test_every_field_is_read(schema, name):
    said = set(schema["components"]["schemas"][name]["properties"])
    assert {field.name for field in dataclasses.fields(ANSWERS[name])} == said


def test_it_needs_no_more_than_httpx():
    script = (
        "import sys; from alsoliked.client import Client; "
        "print({'torch', 'polars', 'numpy', 'fastapi', 'pydantic', 'sqlalchemy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_visit(client):
    assert client.live()
    assert client.ready().model
    first = client.recommendations("c-1", 3, only={"genres": ["Comedy"]}, exclude=["1"])
    assert [place.rank for place in first.items] == [1, 2, 3]
    assert first.reasons
    best = first.items[0]
    assert client.shown(first.recommendation_id, [place.item for place in first.items]) == 3
    rated = client.rate("c-1", best.item, 5, recommendation_id=first.recommendation_id)
    assert (rated.rating, rated.model) == (5.0, first.model)
    assert [row.rating for row in client.rate_all([{"user": "c-1", "item": "2", "rating": 4}])] == [4.0]
    assert {row.item for row in client.ratings("c-1")} == {best.item, "2"}
    assert best.item not in {place.item for place in client.recommendations("c-1", 50).items}
    why = client.explain("c-1", "5")
    assert {moved.item for moved in why.moved} <= {best.item, "2"}
    assert client.withdraw("c-1", "2")
    assert client.put_user("c-1", {"age": 30, "city": "Ghent"}).unused == ("city",)
    assert client.user("c-1").columns == {"age": 30, "city": "Ghent"}
    assert client.forget("c-1")["ratings"] == 2
    assert client.ratings("c-1") == []


@pytest.mark.parametrize("name", ["a/b", "/", "a%2Fb", "a%252Fb", "../users/c-1", "ratings/9", "Face/Off (1997)?&#"])
def test_ids_hold_anything_that_can_be_printed(client, name):
    assert client.put_item(name, title=f"called {name}").id == name
    assert client.item(name).title == f"called {name}"
    assert client.rate(name, name, 4).item == name
    assert [(row.item, row.rating) for row in client.ratings(name)] == [(name, 4.0)]
    assert client.rate(name, "3", 5).user == name
    listed = client.recommendations(name, 3)
    assert "fold-in of 1 rating" in listed.served_by
    assert client.explain(name, "9").moved[0].item == "3"
    assert client.similar(name).reasons
    assert client.withdraw(name, name)
    assert client.forget(name)["ratings"] == 2


def test_what_is_between_encoded_slashes_is_one_name(serving):
    assert serving.http.put("/items/x%2fy", json={"title": "X"}).json()["id"] == "x/y"
    assert serving.http.get("/items/x/y").status_code == 404
    assert serving.http.get("/items/x%1Fy").status_code == 400
    assert 'route="/items/{item}"' in serving.http.get("/metrics").text


def test_strangers_items_and_interviews(client):
    given = {"3": 5.0, "6": 4.0}
    assert len(client.recommendations_for(given, 4, columns={"age": 20}).items) == 4
    assert client.explain_for(given, "9").predicted is not None
    assert client.put_item("c-item", title="Heat", columns={"year": 1995}).id == "c-item"
    assert client.item("c-item").title == "Heat"
    assert client.similar("3", 2).items[0].score <= 1.0
    names = [item.item for item in client.items()]
    assert len(names) == len(set(names))
    assert "c-item" in names
    turn = client.begin_interview(most=2, least=1)
    while not turn.done:
        turn = client.answer_interview(turn.interview, item=turn.question.items[0], rating=5)
    assert turn.list.items


def test_imports(client, tmp_path):
    rows = [{"user": "c-import", "item": str(i), "rating": 3} for i in range(1500)]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    first = client.import_lines("c-rows", rows)
    assert (first.lines, first.accepted, first.done) == (1500, 1500, True)
    assert client.import_lines("c-rows", file) == first == client.import_progress("c-rows")
    with pytest.raises(RefusedError, match="choose a new key"):
        client.import_lines("c-rows", [row | {"rating": 4} for row in rows])


def test_refusals_are_one_line(client):
    with pytest.raises(RefusedError, match="rating=99 came") as refused:
        client.rate("c-2", "3", 99)
    assert refused.value.status == 422
    assert "\n" not in str(refused.value)
    with pytest.raises(UnreachableError, match="does not answer"), Client("http://127.0.0.1:1", retries=0) as nobody:
        nobody.ready()


def test_what_a_newer_service_says_is_passed_over():
    assert made(package.Problem, {"line": 1, "reason": "x", "new": 2}) == package.Problem(1, "x")
    with pytest.raises(package.ClientError, match="lacks reason"):
        made(package.Problem, {"line": 1})


def whole(connection):
    """Read one message of HTTP."""
    told = b""
    while b"\r\n\r\n" not in told:
        told += connection.recv(65536)
    head, _, body = told.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def breaking(serving):
    """A port that passes requests on, and breaks every connection before the first answer comes back through it."""
    there = ("127.0.0.1", int(serving.url.rpartition(":")[2]))
    listening = socket.create_server(("127.0.0.1", 0))
    passed = []

    def serve():
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            with near, socket.create_connection(there) as far:
                far.sendall(whole(near))
                answer = whole(far)
                passed.append(answer)
                if len(passed) > 1:
                    near.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", passed
    listening.close()


def test_an_answer_that_got_lost_counts_once(breaking, serving):
    from sqlalchemy import func, select

    from alsoliked.serving.storage.tables import outcomes

    url, passed = breaking
    with Client(url, retries=2) as broken:
        assert broken.rate("c-lost", "3", 4).rating == 4.0
    assert len(passed) == 2
    with serving.service.database.read() as connection:
        told = connection.scalar(select(func.count()).select_from(outcomes).where(outcomes.c.user == "c-lost"))
    assert told == 1
