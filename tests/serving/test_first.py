"""The service starts, answers, and says what is live."""

from __future__ import annotations


def test_it_answers(serving) -> None:
    ready = serving.http.get("/health/ready").json()
    listed = serving.http.get("/users/3/recommendations", params={"n": 5}).json()
    assert ready["status"] == "ready"
    assert listed["model"] == ready["model"]
    assert len(listed["items"]) == 5


def test_postgres_too(serve_anew, fresh_postgres) -> None:
    up = serve_anew(database=fresh_postgres())
    assert up.http.get("/users/3/recommendations").status_code == 200
