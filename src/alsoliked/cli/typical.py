"""alsoliked typical: who stands for somebody unknown, and how well."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alsoliked.cli.console import busy, print_frame, print_json, say

__all__ = ["typical"]


def typical(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    tastes: Annotated[int, typer.Option(metavar="N", help="How many kinds of taste to tell apart.")] = 4,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides where the search for tastes begins.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show who may stand for somebody unknown, and how well.

    The mean of all users, the user in the middle, and one user for each kind of taste; measured on the held-out
    ratings, as if nothing were known of those who gave them.
    """
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    found = rec.typical_users(tastes, seed=seed)
    measured = None
    if rec.held_out_ is not None:
        with busy("measuring"):
            measured = found.measured(rec.held_out_, seed=seed)
    if json:
        print_json({"users": found.table.to_dicts(), "measured": None if measured is None else measured.to_dicts()})
        return
    print(found)
    if measured is None:
        say("the bundle has no held-out ratings to measure on")
        return
    print()
    print_frame(measured)
