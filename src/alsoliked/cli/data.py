"""alsoliked data get|check|split: fetch a data set, look one over, cut one in two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli import source
from alsoliked.cli.console import print_frame, print_json, progress, say
from alsoliked.cli.holdout import Seed, Split, ValidPct, hold_out
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings

__all__ = ["app"]

app = typer.Typer(help="Fetch, check and split ratings.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="ml-100k, ml-1m, ml-latest-small, ml-latest, ml-10m, -20m, -25m, -32m.")],
    path: Annotated[Path | None, typer.Option(help="A copy of your own: zip or folder.")] = None,
    offline: Annotated[bool, typer.Option(help="Leave the network alone.")] = False,
    json: Json = False,
) -> None:
    """Make sure a MovieLens data set is here, and print where."""
    from alsoliked.data.movielens.fetching import fetch_movielens

    with progress(f"getting {name}") as update:
        place = fetch_movielens(name, path, progress=update, say=say, offline=offline)
    if json:
        print_json({"name": name, "path": str(place)})
    else:
        print(place)


@app.command()
def check(
    data: source.Data,
    user: source.UserColumn = None,
    item: source.ItemColumn = None,
    rating: source.RatingColumn = None,
    timestamp: source.TimestampColumn = None,
    on_bad_rows: source.OnBadRows = "raise",
    on_repeat: source.OnRepeat = "raise",
    query: source.Query = None,
    json: Json = False,
) -> None:
    """Look ratings over: counts, density, scale, histogram, time span, and what is odd about them."""
    from alsoliked.data.checkup import checkup

    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    ratings = source.load_ratings(data, **columns, on_bad_rows=on_bad_rows, on_repeat=on_repeat, query=query)
    report = checkup(ratings)
    if json:
        print_json(report.to_dict())
        return
    print_frame(ratings.describe())
    print()
    _print_histogram(ratings)
    print("\nThe most active users and the most rated items:")
    _print_cross_table(ratings)
    print()
    for sentence in report.in_words():
        print(f"- {sentence}")


def _print_histogram(ratings: Ratings) -> None:
    rows = ratings.histogram()
    longest = max(rows["share"].to_list())
    for value, count, share in rows.iter_rows():
        print(f"{value:>6g}  {count:>10,}  {share:>6.1%}  {'█' * round(40 * share / longest)}")


def _print_cross_table(ratings: Ratings) -> None:
    table = ratings.cross_table(8, 8)
    titles, user_width = table.columns[1:], max(len(str(u)) for u in ["user", *table["user"]])
    for place, title in enumerate(titles):
        print(f"{'':>{user_width}}  {'    ' * place}┌ {title}")
    for user, *cells in table.iter_rows():
        print(f"{user!s:>{user_width}}  {''.join(f'{cell:<4g}' if cell is not None else '·   ' for cell in cells)}")


@app.command()
def split(
    data: source.Data,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for train.csv and valid.csv.")],
    how: Split = "random",
    valid_pct: ValidPct = 0.2,
    seed: Seed = 0,
    user: source.UserColumn = None,
    item: source.ItemColumn = None,
    rating: source.RatingColumn = None,
    timestamp: source.TimestampColumn = None,
    on_bad_rows: source.OnBadRows = "raise",
    on_repeat: source.OnRepeat = "raise",
    query: source.Query = None,
    json: Json = False,
) -> None:
    """Cut ratings into train.csv and valid.csv, and say what of valid has never been seen in train."""
    from alsoliked.data.unseen import unseen

    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    ratings = source.load_ratings(data, **columns, on_bad_rows=on_bad_rows, on_repeat=on_repeat, query=query)
    train, valid = hold_out(ratings, data, how, valid_pct, seed)
    if valid is None:
        raise OptionError(f"valid_pct={valid_pct:g} holds nothing out; expected a share above 0, such as 0.2.")
    parts = {"train": train, "valid": valid}
    out.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        beside = out / f".{name}.csv.part"
        part.to_frame().write_csv(beside)
        beside.replace(out / f"{name}.csv")
    new = unseen(train, valid)
    if json:
        counts = {"unseen_users": new.users, "unseen_items": new.items}
        print_json({name: {"path": str(out / f"{name}.csv"), "ratings": len(p)} for name, p in parts.items()} | counts)
    else:
        for name, part in parts.items():
            print(f"{out / name}.csv  {len(part):,} ratings")
        print(new)
