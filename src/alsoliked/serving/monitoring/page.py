"""Page: all monitors as one HTML file that needs no network: what to look at first, then each with its picture."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from alsoliked._version import __version__
from alsoliked.errors import MissingExtraError
from alsoliked.plots.dress import Chart
from alsoliked.plots.loops import narrowing
from alsoliked.plots.monitored import error_by_day, groups_by_period
from alsoliked.report.page import Block, Card, Page, Picture, Section, Table, Words
from alsoliked.report.writing import render
from alsoliked.serving.monitoring.monitor import Figures, Monitor

__all__ = ["page_of", "pictures_of", "told"]

HEADS = {
    "calibration": {"predicted": "predicted", "value": "rated", "95 %": "95 %", "n": "ratings"},
    "drift": {"what": "what", "against": "against", "psi": "PSI", "mean_before": "mean before", "mean_now": "mean now"},
    "lists": {"day": "day", "lists": "lists", "fallback": "fallbacks", "cold": "newcomers"},
}
ERRORS = {"group": "of", "rmse": "RMSE", "95 %": "95 %", "mae": "MAE", "n": "ratings"}
ACCEPTED = {"group": "arm", "value": "rated within a day", "95 %": "95 %", "n": "shown"}


def page_of(found: Figures) -> str:
    """Return the page as HTML, with everything it needs inside.

    Raises
    ------
    MissingExtraError
        If pictures and pages are not installed.
    """
    return render(told(found))


def told(found: Figures) -> Page:
    """Return what the page says, before it is HTML."""
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (found.since, found.until))
    return Page(
        title=f"What {found.model or 'no model'} does",
        subtitle=f"{begin:%d %B %Y} to {end:%d %B %Y, %H:%M} UTC, from what people were shown and rated.",
        cards=_cards(found),
        cautions=[f"{one.title}: {one.words[0]}" for one in found.odd],
        sections=[_section(one) for one in found.monitors.values()],
        footer=[f"Made by alsoliked {__version__}; times are those of the database."],
    )


def pictures_of(monitor: Monitor) -> list[Chart]:
    """Return the charts of a monitor: none where it has nothing to draw.

    Raises
    ------
    MissingExtraError
        If pictures are not installed.
    """
    if monitor.table.is_empty():
        return []
    if monitor.key == "error" and monitor.table.filter(by="day")["day"].n_unique() > 1:
        return [error_by_day(monitor.table)]
    if monitor.key == "concentration":
        return [narrowing(monitor.table)]
    if monitor.key == "groups":
        columns = monitor.table["column"].unique(maintain_order=True).to_list()
        return [groups_by_period(monitor.table, column) for column in columns]
    return []


def _section(monitor: Monitor) -> Section:
    words = Words(monitor.words, tone="warn" if monitor.odd else "plain")
    try:
        pictures: list[Block] = [Picture.of(chart) for chart in pictures_of(monitor)]
    except MissingExtraError:
        pictures = []
    return Section(monitor.key, monitor.title, "", [words, *pictures, *_tables(monitor)])


def _tables(monitor: Monitor) -> list[Table]:
    table, title = monitor.table, monitor.title
    if table.is_empty():
        return []
    if "low" in table.columns:
        ends = [pl.col(end).round(2).cast(pl.String) for end in ("low", "high")]
        table = table.with_columns(pl.format("{} to {}", *ends).alias("95 %"))
    if monitor.key == "error":
        return [Table.of(table.filter(pl.col("by") != "day"), title, ERRORS, digits=3)]
    if monitor.key == "acceptance":
        return [Table.of(table.filter(by="arm"), title, ACCEPTED, digits=3)]
    if monitor.key in HEADS:
        return [Table.of(table, title, HEADS[monitor.key])]
    return []


def _cards(found: Figures) -> list[Card]:
    cards = []
    errors = found["error"].table.filter(by="all")
    if errors.height:
        row = errors.row(0, named=True)
        cards.append(Card(f"{row['rmse']:.3f}", "error (RMSE)", f"{row['n']:,} later ratings"))
    lists = found["lists"].table
    if lists.height:
        total = int(lists["lists"].sum())
        share = float((lists["fallback"] * lists["lists"]).sum()) / total
        cards.append(Card(f"{share:.1%}", "fallbacks", f"of {total:,} lists"))
    age = found["age"].table
    if age.height:
        row = age.row(0, named=True)
        cards.append(Card(f"{row['days']:.0f} days", "age of the model", f"{row['said_since']:,} ratings since"))
    return cards
