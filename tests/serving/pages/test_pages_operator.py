"""Pages for operators over HTTP: signing in, a rollout by its buttons, edits, imports, the log."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from alsoliked.audit.plan.template import template
from alsoliked.serving.keys.store import revoke
from alsoliked.serving.rollout.checking import check
from alsoliked.serving.rollout.steps import status
from alsoliked.serving.storage import events
from alsoliked.serving.storage.edits import current

PAGES = ("", "/rollout", "/review", "/monitors", "/people", "/edits", "/import", "/jobs", "/log")


@dataclass
class Desk:
    """A browser at the operator's desk."""

    up: object
    client: httpx.Client

    def get(self, path: str, **params: str) -> str:
        answer = self.client.get(f"/operate{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, page: str | None = None, files: dict | None = None, **fields: str) -> httpx.Response:
        """Fill in the form that goes there, on a page."""
        text = self.get(path if page is None else page)
        form = re.search(rf'<form method="post" action="/operate{path}".*?</form>', text, re.DOTALL)
        assert form is not None, f"no form goes to {path}"
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.group()))
        sure = {"sure": "yes"} if 'name="sure"' in form.group() else {}
        return self.client.post(f"/operate{path}", data=hidden | sure | fields, files=files)

    def standing(self):
        with self.up.service.database.read() as connection:
            return self.up.service.standing(connection)


@pytest.fixture(scope="module")
def desk(serving) -> Iterator[Desk]:
    """On loopback without keys, where nobody signs in."""
    plan = template(today=datetime.date.today()).replace("FILL IN", "the editors")
    (serving.service.settings.home / "plan.toml").write_text(plan, encoding="utf-8")
    with httpx.Client(base_url=serving.url, follow_redirects=True, timeout=60) as client:
        yield Desk(serving, client)


def test_a_rollout_goes_in_by_its_buttons_and_back_by_one(desk: Desk, candidate) -> None:
    live = desk.standing().row.model
    assert "Your name" in desk.get("/rollout")
    assert "nobody&#39;s name came" in desk.send("/rollout/propose", "/rollout", bundle=str(candidate)).text
    text = desk.send("/rollout/propose", "/rollout", by="Ann", bundle=str(candidate)).text
    assert "is proposed; its checks come next" in text
    held = check(desk.up.service, status(desk.up.service), by="Ann", pinned=["3"], n=5)

    text = desk.get("/review")
    assert "User 3:" in text
    assert "pinned" in text
    assert all(sentence[:30].replace("'", "&#39;") in text for sentence in held.checks["evidence"]["words"])
    despite = {} if held.passed else {"despite": "a trial"}
    refused = desk.send("/review/approve", "/review", reason="wider lists", sure="no", **despite)
    assert refused.status_code == 422
    text = desk.send("/review/approve", "/review", by="Bo", reason="wider lists", **despite).text
    assert "is approved" in text
    assert "by Bo" in text
    assert "wider lists" in text

    before = desk.get("/rollout")
    assert "in shadow now" in desk.send("/rollout/advance", "/rollout").text
    stale = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', before.split("/rollout/advance")[1]))
    again = desk.client.post("/operate/rollout/advance", data=stale | {"sure": "yes", "by": "Bo"})
    assert again.status_code == 422  # two who press at once do not go two steps
    assert "somebody else took a step" in again.text
    assert "say why it may go on" in desk.send("/rollout/advance", "/rollout").text
    assert "is shown to 1 % of the users" in desk.send("/rollout/advance", "/rollout", early="a trial").text
    assert "sample ratio" in desk.get("/rollout")

    sides = desk.get("/people", user="3")
    assert all(name in sides for name in ("what they get", f"live model: {live}", "candidate: ", "holdout"))
    assert "is halted" in desk.send("/rollout/halt", "/rollout", reason="odd lists").text
    assert "waits" in desk.get("") or "halted" in desk.get("")
    text = desk.send("/rollout/back", "/rollout", reason="enough seen").text
    assert f"{live} is served to everybody again" in text
    assert status(desk.up.service) is None
    log = desk.get("/log", check="true")
    assert "Every row is as it was written" in log
    for done in ("proposed", "approved", "began in shadow", "halted", "rolled back"):
        assert f"<td>{done}</td>" in log


def test_models_go_off_and_on_with_a_reason(desk: Desk) -> None:
    assert desk.send("/switch", "", by="Ann", why="").status_code == 422
    assert "All models are off" in desk.send("/switch", "", by="Ann", why="odd lists").text
    listed = desk.up.http.get("/users/3/recommendations").json()
    assert listed["model"] == "none"
    assert "odd lists" in desk.get("")
    assert "Models answer again" in desk.send("/switch", "", by="Ann", why="mended").text
    assert desk.up.http.get("/users/3/recommendations").json()["model"] != "none"


def test_the_holdout_is_set_with_a_name_and_a_reason(desk: Desk) -> None:
    before = f"{100 * desk.standing().row.holdout:g}"
    assert "5 % of all users" in desk.send("/holdout", "", by="Ann", percent="5", why="to see loops").text
    assert desk.standing().row.holdout == 0.05
    assert desk.send("/holdout", "", percent="120", why="x").status_code == 422
    desk.send("/holdout", "", percent=before, why="as it was")


