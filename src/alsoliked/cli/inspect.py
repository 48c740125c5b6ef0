"""alsoliked inspect: what a bundle is, and what it has learned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli.console import print_frame, print_json
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    import polars as pl

    from alsoliked.recommender import Recommender

__all__ = ["ends", "inspect"]


def inspect(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `train -o` wrote.")],
    n: Annotated[int, typer.Option("-n", metavar="N", help="How many at each end.")] = 5,
    components: Annotated[int, typer.Option(metavar="N", help="How many principal components.")] = 2,
    min_count: Annotated[int, typer.Option(metavar="N", help="Leave out items with fewer training ratings.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show what a bundle is and what it learned.

    Item biases and components, both ends of each, where the model has them.
    """
    from alsoliked.recommender import Recommender

    for flag, value in (("-n", n), ("--components", components), ("--min-count", min_count)):
        if value < 1:
            raise OptionError(f"{flag} {value} came, expected at least 1.")
    rec = Recommender.load(bundle)
    manifest = rec.manifest_
    tables = _tables(rec, n, components, min_count)
    if json:
        print_json(manifest | {name: {end: t.to_dicts() for end, t in both.items()} for name, both in tables.items()})
        return
    data = manifest["data"]
    print(f"{bundle}: {rec!r}")
    print(f"written by alsoliked {manifest['alsoliked']}, format {manifest['format']}")
    print(f"trained on {data['name']}: {data['ratings']:,} ratings, {data['users']:,} users, {data['items']:,} items")
    print(f"fingerprint of the ratings {data['fingerprint'][:16]}")
    print(_measured(manifest))
    for name, both in tables.items():
        for end, table in both.items():
            print()
            print_frame(table, title=f"{name}: {end}")


def _measured(manifest: dict[str, Any]) -> str:
    report = manifest["about"].get("metrics")
    if report is None:
        return "not measured: nothing was held out"
    figures = {name: figure["value"] for name, figure in report["figures"][report["subject"]].items() if figure}
    shown = [f"{name} {figures[name]:.3f}" for name in ("rmse", f"ndcg@{report['k']}") if name in figures]
    return f"measured on {report['held_out']['ratings']:,} held-out ratings: {', '.join(shown)}"


def _tables(rec: Recommender, n: int, components: int, min_count: int) -> dict[str, dict[str, pl.DataFrame]]:
    tables = {}
    if _has(rec.item_bias):
        tables["item bias"] = ends(rec.item_bias(), "bias", n, min_count)
    if _has(rec.components):
        table = rec.components(components)
        for place in range(1, components + 1):
            columns = ["item", "title", f"c{place}", "count"]
            tables[f"component {place}"] = ends(table.select(columns), f"c{place}", n, min_count)
    return tables


def _has(ask: Any) -> bool:  # noqa: ANN401  a method that refuses where the model has no such thing
    try:
        ask()
    except OptionError:
        return False
    return True


def ends(table: pl.DataFrame, by: str, n: int, min_count: int) -> dict[str, pl.DataFrame]:
    """Return the n lowest and the n highest rows, among items with enough ratings."""
    import polars as pl

    ordered = table.filter(pl.col("count") >= min_count).sort(by)
    return {"lowest": ordered.head(n), "highest": ordered.tail(n).reverse()}
