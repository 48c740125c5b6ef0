"""How ratings are held out on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings

__all__ = ["Seed", "Split", "ValidPct", "hold_out"]

Split = Annotated[
    str, typer.Option("--split", help="random, time, leave_last, or a published fold of ml-100k (u1 … u5, ua, ub).")
]
ValidPct = Annotated[float, typer.Option(help="Share of the ratings to hold out (random, time); 0: none.")]
Seed = Annotated[int, typer.Option(help="Decides everything random.")]


def hold_out(ratings: Ratings, source: str, how: str, valid_pct: float, seed: int) -> tuple[Ratings, Ratings | None]:
    """Split ratings as asked; with nothing to hold out the second part is None."""
    from alsoliked.data import split

    if how in ("random", "time") and valid_pct == 0:
        return ratings, None
    if how == "random":
        return split.random_split(ratings, valid_pct, seed)
    if how == "time":
        return split.time_split(ratings, valid_pct)
    if how == "leave_last":
        return split.leave_last(ratings)
    if how in split.PUBLISHED_FOLDS:
        return split.published_fold(ratings, _published_source(source), how)
    names = ", ".join(("random", "time", "leave_last", *split.PUBLISHED_FOLDS))
    raise OptionError(f"--split {how!r} is unknown; expected one of {names}.")


def _published_source(source: str) -> str:
    from alsoliked.data.movielens.catalogue import CATALOGUE
    from alsoliked.data.movielens.fetching import fetch_movielens

    return str(fetch_movielens(source)) if source in {known.name for known in CATALOGUE} else source
