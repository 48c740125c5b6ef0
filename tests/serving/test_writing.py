"""What people tell: committed before it is acknowledged, counted once, forgotten when asked; SQLite and PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from alsoliked.serving.storage import tables
from alsoliked.serving.writing.rating import rate
from alsoliked.serving.writing.saying import Once


def rows_of(up, table, user):
    with up.service.database.read() as connection:
        return connection.execute(select(table).where(table.c.user == user)).mappings().all()


def unrated(planted, user):
    """Items the user has not rated in training, and one they have."""
    index = planted.users.index(user)
    own = {planted.items[int(i)] for i in planted.item_index[planted.user_index == index]}
    return [str(item) for item in planted.items if item not in own], [str(item) for item in own]


def test_a_rating_is_kept_and_held_against_the_prediction(serving_both, planted):
    up = serving_both
    new, _ = unrated(planted, 3)
    expected = up.http.get(f"/users/3/explanations/{new[0]}").json()["predicted"]
    told = up.http.post("/ratings", json={"user": 3, "item": new[0], "rating": 5, "timestamp": 881250949}).json()
    [rated] = told["ratings"]
    assert rated["predicted"] == pytest.approx(expected, abs=1e-5)
    assert (rated["user"], rated["item"], rated["stage"], rated["notes"]) == ("3", new[0], "stable", [])
    [outcome] = rows_of(up, tables.outcomes, "3")
    assert outcome["predicted"] == pytest.approx(rated["predicted"])
    assert (outcome["rating"], outcome["model"]) == (5.0, rated["model"])
    [kept] = rows_of(up, tables.ratings, "3")
    assert (kept["rating"], kept["timestamp"]) == (5.0, 881250949)
    assert kept["updated_at"] > 1.7e9  # the database's clock


def test_it_counts_in_the_next_list(serving_both):
    def ask():
        return [place["item"] for place in up.http.get("/users/5/recommendations", params={"n": 5}).json()["items"]]

    up = serving_both
    before = ask()
    up.http.put(f"/users/5/ratings/{before[0]}", json={"rating": 1}).raise_for_status()
    after = ask()
    assert before[0] not in after
    assert up.http.delete(f"/users/5/ratings/{before[0]}").json()["withdrawn"]
    assert ask() == before


def test_what_was_rated_before_is_no_prediction_and_said_again_no_news(serving_both, planted):
    up = serving_both
    _, own = unrated(planted, 7)
    first = up.http.put(f"/users/7/ratings/{own[0]}", json={"rating": 1}).json()
    again = up.http.put(f"/users/7/ratings/{own[0]}", json={"rating": 1}).json()
    assert first["predicted"] is None
    assert again["rating"] == 1
    assert [row["predicted"] for row in rows_of(up, tables.outcomes, "7")] == [None]


def test_strangers_and_new_items_are_taken_and_told_of(serving_both):
    up = serving_both
    body = [{"user": "stranger", "item": "3", "rating": 5}, {"user": "stranger", "item": "unheard of", "rating": 4}]
    [known, unknown] = up.http.post("/ratings", json=body).json()["ratings"]
    assert "in training" in known["notes"][0]
    assert any("no rating of this item" in note for note in unknown["notes"])
    assert known["predicted"] is not None
    assert unknown["predicted"] is None
    listed = up.http.get("/users/stranger/ratings").json()["ratings"]
    assert {(row["item"], row["source"]) for row in listed} == {("3", "said"), ("unheard of", "said")}


def test_a_title_is_kept_as_its_item(serving_both, planted):
    title = planted.item_table["title"][4]
    told = serving_both.http.post("/ratings", json={"user": "titles", "item": title, "rating": 3}).json()
    assert told["ratings"][0]["item"] == str(planted.item_table["item"][4])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"user": "r", "item": "3", "rating": 11}, "rating=11 came, expected"),
        ({"user": "r", "item": "3"}, "rating: Field required"),
        ({"user": "", "item": "3", "rating": 3}, "at least 1 character"),
        ({"user": "r", "item": "x" * 201, "rating": 3}, "at most 200 characters"),
        ({"user": "r\x00", "item": "3", "rating": 3}, "printable"),
        ({"user": "r", "item": "3", "rating": 3, "timestamp": 1.7e12}, "less than or equal"),
        ({"user": "r", "item": "3", "rating": 3, "stars": 1}, "Extra inputs"),
        ({"user": "r", "item": "3", "rating": 3, "recommendation_id": "made.up"}, "was not made here"),
        ([], "at least 1 item"),
        ([{"user": "r", "item": "3", "rating": 3}] * 1001, "at most 1000 items"),
    ],
)
def test_what_cannot_be_taken_is_refused_whole(serving_both, body, words):
    answer = serving_both.http.post("/ratings", json=body)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert not rows_of(serving_both, tables.ratings, "r")


def test_all_of_several_or_none(serving_both):
    body = [{"user": "whole", "item": "3", "rating": 3}, {"user": "whole", "item": "4", "rating": 99}]
    assert serving_both.http.post("/ratings", json=body).status_code == 422
    assert not rows_of(serving_both, tables.ratings, "whole")


def test_sent_twice_it_counts_once(serving_both):
    up, head = serving_both, {"Idempotency-Key": "a1"}
    body = {"user": "twice", "item": "3", "rating": 4}
    first, again = (up.http.post("/ratings", json=body, headers=head) for _ in range(2))
    other = up.http.post("/ratings", json=body | {"rating": 5}, headers=head)
    assert first.json() == again.json()
    assert other.status_code == 409
    assert "use a new key" in other.json()["detail"]
    assert len(rows_of(up, tables.outcomes, "twice")) == 1
    assert [row["rating"] for row in rows_of(up, tables.ratings, "twice")] == [4.0]


def test_sent_by_many_at_once_it_counts_once(serving_both):
    service, once = serving_both.service, Once.of("client", "b2", "the same")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(rate(service, "many", "3", 4, idempotency=once))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(rows_of(serving_both, tables.outcomes, "many")) == 1


def test_withdrawn_also_from_training(serving_both, planted):
    up = serving_both
    _, own = unrated(planted, 11)
    before = {row["item"] for row in up.http.get("/users/11/ratings").json()["ratings"]}
    assert before == set(own)
    told = [up.http.delete(f"/users/11/ratings/{own[0]}") for _ in range(2)]
    assert [answer.json()["withdrawn"] for answer in told] == [True, False]
    after = {row["item"] for row in up.http.get("/users/11/ratings").json()["ratings"]}
    assert after == before - {own[0]}
    assert up.http.delete("/users/11/ratings/unheard").status_code == 404


def test_what_was_shown_is_kept_once(serving_both):
    up = serving_both
    answer = up.http.get("/users/13/recommendations", params={"n": 4}).json()
    items = [place["item"] for place in answer["items"]]
    body = {"recommendation_id": answer["recommendation_id"], "items": items}
    assert rows_of(up, tables.exposures, "13") == []  # asking is not showing
    assert [up.http.post("/exposures", json=body).json()["new"] for _ in range(2)] == [4, 0]
    rows = rows_of(up, tables.exposures, "13")
    assert [(row["item"], row["rank"]) for row in rows] == list(zip(items, range(1, 5), strict=True))
    assert {row["model"] for row in rows} == {answer["model"]}
    assert {row["milliseconds"] > 0 for row in rows} == {True}  # how long the list took to make, by its own id
    rated = {"user": "13", "item": items[0], "rating": 5, "recommendation_id": answer["recommendation_id"]}
    assert up.http.post("/ratings", json=rated).status_code == 200
    assert rows_of(up, tables.outcomes, "13")[0]["recommendation"] == rows[0]["recommendation"]
    assert up.http.post("/ratings", json=rated | {"user": "14"}).status_code == 409


def test_forgotten(serving_both):
    up, user = serving_both, "17"
    answer = up.http.get(f"/users/{user}/recommendations", params={"n": 3}).json()
    items = [place["item"] for place in answer["items"]]
    up.http.post("/exposures", json={"recommendation_id": answer["recommendation_id"], "items": items})
    up.http.post("/ratings", json={"user": user, "item": items[0], "rating": 5}, headers={"Idempotency-Key": "f"})
    up.http.put(f"/users/{user}", json={"columns": {"age": 30}})
    gone = up.http.delete(f"/users/{user}").json()["deleted"]
    assert {name: gone[name] for name in ("ratings", "outcomes", "exposures", "columns")} == {
        "ratings": 1,
        "outcomes": 1,
        "exposures": 3,
        "columns": 1,
    }
    assert up.http.get(f"/users/{user}").status_code == 404
    assert up.http.get(f"/users/{user}/ratings").json()["ratings"] == []  # of training, too
    with up.service.database.read() as connection:
        for table in (tables.ratings, tables.outcomes, tables.exposures, tables.users):
            assert connection.scalar(select(func.count()).select_from(table).where(table.c.user == user)) == 0
        kept = connection.execute(select(tables.idempotency.c.body)).scalars().all()
        assert all(row["user"] != user for body in kept for row in body)
        [event] = connection.execute(select(tables.events).where(tables.events.c.action == "forgot")).mappings().all()
    assert user not in event["subject"].split()
    up.http.put(f"/users/{user}/ratings/3", json={"rating": 5}).raise_for_status()  # comes back as somebody new
    assert len(up.http.get(f"/users/{user}/ratings").json()["ratings"]) == 1


def test_users_and_items_are_described(serving_both, planted):
    up = serving_both
    told = up.http.put("/users/19", json={"columns": {"age": 31, "city": "Ghent"}}).json()
    assert told["unused"] == ["city"]
    about = up.http.get("/users/19").json()
    assert about["columns"] == {"age": 31, "city": "Ghent", "gender": planted.user_table["gender"][18]} or about[
        "columns"
    ].keys() == {"age", "city", "gender"}
    assert up.http.put("/users/19", json={"columns": {"age": "old"}}).status_code == 422
    assert up.http.put("/items/new-1", json={"title": "Heat", "columns": {"year": 1995}}).json()["unused"] == []
    assert up.http.get("/items/new-1").json() == {
        "item": "new-1",
        "title": "Heat",
        "columns": {"year": 1995},
        "count": 0,
    }
    assert up.http.get("/items/none").status_code == 404
    first = up.http.get("/items/3").json()
    assert first["title"].startswith("Title 3")
    assert first["count"] > 0


def test_pages_of_items_hold_each_once(serving_both, planted):
    up, found, after = serving_both, [], None
    up.http.put("/items/zz-1", json={"title": "Z"})
    up.http.put("/items/zz-2", json={})
    while True:
        page = up.http.get("/items", params={"limit": 30} | ({} if after is None else {"after": after})).json()
        found += [item["item"] for item in page["items"]]
        after = page["after"]
        if after is None:
            break
    assert len(found) == len(set(found))
    assert {str(item) for item in planted.items} | {"zz-1", "zz-2"} <= set(found)


def test_a_failing_prediction_loses_no_rating(serving_both, monkeypatch):
    def fails(*_):
        raise ArithmeticError("planted")

    monkeypatch.setattr("alsoliked.serving.writing.predicted.rated", fails)
    told = serving_both.http.put("/users/23/ratings/new-x", json={"rating": 3}).json()
    assert told["predicted"] is None
    assert [row["rating"] for row in rows_of(serving_both, tables.ratings, "23")] == [3.0]


def test_text_that_a_database_does_not_take_is_refused_not_failed_at(serving_both):
    assert serving_both.http.post("/interviews", json={"user": "nul\x00"}).status_code < 500
    assert serving_both.http.get("/users/nul%00/ratings").status_code == 400
