"""alsoliked evaluate: how good a bundle is, beside its baselines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli import engine as on_engine
from alsoliked.cli import source
from alsoliked.cli.console import print_frame, print_json
from alsoliked.cli.holdout import unseen_ratings
from alsoliked.cli.train import measure_aloud
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.evaluation.report import Report

__all__ = ["evaluate"]

Bundle = Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")]
OtherData = Annotated[str | None, typer.Argument(metavar="DATA", help="Other ratings than those held out.")]


def evaluate(
    bundle: Bundle,
    data: OtherData = None,
    k: Annotated[int, typer.Option("-k", metavar="N", help="Length of the lists.")] = 10,
    relevant_from: Annotated[
        float | None, typer.Option(metavar="RATING", help="From which rating on an item was liked.")
    ] = None,
    per_user: Annotated[bool, typer.Option("--per-user", help="Print a row for each user instead.")] = False,
    importances: Annotated[
        bool, typer.Option("--importances", help="Print how much it leans on each column instead (net, hybrid).")
    ] = False,
    user: source.UserColumn = None,
    item: source.ItemColumn = None,
    rating: source.RatingColumn = None,
    timestamp: source.TimestampColumn = None,
    on_bad_rows: source.OnBadRows = "raise",
    on_repeat: source.OnRepeat = "raise",
    query: source.Query = None,
    engine: on_engine.OnSpark = None,
    master: on_engine.Master = None,
    workers: on_engine.Workers = None,
    conf: on_engine.Conf = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure a bundle beside its baselines.

    On the ratings held out when it was trained, or on others.
    """
    runs = {"engine": engine, "master": master, "workers": workers, "conf": conf}
    on_engine.refuse_without(engine, runs)
    how: dict[str, Any] = {"user": user, "item": item, "rating": rating, "timestamp": timestamp, "query": query}
    how |= {"on_bad_rows": on_bad_rows, "on_repeat": on_repeat}
    if importances and per_user:
        raise OptionError("--importances and --per-user came; each prints a table of its own, pass either.")
    if engine is not None:
        from alsoliked.cli.measured import measure_by_engine

        asked = {"DATA": data, "--per-user": per_user, "--importances": importances, **_as_flags(how)}
        _print(measure_by_engine(bundle, asked, runs, k=k, relevant_from=relevant_from), json=json)
        return
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    valid = unseen_ratings(rec, data, how)
    if valid is None:
        raise OptionError(f"{bundle} was trained without held-out ratings; name DATA to measure it on.")
    if importances:
        table = rec.importances(valid)
        print_json(table.to_dicts()) if json else print_frame(table)
        return
    report = measure_aloud(rec, valid, k=k, relevant_from=relevant_from)
    if per_user and json:
        print_json(report.per_user().to_dicts())
    elif per_user:
        print_frame(report.per_user())
    else:
        _print(report, json=json)


def _as_flags(how: dict[str, Any]) -> dict[str, Any]:
    return {f"--{name.replace('_', '-')}": value for name, value in how.items()}


def _print(report: Report, *, json: bool) -> None:
    if json:
        print_json(report.to_dict())
        return
    print(report)
    print()
    print("\n".join(report.in_words()))
