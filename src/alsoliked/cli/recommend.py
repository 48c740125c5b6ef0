"""alsoliked recommend: a list for a user, for a stranger, or for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli.console import print_json, progress
from alsoliked.cli.given import read_given
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.recommendation.ranked import Ranked
    from alsoliked.recommender import Recommender

__all__ = ["recommend"]


def recommend(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    user: Annotated[str | None, typer.Argument(metavar="[USER]", help="A user of the training ratings.")] = None,
    n: Annotated[int, typer.Option("-n", help="Length of the list.")] = 10,
    given: Annotated[
        list[str] | None,
        typer.Option(help="A stranger's ratings: a csv file of item (or title) and rating, or 'TITLE=RATING'."),
    ] = None,
    all_users: Annotated[bool, typer.Option("--all", help="List for every user, as CSV (or JSON).")] = False,
    exclude: Annotated[list[str] | None, typer.Option(help="Leave this item out (id or title).")] = None,
    among: Annotated[list[str] | None, typer.Option(help="Choose among these items alone.")] = None,
    include_seen: Annotated[bool, typer.Option(help="Keep items the user has rated.")] = False,
    objective: Annotated[str, typer.Option(help="both, choice (what people take up) or rating.")] = "both",
    on_unknown: Annotated[str, typer.Option(help="For an unknown user: raise or popular.")] = "raise",
    why: Annotated[bool, typer.Option(help="Say which of the user's own ratings moved each prediction.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List items for a user or a stranger.

    For a user of the training ratings, for a stranger from ratings they give, or for everybody.
    """
    if [user is not None, given is not None, all_users].count(True) != 1:
        raise OptionError("expected one of USER, --given and --all; see alsoliked recommend --help.")
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    how: dict[str, Any] = {"exclude_seen": not include_seen, "exclude": exclude or (), "objective": objective}
    how["among"] = among or None
    if all_users:
        _print_all(rec, n, how, json=json)
        return
    who: dict[str, Any] = {"user": rec.train_ratings.users.parse(user)} if user is not None else {}
    if given is not None:
        who["given"] = read_given(given)
    unknown: dict[str, Any] = {"on_unknown": on_unknown} if user is not None else {}
    ranked = rec.recommend(**who, n=n, **how, **unknown)
    reasons = _reasons(rec, ranked, who) if why else {}
    if json:
        print_json(ranked.to_dict() | ({"why": reasons} if why else {}))
        return
    print(ranked)
    for title, sentence in reasons.items():
        print(f"  {title}: {sentence}")


def _reasons(rec: Recommender, ranked: Ranked, who: dict[str, Any]) -> dict[str, str]:
    reasons = {}
    for item, title in zip(ranked.items, ranked.titles, strict=True):
        found = rec.explain(**who, item=item)
        most = [f"your {r['rating']:g} for {r['title']} ({r['moved']:+.2f})" for r in found.moved.head(3).to_dicts()]
        reasons[title] = f"predicted {found.predicted:.2f}; {', '.join(most) or 'no rating of yours moved it'}"
    return reasons


def _print_all(rec: Recommender, n: int, how: dict[str, Any], *, json: bool) -> None:
    with progress("listing for everybody") as update:
        table = rec.recommend_many(n=n, **how, progress=update)
    if json:
        print_json(table.to_dicts())
    else:
        print(table.write_csv(), end="")
