"""Saving charts in every format, without a browser."""

import json
import sys

import polars as pl
import pytest

from alsoliked.errors import MissingExtraError, OptionError
from alsoliked.plots import rating_histogram, save_chart

HISTOGRAM = pl.DataFrame({"rating": [1.0, 2.0], "count": [3, 1], "share": [0.75, 0.25]})


@pytest.mark.parametrize(
    ("ending", "begins"),
    [("png", b"\x89PNG\r\n\x1a\n"), ("svg", b"<svg"), ("html", b"<!DOCTYPE html>"), ("json", b"{")],
)
def test_formats(tmp_path, ending, begins):
    path = save_chart(rating_histogram(HISTOGRAM), tmp_path / "deep" / f"picture.{ending}")
    assert path.read_bytes().lstrip().startswith(begins)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_json_is_the_chart(tmp_path):
    path = save_chart(rating_histogram(HISTOGRAM), tmp_path / "picture.json")
    assert json.loads(path.read_text())["layer"]


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
