"""alsoliked recommend: a list for a user, for a stranger, or for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli import engine as on_engine
from alsoliked.cli.console import print_json, progress
from alsoliked.cli.engine import PANEL
from alsoliked.cli.given import read_columns, read_given
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.recommendation.ranked import Ranked
    from alsoliked.recommender import Recommender

__all__ = ["recommend"]


def recommend(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    user: Annotated[str | None, typer.Argument(metavar="USER", help="A user of the training ratings.")] = None,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Length of the list.")] = 10,
    given: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="A stranger's ratings: a csv of item (or title) and rating, or TITLE=RATING."
        ),
    ] = None,
    all_users: Annotated[bool, typer.Option("--all", help="List for every user, as CSV (or JSON).")] = False,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="ITEM", help="Leave this item out (id or title; repeat for more).")
    ] = None,
    among: Annotated[
        list[str] | None, typer.Option(metavar="ITEM", help="Choose among these items alone (repeat for more).")
    ] = None,
    include_seen: Annotated[bool, typer.Option("--include-seen", help="Keep items the user has rated.")] = False,
    objective: Annotated[
        str, typer.Option(metavar="WHAT", help="Order by choice (what people take up), rating, or both.")
    ] = "both",
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What is known of a stranger, such as age=24 (repeat for more)."),
    ] = None,
    explore: Annotated[
        float, typer.Option(metavar="SHARE", help="Share of the places for items little is known of.")
    ] = 0.0,
    explore_by: Annotated[
        str | None, typer.Option(metavar="RULE", help="How these are chosen: thompson or upper.  [default: thompson]")
    ] = None,
    explore_seed: Annotated[
        int | None, typer.Option(metavar="N", help="Decides what is drawn (thompson).  [default: 0]")
    ] = None,
    on_unknown: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="For an unknown USER: raise, popular or typical.  [default: raise]"),
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Say which own ratings moved each prediction.")] = False,
    engine: on_engine.OnSpark = None,
    master: on_engine.Master = None,
    workers: on_engine.Workers = None,
    conf: on_engine.Conf = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="PLACE", rich_help_panel=PANEL, help="For --all: a folder, or postgresql://…."),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(metavar="NAME", rich_help_panel=PANEL, help="In a database.  [default: alsoliked_lists]"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List items for a user or a stranger.

    For a user of the training ratings, for a stranger from ratings they give, or for everybody.
    """
    _check(user, given or column, all_users, why=why, on_unknown=on_unknown)
    _check_explore(explore, explore_by, explore_seed, all_users=all_users)
    runs = {"engine": engine, "master": master, "workers": workers, "conf": conf}
    on_engine.refuse_without(engine, {**runs, "out": out, "table": table})
    how: dict[str, Any] = {"n": n, "exclude_seen": not include_seen, "objective": objective}
    if engine is not None:
        if not all_users:
            raise OptionError("--engine makes lists for everybody; pass --all, or leave --engine out.")
        from alsoliked.cli.everybody import list_by_engine

        list_by_engine(bundle, how, {"exclude": exclude, "among": among}, runs, out, table, json=json)
        return
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    how |= {"exclude": exclude or (), "among": among or None}
    if all_users:
        _print_all(rec, how, json=json)
        return
    who: dict[str, Any] = {"user": rec.train_ratings.users.parse(str(user))} if user is not None else {}
    who |= {"given": read_given(given)} if given else {}
    how |= {"columns": read_columns(column, rec.fitted.known_columns)} if column else {}
    rules = {"explore_by": explore_by, "explore_seed": explore_seed, "on_unknown": on_unknown}
    how |= {"explore": explore} | {name: value for name, value in rules.items() if value is not None}
    ranked = rec.recommend(**who, **how)
    reasons = _reasons(rec, ranked, who) if why else []
    if json:
        print_json(ranked.to_dict() | ({"why": reasons} if why else {}))
        return
    print(ranked)
    for title, reason in zip(ranked.titles, reasons, strict=False):
        moved = [f"your {r['rating']:g} for {r['title']} ({r['moved']:+.2f})" for r in reason["moved"]]
        print(f"  {title}: predicted {reason['predicted']:.2f}; {', '.join(moved) or 'no rating of yours moved it'}")


def _check(user: str | None, stranger: object, all_users: bool, *, why: bool, on_unknown: str | None) -> None:
    if [user is not None, bool(stranger), all_users].count(True) != 1:
        raise OptionError("expected one of USER, --given and --all (--column goes with --given or alone); see --help.")
    if on_unknown is not None and user is None:
        raise OptionError("--on-unknown is about USER and has no effect here; leave it out.")
    if why and all_users:
        raise OptionError("--why explains one list and has no effect with --all; leave it out, or name a USER.")


def _check_explore(explore: float, rule: str | None, seed: int | None, *, all_users: bool) -> None:
    if explore and all_users:
        raise OptionError("--explore is about one list and has no effect with --all; leave it out, or name a USER.")
    if not explore and (rule is not None or seed is not None):
        raise OptionError("--explore-by and --explore-seed say how --explore explores; pass --explore, a share, too.")


def _reasons(rec: Recommender, ranked: Ranked, who: dict[str, Any]) -> list[dict[str, Any]]:
    """Explain each place of the list by the three own ratings that moved it most."""
    if ranked.ratings is None:
        raise OptionError(f"--why explains predicted ratings, and this list has none ({ranked.served_by}).")
    found = [rec.explain(**who, item=item) for item in ranked.items]
    moved = [explained.moved.head(3).to_dicts() for explained in found]
    return [{"item": i} | f.to_dict() | {"moved": m} for i, f, m in zip(ranked.items, found, moved, strict=True)]


def _print_all(rec: Recommender, how: dict[str, Any], *, json: bool) -> None:
    with progress("listing for everybody") as update:
        table = rec.recommend_many(**how, progress=update)
    if json:
        print_json(table.to_dicts())
    else:
        print(table.write_csv(), end="")
