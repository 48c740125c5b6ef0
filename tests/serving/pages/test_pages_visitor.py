"""Pages for visitors over HTTP, as a browser without scripts sees them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest

from alsoliked.serving.pages.visiting.knowing import look_up
from alsoliked.serving.pages.visiting.placing import drawn


class Read(HTMLParser):
    """What a page holds: forms with their fields, ids, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[dict] = []
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        told = dict(attrs)
        self.tags.append((tag, told))
        if tag == "form":
            self.forms.append({"action": told.get("action", ""), "fields": {}, "buttons": []})
        elif self.forms and tag == "input" and told.get("type") == "hidden":
            self.forms[-1]["fields"][told["name"]] = told["value"]
        elif self.forms and tag == "button":
            self.forms[-1]["buttons"].append(told.get("formaction", ""))

    def form(self, action: str) -> dict[str, str]:
        """The hidden fields of the first form that goes there."""
        found = (f["fields"] for f in self.forms if action in (f["action"], *f["buttons"]))
        return dict(next(found))


@pytest.fixture
def visitor(serving):
    with httpx.Client(base_url=serving.url, follow_redirects=True, timeout=20) as client:
        yield client


def listed(text: str) -> list[str]:
    return re.findall(r'<span class="rank">\d+</span> <span class="name">([^<]+)</span>', text)


