"""Maps: who is named where, at which magnification; that no name covers another; the search."""

from __future__ import annotations

import itertools
import json
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alsoliked import plots
from alsoliked.errors import OptionError
from alsoliked.plots.field import LONGEST, short
from alsoliked.plots.labels import FONT, RADIUS, SIDES, box_beside, name_width
from alsoliked.plots.levels import LEVELS, name_levels

SIZE = (600, 400)
SPOTS = st.lists(st.tuples(st.floats(0, SIZE[0]), st.floats(0, SIZE[1])), max_size=60)


def boxes_at(level, spots, names, levels, sides):
    """The boxes of the names that are shown at a magnification, each with the place of its point."""
    places = [(x * level, y * max(1, level)) for x, y in spots]
    shown = [i for i, since in enumerate(levels) if since is not None and since <= level]
    return {i: box_beside(places[i], name_width(names[i]), SIDES[sides[i]]) for i in shown}, places


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@settings(max_examples=60)
@given(spots=SPOTS, lengths=st.lists(st.integers(1, 34), min_size=60, max_size=60), n=st.integers(1, 60))
def test_at_no_magnification_does_a_name_cover_another_or_a_named_point(spots, lengths, n):
    names = ["x" * length for length in lengths[: len(spots)]]
    levels, sides = name_levels(spots, names, SIZE, n)
    for level in LEVELS:
        boxes, places = boxes_at(level, spots, names, levels, sides)
        assert not any(meet(one, other) for one, other in itertools.combinations(boxes.values(), 2))
        for i, (x, y) in enumerate(places[:n]):
            point = (x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)
            assert not any(meet(box, point) for owner, box in boxes.items() if owner != i)
        if level <= 1:
            assert all(i < n for i in boxes)
            for left, top, right, bottom in boxes.values():
                assert min(left, top) >= 0
                assert right <= SIZE[0] * level
                assert bottom <= SIZE[1]


def test_enlarging_brings_names_and_takes_none_away():
    spots = [(100.0 + 3 * i, 200.0 + (7 * i) % 11) for i in range(40)]
    names = [f"Film {i}" for i in range(40)]
    levels, sides = name_levels(spots, names, SIZE, n=40)
    shown = [len(boxes_at(level, spots, names, levels, sides)[0]) for level in LEVELS]
    assert shown == sorted(shown)
    assert shown[0] < shown[LEVELS.index(1.0)] < shown[-1]


def test_the_more_important_of_two_has_the_room():
    levels, sides = name_levels([(10, 8), (10, 8)], ["first", "second"], (100, 16), n=2)
    assert levels[0] <= 1 < levels[1]
    assert sides[0] == "right"


def test_a_name_is_as_wide_as_its_letters():
    assert name_width("東京") > name_width("ab")
    assert name_width("abcd") == 2 * name_width("ab")
    left, top, right, bottom = box_beside((0, 0), 40, SIDES["above"])
    assert (left, right) == (-20, 20)
    assert bottom - top > FONT


def test_a_long_title_is_cut_and_whole_in_the_tooltip(items):
    long = "x" * 150
    chart = plots.item_map(items)
    row = next(row for row in _points(chart) if row["title"] == long)
    assert row["label"] == short(long)
    assert len(short(long)) == LONGEST
    assert short(long).endswith("…")
    assert short("Alien (1979)") == "Alien (1979)"


def test_every_item_has_a_point_and_the_most_rated_are_named(items):
    points = _points(plots.item_map(items, n=30))
    assert len(points) == len(items)
    assert [row["count"] for row in points] == sorted(items["count"].to_list(), reverse=True)
    named = [row["rank"] for row in points if row["level"] is not None and row["level"] <= 1]
    assert named
    assert max(named) < 30
    assert any(row["rank"] >= 30 for row in points if row["level"] is not None)


def test_a_map_of_other_components(items):
    table = items.rename({"c1": "c3"})
    chart = plots.item_map(table, x="c2", y="c3")
    points = _points(chart)
    places = {row["item"]: (row["x"], row["y"]) for row in points}
    assert places == {row["item"]: (row["c2"], row["c3"]) for row in table.iter_rows(named=True)}
    spec = json.dumps(plots.bare(chart))
    assert "second component" in spec
    assert "third component" in spec


def test_shares_stand_on_the_axes(items, specs):
    spec = json.dumps(plots.bare(plots.item_map(items, shares=[0.21, 0.094])))
    assert "first component (21% of the variance)" in spec
    found = SimpleNamespace(table=items, share=(0.5, 0.25))
    assert "second component (25% of the variance)" in json.dumps(plots.bare(plots.item_map(found)))
    assert "variance" not in json.dumps(specs["item_map"])


def test_items_without_a_place_are_left_out(items):
    holes = items.with_columns(c1=pl.when(pl.col("item") == 5).then(float("nan")).otherwise("c1"))
    assert 5 not in {row["item"] for row in _points(plots.item_map(holes))}


def test_a_still_map_has_no_controls(items, specs):
    moving, still = specs["item_map"], plots.bare(plots.item_map(items, interactive=False))
    assert {param["name"] for param in moving["params"]} == {"search", "map_view"}
    assert "params" not in still
    assert "search" not in json.dumps(still)
    assert "hint" in moving["usermeta"]
    assert "usermeta" not in still


def test_two_maps_have_one_search_and_move_alone(specs):
    spec = specs["compare_maps"]
    names = [param["name"] for param in spec["params"]]
    assert sorted(names) == ["plain_view", "robust_view", "search"]
    assert [part["name"] for part in spec["concat"]] == ["plain", "robust"]


@pytest.mark.parametrize(("typed", "lit"), [("Film number 1", 10), ("film NUMBER 1 ", 10), ("no such", 0), ("(", 76)])
def test_a_search_lights_what_it_finds(specs, typed, lit):
    import vl_convert

    params = [param | {"value": typed} if param["name"] == "search" else param for param in specs["item_map"]["params"]]
    config = plots.theme_config("light")
    svg = vl_convert.vegalite_to_svg({**specs["item_map"], "params": params, "config": config})
    assert svg.count(f'fill="{config["style"]["hit"]["color"]}"') == lit


def test_the_farthest_of_each_quadrant(tables):
    (table,) = tables["quadrants"]
    assert len(_points(plots.quadrants(table, n=4))) == 4
    with pytest.raises(OptionError, match="no column 'distance'"):
        plots.quadrants(table.drop("distance"))


def _points(chart):
    sets = plots.bare(chart)["datasets"].values()
    return next(rows for rows in sets if "level" in rows[0])
