"""alsoliked newcomers: how well somebody new is met, and what the columns of their table are worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from alsoliked.cli.console import busy, print_json, progress, say
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.coldstart.attributes import How
    from alsoliked.coldstart.attributes_report import AttributesReport
    from alsoliked.coldstart.attributes_side import Of
    from alsoliked.recommender import Recommender

__all__ = ["newcomers"]


def newcomers(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    of: Annotated[Literal["users", "items"], typer.Option(help="Who is new.")] = "users",
    folds: Annotated[
        int, typer.Option(metavar="N", help="Fits without a part of them; 0: look at the columns alone.")
    ] = 5,
    how: Annotated[Literal["linear", "net", "best"], typer.Option(help="How columns are turned into rows.")] = "best",
    seed: Annotated[int, typer.Option(metavar="N", help="Decides everything random.")] = 0,
    output: Annotated[
        Path | None, typer.Option("-o", metavar="FOLDER", help="Where to write the bundle with what columns say.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure how well a model meets new users or items.

    The model is fitted anew without a part of them, which then gives 0 to 20 ratings; their others are predicted.
    """
    from alsoliked.recommender import Recommender

    if folds < 0 or folds == 1:
        raise OptionError(f"--folds {folds} came, expected 2 or more, or 0 for none.")
    rec = Recommender.load(bundle)
    has_table = getattr(rec.train_ratings, f"{of.removesuffix('s')}_table") is not None
    if not has_table and (output is not None or not folds):
        raise OptionError(f"{bundle} holds no table of {of}, so there are no columns to learn from.")
    table = None
    if folds:
        with progress("fitting without some") as update:
            table = rec.measure_newcomers(of, folds=folds, columns=has_table, seed=seed, on_progress=update)
    if table is not None and not json:
        print(table)
    report = _learned(rec, of, how, seed) if has_table else None
    if json:
        told: dict[str, Any] = {"newcomers": None if table is None else table.to_dict()}
        print_json(told | {"columns": None if report is None else report.to_dict()})
    elif report is None:
        say(f"the bundle holds no table of {of}, so there are no columns to learn from")
    else:
        print(f"\n{report}" if table is not None else report)
    if output is not None:
        say(f"saved to {rec.save(output, about=rec.manifest_.get('about'))}")


def _learned(rec: Recommender, of: Of, how: How, seed: int) -> AttributesReport:
    with busy("learning from columns"):
        if of == "users":
            return rec.fit_attributes(users="all", how=how, seed=seed)
        return rec.fit_attributes(items="all", how=how, seed=seed)