def say(visitor: httpx.Client, action: str, **fields: str) -> str:
    page = Read(visitor.get("/").text)
    answer = visitor.post(action, data=page.form(action) | fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_rating_changes_the_list_and_the_page_says_what_moved(visitor) -> None:
    before = listed(visitor.get("/").text)
    after = say(visitor, "/visit/rate", rating="5")
    assert len(before) == len(listed(after)) == 10
    assert before[0] not in listed(after)
    assert f"You rated {before[0]} 5." in after
    assert "Your list changed:" in after or "Your list stayed" in after
    assert "fold-in of 1 rating" in after
    assert "Your list changed:" not in visitor.get("/").text


def test_what_was_shown_is_logged_once_with_the_list_it_was_in(serving, visitor) -> None:
    page = Read(visitor.get("/").text)
    form = page.form("/visit/rate")
    seen = {"token": form["token"], "recommendation": form["recommendation"], "shown": form["shown"]}
    assert visitor.post("/visit/shown", data=seen).status_code == 204
    visitor.post("/visit/rate", data=form | {"rating": "4"})
    from sqlalchemy import select

    from alsoliked.serving.answering import tokens
    from alsoliked.serving.storage.tables import exposures, outcomes

    told = tokens.read(serving.service, form["recommendation"])
    with serving.service.database.read() as connection:
        rows = connection.execute(
            select(exposures.c.rank).where(exposures.c.recommendation == told.id).order_by(exposures.c.rank)
        ).all()
        came = connection.execute(select(outcomes.c.recommendation).where(outcomes.c.user == told.user)).scalar_one()
    assert [row.rank for row in rows] == list(range(1, 11))
    assert came == told.id


def test_less_like_this_is_a_low_rating_and_can_be_taken_back(visitor) -> None:
    title = listed(visitor.get("/").text)[0]
    after = say(visitor, "/visit/less")
    low = re.search(r"counts as a rating of ([\d.]+) of", after)
    assert low is not None
    assert f"You rated {title} {low.group(1)}." in after
    back = say(visitor, "/visit/take-back")
    assert f"You took back what you said of {title}." in back
    assert title in listed(back)


def test_not_this_hides_in_this_browser_and_says_nothing_to_the_model(visitor) -> None:
    title = listed(visitor.get("/").text)[0]
    after = say(visitor, "/visit/hide")
    assert title not in listed(after)
    assert "Nothing yet." in after  # no rating was stored
    assert title in listed(say(visitor, "/visit/unhide"))


def test_the_interview_asks_skips_and_ends(visitor) -> None:
    asked = set()
    page = visitor.get("/visit/interview").text
    for turn in range(8):
        if "How do you rate" not in page:
            break
        form = Read(page).form("/visit/interview")
        assert form["item"] not in asked
        asked.add(form["item"])
        answer = {"skip": "yes"} if turn == 1 else {"rating": "4"}
        page = visitor.post("/visit/interview", data=form | answer).text
    assert "That is enough" in page
    assert len(asked) >= 3
    assert f"fold-in of {len(asked) - 1} ratings" in page


def test_why_names_the_rating_that_moved_it(visitor) -> None:
    rated = listed(visitor.get("/").text)[0]
    after = say(visitor, "/visit/rate", rating="5")
    item = re.search(r'href="/visit/why\?item=([^"]+)"', after)
    assert item is not None
    page = visitor.get("/visit/why", params={"item": item.group(1)}).text
    assert "What you said that moved it" in page
    assert rated in page
    assert "<rect" in page


def test_the_arrow_points_to_what_was_loved(serving, visitor) -> None:
    """Loving the items that lie to the right turns the arrow to the right, loving those to the left to the left."""
    held = look_up(serving.service, "nobody at all").held
    found = held.rec.components(2).table.sort("c1")
    ends = {"left": found.head(6)["item"].to_list(), "right": found.tail(6)["item"].to_list()}
    low, high = held.answers.train.rating_scale
    where = {}
    for side, loved in ends.items():
        other = ends["left" if side == "right" else "right"]
        for item in (*loved, *other):
            body = {"user": f"far {side}", "item": str(item), "rating": high if item in loved else low}
            assert serving.http.post("/ratings", json=body).status_code in (200, 201)
        where[side] = drawn(look_up(serving.service, f"far {side}")).you
    assert where["left"][0] < 360 < where["right"][0]
    page = visitor.get("/visit/map").text
    assert 'role="img"' in page
    assert "an arrow will say" in page  # nothing was rated in this browser


def test_search_finds_words_of_titles_and_a_rating_comes_back_to_it(visitor) -> None:
    page = visitor.get("/", params={"q": "title 1 (19"}).text
    form = next(f["fields"] for f in Read(page).forms if f["fields"].get("q"))
    after = visitor.post("/visit/rate", data=form | {"rating": "3"})
    assert after.url.params["q"] == "title 1 (19"
    assert "No title holds" in visitor.get("/", params={"q": "nothing of the kind"}).text


def test_forgetting_needs_a_tick_and_takes_all(serving, visitor) -> None:
    say(visitor, "/visit/rate", rating="5")
    page = visitor.get("/visit/you").text
    form = Read(page).form("/visit/forget")
    user = re.search(r'<dt>You are</dt><dd class="id">([^<]+)', page).group(1)
    assert visitor.post("/visit/forget", data=form).status_code == 422
    after = visitor.post("/visit/forget", data=form | {"sure": "yes"}).text
    assert "You were forgotten." in after
    assert user not in after
    assert not look_up(serving.service, user).given


def test_being_somebody_else_shows_their_trained_list(visitor) -> None:
    form = Read(visitor.get("/visit/you").text).form("/visit/name")
    page = visitor.post("/visit/name", data=form | {"user": "3"}).text
    assert "trained row" in page


@pytest.mark.parametrize("token", ["", "made up"])
def test_a_form_of_another_page_does_nothing(visitor, token: str) -> None:
    form = Read(visitor.get("/").text).form("/visit/rate")
    answer = visitor.post("/visit/rate", data=form | {"token": token, "rating": "5"})
    assert answer.status_code == 403
    assert "load it anew" in answer.text
    assert "Nothing yet." in visitor.get("/").text


def test_a_token_of_another_browser_does_nothing(serving, visitor) -> None:
    with httpx.Client(base_url=serving.url, timeout=20) as other:
        form = Read(other.get("/").text).form("/visit/rate")
    visitor.get("/")
    assert visitor.post("/visit/rate", data=form | {"rating": "5"}).status_code == 403


def test_a_cookie_that_somebody_wrote_is_nobody(visitor) -> None:
    visitor.cookies.set("alsoliked-visitor", "eyJ1c2VyIjoiMyJ9.made.up")
    assert "Nothing yet." in visitor.get("/").text


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/visit/rate", {"rating": "nan"}, 422),
        ("/visit/rate", {"rating": "99"}, 422),
        ("/visit/rate", {}, 422),
        ("/visit/rate", {"rating": "4", "shown": "no list"}, 422),
        ("/visit/name", {"user": ""}, 422),
    ],
)
def test_what_is_wrong_is_one_line_on_a_page(visitor, path: str, data: dict[str, str], status: int) -> None:
    form = Read(visitor.get("/").text).form("/visit/rate")
    answer = visitor.post(path, data=form | data)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert 'role="alert"' in answer.text
    assert "Traceback" not in answer.text


