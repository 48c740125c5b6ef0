"""alsoliked similar: what is near an item, or who is near a user."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alsoliked.cli.console import print_frame, print_json

__all__ = ["similar"]


def similar(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    item: Annotated[str, typer.Argument(metavar="ITEM", help="An item, by id or title; with --user, a user id.")],
    n: Annotated[int, typer.Option("-n", help="How many.")] = 10,
    min_count: Annotated[int, typer.Option(help="Leave out items with fewer training ratings.")] = 1,
    user: Annotated[bool, typer.Option("--user", help="ITEM is a user: list similar users.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List similar items, or users.

    Similar are those whose factors point the same way (cosine).
    """
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    if user:
        table = rec.similar_users(rec.train_ratings.users.parse(item), n)
        if json:
            print_json(table.to_dicts())
        else:
            print_frame(table)
        return
    ranked = rec.similar_items(item, n, min_count=min_count)
    if json:
        print_json(ranked.to_dict())
    else:
        print(ranked)
