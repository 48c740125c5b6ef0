"""alsoliked monitor: what is served, how well, to whom, over time."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli.console import print_frame, print_json, say
from alsoliked.cli.home import Home, Url, opened, seconds
from alsoliked.cli.place import check_page, writing
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.serving.monitoring.figures import Figures
    from alsoliked.serving.service import Service

__all__ = ["monitor"]

LEAST = 1.0  # seconds between two looks


def monitor(
    home: Home = Path("alsoliked-home"),
    database: Url = None,
    since: Annotated[str, typer.Option(metavar="SPAN", help="How far to look back: 7d, 12h.")] = "28d",
    tables: Annotated[bool, typer.Option("--tables", help="Print the tables as well.")] = False,
    watch: Annotated[float | None, typer.Option(metavar="SECONDS", help="Look again so often, until Ctrl-C.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write a page (.html).")] = None,
    alerts: Annotated[bool, typer.Option("--alerts", help="Print alert rules for Prometheus.")] = False,
    dashboard: Annotated[bool, typer.Option("--dashboard", help="Print a dashboard for Grafana.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")] = False,
) -> None:
    """Say how what is served is doing, and what is odd.

    From the database of a service: errors against later ratings, drift, concentration, groups, fallbacks, age.
    """
    if alerts or dashboard:
        _print_shipped(alerts=alerts, dashboard=dashboard)
        return
    span = seconds("since", since)
    if watch is not None and watch < LEAST:
        raise OptionError(f"--watch {watch} came, expected at least {LEAST:g} seconds.")
    if watch is not None and (json or out is not None):
        raise OptionError("--watch came with --json or -o; leave one of them out.")
    if out is not None:
        check_page(out)
    with opened(home, database) as service:
        if watch is not None:
            _watch(service, span, watch, tables=tables)
            return
        found = _look(service, span)
    if json:
        print_json(found.to_dict())
    else:
        print("\n".join(_lines(found)))
        if tables:
            _print_tables(found)
    if out is not None:
        _write(found, out)


def _look(service: Service, span: float) -> Figures:
    from alsoliked.serving.monitoring.figures import figures

    with service.database.read() as connection:
        since = service.database.now(connection) - span
    return figures(service, since)


def _lines(found: Figures) -> list[str]:
    begin, end = (datetime.datetime.fromtimestamp(at, datetime.UTC) for at in (found.since, found.until))
    odd = ", ".join(one.title.lower() for one in found.odd) or "nothing"
    lines = [f"{begin:%Y-%m-%d} to {end:%Y-%m-%d %H:%M} UTC, live model {found.model}", f"to look at: {odd}"]
    for one in found.monitors.values():
        mark = "!" if one.odd else " "
        lines += ["", f"{mark} {one.title}", *(f"    {sentence}" for sentence in one.words)]
    return lines


def _print_tables(found: Figures) -> None:
    for one in found.monitors.values():
        if not one.table.is_empty():
            print()
            print_frame(one.table, title=one.title)


def _watch(service: Service, span: float, every: float, *, tables: bool) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    while True:
        found = _look(service, span)
        if console.is_terminal:
            console.clear()
        print("\n".join(_lines(found)), flush=True)
        if tables:
            _print_tables(found)
        time.sleep(every)


def _write(found: Figures, out: Path) -> None:
    from alsoliked.serving.monitoring.page import page_of

    text = page_of(found)
    with writing(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    say(f"written to {out}")


def _print_shipped(*, alerts: bool, dashboard: bool) -> None:
    from importlib.resources import files

    if alerts and dashboard:
        raise OptionError("--alerts came with --dashboard; expected one of them: each is a file.")
    name = "alerts.yml" if alerts else "dashboard.json"
    print(files("alsoliked.serving.monitoring").joinpath(name).read_text(encoding="utf-8"), end="")
