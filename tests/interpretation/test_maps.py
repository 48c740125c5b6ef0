"""The chapter readers' maps, on places that can be checked by hand."""

from __future__ import annotations

import polars as pl
import pytest

from alsoliked.errors import OptionError
from alsoliked.interpretation import maps

TABLE = pl.DataFrame(
    {
        "item": list(range(8)),
        "title": list("ABCDEFGH"),
        "c1": [3.0, 1.0, -2.0, -0.5, 0.1, -4.0, 9.0, 2.0],
        "c2": [4.0, 0.1, 2.0, -0.5, -3.0, 0.2, 9.0, -2.0],
        "count": [50, 40, 30, 20, 60, 70, 2, 25],
    }
)


def test_ends() -> None:
    found = maps.ends(TABLE, n=2)
    assert found.columns == ["component", "end", "rank", "item", "title", "place", "count"]
    told = [(*row[:3], row[4], row[5]) for row in found.rows()]
    assert told == [
        ("c1", "low", 1, "F", -4.0),
        ("c1", "low", 2, "C", -2.0),
        ("c1", "high", 1, "A", 3.0),
        ("c1", "high", 2, "H", 2.0),
        ("c2", "low", 1, "E", -3.0),
        ("c2", "low", 2, "H", -2.0),
        ("c2", "high", 1, "A", 4.0),
        ("c2", "high", 2, "C", 2.0),
    ]


def test_three_ratings_do_not_reach_an_end() -> None:
    assert "G" not in maps.ends(TABLE)["title"].to_list()
    assert maps.ends(TABLE, n=1, min_count=1).filter(end="high")["title"].to_list() == ["G", "G"]


def test_quadrants() -> None:
    found = maps.quadrants(TABLE, n=1)
    assert found.columns == ["quadrant", "rank", "item", "title", "c1", "c2", "distance", "count"]
    assert dict(found.select("quadrant", "title").rows()) == {
        "high c1, high c2": "A",
        "low c1, high c2": "F",
        "high c1, low c2": "E",
        "low c1, low c2": "D",
    }
    assert found.filter(title="A")["distance"].item() == pytest.approx(5)
    assert maps.quadrants(TABLE, n=2, x="c2", y="c1").columns[4:6] == ["c2", "c1"]


@pytest.mark.parametrize(("x", "y", "says"), [("c1", "c3", "'c3' came, expected one of c1, c2"), ("c1", "c1", "both")])
def test_quadrants_of_axes_that_are_not_there(x: str, y: str, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        maps.quadrants(TABLE, x=x, y=y)


def test_near_axes() -> None:
    found = maps.near_axes(TABLE)
    assert found.columns == ["axis", "end", "rank", "item", "title", "place", "off_axis", "count"]
    told = [(*row[:3], row[4]) for row in found.rows()]
    assert told == [("c1", "low", 1, "F"), ("c1", "high", 1, "B"), ("c2", "low", 1, "E")]
    assert found.filter(title="F")["off_axis"].item() == pytest.approx(0.2)
    wider = maps.near_axes(TABLE, width=0.8)
    assert ("c2", "high", 1, "A") in [(*row[:3], row[4]) for row in wider.rows()]
    with pytest.raises(OptionError, match="width=0"):
        maps.near_axes(TABLE, width=0)


def test_distances() -> None:
    found = maps.distances(TABLE)
    assert found.columns == ["item", "title", "distance", "count"]
    assert found["title"].to_list()[:3] == ["G", "A", "F"]
    assert maps.distances(TABLE, min_count=20)["distance"].to_list()[0] == pytest.approx(5)


def test_users_have_no_titles() -> None:
    users = TABLE.drop("title").rename({"item": "user"})
    assert maps.ends(users).columns == ["component", "end", "rank", "user", "place", "count"]
    assert maps.distances(users).columns == ["user", "distance", "count"]


def test_nothing_has_so_many_ratings() -> None:
    for found in (
        maps.ends(TABLE, min_count=99),
        maps.quadrants(TABLE, min_count=99),
        maps.near_axes(TABLE, min_count=99),
    ):
        assert found.is_empty()
        assert "title" in found.columns


@pytest.mark.parametrize("n", [0, 1.5])
def test_how_many(n: object) -> None:
    with pytest.raises(OptionError, match="n="):
        maps.ends(TABLE, n)
