"""Tables such as every picture is drawn from, small and made by hand; and all pictures of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from alsoliked import plots

ODD = ['</script><b>"quoted" & odd</b>', "Ünïcode 東京 \\ back", "O'Brien's; a, b", "x" * 150]


@pytest.fixture(scope="session")
def items() -> pl.DataFrame:
    """80 items with places, biases and counts; a few titles are odd."""
    rng = np.random.default_rng(1)
    n = 80
    titles = [*ODD, *(f"Film number {i} (19{i % 90 + 10})" for i in range(len(ODD), n))]
    places = {"c1": rng.normal(size=n), "c2": rng.normal(size=n)}
    counts = {"bias": rng.normal(size=n), "width": rng.uniform(0.05, 0.2, n), "count": rng.integers(1, 300, n)}
    return pl.DataFrame({"item": range(n), "title": titles} | places | counts)


def _error_bins() -> pl.DataFrame:
    first = {"bin": "0", "from": 0, "to": 0, "rmse": 1.1, "rmse_low": 0.9, "rmse_high": 1.2}
    last = {"bin": "1-4", "from": 1, "to": 4, "rmse": 0.9, "rmse_low": None, "rmse_high": None}
    spread = [{"mean_error": 0.3, "low": 0.1, "high": 0.5, "count": 9}, {"mean_error": 0.0, "low": None, "high": None}]
    return pl.DataFrame([first | spread[0], last | spread[1] | {"count": 1}])


@pytest.fixture(scope="session")
def tables(items: pl.DataFrame) -> dict[str, Any]:
    """What each picture is drawn from: the name of the function, and its arguments."""
    head = items.head(6).select("item", "title", "c1", "c2", "count")
    title = head["title"].to_list()
    ends = head.select(rank=pl.int_range(1, 7), item="item", title="title", place="c1", count="count")
    ends = ends.with_columns(component=pl.Series(["c1", "c1", "c1", "c2", "c2", "c2"]), end=pl.lit("high"))
    boxes = {"rating": [1.0, 2.0], "low": [0.8, 1.0], "q1": [1.0, 1.5], "median": [1.1, 1.8], "q3": [1.5, 2.0]}
    meant = {"component": ["c1", "c1"], "kind": ["genre", "year"], "against": ["Drama", "year"], "r": [0.4, -0.2]}
    return {
        "rating_histogram": [pl.DataFrame({"rating": [1.0, 2.0], "count": [3, 1], "share": [0.75, 0.25]})],
        "cross_table": [pl.DataFrame({"user": [7, 8], title[0]: [5.0, None], title[1]: [1.0, 4.0]})],
        "weight_decay_parabolas": [(1, 2, 50)],
        "learning_curve": [_epochs(), 1.26],
        "lr_find_curve": [pl.DataFrame({"lr": [1e-4, 1e-3, 1e-2], "loss": [2.0, 1.2, float("nan")]}), 1e-3],
        "predicted_vs_actual": [pl.DataFrame(boxes | {"high": [2.0, 2.4], "mean": [1.2, 1.8], "count": [9, 8]})],
        "calibration": [_groups()],
        "residuals": [_error_bins(), "activity"],
        "bias_ends": [items],
        "item_map": [items],
        "quadrants": [
            head.with_columns(quadrant=pl.lit("high c1, low c2"), rank=pl.int_range(1, 7), distance=pl.col("c1").abs())
        ],
        "axes": [ends],
        "near_axes": [ends.with_columns(axis="component", off_axis=pl.lit(0.01))],
        "neighbours": [
            head.select("item", "title", "count", rank=pl.int_range(1, 7), cosine=0.9 - pl.col("item") / 10, dot="c1"),
            ODD[0],
        ],
        "cluster_map": [
            head.select("item", "title", "count", place=pl.int_range(1, 7), cluster=pl.Series([1, 1, 2, 2, 2, 3])),
            pl.DataFrame([{"row": a, "column": b, "cosine": 1.0 if a == b else -0.5} for a in title for b in title]),
        ],
        "meaning": [pl.DataFrame(meant | {"low": [0.3, -0.3], "high": [0.5, -0.1], "n": [900, 800]})],
        "comparison": [_models()],
        "compare_maps": [items, items.with_columns(c2=-pl.col("c2"))],
    }


@pytest.fixture(scope="session")
def charts(tables: dict[str, Any]) -> dict[str, Any]:
    """All pictures, by the name of their function."""
    return {name: getattr(plots, name)(*given) for name, given in tables.items()}


@pytest.fixture(scope="session")
def specs(charts: dict[str, Any]) -> dict[str, Any]:
    """All pictures as specifications without a look."""
    return {name: plots.bare(chart) for name, chart in charts.items()}


def _models() -> pl.DataFrame:
    rows = [("net", "rmse", 0.91), ("popular", "rmse", None), ("net", "ndcg@10", 0.3), ("popular", "ndcg@10", 0.2)]
    table = pl.DataFrame(rows, schema=["model", "metric", "value"], orient="row")
    return table.with_columns(low=pl.col("value") - 0.01, high=pl.col("value") + 0.01)


def _epochs() -> pl.DataFrame:
    losses = {"train_loss": [1.4, 0.9, 0.7], "valid_loss": [1.2, 0.8, 0.9]}
    return pl.DataFrame({"epoch": [0, 1, 2]} | losses | {"time": [0.1, 0.1, 0.1]})


def _groups() -> pl.DataFrame:
    ends = {"low": [2.0, None], "high": [2.4, None]}
    return pl.DataFrame({"predicted": [2.1, 4.0], "actual": [2.2, 4.0]} | ends | {"count": [10, 1]})
