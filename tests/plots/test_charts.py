"""Charts: what is in them, and that they leave their input alone."""

import itertools

import numpy as np
import polars as pl
import pytest

from alsoliked.errors import OptionError
from alsoliked.plots import bias_ends, item_map, rating_histogram
from alsoliked.plots.labels import SIDES, box_beside, place_labels


@pytest.fixture
def items():
    rng = np.random.default_rng(1)
    n = 200
    columns = {"item": range(n), "title": [f"Film number {i} (19{i % 90 + 10})" for i in range(n)]}
    places = {"c1": rng.normal(size=n), "c2": rng.normal(size=n)}
    return pl.DataFrame(columns | places | {"bias": rng.normal(size=n), "count": rng.integers(1, 300, n)})


def test_charts_leave_their_tables_alone(items):
    histogram = pl.DataFrame({"rating": [1.0, 2.0], "count": [3, 1], "share": [0.75, 0.25]})
    before = items.clone()
    for chart in (rating_histogram(histogram), bias_ends(items), item_map(items)):
        assert chart.to_dict()["$schema"]
    assert items.equals(before)
    assert histogram.columns == ["rating", "count", "share"]


def test_bias_ends_are_the_ends(items):
    rows = bias_ends(items, n=3, min_count=50).to_dict()["data"]["values"]
    rated = items.filter(pl.col("count") >= 50)["bias"].sort()
    assert [row["bias"] for row in rows] == [*rated.head(3), *rated.tail(3)]


def test_bias_ends_of_nothing(items):
    with pytest.raises(OptionError, match="lower min_count"):
        bias_ends(items, min_count=1000)


def test_every_item_has_a_point_and_names_do_not_overlap(items):
    rows = item_map(items, n=120).to_dict()["layer"][0]
    chart = item_map(items, n=120).to_dict()
    assert len(chart["data"]["values"]) == 120
    assert rows["mark"]["type"] == "circle"
    sides = [row["side"] for row in chart["data"]["values"]]
    assert sides[0] is not None
    assert None in sides
    assert {side for side in sides if side} <= set(SIDES)


def test_one_item_alone(items):
    assert item_map(items.head(1)).to_dict()["data"]["values"][0]["side"] == "right"


def test_placed_labels_meet_neither_each_other_nor_a_point_nor_the_edge():
    rng = np.random.default_rng(2)
    spots = [(float(x), float(y)) for x, y in rng.uniform(0, 600, (80, 2))]
    names = ["A name of some length (1999)"] * 80
    sides = place_labels(spots, names, (600, 600))
    boxes = [box_beside(s, n, SIDES[side]) for s, n, side in zip(spots, names, sides, strict=True) if side]
    assert len(boxes) > 20
    for one, other in itertools.combinations(boxes, 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
    assert all(box[0] >= 0 and box[2] <= 600 and box[1] >= 0 and box[3] <= 600 for box in boxes)
    assert not any(box[0] < x < box[2] and box[1] < y < box[3] for box in boxes for x, y in spots)
