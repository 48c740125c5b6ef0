"""Comparison: several models side by side, each figure with its interval."""

from __future__ import annotations

import polars as pl

from alsoliked.plots.dress import WIDTH, Chart, dressed
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import checked, inline

__all__ = ["comparison"]

ROW = 26  # pixels of a model
KINDS = {"rmse": "RMSE: less is better", "ndcg": "NDCG: more is better"}


def comparison(table: pl.DataFrame) -> Chart:
    """Draw how well each model predicts ratings and makes lists, with 95 % intervals.

    Parameters
    ----------
    table
        `alsoliked.Comparison.table`: columns `model`, `metric`, `value`, `low`, `high`. RMSE and NDCG are drawn.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column, or no model has either figure.

    Examples
    --------
    >>> row = {"model": "dot_bias", "metric": "rmse", "value": 0.91, "low": 0.89, "high": 0.93}
    >>> chart = comparison(pl.DataFrame([row]))
    """
    frame = checked(table, "model", "metric", "value", "low", "high").drop_nulls("value")
    frame = frame.with_columns(kind=pl.col("metric").str.split("@").list.first())
    models = table["model"].unique(maintain_order=True).to_list()
    parts = [_part(frame.filter(kind=kind), title, models) for kind, title in KINDS.items() if kind in frame["kind"]]
    checked(frame.filter(pl.col("kind").is_in(list(KINDS))), "value")
    alt = altair()
    return dressed(
        alt.hconcat(*parts, spacing=40) if len(parts) > 1 else parts[0],
        "Which model is best",
        "Means over the folds, with 95 % intervals over users. Models are measured on the same users, so two whose"
        " intervals overlap may still differ beyond chance: see the table of differences.",
    )


def _part(frame: pl.DataFrame, title: str, models: list[str]) -> Chart:
    alt = altair()
    tooltip = ["model:N", "metric:N", *[alt.Tooltip(f"{name}:Q", format=".4f") for name in ("value", "low", "high")]]
    base = alt.Chart(inline(frame), width=(WIDTH - 200) // 2, height=ROW * len(models)).encode(
        y=alt.Y("model:N", sort=models, scale=alt.Scale(domain=models), title=None, axis=alt.Axis(ticks=False)),
        tooltip=tooltip,
    )
    x = alt.X("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    interval = base.mark_rule(style="interval", strokeWidth=2).encode(
        x=alt.X("low:Q", title=title, scale=alt.Scale(zero=False)), x2="high:Q"
    )
    return interval + base.mark_point(filled=True, size=70, opacity=1).encode(x=x)
