"""Bulk imports: committed by batches, resumed where they broke off, refused line by line; on both databases."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.storage import tables
from alsoliked.serving.writing.importing import Import
from alsoliked.serving.writing.lines import LONGEST, Cutter, read_line

KIND = {"Content-Type": "application/jsonl"}


def lines(user, n):
    return [json.dumps({"user": user, "item": i, "rating": 1 + i % 5, "timestamp": i}).encode() for i in range(n)]


def send(up, key, body, **params):
    return up.http.post(f"/imports/{key}", content=body, headers=KIND, params=params)


def kept(up, user):
    with up.service.database.read() as connection:
        ratings = tables.ratings.c
        return dict(connection.execute(select(ratings.item, ratings.rating).where(ratings.user == user)).all())


def test_lines_of_every_kind(serving_both):
    body = b"""{"user": "im", "item": "3", "rating": 4}
{"item": "new", "title": "Heat (1995)", "columns": {"year": 1995, "genres": ["Crime"]}}

{"user": "im", "columns": {"age": 40}}
nonsense
{"user": "im", "item": "4", "rating": 44}
{"user": "im", "columns": {"age": "old"}}
"""
    told = send(serving_both, "kinds", body).json()
    assert (told["lines"], told["accepted"], told["refused"], told["done"]) == (7, 3, 3, True)
    assert [problem["line"] for problem in told["problems"]] == [5, 6, 7]
    assert "rating=44 came" in told["problems"][1]["reason"]
    assert serving_both.http.get("/imports/kinds").json() == told
    assert kept(serving_both, "im") == {"3": 4.0}
    assert serving_both.http.get("/items/new").json()["columns"] == {"year": 1995, "genres": ["Crime"]}
    assert serving_both.http.get("/users/im").json()["columns"] == {"age": 40}


def test_sent_again_nothing_counts_twice(serving_both):
    body = b"\n".join(lines("again", 2500))
    first, again = (send(serving_both, "again", body).json() for _ in range(2))
    assert first == again
    assert (first["lines"], first["accepted"]) == (2500, 2500)
    assert len(kept(serving_both, "again")) == 2500
    other = send(serving_both, "again", b"\n".join(lines("other", 2500)))
    assert other.status_code == 409
    assert send(serving_both, "again", b"\n".join(lines("again", 10))).status_code == 409  # fewer than there were
    assert not kept(serving_both, "other")


def test_it_goes_on_where_it_broke_off(serving_both):
    told = lines("broke", 3000)
    half = Import.begin(serving_both.service, "broke")
    half.take(told[:1000])  # the connection breaks here: one batch is committed
    assert serving_both.http.get("/imports/broke").json()["lines"] == 1000
    assert not serving_both.http.get("/imports/broke").json()["done"]
    wrong = send(serving_both, "broke", b"\n".join(told[1500:]), start=1500)
    assert wrong.status_code == 409
    assert "expected 1000" in wrong.json()["detail"]
    done = send(serving_both, "broke", b"\n".join(told[1000:]), start=1000).json()
    assert (done["lines"], done["accepted"], done["done"]) == (3000, 3000, True)
    assert kept(serving_both, "broke") == {str(i): 1.0 + i % 5 for i in range(3000)}


def test_two_that_send_the_same_do_not_mix(serving_both):
    one, two = (Import.begin(serving_both.service, "both") for _ in range(2))
    one.take(lines("both", 10))
    with pytest.raises(ConflictError, match="somebody else"):
        two.take(lines("both", 10))
    assert one.end().accepted == 10


def test_the_later_timestamp_holds(serving_both):
    body = [
        {"user": "late", "item": "3", "rating": 5, "timestamp": 900},
        {"user": "late", "item": "3", "rating": 1, "timestamp": 100},
    ]
    send(serving_both, "late-1", "\n".join(map(json.dumps, body)))
    send(serving_both, "late-2", json.dumps({"user": "late", "item": "3", "rating": 2, "timestamp": 500}))
    assert kept(serving_both, "late") == {"3": 5.0}


def test_only_json_lines_are_taken(serving_both):
    answer = serving_both.http.post("/imports/form", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415  # what a form on a foreign page can send
    assert serving_both.http.get("/imports/form").status_code == 404
    assert send(serving_both, "no%20key", b"").status_code == 422


def test_a_body_of_any_length_with_limited_lines(serving_both):
    long = b'{"user": "long", "item": "' + b"x" * LONGEST + b'", "rating": 3}\n'
    fine = b'{"user": "long", "item": "3", "rating": 3}\n'

    def body():
        for _ in range(60):
            yield long + fine + b" " * 5000 + b"\n"

    told = send(serving_both, "long", body()).json()
    assert serving_both.service.settings.body_limit < 60 * (LONGEST + 5000)
    assert (told["lines"], told["accepted"], told["refused"]) == (180, 60, 60)
    assert told["problems"][0]["reason"] == f"longer than {LONGEST} bytes"


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_lines_are_cut_the_same_however_they_come(size):
    text = b"one\r\ntwo\n\nthree\n" + b"x" * (LONGEST + 1) + b"\nfour"
    cutter, found = Cutter(), []
    for start in range(0, len(text), size):
        found += cutter.feed(text[start : start + size])
    assert found + cutter.end() == [b"one", b"two", b"", b"three", None, b"four"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1]", "no JSON object"),
        (b'{"user": "a"', "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 9000, "no JSON"),
        (b'{"rating": 3}', "user: Field required"),
        (b'{"user": "a", "item": "b", "rating": NaN}', "finite"),
        (b'{"user": "a", "item": "b", "rating": 1e999}', "finite"),
        (b'{"user": "a\\u0000", "item": "b", "rating": 1}', "printable"),
        (b'{"user": "a\\ud800", "item": "b", "rating": 1}', "unicode"),
        (b'{"item": "b", "columns": {"x": {"y": 1}}}', "columns.x"),
        (b'{"name": "b"}', "neither a rating"),
    ],
)
def test_lines_that_cannot_be_read_say_why(line, reason):
    assert reason in read_line(line)
