"""Pages in a real browser: with scripts and without, by keyboard alone, wide and narrow, light and dark."""

from __future__ import annotations

import datetime
import os
import re
import shutil
from collections.abc import Callable, Iterator

import pytest

from alsoliked.audit.plan.template import template
from alsoliked.serving.rollout.moving import Move, move
from alsoliked.serving.rollout.steps import propose

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VISITOR = ("/", "/?q=title", "/visit/interview", "/visit/map", "/visit/you", "/visit/why?item=3")
OPERATOR = ("", "/rollout", "/review", "/monitors", "/people?user=3", "/edits", "/import", "/jobs", "/log", "/sign-in")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; name one in CHROMIUM")

# what can be measured of a page's accessibility: names of fields, order of headings, contrast of text
MEASURE = r"""() => {
  const wrong = [];
  if (document.documentElement.lang !== "en") wrong.push("no lang");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  if (!document.title) wrong.push("no title");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) wrong.push(`h${level} then ${heading.outerHTML}`);
    level = now;
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (![...field.labels].some(label => label.textContent.trim())) wrong.push(`no label: ${field.outerHTML}`);
  for (const button of document.querySelectorAll("button, a[href]"))
    if (!button.textContent.trim()) wrong.push(`no name: ${button.outerHTML}`);
  for (const picture of document.querySelectorAll("svg:not([aria-hidden])"))
    if (!picture.getAttribute("aria-label") && !picture.querySelector("title")) wrong.push("a picture without words");
  const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
  for (const id of new Set(ids)) if (ids.filter(other => other === id).length > 1) wrong.push(`id ${id} twice`);
  for (const element of document.querySelectorAll("[aria-labelledby]"))
    for (const id of element.getAttribute("aria-labelledby").split(" "))
      if (!ids.includes(id)) wrong.push(`aria-labelledby ${id} is nowhere`);
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = colour => {
    const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = colour.slice(0, 3).map(c => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = rgb(getComputedStyle(element).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || box.width < 2 || element.closest("svg, .unseen, .skip, script, title")) continue;
    const [one, other] = [light(rgb(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 120)}`);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) wrong.push(`${wide} pixels too wide`);
  return wrong;
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """One browser for all tests here."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, serving) -> Iterator[Callable]:
    """Open a page in a browser without memory; whatever the page complains of fails the test."""
    contexts, complaints = [], []

    def start(path: str, **told):
        context = chromium.new_context(base_url=serving.url, **told)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(path)
        return page

    yield start
    for context in contexts:
        context.close()
    assert not complaints


def names(page) -> list[str]:
    return page.locator(".list .name").all_inner_texts()


def test_a_star_changes_the_list_without_a_new_page(open_page) -> None:
    page = open_page("/")
    page.evaluate("window.stayed = true")
    before = names(page)
    place = page.locator(".place").first
    place.locator("input[name=rating]").last.click()
    page.get_by_text(f"You rated {before[0]} 5.").wait_for()
    after = names(page)
    assert page.evaluate("window.stayed") is True
    assert before[0] not in after
    assert page.locator("#part-said input:checked").get_attribute("value") == "5.0"
    moved = [name for rank, name in enumerate(after) if name not in before or before.index(name) != rank]
    assert page.locator(".place .mark").count() == len(moved)
    assert page.locator("#news").get_attribute("aria-live") == "polite"
    assert page.evaluate("document.activeElement.id") == "list"
    page.get_by_role("button", name="Not this").first.click()
    page.get_by_text("is hidden in this browser").wait_for()
    assert after[0] not in names(page)


def test_the_same_with_scripts_blocked(open_page) -> None:
    page = open_page("/", java_script_enabled=False)
    before = names(page)
    place = page.locator(".place").first
    place.locator("input[name=rating]").last.check()
    place.get_by_role("button", name="Rate").click()
    assert f"You rated {before[0]} 5." in page.locator("#news").inner_text()
    assert before[0] not in names(page)
    page.get_by_role("link", name="A few questions").click()
    question = page.locator("#question").inner_text()
    page.get_by_role("button", name="I don't know it").click()
    assert page.locator("#question").inner_text() != question
    page.locator("input[name=rating]").first.check()
    page.get_by_role("button", name="Rate").click()
    assert "Question 3 of at most 8" in page.locator("main").inner_text()


