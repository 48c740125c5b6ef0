"""alsoliked data get|check|split: fetch a data set, look one over, cut one in two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli import source
from alsoliked.cli.console import print_frame, print_json, progress, say
from alsoliked.cli.holdout import Seed, Split, ValidPct, hold_out
from alsoliked.cli.pictures import cross_table_lines, histogram_lines
from alsoliked.cli.place import check_writable, writing
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings

__all__ = ["app"]

app = typer.Typer(help="Fetch, check and split ratings.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command(epilog="\b\nExamples:\n  alsoliked data get ml-latest-small\n  alsoliked data get ml-1m --path ml-1m.zip")
def get(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="ml-100k, -1m, -10m, -20m, -25m, -32m, -latest or -latest-small.")
    ],
    path: Annotated[Path | None, typer.Option(help="A copy of your own: zip or folder.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Leave the network alone.")] = False,
    json: Json = False,
) -> None:
    """Make sure a MovieLens data set is here; print where."""
    from alsoliked.data.movielens.fetching import fetch_movielens

    with progress(f"getting {name}") as update:
        place = fetch_movielens(name, path, progress=update, say=say, offline=offline)
    if json:
        print_json({"name": name, "path": str(place)})
    else:
        print(place)


@app.command(epilog="\b\nExamples:\n  alsoliked data check ml-100k\n  alsoliked data check mine.csv --on-bad-rows drop")
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
    """Look ratings over, and say what is odd.

    Counts, density, scale, histogram, time span, who rated most and what is rated most.
    """
    from alsoliked.data.checkup import checkup

    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    ratings = source.load_ratings(data, **columns, on_bad_rows=on_bad_rows, on_repeat=on_repeat, query=query)
    report = checkup(ratings)
    if json:
        print_json(report.to_dict())
        return
    print_frame(ratings.describe())
    print()
    print("\n".join(histogram_lines(ratings.histogram())))
    print("\nThe most active users (rows) and the most rated items (columns):\n")
    print("\n".join(cross_table_lines(ratings.cross_table(8, 8))))
    print()
    for sentence in report.in_words():
        print(f"- {sentence}")


@app.command(
    epilog="\b\nExamples:\n  alsoliked data split ml-100k -o parts\n  alsoliked data split ml-100k -o u1 --split u1"
)
def split(
    data: source.Data,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="For train.csv and valid.csv.")],
    how: Split = "random",
    valid_pct: ValidPct = None,
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
    """Cut ratings into train.csv and valid.csv.

    Says how much of valid.csv is by users or of items that train.csv has no rating of.
    """
    from alsoliked.data.unseen import unseen

    check_writable(out)
    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    ratings = source.load_ratings(data, **columns, on_bad_rows=on_bad_rows, on_repeat=on_repeat, query=query)
    train, valid = hold_out(ratings, data, how, valid_pct, seed)
    if valid is None:
        raise OptionError("--valid-pct 0 holds nothing out; expected a share above 0, such as 0.2.")
    parts, new = {"train": train, "valid": valid}, unseen(train, valid)
    _write_parts(parts, out)
    if json:
        counts = {"unseen_users": new.users, "unseen_items": new.items}
        print_json({name: {"path": str(out / f"{name}.csv"), "ratings": len(p)} for name, p in parts.items()} | counts)
    else:
        for name, part in parts.items():
            print(f"{out / name}.csv  {len(part):,} ratings")
        print(new)


def _write_parts(parts: dict[str, Ratings], out: Path) -> None:
    """Write both files beside their places, then move both: never one without the other, never half of one."""
    beside = {name: out / f".{name}.csv.part" for name in parts}
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        try:
            for name, part in parts.items():
                part.to_frame().write_csv(beside[name])
            for name, path in beside.items():
                path.replace(out / f"{name}.csv")
        finally:
            for path in beside.values():
                path.unlink(missing_ok=True)
