"""alsoliked first: a list for somebody of whom nothing is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli import source
from alsoliked.cli.console import print_json
from alsoliked.errors import DataError

if TYPE_CHECKING:
    import polars as pl

    from alsoliked.data.ratings import Ratings

__all__ = ["first"]


def first(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="A bundle, ratings as for train, or a csv of items (column item) nobody has rated."
        ),
    ],
    by: Annotated[
        str, typer.Option(metavar="WHAT", help="rating (surely well rated), popular, newest, varied or picks.")
    ] = "rating",
    n: Annotated[int, typer.Option("-n", metavar="N", help="Length of the list.")] = 10,
    days: Annotated[
        float | None, typer.Option(metavar="N", help="Count ratings of the last N days (popular, varied).")
    ] = None,
    pick: Annotated[
        list[str] | None, typer.Option(metavar="ITEM", help="An editor's pick, best first (picks; repeat for more).")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="ITEM", help="Leave this item out (id or title; repeat for more).")
    ] = None,
    among: Annotated[
        list[str] | None, typer.Option(metavar="ITEM", help="Choose among these items alone (repeat for more).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List items for somebody of whom nothing is known.

    No model is needed; with a table of items alone there need not even be ratings yet.
    """
    from alsoliked.coldstart.first_list import first_list

    known = _read(data)
    listed = first_list(known, by, n, days=days, picks=pick or (), exclude=exclude or (), among=among or None)  # type: ignore[arg-type]
    if json:
        print_json(listed.to_dict())
    else:
        print(listed)


def _read(data: str) -> Ratings | pl.DataFrame:
    path = Path(data)
    if (path / "manifest.json").is_file():
        from alsoliked.recommender import Recommender

        return Recommender.load(path).train_ratings
    if path.is_file() and path.suffix.lower() == ".csv":
        table = _items(path)
        if table is not None:
            return table
    return source.load_ratings(data)


def _items(path: Path) -> pl.DataFrame | None:
    """Read a csv of items; None where it has ratings in it."""
    import polars as pl

    try:
        table = pl.read_csv(path, try_parse_dates=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{path} cannot be read ({error}); expected a csv with a header.") from error
    names = {name: name.strip().lower() for name in table.columns}
    spelled = {"item_id", "itemid", "movieid", "movie_id", "id"}
    table = table.rename({name: "item" if low in spelled else low for name, low in names.items()})
    if {"rating", "user", "user_id", "userid"} & set(table.columns) or "item" not in table.columns:
        return None
    parted = [name for name in table.columns if table[name].dtype == pl.String and name != "title"]
    sets = [name for name in parted if table[name].str.contains("|", literal=True).any()]
    return table.with_columns(pl.col(name).str.split("|") for name in sets)
