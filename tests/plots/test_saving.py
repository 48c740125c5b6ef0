"""Saving charts in every format, without a browser, whole or not at all."""

from __future__ import annotations

import json
import re
import sys

import polars as pl
import pytest

from alsoliked.errors import MissingExtraError, OptionError
from alsoliked.plots import rating_histogram, save_chart

HISTOGRAM = pl.DataFrame({"rating": [1.0, 2.0], "count": [3, 1], "share": [0.75, 0.25]})


@pytest.mark.parametrize(
    ("ending", "begins"),
    [
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("svg", b"<svg"),
        ("html", b"<!DOCTYPE html>"),
        ("json", b"{"),
        ("PNG", b"\x89PNG"),
    ],
)
def test_formats(tmp_path, ending, begins):
    path = save_chart(rating_histogram(HISTOGRAM), tmp_path / "deep" / f"picture.{ending}")
    assert path.read_bytes().lstrip().startswith(begins)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_png_is_twice_as_sharp(tmp_path):
    data = save_chart(rating_histogram(HISTOGRAM), tmp_path / "picture.png").read_bytes()
    assert int.from_bytes(data[16:20], "big") > 2 * 680


def test_json_is_the_chart_with_its_rows(tmp_path):
    spec = json.loads(save_chart(rating_histogram(HISTOGRAM), tmp_path / "picture.json").read_text(encoding="utf-8"))
    assert spec["layer"]
    assert HISTOGRAM.to_dicts() in spec["datasets"].values()


def test_a_page_needs_no_network(tmp_path, charts):
    for name, chart in charts.items():
        page = save_chart(chart, tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert "default-src 'none'" in page
        head, _, rest = page.partition("<script>")
        ours = head + re.sub(r"<script>.*?</script>", "", f"<script>{rest}", flags=re.DOTALL)
        assert "http:" not in ours
        assert "https:" not in ours
        assert not re.search(r"<(?:link|img|iframe|script)[^>]*(?:src|href)=", ours)
        assert page.count("<script>") == page.count("</script>") == 2


def test_titles_cannot_break_out_of_a_page(tmp_path, charts):
    for name in ("item_map", "neighbours", "cross_table"):
        page = save_chart(charts[name], tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert '<b>"quoted"' not in page
        assert "\\u003c/script>" in page


def test_a_page_has_a_search_box_only_where_there_is_something_to_search(tmp_path, charts):
    pages = {name: save_chart(charts[name], tmp_path / f"{name}.html").read_text() for name in ("axes", "item_map")}
    assert '<div class="search">' in pages["item_map"]
    assert "double-click to go back" in pages["item_map"]
    assert '<div class="search">' not in pages["axes"]


def test_a_page_knows_both_themes_and_narrow_screens(tmp_path, charts):
    page = save_chart(charts["axes"], tmp_path / "axes.html").read_text(encoding="utf-8")
    assert '<meta name="viewport"' in page
    assert "prefers-color-scheme: dark" in page
    assert "<title>The ends of each axis</title>" in page


@pytest.mark.parametrize(
    ("title", "shown"),
    [({}, "Picture"), ({"title": "Mine"}, "Mine"), ({"title": {"text": ["Mine", "too"], "subtitle": "x"}}, "Mine too")],
)
def test_pictures_of_others_can_be_saved_too(tmp_path, title, shown):
    import altair as alt

    chart = alt.Chart(alt.Data(values=[{"x": 1}])).mark_point().encode(x="x:Q").properties(**title)
    page = save_chart(chart, tmp_path / "mine.html").read_text(encoding="utf-8")
    assert f"<h1>{shown}</h1>" in page


@pytest.mark.parametrize("name", ["picture.pdf", "picture"])
def test_another_ending(tmp_path, name):
    with pytest.raises(OptionError, match=r"expected \.png, \.svg, \.html or \.json"):
        save_chart(rating_histogram(HISTOGRAM), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_older_picture(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"older")
    with pytest.raises(AttributeError):
        save_chart(None, path)
    assert path.read_bytes() == b"older"
    assert len(list(tmp_path.iterdir())) == 1


def test_without_altair(monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtraError, match=r"alsoliked\[plots\]"):
        rating_histogram(HISTOGRAM)


def test_without_vl_convert(monkeypatch, tmp_path):
    chart = rating_histogram(HISTOGRAM)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match=r"vl-convert-python; .*alsoliked\[plots\]"):
        save_chart(chart, tmp_path / "picture.png")
    assert list(tmp_path.iterdir()) == []