def test_pages_load_nothing_foreign_and_run_no_inline_script(visitor) -> None:
    for path in ("/", "/visit/interview", "/visit/map", "/visit/you", "/operate"):
        answer = visitor.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        tags = Read(answer.text).tags
        assert [told["src"] for tag, told in tags if tag == "script"] == [
            told["src"] for t, told in tags if "src" in told
        ]
        assert not any("style" in told or any(name.startswith("on") for name in told) for _, told in tags)
        assert "http://" not in answer.text.replace("http://www.w3.org", "")


def test_titles_are_text_whatever_they_hold(serving, visitor) -> None:
    nasty = '<script>alert("1")</script>'
    assert serving.http.put("/items/nasty", json={"title": nasty}).status_code < 300
    page = visitor.get("/", params={"q": nasty}).text
    assert nasty not in page
    assert "&lt;script&gt;" in page


def test_where_keys_are_asked_for_visitors_need_a_yes(serve_guarded) -> None:
    up, _ = serve_guarded()
    refused = httpx.get(up.url + "/")
    assert refused.status_code == 404
    assert "--visitors" in refused.text
    assert httpx.post(up.url + "/visit/rate", data={"item": "1", "rating": "5"}).status_code == 404


def test_visitors_of_a_guarded_service_are_not_others(serve_guarded) -> None:
    up, _ = serve_guarded(visitors=True)
    with httpx.Client(base_url=up.url, follow_redirects=True, timeout=20) as visitor:
        text = visitor.get("/visit/you").text
        form = Read(text).form("/visit/forget")
        assert "Be somebody else" not in text
        assert visitor.post("/visit/name", data=form | {"user": "3"}).status_code == 403
        assert len(listed(say(visitor, "/visit/rate", rating="5"))) == 10


def test_who_asks_too_often_is_told_when_to_come_back(serve_anew) -> None:
    up = serve_anew(rate=0.2)  # two at once, then one in five seconds
    answers = [httpx.get(up.url + "/visit/you") for _ in range(4)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert 'role="alert"' in answers[-1].text


def test_while_the_database_is_gone_the_list_goes_on_and_a_rating_says_it_was_not_kept(serve_anew) -> None:
    up = serve_anew()
    with httpx.Client(base_url=up.url, follow_redirects=True, timeout=20) as visitor:
        form = Read(visitor.get("/").text).form("/visit/rate")
        up.service.database.engine.dispose()
        place = up.service.settings.home / "serving.db"
        for name in ("serving.db", "serving.db-wal", "serving.db-shm"):
            (place.with_name(name)).unlink(missing_ok=True)
        place.mkdir()
        page = visitor.get("/")
        assert page.status_code == 200
        assert len(listed(page.text)) == 10
        assert "The database does not answer" in page.text
        lost = visitor.post("/visit/rate", data=form | {"rating": "5"})
        assert lost.status_code == 503
        assert "nothing was written" in lost.text
