"""alsoliked similar: what is near an item, or who is near a user."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from alsoliked.cli.console import print_frame, print_json
from alsoliked.errors import OptionError

__all__ = ["similar"]


def similar(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    item: Annotated[str, typer.Argument(metavar="ITEM", help="An item, by id or title; with --user, a user id.")],
    n: Annotated[int, typer.Option("-n", metavar="N", help="How many.")] = 10,
    min_count: Annotated[
        int | None, typer.Option(metavar="N", help="Leave out items with fewer training ratings.  [default: 1]")
    ] = None,
    by: Annotated[
        Literal["cosine", "dot"] | None, typer.Option(help="What is near: the angle, or the dot product; shows both.")
    ] = None,
    user: Annotated[bool, typer.Option("--user", help="ITEM is a user: list similar users.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List similar items, or similar users.

    Similar are those whose factors point the same way (cosine); with --by dot, the dot product decides.
    """
    if user and by is not None:
        raise OptionError("--by is about items and has no effect with --user; leave it out.")
    if user and min_count is not None:
        raise OptionError("--min-count is about items and has no effect with --user; leave it out.")
    if min_count is not None and min_count < 1:
        raise OptionError(f"--min-count {min_count} came, expected at least 1.")
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    if user:
        table = rec.similar_users(rec.train_ratings.users.parse(item), n)
        if json:
            print_json(table.to_dicts())
        else:
            print_frame(table)
        return
    if by is not None:
        near = rec.neighbours(item, n, by=by, min_count=min_count or 1)
        if json:
            print_json(near.to_dicts())
        else:
            print_frame(near)
        return
    ranked = rec.similar_items(item, n, min_count=min_count or 1)
    if json:
        print_json(ranked.to_dict())
    else:
        print(ranked)
