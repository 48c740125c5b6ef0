"""The page about a model: whole, offline, safe whatever a title holds, and nothing is changed by looking."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from alsoliked import Ratings, Recommender, random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import OptionError, UnknownUserError
from alsoliked.report import write_report

NASTY = "</script><script>alert('x')</script> & <b>Bold</b> (1999)"


class _Page(HTMLParser):
    """Tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def parts() -> tuple[Ratings, Ratings]:
    """Planted ratings with titles, one of them nasty, genres and years; a fifth held out."""
    ratings = planted_ratings(80, 60, n_factors=2, density=0.6, levels=range(1, 6), seed=3).ratings
    titles = [NASTY, *(f"Film {i} ({1950 + i})" for i in range(1, 60))]
    table = pl.DataFrame(
        {
            "item": range(60),
            "title": titles,
            "year": [1950 + i for i in range(60)],
            "genres": [["Drama"] if i % 2 else ["Comedy", "War"] for i in range(60)],
        }
    )
    train, valid = random_split(ratings.with_tables(item_table=table), 0.2, seed=1)
    return train, valid


OPTIONS = {"dot": {"n_factors": 4}, "dot_bias": {"n_factors": 4}, "net": {"layers": (8,)}}
MODELS = ("dot", "dot_bias", "net", "damped_bias", "global_mean", "popular")


@pytest.fixture(scope="module")
def recs(parts: tuple[Ratings, Ratings]) -> dict[str, Recommender]:
    options = {name: OPTIONS.get(name, {}) for name in MODELS}
    trained = {name: how | ({"epochs": 4, "lr": 0.1} if how else {}) for name, how in options.items()}
    return {name: Recommender(name, **how).fit(*parts) for name, how in trained.items()}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_gets_a_page(name: str, recs: dict[str, Recommender], tmp_path: Path) -> None:
    path = write_report(recs[name], tmp_path / "report.html")
    page = _Page(path.read_text(encoding="utf-8"))
    assert f"What {name} learned from" in page.text
    for heading in ("Before you rely on it", "The data", "The model", "How good it is"):
        assert heading in page.text
    assert ("What people get" in page.text) == (name != "global_mean")
    assert ("What it learned" in page.text) == (name not in ("global_mean", "popular"))
    assert ("Root mean squared error".lower() in page.text) == (name != "popular")


def test_it_needs_nothing_from_outside(recs: dict[str, Recommender], tmp_path: Path) -> None:
    text = write_report(recs["dot_bias"], tmp_path / "report.html").read_text(encoding="utf-8")
    for tag, attributes in _Page(text).tags:
        assert tag not in ("link", "iframe", "img"), tag
        assert "src" not in attributes, tag
        assert (attributes.get("href") or "#").startswith("#")
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_a_title_is_never_markup(recs: dict[str, Recommender], tmp_path: Path) -> None:
    title = "<i>Mine</i></title>"
    text = write_report(recs["dot_bias"], tmp_path / "report.html", title=title).read_text(encoding="utf-8")
    page = _Page(text)
    assert not [tag for tag, _ in page.tags if tag in ("b", "i")]
    assert sum(tag == "script" for tag, _ in page.tags) == 2
    assert title in page.text
    assert NASTY in page.text
    specs = json.loads(re.search(r"^const SPECS = (.*);$", text, re.MULTILINE)[1])
    assert NASTY in json.dumps(specs)


def test_the_users_asked_for(recs: dict[str, Recommender], tmp_path: Path) -> None:
    rec = recs["dot_bias"]
    page = _Page(write_report(rec, tmp_path / "report.html", users=[7], n=4).read_text(encoding="utf-8"))
    assert "User 7: recommended" in page.text
    assert page.text.count(": recommended") == 1
    shown = page.text.split("User 7: recommended")[1].split("Why ")[0]
    listed = rec.recommend(7, n=5)
    assert all(title in shown for title in listed.titles[:4])
    assert listed.titles[4] not in shown
    with pytest.raises(UnknownUserError):
        write_report(rec, tmp_path / "other.html", users=["nobody"])
    assert not (tmp_path / "other.html").exists()
    with pytest.raises(OptionError, match="orders none"):
        write_report(recs["global_mean"], tmp_path / "other.html", users=[7])


def test_without_held_out_ratings(parts: tuple[Ratings, Ratings], tmp_path: Path) -> None:
    rec = Recommender("damped_bias").fit(parts[0])
    page = _Page(write_report(rec, tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "Nothing was held out" in page.text
    assert "How good it is" not in page.text


def test_what_must_not_go_unnoticed(parts: tuple[Ratings, Ratings], tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="learned nothing"):
        rec = Recommender("dot_bias", epochs=1, lr=1e-6).fit(*parts)
    page = _Page(write_report(rec, tmp_path / "report.html").read_text(encoding="utf-8"))
    cautions = page.text.split("Before you rely on it")[1].split("The data")[0]
    assert "it learned nothing about taste" in cautions
    assert "worse than damped_bias in rmse" in cautions


def test_looking_changes_nothing(recs: dict[str, Recommender], tmp_path: Path) -> None:
    rec = recs["net"]
    net = rec.fitted.rating.net
    before = {key: value.clone() for key, value in net.state_dict().items()}
    modes = [module.training for module in net.modules()]
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002  that it stays as it is
    first = write_report(rec, tmp_path / "one.html").read_bytes()
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert [module.training for module in net.modules()] == modes
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
    assert write_report(rec, tmp_path / "two.html").read_bytes() == first


def test_places(recs: dict[str, Recommender], tmp_path: Path) -> None:
    rec = recs["popular"]
    with pytest.raises(OptionError, match=r"expected \.html"):
        write_report(rec, tmp_path / "report.pdf")
    old = tmp_path / "new" / "report.html"
    write_report(rec, old)
    with pytest.raises(UnknownUserError):
        write_report(rec, old, users=["nobody"])
    assert "learned from" in old.read_text(encoding="utf-8")
    assert [path.name for path in old.parent.iterdir()] == ["report.html"]


BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")


@pytest.mark.skipif(BROWSER is None, reason="no browser here")
@pytest.mark.parametrize("name", ["dot_bias", "popular"])
def test_a_real_browser_draws_every_picture(name: str, recs: dict[str, Recommender], tmp_path: Path) -> None:
    path = write_report(recs[name], tmp_path / "report.html")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
    command = [str(BROWSER), *flags, f"--user-data-dir={tmp_path / 'browser'}", path.as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "could not be drawn" not in drawn.split("const SPECS")[0]
    charts = re.findall(r'data-chart="\d+"', drawn.split("const SPECS")[0])
    assert charts
    assert drawn.split("const SPECS")[0].count("<svg") >= len(charts)
