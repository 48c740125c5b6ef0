"""Limits: how often, how much, from where, and what an answer tells a browser."""

from __future__ import annotations

import stat

import httpx

from alsoliked.serving.limits.rates import Rates


def test_without_keys_only_this_machine_is_answered(serving):
    for host in ("evil.example", "evil.example:8000", ""):
        answer = serving.http.get("/items/3", headers={"Host": host})
        assert answer.status_code == 421
        assert "--require-keys" in answer.json()["detail"]
    for host in ("localhost", "127.0.0.1:1", "[::1]:8000"):
        assert serving.http.get("/items/3", headers={"Host": host}).status_code == 200


def test_too_many_wait(serve_anew):
    up = serve_anew(rate=0.5)
    answers = [up.http.get("/items/3") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].headers["retry-after"] == "2"
    assert "Retry-After" in answers[-1].json()["detail"]
    assert up.http.get("/health/live").status_code == 200


def test_buckets_fill_and_do_not_pile_up():
    clock = [0.0]
    rates = Rates(2.0, clock=lambda: clock[0])
    assert [rates.take("a") for _ in range(21)] == [0.0] * 20 + [0.5]
    clock[0] = 1.0
    assert [rates.take("a") > 0 for _ in range(3)] == [False, False, True]
    for who in range(20_000):
        rates.take(str(who))
    assert len(rates._held) == 10_000


def test_sizes(serving):
    limit = serving.service.settings.body_limit
    big = b'{"user": "k", "item": "3", "rating": 3' + b" " * limit + b"}"
    kind = {"Content-Type": "application/json"}
    answers = [
        serving.http.post("/ratings", content=big, headers=kind),
        serving.http.post("/ratings", content=iter([big[: limit // 2], big[limit // 2 :]]), headers=kind),
        serving.http.get("/items/3", headers={"X-Long": "x" * 33_000}),
        serving.http.get("/items/" + "x" * 5000),
        serving.http.get("/items/%00"),
        serving.http.get("/nowhere"),
        serving.http.patch("/ratings"),
    ]
    assert [answer.status_code for answer in answers] == [413, 413, 431, 414, 400, 404, 405]
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
        assert "\n" not in answer.json()["detail"]
    assert "ratings" not in serving.http.get("/users/k/ratings").json()["ratings"]


def test_what_browsers_are_told(serving):
    headers = serving.http.get("/items/3", headers={"Origin": "https://shop.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_other_origins_only_where_told(serve_anew):
    up = serve_anew(cors=("https://shop.example",))
    allowed = up.http.get("/items/3", headers={"Origin": "https://shop.example"}).headers
    other = up.http.get("/items/3", headers={"Origin": "https://evil.example"}).headers
    assert allowed["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in other


def test_the_secret_is_the_owners_alone(serving):
    place = serving.service.settings.home / "secret"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_no_stack_trace_goes_out(serving, monkeypatch):
    def fails(*_):
        raise RuntimeError("planted /secret/place")

    monkeypatch.setattr("alsoliked.serving.api.items.catalogue.item", fails)
    with httpx.Client(base_url=serving.url) as http:
        answer = http.get("/items/3")
    assert answer.status_code == 500
    assert "planted" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
