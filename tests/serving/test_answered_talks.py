"""Interviews, explanations, similar items and the kill switch over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from alsoliked import Recommender
from alsoliked.serving.writing.catalogue import put_item
from alsoliked.serving.writing.rating import rate


def test_an_interview_asks_what_the_library_asks_and_ends_with_a_list(serving, bundle: Path) -> None:
    turn = serving.http.post("/interviews", json={"most": 3}).json()
    interview = Recommender.load(bundle).interview(most=3)
    for rating in (4, None, 2):
        assert turn["question"]["items"] == [str(interview.question.item)]
        assert turn["question"]["why"] == interview.question.why
        assert not turn["done"]
        body = {"item": turn["question"]["items"][0], "rating": rating, "n": 7}
        turn = serving.http.post(f"/interviews/{turn['interview']}/answers", json=body).json()
        interview = interview.answered(interview.question.item, rating)
    assert turn["done"]
    assert turn["question"] is None
    assert turn["why_done"] == interview.why_done
    assert turn["width"] == pytest.approx(interview.width)
    expected = interview.recommend(7)
    assert [place["item"] for place in turn["list"]["items"]] == [str(item) for item in expected.items]
    assert turn["list"]["served_by"] == turn["served_by"] == expected.served_by
    again = serving.http.post(f"/interviews/{turn['interview']}/answers", json={"item": "1", "rating": 4})
    assert again.status_code == 409


def test_what_a_named_user_answers_becomes_ratings(serving) -> None:
    rate(serving.service, "talker", "5", 4.0)
    turn = serving.http.post("/interviews", json={"user": "talker", "most": 2}).json()
    asked = []
    while not turn["done"]:
        asked += turn["question"]["items"]
        body = {"item": asked[-1], "rating": 5}
        turn = serving.http.post(f"/interviews/{turn['interview']}/answers", json=body).json()
    assert "5" not in asked
    listed = serving.http.get("/users/talker/recommendations").json()
    assert listed["served_by"] == f"fold-in of {1 + len(asked)} ratings"
    assert turn["list"]["items"] == listed["items"]


def test_other_forms_of_questions(serving) -> None:
    turn = serving.http.post("/interviews", json={"form": "pick_three", "most": 2}).json()
    page = turn["question"]["items"]
    loved = {"loved": page[:3]}
    assert (
        serving.http.post(f"/interviews/{turn['interview']}/answers", json=loved).json()["question"]["form"] == "rate"
    )
    turn = serving.http.post("/interviews", json={"form": "pair", "most": 1}).json()
    first, second = turn["question"]["items"]
    body = {"first": first, "second": second, "preferred": "second"}
    assert serving.http.post(f"/interviews/{turn['interview']}/answers", json=body).json()["done"]


def test_answers_that_fit_no_question(serving) -> None:
    turn = serving.http.post("/interviews", json={}).json()
    path = f"/interviews/{turn['interview']}/answers"
    for body, status in (
        ({"item": "5", "rating": 99}, 422),
        ({"rating": 3}, 422),
        ({"item": "unheard-of", "rating": 3}, 404),
        ({"item": "5", "loved": ["5"]}, 422),
        ({"first": "5", "second": "5"}, 422),
        ({}, 422),
    ):
        answer = serving.http.post(path, json=body)
        assert answer.status_code == status, (body, answer.text)
        assert "\n" not in answer.json()["detail"]
    assert serving.http.post("/interviews/nothing/answers", json={"item": "5"}).status_code == 404
    assert serving.http.post("/interviews", json={"user": "a", "ratings": {"5": 4}}).status_code == 422


def test_explanations_are_the_librarys(serving, bundle: Path) -> None:
    rec = Recommender.load(bundle)
    told = serving.http.get("/users/20/explanations/7").json()
    expected = rec.explain(20, 7)
    assert told["predicted"] == pytest.approx(expected.predicted, rel=1e-5)
    assert told["parts"] == pytest.approx(expected.parts, rel=1e-4)
    assert [row["moved"] for row in told["moved"]] == pytest.approx(expected.moved["moved"].to_list(), abs=1e-6)
    assert (told["served_by"], told["item"], told["title"]) == ("trained row", "7", expected.title)
    assert serving.http.get(f"/users/20/explanations/{expected.title}").json()["item"] == "7"
    rate(serving.service, "21", "7", 1.0)
    assert serving.http.get("/users/21/explanations/8").json()["moved"][0]["item"]
    assert serving.http.get("/users/21/explanations/8").json()["served_by"].startswith("fold-in")
    stranger = serving.http.post("/explanations", json={"item": "7", "ratings": {"5": 4, "6": 1}}).json()
    assert stranger["predicted"] == pytest.approx(rec.explain(item=7, given={5: 4, 6: 1}).predicted, rel=1e-5)
    newcomer = serving.http.get("/users/newcomer/explanations/7").json()
    assert newcomer["predicted"] is not None
    assert newcomer["reasons"] == ["no ratings of user 'newcomer' are known"]


def test_similar_items_are_the_librarys(serving, bundle: Path) -> None:
    told = serving.http.get("/items/7/similar", params={"n": 5}).json()
    expected = Recommender.load(bundle).similar_items(7, n=5)
    assert [place["item"] for place in told["items"]] == [str(item) for item in expected.items]
    assert [place["score"] for place in told["items"]] == pytest.approx(expected.scores, rel=1e-5)
    assert told["served_by"] == expected.served_by


def test_items_that_came_since_and_items_nobody_heard_of(serving) -> None:
    put_item(serving.service, "new-one", "A new one", {"year": 1999})
    for path in ("/items/new-one/similar", "/users/3/explanations/new-one"):
        told = serving.http.get(path)
        assert told.status_code == 200
        assert told.json()["reasons"]
    for path in ("/items/unheard-of/similar", "/users/3/explanations/unheard-of"):
        told = serving.http.get(path)
        assert told.status_code == 404
        assert "unheard-of" in told.json()["detail"]


def test_the_switch(serving) -> None:
    assert serving.http.post("/control/release", json={"why": "nothing to release"}).status_code == 409
    assert serving.http.post("/control/kill", json={}).status_code == 422
    state = serving.http.post("/control/kill", json={"why": "a test"}).json()
    assert state["killed"] == "a test"
    assert serving.http.get("/users/3/recommendations").json()["model"] == "none"
    assert serving.http.get("/health/ready").json()["model"] is None
    assert serving.http.get("/users/3/explanations/7").json()["predicted"] is None
    assert serving.http.get("/items/7/similar").json()["items"] == []
    assert serving.http.post("/interviews", json={}).status_code == 503
    assert serving.http.post("/control/release", json={"why": "over"}).json()["killed"] is None
    assert serving.http.get("/users/3/recommendations").json()["stage"] == "stable"
