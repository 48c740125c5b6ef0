"""How ratings are held out on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli.source import is_published
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings

__all__ = ["Seed", "Split", "ValidPct", "hold_out", "published_source"]

Split = Annotated[
    str,
    typer.Option("--split", metavar="HOW", help="random, time, leave_last, or a fold of ml-100k (u1 … u5, ua, ub)."),
]
ValidPct = Annotated[
    float | None, typer.Option(metavar="SHARE", help="Of the ratings, to hold out (random, time).  [default: 0.2]")
]
Seed = Annotated[int, typer.Option(metavar="NUMBER", help="Decides everything random.")]


def hold_out(
    ratings: Ratings, source: str, how: str, valid_pct: float | None, seed: int
) -> tuple[Ratings, Ratings | None]:
    """Split ratings as asked; with nothing to hold out the second part is None."""
    from alsoliked.data import split

    if seed < 0:
        raise OptionError(f"--seed {seed} came, expected a whole number of at least 0.")
    if how in ("random", "time"):
        share = 0.2 if valid_pct is None else valid_pct
        if share == 0:
            return ratings, None
        return split.random_split(ratings, share, seed) if how == "random" else split.time_split(ratings, share)
    if valid_pct is not None:
        raise OptionError(f"--valid-pct has no effect on --split {how}; leave it out, or split by random or time.")
    if how == "leave_last":
        return split.leave_last(ratings)
    if how in split.PUBLISHED_FOLDS:
        return split.published_fold(ratings, published_source(source), how)
    names = ", ".join(("random", "time", "leave_last", *split.PUBLISHED_FOLDS))
    raise OptionError(f"--split {how!r} is unknown; expected one of {names}.")


def published_source(source: str) -> str:
    """Return where the published folds of DATA lie: the zip of a catalogue name, or DATA itself."""
    from alsoliked.data.movielens.fetching import fetch_movielens

    return str(fetch_movielens(source)) if is_published(source) else source
