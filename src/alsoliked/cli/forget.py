"""alsoliked forget: a bundle without one of its users, and the proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli.console import print_frame, print_json, say, share_bar
from alsoliked.cli.place import check_writable
from alsoliked.cli.train import measure_aloud

if TYPE_CHECKING:
    from alsoliked.fitting.forget import Forgotten
    from alsoliked.recommender import Recommender

__all__ = ["forget"]


def forget(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    user: Annotated[str, typer.Argument(metavar="USER", help="Who is to be forgotten.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FOLDER", help="For the new bundle.  [default: BUNDLE itself]")
    ] = None,
    refit: Annotated[
        bool, typer.Option(help="Fit again to the ratings of all others; without it only rows and ratings go.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Remove a user's ratings and rows from a bundle, and prove it.

    The model is fitted again to the ratings of all others, so that nothing in it was learned from theirs; the bundle is
    replaced when the new one is complete, and its files are then looked through.
    """
    from alsoliked.bundle import check_place
    from alsoliked.recommender import Recommender

    place = bundle if out is None else out
    check_place(place)
    check_writable(place.absolute().parent)
    rec = Recommender.load(bundle)
    with share_bar("fitting again") as update:
        other, proof = rec.forget_user(rec.train_ratings.users.parse(user), refit=refit, on_progress=update)
    other.save(place, about=_about(rec, other))
    proof = proof.in_bundle(place)
    if json:
        print_json({"bundle": str(place)} | proof.to_dict())
    else:
        print_frame(proof.to_frame())
    _tell(proof, place, replaced=out is None)


def _about(rec: Recommender, other: Recommender) -> dict[str, Any]:
    """Keep what the manifest says of the data; figures are measured anew, without theirs."""
    about: dict[str, Any] = {k: v for k, v in (rec.manifest_.get("about") or {}).items() if k != "metrics"}
    if other.held_out_ is None or not len(other.held_out_):
        return about
    return about | {"metrics": measure_aloud(other, other.held_out_).to_dict()}


def _tell(proof: Forgotten, place: Path, *, replaced: bool) -> None:
    left = [check for check in proof.checks if check.left]
    if left:
        say(f"user {proof.user}: {'; '.join(f'{check.where}: {check.left} left ({check.note})' for check in left)}")
    else:
        say(f"nothing of user {proof.user} is left in {place}")
    if replaced:
        say("copies of the older bundle, and the data it was trained from, are not touched")
