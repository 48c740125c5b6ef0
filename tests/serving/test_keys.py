"""Keys: shown once, kept as digests, with scopes."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from alsoliked.cli.verbs import app as verbs
from alsoliked.errors import OptionError
from alsoliked.serving.keys.cache import KeyCache
from alsoliked.serving.keys.store import any_key, check_key, make_key, revoke
from alsoliked.serving.refusals import ConflictError, NotThereError, UnavailableError
from alsoliked.serving.storage import Database
from alsoliked.serving.storage.keys import all_keys

RATING = {"user": "k", "item": "3", "rating": 3}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    made = Database(url if request.param == "sqlite" else request.getfixturevalue("fresh_postgres")())
    made.migrate()
    yield made
    made.close()


def test_made_checked_and_revoked(database):
    with database.write() as connection:
        assert not any_key(connection)
        key = make_key(connection, 1.0, "shop", ["write", "read"])
        actor = check_key(connection, key)
        assert (actor.name, actor.scopes) == ("shop", ("read", "write"))
        [kept] = all_keys(connection)
        assert key.rpartition("_")[2] not in repr(kept)
        for wrong in (
            key[:-1],
            key + "x",
            key.replace("alk_", "abc_"),
            "",
            "alk",
            "alk__",
            "alk_\udcff_x",
            "alk_\x00_x",
        ):
            assert check_key(connection, wrong) is None
        with pytest.raises(ConflictError, match="already"):
            make_key(connection, 1.0, "shop", ["read"])
        for scopes in ([], ["read", "root"]):
            with pytest.raises(OptionError, match="read, write, operate"):
                make_key(connection, 1.0, "other", scopes)
        assert revoke(connection, 2.0, "shop").key == kept.key
        assert check_key(connection, key) is None
        assert not any_key(connection)
        with pytest.raises(NotThereError, match="expected one of: none"):
            revoke(connection, 2.0, "shop")
        make_key(connection, 3.0, "shop", ["read"])  # the name is free again


def test_a_revoked_key_opens_nothing_after_five_seconds(database):
    clock = [0.0]
    cache = KeyCache(database, clock=lambda: clock[0])
    with database.write() as connection:
        key = make_key(connection, 1.0, "shop", ["read", "write"])
    assert cache.held(key) is None
    assert cache.ask(key).name == "shop"
    with database.write() as connection:
        revoke(connection, 2.0, "shop")
    assert cache.held(key).name == "shop"
    clock[0] = 5.0
    assert cache.held(key) is None
    assert cache.ask(key) is None


def test_a_key_reads_on_while_the_database_is_gone(tmp_path):
    home, clock = tmp_path / "home", [0.0]
    home.mkdir()
    database = Database(f"sqlite:///{home / 'keys.db'}")
    database.migrate()
    with database.write() as connection:
        key = make_key(connection, 1.0, "shop", ["read", "write"])
    cache = KeyCache(database, clock=lambda: clock[0])
    assert cache.ask(key).scopes == ("read", "write")
    database.close()
    home.rename(tmp_path / "away")
    clock[0] = 60.0
    assert cache.ask(key).scopes == ("read",)
    clock[0] = 301.0
    with pytest.raises(UnavailableError):
        cache.ask(key)


@pytest.fixture
def guarded(serve_anew, tmp_path):
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    database = Database(url)
    database.migrate()
    with database.write() as connection:
        keys = {scope: make_key(connection, 1.0, scope, [scope]) for scope in ("read", "write", "operate")}
    database.close()
    return serve_anew(database=url, require_keys=True, rate=0), keys


def test_scopes_decide(guarded):
    up, keys = guarded

    def status(method, path, key=None, **more):
        headers = {"Authorization": f"Bearer {keys[key]}"} if key else {}
        return up.http.request(method, path, headers=headers, **more).status_code

    for key, read, write in ((None, 401, 401), ("read", 200, 403), ("write", 403, 200), ("operate", 403, 403)):
        assert status("GET", "/users/3/recommendations", key) == read
        assert status("GET", "/users/3/ratings", key) == read
        assert status("POST", "/ratings", key, json=RATING) == write
        assert status("DELETE", "/users/k/ratings/3", key) == write
    assert status("GET", "/health/live") == 200
    answer = up.http.get("/items", headers={"X-API-Key": keys["read"]})
    assert answer.status_code == 200
    refused = up.http.get("/items", headers={"X-API-Key": "alk_guessed_key"})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "keys add" in refused.json()["detail"]


def test_every_operation_asks_for_a_key(guarded):
    up, _ = guarded
    schema = up.http.get("/openapi.json").json()
    for path, methods in schema["paths"].items():
        for method in methods:
            if path.startswith("/health") or path == "/metrics":
                continue
            asked = path.replace("{", "").replace("}", "")
            assert up.http.request(method, asked, json={}).status_code == 401, (method, path)


def test_keys_on_the_command_line(tmp_path):
    at = ["--home", str(tmp_path / "home")]
    run = CliRunner().invoke
    made = json.loads(run(verbs, ["keys", "add", "shop", "--scopes", "read, write", "--json", *at]).output)
    assert made["scopes"] == ["read", "write"]
    database = Database(f"sqlite:///{tmp_path / 'home' / 'serving.db'}")
    with database.read() as connection:
        assert check_key(connection, made["key"]).name == "shop"
    listed = run(verbs, ["keys", "list", *at]).output
    assert "shop" in listed
    assert made["key"] not in listed
    assert run(verbs, ["keys", "revoke", "shop", "--json", *at]).exit_code == 0
    [told] = json.loads(run(verbs, ["keys", "list", "--json", *at]).output)
    assert told["revoked_at"] > told["created_at"]
    with database.read() as connection:
        assert check_key(connection, made["key"]) is None
    database.close()
    with pytest.raises(OptionError, match="no service keeps anything"):
        run(verbs, ["keys", "list", "--home", str(tmp_path / "none")], catch_exceptions=False)
