"""alsoliked compare: several models on the same folds, beside the baselines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli import source
from alsoliked.cli.console import print_json, say
from alsoliked.cli.holdout import Seed, published_source
from alsoliked.cli.live import live_table
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.comparison.run import Comparison, Step

__all__ = ["compare"]

Models = Annotated[
    str | None,
    typer.Option(metavar="NAME,…", help="With options after a colon: dot_bias:n_factors=20,wd=.2,net."),
]
Folds = Annotated[
    str | None,
    typer.Option(metavar="HOW", help="A number; 1 holds out a fifth; u: ml-100k's u1 to u5; or u1,u2.  [default: 5]"),
]
Out = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FOLDER", help="Keep finished fits; the same command goes on from there."),
]


def compare(
    data: source.Data,
    models: Models = None,
    folds: Folds = None,
    time_split: Annotated[bool, typer.Option("--time-split", help="Hold out the latest fifth instead.")] = False,
    out: Out = None,
    k: Annotated[int, typer.Option("-k", metavar="N", help="Length of the lists.")] = 10,
    max_users: Annotated[
        int | None, typer.Option(metavar="N", help="Measure on N held-out users of each fold, drawn at random.")
    ] = None,
    seed: Seed = 0,
    user: source.UserColumn = None,
    item: source.ItemColumn = None,
    rating: source.RatingColumn = None,
    timestamp: source.TimestampColumn = None,
    on_bad_rows: source.OnBadRows = "raise",
    on_repeat: source.OnRepeat = "raise",
    query: source.Query = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Cross-validate models on DATA, on the same folds.

    The baselines always take part. Each fit runs in a process of its own, so that its time and memory are its own.
    """
    from alsoliked.comparison.entrants import LEFT_OUT, entrants
    from alsoliked.comparison.run import compare as compare_models
    from alsoliked.models.registry import model_names

    if time_split and folds is not None:
        raise OptionError("--time-split came with --folds; it holds out the latest fifth once: leave one of them out.")
    how = "time" if time_split else folds or "5"
    who = entrants(models, seed)  # refused before DATA is read
    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    ratings = source.load_ratings(data, **columns, on_bad_rows=on_bad_rows, on_repeat=on_repeat, query=query)
    say(f"comparing {', '.join(entrant.label for entrant in who)}")
    slow = [name for name in LEFT_OUT if name in model_names()]
    if models is None and slow:
        say(f"left out for taking longer: {', '.join(slow)}; name them with --models")
    place = published_source(data) if "u" in how else None
    options: dict[str, Any] = {"folds": how, "source": place, "k": k, "max_users": max_users, "seed": seed, "out": out}
    found = _watched(lambda on_step: compare_models(ratings, models, **options, on_step=on_step), out)
    if json:
        print_json(found.to_dict())
        return
    print(found)
    print()
    print("\n".join(found.in_words()))
    if out is not None:
        say(f"kept in {out}")


def _watched(work: Callable[[Callable[[Step], None]], Comparison], out: Path | None) -> Comparison:
    """Do it before everybody's eyes; say what is kept if it ends early."""
    steps: list[Step] = []
    try:
        with live_table() as show:

            def on_step(step: Step) -> None:
                if not steps and step.kept:
                    say(f"{step.kept} of {step.total} fits are already in {out}")
                steps[:] = [step]
                show(step)

            return work(on_step)
    except BaseException:
        if steps and steps[-1].done and out is not None:
            last = steps[-1]
            say(f"{last.done} of {last.total} fits are kept in {out}; the same command goes on from there")
        raise
