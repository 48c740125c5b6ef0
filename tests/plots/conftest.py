"""Tables such as every picture is drawn from, small and made by hand; and all pictures of them."""

from __future__ import annotations

from datetime import date
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
        "lorenz": [pl.DataFrame({"of": ["ratings"] * 2 + ["influence"], "users": [0.5, 1, 1], "held": [0.1, 1, 1]})],
        "voices": [_voices(), "gender"],
        "leaving": [pl.DataFrame([{"left_out": 10, "changed": 0.1} | dict.fromkeys(_RANDOM, 0.05)])],
        "handful": [pl.DataFrame([{"title": ODD[0], "raters": 9, "lists": 40, "kept": 12, "owed": True}])],
        "rounds": [_rounds()],
        "narrowing": [_periods()],
        "limits": [_limits()],
        "group_gaps": [_gaps(), "gender", "ndcg"],
        "error_by_day": [_errors()],
        "groups_by_period": [_shares(), "gender"],
        "exposure": [
            pl.DataFrame(
                {"ratings": [0, 9], "shown": [0.0, 4.0], "equal": [0.0, 3.5], "items": [5, 1], "title": title[:2]}
            )
        ],
        "popularity_shares": [
            pl.DataFrame({"lists": ["model", "random"], "group": "head", "items": 60, "share": [0.6, 0.1]})
        ],
        "popularity_lift": [
            pl.DataFrame(
                {"rated": [0.2, 0.1], "shown": [0.3, 0.12]}
                | {"by": "gender", "group": ODD[:2], "users": [270, 8], "lift": [0.5, 0.2]}
            )
        ],
        "set_shares": [
            pl.DataFrame({"rated": [0.2, 0.1], "shown": [0.3, 0.12]} | {"member": ODD[:2], "difference": [0.1, -0.1]})
        ],
        "trade_off": [_strengths()],
        "compare_maps": [items, items.with_columns(c2=-pl.col("c2"))],
        "factor_groups": [_places()],
        "clubs": [
            pl.DataFrame(
                {"user": [1, 2, 3], "ratings": [40, 200, 90], "inside": [0.2, 0.8, 0.1], "club": [None, 1, 2]}
            ),
            60,
        ],
    }


@pytest.fixture(scope="session")
def charts(tables: dict[str, Any]) -> dict[str, Any]:
    """All pictures, by the name of their function."""
    return {name: getattr(plots, name)(*given) for name, given in tables.items()}


@pytest.fixture(scope="session")
def specs(charts: dict[str, Any]) -> dict[str, Any]:
    """All pictures as specifications without a look."""
    return {name: plots.bare(chart) for name, chart in charts.items()}


_RANDOM = ("random", "random_low", "random_high")


def _voices() -> pl.DataFrame:
    row = {"by": "gender", "group": ODD[0], "size": 270, "small": False, "users": 0.3, "rating_ratio": 0.9}
    heard = row | {"influence_ratio": 1.1, "low": 1.0, "high": 1.2}
    few = row | {"group": "M", "size": 8, "small": True, "influence_ratio": None, "low": None, "high": None}
    return pl.DataFrame([heard, few])


def _models() -> pl.DataFrame:
    rows = [("net", "rmse", 0.91), ("popular", "rmse", None), ("net", "ndcg@10", 0.3), ("popular", "ndcg@10", 0.2)]
    table = pl.DataFrame(rows, schema=["model", "metric", "value"], orient="row")
    return table.with_columns(low=pl.col("value") - 0.01, high=pl.col("value") + 0.01)


def _strengths() -> pl.DataFrame:
    row = {"strength": 0.0, "value": 0.25, "verdict": None} | dict.fromkeys(("change", "change_low", "change_high"))
    more = {"strength": 0.3, "verdict": "lower", "change": -0.02, "change_low": -0.03, "change_high": -0.01}
    return pl.DataFrame([one | {"measure": m} for one in (row, row | more) for m in ("ndcg@10", "coverage", "lift")])


def _rounds() -> pl.DataFrame:
    rows = [(arm, number, name, 0.5) for name in ("gini", "error") for arm in ("model", "none") for number in (1, 2)]
    table = pl.DataFrame(rows, schema=["arm", "round", "measure", "value"], orient="row")
    return table.with_columns(low=pl.lit(0.4), high=pl.when(pl.col("round") == 2).then(0.6))


def _periods() -> pl.DataFrame:
    rows = [(name, who, at) for name in ("popularity", "gini") for who in ("served", "holdout") for at in (1, 2)]
    table = pl.DataFrame(rows, schema=["measure", "group", "period"], orient="row")
    return table.with_columns(value=pl.lit(0.4), low=pl.lit(0.3), high=pl.lit(None, pl.Float64), users=9, chosen=40)


def _limits() -> pl.DataFrame:
    first = {"measure": "shown.gini", "now": 0.9, "limit": "at most 0.95", "verdict": "within", "used": 0.947}
    other = {"measure": ODD[0], "now": None, "limit": "at least 0.1", "verdict": "not measured", "used": None}
    return pl.DataFrame([first | {"who": "the editors"}, other | {"who": ODD[1]}])


def _epochs() -> pl.DataFrame:
    losses = {"train_loss": [1.4, 0.9, 0.7], "valid_loss": [1.2, 0.8, 0.9]}
    return pl.DataFrame({"epoch": [0, 1, 2]} | losses | {"time": [0.1, 0.1, 0.1]})


def _groups() -> pl.DataFrame:
    ends = {"low": [2.0, None], "high": [2.4, None]}
    return pl.DataFrame({"predicted": [2.1, 4.0], "actual": [2.2, 4.0]} | ends | {"count": [10, 1]})


def _errors() -> pl.DataFrame:
    row = {"by": "day", "rmse": 0.9, "low": 0.8, "high": 1.0, "n": 90, "users": 40}
    days = [row | {"group": arm, "day": date(2026, 1, day)} for arm in ("stable", "holdout") for day in (1, 2, 3)]
    return pl.DataFrame([*days, row | {"by": "arm", "group": "stable", "day": None}], infer_schema_length=None)


def _shares() -> pl.DataFrame:
    row = {"column": "gender", "value": 0.5, "low": 0.4, "high": 0.6, "people": 0.45}
    return pl.DataFrame(
        [
            row | {"group": group, "of": of, "begin": begin * 86_400.0}
            for group in "FM"
            for of in ("ratings", "shown")
            for begin in (20_000, 20_007)
        ]
    )


def _gaps() -> pl.DataFrame:
    ends = [f"{name}{end}" for name in ("", "baseline_", "adjusted_") for end in ("low", "high")]
    row = {"by": "gender", "metric": "ndcg", "alike_in": "held-out likes"} | dict.fromkeys(ends, 0.1)
    first = row | {"group": ODD[0], "users": 270, "verdict": "worse", "gap": -0.1, "baseline": -0.1, "adjusted": -0.05}
    other = row | {"group": "M", "users": 8, "verdict": "too small", "gap": 0.1, "baseline": 0.1, "adjusted": None}
    return pl.DataFrame([first, other])


def _places() -> pl.DataFrame:
    first = {"factor": "c1", "by": "gender", "group": "F", "mean": 0.3, "low": 0.2, "high": 0.4, "users": 30}
    few = {"factor": "bias", "group": "M", "mean": 2.0, "low": None, "high": None, "users": 3}
    return pl.DataFrame([first | {"small": False}, first | few | {"small": True}])