def test_from_questions_to_a_list_its_reasons_and_the_map(open_page) -> None:
    page = open_page("/visit/interview")
    while page.locator(".large").count():
        question = page.locator("#question").inner_text()
        page.locator(".large input[name=rating]").nth(3).click()
        page.wait_for_function("old => document.getElementById('question').innerText !== old", arg=question)
    page.get_by_role("link", name="See your list").click()
    assert "fold-in of" in page.locator(".how").inner_text()
    page.get_by_role("link", name="Why?").first.click()
    assert page.locator("#moved + .words").inner_text()
    assert page.locator("table.bars rect").count() > 3
    page.get_by_role("link", name="You on the map").click()
    assert page.locator("line.you").count() == 1
    assert page.locator("circle.mine").count() >= 3
    boxes = page.locator(".map text:not(.you)").evaluate_all(
        "texts => texts.map(text => text.getBBox()).map(b => [b.x, b.y, b.x + b.width, b.y + b.height])"
    )
    assert len(boxes) > 5
    for at, one in enumerate(boxes):  # no name covers another
        for other in boxes[at + 1 :]:
            assert one[0] >= other[2] or other[0] >= one[2] or one[1] + 2 >= other[3] or other[1] + 2 >= one[3]


def test_by_keyboard_alone(open_page) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    first = names(page)[0]
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#news p").count() == 0  # arrows choose, and do not send
    chosen = page.evaluate("document.activeElement.value")
    page.keyboard.press("Enter")
    page.get_by_text(f"You rated {first} {float(chosen):g}.").wait_for()


def test_labels_headings_contrast_and_width(open_page) -> None:
    page = open_page("/", reduced_motion="reduce")
    page.locator(".place input[name=rating]").last.click()
    page.locator("#news p").wait_for()
    found = {}
    for path in (*VISITOR, *(f"/operate{path}" for path in OPERATOR)):
        page.goto(path)
        for width, scheme in ((1280, "light"), (360, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            found[path, width, scheme] = page.evaluate(MEASURE)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_an_operator_reviews_and_steps_and_goes_back(open_page, serving, candidate) -> None:
    """The buttons as a person presses them; what they do is tested over HTTP."""
    service = serving.service
    plan = template(today=datetime.date.today()).replace("FILL IN", "the editors")
    (service.settings.home / "plan.toml").write_text(plan, encoding="utf-8")
    held = propose(service, candidate, "Ann")
    kept = {
        "summary": {},
        "lists": [],
        "movers": {"up": [], "down": []},
        "extremes": [],
        "groups": [],
        "words": ["Little."],
    }
    checks = {"passed": True, "words": ["All kept."], "regression": [], "evidence": kept}
    move(service, held, "checks", lambda *_: Move("checked", "checked", checks=checks))
    page = open_page("/operate")
    page.get_by_role("link", name="Go there").click()
    approve = page.locator("form[action='/operate/review/approve']")
    approve.get_by_role("button").click()
    assert page.url.endswith("/operate/review")  # the browser asks for name, reason and tick first
    approve.get_by_label("Your name").fill("Bo")
    approve.get_by_label("Reason").fill("wider lists")
    approve.get_by_label("Yes, I looked").check()
    approve.get_by_role("button").click()
    assert "is approved" in page.locator("#news").inner_text()
    for early, then in (("", "in shadow"), ("a trial", "shown to 1 %")):
        advance = page.locator("form[action='/operate/rollout/advance']")
        if early:
            advance.get_by_label(re.compile("early")).fill(early)
        advance.get_by_label("Yes, one step").check()
        advance.get_by_role("button").click()
        assert then in page.locator("#news").inner_text()
    back = page.locator("form[action='/operate/rollout/back']")
    back.get_by_label("Reason").fill("enough seen")
    back.get_by_label("Yes, go back").check()
    back.get_by_role("button").click()
    assert "to everybody again" in page.locator("#news").inner_text()
