"""alsoliked evaluate: how good a bundle is, beside its baselines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alsoliked.cli import source
from alsoliked.cli.console import print_frame, print_json, say
from alsoliked.cli.train import measure_aloud
from alsoliked.errors import OptionError

__all__ = ["evaluate"]

Bundle = Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")]
OtherData = Annotated[str | None, typer.Argument(metavar="[DATA]", help="Other ratings than those held out.")]


def evaluate(
    bundle: Bundle,
    data: OtherData = None,
    k: Annotated[int, typer.Option("-k", help="Length of the lists.")] = 10,
    relevant_from: Annotated[float | None, typer.Option(help="From which rating on an item was liked.")] = None,
    per_user: Annotated[bool, typer.Option(help="Print a row for each user instead.")] = False,
    user: source.UserColumn = None,
    item: source.ItemColumn = None,
    rating: source.RatingColumn = None,
    timestamp: source.TimestampColumn = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure a bundle beside its baselines.

    On the ratings held out when it was trained, or on others.
    """
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    valid = rec.held_out_
    if data is not None:
        from alsoliked.data.alignment import aligned

        other = source.load_ratings(data, user=user, item=item, rating=rating, timestamp=timestamp)
        valid, left_out = aligned(other, rec.train_ratings)
        if left_out:
            say(f"{left_out:,} ratings by users or of items the model does not know are left out")
    if valid is None:
        raise OptionError(f"{bundle} was trained without held-out ratings; name DATA to measure it on.")
    report = measure_aloud(rec, valid, k=k, relevant_from=relevant_from)
    if per_user:
        if json:
            print_json(report.per_user().to_dicts())
        else:
            print_frame(report.per_user())
    elif json:
        print_json(report.to_dict())
    else:
        print(report)
        print()
        print("\n".join(report.in_words()))