def test_an_edit_is_by_title_for_some_days_and_withdrawn_with_a_reason(desk: Desk) -> None:
    item = desk.up.service.shelf.take(desk.standing().row.model).items[5]
    title = desk.up.http.get(f"/items/{item}").json()["title"]
    wish = {"by": "Ann", "kind": "pin", "amount": "1", "days": "7", "reason": "season"}
    assert "holds from the next request on" in desk.send("/edits", item=title, **wish).text
    [edit] = current_of(desk)
    assert (edit.item, edit.author, edit.amount) == (item, "Ann", 1.0)
    assert desk.up.http.get("/users/nobody/recommendations").json()["items"][0]["item"] == item
    for wrong in ({"amount": "one"}, {"days": "-1"}, {"kind": "praise"}, {"amount": "0.5"}):
        assert desk.send("/edits", item="7", **(wish | wrong)).status_code == 422
    assert "is withdrawn" in desk.send("/edits/withdraw", "/edits", reason="over").text
    assert current_of(desk) == ()


def test_a_csv_counts_once_and_what_is_wrong_is_told_by_line(desk: Desk) -> None:
    file = ("told.csv", b"user,item,rating\ncsv,3,4\ncsv,4,99\ncsv,5,2\n", "text/csv")
    text = desk.send("/import", by="Ann", files={"file": file}).text
    assert "Lines kept: 2; refused: 1" in text
    assert desk.up.http.get("/users/csv/ratings").json()
    assert "Lines kept: 2" in desk.send("/import", by="Ann", files={"file": file}).text
    lines = ("told.jsonl", b'{"user": "csv", "item": "6", "rating": 5}\n', "application/jsonl")
    assert "Lines kept: 1; refused: 0" in desk.send("/import", files={"file": lines}).text
    headless = ("told.csv", b"a,b\n1,2\n", "text/csv")
    assert "expected user, item and rating" in desk.send("/import", files={"file": headless}).text


def test_an_audit_beside_the_bundle_is_shown_in_a_sandbox(desk: Desk, bundle) -> None:
    assert "alsoliked audit" in desk.client.get("/operate/audit").text
    page = bundle.with_name(f"{bundle.name}.audit.html")
    page.write_text("<p>an audit</p>", encoding="utf-8")
    answer = desk.client.get("/operate/audit")
    page.unlink()
    assert "an audit" in answer.text
    assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts;")


def test_monitors_draw_days_and_keep_the_table(desk: Desk) -> None:
    from sqlalchemy import insert

    from alsoliked.serving.storage.tables import outcomes

    with desk.up.service.database.write() as connection:
        now = desk.up.service.database.now(connection)
        told = {"model": desk.standing().row.model, "stage": "stable", "arm": "stable", "recommendation": None}
        rows = [
            {"user": str(user), "item": "3", "rating": 4.0, "predicted": 3.0, "at": now - day * 86_400, **told}
            for user in range(20)
            for day in range(1, 5)
        ]
        connection.execute(insert(outcomes), rows)
    text = desk.get("/monitors", days="7")
    assert 'aria-label="Error against later ratings by day' in text
    assert "<table>" in text.split('id="error"')[1]


def test_each_page_opens(desk: Desk) -> None:
    for path in PAGES:
        assert "<h1>" in desk.get(path)


def test_only_a_key_that_may_operate_opens_the_desk(serve_guarded) -> None:
    up, keys = serve_guarded()
    with httpx.Client(base_url=up.url, follow_redirects=True, timeout=30) as client:
        for path in PAGES:
            asked = client.get(f"/operate{path}")
            assert asked.url.path == "/operate/sign-in"
        assert client.post("/operate/switch", data={"way": "off", "why": "x", "sure": "yes"}).url.path.endswith(
            "sign-in"
        )
        for wrong in ("guessed", keys["read"]):
            refused = client.post("/operate/sign-in", data={"key": wrong})
            assert refused.status_code == 403
            assert wrong not in refused.text
        elsewhere = client.post(
            "/operate/sign-in",
            data={"key": keys["operate"], "then": "https://example.org/operate"},
            follow_redirects=False,
        )
        assert elsewhere.headers["location"] == "/operate"
        cookie = elsewhere.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert keys["operate"] not in cookie

        desk = Desk(up, client)
        text = desk.get("")
        assert "Signed in as operate er" in text
        assert "Your name" not in text
        desk.send("/switch", "", why="a trial", by="somebody else")
        with up.service.database.read() as connection:
            assert events.verify(connection) is None
        assert "<td>operate er</td><td>killed</td>" in desk.get("/log")
        forged = client.post("/operate/switch", data={"way": "on", "why": "x", "sure": "yes", "token": "made up"})
        assert forged.status_code == 403

        with up.service.database.write() as connection:
            revoke(connection, up.service.database.now(connection), "operate er")
        assert client.get("/operate").url.path == "/operate/sign-in"


def current_of(desk: Desk):
    with desk.up.service.database.read() as connection:
        return current(connection, desk.up.service.database.now(connection))
