"""alsoliked update: a bundle that knows ratings which came since."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli import source
from alsoliked.cli.console import print_json, say, share_bar
from alsoliked.cli.place import check_writable
from alsoliked.cli.train import measure_aloud

if TYPE_CHECKING:
    from alsoliked.data.merging import Merged
    from alsoliked.recommender import Recommender

__all__ = ["update"]


def update(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    data: source.Data,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FOLDER", help="For the new bundle.  [default: BUNDLE itself]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Decides everything random.  [default: as it was trained]")
    ] = None,
    user: source.UserColumn = None,
    item: source.ItemColumn = None,
    rating: source.RatingColumn = None,
    timestamp: source.TimestampColumn = None,
    on_bad_rows: source.OnBadRows = "raise",
    on_repeat: source.OnRepeat = "raise",
    query: source.Query = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Bring a bundle up to date with new ratings.

    New users, new items and changed ratings get their rows without training anew; where a pair was rated before, the
    new rating counts. The bundle is replaced when the new one is complete.
    """
    from alsoliked.bundle import check_place
    from alsoliked.data.merging import merged
    from alsoliked.recommender import Recommender
    from alsoliked.training.needed import check_torch

    place = bundle if out is None else out
    check_place(place)
    check_writable(place.absolute().parent)
    check_torch("updating a model")
    rec = Recommender.load(bundle)
    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    new = source.load_ratings(data, **columns, on_bad_rows=on_bad_rows, on_repeat=on_repeat, query=query)
    counts = _counts(merged(rec.train_ratings, new))
    began = time.perf_counter()
    with share_bar(f"updating {rec.model}") as tell:
        other = rec.update(new, seed=seed, on_progress=tell)
    seconds = round(time.perf_counter() - began, 2)
    other.save(place, about=_about(rec, other, data))
    if json:
        print_json({"bundle": str(place), **counts, "ratings": len(other.train_ratings), "seconds": seconds})
        return
    for what, count in counts.items():
        print(f"{what.replace('_', ' '):16} {count:>9,}")
    print(f"{'ratings in all':16} {len(other.train_ratings):>9,}")
    say(f"updated in {seconds:.1f} s, saved to {place}")


def _counts(news: Merged) -> dict[str, int]:
    found = {"new_users": news.users < 0, "new_items": news.items < 0}
    found |= {"new_ratings": news.added, "changed_ratings": news.changed}
    return {name: int(mask.sum()) for name, mask in found.items()}


def _about(rec: Recommender, other: Recommender, data: str) -> dict[str, Any]:
    """Keep what the manifest says of the data, and add where the new ratings came from; figures are measured anew."""
    about = {k: v for k, v in (rec.manifest_.get("about") or {}).items() if k != "metrics"}
    about["updates"] = [*about.get("updates", []), source.without_password(data)]
    if other.held_out_ is None or not len(other.held_out_):
        return about
    return about | {"metrics": measure_aloud(other, other.held_out_).to_dict()}
