"""Charts: what is in them, that they leave their input alone, and that every one can be drawn."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from alsoliked import plots
from alsoliked.errors import OptionError


def rows(chart: Any, *columns: str) -> list[dict[str, Any]]:
    """The rows of the data set inside a picture that has these columns."""
    spec = chart if isinstance(chart, dict) else plots.bare(chart)
    sets = [*spec.get("datasets", {}).values(), spec.get("data", {}).get("values", [])]
    return next(found for found in sets if found and set(columns) <= set(found[0]))


def names_of_pictures() -> list[str]:
    helpers = {"bare", "fit", "heading", "save_chart", "theme_config", "with_theme"}
    return sorted(set(plots.__all__) - helpers)


@pytest.mark.parametrize("name", names_of_pictures())
def test_every_picture_can_be_drawn(name, charts, specs):
    import vl_convert

    assert charts[name].to_dict()["$schema"]
    title, note = plots.heading(charts[name])
    assert specs[name]["description"].startswith(f"{title}. {note}"[:60])
    assert title.split()[0] in vl_convert.vegalite_to_svg(specs[name])
    json.dumps(specs[name], allow_nan=False)


@pytest.mark.parametrize("name", [name for name in names_of_pictures() if name != "weight_decay_parabolas"])
def test_tables_are_left_alone_and_their_faults_are_told(name, tables):
    draw, (table, *more) = getattr(plots, name), tables[name]
    before = table.clone()
    draw(table, *more)
    assert table.equals(before)
    with pytest.raises(OptionError, match="nothing to draw") as told:
        draw(table.clear(), *more)
    assert "\n" not in str(told.value)
    with pytest.raises(OptionError, match="has no column"):
        draw(table.select(pl.lit(1).alias("else")), *more)


@pytest.mark.parametrize("name", [name for name in names_of_pictures() if name != "weight_decay_parabolas"])
def test_one_row_is_enough(name, tables):
    import vl_convert

    table, *more = tables[name]
    more = [other.head(1) if isinstance(other, pl.DataFrame) else other for other in more]
    options = {"min_count": 0} if name == "bias_ends" else {}
    assert vl_convert.vegalite_to_svg(getattr(plots, name)(table.head(1), *more, **options).to_dict(validate=False))


def test_a_histogram_shows_counts_and_shares(specs):
    assert rows(specs["rating_histogram"], "share") == [
        {"rating": 1.0, "count": 3, "share": 0.75},
        {"rating": 2.0, "count": 1, "share": 0.25},
    ]


def test_a_cross_table_keeps_the_empty_cells_empty(charts, specs):
    cells = {(row["user"], row["item"][:8]): row["rating"] for row in rows(specs["cross_table"], "rating")}
    assert cells == {("7", "</script"): 5.0, ("8", "</script"): None, ("7", "Ünïcode "): 1.0, ("8", "Ünïcode "): 4.0}
    assert "75% of these cells" in plots.heading(charts["cross_table"])[1]


@pytest.mark.parametrize("coefficients", [(), (1, 1)])
def test_parabolas_need_different_coefficients(coefficients):
    with pytest.raises(OptionError, match="each once"):
        plots.weight_decay_parabolas(coefficients)


def test_a_learning_curve_marks_the_best_epoch(charts, specs, tables):
    assert "best epoch, 1:" in plots.heading(charts["learning_curve"])[1]
    alone = tables["learning_curve"][0].with_columns(valid_loss=pl.lit(None, dtype=pl.Float64))
    chart = plots.learning_curve(alone)
    assert "best epoch, 2: the lowest training loss" in plots.heading(chart)[1]
    assert {row["part"] for row in rows(chart, "loss")} == {"training"}
    assert "1.260" in json.dumps(specs["learning_curve"])
    assert "guessing" not in json.dumps(plots.bare(chart))


def test_a_learning_curve_says_which_loss_it_is(tables):
    frame = tables["learning_curve"][0]
    for loss, said in (("mse", "mean squared error"), ("cross_entropy", "cross-entropy")):
        drawn = json.dumps(plots.bare(plots.learning_curve(frame, 1.46, loss=loss)))
        assert f"loss ({said})" in drawn
        assert ("guessing the mean: 1.460" in drawn) == (loss == "mse")


def test_lr_find_leaves_out_what_is_no_number_and_marks_the_suggestion(specs, tables):
    assert [row["lr"] for row in rows(specs["lr_find_curve"], "lr", "loss")] == [1e-4, 1e-3]
    unmarked = plots.bare(plots.lr_find_curve(tables["lr_find_curve"][0]))
    assert "rule" not in json.dumps(unmarked)


def test_residuals_show_both_errors_of_each_bin(specs):
    shown = {
        (row["bin"], row["error"]): (row["value"], row["from"], row["to"]) for row in rows(specs["residuals"], "error")
    }
    assert shown == {
        ("0", "size of the error (RMSE)"): (1.1, 0.9, 1.2),
        ("0", "mean error"): (0.3, 0.1, 0.5),
        ("1-4", "size of the error (RMSE)"): (0.9, None, None),
        ("1-4", "mean error"): (0.0, None, None),
    }


def test_residuals_by_something_else(tables):
    with pytest.raises(OptionError, match="'popularity' or 'activity'"):
        plots.residuals(tables["residuals"][0], by="age")


def test_residuals_say_of_whom(tables):
    table = tables["residuals"][0]
    assert "training ratings of the item" in json.dumps(plots.bare(plots.residuals(table, by="popularity")))
    assert "training ratings of the user" in json.dumps(plots.bare(plots.residuals(table, by="activity")))


def test_bias_ends_are_the_ends(items):
    shown = rows(plots.bias_ends(items, n=3, min_count=50), "bias")
    rated = items.filter(pl.col("count") >= 50)["bias"].sort(descending=True).to_list()
    assert [row["bias"] for row in shown] == [*rated[:3], *rated[-3:]]
    width = dict(items.select("item", "width").iter_rows())
    assert [row["high"] - row["low"] for row in shown] == pytest.approx([4 * width[row["item"]] for row in shown])


def test_few_items_are_not_shown_twice(items):
    assert len(rows(plots.bias_ends(items.head(5), n=3, min_count=0), "bias")) == 5


def test_bias_without_a_width_has_no_lines(items):
    chart = plots.bias_ends(items.drop("width"))
    assert {row["low"] for row in rows(chart, "bias")} == {None}
    assert "standard deviations" not in plots.heading(chart)[1]


def test_bias_ends_of_nothing(items):
    with pytest.raises(OptionError, match="lower min_count"):
        plots.bias_ends(items, min_count=1000)


def test_users_are_called_by_their_id(items):
    users = items.select(pl.col("item").alias("user"), "bias", "c1", "c2", "count")
    assert rows(plots.bias_ends(users), "bias")[0]["title"].startswith("user ")
    assert plots.heading(plots.item_map(users))[0] == "Where the model puts the users"


def test_axes_go_from_high_to_low_under_a_heading(specs):
    shown = rows(specs["axes"], "place")
    assert [row["heading"] for row in shown if row["heading"]] == ["Component 1", "Component 2"]
    values = [row["value"] for row in shown[1:4]]
    assert values == sorted(values, reverse=True)


def test_meaning_shows_the_strongest_of_each_component():
    table = pl.DataFrame(
        {
            "component": ["c10"] * 4 + ["c2"],
            "kind": ["genre"] * 5,
            "against": list("abcde"),
            "r": [0.1, -0.5, 0.3, float("nan"), 0.2],
            "low": [0.0] * 5,
            "high": [0.4] * 5,
            "n": [9] * 5,
        }
    )
    shown = rows(plots.meaning(table, n=2), "heading")
    assert [row["heading"] or row["label"] for row in shown] == [
        "Component 10",
        "c · genre",
        "b · genre",
        None,
        "Component 2",
        "e · genre",
    ]


def test_identical_values_can_be_drawn(items):
    import vl_convert

    same = items.with_columns(c1=pl.lit(0.5), c2=pl.lit(0.5), bias=pl.lit(0.0), width=pl.lit(0.0))
    for chart in (plots.item_map(same), plots.bias_ends(same)):
        assert vl_convert.vegalite_to_svg(chart.to_dict(validate=False))


def test_thousands_of_items_can_be_drawn():
    n = 6_000
    table = pl.DataFrame({"item": range(n), "title": [f"F{i}" for i in range(n)], "count": [n - i for i in range(n)]})
    table = table.with_columns(c1=(pl.col("item") * 7919 % 5003).cast(pl.Float64), c2=pl.col("item").cast(pl.Float64))
    assert len(rows(plots.item_map(table), "level")) == n
